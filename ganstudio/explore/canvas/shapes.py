"""Shapes on the raster of a label map: which pixels they cover, yes or no, never a bit.

Coordinates are pixels of the canvas, x to the right and y downwards; pixel (0, 0) is the square from (0, 0) to (1, 1).
A pixel belongs to a shape where its centre lies in it. Every function returns a :data:`Patch`, or None where nothing of
the shape is on the canvas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rect = tuple[int, int, int, int]
"""top, left, bottom, right; bottom and right are the first outside."""
Patch = tuple[int, int, Mask]
"""Where its first row and column are on the canvas, and which pixels of it are meant, bool ``(h, w)``."""
Point = tuple[float, float]
"""x, y."""
_TINY = 1e-9  # nothing is divided by less: no hand moves so little
_HAIR = 1e-6  # makes the square brush half-open, so that one of 4 pixels is 4 pixels wide wherever it stands


def stroke(size: int, start: Point, end: Point, first: float, last: float, square: bool = False) -> Patch | None:
    """A brush drawn from one point to another; without a gap however far they are apart.

    Args:
        size: side of the canvas.
        start: where it is set down; the same as ``end`` for a dot.
        end: where it is.
        first: diameter at the start (side, for a square brush); taken as 1 where it is less.
        last: the same at the end.
        square: a square brush; else a round one.
    """
    if not _finite(start, end, (first, last)):
        return None
    first, last = max(first, 1.0), max(last, 1.0)
    reach = max(first, last) / 2 + 1
    box = _box(size, min(start[0], end[0]) - reach, min(start[1], end[1]) - reach,
               max(start[0], end[0]) + reach, max(start[1], end[1]) + reach)  # fmt: skip
    if box is None:
        return None
    if max(first, last) <= 1:
        mask = np.zeros((box[2] - box[0], box[3] - box[1]), np.bool_)
    else:
        swept = _swept_square if square else _swept_disc
        mask = swept(box, start, end, first / 2, last / 2)
    if min(first, last) < 2:  # a thin brush can pass between all centres
        _thin_line(mask, box, start, end)
    return box[0], box[1], mask


def polygon(size: int, points: Sequence[Point]) -> Patch | None:
    """A filled polygon with its outline; where it crosses itself, the inside is whatever it goes around."""
    if not points or not _finite(*points):
        return None
    corners = np.asarray(points, np.float64)
    low, high = corners.min(axis=0), corners.max(axis=0)
    box = _box(size, low[0] - 1, low[1] - 1, high[0] + 1, high[1] + 1)
    if box is None:
        return None
    mask = _inside(box, corners)
    for one, other in zip(points, [*points[1:], points[0]], strict=True):
        _thin_line(mask, box, one, other)
    return box[0], box[1], mask


def rectangle(size: int, corner: Point, opposite: Point) -> Patch | None:
    """The rectangle from the pixel of one corner to the pixel of the one across."""
    frame = cells(corner, opposite)
    if frame is None or (box := _box(size, frame[1], frame[0], frame[3], frame[2])) is None:
        return None
    return box[0], box[1], np.ones((box[2] - box[0], box[3] - box[1]), np.bool_)


def ellipse(size: int, corner: Point, opposite: Point) -> Patch | None:
    """The ellipse that fills the rectangle between two corners."""
    frame = cells(corner, opposite)
    if frame is None or (box := _box(size, frame[1], frame[0], frame[3], frame[2])) is None:
        return None
    rows, columns = _centres(box)
    y = (rows - (frame[0] + frame[2]) / 2) / ((frame[2] - frame[0]) / 2)
    x = (columns - (frame[1] + frame[3]) / 2) / ((frame[3] - frame[1]) / 2)
    return box[0], box[1], np.asarray(y[:, None] ** 2 + x[None, :] ** 2 <= 1, np.bool_)


def shape(size: int, kind: str, points: Sequence[Point], diameter: float, square: bool = False) -> Patch | None:
    """A ``line``, a ``polygon``, a ``rectangle`` or an ``ellipse``, the last three filled; None for any other kind.

    Args:
        size: side of the canvas.
        kind: which of them.
        points: both ends, all corners, or two corners across.
        diameter: of the brush that draws a line; as large as the canvas at most.
        square: a square brush.
    """
    match kind:
        case "line":
            diameter = min(diameter, float(size))
            return stroke(size, points[0], points[-1], diameter, diameter, square)
        case "polygon":
            return polygon(size, points)
        case "rectangle":
            return rectangle(size, points[0], points[-1])
        case "ellipse":
            return ellipse(size, points[0], points[-1])
    return None


def cells(corner: Point, opposite: Point) -> Rect | None:
    """The pixels from that of one corner to that of the other, also where they are outside; None for no numbers."""
    if not _finite(corner, opposite):
        return None
    (x0, y0), (x1, y1) = corner, opposite
    return (math.floor(min(y0, y1)), math.floor(min(x0, x1)),
            math.floor(max(y0, y1)) + 1, math.floor(max(x0, x1)) + 1)  # fmt: skip


def mirrored(patch: Patch, size: int) -> Patch:
    """The same on the other side, left for right."""
    top, left, mask = patch
    return top, size - left - mask.shape[1], mask[:, ::-1]


def rect_of(patch: Patch) -> Rect:
    """The rectangle that a patch takes up."""
    top, left, mask = patch
    return top, left, top + mask.shape[0], left + mask.shape[1]


def rect_union(rects: Sequence[Rect]) -> Rect:
    """The smallest rectangle around all; there must be one."""
    tops, lefts, bottoms, rights = zip(*rects, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def flood(ids: NDArray[np.uint8], row: int, column: int) -> Mask:
    """All pixels of one class that hang together with a pixel by their sides, bool of the shape of ``ids``.

    Rows are cut into runs, and runs that touch are merged round by round in whole arrays; neither a maze nor noise
    makes a loop over pixels.
    """
    same = ids == ids[row, column]
    starts = same.copy()
    starts[:, 1:] &= ~same[:, :-1]
    runs = np.cumsum(starts.ravel(), dtype=np.int32).reshape(ids.shape) - 1
    touching = same[:-1] & same[1:]
    touching[:, 1:] &= ~touching[:, :-1] | starts[:-1, 1:] | starts[1:, 1:]
    where = np.flatnonzero(touching)
    flat, width = runs.ravel(), ids.shape[1]
    parent = _merged(int(flat[-1]) + 1, flat[where], flat[where + width])
    return np.asarray(same & (parent == parent[runs[row, column]])[runs], np.bool_)


def _merged(count: int, one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each of ``count`` things the representative of those it hangs together with, along the given pairs."""
    parent = np.arange(count, dtype=np.int32)
    while len(one):
        low, high = np.minimum(one, other), np.maximum(one, other)
        np.minimum.at(parent, high, low)  # to the least neighbour, so that all teeth of a comb merge in two rounds
        while True:
            further = parent[parent]
            if np.array_equal(further, parent):
                break
            parent = further
        one, other = parent[low], parent[high]
        apart = one != other
        one, other = one[apart], other[apart]
    return parent


