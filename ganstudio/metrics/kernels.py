"""Maximum mean discrepancies: KID (cubic kernel, subsets) and the Gaussian kernel's with a test."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import Matrix, features_of, flaw, interval, some_of, told, undefined

_SUBSETS, _SIZE = 100, 1000
_MOST, _PERMUTATIONS, _BLOCK = 2000, 500, 512
Tick = Callable[[float, str], None]


def _no_tick(_fraction: float, _text: str) -> None:
    return


def _products(one: Matrix, other: Matrix, device: str) -> Matrix:
    """All inner products of rows."""
    if device == "cpu":
        return one @ other.T
    import torch

    a, b = (torch.from_numpy(np.ascontiguousarray(side)).to(device) for side in (one, other))
    found: Matrix = (a @ b.T).cpu().numpy()
    return found


def cubic_mmd2(one: Matrix, other: Matrix, device: str = "cpu") -> float:
    """Unbiased squared MMD of the kernel ``(x·y/d + 1)³`` between two sets of equally many rows (it may be below 0)."""
    count, width = one.shape
    # A column of ones makes the kernel's 1 part of the product: one pass over the large matrix less.
    one, other = (np.hstack([side / math.sqrt(width), np.ones((count, 1))]) for side in (one, other))

    def total(a: Matrix, b: Matrix) -> float:
        base = _products(a, b, device)
        return float(np.vdot(base * base, base))

    within = sum(total(side, side) - float((np.einsum("ij,ij->i", side, side) ** 3).sum()) for side in (one, other))
    return float(within / (count * (count - 1)) - 2 * total(one, other) / count**2)


def kernel_distances(
    fake: Matrix, real: Matrix, subsets: int, size: int, seed: int, device: str = "cpu", tick: Tick = _no_tick
) -> Matrix:
    """The distance of each of so many pairs of subsets of ``size`` rows, drawn as torch-fidelity draws them."""
    source = np.random.RandomState(seed)
    values = np.empty(subsets)
    for turn in range(subsets):
        tick(turn / subsets, _("Kernel distance of subsets"))
        one = fake[source.choice(len(fake), size, replace=False)]
        values[turn] = cubic_mmd2(one, real[source.choice(len(real), size, replace=False)], device)
    return values


@metric(
    "kid", "KID", better="lower", needs={"features"},
    help=_(
        "How far generated items are from real ones by a cubic kernel on their features; 0 is the best, and a "
        "little below 0 is chance. Unlike FID it does not grow when items are few. Compare it only with the same "
        "extractor and resizing. Mean of 100 subsets of 1,000 (of all where there are fewer). Bińkowski et al. "
        "2018."
    ),
)  # fmt: skip
def kid(evidence: Evidence) -> Found:
    """KID; ``std`` in ``more`` is over subsets, as papers tell it.

    The interval is the delete-d jackknife's: subsets of m of n rows differ too little by m / (n − m) in variance.
    """
    if reason := flaw(evidence.real, evidence.fake):
        return undefined(reason)
    real, fake = features_of(evidence.real), features_of(evidence.fake)
    fewest = min(len(real), len(fake))
    # Subsets of everything would all be alike: the value is of everything then, its uncertainty of halves.
    all_in_one = fewest <= _SIZE
    size = max(2, fewest // 2) if all_in_one else _SIZE
    with np.errstate(over="ignore", invalid="ignore"):
        values = kernel_distances(fake, real, _SUBSETS, size, evidence.seed, evidence.device, evidence.tick)
        value = float(values.mean())
        if all_in_one and len(real) == len(fake):
            value = cubic_mmd2(fake, real, evidence.device)
        elif all_in_one:
            value = float(
                kernel_distances(fake, real, _SUBSETS, fewest, evidence.seed, evidence.device, evidence.tick).mean()
            )
        std = float(values.std())
    error = std * math.sqrt(size / (fewest - size)) if fewest > size else math.nan
    more = {"std": std, "subsets": float(_SUBSETS), "subset size": float(size)}
    return told(value, **interval(value, error), more=more)


class Discrepancy(NamedTuple):
    """Unbiased squared MMD of the Gaussian kernel, p-value of "both sides are alike", and the kernel's bandwidth."""

    squared: float
    p: float
    bandwidth: float


