"""What stands in a plot beside its lines: names at their ends, marks, failures, the equilibrium.

The painters come with the font of axes; ``scale`` is that of the plot.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from ganstudio.core.curves import Curve, Piece, Spike, View
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import star
from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.plots.axes import Scale


def paint_equilibrium(painter: QPainter, scale: Scale, theme: Theme) -> None:
    """The line at 1/2, and what it is where there is room."""
    area, y, metrics = scale.area, float(np.round(scale.to_y(0.5))), painter.fontMetrics()
    painter.setPen(QPen(QColor(theme.text_muted), 1, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(area.left(), y, area.right(), y))
    if area.height() > 80:
        text, height = _("equilibrium ½"), metrics.height()
        box = QRectF(area.left() + 6, y - height - 2, metrics.horizontalAdvance(text) + 8, height)
        ground = QColor(theme.surface)
        ground.setAlpha(210)
        painter.fillRect(box, ground)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def paint_failures(painter: QPainter, scale: Scale, curves: Sequence[Curve], view: View, theme: Theme) -> None:
    """A cross at the upper edge wherever a series was not finite."""
    columns: set[int] = set()
    for curve in curves:
        steps = curve.table.not_finite(curve.info.name)
        if len(steps):
            x = curve.table.positions(view.by)[np.searchsorted(curve.table.steps, steps)]
            seen = scale.to_x(x[(x >= view.x0) & (x <= view.x1)])
            columns.update(np.round(seen).astype(int).tolist())
    painter.setPen(QPen(QColor(theme.warning), 1))
    for column in columns:
        painter.drawLine(QLineF(column, scale.area.top() + 8, column, scale.area.bottom()))
        top = scale.area.top()
        painter.drawLine(QLineF(column - 3, top + 1, column + 3, top + 7))
        painter.drawLine(QLineF(column - 3, top + 7, column + 3, top + 1))


def paint_spikes(painter: QPainter, scale: Scale, spikes: Sequence[Spike]) -> None:
    """A wedge at the edge, in the curve's colour, that points to where its value lies."""
    painter.setPen(Qt.PenStyle.NoPen)
    for spike in spikes:
        edge, depth = (scale.area.top(), 6) if spike.above else (scale.area.bottom(), -6)
        painter.setBrush(QColor(spike.curve.style.colour))
        painter.drawPolygon([QPointF(spike.x, edge), *(QPointF(spike.x + side, edge + depth) for side in (-4, 4))])
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_marks(painter: QPainter, scale: Scale, view: View, theme: Theme, *, words: bool) -> None:
    """A line per mark; with ``words`` a sign above and what it says, where that does not meet the next.

    At most one mark of a kind per pixel column, so that ten thousand checkpoints cost no more than one screen.
    """
    area, metrics = scale.area, painter.fontMetrics()
    colours = {"hyper": theme.accent, "checkpoint": theme.text_muted, "best": theme.text}
    places: dict[tuple[int, str], str] = {}
    for mark in view.marks:
        if view.x0 <= mark.at(view.by) <= view.x1:
            places[round(float(scale.to_x(mark.at(view.by)))), mark.kind] = mark.text
    spoken = sorted(x for x, kind in places if kind != "checkpoint")
    free = area.left() - 8
    for (x, kind), text in sorted(places.items()):
        painter.setPen(QPen(QColor(theme.mix(colours[kind], "surface", 0.3 if kind == "checkpoint" else 0.6)), 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        if not words or (kind == "checkpoint" and x - 5 < free):
            continue
        painter.setPen(QColor(colours[kind]))
        _paint_sign(painter, kind, x, area.top() - 9)
        limit = next((other - 8 for other in spoken if other > x), area.right())
        end = x + 8 + metrics.horizontalAdvance(text)
        if kind != "checkpoint" and end <= limit:
            painter.drawText(QPointF(x + 8, area.top() - 11 + metrics.ascent()), text)
            free = end


def _paint_sign(painter: QPainter, kind: str, x: float, top: float) -> None:
    """The small shape at the top of a mark, in the pen's colour: its kind, without relying on colour."""
    wedge = (-3, 0), (3, 0), (0, 5)
    shapes = {"hyper": ((0, 0), (4, 4), (0, 8), (-4, 4)), "checkpoint": wedge}
    painter.setBrush(painter.pen().color())
    if kind == "best":
        painter.drawPolygon(star(x, top + 4))
    else:
        painter.drawPolygon([QPointF(x + dx, top + dy) for dx, dy in shapes[kind]])
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_labels(painter: QPainter, scale: Scale, pieces: Sequence[Piece], theme: Theme, right: float) -> None:
    """The names at the line ends, moved apart; none where there is no room for all."""
    metrics, area = painter.fontMetrics(), scale.area
    ends = []
    for curve, x, y, faint in pieces:
        rows = scale.to_y(y)
        inside = np.flatnonzero(~np.isnan(rows) & (x <= scale.x1))
        if not faint and not curve.comparison and len(inside) and x[inside[-1]] >= scale.x0:
            y_end, x_end = float(rows[inside[-1]]), float(scale.to_x(x[inside[-1]]))
            x_end = x_end if x_end < area.right() - right else area.right()  # within the plot only where it fits
            ends.append((min(max(y_end, area.top()), area.bottom()), x_end, curve))
    ends.sort(key=lambda end: end[0])
    height, half = metrics.height(), metrics.height() / 2
    places = spread([end[0] for end in ends], height - 1, area.top() + half - 6, area.bottom() - half + 6)
    for (_end, x_end, curve), place in zip(ends, places or [], strict=bool(places)):
        text = metrics.elidedText(curve.label, Qt.TextElideMode.ElideMiddle, round(right - 10))
        painter.setPen(QColor(theme.mix(curve.style.colour, theme.text, 0.72)))  # dark or light enough to be read
        box = QRectF(x_end + 6, place - half, right - 8, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float] | None:
    """Moves sorted positions apart to ``gap``, as little as needed, within [low, high]; None where there is no room."""
    if (len(wanted) - 1) * gap > high - low:
        return None
    placed: list[float] = []
    for position in wanted:
        placed.append(max(position, placed[-1] + gap if placed else low))
    for index in range(len(placed) - 1, -1, -1):
        high = placed[index] = min(placed[index], high)
        high -= gap
    return placed
