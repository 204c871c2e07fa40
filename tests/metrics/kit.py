"""Evidence for tests of metrics."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import Evidence, Found, Sample

PLANE = DataSpec("plane", "points", 1000, extent=2.0)
PICTURES = DataSpec("pictures", "images", 1000, channels=1, size=32)


def features(rows: NDArray[np.float64]) -> Sample:
    """A side of which nothing but its features is known."""
    return Sample(np.zeros((len(rows), 2), np.float32), rows)


def compare(real: NDArray[np.float64], fake: NDArray[np.float64], **more: Any) -> Evidence:
    """Two matrices of features."""
    return Evidence(PLANE, features(real), features(fake), **more)


def found(name: str, evidence: Evidence) -> Found:
    """What a metric finds."""
    return all_metrics()[name].compute(evidence)
