"""What a session must survive: broken losses, full disks, no memory, damaged checkpoints, being killed."""

from __future__ import annotations

import errno
import json
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganstudio.__main__ import main
from ganstudio.core.commands import GoBack, Pause, Resume, SaveCheckpoint, StepOnce, Stop
from ganstudio.core.errors import StoreError, TrainingError, UsageError
from ganstudio.core.events import CheckpointSaved, HyperChanged, Note, Rewound, StateChanged
from ganstudio.methods import METHODS
from ganstudio.methods.base import Batch, Terms
from ganstudio.methods.gan import GAN
from ganstudio.store import Run, RunWriter, atomic, load_checkpoint, queue
from ganstudio.store.checkpoints import write_checkpoint
from ganstudio.training.session import Session
from tests.training.training_kit import (
    QUICK,
    RING,
    SMALL,
    Watcher,
    assert_same,
    columns,
    experiment,
    finish,
    make_engine,
    newest,
    running,
    saved,
    train,
)

ENDLESS = 10**7


class Fragile(GAN):
    """A GAN that breaks when it is told to."""

    Hyper = GAN.Hyper
    value = float("nan")
    break_at = 20
    largest_batch = 10**9
    error: Exception | None = None
    calls = 0

    def generator_terms(self, batch: Batch) -> Terms:
        type(self).calls += 1
        if batch.size > self.largest_batch:
            raise torch.OutOfMemoryError("no room for that many")
        if self.error is not None and self.calls >= self.break_at:
            raise self.error
        terms = super().generator_terms(batch)
        if self.error is None and self.calls == self.break_at:
            terms["adversarial"] = terms["adversarial"] * self.value
        return terms


@pytest.fixture
def fragile() -> Iterator[type[Fragile]]:
    """The method in the registry, whole again for every test."""
    Fragile.calls, Fragile.break_at, Fragile.value = 0, 20, float("nan")
    Fragile.error, Fragile.largest_batch = None, 10**9
    METHODS._items["fragile"] = Fragile
    yield Fragile
    del METHODS._items["fragile"]


