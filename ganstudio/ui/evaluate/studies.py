"""Studies: which there are and how far, and of the chosen one what was found: configurations, spread, settings, runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ganstudio.app.evaluate.study_actions import FOUND_KEYS, LIST_KEYS, MENU, study_actions
from ganstudio.app.evaluate.study_desk import ConfigRow, StudyDesk, StudyRow
from ganstudio.app.runs.comparison import MOST
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.ui.evaluate.study_tables import MEDIAN, StudyTable, config_columns, study_columns
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import ask_file, ask_where, png_bytes, say_saved, show_in_folder
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.pairs import Pairs
from ganstudio.ui.kit.parts import (
    ElidedLabel,
    QuietSpinBox,
    Segmented,
    boxed,
    label,
    line,
    push_button,
    restore_splitter,
    say,
    scrolled,
    split,
    stacked,
    state_of,
    tool_button,
)
from ganstudio.ui.plots.boxes import Boxes

if TYPE_CHECKING:
    from ganstudio.ui.compare import CompareView

LAYOUT = "evaluate/study"


class StudiesPage(QWidget):
    """The page.

    Args:
        studio: where studies are kept and started.
        binder: connects the buttons with the table of actions.

    Signals:
        open_requested: of a run (a path).
    """

    open_requested = Signal(object)

    def __init__(self, studio: Studio, binder: ActionBinder) -> None:
        super().__init__()
        self._studio, self._binder = studio, binder
        self.desk = StudyDesk(studio)
        self._compare: CompareView | None = None
        self._compared: list[Path] = []
        self._sorted: Path | None = None
        self._wanted: Path | None = None
        deeds: dict[str, Callable[[], object]] = {
            "new": self.ask_new, "file": self.ask_file, "copy": self._copy, "save": self._save, "run": self._open_run,
            "go": lambda: self._work(lambda path: self.desk.start(path, self.workers.value())),
            "stop": lambda: self._work(self.desk.stop),
            "folder": lambda: self._work(lambda path: show_in_folder(path / "study.toml")),
            "runs": partial(self.show_lower, "runs"),
        }  # fmt: skip
        studio.actions.add(*study_actions(deeds, self.desk, lambda: self.chosen, self.isVisible))
        self._lay_out()
        self.desk.changed.connect(self._show)
        self.list.chosen.connect(self._study_chosen)
        self.table.chosen.connect(self._config_chosen)
        for table in (self.list, self.table):
            table.serve(studio.actions, MENU)
        self.below.chosen.connect(lambda _key: self._show_lower())
        self._show()

    def _button(self, name: str, *, primary: bool = False, small: bool = False) -> QWidget:
        action = self._studio.actions[f"study.{name}"]
        made = tool_button(action.icon, "") if small else push_button(action.title, action.icon, primary=primary)
        self._binder.bind(made, action.id)
        return made

    def _lay_out(self) -> None:
        self.bar = QWidget()
        buttons = None, self._button("file"), self._button("new", primary=True)
        boxed(*buttons, into=self.bar, across=True, margins=(0, 12, 16, 12), gap=6)
        texts = _("Studies"), _("Enter goes on or stops"), _("All studies")
        self.list = StudyTable(study_columns(), texts, LIST_KEYS)
        self.list.setSelectionMode(StudyTable.SelectionMode.SingleSelection)
        self._right = stacked(EmptyState("evaluate", _("Choose a study to see what was found.")), self._one_study())
        self.across = split(self.list, self._right, stretch=(0, 1), sizes=(320, 880))
        self.empty = EmptyState(
            "evaluate", _("Which method, which settings?"),
            _("A study tries methods and settings on one data set, several seeds each, and tells best, median and "
              "spread. Every trial is an ordinary run, and a study that was stopped goes on."), _("New study…"),
        )  # fmt: skip
        self.empty.clicked.connect(self.ask_new)
        tip = _("Four methods on triangles, where quality can be counted: 15 short runs")
        self.example = push_button(_("Begin the triangles study"), "", tip, clicked=self.begin_example)
        self.empty.add_links(self.example, self._button("file"))
        self._pages = stacked(QWidget(), self.empty, self.across)
        boxed(self._pages, into=self)
        self._splitters = {f"{LAYOUT}/down": self.down, f"{LAYOUT}/across": self.across}
        for name, splitter in self._splitters.items():
            restore_splitter(splitter, self._studio.settings.layout(name))

    def _one_study(self) -> QWidget:
        """What is told of the chosen one: how far it is, configurations, and below these one view of several."""
        about = _("Select some to compare their runs; Enter opens the best run")
        self.table = StudyTable(config_columns(None), (_("Configurations"), about, _("What was tried")), FOUND_KEYS)
        self.title, self.about = ElidedLabel("", "title"), ElidedLabel("", "muted")
        self.message = label("", "problem", wrap=True)
        self.workers = QuietSpinBox(_("Workers"), 1, 256, max(1, (os.cpu_count() or 1) // 2))
        self.workers.setToolTip(_("So many runs train at once (1 – 256); more than there are cores gain nothing"))
        self.go, self.stop_button = self._button("go", primary=True), self._button("stop")
        small = [self._button(name, small=True) for name in ("copy", "save", "folder")]
        words = boxed(self.title, self.about, gap=2)
        starts = boxed(label(_("Workers"), "muted"), self.workers, self.go, self.stop_button, across=True, gap=6)
        upper = boxed(words, *small, 8, starts, across=True, gap=6, stretch=words)
        head = boxed(upper, self.message, margins=(16, 8, 16, 8), gap=6)
        self.below = Segmented(
            (("methods", _("Methods"), _("How the values of each method spread")),
             ("configurations", _("Configurations"), _("How the values of each configuration spread over its seeds")),
             ("settings", _("Settings"), _("Which settings matter, and what is to be expected of k runs")),
             ("runs", _("Runs"), _("Curves and pictures of the runs"))), _("Below"),
        )  # fmt: skip
        self.boxes = Boxes()
        self.shares = Pairs(_("Importance of settings: share of the differences that each explains"))
        self.expected = Pairs(_("Expected best of k runs"))
        settings, lower, right = QWidget(), QWidget(), QWidget()
        boxed(self.shares, 12, self.expected, None, into=settings, margins=(16, 8, 16, 8), gap=6)
        self._lower = stacked(scrolled(self.boxes), scrolled(settings))
        choice = boxed(self.below, None, across=True, margins=(16, 6, 16, 6))
        settings.setMaximumWidth(520)  # a value stands near its name
        boxed(choice, self._lower, into=lower, stretch=self._lower)
        self.down = split(self.table, lower, stretch=(1, 1), down=True, sizes=(240, 300))
        reading = EmptyState("clock", _("Reading what was found…"))
        nothing = EmptyState("play", _("Nothing was tried yet"), _("Go on starts the workers that train its runs."))
        self._found = stacked(self.down, reading, nothing, QWidget())
        boxed(head, line(), self._found, into=right, stretch=self._found)
        right.setMinimumWidth(400)
        return right

    # -- keeping up -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Looks at the disk now and then; called while the page is on view."""
        self.desk.tick()
        if self._compare is not None and self._compared:
            self._compare.refresh()

    def show_bar(self) -> None:
        """Its buttons are there while it is on view and not empty."""
        self.bar.setVisible(bool(self.desk.rows) and not self.isHidden())

    @property
    def chosen(self) -> StudyRow | None:
        """The study that is looked at."""
        return next(iter(self.list.chosen_rows()), None)

    def _show(self) -> None:
        rows = self.desk.rows
        self._pages.setCurrentIndex(0 if not self.desk.read_once else 2 if rows else 1)
        self.show_bar()
        self.list.rows.set_rows(rows)
        if self._wanted is not None and self.list.choose(self._wanted):
            self._wanted = None
            self.list.setFocus()
        elif rows and self.chosen is None:
            self.list.choose(rows[0].path)
        row, reading = self.chosen, self.desk.reading
        self._right.setCurrentIndex(1 if row else 0)
        if row is not None:
            self.title.setText(row.name)
            self.about.setText(" · ".join(filter(None, (row.state, row.progress if row.total else "", row.about))))
            say(self.message, row.message or (reading.failures if reading else ""))
            self.go.setVisible(not row.here)
            self.stop_button.setVisible(bool(row.here))
        page = 3 if row is None or not row.total else 1 if reading is None else 0 if reading.trials else 2
        self._found.setCurrentIndex(page)
        self.table.set_columns(config_columns(reading.results if reading else None))
        self.table.rows.set_rows(reading.rows if reading else ())
        if reading is not None and self._sorted != reading.path:
            self._sorted, orders = reading.path, Qt.SortOrder
            way = orders.DescendingOrder if reading.results.better == "higher" else orders.AscendingOrder
            self.table.sortByColumn(MEDIAN, way)
        self._show_lower()
        self._binder.refresh()

    def _study_chosen(self) -> None:
        row = self.chosen
        self.desk.choose(row.path if row else None)
        self._end_compare()
        self.desk.tick()
        self._show()

    def _config_chosen(self) -> None:
        if self.below.value == "runs":
            self._show_lower()
        self._binder.refresh()

    def show_lower(self, key: str) -> None:
        """Shows another view below."""
        self.below.set_value(key)
        self._show_lower()

    def _show_lower(self) -> None:
        reading, key = self.desk.reading, self.below.value
        if key == "runs":
            self._show_runs()
            return
        self._end_compare()
        self._lower.setCurrentIndex(1 if key == "settings" else 0)
        if reading is not None:
            found = reading.results
            colours = {one.method: place for place, one in enumerate(found.methods)}
            shown = found.methods if key == "methods" else found.configurations
            self.boxes.set_rows(shown, found.judged_by, colours)
            self.shares.set_pairs(found.shares, found.importance_note)
            self.expected.set_pairs(found.hopes, _("No run was measured yet."))

    def _rows(self) -> list[ConfigRow]:
        """The selected configurations, else all: the best first."""
        reading = self.desk.reading
        return self.table.chosen_rows() or list(reading.rows if reading else ())

    def _show_runs(self) -> None:
        rows = self._rows()
        paths = [path for row in rows for path in row.runs][:MOST]
        if self._compare is None:
            from ganstudio.ui.compare import CompareView  # brings every plot

            self.compared = ElidedLabel("", "muted")
            self._compare = CompareView(self._studio, self.compared)
            self._compare.left.connect(self.table.setFocus)
            self._lower.addWidget(self._compare)
        self._lower.setCurrentWidget(self._compare)
        if paths != self._compared:
            self._compared, total = paths, sum(len(row.runs) for row in rows)
            self.compared.setText(_("{n} of {total} runs, the best first").format(n=len(paths), total=total))
            self._compare.show_runs(paths)

    def _end_compare(self) -> None:
        if self._compare is not None and self._compared:
            self._compare.end()
        self._compared = []

    # -- what a person asks for -------------------------------------------------------------------------------------

    def ask_new(self) -> None:
        """Asks what is to be tried, once the methods are known."""
        from ganstudio.ui.evaluate.new_study import NewStudyDialog

        workers = self.workers.value()
        self._studio.when_ready(
            lambda: NewStudyDialog(self._studio, self.desk, workers, partial(self._begin, workers=workers), self).open()
        )

    def ask_file(self) -> None:
        """Asks for a study file; one of a study's own folder shows that study."""
        path = ask_file(self, _("Open a study file"), _("Study files (*.toml)"), "open")
        if path is not None:
            own = (path.parent / "journal.log").exists() and path.name == "study.toml"
            self._begin(path.parent if own else path, 0)

    def begin_example(self) -> None:
        """Begins the study that comes with the program."""
        self._begin(resource_path("studies", "triangles.toml"), self.workers.value())

    def _begin(self, file: Path | str, workers: int) -> None:
        self.desk.begin(file, workers, self._begun)

    def _begun(self, path: Path) -> None:
        self._wanted = path
        self.desk.tick()

    def _work(self, what: Callable[[Path], object]) -> None:
        if self.chosen is not None:
            self.list.setFocus()  # the button gives way to the other one
            what(self.chosen.path)

    def _open_run(self) -> None:
        if path := next((path for row in self._rows() for path in row.runs), None):
            self.open_requested.emit(path)

    def _copy(self) -> None:
        if self.desk.reading is not None:
            QGuiApplication.clipboard().setText(self.desk.reading.text())
            self._studio.notifications.info(_("The tables were copied."))

    def _save(self) -> None:
        kinds = _("Runs as CSV (*.csv);;Tables as Markdown (*.md);;Plot as PNG (*.png)")
        name = f"{self.chosen.name if self.chosen else ''}.csv"
        if path := ask_where(self, _("Save the study"), name, kinds, (".csv", ".md", ".png")):
            self.desk.save(path, png_bytes(self.boxes.image()), lambda: say_saved(self, path))

    def end(self) -> None:
        """The window goes."""
        for name, splitter in self._splitters.items():
            self._studio.settings.remember_layout(name, state_of(splitter))
        self._end_compare()
        self.desk.end()
