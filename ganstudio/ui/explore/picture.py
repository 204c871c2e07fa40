"""The large picture, and the one it is compared with: dragging on it travels through the latent space."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.explore.looking import laid_over
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.kit.painted import device_pixels, draw_focus_ring, draw_tag, to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.words import step_text

GAP = 8
SMOOTH_FROM = 4


class LargePicture(QWidget):
    """Shows :attr:`Explorer.picture` at the largest whole scale that fits: pixel-exact, smooth above four times.

    Signals:
        menu_requested: a context menu is wanted at this global point.
    """

    menu_requested = Signal(object)

    def __init__(self, explorer: Explorer, traveller: Traveller, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer, self._traveller = explorer, traveller
        self._image, self._other = QImage(), QImage()
        self._held: QPointF | None = None
        self.pixels = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints every pixel itself
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(_("The large picture"))
        self.setToolTip(
            _("Drag to travel through the latent space; arrow keys do the same, with Shift in small steps.")
        )
        theme_hub.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for ten times 32 pixels."""
        return QSize(360, 360)

    def set_pixels(self, shown: bool) -> None:
        """Every pixel a square, however large; else pictures are smoothed above four times their size."""
        self.pixels = shown
        self.update()

    def refresh(self) -> None:
        """Takes the explorer's present pictures."""
        explorer = self._explorer
        self._image = _image(explorer.picture, explorer.maps.get(explorer.look))
        self._other = QImage()
        if explorer.other is not None:
            self._other = _image(explorer.other_picture, explorer.other_maps.get(explorer.look))
        laid = _("{name} is laid over it").format(name=explorer.look) if explorer.look else ""
        self.setAccessibleDescription(laid)
        possible = self._traveller.possible and not self._image.isNull()
        self.setCursor(Qt.CursorShape.OpenHandCursor if possible else Qt.CursorShape.ArrowCursor)
        self.update()

    @property
    def image(self) -> QImage:
        """What is shown, one pixel a pixel, with the map that lies over it."""
        return self._image

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture or the two, what they are, and the focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.picture_grey))
        comparing = self._explorer.other is not None
        places = self._places(2 if comparing else 1)
        for place, image in zip(places, (self._image, self._other), strict=False):
            if not image.isNull():
                painter.save()
                ratio = self.devicePixelRatioF()
                device_pixels(painter, ratio)
                fitted = _fitted(place, image, ratio)
                smooth = not self.pixels and fitted.width() > SMOOTH_FROM * image.width()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
                painter.drawImage(fitted, image)
                painter.restore()
        self._draw_words(painter, places, comparing)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    def _draw_words(self, painter: QPainter, places: list[QRect], comparing: bool) -> None:
        theme, explorer = current_theme(), self._explorer
        if explorer.error is not None:
            painter.setPen(QColor(theme.text))
            words = self.rect().adjusted(24, 24, -24, -24)
            painter.fillRect(self.rect(), QColor(theme.surface))
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, str(explorer.error))
            return
        if explorer.opened is None:
            return
        live = explorer.following is not None
        if not comparing and not live:
            return  # step and weights stand above already; a tag would only cover the picture
        dot, step = (theme.generator, step_text(explorer.step)) if live else ("", "")
        names = (_("A · now"), _("B · kept")) if comparing else ("",)
        for place, name in zip(places, names, strict=True):
            text = " · ".join(part for part in (name, step) if part)
            limit = place.width() - 16.0
            draw_tag(painter, place.left() + 8.0, self.height() - 16.0, text, theme, dot=dot, limit=limit)

    def _places(self, count: int) -> list[QRect]:
        width = (self.width() - GAP * (count - 1)) // count
        return [QRect(index * (width + GAP), 0, width, self.height()) for index in range(count)]

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold."""
        if event.button() == Qt.MouseButton.LeftButton and self._traveller.possible:
            self._held = event.position()
            self._traveller.begin()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Travels: the space is pulled along with the hand."""
        if self._held is None:
            return
        moved = event.position() - self._held
        self._held = event.position()
        unit = max(1, min(self.width(), self.height()))
        self._traveller.move(-moved.x() / unit, moved.y() / unit)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if self._held is not None and event.button() == Qt.MouseButton.LeftButton:
            self._held = None
            self._traveller.end()
            self.setCursor(Qt.CursorShape.OpenHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys travel."""
        fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if not self._traveller.key(event.key(), fine):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what one would want."""
        self.menu_requested.emit(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it, and stands still."""
        super().focusOutEvent(event)
        self._traveller.stop()
        self.update()


def _image(pixels: NDArray[np.uint8] | None, map_: NDArray[np.float32] | None) -> QImage:
    if pixels is None:
        return QImage()
    return to_image(pixels if map_ is None else laid_over(pixels, map_))


def _fitted(place: QRect, image: QImage, ratio: float) -> QRect:
    """Where the picture goes, in device pixels: in the middle, at the largest whole scale (or smaller, to fit)."""
    width, height = int(place.width() * ratio), int(place.height() * ratio)
    scale = min(width / image.width(), height / image.height())
    scale = int(scale) if scale >= 1 else scale
    size = QSize(max(1, int(image.width() * scale)), max(1, int(image.height() * scale)))
    left = int(place.left() * ratio) + (width - size.width()) // 2
    top = int(place.top() * ratio) + (height - size.height()) // 2
    return QRect(left, top, size.width(), size.height())
