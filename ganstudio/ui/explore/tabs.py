"""Several parts in one place, of which one is on view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget, QWidget

from ganstudio.ui.kit.parts import Segmented, boxed


class Tabs(QWidget):
    """A row of words above the part that is chosen; :meth:`fill` it once.

    Attributes:
        tabs: the row of words.
        parts: by their keys.
    """

    tabs: Segmented
    parts: dict[str, QWidget]

    def fill(self, name: str, parts: Sequence[tuple[str, str, str, QWidget]]) -> None:
        """Takes the parts.

        Args:
            name: what is chosen here.
            parts: ``(key, word, tooltip, part)`` in their order.
        """
        self.tabs = Segmented([part[:3] for part in parts], name)
        self.tabs.chosen.connect(self.open)
        self.parts = {key: part for key, _word, _tooltip, part in parts}
        self._stack = QStackedWidget()
        for part in self.parts.values():
            self._stack.addWidget(part)
        head = boxed(self.tabs, None, across=True, margins=(8, 8, 8, 0))
        boxed(head, self._stack, into=self, stretch=self._stack)

    def open(self, key: str) -> None:
        """Shows another part."""
        self.tabs.set_value(key)
        self._stack.setCurrentWidget(self.parts[key])
