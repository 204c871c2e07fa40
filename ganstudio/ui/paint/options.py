"""What the hand holds: tool, brush, classes, mirror, grid and how much of the result shines through."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QObject, Signal

from ganstudio.app.paint.tools import BY_KEY

SMALLEST, FIRST_SHARE, MOST_SHARE = 1, 8, 2
"""Diameter of the brush: in class pixels at least; at first, and at most, such a part of the side of the map."""


class PaintOptions(QObject):
    """The state of the hand; :meth:`set` changes it and tells so.

    Signals:
        changed(): anything is another.
        tool_changed(): another tool is held; comes first.

    Attributes:
        tool: key of the tool.
        size: diameter of the brush in class pixels, kept within 1 and :attr:`largest`.
        largest: half the side of the map.
        square: the brush is square, not round.
        chosen: the class that is painted.
        background: the class that the eraser paints, and that stays behind where a region is moved away.
        mirror: what is painted is painted on the other side too, left and right exchanged.
        grid: the pixel grid is drawn where pixels are large enough.
        opacity: how much of the label map is seen over the result, kept within 0 and 1.
    """

    changed = Signal()
    tool_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tool, self.size, self.largest = "brush", 16, 128
        self.chosen = self.background = 0
        self.square = self.mirror = self.grid = False
        self.opacity = 1.0

    def set(self, **held: Any) -> None:
        """Holds something else. What it is already tells nobody.

        Raises:
            ValueError: there is no such tool.
        """
        if held.get("tool", "brush") not in BY_KEY:
            raise ValueError(f"no tool is called {held['tool']!r}")
        if "size" in held:
            held["size"] = min(held.get("largest", self.largest), max(SMALLEST, int(held["size"])))
        if "opacity" in held:
            held["opacity"] = min(1.0, max(0.0, float(held["opacity"])))
        others = {name: value for name, value in held.items() if value != getattr(self, name)}
        for name, value in others.items():
            setattr(self, name, value)
        if "tool" in others:
            self.tool_changed.emit()
        if others:
            self.changed.emit()

    def switch(self, name: str) -> None:
        """Turns one of :data:`~ganstudio.app.paint.tools.SWITCHES` on or off."""
        self.set(**{name: not getattr(self, name)})

    def grow(self, steps: float) -> None:
        """Larger by so many steps of a tenth, smaller where negative; by one pixel at least."""
        grown = self.size * 1.1**steps
        size = math.ceil(grown) if steps > 0 else math.floor(grown)
        self.set(size=size if size != self.size else self.size + (1 if steps > 0 else -1))
