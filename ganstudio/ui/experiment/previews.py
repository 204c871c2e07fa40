"""Data at a glance: pictures or points as the network gets them, and bars for the balance of their classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.camera import View
from ganstudio.core.i18n import _, percent
from ganstudio.core.images import make_grid
from ganstudio.ui.kit.painted import device_pixels, to_image, write_line
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.plots.scene_layers import dots

BAR_HEIGHT = 20
MAX_BARS = 40
MAX_POINTS = 2000


class PreviewView(QWidget):
    """The pictures as the network gets them, or the points in their square, ``margin`` pixels from the edge."""

    def __init__(self, margin: int = 8) -> None:
        super().__init__()
        self._margin = margin
        self._preview: NDArray[Any] | None = None
        self._extent = 1.0
        self._group = 1
        self.setMinimumSize(200, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Preview of the data"))
        theme_hub.changed.connect(self.update)

    def set_preview(self, preview: NDArray[Any] | None, extent: float = 1.0, group: int = 1) -> None:
        """Shows uint8 ``(N, H, W, C)`` images, or float ``(N, 2)`` points within ``[-extent, extent]²``.

        ``group`` images in a row belong together (input and output) and are never torn apart.
        """
        self._preview, self._extent, self._group = preview, extent or 1.0, group
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Images as a wall on mid-grey, points in green as real data always are."""
        theme, preview = current_theme(), self._preview
        painter = QPainter(self)
        images = preview is not None and preview.ndim > 2
        painter.fillRect(self.rect(), QColor(theme.picture_grey if images else theme.surface))
        if not images:
            painter.setPen(QColor(theme.hairline))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if preview is not None and len(preview):
            (self._paint_images if images else self._paint_points)(painter, preview)
        painter.end()

    def _paint_points(self, painter: QPainter, points: NDArray[Any]) -> None:
        ratio = self.devicePixelRatioF()
        size = round(self.width() * ratio), round(self.height() * ratio)
        view = View(0, 0, (min(size) - 2 * self._margin * ratio) / (2 * self._extent), *size)
        device_pixels(painter, ratio)
        tone = QColor(current_theme().real)
        painter.drawImage(0, 0, dots(view.to_screen(points[:MAX_POINTS]), size, 1.2 * ratio, tone))

    def _paint_images(self, painter: QPainter, images: NDArray[Any]) -> None:
        count, height, width = images.shape[:3]
        ratio = self.devicePixelRatioF()
        columns = self._columns(count, width, height)
        wall = make_grid(images.astype(np.uint8, copy=False), columns)
        room_x, room_y = self.width() * ratio - 8, self.height() * ratio - 8
        scale = min(room_x / wall.shape[1], room_y / wall.shape[0])
        if scale >= 1:
            scale = int(scale)  # whole device pixels only: nothing is blurred
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        shown = wall.shape[1] * scale / ratio, wall.shape[0] * scale / ratio
        target = QRectF((self.width() - shown[0]) / 2, (self.height() - shown[1]) / 2, *shown)
        painter.drawImage(target, to_image(wall))

    def _columns(self, count: int, width: int, height: int) -> int:
        """The number of columns with which the images are shown largest."""

        def size(columns: int) -> float:
            rows = -(-count // columns)
            return min(self.width() / (columns * (width + 1)), self.height() / (rows * (height + 1)))

        return max(range(self._group, count + 1, self._group), key=size, default=count)


class BalanceBars(QWidget):
    """One bar per class with its count; a reader also gets them as text."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str, float, str]] = []
        self._more = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme_hub.changed.connect(self.update)

    def set_values(self, values: Mapping[str, float], *, percent: bool = False) -> None:
        """Shows class name → items, or ``percent`` of the pixels."""
        rows = [(name, n, _percent(n) if percent else f"{n:,}") for name, n in values.items()]
        self._rows, self._more = rows[:MAX_BARS], max(0, len(rows) - MAX_BARS)
        title = _("Pixels per class: {text}") if percent else _("Items per class: {text}")
        self.setAccessibleName(title.format(text=", ".join(f"{name}: {words}" for name, _n, words in rows)))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A line per class."""
        return QSize(200, BAR_HEIGHT * (len(self._rows) + bool(self._more)))

    def minimumSizeHint(self) -> QSize:
        """All lines: the view around it scrolls."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, count."""
        theme, font = current_theme(), ui_font(current_theme().small, tabular=True)
        painter, metrics = QPainter(self), QFontMetrics(font)
        names = min(max((metrics.horizontalAdvance(row[0]) for row in self._rows), default=0) + 8, self.width() // 3)
        most = max((row[1] for row in self._rows), default=1) or 1
        numbers = max((metrics.horizontalAdvance(row[2]) for row in self._rows), default=0) + 8
        room = max(8, self.width() - names - numbers - 16)
        for row, (name, count, words) in enumerate(self._rows):
            top = row * BAR_HEIGHT
            write_line(painter, QRectF(0, top, names, BAR_HEIGHT), name, font, theme.text_muted)
            length = max(1.0, room * count / most)
            painter.fillRect(QRectF(names + 8, top + 5, length, BAR_HEIGHT - 10), QColor(theme.real))
            write_line(painter, QRectF(names + 14 + length, top, numbers, BAR_HEIGHT), words, font, theme.text)
        if self._more:
            line = QRectF(0, len(self._rows) * BAR_HEIGHT, self.width(), BAR_HEIGHT)
            write_line(painter, line, _("and {n} more").format(n=self._more), font, theme.text_muted)
        painter.end()


def _percent(share: float) -> str:
    return percent(share, ".1f") if share >= 0.1 or not share else f"< {percent(0.1, '.1f')}"
