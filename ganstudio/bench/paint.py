"""Rows ``paint-…`` and ``translate-forward``: how fast ink, picture and translation follow the hand."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import Figure, ratio
from ganstudio.bench.paint_rig import HAND, BenchRig, PaintRig, TranslateRig
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.state import stack

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator

BUNDLED = Experiment("spade", "landscapes:size=128,count=16", {"width": 20, "hidden": 40})
"""As large as the run that comes with the program; stands in for it where that is missing."""
SLOW = Experiment(
    "spade",
    "landscapes:size=256,count=16",
    {"width": 64, "hidden": 128, "style_size": 4, "width_d": 4, "batch_size": 1},
)
"""The paper's own size: a second and more for a picture."""
TINY = Experiment("spade", "landscapes:size=256,count=16", {"width": 4, "hidden": 4, "width_d": 4, "style_size": 4})
PIX2PIX = Experiment("pix2pix", "landscapes:size=256,count=16", {"batch_size": 1})
INK_MS, PER_SECOND, PER_SECOND_CUDA = 16.0, 8.0, 60.0
STROKES = 500


def measure(name: str, quick: bool) -> list[Figure]:
    """The figures of one row."""
    make, row = ROWS[name]
    rig = make()
    try:
        return row(rig, quick)
    finally:
        rig.close()


# -- Paint ------------------------------------------------------------------------------------------------------------


def _ink(rig: PaintRig, quick: bool) -> list[Figure]:
    """The hand paints while a network draws without a pause; before, the same without a network for comparison."""
    figures = []
    for name, path in (("256", rig.stored("slow", SLOW)), ("run", _bundled(rig))):
        generator = rig.open(path)
        rig.painter.service.use(None)
        resting = _delays(rig, 60 if quick else 300)
        rig.painter.service.use(generator)
        rig.painter.redraw()
        spent, pictures = rig.painter.service.spent, len(rig.eye.times)
        begin = time.perf_counter()
        drawing = _delays(rig, 180 if quick else 1200)
        share = (rig.painter.service.spent - spent) / (time.perf_counter() - begin)
        side = generator.spec.size
        raw: dict[str, Any] = {
            "events": len(drawing), "median": statistics.median(drawing), "within 16 ms": _share(drawing),
            "pictures": len(rig.eye.times) - pictures, "drawing": share,
            "no network: p95, worst": [float(np.percentile(resting, 95)), max(resting)],
        }  # fmt: skip
        what = f"event to ink under the cursor while a network draws, {side} px"
        p95 = float(np.percentile(drawing, 95))
        figures += [
            Figure(f"paint-ink-{name}-p95", p95, "ms", f"{what}, p95", INK_MS, "at most", raw),
            Figure(f"paint-ink-{name}-worst", max(drawing), "ms", f"{what}, worst", INK_MS, "at most"),
        ]
    return figures


def _delays(rig: PaintRig, events: int) -> list[float]:
    """Milliseconds from each event to its ink; the first of all, for which everything is new, left out."""
    rig.paint(15)
    rig.exec_until(lambda: not rig.ink.waiting)
    rig.ink.delays.clear()
    rig.paint(events)
    rig.exec_until(lambda: not rig.ink.waiting)
    return [1000 * delay for delay in rig.ink.delays]


def _share(delays: list[float]) -> float:
    return sum(delay <= INK_MS for delay in delays) / len(delays)


def _stroke(rig: PaintRig, quick: bool) -> list[Figure]:
    path, figures = _bundled(rig), []
    for device in _devices():
        generator = rig.open(path, device)
        rig.paint(30)
        rates, bare, busy, crowd, others = [], [], [], Crowd(), []
        for _turn in range(2 if quick else 6):
            rig.settle()
            bare.append(1000 / statistics.median(_forward(generator, _values(rig, generator)) for _repeat in range(3)))
            crowd.share()
            seen, spent = len(rig.eye.times), rig.painter.service.spent
            seconds = rig.paint(120, stroke=120)
            busy.append((rig.painter.service.spent - spent) / seconds)
            rates.append((len(rig.eye.times) - seen) / seconds)
            others.append(round(crowd.share(), 2))
        raw = {
            "device": _device(generator), "per second": _short(rates), "bare forwards per second": _short(bare),
            "share of the time in which it draws": _short(busy),
            "taken by others": others,
        }  # fmt: skip
        cuda = device != "cpu"
        name, target = ("paint-stroke-cuda", PER_SECOND_CUDA) if cuda else ("paint-stroke", PER_SECOND)
        what = f"pictures painted during strokes of 2 s, {generator.spec.size} px"
        figures.append(Figure(name, statistics.median(rates), "/s", what, target, "at least", raw))
    return figures


