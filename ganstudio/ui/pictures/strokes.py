"""The one stroke input: mouse, pen and finger on a widget become what a hand does on its picture."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QMouseEvent, QPointingDevice, QSinglePointEvent, QTabletEvent

from ganstudio.explore.canvas.touch import Touch, Way, constrained

__all__ = ["REACH", "StrokeInput", "Touch", "Way", "as_mouse", "constrained"]

REACH = 8.0
"""So many pixels of the widget are within reach of the hand."""
PEN_SHADOW = 0.3
"""So many seconds after a pen, presses of the mouse that systems make from it are ignored."""


def as_mouse(event: QTabletEvent, widget: Any) -> None:
    """Lets a pen do what the mouse does: its events go to the widget's own handlers of the mouse."""
    kind = event.type()
    if kind == QEvent.Type.TabletPress:
        widget.setFocus(Qt.FocusReason.MouseFocusReason)
        widget.mousePressEvent(event)
    elif kind == QEvent.Type.TabletMove:
        widget.mouseMoveEvent(event)
    elif kind == QEvent.Type.TabletRelease:
        widget.mouseReleaseEvent(event)
    event.accept()


class StrokeInput:
    """Turns the events of a widget, which hands them over, into what a hand does on its picture.

    A release that was lost, e.g. to a pop-up, is made up for; each press has one release, or is given up.

    Args:
        place: where a place on the widget is on the picture.
        press: told where the hand is put down.
        move: told where it is, and whether it is down.
        release: told where it is lifted.
        cancel: gives up what has begun; whether there was anything.

    Attributes:
        down: the hand is on the picture.
    """

    def __init__(
        self,
        place: Callable[[QPointF], QPointF],
        press: Callable[[Touch], object],
        move: Callable[[Touch, bool], object],
        release: Callable[[Touch], object],
        cancel: Callable[[], bool],
    ) -> None:
        self._place, self._press, self._move, self._release, self._cancel = place, press, move, release, cancel
        self._pen_seen, self._seen = -1.0, Touch(0, 0)
        self.down = False

    def press(self, event: QSinglePointEvent, double: bool = False) -> None:
        """Puts the hand down."""
        self.release(event)
        self.down = True
        self._press(self.touch(event, double))

    def move(self, event: QSinglePointEvent) -> None:
        """Moves it; every point that a pen reports between two frames is one of these."""
        if isinstance(event, QMouseEvent) and not event.buttons():
            self.release(event)
        self._move(self.touch(event), self.down)

    def release(self, event: QSinglePointEvent | None = None) -> None:
        """Lifts it, where it is down; without an event, there where it was seen last."""
        if self.down:
            self.down = False
            self._release(self._seen if event is None else self.touch(event))

    def cancel(self) -> bool:
        """Gives up what has begun, e.g. at Esc; whether there was anything."""
        self.down = False
        return self._cancel()

    def is_shadow(self, event: QSinglePointEvent) -> bool:
        """Whether a press is only what systems make of a pen for programs that know none; asked of every press."""
        now = time.monotonic()
        if isinstance(event, QTabletEvent):
            self._pen_seen = now
            return False
        return now - self._pen_seen < PEN_SHADOW

    def touch(self, event: QSinglePointEvent, double: bool = False) -> Touch:
        """Where the hand is, and how."""
        pressure, erasing = 1.0, False
        if isinstance(event, QTabletEvent):
            self._pen_seen = time.monotonic()
            if event.device().capabilities() & QInputDevice.Capability.Pressure:
                pressure = event.pressure()
            erasing = event.pointerType() == QPointingDevice.PointerType.Eraser
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        at = self.touch_at(self._place(event.position()))
        self._seen = Touch(at.x, at.y, pressure, shift, at.near, erasing, double)
        return self._seen

    def touch_at(self, at: QPointF) -> Touch:
        """A hand at a place of the picture, e.g. the cursor of the keyboard."""
        near = self._place(QPointF(REACH, 0)).x() - self._place(QPointF()).x()
        return Touch(at.x(), at.y(), near=max(0.75, near))
