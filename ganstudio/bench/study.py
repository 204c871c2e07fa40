"""Row ``study-workers``: trials an hour of a study with two workers beside one with one worker, on the same cores."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _

_WAIT = 0.2
_STUDY = """
name = "bench"
data = "ring"
methods = ["gan"]
steps = {steps}
seeds = {seeds}
device = "cpu"
[judge]
metric = "live:modes"
better = "higher"
"""


def measure(name: str, quick: bool) -> list[Figure]:
    """Trials an hour of two workers ÷ those of one; they take turns on the same cores.

    Beside it stand the processor seconds of a trial: where two workers need more than one, cores or caches are shared;
    where they do not and the ratio is low, other programs take the machine (``others``).
    """
    steps, trials, turns = (200, 4, 1) if quick else (2000, 12, 3)
    above: list[float] = []
    below: list[float] = []
    others: list[float] = []
    processor: dict[int, list[float]] = {1: [], 2: []}
    crowd = Crowd()
    for turn in range(turns):
        for workers in (1, 2) if turn % 2 else (2, 1):
            before = os.times()
            (above if workers == 2 else below).append(trials_an_hour(workers, trials, steps))
            after = os.times()
            used = after.children_user + after.children_system - before.children_user - before.children_system
            processor[workers].append(round(used / trials, 3))
        others.append(crowd.share())
    what = "trials/h of a study with 2 workers ÷ 1 worker, 1 thread each, GAN on the ring, from the first trial's begin"
    more = {"processor s a trial, 1 worker": processor[1], "processor s a trial, 2 workers": processor[2]}
    return [ratio(name, what, 1.6, above, below, others, unit="trials/h", trials=trials, steps=steps, **more)]


def trials_an_hour(workers: int, trials: int, steps: int) -> float:
    """Runs a whole study and reads from it how long it took from the first begin to the last end.

    Raises:
        StudioError: a trial failed, or a worker.
    """
    from ganstudio.app.evaluate.studies import Study

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.toml"
        file.write_text(_STUDY.format(steps=steps, seeds=list(range(trials))), encoding="utf-8")
        study = Study.begin(file, Path(folder) / "study")
        try:
            study.start(workers, threads=1)  # two threads are no gain on points, and a loss on a crowded machine
            while study.working:
                time.sleep(_WAIT)
        finally:
            study.stop()
        rows = study.records()
        if study.complaints() or len(rows) != trials or any(row.state.name != "COMPLETE" for row in rows):
            raise StudioError(_("A study did not come to its end."), "\n".join(study.complaints()))
        begun, ended = min(row.datetime_start for row in rows), max(row.datetime_complete for row in rows)
        return 3600 * trials / float((ended - begun).total_seconds())
