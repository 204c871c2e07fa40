"""What is drawn on a channel of its own: the views below the large picture, and the parts on the right."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLayout, QMenu, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.views import Pictures
from ganstudio.ui.kit.parts import boxed, pop_up
from ganstudio.ui.pictures.grid import PictureGrid


class Part(QWidget):
    """Takes what was drawn on its channel, and puts pictures into its grid.

    Args:
        explorer: what draws.
        channel: of the rendering service.
        grid: where its pictures go.
    """

    def __init__(self, explorer: Explorer, channel: str, grid: PictureGrid) -> None:
        super().__init__()
        self.explorer, self.channel, self.grid = explorer, channel, grid
        grid.menu_requested.connect(self._open_menu)
        explorer.drawn.connect(self._drawn)

    def stack(self, *parts: QWidget | QLayout) -> None:
        """Lays out a part of the right side: below each other, the grid as large as there is room."""
        boxed(*parts, margins=(8, 8, 8, 8), gap=8, into=self, stretch=self.grid).addStretch(0)

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

    def _open_menu(self, place: int, point: QPoint) -> None:
        pop_up(self.make_menu(place), point)
