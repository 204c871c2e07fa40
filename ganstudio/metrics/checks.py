"""What is wrong with two matrices, in words, before anything is computed of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _, plural
from ganstudio.metrics.base import Evidence, Found, Sample

Matrix = NDArray[np.float64]
_ROWS = 1024
_TOO_LARGE = 1e100


def flaw(*sides: Sample, least: int = 2) -> str:
    """Why the features of several sides cannot be compared, as a sentence; empty where they can.

    Args:
        *sides: those that are looked at.
        least: how many items each must have.
    """
    return _matrices_flaw([side.features for side in sides], least)


def features_of(side: Sample) -> Matrix:
    """The features of a side of which :func:`flaw` has found no fault."""
    assert side.features is not None, "look for flaws first"
    return side.features


def probabilities_flaw(real: Sample | None, fake: Sample) -> str:
    """The same of class probabilities; also rows that are none. ``real`` is None where only one side is looked at."""
    first = fake.probabilities if real is None else real.probabilities
    flaw = _matrices_flaw([first, fake.probabilities], 1)
    sides = () if flaw else (first, fake.probabilities)
    if any(side is not None and side.shape[1] > 3 and abs(side.sum(axis=1) - 3).max() < 1e-3 for side in sides):
        return _("Not defined: each channel is read by itself, so there are no classes of whole pictures.")
    if any(side is not None and (side.min() < -1e-9 or abs(side.sum(axis=1) - 1).max() > 1e-3) for side in sides):
        return _("What the classifier says are no probabilities: a row does not add up to 1.")
    return flaw


def _matrices_flaw(sides: Sequence[Matrix | None], least: int) -> str:
    there = [side for side in sides if side is not None]
    if len(there) < len(sides):
        return _("Nothing has looked at the items of both sides: choose an extractor.")
    widths = sorted({side.shape[1] for side in there})
    if len(widths) > 1:
        return _("The two sides were not looked at alike: {few} numbers of an item here, {many} there.").format(
            few=widths[0], many=widths[-1]
        )
    if not widths[0]:
        return _("The extractor tells no number of an item.")
    return too_few(min(map(len, there)), least) or not_finite(sum(map(_useless, there)))


def _useless(side: Matrix) -> int:
    """Rows with NaN, infinities, or numbers whose squares were infinite; in pieces, as a mask of all would be large."""
    pieces = (side[start : start + _ROWS] for start in range(0, len(side), _ROWS))
    return sum(int((~(np.abs(piece) < _TOO_LARGE).all(axis=1)).sum()) for piece in pieces)


def too_few(fewest: int, least: int) -> str:
    """A note where a side has fewer items than are needed; else empty."""
    if fewest >= least:
        return ""
    return plural(
        "There is only {n} item on a side: {least} are needed.",
        "There are only {n} items on a side: {least} are needed.",
        fewest,
        least=least,
    )


def not_finite(bad: int) -> str:
    """A note of so many items that hold NaN, infinities or what is as good as those; empty for none."""
    words = _("Not defined: {bad} items hold values that are not finite numbers, or too large to be reckoned with.")
    return words.format(bad=f"{bad:,}") if bad else ""


def undefined(why: str) -> Found:
    """No number, and why."""
    return Found(math.nan, note=why)


def told(value: float, **rest: object) -> Found:
    """A found value; where numbers were too large for float64, none, and why."""
    if not math.isfinite(value):
        return undefined(_("The numbers are too large to be reckoned with."))
    return Found(value, **rest)  # type: ignore[arg-type]


def some_of(side: Matrix, most: int, seed: int) -> Matrix:
    """All rows, or so many of them drawn by the seed where there are more."""
    if len(side) <= most:
        return side
    return side[np.sort(np.random.default_rng(seed).choice(len(side), most, replace=False))]


def stage(evidence: Evidence, start: float, stop: float, text: str) -> Callable[[float], None]:
    """A tick for one part of a metric's work, from one share of it to another."""
    return lambda fraction: evidence.tick(start + (stop - start) * fraction, text)


def standard_error(each: Matrix) -> float:
    """Of the mean; NaN for fewer than two."""
    return float(each.std(ddof=1)) / math.sqrt(len(each)) if len(each) > 1 else math.nan


def interval(value: float, error: float, least: float = -math.inf) -> dict[str, float]:
    """``low`` and ``high`` of 95 %, from a standard error; never below the least value that there can be."""
    return {"low": max(least, value - 1.96 * error) if math.isfinite(error) else math.nan, "high": value + 1.96 * error}


def wilson(share: float, count: int) -> tuple[float, float, float]:
    """A share of ``count`` ≥ 1 items, and the ends of its 95 % interval (Wilson 1927)."""
    z = 1.96
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    off = z * math.sqrt(share * (1 - share) / count + z**2 / (4 * count**2)) / (1 + z**2 / count)
    return float(share), float(middle - off), float(middle + off)
