"""How a label map and what the hand is about to do are drawn. The painter's unit is one device pixel everywhere here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from ganstudio.core.dataspec import MapClass
from ganstudio.core.labelmaps import MAX_CLASSES, UNKNOWN, colour_map, pack_colours
from ganstudio.ui.kit.painted import colour
from ganstudio.ui.paint.gestures import Preview
from ganstudio.ui.paint.surface import Mask, Region
from ganstudio.ui.pictures.viewport import GRID_FROM, Viewport

SMOOTH_FROM = 4.0
CORNER = 3.5


class Ink:
    """A label map in colours, as a picture that is kept in step with it: only what has changed is drawn anew.

    The colours are looked up in a table, so that every pixel has exactly the colour of its class.

    Attributes:
        image: RGB32, one pixel a pixel; null where there is no map.
    """

    def __init__(self) -> None:
        self.image = QImage()
        self._pixels: NDArray[np.uint32] = np.zeros((0, 0), np.uint32)
        self._table: NDArray[np.uint32] = np.zeros(MAX_CLASSES, np.uint32)

    def renew(self, ids: NDArray[np.uint8] | None, classes: Sequence[MapClass]) -> None:
        """Takes another map.

        Args:
            ids: uint8 ``(H, W)``, or None for nothing.
            classes: whose colours are used; ids outside are drawn in a glaring magenta.
        """
        if ids is None:
            self.image = QImage()
            return
        self._table = pack_colours(colour_map(np.arange(MAX_CLASSES), classes)) | np.uint32(0xFF000000)
        height, width = ids.shape
        self.image = QImage(width, height, QImage.Format.Format_RGB32)
        # Lines of four-byte pixels have no padding. The array writes into the picture, which nobody else may share.
        self._pixels = np.frombuffer(self.image.bits(), np.uint32).reshape(height, width)
        self.refresh(ids, (0, 0, width, height))

    def refresh(self, ids: NDArray[np.uint8], region: Region) -> None:
        """Draws a part anew: left, top, right, bottom in class pixels, right and bottom outside."""
        left, top, right, bottom = region
        part = (slice(top, bottom), slice(left, right))
        self._pixels[part] = self._table[ids[part]]


def class_colour(classes: Sequence[MapClass], number: int) -> QColor:
    """The colour of a class."""
    return QColor(*(classes[number].colour if 0 <= number < len(classes) else UNKNOWN))


def draw_map(painter: QPainter, view: Viewport, ink: QImage, underlay: QImage, opacity: float) -> None:
    """The map, translucent over a picture where there is one."""
    if underlay.isNull():
        opacity = 1.0
    if opacity < 1:
        smooth = view.target.width() > SMOOTH_FROM * underlay.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(view.target, underlay)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.setOpacity(opacity)
    if opacity > 0:
        painter.drawImage(view.target, ink)
    painter.setOpacity(1)


def draw_mask(painter: QPainter, view: Viewport, mask: Mask, tone: QColor) -> None:
    """Those pixels of a shape that will be painted."""
    cells = mask.cells
    height, width = cells.shape
    pixels = np.where(cells, np.uint32(tone.rgba()), np.uint32(0))
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(_area(view, (mask.left, mask.top, mask.left + width, mask.top + height)), image)


def draw_moved(painter: QPainter, view: Viewport, ink: QImage, preview: Preview, ground: QColor) -> None:
    """A region at its new place, and the hole that it leaves."""
    region = preview.region
    if region is None:
        return
    left, top, right, bottom = region
    dx, dy = preview.offset
    painter.setClipRect(view.target)
    painter.fillRect(_area(view, region), ground)
    source = QRectF(left, top, right - left, bottom - top)
    painter.drawImage(_area(view, (left + dx, top + dy, right + dx, bottom + dy)), ink, source)
    painter.setClipping(False)


def draw_outline(painter: QPainter, view: Viewport, preview: Preview, cells: Region | None) -> None:
    """The outline of what is about to be drawn, readable on every colour.

    Args:
        painter: in device pixels.
        view: where the canvas lies.
        preview: the shape.
        cells: for rectangles, ellipses and selections: the pixels that it reaches over.
    """
    path = QPainterPath()
    corners = [_at(view, point) for point in preview.points]
    if preview.shape == "moved" and preview.region is not None:
        left, top, right, bottom = preview.region
        dx, dy = preview.offset
        path.addRect(_area(view, (left + dx, top + dy, right + dx, bottom + dy)))
    elif preview.shape in ("line", "polygon"):
        path.addPolygon(QPolygonF(corners))
        if preview.shape == "polygon" and len(corners) > 2:
            path.closeSubpath()
    elif cells is not None and preview.shape == "ellipse":
        path.addEllipse(_area(view, cells))
    elif cells is not None:
        path.addRect(_area(view, cells))
    ratio = view.ratio
    dashed = preview.shape in ("select", "moved")
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    double_line(painter, path, ratio, dashed)
    if preview.shape == "polygon":
        painter.setPen(QPen(QColor("black"), ratio))
        for place, corner in enumerate(corners[:-1]):
            painter.setBrush(QColor("white") if place else QColor("black"))
            painter.drawEllipse(corner, CORNER * ratio, CORNER * ratio)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def double_line(painter: QPainter, path: QPainterPath, ratio: float, dashed: bool = False) -> None:
    """White in black: seen on every ground. Dashed, the black shows between the white."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour("#000000", 0.75), (1.2 if dashed else 3) * ratio))
    painter.drawPath(path)
    pen = QPen(QColor("white"), 1.2 * ratio)
    if dashed:
        pen.setDashPattern([4, 4])
    painter.setPen(pen)
    painter.drawPath(path)