# -- losses that are not finite ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_broken_loss_pauses_names_it_and_can_be_undone(tmp_path: Path, fragile: type[Fragile], value: float) -> None:
    fragile.value = value
    session = Session.new(experiment(60, "fragile"), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        session.send(StepOnce(12))
        watcher.until(lambda: watcher.step == 12)
        session.send(SaveCheckpoint())
        session.send(Resume())
        watcher.until(lambda: any(event.message for event in watcher.of(StateChanged)))
        told = next(event for event in watcher.of(StateChanged) if event.message)
        assert told.state == "paused"
        assert "generator/adversarial" in told.message
        assert "20" in told.message
        session.send(SaveCheckpoint())
        session.send(Resume())  # refused, and told why
        watcher.until(lambda: len([note for note in watcher.of(Note) if "generator/adversarial" in note.text]) == 2)
        assert session.state == "paused"
        watcher.until(lambda: CheckpointSaved(12) in watcher.of(CheckpointSaved))
        assert Run.open(tmp_path / "run").checkpoint_steps() == [0, 12]
        session.send(GoBack())
        watcher.until(lambda: watcher.of(Rewound) == [Rewound(12)])
        session.send(Resume())
        watcher.end()
    assert session.state == "finished"
    values = newest(tmp_path / "run")[1]
    assert (values["step"], values["hyper"]["lr_d"], values["hyper"]["lr_g"]) == (60, 5e-4, 5e-4)
    rows = columns(tmp_path / "run")
    assert rows["step"].tolist() == list(range(1, 61))
    assert all(np.isfinite(column).all() for column in rows.values())


def test_a_loss_that_breaks_just_as_one_pauses_is_told_too(tmp_path: Path, fragile: type[Fragile]) -> None:
    fragile.break_at = 3
    session = Session.new(experiment(60, "fragile"), path=tmp_path / "run", paused=True)
    with running(session) as watcher:
        session.send(StepOnce(3))
        watcher.until(lambda: any("generator/adversarial" in e.message for e in watcher.of(StateChanged)))
        session.send(Stop())
        watcher.end()
    assert Run.open(tmp_path / "run").checkpoint_steps() == [0]


def test_where_nobody_watches_a_broken_loss_is_a_failure(tmp_path: Path, fragile: type[Fragile]) -> None:
    session = Session.new(experiment(60, "fragile"), path=tmp_path / "run", hold_on_trouble=False)
    with pytest.raises(TrainingError, match="step 20"):
        finish(session)
    status = Run.open(tmp_path / "run").status()
    assert status.state == "failed"
    assert "generator/adversarial" in status.message
    assert Run.open(tmp_path / "run").checkpoint_steps() == [0]


class Brittle(GAN):
    """A GAN whose losses stay finite while the update of step 6 makes weights of G that are not."""

    Hyper = GAN.Hyper
    calls = 0

    def generator_terms(self, batch: Batch) -> Terms:
        type(self).calls += 1
        terms = super().generator_terms(batch)
        if self.calls == 6:
            zero = 0 * next(self.generator.parameters()).sum()
            terms["adversarial"] = terms["adversarial"] + zero.sqrt()  # 0, with an infinite slope
        return terms


@pytest.fixture
def brittle(monkeypatch: pytest.MonkeyPatch) -> None:
    Brittle.calls = 0
    monkeypatch.setitem(METHODS._items, "brittle", Brittle)


@pytest.mark.parametrize("save", [True, False])
@pytest.mark.parametrize("stop", [False, True], ids=["at the end", "stopped"])
def test_a_run_that_ends_with_broken_weights_has_failed(tmp_path: Path, brittle: None, stop: bool, save: bool) -> None:
    session = Session.new(experiment(60 if stop else 6, "brittle"), path=tmp_path / "run", paused=True)
    with running(session) as watcher:
        session.send(StepOnce(5))
        watcher.until(lambda: watcher.step == 5)
        session.send(SaveCheckpoint())
        session.send(StepOnce(1))
        watcher.until(lambda: watcher.step == 6)
        session.send(Stop(save=save) if stop else Resume())
        watcher.end()
    run = Run.open(tmp_path / "run")
    assert run.status().state == session.state == "failed"
    assert "generator." in run.status().message
    assert "not finite" in run.status().message
    assert run.checkpoint_steps() == [0, 5]
    assert np.isfinite(columns(tmp_path / "run")["generator/adversarial"]).all()  # no loss told of it
    assert run.newest_good_checkpoint().step == 5


def test_the_command_line_says_that_it_failed(
    tmp_path: Path, brittle: None, capsys: pytest.CaptureFixture[str]
) -> None:
    known = ["--set", *(f"{name}={value}" for name, value in SMALL.items())]
    assert main(["train", "brittle", "--data", RING, "--steps", "6", "--out", str(tmp_path / "run"), *known]) == 1
    assert "not finite" in capsys.readouterr().err
    assert Run.open(tmp_path / "run").status().state == "failed"


def test_a_checkpoint_that_is_not_finite_is_passed_over(tmp_path: Path) -> None:
    stopped_run(tmp_path / "run")
    tensors, metadata, _step = load_checkpoint(tmp_path / "run", 8)
    tensors["method/generator.layers.0.weight"][0, 0] = float("nan")
    write_checkpoint(Run.open(tmp_path / "run").checkpoint_path(8), tensors, metadata)
    watcher = finish(Session.resume(tmp_path / "run"))
    assert any("not finite" in note.text for note in watcher.of(Note))
    engine = make_engine("gan", RING, **SMALL)
    train(engine, 30)
    assert_same(newest(tmp_path / "run")[0], saved(engine)[0])


def test_weights_that_are_not_finite_are_never_kept(tmp_path: Path) -> None:
    session = Session.new(experiment(60), path=tmp_path / "run", paused=True)
    with running(session) as watcher:
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 2)
        assert session._publisher is not None
        with torch.no_grad():
            next(session._publisher.engine.method.parameters()).fill_(float("inf"))
        session.send(SaveCheckpoint())
        watcher.until(lambda: any("not finite" in note.text for note in watcher.of(Note)))
        assert watcher.of(CheckpointSaved) == [CheckpointSaved(0)]


