"""The layers of a 2-D scene as numbers and pictures: where on the screen what lies. No widget, no pyqtgraph."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from ganstudio.core.dataspec import Box
from ganstudio.core.events import Scene
from ganstudio.core.plane import NOTHING, Ends, Points, belief
from ganstudio.ui.kit.painted import rgb, to_image
from ganstudio.ui.kit.theme import Theme

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

    @property
    def box(self) -> Box:
        """What is seen, in data coordinates."""
        (left, top), (right, bottom) = self.to_data(0, 0), self.to_data(self.width, self.height)
        return left, bottom, right, top

    def to_data(self, x: float, y: float) -> tuple[float, float]:
        """A pixel to data coordinates."""
        return (x - self.width / 2) / self.scale + self.x, self.y - (y - self.height / 2) / self.scale


def heat_image(scene: Scene, theme: Theme) -> QImage:
    """The heat-map as a picture whose first row is the *highest* y: green believed real, orange believed generated."""
    levels = np.round((belief(scene.heat, scene.heat_is_probability) + 1) * 127.5).astype(np.uint8)
    return to_image(tints(theme)[levels[::-1]])


def tints(theme: Theme) -> NDArray[np.uint8]:
    """The colours of belief from −1 to 1, ``(256, 3)``."""
    ends = rgb(theme.generator), rgb(theme.surface), rgb(theme.real)
    side = np.linspace(-1, 1, 256)[:, None]
    strongest = np.where(side > 0, ends[2], ends[0])
    return np.round(ends[1] + (strongest - ends[1]) * np.abs(side) * TINT).astype(np.uint8)


def dots(placed: NDArray[np.float64], size: tuple[int, int], radius: float, tone: QColor) -> QImage:
    """Round dots of one colour as a transparent picture; 5,000 of them cost about a millisecond.

    (pyqtgraph's ``ScatterPlotItem`` takes four to nine times as long for other points each time, and needs a view.)

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


def mesh(manifold: Points | None) -> list[Ends]:
    """The warped latent grid as lines, in :data:`LEVELS` groups from sparse to dense.

    A line between two latents is the denser the smaller the cells beside it are: that is where the generator puts much
    of its probability. Densities are ranked, so that every scene uses all levels whatever its scale.

    Args:
        manifold: ``(R, R, 2)`` data coordinates; nothing where it is None or not finite.
    """
    if manifold is None or len(manifold) < 2 or not np.isfinite(manifold).all():
        return [NOTHING] * LEVELS
    one = manifold[1:, 1:] - manifold[:-1, :-1]
    other = manifold[1:, :-1] - manifold[:-1, 1:]
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
