"""The little motion there is: a part that opens or closes slides, unless motion is reduced."""

from __future__ import annotations

from PySide6.QtCore import QAbstractAnimation, QEasingCurve, QPropertyAnimation
from PySide6.QtWidgets import QWidget

DURATION_MS = 140


_reduced = False


def set_reduced_motion(reduced: bool) -> None:
    """From now on parts open at once (True) or slide (False)."""
    global _reduced
    _reduced = reduced


def reduced_motion() -> bool:
    """Whether parts open at once."""
    return _reduced


def reveal(widget: QWidget, shown: bool) -> None:
    """Shows or hides a widget; showing slides its height open in 140 ms."""
    running = widget.findChild(QPropertyAnimation, "reveal")
    if running is not None:
        running.stop()
    if widget.property("full_height") is None:
        widget.setProperty("full_height", widget.maximumHeight())
    most = int(widget.property("full_height"))
    widget.setMaximumHeight(most)
    widget.setVisible(shown)
    if not shown or reduced_motion() or not widget.isVisible():
        return
    slide = QPropertyAnimation(widget, b"maximumHeight", widget)
    slide.setObjectName("reveal")
    slide.setDuration(DURATION_MS)
    slide.setStartValue(0)
    slide.setEndValue(min(most, max(1, widget.sizeHint().height())))
    slide.setEasingCurve(QEasingCurve.Type.OutCubic)
    slide.finished.connect(lambda: widget.setMaximumHeight(most))
    slide.start(QAbstractAnimation.DeletionPolicy.DeleteWhenStopped)