def test_an_error_in_the_thread_fails_with_words_and_details(tmp_path: Path, fragile: type[Fragile]) -> None:
    fragile.error, fragile.break_at = RuntimeError("the moon is full"), 5
    session = Session.new(experiment(60, "fragile"), path=tmp_path / "run")
    with pytest.raises(TrainingError, match="the moon is full"):
        finish(session)
    status = Run.open(tmp_path / "run").status()
    assert (status.state, status.step) == ("failed", 4)
    assert "the moon is full" in status.message
    assert "Traceback" in status.details
    assert "generator_terms" in status.details
    assert not session.alive


# -- memory -----------------------------------------------------------------------------------------------------------


def test_no_memory_says_which_batch_would_fit(tmp_path: Path, fragile: type[Fragile]) -> None:
    fragile.largest_batch = 10
    session = Session.new(experiment(9, "fragile", batch_size=64), path=tmp_path / "run")
    with pytest.raises(TrainingError, match=r"64\b.*\b8 would fit"):
        finish(session)
    status = Run.open(tmp_path / "run").status()
    assert (status.state, status.step) == ("failed", 0)


def test_no_memory_for_any_batch(tmp_path: Path, fragile: type[Fragile]) -> None:
    fragile.largest_batch = 1
    with pytest.raises(TrainingError, match="smallest batch"):
        finish(Session.new(experiment(9, "fragile"), path=tmp_path / "run"))


# -- full disk --------------------------------------------------------------------------------------------------------


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """When it is set, the disk is full."""
    real_write, full = os.write, threading.Event()

    def write(handle: int, data: Any) -> int:
        if full.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(handle, data)

    monkeypatch.setattr(atomic.os, "write", write)
    monkeypatch.setattr(queue.WriteQueue.__init__, "__kwdefaults__", {
        **(queue.WriteQueue.__init__.__kwdefaults__ or {}), "retry_seconds": 0.05})  # fmt: skip
    yield full
    full.clear()


def test_a_full_disk_pauses_and_goes_on_by_itself(tmp_path: Path, full_disk: threading.Event) -> None:
    session = Session.new(experiment(400), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 20)
        full_disk.set()
        watcher.until(lambda: any("full" in event.message for event in watcher.of(StateChanged)))
        watcher.until_state("paused")
        at = watcher.step
        time.sleep(0.1)
        assert watcher.step == at < 400
        full_disk.clear()
        watcher.end()
    assert session.state == "finished"
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, 401))
    engine = make_engine("gan", RING, **SMALL)
    train(engine, 400)
    assert_same(newest(tmp_path / "run")[0], saved(engine)[0])


def until_full(session: Session, watcher: Watcher, full: threading.Event) -> None:
    """Trains for a while, saves, trains on, and then there is no room."""
    session.send(StepOnce(5))
    watcher.until(lambda: watcher.step == 5)
    session.send(SaveCheckpoint())
    watcher.until(lambda: CheckpointSaved(5) in watcher.of(CheckpointSaved))
    full.set()
    session.send(Resume())
    watcher.until(lambda: any("full" in event.message for event in watcher.of(StateChanged)))


@pytest.mark.parametrize("patience", [0.3, 60.0])
def test_a_stop_on_a_full_disk_ends_in_words_after_its_patience_or_a_second_stop(
    tmp_path: Path, full_disk: threading.Event, patience: float
) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK, paused=True, disk_patience=patience)
    with running(session) as watcher:
        until_full(session, watcher, full_disk)
        session.send(Stop())
        if patience > 1:
            watcher.until(lambda: session.waits_for_room)
            watcher.until(lambda: "stop again" in watcher.of(StateChanged)[-1].message)
            session.send(Stop())
        watcher.end()
    assert isinstance(session.failure, TrainingError)
    assert "what came after the checkpoint of step 5" in str(session.failure)
    full_disk.clear()
    run = Run.open(tmp_path / "run")
    assert run.newest_good_checkpoint().step == 5
    watcher = finish(Session.resume(tmp_path / "run", 12))
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, 13))


