"""How well what a network sees in pictures agrees with their true classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def accuracy(predicted: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of items whose class was recognised, in [0, 1]; NaN for no items."""
    return float((predicted == labels).mean()) if len(labels) else float("nan")


def purity(clusters: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of items that belong to the most frequent class of their cluster, in [0, 1]; NaN for no items.

    (1/N) Σ_k max_j |cluster k ∩ class j| (Manning, Raghavan, Schütze: Introduction to Information Retrieval, 2008,
    section 16.3). Two clusters may share a class, and a class may have no cluster: look at the sweep as well.

    Args:
        clusters: int64 ``(N,)``, each ≥ 0.
        labels: int64 ``(N,)``, each ≥ 0.
    """
    if not len(labels):
        return float("nan")
    table = np.zeros((int(clusters.max()) + 1, int(labels.max()) + 1), np.int64)
    np.add.at(table, (clusters, labels), 1)
    return float(table.max(axis=1).sum() / len(labels))
