"""Which step was the best: the rules, and that a run keeps it, goes on from it and ends when nothing becomes better."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganstudio.core.commands import Extend, GoBack, Resume, SaveCheckpoint, Stop
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import CheckpointSaved, Note, StateChanged
from ganstudio.core.observed import Observed
from ganstudio.core.series_words import DISTANCE
from ganstudio.metrics.while_training import measure
from ganstudio.store import Keep, Run, load_checkpoint
from ganstudio.store.checkpoints import BEST, MARKED, THINNED
from ganstudio.store.thinning import best_of, heads_of
from ganstudio.training import publish
from ganstudio.training.best import GROWTH, LEAP, MARGIN, Best
from ganstudio.training.publish import Pace
from ganstudio.training.session import Session
from tests.training.training_kit import (
    QUICK,
    RING,
    assert_same,
    assert_same_curves,
    columns,
    experiment,
    finish,
    newest,
    running,
)

Measure = Callable[[Observed, DataSpec], dict[str, float]]


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is measured every tenth step, whatever it costs."""
    monkeypatch.setattr(publish, "WATCH_EVERY", 10)
    monkeypatch.setattr(publish, "WATCH_SHARE", math.inf)


def told(*values: float) -> Measure:
    """Of many samples these distances are measured, one after the other, and the last for ever."""
    left = list(values)

    def distances(observed: Observed, _spec: DataSpec) -> dict[str, float]:
        if not observed.many:
            return {}
        return {DISTANCE: left.pop(0) if len(left) > 1 else left[0]}

    return distances


def best_steps(run: Path) -> list[int]:
    return [step for step, _value in best_of(heads_of(run))]


# -- the rules ------------------------------------------------------------------------------------------------------


def test_only_what_is_clearly_better_is_kept_and_not_too_soon() -> None:
    best = Best()
    assert best.offer(50, 100)
    assert not best.offer(50 * (1 - MARGIN / 2), 1000), "noise"
    assert not best.offer(math.nan, 1000)
    assert best.seen == 1000
    assert best.offer(40, 1000)
    assert not best.offer(38, 1001), "better, but soon after the one before"
    assert best.least == 38
    assert best.since == 1001
    assert best.offer(38, 1001, last=True), "the run ends: it is worth keeping"
    assert best.offer(38 * (1 - LEAP), 1002), "so much better that it cannot wait"
    assert not best.offer(38 * (1 - LEAP) - 1, round(1002 * GROWTH) - 1)
    assert best.offer(38 * (1 - LEAP) - 1, round(1002 * GROWTH) + 1)


def test_patience_counts_from_the_last_gain_to_the_last_measurement() -> None:
    best = Best()
    for step, value in ((0, 50.0), (100, 40.0), (200, 41.0), (300, math.nan)):
        best.offer(value, step)
    assert best.stalled(100)
    assert not best.stalled(101), "where nothing could be measured, nothing was seen to stall"
    assert not best.stalled(0)
    best.go_on(300, [(100, 40.0)])
    assert not best.stalled(1)


def test_what_is_stored_is_taken_up() -> None:
    best, kept = Best(), [(100, 40.0), (500, 20.0), (900, 10.0)]
    best.go_on(600, kept)
    assert (best.step, best.value, best.least, best.since, best.seen) == (500, 20.0, 20.0, 600, 600)
    assert not best.offer(20.0, 610)
    best.go_on(50, kept)
    assert (best.step, best.value) == (-1, math.inf)


# -- runs -----------------------------------------------------------------------------------------------------------


def test_the_best_stays_whole_through_thinning(tmp_path: Path) -> None:
    path = tmp_path / "run"
    values = told(50, 30, 10, 40, 45)
    often = Pace(scalars=0.0, progress=0.0, status=0.05, samples=1e9, stored=1e9, checkpoint=0.0)
    session = Session.new(experiment(30), path=path, pace=often, measure=values, keep=Keep(newest=1, older=0, grids=2))
    first = finish(session)
    assert [event.step for event in first.of(CheckpointSaved) if event.best] == [10, 20, 30]
    session = Session.resume(path, 90, pace=often, measure=values, keep=Keep(newest=1, older=0, grids=2))
    finish(session)
    run = Run.open(path)
    assert run.checkpoint_steps() == [30, 90], "the best and the newest; those that were the best once are gone"
    _tensors, metadata, _step = load_checkpoint(run, 30)
    assert THINNED not in metadata
    assert (float(metadata[BEST]), metadata.get(MARKED)) == (10.0, None)
    assert best_steps(path) == [30]
    table = columns(path, "watch")
    assert list(table[DISTANCE]) == [50, 30, 10, 40, 45, *[45] * (len(table["step"]) - 5)]


def test_the_last_step_is_kept_though_it_comes_soon(tmp_path: Path) -> None:
    finish(Session.new(experiment(120), path=tmp_path / "run", pace=QUICK, measure=told(*[50] * 10, 40, 39)))
    assert best_steps(tmp_path / "run") == [110, 120], "10 has gone meanwhile"


