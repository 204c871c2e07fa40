"""What the base can say beside the game: each ability by a tiny method of which the numbers are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import avg_pool2d

from ganstudio.core.commands import Extend, Resume, SetHyper, StepOnce, Stop
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.events import HyperChanged, Roles, StateChanged
from ganstudio.core.experiment import Experiment
from ganstudio.data import Dataset
from ganstudio.methods.base import Averaging, Batch, Decay
from ganstudio.store import Run, RunWriter, load_checkpoint
from ganstudio.training.engine import Engine
from ganstudio.training.prepare import settled
from ganstudio.training.scene import take_real, take_samples
from ganstudio.training.session import Session
from ganstudio.training.state import load_state
from tests.methods.tiny import registered
from tests.methods.tiny_abilities import TINY_ABILITIES, Descent, Looking
from tests.methods.tiny_styles import TinyEnlarger
from tests.training.training_kit import (
    QUICK,
    RING,
    assert_same,
    columns,
    finish,
    make_engine,
    newest,
    pictures,
    running,
    saved,
    train,
)


@pytest.fixture(autouse=True)
def named() -> Iterator[None]:
    with registered(*TINY_ABILITIES, TinyEnlarger):
        yield


def weight(engine: Engine, average: bool = False) -> list[float]:
    network = engine.averages["generator"].module if average else engine.method.generator
    return network.weight.tolist()


# -- optimisers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "after"),
    [
        ({"kind": "sgd", "beta1": 0.0, "clip_norm": 1.0}, (3 - 0.1 * 0.6, 4 - 0.1 * 0.8)),  # (3, 4) has length 5
        ({"kind": "sgd", "beta1": 0.0, "clip_norm": 10.0}, (3 - 0.1 * 3, 4 - 0.1 * 4)),
        ({"kind": "sgd", "beta1": 0.0, "clip_value": 3.5}, (3 - 0.1 * 3, 4 - 0.1 * 3.5)),
        ({"kind": "sgd", "beta1": 0.0, "weight_decay": 0.5}, (3 - 0.1 * 4.5, 4 - 0.1 * 6)),
        ({"kind": "adam", "eps": 5.0}, (3 - 0.1 * 3 / 8, 4 - 0.1 * 4 / 9)),
        ({"kind": "rmsprop", "beta1": 0.0, "beta2": 0.75, "eps": 0.5}, (3 - 0.1 * 3 / 2, 4 - 0.1 * 4 / 2.5)),
    ],
)
def test_one_step_of_every_optimiser(
    how: dict[str, object], after: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Descent, "optimiser", how)
    engine = make_engine("descent")
    train(engine, 1)
    assert weight(engine) == pytest.approx(after, rel=1e-5)


def test_factors_of_the_rate() -> None:
    linear, step = Decay("linear", 10, 20), Decay("step", 10, 20)
    assert [linear.factor(at) for at in (0, 10, 15, 19, 20, 99)] == pytest.approx([1, 1, 0.5, 0.1, 0, 0])
    assert [step.factor(at) for at in (0, 9, 10, 19, 20, 99)] == [1, 1, 0.5, 0.5, 0.25, 0.25]
    assert [Decay().factor(at) for at in (0, 99)] == [1, 1]
    assert Decay("linear").factor(5) == 1  # it is not known yet where it ends
    assert (linear.end, step.end, Decay().end) == (20, None, None)


def test_every_step_is_as_long_as_the_schedule_says() -> None:
    engine = make_engine("descent", decay="linear", decay_from=2, decay_to=12)
    assert engine.learns_until == 12
    left = 3.0
    for at in range(6):
        train(engine, 1)
        left *= 1 - 0.1 * Decay("linear", 2, 12).factor(at)
        assert weight(engine)[0] == pytest.approx(left, rel=1e-5)
    engine.set_hyper("lr", 0.2)  # live, and it goes on falling
    train(engine, 1)
    left *= 1 - 0.2 * 0.6
    assert weight(engine)[0] == pytest.approx(left, rel=1e-5)
    engine.set_hyper("decay", "none")
    train(engine, 1)
    assert weight(engine)[0] == pytest.approx(left * 0.8, rel=1e-5)


def test_the_rate_is_plotted_beside_the_gradients() -> None:
    engine = make_engine("descent", decay="linear", decay_to=40)
    train(engine, 20)
    rows = engine.gradients.take()
    assert rows is not None
    assert rows.steps.tolist() == [10, 20]
    info = next(info for info in rows.series if info.name == "rate/bowl")
    assert (info.kind, info.role) == ("measure", "generator")
    assert info.label == "learning rate, bowl"
    rates = rows.values[:, [one.name for one in rows.series].index("rate/bowl")]
    assert rates.tolist() == pytest.approx([0.1 * 31 / 40, 0.1 * 21 / 40])
    engine.set_hyper("decay", "none")  # live: it stays from here on, and that is said
    train(engine, 10)
    rows = engine.gradients.take()
    assert rows is not None
    assert rows.values[:, [one.name for one in rows.series].index("rate/bowl")].tolist() == pytest.approx([0.1])
    plain = make_engine("descent")
    train(plain, 10)
    rows = plain.gradients.take()
    assert rows is not None
    assert [one.name for one in rows.series] == ["gradient/bowl"]  # nothing is said of a rate that stays


def falling(steps: int, **hyper: object) -> Experiment:
    return Experiment("descent", RING, {"decay": "linear", **hyper}, steps, 0, "cpu")


def test_a_schedule_is_settled_when_the_run_is_begun() -> None:
    assert settled(falling(20)).hyper == {"decay": "linear", "decay_from": 0, "decay_to": 20}
    assert settled(falling(20, decay_from=5, decay_to=30)).hyper["decay_to"] == 30
    assert settled(Experiment("descent", RING, {}, 20)).hyper == {}
    with pytest.raises(UsageError, match="decay_to=20"):
        settled(falling(20, decay_to=10))
    with pytest.raises(UsageError, match="decay_from must be less"):
        settled(falling(20, decay_from=25, decay_to=22))
    with pytest.raises(UsageError, match="from step 25 to step 20"):
        settled(Experiment("sngan", "digits", {"decay_from": 25}, 20, 0, "cpu"))  # it decays without being told


def test_going_on_beyond_the_end_is_a_question(tmp_path: Path) -> None:
    finish(Session.new(falling(10), path=tmp_path / "run"))
    with pytest.raises(UsageError, match="decay_to=14"):
        Session.resume(tmp_path / "run", 14)
    finish(Session.resume(tmp_path / "run", 14, hyper={"decay_to": 14}))
    left = 3.0
    for at in range(14):
        left *= 1 - 0.1 * Decay("linear", 0, 10 if at < 10 else 14).factor(at)
    assert newest(tmp_path / "run")[0]["method/generator.weight"][0] == pytest.approx(left, rel=1e-5)
    finish(Session.resume(tmp_path / "run", 16, hyper={"decay": "none"}))
    assert newest(tmp_path / "run")[0]["method/generator.weight"][0] == pytest.approx(left * 0.81, rel=1e-5)


def test_a_run_holds_where_its_rates_have_fallen_to_nothing(tmp_path: Path) -> None:
    with running(Session.new(falling(10), path=tmp_path / "run", pace=QUICK, paused=True)) as watcher:
        for command in (Extend(16), Resume()):
            watcher.session.send(command)
        watcher.until(lambda: watcher.step == 10 and watcher.session.state == "paused")
        assert "decay_to" in watcher.of(StateChanged)[-1].message
        for command in (SetHyper("decay_to", 16), Resume()):
            watcher.session.send(command)
        watcher.until_state("finished")


def test_a_run_holds_where_its_schedule_is_made_to_end_earlier(tmp_path: Path) -> None:
    with running(Session.new(falling(1000), path=tmp_path / "run", pace=QUICK, paused=True)) as watcher:
        watcher.session.send(StepOnce(8))
        watcher.until(lambda: watcher.step == 8 and watcher.session.state == "paused")
        for command in (SetHyper("decay_to", 5), Resume()):
            watcher.session.send(command)
        watcher.until(lambda: "decay_to" in watcher.of(StateChanged)[-1].message)
        assert watcher.step == 8
        watcher.session.send(Stop())
        watcher.until_state("stopped")


def test_a_decay_that_is_switched_on_later_ends_with_the_run(tmp_path: Path) -> None:
    session = Session.new(Experiment("descent", RING, {}, 20, 0, "cpu"), path=tmp_path / "run", pace=QUICK, paused=True)
    with running(session) as watcher:
        for command in (SetHyper("decay", "linear"), Resume()):
            session.send(command)
        watcher.until_state("finished")
    changes = [(change.name, change.new) for change in watcher.of(HyperChanged)]
    assert changes == [("decay", "linear"), ("decay_to", 20)]
    finish(Session.new(Experiment("descent", RING, {}, 4, 0, "cpu"), path=tmp_path / "other"))
    finish(Session.resume(tmp_path / "other", 8, hyper={"decay": "linear"}))
    assert Run.open(tmp_path / "other").status().step == 8


def test_a_run_that_is_older_than_the_schedule_does_not_decay(tmp_path: Path) -> None:
    path = tmp_path / "run"
    finish(Session.new(Experiment("falling", RING, {"decay": "none"}, 4, 0, "cpu"), path=path))
    described = json.loads((path / "run.json").read_text())
    tensors, metadata, step = load_checkpoint(path)
    state = json.loads(metadata["state"])
    for values in (described["experiment"]["hyper"], state["hyper"]):
        for name in ("decay", "decay_from", "decay_to"):
            del values[name]
    (path / "run.json").write_text(json.dumps(described))
    with RunWriter(path) as writer:
        writer.save_checkpoint(step, tensors, {"state": json.dumps(state)})
    finish(Session.resume(path, 8))
    assert newest(path)[0]["method/generator.weight"][0] == pytest.approx(3 * 0.9**8, rel=1e-5)


# -- averages ---------------------------------------------------------------------------------------------------------


def test_an_average_may_start_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Descent, "average", Averaging(decay=0.9, start=3))
    engine = make_engine("descent")
    train(engine, 3)
    assert weight(engine, average=True) == weight(engine)
    train(engine, 1)
    first, fourth = 3 * 0.9**3, 3 * 0.9**4
    assert weight(engine, average=True)[0] == pytest.approx(2 / 11 * first + 9 / 11 * fourth, rel=1e-5)


@pytest.mark.parametrize("batch_size", [8, 16])
def test_a_half_life_counts_images(batch_size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Descent, "average", Averaging(half_life=4))
    monkeypatch.setattr(Descent, "batch_size_at", lambda self, step: batch_size if step else 4)
    engine = make_engine("descent")
    train(engine, 4)
    average = 3.0
    for at in range(1, 5):
        beta = min(0.5 ** ((batch_size if at > 1 else 4) / 4), (1 + at) / (10 + at))
        average = beta * average + (1 - beta) * 3 * 0.9**at
    assert weight(engine, average=True)[0] == pytest.approx(average, rel=1e-5)


# -- batches ----------------------------------------------------------------------------------------------------------


def looked(monkeypatch: pytest.MonkeyPatch, steps: int = 1, **looks: Callable[[Batch], object]) -> Engine:
    monkeypatch.setattr(Looking, "looks", looks)
    engine = make_engine("looking")
    engine.rows = train(engine, steps)
    return engine


def test_a_batch_knows_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[int] = []
    looked(monkeypatch, 3, one=lambda batch: steps.append(batch.step), two=lambda batch: steps.append(batch.step))
    assert steps == [0, 0, 1, 1, 2, 2]


def test_a_fresh_batch_has_the_items_that_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[torch.Tensor] = []

    def look(batch: Batch) -> None:
        found.extend((batch.real, batch.fresh().real, batch.fresh().real, batch.real))

    engine = looked(monkeypatch, one=look)
    assert torch.equal(found[0], found[3])
    engine.batches.seek(0)
    for items in found[:3]:
        assert torch.equal(items, engine.batches.next().real)


def test_a_quiet_batch_has_the_same_items_and_plots_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(batch: Batch) -> None:
        assert torch.equal(batch.quiet.real, batch.real)
        for one, name in ((batch, "loud"), (batch.quiet, "quiet"), (batch.quiet.fresh(), "fresh")):
            one.watch(name, one.real, "score", "other")

    rows = looked(monkeypatch, one=look).rows
    assert [info.name for info in rows.series] == ["loud", "one/height", "two/height"]


def test_what_is_kept_is_made_once_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[torch.Tensor] = []
    seen: list[torch.Tensor] = []

    def make() -> torch.Tensor:
        made.append(torch.ones(2, requires_grad=True) * len(made))
        return made[-1]

    looks = dict.fromkeys(("one", "two"), lambda batch: seen.append(batch.kept("fakes", make)))
    looked(monkeypatch, 2, **looks)
    assert [int(values[0]) for values in seen] == [0, 0, 1, 1]
    assert not any(values.requires_grad for values in seen)


def test_the_moments_of_a_phase_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []

    def look(batch: Batch) -> None:
        found.extend(dict(values) for values in batch.moments("one").values())

    looked(monkeypatch, one=look, two=look)  # before and after the first update of the one
    assert len(found) == 1
    assert found[0]["exp_avg"].tolist() == pytest.approx([0.3, 0.4], rel=1e-5)


def test_items_of_given_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    items, labels = torch.randn(64, 2), torch.arange(64) % 4
    items[:, 0] = labels
    spec = DataSpec("classes", "points", 64, classes=("a", "b", "c", "d"), extent=4.0)
    engine = make_engine("looking", Dataset(spec, items, labels, "classes"))
    found: list[torch.Tensor] = []
    look = {"one": lambda batch: found.append(batch.of_classes(torch.tensor([3, 0, 3]), 5))}
    monkeypatch.setattr(Looking, "looks", look)
    train(engine, 2)
    for several in found:
        assert several.shape == (3, 5, 2)
        assert several[..., 0].tolist() == [[3.0] * 5, [0.0] * 5, [3.0] * 5]
    assert not torch.equal(found[0], found[1])


# -- batches and networks that grow -----------------------------------------------------------------------------------


def test_pictures_grow_and_batches_shrink() -> None:
    engine, sizes, drawn = make_engine("growing", pictures(16, 3)), [], 0
    for _step in range(12):
        train(engine, 1)
        sizes.append(engine.batches.state() - drawn)
        drawn = engine.batches.state()
    assert sizes == [16] * 4 + [8] * 4 + [4] * 4
    state, values = saved(engine)
    assert (int(state["method/level"]), float(state["method/alpha"])) == (2, 1.0)
    resumed = make_engine("growing", pictures(16, 3))
    small = resumed.samples("raw")[0]
    assert torch.equal(small[..., ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3), small)
    load_state(resumed, state, values)
    train(engine, 2)
    train(resumed, 2)
    assert_same(saved(engine)[0], saved(resumed)[0])
    assert engine.samples("raw")[0].unique().numel() > small.unique().numel()


# -- what is looked at ------------------------------------------------------------------------------------------------


def test_stages_of_several_sizes_stand_side_by_side() -> None:
    samples = take_samples(make_engine("growing", pictures(16, 3)), "ema")
    assert samples.panels == ("picture", "4 px", "8 px", "16 px")
    assert samples.items.shape == (64 * 4, 16, 16, 3)
    first = samples.items[:4]
    np.testing.assert_array_equal(first[0], first[1])  # at level 0 the picture is the smallest stage, as large as all
    np.testing.assert_array_equal(first[2][::2, ::2].repeat(2, 0).repeat(2, 1), first[2])


def test_what_is_made_of_real_pictures_stands_beside_them(tmp_path: Path) -> None:
    engine = make_engine("autoencoder", pictures(8, 1))
    samples = take_samples(engine, "ema")
    assert samples.panels == ("real", "drawn", "again")
    np.testing.assert_array_equal(samples.items[::3], take_real(engine).items)
    path = tmp_path / "run"
    finish(Session.new(Experiment("autoencoder", "digits:size=16", {}, 2, 0, "cpu"), path=path))
    (kl,) = {info for rows in Run.open(path).rows("steps") for info in rows.series if info.name == "kl"}
    assert (kl.kind, kl.role, kl.title, kl.unit) == ("measure", "encoder", "KL(q ‖ p)", "nats")


def test_the_method_decides_what_it_is_given() -> None:
    engine = make_engine("tiny-enlarger", pictures(16, 3, 20))
    assert engine.method.translates
    assert engine.dataset.spec.kind == "images"
    real = engine.on_view.real
    torch.testing.assert_close(engine.fixed["small"], avg_pool2d(real, 4))
    assert len(engine.samples()[0]) == len(real) == 8
    rows = train(engine, 2)
    assert rows is not None
    assert np.isfinite(rows.values).all()


def test_generators_have_their_turns_in_order(tmp_path: Path) -> None:
    engine = make_engine("own-roles")
    samples = take_samples(engine, "ema")
    assert samples.groups.tolist() == [0] * 512 + [1] * 512
    assert samples.group_names == ("horses", "zebras")
    drawn = engine.method.draw(200)["generator"]
    assert set(drawn.tolist()) == {0, 1}
    assert engine.method.groups({"generator": drawn}) is drawn


# -- roles ------------------------------------------------------------------------------------------------------------


def test_roles_are_the_methods_own(tmp_path: Path) -> None:
    engine = make_engine("own-roles")
    before = saved(engine)[0]
    engine.step("second")
    engine.close_row(1.0)
    after = saved(engine)[0]
    moved = {
        key.split(".")[0] for key in before if key.startswith("method/") and not torch.equal(before[key], after[key])
    }
    assert moved == {"method/generator_b"}
    watcher = finish(Session.new(Experiment("own-roles", RING, {}, 3, 0, "cpu"), path=tmp_path / "run"))
    (told,) = watcher.of(Roles)
    assert [(role.name, role.title) for role in told.roles][1:] == [
        ("first", "Generator of horses"),
        ("second", "Generator of zebras"),
    ]
    roles = {info.name: info.role for rows in Run.open(tmp_path / "run").rows("steps") for info in rows.series}
    assert roles["second/a"] == "second generator"
    assert "second/a" in columns(tmp_path / "run")
