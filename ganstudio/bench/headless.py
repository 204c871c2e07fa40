"""A real session without a window, run for a while and held again, with its own clock read from what it measures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.commands import Pause, Resume, Stop
from ganstudio.core.errors import TrainingError
from ganstudio.core.events import Rows
from ganstudio.core.experiment import Experiment

ENDLESS = 100_000_000
IMAGE = Experiment("dcgan", "digits:size=32", steps=ENDLESS)
POINTS = Experiment("gan", "ring", steps=ENDLESS)
SETTLE = 0.15
"""Seconds that a held session is given to hand over its last values and draw its last picture."""


def speed(steps: NDArray[np.int64], seconds: NDArray[np.float64], warm_up: float) -> float:
    """Steps per second of training time, its first ``warm_up`` seconds left out; NaN where too little was measured."""
    kept = seconds >= seconds[0] + warm_up if len(seconds) else np.zeros(0, bool)
    if kept.sum() < 2:
        return float("nan")
    return float((steps[kept][-1] - steps[kept][0]) / (seconds[kept][-1] - seconds[kept][0]))


def speed_of(rows: Iterable[Rows], warm_up: float) -> float:
    """The same, of the rows that a session posted."""
    mine = [row for row in rows if row.table == "steps"]
    if not mine:
        return float("nan")
    steps, seconds = np.concatenate([r.steps for r in mine]), np.concatenate([r.seconds for r in mine])
    return speed(steps, seconds, warm_up)


def wait_for(met: Callable[[], bool], seconds: float = 120.0) -> None:
    """Waits until something is the case.

    Raises:
        TrainingError: it did not come to be.
    """
    until = time.monotonic() + seconds
    while not met():
        if time.monotonic() > until:
            raise TrainingError(f"the measured session did not answer within {seconds:g} s")
        time.sleep(0.002)


class Headless:
    """A session as ``ganstudio train`` runs it: average, meters, run folder, scores; nobody watches."""

    def __init__(self, experiment: Experiment, folder: Path) -> None:
        from ganstudio.metrics.while_training import measure
        from ganstudio.training.session import Session

        self.session = Session.new(experiment, folder=folder, paused=True, measure=measure)
        self.session.start()
        wait_for(lambda: self.session.state in ("paused", "failed"))
        if self.session.failure is not None:
            raise self.session.failure

    def run(self, seconds: float, warm_up: float = 0.0) -> float:
        """Trains for a while and holds; steps per second after the warm-up."""
        self.session.mailbox.drain()
        self.session.send(Resume())
        time.sleep(seconds + warm_up)
        self.session.send(Pause())
        wait_for(lambda: self.session.state in ("paused", "failed"))
        if self.session.failure is not None:
            raise self.session.failure
        time.sleep(SETTLE)
        return speed_of((event for event in self.session.mailbox.drain() if isinstance(event, Rows)), warm_up)

    def close(self) -> None:
        """Ends the session."""
        self.session.send(Stop(save=False))
        self.session.join(30)
