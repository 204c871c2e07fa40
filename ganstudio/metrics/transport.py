"""Wasserstein distances of features: exact by optimal transport, and sliced by sorting."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import CancelledError, StudioError
from ganstudio.core.i18n import _
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import Matrix, features_of, flaw, interval, some_of, standard_error, told, undefined
from ganstudio.metrics.kernels import distance_table

EXACT = 2000
"""Items of either side that are transported exactly: its time grows with their cube."""
_PROJECTIONS, _AT_ONCE, _BLOCK = 256, 16, 256
Tick = Callable[[float, str], None]
Rows = NDArray[np.floating[Any]]


def wasserstein(fake: Matrix, real: Matrix, tick: Tick = lambda _fraction, _text: None) -> float:
    """W₁ with Euclidean distance between two sets of rows, each of equal weight, exact.

    Raises:
        StudioError: POT is not installed, and the sides differ in number.
    """
    transport: Any = None
    try:
        transport = importlib.import_module("ot.lp")
    except ImportError:
        if len(fake) != len(real):
            raise StudioError(
                _('Between sides of different size this needs a package that is not installed: pip install "{name}"')
                .format(name="ganstudio[metrics]")
            ) from None  # fmt: skip
    costs = _distances(fake, real, tick)
    tick(0.3, _("Optimal transport"))
    if not np.isfinite(costs).all():
        return math.nan
    if transport is not None:
        ours, theirs = (np.full(len(side), 1 / len(side)) for side in (fake, real))
        return float(transport.emd2(ours, theirs, costs, numItermax=10_000_000))
    # Between equally many equal weights one of the best plans is a pairing. SciPy comes with scikit-learn.
    rows, columns = importlib.import_module("scipy.optimize").linear_sum_assignment(costs)
    return float(costs[rows, columns].mean())


def _distances(one: Matrix, other: Matrix, tick: Tick) -> Matrix:
    """All Euclidean distances, from differences where there are few dimensions: exact there, also for equal rows."""
    if one.shape[1] > 16:
        return np.sqrt(distance_table(one, other, "cpu", tick))
    found = np.empty((len(one), len(other)))
    for start in range(0, len(one), _BLOCK):
        tick(0.3 * start / len(one), _("Distances of all pairs"))
        part = slice(start, start + _BLOCK)
        found[part] = sum((one[part, None, axis] - other[None, :, axis]) ** 2 for axis in range(one.shape[1]))
    return np.sqrt(found)


def directions(width: int, count: int, seed: int) -> Matrix:
    """Unit vectors in all directions alike, ``(width, count)``."""
    drawn = np.random.default_rng(seed).standard_normal((width, count))
    along: Matrix = drawn / np.sqrt((drawn**2).sum(axis=0))
    return along


def sliced_wasserstein(fake: Rows, real: Rows, along: Rows, tick: Tick = lambda _fraction, _text: None) -> Matrix:
    """W₁ of both sides projected on each column of ``along``; sides may differ in number.

    In one dimension the best plan keeps the order, so sorting is all: the distance is the integral of the difference of the
    two quantile functions, which are steps at multiples of 1/n and 1/m.
    """
    ours, theirs = len(fake), len(real)
    edges = np.union1d(np.arange(ours + 1, dtype=np.int64) * theirs, np.arange(theirs + 1, dtype=np.int64) * ours)
    weights, left = np.diff(edges) / (ours * theirs), edges[:-1]
    at, there = left // theirs, left // ours
    values = np.empty(along.shape[1])
    for start in range(0, along.shape[1], _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        tick(start / along.shape[1], _("Sorting along directions"))
        one, other = (np.sort(side @ along[:, part], axis=0) for side in (fake, real))
        values[part] = weights @ np.abs(one[at] - other[there])
    return values


@metric(
    "wasserstein", "W₁", better="lower", needs={"features"},
    help=_(
        "How far features of generated items must be moved on average to become those of real items, by the best "
        "plan; in the unit of the features, 0 is the best. Between two draws of the same items it is above 0, the "
        "more so the more dimensions there are. Exact, of at most 2,000 items of each side. Villani 2009; computed "
        "by POT."
    ),
)  # fmt: skip
def exact(evidence: Evidence) -> Found:
    """W₁ of at most :data:`EXACT` items of each side."""
    if reason := flaw(evidence.real, evidence.fake, least=1):
        return undefined(reason)
    real, fake = features_of(evidence.real), features_of(evidence.fake)
    note = "" if max(len(real), len(fake)) <= EXACT else (
        _("Of {n} items of each side at most, drawn by the seed: sliced W₁ looks at all.").format(n=f"{EXACT:,}")
    )  # fmt: skip
    sides = some_of(fake, EXACT, evidence.seed), some_of(real, EXACT, evidence.seed + 1)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return told(wasserstein(*sides, evidence.tick), note=note)
    except CancelledError:
        raise
    except StudioError as error:
        return undefined(str(error))


@metric(
    "sliced-wasserstein", "Sliced W₁", better="lower", needs={"features"},
    help=_(
        "The same distance along one direction, averaged over 256 random directions: quick for any number of items. "
        "In the unit of the features, 0 is the best; it is smaller than W₁, the more so the more dimensions there "
        "are, so that the two cannot be compared. The interval is that of the directions. Rabin et al. 2011."
    ),
)  # fmt: skip
def sliced(evidence: Evidence) -> Found:
    """Mean over directions of the W₁ along each, of all items."""
    if reason := flaw(evidence.real, evidence.fake, least=1):
        return undefined(reason)
    real, fake = features_of(evidence.real), features_of(evidence.fake)
    along = directions(real.shape[1], _PROJECTIONS, evidence.seed)
    with np.errstate(over="ignore", invalid="ignore"):
        values = sliced_wasserstein(fake, real, along, evidence.tick)
        value = float(values.mean())
        return told(value, **interval(value, standard_error(values), 0.0))
