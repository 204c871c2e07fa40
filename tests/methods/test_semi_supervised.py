"""Semi-supervised GAN: K scores that are a verdict too, the labels it may use, and the twin without a GAN."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor

from ganstudio.core.controls import LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.observed import Observed
from ganstudio.data import Dataset
from ganstudio.methods import METHODS
from ganstudio.metrics.while_training import measure
from ganstudio.nn.classifying import ClassifyingDiscriminator, Noise
from ganstudio.training.batch import EngineBatch, Round
from ganstudio.training.engine import Engine
from tests.training.training_kit import make_engine, pictures, train

SMALL = {"conv_width": 4, "latent_size": 4, "batch_size": 16, "labels_per_class": 2}


def bars(count: int = 200) -> Dataset:
    """A bright bar of 4 pixels in one of four places: four classes."""
    rng = np.random.default_rng(2)
    labels = np.arange(count) % 4
    items = rng.integers(0, 60, (count, 1, 16, 16)).astype(np.uint8)
    for item, label in zip(items, labels, strict=True):
        item[0, :, 4 * label : 4 * label + 4] = rng.integers(150, 256)
    spec = DataSpec("bars", "images", count, 1, 16, classes=("a", "b", "c", "d"))
    return Dataset(spec, torch.from_numpy(items), torch.from_numpy(labels), "bars")


def build(data: Dataset | None = None, seed: int = 0, **hyper: Any) -> Engine:
    return make_engine("semi-supervised", data or bars(), seed, **{**SMALL, **hyper})


def weights(engine: Engine, *names: str) -> Tensor:
    children = [getattr(engine.method, name) for name in names or ("generator", "discriminator", "classifier")]
    return torch.cat([p.detach().flatten().clone() for child in children for p in child.parameters()])


def test_the_verdict_is_the_share_of_the_real_classes_among_k_plus_one() -> None:
    engine = build()
    with engine.drawing() as view:
        items = engine.batches.next()[0]
        scores = view.discriminator.scores(items)
        raw = view.critic(items)
        assert raw is not None
        total = scores.exp().sum(1)
        torch.testing.assert_close(view.score(raw), total / (total + 1))
        with_generated = torch.cat((scores, torch.zeros(len(scores), 1)), 1).softmax(1)
        torch.testing.assert_close(view.score(raw), 1 - with_generated[:, -1])
        assert list(view.controls()) == [LatentVector("z", 4, "normal")]


def test_twins_have_the_same_build_and_other_weights() -> None:
    method = build().method
    shapes = [[p.shape for p in child.parameters()] for child in (method.discriminator, method.classifier)]
    assert shapes[0] == shapes[1]
    assert not torch.equal(method.discriminator.scores_of.weight, method.classifier.scores_of.weight)


def test_no_label_but_the_few_is_looked_at() -> None:
    """With every other label changed the same weights come out; with the few changed, others."""
    ends = []
    for poisoned in ("none", "others", "the few"):
        engine = build(labels_per_class=3)
        pool = engine.batches.labelled_pool(3)
        labels = engine.batches._labels
        assert labels is not None
        few = torch.zeros(len(labels), dtype=torch.bool)
        few[pool] = True
        if poisoned != "none":
            chosen = few if poisoned == "the few" else ~few
            labels[chosen] = (labels[chosen] + 1) % 4
        train(engine, 3)
        ends.append(weights(engine))
    assert torch.equal(ends[0], ends[1])
    assert not torch.allclose(ends[0], ends[2])


def test_held_out_pictures_teach_nothing() -> None:
    ends = []
    for change in (False, True):
        data = bars()
        held = ((build(data).batches.unseen(1000)[0] + 1) * 127.5).round().to(torch.uint8)
        assert len(held) == 40
        if change:
            equal = (data.items[:, None] == held[None]).flatten(2).all(2).any(1)
            assert int(equal.sum()) == 40
            data.items[equal] = 0
        engine = build(data)
        train(engine, 15)  # more than an epoch
        ends.append(weights(engine))
    assert torch.equal(*ends)


def test_each_role_leaves_the_others_alone() -> None:
    engine = build()
    assert [role.name for role in engine.roles] == ["discriminator", "generator", "encoder"]
    for role, mine in (("discriminator", "discriminator"), ("generator", "generator"), ("encoder", "classifier")):
        before = {name: weights(engine, name) for name in ("generator", "discriminator", "classifier")}
        engine.step(role)  # type: ignore[arg-type]
        engine.close_row(1.0)
        moved = {name for name, old in before.items() if not torch.equal(old, weights(engine, name))}
        assert moved == {mine}


def test_feature_matching_is_the_distance_of_mean_features() -> None:
    engine = build(noise=0.0, dropout=0.0)
    method = engine.method

    class Still:
        size = 16
        real, labels = engine.batches.next()[:2]

    torch.manual_seed(4)
    found = method.generator_terms(Still())["feature matching"]
    torch.manual_seed(4)
    fake = method.generate(method.draw(16))
    apart = method.discriminator.features(fake).mean(0) - method.discriminator.features(Still.real).mean(0)
    torch.testing.assert_close(found, apart.square().mean())
    assert float(found.detach()) > 0


def test_the_generator_loss_is_chosen() -> None:
    for choice, term in (("feature matching", "feature matching"), ("adversarial", "adversarial")):
        rows = train(build(generator_loss=choice), 1)
        assert rows is not None
        assert [info.name for info in rows.series if info.name.startswith("generator/")] == [f"generator/{term}"]


def test_the_weight_of_the_labels_is_live_and_the_twin_does_not_feel_it() -> None:
    engine = build()
    train(engine, 1)
    engine.set_hyper("weight_labelled", 0.0)
    rows = train(engine, 1)
    assert rows is not None
    last = dict(zip((info.name for info in rows.series), rows.values[-1].tolist(), strict=True))
    assert last["discriminator/labelled"] == 0
    assert last["classifier/labelled"] > 0


def test_both_learn_to_classify_and_both_are_plotted() -> None:
    engine = build(bars(), conv_width=8, lr_d=2e-3)
    train(engine, 80)
    found, labels = engine.recognised(1000)
    assert labels is not None
    assert len(labels) == 40
    observed = Observed(
        recognised={name: column.numpy() for name, column in found.items()},
        predicts=engine.method.predicts,
        labels=labels.numpy(),
    )
    scores = measure(observed, engine.dataset.spec)
    assert set(scores) == {"accuracy with GAN %", "accuracy without GAN %"}
    assert min(scores.values()) > 90


def test_one_class_is_refused_in_words() -> None:
    data = pictures(16, 1, 20)
    spec = dataclasses.replace(data.spec, classes=("only",))
    with pytest.raises(UsageError, match="two or more"):
        build(dataclasses.replace(data, spec=spec, labels=torch.zeros(20, dtype=torch.int64)))
    assert METHODS["semi-supervised"].info.needs.labels


def test_noise_and_dropout_act_while_training_only() -> None:
    network = ClassifyingDiscriminator(1, 16, 4, 3, noise=0.5, dropout=0.5)
    items = torch.zeros(2, 1, 16, 16)
    assert not torch.equal(network.scores(items), network.scores(items))
    network.eval()
    assert torch.equal(network.scores(items), network.scores(items))
    still = Noise(0.0)
    assert torch.equal(still(items), items)
    noisy = Noise(0.3)(torch.zeros(20_000))
    assert float(noisy.std()) == pytest.approx(0.3, rel=0.05)
    assert float(noisy.mean()) == pytest.approx(0, abs=0.02)


def test_labelled_items_are_drawn_where_the_runs_chance_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large data set lies on the host and the run's generator on the device: it cannot draw anywhere else."""
    engine, places = build(), list[str]()

    class Elsewhere:
        batch_size, part, device = 3, (0, 3), torch.device("cuda")

        def labelled_pool(self, _per_class: int) -> torch.Tensor:
            return torch.arange(5)

        def pick(self, positions: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return positions, positions

    def integers(high: int, *shape: int, device: torch.device) -> torch.Tensor:
        places.append(device.type)
        return torch.full(shape, high - 1)

    monkeypatch.setattr("ganstudio.training.batch.random.integers", integers)
    batch = EngineBatch(Round(cast(Any, Elsewhere()), engine.losses))
    assert batch.labelled(1)[0].tolist() == [4, 4, 4]
    assert places == ["cuda"]