def _final(rig: PaintRig, quick: bool) -> list[Figure]:
    """A stroke in the middle of which the network draws ends: the bare forward pass before it, by turns."""
    generator = rig.open(_bundled(rig))
    rig.settle()
    from ganstudio.explore.painting import draw_on

    random, finals, bare, others, crowd = np.random.default_rng(0), [], [], [], Crowd()
    rig.paint(30)
    for _turn in range(4 if quick else 30):
        rig.settle()
        crowd.share()
        bare.append(statistics.median(_forward(generator, _values(rig, generator)) for _repeat in range(3)))
        events = int(random.integers(15, 25))
        rig.press(20, 20)
        for index in range(events):  # at any moment of the picture that is being drawn
            rig.exec(HAND * float(random.uniform(0.5, 1.5)))
            rig.move(20 + 4 * index, 20 + 2 * index)
        begin = time.perf_counter()
        rig.canvas.choose_class((rig.canvas.options.chosen + 1) % len(rig.canvas.classes))
        rig.move(20 + 4 * events, 100)
        rig.release()
        finals.append((rig.last_picture() - begin) * 1000)
        others.append(crowd.share())
        state, shown = rig.painter.state, rig.painter.picture
        assert state is not None
        assert shown is not None
        if not np.array_equal(shown, draw_on(generator, rig.ids, [state.position])[0]):
            raise StudioError("the last picture is not that of the last state")
    import torch

    what = f"last event of a stroke to its picture painted ÷ bare forward of the same module, {generator.spec.size} px"
    figure = ratio("paint-final", what, 1.3, finals, bare, others, unit="ms", threads=torch.get_num_threads())
    told = "last event of a stroke to its picture painted, median"
    return [replace(figure, direction="at most"), Figure("paint-final-ms", statistics.median(finals), "ms", told)]


def _undo(rig: PaintRig, quick: bool) -> list[Figure]:
    """On a map of 256 px, with a network that costs nothing; once for the time, once more for the memory."""
    rig.open(rig.stored("tiny", TINY))
    count = STROKES // 5 if quick else STROKES
    equal, seconds, _growth, steps = _there_and_back(rig, 0, count)
    rig.painter.source.duplicate()
    rig.exec(0.1)
    rig.settle()
    resident = _resident()
    tracemalloc.start()
    again, _slow, growth, more = _there_and_back(rig, 1, count)
    tracemalloc.stop()
    raw = {"strokes": steps, "resident set MB": _resident() - resident}
    what = f"label map bit-equal after {count} undos and as many redos (1: yes)"
    return [
        Figure("paint-undo", float(equal and again and steps == more == count), "", what, 1.0, "at least", raw),
        Figure("paint-undo-memory", growth, "MB", f"memory that {count} strokes at 256 px take", 50.0, "at most"),
        Figure("paint-undo-seconds", seconds, "s", f"{count} undos and as many redos, all shown"),
    ]


def _there_and_back(rig: PaintRig, seed: int, count: int) -> tuple[bool, float, float, int]:
    """Whether the map is the same, seconds of undo and redo, MB that were traced, steps that were undone."""
    random, first = np.random.default_rng(seed), rig.ids
    begin = tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
    for number in range(count):
        _scribble(rig, random, number)
    history, last, steps = rig.page.page_history, rig.ids, 0
    start = time.perf_counter()
    while history.can_undo:
        history.undo()
        rig.app.processEvents()
        steps += 1
    there = np.array_equal(rig.ids, first)
    while history.can_redo:
        history.redo()
        rig.app.processEvents()
    seconds = time.perf_counter() - start
    back = np.array_equal(rig.ids, last)
    rig.settle()
    grown = tracemalloc.get_traced_memory()[0] - begin if tracemalloc.is_tracing() else 0
    return there and back and not np.array_equal(first, last), seconds, grown / 2**20, steps


