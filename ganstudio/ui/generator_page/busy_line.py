"""A line that says: something is being opened or read."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ganstudio.ui.kit.motion import reduced_motion
from ganstudio.ui.kit.theme import current_theme


class BusyLine(QWidget):
    """A thin line along which something runs while one waits."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(2)
        self._timer = QTimer(self)
        self._timer.setInterval(40)
        self._timer.timeout.connect(self.update)
        self._busy = False

    def set_busy(self, busy: bool) -> None:
        """Begins or ends; the line keeps its place."""
        self._busy = busy
        self._run()
        self.update()

    def _run(self) -> None:
        if self._busy and self.isVisible() and not reduced_motion():
            self._timer.start()
        else:
            self._timer.stop()

    def showEvent(self, event: QShowEvent) -> None:
        """Runs on."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A third of the line in the accent colour, wherever it has come to; the whole one where motion is reduced."""
        if not self._busy:
            return
        painter, width = QPainter(self), self.width()
        part = width if reduced_motion() else width / 3
        start = 0.0 if reduced_motion() else (time.monotonic() * 0.8 % 1) * (width + part) - part
        painter.fillRect(QRectF(start, 0, part, 2), QColor(current_theme().accent))
        painter.end()
