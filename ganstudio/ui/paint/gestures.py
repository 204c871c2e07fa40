"""What each tool does with a hand that presses, moves and lets go: in class pixels, without widgets or screens.

Every tool speaks the same few verbs. Whatever it changes on the canvas is one step of undo; until then it shows a
:class:`Preview`. Places are in class pixels: (0.5, 0.5) is the middle of the first one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganstudio.explore.canvas import Point
from ganstudio.ui.paint.options import BY_KEY, PaintOptions
from ganstudio.ui.paint.surface import Region, Surface

if TYPE_CHECKING:
    from ganstudio.ui.paint.hand import Hand

LIGHTEST = 0.1
"""So much of the brush's size is left under the lightest pressure."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Where the hand is, and how.

    Attributes:
        x, y: place in class pixels.
        pressure: of a pen, 0 to 1; 1 for a mouse.
        shift: Shift is held: straight, square or round shapes.
        near: so many class pixels are within reach of the hand, to hit corners.
    """

    x: float
    y: float
    pressure: float = 1.0
    shift: bool = False
    near: float = 4.0

    @property
    def point(self) -> Point:
        """Its place."""
        return self.x, self.y


@dataclass(frozen=True, slots=True)
class Preview:
    """What is about to happen.

    Attributes:
        shape: ``line``, ``polygon``, ``rectangle``, ``ellipse``, ``select`` or ``moved``.
        points: corners of the shape in class pixels, the hand's place the last.
        region: for ``moved``: what was taken hold of.
        offset: for ``moved``: how far it was moved, in whole class pixels.
    """

    shape: str
    points: tuple[Point, ...]
    region: Region | None = None
    offset: tuple[int, int] = (0, 0)


def constrained(start: Point, end: Point, shape: str) -> Point:
    """The end that Shift makes of ``end``: lines in steps of 45°, shapes as wide as high."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if shape == "line":
        angle = round(math.atan2(dy, dx) / (math.pi / 4)) * (math.pi / 4)
        length = dx * math.cos(angle) + dy * math.sin(angle)
        return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)
    # Rectangles reach over whole pixels; equal counts of pixels need whole ways.
    dx, dy = math.floor(end[0]) - math.floor(start[0]), math.floor(end[1]) - math.floor(start[1])
    side = max(abs(dx), abs(dy))
    return (
        math.floor(start[0]) + math.copysign(side, dx) + 0.5,
        math.floor(start[1]) + math.copysign(side, dy) + 0.5,
    )


