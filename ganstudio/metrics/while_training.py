"""What is measured of every run while it trains: whatever its data allow, nothing that takes long."""

from __future__ import annotations

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.metrics.labels import accuracy, purity
from ganstudio.metrics.modes import mode_coverage


def measure(observed: Observed, spec: DataSpec) -> dict[str, float]:
    """Scores by the name under which they are plotted; percentages end in ``%``."""
    scores: dict[str, float] = {}
    if observed.points is not None and spec.modes:
        scores |= mode_coverage(observed.points, spec)
    if observed.labels is not None:
        for name, found in observed.recognised.items():
            if observed.predicts[name] == "clusters":
                scores[f"purity of {name} %"] = 100 * purity(found, observed.labels)
            else:
                scores[f"accuracy {name} %"] = 100 * accuracy(found, observed.labels)
    return scores
