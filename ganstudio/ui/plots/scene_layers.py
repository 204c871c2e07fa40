"""The layers of a 2-D scene as pictures and lines: numpy in, Qt's drawing values out. No widget."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QColor, QImage

from ganstudio.core.events import Scene
from ganstudio.ui.kit.painted import rgb, to_image
from ganstudio.ui.kit.theme import Theme

Points = NDArray[np.float32]
TINT = 0.45
"""How far the strongest belief colours the ground."""
LEVELS = 6
MOST_ARROWS = 400


@dataclass(frozen=True, slots=True)
class View:
    """Which part of the plane is seen, with equal scales on both axes.

    Attributes:
        x: data coordinate at the middle of the plot.
        y: likewise.
        scale: pixels per data unit.
        width: of the plot, in the same pixels.
        height: likewise.
    """

    x: float
    y: float
    scale: float
    width: float
    height: float

    def to_screen(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Data coordinates ``(…, 2)`` to pixels, y pointing down."""
        placed = np.empty(points.shape, dtype=np.float64)
        placed[..., 0] = (points[..., 0] - self.x) * self.scale + self.width / 2
        placed[..., 1] = (self.y - points[..., 1]) * self.scale + self.height / 2
        return placed

    def to_data(self, x: float, y: float) -> tuple[float, float]:
        """A pixel to data coordinates."""
        return (x - self.width / 2) / self.scale + self.x, self.y - (y - self.height / 2) / self.scale


def belief(heat: NDArray[np.float32], probability: bool) -> NDArray[np.float32]:
    """The discriminator's belief on [−1, 1]: −1 surely generated, 0 undecided, 1 surely real.

    A probability is centred at 1/2. A critic has no zero that means anything: its values are centred at their median
    and scaled by the 95th percentile of the distance from it, so that a few extremes do not wash the rest out.
    """
    values = np.nan_to_num(heat, nan=0.5 if probability else float(np.nanmedian(heat)) if heat.size else 0.0)
    if probability:
        return np.clip(2 * values - 1, -1, 1).astype(np.float32)
    middle = np.median(values)
    spread = max(float(np.percentile(np.abs(values - middle), 95)), 1e-12)
    return np.clip((values - middle) / spread, -1, 1).astype(np.float32)


def heat_image(scene: Scene, theme: Theme) -> QImage:
    """The heat-map as a picture whose first row is the *highest* y: green believed real, orange believed generated."""
    levels = np.round((belief(scene.heat, scene.heat_is_probability) + 1) * 127.5).astype(np.uint8)
    ends = rgb(theme.generator), rgb(theme.surface), rgb(theme.real)
    side = np.linspace(-1, 1, 256)[:, None]
    strongest = np.where(side > 0, ends[2], ends[0])
    table = np.round(ends[1] + (strongest - ends[1]) * np.abs(side) * TINT).astype(np.uint8)
    return to_image(table[levels[::-1]])


def undecided_lines(scene: Scene) -> Points:
    """Where the belief crosses zero, so that the two sides can be told apart without their colours.

    Returns:
        float32 ``(n, 2, 2)``: pieces of line, two ends each, in data coordinates.
    """
    side = belief(scene.heat, scene.heat_is_probability)
    rows, columns = side.shape
    if rows < 2 or columns < 2:
        return np.zeros((0, 2, 2), np.float32)
    positive = side > 0
    corners = np.stack([positive[:-1, :-1], positive[:-1, 1:], positive[1:, 1:], positive[1:, :-1]])
    around = ((0, 0), (0, 1), (1, 1), (1, 0))
    pieces: list[list[tuple[float, float]]] = []
    for row, column in np.argwhere(corners.any(axis=0) & ~corners.all(axis=0)).tolist():
        crossings: list[tuple[float, float]] = []
        for (r0, c0), (r1, c1) in zip(around, (*around[1:], around[0]), strict=True):
            one, other = float(side[row + r0, column + c0]), float(side[row + r1, column + c1])
            if (one > 0) != (other > 0):
                share = one / (one - other)
                crossings.append((column + c0 + share * (c1 - c0), row + r0 + share * (r1 - r0)))
        # Two crossings are one piece; a saddle has four, which are two.
        pieces += [crossings[:2], crossings[2:]] if len(crossings) == 4 else [crossings]
    nodes = np.array(pieces, dtype=np.float32).reshape(-1, 2, 2)
    return (nodes / [columns - 1, rows - 1] * 2 - 1).astype(np.float32) * np.float32(scene.extent)


def heat_at(scene: Scene, x: float, y: float) -> float | None:
    """The heat at a point, bilinear between the grid's nodes; None outside the grid."""
    rows, columns = scene.heat.shape
    # Node (0, 0) is at (−extent, −extent), the last one at (extent, extent).
    column = (x + scene.extent) / (2 * scene.extent) * (columns - 1)
    row = (y + scene.extent) / (2 * scene.extent) * (rows - 1)
    if not (0 <= column <= columns - 1 and 0 <= row <= rows - 1):
        return None
    left, low = min(int(column), max(columns - 2, 0)), min(int(row), max(rows - 2, 0))
    right, high = min(left + 1, columns - 1), min(low + 1, rows - 1)
    across, up = column - left, row - low
    heat = scene.heat
    below = heat[low, left] * (1 - across) + heat[low, right] * across
    above = heat[high, left] * (1 - across) + heat[high, right] * across
    return float(below * (1 - up) + above * up)


