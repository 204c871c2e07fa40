"""The canvas of a document as the tools and the screen see it: x before y, and one step of undo for each change."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.core.dataspec import MapClass
from ganstudio.explore.canvas import Patch, Point, Rect
from ganstudio.explore.canvas import shapes as raster

Region = tuple[int, int, int, int]
"""Left, top, right, bottom in class pixels; right and bottom are outside."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Some pixels of the canvas: ``cells``, bool ``(h, w)``, with their first row and column at ``top`` and ``left``."""

    left: int
    top: int
    cells: NDArray[np.bool_]


def region_of(rect: Rect) -> Region:
    """Qt's order of what the canvas calls top, left, bottom, right."""
    top, left, bottom, right = rect
    return left, top, right, bottom


class Surface:
    """What the tools work on.

    Args:
        document: whose canvas it is.
    """

    def __init__(self, document: CanvasDocument) -> None:
        self._document = document
        self.classes: tuple[MapClass, ...] = tuple(document.classes)
        self._class = 0

    @property
    def ids(self) -> NDArray[np.uint8]:
        """The label map, uint8 ``(S, S)``; not a copy."""
        return self._document.canvas.ids

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        height, width = self._document.canvas.ids.shape
        return width, height

    @property
    def background(self) -> int:
        """The class that the eraser paints."""
        return self._document.canvas.background

    @background.setter
    def background(self, number: int) -> None:
        self._document.canvas.background = number

    def at(self, point: Point) -> int | None:
        """The class there; None beside the canvas."""
        return self._document.canvas.class_at(*point)

    def cells(self, corner: Point, opposite: Point, *, clip: bool = True) -> Region | None:
        """The pixels between two corners, those of the corners included; None where none of them is on the canvas."""
        width, height = self.size
        left, right = sorted((math.floor(corner[0]), math.floor(opposite[0])))
        top, bottom = sorted((math.floor(corner[1]), math.floor(opposite[1])))
        if not clip:
            return left, top, right + 1, bottom + 1
        left, top, right, bottom = max(0, left), max(0, top), min(width, right + 1), min(height, bottom + 1)
        return (left, top, right, bottom) if left < right and top < bottom else None

    # -- strokes ----------------------------------------------------------------------------------------------------

    def begin(self, label: str, number: int) -> None:
        """From here to :meth:`end` everything is one step of undo.

        Args:
            label: what it is called.
            number: the class that is painted.
        """
        self._class = number
        self._document.begin(label)

    def stroke(self, start: tuple[Point, float], end: tuple[Point, float], square: bool, mirror: bool) -> None:
        """One piece of a stroke, between two points with the brush's diameter at each."""
        size = max(start[1], end[1])
        self._document.canvas.stroke(
            start[0], end[0], self._class, size, "square" if square else "round",
            pressure=(start[1] / size, end[1] / size), mirror=mirror,
        )  # fmt: skip

    def end(self) -> None:
        """Ends it."""
        self._document.end()

    def abort(self) -> None:
        """Takes back what it has painted."""
        self._document.abort()

    def step(self, label: str, change: Callable[[], object]) -> None:
        """Does something as one step of undo."""
        with self._document.step(label):
            change()

    # -- what is done within a step ---------------------------------------------------------------------------------

    def shape(self, shape: str, points: Sequence[Point], size: float, square: bool, number: int, mirror: bool) -> None:
        """Draws a line, a polygon, a rectangle or an ellipse."""
        canvas = self._document.canvas
        if shape == "line":
            canvas.line(points[0], points[-1], number, size, "square" if square else "round", mirror=mirror)
        elif shape == "polygon":
            canvas.polygon(points, number, mirror=mirror)
        elif shape == "rectangle":
            canvas.rectangle(points[0], points[-1], number, mirror=mirror)
        else:
            canvas.ellipse(points[0], points[-1], number, mirror=mirror)

    def fill(self, point: Point, number: int, mirror: bool) -> None:
        """Gives the connected region a class; mirrored, the one on the other side too."""
        self._document.canvas.flood(*point, number)
        if mirror:
            self._document.canvas.flood(math.nextafter(self.size[0] - point[0], -1.0), point[1], number)

    def replace(self, old: int, new: int) -> None:
        """Turns a class into another everywhere."""
        self._document.canvas.replace_class(old, new)

    def fill_all(self, number: int) -> None:
        """Gives everything one class."""
        self._document.canvas.fill(number)

    def flip(self) -> None:
        """Exchanges left and right."""
        self._document.canvas.mirror()

    def move_region(self, region: Region, offset: tuple[int, int], ground: int) -> None:
        """Moves a part of the map; ``ground`` is the class that stays behind."""
        left, top, right, bottom = region
        self._document.canvas.move((top, left, bottom, right), *offset, ground)

    # -- what would be done -----------------------------------------------------------------------------------------

    def masks(self, shape: str, points: Sequence[Point], size: float, square: bool, mirror: bool) -> Iterator[Mask]:
        """The very pixels that :meth:`shape` would paint."""
        side, patch = self.size[0], None
        if shape == "line":
            size = min(max(size, 1.0), float(side))
            patch = raster.stroke(side, points[0], points[-1], size, size, square)
        elif shape == "polygon":
            patch = raster.polygon(side, points)
        elif shape == "rectangle":
            patch = raster.rectangle(side, points[0], points[-1])
        elif shape == "ellipse":
            patch = raster.ellipse(side, points[0], points[-1])
        patches: list[Patch] = [patch] if patch is not None else []
        if mirror and patch is not None:
            patches.append(raster.mirrored(patch, side))
        for top, left, cells in patches:
            yield Mask(left, top, cells)
