"""Polylines out of numpy arrays: one copy into Qt's memory, breaks at NaN, dashes that cost no more than the line.

Qt's own dashed pens walk along every pixel of a line, which takes tens of milliseconds for a noisy curve. Here dashes
run along x only: the curve is cut at the borders of the dashes, and its 1-px pieces take Qt's fast path.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF
from shiboken6 import VoidPtr

from ganstudio.ui.plots.curves.model import Dash

Floats = NDArray[np.float64]


def polygon(points: Floats) -> QPolygonF:
    """Points ``(n, 2)`` float64 as Qt's polygon, without a Python loop."""
    result: Any = QPolygonF()
    result.resize(len(points))
    pointer: Any = VoidPtr  # its stub knows only the address
    memory: Floats = np.frombuffer(pointer(result.data(), points.nbytes, True), np.float64)
    memory[:] = points.reshape(-1)
    polygon_: QPolygonF = result
    return polygon_


def draw_curve(painter: QPainter, x: Floats, y: Floats, dash: Dash = ()) -> None:
    """Draws a line through the points in the painter's pen; NaN breaks it, a lone point is drawn as a dot."""
    if not len(x):
        return
    finite = ~np.isnan(y)
    if dash:
        x, y = _cut(x, y, dash)
    drawn = ~(np.isnan(y[:-1]) | np.isnan(y[1:]))
    if dash:
        drawn &= _on((x[:-1] + x[1:]) / 2, dash)
    points = np.column_stack((x, y))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
    for start, stop in edges.reshape(-1, 2).tolist():
        painter.drawPolyline(polygon(points[start : stop + 1]))
    if not dash:
        lone = finite.copy()
        lone[:-1] &= ~drawn
        lone[1:] &= ~drawn
        for row in np.flatnonzero(lone).tolist():
            painter.drawEllipse(QPointF(points[row, 0], points[row, 1]), 1, 1)


def _borders(dash: Dash) -> Floats:
    return np.cumsum(np.array((0, *dash), np.float64))


def _on(x: Floats, dash: Dash) -> NDArray[np.bool_]:
    borders = _borders(dash)
    inside: NDArray[np.bool_] = np.searchsorted(borders, x % borders[-1], side="right") % 2 == 1
    return inside


def _cut(x: Floats, y: Floats, dash: Dash) -> tuple[Floats, Floats]:
    """The line with a point added wherever a dash begins or ends."""
    borders = _borders(dash)
    period = borders[-1]
    starts = np.arange(np.floor(x[0] / period), np.floor(x[-1] / period) + 1) * period
    cuts = (starts[:, None] + borders[None, :-1]).reshape(-1)
    cuts = cuts[(cuts > x[0]) & (cuts < x[-1])]
    where = np.searchsorted(x, cuts)
    return np.insert(x, where, cuts), np.insert(y, where, np.interp(cuts, x, y))


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float] | None:
    """Moves sorted positions apart to ``gap``, as little as needed, within [low, high]; None where there is no room."""
    if (len(wanted) - 1) * gap > high - low:
        return None
    placed: list[float] = []
    for position in wanted:
        placed.append(max(position, placed[-1] + gap if placed else low))
    limit = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    assert all(after - before >= gap - 1e-6 for before, after in pairwise(placed))
    return placed
