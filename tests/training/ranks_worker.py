"""One of two ranks, as a process of its own: trains what the tests compare, and stores it in a folder.

Run as ``python -m tests.training.ranks_worker FOLDER PORT…`` with ``RANK`` and ``WORLD_SIZE`` set; a port for each part.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from ganstudio.__main__ import main as command_line
from ganstudio.core.experiment import Experiment
from ganstudio.data import Dataset, load
from ganstudio.methods import METHODS, Method
from ganstudio.nn.random import randomness, seeded
from ganstudio.training.engine import Engine
from ganstudio.training.follow import follow
from ganstudio.training.ranks import ALONE, Ranks, Together
from ganstudio.training.session import Session
from ganstudio.training.state import load_state, state_of
from tests.methods.test_every_method import build as build_small
from tests.methods.test_every_method import data_for
from tests.training.training_kit import QUICK, RING, SMALL, pictures

SGD = {"optimiser_d": "sgd", "optimiser_g": "sgd", "lr_d": 0.05, "lr_g": 0.05}
CONV = {"conv_width": 4, "latent_size": 8, **SGD}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "spectral": ("dcgan", {**CONV, "batch_size": 8, "norm_d": "spectral"}),
    "batch norm": ("dcgan", {**CONV, "batch_size": 8, "norm_d": "batch"}),
    "uneven parts": ("dcgan", {**CONV, "batch_size": 7, "norm_d": "batch"}),
    "slope": ("gan", {**SMALL, **SGD, "penalty": "r1", "n_critic": 2, "batch_size": 10}),
}
STEPS, HALF = 6, 3
WHOLE, PARTED, ONE, KILLED = "whole", "parted", "one", "killed"


def small(steps: int, **hyper: Any) -> Experiment:
    return Experiment("gan", RING, {**SMALL, "norm_g": "batch", **hyper}, steps, 0, "cpu")


def command(path: Path, steps: int) -> list[str]:
    """The same, as the command line is told."""
    hyper = [f"{name}={value}" for name, value in small(steps).hyper.items()]
    options = ["--data", RING, "--steps", str(steps), "--device", "cpu", "--threads", "1", "--out", str(path)]
    return ["train", "gan", *options, "--set", *hyper]


def build(case: str, ranks: Ranks = ALONE) -> Engine:
    """An engine whose latents are the same however many ranks draw them."""
    name, hyper = CASES[case]
    data: Dataset = pictures(16) if name == "dcgan" else load("ring:count=500", seed=0)
    with randomness(seeded(0, "weights")):
        method: Method = METHODS[name](METHODS[name].resolve(hyper, data.spec.kind), data.spec)
    draw, calls = method.draw, iter(range(10_000))

    def slice_of_all(count: int, device: torch.device | str = "cpu") -> dict[str, Tensor]:
        with randomness(seeded(0, f"draw {next(calls)}")):
            drawn = draw(engine.batches.batch_size, device)
        first, size = engine.batches.part
        assert count == size
        return {name: rows[first : first + size] for name, rows in drawn.items()}

    engine = Engine(method, data, 0, torch.device("cpu"), ranks)
    method.draw = slice_of_all  # type: ignore[method-assign]
    return engine


def of_method(name: str, ranks: Ranks = ALONE) -> Engine:
    """A small one on the first kind of data that it takes."""
    engine = build_small(name, data_for(METHODS[name])[0])
    return Engine(engine.method, engine.dataset, 0, engine.device, ranks)


def learned(engine: Engine) -> dict[str, Tensor]:
    """Gradients of the first step, and weights, buffers and averages after the third; what was measured meanwhile."""
    engine.step()
    engine.close_row(0.0)
    found = {f"gradient/{name}": p.grad.clone() for name, p in engine.method.named_parameters() if p.grad is not None}
    for _turn in range(2):
        engine.step()
        engine.close_row(0.0)
    found |= {name: tensor for name, tensor in state_of(engine)[0].items() if name.startswith(("method", "ema"))}
    rows = engine.losses.take()
    assert rows is not None
    return {name: t.detach().clone().contiguous() for name, t in found.items()} | {
        "rows": torch.from_numpy(rows.values)
    }


def _compare(ranks: Together, folder: Path) -> None:
    for case in CASES:
        engine = build(case, ranks)
        if ranks.rank:  # has first weights of its own until it is sent those of rank 0
            with torch.no_grad():
                for parameter in engine.method.parameters():
                    parameter.add_(1.0)
            engine.averages.clear()
            load_state(engine, ranks.receive(ranks.hear()), state_of(engine)[1])
        else:
            ranks.send(*state_of(engine))
        save_file(learned(engine), folder / f"{case} {ranks.rank}.safetensors")
    for name in METHODS:
        engine = of_method(name, ranks)
        engine.chance.manual_seed(ranks.rank)
        engine.step()
        tensors = {key: tensor.contiguous() for key, tensor in engine.method.state_dict().items()}
        save_file(tensors, folder / f"{name} {ranks.rank}.safetensors")
    save_file(_partly(ranks), folder / f"partly {ranks.rank}.safetensors")
    if ranks.rank:
        assert ranks.hear() is None
    ranks.end()


def _partly(ranks: Together) -> dict[str, Tensor]:
    """What comes of gradients that both ranks have, each of them alone, and none: those there are afterwards."""
    parameters = {name: torch.nn.Parameter(torch.zeros(2, 3)) for name in ("both", "first", "second", "none")}
    for turn in (1, 2):  # the message is used again
        for name, value in (("both", 10.0), (("first", "second")[ranks.rank], 5.0)):
            parameters[name].grad = torch.full((2, 3), turn * (value + ranks.rank))
        for name in ("none", ("second", "first")[ranks.rank]):
            parameters[name].grad = None
        ranks.average("partly", list(parameters.values()))
    return {name: p.grad.clone() for name, p in parameters.items() if p.grad is not None}


def _train(ranks: Together, make: Any) -> Session | None:
    if ranks.rank:
        assert follow(ranks, print) == 0
        return None
    session: Session = make(pace=QUICK, hold_on_trouble=False, ranks=ranks)
    session.start()
    session.join(60)
    return session


def _die_at(step: int) -> None:
    take = Engine.step

    def step_or_die(self: Engine, *options: Any) -> None:
        if self.step_count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        take(self, *options)

    Engine.step = step_or_die  # type: ignore[method-assign]


def main(folder: Path, ports: Iterator[str]) -> None:
    torch.set_num_threads(1)

    def ranks() -> Together:
        os.environ["MASTER_PORT"] = next(ports)
        return Together()

    _compare(ranks(), folder)
    os.environ["MASTER_PORT"] = next(ports)
    assert command_line(command(folder / WHOLE, STEPS)) == 0
    _train(ranks(), lambda **how: Session.new(small(HALF), path=folder / PARTED, **how))
    _train(ranks(), lambda **how: Session.resume(folder / PARTED, STEPS, **how))
    _train(ranks(), lambda **how: Session.resume(folder / ONE, STEPS, **how))
    if int(os.environ["RANK"]):
        _die_at(HALF)
    session = _train(ranks(), lambda **how: Session.new(small(10**6), path=folder / KILLED, **how))
    assert session is not None
    told = {"failure": str(session.failure), "state": session.state}
    (folder / "killed.json").write_text(json.dumps(told), encoding="utf-8")
    os._exit(0)  # some part of the connection to the lost rank would be waited for


if __name__ == "__main__":
    main(Path(sys.argv[1]), iter(sys.argv[2:]))
