"""Scores as pure functions of arrays. ``all_metrics()`` is the registry with every metric of this package in it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.core.registry import Registry
    from ganstudio.metrics.base import Metric

_HOMES: tuple[str, ...] = (
    "annealed",
    "triangles",
    "stacked",
    "segmenter",
)
"""The modules with metrics, in the order in which their columns come. Importing them brings numpy, nothing heavier."""


def all_metrics() -> Registry[Metric]:
    """Every metric by its name."""
    from ganstudio.metrics.base import METRICS

    for home in _HOMES:
        importlib.import_module(f"{__name__}.{home}")
    return METRICS