def _finite(*pairs: Point) -> bool:
    return all(math.isfinite(a) and math.isfinite(b) for a, b in pairs)


def _box(size: int, left: float, top: float, right: float, bottom: float) -> Rect | None:
    box = (max(0, math.floor(top)), max(0, math.floor(left)), min(size, math.ceil(bottom)), min(size, math.ceil(right)))
    return box if box[0] < box[2] and box[1] < box[3] else None


def _centres(box: Rect) -> tuple[NDArray[Any], NDArray[Any]]:
    return np.arange(box[0], box[2]) + 0.5, np.arange(box[1], box[3]) + 0.5


def _swept_disc(box: Rect, start: Point, end: Point, first: float, last: float) -> Mask:
    """A disc that moves from start to end while its radius goes from first to last: the union of all on the way."""
    rows, columns = _centres(box)
    y, x = rows[:, None], columns[None, :]
    length = math.hypot(end[0] - start[0], end[1] - start[1])
    if length <= abs(last - first):  # one of the two holds the other
        centre, radius = (start, first) if first >= last else (end, last)
        return np.asarray((x - centre[0]) ** 2 + (y - centre[1]) ** 2 <= radius * radius, np.bool_)
    ux, uy, slope = (end[0] - start[0]) / length, (end[1] - start[1]) / length, (last - first) / length
    along = (x - start[0]) * ux + (y - start[1]) * uy
    across = np.abs((x - start[0]) * uy - (y - start[1]) * ux)
    # The disc that reaches farthest towards a pixel has its centre ahead of the pixel's foot where discs grow.
    nearest = along + across * (slope / math.sqrt(1 - slope * slope)) if slope else along
    nearest = np.clip(nearest, 0.0, length)
    return np.asarray((along - nearest) ** 2 + across * across <= (first + slope * nearest) ** 2, np.bool_)


