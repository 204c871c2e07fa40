"""The base of every plot: a widget that shows a scene of pyqtgraph's in the studio's own look, and what lies in it.

A plot is drawn *once* per change, into a picture; every further paint event only copies it and adds what mouse and
keyboard add. Its ground (grid, ticks, texts) is a picture of its own, drawn anew only where it would look different:
that is what halves the time of a redraw. The scene has no view, so that pyqtgraph's menus, export window and mouse do
not exist, and nobody repaints behind our back.

Items lie in *pixels*: numpy brings data there. Qt's transformations declare what is smaller than 1e-12 singular, and a
loss that blows up is larger than that in no time. Pens are one pixel wide, which is Qt's fast path.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Hashable

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")  # it would take PyQt6 where both are installed

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from ganstudio.core.curves import Dash, Floats
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub

# OpenGL and its exit handler are known to crash; pictures have their first row first everywhere in the studio.
pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False, exitCleanup=False)
_EVERYWHERE = QRectF(-1e5, -1e5, 2e5, 2e5)
"""Where an item may paint: nothing is gained by knowing better, since a plot is drawn at once."""


class Chart(QWidget):
    """A plot.

    A subclass puts items into ``area`` (cut off at its edges) or beside it, gives them their data in :meth:`place`, and
    paints in :meth:`paint_ground` and :meth:`paint_over`. It calls :meth:`invalidate` when what is drawn is out of date,
    and ``update()`` when only what is painted over it is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene = pg.GraphicsScene(parent=self)
        self.scene.setItemIndexMethod(self.scene.ItemIndexMethod.NoIndex)  # a few items: an index costs more
        self.area = QGraphicsRectItem()
        self.area.setPen(QPen(Qt.PenStyle.NoPen))
        self.area.setFlag(self.area.GraphicsItemFlag.ItemClipsChildrenToShape)
        self.scene.addItem(self.area)
        self._ground: tuple[Hashable, QPixmap] | None = None
        self._picture: QPixmap | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        theme_hub.changed.connect(self.invalidate)

    @property
    def theme(self) -> Theme:
        """Colours and fonts."""
        return current_theme()

    def invalidate(self) -> None:
        """Draws anew with the next paint event, if it is visible at all; call it as often as you like."""
        self._picture = None
        self.update()

    def place(self, rect: QRectF, ratio: float) -> Hashable:
        """Gives the items their data.

        Args:
            rect: the whole plot, in pixels.
            ratio: device pixels per pixel.

        Returns:
            All that the ground depends on beside size and theme.
        """
        raise NotImplementedError

    def paint_ground(self, painter: QPainter) -> None:
        """Paints what lies below the items, after :meth:`place`; it is kept until that returns something else."""

    def paint_over(self, painter: QPainter) -> None:
        """Paints what mouse and keyboard add; it is no part of an exported plot."""

    def draw(self, painter: QPainter, rect: QRectF, ratio: float = 1.0) -> None:
        """Draws the plot from the origin on, onto a picture or as an SVG: the same items that are on the screen."""
        self.place(rect, ratio)
        self._paint_ground(painter, rect)
        self._paint_items(painter, rect)

    def _paint_ground(self, painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, QColor(self.theme.surface))
        self.paint_ground(painter)

    def _paint_items(self, painter: QPainter, rect: QRectF) -> None:
        self.scene.setSceneRect(rect)
        self.scene.render(painter, rect, rect)

    def _drawn(self, size: QSize, ratio: float) -> QPixmap:
        rect = QRectF(self.rect())
        key = (self.theme.name, self.place(rect, ratio))
        if self._ground is None or self._ground[0] != key or self._ground[1].size() != size:
            ground = _canvas(size, ratio)
            with QPainter(ground) as painter:
                self._paint_ground(painter, rect)
            self._ground = key, ground
        picture = _canvas(size, ratio)
        with QPainter(picture) as painter:
            painter.drawPixmap(0, 0, self._ground[1])
            self._paint_items(painter, rect)
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the plot if it changed, then the cursor over it."""
        ratio = self.devicePixelRatioF()
        size = QSize(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio))
        if self._picture is None or self._picture.size() != size or self._picture.devicePixelRatio() != ratio:
            self._picture = self._drawn(size, ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self.paint_over(painter)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.theme.focus), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)  # that of a label may be left
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


def _canvas(size: QSize, ratio: float) -> QPixmap:
    canvas = QPixmap(size)
    canvas.setDevicePixelRatio(ratio)
    return canvas


class Sketch(QGraphicsItem):
    """Something that a function paints, in pixels of the plot."""

    def __init__(self, paint: Callable[[QPainter], object], parent: QGraphicsItem | None = None) -> None:
        super().__init__(parent)
        self._paint = paint

    def boundingRect(self) -> QRectF:
        """Anywhere."""
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
        """Anywhere: pyqtgraph would look through all points."""
        return _EVERYWHERE

    def set_points(
        self, x: Floats, y: Floats, colour: QColor, dash: Dash = (), *, dots: bool = False, fine: bool = False
    ) -> None:
        """Draws another line.

        Args:
            x: float64 ``(n,)``, not decreasing where there are dashes.
            y: float64 ``(n,)``; NaN where nothing was measured.
            colour: of the line.
            dash: see :data:`~ganstudio.ui.plots.axes.Dash`.
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


class Pieces(pg.PlotCurveItem):
    """Pieces of line that do not hang together, smooth: at most a hundred thousand, since each is drawn by itself."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent=parent, connect="pairs", antialias=True, skipFiniteCheck=True)
        self.setSegmentedLineMode("on")  # no path need be made of them: half the time

    def boundingRect(self) -> QRectF:
        """That of the area: pyqtgraph would look through all points."""
        return self.parentItem().boundingRect()

    def set_ends(self, ends: Floats, ink: QColor) -> None:
        """Draws other pieces, ``(n, 2, 2)`` pixels."""
        flat = ends.reshape(-1, 2)
        self.setData(flat[:, 0], flat[:, 1], pen=QPen(ink, 1))


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
