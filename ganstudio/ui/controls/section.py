"""A section of the panel: a heading that folds, its tools, and the rows of one control."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.kit.parts import FoldButton, boxed, label, tool_button

TITLE = 84
"""Width of the words before a track, the same in every section."""


class Section(QWidget):
    """One section; what is in it comes from its subclass.

    Args:
        title: the heading.
        editing: how what it shows is moved.
    """

    def __init__(self, title: str, editing: Editing) -> None:
        super().__init__()
        self.title, self.editing = title, editing
        self.heading = FoldButton(title)
        self.heading.setAccessibleName(title)
        self._words = label(title)
        self._words.hide()
        self.tools = boxed(across=True, gap=2)
        self.body = QWidget()
        self.column = boxed(into=self.body, gap=4)
        self._head = boxed(self.heading, self._words, self.tools, across=True, gap=8, stretch=self.heading)
        self._whole = boxed(self._head, self.body, gap=4, into=self)
        self.heading.toggled.connect(self.body.setVisible)

    def lay_flat(self) -> None:
        """Everything in a line, for a place between others: words instead of the heading that folds."""
        self.heading.hide()
        self._words.show()
        self._whole.setDirection(QBoxLayout.Direction.LeftToRight)
        self._whole.setSpacing(8)
        self._whole.setAlignment(self._head, Qt.AlignmentFlag.AlignTop)

    def add_tool(self, icon: str, name: str, tooltip: str, call: Callable[[], object]) -> QToolButton:
        """A small button beside the heading."""
        button = small_button(icon, name, tooltip, call)
        self.tools.addWidget(button)
        return button

    def add_reset(self, call: Callable[[], object], tooltip: str = "") -> QToolButton:
        """Reset of the whole section."""
        button = self.add_tool("reset", _("Reset {title}").format(title=self.title), tooltip, call)
        button.setEnabled(False)
        return button

    def refresh(self, state: ExploreState) -> None:
        """Shows where the controls stand, without telling anybody."""
        raise NotImplementedError


def small_button(icon: str, name: str, tooltip: str, call: Callable[[], object]) -> QToolButton:
    """A button as high as a row."""
    button = tool_button(icon, name, tooltip, clicked=call, side=24)
    button.setIconSize(QSize(16, 16))
    return button


def heading_of(name: str) -> str:
    """A control's name as a heading."""
    return name[:1].upper() + name[1:]
