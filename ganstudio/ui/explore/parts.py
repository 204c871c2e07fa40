"""What the views below the large picture and the panels on the right are made of, and what they share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLayout, QMenu, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import ExploreState
from ganstudio.explore.views import Pictures
from ganstudio.ui.kit.parts import Segmented, boxed, pop_up, stacked
from ganstudio.ui.pictures.grid import PictureGrid


class Part(QWidget):
    """Has a channel of its own drawn while somebody sees it, and puts the pictures into its grid.

    Args:
        explorer: what draws.
        channel: of the rendering service.
        grid: where its pictures go.
    """

    urgency = 0
    follows = True
    """Drawn anew whenever the controls move."""

    def __init__(self, explorer: Explorer, channel: str, grid: PictureGrid) -> None:
        super().__init__()
        self.explorer, self.channel, self.grid = explorer, channel, grid
        grid.menu_requested.connect(lambda place, point: pop_up(self.make_menu(place), point))
        explorer.drawn.connect(self._drawn)

    def stack(self, *parts: QWidget | QLayout) -> None:
        """Lays out a part of the right side: below each other, the grid as large as there is room."""
        boxed(*parts, margins=(8, 8, 8, 8), gap=8, into=self, stretch=self.grid).addStretch(0)

    def work(self, state: ExploreState) -> Work:
        """What is drawn for the present state."""
        raise NotImplementedError

    def redraw(self, *_anything: object) -> None:
        """Draws everything anew, where somebody looks."""
        self.explorer.show(self.channel, self.work if self.isVisible() else None, self.urgency, self.follows)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self.redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self.redraw()

    def _drawn(self, result: Drawn) -> None:
        if result.channel == self.channel:
            if result.error is not None:
                self.failed(str(result.error))
            elif result.value is not None:
                self.arrived(result.value)
            if result.done:
                self.ended()

    def arrived(self, value: Any) -> None:
        """Something was drawn."""
        if isinstance(value, Pictures):
            self.grid.put(value.first, value.items)

    def failed(self, words: str) -> None:
        """It could not be drawn."""

    def ended(self) -> None:
        """Nothing more comes."""

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a picture of the grid: nothing."""
        return QMenu(self)


ROW = 308
"""Pixels that a row of words is given before they end in …."""


class Tabs(QWidget):
    """A row of words above the part that is chosen; :meth:`fill` it once.

    Attributes:
        tabs: the row of words.
        parts: by their keys.
    """

    tabs: Segmented
    parts: dict[str, QWidget]
    _left = ""

    def fill(self, name: str, parts: Sequence[tuple[str, str, str, QWidget]]) -> None:
        """Takes the parts.

        Args:
            name: what is chosen here.
            parts: ``(key, word, tooltip, part)`` in their order.
        """
        self.tabs = Segmented([part[:3] for part in parts], name, close=True)
        self.tabs.chosen.connect(self.open)
        self.parts = {key: part for key, _word, _tooltip, part in parts}
        self._stack = stacked(*self.parts.values())
        head = boxed(self.tabs, None, across=True, margins=(8, 8, 8, 0))
        boxed(head, self._stack, into=self, stretch=self._stack)

    def minimumSizeHint(self) -> QSize:
        """With room for the row of words, unless they are very long."""
        hint = super().minimumSizeHint()
        hint.setWidth(max(hint.width(), min(self.tabs.sizeHint().width() + 16, ROW)))
        return hint

    def open(self, key: str) -> None:
        """Shows another part."""
        self.tabs.set_value(key)
        self._stack.setCurrentWidget(self.parts[key])

    def offer(self, keys: Sequence[str]) -> None:
        """Offers these parts only; where another one is on view, the one that was before, or the first of them."""
        for key in self.parts:
            self.tabs.set_shown(key, key in keys)
        self.tabs.setVisible(len(keys) > 1)
        if self.tabs.value not in keys:
            self._left, back = self.tabs.value, self._left
            self.open(back if back in keys else keys[0])
