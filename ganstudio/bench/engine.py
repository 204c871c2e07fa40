"""Rows ``engine-points``, ``engine-image`` and ``engine-small``: the engine beside the best loop by hand, on one thread.

The two take turns every few milliseconds and are timed by the processor time of their thread, so that neither what else the
machine does nor how warm it is counts for one of them alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ganstudio.bench.by_hand import LoopByHand
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS
from ganstudio.core.experiment import Experiment

TARGET = 1.0
READ_EVERY = 200
_CASES = {"engine-points": POINTS, "engine-image": IMAGE, "engine-small": IMAGE.with_(data="digits:size=16")}


def measure(name: str, quick: bool) -> list[Figure]:
    """Steps per second of the engine (average, measured values, gradient norms and all) ÷ those of a loop by hand."""
    from ganstudio.training.device import prepare_thread, use_threads

    use_threads(1)
    prepare_thread()
    experiment = _CASES[name].with_(device="cpu")
    mine, theirs = _engine_steps(experiment), LoopByHand(experiment).step
    turns, rounds = (2, 10) if quick else (12, 20 if name == "engine-image" else 100)
    _turn(mine, theirs, 10)
    pairs = [_turn(mine, theirs, rounds) for _each in range(turns)]
    above, below = ([rounds / seconds for seconds in side] for side in zip(*pairs, strict=True))
    what = "engine steps/s ÷ best loop by hand, one thread"
    return [ratio(name, what, TARGET, above, below, [0.0] * turns, unit="steps/s")]


def _turn(mine: Callable[[], None], theirs: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Seconds of processor time that each took for its steps, one of mine and one of theirs in turn."""
    spent = [0.0, 0.0]
    for each in range(rounds):
        for index in (0, 1) if each % 2 else (1, 0):
            before = time.thread_time()
            (mine, theirs)[index]()
            spent[index] += time.thread_time() - before
    return spent[0], spent[1]


def _engine_steps(experiment: Experiment) -> Callable[[], None]:
    from ganstudio.training.prepare import build_engine

    engine = build_engine(experiment)

    def step() -> None:
        engine.step()
        engine.close_row(0.0)
        if engine.step_count % READ_EVERY == 0:  # as whoever publishes does
            engine.losses.take()
            engine.gradients.take()

    return step
