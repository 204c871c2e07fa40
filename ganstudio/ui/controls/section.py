"""A section of the panel: a heading that folds, its tools, and the rows of one control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
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
        name: of the control.
    """

    def __init__(self, title: str, editing: Editing, name: str = "") -> None:
        super().__init__()
        self.title, self.editing, self.name = title, editing, name
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

    def lay_flat(self, words: bool = True) -> None:
        """Everything in a line, for a place between others: words, or nothing, instead of the heading that folds."""
        self.heading.hide()
        self._words.setVisible(words)
        self._whole.setDirection(QBoxLayout.Direction.LeftToRight)
        self._whole.setSpacing(8)
        self._whole.setAlignment(self._head, Qt.AlignmentFlag.AlignTop)

    def add_tool(self, icon: str, name: str, tooltip: str, call: Callable[[], object]) -> QToolButton:
        """A small button beside the heading."""
        button = tool_button(icon, name, tooltip, clicked=call, side=24)
        self.tools.addWidget(button)
        return button

    def add_reset(self, tooltip: str = "") -> None:
        """Reset of the whole section."""
        words = _("Reset {title}").format(title=self.title)
        self._reset = self.add_tool("reset", words, tooltip, lambda: self.reset())
        self._reset.setEnabled(False)

    def put(self, value: Any, label: str = "", key: object = None) -> None:
        """Moves the control; ``label`` is what the menu shows, the heading where empty."""
        self.editing.put(self.name, value, label or self.title, key)

    def reset(self) -> None:
        """As it was when the generator was opened."""
        self.editing.reset(self.name, self.title)

    def refresh(self, state: ExploreState) -> None:
        """Shows where the control stands, without telling anybody."""
        self._reset.setEnabled(self.editing.moved(self.name))


def heading_of(name: str) -> str:
    """A control's name as a heading."""
    return name[:1].upper() + name[1:]
