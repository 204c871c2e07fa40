"""The canvas: a label map that is painted on, exact at every pixel."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.canvas import shapes
from ganstudio.explore.canvas.adapt import check_ids
from ganstudio.explore.canvas.edits import Edit
from ganstudio.explore.canvas.shapes import Patch, Point, Rect

Brush = Literal["round", "square"]
Ids = NDArray[np.uint8]


class LabelCanvas:
    """A label map with the tools that change it.

    Every tool changes :attr:`ids` in place and returns the rectangle in which something changed, or None where nothing
    did. Coordinates are float pixels of the canvas. What lies outside the canvas is cut off.

    Args:
        ids: uint8 ``(S, S)``, each below ``count``; copied.
        count: how many classes there are.

    Attributes:
        ids: the label map; others must not write into it.
        count: how many classes there are.
        background: the class that an eraser leaves, for those who have one.
        listener: called with the rectangle after every change.
        recorder: called with the edit of every tool used outside of a stroke.

    Raises:
        UsageError: the ids are no label map of so many classes. Tools raise it for a class that there is not.
    """

    def __init__(self, ids: Ids, count: int) -> None:
        check_ids(ids, count)
        self.ids: Ids = ids.copy()
        self.count = count
        self.background = 0
        self.listener: Callable[[Rect], object] | None = None
        self.recorder: Callable[[Edit], object] | None = None
        self._before: Ids | None = None
        self._touched: Rect | None = None

    @property
    def size(self) -> int:
        """Its side in pixels."""
        return int(self.ids.shape[0])

    @property
    def stroking(self) -> bool:
        """Whether a stroke was begun and not ended."""
        return self._before is not None

    def replace(self, ids: Ids, count: int) -> None:
        """Another map in its place, perhaps of another size; this is no edit and ends no stroke.

        Raises:
            UsageError: the ids are no label map of so many classes, or a stroke is being painted.
        """
        check_ids(ids, count)
        if self.stroking:
            raise UsageError(_("End the stroke first; then the canvas can become another."))
        self.ids, self.count = ids.copy(), count
        self.background = min(self.background, count - 1)

    # -- strokes ----------------------------------------------------------------------------------------------------

    def begin_stroke(self) -> None:
        """From here to :meth:`end_stroke` everything is one edit. One that is open already goes on."""
        if self._before is None:
            self._before, self._touched = self.ids.copy(), None

    def end_stroke(self) -> Edit | None:
        """Ends the stroke; returns what it changed, None for nothing."""
        before, touched = self._before, self._touched
        self._before = self._touched = None
        if before is None or touched is None:
            return None
        top, left, bottom, right = touched
        return Edit.between(before[top:bottom, left:right], self.ids[top:bottom, left:right], top, left)

    def abort_stroke(self) -> Rect | None:
        """Takes back what the stroke has painted and ends it."""
        rect = self._touched
        if self._before is not None and rect is not None:
            top, left, bottom, right = rect
            self.ids[top:bottom, left:right] = self._before[top:bottom, left:right]
            self._tell(rect)
        self._before = self._touched = None
        return rect

    # -- tools ------------------------------------------------------------------------------------------------------

    def class_at(self, x: float, y: float) -> int | None:
        """The class under a point; None outside the canvas."""
        place = self._pixel(x, y)
        return None if place is None else int(self.ids[place])

    def stroke(
        self,
        start: Point,
        end: Point,
        class_: int,
        diameter: float,
        brush: Brush = "round",
        *,
        pressure: tuple[float, float] = (1.0, 1.0),
        mirror: bool = False,
    ) -> Rect | None:
        """One piece of a stroke.

        Args:
            start: x, y where the brush was; the same as ``end`` for a dot.
            end: x, y where it is.
            class_: what is painted.
            diameter: 1 to S; more or less is taken as the nearest of these. At 1 it is a line of single pixels.
            brush: its tip.
            pressure: at the start and at the end, in [0, 1]; scales the diameter.
            mirror: paints the same on the other side, left for right.
        """
        first, last = (self._diameter(diameter * min(max(p, 0.0), 1.0)) for p in pressure)
        return self._paint(shapes.stroke(self.size, start, end, first, last, brush == "square"), class_, mirror)

    def shape(
        self,
        kind: str,
        points: Sequence[Point],
        class_: int,
        diameter: float = 1,
        brush: Brush = "round",
        *,
        mirror: bool = False,
    ) -> Rect | None:
        """A line, polygon, rectangle or ellipse by its name.

        Args:
            kind: which of them; all but the line are filled.
            points: both ends, all corners, or two corners across, whose pixels belong to it.
            class_: what is painted.
            diameter: of the brush that draws a line.
            brush: its tip.
            mirror: paints the same on the other side, left for right.
        """
        return self._paint(shapes.shape(self.size, kind, points, diameter, brush == "square"), class_, mirror)

    def flood(self, x: float, y: float, class_: int) -> Rect | None:
        """Fills the connected region under a point (4 neighbours); nothing outside the canvas."""
        place = self._pixel(x, y)
        self._check(class_)
        if place is None or self.ids[place] == class_:
            return None
        return self._paint((0, 0, shapes.flood(self.ids, *place)), class_)

    def replace_class(self, old: int, new: int) -> Rect | None:
        """Everything of one class becomes another; also what no class has, which a foreign map may hold."""
        return self._paint((0, 0, self.ids == old), new)

    def fill(self, class_: int) -> Rect | None:
        """The whole canvas becomes one class."""
        return self._paint((0, 0, np.ones(self.ids.shape, np.bool_)), class_)

    def move(self, rect: Rect, dx: int, dy: int, hole: int) -> Rect | None:
        """Moves a selected rectangle; what comes to lie outside is lost.

        Args:
            rect: top, left, bottom, right; cut to the canvas.
            dx: pixels to the right.
            dy: pixels downwards.
            hole: the class that it leaves behind.
        """
        self._check(hole)
        size = self.size
        top, left, bottom, right = max(rect[0], 0), max(rect[1], 0), min(rect[2], size), min(rect[3], size)
        if top >= bottom or left >= right or (dx == 0 and dy == 0):
            return None
        new = self.ids.copy()
        new[top:bottom, left:right] = hole
        _place(new, self.ids[top:bottom, left:right], top + dy, left + dx)
        return self._become(new)

    def mirror(self) -> Rect | None:
        """Turns the whole canvas over, left for right."""
        return self._become(self.ids[:, ::-1])

    def paste(self, ids: Ids, top: int = 0, left: int = 0) -> Rect | None:
        """Puts a piece of a label map there, uint8 ``(h, w)``; what sticks out is cut off.

        Raises:
            UsageError: it holds classes that there are not; nothing was changed.
        """
        if ids.dtype != np.uint8 or ids.ndim != 2:
            raise UsageError(_("Only label maps can be pasted here."), details=f"{ids.dtype} {ids.shape}")
        if ids.size:
            self._check(int(ids.max()))
        new = self.ids.copy()
        _place(new, ids, top, left)
        return self._become(new)

    # -- inside -----------------------------------------------------------------------------------------------------

    def _diameter(self, wanted: float) -> float:
        return min(max(wanted, 1.0), float(self.size)) if math.isfinite(wanted) else 1.0

    def _pixel(self, x: float, y: float) -> tuple[int, int] | None:
        if not (0 <= x < self.size and 0 <= y < self.size):  # also for what is no number
            return None
        return int(y), int(x)

    def _check(self, class_: int) -> None:
        if not 0 <= class_ < self.count:
            raise UsageError(
                _("There is no class number {number}; there are the numbers 0 to {last}.").format(
                    number=class_, last=self.count - 1
                )
            )

    def _paint(self, patch: Patch | None, class_: int, mirror: bool = False) -> Rect | None:
        self._check(class_)
        if patch is None:
            return None
        patches = [patch, shapes.mirrored(patch, self.size)] if mirror else [patch]
        hits = []
        for top, left, mask in patches:
            part = self.ids[top : top + mask.shape[0], left : left + mask.shape[1]]
            hit = mask & (part != class_)
            if hit.any():
                hits.append((top, left, hit, part))
        if not hits:
            return None
        rect = shapes.rect_union([shapes.rect_of(hit[:3]) for hit in hits])

        def write() -> None:
            for _top, _left, hit, part in hits:
                part[hit] = class_

        return self._change(rect, write)

    def _become(self, new: Ids) -> Rect | None:
        changed = new != self.ids
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        if not len(rows):
            return None
        top, left, bottom, right = int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
        piece = new[top:bottom, left:right].copy()

        def write() -> None:
            self.ids[top:bottom, left:right] = piece

        return self._change((top, left, bottom, right), write)

    def _change(self, rect: Rect, write: Callable[[], None]) -> Rect:
        top, left, bottom, right = rect
        part = self.ids[top:bottom, left:right]
        alone = self._before is None and self.recorder is not None
        before = part.copy() if alone else None
        write()
        if before is not None and self.recorder is not None:
            edit = Edit.between(before, part, top, left)
            if edit is not None:
                self.recorder(edit)
        elif self._before is not None:
            self._touched = rect if self._touched is None else shapes.rect_union([self._touched, rect])
        self._tell(rect)
        return rect

    def _tell(self, rect: Rect) -> None:
        if self.listener is not None:
            self.listener(rect)


def _place(into: Ids, piece: Ids, top: int, left: int) -> None:
    size = into.shape[0]
    bottom, right = min(top + piece.shape[0], size), min(left + piece.shape[1], size)
    first, start = max(top, 0), max(left, 0)
    if first < bottom and start < right:
        into[first:bottom, start:right] = piece[first - top : bottom - top, start - left : right - left]