def test_one_that_is_saved_and_the_best_keeps_both_marks(tmp_path: Path) -> None:
    path, values = tmp_path / "run", told(50, 10, 40)
    session = Session.new(experiment(20), path=path, pace=QUICK, measure=values, hold_on_trouble=True)
    finish(session)
    session = Session.resume(path, 200, pace=QUICK, measure=values, paused=True)
    with running(session) as watcher:
        watcher.until_state("paused")
        session.send(SaveCheckpoint())
        watcher.until(lambda: [event for event in watcher.of(CheckpointSaved) if event.step == 20])
        session.send(Resume())
        watcher.until(lambda: watcher.step >= 60)
        session.send(SaveCheckpoint())
        session.send(GoBack(before=21))
        watcher.until_state("paused")
        session.send(Stop())
        watcher.end()
    _tensors, metadata, _step = load_checkpoint(Run.open(path), 20)
    assert (float(metadata[BEST]), metadata.get(MARKED)) == (10.0, "1"), "written anew with other rates: still both"


def test_going_back_takes_up_what_was_the_best_then(tmp_path: Path) -> None:
    path = tmp_path / "run"
    options: dict[str, Any] = {"pace": QUICK, "measure": told(50, 30, 10, 8), "keep": Keep(newest=0)}
    session = Session.new(experiment(10**6), path=path, **options)
    with running(session) as watcher:
        watcher.until(lambda: len([event for event in watcher.of(CheckpointSaved) if event.best]) >= 4)
        session.send(GoBack(before=25))
        watcher.until_state("paused")
        assert session._publisher is not None
        best = session._publisher.best
        assert (best.step, best.value, best.since) == (20, 30.0, 20)
        session.send(Resume())
        watcher.until(lambda: best_steps(path)[-1:] > [20])
    assert best_steps(path)[:2] == [10, 20]


def test_patience_ends_a_run_in_words_and_it_can_go_on(tmp_path: Path) -> None:
    path = tmp_path / "run"
    asked = experiment(1000).with_(patience=40)
    options: dict[str, Any] = {"pace": QUICK, "hold_on_trouble": False}
    session = Session.new(asked, path=path, measure=told(50, 30, 30), **options)
    watcher = finish(session)
    run = Run.open(path)
    assert (run.status().state, run.status().step, run.status().total) == ("finished", 60, 60)
    assert run.status().message == "Ended at step 60: nothing has become better since step 20."
    assert watcher.of(StateChanged)[-1].message == run.status().message
    assert [note.text for note in watcher.of(Note)] == [run.status().message]
    assert run.info.experiment.patience == 40
    finish(Session.resume(path, measure=told(29.9), **options))
    assert run.status().step == 100, "patience begins anew: a gain of less than the margin is none"
    finish(Session.resume(path, 130, patience=0, measure=told(29), **options))
    assert run.status().step == 130


def test_a_run_that_is_extended_after_all_and_one_without_measure_take_all_steps(tmp_path: Path) -> None:
    finish(Session.new(experiment(70).with_(patience=20), path=tmp_path / "blind", pace=QUICK))
    assert Run.open(tmp_path / "blind").status().step == 70
    session = Session.new(experiment(30), path=tmp_path / "run", pace=QUICK, measure=told(math.nan), paused=True)
    with running(session) as watcher:
        session.send(Extend(50))
        session.send(Resume())
        watcher.end()
    assert Run.open(tmp_path / "run").status().step == 50
    assert best_steps(tmp_path / "run") == []


def test_it_is_measured_seldom_where_that_costs_much_and_in_time_where_steps_are_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "WATCH_SHARE", 1e-9)
    finish(Session.new(experiment(50), path=tmp_path / "dear", pace=QUICK, measure=measure))
    assert list(columns(tmp_path / "dear", "watch")["step"]) == [10, 50], (
        "the first tells what it costs; the last is due"
    )
    monkeypatch.setattr(publish, "WATCH_SHARE", math.inf)
    monkeypatch.setattr(publish, "WATCH_EVERY", 10**6)
    monkeypatch.setattr(publish, "WATCH_SECONDS", 0.0)
    finish(Session.new(experiment(30), path=tmp_path / "slow", pace=QUICK, measure=measure))
    assert list(columns(tmp_path / "slow", "watch")["step"]) == [10, 20, 30]


CONV = {"conv_width": 4, "latent_size": 8, "batch_size": 8}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "gan": (RING, {}),
    "cgan": ("digits", CONV),
    "infogan": ("digits", CONV),
    "pix2pix": ("edges-digits", {"width": 4, "width_d": 4, "batch_size": 2}),
}


@pytest.mark.parametrize("method", CASES)
def test_measuring_changes_nothing(tmp_path: Path, method: str) -> None:
    from ganstudio.methods import METHODS

    data, hyper = CASES[method]
    known = METHODS[method].Hyper.model_fields
    asked = experiment(22, method, data, **{name: value for name, value in hyper.items() if name in known})
    finish(Session.new(asked, path=tmp_path / "watched", pace=QUICK, measure=measure))
    finish(Session.new(asked, path=tmp_path / "alone", pace=QUICK))
    assert_same(newest(tmp_path / "watched")[0], newest(tmp_path / "alone")[0])
    assert_same_curves(tmp_path / "watched", tmp_path / "alone")
    table = columns(tmp_path / "watched", "watch")
    assert list(table["step"]) == [10, 20, 22]
    assert np.isfinite(table[DISTANCE]).all()
    assert "watch" not in Run.open(tmp_path / "alone").tables()
    assert best_steps(tmp_path / "watched")
    assert Run.open(tmp_path / "watched").rows("watch")[0].series[0].kind == "distance"
