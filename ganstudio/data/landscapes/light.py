"""The light at a time of day and what else differs between pictures of one map: season, haze, hues, side of the sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]

_TIMES = (-1.0, -0.66, -0.33, 0.33, 1.0)
"""Night, blue hour, red dusk, golden afternoon, noon: the light between them is interpolated."""

_TABLE: dict[str, tuple[tuple[float, ...], ...]] = {
    "zenith": ((0.03, 0.05, 0.16), (0.08, 0.13, 0.32), (0.25, 0.22, 0.42), (0.33, 0.50, 0.74), (0.20, 0.46, 0.84)),
    "horizon": ((0.10, 0.15, 0.29), (0.30, 0.29, 0.45), (0.90, 0.45, 0.28), (0.97, 0.80, 0.57), (0.74, 0.87, 0.97)),
    "glow": ((0.42, 0.50, 0.68), (0.55, 0.34, 0.36), (1.00, 0.56, 0.22), (1.00, 0.88, 0.58), (1.00, 0.98, 0.92)),
    "sun": ((0.24, 0.31, 0.46), (0.26, 0.26, 0.38), (0.78, 0.45, 0.32), (0.96, 0.74, 0.48), (0.80, 0.77, 0.70)),
    "ambient": ((0.16, 0.20, 0.32), (0.21, 0.23, 0.36), (0.28, 0.25, 0.33), (0.36, 0.37, 0.42), (0.44, 0.49, 0.55)),
    "lit_cloud": ((0.26, 0.32, 0.47), (0.46, 0.40, 0.50), (1.00, 0.62, 0.44), (1.00, 0.93, 0.80), (1.00, 1.00, 1.00)),
    "dark_cloud": ((0.10, 0.13, 0.24), (0.22, 0.21, 0.35), (0.46, 0.31, 0.43), (0.68, 0.61, 0.64), (0.70, 0.76, 0.85)),
    "elevation": ((0.30,), (-0.04,), (0.03,), (0.20,), (0.70,)),
    "disc": ((0.75,), (0.0,), (1.0,), (0.85,), (0.0,)),
    "spread": ((0.5,), (0.9,), (1.0,), (0.7,), (0.25,)),
    "stars": ((1.0,), (0.4,), (0.0,), (0.0,), (0.0,)),
}


@dataclass(frozen=True, slots=True)
class Light:
    """The light at one time of day; colours are float32 ``(3,)`` in [0, 1].

    Attributes:
        zenith: of the sky, top.
        horizon: of the sky, and of haze.
        glow: around the sun or the moon.
        sun: what the sun or the moon adds to a surface that faces it.
        ambient: what reaches every surface.
        lit_cloud: bright side of clouds.
        dark_cloud: their dark side.
        elevation: height of the sun or the moon over the horizon, in heights of the picture.
        disc: how clearly its disc is seen, 0–1.
        spread: how strong the glow is, 0–1.
        stars: how bright the stars are, 0–1.
    """

    zenith: Colour
    horizon: Colour
    glow: Colour
    sun: Colour
    ambient: Colour
    lit_cloud: Colour
    dark_cloud: Colour
    elevation: float
    disc: float
    spread: float
    stars: float


def light_at(time: float) -> Light:
    """The light at a time of day in [−1, 1]; outside, that of the nearest end."""
    values = {
        name: np.array([np.interp(time, _TIMES, channel) for channel in zip(*rows, strict=True)], dtype=np.float32)
        for name, rows in _TABLE.items()
    }
    numbers = {name: float(values.pop(name)[0]) for name in ("elevation", "disc", "spread", "stars")}
    return Light(**values, **numbers)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Style:
    """What the map and the time leave open.

    Attributes:
        sun: where the light comes from: about 0.22 (left) or 0.78 (right) of the width.
        haze: 0.4 (clear) – 1.25 (hazy).
        grass: colour of grass, dry to lush.
        trees: colour of forest, dark spruce to autumn.
        water: colour of deep water, blue to turquoise.
        sand: pale to red.
        stone: grey to warm.
        flowers: colour of most flowers.
        calm: 0 (waves) – 1 (a mirror).
    """

    sun: float
    haze: float
    grass: Colour
    trees: Colour
    water: Colour
    sand: Colour
    stone: Colour
    flowers: Colour
    calm: float


def _between(first: tuple[float, ...], second: tuple[float, ...], share: float) -> Colour:
    return np.asarray(first, dtype=np.float32) * np.float32(1 - share) + np.asarray(second, np.float32) * np.float32(
        share
    )


_FLOWERS = ((0.93, 0.80, 0.24), (0.90, 0.36, 0.30), (0.80, 0.50, 0.84), (0.97, 0.95, 0.92), (0.96, 0.62, 0.74))


def style_of(seed: int) -> Style:
    """The style of a seed."""
    rng = np.random.default_rng([seed, 77])
    autumn = float(rng.uniform(0.45, 1.0)) if rng.random() < 0.22 else float(rng.uniform(0, 0.12))
    trees = _between((0.13, 0.27, 0.19), (0.26, 0.40, 0.15), rng.random())
    return Style(
        sun=(0.22 if rng.random() < 0.5 else 0.78) + float(rng.uniform(-0.05, 0.05)),
        haze=float(rng.uniform(0.4, 1.25)),
        grass=_between((0.60, 0.56, 0.31), (0.31, 0.49, 0.20), float(rng.beta(2.2, 1.2))),
        trees=_between(tuple(trees.tolist()), (0.66, 0.38, 0.13), autumn),
        water=_between((0.06, 0.19, 0.38), (0.08, 0.42, 0.46), float(rng.random())),
        sand=_between((0.90, 0.83, 0.66), (0.85, 0.58, 0.36), float(rng.beta(1.2, 1.6))),
        stone=_between((0.46, 0.47, 0.50), (0.56, 0.45, 0.37), float(rng.random())),
        flowers=np.asarray(_FLOWERS[int(rng.integers(len(_FLOWERS)))], dtype=np.float32),
        calm=float(rng.random()),
    )
