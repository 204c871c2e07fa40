"""What the canvas shows, every pixel of it: the map, what lies below it, and over it what the hand is about to do.

While it draws, the painter's unit is one device pixel everywhere here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF, QRegion

from ganstudio.app.paint.gestures import Hand, Preview
from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import MAX_CLASSES, UNKNOWN, colour_map, pack_colours
from ganstudio.explore.canvas import Patch, Rect
from ganstudio.explore.canvas import shapes as raster
from ganstudio.ui.kit.painted import colour, device_pixels
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.paint.cursor import Cursor
from ganstudio.ui.pictures.viewport import GRID_FROM, Viewport

SMOOTH_FROM = 4.0
CORNER = 3.5
CORNERS = 12
"""Outlines and corners reach so many pixels of the widget over their shape."""


class CanvasPicture:
    """Draws a label map. Its colours are kept as a picture, of which only what has changed is made anew.

    The colours are looked up in a table, so that every pixel has exactly the colour of its class.

    Args:
        viewport: how the map lies on the widget.
        hand: what it is about to do is drawn over the map.
        cursor: where it is.

    Attributes:
        ink: the map in its colours, RGB32, one pixel a pixel; null where there is no map.
        underlay: the picture below the map; null for none.
    """

    def __init__(self, viewport: Viewport, hand: Hand, cursor: Cursor) -> None:
        self._view, self._hand, self._cursor, self._options = viewport, hand, cursor, hand.options
        self.ink, self.underlay = QImage(), QImage()
        self._classes: Sequence[MapClass] = ()
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._table: NDArray[np.uint32] = np.zeros(MAX_CLASSES, np.uint32)

    def renew(self, ids: NDArray[np.uint8] | None, classes: Sequence[MapClass]) -> None:
        """Takes another map.

        Args:
            ids: uint8 ``(H, W)``, or None for nothing.
            classes: whose colours are used; ids outside are drawn in a glaring magenta.
        """
        self._classes = classes
        if ids is None:
            self.ink = QImage()
            return
        self._table = pack_colours(colour_map(np.arange(MAX_CLASSES), classes)) | np.uint32(0xFF000000)
        height, width = ids.shape
        self.ink = QImage(width, height, QImage.Format.Format_RGB32)
        # Lines of four-byte pixels have no padding. The array writes into the picture, which nobody else may share.
        self._pixels = np.frombuffer(self.ink.bits(), np.uint32).reshape(height, width)
        self.refresh(ids, (0, 0, height, width))

    def refresh(self, ids: NDArray[np.uint8], rect: Rect) -> None:
        """Draws a part of the map anew."""
        top, left, bottom, right = rect
        part = (slice(top, bottom), slice(left, right))
        self._pixels[part] = self._table[ids[part]]

    def _colour(self, number: int) -> QColor:
        return QColor(*(self._classes[number].colour if 0 <= number < len(self._classes) else UNKNOWN))

    def _patches(self, preview: Preview) -> list[Patch]:
        """The very pixels that a shape will paint."""
        options, side = self._options, self.ink.width()
        patch = raster.shape(side, preview.shape, preview.points, options.size, options.square)
        if patch is None:
            return []
        return [patch, raster.mirrored(patch, side)] if options.mirror else [patch]

    # -- where ------------------------------------------------------------------------------------------------------

    def region(self) -> QRegion:
        """The part of the widget that what lies over the map takes up."""
        region, view, preview, at = QRegion(), self._view, self._hand.tool.preview, self._cursor.at
        if at is not None:
            area = self._brush_area(at)
            around = QRectF(area.topLeft() / view.ratio, area.size() / view.ratio).adjusted(-3, -3, 3, 3)
            region += around.toAlignedRect()
            if self._cursor.by_keys:
                there = view.to_widget(at).toPoint()
                region += QRect(there.x() - 4, 0, 9, view.widget.height())
                region += QRect(0, there.y() - 4, view.widget.width(), 9)
        if preview is None:
            return region
        points = list(preview.points)
        thick = self._options.size / 2 if preview.shape == "line" else 1.0
        if preview.region is not None and preview.target is not None:
            top, left, bottom, right = preview.region
            region += view.cover(left, top, right, bottom, CORNERS)
            top, left, bottom, right = preview.target
            points = [(left, top), (right, bottom)]
        spans = [points]
        if self._options.mirror and preview.shape not in ("select", "moved"):
            spans.append([(view.canvas.width() - x, y) for x, y in points])
        for span in spans:
            xs, ys = [x for x, _y in span], [y for _x, y in span]
            region += view.cover(min(xs) - thick, min(ys) - thick, max(xs) + thick, max(ys) + thick, CORNERS)
        return region

    def _at(self, x: float, y: float) -> QPointF:
        return self._view.to_widget(QPointF(x, y)) * self._view.ratio

    def _area(self, rect: Rect) -> QRectF:
        top, left, bottom, right = rect
        return QRectF(self._at(left, top), self._at(right, bottom))

    def _brush_area(self, at: QPointF) -> QRectF:
        """What the brush reaches over; a brush of one pixel has that pixel."""
        size = self._options.size
        if size < 2:
            left, top = math.floor(at.x()), math.floor(at.y())
            return self._area((top, left, top + 1, left + 1))
        middle, half = self._at(at.x(), at.y()), size / 2 * self._view.scale
        return QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)

    # -- drawing ----------------------------------------------------------------------------------------------------

    def draw(self, painter: QPainter, shown: QRect) -> None:
        """Draws everything within a part of the widget; the painter is left as it was."""
        ratio, preview, tool, at = self._view.ratio, self._hand.tool.preview, self._hand.tool_in_use, self._cursor.at
        painter.fillRect(shown, QColor(current_theme().picture_grey))
        if self.ink.isNull():
            painter.setPen(QColor(current_theme().text))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            inside = QRect(QPoint(), self._view.widget).adjusted(24, 24, -24, -24)
            painter.drawText(inside, flags, _("The label map that you paint will be here."))
            return
        painter.save()
        device_pixels(painter, ratio)
        self._draw_map(painter)
        if preview is not None:
            self._draw_moved(painter, preview)
            for patch in self._patches(preview):
                self._draw_patch(painter, patch)
        if self._options.grid:
            area = QRectF(shown.x() * ratio, shown.y() * ratio, shown.width() * ratio, shown.height() * ratio)
            self._draw_grid(painter, QRectF(area.toAlignedRect()))
        if self._options.mirror:  # at a line
            target = self._view.target
            axis = QPainterPath(QPointF(target.center().x(), target.top()))
            axis.lineTo(target.center().x(), target.bottom())
            self._draw_line(painter, axis, dashed=True)
        if preview is not None:
            self._draw_outline(painter, preview)
        if at is not None and self._cursor.by_keys:
            self._draw_cross(painter, at, self._cursor.pen)
        if at is not None and tool.sized:
            self._draw_brush(painter, at, dashed=tool.key == "eraser")
        painter.restore()

    def _draw_map(self, painter: QPainter) -> None:
        """The map, translucent over a picture where there is one."""
        target, opacity = self._view.target, 1.0 if self.underlay.isNull() else self._options.opacity
        if opacity < 1:
            smooth = target.width() > SMOOTH_FROM * self.underlay.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(target, self.underlay)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.setOpacity(opacity)
        if opacity > 0:
            painter.drawImage(target, self.ink)
        painter.setOpacity(1)

    def _draw_patch(self, painter: QPainter, patch: Patch) -> None:
        top, left, cells = patch
        height, width = cells.shape
        pixels = np.where(cells, np.uint32(self._colour(self._options.chosen).rgba()), np.uint32(0))
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(self._area((top, left, top + height, left + width)), image)

    def _draw_moved(self, painter: QPainter, preview: Preview) -> None:
        """A region at its new place, and the hole that it leaves."""
        if preview.region is None or preview.target is None:
            return
        top, left, bottom, right = preview.region
        painter.setClipRect(self._view.target)
        painter.fillRect(self._area(preview.region), self._colour(self._options.background))
        painter.drawImage(self._area(preview.target), self.ink, QRectF(left, top, right - left, bottom - top))
        painter.setClipping(False)

    def _draw_outline(self, painter: QPainter, preview: Preview) -> None:
        """The outline of what is about to be drawn, readable on every colour."""
        path, shape = QPainterPath(), preview.shape
        corners = [self._at(*point) for point in preview.points]
        if shape in ("line", "polygon"):
            path.addPolygon(QPolygonF(corners))
            if shape == "polygon" and len(corners) > 2:
                path.closeSubpath()
        else:
            cells = preview.target or raster.cells(preview.points[0], preview.points[-1])
            if cells is not None:
                path.addEllipse(self._area(cells)) if shape == "ellipse" else path.addRect(self._area(cells))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_line(painter, path, dashed=shape in ("select", "moved"))
        if shape == "polygon":
            ratio = self._view.ratio
            painter.setPen(QPen(QColor("black"), ratio))
            for place, corner in enumerate(corners[:-1]):
                painter.setBrush(QColor("white") if place else QColor("black"))
                painter.drawEllipse(corner, CORNER * ratio, CORNER * ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_line(self, painter: QPainter, path: QPainterPath, dashed: bool) -> None:
        """White in black: seen on every ground. Dashed, the black shows between the white."""
        ratio = self._view.ratio
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour("#000000", 0.75), (1.2 if dashed else 3) * ratio))
        painter.drawPath(path)
        pen = QPen(QColor("white"), 1.2 * ratio)
        if dashed:
            pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawPath(path)

    def _draw_brush(self, painter: QPainter, at: QPointF, dashed: bool) -> None:
        """The brush in its true size."""
        path, area = QPainterPath(), self._brush_area(at)
        path.addRect(area) if self._options.square or self._options.size < 2 else path.addEllipse(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_line(painter, path, dashed)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_cross(self, painter: QPainter, at: QPointF, down: bool) -> None:
        """The keyboard's cursor: two lines across the canvas, dashed; solid and coloured while the pen is down."""
        middle, ratio, size = self._at(at.x(), at.y()), self._view.ratio, self._view.widget
        x, y, width = round(middle.x()), round(middle.y()), max(1, round(ratio))
        upper = QPen(QColor(current_theme().accent) if down else QColor("white"), width)
        if not down:
            upper.setDashPattern([6, 6])
        for pen in (QPen(QColor("white"), 3 * width) if down else QPen(QColor("black"), width), upper):
            painter.setPen(pen)
            painter.drawLine(x, 0, x, round(size.height() * ratio))
            painter.drawLine(0, y, round(size.width() * ratio), y)

    def _draw_grid(self, painter: QPainter, shown: QRectF) -> None:
        """Hairlines between pixels where these are large enough; mid-grey and translucent, so seen on every colour."""
        view, target = self._view, self._view.target
        if view.scale < GRID_FROM:
            return
        area = shown.intersected(target)

        def lines(start: float, low: float, high: float, count: int) -> list[int]:
            first, last = math.floor((low - start) / view.scale), math.ceil((high - start) / view.scale)
            return [round(start + number * view.scale) for number in range(max(1, first), min(count, last + 1))]

        painter.setPen(QPen(QColor(128, 128, 128, 150), 1))
        for x in lines(target.left(), area.left(), area.right(), view.canvas.width()):
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for y in lines(target.top(), area.top(), area.bottom(), view.canvas.height()):
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
