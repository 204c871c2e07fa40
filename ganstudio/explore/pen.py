"""A pen that draws on what a network is given: smooth ink on pictures, whole pixels of one class on label maps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SMALLEST, LARGEST = 1.0, 64.0
"""Diameters of a pen in pixels of the picture."""


class PenStroke:
    """One stroke, from pen down to pen up. However often it crosses itself, its ink lies on the paper once.

    Args:
        pixels: uint8 ``(C, S, S)`` or ids ``(S, S)``; not changed.
        ink: one number for each channel, 0–255, or the id of a class.
        width: diameter in pixels.
        hard: whole pixels on pictures too, for networks that have only seen such lines.

    Attributes:
        pixels: with the stroke on it; a new array after every :meth:`to`.
    """

    def __init__(self, pixels: NDArray[np.uint8], ink: Sequence[int] | int, width: float, hard: bool = False) -> None:
        self._base = pixels
        self._map, self._hard = pixels.ndim == 2, hard
        self._ink = np.asarray(ink, np.float32).reshape(-1, 1, 1)
        self._radius = max(SMALLEST, min(float(width), LARGEST)) / 2
        self._cover: NDArray[np.float32] = np.zeros(pixels.shape[-2:], np.float32)
        self._last: tuple[float, float] | None = None
        self.pixels = pixels

    def to(self, x: float, y: float, pressure: float = 1.0) -> tuple[int, int, int, int] | None:
        """Draws on to a point; (0.5, 0.5) is the middle of the first pixel. The width is that of the pressure, 0 to 1.

        Returns:
            left, top, right, bottom of what may have changed (right and bottom are outside), or None for nothing.
        """
        start, self._last = self._last or (x, y), (x, y)
        height, width = self._base.shape[-2:]
        radius = max(SMALLEST / 2, self._radius * min(1.0, pressure))
        reach = radius + 1
        left, right = _span(start[0], x, reach, width)
        top, bottom = _span(start[1], y, reach, height)
        if left >= right or top >= bottom:
            return None
        away = _distance(start, (x, y), (left, top, right, bottom))
        part = (slice(top, bottom), slice(left, right))
        # A pen thinner than a pixel would miss the pixels' middles; it covers the pixel that it is in.
        cover = np.clip(radius + 0.5 - away, 0, 1)
        self._cover[part] = np.maximum(self._cover[part], cover)
        self._ink_in(part)
        return left, top, right, bottom

    def _ink_in(self, part: tuple[slice, slice]) -> None:
        pixels = self.pixels.copy()
        cover = self._cover[part]
        if self._map:
            pixels[part] = np.where(cover >= 0.5, self._ink.astype(np.uint8)[0, 0, 0], self._base[part])
        else:
            base = self._base[:, *part].astype(np.float32)
            cover = (cover >= 0.5).astype(np.float32) if self._hard else cover
            pixels[:, *part] = np.rint(base + (self._ink - base) * cover).astype(np.uint8)
        self.pixels = pixels


def _span(one: float, other: float, reach: float, room: int) -> tuple[int, int]:
    low, high = min(one, other) - reach, max(one, other) + reach
    return int(np.clip(np.floor(low), 0, room)), int(np.clip(np.ceil(high), 0, room))


def _distance(
    start: tuple[float, float], end: tuple[float, float], box: tuple[int, int, int, int]
) -> NDArray[np.float32]:
    """From the middle of every pixel of the box to the segment."""
    left, top, right, bottom = box
    x = np.arange(left, right, dtype=np.float32) + np.float32(0.5) - np.float32(start[0])
    y = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5) - np.float32(start[1])
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / length, 0, 1) if length > 0 else np.float32(0)
    return np.asarray(np.hypot(x - along * dx, y - along * dy), np.float32)
