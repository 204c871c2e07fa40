"""Rows ``metrics-…``: what scores cost on one thread, on matrices like those that Inception-v3 makes of pictures."""

from __future__ import annotations

import contextlib
import importlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np
import torch

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.metrics.checks import Matrix

ITEMS, WIDTH = 10_000, 2048
"""Generated and real items, and numbers of each."""
MEMORY = 0.5
"""GiB above the features that precision and recall may take."""


def measure(name: str, quick: bool) -> list[Figure]:
    """The row of that name."""
    torch.set_num_threads(1)
    with one_thread_of_numpy():
        return {"metrics-fid": _fid, "metrics-prc": _precision_recall}[name](name, quick)


def _fid(name: str, quick: bool) -> list[Figure]:
    """FID of two matrices, moments included, ÷ torch-fidelity's."""
    from ganstudio.metrics.frechet import frechet_distance, statistics

    count, width, turns = (600, 128, 2) if quick else (ITEMS, WIDTH, 3)
    theirs = fidelity("torch_fidelity.metric_fid")
    fake, real = features(count, width, 0), features(count, width, 1)

    def ours() -> float:
        return frechet_distance(statistics(fake), statistics(real))

    def other() -> float:
        sides = [theirs.fid_features_to_statistics(torch.from_numpy(side)) for side in (fake, real)]
        return float(theirs.fid_statistics_to_metric(*sides, verbose=False)[theirs.KEY_METRIC_FID])

    what = f"FID of {count:,} × {width:,} features ÷ torch-fidelity's, seconds, one thread"
    return [beside(name, what, 0.5, ours, other, turns)]


def _precision_recall(name: str, quick: bool) -> list[Figure]:
    """The most memory that precision, recall, density, coverage and 1-NN of one pair of sets take above the features."""
    from ganstudio.metrics.neighbours import neighbourhoods
    from ganstudio.training.device import memory_used, peak_memory

    cpu, items, width = torch.device("cpu"), *((2000, 64) if quick else (ITEMS, WIDTH))
    rng = np.random.default_rng(0)
    neighbourhoods(*rng.standard_normal((2, 50, 8)))  # what libraries take once is not counted
    real, fake = (rng.standard_normal((items, width)) for _side in range(2))
    before, begun = memory_used(cpu), time.perf_counter()
    found = neighbourhoods(real, fake)
    seconds = time.perf_counter() - begun
    above = max(0, peak_memory(cpu) - before) / 2**30
    what = f"GiB above the features at the most, precision and recall of {items:,} × {width:,} features"
    features = (real.nbytes + fake.nbytes) / 2**30
    raw = {
        "seconds, 1 thread": seconds,
        "features, GiB": features,
        "precision": found.precision,
        "recall": found.recall,
    }
    return [Figure(name, above, "GiB", what, MEMORY, "at most", raw)]


def beside(
    name: str, what: str, target: float, ours: Callable[[], Any], theirs: Callable[[], Any], turns: int
) -> Figure:
    """Seconds of ours ÷ theirs; they take turns. What both found is told beside them."""
    above: list[float] = []
    below: list[float] = []
    others: list[float] = []
    found: dict[str, Any] = {}
    crowd = Crowd()
    for turn in range(turns):
        pair = (("ours", ours, above), ("theirs", theirs, below))
        for whose, call, seconds in pair if turn % 2 else pair[::-1]:
            before = time.perf_counter()
            found[whose] = call()
            seconds.append(time.perf_counter() - before)
        others.append(crowd.share())
    return replace(ratio(name, what, target, above, below, others, unit="s", **found), direction="at most")


def features(count: int, width: int, seed: int) -> Matrix:
    """Features that hang together as those of networks do: few strong directions, many weak ones, none below 0."""
    mixing = np.random.default_rng(99).standard_normal((width, width)) / np.arange(1, width + 1)[:, None]
    rows = np.random.default_rng(seed).standard_normal((count, width)) @ mixing
    found: Matrix = np.maximum(rows + 0.1 * (seed + 1), 0) + 0.0
    return found


@contextlib.contextmanager
def one_thread_of_numpy() -> Iterator[None]:
    """Within it numpy's linear algebra uses one thread (threadpoolctl comes with scikit-learn)."""
    with importlib.import_module("threadpoolctl").threadpool_limits(1):
        yield


def fidelity(module: str) -> ModuleType:
    """A module of torch-fidelity, also where torchvision does not fit this build of torch: no score needs it.

    Raises:
        StudioError: it is not installed.
    """
    names = "torchvision", "torchvision.datasets", "torchvision.transforms", "torchvision.transforms.functional"
    absent = [name for name in names if name not in sys.modules]
    for name in absent:
        sys.modules[name] = _Anything(name)
        above, _dot, last = name.rpartition(".")
        if above:
            setattr(sys.modules[above], last, sys.modules[name])
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        raise StudioError(
            _("Others' numbers come from a package that is not installed: pip install {name}").format(
                name="torch-fidelity"
            )
        ) from None
    finally:
        for name in absent:
            del sys.modules[name]


class _Anything(ModuleType):
    """A module in whose name anything is found: classes, since some are derived from."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
