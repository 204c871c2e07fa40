"""Label maps composed as real scenes are: a horizon, ridges behind ridges, water or plains, and a foreground."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.landscapes.classes import (
    FLOWERS,
    FOREST,
    GRASS,
    LANDSCAPE_CLASSES,
    MOUNTAIN,
    ROAD,
    ROCK,
    SAND,
    SNOW,
    WATER,
)
from ganstudio.data.landscapes.noise import Plane, blur, fractal
from ganstudio.data.landscapes.shapes import Canvas

_SIMPLE_EVERY = 4


def compose(seed: int, size: int) -> NDArray[np.uint8]:
    """The label map of a scene, uint8 ``(size, size)``.

    Every fourth scene has simple outlines, half of those with round, coarse shapes, as people paint them.
    """
    rng = np.random.default_rng([seed, 1])
    simple = seed % _SIMPLE_EVERY == _SIMPLE_EVERY - 1
    canvas = Canvas(size, seed, rng, 0.0 if simple else 1.0)
    kinds = list(_KINDS)
    kind = kinds[int(rng.choice(len(kinds), p=_SHARES))]
    kind(canvas)
    if simple and rng.random() < 0.6:
        return _rounded(canvas.labels, float(rng.uniform(0.012, 0.03)) * size)
    return canvas.labels


def _rounded(labels: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """The class that is most frequent around each pixel: corners become round, small things vanish."""
    best = np.full(labels.shape, -1.0, dtype=np.float32)
    result = labels.copy()
    for kind in range(len(LANDSCAPE_CLASSES)):
        mask = labels == kind
        if mask.any():
            share = blur(mask.astype(np.float32), radius)
            result[share > best] = kind
            best = np.maximum(best, share)
    return result


def _mountains(c: Canvas, horizon: float, height: float, snow: float) -> None:
    """A range in front of the sky, with snow above a ragged line for ``snow`` > 0 (share of the height)."""
    bends = int(c.rng.integers(2, 5))
    line = c.outline(horizon - 0.55 * height, 0.55 * height, bends, sharp=1)
    line = np.minimum(line, np.float32(horizon - 0.02))
    rock = c.below(line, MOUNTAIN)
    if snow > 0:
        limit = horizon - height * (1 - snow)
        ragged = fractal(c.seed, 50, c.size, 11, 5, 4 if c.rough else 1)
        level = limit + 0.16 * height * ragged + 0.35 * (line - limit) * (line > limit - height)
        c.labels[rock & (c.y < level)] = SNOW
        if c.chance(0.5):
            c.labels[rock & (c.y < level) & (fractal(c.seed, 51, c.size, 14, 9, 4 if c.rough else 1) > 0.42)] = ROCK


def _hills(c: Canvas, y: float, swing: float, kind: int, trees: float = 0.0) -> Plane:
    """A soft hill of one class, with a tree line where it is a forest; gives back its outline."""
    line = c.outline(y, swing, int(c.rng.integers(1, 4)), detail=3)
    if kind == FOREST:
        line = c.trees(line, trees)
    c.below(line, kind)
    return line


def _groves(c: Canvas, count: int, top: float, scale: float) -> None:
    """Groups of trees that stand on the ground, larger the nearer they are."""
    for _grove in range(count):
        base = c.between(top, top + 0.3)
        near = 0.35 + 2.2 * (base - top)
        x, width = c.between(-0.05, 1.05), c.between(0.05, 0.2) * near
        crown = c.trees(np.zeros((1, c.size), dtype=np.float32), scale * near)
        dome = np.clip(1 - ((c.x - x) / width) ** 2, 0, 1) ** 0.5
        inside = (c.y < base) & (c.y > base + (crown - 0.6 * scale * near) * dome) & (dome > 0)
        c.labels[inside] = FOREST


def _meadows(c: Canvas, top: float, kind: int, share: float) -> None:
    """Patches on the ground that lie flat: long near the horizon, broad in the foreground."""
    down = np.log(np.clip(c.y - top, 0, None) + 0.03) * 5.0
    wide = fractal(c.seed, 60, c.size, 2.5, 5.0, 3 if c.rough else 1)
    ground = (c.labels == GRASS) & (c.y > top)
    c.labels[ground & (wide + 0.25 * np.sin(down * 3 + 5 * c.x) > 0.9 - 1.2 * share)] = kind


def _foreground(c: Canvas, y: float, kinds: tuple[int, ...]) -> None:
    """The near ground: a rising bank from one side or across, of one of these classes."""
    kind = int(c.rng.choice(kinds))
    line = c.outline(y, 0.07, 2, detail=3)
    if c.chance(0.5):
        line = line + np.float32(c.between(0.1, 0.35) * (1 if c.chance(0.5) else -1)) * (c.x - 0.5)
    c.below(line, kind)
    if kind in (GRASS, SAND) and c.chance(0.45):
        c.stones(int(c.rng.integers(1, 6)), y)
    if kind == GRASS and c.chance(0.35):
        _meadows(c, y, FLOWERS, c.between(0.4, 0.8))


def _lake(c: Canvas) -> None:
    shore = c.between(0.48, 0.62)
    _mountains(c, shore, c.between(0.28, 0.46), c.between(0.25, 0.75) if c.chance(0.8) else 0)
    c.clouds(shore - 0.05)
    for y in sorted(c.rng.uniform(shore - 0.15, shore - 0.03, int(c.rng.integers(1, 3)))):
        _hills(c, float(y), 0.06, FOREST if c.chance(0.75) else GRASS, c.between(0.02, 0.05))
    edge = c.outline(shore, 0.012, 3, detail=3)
    if c.chance(0.4):
        c.below(edge - np.float32(0.015) - 0.01 * c.outline(0, 1, 3), int(c.rng.choice([SAND, ROCK, GRASS])))
    c.below(edge, WATER)
    if c.chance(0.35):
        x, width = c.between(0.1, 0.9), c.between(0.05, 0.15)
        island = c.ellipse(x, shore + c.between(0.05, 0.15), width, 0.012 + 0.1 * width)
        c.labels[island + 0.3 * c.ragged(43, 9) < 1] = int(c.rng.choice([FOREST, ROCK, GRASS]))
    if c.chance(0.8):
        _foreground(c, c.between(0.76, 0.95), (GRASS, GRASS, ROCK, SAND, FOREST, SNOW))


def _sea(c: Canvas) -> None:
    horizon = c.between(0.36, 0.6)
    c.clouds(horizon)
    if c.chance(0.3):
        _hills(c, horizon - c.between(0.0, 0.04), 0.05, MOUNTAIN)
    c.below(np.full((1, c.size), horizon, dtype=np.float32), WATER)
    if c.chance(0.4):
        x, width, height = c.between(0, 1), c.between(0.08, 0.3), c.between(0.04, 0.14)
        bump = horizon + 0.02 - height * np.clip(1.15 - np.abs(c.x - x) / width, 0, 1) ** 0.6
        bump = bump + 0.25 * height * c.outline(0, 1, 6)
        island = (c.y > bump) & (c.y < horizon + 0.025) & (np.abs(c.x - x) < 1.1 * width)
        c.labels[island] = ROCK
        c.labels[island & (c.y < bump + 0.4 * height)] = int(c.rng.choice([FOREST, GRASS, ROCK]))
    if c.chance(0.75):
        slope, y = c.between(-0.5, 0.5), c.between(0.72, 0.98)
        line = c.outline(y, 0.05, 2, detail=2) + np.float32(slope) * (c.x - 0.5)
        c.below(np.maximum(line, np.float32(horizon + 0.03)), SAND)
        if c.chance(0.35):
            c.below(np.maximum(line + np.float32(c.between(0.12, 0.25)), horizon + 0.1), GRASS)
    if c.chance(0.45):
        c.stones(int(c.rng.integers(2, 8)), horizon + 0.15)


def _cliffs(c: Canvas) -> None:
    horizon = c.between(0.32, 0.5)
    c.clouds(horizon)
    c.below(np.full((1, c.size), horizon, dtype=np.float32), WATER)
    side = 1 if c.chance(0.5) else -1
    for near in range(int(c.rng.integers(1, 4))):
        along = (0.5 + side * (c.x - 0.5)) - c.between(0.25, 0.55) + 0.16 * near
        top = horizon - c.between(0.02, 0.16) + 0.1 * near - 0.25 * along + 0.5 * (c.outline(0, 0.06, 4))
        foot = horizon + 0.06 + 0.12 * near + 0.55 * np.clip(along, 0, None) ** 1.2 + c.outline(0, 0.012, 5)
        edge = along + 0.05 * c.ragged(44 + near, 6) * (c.y - top) + 0.12 * (horizon + 0.1 - c.y)
        cliff = (edge > 0) & (c.y > top) & (c.y < foot)
        c.labels[cliff] = ROCK
        if c.chance(0.7):
            c.labels[cliff & (c.y > foot - 0.02 - 0.02 * near + 0.02 * c.outline(0, 1, 3))] = SAND
        c.labels[cliff & (c.y < top + c.between(0.03, 0.07) + 0.14 * np.clip(along, 0, None))] = (
            GRASS if c.chance(0.75) else FOREST
        )
    if c.chance(0.5):
        _foreground(c, c.between(0.82, 0.95), (GRASS, SAND, ROCK))
    if c.chance(0.5):
        c.stones(int(c.rng.integers(2, 6)), horizon + 0.2)


def _backdrop(c: Canvas, horizon: float) -> None:
    """What stands behind a plain: mountains, wooded hills, or nothing."""
    if c.chance(0.5):
        _mountains(c, horizon + 0.02, c.between(0.1, 0.34), c.between(0.2, 0.7) if c.chance(0.6) else 0)
    c.clouds(horizon)
    if c.chance(0.65):
        _hills(c, horizon - c.between(0.0, 0.06), 0.05, FOREST, c.between(0.012, 0.04))


def _plain(c: Canvas) -> None:
    horizon = c.between(0.38, 0.62)
    _backdrop(c, horizon)
    ground = c.outline(horizon, c.between(0.0, 0.04), 2, detail=2)
    c.below(ground, GRASS)
    if c.chance(0.5):
        _meadows(c, horizon, int(c.rng.choice([FLOWERS, FLOWERS, SAND])), c.between(0.3, 0.75))
    if c.chance(0.55):
        _groves(c, int(c.rng.integers(1, 6)), horizon + 0.02, c.between(0.05, 0.11))
    if c.chance(0.62):
        land = (c.labels == GRASS) | (c.labels == FLOWERS)
        c.labels[c.track(ROAD, horizon + 0.02, c.between(0.16, 0.42)) & land] = ROAD
    if c.chance(0.2):
        c.stones(int(c.rng.integers(1, 5)), horizon + 0.2)


def _valley(c: Canvas) -> None:
    horizon = c.between(0.42, 0.58)
    _mountains(c, horizon, c.between(0.26, 0.42), c.between(0.2, 0.75) if c.chance(0.75) else 0)
    c.clouds(horizon - 0.1)
    _hills(c, horizon - c.between(0.0, 0.08), 0.07, FOREST, c.between(0.015, 0.04))
    ground = c.outline(horizon + 0.03, 0.03, 2, detail=2)
    c.below(ground, GRASS)
    slope = 1 if c.chance(0.5) else -1
    if c.chance(0.5):
        bank = c.outline(horizon + 0.22, 0.04, 3) - np.float32(0.5 * slope) * (c.x - 0.5)
        c.below(c.trees(np.maximum(bank, horizon), 0.05), FOREST, ground + np.clip(-slope * (c.x - 0.5), 0, 1) * 0.9)
    if c.chance(0.5):
        _meadows(c, horizon, FLOWERS, c.between(0.3, 0.7))
    kind = WATER if c.chance(0.75) else ROAD
    state = c.rng.bit_generator.state
    if kind == WATER and c.chance(0.6):
        state = c.rng.bit_generator.state
        width = c.between(0.3, 0.5)
        c.labels[c.track(kind, horizon + 0.03, width * 1.35) & (c.labels != FOREST)] = int(width > 0.5) * SAND or ROCK
        c.rng.bit_generator.state = state
    c.labels[c.track(kind, horizon + 0.04, c.between(0.3, 0.5)) & (c.y > ground)] = kind
    _groves(c, int(c.rng.integers(0, 4)), horizon + 0.08, c.between(0.05, 0.1))


def _desert(c: Canvas) -> None:
    horizon = c.between(0.4, 0.6)
    if c.chance(0.4):
        _hills(c, horizon - 0.03, 0.1, MOUNTAIN)
    c.clouds(horizon)
    if c.chance(0.5):
        for _mesa in range(int(c.rng.integers(1, 4))):
            x, width, height = c.between(0, 1), c.between(0.05, 0.2), c.between(0.05, 0.2)
            top = horizon - height * (1 + 0.25 * c.outline(0, 1, 4, detail=3))
            fall = np.clip((c.y - top) / height, 0, 1)
            wall = np.abs(c.x - x) + 0.02 * c.ragged(46, 9) * (1 - fall)
            c.labels[(wall < width * (0.62 + 0.5 * fall**2)) & (c.y > top) & (c.y < horizon + 0.03)] = ROCK
    c.below(c.outline(horizon, c.between(0.01, 0.06), 2, detail=0), SAND)
    if c.chance(0.3):
        c.labels[c.track(ROAD, horizon + 0.05, c.between(0.18, 0.4)) & (c.labels == SAND)] = ROAD
    elif c.chance(0.35):
        pond = c.ellipse(c.between(0.2, 0.8), c.between(0.66, 0.8), c.between(0.15, 0.35), c.between(0.03, 0.07))
        c.labels[pond + 0.25 * c.ragged(47, 5) < 1.5] = GRASS
        c.labels[pond + 0.25 * c.ragged(47, 5) < 1] = WATER
    if c.chance(0.5):
        c.stones(int(c.rng.integers(1, 7)), horizon + 0.12)
    if c.chance(0.25):
        _foreground(c, c.between(0.8, 0.92), (GRASS, ROCK))


def _forest(c: Canvas) -> None:
    horizon = c.between(0.4, 0.6)
    if c.chance(0.5):
        _mountains(c, horizon, c.between(0.2, 0.4), 0.5 if c.chance(0.5) else 0)
    c.clouds(horizon - 0.1)
    _hills(c, horizon - c.between(0.05, 0.2), 0.08, FOREST, c.between(0.02, 0.05))
    if c.chance(0.5):
        _hills(c, horizon, 0.05, GRASS)
        _hills(c, horizon + 0.05, 0.05, FOREST, c.between(0.04, 0.08))
    ground = horizon + c.between(0.12, 0.25)
    c.below(c.outline(ground, 0.04, 2, detail=3), GRASS)
    if c.chance(0.55):
        kind = int(c.rng.choice([WATER, ROAD, SAND]))
        c.labels[c.track(kind, ground + 0.02, c.between(0.2, 0.5)) & (c.labels == GRASS)] = kind
    if c.chance(0.5):
        _meadows(c, ground, FLOWERS, c.between(0.3, 0.7))
    for side in (-1, 1):
        if c.chance(0.6):
            edge = c.outline(ground - c.between(0.0, 0.3), 0.05, 2) + 2.2 * np.clip(
                0.5 + side * (c.x - 0.5) - 0.28, 0, 1
            )
            foot = ground + c.between(0.02, 0.1) + np.float32(0.5) * np.clip(side * (c.x - 0.5), -0.05, 1)
            c.below(c.trees(edge, c.between(0.08, 0.2)), FOREST, foot + c.outline(0, 0.02, 5))
    if c.chance(0.3):
        c.stones(int(c.rng.integers(1, 6)), ground + 0.08)


def _winter(c: Canvas) -> None:
    horizon = c.between(0.42, 0.6)
    _mountains(c, horizon, c.between(0.2, 0.42), c.between(0.6, 0.95))
    c.clouds(horizon - 0.1)
    _hills(c, horizon - c.between(0.0, 0.08), 0.06, FOREST, c.between(0.02, 0.05))
    c.below(c.outline(horizon + 0.03, 0.03, 2, detail=2), SNOW)
    _groves(c, int(c.rng.integers(1, 6)), horizon + 0.06, c.between(0.06, 0.12))
    if c.chance(0.5):
        kind = int(c.rng.choice([WATER, ROAD]))
        c.labels[c.track(kind, horizon + 0.05, c.between(0.2, 0.45)) & (c.labels == SNOW)] = kind
    if c.chance(0.4):
        c.stones(int(c.rng.integers(1, 6)), horizon + 0.15)


_KINDS: dict[Callable[[Canvas], None], float] = {
    _lake: 0.22, _sea: 0.15, _cliffs: 0.1, _plain: 0.17, _valley: 0.13, _desert: 0.08, _forest: 0.09, _winter: 0.06,
}  # fmt: skip
_SHARES = np.array(list(_KINDS.values())) / sum(_KINDS.values())
