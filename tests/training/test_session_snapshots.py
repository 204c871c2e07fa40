"""Weights handed to whoever draws beside the training."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ganstudio.core.commands import Pause, Snapshot, StepOnce, Stop
from ganstudio.core.events import Progress
from ganstudio.store import load_checkpoint
from ganstudio.training.session import Session
from tests.training.training_kit import QUICK, Watcher, assert_same, experiment, finish


def test_asking_changes_nothing_of_the_training(tmp_path: Path) -> None:
    plain = finish(Session.new(experiment(40), path=tmp_path / "plain", pace=QUICK))
    watched = Session.new(experiment(40), path=tmp_path / "watched", pace=QUICK)
    for index in range(60):
        watched.send(Snapshot("ema" if index % 2 else "raw"))
    finish(watched)
    assert watched.snapshots.fresh
    assert plain.session.path is not None
    assert watched.path is not None
    from ganstudio.store import Run

    one, other = (load_checkpoint(Run.open(path), 40)[0] for path in (plain.session.path, watched.path))
    assert_same(one, other)


@pytest.mark.parametrize("source", ["ema", "raw"])
def test_a_paused_session_hands_over_the_weights_of_its_step(tmp_path: Path, source: str) -> None:
    session = Session.new(experiment(1000, ema=0.9), path=tmp_path / "run", paused=True, pace=QUICK)
    session.start()
    watcher = Watcher(session)
    session.send(StepOnce(7))
    session.send(Snapshot(source))  # type: ignore[arg-type]
    watcher.until(lambda: any(event.step == 7 for event in watcher.of(Progress)))
    session.send(Snapshot(source))  # type: ignore[arg-type]
    found = None

    def arrived() -> bool:
        nonlocal found
        found = session.snapshots.take()
        return found is not None and found[1] == 7

    watcher.until(arrived)
    assert found is not None
    method, _step, given = found
    assert given == source
    with torch.no_grad():
        drawn = method.generate({"z": torch.zeros(3, 2)})
    session.send(Stop())
    watcher.end()
    from ganstudio.explore.stored import StoredGenerator
    from ganstudio.store import Run

    assert session.path is not None
    stored = StoredGenerator.open(Run.open(session.path), 7, given)
    assert torch.equal(stored.method.generate({"z": torch.zeros(3, 2)}), drawn)


def test_a_pause_is_no_reason_to_wait(tmp_path: Path) -> None:
    session = Session.new(experiment(10**7), path=tmp_path / "run", pace=QUICK)
    session.start()
    watcher = Watcher(session)
    session.send(Pause())
    watcher.until(lambda: session.state == "paused")
    for _index in range(20):
        session.send(Snapshot())
    watcher.until(lambda: session.snapshots.fresh)
    session.send(Stop(save=False))
    watcher.end()
