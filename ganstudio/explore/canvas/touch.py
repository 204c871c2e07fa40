"""A hand on a picture: where it is, and the way that it goes; whatever it is that touches it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ganstudio.explore.canvas.shapes import Point

STEP = math.pi / 4
"""Straight lines go in such directions."""


@dataclass(frozen=True, slots=True)
class Touch:
    """Where the hand is on a picture, and how.

    Attributes:
        x, y: place in pixels of the picture; (0.5, 0.5) is the middle of the first one.
        pressure: of a pen, 0 to 1; 1 for a mouse.
        shift: Shift is held: straight, square or round.
        near: so many pixels of the picture are within reach of the hand, to hit corners.
        erasing: it is the other end of a pen.
        double: it is the second press of two.
    """

    x: float
    y: float
    pressure: float = 1.0
    shift: bool = False
    near: float = 4.0
    erasing: bool = False
    double: bool = False

    @property
    def point(self) -> Point:
        """Its place."""
        return self.x, self.y


def constrained(start: Point, end: Point, shape: str) -> Point:
    """The end that Shift makes of ``end``: a ``line`` in steps of 45°, other shapes as wide as high."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    if shape == "line":
        angle = round(math.atan2(dy, dx) / STEP) * STEP
        length = dx * math.cos(angle) + dy * math.sin(angle)
        return start[0] + length * math.cos(angle), start[1] + length * math.sin(angle)
    # Rectangles reach over whole pixels; equal counts of pixels need whole ways.
    dx, dy = math.floor(end[0]) - math.floor(start[0]), math.floor(end[1]) - math.floor(start[1])
    side, (x, y) = max(abs(dx), abs(dy)), (math.floor(start[0]) + 0.5, math.floor(start[1]) + 0.5)
    return x + math.copysign(side, dx), y + math.copysign(side, dy)


class Way:
    """The way of one stroke: that of the hand, through every point that is reported; straight while Shift is held.

    What has been drawn cannot be turned any more: the first bit of the way decides the direction.
    """

    def __init__(self) -> None:
        self._corner: Point | None = None
        self._direction: Point | None = None

    def to(self, touch: Touch) -> Point:
        """Where the stroke goes on to."""
        if not touch.shift or self._corner is None:
            self._corner, self._direction = touch.point, None
            return touch.point
        x, y = self._corner
        dx, dy = touch.x - x, touch.y - y
        if self._direction is None:
            if math.hypot(dx, dy) < touch.near / 2:
                return self._corner
            angle = round(math.atan2(dy, dx) / STEP) * STEP
            self._direction = math.cos(angle), math.sin(angle)
        along, (right, down) = dx * self._direction[0] + dy * self._direction[1], self._direction
        return x + along * right, y + along * down
