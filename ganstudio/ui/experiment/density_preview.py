"""Points on a small square."""

from __future__ import annotations

from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import device_pixels
from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.plots.scene_layers import Points, View, dots


class PointsPreview(QWidget):
    """Points in [−1, 1]² on a small square."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._points: Points | None = None
        self.setFixedSize(208, 208)
        self.setAccessibleName(_("Points drawn from the distribution"))

    def set_points(self, points: Points) -> None:
        """Float32 ``(n, 2)``."""
        self._points = points
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.surface))
        if self._points is not None and len(self._points):
            ratio = self.devicePixelRatioF()
            side = round(self.width() * ratio)
            placed = View(0, 0, side / 2, side, side).to_screen(self._points)
            painter.save()
            device_pixels(painter, ratio)
            painter.drawImage(0, 0, dots(placed, (side, side), 1.0 * ratio, QColor(self._theme.real)))
            painter.restore()
        painter.setPen(QPen(QColor(self._theme.hairline), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
