"""What is measured of every run while it trains: every metric of the registry that costs next to nothing."""

from __future__ import annotations

from functools import cache

import numpy as np

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Items, Observed
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import Evidence, Metric, Need, Sample


def measure(observed: Observed, spec: DataSpec) -> dict[str, float]:
    """Scores by the names of their series, of whatever is seen; percentages end in ``%``."""
    drawn, real, labels = observed.drawn, observed.real, observed.labels
    there: set[Need] = {"many"} if observed.many else set()
    if drawn is not None and spec.modes:
        there.add("modes")
    if labels is not None and observed.recognised:
        there |= {observed.predicts[name] for name in observed.recognised}
    compared = drawn is not None and real is not None
    evidence = Evidence(spec, _sample(real), _sample(drawn), recognised=observed)
    scores: dict[str, float] = {}
    for one in _live():
        # One that needs nothing in particular compares the two sides; so many are looked at for what needs them alone.
        if one.needs <= there and ("many" in one.needs) == observed.many and (one.needs or compared):
            scores |= one.curves(one.compute(evidence))
    return scores


@cache
def _live() -> tuple[Metric, ...]:
    return tuple(one for one in all_metrics().values() if one.cost == "live")


def _sample(items: Items | None) -> Sample:
    """Items as metrics want them, pictures ``(N, C, H, W)``: a view, no copy."""
    if items is None:
        return Sample(np.zeros((0, 2), np.float32))
    return Sample(np.moveaxis(items, -1, 1) if items.ndim == 4 else items)
