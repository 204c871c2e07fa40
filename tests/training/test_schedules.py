"""Schedules that a person turns on, steps beyond, or that two phases share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from ganstudio.core.commands import Command, Extend, Resume, SetHyper, StepOnce
from ganstudio.core.events import Progress
from ganstudio.core.experiment import Experiment
from ganstudio.methods.base import Batch, Decay, Optimiser, Phase, Terms
from ganstudio.training.prepare import settled
from ganstudio.training.session import Session
from tests.methods.tiny import registered
from tests.methods.tiny_abilities import Descent, info
from tests.training.training_kit import QUICK, RING, SMALL, experiment, finish, make_engine, newest, running, train


class Alternating(Descent):
    """The bowl in every second step; in all of them a flatter one, with the same optimiser."""

    info = info("alternating", "Alternating")

    def phases(self) -> Sequence[Phase]:
        (bowl,) = super().phases()
        flat = Phase("flat", "generator", ("generator",), Optimiser("sgd"), self.flat, shares="bowl")
        return Phase("bowl", "generator", bowl.networks, bowl.optimiser, self.bowl, every=2), flat

    def flat(self, batch: Batch) -> Terms:
        return {"flat": 0.1 * self.bowl(batch)["height"]}


@pytest.fixture(autouse=True)
def named() -> Iterator[None]:
    with registered(Descent, Alternating):
        yield


def descent(steps: int, **hyper: object) -> Experiment:
    return Experiment("descent", RING, hyper, steps, 0, "cpu")


def left(steps: int, decay: Decay) -> float:
    """What is left of the first weight after so many steps."""
    value = 3.0
    for at in range(steps):
        value *= 1 - 0.1 * decay.factor(at)
    return pytest.approx(value, rel=1e-5)


def test_rates_that_fall_in_steps_begin_whole() -> None:
    hyper = settled(descent(20, decay="step")).hyper
    assert [Decay("step", hyper["decay_from"], hyper["decay_to"]).factor(at) for at in (0, 9, 10)] == [1, 1, 0.5]
    assert settled(descent(20, decay="step", decay_from=4)).hyper["decay_from"] == 4


@pytest.mark.parametrize("kind", ["linear", "step"])
def test_rates_that_are_told_to_fall_fall_until_the_end(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    finish(Session.new(descent(8), path=path))
    finish(Session.resume(path, 20, hyper={"decay": kind}))
    seen = Decay(kind, max(8, 10 if kind == "step" else 0), 20)  # type: ignore[arg-type]
    assert newest(path)[0]["method/generator.weight"][0] == left(20, seen)
    assert newest(path)[1]["hyper"]["decay_to"] == 20


def test_the_rates_of_a_run_that_is_older_than_schedules_may_be_told_to_fall(tmp_path: Path) -> None:
    path = tmp_path / "run"
    finish(Session.new(experiment(4, **SMALL), path=path))
    described = json.loads((path / "run.json").read_text())
    for name in ("decay", "decay_from", "decay_to"):
        del described["experiment"]["hyper"][name]
    (path / "run.json").write_text(json.dumps(described))
    finish(Session.resume(path, 8, hyper={"decay": "linear"}))
    assert [newest(path)[1]["hyper"][name] for name in ("decay", "decay_from", "decay_to")] == ["linear", 4, 8]


def test_an_end_that_was_told_stays_told(tmp_path: Path) -> None:
    path = tmp_path / "run"
    finish(Session.new(descent(4), path=path))
    finish(Session.resume(path, 8, hyper={"decay": "linear", "decay_from": 2, "decay_to": 12}))
    assert {name: newest(path)[1]["hyper"][name] for name in ("decay_from", "decay_to")} == {
        "decay_from": 2, "decay_to": 12
    }  # fmt: skip


@pytest.mark.parametrize("command", [StepOnce(3), Resume(), SetHyper("decay_to", 7)])
def test_nobody_steps_over_the_end_of_a_schedule_unasked(command: Command, tmp_path: Path) -> None:
    session = Session.new(descent(10, decay="linear"), path=tmp_path / "run", pace=QUICK, paused=True)
    with running(session) as watcher:
        for first in (Extend(16), Resume()):
            session.send(first)
        for then in (command, Resume()):
            watcher.until(lambda: watcher.step >= 10 and session.state == "paused")
            told = len(watcher.of(Progress))
            session.send(then)
            if not isinstance(then, SetHyper):  # a session that is held shows where it stands
                watcher.until(lambda told=told: len(watcher.of(Progress)) > told)
        watcher.until_state("paused")
        assert watcher.step == 10


def test_phases_that_share_an_optimiser_share_its_rate_in_every_step() -> None:
    engine = make_engine("alternating", decay="linear", decay_from=0, decay_to=10)
    train(engine, 1)
    engine.set_hyper("decay_to", 4)
    before = float(engine.method.generator.weight.detach()[0])
    train(engine, 1)  # the flatter one alone, at a rate of 0.1 · 3/4
    assert float(engine.method.generator.weight.detach()[0]) == pytest.approx(before * (1 - 0.075 * 0.1), rel=1e-5)
