"""Where the number of a slider's row is typed."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ganstudio.ui.kit.style import set_look


def read_number(text: str) -> float | None:
    """A number as people type it: a comma or a true minus will do; None where it is none."""
    try:
        value = float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class NumberEntry(QLineEdit):
    """Where a number is typed. ``done`` says how it ended: ``taken`` (Enter), ``gone`` (focus), ``left`` (Escape)."""

    done = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        set_look(self, cell=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Escape; the rest is a line edit's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit("taken")
        elif event.key() == Qt.Key.Key_Escape:
            self.done.emit("left")
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Escape is this field's while a number is typed; a lost focus ends it."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        taken = super().event(event)
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.done.emit("gone")
        return taken
