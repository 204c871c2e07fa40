"""The hand: what each tool does when it presses, moves and lets go, in class pixels, without widgets or screens.

Every tool speaks the same few verbs. Whatever it changes on the canvas is one step of undo; until then it shows a
:class:`Preview`. Places are in class pixels: (0.5, 0.5) is the middle of the first one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.app.paint.tools import BY_KEY, Tool
from ganstudio.explore.canvas import Brush, LabelCanvas, Point, Rect
from ganstudio.explore.canvas.shapes import cells
from ganstudio.explore.canvas.touch import Touch, Way, constrained

Call = Callable[[], None]
LIGHTEST = 0.1
"""So much of the brush's size is left under the lightest pressure."""


class Held(Protocol):
    """What the hand holds: a tool and a size, classes for brush and eraser, how both are used, and what is seen."""

    tool: str
    size: int
    square: bool
    chosen: int
    background: int
    mirror: bool
    grid: bool
    opacity: float


@dataclass(frozen=True, slots=True)
class Preview:
    """What is about to happen.

    Attributes:
        shape: ``line``, ``polygon``, ``rectangle``, ``ellipse``, ``select`` or ``moved``.
        points: corners of the shape in class pixels, the hand's place the last.
        region: for ``moved``: what was taken hold of.
        offset: for ``moved``: how far right and down it was moved, in whole class pixels.
    """

    shape: str
    points: tuple[Point, ...]
    region: Rect | None = None
    offset: tuple[int, int] = (0, 0)

    @property
    def target(self) -> Rect | None:
        """Where the region is now."""
        if self.region is None:
            return None
        top, left, bottom, right = self.region
        dx, dy = self.offset
        return top + dy, left + dx, bottom + dy, right + dx


class Gesture:
    """A tool that does nothing yet."""

    def __init__(self, hand: Hand) -> None:
        self.hand, self.options = hand, hand.options
        self.preview: Preview | None = None

    @property
    def busy(self) -> bool:
        """Something has begun that can be ended or given up."""
        return self.preview is not None

    def press(self, touch: Touch) -> None:
        """The hand is put down."""

    def move(self, touch: Touch, down: bool) -> None:
        """It moves."""

    def release(self, touch: Touch) -> None:
        """It is lifted: that ends what has begun, where nothing else is said."""
        self.accept()

    def double(self, touch: Touch) -> bool:
        """A second press at once; False: an ordinary press."""
        return False

    def accept(self) -> bool:
        """Enter: ends what has begun; False where there is nothing to end."""
        return False

    def back(self) -> bool:
        """Backspace."""
        return False

    def nudge(self, dx: int, dy: int) -> bool:
        """An arrow key; False: it moves the cursor."""
        return False

    def cancel(self) -> bool:
        """Esc: gives it up; False where nothing has begun."""
        had, self.preview = self.preview is not None, None
        return had


class Freehand(Gesture):
    """Brush and eraser; with Shift straight on."""

    _way: Way
    _class = 0
    _last: tuple[Point, float] | None = None

    @property
    def busy(self) -> bool:
        """The brush is on the canvas."""
        return self._last is not None

    def press(self, touch: Touch) -> None:
        """Begins a stroke with a dab."""
        self.accept()
        tool = self.hand.tool_in_use
        self._way, self._class = Way(), self.options.background if tool.key == "eraser" else self.options.chosen
        self.hand.began()
        self.hand.document.begin(tool.title)
        self._draw(touch)

    def _draw(self, touch: Touch) -> None:
        end = self._way.to(touch), max(1.0, self.options.size * max(LIGHTEST, min(1.0, touch.pressure)))
        start, self._last = self._last or end, end
        size = max(start[1], end[1])
        self.hand.document.canvas.stroke(
            start[0], end[0], self._class, size, self.hand.brush,
            pressure=(start[1] / size, end[1] / size), mirror=self.options.mirror,
        )  # fmt: skip

    def move(self, touch: Touch, down: bool) -> None:
        """Paints on to there."""
        if down and self._last is not None:
            self._draw(touch)

    def accept(self) -> bool:
        """Ends the stroke."""
        return self._end(keep=True)

    def cancel(self) -> bool:
        """Takes the stroke back."""
        return self._end(keep=False)

    def _end(self, keep: bool) -> bool:
        if self._last is None:
            return False
        self._last = None
        self.hand.document.end() if keep else self.hand.document.abort()
        self.hand.ended()
        return True