def gaussian_mmd(
    fake: Matrix, real: Matrix, seed: int, permutations: int = _PERMUTATIONS, device: str = "cpu", tick: Tick = _no_tick
) -> Discrepancy:
    """Squared MMD (unbiased, Gretton et al. 2012, eq. 3) with ``exp(−|x − y|² / 2σ²)``, σ the median distance of two items.

    The p-value is the share of shufflings of all items between the two sides with as large a value, among so many and the
    one that was seen. All come from one kernel matrix of (n + m)² numbers.
    """
    both = np.concatenate([fake, real])
    distances = distance_table(both, both, device, tick)
    bandwidth = _typical_distance(distances)
    if not math.isfinite(bandwidth):
        return Discrepancy(math.nan, math.nan, math.nan)
    if bandwidth == 0:
        return Discrepancy(0.0, 1.0, 0.0)
    for start in range(0, len(both), _BLOCK):
        tick(0.4, _("Kernel of all pairs"))
        rows = distances[start : start + _BLOCK]
        rows /= -2 * bandwidth**2
        np.exp(rows, out=rows)
    kernel = distances
    np.fill_diagonal(kernel, 0)
    seen = np.zeros((len(both), 1))
    seen[: len(fake)] = 1
    value = float(_discrepancies(kernel, seen, len(fake), device)[0])
    source, larger = np.random.default_rng(seed), 0
    for start in range(0, permutations, 50):
        tick(0.5 + 0.5 * start / permutations, _("Shuffled sides"))
        sides = source.permuted(np.repeat(seen, min(50, permutations - start), axis=1), axis=0)
        larger += int((_discrepancies(kernel, sides, len(fake), device) >= value - 1e-12).sum())
    return Discrepancy(value, (1 + larger) / (1 + permutations), bandwidth)


def distance_table(one: Matrix, other: Matrix, device: str, tick: Tick) -> Matrix:
    """Squared distances of all pairs; a mean is taken away first, so that far from 0 no digits are lost."""
    centre = other.mean(axis=0)
    one, other = one - centre, other - centre
    ours, theirs = (np.einsum("ij,ij->i", side, side) for side in (one, other))
    found = np.empty((len(one), len(other)))
    for start in range(0, len(one), _BLOCK):
        tick(0.3 * start / len(one), _("Distances of all pairs"))
        part = slice(start, start + _BLOCK)
        found[part] = ours[part, None] + theirs - 2 * _products(one[part], other, device)
    # What rounding leaves of two equal rows is not a distance.
    found[found < 1e-13 * max(ours.max(), theirs.max())] = 0
    return found


def _typical_distance(squared: Matrix) -> float:
    """The median of pairs (of at most 1,000 items); where most are equal, the mean of those that are not; 0: all are."""
    step = max(1, len(squared) // 1000)
    some = squared[::step, ::step]
    pairs = some[np.triu_indices(len(some), 1)]
    middle = float(np.median(pairs))
    if middle == 0:
        pairs = squared[squared > 0]
        middle = float(pairs.mean()) if pairs.size else 0.0
    return math.sqrt(middle) if middle >= 0 else math.nan


def _discrepancies(kernel: Matrix, sides: NDArray[np.float64], count: int, device: str) -> Matrix:
    """One value for each column of 0 and 1 that says which rows are of the first side; the kernel's diagonal is 0."""
    other = len(kernel) - count
    first = np.einsum("ij,ij->j", sides, _products(kernel, sides.T, device))
    rows = kernel.sum(axis=1)
    of_first = rows @ sides
    across, second = of_first - first, rows.sum() - 2 * of_first + first
    found: Matrix = first / (count * (count - 1)) + second / (other * (other - 1)) - 2 * across / (count * other)
    return found


@metric(
    "mmd", "MMD²", better="lower", needs={"features"},
    help=_(
        "Squared distance of the two sides by a Gaussian kernel as wide as two items are usually apart: 0 (or a "
        "little below, by chance) where they are alike, at most 2. The p-value tells how often shuffled sides look "
        "as different: below 0.05 they differ. With other widths come other values. At most 2,000 items of each "
        "side. Gretton et al. 2012."
    ),
)  # fmt: skip
def mmd(evidence: Evidence) -> Found:
    """Unbiased squared MMD, with ``p`` and ``bandwidth`` in ``more``."""
    if reason := flaw(evidence.real, evidence.fake):
        return undefined(reason)
    real, fake = features_of(evidence.real), features_of(evidence.fake)
    sides = some_of(fake, _MOST, evidence.seed), some_of(real, _MOST, evidence.seed + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        found = gaussian_mmd(*sides, evidence.seed, device=evidence.device, tick=evidence.tick)
    note = "" if len(sides[0]) == len(fake) and len(sides[1]) == len(real) else (
        _("Of {n} items of each side at most, drawn by the seed.").format(n=f"{_MOST:,}")
    )  # fmt: skip
    return told(found.squared, more={"p": found.p, "bandwidth": found.bandwidth}, note=note)
