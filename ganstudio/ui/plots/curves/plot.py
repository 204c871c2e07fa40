"""One plot of the stack: what it draws, and how it turns mouse and keys into moves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import zip_longest

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip

from ganstudio.core.curves import Curve, Piece, PlotKind, Span, Spike, View, longest, span_of
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.core.series_words import is_count
from ganstudio.core.ticks import linear_ticks, log_ticks, time_ticks
from ganstudio.ui.kit.keys import ZOOMS
from ganstudio.ui.kit.painted import draw_tag
from ganstudio.ui.kit.theme import ui_font
from ganstudio.ui.plots.axes import Grid, Scale
from ganstudio.ui.plots.chart import Chart, Line, Sketch
from ganstudio.ui.plots.curves import signs
from ganstudio.ui.plots.curves.styles import COMPARED

LABEL_WIDTH = 128
"""A direct label at a line's end is never wider."""
_DECADES = 8
_DRAG = 4
"""Pixels the mouse may move in a click."""
_KEY_PIXELS = 4
_SPIKES_APART = 8
"""Of values outside the axis that lie within so many pixels the farthest is marked."""
_NEAR = 24
"""Pixels from the mouse within which a line is named."""


class Plot(Chart):
    """A plot of curves over steps or time.

    Attributes:
        curves: what may be drawn.
        scale: of what was drawn last; None while there is no room.
        right: room for labels at the line ends; below 20 none are drawn.
        axis: write the x axis below.
        words: write above what the marks mean.

    Signals:
        cursor_moved: position in the view's unit, or None when the mouse left.
        picked: position of a click.
        moved: the view shows another part of the x axis.
    """

    cursor_moved = Signal(object)
    picked = Signal(float)
    moved = Signal()

    def __init__(self, kind: PlotKind, view: View) -> None:
        super().__init__()
        self.kind, self.view = kind, view
        self.curves: list[Curve] = []
        self.scale: Scale | None = None
        self.right = 0.0
        self.axis = self.words = False
        self._lines: list[Line] = []
        self._pieces: list[Piece] = []
        self._left_out = False
        self._spikes: list[Spike] = []
        self._grid = Grid()
        self._bands: list[tuple[Curve, QPolygonF]] = []
        self._ground_of_bands = Sketch(self._paint_bands, self.area)  # below every line
        self.scene.addItem(Sketch(self._paint_signs))
        self._press: QPointF | None = None
        self._mouse: QPointF | None = None
        self._dragging = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(56)
        words = _("Arrow keys move the cursor, plus and minus zoom, 0 shows all (once more: every spike), Enter shows the "
                  "samples of this step.")  # fmt: skip
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        """A plot that is pleasant to read."""
        return QSize(560, 150)

    # What is drawn ----------------------------------------------------------------------------------------------

    @property
    def shown(self) -> list[Curve]:
        """The curves that are switched on, comparisons first, so that they lie below."""
        return sorted(filter(self.view.shows, self.curves), key=lambda curve: not curve.comparison)

    @property
    def label_width(self) -> float:
        """How wide the labels at the line ends are, 0 without any."""
        metrics = QFontMetricsF(ui_font(self.theme.small))
        names = [curve.label for curve in self.shown if not curve.comparison]
        return min(max((metrics.horizontalAdvance(name) for name in names), default=0) + 12, LABEL_WIDTH + 12)

    @property
    def weight(self) -> float:
        """The smoothing of this plot."""
        return 0.0 if self.kind.sparse else self.view.weight

    def place(self, rect: QRectF, ratio: float) -> Grid:
        """Reads about two points per pixel from each table, whatever its length."""
        height = QFontMetricsF(ui_font(self.theme.small, tabular=True)).height()
        area = rect.adjusted(
            44 if rect.width() < 420 else 52,
            height + 4 if self._speaks else 6,
            -max(self.right, 8.0),
            -(height + 6 if self.axis else 4),
        )
        self.scale, self._pieces, self._grid, self._bands = None, [], Grid(), []
        if area.width() >= 20 and area.height() >= 12:
            self.area.setRect(area)
            self._pieces = self._read(int(area.width() * ratio))
            self.scale = self._range(area)
            self._bands = self._fill_bands(self._pieces, self.scale)
            self._grid = self._make_grid(self.scale)
        # Lines are made once, and hidden where there are fewer: making and dropping items leaks with some Qt releases.
        self._lines += [Line(self.area) for _more in self._pieces[len(self._lines) :]]
        for line, piece in zip_longest(self._lines, self._pieces):
            line.setVisible(piece is not None)
            if piece is not None:
                self._place_line(line, piece, ratio)
        return self._grid

    @property
    def _speaks(self) -> bool:
        return self.words and self.view.show_marks and bool(self.view.marks)

    def _read(self, pixels: int) -> list[Piece]:
        view, weight, curves = self.view, self.weight, self.shown
        wanted: list[tuple[Curve, str, bool]] = []  # edges of bands first, in pairs: they lie below
        bands = {curve.key: curve.table.band_of(curve.info.name) for curve in curves}
        wanted += [(curve, edge, True) for curve in curves for edge in bands[curve.key] or ()]
        wanted += [
            (curve, curve.info.name, True)
            for curve in curves
            if weight > 0 and not curve.comparison and not bands[curve.key]
        ]
        wanted += [(curve, curve.info.name, False) for curve in curves]
        pieces = []
        for curve, name, faint in wanted:
            reach = name, view.x0, view.x1, pixels, view.by
            raw = faint and not bands[curve.key]  # a band is that of what is drawn in its middle
            # A row that stands for many values is smoothed as if all of them had been.
            same = 0.0 if raw else weight**curve.table.every
            x, y = curve.table.window(*reach) if raw else curve.table.smoothed_window(*reach, same)
            pieces.append(Piece(curve, x, y.astype(np.float64), faint))
        return pieces

    def _fill_bands(self, pieces: Sequence[Piece], scale: Scale) -> list[tuple[Curve, QPolygonF]]:
        """What lies between the two edges of each band, in pixels."""
        edges = [piece for piece in pieces if piece.faint and piece.curve.table.band_of(piece.curve.info.name)]
        found = []
        for low, high in zip(edges[::2], edges[1::2], strict=True):
            there = ~(np.isnan(low.y) | np.isnan(high.y)) if len(low.y) == len(high.y) else np.zeros(len(low.y), bool)
            x = np.clip(scale.to_x(low.x[there]), scale.area.left(), scale.area.right())
            with np.errstate(invalid="ignore", divide="ignore"):
                floor = np.maximum(low.y[there], scale.low) if scale.log else low.y[there]
                lower, upper = scale.to_y(floor), scale.to_y(high.y[there])
            y = np.concatenate((lower, upper[::-1]))
            if (there := np.isfinite(y)).any():
                found.append((low.curve, pg.functions.arrayToQPolygonF(np.concatenate((x, x[::-1]))[there], y[there])))
        return found

    def _paint_bands(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        for curve, outline in self._bands:
            ink = QColor(curve.style.colour)
            ink.setAlphaF(0.16)
            painter.setBrush(ink)
            painter.drawPolygon(outline)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _range(self, area: QRectF) -> Scale:
        """The y range of what is visible."""
        view, self._left_out, self._spikes = self.view, False, []
        if self.kind.equilibrium:
            return Scale(area, view.x0, view.x1, -0.02, 1.02)
        drawn = [(piece, piece.y[(piece.x >= view.x0) & (piece.x <= view.x1)]) for piece in self._pieces]
        drawn = [(piece, y[~np.isnan(y)]) for piece, y in drawn]
        log = (self.kind.log if view.log is None else view.log) and any(bool((y > 0).any()) for _piece, y in drawn)
        spans: list[tuple[Piece, Span]] = []
        for piece, y in drawn:
            if log:
                self._left_out = self._left_out or bool((y <= 0).any())
                y = np.log10(y[y > 0])
            if (span := span_of(y, view.spikes)) is not None:
                spans.append((piece, span))
        # Smoothed curves set the range; of what lies faintly behind them only the bulk counts.
        bulk = [(s.low, s.high) if piece.faint and not view.spikes else (s.least, s.most) for piece, s in spans]
        low, high = min((low for low, _high in bulk), default=0.0), max((high for _low, high in bulk), default=1.0)
        if log:
            low = max(low, high - _DECADES)
            pad = max(0.05 * (high - low), 0.0414)
            scale = Scale(area, view.x0, view.x1, 10 ** (low - pad), 10 ** (high + pad), log=True)
        else:
            pad = (high - low) * 0.06 or abs(high) * 0.1 or 0.5
            scale = Scale(area, view.x0, view.x1, low - pad, high + pad)
        self._note_spikes(scale, spans)
        return scale

    def _note_spikes(self, scale: Scale, spans: list[tuple[Piece, Span]]) -> None:
        """Remembers what lies far outside the axis, one for some pixels: it gets a sign at the edge."""
        found: dict[tuple[int, bool], Spike] = {}
        for piece, span in spans:
            least, most = (10**span.least, 10**span.most) if scale.log else (span.least, span.most)
            above = piece.y > max(most, scale.high)
            floor = -np.inf if scale.log else min(least, scale.low)  # small values of a log scale are no spikes
            inside = (piece.x >= scale.x0) & (piece.x <= scale.x1)
            rows = np.flatnonzero(inside & (above | (piece.y < floor)))
            for x, y, up in zip(scale.to_x(piece.x[rows]), piece.y[rows], above[rows], strict=True):
                key = int(x / _SPIKES_APART), bool(up)
                if key not in found or abs(y) > abs(found[key].y):
                    found[key] = Spike(piece.curve, float(x), float(y), bool(up))
        self._spikes = list(found.values())

    def _make_grid(self, scale: Scale) -> Grid:
        """Lines at the ticks, numbers beside them; with an axis those below and their unit, too."""
        area, view, metrics = scale.area, self.view, QFontMetricsF(ui_font(self.theme.small, tabular=True))
        left, top, right, bottom = (round(edge) for edge in (area.left(), area.top(), area.right(), area.bottom()))
        rules, texts, last = [], [], float("inf")
        room = max(2, int(area.height() / 26))
        whole = all(is_count(curve.info) for curve in self.shown)
        ticks_of = log_ticks if scale.log else partial(linear_ticks, whole=whole)
        for value, text in ticks_of(scale.low, scale.high, room):
            y = float(scale.to_y(value))
            rules.append((left, round(y), right, round(y)))
            if last - y >= metrics.height() * 0.9:
                last = y
                at = left - 6 - metrics.horizontalAdvance(text), y - metrics.height() / 2 + metrics.ascent()
                texts.append((round(at[0]), round(at[1]), text))
        count = max(2, int(area.width() / 90))
        if view.by == "seconds":
            ticks, unit = time_ticks(view.x0, view.x1, count), _("training time")
        else:
            unit = _("step") if view.by == "step" else _("images seen")
            ticks = linear_ticks(view.x0, view.x1, count, whole=True)
        line, end = round(bottom + 4 + metrics.ascent()), right - metrics.horizontalAdvance(unit)
        for value, text in ticks:
            x = float(scale.to_x(value))
            rules.append((round(x), top, round(x), bottom))
            half = metrics.horizontalAdvance(text) / 2
            if self.axis and x + half <= end - 8:
                texts.append((round(x - half), line, text))
        if self.axis:
            texts.append((round(end), line, unit))
        return Grid(tuple(rules), (), tuple(texts))

    def _place_line(self, line: Line, piece: Piece, ratio: float) -> None:
        curve, scale = piece.curve, self.scale
        assert scale is not None
        colour, dash, wide = curve.style.colour, curve.style.dash, scale.area.width()
        if curve.comparison:
            colour, dash = self.theme.mix(colour, "surface", 0.6), COMPARED
        elif piece.faint:  # an edge of a band keeps the dash: it is known by more than its colour
            band = curve.table.band_of(curve.info.name) is not None
            colour, dash = self.theme.mix(colour, "surface", 0.5 if band else 0.22), dash if band else ()
        x, y, area = scale.to_x(piece.x), scale.to_y(piece.y), scale.area
        if len(x) > 1 and (x[0] < area.left() or x[-1] > area.right()):  # cut there, too: an SVG knows no clipping
            y[[0, -1]] = np.interp(np.clip(x[[0, -1]], area.left(), area.right()), x, y)
            x = np.clip(x, area.left(), area.right())
        if len(x) > wide:
            # On whole device pixels no two neighbouring strokes of an envelope leave a column between them.
            x = (np.floor(x * ratio) + 0.5) / ratio
        dots = self.kind.sparse and not piece.faint and len(x) < wide / 8
        line.set_points(x, y, QColor(colour), dash, dots=dots, fine=len(x) > wide / 4)

    def paint_ground(self, painter: QPainter) -> None:
        """Grid and axes."""
        self._grid.paint(painter, self.theme)

    def _paint_signs(self, painter: QPainter) -> None:
        scale, theme, view = self.scale, self.theme, self.view
        if scale is None:
            return
        painter.setFont(ui_font(theme.small, tabular=True))
        signs.paint_failures(painter, scale, self.shown, view, theme)
        if self.kind.equilibrium:
            signs.paint_equilibrium(painter, scale, theme)
        if view.show_marks:
            signs.paint_marks(painter, scale, view, theme, words=self._speaks)
        signs.paint_spikes(painter, scale, self._spikes)
        if self._left_out:
            painter.setPen(QColor(theme.text_muted))
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(scale.area.adjusted(6, 2, -4, -2), corner, _("values ≤ 0 are not on a log scale"))
        if self.right >= 20:
            signs.paint_labels(painter, scale, self._pieces, theme, self.right)

    def paint_over(self, painter: QPainter) -> None:
        """The step that the timeline shows (an accent line with a handle at its foot), and the cursor."""
        scale, view = self.scale, self.view
        if scale is None:
            return
        area = scale.area
        position = view.picked_at(self._clock)
        if position is not None and scale.x0 <= position <= scale.x1:
            x, foot = round(float(scale.to_x(position))), area.bottom()
            painter.setPen(QPen(QColor(self.theme.accent), 1))
            painter.drawLine(QLineF(x, area.top(), x, foot))
            painter.setBrush(QColor(self.theme.accent))
            painter.drawPolygon([QPointF(x - 4, foot), QPointF(x + 4, foot), QPointF(x, foot - 5)])
        if view.cursor is not None and scale.x0 <= view.cursor <= scale.x1:
            x = round(float(scale.to_x(view.cursor)))
            painter.setPen(QPen(QColor(self.theme.text_muted), 1))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self.theme.surface), 1.5))
            near: list[tuple[QPointF, Curve, float]] = []
            for curve in self.shown:
                table = curve.table
                found, ended = self.read(curve)
                if found is not None and not ended:
                    x = table.positions(view.by)[int(np.searchsorted(table.steps, found[0]))]
                    at = QPointF(round(float(scale.to_x(x))), float(scale.to_y(found[1])))
                    if not np.isnan(at.y()) and area.contains(at):  # NaN: a logarithmic axis cannot show it
                        near.append((at, curve, found[1]))
                        if not curve.comparison:
                            painter.setBrush(QColor(curve.style.colour))
                            painter.drawEllipse(at, 3.5, 3.5)
            self._name_nearest(painter, near)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    @property
    def _clock(self) -> SeriesTable | None:
        """What relates steps to seconds."""
        return longest(curve.table for curve in self.curves if not curve.comparison)

    def read(self, curve: Curve) -> tuple[tuple[int, float] | None, bool]:
        """Step and value of a curve where values are read (None where there is none), and whether its run ended before."""
        where, by = self.view.reads_at(self._clock, curve.table), self.view.by
        return curve.table.value_at(curve.info.name, where, by), curve.ended(where, by)

    def _name_nearest(self, painter: QPainter, near: Sequence[tuple[QPointF, Curve, float]]) -> None:
        """Says what the line under the mouse is: its run, its series, its value."""
        mouse = self._mouse
        near = [one for one in near if mouse is not None and abs(one[0].y() - mouse.y()) <= _NEAR]
        if mouse is None or not near:
            return
        at, curve, value = min(near, key=lambda one: abs(one[0].y() - mouse.y()))
        painter.setFont(ui_font(self.theme.small, tabular=True))
        text = f"{curve.words} {curve.info.tell(value)}"
        left, room = at.x() + 8, self.width() - 8
        left = min(left, max(8.0, room - painter.fontMetrics().horizontalAdvance(text) - 30))
        middle = at.y() - 14 if at.y() > 28 else at.y() + 14
        draw_tag(painter, left, middle, text, self.theme, dot=curve.style.colour, limit=room - left)

    # What a person does -----------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the cursor, or drags the visible part along."""
        scale, x = self.scale, event.position().x()
        self._mouse = event.position()
        self.update()
        if scale is None:
            return
        if self._press is not None:
            distance = x - self._press.x()
            if self._dragging or abs(distance) >= _DRAG:
                self._dragging = True
                self._press = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.view.pan(-distance * scale.per_pixel)
                self.moved.emit()
                return
        inside = scale.area.left() - 8 <= x <= scale.area.right() + 8
        self.cursor_moved.emit(min(max(scale.from_x(x), scale.x0), scale.x1) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a drag picks the step."""
        clicked = self._press is not None and not self._dragging and event.button() == Qt.MouseButton.LeftButton
        self._press, self._dragging = None, False
        self.unsetCursor()
        if clicked and self.scale is not None and self.scale.area.contains(event.position()):
            self.picked.emit(self.scale.from_x(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Shows everything again."""
        self._press = None
        self.view.fit()
        self.moved.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor goes with the mouse."""
        self._mouse = None
        self.cursor_moved.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl it zooms along x around the mouse; sideways moves along; else it scrolls the panel."""
        scale, turned = self.scale, event.angleDelta()
        zooms = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier) and bool(turned.y())
        sideways = abs(turned.x()) > abs(turned.y()) and not self.view.follow
        event.setAccepted(scale is not None and (zooms or sideways))
        if scale is None or not event.isAccepted():
            return
        if zooms:
            self.view.zoom(1.25 ** (-turned.y() / 120), scale.from_x(event.position().x()))
        else:
            self.view.pan(-turned.x() / 960 * (scale.x1 - scale.x0))
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the cursor, zooms, picks: see the accessible description."""
        scale, key = self.scale, event.key()
        if scale is None:
            super().keyPressEvent(event)
            return
        now = self.view.cursor if self.view.cursor is not None else scale.x1
        stride = _KEY_PIXELS * scale.per_pixel * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        if self.view.by != "seconds":
            stride = max(stride, 1.0)
        moves: dict[int, float] = {
            Qt.Key.Key_Left: now - stride,
            Qt.Key.Key_Right: now + stride,
            Qt.Key.Key_Home: scale.x0,
            Qt.Key.Key_End: scale.x1,
        }
        if key in moves:
            self.cursor_moved.emit(min(max(moves[key], scale.x0), scale.x1))
        elif key in ZOOMS:
            self.view.zoom(1 / ZOOMS[key], now)
            self.moved.emit()
        elif key == Qt.Key.Key_0:
            self.view.fit()
            self.moved.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.cursor is not None:
            self.picked.emit(self.view.cursor)
        elif key == Qt.Key.Key_Escape and self.view.cursor is not None:
            self.cursor_moved.emit(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Shows what a mark says when the mouse rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.mark_text(event.pos().x()), self)  # nothing hides it
            return True
        return super().event(event)

    def mark_text(self, pixel: float) -> str:
        """What the marks within a few pixels say, and what lies outside the axis there, a line each."""
        scale, view = self.scale, self.view
        if scale is None:
            return ""
        here, reach = scale.from_x(pixel), 4 * scale.per_pixel
        near = [mark for mark in view.marks if view.show_marks and abs(mark.at(view.by) - here) <= reach]
        lines = [_("step {step}: {text}").format(step=f"{mark.step:,}", text=mark.text) for mark in near[:8]]
        outside = _("{name}: {value} lies outside the axis; a double-click shows every spike")
        spikes = (spike for spike in self._spikes if abs(spike.x - pixel) <= _SPIKES_APART)
        lines += [outside.format(name=spike.curve.label, value=spike.curve.info.tell(spike.y)) for spike in spikes]
        return "\n".join(lines)
