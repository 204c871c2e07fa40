"""How well points cover a mixture whose true centres are known.

A sample is of *high quality* if it lies within three standard deviations of the nearest centre, and a mode is *captured*
if at least one such sample is nearest to it (Srivastava et al. 2017, VEEGAN, section 4.1; Lin et al. 2018, PacGAN).
For two-dimensional Gaussians even perfect samples are of high quality in 98.9 % of cases only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _
from ganstudio.core.series_words import measured_help
from ganstudio.metrics.base import Evidence, Found, metric

STANDARD_DEVIATIONS = 3.0


def assigned(points: NDArray[np.float32], spec: DataSpec) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The nearest mode of each sample, and whether it is of high quality.

    Args:
        points: ``(N, 2)``; rows that are not finite are bad samples.
        spec: with ``modes`` and ``mode_std``.

    Returns:
        int64 and bool ``(N,)``.
    """
    centres = np.asarray(spec.modes, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        distances = np.linalg.norm(points[:, None, :].astype(np.float64) - centres[None], axis=2)
    distances = np.nan_to_num(distances, nan=np.inf, posinf=np.inf)
    return distances.argmin(axis=1), distances.min(axis=1) <= STANDARD_DEVIATIONS * spec.mode_std


def captured(points: NDArray[np.float32], spec: DataSpec) -> tuple[NDArray[np.bool_], float]:
    """Which modes are captured, and the share of high-quality samples; see :func:`assigned`.

    Returns:
        bool ``(number of modes,)`` and a share in [0, 1].
    """
    nearest, good = assigned(points, spec)
    hit = np.zeros(len(spec.modes), np.bool_)
    hit[nearest[good]] = True
    return hit, float(good.mean()) if len(points) else 0.0


def reverse_kl(points: NDArray[np.float32], spec: DataSpec) -> float:
    """Σ p log(p · modes) in nats: of how the high-quality samples share out over the modes, to equal shares.

    0 where all modes are hit alike, log(modes) where one is; NaN without such samples.
    """
    nearest, good = assigned(points, spec)
    counts = np.bincount(nearest[good], minlength=len(spec.modes))
    if not counts.any():
        return math.nan
    shares = counts[counts > 0] / counts.sum()
    return max(0.0, float((shares * np.log(shares * len(spec.modes))).sum()))


def _seen(evidence: Evidence) -> tuple[NDArray[np.bool_], float]:
    """What is captured, found out once for all of these metrics."""
    return evidence.once("modes", lambda: captured(evidence.fake.items, evidence.spec))


@metric("modes", _("Modes"), better="higher", needs={"modes"}, cost="live", help=measured_help("modes"))
def modes(evidence: Evidence) -> Found:
    """How many modes are captured."""
    hit, _share = _seen(evidence)
    return Found(float(hit.sum()), more={"of": float(len(hit))})


@metric(
    "high-quality", _("On a mode"), better="higher", needs={"modes"}, cost="live", unit="%",
    series="high-quality samples %", help=measured_help("high-quality samples %"),
)  # fmt: skip
def high_quality(evidence: Evidence) -> Found:
    """Share of high-quality samples in percent; NaN for none at all."""
    return Found(100 * _seen(evidence)[1])


@metric(
    "reverse-kl",
    _("Reverse KL of modes"),
    better="lower",
    needs={"modes"},
    unit=_("nats"),
    help=_(
        "How unequally the samples within 3σ of a mode share out over the modes: Kullback–Leibler divergence of their "
        "shares to equal ones, in nats: 0 is right, log(number of modes) means that one has them all. Few samples make it "
        "too large, by about (modes − 1) ÷ (2 · samples) (Lin et al. 2018, PacGAN)."
    ),
)
def reverse_kl_of_modes(evidence: Evidence) -> Found:
    """Nats; NaN where no sample is of high quality."""
    value = reverse_kl(evidence.fake.items, evidence.spec)
    return Found(value, note=_("Not defined: no sample lies on a mode.") if math.isnan(value) else "")
