"""What one may ask of a session while it trains, and what it tells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.commands import (
    Extend,
    GoBack,
    Pause,
    Resume,
    SaveCheckpoint,
    SetHyper,
    Show,
    StepOnce,
    Stop,
    TrainOnly,
)
from ganstudio.core.errors import UsageError
from ganstudio.core.events import (
    CheckpointSaved,
    Event,
    HyperChanged,
    Note,
    Progress,
    RealBatch,
    Rewound,
    Samples,
    Scene,
    StateChanged,
)
from ganstudio.core.experiment import Experiment
from ganstudio.metrics.while_training import measure
from ganstudio.store import Run
from ganstudio.training.session import Session
from tests.training.training_kit import (
    QUICK,
    RING,
    SMALL,
    Watcher,
    assert_same,
    assert_same_curves,
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


def held(path: Path, steps: int = ENDLESS, method: str = "gan", **hyper: object) -> Session:
    """A session that waits at step 0."""
    return Session.new(experiment(steps, method, **hyper), path=path, paused=True, pace=QUICK)


def states(watcher: Watcher) -> list[str]:
    return [event.state for event in watcher.of(StateChanged)]


def test_a_run_from_beginning_to_end(tmp_path: Path) -> None:
    session = Session.new(experiment(40), path=tmp_path / "run", pace=QUICK, measure=measure)
    watcher = finish(session)
    assert states(watcher) == ["preparing", "training", "stopping", "finished"]
    run = Run.open(tmp_path / "run")
    status = run.status()
    assert (status.state, status.step, status.total) == ("finished", 40, 40)
    assert run.checkpoint_steps() == [0, 40]
    assert {0, 40} <= set(run.sample_steps())
    rows = columns(run.path)
    np.testing.assert_array_equal(rows["step"], np.arange(1, 41))
    assert {"discriminator/real", "discriminator/fake", "generator/adversarial", "D(x)", "D(G(z))"} <= set(rows)
    assert all(np.isfinite(values).all() for values in rows.values())
    assert set(columns(run.path, "gradients")) == {"step", "gradient/discriminator", "gradient/generator"}
    assert columns(run.path, "gradients")["step"].tolist() == [10, 20, 30, 40]
    looked = columns(run.path, "quality")  # whatever can be seen of it has been measured, and nothing else
    assert looked["step"].tolist() == run.sample_steps()
    assert set(looked) == {"step", "modes", "high-quality samples %", "diversity %"}
    assert run.load_real() is not None
    assert watcher.of(RealBatch)
    assert watcher.of(Progress)[-1].step == 40
    assert run.info.experiment.hyper["lr_d"] == 1e-3  # the defaults of this kind of data are written down


def test_the_session_trains_as_the_bare_engine_does(tmp_path: Path) -> None:
    finish(Session.new(experiment(20), path=tmp_path / "run"))
    engine = make_engine("gan", RING, **SMALL)
    train(engine, 20)
    assert_same(newest(tmp_path / "run")[0], saved(engine)[0])


def test_pause_freezes_the_step_and_resume_goes_on(tmp_path: Path) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 5)
        session.send(Pause())
        watcher.until_state("paused")
        watcher.until(lambda: Run.open(tmp_path / "run").status().state == "paused")
        held_at = watcher.step
        before = len(watcher.listen())
        threading_pause()
        assert watcher.step == held_at
        assert [type(event) for event in watcher.listen()[before:]].count(StateChanged) == 0
        session.send(Resume())
        watcher.until(lambda: watcher.step > held_at)
        assert session.state == "training"


def threading_pause() -> None:
    import time

    time.sleep(0.1)


def test_single_steps_take_exactly_so_many_and_hold(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(3))
        watcher.until(lambda: watcher.step == 3)
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 5)
        threading_pause()
        assert watcher.step == 5
        assert session.state == "paused"
        watcher.until(lambda: Run.open(tmp_path / "run").status().step == 5)
        assert Run.open(tmp_path / "run").status().state == "paused"


def test_single_steps_while_training_hold_afterwards(tmp_path: Path) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 2)
        session.send(StepOnce(4))
        watcher.until_state("paused")
        watcher.until(lambda: Run.open(tmp_path / "run").status().state == "paused")
        at = watcher.step
        threading_pause()
        assert watcher.step == at


@pytest.mark.parametrize(("role", "still"), [("discriminator", "generator"), ("generator", "discriminator")])
def test_steps_of_one_role_move_that_role_only(tmp_path: Path, role: str, still: str) -> None:
    session = held(tmp_path / "run", norm_g="none")
    with running(session) as watcher:
        session.send(StepOnce(3, role))  # type: ignore[arg-type]
        watcher.until(lambda: watcher.step == 3)
        session.send(Stop())
        watcher.end()
    before = make_engine("gan", RING, **SMALL)
    now, values = newest(tmp_path / "run")
    assert values["step"] == 3
    start = saved(before)[0]
    for name, tensor in start.items():
        if name.startswith(f"method/{still}"):
            assert (now[name] == tensor).all()
    assert any((now[name] != tensor).any() for name, tensor in start.items() if name.startswith(f"method/{role}"))


def test_train_only_runs_the_phases_of_one_role(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(TrainOnly("generator"))
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 2)
        session.send(TrainOnly(None))
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 4)
        session.send(Stop())
        watcher.end()
    rows = columns(tmp_path / "run")
    assert np.isnan(rows["discriminator/real"]).tolist() == [True, True, False, False]
    assert np.isfinite(rows["generator/adversarial"]).all()


def test_a_role_that_the_method_has_not_is_told_and_trains_nothing(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(3, "encoder"))
        session.send(TrainOnly("encoder"))
        told = "GAN has no “Encoder” that is trained on its own. It has: Discriminator, Generator."
        watcher.until(lambda: [note.text for note in watcher.of(Note)].count(told) == 2)
        session.send(Stop())
        watcher.end()
    assert Run.open(tmp_path / "run").status().step == 0


def test_a_live_value_takes_effect_at_one_step_and_is_logged_with_it(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(4))
        watcher.until(lambda: watcher.step == 4)
        session.send(SetHyper("lr_g", 0.02))
        session.send(StepOnce(4))
        watcher.until(lambda: watcher.step == 8)
        session.send(Stop())
        watcher.end()
        assert watcher.of(HyperChanged) == [HyperChanged(4, "lr_g", 1e-3, 0.02)]
    engine = make_engine("gan", RING, **SMALL)
    train(engine, 4)
    engine.set_hyper("lr_g", 0.02)
    assert [group["lr"] for group in engine.optimisers["generator"].param_groups] == [0.02]
    train(engine, 4)
    assert_same(newest(tmp_path / "run")[0], saved(engine)[0])
    logged = [event for event in Run.open(tmp_path / "run").events() if isinstance(event, HyperChanged)]
    assert logged == [HyperChanged(4, "lr_g", 1e-3, 0.02)]


@pytest.mark.parametrize(("name", "value"), [("batch_size", 8), ("lr_g", 7.0), ("lr_g", "much"), ("no_such", 1)])
def test_a_value_that_cannot_be_changed_is_refused_in_words(tmp_path: Path, name: str, value: float) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(SetHyper(name, value))
        watcher.until(lambda: watcher.of(Note))
        assert watcher.of(Note)[0].level == "warning"
        session.send(StepOnce(1))
        watcher.until(lambda: watcher.step == 1)
        assert not watcher.of(HyperChanged)


def test_a_change_made_right_after_a_checkpoint_survives_a_stop(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 2)
        session.send(SaveCheckpoint())
        session.send(SetHyper("lr_d", 0.005))
        session.send(Stop())
        watcher.end()
    assert newest(tmp_path / "run")[1]["hyper"]["lr_d"] == 0.005


def test_a_change_that_only_the_diary_holds_is_carried_on(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 2)
        session.send(SaveCheckpoint())
        session.send(SetHyper("lr_d", 0.005))
        session.send(Stop(save=False))  # as a kill would
        watcher.end()
    assert newest(tmp_path / "run")[1]["hyper"]["lr_d"] == 0.001
    finish(Session.resume(tmp_path / "run", 3))
    assert newest(tmp_path / "run")[1]["hyper"]["lr_d"] == 0.005


def test_stop_ends_within_a_step_and_can_leave_out_the_checkpoint(tmp_path: Path) -> None:
    session = Session.new(experiment(ENDLESS), path=tmp_path / "run", pace=QUICK)
    with running(session) as watcher:
        watcher.until(lambda: watcher.step >= 3)
        at = watcher.step
        session.send(Stop(save=False))
        watcher.end()
    run = Run.open(tmp_path / "run")
    assert run.status().state == "stopped"
    assert run.status().step - at < 500  # what the thread did until it saw the command
    assert run.checkpoint_steps() == [0]


def test_stop_saves_where_it_stopped(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(5))
        watcher.until(lambda: watcher.step == 5)
        session.send(Stop())
        watcher.end()
    assert Run.open(tmp_path / "run").checkpoint_steps() == [0, 5]
    assert not session.alive


def test_extend_moves_the_goal(tmp_path: Path) -> None:
    session = held(tmp_path / "run", steps=5)
    with running(session) as watcher:
        session.send(Extend(12))
        session.send(Resume())
        watcher.end()
    status = Run.open(tmp_path / "run").status()
    assert (status.state, status.step, status.total) == ("finished", 12, 12)


def test_a_checkpoint_on_demand_is_told_when_it_is_on_disk(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(2))
        watcher.until(lambda: watcher.step == 2)
        session.send(SaveCheckpoint())
        watcher.until(lambda: [event for event in watcher.of(CheckpointSaved) if event.step > 0])
        step = watcher.of(CheckpointSaved)[-1].step
        assert Run.open(tmp_path / "run").checkpoint_path(step).is_file()


@pytest.mark.parametrize("method", ["gan", "wgan", "wgan-gp"])
@pytest.mark.parametrize("changed", [False, True])
def test_resuming_gives_the_same_run_as_never_having_stopped(tmp_path: Path, method: str, changed: bool) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for path, stops in ((whole, False), (parts, True)):
        session = held(path, 30, method)
        session.start()
        watcher = Watcher(session)
        session.send(StepOnce(7))
        watcher.until(lambda watcher=watcher: watcher.step == 7)
        if changed:
            session.send(SetHyper("lr_d", 0.004))
        session.send(StepOnce(8))
        watcher.until(lambda watcher=watcher: watcher.step == 15)
        session.send(Stop() if stops else Resume())
        watcher.end()
    finish(Session.resume(parts))
    mine, theirs = newest(parts), newest(whole)
    assert_same(mine[0], theirs[0])
    for values in (mine[1], theirs[1]):
        del values["seconds"]
    assert mine[1] == theirs[1]
    assert_same_curves(parts, whole)
    last = [Run.open(path).load_samples(30).items for path in (parts, whole)]
    np.testing.assert_array_equal(last[0], last[1])


def test_watching_changes_nothing(tmp_path: Path) -> None:
    finish(Session.new(experiment(40), path=tmp_path / "alone"))
    session = Session.new(experiment(40), path=tmp_path / "seen", pace=QUICK, measure=measure)
    session.send(Show("raw", scene=True, live=True))
    watcher = finish(session)
    assert watcher.of(Scene)
    assert watcher.of(Samples)
    assert watcher.of(Scene)[-1].heat.shape == (48, 48)
    assert_same(newest(tmp_path / "alone")[0], newest(tmp_path / "seen")[0])
    assert_same_curves(tmp_path / "alone", tmp_path / "seen")


def test_two_sessions_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    for seed in (1, 2):
        finish(Session.new(experiment(40, seed=seed), path=tmp_path / f"alone{seed}"))
    together = [Session.new(experiment(40, seed=seed), path=tmp_path / f"both{seed}") for seed in (1, 2)]
    for session in together:
        session.start()
    for session in together:
        assert session.join(30)
    for seed in (1, 2):
        assert_same(newest(tmp_path / f"alone{seed}")[0], newest(tmp_path / f"both{seed}")[0])
        assert_same_curves(tmp_path / f"alone{seed}", tmp_path / f"both{seed}")


def test_images_per_second_counts_every_batch_that_was_seen(tmp_path: Path) -> None:
    with running(held(tmp_path / "run", method="wgan", n_critic=3)) as watcher:
        watcher.session.send(StepOnce(60))
        watcher.until(lambda: watcher.step == 60)
        told = [progress for progress in watcher.of(Progress) if progress.steps_per_second]
    assert told[-1].images_per_second == pytest.approx(3 * SMALL["batch_size"] * told[-1].steps_per_second)


def test_a_finished_run_goes_on_with_more_steps(tmp_path: Path) -> None:
    finish(Session.new(experiment(5), path=tmp_path / "run"))
    with pytest.raises(UsageError, match="5"):
        Session.resume(tmp_path / "run")
    finish(Session.resume(tmp_path / "run", 9))
    status = Run.open(tmp_path / "run").status()
    assert (status.state, status.step, status.total) == ("finished", 9, 9)
    assert columns(tmp_path / "run")["step"].tolist() == list(range(1, 10))


def test_go_back_returns_to_the_checkpoint_with_lower_rates_each_time(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        session.send(StepOnce(3))
        watcher.until(lambda: watcher.step == 3)
        session.send(SaveCheckpoint())
        for expected, taken in ((5e-4, 7), (2.5e-4, 11)):
            session.send(StepOnce(4))
            watcher.until(lambda taken=taken: watcher.taken == taken)
            session.send(GoBack())
            watcher.until(lambda expected=expected: any(e.new == expected for e in watcher.of(HyperChanged)))
            assert watcher.of(Rewound)[-1] == Rewound(3)
            assert all(told.steps_per_second >= 0 for told in watcher.of(Progress))
        session.send(StepOnce(1))
        watcher.until(lambda: watcher.step == 4)
        session.send(Stop())
        watcher.end()
    values = newest(tmp_path / "run")[1]
    assert values["step"] == 4
    assert values["hyper"]["lr_g"] == values["hyper"]["lr_d"] == 2.5e-4
    assert columns(tmp_path / "run")["step"].tolist() == [1, 2, 3, 4]


def test_go_back_to_before_a_step_passes_over_newer_checkpoints(tmp_path: Path) -> None:
    session = held(tmp_path / "run")
    with running(session) as watcher:
        for taken in (2, 4, 6):
            session.send(StepOnce(2))
            watcher.until(lambda taken=taken: watcher.taken == taken)
            session.send(SaveCheckpoint())
        session.send(GoBack(before=4))  # older ones are thinned: nothing is lost for the asking
        watcher.until(lambda: any("thinned" in note.text for note in watcher.of(Note)))
        assert (session.state, watcher.step) == ("paused", 6)
        session.send(GoBack(before=6))
        watcher.until(lambda: watcher.of(Rewound))
        assert watcher.of(Rewound) == [Rewound(4)]
        session.send(Stop())
        watcher.end()
    assert columns(tmp_path / "run")["step"].tolist() == [1, 2, 3, 4]
    assert max(Run.open(tmp_path / "run").checkpoint_steps()) == 4


def test_progress_from_before_is_not_told_after_the_return(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session, told = held(tmp_path / "run"), list[Event]()
    post = session.mailbox.post

    def looked_at(event: Event) -> None:
        post(event)
        if isinstance(event, Rewound):
            told.extend(session.mailbox.drain())

    monkeypatch.setattr(session.mailbox, "post", looked_at)
    with running(session) as watcher:
        session.send(StepOnce(3))
        watcher.until(lambda: watcher.step == 3)
        session.send(SaveCheckpoint())
        session.send(StepOnce(4))
        watcher.until(lambda: Run.open(tmp_path / "run").status().step == 7)  # nobody looks into the mailbox meanwhile
        session.send(GoBack())
        watcher.until(lambda: told)
        session.send(Stop())
        watcher.end()
    assert [event.step for event in told if isinstance(event, Progress)] == [3]


@pytest.mark.parametrize(
    "wrong",
    [
        Experiment("gann", RING),
        Experiment("gan", "rings"),
        Experiment("gan", RING, {"lr_d": 3.0}),
        Experiment("gan", RING, {"lr": 1e-3}),
        Experiment("dcgan", RING),
        Experiment("gan", RING, steps=0),
        Experiment("gan", RING, seed=-1),
        Experiment("gan", RING, device="cuda:77"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anything_is_written(tmp_path: Path, wrong: Experiment) -> None:
    with pytest.raises(UsageError):
        Session.new(wrong, path=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_stop_reaches_a_session_that_still_reads_its_data(tmp_path: Path) -> None:
    session = Session.new(experiment(5), path=tmp_path / "run")
    session.send(Stop())
    session.start()
    assert session.join(30)
    assert session.state == "stopped"
    assert not (tmp_path / "run").exists()
