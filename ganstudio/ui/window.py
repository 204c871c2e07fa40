"""The whole window: shell, workspaces, and the one timer that keeps them up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from ganstudio.app.actions import Action, ActionTable
from ganstudio.app.budget import Budget
from ganstudio.app.notifications import Notifications, notifications
from ganstudio.core.i18n import _, clock, plural
from ganstudio.ui.kit import dialogs
from ganstudio.ui.kit.lifetimes import Sweeper, listen
from ganstudio.ui.kit.page import Page
from ganstudio.ui.kit.parts import label
from ganstudio.ui.kit.words import rate_text
from ganstudio.ui.shell import Shell
from ganstudio.ui.statusbar import RunChip
from ganstudio.ui.workspaces import Keys, WorkspaceRow, keys_of, workspace_rows

if TYPE_CHECKING:  # the first view of the window waits for none of these
    from ganstudio.app.generators.workplaces import Workplace
    from ganstudio.app.named import Answer, Question
    from ganstudio.app.readings import Reading
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.app.settings import SettingsStore
    from ganstudio.app.studio import Studio
    from ganstudio.store import RunInfo
    from ganstudio.ui.evaluate.workspace import EvaluateWorkspace
    from ganstudio.ui.explore.workspace import ExploreWorkspace
    from ganstudio.ui.generator_page.page import GeneratorPage
    from ganstudio.ui.runs.workspace import RunsWorkspace
    from ganstudio.ui.train.workspace import TrainWorkspace

JOB_MS, IDLE_MS = 40, 120
MOST_BOXES = 20
"""Dialogs and menus above each other."""


def chip_of(model: RunModel) -> RunChip:
    """A run as the status bar shows it."""
    progress = model.progress
    rate = eta = ""
    if progress is not None and model.state == "training":
        speed = progress.steps_per_second
        rate = f"{rate_text(speed)}/s" if speed else ""
        eta = clock(progress.eta_seconds) if progress.eta_seconds is not None else ""
    share = model.step / model.total if model.total else 0.0
    return RunChip(model.key, model.title, model.state, model.step, rate, eta, min(1.0, share))


class MainWindow(Shell):
    """The studio's window; to be seen at once, and furnished when all that it works with has been loaded.

    Attributes:
        budget: how often what is watched is drawn.
        pages: the workspaces that have been built, by their ids; Train is there as soon as it is furnished.
        wanted: the workspace that a person has chosen before it was furnished.
        lost: after closing, a sentence for each run of which not all could be stored.
    """

    studio: Studio
    train: TrainWorkspace
    _furnished = _leaving = False

    def __init__(self, store: SettingsStore, table: ActionTable, hub: Notifications = notifications) -> None:
        self.budget = Budget(
            {"curves": 3, "pictures": 3, "numbers": 1, "status": 1}, ("numbers", "status")
        )  # the first event asks for it
        super().__init__(store, table, hub)
        self.pages: dict[str, Page] = {}
        self.lost: list[str] = []
        self.wanted = ""
        self._asked = False
        self._rows = workspace_rows()
        for row in self._rows:
            self.add_workspace(row.name, row.title, row.icon, partial(self._make_page, row), row.help, row.actions)
        self._opening = label(_("Opening…"), "muted")
        self._opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack.insertWidget(0, self._opening)
        self.stack.setCurrentIndex(0)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)

    @classmethod
    def of(cls, studio: Studio) -> MainWindow:
        """A window that is furnished from the beginning."""
        window = cls(studio.settings, studio.actions, studio.notifications)
        window.furnish(studio)
        return window

    def furnish(self, studio: Studio) -> None:
        """Shows a studio from now on; its settings and actions are the window's. It ends the studio when it closes."""
        self.studio, self._furnished = studio, True
        # Train has its place in the window even when another is shown first: whatever is opened is looked at there.
        self.train = cast("TrainWorkspace", self.workspace("train"))
        self.train.explore_requested.connect(self._use)
        self.train.bundled_requested.connect(lambda place: self._work(place, lambda page: page.open_ready()))
        self.train.sample_requested.connect(self._use_sample)
        self.train.asked_for.connect(self._show_train)
        self.table.add(
            Action("file.open", _("Open…"), self.ask_open, "", "Ctrl+O", f"{_('File')}/1",
                   _("A saved state, a run, a generator, a picture, an archive: what it is, is looked at.")),
            Action("file.open-folder", _("Open a folder…"), partial(self.ask_open, True), "folder", "Ctrl+L",
                   f"{_('File')}/1", _("Of a run, of several runs, or with data to train on.")),
            Action("edit.undo", _("Undo"), lambda: self._undo(True), "undo", "Ctrl+Z", _("Edit"),
                   _("Takes the last change back: of the form, or of what is explored, painted or translated."),
                   lambda: self._can_undo(True)),
            Action("edit.redo", _("Redo"), lambda: self._undo(False), "redo", "Ctrl+Shift+Z; Ctrl+Y", _("Edit"),
                   _("Makes it again."), lambda: self._can_undo(False)),
            Action("help.method", _("About this method"),
                   lambda: self.train.show_help(self.pages[self.current_workspace].method), "info", "F1", _("Help"),
                   _("What it minimises, what its settings do, what goes wrong.")),
            Action("help.glossary", _("Glossary"), self.train.show_glossary, "", "", _("Help"),
                   _("The words of the field, a sentence or two each.")),
        )  # fmt: skip
        self.stack.removeWidget(self._opening)
        self._opening.deleteLater()
        self.setAcceptDrops(True)
        self.run_clicked.connect(self._look_at)
        self.workspace_changed.connect(self._say_title)
        self.close_guard = self._may_close
        self.closing.connect(self._end)
        studio.ask = self.ask
        studio.settings.write_beside()
        self._deaf = listen(self, (studio.opened, self._opened), (studio.current_changed, self._current_changed))
        self._sweeper = Sweeper()
        self._timer.start(IDLE_MS)

    def show_workspace(self, name: str) -> None:
        """Brings a workspace into view; while nothing is there yet it will be the first."""
        if self._furnished:
            super().show_workspace(name)
        else:
            self.rail.buttons[name].setChecked(True)
            self.wanted = name

    def _make_page(self, row: WorkspaceRow) -> QWidget:
        page, actions = row.make(self.studio, self.binder, self.budget)
        self.pages[row.name] = page
        self.table.add(*actions)
        if row.name in ("runs", "evaluate"):
            runs = cast("RunsWorkspace | EvaluateWorkspace", page)
            runs.open_requested.connect(self._open_path)
            runs.explore_requested.connect(self.use_path)
            runs.duplicate_requested.connect(self._duplicate)
            runs.gallery_requested.connect(self.train.show_gallery)
        if row.name == "runs":
            cast("RunsWorkspace", page).compare_requested.connect(self._compare)
        return page

    def _compare(self, paths: Sequence[Path]) -> None:
        """Shows which of some runs is better."""
        self.show_workspace("evaluate")
        cast("EvaluateWorkspace", self.pages["evaluate"]).select(paths)

    def page(self, name: Workplace) -> GeneratorPage | None:
        """A workspace with an open generator, built now if it was not yet; None where it cannot be built."""
        self.workspace(name)
        return cast("GeneratorPage | None", self.pages.get(name))

    @property
    def shortcut_rows(self) -> list[Keys]:
        """Keys that are no actions."""
        return [keys for row in self._rows for keys in keys_of(row.name)]

    # -- undo -------------------------------------------------------------------------------------------------------

    def _can_undo(self, back: bool) -> bool:
        page = self.pages.get(self.current_workspace)
        history = None if page is None else page.page_history
        return history is not None and (history.can_undo if back else history.can_redo)

    def _undo(self, back: bool) -> None:
        page = self.pages.get(self.current_workspace)
        if page is not None:
            page.take_back() if back else page.make_again()

    # -- the one timer ----------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Takes in what other threads have left and redraws what is due."""
        self.studio.pump()
        self._sweeper.sweep()
        for page in self.pages.values():
            page.refresh()
        if self.budget.due("status"):
            self._show_status()
            self._say_title()
        wanted = round(1000 * self.budget.pace) if self.studio.runs else IDLE_MS
        if self.studio.jobs.running:
            wanted = min(wanted, JOB_MS)
        self.budget.tick(wanted / 1000)
        if self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    def event(self, event: QEvent) -> bool:
        """Notes what painting costs: all that is to be painted is, when the window is asked to."""
        if event.type() != QEvent.Type.UpdateRequest:
            return super().event(event)
        with self.budget.painting():
            return super().event(event)

    def _show_status(self) -> None:
        with self.budget.drawing("status"):
            self.statusbar.set_runs([chip_of(model) for model in self.studio.runs if model.live])
            self.statusbar.set_studies(self.studio.studies_at_work())

    # -- moving about -----------------------------------------------------------------------------------------------

    def _opened(self, model: RunModel) -> None:
        self.show_workspace("train")
        self._show_status()

    def _current_changed(self) -> None:
        self.table.refresh()
        self._say_title()

    def _say_title(self) -> None:
        page, name = self.pages.get(self.current_workspace), f"workspace.{self.current_workspace}"
        parts = (page.subject if page else "", self.table[name].title if name in self.table else "", "ganstudio")
        self.setWindowTitle(" — ".join(part.replace("[*]", "[*][*]") for part in parts if part))

    def _look_at(self, key: str) -> None:
        for model in self.studio.runs:
            if model.key == key:
                self.studio.look_at(model)
                self.show_workspace("train")

    def _open_path(self, path: Path) -> None:
        if self.studio.open_run(path) is not None:
            self.show_workspace("train")

    def _use(self, model: RunModel) -> None:
        from ganstudio.app.generators.workplaces import workplace_of_run

        self._work(workplace_of_run(model.info), lambda page: page.open_run(model))

    def _use_sample(self, model: RunModel, step: int | None, place: int) -> None:
        self._work("explore", lambda page: cast("ExploreWorkspace", page).explorer.open_sample(model, step, place))

    def _work(self, place: Workplace, begin: Callable[[GeneratorPage], object]) -> None:
        page = self.page(place)
        if page is not None:  # before it is shown, so that it does not begin with something else
            begin(page)
        self.show_workspace(place)

    def use_path(self, path: Path) -> None:
        """Opens a stored run's generator in its workspace; follows it where it trains here."""
        from ganstudio.app.generators.workplaces import workplace_of_run
        from ganstudio.core.errors import StudioError
        from ganstudio.store import Run

        try:
            self._work_with(workplace_of_run(Run.open(path).info), path)
        except StudioError as error:
            self.studio.report(error)

    def _work_with(self, place: Workplace, path: Path) -> None:
        live = next((model for model in self.studio.training if model.path == path), None)
        self._work(place, lambda page: page.open_path(path) if live is None else page.open_run(live))

    def _duplicate(self, path: Path) -> None:
        if self.studio.open_run(path) is not None:
            self.train.duplicate()

    def _show_train(self) -> None:
        self.show_workspace("train")
        self.table.refresh()  # Start can be pressed now, or no longer

    # -- dropping ---------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Whatever may be something that is opened here is taken: a folder, an archive, a picture, a generator."""
        from ganstudio.ui.kit.files import is_taken, local_paths

        if any(not here or is_taken(path) for path, here in local_paths(event.mimeData().urls())):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens the files and folders, from the first that is something."""
        from ganstudio.ui.kit.files import is_taken, local_paths

        given = [path for path, _here in local_paths(event.mimeData().urls())]
        first = next((path for path in given if is_taken(path)), None)
        if first is not None:
            event.acceptProposedAction()
            self.open_anything(first, *(path for path in given if path != first))

    def ask_open(self, folder: bool = False) -> None:
        """Asks for a file, or for a folder, and opens what it is."""
        from ganstudio.ui.kit.files import ask_anything, ask_folder

        title = _("Open a folder: of a run, of runs, or with data")
        path = ask_folder(self, title, "open") if folder else ask_anything(self)
        if path is not None:
            self.open_anything(path)

    def open_anything(self, path: Path, *more: Path) -> None:
        """Looks beside the window what a file or a folder is, or several, and opens it; of two readings it asks for one."""
        from ganstudio.app.readings import readings_of

        title, given, current = _("Looking at {name}").format(name=path.name), (path, *more), self.current_workspace
        job = self.studio.jobs.start(title, lambda progress, cancel: readings_of(given, current, progress, cancel))
        dialogs.follow_job(job.on_done(self._choose), self)

    def _choose(self, found: list[Reading]) -> None:
        if len(found) == 1:
            self._take(found[0])
            return
        from ganstudio.app import named

        of, *more = {reading.path for reading in found}  # of files of a folder each may be meant
        words = _("“{name}” can be read in more than one way.").format(name=(of.parent if more else of).name)
        about = "\n\n".join(_("{what}: {why}").format(what=one.title, why=one.why) for one in found)
        ways = [(one.title, one) for one in found]
        question = named.Question(_("What is it?"), words, about, ways, _("Open nothing"))
        self.studio.ask(question, lambda one: self._take(one) if one is not None else None)

    def _take(self, reading: Reading) -> None:
        if reading.told:
            self.studio.notifications.info(reading.told)
        if reading.run is not None:
            self._open_run(reading.path, reading.run)
        elif reading.runs:
            for path in reversed(reading.runs):
                self.studio.settings.add_recent(path)
            self.studio.library_changed.emit()
            self.show_workspace("runs")
        elif (file := reading.file) is not None:
            place = file.place(self.current_workspace)
            self.show_workspace(place)  # first: what it begins with is what a picture is given to
            self._work(place, lambda page: page.open_file(file))
        else:
            draft, catalogue = self.studio.draft, self.studio.catalogue
            label = _("Train on {name}").format(name=reading.path.name)
            draft.replace(reading.experiment(draft.experiment, catalogue), label)
            self.train.new_experiment()
            self.studio.when_ready(self.train.data.check)

    def _open_run(self, path: Path, info: RunInfo) -> None:
        """A run is opened where one is, if that is a workspace that it can be used in; else it is looked at in Train."""
        from ganstudio.app.generators.workplaces import WORKPLACES, opens

        place = next((one for one in WORKPLACES if one == self.current_workspace and opens(one, info)), None)
        if place is None:
            self._open_path(path)
        else:
            self._work_with(place, path)

    def ask(self, question: Question, answer: Answer) -> None:
        """Asks, and calls ``answer`` with what was decided."""
        ways, told = [dialogs.Way(*way) for way in question.ways], (question.title, question.text, question.about)
        dialogs.ask(self, *told, ways=ways, no=question.no, then=answer, careful=question.careful)

    # -- closing ----------------------------------------------------------------------------------------------------

    def _may_close(self) -> bool:
        training = self.studio.training
        choice = self.ask_closing(training) if training or self.studio.studies_at_work() else ""
        if self._leaving:  # told to while the question stood there: Qt does not begin to close a window anew meanwhile
            return True
        if choice != "cancel":
            for model in training:
                model.stop(save=choice == "save")
            self._asked = bool(training)
        return choice != "cancel"

    def ask_closing(self, training: list[RunModel]) -> str:
        """Asks what becomes of the runs and the studies that train: ``"save"``, ``"discard"`` or ``"cancel"``."""
        studies = self.studio.studies_at_work()
        names = ", ".join((*(model.title for model in training), *studies))
        text = _("{names}\n\nSave a checkpoint and quit, and you can go on exactly there. Stop, and what came after the "
                 "last checkpoint is lost.").format(names=names)  # fmt: skip
        told, ways = [], [dialogs.Way(_("Save checkpoint and quit"), "save")]
        if training:
            told.append(plural("{n} run is not finished.", "{n} runs are not finished.", len(training)))
            ways.append(dialogs.Way(_("Stop now"), "discard", loses=True))
        if studies:
            told.append(plural("{n} study is at work.", "{n} studies are at work.", len(studies)))
            more = _("A study stores the runs that it trains, and goes on with them when it is started again.")
            text = f"{text}\n\n{more}" if training else f"{names}\n\n{more}"
        box = dialogs.Question(
            self,
            _("Close ganstudio"),
            " ".join(told),
            "\n\n".join([text, *(model.message for model in training if model.message)]),
            ways,
            _("Cancel"),
        )
        box.exec()
        box.deleteLater()
        return box.answer or "cancel"

    def quit_saving(self) -> None:
        """Ends without asking, after a checkpoint: what a signal, or the end of the desktop's session, asks for.

        Questions, dialogs and menus that stand open are answered with no. A second call, while that lasts, gives up at
        once what a full disk does not take.
        """
        for model in self.studio.training if self._furnished else ():
            model.stop(save=True)
        self._leaving, self.close_guard = True, lambda: True
        for _box in range(MOST_BOXES):
            box = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if box is not None:
                box.close()
        if not self.isHidden():
            self.close()

    def _end(self) -> None:
        self._timer.stop()
        self.hide()
        for page in self.pages.values():
            page.end()
        self._deaf()
        self.lost = self.studio.shutdown()
        self._sweeper.end()
        if self.lost and self._asked:  # somebody sits here
            QMessageBox.critical(None, _("Close ganstudio"), "\n\n".join(self.lost))

    def reset_layout(self) -> None:
        """Sizes and positions of the window and of its panels as they were at first."""
        super().reset_layout()
        for page in self.pages.values():
            page.restore_layout()

    def changeEvent(self, event: QEvent) -> None:
        """A window that nobody sees asks for no pictures."""
        if self._furnished and event.type() == QEvent.Type.WindowStateChange and self.studio.current is not None:
            if self.isMinimized():
                self.studio.current.rest()
            else:
                self.studio.current.show(self.studio.current.source)
        super().changeEvent(event)
