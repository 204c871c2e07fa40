"""The canvas under the hands: mouse, pen, touch pad and keyboard become what the tools do."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.ui.paint.canvas_base import CanvasBase
from ganstudio.ui.paint.gestures import Touch
from ganstudio.ui.paint.options import PaintOptions

NOTCH = 120.0
"""What a wheel turns by in one step, in Qt's eighths of a degree."""
BIG_STEPS = 4
REACH = 8.0
"""So many pixels of the widget are within reach of the hand."""
PEN_SHADOW = 0.3
"""So many seconds after a pen, presses of the mouse that systems make from it are ignored."""
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_SHIFT, _CONTROL, _ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


class CanvasView(CanvasBase):
    """A label map one paints on.

    Left button: the tool; right button or Alt: picks a class; middle button or Space: pans; wheel: size of the brush;
    Ctrl+wheel or a pinch: zoom. By keyboard: arrows move a cursor (Shift: one pixel, Ctrl: far), Space works while it
    is held, Enter puts the pen down and lifts it. A pen's pressure scales the brush, its other end erases.
    """

    def __init__(
        self,
        document: CanvasDocument | None = None,
        parent: QWidget | None = None,
        *,
        options: PaintOptions | None = None,
    ) -> None:
        self._panning: QPointF | None = None
        self._drawing = self._picking = self._space = self._space_pen = False
        self._wheel = self._zoom_wheel = 0.0
        self._pen_seen = -1.0
        super().__init__(document, parent, options=options)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # -- mouse ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tool, pick or pan."""
        self._press(event, False)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Closes a polygon; otherwise a press like any other."""
        self._press(event, True)

    def _press(self, event: QMouseEvent, double: bool) -> None:
        event.accept()
        if self.surface is None or time.monotonic() - self._pen_seen < PEN_SHADOW:
            return
        self._leave_keys(event.position())
        button = event.button()
        if button == Qt.MouseButton.LeftButton and self._drawing:
            self._let_go(event)  # it is down already: its release was lost, e.g. to a pop-up
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space):
            self._panning = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._drawing or self._panning is not None:
            return  # one thing at a time
        elif button == Qt.MouseButton.RightButton or (button == Qt.MouseButton.LeftButton and event.modifiers() & _ALT):
            self._picking = True
            self._pick_here()
        elif button == Qt.MouseButton.LeftButton:
            self._drawing = True
            self.hand.press(self._touch(event), double=double)
            self._decorate()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes on with it."""
        event.accept()
        if self.surface is None:
            return
        if not event.buttons():
            self._let_go(event)  # the release went elsewhere, e.g. to a pop-up
        if self._panning is not None:
            self.viewport.pan(event.position() - self._panning)
            self._panning = event.position()
            self._viewed()
            return
        self._leave_keys(event.position())
        if self._picking:
            self._pick_here()
        else:
            self.hand.move(self._touch(event), self._drawing)
        self._went()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Ends it."""
        event.accept()
        if event.button() == Qt.MouseButton.MiddleButton and self._drawing:
            return
        if event.button() == Qt.MouseButton.RightButton:
            self._picking = False
            return
        self._let_go(event)

    def _let_go(self, event: QSinglePointEvent) -> None:
        self._picking = False
        if self._panning is not None:
            self._panning = None
            self._show_cursor()
        if self._drawing:
            self._drawing = False
            self.hand.release(self._touch(event))
            self._went()

    def _touch(self, event: QSinglePointEvent, pressure: float = 1.0) -> Touch:
        at = self.viewport.to_canvas(event.position())
        return self._touch_at(at, pressure, bool(event.modifiers() & _SHIFT))

    def _touch_at(self, at: QPointF, pressure: float = 1.0, shift: bool = False) -> Touch:
        return Touch(at.x(), at.y(), pressure, shift, max(0.75, REACH * self.viewport.ratio / self.viewport.scale))

    def _pick_here(self) -> None:
        if self.surface is not None and self._at is not None:
            number = self.surface.at((self._at.x(), self._at.y()))
            if number is not None:
                self._picked(number)

    def _went(self) -> None:
        self._decorate()
        self._tell_place()

    def _leave_keys(self, position: QPointF) -> None:
        """The mouse has the cursor from now on."""
        if self._by_keys:
            self._lift()
            self._decorate()
            self._by_keys = False
        self._at = self.viewport.to_canvas(position)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Shows the brush."""
        super().enterEvent(event)
        if self.surface is not None and not self._pen:
            self._leave_keys(event.position())
            self._went()

    def leaveEvent(self, event: QEvent) -> None:
        """Hides it."""
        super().leaveEvent(event)
        if not self._drawing and not self._by_keys:
            self._at = None
            self._went()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The right button picks a class; there is no menu."""
        event.accept()

    # -- wheel and gestures -----------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Size of the brush; with Ctrl the zoom."""
        event.accept()
        delta = event.angleDelta()
        turned = delta.y() or delta.x()  # with Alt, systems turn the wheel sideways
        if event.modifiers() & _CONTROL:
            self._zoom_wheel += turned
            while abs(self._zoom_wheel) >= NOTCH:
                way = 1 if self._zoom_wheel > 0 else -1
                self._zoom_wheel -= way * NOTCH
                self.zoom_by_step(way > 0, event.position())
        else:
            # Touch pads turn by less than a notch, which is kept until it is enough.
            self._wheel += turned
            while abs(self._wheel) >= NOTCH:
                way = 1 if self._wheel > 0 else -1
                self._wheel -= way * NOTCH
                self.options.grow(way * (BIG_STEPS if event.modifiers() & _SHIFT else 1))
        self._tell_place()

    def event(self, event: QEvent) -> bool:
        """Pinches zoom: on touch pads as native gestures, on touch screens as Qt's."""
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.viewport.zoom(self.viewport.scale * max(0.1, 1 + event.value()), event.position())
                self._viewed()
                return True
        elif isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                self._pinch(pinch)
                event.accept(pinch)
                return True
        return super().event(event)

    def _pinch(self, pinch: QPinchGesture) -> None:
        if self._drawing:  # the first finger had begun a stroke; nobody meant it
            self._drawing = False
            self.hand.tool.cancel()
        self.viewport.pan(pinch.centerPoint() - pinch.lastCenterPoint())
        self.viewport.zoom(self.viewport.scale * max(0.1, pinch.scaleFactor()), pinch.centerPoint())
        self._viewed()

    # -- pen --------------------------------------------------------------------------------------------------------

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen: the harder, the larger; its other end erases. Every point that it reports is drawn."""
        event.accept()
        if self.surface is None:
            return
        feels = bool(event.device().capabilities() & QInputDevice.Capability.Pressure)
        touch = self._touch(event, event.pressure() if feels else 1.0)
        kind = event.type()
        self._pen_seen = time.monotonic()
        self._leave_keys(event.position())
        if kind == QEvent.Type.TabletPress and not self._drawing:
            if event.button() == Qt.MouseButton.RightButton or event.modifiers() & _ALT:
                self._pick_here()
                return
            self._drawing = True
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
            self.hand.press(touch, erasing=eraser)
        elif kind == QEvent.Type.TabletMove:
            self.hand.move(touch, self._drawing)
        elif kind == QEvent.Type.TabletRelease:
            self._let_go(event)
        self._went()

    # -- keyboard ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See :meth:`take_key`; and the cursor."""
        if not self._drawing_key(event) and not self.take_key(event):
            super().keyPressEvent(event)

    def take_key(self, event: QKeyEvent) -> bool:
        """Keys that are the canvas' also while something beside it has the focus: classes, brush size, zoom.

        Returns:
            Whether the key was one of them.
        """
        text, key = event.text(), event.key()
        shift = bool(event.modifiers() & _SHIFT)
        if text in ("[", "]", "{", "}"):  # before the modifiers: some keyboards need AltGr for them
            steps = BIG_STEPS if shift or text in "{}" else 1
            self.options.grow(steps if text in "]}" else -steps)
        elif event.modifiers() & (_CONTROL | _ALT | Qt.KeyboardModifier.MetaModifier):
            return False
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            if key - Qt.Key.Key_1 < len(self.classes):
                self._picked(key - Qt.Key.Key_1)
        elif key == Qt.Key.Key_0:
            self.fit()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom_by_step(key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal), self._zoom_middle())
        else:
            return False
        return True

    def _zoom_middle(self) -> QPointF | None:
        there = self.viewport.to_widget(self._at) if self._at is not None else None
        return there if there is not None and self.rect().contains(there.toPoint()) else None

    def _drawing_key(self, event: QKeyEvent) -> bool:
        key, hand = event.key(), self.hand
        if self.surface is None:
            return False
        if key == Qt.Key.Key_Escape:
            done = hand.tool.cancel()
            self._pen = self._space_pen = self._drawing = False
        elif key == Qt.Key.Key_Backspace:
            done = hand.tool.back()
        elif key in _ARROWS:
            done = self._arrow(key, event.modifiers())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            done = event.isAutoRepeat() or self._enter()
        elif key == Qt.Key.Key_Space:
            done = event.isAutoRepeat() or self._space_down()
        else:
            return False
        self._went()
        return done

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space is let go."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        self._space = False
        if self._panning is None:
            self._show_cursor()
        if self._space_pen:
            self._lift()
            self._went()

    def _arrow(self, key: int, modifiers: Qt.KeyboardModifier) -> bool:
        if modifiers & _ALT or self._drawing:
            return False
        step = max(1, round(max(self.viewport.canvas.width(), self.viewport.canvas.height()) / 64))
        step = 1 if modifiers & _SHIFT else 4 * step if modifiers & _CONTROL else step
        dx, dy = (step * way for way in _ARROWS[Qt.Key(key)])
        if self.hand.tool.nudge(dx, dy):
            return True
        start = self._take_keys()
        width, height = self.viewport.canvas.width(), self.viewport.canvas.height()
        self._at = QPointF(min(width - 0.5, max(0.5, start.x() + dx)), min(height - 0.5, max(0.5, start.y() + dy)))
        if self.viewport.reveal(self._at):
            self._viewed()
        self.hand.move(self._touch_at(self._at), self._pen)
        return True

    def _take_keys(self) -> QPointF:
        """The keyboard has the cursor from now on: in the middle of the pixel where it was, or of the map."""
        if self._by_keys and self._at is not None:
            return self._at
        self._by_keys = True
        width, height = self.viewport.canvas.width(), self.viewport.canvas.height()
        at = self._at if self._at is not None else QPointF(width / 2, height / 2)
        self._at = QPointF(min(width - 1, max(0, int(at.x()))) + 0.5, min(height - 1, max(0, int(at.y()))) + 0.5)
        return self._at

    def _enter(self) -> bool:
        if self._drawing:
            return True
        if self._pen:
            self._lift()
        elif not self.hand.tool.accept():
            self._put_down()
        return True

    def _space_down(self) -> bool:
        if self._drawing or self._pen:
            return True
        if not self._by_keys and self._at is not None:  # the mouse has the cursor: Space and a drag pan
            self._space = True
            self.setCursor(Qt.CursorShape.OpenHandCursor)
            return True
        self._put_down()
        self._space_pen = self._pen
        return True

    def _put_down(self) -> None:
        """The pen goes down at the keyboard's cursor, and stays there for tools that are dragged."""
        at = self._take_keys()
        self.hand.press(self._touch_at(at))
        self._pen = self.hand.busy and self.options.tool != "polygon"

    def _lift(self) -> None:
        if self._pen and self._at is not None:
            self._pen = self._space_pen = False
            self.hand.release(self._touch_at(self._at))

    # -- focus ------------------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Lifts the keyboard's pen; what the mouse is doing goes on."""
        super().focusOutEvent(event)
        self._lift()
        self._space = False
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        """Ends what has begun."""
        super().hideEvent(event)
        self._pen = self._drawing = self._picking = self._space = False
        self._panning = None
        self.hand.drop()
