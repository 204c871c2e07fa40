"""Fréchet distance of features (FID): the distance of two Gaussians with the means and covariances of both sides."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import Matrix, features_of, flaw, told, undefined

if TYPE_CHECKING:
    import torch

_ROWS, _BLOCK = 2048, 256
_ROUNDING = 1e-6
"""The most that rounding may do to the trace of the root by its bound, relative to the geometric mean of both traces. The
bound is far from what happens: of 2,048 features like a network's it was 7e-8, the error 4e-14."""
_RESAMPLES, _CHEAP = 40, 1e10
Tick = Callable[[float, str], None]


class Moments(NamedTuple):
    """What FID needs of one side: mean ``(d,)`` and covariance ``(d, d)`` with n − 1, both float64."""

    mean: Matrix
    covariance: Matrix


def statistics(features: Matrix, device: str = "cpu", tick: Tick = lambda _fraction, _text: None) -> Moments:
    """Mean and covariance (n − 1; zeros for one row) of features ``(n, d)``, by blocks of rows: no second matrix of n rows.

    Of the symmetric XᵀX only the upper triangle is multiplied, block by block, which nearly halves the work.
    """
    import torch

    count, width = features.shape
    mean = features.mean(axis=0, dtype=np.float64)
    total = torch.zeros((width, width), dtype=torch.float64, device=device)
    centre, rows = torch.from_numpy(mean), _room(min(count, _ROWS), width)
    for start in range(0, count, _ROWS):
        tick(start / count, _("Covariance"))
        block = rows[: min(_ROWS, count - start)]
        torch.sub(
            torch.from_numpy(np.ascontiguousarray(features[start : start + _ROWS], np.float64)), centre, out=block
        )
        there = block.to(device)
        for left in range(0, width, _BLOCK):
            total[left : left + _BLOCK, left:].addmm_(there[:, left : left + _BLOCK].T, there[:, left:])
    total /= max(count - 1, 1)
    for left in range(0, width, _BLOCK):
        right = left + _BLOCK
        total[right:, left:right] = total[left:right, right:].T
    return Moments(mean, total.cpu().numpy())