def test_a_stop_on_a_full_disk_loses_nothing_where_room_is_made_in_time(
    tmp_path: Path, full_disk: threading.Event
) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK, paused=True, disk_patience=60.0)
    with running(session) as watcher:
        until_full(session, watcher, full_disk)
        session.send(Stop())
        watcher.until(lambda: session.waits_for_room)
        full_disk.clear()
        watcher.end()
    run = Run.open(tmp_path / "run")
    assert (run.status().state, run.newest_good_checkpoint().step) == ("stopped", run.status().step)
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, run.status().step + 1))


def test_going_back_while_the_disk_fills_can_be_stopped(
    tmp_path: Path, full_disk: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    truncate = RunWriter.truncate_after

    def fill(writer: RunWriter, step: int) -> None:
        full_disk.set()
        truncate(writer, step)

    monkeypatch.setattr(RunWriter, "truncate_after", fill)
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK, paused=True, disk_patience=0.3)
    with running(session) as watcher:
        session.send(StepOnce(5))
        watcher.until(lambda: watcher.step == 5)
        session.send(GoBack())
        watcher.until(lambda: any("full" in event.message for event in watcher.of(StateChanged)))
        session.send(Stop())
        watcher.end()
    assert "full disk" in str(session.failure)


def test_any_other_failed_write_holds_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 5)
        real = atomic.os.write
        monkeypatch.setattr(
            atomic.os, "write", lambda *a: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output error"))
        )
        watcher.until(lambda: any("cannot be written" in event.message for event in watcher.of(StateChanged)))
        watcher.until_state("paused")
        monkeypatch.setattr(atomic.os, "write", real)


# -- what lies on the disk --------------------------------------------------------------------------------------------


def stopped_run(path: Path) -> None:
    """A run with checkpoints of steps 0, 4 and 8."""
    session = Session.new(experiment(30), path=path, paused=True)
    with running(session) as watcher:
        for step in (4, 8):
            session.send(StepOnce(4))
            watcher.until(lambda step=step: watcher.step == step)
            session.send(SaveCheckpoint())
        session.send(Stop())
        watcher.end()
    assert Run.open(path).checkpoint_steps() == [0, 4, 8]


def foreign(path: Path) -> None:
    write_checkpoint(path, {"weight": np.zeros((2, 2), np.float32)}, {"format": "pt"})


def of_another_run(path: Path) -> None:
    tensors, values = saved(make_engine("gan", RING, **{**SMALL, "mlp_width": 20}))
    write_checkpoint(path, tensors, {"state": json.dumps(values)})


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


class Evil:
    def __reduce__(self) -> Any:
        return os.mkdir, ("/tmp/a-pickle-was-loaded",)


def pickled(path: Path) -> None:
    path.write_bytes(pickle.dumps(Evil()))


@pytest.mark.parametrize("damage", [truncated, foreign, of_another_run, pickled])
def test_a_bad_newest_checkpoint_gives_way_to_the_one_before(tmp_path: Path, damage: Any) -> None:
    stopped_run(tmp_path / "run")
    damage(Run.open(tmp_path / "run").checkpoint_path(8))
    watcher = finish(Session.resume(tmp_path / "run"))
    assert any("000000008" in note.text or "checkpoint" in note.text for note in watcher.of(Note))
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, 31))
    engine = make_engine("gan", RING, **SMALL)
    train(engine, 30)
    assert_same(newest(tmp_path / "run")[0], saved(engine)[0])
    assert not Path("/tmp/a-pickle-was-loaded").exists()


def test_a_run_none_of_whose_checkpoints_can_be_used_is_left_as_it_is(tmp_path: Path) -> None:
    stopped_run(tmp_path / "run")
    run = Run.open(tmp_path / "run")
    for step in run.checkpoint_steps():
        of_another_run(run.checkpoint_path(step))
    session = Session.resume(tmp_path / "run")
    with pytest.raises(StoreError, match="shape"):
        finish(session)
    assert run.checkpoint_steps() == [0, 4, 8]
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, 9))
    assert run.status().state == "failed"


def edit(path: Path, change: Any) -> None:
    file = path / "run.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    change(values)
    file.write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize("name", ["fingerprint", "experiment"])