class Shape(Gesture):
    """Line, rectangle, ellipse: dragged from one end to the other."""

    def press(self, touch: Touch) -> None:
        """The first end."""
        self.preview = Preview(self.options.tool, (touch.point, touch.point))

    def move(self, touch: Touch, down: bool) -> None:
        """The other end follows the hand."""
        if self.preview is not None:
            start, shape = self.preview.points[0], self.preview.shape
            end = constrained(start, touch.point, shape) if touch.shift else touch.point
            self.preview = Preview(shape, (start, end))

    def release(self, touch: Touch) -> None:
        """Draws the shape."""
        self.move(touch, True)
        self.accept()

    def accept(self) -> bool:
        """Draws the shape."""
        preview, self.preview = self.preview, None
        if preview is not None:
            self.hand.draw(preview)
        return preview is not None


class Polygon(Gesture):
    """Corners are clicked, or given by dragging from the last one."""

    def press(self, touch: Touch) -> None:
        """One more corner; on the first one, closes."""
        corners = self.preview.points[:-1] if self.preview is not None else ()
        if len(corners) > 2 and math.dist(corners[0], touch.point) <= touch.near:
            self.accept()
        else:
            self.preview = Preview("polygon", (*corners, touch.point, touch.point))

    def move(self, touch: Touch, down: bool) -> None:
        """The line to the next corner follows the hand."""
        if self.preview is not None:
            *corners, _rubber = self.preview.points
            end = constrained(corners[-1], touch.point, "line") if touch.shift else touch.point
            self.preview = Preview("polygon", (*corners, end))

    def release(self, touch: Touch) -> None:
        """A way dragged from the last corner ends in another."""
        if self.preview is not None and math.dist(self.preview.points[-2], touch.point) > touch.near:
            self.press(touch)

    def double(self, touch: Touch) -> bool:
        """Closes it; before there are three corners it is the click that it began with."""
        return self.accept() or self.preview is not None

    def accept(self) -> bool:
        """Closes and draws it, once there are three corners; until then Enter adds one, as Space does."""
        if self.preview is None or len(self.preview.points) < 4:
            return False
        corners, self.preview = self.preview.points[:-1], None
        self.hand.draw(Preview("polygon", corners))
        return True

    def back(self) -> bool:
        """Takes the last corner back."""
        if self.preview is None:
            return False
        *corners, rubber = self.preview.points
        self.preview = Preview("polygon", (*corners[:-1], rubber)) if len(corners) > 1 else None
        return True


class Click(Gesture):
    """Fill, replace, pick: done with one press."""

    def press(self, touch: Touch) -> None:
        """Does it."""
        here, key, chosen = self.hand.document.canvas.class_at(*touch.point), self.options.tool, self.options.chosen
        if here is None:
            return
        if key == "pick":
            self.hand.pick(here)
        elif key == "replace":
            self.hand.once(BY_KEY[key].title, lambda canvas: canvas.replace_class(here, chosen))
        else:
            self.hand.once(BY_KEY[key].title, lambda canvas: self._fill(canvas, touch, chosen))

    def _fill(self, canvas: LabelCanvas, touch: Touch, chosen: int) -> None:
        canvas.flood(*touch.point, chosen)
        if self.options.mirror:
            canvas.flood(math.nextafter(canvas.size - touch.x, -1.0), touch.y, chosen)

    def move(self, touch: Touch, down: bool) -> None:
        """Goes on picking while the hand is down."""
        here = self.hand.document.canvas.class_at(*touch.point)
        if down and self.options.tool == "pick" and here is not None:
            self.hand.pick(here)