def _scribble(rig: PaintRig, random: np.random.Generator, number: int) -> None:
    """One stroke of twelve pieces with a brush of some size. Its class is not what lies under its beginning."""
    side = rig.canvas.viewport.canvas.width()
    points = (np.cumsum(random.normal(0, side / 16, (13, 2)), axis=0) + random.uniform(0, side, 2)).clip(1, side - 1)
    rig.canvas.options.set(size=int(random.integers(4, 40)))
    (x, y), count = points[0], len(rig.canvas.classes)
    under = int(rig.ids[int(y), int(x)])
    rig.canvas.choose_class((under + 1 + number % (count - 1)) % count)
    rig.press(x, y)
    for x, y in points[1:]:
        rig.move(x, y)
    rig.release()
    rig.app.processEvents()


# -- Translate --------------------------------------------------------------------------------------------------------


def _translate(rig: TranslateRig, quick: bool) -> list[Figure]:
    path, figures = rig.stored("pix2pix", PIX2PIX), []
    for device in _devices():
        generator = rig.open(path, device)
        random, answers, bare, others, crowd = np.random.default_rng(0), [], [], [], Crowd()
        rig.answer(_maps(random))  # what comes first prepares kernels and buffers
        for _turn in range(5 if quick else 40):
            rig.settle()
            crowd.share()
            assert rig.translator.position is not None
            given = stack([rig.translator.position])
            bare.append(statistics.median(_forward(generator, given) for _repeat in range(3)))
            answers.append(rig.answer(_maps(random)) * 1000)
            others.append(crowd.share())
        where = "" if device == "cpu" else "-cuda"
        what = "input to output in Translate ÷ bare forward of the same module, pix2pix, 256 px"
        figure = ratio(
            f"translate-forward{where}", what, 1.1, answers, bare, others, unit="ms", device=_device(generator)
        )
        told = "input to output in Translate, pix2pix, 256 px, median"
        figures += [
            replace(figure, direction="at most"),
            Figure(f"translate-forward{where}-ms", statistics.median(answers), "ms", told),
        ]
    return figures


def _maps(random: np.random.Generator) -> NDArray[np.uint8]:
    """A label map of large squares."""
    return np.kron(random.integers(0, 8, (8, 8)), np.ones((32, 32), np.int64)).astype(np.uint8)


# -- what both need ---------------------------------------------------------------------------------------------------


def _bundled(rig: BenchRig) -> Path:
    """The run that comes with the program, or one of its shape."""
    return bundled_path("paint") or rig.stored("spade-landscapes", BUNDLED)


def _devices() -> tuple[str, ...]:
    import torch

    return ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


def _device(generator: Generator) -> str:
    from ganstudio.training.device import describe

    return describe(generator.device)


def _values(rig: PaintRig, generator: Generator) -> dict[str, NDArray[Any]]:
    from ganstudio.explore.painting import values_of

    assert rig.painter.state is not None
    return values_of(generator, rig.ids, [rig.painter.state.position])


def _forward(generator: Generator, values: dict[str, NDArray[Any]]) -> float:
    """Milliseconds of one bare forward pass, batch 1; on a GPU until it has been computed."""
    import torch

    tensors = generator.tensors(values)
    wait: Callable[[], object] = torch.cuda.synchronize if generator.device.type == "cuda" else lambda: None
    with torch.inference_mode():
        wait()
        begin = time.perf_counter()
        generator.method.generate(tensors)
        wait()
        return (time.perf_counter() - begin) * 1000


def _resident() -> float:
    import torch

    from ganstudio.training.device import memory_used

    return memory_used(torch.device("cpu")) / 2**20


def _short(values: list[float]) -> list[float]:
    return [float(f"{value:.4g}") for value in values]


ROWS: dict[str, tuple[Callable[[], Any], Callable[[Any, bool], list[Figure]]]] = {
    "paint-ink": (PaintRig, _ink),
    "paint-stroke": (PaintRig, _stroke),
    "paint-final": (PaintRig, _final),
    "paint-undo": (PaintRig, _undo),
    "translate-forward": (TranslateRig, _translate),
}
