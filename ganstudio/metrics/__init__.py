"""Scores as pure functions of arrays. ``all_metrics()`` is the registry with every metric of this package in it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.core.registry import Registry
    from ganstudio.metrics.base import Metric

_HOMES: tuple[str, ...] = (
    "frechet",
    "kernels",
    "transport",
    "inception_score",
    "neighbours",
    "density",
    "closeness",
    "modes",
    "diversity",
    "similarity",
    "labels",
    "annealed",
    "triangles",
    "stacked",
    "segmenter",
)
"""The modules with metrics, in the order in which their columns come. Importing them brings numpy, nothing heavier."""


def all_metrics() -> Registry[Metric]:
    """Every metric by its name, in the order of their homes whichever was imported first, others after them."""
    from ganstudio.metrics.base import METRICS

    homes = [importlib.import_module(f"{__name__}.{home}").__name__ for home in _HOMES]
    place = {home: at for at, home in enumerate(homes)}
    METRICS.sort(lambda one: place.get(one.compute.__module__, len(homes)))
    return METRICS
