"""The whole window: shell, workspaces, and the one timer that keeps them up to date."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMessageBox, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.generators.workplaces import Workplace, workplace_of_run
from ganstudio.app.history import History
from ganstudio.app.named import Answer, Question
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.runs.schedules import Choice, Chosen
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural
from ganstudio.core.regular import is_there
from ganstudio.data.archives import is_archive
from ganstudio.store import Run
from ganstudio.ui.kit.dropping import Dropped, is_for_a_page, local_paths, look_at
from ganstudio.ui.kit.words import clock
from ganstudio.ui.runs.actions import shortcut_rows as runs_shortcut_rows
from ganstudio.ui.shell import Shell
from ganstudio.ui.statusbar import RunChip
from ganstudio.ui.train.actions import shortcut_rows, train_actions
from ganstudio.ui.train.workspace import TrainWorkspace
from ganstudio.ui.workspaces import Page, WorkspaceRow, workspace_rows

LIVE_MS, IDLE_MS = 40, 120
SLOW_TICKS = 12  # every so many ticks: status bar, runs list


def chip_of(model: RunModel) -> RunChip:
    """A run as the status bar shows it."""
    progress = model.progress
    rate = eta = ""
    if progress is not None and model.state == "training":
        rate = f"{progress.steps_per_second:.3g}/s" if progress.steps_per_second else ""
        eta = clock(progress.eta_seconds) if progress.eta_seconds is not None else ""
    share = model.step / model.total if model.total else 0.0
    return RunChip(model.key, model.title, model.state, model.step, rate, eta, min(1.0, share))


class MainWindow(Shell):
    """The studio's window.

    Args:
        studio: what it shows. The window ends the studio's sessions when it closes.

    Attributes:
        desks: the workspaces with an open generator that have been built, by their ids.
        lost: after closing, a sentence for each run of which not all could be stored.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        super().__init__(studio.settings, studio.actions, studio.notifications)
        self._ticks = 0
        self.desks: dict[str, Page] = {}
        self.setAcceptDrops(True)
        self.train = TrainWorkspace(studio, self.binder)
        self.table.add(*train_actions(studio, self.train))
        self.add_workspace(
            "train", _("Train"), "train", lambda: self.train, help=_("Start experiments and watch them learn.")
        )
        self.workspace("train")  # it exists already: it has its place in the window even when another is shown first
        rows = workspace_rows()
        for row in rows:
            self.add_workspace(row.name, row.title, row.icon, partial(self._make_page, row), help=row.help)
        self.add_workspace("runs", _("Runs"), "runs", self._make_runs, help=_("Everything that was ever trained here."))
        self.table.add(
            Action("edit.undo", _("Undo"), lambda: self._undo(True), "undo", "Ctrl+Z", _("Edit"),
                   _("Takes the last change back: of the form, or of what is explored, painted or translated."),
                   lambda: self._can_undo(True)),
            Action("edit.redo", _("Redo"), lambda: self._undo(False), "redo", "Ctrl+Shift+Z; Ctrl+Y", _("Edit"),
                   _("Makes it again."), lambda: self._can_undo(False)),
        )  # fmt: skip
        self.shortcut_rows += [
            *shortcut_rows(),
            *(keys for row in rows for keys in row.shortcuts),
            *runs_shortcut_rows(),
        ]
        self.statusbar.set_idle_text(_("Nothing is training"))
        self.run_clicked.connect(self._look_at)
        self.train.explore_requested.connect(self._explore)
        self.train.bundled_requested.connect(self._explore_bundled)
        self.close_guard = self._may_close
        self.closing.connect(self._end)
        self.lost: list[str] = []
        self._asked = False
        studio.asker, studio.chooser = self.ask, self.choose
        studio.opened.connect(self._opened)
        studio.current_changed.connect(self._current_changed)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(IDLE_MS)

    def _make_runs(self) -> QWidget:
        from ganstudio.ui.runs.workspace import RunsWorkspace

        page = RunsWorkspace(self.studio, self.binder)
        page.open_requested.connect(self._open_path)
        page.explore_requested.connect(self._explore_path)
        page.duplicate_requested.connect(self._duplicate_path)
        page.gallery_requested.connect(self._show_gallery)
        return page

    def _make_page(self, row: WorkspaceRow) -> QWidget:
        page, actions = row.make(self.studio, self.binder)
        self.desks[row.name] = cast("Page", page)
        self.table.add(*actions)
        return page

    def desk(self, name: Workplace) -> Page | None:
        """A workspace with an open generator, built now if it was not yet; None where it cannot be built."""
        self.workspace(name)
        return self.desks.get(name)

    # -- undo -------------------------------------------------------------------------------------------------------

    def _history(self) -> History | None:
        """What the present workspace can take back."""
        if self.current_workspace == "train":
            return self.studio.draft.history
        page = self.desks.get(self.current_workspace)
        return None if page is None else page.page_history

    def _can_undo(self, back: bool) -> bool:
        history = self._history()
        return history is not None and (history.can_undo if back else history.can_redo)

    def _undo(self, back: bool) -> None:
        history = self._history()
        if history is not None:
            history.undo() if back else history.redo()

    # -- the one timer ----------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Takes in what other threads have left and redraws what is due."""
        self._ticks += 1
        self.studio.pump()
        self.train.refresh()
        for page in self.desks.values():
            page.refresh()
        if self._ticks % SLOW_TICKS == 0:
            self._refresh_slowly()
        wanted = LIVE_MS if self.studio.runs or self.studio.jobs.running else IDLE_MS
        if self._timer.interval() != wanted:
            self._timer.setInterval(wanted)

    def _refresh_slowly(self) -> None:
        self.statusbar.set_runs([chip_of(model) for model in self.studio.runs if model.live])
        if self.current_workspace == "runs":
            self.workspace("runs").refresh()  # type: ignore[attr-defined]

    # -- moving about -----------------------------------------------------------------------------------------------

    def _opened(self, model: RunModel) -> None:
        self.show_workspace("train")
        self._refresh_slowly()

    def _current_changed(self) -> None:
        self.table.refresh()
        model = self.studio.current
        self.setWindowTitle(f"{model.title} — ganstudio" if model is not None else "ganstudio")

    def _look_at(self, key: str) -> None:
        for model in self.studio.runs:
            if model.key == key:
                self.studio.look_at(model)
                self.show_workspace("train")

    def _open_path(self, path: object) -> None:
        if self.studio.open_run(Path(str(path))) is not None:
            self.show_workspace("train")

    def _explore(self, model: RunModel) -> None:
        place = workplace_of_run(model.info)
        page = self.desk(place)  # before it is shown, so that it does not begin with something else
        if page is not None:
            page.open_run(model)
        self.show_workspace(place)

    def _explore_bundled(self, place: Workplace) -> None:
        page = self.desk(place)
        if page is not None:
            page.open_ready()
        self.show_workspace(place)

    def _explore_path(self, path: object) -> None:
        for model in self.studio.training:
            if model.path == path:
                return self._explore(model)
        folder = Path(str(path))
        try:
            place = workplace_of_run(Run.open(folder).info)
        except StudioError as error:
            return self.studio.report(error)
        page = self.desk(place)
        if page is not None:
            page.open_path(folder)
        return self.show_workspace(place)

    def _duplicate_path(self, path: object) -> None:
        model = self.studio.open_run(Path(str(path)))
        if model is not None:
            self.train.duplicate()
            self.show_workspace("train")

    def _show_gallery(self) -> None:
        self.train.show_gallery()
        self.show_workspace("train")

    # -- dropping ---------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A folder may be dropped (of pictures, or a run), an archive, a picture, or a generator's file."""
        paths = local_paths(event.mimeData().urls())
        if any(not here or (is_there(path) and _is_taken(path)) for path, here in paths):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A run is opened, another folder or an archive is taken for pictures and checked; a file goes to its workspace."""
        for path, _here in local_paths(event.mimeData().urls()):
            if not (is_there(path) and _is_taken(path)):
                continue
            if path.is_file() and is_for_a_page(path):
                event.acceptProposedAction()
                self._look_at_file(path)
                return
            event.acceptProposedAction()
            if (path / "run.json").is_file():
                self._open_path(path)
            else:
                self.show_workspace("train")
                if self.train.data.reads_folder:
                    self.train.new_experiment()  # e.g. SPADE, which waits for a folder of label maps
                else:
                    self.train.customise_card("folder")
                self.train.data.use_folder(path)
            return

    def _look_at_file(self, path: Path) -> None:
        title = _("Looking at {name}").format(name=path.name)
        self.studio.jobs.start(title, lambda _progress, _cancel: look_at(path)).on_done(self._take)

    def _take(self, dropped: Dropped) -> None:
        place = dropped.place(self.current_workspace)
        self.show_workspace(place)
        page = self.desk(place)
        if page is not None:
            page.open_file(dropped)

    def ask(self, question: Question, answer: Answer) -> None:
        """Asks, and calls ``answer`` with what was decided; whoever just presses Return or Escape has said no."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(question.title)
        box.setText(question.text)
        box.setInformativeText(question.about)
        yes = box.addButton(question.yes, QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(question.no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        box.finished.connect(lambda _code: answer(box.clickedButton() is yes))
        box.open()

    def choose(self, choice: Choice, chosen: Chosen) -> None:
        """Asks which way to go, and calls ``chosen`` with what it changes."""
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(choice.title)
        box.setText(choice.text)
        box.setInformativeText(choice.about)
        ways = [(box.addButton(words, QMessageBox.ButtonRole.AcceptRole), changes) for words, changes in choice.ways]
        box.setDefaultButton(ways[0][0])
        box.setEscapeButton(box.addButton(choice.no, QMessageBox.ButtonRole.RejectRole))
        box.finished.connect(
            lambda _code: chosen(next((changes for button, changes in ways if box.clickedButton() is button), None))
        )
        box.open()

    # -- closing ----------------------------------------------------------------------------------------------------

    def _may_close(self) -> bool:
        training = self.studio.training
        if not training:
            return True
        choice = self.ask_closing(training)
        if choice == "cancel":
            return False
        for model in training:
            model.stop(save=choice == "save")
        self._asked = True
        return True

    def ask_closing(self, training: list[RunModel]) -> str:
        """Asks what becomes of the runs that train: ``"save"``, ``"discard"`` or ``"cancel"``."""
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_("Close ganstudio"))
        names = ", ".join(model.title for model in training)
        box.setText(plural("{n} run is still training.", "{n} runs are still training.", len(training)))
        text = _("{names}\n\nSave a checkpoint and quit, and you can go on exactly there. Stop, and what came after the "
                 "last checkpoint is lost.").format(names=names)  # fmt: skip
        box.setInformativeText("\n\n".join([text, *(model.message for model in training if model.message)]))
        save = box.addButton(_("Save checkpoint and quit"), QMessageBox.ButtonRole.AcceptRole)
        stop = box.addButton(_("Stop now"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(_("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(save)
        box.exec()
        clicked = box.clickedButton()
        box.deleteLater()
        return "save" if clicked is save else "discard" if clicked is stop else "cancel"

    def quit_saving(self) -> None:
        """Ends without asking, after a checkpoint: what a signal from outside asks for.

        A second one, while that lasts, gives up at once what a full disk does not take.
        """
        for model in self.studio.training:
            model.stop(save=True)
        self.close_guard = lambda: True
        if not self.isHidden():
            self.close()

    def _end(self) -> None:
        self._timer.stop()
        self.train.save_layout()
        self.hide()
        for page in self.desks.values():
            page.end()
        self.studio.opened.disconnect(self._opened, missing_ok=True)
        self.studio.current_changed.disconnect(self._current_changed, missing_ok=True)
        self.lost = self.studio.shutdown()
        if self.lost and self._asked:  # somebody sits here
            QMessageBox.critical(None, _("Close ganstudio"), "\n\n".join(self.lost))

    def reset_layout(self) -> None:
        """Sizes and positions of the window and of its panels as they were at first."""
        super().reset_layout()
        self.train.restore_layout()
        for page in self.desks.values():
            page.restore_layout()

    def changeEvent(self, event: QEvent) -> None:
        """A window that nobody sees asks for no pictures."""
        if event.type() == QEvent.Type.WindowStateChange and self.studio.current is not None:
            if self.isMinimized():
                self.studio.current.rest()
            else:
                self.studio.current.show(self.studio.current.source)
        super().changeEvent(event)


def _is_taken(path: Path) -> bool:
    """Whether what is there may be dropped on the window."""
    return path.is_dir() or is_archive(path) or (is_for_a_page(path) and path.is_file())
