"""Row ``timer``: how late a 16 ms timer of the window fires while a run trains and is looked at."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, QTimer

from ganstudio.bench.figures import Figure
from ganstudio.bench.headless import IMAGE, POINTS
from ganstudio.bench.window_rig import WindowRig
from ganstudio.core.experiment import Experiment

INTERVAL_MS = 16
START_SECONDS = 3.0
"""The run view with its plots is built at the start, once: told apart from what follows."""
P99_MS, WORST_MS = 20.0, 100.0


def measure(name: str, quick: bool) -> list[Figure]:
    """Lateness, in ms after the moment 16 ms from the last time it fired: 99th percentile and worst."""
    rig = WindowRig()
    try:
        figures = []
        for kind, experiment in (("image", IMAGE), ("points", POINTS)):
            figures += _lateness(rig, kind, experiment, *((0.5, 1.0) if quick else (START_SECONDS, 20.0)))
        return figures
    finally:
        rig.close()


class _Watch:
    """Notes when a timer fires."""

    def __init__(self) -> None:
        self._fired: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._fired.append(time.perf_counter()))
        self._timer.start(INTERVAL_MS)

    def stop(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """When it fired (but for the first time), and how many ms late."""
        self._timer.stop()
        at = np.array(self._fired)
        return at[1:], np.maximum(np.diff(at) * 1000 - INTERVAL_MS, 0)


def _lateness(rig: WindowRig, kind: str, experiment: Experiment, starting: float, seconds: float) -> list[Figure]:
    idle = _Watch()
    rig.exec(max(0.5, seconds / 4))
    _at, resting = idle.stop()
    watch = _Watch()
    begin = time.perf_counter()
    model = rig.start(experiment, paused=False)
    rig.exec_until(lambda: model.state in ("training", "failed"))
    rig.exec(starting + seconds)
    at, late = watch.stop()
    model.stop(save=False)
    rig.exec_until(lambda: not model.here)
    steady = late[at > begin + starting]
    raw = {
        "median": _ms(np.median(steady)),
        "p99": _ms(np.percentile(steady, 99)),
        "worst": _ms(steady.max()),
        "p99 with the start": _ms(np.percentile(late, 99)),
        "worst with the start": _ms(late.max()),
        "p99 before, nothing training": _ms(np.percentile(resting, 99)),
        "worst before, nothing training": _ms(resting.max()),
        "fired": len(steady),
    }
    what = f"of a {INTERVAL_MS} ms timer while training, first {starting:g} s left out"
    return [
        Figure(f"timer-{kind}-p99", raw["p99"], "ms", f"lateness, 99th percentile, {what}", P99_MS, "at most", raw),
        Figure(f"timer-{kind}-worst", raw["worst"], "ms", f"lateness, worst, {what}", WORST_MS, "at most"),
    ]


def _ms(value: object) -> float:
    return round(float(value), 2)  # type: ignore[arg-type]