def draw_brush(painter: QPainter, view: Viewport, at: QPointF, size: float, square: bool, dashed: bool) -> None:
    """The brush in its true size around a place on the canvas."""
    path = QPainterPath()
    path.addRect(brush_area(view, at, size)) if square or size < 2 else path.addEllipse(brush_area(view, at, size))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    double_line(painter, path, view.ratio, dashed)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def brush_area(view: Viewport, at: QPointF, size: float) -> QRectF:
    """What the brush reaches over, in device pixels; a brush of one pixel has that pixel."""
    if size < 2:
        return _area(view, (math.floor(at.x()), math.floor(at.y()), math.floor(at.x()) + 1, math.floor(at.y()) + 1))
    middle, half = _at(view, (at.x(), at.y())), size / 2 * view.scale
    return QRectF(middle.x() - half, middle.y() - half, 2 * half, 2 * half)


def draw_cross(painter: QPainter, view: Viewport, at: QPointF, shown: QRect, tone: str, down: bool) -> None:
    """The keyboard's cursor: two lines across the canvas, dashed; solid and in ``tone`` while the pen is down."""
    middle = _at(view, (at.x(), at.y()))
    x, y, width = round(middle.x()), round(middle.y()), max(1, round(view.ratio))
    upper = QPen(QColor(tone) if down else QColor("white"), width)
    if not down:
        upper.setDashPattern([6, 6])
    for pen in (QPen(QColor("white"), 3 * width) if down else QPen(QColor("black"), width), upper):
        painter.setPen(pen)
        painter.drawLine(x, shown.top(), x, shown.bottom())
        painter.drawLine(shown.left(), y, shown.right(), y)


def draw_axis(painter: QPainter, view: Viewport) -> None:
    """The line that what is painted is mirrored at."""
    target = view.target
    path = QPainterPath(QPointF(target.center().x(), target.top()))
    path.lineTo(target.center().x(), target.bottom())
    double_line(painter, path, view.ratio, dashed=True)


def draw_grid(painter: QPainter, view: Viewport, shown: QRect) -> None:
    """Hairlines between pixels where these are large enough; mid-grey and translucent, so seen on every colour."""
    if view.scale < GRID_FROM:
        return
    target, scale = view.target, view.scale
    area = QRectF(shown).intersected(target)
    painter.setPen(QPen(QColor(128, 128, 128, 150), 1))
    lines = []
    for start, low, high, count in (
        (target.left(), area.left(), area.right(), view.canvas.width()),
        (target.top(), area.top(), area.bottom(), view.canvas.height()),
    ):
        first, last = math.floor((low - start) / scale), math.ceil((high - start) / scale)
        lines.append([round(start + number * scale) for number in range(max(1, first), min(count, last + 1))])
    for x in lines[0]:
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
    for y in lines[1]:
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))


def _at(view: Viewport, point: tuple[float, float]) -> QPointF:
    return QPointF(point[0] * view.scale + view.origin.x(), point[1] * view.scale + view.origin.y())


def _area(view: Viewport, region: Region) -> QRectF:
    return QRectF(_at(view, region[:2]), _at(view, region[2:]))
