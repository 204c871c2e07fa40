"""The picture that the map has become: at one, two or four times its size or as large as fits, beside the one before."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import draw_focus_ring, draw_notice, draw_tag, to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.pictures.divider import near_line, paint_left, paint_line, split_at, split_by_key
from ganstudio.ui.pictures.viewport import MARGIN, Viewport

Size = Literal["fit", "1", "2", "4"]
SIZES: tuple[Size, ...] = ("fit", "1", "2", "4")


class ResultView(QWidget):
    """Shows one picture; with comparing on, the left part of it is the picture before.

    Signals:
        menu_requested: a context menu is wanted at this global point.
        hovered: the mouse is over this pixel ``(x, y)`` of the picture; (−1, −1): over none.
        size_changed: a person has chosen another size by the wheel.
    """

    menu_requested = Signal(object)
    hovered = Signal(int, int)
    size_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image, self._before = QImage(), QImage()
        self._error = ""
        self._tag, self._live = "", False
        self._hover_text = ""
        self._held: QPointF | None = None
        self._gripping = False
        self._pan = QPointF()
        self.size_name: Size = "fit"
        self.pixels = self.comparing = False
        self.split = 0.5
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setAccessibleName(_("The picture"))
        self.setToolTip(
            _("What the generator makes of the map. The wheel enlarges it; drag it where it is larger than its place.")
        )
        theme_hub.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for a picture at a comfortable size."""
        return QSize(384, 384)

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def image(self) -> QImage:
        """What is shown, one pixel a pixel."""
        return self._image

    def show_picture(self, picture: NDArray[np.uint8] | None, before: NDArray[np.uint8] | None) -> None:
        """Shows a picture ``(H, W, C)`` and keeps the one to compare with."""
        self._image = QImage() if picture is None else to_image(picture)
        self._before = (
            QImage() if before is None or picture is None or before.shape != picture.shape else to_image(before)
        )
        self.update()

    def show_error(self, error: StudioError | None) -> None:
        """Says in place why there is no new picture; None where there is."""
        text = "" if error is None else str(error)
        if text != self._error:
            self._error = text
            self.setAccessibleDescription(text)
            self.update()

    @property
    def error(self) -> str:
        """What is said in place of a picture."""
        return self._error

    def show_tag(self, text: str, live: bool) -> None:
        """A few words in the corner, e.g. the step of a run in training; nothing where empty."""
        if (text, live) != (self._tag, self._live):
            self._tag, self._live = text, live
            self.update()

    def set_hover_text(self, text: str) -> None:
        """What is under the mouse."""
        if text != self._hover_text:
            self._hover_text = text
            self.update()

    def set_size(self, name: str) -> None:
        """``fit`` or one, two, four times the picture's size."""
        self.size_name = next(size for size in SIZES if size == name)
        self._pan = QPointF()
        self.update()

    def set_pixels(self, shown: bool) -> None:
        """Every pixel a square; else enlarged pictures are smoothed."""
        self.pixels = shown
        self.update()

    def set_comparing(self, comparing: bool) -> None:
        """Lays the picture before over the left part."""
        self.comparing = comparing
        self.update()

    @property
    def _divided(self) -> bool:
        return self.comparing and not self._before.isNull()

    # -- where ------------------------------------------------------------------------------------------------------

    def place(self) -> QRectF:
        """Where the picture is, in logical pixels; empty while there is none."""
        if self._image.isNull():
            return QRectF()
        ratio = self.devicePixelRatioF()
        width, height = self._image.width(), self._image.height()
        room_x, room_y = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        if self.size_name == "fit":  # as the canvas beside it, so that both are equally large
            fitted = Viewport()
            fitted.place(QSize(width, height), self.size(), ratio)
            scale = fitted.scale / ratio
        else:
            scale = float(self.size_name)
        wide, high = round(width * scale * ratio) / ratio, round(height * scale * ratio) / ratio
        spare_x, spare_y = max(0.0, (wide - room_x) / 2), max(0.0, (high - room_y) / 2)
        x = min(max(self._pan.x(), -spare_x), spare_x)
        y = min(max(self._pan.y(), -spare_y), spare_y)
        left = round(((self.width() - wide) / 2 + x) * ratio) / ratio
        top = round(((self.height() - high) / 2 + y) * ratio) / ratio
        return QRectF(left, top, wide, high)

    def _pixel(self, point: QPointF) -> tuple[int, int]:
        place = self.place()
        if not place.contains(point):
            return -1, -1
        x = int((point.x() - place.left()) / place.width() * self._image.width())
        y = int((point.y() - place.top()) / place.height() * self._image.height())
        return min(x, self._image.width() - 1), min(y, self._image.height() - 1)

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, the one before with its line, words, focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.picture_grey))
        place = self.place()
        if not self._image.isNull():
            scale = place.width() / self._image.width()
            smooth = not self.pixels and (scale >= 4 or abs(scale - round(scale)) > 1e-3)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(place, self._image)
            if self._divided:
                paint_left(painter, self._before, place, self.split)
                paint_line(painter, place, self.split, self.size(), (_("before"), _("now")))
        self._paint_words(painter)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    def _paint_words(self, painter: QPainter) -> None:
        theme = current_theme()
        if self._error:
            draw_notice(painter, self.rect(), self._error, theme.error, theme)
            return
        bottom = self.height() - 16.0
        if self._tag:
            draw_tag(painter, 8, bottom, self._tag, theme, dot=theme.generator if self._live else "",
                     limit=self.width() / 2)  # fmt: skip
        if self._hover_text:
            width = painter.fontMetrics().horizontalAdvance(self._hover_text) + 16
            left = max(8.0, self.width() - width - 8.0)
            draw_tag(painter, left, bottom, self._hover_text, theme, limit=self.width() - 16.0)

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the line or of the picture."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return
        self._gripping = (
            self._divided
            and event.button() == Qt.MouseButton.LeftButton
            and near_line(event.position().x(), self.place(), self.split)
        )
        self._held = event.position()
        if not self._gripping and self._movable:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    @property
    def _movable(self) -> bool:
        place = self.place()
        return place.width() > self.width() or place.height() > self.height()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the line or the picture; else tells what is under the mouse."""
        point = event.position()
        if self._held is None:
            self.hovered.emit(*self._pixel(point))
            self._point_at(point)
        elif self._gripping:
            self._set_split(split_at(point.x(), self.place()))
        else:
            self._pan = self._clamped(self._pan + point - self._held)
            self._held = point
            self.update()

    def _point_at(self, point: QPointF) -> None:
        shape = Qt.CursorShape.OpenHandCursor if self._movable else Qt.CursorShape.ArrowCursor
        if self._divided and near_line(point.x(), self.place(), self.split):
            shape = Qt.CursorShape.SplitHCursor
        self.setCursor(shape)

    def _clamped(self, pan: QPointF) -> QPointF:
        place = self.place()
        spare_x = max(0.0, (place.width() - self.width()) / 2 + MARGIN)
        spare_y = max(0.0, (place.height() - self.height()) / 2 + MARGIN)
        return QPointF(min(max(pan.x(), -spare_x), spare_x), min(max(pan.y(), -spare_y), spare_y))

    def _set_split(self, split: float) -> None:
        self.split = split
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        self._held, self._gripping = None, False
        self._point_at(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The next size."""
        delta = event.angleDelta().y()
        if not delta:
            event.ignore()
            return
        event.accept()
        self.step_size(1 if delta > 0 else -1)

    def step_size(self, by: int) -> None:
        """The next larger or smaller size; ``fit`` is where it stands among them."""
        ratio = self.place().width() / max(1, self._image.width()) if self.size_name == "fit" else float(self.size_name)
        sizes = [size for size in SIZES[1:] if (float(size) > ratio + 1e-3 if by > 0 else float(size) < ratio - 1e-3)]
        if sizes and not self._image.isNull():
            self.set_size(sizes[0 if by > 0 else -1])
            self.size_changed.emit(self.size_name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys, Home and End move the line; else plus and minus enlarge, 0 fits."""
        split = split_by_key(event, self.split) if self._divided else None
        if split is not None:
            self._set_split(split)
            return
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.step_size(1)
            case Qt.Key.Key_Minus:
                self.step_size(-1)
            case _:
                super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what one would want."""
        self.menu_requested.emit(event.globalPos())

    def event(self, event: QEvent) -> bool:
        """The mouse has left: nothing is under it."""
        if event.type() == QEvent.Type.Leave:
            self.hovered.emit(-1, -1)
        elif event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self._held, self._gripping = None, False
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()