def test_a_run_whose_data_have_changed_is_refused(tmp_path: Path, name: str) -> None:
    stopped_run(tmp_path / "run")
    other = {"fingerprint": "0" * 16, "experiment": None}[name]
    edit(tmp_path / "run", lambda values: values["experiment"].update(data="moons:count=2048") if other is None
         else values.update(fingerprint=other))  # fmt: skip
    with pytest.raises(StoreError, match="data"):
        finish(Session.resume(tmp_path / "run"))
    assert Run.open(tmp_path / "run").checkpoint_steps() == [0, 4, 8]


@pytest.mark.parametrize(("key", "value"), [("lr_d", 1e30), ("n_critic", 0), ("no_such", 1), ("prior", "cauchy")])
def test_values_out_of_range_in_the_file_are_refused(tmp_path: Path, key: str, value: Any) -> None:
    stopped_run(tmp_path / "run")
    edit(tmp_path / "run", lambda values: values["experiment"]["hyper"].update({key: value}))
    with pytest.raises(UsageError, match=key):
        Session.resume(tmp_path / "run")


def test_another_batch_size_in_the_file_is_gone_on_with(tmp_path: Path) -> None:
    stopped_run(tmp_path / "run")
    edit(tmp_path / "run", lambda values: values["experiment"]["hyper"].update(batch_size=4))
    watcher = finish(Session.resume(tmp_path / "run"))
    assert HyperChanged(8, "batch_size", 16, 4) in watcher.of(HyperChanged)
    assert any("4 items instead of 16 after step 8" in note.text for note in watcher.of(Note))
    values = newest(tmp_path / "run")[1]
    assert (values["step"], values["items"]) == (30, 8 * 16 + 22 * 4)


def test_another_network_in_the_file_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    stopped_run(tmp_path / "run")
    edit(tmp_path / "run", lambda values: values["experiment"]["hyper"].update(mlp_depth=3))
    with pytest.raises(StoreError, match="does not fit"):
        finish(Session.resume(tmp_path / "run"))
    assert Run.open(tmp_path / "run").checkpoint_steps() == [0, 4, 8]


def test_a_run_that_another_session_writes_is_not_touched(tmp_path: Path) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 3)
        second = Session.resume(tmp_path / "run")
        with pytest.raises(StoreError, match="writing"):
            finish(second)
        session.send(Pause())
        watcher.until_state("paused")
        watcher.until(lambda: Run.open(tmp_path / "run").status().state == "paused")


# -- kill -9 ----------------------------------------------------------------------------------------------------------

KILLED = """
import sys, torch
from pathlib import Path
torch.set_num_threads(1)
from ganstudio.core.experiment import Experiment
from ganstudio.training.publish import Pace
from ganstudio.training.session import Session
pace = Pace(scalars=0.0, progress=0.0, status=0.02, samples=0.0, stored=0.0, checkpoint=0.05)
hyper = {"batch_size": 16, "mlp_width": 16, "mlp_depth": 2}
path = Path(sys.argv[1])
if path.exists():
    session = Session.resume(path, 10**7, pace=pace)
else:
    session = Session.new(Experiment("gan", "ring:count=2048", hyper, 10**7, 0, "cpu"), path=path, pace=pace)
session.start()
session.join()
"""


def test_a_killed_run_opens_and_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path, chance = tmp_path / "run", random.Random(3)
    last = 0
    for _attempt in range(3):
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)])
        end = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < end:
            if path.exists() and (path / "run.json").exists() and max([0, *Run.open(path).checkpoint_steps()]) > last:
                break
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        run = Run.open(path)
        assert run.status().state == "interrupted"
        last = max(run.checkpoint_steps())
        assert last > 0
        assert columns(path)["step"].tolist()[:last] == list(range(1, last + 1))
    finish(Session.resume(path, last + 5))
    assert columns(path)["step"].tolist() == list(range(1, last + 6))
    assert Run.open(path).status().state == "finished"


def test_items_are_tensors_of_the_method(fragile: type[Fragile]) -> None:
    """The broken method is an ordinary one otherwise: the tests above break what they mean to break."""
    engine = make_engine("fragile", RING, **SMALL)
    assert train(engine, 2) is not None
    assert isinstance(engine.samples()[0], Tensor)
