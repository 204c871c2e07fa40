"""Rows ``explore-…``: how fast Explore answers, alone and beside the training of the very run that is explored."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ganstudio.bench.crowd import Crowd
from ganstudio.bench.explore_rig import ExploreRig
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.headless import IMAGE, SETTLE
from ganstudio.bench.window_rig import length, speed_since
from ganstudio.core.experiment import Experiment
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import stack
from ganstudio.explore.views import Pictures

NETWORKS = {
    "dcgan": IMAGE,
    "sngan": Experiment("sngan", "digits:size=32"),
    "sngan-256": Experiment("sngan", "digits:size=32", {"conv_width": 256, "width_d": 16}),
}
"""The usual small network, the residual one, and that one as wide as its paper's: what cannot be drawn in no time."""
WARM_UP = 0.3
HAND = 1 / 60
"""Seconds between two events of a hand: what most mice and screens give."""


def measure(name: str, quick: bool) -> list[Figure]:
    """The figures of one row."""
    rig = ExploreRig()
    try:
        return ROWS[name](rig, quick)
    finally:
        rig.close()


def _slider(rig: ExploreRig, quick: bool) -> list[Figure]:
    """One event at a time, everything else at rest; the bare forward pass in between, by turns."""
    return [figure for name, experiment in NETWORKS.items() for figure in _answers(rig, name, experiment, quick)]


def _answers(rig: ExploreRig, name: str, experiment: Experiment, quick: bool) -> list[Figure]:
    import torch

    rig.open(rig.stored(name, experiment))
    opened, position = rig.explorer.opened, rig.explorer.position
    assert opened is not None
    assert position is not None
    method, values = opened.generator.method, opened.generator.tensors(stack([position]))
    answers, bare, others, crowd = [], [], [], Crowd()
    for _turn in range(4 if quick else 40):
        rig.settle_quickly()
        answers.append(rig.answer() * 1000)
        with torch.inference_mode():
            begin = time.perf_counter()
            for _repeat in range(5):
                method.generate(values)
            bare.append((time.perf_counter() - begin) * 200)
        others.append(crowd.share())
    what = f"event to painted pixels ÷ bare forward of the same module, batch 1, 32 px, {name}"
    figure = ratio(f"explore-slider-{name}", what, 1.5, answers, bare, others, unit="ms")
    median = statistics.median(answers)
    told = f"event to painted pixels, {name}, median"
    return [
        replace(figure, direction="at most"),
        Figure(f"explore-slider-{name}-ms", median, "ms", told, 30.0, "at most"),
    ]


def _drag(rig: ExploreRig, quick: bool) -> list[Figure]:
    rig.open(rig.stored("dcgan", IMAGE))
    events, seen = 40 if quick else 200, len(rig.eye.times)
    seconds = rig.drag(events, HAND)
    rig.settle()
    pictures = len(rig.eye.times) - seen
    opened, position, shown = rig.explorer.opened, rig.explorer.position, rig.explorer.picture
    assert opened is not None
    assert position is not None
    from ganstudio.explore.views import draw

    last = shown is not None and np.array_equal(shown, draw(opened.generator, stack([position]))[0])
    return [
        Figure("explore-drag", pictures / seconds, "/s", f"pictures painted in a drag of {events} events", 20.0),
        Figure("explore-drag-last", float(last), "", "the last picture is that of the last event (1: yes)", 1.0),
    ]


def _sweep(rig: ExploreRig, quick: bool) -> list[Figure]:
    rig.open(rig.stored("dcgan", IMAGE))
    rig.page.views.open("sweep")
    view = rig.page.views.sweep
    axes = [axis.key for axis in view.axes if axis.kind == "number"]
    first, whole = [], []
    for _turn in range(2 if quick else 10):
        times: list[float] = []

        def note(result: Drawn, times: list[float] = times) -> None:
            if result.channel == view.channel and isinstance(result.value, Pictures):
                times.append(time.perf_counter())

        rig.explorer.drawn.connect(note)
        rig.settle()
        times.clear()
        begin = time.perf_counter()
        view.use_axes(axes[0], axes[1])
        rig.exec_until(lambda times=times: len(times) == 8)  # type: ignore[misc]
        rig.explorer.drawn.disconnect(note)
        first.append((times[0] - begin) * 1000)
        whole.append((times[-1] - begin) * 1000)
    raw = {"first row": _short(first), "all": _short(whole)}
    return [
        Figure(
            "explore-sweep-first", statistics.median(first), "ms", "first row of an 8 × 8 sweep", 100.0, "at most", raw
        ),
        Figure("explore-sweep-all", statistics.median(whole), "ms", "all of it", 500.0, "at most"),
    ]


