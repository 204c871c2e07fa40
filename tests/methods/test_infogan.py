"""InfoGAN: codes go in, are read back, and are learned in both phases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch

from ganstudio.core.controls import CategoricalCode, ContinuousCode, LatentVector
from ganstudio.core.resources import resource_folder
from ganstudio.data import Dataset, load
from ganstudio.explore.stored import StoredGenerator
from ganstudio.methods.base import one_hot
from ganstudio.metrics.labels import purity
from ganstudio.store import Run
from ganstudio.training.engine import Engine
from tests.training.training_kit import make_engine, pictures, train

SMALL = {"conv_width": 8, "dense": 32, "latent_size": 4, "batch_size": 32}


def build(data: Dataset | str | None = None, seed: int = 0, **hyper: Any) -> Engine:
    return make_engine("infogan", data or pictures(16, 1, 40), seed, **{**SMALL, **hyper})


def test_controls_follow_the_hyper_parameters() -> None:
    method = build(categories=3, continuous=4).method
    assert list(method.controls()) == [
        CategoricalCode("category", 3),
        ContinuousCode("codes", 4),
        LatentVector("z", 4, "normal"),
    ]
    values = method.draw(500)
    assert values["category"].sum(1).tolist() == [1.0] * 500
    assert values["category"].sum(0).min() > 100
    assert -1 <= values["codes"].min() < -0.9
    assert 0.9 < values["codes"].max() <= 1


def test_without_continuous_codes_there_is_no_such_control_and_no_such_term() -> None:
    engine = build(continuous=0)
    rows = train(engine, 2)
    assert rows is not None
    names = [info.name for info in rows.series]
    assert "discriminator/category" in names
    assert "generator/category" in names
    assert not [name for name in names if "codes" in name]
    assert [control.name for control in engine.method.controls()] == ["category", "z"]
    assert set(engine.method.encode(torch.zeros(2, 1, 16, 16)) or {}) == {"category"}


def test_every_input_changes_the_picture() -> None:
    engine = build()
    with engine.drawing() as view:
        values = {name: rows[:1].repeat(3, 1) for name, rows in engine.fixed.items()}
        for name in values:
            other = dict(values)
            other[name] = values[name].roll(1, dims=1) if name == "category" else -values[name]
            assert not torch.allclose(view.generate(values), view.generate(other))


def test_categories_of_the_wall_come_in_their_order() -> None:
    chosen = build(categories=4).fixed["category"].argmax(1)
    assert chosen.tolist() == sorted(chosen.tolist())
    assert set(chosen.tolist()) == {0, 1, 2, 3}


def test_noise_is_for_training_only() -> None:
    engine = build(noise=1.0)
    items = engine.batches.next()[0]
    with engine.drawing() as view:
        first, second = view.critic(items), view.critic(items)
        assert first is not None
        assert second is not None
        torch.testing.assert_close(first, second)
    quiet = build(noise=0.0)
    for one in (engine, quiet):
        train(one, 1)
    ends = [torch.cat([p.detach().flatten() for p in one.method.discriminator.parameters()]) for one in (engine, quiet)]
    assert not torch.allclose(*ends)


def test_nothing_is_known_at_first_and_the_terms_carry_their_weights() -> None:
    """−log Q of a blind guess among K is log K; half of the mean square of two numbers from [−1, 1] is 1/3."""
    engine = build(categories=10, continuous=2, weight_categorical=2.0, weight_continuous=3.0, batch_size=4096)
    rows = train(engine, 1)
    assert rows is not None
    first = dict(zip((info.name for info in rows.series), rows.values[0].tolist(), strict=True))
    assert first["discriminator/category"] == pytest.approx(2 * math.log(10), rel=0.05)
    assert first["discriminator/codes"] == pytest.approx(3 / 3, rel=0.25)
    assert first["Q(c)"] == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize("norm", ["spectral", "batch", "layer", "none"])
def test_the_verdict_is_the_same_by_every_way_and_the_reader_stays_out_of_it(norm: str) -> None:
    engine = build(norm_d=norm, dropout=0.3)
    train(engine, 1)
    with engine.drawing() as view:
        items = engine.batches.next()[0]
        judge = view.discriminator
        before = view.critic(items)
        assert before is not None
        torch.testing.assert_close(judge.verdict(judge.features(items)), before)
        for parameter in judge.reader.parameters():
            parameter.zero_()
        after = view.critic(items)
        assert after is not None
        torch.testing.assert_close(after, before)


@pytest.mark.parametrize("phase", ["discriminator", "generator"])
def test_both_phases_learn_from_the_codes(phase: str) -> None:
    """With and without the codes' weights the same step ends in different weights."""
    ends = []
    for weight in (0.0, 1.0):
        engine = build(weight_categorical=weight, weight_continuous=weight)
        engine.step(phase)  # type: ignore[arg-type]
        child = getattr(engine.method, phase)
        ends.append(torch.cat([p.detach().flatten() for name, p in child.named_parameters() if "reader" not in name]))
    assert not torch.allclose(*ends, atol=1e-6)


