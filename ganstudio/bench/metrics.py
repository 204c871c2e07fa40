"""Rows ``metrics-…``: what measuring costs, on features that stand for those of pictures."""

from __future__ import annotations

import numpy as np

from ganstudio.bench.figures import Figure

ITEMS, WIDTH = 10_000, 2048
"""Generated and real items, and numbers of each: what Inception-v3 makes of a picture."""
MEMORY = 0.5
"""GiB above the features that precision and recall may take."""


def measure(name: str, quick: bool) -> list[Figure]:
    """The row of this name."""
    return {"metrics-prc": precision_recall}[name](name, quick)


def precision_recall(name: str, quick: bool) -> list[Figure]:
    """The most memory that precision, recall, density, coverage and 1-NN of one pair of sets take above the features."""
    import time

    import torch

    from ganstudio.metrics.neighbours import neighbourhoods
    from ganstudio.training.device import memory_used, peak_memory

    torch.set_num_threads(1)
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
