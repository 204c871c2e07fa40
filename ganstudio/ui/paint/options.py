"""What the hand holds: tool, brush, classes, mirror, grid and how much of the result shines through."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from ganstudio.core.i18n import _

SMALLEST, LARGEST = 1, 128
"""Diameter of the brush in class pixels."""
FIRST_SIZE = 16


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool.

    Attributes:
        key: how the program calls it.
        title: how people call it.
        icon: its icon.
        shortcut: the key that takes it.
        help: how it is used, one sentence or two.
        freehand: it paints along the way of the hand, with the brush.
        sized: the size of the brush matters to it.
    """

    key: str
    title: str
    icon: str
    shortcut: str
    help: str
    freehand: bool = False
    sized: bool = False


TOOLS: tuple[Tool, ...] = (
    Tool("brush", _("Brush"), "brush", "B", _("Paints the chosen class. The wheel and [ ] change its size."), True, True),
    Tool("eraser", _("Eraser"), "eraser", "E", _("Paints the background class."), True, True),
    Tool("line", _("Line"), "line", "L", _("Drag from end to end; with Shift in steps of 45°."), False, True),
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


class PaintOptions(QObject):
    """The state of the hand. Setting what it is already tells nobody.

    Signals:
        changed(): anything is another.
        tool_changed(str): another tool is held.
        size_changed(int): the brush is larger or smaller.
        class_changed(int): another class is chosen.
    """

    changed = Signal()
    tool_changed = Signal(str)
    size_changed = Signal(int)
    class_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool, self._size, self._chosen, self._background = "brush", FIRST_SIZE, 0, 0
        self._square = self._mirror = self._grid = False
        self._opacity = 1.0

    @property
    def tool(self) -> str:
        """Key of the tool that is held."""
        return self._tool

    def set_tool(self, key: str) -> None:
        """Takes a tool.

        Raises:
            ValueError: there is no such tool.
        """
        if key not in BY_KEY:
            raise ValueError(f"no tool is called {key!r}")
        if key != self._tool:
            self._tool = key
            self.tool_changed.emit(key)
            self.changed.emit()

    @property
    def size(self) -> int:
        """Diameter of the brush in class pixels."""
        return self._size

    def set_size(self, size: int) -> None:
        """Takes another diameter, kept within 1 and 128."""
        size = min(LARGEST, max(SMALLEST, int(size)))
        if size != self._size:
            self._size = size
            self.size_changed.emit(size)
            self.changed.emit()

    def grow(self, steps: float) -> None:
        """Larger by so many steps of a tenth, smaller where negative; by one pixel at least."""
        way = 1 if steps > 0 else -1
        grown = self._size * 1.1**steps
        size = math.ceil(grown) if way > 0 else math.floor(grown)
        self.set_size(size if size != self._size else self._size + way)

    @property
    def square(self) -> bool:
        """The brush is square, not round."""
        return self._square

    def set_square(self, on: bool) -> None:
        """Takes a square or a round brush."""
        self._set("_square", bool(on))

    @property
    def mirror(self) -> bool:
        """What is painted is painted on the other side too, left and right exchanged."""
        return self._mirror

    def set_mirror(self, on: bool) -> None:
        """Switches the mirror."""
        self._set("_mirror", bool(on))

    @property
    def grid(self) -> bool:
        """The pixel grid is drawn where pixels are large enough."""
        return self._grid

    def set_grid(self, on: bool) -> None:
        """Switches the grid."""
        self._set("_grid", bool(on))

    @property
    def opacity(self) -> float:
        """How much of the label map is seen over the result, 0 to 1."""
        return self._opacity

    def set_opacity(self, opacity: float) -> None:
        """Sets it, kept within 0 and 1."""
        self._set("_opacity", min(1.0, max(0.0, float(opacity))))

    @property
    def chosen(self) -> int:
        """The class that is painted."""
        return self._chosen

    def choose(self, index: int) -> None:
        """Chooses the class that is painted."""
        if index != self._chosen:
            self._chosen = int(index)
            self.class_changed.emit(self._chosen)
            self.changed.emit()

    @property
    def background(self) -> int:
        """The class that the eraser paints, and that stays behind where a region is moved away."""
        return self._background

    def set_background(self, index: int) -> None:
        """Sets it."""
        self._set("_background", int(index))

    def _set(self, name: str, value: object) -> None:
        if getattr(self, name) != value:
            setattr(self, name, value)
            self.changed.emit()
