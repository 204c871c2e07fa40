"""How each class of the land looks under the light: textures and shading, before haze."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.landscapes.classes import FLOWERS, FOREST, GRASS, MOUNTAIN, ROAD, ROCK, SAND, SNOW
from ganstudio.data.landscapes.light import Colour, Light, Style
from ganstudio.data.landscapes.noise import Plane, blur, centres, fractal, plane, scattered


@dataclass(frozen=True, slots=True)
class Place:
    """What a surface is painted from.

    Attributes:
        labels: ``(S, S)``.
        light: at this time.
        style: of this picture.
        seed: of the textures.
        size: S.
        horizon: y of the horizon.
        far: 1 at the horizon and above, falling to 0 in the foreground; ``(S, 1)``.
    """

    labels: NDArray[np.integer]
    light: Light
    style: Style
    seed: int
    size: int
    horizon: float
    far: Plane


Painter = Callable[[Place], Plane]


def _lit(p: Place, albedo: Plane | Colour, shade: Plane) -> Plane:
    """A colour under the light; ``shade`` is how much of the sun reaches it, about 0–1.3."""
    return np.asarray(albedo * (p.light.ambient + p.light.sun * np.clip(shade, 0, 1.4)[..., None]), dtype=np.float32)


def _relief(p: Place, kind: int, radius: float) -> Plane:
    """Shading of a region as if it bulged: light where its outline faces the light; about −1 to 1."""
    solid = blur((p.labels == kind).astype(np.float32), radius * p.size)
    side = 1.0 if p.style.sun > 0.5 else -1.0
    slope = (np.gradient(solid, axis=0) - side * np.gradient(solid, axis=1)) * np.float32(p.size * radius)
    return np.asarray(np.clip(2.4 * slope, -1, 1), dtype=np.float32)


def _crags(p: Place) -> tuple[Plane, Plane]:
    """Ridges that run down from peaks: their shading by the light (−1 to 1), and their height."""
    x, y = centres(p.size)[None, :], centres(p.size)[:, None]
    warp = fractal(p.seed, 10, p.size, 3, 3, 3)
    height = np.zeros((p.size, p.size), dtype=np.float32)
    weight = 1.0
    for octave, cells in enumerate((5.0, 10.0, 20.0, 40.0)):
        if cells > 0.45 * p.size:
            break
        across, down = x * cells + 0.9 * warp, y * cells * 0.55 + 0.5 * warp + 0.25 * x * cells
        ridge = 1 - 2 * np.abs(scattered(p.seed, 170 + octave, across, down))
        height += np.float32(weight) * ridge
        weight *= 0.52
    side = 1.0 if p.style.sun > 0.5 else -1.0
    down, across = np.asarray(np.gradient(height, axis=0)), np.asarray(np.gradient(height, axis=1))
    slope = (0.45 * down - side * across) * np.float32(p.size)
    return np.asarray(np.tanh(slope * 0.075), dtype=np.float32), height


def _mountain(p: Place) -> Plane:
    shade, height = _crags(p)
    stone = 0.85 * p.style.stone + 0.15 * np.array([0.45, 0.42, 0.60], dtype=np.float32)
    albedo = stone * (0.86 + 0.09 * height)[..., None]
    return _lit(p, albedo, 0.52 + 0.55 * shade + 0.2 * _relief(p, MOUNTAIN, 0.03))


def _snow(p: Place) -> Plane:
    shade, height = _crags(p)
    near = 1 - p.far**3
    drifts = fractal(p.seed, 11, p.size, 3, 9, 4)
    shade = shade * (1 - 0.95 * near) + 0.3 * near * drifts
    albedo = np.array([0.94, 0.96, 1.0], dtype=np.float32) * (0.98 + 0.03 * height)[..., None]
    shadow = np.clip(-shade, 0, 1)[..., None] * np.array([0.10, 0.05, -0.04], dtype=np.float32)
    return _lit(p, albedo - shadow, 0.66 + 0.42 * shade + 0.15 * _relief(p, SNOW, 0.02))


def _rock(p: Place) -> Plane:
    size = p.size
    lumps = fractal(p.seed, 12, size, 9, 12, 5, 0.6)
    side = 1.0 if p.style.sun > 0.5 else -1.0
    slope = (np.gradient(lumps, axis=0) - side * np.gradient(lumps, axis=1)) * np.float32(size)
    strata = fractal(p.seed, 13, size, 3, 26, 3)
    cracks = np.clip(1 - 5 * np.abs(fractal(p.seed, 14, size, 8, 6, 4)), 0, 1)
    albedo = p.style.stone * (0.86 + 0.12 * strata - 0.25 * cracks)[..., None]
    return _lit(p, albedo, 0.5 + 0.028 * slope + 0.55 * _relief(p, ROCK, 0.03))


def _rows(p: Place, scale: float) -> Plane:
    """Lattice rows of the ground in perspective: dense at the horizon, ``(S,)``."""
    depth = np.clip(centres(p.size) - p.horizon, -0.3, None)
    near = np.log(np.clip(depth, 0, None) + 0.05) * scale
    return np.asarray(near + np.minimum(depth, 0) * 20 * scale / 4, dtype=np.float32)


def _forest(p: Place) -> Plane:
    """Crowns lit from above, in rows: narrow and fine far away, large near by."""
    size, x = p.size, centres(p.size)
    depth = np.clip(centres(size) - p.horizon, 0, None)[:, None]
    near = np.clip(depth / 0.3, 0, 1)
    total = np.zeros((size, size), dtype=np.float32)
    for key, cells, weight in ((0, 46.0, 1 - near), (1, 26.0, 0.35 + 0 * near), (2, 15.0, near)):
        if cells > 0.5 * size:
            continue
        jitter = plane(p.seed, 320 + key, x * cells, centres(size) * cells * 0.4)
        climb = centres(size)[:, None] * cells * 0.55 + 1.1 * jitter
        phase = climb - np.floor(climb)
        # Bright at the tip of a crown, darker down to the next row of trees.
        total += weight * (0.9 * (1 - phase) ** 1.3 - 0.42 + 0.3 * jitter)
    clumps = fractal(p.seed, 15, size, 5, 7, 3)
    leaves = fractal(p.seed, 16, size, 36, 32, 2, 0.9)
    tone = 1 + 0.42 * total + 0.26 * leaves + 0.12 * clumps
    hue = np.array([0.14, 0.04, 0.0], dtype=np.float32) * clumps[..., None]
    albedo = p.style.trees * tone[..., None] * (1 + hue) * 1.12
    return _lit(p, albedo, 0.62 + 0.36 * total + 0.16 * leaves + 0.5 * _relief(p, FOREST, 0.02))


def _blades(p: Place) -> Plane:
    """Texture of grass: fine near the horizon, long blades in the foreground."""
    size, x = p.size, centres(p.size)
    near = (1 - p.far) ** 1.5
    fine = fractal(p.seed, 17, size, 44, 36, 2, 0.8)
    blades = plane(p.seed, 330, x * min(60.0, 0.55 * size), centres(size) * 26) + 0.6 * plane(
        p.seed, 331, x * min(31.0, 0.5 * size), centres(size) * 13
    )
    return np.asarray(fine * (0.5 - 0.2 * near) + 0.5 * blades * near, dtype=np.float32)


def _swells(p: Place, key: int) -> Plane:
    """Broad waves of the ground in perspective."""
    x = centres(p.size)
    return plane(p.seed, key, x * 4, _rows(p, 3.0)) + 0.5 * plane(p.seed, key + 1, x * 9, _rows(p, 6.0))


def _grass(p: Place) -> Plane:
    blades, swells = _blades(p), _swells(p, 340)
    dry = np.clip(0.5 + 0.5 * swells, 0, 1)[..., None]
    tuft = p.style.grass * np.array([1.18, 1.06, 0.92], dtype=np.float32)
    albedo = (p.style.grass * 0.92 * (1 - dry) + tuft * dry) * (1 + 0.24 * blades)[..., None]
    return _lit(p, albedo, 0.86 + 0.2 * swells + 0.12 * blades + 0.3 * _relief(p, GRASS, 0.02))


def _flowers(p: Place) -> Plane:
    size = p.size
    grass = _grass(p)
    near = np.clip(1 - p.far, 0, 1)
    small = fractal(p.seed, 18, size, 62, 64, 1)
    large = fractal(p.seed, 19, size, 40, 38, 1)
    dots = np.clip((small * (1 - 0.5 * near) + large * near * 0.6 - 0.2) * 3.2, 0, 1)
    drift = np.clip(0.75 + 0.5 * _swells(p, 350), 0.25, 1)
    second = np.array([0.97, 0.92, 0.80], dtype=np.float32)
    mix = np.clip(fractal(p.seed, 20, size, 12, 16, 2) * 2 - 0.4, 0, 1)[..., None]
    colour = p.style.flowers * (1 - mix) + second * mix
    return np.asarray(grass + (_lit(p, colour, 0.95 + 0 * dots) - grass) * (dots * drift * 0.9)[..., None])


def _sand(p: Place) -> Plane:
    """Dunes with a bright and a dark flank, fine ripples on them, grains."""
    size, x = p.size, centres(p.size)
    rows = _rows(p, 2.6)
    crest = plane(p.seed, 360, x * 2.5, rows) + 0.4 * plane(p.seed, 361, x * 6, rows * 2)
    side = 1.0 if p.style.sun > 0.5 else -1.0
    slope = (0.5 * np.gradient(crest, axis=0) - side * np.gradient(crest, axis=1)) * np.float32(size)
    bend = crest * 2.0 + _rows(p, 22.0)[:, None] + 5 * x[None, :]
    ripples = np.sin(bend * 2.2) * (1 - p.far) * (size >= 64)
    grain = fractal(p.seed, 21, size, 48, 48, 1)
    albedo = p.style.sand * (0.97 + 0.035 * grain + 0.03 * ripples)[..., None]
    return _lit(p, albedo, 0.82 + 0.32 * np.tanh(slope * 0.14) + 0.05 * ripples + 0.12 * _relief(p, SAND, 0.02))


def _road(p: Place) -> Plane:
    """Asphalt with a pale line along its middle and lighter verges."""
    size, mask = p.size, p.labels == ROAD
    x = centres(size)[None, :]
    count = mask.sum(axis=1, keepdims=True)
    middle = (mask * x).sum(axis=1, keepdims=True) / np.maximum(count, 1)
    half = np.maximum(count / (2 * size), 1e-3)
    off = np.abs(x - middle) / half
    line = np.clip(1 - np.abs(off / 0.05), 0, 1) * (half > 0.02)
    verge = np.clip(1 - np.abs(off - 0.88) / 0.06, 0, 1) * (half > 0.02)
    grain = fractal(p.seed, 22, size, 50, 40, 2) + 0.6 * fractal(p.seed, 23, size, 6, 14, 2)
    grey = 0.34 + 0.03 * grain + 0.5 * np.maximum(0.9 * line, 0.55 * verge)
    albedo = grey[..., None] * np.array([1.0, 0.98, 0.97], dtype=np.float32)
    return _lit(p, np.asarray(albedo, dtype=np.float32), np.asarray(0.85 + 0.05 * grain, dtype=np.float32))


PAINTERS: dict[int, Painter] = {
    MOUNTAIN: _mountain,
    SNOW: _snow,
    FOREST: _forest,
    GRASS: _grass,
    FLOWERS: _flowers,
    SAND: _sand,
    ROCK: _rock,
    ROAD: _road,
}
"""How each class is painted; sky, clouds and water are painted by the picture as a whole."""
