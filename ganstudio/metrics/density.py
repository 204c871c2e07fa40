"""Densities: Parzen windows around generated items, and histograms in the plane."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import features_of, flaw, interval, stage, standard_error, undefined
from ganstudio.metrics.distances import squared_distances
from ganstudio.metrics.inception_score import divergence

GRID = tuple(np.geomspace(1e-2, 2, 24))
"""Bandwidths that are tried, as multiples of the spread of what the windows stand around (its standard deviation)."""
BINS = 24
"""Of a histogram, each way, over the square that plots show; what lies outside is one bin more."""
_CHOOSERS = 1000
"""So many items choose the bandwidth: each costs 24 sums."""


def log_density(
    queries: NDArray[np.float64],
    centres: NDArray[np.float64],
    bandwidths: tuple[float, ...],
    *,
    device: str = "cpu",
    tick: Callable[[float], None] = lambda _fraction: None,
) -> NDArray[np.float64]:
    """Log density, in nats, of a mixture of equal round Gaussians around the centres.

    log p(x) = log Σ_j exp(−|x − c_j|² / 2h²) − log m − (d/2) log 2πh².

    Args:
        queries: ``(n, d)``, finite.
        centres: ``(m, d)``, finite.
        bandwidths: h > 0, each tried.
        device: where it is computed.
        tick: told the share that is done; may raise.

    Returns:
        ``(bandwidths, n)``.
    """
    found = np.empty((len(bandwidths), len(queries)))
    count, width = centres.shape
    for rows, table in squared_distances(queries, centres, device, tick):
        for at, h in enumerate(bandwidths):
            tick(rows.start / len(queries))
            sums = (table / (-2 * h * h)).logsumexp(dim=1)
            found[at, rows] = sums.cpu().numpy() - math.log(count) - width / 2 * math.log(2 * math.pi * h * h)
    return found


def choose_bandwidth(
    choosers: NDArray[np.float64],
    centres: NDArray[np.float64],
    *,
    device: str = "cpu",
    tick: Callable[[float], None] = lambda _fraction: None,
) -> tuple[float, bool]:
    """The bandwidth of :data:`GRID` that makes other items likeliest; and whether it is at an end of the grid.

    Returns 0 where nothing differs.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        spread = max(float(np.sqrt(part.var(axis=0).mean())) for part in (centres, choosers))
    if not (spread > 1e-12 * max(1.0, float(np.abs(centres).max())) and math.isfinite(spread)):
        return 0.0, False
    tried = tuple(float(part) * spread for part in GRID)
    best = int(log_density(choosers, centres, tried, device=device, tick=tick).mean(axis=1).argmax())
    return tried[best], best in (0, len(tried) - 1)