class Move(Gesture):
    """First a rectangle is dragged around a region, then its content is dragged about."""

    _held: Point | None = None
    _start: tuple[int, int] = (0, 0)

    def press(self, touch: Touch) -> None:
        """Begins the rectangle, or takes hold of what is in it."""
        self._held = touch.point
        if self.preview is not None and self.preview.target is not None:
            top, left, bottom, right = self.preview.target
            if left <= touch.x < right and top <= touch.y < bottom:
                self._start = self.preview.offset
                return
            self.accept()
        self.preview = Preview("select", (touch.point, touch.point))

    def move(self, touch: Touch, down: bool) -> None:
        """The rectangle or its content follows the hand."""
        if self.preview is None or self._held is None:
            return
        if self.preview.region is None:
            start = self.preview.points[0]
            end = constrained(start, touch.point, "rectangle") if touch.shift else touch.point
            self.preview = Preview("select", (start, end))
        else:
            dx, dy = touch.x - self._held[0], touch.y - self._held[1]
            if touch.shift:
                dx, dy = (dx, 0.0) if abs(dx) > abs(dy) else (0.0, dy)
            self._put(self.preview.region, round(self._start[0] + dx), round(self._start[1] + dy))

    def _put(self, region: Rect, dx: int, dy: int) -> None:
        top, left, bottom, right = region
        size = self.hand.document.size
        # A row or column of it stays on the canvas, so that it can be taken hold of again.
        offset = min(max(dx, 1 - right), size - 1 - left), min(max(dy, 1 - bottom), size - 1 - top)
        self.preview = Preview("moved", (), region, offset)

    def release(self, touch: Touch) -> None:
        """The rectangle is complete, or its content let go."""
        if self._held is None:
            return
        self.move(touch, True)
        self._held = None
        if self.preview is not None and self.preview.region is None:
            size, whole = self.hand.document.size, cells(*self.preview.points) or (0, 0, 0, 0)
            region = max(0, whole[0]), max(0, whole[1]), min(size, whole[2]), min(size, whole[3])
            small = region[2] - region[0] < 2 or region[3] - region[1] < 2
            self.preview = None if small else Preview("moved", (), region)

    def nudge(self, dx: int, dy: int) -> bool:
        """Moves the content."""
        preview = self.preview
        if preview is None or preview.region is None or self._held is not None:
            return False
        self._put(preview.region, preview.offset[0] + dx, preview.offset[1] + dy)
        return True

    def accept(self) -> bool:
        """Puts the content down."""
        preview = self.preview
        if preview is None or (preview.region is None and self._held is not None):
            return False
        self.preview = self._held = None
        region, offset = preview.region, preview.offset
        if region is not None and offset != (0, 0):
            hole = self.options.background
            self.hand.once(BY_KEY["move"].title, lambda canvas: canvas.move(region, *offset, hole))
        return True

    def cancel(self) -> bool:
        """Leaves everything where it was."""
        self._held = None
        return super().cancel()


class Hand:
    """Holds the present tool and lets it work on a canvas.

    Args:
        options: what the hand holds.
        began: called before a stroke or shape changes the canvas.
        ended: called when it is done.
        pick: called with the class that was picked.
    """

    def __init__(self, options: Held, began: Call, ended: Call, pick: Callable[[int], None]) -> None:
        self.options, self.began, self.ended, self.pick = options, began, ended, pick
        self._document: CanvasDocument | None = None
        self.erasing = False
        freehand, shape, click = Freehand(self), Shape(self), Click(self)
        self._tools: dict[str, Gesture] = {
            "brush": freehand, "eraser": freehand, "line": shape, "rectangle": shape, "ellipse": shape,
            "fill": click, "replace": click, "pick": click, "polygon": Polygon(self), "move": Move(self),
        }  # fmt: skip
        self._held = self.tool

    @property
    def document(self) -> CanvasDocument:
        """What is worked on; asked for only while there is one."""
        assert self._document is not None
        return self._document

    @property
    def tool_in_use(self) -> Tool:
        """The tool as it is described to people."""
        return BY_KEY["eraser" if self.erasing else self.options.tool]

    @property
    def tool(self) -> Gesture:
        """What the present tool does."""
        return self._tools[self.tool_in_use.key]

    @property
    def brush(self) -> Brush:
        """The tip of the brush."""
        return "square" if self.options.square else "round"

    @property
    def busy(self) -> bool:
        """A stroke or shape has begun."""
        return self._held.busy

    def set_document(self, document: CanvasDocument | None) -> None:
        """Takes another canvas; what had begun on the one before is ended there."""
        self.drop()
        self._document = document

    def drop(self) -> None:
        """Ends a stroke as it is and gives up a shape: before another tool or canvas is taken."""
        if isinstance(self._held, Freehand | Move):
            self._held.accept()
        self._held.cancel()
        self._held, self.erasing = self.tool, False

    # -- verbs ------------------------------------------------------------------------------------------------------

    def press(self, touch: Touch) -> None:
        """Puts the hand down."""
        if touch.erasing != self.erasing:
            self.drop()
        self.erasing = touch.erasing
        self._held = self.tool
        if not (touch.double and self.tool.double(touch)):
            self.tool.press(touch)

    def move(self, touch: Touch, down: bool) -> None:
        """Moves it."""
        self.tool.move(touch, down)

    def release(self, touch: Touch) -> None:
        """Lifts it."""
        self.tool.release(touch)
        self.erasing = False

    def cancel(self) -> bool:
        """Gives up what has begun; whether there was anything."""
        return self.tool.cancel()

    def once(self, label: str, change: Callable[[LabelCanvas], object]) -> None:
        """Does a change that is one step of undo."""
        self.began()
        try:
            with self.document.step(label) as canvas:
                change(canvas)
        finally:
            self.ended()

    def draw(self, shape: Preview) -> None:
        """Draws a shape with the chosen class: one step of undo."""
        chosen, size, mirror = self.options.chosen, self.options.size, self.options.mirror
        self.once(
            BY_KEY[shape.shape].title,
            lambda canvas: canvas.shape(shape.shape, shape.points, chosen, size, self.brush, mirror=mirror),
        )