def _swept_square(box: Rect, start: Point, end: Point, first: float, last: float) -> Mask:
    """The same for a square: each pixel is inside for one stretch of the way in x and one in y; do they meet?"""
    rows, columns = _centres(box)
    grow = last - first
    low_x, high_x = _stretch(columns - start[0], end[0] - start[0], first, grow)
    low_y, high_y = _stretch(rows - start[1], end[1] - start[1], first, grow)
    return np.asarray(
        np.maximum(low_y[:, None], low_x[None, :]) <= np.minimum(high_y[:, None], high_x[None, :]), np.bool_
    )


def _stretch(offset: NDArray[np.float64], step: float, half: float, grow: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """From which to which t in [0, 1] is −(half + grow·t) ≤ offset − step·t < half + grow·t? Empty: low > high."""
    low: NDArray[Any] = np.zeros_like(offset)
    high: NDArray[Any] = np.ones_like(offset)
    for slope, bound in ((step + grow, offset - half + _HAIR), (grow - step, -offset - half)):  # slope · t ≥ bound
        if slope > _TINY:
            low = np.maximum(low, bound / slope)
        elif slope < -_TINY:
            high = np.minimum(high, bound / slope)
        else:
            low = np.where(bound > 0, 2.0, low)
    return low, high


def _thin_line(mask: Mask, box: Rect, start: Point, end: Point) -> None:
    """Adds a line of one pixel: one in each column (row, where it is steep), so that pixels touch at least by corners."""
    steep = abs(end[1] - start[1]) > abs(end[0] - start[0])
    (a0, b0), (a1, b1) = ((start[1], start[0]), (end[1], end[0])) if steep else (start, end)
    begin, stop = (box[0], box[2]) if steep else (box[1], box[3])
    first, last = max(math.floor(min(a0, a1)), begin), min(math.floor(max(a0, a1)) + 1, stop)
    along = np.arange(first, max(last, first))
    if abs(a1 - a0) < _HAIR:
        across = np.full(len(along), math.floor(b0))
    else:
        across = np.floor(b0 + np.clip((along + 0.5 - a0) / (a1 - a0), 0.0, 1.0) * (b1 - b0))
    ends = np.floor([[a0, b0], [a1, b1]])
    along, across = np.concatenate([along, ends[:, 0]]), np.concatenate([across, ends[:, 1]])
    rows, columns = (along, across) if steep else (across, along)
    inside = (rows >= box[0]) & (rows < box[2]) & (columns >= box[1]) & (columns < box[3])
    mask[rows[inside].astype(np.intp) - box[0], columns[inside].astype(np.intp) - box[1]] = True


def _inside(box: Rect, corners: NDArray[np.float64]) -> Mask:
    """Pixels around which the polygon winds: edges are counted along each row, downward ones as 1, upward as −1."""
    height, width = box[2] - box[0], box[3] - box[1]
    counts: NDArray[Any] = np.zeros((height, width + 1), np.int32)
    for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        low, high = min(y0, y1), max(y0, y1)
        first, last = max(math.ceil(low - 0.5), box[0]), min(math.ceil(high - 0.5), box[2])
        if first >= last:
            continue
        rows = np.arange(first, last)
        crossing = x0 + (rows + 0.5 - y0) / (y1 - y0) * (x1 - x0)
        columns = np.clip(np.ceil(crossing - 0.5) - box[1], 0, width).astype(np.intp)
        counts[rows - box[0], columns] += 1 if y1 > y0 else -1
    return np.asarray(np.cumsum(counts, axis=1)[:, :width] != 0, np.bool_)
