"""Grids of images and their PNG form, numpy only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

GRID_GAP = 1
GRID_GREY = 128


def columns_for(count: int, group: int = 1) -> int:
    """How many columns a nearly square grid of ``count`` cells has; whole groups of cells stay in one row."""
    return max(1, math.ceil(math.sqrt(count) / group)) * group


def make_grid(items: NDArray[np.uint8], columns: int | None = None, gap: int = GRID_GAP) -> NDArray[np.uint8]:
    """Lays images out row by row on mid-grey, ``gap`` pixels apart.

    Args:
        items: ``(N, H, W, C)``, C = 1 or 3; N ≥ 1.
        columns: cells per row; a nearly square grid by default.
        gap: pixels between cells, none around the edge.

    Returns:
        ``(H', W', C)``.
    """
    count, height, width, channels = items.shape
    columns = min(columns or columns_for(count), count)
    rows = math.ceil(count / columns)
    shape = (rows * (height + gap) - gap, columns * (width + gap) - gap, channels)
    grid = np.full(shape, GRID_GREY, dtype=np.uint8)
    for index in range(count):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        grid[top : top + height, left : left + width] = items[index]
    return grid


def split_grid(grid: NDArray[np.uint8], size: int, count: int, gap: int = GRID_GAP) -> NDArray[np.uint8]:
    """Takes a grid of square cells apart again: the inverse of :func:`make_grid`.

    Args:
        grid: ``(H', W', C)`` or ``(H', W')``.
        size: height and width of a cell in pixels.
        count: how many cells to take.
        gap: pixels between cells.

    Returns:
        ``(count, size, size, C)``.

    Raises:
        ValueError: the grid has fewer cells than ``count``, or there are no such cells.
    """
    if size < 1 or count < 1:
        raise ValueError(f"{count} cells of {size} px")
    if grid.ndim == 2:
        grid = grid[:, :, None]
    columns = (grid.shape[1] + gap) // (size + gap)
    rows = (grid.shape[0] + gap) // (size + gap)
    if columns * rows < count:
        raise ValueError(
            f"a {grid.shape[1]}×{grid.shape[0]} grid holds {columns * rows} cells of {size} px, not {count}"
        )
    cells = [
        grid[top : top + size, left : left + size]
        for top, left in (
            ((index // columns) * (size + gap), (index % columns) * (size + gap)) for index in range(count)
        )
    ]
    return np.stack(cells)
