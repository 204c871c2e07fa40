"""How varied samples are: enough to tell plain collapse, and cheap enough to be asked at every look."""

from __future__ import annotations

import numpy as np

from ganstudio.core.observed import Items

_MOST_ITEMS, _MOST_NUMBERS = 1024, 1024


def spread(items: Items) -> float:
    """Root mean square distance between two items, per √2 numbers of an item; NaN for fewer than two.

    The mean of |a − b|² over all pairs is twice the summed variance, so no pair need be looked at. Of large pictures
    evenly spaced pixels stand for the rest.
    """
    if len(items) < 2:
        return float("nan")
    flat = items[:_MOST_ITEMS].reshape(len(items[:_MOST_ITEMS]), -1)
    flat = flat[:, :: max(1, flat.shape[1] // _MOST_NUMBERS)].astype(np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        return float(np.sqrt(flat.var(axis=0, dtype=np.float64).mean()))


def diversity(drawn: Items, real: Items) -> float:
    """The spread of what is drawn ÷ that of real items: near 0 all are alike, near 1 they are as varied as the data.

    It says nothing of a few copies of many items; NaN where real items do not differ or something is not finite.
    """
    ground = spread(real)
    return spread(drawn) / ground if ground > 0 else float("nan")
