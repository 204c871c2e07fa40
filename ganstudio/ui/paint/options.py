"""What the hand holds: tool, brush, classes, mirror, grid and how much of the result shines through."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from ganstudio.core.i18n import _

SMALLEST, FIRST_SHARE, MOST_SHARE = 1, 8, 2
"""Diameter of the brush: in class pixels at least; at first, and at most, such a part of the side of the map."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, or something else that a button and a key do to the canvas.

    Attributes:
        key: how the program calls it.
        title: how people call it.
        icon: its icon.
        shortcut: its key.
        help: how it is used, one sentence or two.
        sized: the size of the brush matters to it.
    """

    key: str
    title: str
    icon: str
    shortcut: str
    help: str
    sized: bool = False


TOOLS: tuple[Tool, ...] = (
    Tool("brush", _("Brush"), "brush", "B", _("Paints the chosen class. The wheel and [ ] change its size."), True),
    Tool("eraser", _("Eraser"), "eraser", "E", _("Paints the background class."), True),
    Tool("line", _("Line"), "line", "L", _("Drag from end to end; with Shift in steps of 45°."), True),
    Tool("polygon", _("Polygon"), "polygon", "P",
         _("Click the corners; Enter or a double click closes it, Backspace takes a corner back, Esc gives up.")),
    Tool("rectangle", _("Rectangle"), "rectangle", "R", _("Drag from corner to corner; with Shift a square.")),
    Tool("ellipse", _("Ellipse"), "ellipse", "O", _("Drag from corner to corner; with Shift a circle.")),
    Tool("fill", _("Fill"), "bucket", "F", _("Gives the connected region under the click the chosen class.")),
    Tool("replace", _("Replace everywhere"), "replace-all", "A",
         _("Turns the class under the click into the chosen one, everywhere.")),
    Tool("pick", _("Pick a class"), "pick", "I",
         _("Chooses the class under the click; with every tool: right click or Alt+click.")),
    Tool("move", _("Move a region"), "move", "M",
         _("Drag a rectangle around it, then drag what is in it; Enter puts it down, Esc back.")),
)  # fmt: skip
BY_KEY = {tool.key: tool for tool in TOOLS}
SWITCHES: tuple[Tool, ...] = (
    Tool("square", _("Square brush"), "square", "S", _("The brush is square; else it is round.")),
    Tool("mirror", _("Mirror"), "mirror", "X", _("What is painted is painted on the other side too.")),
    Tool("grid", _("Pixel grid"), "pixels", "G", _("Lines between the pixels, from a zoom of 800 % on.")),
)
"""What is on or off."""


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
        """Turns one of :data:`SWITCHES` on or off."""
        self.set(**{name: not getattr(self, name)})

    def grow(self, steps: float) -> None:
        """Larger by so many steps of a tenth, smaller where negative; by one pixel at least."""
        grown = self.size * 1.1**steps
        size = math.ceil(grown) if steps > 0 else math.floor(grown)
        self.set(size=size if size != self.size else self.size + (1 if steps > 0 else -1))
