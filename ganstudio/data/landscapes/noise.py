"""Smooth noise that looks the same at every size: lattices of random numbers, read at normalised coordinates.

On a grid the interpolation is separable, so an octave is two small matrix products; that is what makes the pictures cheap.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_TILE = 64
_FINEST = 0.6  # lattice cells per pixel; finer ones would only flicker
_SPREAD = 2.1  # the spline smooths a lot: this brings the values back to about [−1, 1]


def centres(size: int) -> Plane:
    """Positions of the pixels, float32 ``(size,)`` in (0, 1)."""
    return (np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size)


@lru_cache(maxsize=512)
def _lattice(seed: int, key: int) -> Plane:
    return np.random.default_rng([seed, key]).uniform(-1, 1, (_TILE, _TILE)).astype(np.float32)


def _weights(at: Plane) -> Plane:
    """Cubic B-spline weights of lattice points, ``(n, 64)``; the lattice repeats."""
    cell = np.floor(at)
    t = (at - cell).astype(np.float32)
    taps = np.stack([(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1) / 6
    result = np.zeros((len(at), _TILE), dtype=np.float32)
    columns = (cell.astype(np.int64)[:, None] + np.arange(4)) % _TILE
    result[np.arange(len(at))[:, None], columns] = taps
    return result


@lru_cache(maxsize=256)
def _even_weights(size: int, frequency: float) -> Plane:
    return _weights(centres(size) * np.float32(frequency))


def plane(seed: int, key: int, across: Plane, down: Plane) -> Plane:
    """One octave of noise, about [−1, 1].

    Args:
        seed: of the scene.
        key: which noise of the scene; others are independent of it.
        across: lattice coordinates of the columns, ``(W,)``.
        down: lattice coordinates of the rows, ``(H,)``; they need not be evenly spaced, e.g. for perspective.
    """
    result = _weights(down) @ _lattice(seed, key) @ _weights(across).T
    return np.asarray(result * np.float32(_SPREAD), dtype=np.float32)


def fractal(seed: int, key: int, size: int, across: float, down: float, octaves: int = 4, gain: float = 0.5) -> Plane:
    """Several octaves of noise, ``(size, size)``, about [−1, 1].

    Args:
        seed: of the scene.
        key: which noise of the scene.
        size: of the picture.
        across: lattice cells over the width, of the coarsest octave.
        down: the same over the height.
        octaves: each twice as fine as the one before; those finer than the pixels are left out.
        gain: weight of an octave against the one before.
    """
    total = np.zeros((size, size), dtype=np.float32)
    weight, sum_of_weights = 1.0, 0.0
    for octave in range(octaves):
        scale = 2.0**octave
        if max(across, down) * scale <= _FINEST * size or octave == 0:
            rows, columns = _even_weights(size, down * scale), _even_weights(size, across * scale)
            total += np.float32(weight) * (rows @ _lattice(seed, key * 16 + octave) @ columns.T)
        sum_of_weights += weight
        weight *= gain
    return total * np.float32(_SPREAD * 1.4 / (sum_of_weights + 0.4))


def scattered(seed: int, key: int, across: Plane, down: Plane) -> Plane:
    """One octave of noise at any coordinates, both ``(H, W)`` in lattice cells; values in [−1, 1]."""
    column, row = np.floor(across), np.floor(down)
    u, v = across - column, down - row
    u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
    i, j = row.astype(np.int32) % _TILE, column.astype(np.int32) % _TILE
    below, right = (i + 1) % _TILE, (j + 1) % _TILE
    lattice = _lattice(seed, key)
    top = lattice[i, j] * (1 - u) + lattice[i, right] * u
    bottom = lattice[below, j] * (1 - u) + lattice[below, right] * u
    return np.asarray(top * (1 - v) + bottom * v, dtype=np.float32)


def blur(values: Plane, radius: float) -> Plane:
    """A soft blur of ``(H, W)``: two boxes in a row; the edge is continued outwards.

    Args:
        values: what to blur.
        radius: in pixels; below half a pixel nothing happens.
    """
    reach = round(radius)
    if reach < 1:
        return values
    for axis in (0, 1):
        for _pass in range(2):
            values = _box(values, reach, axis)
    return values


def _box(values: Plane, reach: int, axis: int) -> Plane:
    pad = [(0, 0), (0, 0)]
    pad[axis] = (reach + 1, reach)
    sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float32)
    width = 2 * reach + 1
    if axis == 0:
        return np.asarray((sums[width:] - sums[:-width]) / np.float32(width))
    return np.asarray((sums[:, width:] - sums[:, :-width]) / np.float32(width))
