"""The runs workspace: every run on disk, live ones included, and what can be done with them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.history import History
from ganstudio.app.runs.library import Library, RunRow
from ganstudio.app.runs.run_model import goal_after
from ganstudio.app.studio import Studio
from ganstudio.core.events import State
from ganstudio.core.i18n import _
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.menus import ActionBinder, fill_sections
from ganstudio.ui.kit.page import RunsPage
from ganstudio.ui.kit.parts import boxed, filled_menu, line, push_button, stacked
from ganstudio.ui.kit.rows import ROW_ROLE
from ganstudio.ui.runs.actions import KEYS, MENU, runs_actions
from ganstudio.ui.runs.details import DetailsPane
from ganstudio.ui.runs.model import RunsFilter, RunsModel
from ganstudio.ui.runs.table import RunsTable
from ganstudio.ui.runs.toolbar import RunsToolbar
from ganstudio.ui.runs.trash import TrashPage

WIDE = 1112  # a window of 1200 less the rail: from here on there is room for the details
MOST_FOLDERS = 5
REFRESH_SECONDS, DETAILS_SECONDS = 0.5, 4.0

MOST_STEPS = 1_000_000_000


class ContinueDialog(FormDialog):
    """Asks until which step a run trains on.

    Args:
        row: the run.
        goal: until which step it goes on where nobody says otherwise.
        then: told the number of steps in all.
    """

    def __init__(self, row: RunRow, goal: int, then: Callable[[int], object], parent: QWidget) -> None:
        super().__init__(_("Continue training"), _("Continue"), _("Train this run until the step above"), parent)
        self._then = then
        words = _("“{name}” has done {step} steps. It goes on from its newest checkpoint.")
        self.words.setText(words.format(name=row.name, step=f"{row.step:,}"))
        least = row.step + 1
        self.steps = self.number(_("Train until step"), least, MOST_STEPS, goal, "")
        self.steps.setToolTip(_("Steps in all, from {least} on").format(least=f"{least:,}"))
        self.steps.setSingleStep(max(100, row.experiment.steps // 10))
        self.steps.selectAll()
        self.fill(self.words, self.rows, width=400)

    def accept(self) -> None:
        """Trains on."""
        super().accept()
        self._then(self.steps.value())


class RunsWorkspace(RunsPage):
    """The list of runs; see :class:`RunsPage`.

    Signals: ``compare_requested``: compare these (paths).
    """

    compare_requested = Signal(object)

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(studio, binder, parent)
        self.library = Library(studio)
        self.model = RunsModel(self)
        self.shown = RunsFilter(self.model, self)
        self.table = RunsTable(self.shown)
        deeds: dict[str, Callable[[], object]] = {
            **self._handing, "rename": self.table.edit_name, "folder": self.open_folders, "copy-path": self.copy_paths,
            "continue": self.continue_chosen, "delete": self.delete_chosen, "trash": self.show_trash,
            "open-elsewhere": lambda: studio.actions.run("file.open-folder"), "search": self.focus_search,
            "compare": lambda: self.compare_requested.emit([row.path for row in self.chosen]),
            "thin": lambda: self.library.thin(self.chosen), "thin-all": lambda: self.library.thin(self.library.rows),
        }  # fmt: skip
        studio.actions.add(*runs_actions(deeds, lambda: self.chosen, self.isVisible))
        self._more = filled_menu(self, lambda menu: fill_sections(menu, studio.actions, MENU[1:2] + MENU[3:], KEYS))
        self.toolbar = RunsToolbar(binder, self._more, self._to_table)
        compare = push_button(_("Compare"), "compare", primary=True)
        binder.bind(compare, "runs.compare")
        self.details = DetailsPane(studio, compare)
        self.trash = TrashPage()
        self._detailed: tuple[Path, State, int] | None = None
        self._details_due = self._due = 0.0
        self._held_back = False
        self._to_select: Path | None = None
        self._lay_out()
        self._connect()
        self._library_changed()

    def _lay_out(self) -> None:
        self._empty = EmptyState(
            "runs",
            _("Runs appear here"),
            _("Every experiment you start is kept with its pictures, curves and checkpoints."),
            _("Choose an experiment"),
        )
        self._no_match = EmptyState(
            "search", _("No run matches"), _("Other words or another filter may find it."), _("Show all runs")
        )
        self._wait = QWidget()
        self._content = stacked(self.table, self._empty, self._no_match, self._wait)
        self._side_line = line(horizontal=False)
        middle = boxed(self._content, self._side_line, self.details, across=True, stretch=self._content)
        list_page = QWidget()
        boxed(self.toolbar, line(), middle, into=list_page, stretch=middle)
        self._pages = stacked(list_page, self.trash)
        boxed(self._pages, into=self)
        self._fit()

    def _connect(self) -> None:
        self.library.changed.connect(self._library_changed)
        self.model.renamed.connect(self._rename)
        self.table.serve(self._studio.actions, MENU)
        self.table.chosen.connect(self._chosen_changed)
        self.toolbar.filter_changed.connect(self._filter)
        self.toolbar.trash.clicked.connect(self.show_trash)
        self.trash.back.connect(self.show_runs)
        self.trash.restore_requested.connect(self.library.bin.restore)
        self.trash.empty_requested.connect(self.library.bin.empty)
        self.library.bin.came_back.connect(lambda paths: self.select(paths[0]))
        self._empty.clicked.connect(self.gallery_requested)
        self._no_match.clicked.connect(self.toolbar.clear_filter)

    # -- keeping up -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Keeps live rows up to date, about twice a second while the workspace is on view."""
        now, held_back = time.monotonic(), self._held_back and not self.table.editing
        if self.isVisible() and (held_back or now >= self._due):
            self._due = now + REFRESH_SECONDS
            self.library.tick()
            if held_back:
                self._library_changed()
            elif len(rows := self.chosen) == 1:
                self._read_details(rows[0])

    def _library_changed(self) -> None:
        self.trash.set_items(self.library.trash)
        self.toolbar.set_trash(len(self.library.trash))
        self._held_back = self.table.editing  # what a person types must not be overwritten
        if self._held_back:
            return
        had = self.table.currentIndex().isValid()  # the table takes one of its own when it gets the keyboard
        self.model.set_rows(self.library.rows)
        self._after_rows()
        if self._to_select is not None and self.table.choose(self._to_select):
            self._to_select = None
        self._choose_one(had and self.table.currentIndex().isValid())

    def _after_rows(self) -> None:
        rows, shown = self.library.rows, self.shown.rowCount()
        self.toolbar.set_counts(shown, rows)
        self.toolbar.setEnabled(self.library.read_once)
        page: QWidget = self.table if shown else self._no_match if rows else self._empty
        page = page if self.library.read_once else self._wait
        self._content.setCurrentWidget(page)
        if (proxy := self.table if page is self.table else None) is not self.focusProxy():
            self.setFocusProxy(proxy)  # type: ignore[arg-type]  # the keyboard may have waited for it
        self.toolbar.open.setVisible(page is not self._empty)  # the empty page has a primary action of its own
        self._fit()

    def _filter(self) -> None:
        self.shown.set_filter(self.toolbar.search.text(), self.toolbar.group)
        self._after_rows()
        self._choose_one(bool(self.table.chosen_rows()))

    def _choose_one(self, chosen: bool) -> None:
        """The first one where none is chosen."""
        if not chosen and self.shown.rowCount():
            self.table.choose(self.shown.index(0, 0).data(ROW_ROLE).path)
        self._chosen_changed()

    # -- what is chosen ---------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[RunRow]:
        """The selected runs."""
        return self.table.chosen_rows() if self._pages.currentIndex() == 0 else []

    chosen_runs = chosen

    def select(self, path: Path) -> None:
        """Selects a run, now or as soon as it is listed."""
        if not self.table.choose(path):
            self._to_select = path

    def _chosen_changed(self) -> None:
        rows = self.chosen
        self._binder.refresh()
        self.details.show_rows(rows)
        if len(rows) == 1:
            self._read_details(rows[0])

    def _read_details(self, row: RunRow) -> None:
        """Reads what the list does not know, where that is old; of a live run now and then: its tables may be long."""
        wanted, now = (row.path, row.state, row.step), time.monotonic()
        other = self._detailed is None or self._detailed[0] != row.path
        if wanted != self._detailed and self.details.isVisible() and (other or now >= self._details_due):
            self._detailed, self._details_due = wanted, now + DETAILS_SECONDS
            self.library.details(row.path, self.details.show_details)

    # -- what a person asks for -------------------------------------------------------------------------------------

    @property
    def page_history(self) -> History:
        """Runs that were moved to the trash or renamed."""
        return self.library.bin.history

    def take_back(self) -> None:
        """Brings back what went to the trash last, or gives the old name back."""
        self.library.bin.take_back()

    def make_again(self) -> None:
        """Does that once more."""
        self.library.bin.take_back(again=True)

    def continue_chosen(self) -> None:
        """Asks how far, then trains on."""
        for row in self.chosen[:1]:
            goals = [model.goal for model in self._studio.runs if model.path == row.path]
            goals.append(goal_after(row.step, row.total, row.experiment.steps))
            ContinueDialog(row, goals[0], partial(self._continue, row.path), self).open()

    def _continue(self, path: Path, steps: int) -> None:
        model = self._studio.open_run(path)
        if model is not None:
            self._studio.continue_run(model, steps)
            self.open_requested.emit(path)

    def _rename(self, path: Path, name: str) -> None:
        old = next((row.name for row in self.library.rows if row.path == path), "")
        self._studio.rename(path, name).ended.connect(self.library.refresh)
        self.library.bin.renamed(path, old, name)

    def delete_chosen(self) -> None:
        """Moves the selected runs to the trash; the run after them is selected next."""
        rows = self.chosen
        last = max((index.row() for index in self.table.selectionModel().selectedRows()), default=-1)
        after = self.shown.index(last + 1, 0)
        if self.library.bin.delete([row.path for row in rows]) and after.isValid():
            self._to_select = after.data(ROW_ROLE).path

    def open_folders(self) -> None:
        """Shows the selected runs' files."""
        for row in self.chosen[:MOST_FOLDERS]:
            place = Path(os.path.realpath(row.path))
            while place.suffix:  # some systems take a folder called “x.app” for a program, and start it
                place = place.parent
            if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(place))):
                text = _("This system has no program to show folders; the path was copied instead.")
                self._studio.notifications.warning(text, str(row.path))
                self.copy_paths()
                return

    def copy_paths(self) -> None:
        """Copies where the selected runs lie, one a line."""
        if self.chosen:
            QGuiApplication.clipboard().setText("\n".join(str(row.path) for row in self.chosen))

    def focus_search(self) -> None:
        """To the words to search for."""
        self.show_runs()
        self._go_to(self.toolbar.search)

    def show_trash(self) -> None:
        """The deleted runs."""
        self.library.invalidate()
        self._pages.setCurrentIndex(1)
        self.trash.table.setFocus() if self.library.trash else self.trash.back_button.setFocus()
        self._chosen_changed()

    def show_runs(self) -> None:
        """The runs again."""
        self._pages.setCurrentIndex(0)
        self._to_table()
        self._chosen_changed()

    def _to_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- room -------------------------------------------------------------------------------------------------------

    def _fit(self) -> None:
        wide = self.width() >= WIDE and self.shown.rowCount() > 0
        self.details.setVisible(wide)
        self._side_line.setVisible(wide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A wide window has room for the details."""
        super().resizeEvent(event)
        was = self.details.isVisible()
        self._fit()
        if self.details.isVisible() and not was:
            self._chosen_changed()

    def showEvent(self, event: QShowEvent) -> None:
        """Reads what changed meanwhile."""
        super().showEvent(event)
        self.library.invalidate()
        self.library.tick()
