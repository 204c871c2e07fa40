"""Small pictures of data sets for cards and menus; numpy and Pillow only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.images import make_grid

SIDE = 96
BACKGROUND = (24, 27, 31)
REAL = (0, 158, 115)
"""Real data is green everywhere: ``#009E73``."""


def heat(density: NDArray[np.float64], side: int = SIDE) -> NDArray[np.uint8]:
    """Paints a density in [0, 1], ``(side, side)`` with row 0 at the top, in the colour of real data."""
    weight = density[..., None]
    picture = np.asarray(BACKGROUND) * (1 - weight) + np.asarray(REAL) * weight
    return np.rint(picture).astype(np.uint8).reshape(side, side, 3)


def scatter(points: NDArray[np.float32], extent: float, side: int = SIDE) -> NDArray[np.uint8]:
    """Points ``(N, 2)`` in ``[−extent, extent]²`` as a raster ``(side, side, 3)``; y grows upwards."""
    edges = np.linspace(-extent, extent, side + 1)
    counts = np.histogram2d(-points[:, 1], points[:, 0], bins=(edges, edges))[0]
    return heat(1 - np.exp(-1.2 * counts), side)


def mosaic(items: NDArray[np.uint8], rows: int = 4, side: int = SIDE) -> NDArray[np.uint8]:
    """The first ``rows²`` images of ``(N, C, H, W)`` as one picture ``(side, side, 3)``."""
    from PIL import Image

    chosen = items[: rows * rows]
    cells = np.repeat(chosen, 3, axis=1) if chosen.shape[1] == 1 else chosen
    grid = make_grid(cells.transpose(0, 2, 3, 1), columns=min(rows, math.ceil(math.sqrt(len(cells)))))
    picture = Image.fromarray(grid).resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(picture).copy()
