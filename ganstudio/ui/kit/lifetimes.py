"""How long a widget listens to models that outlive it, and how another thread wakes it."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject

WHOLE_SECONDS = 30.0
_WAKE = QEvent.Type(QEvent.registerEventType())


def listen(owner: QObject, *ties: tuple[Any, Callable[..., Any]]) -> Callable[..., None]:
    """Connects signals of models with what a widget does, until the widget is gone.

    Args:
        owner: the widget; its models may outlive it.
        *ties: signals below Qt (psygnal's), each with the slot that it calls.

    Returns:
        Cuts them before that; may be called more than once.
    """
    held = list(ties)

    def cut(*_args: object) -> None:
        while held:
            signal, slot = held.pop()
            signal.disconnect(slot, missing_ok=True)

    for signal, slot in ties:
        signal.connect(slot)
    owner.destroyed.connect(cut)
    return cut


class Sweeper:
    """Python's collector, on the thread of the window alone; :meth:`end` leaves it to Python again.

    In another thread it would free the Python halves of widgets while Qt deletes these, of which the program dies.
    """

    def __init__(self) -> None:
        gc.disable()
        self._whole = time.monotonic()

    def sweep(self) -> None:
        """Collects what Python would by now, all of it seldom: that takes longest. Called by the window's one timer."""
        due = [made > most for made, most in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        if due[2] and time.monotonic() - self._whole > WHOLE_SECONDS:
            gc.collect()
            self._whole = time.monotonic()
        elif due[0] or due[1]:
            gc.collect(1 if due[1] else 0)

    def end(self) -> None:
        """The window goes."""
        gc.enable()


class Waker(QObject):
    """Calls ``pull`` on the window's thread soon after it was called on any thread; many calls become one.

    Waiting for the next tick of the window's timer would double the time between a slider and its picture.
    """

    def __init__(self, pull: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._pull = pull
        self._posted = False
        self._closed = False

    def __call__(self) -> None:
        """Wakes; any thread."""
        if not self._posted and not self._closed:
            self._posted = True
            QCoreApplication.postEvent(self, QEvent(_WAKE))

    def close(self) -> None:
        """Wakes nobody any more. Call it once the thread that wakes has ended."""
        self._closed = True

    def event(self, event: QEvent) -> bool:
        """Pulls."""
        if event.type() == _WAKE:
            self._posted = False
            if not self._closed:
                self._pull()
            return True
        return super().event(event)
