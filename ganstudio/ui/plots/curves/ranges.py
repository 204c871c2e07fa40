"""Which values the y axis spans: those of the curves, but not a lone spike that would flatten all else."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ganstudio.ui.plots.axes import Floats

_TAIL = 0.02
"""The share of values on either side that is not taken for the bulk of a curve."""
_BEYOND = 0.75
"""So many times the width of its bulk a curve may reach beyond it; what lies further away is a spike."""
_FEWEST = 12
"""With fewer values none is a spike."""


class Span(NamedTuple):
    """What a curve asks of the axis: its bulk, and the limits beyond which its values are spikes."""

    low: float
    high: float
    least: float
    most: float


def span_of(values: Floats, spikes: bool) -> Span | None:
    """The span of some values without NaN, on the scale they are drawn on; None for none.

    Args:
        values: float64 ``(n,)``.
        spikes: they count like any other value.
    """
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if spikes or len(values) < _FEWEST:
        return Span(low, high, low, high)
    first = int(_TAIL * len(values))
    parted = np.partition(values, (first, len(values) - 1 - first))
    inner_low, inner_high = float(parted[first]), float(parted[-1 - first])
    reach = _BEYOND * (inner_high - inner_low)
    if not reach:  # it stands still but for what is worth seeing
        return Span(low, high, low, high)
    return Span(inner_low, inner_high, max(low, inner_low - reach), min(high, inner_high + reach))
