"""A section of the panel: a heading that folds, its tools, and the rows of one control.

Rows are placed by hand, since hundreds of them in a layout take long.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.slider import ROW, ValueSlider
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

    digits = True
    """Digits are its own while it has the keyboard; else whoever is around has them."""

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


class RowList(QWidget):
    """Rows beneath each other, and one stop of the Tab key: Up and Down (PageUp, PageDown) go from row to row.

    Signals:
        wanted: a row that should be in sight.
    """

    wanted = Signal(QWidget)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ValueSlider] = []
        """Those that are shown, in their order."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(140)
        self.setFixedHeight(0)

    def show_rows(self, rows: Sequence[ValueSlider]) -> None:
        """Shows these rows, in this order; others are hidden. What has the keyboard keeps it."""
        held = next((row for row in self.rows if row.focusPolicy() == Qt.FocusPolicy.StrongFocus), None)
        for row in {*self.rows} - {*rows}:
            row.hide()
        self.rows = list(rows)
        for row in rows:
            if row.parent() is not self:
                row.setParent(self)
                row.installEventFilter(self)
            row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if rows:
            (held if held is not None and held in rows else rows[0]).setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(ROW * len(rows))
        self._place()
        for row in rows:
            row.show()

    def _place(self) -> None:
        for place, row in enumerate(self.rows):
            row.setGeometry(0, place * ROW, self.width(), ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All rows are as wide as the list."""
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The row that has the keyboard is the one that Tab comes back to."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, ValueSlider):
            for row in self.rows:
                if row.focusPolicy() == Qt.FocusPolicy.StrongFocus and row is not watched:
                    row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            watched.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes from row to row."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        here = next((place for place, row in enumerate(self.rows) if row.hasFocus()), None)
        if event.key() not in by or here is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
            return
        row = self.rows[min(max(here + by[Qt.Key(event.key())], 0), len(self.rows) - 1)]
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        self.wanted.emit(row)


def heading_of(name: str) -> str:
    """A control's name as a heading."""
    shown = _(name)
    return shown[:1].upper() + shown[1:]
