"""Eyes on the window: when have the pixels that something led to been painted?"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint
from PySide6.QtGui import QImage, QRegion
from PySide6.QtWidgets import QWidget

from ganstudio.ui.paint.canvas_view import CanvasView

_PAINTED = QEvent.Type(QEvent.registerEventType())


class Eye(QObject):
    """Notes when a picture has been painted anew with another picture.

    Args:
        widget: shows it.
        shown: what it is to show now.

    Attributes:
        times: when it had been painted, by ``time.perf_counter``.
        listener: called at each of these times.
    """

    def __init__(self, widget: QWidget, shown: Callable[[], QImage]) -> None:
        super().__init__(widget)
        self._widget, self._shown = widget, shown
        self._seen = shown().cacheKey()
        self.times: list[float] = []
        self.listener: Callable[[], object] = lambda: None
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The event that is posted while the picture is being painted arrives once it has been."""
        if event.type() == QEvent.Type.Paint and self._shown().cacheKey() != self._seen:
            self._seen = self._shown().cacheKey()
            QCoreApplication.postEvent(self, QEvent(_PAINTED))
        return False

    def event(self, event: QEvent) -> bool:
        """The pixels are there."""
        if event.type() == _PAINTED:
            self.times.append(time.perf_counter())
            self.listener()
            return True
        return super().event(event)


class InkEye(QObject):
    """Measures from an event of the hand until the pixel under it has been painted on the canvas.

    Attributes:
        delays: seconds, one for each event.
    """

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._awaited: list[tuple[float, QPoint]] = []
        self._painted: list[float] = []
        self.delays: list[float] = []
        canvas.painted.connect(self._look)

    @property
    def waiting(self) -> bool:
        """There are events whose pixels have not been seen yet."""
        return bool(self._awaited or self._painted)

    def expect(self, due: float, point: QPoint) -> None:
        """The map has ink at this point of the widget, because of an event at the time ``due``."""
        self._awaited.append((due, point))

    def _look(self, region: QRegion) -> None:
        found = [due for due, point in self._awaited if region.contains(point)]
        if found:
            self._awaited = [(due, point) for due, point in self._awaited if not region.contains(point)]
            self._painted += found
            # Painting goes to a buffer; this arrives when the buffer has been handed to the screen.
            QCoreApplication.postEvent(self, QEvent(_PAINTED))

    def event(self, event: QEvent) -> bool:
        """The pixels are there."""
        if event.type() == _PAINTED:
            now = time.perf_counter()
            self.delays += [now - due for due in self._painted]
            self._painted.clear()
            return True
        return super().event(event)
