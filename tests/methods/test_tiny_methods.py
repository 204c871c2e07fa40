"""The engine and the session train methods they were not written for, unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from ganstudio.core.commands import Show
from ganstudio.core.events import Samples, Scene
from ganstudio.core.experiment import Experiment
from ganstudio.store import Run
from ganstudio.training.session import Session
from ganstudio.training.state import load_state
from tests.methods.tiny import TINY, registered
from tests.training.training_kit import (
    QUICK,
    RING,
    assert_same,
    assert_same_curves,
    columns,
    finish,
    make_engine,
    newest,
    saved,
    train,
)

NAMES = [method.info.name for method in TINY]


@pytest.fixture(autouse=True)
def named() -> Iterator[None]:
    with registered(*TINY):
        yield


@pytest.mark.parametrize("name", NAMES)
def test_every_network_learns(name: str) -> None:
    engine = make_engine(name)
    before = {key: value.clone() for key, value in engine.method.named_parameters()}
    rows = train(engine, 6)
    assert rows is not None
    assert {info.kind for info in rows.series} >= {"loss"}
    moved = {
        key.split(".")[0] for key, value in engine.method.named_parameters() if not torch.equal(value, before[key])
    }
    assert moved == {key.split(".")[0] for key in before}


@pytest.mark.parametrize("name", NAMES)
def test_a_session_trains_it_stops_and_goes_on(name: str, tmp_path: Path) -> None:
    finish(Session.new(Experiment(name, RING, steps=24, device="cpu"), path=tmp_path / "whole"))
    session = Session.new(Experiment(name, RING, steps=11, device="cpu"), path=tmp_path / "parts", pace=QUICK)
    session.send(Show(scene=True, live=True))
    watcher = finish(session)
    assert watcher.of(Samples)[-1].items.shape == (1024, 2)
    scored = name != "joint"
    assert (watcher.of(Samples)[-1].scores is not None) == scored
    assert bool(watcher.of(Scene)) == scored
    if scored:
        assert watcher.of(Scene)[-1].manifold.shape == (21, 21, 2)
        assert watcher.of(Scene)[-1].arrows is None
    finish(Session.resume(tmp_path / "parts", 24))
    assert_same(newest(tmp_path / "whole")[0], newest(tmp_path / "parts")[0])
    assert_same_curves(tmp_path / "whole", tmp_path / "parts")
    assert Run.open(tmp_path / "parts").status().state == "finished"


def test_phases_that_run_now_and_then_leave_gaps_in_their_curves(tmp_path: Path) -> None:
    finish(Session.new(Experiment("two-of-each", RING, steps=6, device="cpu"), path=tmp_path / "run"))
    rows = columns(tmp_path / "run")
    assert np.isfinite(rows["discriminator a/real"]).all()
    assert np.isfinite(rows["discriminator b/real"]).tolist() == [True, False] * 3
    assert int(np.isfinite(rows["generators/a"]).sum()) == 4


def test_each_generator_of_two_draws_its_own_items() -> None:
    engine = make_engine("two-of-each")
    train(engine, 3)
    z = engine.fixed["z"]
    one, two = (engine.samples("ema", {"z": z, "generator": torch.full((len(z),), g)})[0] for g in (0, 1))
    assert not torch.equal(one, two)
    mixed, _scores = engine.samples()
    chosen = engine.fixed["generator"]
    assert set(chosen.tolist()) == {0, 1}
    torch.testing.assert_close(mixed, torch.where(chosen[:, None] == 0, one, two))
    assert z.abs().max() <= 1  # its prior is uniform


def test_buffers_are_part_of_the_checkpoint() -> None:
    engine = make_engine("joint")
    train(engine, 5)
    tensors, values = saved(engine)
    assert int(tensors["method/seen"]) == 5 * 16
    other = make_engine("joint")
    load_state(other, tensors, values)
    assert int(other.method.seen) == 5 * 16
    assert [role.name for role in engine.roles] == ["joint"]
