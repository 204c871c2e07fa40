"""The curves of a run: plots stacked over one x axis, drawn anew at most once per refresh."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.runs.values import Progress, export_csv
from ganstudio.core.curves import Curve, Mark, PlotKind, View, convert, end_of, longest, plot_key, plots_of
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import By, SeriesTable
from ganstudio.core.ticks import duration
from ganstudio.ui.kit.parts import boxed, label, scrolled, split, stacked
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub
from ganstudio.ui.plots.curves.export import ask_and_export, export_plots
from ganstudio.ui.plots.curves.section import PlotSection
from ganstudio.ui.plots.curves.toolbar import CurvesToolbar, weight_to_slider

_LABELS_FROM = 520
"""Narrower than this, the room at the line ends is worth more than the labels."""
_COMPACT_BELOW = 420
_ONE_ROW_BELOW = 260
_PLOT_HEIGHT = 202
"""At which an exported plot and its heading can be read well."""


class CurvesPanel(QWidget):
    """Every measured value of a run as curves: the plots that every run may have, then one for each measure that there is.

    The panel keeps the tables it is given and looks at them in :meth:`refresh`, which costs nothing while nothing changed
    or the panel is hidden. Drawing reads about two points per pixel from each table, whatever its length.

    Signals:
        step_picked: a person clicked on a step.
    """

    step_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.toolbar = bar = CurvesToolbar()
        self.view = View(weight=bar.weight)
        self.tables: dict[str, SeriesTable] = {}
        self._others: dict[str, SeriesTable] = {}
        self._label = ""
        self._stamp: object = None
        self._folded: frozenset[str] = frozenset()
        self.sections: dict[str, PlotSection] = {}
        self._slack = QWidget()
        self._plots = split(self._slack, stretch=(0,), down=True)
        self._plots.setHandleWidth(7)
        self._slack.hide()
        self._offer(())
        self._scroll = scrolled(self._plots)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._empty = label(_("Curves appear with the first step."), "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._filled = QWidget()
        boxed(bar, self._scroll, into=self._filled, stretch=self._scroll)
        self._stack = stacked(self._empty, self._filled)
        boxed(self._stack, into=self)
        self.setMinimumSize(240, 120)
        bar.smoothing_changed.connect(partial(self._look, "weight"))
        # Off means: every plot as it comes (gradients are logarithmic by themselves).
        bar.log.toggled.connect(lambda on: self._look("log", on or None))
        bar.marks.toggled.connect(partial(self._look, "show_marks"))
        bar.by_time.toggled.connect(partial(self._set_by, "seconds"))
        bar.by_images.toggled.connect(partial(self._set_by, "images"))
        bar.fit.triggered.connect(self.fit)
        for kind, action in bar.files.items():
            action.triggered.connect(lambda _on, kind=kind: ask_and_export(self, kind, self.export))
        self._dress(current_theme())
        theme_hub.changed.connect(self._dress)

    def _offer(self, series: Iterable[SeriesInfo]) -> None:
        """Sees to it that there is a section for each plot; one that is there takes its present title."""
        for kind in self._kinds(series):
            section = self.sections.get(kind.key)
            if section is None:
                section = self.sections[kind.key] = PlotSection(kind, self.view)
                section.hide()
                section.fold.setChecked(kind.key not in self._folded)
                self._plots.insertWidget(self._plots.count() - 1, section)
                section.folded.connect(self._arrange)
                section.chosen.connect(self._choose)
                section.plot.cursor_moved.connect(self._move_cursor)
                section.plot.picked.connect(self._pick)
                section.plot.moved.connect(self._redraw)
            elif section.plot.kind != kind:
                section.set_kind(kind)

    @property
    def shown(self) -> list[PlotSection]:
        """The sections that have something to show, from the top down."""
        return [section for section in self.sections.values() if not section.isHidden()]

    def sizeHint(self) -> QSize:
        """Room for two or three plots."""
        return QSize(640, 420)

    # What is shown ---------------------------------------------------------------------------------------------

    @property
    def _all_tables(self) -> list[SeriesTable]:
        return [*self.tables.values(), *self._others.values()]

    def set_tables(self, tables: Mapping[str, SeriesTable]) -> None:
        """Shows another run, or the same run with tables that it has begun since.

        The tables are kept and may grow; :meth:`refresh` shows what came. Where to look and which step is marked stay
        for the same run.
        """
        same = all(tables.get(name) is table for name, table in self.tables.items())
        self.tables = dict(tables)
        if not same:
            self.view.cursor = self.view.picked = None
            self.view.told = {}
            self.view.follow = True
        self._stamp = None
        self.refresh()

    def set_comparison(self, label: str, tables: Mapping[str, SeriesTable] | None) -> None:
        """Lays a second run over the first, lighter and dashed; None takes it away."""
        self._label, self._others = (label, dict(tables)) if tables else ("", {})
        self._stamp = None
        self.refresh()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Shows these marks and no others."""
        if tuple(marks) != self.view.marks:
            self._look("marks", tuple(marks))

    def set_cursor_step(self, step: int | None) -> None:
        """Marks the step that is shown elsewhere (the timeline's)."""
        if step != self.view.picked:
            self.view.picked = step
            self._point()
            self._show_values()

    def read_now(self, **steps: int) -> None:
        """Until the next call the legends tell what can be read now, as what stands beside does, whatever comes.

        ``steps``: those up to which tables are read, by their names; others are read to their end.
        """
        there = [table for table in self.tables.values() if len(table)]
        told = {table: min(int(table.steps[-1]), steps.get(table.name, sys.maxsize)) for table in there}
        if told != self.view.told:
            self.view.told = told
            self._show_values()

    def refresh(self) -> None:
        """Looks whether the tables changed, and draws anew if so; call it as often as the window draws."""
        if not self.isVisible():
            return
        stamp = [(id(table), table.version) for table in self._all_tables]
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.view.set_full(self._all_tables)
        curves = self._curves()
        self._stack.setCurrentWidget(self._filled if curves else self._empty)
        if self._sort(curves):
            self._arrange()
        self._redraw()

    def _curves(self) -> list[Curve]:
        """Every line that there is."""
        return [
            Curve(table, info, other, of=of)
            for tables, other, of in ((self.tables, False, ""), (self._others, True, self._label))
            for table in tables.values()
            for info in (table.series if len(table) else ())
        ]

    def _kinds(self, series: Iterable[SeriesInfo]) -> list[PlotKind]:
        """The plots that these are sorted into."""
        return plots_of(series)

    def _key(self, info: SeriesInfo) -> str:
        """The plot that a series belongs in."""
        return plot_key(info)

    def _sort(self, curves: Sequence[Curve]) -> bool:
        """Sorts the curves into the plots; touches only plots whose curves are others than before, and says whether any."""
        self._offer(curve.info for curve in curves)
        found: dict[str, list[Curve]] = {key: [] for key in self.sections}
        for curve in curves:
            found[self._key(curve.info)].append(curve)
        uppermost = next((key for key in found if found[key]), "")
        touched = False
        for key, section in self.sections.items():
            mine, entry = found[key], self._label if key == uppermost else ""
            now, before = (
                [(id(c.table), c.info, c.comparison, c.of) for c in of] for of in (mine, section.plot.curves)
            )
            if now != before or section.comparison_shown != entry:
                section.set_curves(mine, entry)
                touched = True
            if section.isHidden() == bool(mine):
                section.setVisible(bool(mine))
                touched = True
        return touched

    def _arrange(self) -> None:
        """Gives the lowest open plot the x axis, all the same margin, and the height of folded ones to the others."""
        opened = [section for section in self.shown if section.is_open]
        self._slack.setVisible(not opened)
        wide = self.width() >= _LABELS_FROM
        right = max((section.plot.label_width for section in opened), default=0.0) if wide else 0.0
        for section in self.shown:
            plot = section.plot
            plot.right, plot.axis, plot.words = right, section in opened[-1:], section in opened[:1]
            plot.setMinimumHeight(72 + 20 * (plot.axis or plot.words))
            plot.invalidate()
            section.set_compact(self.width() < _COMPACT_BELOW, one_row=self.height() < _ONE_ROW_BELOW)

    def _redraw(self) -> None:
        for section in self.shown:
            section.plot.invalidate()
        self._show_values()

    def _point(self) -> None:
        """What lies over the plots is elsewhere."""
        for section in self.shown:
            section.plot.update()

    def _show_values(self) -> None:
        """Writes the step at the cursor (or the one that is shown, or the last) and the values there."""
        own, view = longest(self.tables.values()), self.view
        where = view.reads_at(own, own)
        if view.cursor is None:  # another run may have gone further
            where = min(where, max((end_of(table, view.by) for table in self.tables.values()), default=where))
        table, row = self._nearest(where)
        if table is not None:
            step, seconds = int(table.steps[row]), float(table.seconds[row])
            self.toolbar.position.setText(_("step {step} · {time}").format(step=f"{step:,}", time=duration(seconds)))
        for section in self.shown:
            section.show_values()

    def _nearest(self, position: float) -> tuple[SeriesTable | None, int]:
        """The row that was measured nearest to a position, and its table: the longest that reaches so far."""
        both, by = (self.tables.values(), self._others.values()), self.view.by
        there = ([table for table in tables if end_of(table, by) >= position] for tables in both)
        table = longest(next(filter(None, there), self._all_tables))
        row = table.row_at(position, self.view.by) if table is not None else None
        return (table, row) if row is not None else (None, 0)

    # What a person does -----------------------------------------------------------------------------------------

    def _look(self, what: str, how: object) -> None:
        """Draws with another value of an attribute of the view."""
        setattr(self.view, what, how)
        self._redraw()

    def _set_by(self, unit: By, on: bool) -> None:
        view, table = self.view, longest(self.tables.values())
        target: By = unit if on else "step"
        if view.by == target or (not on and view.by != unit):
            return
        view.x0, view.x1 = (convert(x, table, view.by, target) for x in (view.x0, view.x1))
        view.by, view.cursor = target, None
        view.follow = view.follow or not view.x1 > view.x0
        view.set_full(self._all_tables)
        self._stamp = None
        self.refresh()
        self._redraw()

    def fit(self) -> None:
        """Shows the whole run and follows it."""
        self.view.fit()
        self._redraw()

    def _move_cursor(self, position: float | None) -> None:
        """Puts the cursor on the nearest row, so that what is read is what was measured there."""
        if position is not None:
            table, row = self._nearest(position)
            position = float(table.positions(self.view.by)[row]) if table is not None else None
        if position != self.view.cursor:
            self.view.cursor = position
            self._point()
            self._show_values()

    def _pick(self, position: float) -> None:
        table, row = self._nearest(position)
        if table is not None:
            self.step_picked.emit(int(table.steps[row]))

    def _choose(self) -> None:
        for section in self.sections.values():
            section.sync_hidden()
        self._arrange()
        self._redraw()

    # Look, state, export ----------------------------------------------------------------------------------------

    def _dress(self, theme: Theme) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.surface))
        for widget in (self, self._plots, self._scroll.viewport()):
            widget.setPalette(palette)
            widget.setAutoFillBackground(True)
        # Seven pixels to grab, one to see.
        line = f"background: transparent; border: none; border-top: 1px solid {theme.hairline}; image: none;"
        self._plots.setStyleSheet(f"QSplitter::handle:vertical {{ {line} margin: 3px 8px 0 8px; }}")
        for section in self.sections.values():
            section.set_curves(section.plot.curves, section.comparison_shown)  # in the theme's colours

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Labels at the line ends come and go with the room."""
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        """Catches up with what came while it was hidden."""
        super().showEvent(event)
        self.refresh()

    def save_state(self) -> dict[str, Any]:
        """Everything a person arranged, as plain JSON values."""
        bar = self.toolbar
        shut = {key for key, section in self.sections.items() if not section.is_open}
        return {
            "smoothing": round(bar.weight, 4),
            "log": bar.log.isChecked(),
            "by_time": bar.by_time.isChecked(),
            "marks": bar.marks.isChecked(),
            "folded": sorted(shut | (self._folded - self.sections.keys())),  # also those not there at present
            "hidden": sorted(filter(None, self.view.hidden)),  # another run is compared with next time
            "heights": dict(zip(self.sections, self._plots.sizes(), strict=False)),
        }

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Arranges everything as :meth:`save_state` gave it; what is missing stays as it is."""
        bar = self.toolbar
        bar.slider.setValue(weight_to_slider(float(state.get("smoothing", bar.weight))))
        for key, action in (("log", bar.log), ("by_time", bar.by_time), ("marks", bar.marks)):
            action.setChecked(bool(state.get(key, action.isChecked())))
        self._folded = frozenset(str(key) for key in state.get("folded", ()))
        for key, section in self.sections.items():
            section.fold.setChecked(key not in self._folded)
        self.view.hidden = {str(name) for name in state.get("hidden", ())}
        heights = state.get("heights", {})
        if isinstance(heights, Mapping):
            now = zip(self.sections, self._plots.sizes(), strict=False)
            sizes = [int(heights.get(key, height)) for key, height in now]
            if sum(sizes) > 0:
                self._plots.setSizes([*sizes, 0])
        self._choose()

    def export(self, path: Path, progress: Progress | None = None) -> bool:
        """Writes the values (``.csv``) or draws the open plots (``.png``, ``.svg``); False: cancelled. Raises StoreError."""
        if path.suffix.lower() == ".csv":
            return export_csv(path, self.tables, progress)
        plots = [section.plot for section in self.shown if section.is_open]
        height = max(self._scroll.height(), 24 + len(plots) * _PLOT_HEIGHT)
        try:
            export_plots(path, QSize(max(self.width(), 640), height), plots)
        finally:
            self._arrange()  # the plots on the screen are themselves again
        return True