def _live(rig: ExploreRig, quick: bool) -> list[Figure]:
    """The run that trains is explored: its speed with the hand at rest, with the hand moving, and without a window."""
    from ganstudio.training.device import use_threads

    threads = use_threads(beside_window=True)
    model = rig.start(IMAGE, threads=threads)
    rig.window.show_workspace("explore")
    rig.explorer.follow(model)
    rig.exec_until(lambda: rig.explorer.following is model)
    seconds, turns = (0.8, 2) if quick else (2.5, 8)
    moving, resting, without, delays, others, crowd = [], [], [], [], [], Crowd()

    def trained(live: Callable[[], object]) -> float:
        first = length(model)
        model.resume()
        live()
        model.pause()
        time.sleep(SETTLE)
        rig.exec_until(lambda: model.state in ("paused", "failed"))
        return speed_since(model, first, WARM_UP)

    def hand() -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            delays.append(rig.answer() * 1000)
            rig.exec(HAND / 2)

    rig.studio.look_at(None)
    trained(lambda: rig.exec(seconds))
    for _turn in range(turns):
        without.append(trained(lambda: time.sleep(seconds)))
        resting.append(trained(lambda: rig.exec(seconds)))
        moving.append(trained(hand))
        others.append(crowd.share())
    p95 = float(np.percentile(delays, 95))
    drag = "steps/s while dragging ÷ with the window asleep, the run being followed"
    rest = "steps/s while followed, the hand at rest ÷ with the window asleep"
    raw = {"events": len(delays), "median": statistics.median(delays)}
    return [
        Figure("explore-live-ms", p95, "ms", "event to painted pixels while it trains, p95", 100.0, "at most", raw),
        ratio("explore-live-drag", drag, 0.8, moving, without, others, threads=threads),
        ratio("explore-live-rest", rest, 1.0, resting, without, others, threads=threads),
    ]


def _projection(rig: ExploreRig, quick: bool) -> list[Figure]:
    """Ten real digits are looked for in the run that comes with the program."""
    from ganstudio.core.resources import resource_path
    from ganstudio.data import load
    from ganstudio.explore.projection import Projection, project

    rig.open(resource_path("runs", "infogan-digits"))
    run = rig.explorer.opened.run if rig.explorer.opened is not None else None
    assert run is not None
    items = load(run.info.experiment.data).items
    previews, settled, errors = [], [], []
    for index in range(1 if quick else 10):
        target = items[index * 7].float().numpy() / 127.5 - 1
        seen: list[tuple[float, Projection]] = []
        ended: list[bool] = []

        def note(result: Drawn, seen: list[tuple[float, Projection]] = seen, ended: list[bool] = ended) -> None:
            if result.channel == "bench":
                if isinstance(result.value, Projection):
                    seen.append((time.perf_counter(), result.value))
                if result.done:
                    ended.append(True)

        rig.explorer.drawn.connect(note)
        begin = time.perf_counter()
        rig.explorer.ask("bench", lambda generator, target=target: project(generator, target))  # type: ignore[misc]
        rig.exec_until(lambda ended=ended: bool(ended))  # type: ignore[misc]
        rig.explorer.drawn.disconnect(note)
        final = float(seen[-1][1].errors[seen[-1][1].best])
        good = next(at for at, one in seen if float(one.errors[one.best]) <= 1.1 * final)
        previews.append(seen[0][0] - begin)
        settled.append(good - begin)
        errors.append(final)
    raw = {"seconds": _short(settled), "final error": _short(errors)}
    what = "of a digit into the bundled run"
    return [
        Figure(
            "explore-project-first", max(previews), "s", f"projection {what}: first preview, slowest", 1.0, "at most"
        ),
        Figure("explore-project", max(settled), "s", "within 10 % of the final error, slowest", 5.0, "at most", raw),
    ]


def _memory(rig: ExploreRig, quick: bool) -> list[Figure]:
    """An hour of dragging in as many events as a hand makes in it, as fast as they can be drawn, following a run."""
    model = rig.start(IMAGE, paused=False)
    rig.window.show_workspace("explore")
    rig.explorer.follow(model)
    rig.exec_until(lambda: rig.explorer.following is model)
    rounds, events = (3, 60) if quick else (12, 1500)
    sizes = []
    for _round in range(rounds):
        rig.drag(events, 0.004)
        gc.collect()
        sizes.append(_resident())
    settled = sizes[rounds // 3 :]
    growth = max(settled) - settled[0]
    raw: dict[str, Any] = {"MB": _short(sizes), "events": rounds * events}
    what = f"growth over {len(settled) - 1} × {events} events of the hand beside a live run, after as many to warm up"
    model.stop(save=False)
    return [Figure("explore-memory", max(0.0, growth), "MB", what, 20.0, "at most", raw)]


def _resident() -> float:
    import torch

    from ganstudio.training.device import memory_used

    return memory_used(torch.device("cpu")) / 2**20


def _short(values: list[float]) -> list[float]:
    return [float(f"{value:.4g}") for value in values]


ROWS: dict[str, Callable[[ExploreRig, bool], list[Figure]]] = {
    "explore-slider": _slider,
    "explore-drag": _drag,
    "explore-sweep": _sweep,
    "explore-live": _live,
    "explore-projection": _projection,
    "explore-memory": _memory,
}
