"""What is measured of every run while it trains: whatever its data allow, nothing that takes long."""

from __future__ import annotations

import numpy as np

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.metrics.diversity import diversity
from ganstudio.metrics.labels import accuracy, purity
from ganstudio.metrics.modes import mode_coverage


def measure(observed: Observed, spec: DataSpec) -> dict[str, float]:
    """Scores by the name under which they are plotted; percentages end in ``%``."""
    scores: dict[str, float] = {}
    if observed.drawn is not None and spec.modes:
        scores |= mode_coverage(observed.drawn.astype(np.float32, copy=False), spec)
    if observed.drawn is not None and observed.real is not None:
        scores["diversity %"] = 100 * diversity(observed.drawn, observed.real)
    if observed.labels is not None:
        for name, found in observed.recognised.items():
            if observed.predicts[name] == "clusters":
                scores[f"purity of {name} %"] = 100 * purity(found, observed.labels)
            else:
                scores[f"accuracy {name} %"] = 100 * accuracy(found, observed.labels)
    return scores
