"""How far the drawn distribution is from that of the data, cheaply enough to be asked all through training.

Two clouds are seen from many directions at once: projected onto a line each becomes a list of numbers, and for lists the
Wasserstein distance is what sorting gives (Rabin et al. 2011, Wasserstein Barycenter and its Application to Texture Mixing,
section 2.3; Karras et al. 2018, section 5, judge GANs by it). Each direction is measured by the data's own spread along it.

That weighs how much lies where and hardly sees whether narrow modes are hit: of points it is therefore also asked how far
each lies from the nearest of the other side. Of pictures it is not, since in many dimensions the blurred is near to all.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.core.series_words import DISTANCE, measured_help
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import not_finite, too_few, undefined
from ganstudio.metrics.transport import directions, sliced_wasserstein

DIRECTIONS, SIDE = 64, 16
NEAREST = 1024
_LEAST = 16


def closeness(real: NDArray[np.float32], fake: NDArray[np.float32], seed: int = 0) -> float:
    """Mean over random directions of W₁(projected fake, projected real) ÷ the standard deviation of projected real.

    0 for equal clouds, about 1 for one that lies a standard deviation aside, and for a single point in the middle of
    Gaussian data √(2/π) ≈ 0.8.

    Args:
        real: ``(N, d)``, finite.
        fake: ``(M, d)``, finite.
        seed: of the directions; the same seed, the same directions.
    """
    along = directions(real.shape[1], DIRECTIONS, seed).astype(np.float32)
    seen = real @ along
    deviation = seen.std(axis=0, dtype=np.float64)
    apart = sliced_wasserstein(fake, real, along)
    told = deviation > 1e-6 * max(1.0, float(np.abs(seen).max(initial=0)))
    return float((apart[told] / deviation[told]).mean()) if told.any() else math.nan


def strayed(real: NDArray[np.float32], fake: NDArray[np.float32]) -> float:
    """How far an item of either side lies on average from the nearest of the other, in standard deviations of real ones.

    Near 0 where every mode is hit and nothing lies between them, however unequally the modes are filled.

    Args:
        real: ``(N, d)`` of few dimensions, finite; of more than :data:`NEAREST` the first are taken.
        fake: ``(M, d)``; the same.
    """
    middle = real.mean(axis=0)
    ours, theirs = real[:NEAREST] - middle, fake[:NEAREST] - middle
    spread = math.sqrt(float(np.square(real - middle).sum(axis=1, dtype=np.float64).mean()) / real.shape[1])
    squares = -2 * (ours @ theirs.T)
    squares += np.square(ours).sum(axis=1)[:, None]
    squares += np.square(theirs).sum(axis=1)
    sides = (np.sqrt(np.maximum(squares.min(axis=axis), 0)).mean(dtype=np.float64) for axis in (0, 1))
    return float(sum(sides) / 2 / spread) if spread > 0 else math.nan


def seen_small(items: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Items as rows: points as they are, pictures ``(N, C, H, W)`` averaged down to :data:`SIDE` pixels at most."""
    if items.ndim != 4:
        return items.astype(np.float32, copy=False)
    count, channels, height, width = items.shape
    by = math.ceil(max(height, width) / SIDE)
    cut = items[:, :, : height - height % by, : width - width % by]
    parts = cut.reshape(count, channels, cut.shape[2] // by, by, cut.shape[3] // by, by)
    small: NDArray[np.float32] = parts.mean(axis=(3, 5), dtype=np.float32).reshape(count, -1) / np.float32(255)
    return small


@metric(
    "distance", _("Distance"), better="lower", needs={"many"}, cost="live", unit="%", series=DISTANCE,
    help=measured_help(DISTANCE),
)  # fmt: skip
def distance(evidence: Evidence) -> Found:
    """:func:`closeness` in percent, of points with what they have :func:`strayed`."""
    real, fake = seen_small(evidence.real.items), seen_small(evidence.fake.items)
    if reason := too_few(min(len(real), len(fake)), _LEAST):
        return undefined(reason)
    if reason := not_finite(int((~np.isfinite(fake).all(axis=1)).sum())):
        return undefined(reason)
    evidence.tick(0.0, _("Distance"))
    value = 100 * (closeness(real, fake) + (strayed(real, fake) if evidence.real.items.ndim == 2 else 0.0))
    return Found(value, note=_("Not defined: all real items are alike.") if math.isnan(value) else "")
