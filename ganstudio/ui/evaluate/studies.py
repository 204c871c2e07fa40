"""Studies: which there are and how far, and of the chosen one what was found: configurations, spread, settings, runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.evaluate.study_desk import Reading, StudyDesk, StudyRow
from ganstudio.app.runs.comparison import MOST
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path
from ganstudio.store.atomic import replace_file
from ganstudio.ui.evaluate.study_tables import MEDIAN, STUDY_COLUMNS, StudyTable, config_columns, number
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import ask_file, ask_where, say_saved, show_in_folder, write_png
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.pairs import Pairs
from ganstudio.ui.kit.parts import (
    ElidedLabel,
    QuietSpinBox,
    Segmented,
    boxed,
    label,
    line,
    pop_up,
    push_button,
    restore_splitter,
    say,
    scrolled,
    split,
    stacked,
    state_of,
    tool_button,
)  # fmt: skip

if TYPE_CHECKING:
    from ganstudio.ui.compare import CompareView

LAYOUT = "evaluate/study"
SHOWN_K = (1, 2, 3, 5, 10, 20, 50, 100)


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
        studio.actions.add(*self._actions())
        self._lay_out()
        self.desk.changed.connect(self._show)
        self.list.chosen.connect(self._study_chosen)
        self.table.chosen.connect(self._config_chosen)
        for table in (self.list, self.table):
            table.asked.connect(self._ask)
            table.menu_asked.connect(self._show_menu)
        self.below.chosen.connect(lambda _key: self._show_lower())
        self._show()

    def _actions(self) -> list[Action]:
        def chosen() -> StudyRow | None:
            return self.chosen if self.isVisible() else None

        def can_start() -> bool:
            return (row := chosen()) is not None and row.open and not row.asked and not row.here

        def can_stop() -> bool:
            return (row := chosen()) is not None and bool(row.here) and not row.asked

        def found() -> bool:
            return chosen() is not None and bool(self.desk.reading and self.desk.reading.trials)

        rows: list[tuple[str, str, str, Callable[[], bool], str, Callable[[], object], str]] = [
            ("new", _("New study…"), "plus", self.isVisible, "Ctrl+Shift+N", self.ask_new,
             _("Chooses methods, settings and seeds that are tried on one data set.")),
            ("file", _("Open a study file…"), "folder", self.isVisible, "", self.ask_file,
             _("Begins the study that a TOML file describes, or goes on with it.")),
            ("go", _("Go on"), "play", can_start, "", self.start,
             _("Starts so many processes that train its runs; they end with the window.")),
            ("stop", _("Stop"), "stop", can_stop, "", self.stop,
             _("Lets the runs that train be stored; Go on goes on exactly there.")),
            ("folder", _("Show in folder"), "folder", lambda: chosen() is not None, "", self._to_folder,
             _("The study file, the journal and the runs.")),
            ("runs", _("Compare its runs"), "compare", found, "", lambda: self.show_lower("runs"),
             _("Curves and pictures of the selected configurations, of the best ones where none is selected.")),
            ("run", _("Open the best run"), "forward", found, "", self._open_run,
             _("Of the selected configuration, else of all: as it has learned.")),
            ("copy", _("Copy as Markdown"), "copy", found, "", self._copy, _("All tables of the study.")),
            ("save", _("Save…"), "export", found, "", self._save,
             _("The runs as CSV, the tables as Markdown, or the plot as PNG.")),
        ]  # fmt: skip
        return [
            Action(f"study.{name}", title, do, icon, keys, "", words, enabled, context="evaluate",
                   to_selected=name not in ("new", "file"))
            for name, title, icon, enabled, keys, do, words in rows
        ]  # fmt: skip

    def _button(self, name: str, *, primary: bool = False, small: bool = False) -> QWidget:
        action = self._studio.actions[f"study.{name}"]
        made = (
            tool_button(action.icon, "") if small else push_button(action.title, action.icon, primary=primary or None)
        )
        self._binder.bind(made, action.id)
        return made

    def _lay_out(self) -> None:
        from ganstudio.ui.plots.boxes import Boxes  # brings every plot

        self.bar = QWidget()
        buttons = None, self._button("file"), self._button("new", primary=True)
        boxed(*buttons, into=self.bar, across=True, margins=(0, 12, 16, 12), gap=6)
        self.list = StudyTable(STUDY_COLUMNS, (_("Studies"), _("Enter goes on or stops"), _("All studies")), "study.go")
        texts = (
            _("Configurations"),
            _("Select some to compare their runs; Enter opens the best run"),
            _("What was tried"),
        )
        self.table = StudyTable(config_columns(None), texts, "study.run")
        self.title, self.about = ElidedLabel("", "title"), ElidedLabel("", "muted")
        self.message = label("", "problem", wrap=True)
        self.workers = QuietSpinBox(_("Workers"), 1, 256, max(1, (os.cpu_count() or 1) // 2))
        self.workers.setToolTip(_("So many runs train at once (1 – 256); more than there are cores gain nothing"))
        self.go, self.stop_button = self._button("go", primary=True), self._button("stop")
        words = QWidget()
        boxed(self.title, self.about, into=words, gap=2)
        small = (self._button(name, small=True) for name in ("copy", "save", "folder"))
        tools = boxed(
            *small, 8, label(_("Workers"), "muted"), self.workers, self.go, self.stop_button, across=True, gap=6
        )
        upper = boxed(words, tools, across=True, gap=6, stretch=words)
        head = boxed(upper, self.message, margins=(16, 8, 16, 8), gap=6)
        self.below = Segmented(
            (("methods", _("Methods"), _("How the values of each method spread")),
             ("configurations", _("Configurations"), _("How the values of each configuration spread over its seeds")),
             ("settings", _("Settings"), _("Which settings matter, and what is to be expected of k runs")),
             ("runs", _("Runs"), _("Curves and pictures of the runs"))), _("Below"),
        )  # fmt: skip
        self.boxes, self.shares = Boxes(_("Box plot")), Boxes(_("Importance of settings"), bars=True)
        self.note, self.expected = label("", "muted", wrap=True), Pairs(_("Expected best of k runs"))
        settings = QWidget()
        parts = label(_("Importance of settings"), "strong"), self.note, self.shares, 12, self.expected, None
        boxed(*parts, into=settings, margins=(16, 8, 16, 8), gap=6)
        self._lower = stacked(scrolled(self.boxes), scrolled(settings))
        lower, right = QWidget(), QWidget()
        choice = boxed(self.below, None, across=True, margins=(16, 6, 16, 6))
        boxed(choice, self._lower, into=lower, stretch=self._lower)
        self.down = split(self.table, lower, stretch=(1, 1), down=True, sizes=(240, 300))
        reading = EmptyState("clock", _("Reading what was found…"))
        nothing = EmptyState("play", _("Nothing was tried yet"), _("Go on starts the workers that train its runs."))
        self._found = stacked(self.down, reading, nothing)
        boxed(head, line(), self._found, into=right, stretch=self._found)
        right.setMinimumWidth(400)
        hint = EmptyState("evaluate", _("Choose a study to see what was found."))
        self._right = stacked(hint, right)
        self.across = split(self.list, self._right, stretch=(0, 1), sizes=(300, 900))
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
        for splitter, name in self._splitters():
            restore_splitter(splitter, self._studio.settings.layout(name))

    def _splitters(self) -> list[tuple[Any, str]]:
        return [(self.down, f"{LAYOUT}/down"), (self.across, f"{LAYOUT}/across")]

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
        if rows and self.chosen is None:
            self.list.choose(rows[0].path)
        row, reading = self.chosen, self.desk.reading
        self._right.setCurrentIndex(1 if row else 0)
        if row is not None:
            self.title.setText(row.name)
            self.about.setText(" · ".join(filter(None, (row.state, row.progress if row.total else "", row.about))))
            say(self.message, row.message)
            self._found.setVisible(bool(row.total))
            self.go.setVisible(not row.here)
            self.stop_button.setVisible(bool(row.here))
        self._found.setCurrentIndex(1 if reading is None else 0 if reading.trials else 2)
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
        from ganstudio.ui.plots.boxes import BoxRow

        reading, key = self.desk.reading, self.below.value
        if key == "runs":
            self._show_runs(reading)
            return
        self._end_compare()
        self._lower.setCurrentIndex(1 if key == "settings" else 0)
        if reading is None:
            self.boxes.set_rows((), "")
            return
        results = reading.results
        names = {group.method: place for place, group in enumerate(results.methods)}
        groups = results.methods if key == "methods" else results.configurations
        rows = [BoxRow(group.title, group.values, names.get(group.method, 0)) for group in groups]
        self.boxes.set_rows(rows, results.judged_by)
        shares = [BoxRow(name, (share,)) for name, share in results.importance.items()]
        self.shares.set_rows(shares, _("share of the differences that it explains"))
        self.shares.setVisible(bool(shares))
        say(self.note, results.importance_note)
        told = {name: {k: mean for k, mean, _low, _high in rows} for name, rows in results.expected.items()}
        pairs = [(name, " · ".join(f"{k}: {number(means[k])}" for k in SHOWN_K if k in means))
                 for name, means in told.items() if means]  # fmt: skip
        self.expected.set_pairs(pairs, _("No run was measured yet."))

    def _show_runs(self, reading: Reading | None) -> None:
        rows = self.table.chosen_rows() or list(reading.rows if reading else ())
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

        def begin(text: str) -> None:
            self.desk.begin(text, self.workers.value(), self._begun)

        self._studio.when_ready(
            lambda: NewStudyDialog(self._studio, self.desk, self.workers.value(), begin, self).open()
        )

    def ask_file(self) -> None:
        """Asks for a study file; one of a study's own folder shows that study."""
        path = ask_file(self, _("Open a study file"), _("Study files (*.toml)"), "open")
        if path is not None:
            own = (path.parent / "journal.log").exists() and path.name == "study.toml"
            self.desk.begin(path.parent if own else path, 0, self._begun)

    def begin_example(self) -> None:
        """Begins the study that comes with the program."""
        self.desk.begin(resource_path("studies", "triangles.toml"), self.workers.value(), self._begun)

    def _begun(self, path: Path) -> None:
        def show() -> None:
            if self.list.choose(path):
                self.desk.changed.disconnect(show)
                self.list.setFocus()

        self.desk.changed.connect(show)
        self.desk.tick()

    def start(self) -> None:
        """Goes on with the chosen study."""
        if (row := self.chosen) is not None:
            self.desk.start(row.path, self.workers.value())

    def stop(self) -> None:
        """Stops it."""
        if (row := self.chosen) is not None:
            self.desk.stop(row.path)

    def _ask(self, name: str) -> None:
        if name == "study.go" and self.chosen is not None and self.chosen.here:
            name = "study.stop"
        if self._studio.actions[name].enabled():
            self._studio.actions.run(name)

    def _show_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        for name in ("go", "stop", "runs", "run", "copy", "save", "folder"):
            action = self._studio.actions[f"study.{name}"]
            if action.enabled():
                menu.addAction(action.title, partial(self._studio.actions.run, action.id))
        pop_up(menu, place)

    def _to_folder(self) -> None:
        if (row := self.chosen) is not None:
            show_in_folder(row.path / "study.toml")

    def _open_run(self) -> None:
        rows = self.table.chosen_rows() or list(self.desk.reading.rows if self.desk.reading else ())
        if path := next((path for row in rows for path in row.runs), None):
            self.open_requested.emit(path)

    def _text(self, csv: bool) -> str:
        from ganstudio.app.evaluate import study_results as found

        reading = self.desk.reading
        if reading is None:
            return ""
        return found.as_csv(reading.trials) if csv else found.markdown(reading.results, reading.plan.name)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text(csv=False))
        self._studio.notifications.info(_("The tables were copied."))

    def _save(self) -> None:
        kinds = _("Runs as CSV (*.csv);;Tables as Markdown (*.md);;Plot as PNG (*.png)")
        name = self.desk.reading.plan.name if self.desk.reading else "study"
        path = ask_where(self, _("Save the study"), f"{name}.csv", kinds, (".csv", ".md", ".png"))
        if path is None:
            return
        try:
            if path.suffix == ".png":
                write_png(path, (self.shares if self.below.value == "settings" else self.boxes).image())
            else:
                replace_file(path, self._text(csv=path.suffix == ".csv").encode())
        except StoreError as error:
            self._studio.report(error)
            return
        say_saved(self, path)

    def end(self) -> None:
        """The window goes."""
        for splitter, name in self._splitters():
            self._studio.settings.remember_layout(name, state_of(splitter))
        self._end_compare()
        self.desk.end()
