"""Before and after in one place: a line that is dragged across uncovers the one or the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.pictures.drawing import draw_tag
from ganstudio.ui.theme import current_theme
from ganstudio.ui.translate.picture_view import PictureView

GRIP = 14
"""So many pixels beside the line still take hold of it."""
STEP, FINE = 0.05, 0.01


class BeforeAfter(PictureView):
    """The input left of a line, the output right of it.

    Attributes:
        split: where the line stands, 0 (left edge of the picture) to 1.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Input and output, one over the other"),
            _("Left of the line the input, right of it the output. Drag the line, or move it with ← and → (with Shift in "
              "small steps); the wheel zooms."),
            parent,
        )  # fmt: skip
        self.split = 0.5
        self._before = QImage()
        self._sides = ("", "")
        self._gripping = False
        self.setMouseTracking(True)

    def show_before(self, image: QImage, sides: tuple[str, str]) -> None:
        """The picture left of the line, and what the two are called."""
        self._before, self._sides = image, sides
        self.update()

    @property
    def divided(self) -> bool:
        """There are two pictures."""
        return not self._image.isNull() and not self._before.isNull()

    def line(self) -> float:
        """Where the line is on the widget."""
        place = self.place()
        return (place.left() + self.split * place.width()) / self.viewport.ratio

    def set_split(self, split: float) -> None:
        """Puts the line elsewhere."""
        split = min(max(split, 0.0), 1.0)
        if split != self.split:
            self.split = split
            self.setAccessibleDescription(_("{share} % of the input").format(share=round(100 * split)))
            self.update()

    # -- painting ---------------------------------------------------------------------------------------------------

    def paint_picture(self, painter: QPainter) -> None:
        """The output, and the input over its left part."""
        super().paint_picture(painter)
        if self.divided:
            place = self.place()
            painter.save()
            painter.setClipRect(QRect(place.left(), place.top(), round(self.split * place.width()), place.height()))
            painter.drawImage(place, self._before)
            painter.restore()

    def paint_above(self, painter: QPainter) -> None:
        """The line with its grip, and what the two sides are."""
        if not self.divided:
            return
        theme, ratio, place = current_theme(), self.viewport.ratio, self.place()
        x, top, bottom = self.line(), place.top() / ratio, place.bottom() / ratio
        top, bottom = max(0.0, top), min(float(self.height()), bottom)
        middle = (top + bottom) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for tone, width in ((theme.text, 4.0), ("#ffffff", 2.0)):  # seen on light pictures and on dark ones
            edge = QColor(tone)
            edge.setAlphaF(0.35 if width > 2 else 1.0)
            painter.setPen(QPen(edge, width))
            painter.drawLine(QPointF(x, top), QPointF(x, bottom))
        painter.setPen(QPen(QColor(theme.text_muted), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawEllipse(QPointF(x, middle), 12, 12)
        painter.setPen(QPen(QColor(theme.text), 1.5))
        for sign in (-1, 1):
            tip = QPointF(x + 7.5 * sign, middle)
            painter.drawLine(tip, QPointF(x + 4 * sign, middle - 3.5))
            painter.drawLine(tip, QPointF(x + 4 * sign, middle + 3.5))
        left, right = max(0.0, place.left() / ratio), min(float(self.width()), place.right() / ratio)
        first, second = self._sides
        if x - left > 64:
            draw_tag(painter, left + 8, top + 18, first, theme, limit=x - left - 24)
        if right - x > 64:
            width = min(painter.fontMetrics().horizontalAdvance(second) + 16.0, right - x - 24)
            draw_tag(painter, right - width - 8, top + 18, second, theme, limit=width + 1)

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the line; of the picture where it is larger than its place and the line is elsewhere."""
        near = abs(event.position().x() - self.line()) <= GRIP
        if self.divided and event.button() == Qt.MouseButton.LeftButton and (near or not self.movable):
            self._gripping = True
            self._split_at(event.position().x())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags what is held."""
        if self._gripping and event.buttons() & Qt.MouseButton.LeftButton:
            self._split_at(event.position().x())
        elif self._held is not None:
            super().mouseMoveEvent(event)
        else:
            self._gripping = False
            self.point_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._gripping = False
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the line: half and half; elsewhere the picture is fitted again."""
        if self.divided and abs(event.position().x() - self.line()) <= GRIP:
            self.set_split(0.5)
        elif self.movable:
            super().mouseDoubleClickEvent(event)

    def _split_at(self, x: float) -> None:
        place = self.place()
        if place.width() > 0:
            self.set_split((x * self.viewport.ratio - place.left()) / place.width())

    def point_at(self, point: QPointF) -> None:
        """Over the line it can be moved."""
        if self.divided and abs(point.x() - self.line()) <= GRIP:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            super().point_at(point)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → move the line, Home and End go to its ends."""
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = FINE if fine else STEP
        moves = {
            Qt.Key.Key_Left: self.split - step,
            Qt.Key.Key_Right: self.split + step,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: 1.0,
        }
        if self.divided and event.key() in moves:
            self.set_split(moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
