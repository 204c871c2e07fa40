"""One picture on its ground: scaled by whole numbers, moved by hand; several of them move together."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import draw_focus_ring, draw_notice, draw_tag
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.pictures.viewport import Viewport

Zoom = Literal["fit", "1", "2", "4", ""]
ZOOMS: tuple[Zoom, ...] = ("fit", "1", "2", "4")
SMOOTH_FROM = 4.0
PAN_STEP = 32.0
ARROWS = {
    Qt.Key.Key_Left: QPointF(1, 0),
    Qt.Key.Key_Right: QPointF(-1, 0),
    Qt.Key.Key_Up: QPointF(0, 1),
    Qt.Key.Key_Down: QPointF(0, -1),
}


class PictureView(QWidget):
    """Shows one picture: pixel-exact, smooth above four times its size.

    Signals:
        menu_requested: a context menu is wanted at this global point.
        moved: a person has zoomed or panned; other views take it over with :meth:`follow`.

    Args:
        name: what is shown, for those who cannot see it.
        tip: tooltip.

    Attributes:
        viewport: how the picture lies on the widget.
        exact: never smoothed: one sees the pixels that the network gets.
    """

    menu_requested = Signal(object)
    moved = Signal()

    def __init__(self, name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self.exact = False
        self._image = QImage()
        self._hint = self._error = self._tag = ""
        self._live = self._waiting = False
        self._held: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        theme_hub.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for a picture at a comfortable size."""
        return QSize(360, 360)

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def image(self) -> QImage:
        """What is shown, one pixel a pixel."""
        return self._image

    def show_image(self, image: QImage) -> None:
        """Shows a picture; a null image shows the hint."""
        fresh = image.size() != self._image.size()
        self._image = image
        if fresh:
            self._fit_size()
        self.update()

    def show_words(self, hint: str, error: str = "", waiting: bool = False) -> None:
        """What is said while there is no picture, why there is none, and whether what is shown is not the newest."""
        if (hint, error, waiting) != (self._hint, self._error, self._waiting):
            self._hint, self._error, self._waiting = hint, error, waiting
            self.setAccessibleDescription(error or (hint if self._image.isNull() else ""))
            self.update()

    def set_exact(self, exact: bool) -> None:
        """Never smoothed: for label maps, between whose classes there is nothing."""
        if exact is not self.exact:
            self.exact = exact
            self.update()

    def show_tag(self, text: str, live: bool = False) -> None:
        """A few words in the corner, e.g. the step of a run in training; none where empty."""
        if (text, live) != (self._tag, self._live):
            self._tag, self._live = text, live
            self.update()

    # -- scale and place --------------------------------------------------------------------------------------------

    def _fit_size(self) -> None:
        if not self._image.isNull():
            self.viewport.place(self._image.size(), self.size(), self.devicePixelRatioF())

    @property
    def zoom(self) -> Zoom:
        """``fit``, one of the fixed scales, or empty for any other."""
        if self.viewport.fitted:
            return "fit"
        scale = self.viewport.scale / self.viewport.ratio
        return next((name for name in ZOOMS[1:] if abs(float(name) - scale) < 1e-3), "")

    def set_zoom(self, zoom: str) -> None:
        """``fit``, or one, two, four times the picture's size, its middle in the middle."""
        self._fit_size()
        if zoom == "fit":
            self.viewport.fit()
        else:
            size = self.viewport.canvas
            self.viewport.zoom(float(zoom) * self.viewport.ratio, QPointF(self.width() / 2, self.height() / 2))
            there = self.viewport.to_widget(QPointF(size.width() / 2, size.height() / 2))
            self.viewport.pan(QPointF(self.width() / 2, self.height() / 2) - there)
        self.update()

    def follow(self, other: PictureView) -> None:
        """Scale and place of another view: of a picture of another size, the same part of it, equally large."""
        theirs = other.viewport
        self._fit_size()
        if self._image.isNull() or other._image.isNull():
            return
        if theirs.fitted:
            self.viewport.fit()
        else:
            finer = self.viewport.canvas.width() / theirs.canvas.width()
            there = theirs.to_canvas(QPointF(other.width() / 2, other.height() / 2)) * finer
            mine = QPointF(self.width() / 2, self.height() / 2)
            self.viewport.zoom(theirs.scale / theirs.ratio * self.viewport.ratio / finer, mine)
            self.viewport.pan(mine - self.viewport.to_widget(there))
        self.update()

    def place(self) -> QRect:
        """Where the picture is, in device pixels."""
        return self.viewport.target.toRect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What was in the middle stays there."""
        super().resizeEvent(event)
        self._fit_size()

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, picture, words, focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.picture_grey))
        if not self._image.isNull():
            self._fit_size()
            ratio = self.viewport.ratio
            painter.save()
            painter.scale(1 / ratio, 1 / ratio)
            # Broken scales, where a picture hardly fits, would drop pixels otherwise.
            broken = abs(self.viewport.scale - round(self.viewport.scale)) > 1e-3
            smooth = broken or (self.viewport.scale / ratio > SMOOTH_FROM and not self.is_exact)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            self.paint_picture(painter)
            painter.restore()
        self.paint_above(painter)
        self._paint_words(painter)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    @property
    def is_exact(self) -> bool:
        """Pixels are squares now."""
        return self.exact

    def paint_picture(self, painter: QPainter) -> None:
        """Draws the picture; the painter works in device pixels. For subclasses."""
        painter.drawImage(self.place(), self._image)

    def paint_above(self, painter: QPainter) -> None:
        """Draws what lies above the picture, in logical pixels. For subclasses."""

    def _paint_words(self, painter: QPainter) -> None:
        theme = current_theme()
        words = self._error or (self._hint if self._image.isNull() else "")
        if words:
            ink = theme.error if self._error else theme.text_muted
            draw_notice(painter, self.rect(), words, ink, theme)
        tag = self._tag
        if tag and not self._image.isNull():
            dot = theme.generator if self._live else ""
            draw_tag(painter, 8, self.height() - 16.0, tag, theme, dot=dot, limit=self.width() - 16.0)

    # -- hands ------------------------------------------------------------------------------------------------------

    @property
    def movable(self) -> bool:
        """The picture is larger than its place."""
        return not self._image.isNull() and not self.rect().contains(
            self.viewport.cover(0, 0, self.viewport.canvas.width(), self.viewport.canvas.height())
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the picture."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton) and self.movable:
            self._held = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags the picture."""
        if self._held is not None:
            self.viewport.pan(event.position() - self._held)
            self._held = event.position()
            self._has_moved()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if self._held is not None:
            self._held = None
            self.point_at(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fits it again."""
        self.set_zoom("fit")
        self._has_moved()

    def point_at(self, point: QPointF) -> None:
        """The shape of the mouse for what lies there. For subclasses."""
        self.setCursor(Qt.CursorShape.OpenHandCursor if self.movable else Qt.CursorShape.ArrowCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms, about the mouse."""
        delta = event.angleDelta().y()
        if not delta or self._image.isNull():
            event.ignore()
            return
        event.accept()
        self.viewport.step(delta > 0, event.position())
        self._has_moved()
        self.point_at(event.position())

    def _has_moved(self) -> None:
        self.update()
        self.moved.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus zoom, 0 fits, arrow keys push a picture that is larger than its place."""
        middle = QPointF(self.width() / 2, self.height() / 2)
        key = event.key()
        if self._image.isNull():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.viewport.step(key != Qt.Key.Key_Minus, middle)
            self._has_moved()
        elif key == Qt.Key.Key_0:
            self.set_zoom("fit")
            self._has_moved()
        elif key in ARROWS and self.movable:
            self.viewport.pan(ARROWS[Qt.Key(key)] * PAN_STEP)
            self._has_moved()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what one would want."""
        point = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            point = self.mapToGlobal(QPoint(self.width() // 2, self.height() // 2))
        self.menu_requested.emit(point)

    def event(self, event: QEvent) -> bool:
        """Nothing is held any more where nobody sees it."""
        if event.type() in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate):
            self._held = None
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()


def name_of_zoom(zoom: str) -> str:
    """How a scale is called."""
    return _("Fit") if zoom == "fit" else f"{zoom}×"
