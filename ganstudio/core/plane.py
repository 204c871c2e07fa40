"""The plane of a 2-D game as numbers: which part of it is worth seeing, and what a discriminator says of its points."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import Box
from ganstudio.core.events import Scene

Points = NDArray[np.float32]
Ends = NDArray[np.float64]
"""Pieces of line: ``(n, 2, 2)``, two ends each."""
NOTHING: Ends = np.zeros((0, 2, 2))
GROWTH, MOST_GROWTH = 1.25, 10


def middle_of(box: Box) -> tuple[float, float]:
    """The middle of a part of the plane."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def box_of(points: Points | None, modes: Sequence[tuple[float, float]] = (), reach: float = 0.0) -> Box | None:
    """Where nearly all points lie (1 of 200 may lie beyond each side), and the modes with so much around them."""
    parts: list[NDArray[np.float64]] = []
    if points is not None and len(kept := points[np.isfinite(points).all(axis=1)]):
        parts.append(np.quantile(kept, [0.005, 0.995], axis=0))
    if modes:
        centres = np.array(modes, np.float64)
        parts += [centres - reach, centres + reach]
    if not parts:
        return None
    low, high = np.concatenate(parts).min(axis=0), np.concatenate(parts).max(axis=0)
    flat = max(float((high - low).max()), 1e-6) / 20  # a line of points is given some room
    low, high = np.where(high - low < flat, low - flat, low), np.where(high - low < flat, high + flat, high)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def growth_for(home: Box, points: Points | None) -> int:
    """How often ``home`` must grow by :data:`GROWTH` to hold nearly all of what is generated; at most so often.

    In steps, so that a view does not breathe with every picture: 1 of 50 points may lie beyond each side.
    """
    if points is None or not len(kept := points[np.isfinite(points).all(axis=1)]):
        return 0
    low, high = np.quantile(kept, [0.02, 0.98], axis=0)
    middle, half = np.array(middle_of(home)), (np.array(home[2:]) - np.array(home[:2])) / 2
    needed = float(np.max(np.maximum(high - middle, middle - low) / np.maximum(half, 1e-12)))
    return min(MOST_GROWTH, max(0, int(np.ceil(np.log(max(needed, 1e-12)) / np.log(GROWTH)))))


def grown(home: Box, times: int) -> Box:
    """The box about the same middle, so many times as large by :data:`GROWTH`."""
    (x, y), size = middle_of(home), GROWTH**times / 2
    across, up = (home[2] - home[0]) * size, (home[3] - home[1]) * size
    return x - across, y - up, x + across, y + up


def outside(points: Points | None, box: Box) -> int:
    """How many points lie beyond a box, or nowhere."""
    if points is None:
        return 0
    with np.errstate(invalid="ignore"):
        within = (points >= box[:2]) & (points <= box[2:])
    return len(points) - int(np.count_nonzero(within.all(axis=1)))


def reach_of(heat: NDArray[np.float32], probability: bool) -> tuple[float, float]:
    """The value that is undecided, and how far from it a value is sure.

    A probability is centred at 1/2. A critic has no zero that means anything: its values are centred at their median
    and scaled by the 95th percentile of the distance from it, so that a few extremes do not wash the rest out.
    """
    values = heat[np.isfinite(heat)]
    if probability or not values.size:
        return 0.5, 0.5
    middle = float(np.median(values))
    return middle, max(float(np.percentile(np.abs(values - middle), 95)), 1e-12)


def belief(heat: NDArray[np.float32], probability: bool) -> NDArray[np.float32]:
    """The discriminator's belief on [−1, 1]: −1 surely generated, 0 undecided, 1 surely real.

    See :func:`reach_of`; what is no number is undecided.
    """
    middle, spread = reach_of(heat, probability)
    values = np.nan_to_num(heat, nan=middle)
    return np.clip((values - middle) / spread, -1, 1).astype(np.float32)


def undecided(scene: Scene) -> Ends:
    """Where the belief crosses zero, so that the two sides can be told apart without their colours.

    Returns:
        ``(n, 2, 2)`` data coordinates.
    """
    side = belief(scene.heat, scene.heat_is_probability).astype(np.float64)
    rows, columns = side.shape
    if rows < 2 or columns < 2:
        return NOTHING
    # The corners of each cell, and the way from each to the next.
    corners = np.stack([side[:-1, :-1], side[:-1, 1:], side[1:, 1:], side[1:, :-1]], axis=-1)
    places = np.array([(0, 0), (1, 0), (1, 1), (0, 1)])
    ways = np.roll(places, -1, axis=0) - places
    after = np.roll(corners, -1, axis=-1)
    crossed = (corners > 0) != (after > 0)
    share = corners / np.where(crossed, corners - after, 1)
    cells = np.stack(np.meshgrid(np.arange(columns - 1), np.arange(rows - 1)), axis=-1)
    nodes = cells[:, :, None] + places + share[..., None] * ways
    # A cell has two crossings, which are one piece; a saddle has four, which are two.
    pieces = nodes[crossed].reshape(-1, 2, 2)
    left, bottom, right, top = scene.box
    return pieces / [columns - 1, rows - 1] * [right - left, top - bottom] + [left, bottom]


def heat_at(scene: Scene, x: float, y: float) -> float | None:
    """The heat at a point, bilinear between the grid's nodes; None outside the grid."""
    rows, columns = scene.heat.shape
    edge_left, bottom, right, top = scene.box
    column = (x - edge_left) / (right - edge_left) * (columns - 1)
    row = (y - bottom) / (top - bottom) * (rows - 1)
    if not (0 <= column <= columns - 1 and 0 <= row <= rows - 1):
        return None
    left, low = int(column), int(row)
    corners = scene.heat[low : low + 2, left : left + 2].astype(np.float64)
    across, up = column - left, row - low
    aside = corners @ np.array([1 - across, across])[: corners.shape[1]]
    return float(np.array([1 - up, up])[: len(corners)] @ aside)
