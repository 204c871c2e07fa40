"""A section of the panel: a heading that folds, its tools, and the rows of one control."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Driven, Editing
from ganstudio.ui.kit.parts import FoldButton, tool_button

TITLE = 84
"""Width of the words before a track, the same in every section."""


class Section(QWidget):
    """One section; what is in it comes from its subclass.

    Args:
        title: the heading.
        driven: what is driven.
        editing: how.
    """

    def __init__(self, title: str, driven: Driven, editing: Editing) -> None:
        super().__init__()
        self.title = title
        self.driven = driven
        self.editing = editing
        self.heading = FoldButton(title)
        self.heading.setAccessibleName(title)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(2)
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(4)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(8)
        head.addWidget(self.heading, 1)
        head.addLayout(self.tools)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addLayout(head)
        whole.addWidget(self.body)
        self.heading.toggled.connect(self.body.setVisible)

    def add_tool(self, icon: str, name: str, tooltip: str, call: Callable[[], object]) -> QToolButton:
        """A small button beside the heading."""
        button = tool_button(icon, name, tooltip)
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(24, 24)
        button.clicked.connect(lambda: call())
        self.tools.addWidget(button)
        return button

    def add_reset(self, call: Callable[[], object]) -> QToolButton:
        """Reset of the whole section."""
        name = _("Reset {title}").format(title=self.title)
        button = self.add_tool("reset", name, name, call)
        button.setEnabled(False)
        return button

    def refresh(self, state: ExploreState) -> None:
        """Shows where the controls stand, without telling anybody."""
        raise NotImplementedError


def heading_of(name: str) -> str:
    """A control's name as a heading."""
    return name[:1].upper() + name[1:]
