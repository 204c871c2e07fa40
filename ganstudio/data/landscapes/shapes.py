"""The strokes label maps are composed with: outlines, clouds, rivers and stones, in coordinates from 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.landscapes.classes import CLOUD, ROCK, SKY
from ganstudio.data.landscapes.noise import Plane, centres, fractal

Mask = NDArray[np.bool_]


@dataclass(slots=True)
class Canvas:
    """A label map while it is composed.

    All random numbers are drawn in an order that does not depend on the size: so a scene is the same at every size.

    Attributes:
        size: pixels.
        seed: of the scene.
        rng: of the composition.
        rough: 1 draws ragged outlines with all detail, 0 simple ones as a hand would paint them.
        labels: uint8 ``(size, size)``.
        x: of the columns, ``(1, size)``.
        y: of the rows, ``(size, 1)``; 0 is the top.
    """

    size: int
    seed: int
    rng: np.random.Generator
    rough: float
    labels: NDArray[np.uint8] = field(init=False)
    x: Plane = field(init=False)
    y: Plane = field(init=False)

    def __post_init__(self) -> None:
        self.labels = np.zeros((self.size, self.size), dtype=np.uint8)
        self.x, self.y = centres(self.size)[None, :], centres(self.size)[:, None]

    def between(self, low: float, high: float) -> float:
        """A random number."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in this share of the cases."""
        return bool(self.rng.random() < share)

    def outline(self, height: float, swing: float, bends: int, detail: int = 5, sharp: float = 0.0) -> Plane:
        """A line across the picture, ``(1, size)``: the y of every column.

        Args:
            height: its mean y.
            swing: how far it goes up and down.
            bends: how many corners the coarsest octave has.
            detail: finer octaves; simple canvases leave them out.
            sharp: 1 makes peaks, 0 waves.
        """
        total = np.zeros(self.size, dtype=np.float64)
        weight, x = 1.0, self.x[0].astype(np.float64)
        for octave in range(detail + 1):
            knots = bends * 2**octave + 2
            values = self.rng.uniform(-1, 1, knots)
            shift = self.rng.random()
            if octave == 0 or self.rough > 0:
                at = x * (knots - 2) + shift
                part = np.interp(at, np.arange(knots), values)
                if sharp < 0.5:
                    cell = np.clip(np.floor(at).astype(int), 0, knots - 2)
                    t = at - cell
                    part = values[cell] + (values[cell + 1] - values[cell]) * t * t * (3 - 2 * t)
                total += weight * part
            weight *= 0.5 if octave else 0.42
        return np.asarray(height + swing * total, dtype=np.float32)[None]

    def below(self, line: Plane, kind: int, bottom: Plane | float = 2.0) -> Mask:
        """Paints everything between two lines and gives back what was painted."""
        mask = (self.y >= line) & (self.y < bottom)
        self.labels[mask] = kind
        return mask

    def trees(self, line: Plane, scale: float) -> Plane:
        """A tree line on a hill's outline: pointed or round crowns ``scale`` high."""
        pointed, count = self.chance(0.6), round(0.75 / scale)
        heights, shift = self.rng.uniform(0.25, 1.0, count + 2), self.rng.random()
        if self.rough == 0:
            return line - np.float32(0.4 * scale)
        at = self.x[0] * count + shift
        cell = np.clip(np.floor(at).astype(int), 0, count + 1)
        away = np.abs(at - cell - 0.5) * 2
        crown = (1 - away) if pointed else np.sqrt(np.clip(1 - away**2, 0, 1))
        return line - np.asarray(scale * (0.2 + heights[cell] * crown), dtype=np.float32)[None]

    def ragged(self, key: int, frequency: float, octaves: int = 4) -> Plane:
        """Noise that roughens edges, ``(size, size)``; simple canvases get the coarsest octave only."""
        return fractal(self.seed, key, self.size, frequency, frequency, octaves if self.rough else 1)

    def ellipse(self, x: float, y: float, width: float, height: float) -> Plane:
        """Squared distance from the middle, 1 on the edge."""
        return ((self.x - x) / width) ** 2 + ((self.y - y) / height) ** 2

    def clouds(self, horizon: float) -> None:
        """Clouds of one kind in the sky above a horizon, or none."""
        kind = self.rng.choice(["heaps", "streaks", "cover", "none"], p=[0.42, 0.25, 0.15, 0.18])
        sky = self.labels == SKY
        noise = self.ragged(40, 9.0)
        if kind == "heaps":
            mask = self._heaps(horizon, noise)
        elif kind == "streaks":
            mask = np.zeros_like(sky)
            for _cloud in range(int(self.rng.integers(3, 8))):
                y = horizon * self.between(0.1, 0.85)
                mask |= (
                    self.ellipse(self.between(0, 1), y, self.between(0.12, 0.4), self.between(0.012, 0.035))
                    + 0.6 * noise
                    < 1
                )
        elif kind == "cover":
            wide = fractal(self.seed, 41, self.size, 3, 9, 4 if self.rough else 1)
            mask = wide > self.between(0.05, 0.4) + np.abs(self.y / max(horizon, 0.1) - self.between(0.2, 0.6)) * 0.5
        else:
            return
        self.labels[sky & mask & (self.y < horizon)] = CLOUD

    def _heaps(self, horizon: float, noise: Plane) -> Mask:
        mask = np.zeros((self.size, self.size), dtype=np.bool_)
        for _cloud in range(int(self.rng.integers(1, 5))):
            x, y = self.between(0, 1), horizon * self.between(0.25, 0.85)
            width = self.between(0.06, 0.24) * (0.6 + 0.6 * (1 - y / max(horizon, 0.1)))
            heap = np.full((self.size, self.size), 9.0, dtype=np.float32)
            for _puff in range(int(self.rng.integers(3, 7))):
                dx = self.between(-1, 1)
                radius = width * self.between(0.28, 0.5) * (1.15 - 0.6 * abs(dx))
                puff = self.ellipse(x + dx * width, y - radius * self.between(0.1, 0.5), radius * 1.25, radius)
                heap = np.minimum(heap, puff)
            mask |= (heap + 0.35 * noise < 1) & (self.y < y + 0.1 * width + 0.008 * noise)
        return mask

    def track(self, kind: int, start: float, width: float, bottom: float = 1.0) -> Mask:
        """A road or a river in perspective, from a point on the horizon down to the lower edge.

        Args:
            kind: its class.
            start: y of the horizon.
            width: at the lower edge.
            bottom: y where it is as wide as that.
        """
        vanish, end = self.between(0.2, 0.8), self.between(0.1, 0.9)
        bend, turns, phase = self.between(0.0, 0.22), self.between(0.8, 2.2), self.between(0, 6.3)
        if kind == ROCK or self.rough == 0:
            bend *= 0.6
        depth = np.clip((self.y - start) / (bottom - start), 1e-4, None)
        middle = vanish + (end - vanish) * depth**1.3
        middle = middle + bend * np.sin(phase + turns * 2.2 * np.log(depth + 0.12)) * np.minimum(depth * 1.6, 1)
        half = 0.5 * width * depth**1.25 + 0.004
        mask = (np.abs(self.x - middle) < half) & (self.y >= start)
        return np.asarray(mask)

    def stones(self, count: int, top: float) -> None:
        """Rocks in the foreground, larger the lower they are."""
        noise = self.ragged(42, 12.0, 3)
        for _stone in range(count):
            y = self.between(top, 1.02)
            size = (0.02 + 0.13 * max(y - top, 0) / max(1 - top, 0.1)) * self.between(0.5, 1.2)
            stone = self.ellipse(self.between(0, 1), y, size * self.between(1.0, 1.7), size)
            self.labels[stone + 0.45 * noise < 1] = ROCK
