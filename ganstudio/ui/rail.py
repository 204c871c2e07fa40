"""The narrow strip at the left that switches workspaces."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QToolButton

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import boxed, tool_button

WIDTH = 72


class Rail(QFrame):
    """Workspaces above, the program's own buttons below; arrow keys move along it.

    Attributes:
        buttons: of the workspaces, by their ids; the checked one is on view.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(_("Workspaces"))
        self.setMinimumWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._group = QButtonGroup(self)
        self._group.buttonToggled.connect(self._one_stop)
        self.buttons: dict[str, QToolButton] = {}
        self._column = boxed(None, into=self, margins=(5, 8, 5, 8), gap=4)

    def add(self, name: str, title: str, icon_name: str, tooltip: str) -> None:
        """Adds a workspace below those there are."""
        button = self._button(title, icon_name, tooltip)
        button.setIcon(icon(icon_name, "text_muted", on="accent"))
        button.setCheckable(True)
        self._group.addButton(button)
        self._one_stop(button, False)
        button.clicked.connect(lambda _checked=False: self.chosen.emit(name))
        self._column.insertWidget(len(self.buttons), button)
        self.buttons[name] = button

    def add_below(self, title: str, icon_name: str) -> QToolButton:
        """Adds a button without a label at the lower end."""
        button = self._button(title, icon_name, "")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setFixedHeight(36)
        self._column.addWidget(button)
        return button

    @staticmethod
    def _one_stop(button: QAbstractButton, chosen: bool) -> None:
        """Tab comes to the chosen one, arrow keys go to the others; the mouse leaves the keyboard to the workspace."""
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus if chosen else Qt.FocusPolicy.NoFocus)

    def _button(self, title: str, icon_name: str, tooltip: str) -> QToolButton:
        button = tool_button(icon_name, title, tooltip)
        button.setText(title)
        button.setIcon(icon(icon_name, "text_muted"))
        button.setIconSize(QSize(22, 22))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setMinimumWidth(WIDTH - 13)
        button.setFixedHeight(54)
        button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move the focus along the rail."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
