"""Row ``live-metric``: which share of training the distance takes that is measured all the while and chooses the best."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure
from ganstudio.bench.headless import IMAGE, POINTS, SETTLE, Headless
from ganstudio.core.errors import TrainingError
from ganstudio.core.experiment import Experiment
from ganstudio.training import publish
from ganstudio.training.device import use_threads

SHARE = 0.03
SECONDS, QUICK_SECONDS = 40.0, 4.0


def measure(name: str, quick: bool) -> list[Figure]:
    """The row's two figures: pictures and points, each trained headless on one thread."""
    use_threads(1)
    if quick:  # it is seen once, at least
        publish.WATCH_SECONDS = 0.5
    kinds = (("image", IMAGE), ("points", POINTS))
    return [_share(f"{name}-{kind}", experiment, QUICK_SECONDS if quick else SECONDS) for kind, experiment in kinds]


class _Clock:
    """Adds up the seconds of every measurement, the checkpoint of a new best included; stands in for the method."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._watch = publish.Publisher.watch

    def __enter__(self) -> _Clock:
        watch, seconds = self._watch, self.seconds

        def timed(publisher: publish.Publisher, last: bool = False, keep: bool = True) -> None:
            before = time.perf_counter()
            watch(publisher, last, keep)
            seconds.append(time.perf_counter() - before)

        publish.Publisher.watch = timed  # type: ignore[method-assign, assignment]
        return self

    def __exit__(self, *_error: object) -> None:
        publish.Publisher.watch = self._watch  # type: ignore[method-assign]


def _share(name: str, experiment: Experiment, seconds: float) -> Figure:
    crowd = Crowd()
    with tempfile.TemporaryDirectory() as folder, _Clock() as clock:
        session = Headless(experiment, Path(folder))
        try:
            begun = time.perf_counter()
            speed = session.run(seconds)
            trained = time.perf_counter() - begun - SETTLE
            count, spent = len(clock.seconds), sum(clock.seconds)
        finally:
            session.close()
    if not count:
        raise TrainingError(f"nothing was measured within {seconds:g} s of training")
    what = f"share of training that measuring the distance takes, {experiment.method} on {experiment.data}, one thread"
    raw = {
        "measurements": count,
        "ms each": 1000 * spent / count,
        "training, s": trained,
        "steps/s": speed,
        "others, % of the processors": 100 * crowd.share(),
    }
    return Figure(name, spent / trained, "", what, SHARE, "at most", raw)
