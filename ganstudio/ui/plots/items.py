"""What lies in a plot: lines of pyqtgraph's, and signs that are painted by a function. Everything is placed in pixels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from ganstudio.ui.plots.axes import Floats

Dash = tuple[int, ...]
"""Pixels on, off, on, off, … along x; empty is a solid line."""
_EVERYWHERE = QRectF(-1e5, -1e5, 2e5, 2e5)


class Sketch(QGraphicsItem):
    """Something that a function paints, in pixels of the plot."""

    def __init__(self, paint: Callable[[QPainter], object], parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self._paint = paint

    def boundingRect(self) -> QRectF:
        """Nothing is gained by knowing better, since a plot is drawn at once."""
        return _EVERYWHERE

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        """Lets the function paint."""
        self._paint(painter)


class Line(pg.PlotCurveItem):
    """A line through points in pixels; NaN breaks it, and a lone point is a dot.

    Qt's own dashed pens walk along every pixel of a line, which takes tens of milliseconds for a noisy curve. Here dashes
    run along x only: the line is cut at the borders of the dashes, and its 1-px pieces take Qt's fast path.
    """

    def __init__(self, parent: QGraphicsItem | None = None) -> None:
        self._dots: list[QRectF] = []
        super().__init__(parent=parent, skipFiniteCheck=True)

    def boundingRect(self) -> QRectF:
        """Spares pyqtgraph to look through all points."""
        return _EVERYWHERE

    def set_points(
        self, x: Floats, y: Floats, colour: QColor, dash: Dash = (), *, dots: bool = False, fine: bool = False
    ) -> None:
        """Draws another line.

        Args:
            x: float64 ``(n,)``, not decreasing where there are dashes.
            y: float64 ``(n,)``; NaN where nothing was measured.
            colour: of the line.
            dash: see :data:`Dash`.
            dots: a dot at every point.
            fine: as thin as the screen can: Qt outlines any wider pen, which takes seconds for a dense line.
        """
        finite = ~np.isnan(y)
        spots, half = finite, 1.5
        if not dots:
            spots, half = finite.copy(), 1.0
            spots[:-1] &= ~finite[1:]
            spots[1:] &= ~finite[:-1]
        self._dots = [QRectF(a - half, b - half, 2 * half, 2 * half) for a, b in zip(x[spots], y[spots], strict=True)]
        drawn = np.ones(len(x), bool)
        if dash and len(x):
            x, y, drawn = _dashed(x, y, dash)
            finite = ~np.isnan(y)
        drawn = drawn & finite & np.append(finite[1:], True)
        # A path may hold no NaN, not even where nothing is drawn.
        y = np.where(finite, y, 0.0)
        self.setData(x, y, pen=QPen(colour, 0 if fine else 1), connect="all" if drawn.all() else drawn)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draws the line and its dots."""
        super().paint(painter, option, widget)
        for dot in self._dots:
            painter.fillRect(dot, self.opts["pen"].color())


def _dashed(x: Floats, y: Floats, dash: Dash) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """The line with a point added wherever a dash begins or ends, and which of its pieces lie on a dash."""
    borders = np.cumsum(np.array((0, *dash), np.float64))
    period = borders[-1]
    starts = np.arange(np.floor(x[0] / period), np.floor(x[-1] / period) + 1) * period
    cuts = (starts[:, None] + borders[None, :-1]).reshape(-1)
    cuts = cuts[(cuts > x[0]) & (cuts < x[-1])]
    where = np.searchsorted(x, cuts)
    y, x = np.insert(y, where, np.interp(cuts, x, y)), np.insert(x, where, cuts)
    middles = (x + np.append(x[1:], x[-1])) / 2
    return x, y, np.searchsorted(borders, middles % period, side="right") % 2 == 1
