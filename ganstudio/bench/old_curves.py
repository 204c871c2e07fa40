"""The painter of curves before the present one, as the opponent of row ``curves``; it goes when issue 11 has been accepted.

What has stayed the same (reading the tables, ticks, signs, labels) it has from the plot; lines and grid it paints anew at
every redraw, with ``QPainter.drawPolyline`` out of numpy's memory.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF
from shiboken6 import VoidPtr

from ganstudio.core.curves import Floats, Piece
from ganstudio.ui.plots.chart import Line
from ganstudio.ui.plots.curves.plot import Plot


class OldPlot(Plot):
    """Paints its lines itself; solid ones only."""

    def _place_line(self, line: Line, piece: Piece, ratio: float) -> None:
        line.hide()

    def _drawn(self, size: QSize, ratio: float) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(QColor(self.theme.surface))
        painter = QPainter(picture)
        self.place(self.rect().toRectF(), ratio)
        self.paint_ground(painter)
        painter.save()
        painter.setClipRect(self.area.rect())
        for piece in self._pieces:
            self._paint_piece(painter, piece)
        painter.restore()
        self._paint_signs(painter)
        painter.end()
        return picture

    def _paint_piece(self, painter: QPainter, piece: Piece) -> None:
        assert self.scale is not None
        colour = self.theme.mix(piece.curve.style.colour, "surface", 0.22 if piece.faint else 1.0)
        painter.setPen(QPen(QColor(colour), 0))
        points = np.column_stack((np.floor(self.scale.to_x(piece.x)) + 0.5, self.scale.to_y(piece.y)))
        drawn = ~(np.isnan(piece.y[:-1]) | np.isnan(piece.y[1:]))
        edges = np.flatnonzero(np.diff(np.concatenate(([False], drawn, [False])).astype(np.int8)))
        for start, stop in edges.reshape(-1, 2).tolist():
            painter.drawPolyline(_polygon(points[start : stop + 1]))


def _polygon(points: Floats) -> QPolygonF:
    """Points ``(n, 2)`` float64 as Qt's polygon, without a Python loop."""
    result: Any = QPolygonF()
    result.resize(len(points))
    pointer: Any = VoidPtr  # its stub knows only the address
    np.frombuffer(pointer(result.data(), points.nbytes, True), np.float64)[:] = points.reshape(-1)
    polygon: QPolygonF = result
    return polygon