def test_weights_of_the_codes_are_live() -> None:
    engine = build()
    train(engine, 1)
    engine.set_hyper("weight_categorical", 0.0)
    rows = train(engine, 1)
    assert rows is not None
    last = dict(zip((info.name for info in rows.series), rows.values[-1].tolist(), strict=True))
    assert last["generator/category"] == 0
    assert last["generator/codes"] > 0


def test_it_separates_what_nobody_named_and_reads_its_own_codes_back() -> None:
    codes = {"categories": 2, "continuous": 1, "noise": 0.2}
    engine = build("digits:size=16,classes=0+1", 1, lr_d=1e-3, ema=0.9, **codes)
    train(engine, 200)
    found, labels = engine.recognised(400)
    assert labels is not None
    assert purity(found["category"].numpy(), labels.numpy()) > 0.9
    with engine.drawing() as view:
        values = view.draw(200)
        read = view.encode(view.generate(values))
    assert read is not None
    assert read["category"].sum(1).sub(1).abs().max() < 1e-5
    assert float((read["category"].argmax(1) == values["category"].argmax(1)).float().mean()) > 0.9
    assert read["codes"].abs().max() <= 1
    together = torch.corrcoef(torch.cat((read["codes"], values["codes"]), 1).T)[0, 1]
    assert together > 0.5


def test_categories_can_be_mixed() -> None:
    engine = build(categories=2)
    with engine.drawing() as view:
        values = {name: rows[:1] for name, rows in engine.fixed.items()}
        ends = [view.generate({**values, "category": one_hot(torch.tensor([k]), 2)}) for k in (0, 1)]
        middle = view.generate({**values, "category": torch.tensor([[0.5, 0.5]])})
    assert not torch.allclose(middle, ends[0])
    assert not torch.allclose(middle, ends[1])
    assert middle.isfinite().all()


def test_the_bundled_run_is_small_has_a_history_and_tells_digits_apart() -> None:
    run = Run.open(resource_folder() / "runs" / "infogan-digits")
    assert run.size_bytes() <= 2e6
    assert len(run.checkpoint_steps()) >= 4
    digits = load(run.info.experiment.data)
    assert digits.labels is not None
    items = digits.items.float() / 127.5 - 1
    for step, least in ((run.checkpoint_steps()[0], 0.1), (None, 0.85)):
        generator = StoredGenerator.open(run, step)
        seen = generator.method.recognise(items)["category"].argmax(1)
        assert purity(seen.numpy(), digits.labels.numpy()) > least
    values = generator.draw(200)
    values["category"] = np.eye(10, dtype=np.float32)[np.arange(200) % 10]
    read = generator.encode(generator.generate(values))
    assert read is not None
    assert (read["category"].argmax(1) == np.arange(200) % 10).mean() > 0.9