class Gesture:
    """A tool that does nothing yet."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.preview: Preview | None = None

    @property
    def busy(self) -> bool:
        """Something has begun that can be ended or given up."""
        return self.preview is not None

    @property
    def surface(self) -> Surface:
        """What is worked on."""
        return self.hand.surface

    @property
    def options(self) -> PaintOptions:
        """What the hand holds."""
        return self.hand.options

    def press(self, touch: Touch) -> None:
        """The hand is put down."""

    def move(self, touch: Touch, down: bool) -> None:
        """It moves."""

    def release(self, touch: Touch) -> None:
        """It is lifted."""

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
    """Brush and eraser."""

    _last: tuple[Point, float] | None = None

    @property
    def busy(self) -> bool:
        """The brush is on the canvas."""
        return self._last is not None

    def _size(self, touch: Touch) -> float:
        return max(1.0, self.options.size * max(LIGHTEST, min(1.0, touch.pressure)))

    def press(self, touch: Touch) -> None:
        """Begins a stroke with a dab."""
        self.release(touch)
        tool = self.hand.tool_in_use
        self.hand.began()
        self.surface.begin(tool.title, self.options.background if tool.key == "eraser" else self.options.chosen)
        self._last = touch.point, self._size(touch)
        self._draw(touch)

    def _draw(self, touch: Touch) -> None:
        if self._last is None:
            return
        start, end = self._last, (touch.point, self._size(touch))
        self._last = end
        self.surface.stroke(start, end, self.options.square, self.options.mirror)

    def move(self, touch: Touch, down: bool) -> None:
        """Paints on to there."""
        if down:
            self._draw(touch)

    def release(self, touch: Touch) -> None:
        """Ends the stroke."""
        self.accept()

    def accept(self) -> bool:
        """Ends the stroke."""
        if self._last is None:
            return False
        self._last = None
        self.surface.end()
        self.hand.ended()
        return True

    def cancel(self) -> bool:
        """Takes the stroke back."""
        if self._last is None:
            return False
        self._last = None
        self.surface.abort()
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
        if preview is None:
            return False
        self.hand.once(BY_KEY[preview.shape].title, lambda: self.hand.draw(preview))
        return True


class Polygon(Gesture):
    """Corners are clicked, or given by dragging from the last one."""

    def press(self, touch: Touch) -> None:
        """One more corner; on the first one, closes."""
        corners = self.preview.points[:-1] if self.preview is not None else ()
        if len(corners) > 2 and math.dist(corners[0], touch.point) <= touch.near:
            self.accept()
            return
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
        preview = self.preview
        if preview is None:
            return False
        corners = preview.points[:-1]
        if len(corners) < 3:
            return False
        self.preview = None
        self.hand.once(BY_KEY["polygon"].title, lambda: self.hand.draw(Preview("polygon", corners)))
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
        here, key = self.surface.at(touch.point), self.options.tool
        if here is None:
            return
        if key == "pick":
            self.hand.pick(here)
        elif key == "replace":
            self.hand.once(BY_KEY[key].title, lambda: self.surface.replace(here, self.options.chosen))
        else:
            self.hand.once(
                BY_KEY[key].title, lambda: self.surface.fill(touch.point, self.options.chosen, self.options.mirror)
            )

    def move(self, touch: Touch, down: bool) -> None:
        """Goes on picking while the hand is down."""
        here = self.surface.at(touch.point)
        if down and self.options.tool == "pick" and here is not None:
            self.hand.pick(here)


class Move(Gesture):
    """First a rectangle is dragged around a region, then its content is dragged about."""

    _held: Point | None = None
    _start: tuple[int, int] = (0, 0)

    def press(self, touch: Touch) -> None:
        """Begins the rectangle, or takes hold of what is in it."""
        self._held = touch.point
        preview = self.preview
        if preview is not None and preview.region is not None:
            left, top, right, bottom = preview.region
            dx, dy = preview.offset
            if left + dx <= touch.x < right + dx and top + dy <= touch.y < bottom + dy:
                self._start = preview.offset
                return
            self.accept()
        self.preview = Preview("select", (touch.point, touch.point))

    def move(self, touch: Touch, down: bool) -> None:
        """The rectangle or its content follows the hand."""
        preview = self.preview
        if preview is None or self._held is None:
            return
        if preview.region is None:
            start = preview.points[0]
            end = constrained(start, touch.point, "rectangle") if touch.shift else touch.point
            self.preview = Preview("select", (start, end))
        else:
            dx, dy = touch.x - self._held[0], touch.y - self._held[1]
            if touch.shift:
                dx, dy = (dx, 0.0) if abs(dx) > abs(dy) else (0.0, dy)
            self._put(round(self._start[0] + dx), round(self._start[1] + dy))

    def _put(self, dx: int, dy: int) -> None:
        if self.preview is not None and self.preview.region is not None:
            left, top, right, bottom = self.preview.region
            width, height = self.surface.size
            # A row or column of it stays on the canvas, so that it can be taken hold of again.
            offset = min(max(dx, 1 - right), width - 1 - left), min(max(dy, 1 - bottom), height - 1 - top)
            self.preview = Preview("moved", (), self.preview.region, offset)

    def release(self, touch: Touch) -> None:
        """The rectangle is complete, or its content let go."""
        if self._held is None:
            return
        self.move(touch, True)
        self._held = None
        if self.preview is not None and self.preview.region is None:
            region = self.surface.cells(*self.preview.points)
            small = region is None or region[2] - region[0] < 2 or region[3] - region[1] < 2
            self.preview = None if small else Preview("moved", (), region)

    def nudge(self, dx: int, dy: int) -> bool:
        """Moves the content."""
        preview = self.preview
        if preview is None or preview.region is None or self._held is not None:
            return False
        self._put(preview.offset[0] + dx, preview.offset[1] + dy)
        return True

    def accept(self) -> bool:
        """Puts the content down."""
        preview = self.preview
        if preview is None or (preview.region is None and self._held is not None):
            return False
        self.preview = self._held = None
        region, offset = preview.region, preview.offset
        if region is not None and offset != (0, 0):
            self.hand.once(
                BY_KEY["move"].title, lambda: self.surface.move_region(region, offset, self.options.background)
            )
        return True

    def cancel(self) -> bool:
        """Leaves everything where it was."""
        self._held = None
        return super().cancel()
