"""Small runs, and what one asks of them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Event, Rows
from ganstudio.core.experiment import Experiment
from ganstudio.data import Dataset, load
from ganstudio.methods import METHODS, Method
from ganstudio.nn.random import randomness, seeded
from ganstudio.store import Run, load_checkpoint
from ganstudio.training.engine import Engine
from ganstudio.training.publish import Pace
from ganstudio.training.session import Session
from ganstudio.training.state import state_of

RING = "ring:count=2048"
SMALL = {"batch_size": 16, "mlp_width": 16, "mlp_depth": 2}
QUICK = Pace(scalars=0.0, progress=0.0, status=0.05, samples=0.0, stored=0.0, checkpoint=1e9)


def pictures(size: int = 16, channels: int = 1, count: int = 100) -> Dataset:
    """Random pictures."""
    rng = np.random.default_rng(5)
    items = torch.from_numpy(rng.integers(0, 256, (count, channels, size, size), np.uint8))
    spec = DataSpec("random", "images", count, channels, size)
    return Dataset(spec, items, None, f"random-{size}-{channels}")


def make_engine(name: str, data: Dataset | str = RING, seed: int = 0, **hyper: Any) -> Engine:
    dataset = load(data, seed=seed) if isinstance(data, str) else data
    method_class = METHODS[name]
    values = method_class.resolve(hyper, dataset.spec.kind)
    with randomness(seeded(seed, "weights")):
        method: Method = method_class(values, dataset.spec)
    return Engine(method, dataset, seed, torch.device("cpu"))


def train(engine: Engine, steps: int) -> Rows | None:
    for _index in range(steps):
        engine.step()
        engine.close_row(float(engine.step_count))
    return engine.losses.take()


def saved(engine: Engine) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """What a checkpoint of the engine holds, as it comes back from a file."""
    tensors, values = state_of(engine)
    return {name: tensor.clone() for name, tensor in tensors.items()}, json.loads(json.dumps(values))


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    different = [name for name in one if not torch.equal(one[name], other[name])]
    assert not different


def experiment(steps: int = 30, method: str = "gan", data: str = RING, seed: int = 0, **hyper: Any) -> Experiment:
    return Experiment(method, data, {**SMALL, **hyper} if data == RING else hyper, steps, seed, "cpu")


class Watcher:
    """A session being listened to."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.seen: list[Event] = []

    def listen(self) -> list[Event]:
        self.seen += self.session.mailbox.drain()
        return self.seen

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.listen() if isinstance(event, kind)]

    def until(self, true: Callable[[], object], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"never came; state {self.session.state}, {self.seen[-5:]}"
            time.sleep(0.002)

    def until_state(self, state: str) -> None:
        self.until(lambda: self.session.state == state)

    @property
    def step(self) -> int:
        rows = [event for event in self.of(Rows) if event.table == "steps"]
        return int(rows[-1].steps[-1]) if rows else 0

    @property
    def taken(self) -> int:
        """Steps that were told, those that were undone later too."""
        return sum(len(rows.steps) for rows in self.of(Rows) if rows.table == "steps")

    def end(self) -> None:
        assert self.session.join(120)
        self.listen()


@contextmanager
def running(session: Session) -> Iterator[Watcher]:
    """The session, started; it is stopped at the end whatever happens."""
    from ganstudio.core.commands import Stop

    session.start()
    watcher = Watcher(session)
    try:
        yield watcher
    finally:
        session.send(Stop(save=False))
        session.send(Stop(save=False))
        assert session.join(30)


def finish(session: Session) -> Watcher:
    session.start()
    watcher = Watcher(session)
    watcher.end()
    if session.failure is not None:
        raise session.failure
    return watcher


def newest(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Tensors and values of the newest checkpoint."""
    tensors, metadata, _step = load_checkpoint(path)
    return tensors, json.loads(metadata["state"])


def columns(path: Path, table: str = "steps") -> dict[str, np.ndarray]:
    """All stored rows of a table by column, NaN where one was not measured; ``step`` among them, seconds left out."""
    parts = Run.open(path).rows(table)
    steps = np.concatenate([rows.steps for rows in parts])
    found: dict[str, np.ndarray] = {"step": steps}
    for rows in parts:
        at = np.searchsorted(steps, rows.steps)
        for index, info in enumerate(rows.series):
            found.setdefault(info.name, np.full(len(steps), np.nan, np.float32))[at] = rows.values[:, index]
    return found


def assert_same_curves(one: Path, other: Path) -> None:
    for table in ("steps", "gradients"):
        mine, theirs = columns(one, table), columns(other, table)
        assert mine.keys() == theirs.keys()
        for name in mine:
            np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)
