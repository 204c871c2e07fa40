"""The narrow strip at the left that switches workspaces."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import boxed, tool_button

WIDTH = 72


class Rail(QFrame):
    """Workspaces above, the program's own buttons below; arrow keys move along it."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName(_("Workspaces"))
        self.setFixedWidth(WIDTH)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._column = boxed(None, into=self, margins=(6, 8, 6, 8), gap=4)

    def add(self, name: str, title: str, icon_name: str, tooltip: str) -> QToolButton:
        """Adds a workspace below those there are."""
        button = self._button(title, icon_name, tooltip)
        button.setIcon(icon(icon_name, "text_muted", on="accent"))
        button.setCheckable(True)
        button.setAutoExclusive(False)
        self._group.addButton(button)
        button.clicked.connect(lambda _checked=False: self.chosen.emit(name))
        self._column.insertWidget(len(self._buttons), button)
        self._buttons[name] = button
        return button

    def add_below(self, title: str, icon_name: str, tooltip: str) -> QToolButton:
        """Adds a button without a label at the lower end."""
        button = self._button(title, icon_name, tooltip)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFixedHeight(36)
        self._column.addWidget(button)
        return button

    def _button(self, title: str, icon_name: str, tooltip: str) -> QToolButton:
        button = tool_button(icon_name, title, tooltip)
        button.setText(title)
        button.setIcon(icon(icon_name, "text_muted"))
        button.setIconSize(QSize(22, 22))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setFixedSize(WIDTH - 13, 54)
        return button

    def button(self, name: str) -> QToolButton:
        """The button of a workspace."""
        return self._buttons[name]

    def set_current(self, name: str) -> None:
        """Marks a workspace as the one on view."""
        self._buttons[name].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move the focus along the rail."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
