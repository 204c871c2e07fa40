"""Cheap looks at the samples on view beside the fixed real batch: copies of each other, copies of training items."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Items

MOST_ITEMS, MOST_NUMBERS = 256, 1024
TWIN, COPY = 0.2, 0.75  # of the usual distance of a real item to the nearest other one
COVERED = 0.5  # share of the data that must be on view before anything is said of learning by heart


def probe(drawn: Items, real: Items | None, spec: DataSpec) -> dict[str, float]:
    """What the samples on view are: ``twins %``, ``by heart %``; only what can be known.

    Twins are looked for where there are at least half as many different real items as samples: of few items copies are
    what was asked for. Learning by heart can only be seen where the real batch is at least half of the data: of a
    large set nearly all items are out of sight. A translator is asked for the very picture, so nothing is said of it; of
    a mixture with known centres the modes say more.
    """
    if real is None or len(drawn) < 8 or len(real) < 2 or spec.translates or spec.modes:
        return {}
    fakes, reals = _flat(drawn), np.unique(_flat(real), axis=0)
    if len(reals) < 2 or not np.isfinite(fakes).all():
        return {}
    usual = float(np.median(_nearest(reals, reals, same=True)))
    found: dict[str, float] = {}
    if 2 * len(reals) >= len(fakes):
        found["twins %"] = 100 * float((_nearest(fakes, fakes, same=True) < TWIN * usual).mean())
    if len(reals) >= COVERED * spec.count:
        found["by heart %"] = 100 * float((_nearest(fakes, reals) < COPY * usual).mean())
    return found


def _flat(items: Items) -> NDArray[np.float32]:
    flat = items[:MOST_ITEMS].reshape(len(items[:MOST_ITEMS]), -1)
    return flat[:, :: max(1, flat.shape[1] // MOST_NUMBERS)].astype(np.float32)


def _nearest(items: NDArray[np.float32], among: NDArray[np.float32], same: bool = False) -> NDArray[np.float64]:
    """The distance of each item to the nearest of the others."""
    one, other = items.astype(np.float64), among.astype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    if same:
        np.fill_diagonal(squares, np.inf)
    distances: NDArray[np.float64] = np.sqrt(np.maximum(squares.min(1), 0))
    return distances
