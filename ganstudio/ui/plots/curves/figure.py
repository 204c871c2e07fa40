"""Draws one plot onto any painter: the widget's canvas, a PNG or an SVG."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.axes import Ticks, linear_ticks, log_ticks, time_ticks
from ganstudio.ui.plots.curves.lines import Floats, draw_curve, spread
from ganstudio.ui.plots.curves.model import Curve, PlotKind, View

LABEL_WIDTH = 128
"""A direct label at a line's end is never wider."""
_DECADES = 8


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the plot lies in its widget and which values it spans."""

    area: QRectF
    x0: float
    x1: float
    low: float
    high: float
    log: bool
    scale: float = 1.0

    def to_x(self, x: Floats | float) -> Floats | float:
        """Data to pixels along x."""
        return self.area.left() + (x - self.x0) * (self.area.width() / (self.x1 - self.x0))

    def to_y(self, y: Floats) -> Floats:
        """Data to pixels along y; NaN where a logarithmic axis cannot show it, far outside is just outside."""
        low, high = self.low, self.high
        if self.log:
            with np.errstate(invalid="ignore", divide="ignore"):
                y = np.where(y > 0, np.log10(y), np.nan)
            low, high = float(np.log10(low)), float(np.log10(high))
        pixels = self.area.bottom() - (y - low) * (self.area.height() / (high - low))
        return np.clip(pixels, self.area.top() - 50, self.area.bottom() + 50)

    def from_x(self, pixel: float) -> float:
        """Pixels to data along x."""
        return self.x0 + (pixel - self.area.left()) * (self.x1 - self.x0) / self.area.width()


@dataclass(frozen=True, slots=True)
class Frame:
    """Where and with what around it a plot is drawn.

    Attributes:
        rect: the whole place, axes and labels included.
        right: room for labels at the line ends; below 20 none are drawn.
        axis: write the x axis below.
        words: write above what the marks mean.
        scale: device pixels per pixel.
    """

    rect: QRectF
    right: float = 0.0
    axis: bool = True
    words: bool = True
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class _Line:
    curve: Curve
    x: Floats
    y: Floats


class Figure:
    """One plot of the stack, drawn anew from its tables whenever asked to."""

    def __init__(self, kind: PlotKind, theme: Theme) -> None:
        self.kind = kind
        self.theme = theme
        self.curves: list[Curve] = []
        self.geometry: Geometry | None = None

    def shown(self, view: View) -> list[Curve]:
        """The curves that are switched on, comparisons first, so that they lie below."""
        curves = [
            c for c in self.curves if c.info.name not in view.hidden and (view.show_comparison or not c.comparison)
        ]
        return sorted(curves, key=lambda curve: not curve.comparison)

    def label_width(self, view: View) -> float:
        """How wide the labels at the line ends are, 0 without any."""
        metrics = QFontMetricsF(ui_font(self.theme.small))
        names = [curve.label for curve in self.shown(view) if not curve.comparison]
        return min(max((metrics.horizontalAdvance(name) for name in names), default=0) + 12, LABEL_WIDTH + 12)

    def weight(self, view: View) -> float:
        """The smoothing of this plot."""
        return 0.0 if self.kind.sparse else view.weight

    def draw(self, painter: QPainter, view: View, frame: Frame) -> None:
        """Draws the plot within ``frame.rect``; the painter has antialiasing off."""
        font = ui_font(self.theme.small, tabular=True)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        words = frame.words and view.show_marks and bool(view.marks)
        area = frame.rect.adjusted(
            44 if frame.rect.width() < 420 else 52,
            metrics.height() + 4 if words else 6,
            -max(frame.right, 8.0),
            -(metrics.height() + 6 if frame.axis else 4),
        )
        if area.width() < 20 or area.height() < 12:
            self.geometry = None
            return
        pixels = int(area.width() * frame.scale)
        weight = self.weight(view)
        faint = [self._raw(c, view, pixels) for c in self.shown(view) if weight > 0 and not c.comparison]
        lines = [self._line(curve, view, pixels, weight) for curve in self.shown(view)]
        geometry, dropped = self._geometry(area, lines, faint, view)
        self.geometry = geometry = replace(geometry, scale=frame.scale)
        self._draw_axes(painter, geometry, view, metrics, frame)
        painter.save()
        painter.setClipRect(area)
        for line in faint:
            self._draw_line(painter, geometry, line, faint=True)
        for line in lines:
            self._draw_line(painter, geometry, line)
        self._draw_failures(painter, geometry, lines, view)
        painter.restore()
        if self.kind.equilibrium:
            self._draw_equilibrium(painter, geometry, metrics)
        if view.show_marks:
            self._draw_marks(painter, geometry, view, metrics, words)
        if dropped:
            painter.setPen(QColor(self.theme.text_muted))
            note = _("values ≤ 0 are not on a log scale")
            painter.drawText(
                area.adjusted(6, 2, -4, -2), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, note
            )
        if frame.right >= 20:
            self._draw_labels(painter, geometry, lines, font, frame.right)

    def _line(self, curve: Curve, view: View, pixels: int, weight: float) -> _Line:
        x, y = curve.table.smoothed_window(curve.info.name, view.x0, view.x1, pixels, view.by, weight)
        return _Line(curve, x, y.astype(np.float64))

    def _raw(self, curve: Curve, view: View, pixels: int) -> _Line:
        x, y = curve.table.window(curve.info.name, view.x0, view.x1, pixels, view.by)
        return _Line(curve, x, y.astype(np.float64))

    def _geometry(self, area: QRectF, lines: list[_Line], faint: list[_Line], view: View) -> tuple[Geometry, bool]:
        """The y range of what is visible; and whether a logarithmic axis has to leave values out."""
        if self.kind.equilibrium:
            return Geometry(area, view.x0, view.x1, -0.02, 1.02, log=False), False
        seen = [line.y[(line.x >= view.x0) & (line.x <= view.x1)] for line in lines]
        # Smoothed curves set the range; of what lies faintly behind them only the bulk counts, not the last spike.
        seen += [np.nanpercentile(line.y, (2, 98)) for line in faint if not np.isnan(line.y).all()]
        values = np.concatenate([*seen, np.empty(0)])
        values = values[~np.isnan(values)]
        positive = values[values > 0]
        log = (self.kind.log if view.log is None else view.log) and len(positive) > 0
        if log:
            high = float(positive.max())
            low = max(float(positive.min()), high * 10.0**-_DECADES)
            pad = max((high / low) ** 0.05, 1.1)
            return Geometry(area, view.x0, view.x1, low / pad, high * pad, log=True), len(positive) < len(values)
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        pad = (high - low) * 0.06 or abs(high) * 0.1 or 0.5
        return Geometry(area, view.x0, view.x1, low - pad, high + pad, log=False), False

    def _draw_axes(
        self, painter: QPainter, geometry: Geometry, view: View, metrics: QFontMetricsF, frame: Frame
    ) -> None:
        area, theme, rect = geometry.area, self.theme, frame.rect
        grid, text = QPen(QColor(theme.mix("hairline", "surface", 0.75)), 1), QColor(theme.text_muted)
        room = max(2, int(area.height() / 26))
        ticks = (log_ticks if geometry.log else linear_ticks)(geometry.low, geometry.high, room)
        rows = geometry.to_y(np.array([value for value, _text in ticks]))
        last = float("inf")
        for (_value, label), y in zip(ticks, rows.tolist(), strict=True):
            painter.setPen(grid)
            painter.drawLine(QLineF(area.left(), round(y), area.right(), round(y)))
            if last - y < metrics.height() * 0.9:
                continue
            last = y
            painter.setPen(text)
            box = QRectF(rect.left(), y - metrics.height() / 2, area.left() - rect.left() - 6, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        self._draw_x_axis(painter, geometry, view, metrics, frame.axis, (grid, text))

    def _draw_equilibrium(self, painter: QPainter, geometry: Geometry, metrics: QFontMetricsF) -> None:
        area, y = geometry.area, float(np.round(geometry.to_y(np.array([0.5]))[0]))
        painter.setPen(QPen(QColor(self.theme.text_muted), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        if area.height() > 80:
            text = _("equilibrium ½")
            box = QRectF(
                area.left() + 6, y - metrics.height() - 2, metrics.horizontalAdvance(text) + 8, metrics.height()
            )
            ground = QColor(self.theme.surface)
            ground.setAlpha(210)
            painter.fillRect(box, ground)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_x_axis(
        self,
        painter: QPainter,
        geometry: Geometry,
        view: View,
        metrics: QFontMetricsF,
        axis: bool,
        pens: tuple[QPen, QColor],
    ) -> None:
        """Vertical grid lines; with ``axis`` their numbers and the unit below."""
        area = geometry.area
        count = max(2, int(area.width() / 90))
        if view.by == "step":
            ticks: Ticks = linear_ticks(view.x0, view.x1, count, whole=True)
            unit = _("step")
        else:
            ticks, unit = time_ticks(view.x0, view.x1, count), _("training time")
        painter.setPen(pens[0])
        for value, _label in ticks:
            x = round(float(geometry.to_x(value)))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if not axis:
            return
        painter.setPen(pens[1])
        top = area.bottom() + 4
        unit_width = metrics.horizontalAdvance(unit)
        limit = area.right() - unit_width - 8
        for value, label in ticks:
            middle, width = float(geometry.to_x(value)), metrics.horizontalAdvance(label)
            if middle + width / 2 <= limit:
                painter.drawText(QPointF(middle - width / 2, top + metrics.ascent()), label)
        painter.drawText(QPointF(area.right() - unit_width, top + metrics.ascent()), unit)

    def _draw_line(self, painter: QPainter, geometry: Geometry, line: _Line, faint: bool = False) -> None:
        style = line.curve.style
        colour = style.colour
        if line.curve.comparison:
            colour = self.theme.mix(colour, "surface", 0.6)
        elif faint:
            colour = self.theme.mix(colour, "surface", 0.22)
        # A pen wider than one device pixel is outlined by Qt, which takes seconds for a dense curve: hairlines for those.
        dense = len(line.x) > geometry.area.width() / 4
        painter.setPen(QPen(QColor(colour), 0 if dense else 1))
        dash = () if faint else (6, 4) if line.curve.comparison else style.dash
        reach = 1e4  # further away, Qt's fixed-point coordinates overflow
        x = np.clip(geometry.to_x(line.x), geometry.area.left() - reach, geometry.area.right() + reach)
        if len(x) > geometry.area.width():
            # On whole device pixels no two neighbouring strokes of an envelope leave a column between them.
            x = (np.floor(x * geometry.scale) + 0.5) / geometry.scale
        y = geometry.to_y(line.y)
        draw_curve(painter, x, y, dash)
        if self.kind.sparse and not faint and len(x) < geometry.area.width() / 8:
            for point_x, point_y in zip(x.tolist(), y.tolist(), strict=True):
                if not np.isnan(point_y):
                    painter.fillRect(QRectF(point_x - 1.5, point_y - 1.5, 3, 3), QColor(colour))

    def _draw_failures(self, painter: QPainter, geometry: Geometry, lines: list[_Line], view: View) -> None:
        """A cross at the upper edge wherever a series was not finite."""
        painter.setPen(QPen(QColor(self.theme.warning), 1))
        columns: set[int] = set()
        for line in lines:
            table = line.curve.table
            steps = table.not_finite(line.curve.info.name)
            if len(steps):
                x = table.positions(view.by)[np.searchsorted(table.steps, steps)].astype(np.float64)
                x = x[(x >= view.x0) & (x <= view.x1)]
                columns.update(np.round(np.asarray(geometry.to_x(x))).astype(int).tolist())
        top = geometry.area.top()
        for column in columns:
            painter.drawLine(QLineF(column, top + 8, column, geometry.area.bottom()))
            painter.drawLine(QLineF(column - 3, top + 1, column + 3, top + 7))
            painter.drawLine(QLineF(column - 3, top + 7, column + 3, top + 1))

    def _draw_marks(
        self, painter: QPainter, geometry: Geometry, view: View, metrics: QFontMetricsF, words: bool
    ) -> None:
        """A line per mark; with ``words`` a sign above and what it says, where that does not meet the next.

        At most one mark of a kind per pixel column, so that ten thousand checkpoints cost no more than one screen.
        """
        area, theme = geometry.area, self.theme
        colours = {"hyper": theme.accent, "checkpoint": theme.text_muted, "failure": theme.warning}
        places: dict[tuple[int, str], str] = {}
        for mark in view.marks:
            position = float(mark.step) if view.by == "step" else mark.seconds
            if view.x0 <= position <= view.x1:
                places[round(float(geometry.to_x(position))), mark.kind] = mark.text
        spoken = sorted(x for x, kind in places if kind != "checkpoint")
        free = area.left() - 8
        for (x, kind), text in sorted(places.items()):
            painter.setPen(QPen(QColor(theme.mix(colours[kind], "surface", 0.3 if kind == "checkpoint" else 0.6)), 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            if not words or (kind == "checkpoint" and x - 5 < free):
                continue
            painter.setPen(QColor(colours[kind]))
            _draw_sign(painter, kind, x, area.top() - 9, QColor(colours[kind]))
            limit = next((other - 8 for other in spoken if other > x), area.right())
            end = x + 8 + metrics.horizontalAdvance(text)
            if kind != "checkpoint" and end <= limit:
                painter.drawText(QPointF(x + 8, area.top() - 11 + metrics.ascent()), text)
                free = end

    def _draw_labels(
        self, painter: QPainter, geometry: Geometry, lines: list[_Line], font: QFont, right: float
    ) -> None:
        """The names at the line ends, moved apart; none where there is no room for all."""
        metrics, area = QFontMetricsF(font), geometry.area
        ends = []
        for line in lines:
            rows = geometry.to_y(line.y)
            inside = np.flatnonzero(~np.isnan(rows) & (line.x <= geometry.x1))
            if not line.curve.comparison and len(inside):
                y = min(max(float(rows[inside[-1]]), area.top()), area.bottom())
                ends.append((y, line.curve))
        ends.sort(key=lambda end: end[0])
        half = metrics.height() / 2
        places = spread([end[0] for end in ends], metrics.height() - 1, area.top() + half - 6, area.bottom() - half + 6)
        for (_y, curve), y in zip(ends, places or [], strict=bool(places)):
            text = metrics.elidedText(curve.label, Qt.TextElideMode.ElideMiddle, right - 10)
            painter.setPen(QColor(_readable(curve.style.colour, self.theme)))
            box = QRectF(area.right() + 6, y - half, right - 8, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def _readable(colour: str, theme: Theme) -> str:
    """A series' colour, dark or light enough to be read as text."""
    return theme.mix(colour, theme.text, 0.72)


def _draw_sign(painter: QPainter, kind: str, x: float, top: float, colour: QColor) -> None:
    """The small shape at the top of a mark: its kind, without relying on colour."""
    if kind == "failure":
        painter.drawLine(QLineF(x - 3, top + 1, x + 3, top + 7))
        painter.drawLine(QLineF(x - 3, top + 7, x + 3, top + 1))
        return
    if kind == "hyper":
        shape = [QPointF(x, top), QPointF(x + 4, top + 4), QPointF(x, top + 8), QPointF(x - 4, top + 4)]
    else:
        shape = [QPointF(x - 3, top), QPointF(x + 3, top), QPointF(x, top + 5)]
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF(shape))
    painter.setBrush(Qt.BrushStyle.NoBrush)
