"""The plane of a 2-D game as numbers: what a discriminator says of its points, where latents land, what pulls."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.camera import Points, View
from ganstudio.core.events import Scene

Ends = NDArray[np.float64]
"""Pieces of line: ``(n, 2, 2)``, two ends each."""
NOTHING: Ends = np.zeros((0, 2, 2))
LEVELS = 6
MOST_ARROWS = 400


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
    sure: NDArray[np.float32] = np.clip((values - middle) / spread, -1, 1).astype(np.float32)
    return sure


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
    ends: Ends = pieces / [columns - 1, rows - 1] * [right - left, top - bottom] + [left, bottom]
    return ends


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


def mesh(manifold: Points | None) -> list[Ends]:
    """The warped latent grid as lines, in :data:`LEVELS` groups from sparse to dense.

    A line between two latents is the denser the smaller the cells beside it are: that is where the generator puts much
    of its probability. Densities are ranked, so that every scene uses all levels whatever its scale.

    Args:
        manifold: ``(R, R, 2)`` data coordinates; nothing where it is None or not finite.
    """
    if manifold is None or len(manifold) < 2 or not np.isfinite(manifold).all():
        return [NOTHING] * LEVELS
    places = manifold.astype(np.float64)  # of samples that fly away, products are beyond float32
    one = places[1:, 1:] - places[:-1, :-1]
    other = places[1:, :-1] - places[:-1, 1:]
    area = np.abs(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]) / 2
    padded = np.pad(area, 1, mode="edge")
    levels, pieces = [], []
    for beside, start, end in (
        (padded[:-1, 1:-1] + padded[1:, 1:-1], manifold[:, :-1], manifold[:, 1:]),
        (padded[1:-1, :-1] + padded[1:-1, 1:], manifold[:-1], manifold[1:]),
    ):
        ranks = np.argsort(np.argsort(-beside.reshape(-1), kind="stable"), kind="stable")
        levels.append(ranks * LEVELS // max(1, ranks.size))
        pieces.append(np.stack([start, end], axis=-2).reshape(-1, 2, 2))
    level, ends = np.concatenate(levels), np.concatenate(pieces).astype(np.float64)
    return [ends[level == number] for number in range(LEVELS)]


def arrow_lines(arrows: Points | None, view: View, longest: float) -> Ends:
    """Arrows as lines, three each, scaled together so that the long ones (90th percentile) are ``longest`` pixels.

    Gradients span orders of magnitude during training; what is to be read is their direction and their relation to
    each other. Longer ones than that are cut to 1.5 times; those too short to see are left out.

    Args:
        arrows: ``(M, 4)``: x, y and the direction; every so-many-th is taken where there are too many to tell apart.
        view: to place them.
        longest: in pixels.

    Returns:
        ``(n, 2, 2)`` pixels: shaft, barb, barb of each arrow.
    """
    if arrows is None:
        return NOTHING
    arrows = arrows[np.isfinite(arrows).all(axis=1)]
    arrows = arrows[:: max(1, math.ceil(len(arrows) / MOST_ARROWS))]
    way = arrows[:, 2:].astype(np.float64) * [1, -1]
    length = np.hypot(way[:, 0], way[:, 1])
    usual = float(np.percentile(length, 90)) if len(length) else 0.0
    if usual <= 0:
        return NOTHING
    size = np.minimum(length / usual, 1.5) * longest
    seen = size >= 2
    size, unit = size[seen, None], way[seen] / length[seen, None]
    start = view.to_screen(arrows[seen, :2])
    tip, head, beside = start + unit * size, np.minimum(5.0, size * 0.45), unit[:, ::-1] * [1, -1]
    barbs = [np.stack([tip, tip - head * (unit + half * beside)], axis=1) for half in (-0.5, 0.5)]
    return np.stack([np.stack([start, tip], axis=1), *barbs], axis=1).reshape(-1, 2, 2)
