"""Row ``checkpoint``: how long the trainer is held by a checkpoint of 50 million parameters."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from ganstudio.bench.figures import Figure
from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StudioError
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Hyper as AnyHyper
from ganstudio.core.fields import field
from ganstudio.core.mailbox import Mailbox
from ganstudio.data import load, parse_request
from ganstudio.methods.base import Batch, Method, MethodInfo, Optimiser, Phase, Terms, Values
from ganstudio.store import Keep, RunWriter, WriteQueue, create_run
from ganstudio.training.device import choose_device, use_threads
from ganstudio.training.engine import Engine
from ganstudio.training.publish import Publisher
from ganstudio.training.state import state_of

TOLERANCE = 1.1


class LargeHyper(AnyHyper):
    """What the engine reads, and how many units a layer has."""

    batch_size: int = field(32, "Batch size", "Items per update.", ge=1)
    ema: float = field(0.99, "EMA", "Decay of the average.", ge=0, lt=1)
    width: int = field(4096, "Width", "Units of a layer.", ge=4)
    depth: int = field(3, "Depth", "Square layers.", ge=1)


class Large(Method):
    """One generator of square layers, drawn to the data's mean: as many parameters as asked for, and nothing else."""

    Hyper = LargeHyper
    info = MethodInfo("large", "Large", "", 2026, "", "", data_kinds=("points",))

    def __init__(self, hyper: AnyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        width, layers = int(self.hyper.width), []
        for _layer in range(int(self.hyper.depth)):
            layers += [nn.Linear(width, width), nn.ReLU()]
        self.generator = nn.Sequential(nn.Linear(2, width), nn.ReLU(), *layers, nn.Linear(width, 2))

    def phases(self) -> Sequence[Phase]:
        """One update."""
        return (Phase("generator", "generator", ("generator",), Optimiser(lr=1e-4), self.terms),)

    def terms(self, batch: Batch) -> Terms:
        """Squared distance to real items."""
        return {"distance": (self.generate(self.draw(batch.size, batch.real.device)) - batch.real).square().mean()}

    def controls(self) -> Sequence[Control]:
        """The latent vector."""
        return (LatentVector("z", 2),)

    def generate(self, values: Values) -> Tensor:
        """G(z)."""
        items: Tensor = self.generator(values["z"])
        return items


def measure(name: str, quick: bool) -> list[Figure]:
    """The call that takes the checkpoint, beside a step and a mere copy of the same bytes."""
    use_threads()
    width = 512 if quick else 4096  # 3 × 4096² is a little above 50 million
    experiment = Experiment("large", "ring", device="auto")
    data = load(parse_request("ring"))
    engine = Engine(Large(LargeHyper(width=width), data.spec), data, 0, choose_device("auto"))
    with tempfile.TemporaryDirectory() as folder:
        path = create_run(experiment, data.spec, data.fingerprint, path=Path(folder) / "run")
        problems: list[object] = []
        writer = RunWriter(path)
        queue = WriteQueue(on_error=problems.append, on_disk_full=problems.append, on_room=lambda: None)
        publisher = Publisher(engine, Mailbox(), writer, queue, keep=Keep(newest=1))
        try:
            turns = [_turn(engine, publisher) for _each in range(2 if quick else 6)][1:]
        finally:
            queue.close(timeout=120)
            writer.close()
    if problems:
        raise StudioError(f"the checkpoint could not be written: {problems[0]}")
    return [_figure(engine, turns)]


def _turn(engine: Engine, publisher: Publisher) -> dict[str, float]:
    """Some steps, the checkpoint, the steps while it is written, a copy."""

    def step() -> None:
        engine.step()
        engine.close_row(0.0)
        if engine.device.type == "cuda":
            torch.cuda.synchronize(engine.device)

    calm = statistics.median(_seconds(step) for _each in range(6))
    stall = _seconds(publisher.checkpoint)
    writing: list[float] = []
    until = time.perf_counter() + 60
    while not publisher.queue.flush(timeout=0) and time.perf_counter() < until:
        writing.append(_seconds(step))
    tensors = list(state_of(engine)[0].values())
    copy = min(_seconds(lambda: [tensor.to("cpu", copy=True) for tensor in tensors]) for _each in range(2))
    publisher.flush_scalars()
    publisher.queue.flush(timeout=60)
    return {
        "stall": stall,
        "step": calm,
        "copy": copy,
        "step while writing": statistics.median(writing) if writing else calm,
        "slowest step while writing": max(writing, default=calm),
        "writing": sum(writing),
    }


def _seconds(call: Callable[[], object]) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def _figure(engine: Engine, turns: list[dict[str, float]]) -> Figure:
    count = sum(parameter.numel() for parameter in engine.method.parameters())
    size = sum(tensor.numel() * tensor.element_size() for tensor in state_of(engine)[0].values())
    shares = [turn["stall"] / (turn["step"] + turn["copy"]) for turn in turns]
    raw: dict[str, object] = {f"{name}, s": [round(turn[name], 4) for turn in turns] for name in turns[0]}
    raw |= {"parameters": count, "MB": round(size / 1e6), "ratios": [round(share, 3) for share in shares]}
    what = f"stall for a checkpoint of {count / 1e6:.0f} M parameters ÷ (one step + copy of the same bytes)"
    return Figure("checkpoint", statistics.median(shares), "×", what, TOLERANCE, "at most", raw)
