"""How varied samples are: enough to tell plain collapse, and cheap enough to be asked at every look."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.i18n import _
from ganstudio.core.observed import Items
from ganstudio.core.series_words import measured_help
from ganstudio.metrics.base import Evidence, Found, metric
from ganstudio.metrics.checks import features_of, flaw, stage, undefined

_MOST_ITEMS, _MOST_NUMBERS = 1024, 1024


def spread(items: Items) -> float:
    """Root mean square distance between two items, per √2 numbers of an item; NaN for fewer than two.

    The mean of |a − b|² over all pairs is twice the summed variance, so no pair need be looked at. Of large pictures
    evenly spaced pixels stand for the rest.

    Args:
        items: points ``(N, 2)`` or pictures ``(N, C, H, W)``.
    """
    if len(items) < 2:
        return math.nan
    items = items[:_MOST_ITEMS]
    if items.ndim == 4:
        each = max(1, math.ceil(math.sqrt(items[0].size / _MOST_NUMBERS)))
        items = items[:, :, ::each, ::each]
    with np.errstate(invalid="ignore", over="ignore"):
        rows = items.reshape(len(items), -1).astype(np.float32, copy=False)
        return math.sqrt(rows.var(axis=0, dtype=np.float64).mean())


def rms_distance(features: NDArray[np.float64], tick: Callable[[float], None] = lambda _fraction: None) -> float:
    """Root mean square distance between two of N ≥ 1 rows ``(N, d)``, in pieces; exactly 0 of rows that are equal."""
    total, squares = np.zeros(features.shape[1]), 0.0
    for start in range(0, len(features), _MOST_ITEMS):
        tick(start / len(features))
        part = features[start : start + _MOST_ITEMS] - features[0]
        total += part.sum(axis=0)
        squares += float(np.square(part).sum())
    count = len(features)
    return math.sqrt(max(0.0, 2 * (squares / count - float(np.square(total / count).sum()))))


def diversity(drawn: Items, real: Items) -> float:
    """The spread of what is drawn ÷ that of real items: near 0 all are alike, near 1 they are as varied as the data.

    It says nothing of a few copies of many items; NaN where real items do not differ or something is not finite.
    """
    ground = spread(real)
    return spread(drawn) / ground if ground > 0 else math.nan


@metric(
    "diversity", _("Diversity"), better="", needs=set(), cost="live", unit="%",
    series="diversity %", help=measured_help("diversity %"),
)  # fmt: skip
def diversity_of_items(evidence: Evidence) -> Found:
    """Spread of the items themselves, in percent of that of real ones."""
    value = 100 * diversity(evidence.fake.items, evidence.real.items)
    note = _("Not defined: too few items, real ones that do not differ, or values that are not finite numbers.")
    return Found(value, note=note if math.isnan(value) else "")


@metric(
    "feature-diversity",
    _("Diversity of features"),
    better="",
    needs={"features"},
    unit="%",
    help=_(
        "Root mean square distance between two generated items in features, in percent of that between two real ones: near "
        "0 all are alike, near 100 they are as varied as real ones. A few copies of many items do not lower it."
    ),
)
def feature_diversity(evidence: Evidence) -> Found:
    """Percent; both distances in ``more``."""
    if reason := flaw(evidence.real, evidence.fake):
        return undefined(reason)
    text = _("Diversity of features")
    real = rms_distance(features_of(evidence.real), stage(evidence, 0, 0.5, text))
    fake = rms_distance(features_of(evidence.fake), stage(evidence, 0.5, 1, text))
    more = {"real": real, "generated": fake}
    if real == 0:
        return Found(math.nan, more=more, note=_("Not defined: all real items are alike."))
    return Found(100 * fake / real, more=more)
