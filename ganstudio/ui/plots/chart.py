"""The base of every plot: a widget that shows a scene of pyqtgraph's, in the studio's own look.

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
from collections.abc import Hashable

os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")  # it would take PyQt6 where both are installed

import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QGraphicsRectItem, QWidget

from ganstudio.ui.kit.theme import Theme

# OpenGL and its exit handler are known to crash; pictures have their first row first everywhere in the studio.
pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False, exitCleanup=False)


class Chart(QWidget):
    """A plot.

    A subclass puts items into ``area`` (cut off at its edges) or beside it, gives them their data in :meth:`place`, and
    paints in :meth:`paint_ground` and :meth:`paint_over`. It calls :meth:`invalidate` when what is drawn is out of date,
    and ``update()`` when only what is painted over it is.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
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

    def set_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self.theme = theme
        self.invalidate()

    def invalidate(self) -> None:
        """Draws anew with the next paint event, if it is visible at all; call it as often as you like."""
        self._picture = None
        self.update()

    # What a plot is made of -------------------------------------------------------------------------------------

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

    # How it is drawn --------------------------------------------------------------------------------------------

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
            ground = self._canvas(size, ratio)
            with QPainter(ground) as painter:
                self._paint_ground(painter, rect)
            self._ground = key, ground
        picture = self._canvas(size, ratio)
        with QPainter(picture) as painter:
            painter.drawPixmap(0, 0, self._ground[1])
            self._paint_items(painter, rect)
        return picture

    @staticmethod
    def _canvas(size: QSize, ratio: float) -> QPixmap:
        canvas = QPixmap(size)
        canvas.setDevicePixelRatio(ratio)
        return canvas

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
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
