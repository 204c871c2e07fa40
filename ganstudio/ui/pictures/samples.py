"""A run's small picture: its newest samples, pixel-exact on neutral grey."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from ganstudio.core.images import make_grid
from ganstudio.ui.kit.painted import colour, to_image
from ganstudio.ui.kit.theme import Theme


class _Key:
    """Samples as the key of a cache: the array itself, by identity."""

    def __init__(self, items: NDArray[np.uint8]) -> None:
        self.items = items

    def __hash__(self) -> int:
        return id(self.items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.items is self.items


@lru_cache(maxsize=400)
def _pixmap(key: _Key, side: int) -> QPixmap:
    """As many whole samples as fit into a square of ``side`` device pixels, enlarged by a whole factor."""
    items = key.items
    height = max(items.shape[1:3])
    across = max(1, min((side + 1) // (height + 1), int(len(items) ** 0.5)))
    image = to_image(make_grid(items[: across * across], across))
    longest = max(image.width(), image.height())
    if longest > side:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    elif side // longest > 1:
        factor = side // longest
        image = image.scaled(image.width() * factor, image.height() * factor)
    return QPixmap.fromImage(image)


def paint_samples(painter: QPainter, box: QRectF, items: NDArray[Any] | None, extent: float, theme: Theme) -> None:
    """Draws a run's samples into a square: pictures, points in ``[-extent, extent]²``, or nothing where there are none."""
    painter.save()
    ratio = painter.device().devicePixelRatio()
    ground = QColor(theme.picture_grey if items is not None and items.ndim == 4 else theme.window)
    painter.fillRect(box, ground)
    if items is None:
        _paint_nothing(painter, box, theme)
    elif items.ndim == 4:
        side = int(min(box.width(), box.height()) * ratio)
        pixmap = QPixmap(_pixmap(_Key(items.astype(np.uint8, copy=False)), side))
        pixmap.setDevicePixelRatio(ratio)
        size = pixmap.deviceIndependentSize()
        # On whole device pixels, else the nearest neighbour becomes uneven.
        left = round((box.center().x() - size.width() / 2) * ratio) / ratio
        top = round((box.center().y() - size.height() / 2) * ratio) / ratio
        painter.drawPixmap(QPointF(left, top), pixmap)
    else:
        _paint_points(painter, box, items, extent, theme)
    painter.restore()


def _paint_nothing(painter: QPainter, box: QRectF, theme: Theme) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.mix("text", "window", 0.25)), 1.5))
    middle = box.center()
    painter.drawLine(QPointF(middle.x() - 5, middle.y()), QPointF(middle.x() + 5, middle.y()))


def _paint_points(painter: QPainter, box: QRectF, points: NDArray[Any], extent: float, theme: Theme) -> None:
    painter.setClipRect(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(theme.generator, 0.8))
    radius = max(0.9, box.width() / 90)
    scale = box.width() / 2 / max(extent, 1e-6)
    for x, y in points[np.isfinite(points).all(axis=1)]:
        painter.drawEllipse(box.center() + QPointF(float(x), -float(y)) * scale, radius, radius)
