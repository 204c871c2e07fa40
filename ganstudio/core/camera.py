"""What is seen of the plane of a 2-D game: fitted to the data and what is generated, until a person moves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import Box

Points = NDArray[np.float32]
GROWTH, MOST_GROWTH = 1.25, 10
NEAREST, FARTHEST = 64.0, 0.4
MARGIN = 1.18


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
    ranked, few = np.sort(kept, axis=0), len(kept) // 50  # a third of what quantiles take
    low, high = ranked[few], ranked[-1 - few]
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


class Camera:
    """Decides which part of the plane is seen.

    Attributes:
        square: that of the data, for as long as no points are there.
        moved: a person has zoomed or gone elsewhere: it stays there.
        middle: of what is seen, in data coordinates.
    """

    def __init__(self) -> None:
        self.square: Box = (-1.0, -1.0, 1.0, 1.0)
        self.moved = False
        self.middle = (0.0, 0.0)
        self._home, self._home_of = self.square, (None, ())  # type: Box, tuple[object, object]
        self._growth, self._zoom = 0, 1.0

    def view(self, width: float, height: float) -> View:
        """What a plot of this size shows."""
        left, bottom, right, top = grown(self._home, self._growth)
        return View(
            *self.middle, min(width / (right - left), height / (top - bottom)) / MARGIN * self._zoom, width, height
        )

    def fit(
        self, real: Points | None, fakes: Points | None, modes: Sequence[tuple[float, float]] = (), reach: float = 0.0
    ) -> None:
        """Shows where the data lie (with so much around their modes) and what is generated, but for a few strays.

        Not where a person has moved it.
        """
        if self.moved:
            return
        if self._home_of[0] is not real or self._home_of[1] is not modes:
            self._home_of = real, modes
            self._home = box_of(real, modes, reach) or self.square
        needed = growth_for(self._home, fakes)
        if needed > self._growth or needed < self._growth - 1:  # once more a little inside is no reason to move
            self._growth = needed
        self.middle = middle_of(self._home)

    def forget(self) -> None:
        """Fits again from the next :meth:`fit` on."""
        self.moved, self._growth, self._zoom, self._home_of = False, 0, 1.0, (None, ())
        self._home = self.square

    def zoom(self, factor: float, at: tuple[float, float], view: View) -> None:
        """Zooms, leaving the data at a pixel where they are."""
        before = view.to_data(*at)
        self._zoom = min(NEAREST, max(FARTHEST, self._zoom * factor))
        after = self.view(view.width, view.height).to_data(*at)
        self.go(self.middle[0] + before[0] - after[0], self.middle[1] + before[1] - after[1])

    def go(self, x: float, y: float) -> None:
        """Looks there; the middle stays over what is fitted, so that nobody gets lost in the void."""
        left, bottom, right, top = grown(self._home, self._growth + 1)
        self.middle = min(right, max(left, x)), min(top, max(bottom, y))
        self.moved = True

    def follow(self, other: Camera) -> None:
        """Looks where another does that a person has moved; else fits what is its own again."""
        self.moved, self.square, self.middle = other.moved, other.square, other.middle
        self._home, self._growth, self._zoom, self._home_of = other._home, other._growth, other._zoom, (None, ())
