"""The button with words."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter


class WordButton(QPushButton):
    """A button whose words end in … where there is no room, so that long ones push nothing out of a row.

    The primary one keeps all of its words.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """With room for the first letters."""
        hint = super().minimumSizeHint()
        if not self.property("primary"):
            rest = hint.width() - self.fontMetrics().horizontalAdvance(self.text())
            hint.setWidth(min(hint.width(), rest + self.fontMetrics().horizontalAdvance("Word…")))
        return hint

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws as many of the words as there is room for."""
        missing = super().minimumSizeHint().width() - self.width()
        if missing <= 0:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        metrics, flags = self.fontMetrics(), Qt.TextFlag.TextShowMnemonic.value
        room = metrics.horizontalAdvance(option.text) - missing
        option.text = metrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room, flags)
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)
