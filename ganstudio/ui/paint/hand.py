"""The hand: holds the present tool, and makes one step of undo of whatever it does."""

from __future__ import annotations

from collections.abc import Callable

from ganstudio.ui.paint.gestures import Click, Freehand, Gesture, Move, Polygon, Preview, Shape, Touch
from ganstudio.ui.paint.options import BY_KEY, PaintOptions, Tool
from ganstudio.ui.paint.surface import Surface


class Hand:
    """Holds the present tool and lets it work on a canvas.

    Args:
        options: what the hand holds.
        began: called before a stroke or shape changes the canvas.
        ended: called when it is done.
        picked: called with the class that was picked.
    """

    def __init__(
        self,
        options: PaintOptions,
        began: Callable[[], None],
        ended: Callable[[], None],
        picked: Callable[[int], None],
    ) -> None:
        self.options, self.began, self.ended, self.pick = options, began, ended, picked
        self._surface: Surface | None = None
        self.erasing = False
        freehand, shape, click = Freehand(self), Shape(self), Click(self)
        self._tools: dict[str, Gesture] = {
            "brush": freehand, "eraser": freehand, "line": shape, "rectangle": shape, "ellipse": shape,
            "fill": click, "replace": click, "pick": click, "polygon": Polygon(self), "move": Move(self),
        }  # fmt: skip
        self._held = self.tool
        self._last = Touch(0, 0)

    @property
    def surface(self) -> Surface:
        """What is worked on; asked for only while there is one."""
        assert self._surface is not None
        return self._surface

    @property
    def tool(self) -> Gesture:
        """What the present tool does."""
        return self._tools["eraser" if self.erasing else self.options.tool]

    @property
    def tool_in_use(self) -> Tool:
        """The tool as it is described to people."""
        return BY_KEY["eraser" if self.erasing else self.options.tool]

    @property
    def preview(self) -> Preview | None:
        """What is about to happen."""
        return self.tool.preview

    @property
    def busy(self) -> bool:
        """A stroke or shape has begun."""
        return self._held.busy

    def set_surface(self, surface: Surface | None) -> None:
        """Takes another canvas; what had begun on the one before is given up."""
        self.drop()
        self._surface = surface

    def drop(self) -> None:
        """Ends a stroke as it is and gives up a shape: before another tool or canvas is taken."""
        if isinstance(self._held, Freehand | Move):
            self._held.accept()
        self._held.cancel()
        self._held, self.erasing = self.tool, False

    # -- verbs ------------------------------------------------------------------------------------------------------

    def press(self, touch: Touch, double: bool = False, erasing: bool = False) -> None:
        """Puts the hand down; ``erasing``: with the other end of a pen."""
        self.drop() if erasing != self.erasing else None
        self.erasing = erasing
        self._held = self.tool
        if not (double and self.tool.double(touch)):
            self.tool.press(touch)

    def move(self, touch: Touch, down: bool) -> None:
        """Moves it."""
        self.tool.move(touch, down)

    def release(self, touch: Touch) -> None:
        """Lifts it."""
        self.tool.release(touch)
        self.erasing = False

    def once(self, label: str, change: Callable[[], object]) -> None:
        """Does a change that is one step of undo."""
        self.began()
        try:
            self.surface.step(label, change)
        finally:
            self.ended()

    def draw(self, preview: Preview) -> None:
        """Draws a shape on the canvas."""
        options = self.options
        self.surface.shape(preview.shape, preview.points, options.size, options.square, options.chosen, options.mirror)
