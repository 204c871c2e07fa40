"""The canvas under the hands: mouse, pen, touch pad and keyboard become what the tools do to a document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShortcut,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QWidget

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.app.paint.gestures import Hand
from ganstudio.app.paint.tools import BY_KEY
from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _
from ganstudio.explore.canvas import LabelCanvas, Rect
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import draw_focus_ring
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.paint.canvas_paint import CanvasPicture
from ganstudio.ui.paint.cursor import Cursor
from ganstudio.ui.paint.options import FIRST_SHARE, MOST_SHARE, SMALLEST, PaintOptions
from ganstudio.ui.pictures.strokes import StrokeInput, as_mouse
from ganstudio.ui.pictures.viewport import Viewport

NOTCH = 120
"""What a wheel turns by in one step, in Qt's eighths of a degree."""
BIG_STEPS = 4
KEYS = 9
"""So many classes have a key of their own."""
BRACKETS = {"[": -1, "]": 1, "{": -BIG_STEPS, "}": BIG_STEPS}
_BUTTON, _KEY = Qt.MouseButton, Qt.KeyboardModifier


class CanvasView(QWidget):
    """A label map one paints on, pixel by pixel, and over it what the hand is about to do.

    Left button: the tool; right button or Alt: picks a class; middle button or Space: pans; wheel: size of the brush;
    Ctrl+wheel or a pinch: zoom. By keyboard: arrows move a cursor (Shift: one pixel, Ctrl: far), Space works while it
    is held, Enter puts the pen down and lifts it. A pen's pressure scales the brush, its other end erases.

    Signals:
        inked(): the label map is another, or a part of it.
        stroke_began(): a stroke or shape is about to change the map.
        stroke_ended(): it is done.
        hovered(str): what is under the cursor: ``"x 12, y 34 · sky"``; empty: nothing.
        document_changed(): another document is shown, or its size or classes are others.
        zoom_changed(float): another scale: screen pixels per class pixel.
        painted(QRegion): that part of the widget has been drawn.

    Attributes:
        document: what is shown; see :meth:`set_document`.
        options: what the hand holds.
        viewport: how the map lies on the widget.
        hand: does what the tools do.
    """

    inked = Signal()
    stroke_began = Signal()
    stroke_ended = Signal()
    hovered = Signal(str)
    document_changed = Signal()
    zoom_changed = Signal(float)
    painted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("ground", True)  # messages may lie over it
        self.options, self.viewport = PaintOptions(self), Viewport()
        self.document: CanvasDocument | None = None
        self._deaf: Callable[..., None] = lambda: None
        hand = self.hand = Hand(self.options, self.stroke_began.emit, self.stroke_ended.emit, self.choose_class)
        self._strokes = StrokeInput(self.viewport.to_canvas, hand.press, hand.move, hand.release, hand.cancel)
        self._cursor = Cursor(self.viewport, hand, self._strokes, self._viewed)
        self._picture = CanvasPicture(self.viewport, hand, self._cursor)
        self._space = self._picking = False
        self._panning: QPointF | None = None
        self._turned = [0, 0]
        self._decorated = QRegion()
        self._shown_zoom = self._shown_text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints every pixel itself
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)  # the right button picks a class
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName(_("Canvas"))
        self.setAccessibleDescription(
            _("The label map. Arrow keys move a cursor, Space paints while it is held, Enter puts the pen down and "
              "lifts it, 1 to 9 choose classes, brackets change the size of the brush.")
        )  # fmt: skip
        for number in range(KEYS):  # wherever the window has the keyboard, but for what takes text
            QShortcut(str(number + 1), self, partial(self.choose_class, number))
        for keys, steps in BRACKETS.items():
            QShortcut(keys, self, partial(self.options.grow, steps))
        self.options.changed.connect(self._options_changed)
        self.options.tool_changed.connect(self._tool_changed)
        theme_hub.changed.connect(self.update)
        self.set_document(None)

    def sizeHint(self) -> QSize:
        """Twice 256 pixels."""
        return QSize(528, 528)

    # -- the document -----------------------------------------------------------------------------------------------

    @property
    def classes(self) -> tuple[MapClass, ...]:
        """The classes of the document; empty without one."""
        return self.document.classes if self.document is not None else ()

    @property
    def ids(self) -> NDArray[np.uint8] | None:
        """The label map, uint8 ``(H, W)``: not a copy, to be read only."""
        return self.document.ids if self.document is not None else None

    @property
    def stroking(self) -> bool:
        """A stroke or shape is changing the map."""
        return self.document is not None and self.document.canvas.stroking

    def set_document(self, document: CanvasDocument | None) -> None:
        """Shows another document; what had begun on the one before is ended there."""
        self.hand.set_document(document)
        self._deaf()
        self.document = document
        self._cursor.pen, self._cursor.at = False, None
        if document is not None:
            self._deaf = listen(self, (document.changed, self._inked))
            last = len(document.classes) - 1
            self.options.set(
                chosen=min(self.options.chosen, last),
                background=min(document.canvas.background, last),
                largest=max(SMALLEST + 1, document.size // MOST_SHARE),
                size=document.brush or max(SMALLEST, round(document.size / FIRST_SHARE)),
            )
        self._picture.renew(self.ids, self.classes)
        self._place()
        self._show_cursor()
        self.update()
        self.document_changed.emit()
        self._tell_place()

    def _inked(self, rect: Rect) -> None:
        if self.document is not None:
            self._picture.refresh(self.document.ids, rect)
            top, left, bottom, right = rect
            self.update(self.viewport.cover(left, top, right, bottom))
            self.inked.emit()

    # -- what is done to the whole map ------------------------------------------------------------------------------

    def choose_class(self, number: int | None) -> None:
        """Chooses the class that is painted; an id that is no class is ignored."""
        if number is not None and 0 <= number < len(self.classes):
            self.options.set(chosen=number)

    def replace_class(self, old: int, new: int) -> None:
        """Turns one class into another everywhere: one step of undo."""
        self._once(BY_KEY["replace"].title, lambda canvas: canvas.replace_class(old, new))

    def fill_canvas(self, number: int) -> None:
        """Gives the whole map one class: one step of undo."""
        self._once(_("Fill the canvas"), lambda canvas: canvas.fill(number))

    def flip(self) -> None:
        """Exchanges left and right: one step of undo."""
        self._once(_("Flip the map"), LabelCanvas.mirror)

    def _once(self, label: str, change: Callable[[LabelCanvas], Any]) -> None:
        if self.document is not None:
            self.hand.drop()
            self.hand.once(label, change)

    # -- zoom and what lies below -----------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels per class pixel."""
        return self.viewport.scale

    def fit(self) -> None:
        """Shows the whole map, as large as it can be."""
        self.viewport.fit()
        self._viewed()

    def zoom_by_step(self, up: bool, about: QPointF | None = None) -> None:
        """Zooms in or out around a place on the widget, its middle by default."""
        self.viewport.step(up, about if about is not None else QPointF(self.rect().center()))
        self._viewed()

    @property
    def underlay(self) -> QImage:
        """The picture under the map, drawn over the whole of it; null for none."""
        return self._picture.underlay

    def set_underlay(self, image: QImage | None) -> None:
        """Lays a picture of any size under the map, seen as the options say; None for none."""
        was, self._picture.underlay = self._picture.underlay, image if image is not None else QImage()
        if not (was.isNull() and self._picture.underlay.isNull()) and self.options.opacity < 1:
            self.update(self.viewport.cover(0, 0, self.viewport.canvas.width(), self.viewport.canvas.height()))

    def _viewed(self) -> None:
        self._decorate()
        self.update()
        if str(self.zoom) != self._shown_zoom:
            self._shown_zoom = str(self.zoom)
            self.zoom_changed.emit(self.zoom)

    def _place(self) -> None:
        side = self.document.size if self.document is not None else 1
        self.viewport.place(QSize(side, side), self.size(), self.devicePixelRatioF())
        self._viewed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the map in its place, or fitted."""
        super().resizeEvent(event)
        self._place()

    # -- what hand and options say ----------------------------------------------------------------------------------

    def _options_changed(self) -> None:
        if self.document is not None:
            self.document.canvas.background, self.document.brush = self.options.background, self.options.size
        self._decorate()
        self.update()

    def _tool_changed(self) -> None:
        self._cursor.pen = False
        self.hand.drop()

    def _show_cursor(self) -> None:
        drawing = self.document is not None
        self.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)

    def _class_here(self) -> int | None:
        at = self._cursor.at
        return self.document.canvas.class_at(at.x(), at.y()) if self.document is not None and at is not None else None

    def _went(self) -> None:
        self._decorate()
        self._tell_place()

    def _tell_place(self) -> None:
        number, at, text = self._class_here(), self._cursor.at, ""
        if number is not None and at is not None:
            name = self.classes[number].title if number < len(self.classes) else _("unknown class")
            text = _("x {x}, y {y} · {name}").format(x=int(at.x()), y=int(at.y()), name=name)
        if text != self._shown_text:
            self._shown_text = text
            self.hovered.emit(text)

    # -- painting ---------------------------------------------------------------------------------------------------

    def _decorate(self) -> None:
        """Asks for a new drawing of where outlines and cursors were, and of where they are now."""
        now = self._picture.region()
        self.update(self._decorated.united(now))
        self._decorated = now

    def paintEvent(self, event: QPaintEvent) -> None:
        """The map, what is about to happen to it, the cursor, the ring."""
        if self.viewport.ratio != self.devicePixelRatioF():
            self._place()
        painter = QPainter(self)
        self._picture.draw(painter, event.rect())
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), current_theme())
        painter.end()
        self.painted.emit(event.region())

    # -- mouse and pen ----------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QSinglePointEvent, double: bool = False) -> None:
        """Tool, pick or pan."""
        event.accept()
        if self.document is None or self._strokes.is_shadow(event):
            return
        self._leave_keys(event.position())
        button = event.button()
        if button == _BUTTON.LeftButton and self._strokes.down:
            self._let_go(event)  # it is down already: its release was lost, e.g. to a pop-up
        if button == _BUTTON.MiddleButton or (button == _BUTTON.LeftButton and self._space):
            self._panning = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._strokes.down or self._panning is not None:
            return  # one thing at a time
        elif button == _BUTTON.RightButton or (button == _BUTTON.LeftButton and event.modifiers() & _KEY.AltModifier):
            self._picking = True
            self.choose_class(self._class_here())
        elif button == _BUTTON.LeftButton:
            self._strokes.press(event, double)
        self._went()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Closes a polygon; otherwise a press like any other."""
        self.mousePressEvent(event, True)

    def mouseMoveEvent(self, event: QSinglePointEvent) -> None:
        """Goes on with it."""
        event.accept()
        if self.document is None:
            return
        if isinstance(event, QMouseEvent) and not event.buttons():
            self._let_go(event)  # the release went elsewhere, e.g. to a pop-up
        if self._panning is not None:
            self.viewport.pan(event.position() - self._panning)
            self._panning = event.position()
            self._viewed()
            return
        self._leave_keys(event.position())
        if self._picking:
            self.choose_class(self._class_here())
        else:
            self._strokes.move(event)
        self._went()

    def mouseReleaseEvent(self, event: QSinglePointEvent) -> None:
        """Ends it."""
        event.accept()
        if event.button() == _BUTTON.RightButton:
            self._picking = False
        elif not (event.button() == _BUTTON.MiddleButton and self._strokes.down):
            self._let_go(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen does what the mouse does: the harder, the larger; its other end erases. Every point is drawn."""
        as_mouse(event, self)

    def _let_go(self, event: QSinglePointEvent) -> None:
        self._picking = False
        if self._panning is not None:
            self._panning = None
            self._show_cursor()
        if self._strokes.down:
            self._strokes.release(event)
            self._went()

    def _leave_keys(self, position: QPointF) -> None:
        """The mouse has the cursor from now on."""
        if self._cursor.by_keys:
            self._cursor.lift()
            self._decorate()
            self._cursor.by_keys = False
        self._cursor.at = self.viewport.to_canvas(position)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Shows the brush."""
        super().enterEvent(event)
        if self.document is not None and not self._cursor.pen:
            self._leave_keys(event.position())
            self._went()

    def leaveEvent(self, event: QEvent) -> None:
        """Hides it."""
        super().leaveEvent(event)
        if not self._strokes.down and not self._cursor.by_keys:
            self._cursor.at = None
            self._went()

    # -- wheel and gestures -----------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Size of the brush; with Ctrl the zoom. Touch pads turn by less than a notch, which is kept until it is one."""
        event.accept()
        delta, zooms = event.angleDelta(), bool(event.modifiers() & _KEY.ControlModifier)
        turned = self._turned[zooms] + (delta.y() or delta.x())  # with Alt, systems turn the wheel sideways
        notches = int(turned / NOTCH)
        self._turned[zooms] = turned - notches * NOTCH
        for _notch in range(abs(notches)):
            if zooms:
                self.zoom_by_step(notches > 0, event.position())
            else:
                self._grow(notches > 0, event.modifiers() & _KEY.ShiftModifier)
        self._tell_place()

    def _grow(self, larger: bool, far: object) -> None:
        steps = BIG_STEPS if far else 1
        self.options.grow(steps if larger else -steps)

    def event(self, event: QEvent) -> bool:
        """Pinches zoom: on touch pads as native gestures, on touch screens as Qt's."""
        zooms = Qt.NativeGestureType.ZoomNativeGesture
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == zooms:
            self._pinch(1 + event.value(), event.position())
            return True
        pinch = event.gesture(Qt.GestureType.PinchGesture) if isinstance(event, QGestureEvent) else None
        if isinstance(event, QGestureEvent) and isinstance(pinch, QPinchGesture):
            if self._strokes.down:
                self._strokes.cancel()  # the first finger had begun it; nobody meant it
            self.viewport.pan(pinch.centerPoint() - pinch.lastCenterPoint())
            self._pinch(pinch.scaleFactor(), pinch.centerPoint())
            event.accept(pinch)
            return True
        return super().event(event)

    def _pinch(self, times: float, about: QPointF) -> None:
        self.viewport.zoom(self.viewport.scale * max(0.1, times), about)
        self._viewed()

    # -- keyboard ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The cursor's keys; and brackets, which some keyboards have with AltGr only."""
        done = self.document is not None and (self._space_pans(event) or self._cursor.press(event))
        self._went()
        if not done and event.text() in BRACKETS:
            self.options.grow(BRACKETS[event.text()])
        elif not done:
            super().keyPressEvent(event)

    def _space_pans(self, event: QKeyEvent) -> bool:
        """While the mouse has the cursor, Space and a drag pan."""
        cursor = self._cursor
        mouse = cursor.at is not None and not (cursor.by_keys or cursor.pen or self._strokes.down)
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat() or not mouse:
            return False
        self._space = True
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Space is let go."""
        if event.key() != Qt.Key.Key_Space or event.isAutoRepeat():
            super().keyReleaseEvent(event)
            return
        self._space = False
        if self._panning is None:
            self._show_cursor()
        self._cursor.release_space()
        self._went()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Lifts the keyboard's pen; what the mouse is doing goes on."""
        super().focusOutEvent(event)
        self._cursor.lift()
        self._space = False

    def hideEvent(self, event: QHideEvent) -> None:
        """Ends what has begun."""
        super().hideEvent(event)
        self._cursor.pen = self._strokes.down = self._picking = self._space = False
        self._panning = None
        self.hand.drop()