def dots(placed: NDArray[np.float64], size: tuple[int, int], radius: float, tone: QColor) -> QImage:
    """Round dots of one colour as a transparent picture; 5,000 of them cost about a millisecond.

    Args:
        placed: ``(n, 2)`` device pixels; what lies outside is left out, as is what is not finite.
        size: width and height of the picture in device pixels.
        radius: of a dot, in device pixels.
        tone: their colour.
    """
    width, height = size
    reach = math.ceil(radius + 0.5)
    cover = np.zeros((height + 2 * reach, width + 2 * reach), dtype=np.uint8)
    with np.errstate(invalid="ignore"):
        inside = np.all((placed >= 0) & (placed < [width, height]), axis=1)
    cells = placed[inside].astype(np.intp) + reach
    flat, stride = cover.reshape(-1), cover.shape[1]
    base = cells[:, 1] * stride + cells[:, 0]
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            alpha = round(255 * min(1.0, max(0.0, radius + 0.5 - math.hypot(across, down))))
            if alpha:
                where = base + (down * stride + across)
                flat[where] = np.maximum(flat[where], alpha)
    cover = np.ascontiguousarray(cover[reach : reach + height, reach : reach + width])
    image = QImage(cover.data, width, height, width, QImage.Format.Format_Indexed8)
    red, green, blue, most = tone.red(), tone.green(), tone.blue(), tone.alphaF()
    image.setColorTable([(round(alpha * most) << 24) | (red << 16) | (green << 8) | blue for alpha in range(256)])
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def manifold_lines(manifold: Points, view: View) -> list[list[QLineF]]:
    """The warped latent grid as lines, in :data:`LEVELS` groups from sparse to dense.

    A line between two latents is the denser the smaller the cells beside it are: that is where the generator puts much
    of its probability. Densities are ranked, so that every scene uses all levels whatever its scale.

    Args:
        manifold: ``(R, R, 2)`` data coordinates.
        view: to place them.
    """
    groups: list[list[QLineF]] = [[] for _level in range(LEVELS)]
    if len(manifold) < 2 or not np.isfinite(manifold).all():
        return groups
    one = manifold[1:, 1:] - manifold[:-1, :-1]
    other = manifold[1:, :-1] - manifold[:-1, 1:]
    area = np.abs(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0]) / 2
    padded = np.pad(area, 1, mode="edge")
    for across in (True, False):
        beside = (padded[:-1, 1:-1] + padded[1:, 1:-1]) if across else (padded[1:-1, :-1] + padded[1:-1, 1:])
        start = manifold[:, :-1] if across else manifold[:-1]
        end = manifold[:, 1:] if across else manifold[1:]
        ranks = np.argsort(np.argsort(-beside.reshape(-1), kind="stable"), kind="stable")
        levels = ranks * LEVELS // max(1, ranks.size)
        ends = np.concatenate([view.to_screen(start), view.to_screen(end)], axis=-1).reshape(-1, 4)
        for level, (x0, y0, x1, y1) in zip(levels.tolist(), ends.tolist(), strict=True):
            groups[level].append(QLineF(x0, y0, x1, y1))
    return groups


def arrow_lines(arrows: Points, view: View, longest: float) -> list[QLineF]:
    """Arrows as lines, three each, scaled together so that the long ones (90th percentile) are ``longest`` pixels.

    Gradients span orders of magnitude during training; what is to be read is their direction and their relation to
    each other. Longer ones than that are cut to 1.5 times; those too short to see are left out.

    Args:
        arrows: ``(M, 4)``: x, y and the direction; every so-many-th is taken where there are too many to tell apart.
        view: to place them.
        longest: in pixels.
    """
    arrows = arrows[np.isfinite(arrows).all(axis=1)]
    arrows = arrows[:: max(1, math.ceil(len(arrows) / MOST_ARROWS))]
    if not len(arrows):
        return []
    start = view.to_screen(arrows[:, :2])
    way = arrows[:, 2:].astype(np.float64) * [1, -1]
    length = np.hypot(way[:, 0], way[:, 1])
    usual = float(np.percentile(length, 90))
    if usual <= 0:
        return []
    shown = np.minimum(length / usual, 1.5) * longest
    lines: list[QLineF] = []
    for (x, y), (dx, dy), raw, size in zip(start.tolist(), way.tolist(), length.tolist(), shown.tolist(), strict=True):
        if size < 2:
            continue
        ux, uy = dx / raw, dy / raw
        tip = QPointF(x + ux * size, y + uy * size)
        head = min(5.0, size * 0.45)
        lines.append(QLineF(QPointF(x, y), tip))
        for side in (-0.5, 0.5):
            barb = QPointF(tip.x() - head * (ux + side * uy), tip.y() - head * (uy - side * ux))
            lines.append(QLineF(tip, barb))
    return lines


def nice_step(span: float, most: int) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that divides a span into at most so many parts."""
    raw = span / max(1, most)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999999)