def frechet_distance(one: Moments, other: Moments, device: str = "cpu") -> float:
    """``|μ₁ − μ₂|² + tr Σ₁ + tr Σ₂ − 2 tr √(Σ₁Σ₂)`` (Dowson and Landau, 1982), never below 0.

    With any factors Σ = F Fᵀ the last trace is the sum of the singular values of F₁ᵀF₂, all real. With Cholesky's factors
    they are the roots of the eigenvalues of a symmetric matrix, which is fast. But what rounding leaves of an eigenvalue
    that should be 0 has a root that is not nearly 0 (√ε): where that can be felt, the singular values are computed as
    such; and where a rank lacks, the factors come from eigenvectors, and the null space is left out.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        shift = one.mean - other.mean
        apart = float(shift @ shift)
        traces = float(np.trace(one.covariance) + np.trace(other.covariance))
    if not math.isfinite(apart + traces):
        return math.nan
    # In the order of size 1, so that squares of covariances neither overflow nor vanish; the largest is on the diagonal.
    scales = [float(side.covariance.diagonal().max()) or 1.0 for side in (one, other)]
    common = _trace_of_root(one.covariance / scales[0], other.covariance / scales[1], device)
    return max(0.0, apart + traces - 2 * common * math.sqrt(scales[0]) * math.sqrt(scales[1]))


def distance_of_few(one: Matrix, other: Matrix) -> float:
    """The same of features ``(n, d)`` of fewer items than numbers, without their covariances ``(d, d)``.

    The centred rows are factors of them: with Σ = XᵀX ÷ (n − 1) the trace is the sum of the singular values of X₁X₂ᵀ.
    """
    import torch

    with np.errstate(over="ignore", invalid="ignore"):
        shift = one.mean(axis=0) - other.mean(axis=0)
        rows = [(side - side.mean(axis=0)) / max(len(side) - 1, 1) ** 0.5 for side in (one, other)]
        apart, traces = float(shift @ shift), sum(float(np.square(side).sum()) for side in rows)
    if not math.isfinite(apart + traces):
        return math.nan
    scales = [float(np.abs(side).max()) or 1.0 for side in rows]
    product = torch.from_numpy((rows[0] / scales[0]) @ (rows[1] / scales[1]).T)
    common = float(torch.linalg.svdvals(product).sum()) * scales[0] * scales[1]
    return max(0.0, apart + traces - 2 * common)


def _trace_of_root(first: Matrix, second: Matrix, device: str) -> float:
    import torch

    a, b = (torch.from_numpy(side).to(device) for side in (first, second))
    lower, other = _cholesky(a), _cholesky(b)
    if lower is None or other is None:
        factors = _factor(a).T @ _factor(b)
        return float(torch.linalg.svdvals(factors).sum()) if factors.numel() else 0.0
    product = _product(lower, other)
    values = torch.linalg.eigvalsh(_square(product)).clamp_(min=0)
    # Rounding moves an eigenvalue by noise, and its root by noise ÷ root, at most by the root of noise.
    noise, roots = 4 * torch.finfo(values.dtype).eps * values[-1], values.sqrt()
    felt = (noise / roots.clamp(min=noise.sqrt())).sum()
    if felt > _ROUNDING * float(a.trace() * b.trace()) ** 0.5:
        roots = torch.linalg.svdvals(product)
    return float(roots.sum())


def _room(height: int, width: int, device: str = "cpu") -> torch.Tensor:
    """Zeros whose rows do not lie a power of two apart: such rows share a few lines of the cache, which costs a tenth."""
    import torch

    return torch.zeros((height, width + 8), dtype=torch.float64, device=device)[:, :width]


def _product(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """F₁ᵀF₂ of lower factors; blocks of zeros are left out, which are two thirds of the work."""
    product = _room(len(first), len(first), str(first.device))
    for above in range(0, len(first), _BLOCK):
        below = above + _BLOCK
        product[:below, :below].addmm_(first[above:below, :below].T, second[above:below, :below])
    return product


def _square(product: torch.Tensor) -> torch.Tensor:
    """P Pᵀ; no more than its lower triangle (with whole blocks on the diagonal) is computed, the rest is 0."""
    square = _room(len(product), len(product), str(product.device))
    for above in range(0, len(product), _BLOCK):
        square[above:, above : above + _BLOCK].addmm_(product[above:], product[above : above + _BLOCK].T)
    return square


def _cholesky(covariance: torch.Tensor) -> torch.Tensor | None:
    """Its lower factor; None where it has not full rank, as far as float64 can tell."""
    import torch

    lower, failed = torch.linalg.cholesky_ex(covariance)
    pivots = lower.diagonal()
    least = (len(pivots) * torch.finfo(lower.dtype).eps) ** 0.5
    return None if failed.item() or pivots.min() <= least * pivots.max() else lower


def _factor(covariance: torch.Tensor) -> torch.Tensor:
    """F with F Fᵀ = the covariance, as many columns as its rank."""
    import torch

    values, vectors = torch.linalg.eigh(covariance)
    keep = values > len(values) * torch.finfo(values.dtype).eps * values[-1].clamp(min=0)
    factor: torch.Tensor = vectors[:, keep] * values[keep].sqrt()
    return factor


def spread_of_distance(one: Matrix, other: Matrix, seed: int, tick: Tick = lambda _fraction, _text: None) -> float:
    """Standard error of the distance by bootstrap: rows of both sides drawn with replacement, forty times."""
    source = np.random.default_rng(seed)
    values = []
    for turn in range(_RESAMPLES):
        tick(turn / _RESAMPLES, _("Interval by resampling"))
        first, second = (statistics(side[source.integers(0, len(side), len(side))]) for side in (one, other))
        values.append(frechet_distance(first, second))
    return float(np.std(values, ddof=1))


@metric(
    "fid", "FID", better="lower", needs={"features"},
    help=_(
        "How far generated items are from real ones in mean and covariance of their features; 0 is the best. It "
        "grows as items get fewer, and depends on the extractor, the number of items and how pictures were resized: "
        "compare it only where all of these are equal. It sees no copy of training items. Heusel et al. 2017; "
        "covariances with n − 1."
    ),
)  # fmt: skip
def fid(evidence: Evidence) -> Found:
    """FID; the interval (± 1.96 standard errors by bootstrap) only where features are few enough for it to be cheap."""
    if reason := flaw(evidence.real, evidence.fake):
        return undefined(reason)
    real, fake = features_of(evidence.real), features_of(evidence.fake)
    device, tick = evidence.device, evidence.tick
    if len(real) + len(fake) <= real.shape[1]:
        tick(0.0, _("Distance of the two"))
        value = distance_of_few(fake, real)
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            of_real = evidence.once("moments of real features", lambda: statistics(real, device, tick), real=True)
            of_fake = statistics(fake, device, tick)
        tick(0.9, _("Distance of the two"))
        value = frechet_distance(of_fake, of_real, device)
    count, width = min(len(real), len(fake)), real.shape[1]
    if count <= width:
        return told(value, note=_(
            "Only {n} items for features of {width} numbers: their covariance cannot be known, and the value is too high. "
            "KID is fair with few items."
        ).format(n=f"{count:,}", width=f"{width:,}"))  # fmt: skip
    cheap = _RESAMPLES * width**2 * (len(real) + len(fake) + 10 * width) < _CHEAP
    error = spread_of_distance(fake, real, evidence.seed, tick) if cheap and math.isfinite(value) else math.nan
    return told(value, low=max(0.0, value - 1.96 * error) if cheap else math.nan, high=value + 1.96 * error)
