"""Rows ``engine-image`` and ``engine-points``: the engine beside a plain hand-written loop, on the processor."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS, Headless
from ganstudio.bench.plain import PlainLoop

WARM_UP = 0.3
_TARGETS = {"engine-image": 1.15, "engine-points": 0.97}


def measure(name: str, quick: bool) -> list[Figure]:
    """Steps per second of a real session ÷ those of a plain loop; they take turns on the same cores."""
    from ganstudio.training.device import use_threads

    threads = use_threads()
    experiment = (IMAGE if name.endswith("image") else POINTS).with_(device="cpu")
    seconds, turns = (0.5, 2) if quick else (1.0, 20)
    with tempfile.TemporaryDirectory() as folder:
        plain, engine = PlainLoop(experiment), Headless(experiment, Path(folder))
        try:
            # Both have seen their first steps, and the engine the crowd of early pictures, before anything is timed.
            plain.run(seconds / 2)
            engine.run(seconds)
            above, below, others, crowd = [], [], [], Crowd()
            for turn in range(turns):
                for mine in (True, False) if turn % 2 else (False, True):
                    if mine:
                        above.append(engine.run(seconds, WARM_UP))
                    else:
                        below.append(plain.run(seconds, WARM_UP))
                others.append(crowd.share())
        finally:
            engine.close()
    what = "engine steps/s ÷ plain PyTorch loop"
    return [ratio(name, what, _TARGETS[name], above, below, others, unit="steps/s", threads=threads)]
