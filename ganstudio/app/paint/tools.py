"""The tools of the hand as a table: buttons, keys and menus are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from ganstudio.core.i18n import _


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
