"""How a thread wakes the window: an event without content; the window then takes what is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject

_WAKE = QEvent.Type(QEvent.registerEventType())


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