@metric(
    "kde",
    _("Log-likelihood (KDE)"),
    better="higher",
    needs={"features"},
    unit=_("nats"),
    help=_(
        "Mean log density of real items under Gaussian windows around generated ones, in nats per item, of features. "
        "The width of the windows is chosen on held-out items, or on half of the real ones where there are none. To be "
        "trusted in few dimensions only: with many it ranks models wrongly (Theis et al. 2016), and numbers of different "
        "extractors or sample counts cannot be compared (Parzen windows as in Goodfellow et al. 2014)."
    ),
)
def kde(evidence: Evidence) -> Found:
    """Nats per item, with a 95 % interval from the spread over items."""
    sides = (evidence.real, evidence.fake)
    if reason := flaw(*sides) or (flaw(evidence.held_out) if evidence.held_out and len(evidence.held_out) > 1 else ""):
        return undefined(reason)
    real, fake = (features_of(side) for side in sides)
    notes = []
    rng = np.random.default_rng(evidence.seed)
    if evidence.held_out is not None and len(evidence.held_out) > 1:
        choosers = features_of(evidence.held_out)
        choosers = choosers[np.sort(rng.permutation(len(choosers))[:_CHOOSERS])]
    else:
        order = rng.permutation(len(real))
        choosers, real = real[order[: min(_CHOOSERS, len(real) // 2)]], real[order[len(real) // 2 :]]
        notes.append(_("Half of the real items chose the width of the windows, the other half were measured."))
    text = _("Choosing the width of the windows")
    h, at_end = choose_bandwidth(choosers, fake, device=evidence.device, tick=stage(evidence, 0, 0.5, text))
    if not h:
        return undefined(_("Not defined: all items are alike."))
    if at_end:
        notes.append(_("The best width lies at an end of those that were tried: generated and real items lie far apart, "
                       "or there are copies."))  # fmt: skip
    tick = stage(evidence, 0.5, 1, _("Log density of real items"))
    each = log_density(real, fake, (h,), device=evidence.device, tick=tick)[0]
    mean = float(each.mean())
    return Found(mean, **interval(mean, standard_error(each)), more={"width": h}, note=" ".join(notes))


# -- histograms -----------------------------------------------------------------------------------------------------------


def histogram(points: NDArray[np.float32], spec: DataSpec) -> NDArray[np.int64]:
    """Counts of :data:`BINS` × :data:`BINS` bins over the spec's square, and last of what lies outside or is not finite."""
    left, bottom, right, top = spec.square
    with np.errstate(invalid="ignore", over="ignore"):
        place = (points.astype(np.float64) - (left, bottom)) / (right - left, top - bottom)
        inside = ((place >= 0) & (place <= 1)).all(axis=1)
    cells = np.minimum((place[inside] * BINS).astype(np.int64), BINS - 1)
    counts = np.bincount(cells[:, 0] * BINS + cells[:, 1], minlength=BINS * BINS)
    return np.append(counts, len(points) - inside.sum())


def kl(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """:func:`~ganstudio.metrics.inception_score.divergence` of two distributions, rounding left out."""
    return max(0.0, float(divergence(p, q)))


def js(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """The mean KL of two distributions to their middle, in nats: 0 to log 2."""
    middle = (p + q) / 2
    return (kl(p, middle) + kl(q, middle)) / 2


def _histograms(evidence: Evidence, pseudo: float) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Shares of both sides per bin, with so much added to each count; None where a side has no items."""
    evidence.tick(0, _("Histograms"))
    if not len(evidence.real) or not len(evidence.fake):
        return None
    real, fake = (histogram(side.items, evidence.spec) + pseudo for side in (evidence.real, evidence.fake))
    return real / real.sum(), fake / fake.sum()


def _outside(evidence: Evidence) -> str:
    """A note of generated points that are nowhere in the plane."""
    bad = int((~np.isfinite(evidence.fake.items).all(axis=1)).sum())
    return _("{bad} generated points are not finite: they count as outside.").format(bad=f"{bad:,}") if bad else ""


_BINNED = _("24 × 24 bins over the square that plots show and one for the rest; more items make it smaller.")


@metric(
    "kl-histogram",
    _("KL (bins)"),
    better="lower",
    needs={"density"},
    unit=_("nats"),
    help=_(
        "Kullback–Leibler divergence of real to generated points by histogram, 0 and up, in nats: it is large where "
        "real points are that the generator misses. ½ is added to each count, else one missed bin were infinity. {bins}"
    ).format(bins=_BINNED),
)
def kl_histogram(evidence: Evidence) -> Found:
    """KL(real ‖ generated), and the other way round in ``more``."""
    shares = _histograms(evidence, 0.5)
    if shares is None:
        return undefined(_("There are no items on a side."))
    return Found(kl(*shares), more={"generated to real": kl(*shares[::-1])}, note=_outside(evidence))


@metric(
    "js-histogram",
    _("JS (bins)"),
    better="lower",
    needs={"density"},
    unit=_("nats"),
    help=_("Jensen–Shannon divergence of real and generated points by histogram, 0 to 0.693 nats (no bin in common). {bins}")
    .format(bins=_BINNED),
)  # fmt: skip
def js_histogram(evidence: Evidence) -> Found:
    """JS of the two histograms, without anything added to counts."""
    shares = _histograms(evidence, 0)
    if shares is None:
        return undefined(_("There are no items on a side."))
    return Found(js(*shares), note=_outside(evidence))
