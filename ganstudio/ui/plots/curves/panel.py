"""The curves of a run: plots stacked over one x axis, drawn anew at most once per refresh."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.plots.axes import clock
from ganstudio.ui.plots.curves import export
from ganstudio.ui.plots.curves.dialogs import ask_and_export
from ganstudio.ui.plots.curves.figure import Figure
from ganstudio.ui.plots.curves.model import Curve, Mark, Style, View, convert, longest, measure_plots, plot_key
from ganstudio.ui.plots.curves.section import PlotSection
from ganstudio.ui.plots.curves.stack import PlotStack
from ganstudio.ui.plots.curves.toolbar import CurvesToolbar, weight_to_slider

_LABELS_FROM = 520
"""Narrower than this, the room at the line ends is worth more than the labels."""
_COMPACT_BELOW = 420
_ONE_ROW_BELOW = 260


class CurvesPanel(QWidget):
    """Every measured value of a run as curves.

    The panel keeps the tables it is given and looks at them in :meth:`refresh`, which costs nothing while nothing changed
    or the panel is hidden. Drawing reads about two points per pixel from each table, whatever its length.

    Signals:
        step_picked: a person clicked on a step.
    """

    step_picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = View()
        self._tables: dict[str, SeriesTable] = {}
        self._others: dict[str, SeriesTable] = {}
        self._label = ""
        self._stamp: object = None
        self.theme = theme = current_theme()
        self.toolbar = CurvesToolbar()
        self._plots = PlotStack(self.view, theme, self._hear)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._plots)
        self._empty = QLabel(_("Curves appear with the first step."))
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._lay_out()
        self._connect()
        self.apply_theme(theme)
        theme_hub.changed.connect(self.apply_theme)

    def _lay_out(self) -> None:
        self._filled = QWidget()
        inner = QVBoxLayout(self._filled)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self.toolbar)
        inner.addWidget(self._scroll, 1)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._filled)
        self.setMinimumSize(240, 120)

    def _connect(self) -> None:
        bar = self.toolbar
        bar.smoothing_changed.connect(self._set_weight)
        bar.log.toggled.connect(self._set_log)
        bar.by_time.toggled.connect(self._set_by_time)
        bar.marks.toggled.connect(self._set_show_marks)
        bar.fit.triggered.connect(self.fit)
        for action, kind in ((bar.csv, "csv"), (bar.png, "png"), (bar.svg, "svg")):
            action.triggered.connect(lambda _checked=False, kind=kind: ask_and_export(self, kind))

    def _hear(self, section: PlotSection) -> None:
        section.folded.connect(self._arrange)
        section.toggled.connect(self._toggle)
        section.soloed.connect(self._solo)
        section.comparison_toggled.connect(self._toggle_comparison)
        canvas = section.canvas
        canvas.cursor_moved.connect(self._move_cursor)
        canvas.zoomed.connect(self._zoom)
        canvas.panned.connect(self._pan)
        canvas.picked.connect(self._pick)
        canvas.fitted.connect(self.fit)

    @property
    def sections(self) -> dict[str, PlotSection]:
        """The plots by key, from the top down; those without a series are hidden."""
        return self._plots.sections

    def sizeHint(self) -> QSize:
        """Room for two or three plots."""
        return QSize(640, 420)

    # What is shown ---------------------------------------------------------------------------------------------

    @property
    def tables(self) -> Mapping[str, SeriesTable]:
        """The run's tables."""
        return self._tables

    def set_tables(self, tables: Mapping[str, SeriesTable]) -> None:
        """Shows another run, or the same run with tables that it has begun since.

        The tables are kept and may grow; :meth:`refresh` shows what came. Where to look and which step is marked stay
        for the same run.
        """
        same = all(tables.get(name) is table for name, table in self._tables.items())
        self._tables = dict(tables)
        if not same:
            self.view.cursor = self.view.picked = None
            self.view.follow = True
        self._stamp = None
        self.refresh()

    def set_comparison(self, label: str, tables: Mapping[str, SeriesTable] | None) -> None:
        """Lays a second run over the first, lighter and dashed; None takes it away."""
        self._label, self._others = (label, dict(tables)) if tables else ("", {})
        self._stamp = None
        self.refresh()

    def set_marks(self, marks: list[Mark]) -> None:
        """Shows these marks and no others."""
        if tuple(marks) != self.view.marks:
            self.view.marks = tuple(marks)
            self._redraw()

    def set_cursor_step(self, step: int | None) -> None:
        """Marks the step that is shown elsewhere (the timeline's)."""
        if step != self.view.picked:
            self.view.picked = step
            for section in self.sections.values():
                section.canvas.update()

    def refresh(self) -> None:
        """Looks whether the tables changed, and draws anew if so; call it as often as the window draws."""
        if not self.isVisible():
            return
        stamp = tuple(
            (name, id(table), table.version) for which in (self._tables, self._others) for name, table in which.items()
        )
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self.view.set_full([*self._tables.values(), *self._others.values()])
        self._rebuild()
        self._redraw()

    def _rebuild(self) -> None:
        """Sorts the series into the plots; touches only plots whose series are others than before."""
        pairs = [(table, False) for table in self._tables.values()] + [(table, True) for table in self._others.values()]
        first, changed = True, False
        found: dict[str, list[Curve]] = {}
        for table, other in pairs:
            for info in table.series if len(table) else ():
                found.setdefault(plot_key(info), []).append(Curve(table, info, Style(""), other))
        self._plots.offer(measure_plots(curve.info for curves in found.values() for curve in curves))
        for key, section in self.sections.items():
            curves = found.get(key, [])
            now = [(id(c.table), c.info, c.comparison) for c in curves]
            before = [(id(c.table), c.info, c.comparison) for c in section.canvas.figure.curves]
            entry = first and bool(curves)
            if now != before or section.comparison_shown != (self._label if entry else ""):
                section.set_curves(curves, self._label, comparison_entry=entry)
                changed = True
            if section.isHidden() == bool(curves):
                section.setVisible(bool(curves))
                changed = True
            first = first and not curves
        self._stack.setCurrentWidget(self._empty if first else self._filled)
        if changed:
            self._arrange()

    def _arrange(self) -> None:
        """Gives the lowest open plot the x axis, all the same margin, and the height of folded ones to the others."""
        shown = [section for section in self.sections.values() if not section.isHidden()]
        opened = [section for section in shown if section.is_open]
        self._plots.slack.setVisible(not opened)
        wide = self.width() >= _LABELS_FROM
        right = max((section.canvas.figure.label_width(self.view) for section in opened), default=0.0) if wide else 0.0
        for section in shown:
            canvas = section.canvas
            canvas.right = right
            canvas.axis = bool(opened) and section is opened[-1]
            canvas.words = bool(opened) and section is opened[0]
            canvas.setMinimumHeight(72 + 20 * (canvas.axis or canvas.words))
            canvas.invalidate()
            section.set_compact(self.width() < _COMPACT_BELOW, one_row=self.height() < _ONE_ROW_BELOW)

    def _redraw(self) -> None:
        for section in self.sections.values():
            if not section.isHidden():
                section.canvas.invalidate()
        self._show_values()

    def _show_values(self) -> None:
        """Writes the step at the cursor (or the last one) and the values there."""
        view = self.view
        table = longest(self._tables)
        where = view.cursor if view.cursor is not None else view.full[1]
        row = table.row_at(where, view.by) if table is not None else None
        if table is not None and row is not None:
            step, seconds = int(table.steps[row]), float(table.seconds[row])
            self.toolbar.position.setText(_("step {step} · {time}").format(step=f"{step:,}", time=clock(seconds)))
        for section in self.sections.values():
            if not section.isHidden():
                section.show_values()

    # What a person does -----------------------------------------------------------------------------------------

    def _set_weight(self, weight: float) -> None:
        self.view.weight = weight
        self._redraw()

    def _set_log(self, log: bool) -> None:
        # Off means: every plot as it comes (gradients are logarithmic by themselves).
        self.view.log = True if log else None
        self._redraw()

    def _set_by_time(self, by_time: bool) -> None:
        view, table = self.view, longest(self._tables)
        source, target = view.by, "seconds" if by_time else "step"
        if source == target:
            return
        view.by = "seconds" if by_time else "step"
        view.x0, view.x1 = (convert(x, table, source, view.by) for x in (view.x0, view.x1))
        view.cursor = None
        view.follow = view.follow or not view.x1 > view.x0
        view.set_full([*self._tables.values(), *self._others.values()])
        self._redraw()

    def _set_show_marks(self, shown: bool) -> None:
        self.view.show_marks = shown
        self._redraw()

    def fit(self) -> None:
        """Shows the whole run and follows it."""
        self.view.fit()
        self._redraw()

    def _zoom(self, factor: float, centre: float) -> None:
        self.view.zoom(factor, centre)
        self._redraw()

    def _pan(self, distance: float) -> None:
        self.view.pan(distance)
        self._redraw()

    def _move_cursor(self, position: float | None) -> None:
        """Puts the cursor on the nearest row, so that what is read is what was measured there."""
        table = longest(self._tables)
        if position is not None and table is not None:
            row = table.row_at(position, self.view.by)
            position = float(table.positions(self.view.by)[row]) if row is not None else None
        if position == self.view.cursor:
            return
        self.view.cursor = position
        for section in self.sections.values():
            section.canvas.update()
        self._show_values()

    def _pick(self, position: float) -> None:
        table = longest(self._tables)
        row = table.row_at(position, self.view.by) if table is not None else None
        if table is not None and row is not None:
            self.step_picked.emit(int(table.steps[row]))

    def _toggle(self, name: str, shown: bool) -> None:
        (self.view.hidden.discard if shown else self.view.hidden.add)(name)
        self._changed_choice()

    def _solo(self, name: str) -> None:
        """Shows only this series of its plot; all of them when it is the only one already."""
        names = next(set(section.entries) for section in self.sections.values() if name in section.entries)
        others = names - {name}
        alone = others <= self.view.hidden and name not in self.view.hidden
        self.view.hidden -= names
        if not alone:
            self.view.hidden |= others
        self._changed_choice()

    def _toggle_comparison(self, shown: bool) -> None:
        self.view.show_comparison = shown
        self._redraw()

    def _changed_choice(self) -> None:
        for section in self.sections.values():
            section.sync_hidden()
        self._arrange()
        self._redraw()

    # Look, state, export ----------------------------------------------------------------------------------------

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's colours and fonts."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor(theme.surface))
        for widget in (self, self._plots, self._scroll.viewport()):
            widget.setPalette(palette)
            widget.setAutoFillBackground(True)
        muted = self._empty.palette()
        muted.setColor(QPalette.ColorRole.WindowText, QColor(theme.text_muted))
        self._empty.setPalette(muted)
        self._empty.setFont(ui_font(theme.normal))
        self.theme = theme
        self.toolbar.apply_theme(theme)
        self._plots.apply_theme(theme)
        self._stamp = None
        self.refresh()

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
        return {
            "smoothing": round(bar.weight, 4),
            "log": bar.log.isChecked(),
            "by_time": bar.by_time.isChecked(),
            "marks": bar.marks.isChecked(),
            "folded": self._plots.folded,
            "hidden": sorted(self.view.hidden),
            "heights": self._plots.heights,
        }

    def restore_state(self, state: Mapping[str, Any]) -> None:
        """Arranges everything as :meth:`save_state` gave it; what is missing stays as it is."""
        bar = self.toolbar
        bar.slider.setValue(weight_to_slider(float(state.get("smoothing", bar.weight))))
        bar.log.setChecked(bool(state.get("log", bar.log.isChecked())))
        bar.by_time.setChecked(bool(state.get("by_time", bar.by_time.isChecked())))
        bar.marks.setChecked(bool(state.get("marks", bar.marks.isChecked())))
        self._plots.fold(state.get("folded", ()))
        self.view.hidden.clear()
        self.view.hidden.update(str(name) for name in state.get("hidden", ()))
        heights = state.get("heights", {})
        if isinstance(heights, Mapping):
            self._plots.set_heights({str(key): int(height) for key, height in heights.items()})
        self._changed_choice()

    def _figures(self) -> list[Figure]:
        """Fresh figures of the open plots, so that exporting leaves the ones on screen alone."""
        figures = []
        for section in self.sections.values():
            if not section.isHidden() and section.is_open:
                figure = Figure(section.kind, section.canvas.figure.theme)
                figure.curves = section.canvas.figure.curves
                figures.append(figure)
        return figures

    def _figure_size(self, figures: list[Figure]) -> QSize:
        return QSize(max(self.width(), 640), max(self._scroll.height(), export.figure_height(figures)))

    def export_csv(self, path: Path) -> None:
        """Writes every measured value of the run; see :func:`ganstudio.ui.plots.curves.export.export_csv`."""
        export.export_csv(path, self._tables)

    def export_png(self, path: Path) -> None:
        """Draws the open plots into a PNG at twice the resolution; raises StoreError."""
        figures = self._figures()
        export.export_png(path, self._figure_size(figures), figures, self.view, self.theme)

    def export_svg(self, path: Path) -> None:
        """Draws the open plots into an SVG; raises StoreError."""
        figures = self._figures()
        export.export_svg(path, self._figure_size(figures), figures, self.view, self.theme)
