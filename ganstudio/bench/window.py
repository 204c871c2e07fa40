"""Rows ``window-image``, ``window-points``, ``window-default``: how much of its speed a run keeps beside the window."""

from __future__ import annotations

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS
from ganstudio.bench.window_rig import SIZE, WindowRig

WARM_UP = 0.3
_TARGETS = {"image": 0.90, "points": 0.85}


def measure(name: str, quick: bool) -> list[Figure]:
    """Steps per second with everything visible ÷ without a window.

    For ``window-image`` and ``window-points`` one and the same run is watched and left alone by turns, so that threads and
    weights are the same. ``window-default`` compares what people get: one core left to the window ÷ all cores and
    no window.
    """
    rig = WindowRig()
    try:
        if name == "window-default":
            return [_default(rig, kind, quick) for kind in ("image", "points")]
        return [_same_threads(rig, name.removeprefix("window-"), quick)]
    finally:
        rig.close()


def _turns(quick: bool) -> tuple[float, int]:
    return (0.5, 2) if quick else (1.2, 20)


def _same_threads(rig: WindowRig, kind: str, quick: bool) -> Figure:
    from ganstudio.training.device import use_threads

    seconds, turns = _turns(quick)
    threads = use_threads(beside_window=True)
    model = rig.start(IMAGE if kind == "image" else POINTS, threads=threads)
    rig.watched(model, seconds, 0.0)
    above, below, others, crowd = [], [], [], Crowd()
    for turn in range(turns):
        for watched in (True, False) if turn % 2 else (False, True):
            if watched:
                above.append(rig.watched(model, seconds, WARM_UP))
            else:
                below.append(rig.alone(model, seconds, WARM_UP))
        others.append(crowd.share())
    what = f"steps/s with a {SIZE[0]}×{SIZE[1]} window ÷ without, same torch threads"
    raw = {"unit": "steps/s", "threads": threads}
    return ratio(f"window-{kind}", what, _TARGETS[kind], above, below, others, **raw)


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
        above.append(rig.watched(windowed, seconds, WARM_UP))
        use_threads(cores())
        below.append(rig.alone(headless, seconds, WARM_UP))
        others.append(crowd.share())
    for model in (windowed, headless):
        model.stop(save=False)
    what = "the same with the threads that each has by default (for information)"
    raw = {"unit": "steps/s", "threads beside the window": beside, "threads without": cores()}
    return ratio(f"window-default-{kind}", what, None, above, below, others, **raw)
