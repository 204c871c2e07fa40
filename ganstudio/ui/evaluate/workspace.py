"""The Evaluate workspace: runs × metrics above, what is selected below: one run in numbers, several beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QWidget

from ganstudio.app.actions import Action
from ganstudio.app.evaluate.actions import MENU, evaluate_actions
from ganstudio.app.evaluate.evaluation import Evaluation
from ganstudio.app.evaluate.table import Line, Table, View, commands_of, summary_of
from ganstudio.app.runs.comparison import MANY
from ganstudio.app.runs.library import RunRow
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _, plural
from ganstudio.ui.evaluate.dialogs import MeasureDialog, RemarkDialog
from ganstudio.ui.evaluate.one import OneRun
from ganstudio.ui.evaluate.table import CREATED, MetricsTable, columns_of
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.files import ask_folder, ask_where, say_saved
from ganstudio.ui.kit.flow import BreakingRow
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.page import RunsPage
from ganstudio.ui.kit.parts import (
    ElidedLabel,
    Segmented,
    boxed,
    label,
    line,
    push_button,
    restore_splitter,
    split,
    stacked,
    state_of,
    tool_button,
)
from ganstudio.ui.kit.rows import RowsModel, RowsSorter, search_line

if TYPE_CHECKING:
    from ganstudio.metrics.base import Metric
    from ganstudio.ui.compare import CompareView
    from ganstudio.ui.evaluate.studies import StudiesPage

LAYOUT, WIDE = "evaluate", 1100
REFRESH_SECONDS, REST_SECONDS = 0.5, 0.25
"""How often the disk is looked at; how long a selection rests before runs are read to be compared."""


class EvaluateWorkspace(RunsPage):
    """Which run is better; see :class:`RunsPage`."""

    def __init__(self, studio: Studio, binder: ActionBinder, parent: QWidget | None = None) -> None:
        super().__init__(studio, binder, parent)
        self.evaluation = Evaluation(studio)
        self.view = View.from_text(studio.settings.layout(f"{LAYOUT}/view"))
        self.shown = Table()
        self.model = RowsModel(columns_of(self.shown), self)
        self.sorter = RowsSorter(self.model, self)
        self.table = MetricsTable(self.sorter)
        self.table.hidden = self.view.hidden
        self._compare: CompareView | None = None
        self._compared: list[Path] = []
        self._to_select: list[Path] = []
        self._due = self._compare_at = 0.0
        self._table_due = False
        self.studies: StudiesPage | None = None
        deeds: dict[str, Callable[[], object]] = {
            "measure": self.ask_measure, "again": self.measure_again, "cancel": self.cancel, "star": self.star,
            "remark": self.remark, "copy": self.copy_command, "search": lambda: self._go_to(self.search),
            "export": self.export, "tensorboard": self.export_events, **self._handing,
        }  # fmt: skip
        studio.actions.add(*evaluate_actions(deeds, lambda: self.chosen, self._on_runs))
        self._lay_out()
        self._connect()
        self._show_table()
        if studio.settings.layout(f"{LAYOUT}/part"):
            self.show_part("studies")

    def _lay_out(self) -> None:
        self.count, self.doing = label("", "muted"), ElidedLabel("", "muted")  # which comes and goes, and moves nothing
        tip = _("Words in the name, method, data, verdict or tags (Ctrl+F)")
        self.search = search_line(_("Search the table"), tip, self.table.setFocus)
        self.search.setMaximumWidth(128)  # all is in one row of a window 1024 wide
        self.starred = push_button(_("Starred"), tooltip=_("Only runs with a star"), chip=True)
        self.starred.setCheckable(True)
        self.choices = push_button(
            _("View"), "sliders", _("Columns, seeds, and the metric to judge by"), menu=self._fill_view
        )
        bar = BreakingRow()
        shown = self.count, self.search, 2, self.starred, self.choices, self.doing
        self.doing.setMinimumWidth(1)
        left = boxed(*shown, across=True, gap=6, stretch=self.doing)
        names = "star", "remark", "copy", "export", "cancel", "again"
        small = [self._bound(name, tool_button(self._action(name).icon, "")) for name in names]
        measure = self._bound("measure", push_button(self._action("measure").title, "evaluate", primary=True))
        right = boxed(None, *small, measure, across=True, gap=6)
        bar.lay_out(left, right, 0, (8, 12, 16, 12), gap=6)
        self.empty = EmptyState(
            "evaluate", _("Which run is better?"),
            _("Train two runs, then compare them here: in numbers, curves and pictures of the same latents."),
            _("Choose an experiment"),
        )  # fmt: skip
        self.no_match = EmptyState(
            "search", _("No run matches"), _("Other words, or no star asked for, may find it."), _("Show all runs")
        )
        hint = EmptyState("compare", _("Select a run to see its numbers, or several to compare them."))
        self.said = ElidedLabel("", "strong", self)
        self.said.hide()  # until the runs are there that it is about
        self.one = OneRun([self._bound(name) for name in ("remark", "open", "duplicate")])
        self._upper = stacked(self.table, self.no_match)
        self._lower = stacked(hint, self.one)
        self._lower.setMinimumHeight(160)
        self.splitter = split(self._upper, self._lower, stretch=(1, 1), down=True, sizes=(300, 320))
        self._pages = stacked(self.splitter, self.empty, QWidget())
        self._bar = bar
        self.part = Segmented(
            (("runs", _("Runs"), _("Runs in numbers, and beside each other")),
             ("studies", _("Studies"), _("Methods and settings tried by the dozen"))), _("Evaluate"),
        )  # fmt: skip
        self._parts = stacked(self._pages)
        self._head = boxed(16, self.part, bar, across=True, stretch=bar)
        self._head.addStretch(0)
        head = QWidget()
        head.setLayout(self._head)
        head.setMinimumHeight(56)
        boxed(head, line(), self._parts, into=self, stretch=self._parts)
        self.restore_layout()

    def _on_runs(self) -> bool:
        return self.isVisible() and (self.studies is None or self.studies.isHidden())

    def show_part(self, key: str) -> None:
        """Shows the runs, or the studies."""
        self.part.set_value(key)
        if key == "studies" and self.studies is None:
            from ganstudio.ui.evaluate.studies import StudiesPage  # brings every plot

            self.studies = StudiesPage(self._studio, self._binder)
            self.studies.open_requested.connect(self.open_requested)
            self._parts.addWidget(self.studies)
            self._head.insertWidget(3, self.studies.bar, 1)
        self._studio.settings.remember_layout(f"{LAYOUT}/part", key if key == "studies" else "")
        self._parts.setCurrentIndex(int(key == "studies"))
        self._after_lines()
        if self.studies is not None:
            self.studies.show_bar()

    def _bound(self, name: str, button: QAbstractButton | None = None) -> QAbstractButton:
        """A button that does an action."""
        made = button or push_button(self._action(name).title)
        self._binder.bind(made, f"evaluate.{name}")
        return made

    def _action(self, name: str) -> Action:
        return self._studio.actions[f"evaluate.{name}"]

    def _connect(self) -> None:
        self.evaluation.changed.connect(self._changed)
        self.table.serve(self._studio.actions, MENU)
        self.table.chosen.connect(self._chosen_changed)
        self.search.textChanged.connect(lambda text: self._look(words=text))
        self.starred.toggled.connect(lambda on: self._look(starred=on))
        self.empty.clicked.connect(self.gallery_requested)
        self.no_match.clicked.connect(self._show_all)
        self.part.chosen.connect(self.show_part)

    # -- keeping up -------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Looks at the disk now and then, and at the runs that are compared, while the workspace is on view."""
        if not self.isVisible():
            return
        if self.studies is not None and self.studies.isVisible():
            self.studies.refresh()
            return
        now = time.monotonic()
        if now >= self._due:
            self._due = now + REFRESH_SECONDS
            self.evaluation.tick()
            if self._compared:
                self._compare_view().refresh()
            if self._table_due:
                self._show_table()
        if self._compare_at and now >= self._compare_at:
            self._compare_at = 0.0
            self._show_compared()

    @property
    def busy(self) -> bool:
        """What is on view, runs or studies, is being read, or what was read is not shown yet."""
        if self.studies is not None and self.part.value == "studies":
            return not self.studies.desk.read_once
        return self._table_due or not self.evaluation.read_once

    def _changed(self) -> None:
        self._table_due = True  # a measurement tells more often how far it is than anybody looks

    def _show_table(self) -> None:
        self._table_due = False
        self.shown = self.evaluation.table(self.view)
        with self.table.kept():
            self.table.set_columns(columns_of(self.shown), CREATED, Qt.SortOrder.DescendingOrder)
            self.model.set_rows(self.shown.lines)
        if self._to_select and set(self._to_select) <= {row.path for line in self.shown.lines for row in line.rows}:
            wanted, self._to_select = set(self._to_select), []
            self.table.clearSelection()
            for line in self.shown.lines:
                if wanted & {row.path for row in line.rows}:
                    self.table.choose(line.path, more=True)
        self._after_lines()
        self._show_scores()

    def _after_lines(self) -> None:
        runs, total = sum(len(one.rows) for one in self.shown.lines), len(self.evaluation.library.rows)
        read = self.evaluation.read_once
        self._pages.setCurrentIndex(0 if total else 1 if read else 2)
        self._bar.setVisible(bool(total) and self.part.value == "runs")
        self._upper.setCurrentIndex(0 if runs else 1)
        shown = f"{total:,}" if runs == total else _("{n} of {total}").format(n=runs, total=f"{total:,}")
        self.count.setText(shown)
        words = self.evaluation.measures.words
        self.doing.setText(words if self.width() >= WIDE else "")
        self.count.setToolTip("\n".join(filter(None, (plural("{n} run", "{n} runs", total), words))))
        self._bar.fit()
        if not self.chosen and runs and self.table.currentIndex().row() < 0:
            self.table.choose(self.sorter.index(0, 0).data(Qt.ItemDataRole.UserRole).path)
        proxy = self.part if self.part.value == "studies" else self.table if total else None
        if proxy is not self.focusProxy():
            self.setFocusProxy(proxy)  # type: ignore[arg-type]  # the keyboard may have waited for it
        self._chosen_changed()

    # -- what is looked at ------------------------------------------------------------------------------------------

    def _look(self, **changes: Any) -> None:
        """Another filter, other columns, or another metric to judge by."""
        self.view = replace(self.view, **changes)
        self._studio.settings.remember_layout(f"{LAYOUT}/view", self.view.to_text())
        self.table.hidden = self.view.hidden
        self._show_table()
        self.table.fit()

    def _show_all(self) -> None:
        self.search.clear()
        self.starred.setChecked(False)

    def restore_layout(self) -> None:
        """How the room is shared."""
        restore_splitter(self.splitter, self._studio.settings.layout(f"{LAYOUT}/splitter"))

    def _fill_view(self, menu: QMenu) -> None:
        def add(to: QMenu, text: str, on: bool, tip: str, then: Callable[[], object]) -> None:
            made = to.addAction(text.replace("&", "&&"))
            made.setCheckable(True)
            made.setChecked(on)
            made.setToolTip(tip)
            made.triggered.connect(lambda _on=False: then())

        view, judge = self.view, self.shown.judge
        add(menu, _("Fold seeds"), view.fold, _("Runs that differ in the seed only are one line: mean and 95 % interval"),
            lambda: self._look(fold=not view.fold))  # fmt: skip
        add(menu, _("Numbers of the best step"), view.at_best,
            _("Of the step that is best by the metric to judge by; else of the newest that was measured"),
            lambda: self._look(at_best=not view.at_best))  # fmt: skip
        by = menu.addMenu(_("Judge by"))
        by.setEnabled(judge is not None)
        for metric in (metric for metric in self.shown.metrics if metric.better):
            add(by, metric.title, metric is judge, metric.help, partial(self._look, judge=metric.name))
        columns = menu.addMenu(_("Columns"))
        for column in self.table.columns[1:]:
            others = tuple(key for key in view.hidden if key != column.key)
            hide = (*others, column.key) if others == view.hidden else others
            add(columns, column.title, others == view.hidden, column.help, partial(self._look, hidden=hide))

    # -- what is chosen ---------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[Line]:
        """The selected lines."""
        return self.table.chosen_rows()

    @property
    def chosen_runs(self) -> list[RunRow]:
        """The runs they stand for."""
        return [row for one in self.chosen for row in one.rows]

    def _chosen_changed(self) -> None:
        lines, paths = self.chosen, [row.path for row in self.chosen_runs][:MANY]
        self._binder.refresh()
        self.said.setText(summary_of(lines, self.shown))
        if len(paths) > 1:
            if paths != self._compared:
                self._compare_at = time.monotonic() + REST_SECONDS
            return
        self._compare_at = 0.0
        self._end_compare()
        if lines:
            self.one.show_line(lines[0], self.shown)
        self._lower.setCurrentIndex(1 if lines else 0)

    def _compare_view(self) -> CompareView:
        if self._compare is None:
            from ganstudio.ui.compare import CompareView  # brings every plot

            self._compare = CompareView(self._studio, self.said)
            self._compare.left.connect(self.table.setFocus)
            self._compare.comparison.opened.connect(self._show_scores)
            self._lower.addWidget(self._compare)
            self.said.show()
        return self._compare

    def _show_compared(self) -> None:
        """Compares what is selected; only once the selection rests."""
        self._compared = [row.path for row in self.chosen_runs][:MANY]
        view = self._compare_view()
        self._lower.setCurrentIndex(2)
        view.show_runs(self._compared)

    def _show_scores(self) -> None:
        """What was measured of the runs that are compared, as curves."""
        if self._compare is not None and self._compared:
            both = (zip(line.rows, line.known, strict=True) for line in self.shown.lines)
            self._compare.set_scores({row.path: known.scores for pairs in both for row, known in pairs})

    def select(self, paths: Sequence[Path]) -> None:
        """Selects these runs, now or as soon as they are listed."""
        self._to_select = list(paths)
        self._show_all()
        self._show_table()
        self.table.setFocus()

    def _end_compare(self) -> None:
        if self._compare is not None and self._compared:
            self._compare.end()
        self._compared = []

    # -- what a person asks for -------------------------------------------------------------------------------------

    def ask_measure(self) -> None:
        """Asks what is to be measured of the selected runs, once it is known what can be."""
        lines = self.chosen

        def ask(metrics: dict[Metric, int]) -> None:
            known, runs = any(one.best_step is not None for one in lines), sum(len(one.rows) for one in lines)
            measure = partial(self.evaluation.measure, lines)
            MeasureDialog(runs, metrics, self._studio.settings, known, measure, self).open()

        self.evaluation.measurable(lines, ask)

    def measure_again(self) -> None:
        """Measures the newest checkpoints in the same way as before."""
        self.evaluation.measure_again(self.chosen)

    def cancel(self) -> None:
        """Measures the selected runs no further."""
        self.evaluation.measures.cancel([row.path for row in self.chosen_runs])

    def star(self) -> None:
        """Gives the selected runs a star; takes it where all have one."""
        rows = self.chosen_runs
        self.evaluation.library.annotate(rows, star=not all(row.marks.star for row in rows))

    def remark(self) -> None:
        """Asks for tags and a note."""
        rows = self.chosen_runs

        def keep(tags: Sequence[str] | None, note: str | None) -> None:
            self.evaluation.library.annotate(rows, tags=tags, note=note)

        RemarkDialog(rows, keep, self).open()

    def copy_command(self) -> None:
        """Copies what measures the numbers on view again."""
        lines = [commands_of(row.path, scores) for one in self.chosen for row, scores in one.on_view()]
        QGuiApplication.clipboard().setText("\n".join(filter(None, lines)))
        self._studio.notifications.info(_("The command was copied."))

    def export(self) -> None:
        """Asks where, and writes the selected runs; the ending says as what."""
        kinds = ";;".join((_("Report (*.html)"), _("Values (*.csv)"), _("LaTeX table (*.tex)")))
        path = ask_where(self, _("Export"), "runs.html", kinds, (".html", ".csv", ".tex"))
        self._write(path)

    def export_events(self) -> None:
        """Asks for a folder, and writes event files of the selected runs."""
        self._write(ask_folder(self, _("Folder for TensorBoard"), "saved"))

    def _write(self, path: Path | None) -> None:
        if path is not None:
            self.evaluation.export(self.chosen, self.view, path, lambda: say_saved(self, path))

    # -- coming and going -------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Reads what changed meanwhile."""
        super().showEvent(event)
        self.evaluation.invalidate()
        self.evaluation.tick()

    def end(self) -> None:
        """Lets go of the runs that are compared, and of what is being measured."""
        self._studio.settings.remember_layout(f"{LAYOUT}/splitter", state_of(self.splitter))
        self._end_compare()
        self.evaluation.end()
        if self.studies is not None:
            self.studies.end()
