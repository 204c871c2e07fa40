"""Rows ``window-…``: how much of its speed a run keeps beside the window."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS
from ganstudio.bench.window_rig import SIZE, WindowRig
from ganstudio.core.process import python_command

WARM_UP = 0.3
_TARGETS = {"image": 0.94, "points": 0.92}
_HARDER = 0.90
"""With two runs, or on a machine half as fast."""


def measure(name: str, quick: bool) -> list[Figure]:
    """Steps per second with everything visible ÷ without a window.

    One and the same run (two in ``window-two``) is watched and left alone by turns, so that threads and weights are the
    same; in ``window-half`` a process that does nothing takes one core meanwhile. ``window-default`` compares what
    people get: one core left to the window ÷ all cores and no window.
    """
    rig = WindowRig()
    try:
        match name.removeprefix("window-"):
            case "default":
                return [_default(rig, kind, quick) for kind in ("image", "points")]
            case "two":
                return [_same_threads(rig, kind, quick, "two", runs=2) for kind in ("image", "points")]
            case "half":
                with spinning():
                    return [_same_threads(rig, kind, quick, "half") for kind in ("image", "points")]
            case kind:
                return [_same_threads(rig, kind, quick)]
    finally:
        rig.close()


@contextmanager
def spinning() -> Iterator[None]:
    """A process that takes one core for nothing while this lasts."""
    process = subprocess.Popen(python_command("while True: pass"))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _turns(quick: bool) -> tuple[float, int]:
    return (0.5, 2) if quick else (1.2, 20)


def _same_threads(rig: WindowRig, kind: str, quick: bool, how: str = "", runs: int = 1) -> Figure:
    from ganstudio.training.device import use_threads

    seconds, turns = _turns(quick)
    threads = use_threads(beside_window=True)
    models = [rig.start(IMAGE if kind == "image" else POINTS, threads=threads) for _run in range(runs)]
    rig.watched(models, seconds, 0.0)
    above, below, others, crowd = [], [], [], Crowd()
    for turn in range(turns if runs == 1 else turns // 2):
        for watched in (True, False) if turn % 2 else (False, True):
            if watched:
                above.append(rig.watched(models, seconds, WARM_UP))
            else:
                below.append(rig.alone(models, seconds, WARM_UP))
        others.append(crowd.share())
    for model in models:
        model.stop(save=False)
    condition = {"two": ", two runs at once", "half": ", one core taken by another process"}.get(how, "")
    what = f"steps/s with a {SIZE[0]}×{SIZE[1]} window ÷ without, same torch threads{condition}"
    raw = {"unit": "steps/s", "threads": threads, "ms of a redraw": rig.costs}
    name = "-".join(part for part in ("window", how, kind) if part)
    return ratio(name, what, _HARDER if how else _TARGETS[kind], above, below, others, **raw)


def _default(rig: WindowRig, kind: str, quick: bool) -> Figure:
    from ganstudio.training.device import cores, use_threads

    seconds, turns = _turns(quick)
    turns = max(2, turns // 2)
    experiment, beside = IMAGE if kind == "image" else POINTS, use_threads(beside_window=True)
    windowed = rig.start(experiment, threads=beside)
    headless = rig.start(experiment, threads=cores())
    above, below, others, crowd = [], [], [], Crowd()
    for _turn in range(turns):
        # Some of torch's libraries keep their number of threads per process, others per thread: both must agree.
        use_threads(beside)
        above.append(rig.watched([windowed], seconds, WARM_UP))
        use_threads(cores())
        below.append(rig.alone([headless], seconds, WARM_UP))
        others.append(crowd.share())
    for model in (windowed, headless):
        model.stop(save=False)
    what = "the same with the threads that each has by default (for information)"
    raw = {"unit": "steps/s", "threads beside the window": beside, "threads without": cores()}
    return ratio(f"window-default-{kind}", what, None, above, below, others, **raw)
