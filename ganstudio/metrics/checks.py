"""What is wrong with two matrices, in words, before anything is computed of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _, plural
from ganstudio.metrics.base import Found, Sample

Matrix = NDArray[np.float64]
_ROWS = 4096


def features_flaw(real: Sample, fake: Sample, least: int = 2) -> str:
    """Why the features of two sides cannot be compared, as a sentence; empty where they can.

    Args:
        real: one side.
        fake: the other side.
        least: how many items either side must have.
    """
    return matrices_flaw(real.features, fake.features, least)


def probabilities_flaw(real: Sample | None, fake: Sample, least: int = 1) -> str:
    """The same of class probabilities; also rows that are none. ``real`` is None where only one side is looked at."""
    first = fake.probabilities if real is None else real.probabilities
    flaw = matrices_flaw(first, fake.probabilities, least)
    sides = () if flaw else (first, fake.probabilities)
    if any(side is not None and (side.min() < -1e-9 or abs(side.sum(axis=1) - 1).max() > 1e-3) for side in sides):
        return _("What the classifier says are no probabilities: a row does not add up to 1.")
    return flaw


def matrices_flaw(real: Matrix | None, fake: Matrix | None, least: int = 2) -> str:
    """See :func:`features_flaw`; of two matrices ``(N, d)``."""
    if real is None or fake is None:
        return _("Nothing has looked at the items of both sides: choose an extractor.")
    if real.shape[1] != fake.shape[1]:
        return _("The two sides were not looked at alike: {real} numbers of an item here, {fake} there.").format(
            real=real.shape[1], fake=fake.shape[1]
        )
    if min(len(real), len(fake)) < least:
        return plural("Each side must have {n} item at least.", "Each side must have {n} items at least.", least)
    if not real.shape[1]:
        return _("The extractor tells no number of an item.")
    for side, words in (
        (real, _("Some numbers of the real items are not finite.")),
        (fake, _("Some numbers of the generated items are not finite.")),
    ):
        # By blocks: a mask of the whole matrix would be an eighth of it.
        if not all(np.isfinite(side[start : start + _ROWS]).all() for start in range(0, len(side), _ROWS)):
            return words
    return ""


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
