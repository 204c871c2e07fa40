"""What is seen of a method at one step, to be measured by those who know how."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec

Items = NDArray[np.uint8] | NDArray[np.float32]
Predicts = Literal["classes", "clusters"]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the networks draw, and what they see in real items.

    Attributes:
        drawn: the very samples that are on view: points float32 ``(N, 2)`` or pictures uint8 ``(N, H, W, C)``; or None.
        real: real ones to compare them with; or None.
        recognised: by name, the most likely column for each real item: int64 ``(M,)``.
        predicts: by the same names: classes of the data set, or clusters that nobody named.
        many: drawn and real are far more items than are on view: samples of the two distributions.
        labels: the true classes of those items, int64 ``(M,)``; None where the data have none.
    """

    drawn: Items | None = None
    real: Items | None = None
    recognised: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    predicts: Mapping[str, Predicts] = field(default_factory=dict)
    labels: NDArray[np.int64] | None = None
    many: bool = False


Measure = Callable[[Observed, DataSpec], dict[str, float]]
