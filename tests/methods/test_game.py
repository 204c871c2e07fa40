"""The game of two players and the methods that are little more than a choice of its axes."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.methods import METHODS
from ganstudio.methods.base import Batch, Values
from ganstudio.methods.game import Play, TwoPlayer, Verdict
from ganstudio.nn.mlp import MLPDiscriminator
from ganstudio.training.prepare import build_engine
from ganstudio.training.scene import take_samples
from tests.methods.test_every_method import build, data_for
from tests.methods.tiny import registered
from tests.methods.tiny_games import SmallGame, info
from tests.training.training_kit import make_engine, train


def test_convolutions_refuse_points() -> None:
    with pytest.raises(UsageError, match="mlp"):
        build("gan", "points", architecture="conv")


@pytest.mark.parametrize(
    ("name", "size", "works"),
    [("dcgan", 50, "48 or 56 px"), ("sngan", 17, "16 or 20 px"), ("dcgan", 60, "56 or 64 px"),
     ("dcgan-frogs", 17, "work: 24 px"), ("dcgan-frogs", 63, "62 or 64 px")],
)  # fmt: skip
def test_the_nearest_sizes_that_work_for_the_method_are_told(name: str, size: int, works: str) -> None:
    with pytest.raises(UsageError) as refused:
        build_engine(Experiment(name, f"triangles:count=20,size={size}", {}, 1, 0, "cpu"))
    assert f"{size} px" in str(refused.value) or f"not {size}" in str(refused.value)
    assert works in str(refused.value)


@pytest.mark.parametrize("size", [3, 7, 17, 30, 36, 50])
def test_convolutions_refuse_sizes_they_cannot_reach(size: int) -> None:
    with pytest.raises(UsageError, match=f"{size} px"):
        build("dcgan", f"images:{size}x1")


@pytest.mark.parametrize("penalty", ["gradient", "r1", "dragan"])
def test_a_penalty_and_batch_norm_are_refused_together(penalty: str) -> None:
    with pytest.raises(UsageError, match="norm_d"):
        build("gan", "points", penalty=penalty, norm_d="batch")
    rows = train(build("gan", "points", penalty=penalty), 2)
    assert rows is not None
    assert "discriminator/penalty" in [info.name for info in rows.series]


def test_a_penalty_of_no_weight_may_be_given_some_later_and_is_refused_too() -> None:
    with pytest.raises(UsageError, match="norm_d"):
        build("gan", "points", penalty="r1", penalty_weight=0.0, norm_d="batch")


class Bidirectional(SmallGame):
    """D judges items together with their z, drawn or read (Donahue et al. 2017); here E reads (0, 0, …)."""

    info = info("bidirectional", "Bidirectional")

    def build_networks(self) -> None:
        super().build_networks()
        self.discriminator = MLPDiscriminator((self.data.shape[0] + self.hyper.latent_size,), 12, 2)
        self.pairs: list[Tensor] = []

    def known(self, batch: Batch) -> Values:
        return {"z": torch.zeros(batch.size, self.hyper.latent_size)}

    def judge(self, items: Tensor, values: Values) -> Verdict:
        self.pairs.append(values["z"])
        return super().judge(torch.cat((items, values["z"]), 1), values)

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        return self.judge(items, {"z": torch.zeros(len(items), self.hyper.latent_size)}).out

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        return ("drawn", self.generate(values)), ("again", self.generate(values))


def test_what_real_items_are_told_beside_them_is_the_methods_own() -> None:
    with registered(Bidirectional):
        engine = make_engine("bidirectional")
        train(engine, 1)
        of_d, of_g = engine.method.pairs
        read, drawn = of_d.chunk(2)
        assert not read.any()
        assert drawn.all()
        assert of_g.all()
        samples = take_samples(engine, "ema")  # points have no columns to stand in, and are drawn all the same
        assert samples.items.shape == (len(engine.fixed["z"]), 2)


@pytest.mark.parametrize("norm", ["none", "batch", "layer", "spectral"])
@pytest.mark.parametrize("data", ["points", "images:16x1"])
def test_every_normalisation_trains(norm: str, data: str) -> None:
    rows = train(build("gan", data, norm_d=norm, norm_g="batch" if norm == "spectral" else norm, dropout=0.2), 2)
    assert rows is not None
    assert np.isfinite(rows.values).all()


def test_the_critic_is_updated_more_often_and_on_fresh_batches() -> None:
    engine = build("wgan-gp", "points", n_critic=4)
    train(engine, 3)
    assert engine.batches.state() == 12 * engine.batches.batch_size
    engine.set_hyper("n_critic", 1)
    train(engine, 3)
    assert engine.batches.state() == 15 * engine.batches.batch_size


def test_the_warm_up_of_wgan() -> None:
    engine = build("wgan", "points", warm_up=True)
    repeats = [engine._phases[0].repeats_at(step) for step in (0, 24, 25, 499, 500, 501)]
    assert repeats == [100, 100, 5, 5, 100, 5]


def test_weights_of_a_clipped_critic_stay_within_bounds() -> None:
    engine = build("wgan", "points", weight_clip=0.03)
    train(engine, 2)
    largest = max(float(p.detach().abs().max()) for p in engine.method.discriminator.parameters())
    assert largest == pytest.approx(0.03)
    assert max(float(p.detach().abs().max()) for p in engine.method.generator.parameters()) > 0.03


@pytest.mark.parametrize("role", ["discriminator", "generator"])
def test_every_gradient_of_the_frogs_is_clipped(role: str) -> None:
    engine = build("dcgan-frogs", "images:32x3", grad_clip=1e-6)
    engine.step(role)
    grads = [p.grad for p in getattr(engine.method, role).parameters()]
    assert max(float(g.abs().max()) for g in grads if g is not None) <= 1e-6 + 1e-12


@pytest.mark.parametrize("network", ["discriminator", "generator"])
def test_the_frogs_begin_as_in_keras(network: str) -> None:
    method = build("dcgan-frogs", "images:32x3", width=16).method
    layers = [
        m for m in getattr(method, network).modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d | nn.Linear)
    ]
    assert len(layers) > 4
    for layer in layers:
        weight = layer.weight.detach()
        bound = (6 / (sum(weight.shape[:2]) * weight[0, 0].numel())) ** 0.5
        assert weight.abs().max() <= bound
        assert float(weight.std()) == pytest.approx(bound / 3**0.5, rel=0.15)


def test_the_slope_of_the_frogs_is_that_of_keras_and_stored_runs_keep_theirs() -> None:
    method = METHODS["dcgan-frogs"]
    for stored, slope in ((False, 0.3), (True, 0.2)):
        made = method(method.resolve({"width": 4}, "images", stored=stored), DataSpec("x", "images", 9, 3, 32))
        slopes = {module.negative_slope for module in made.modules() if isinstance(module, nn.LeakyReLU)}
        assert slopes == {slope}


@pytest.mark.parametrize("name", ["lsgan", "wgan"])
def test_batch_norm_stands_in_the_papers_discriminators_of_images(name: str) -> None:
    for data, there in (("images:32x3", True), ("points", False)):
        layers = build(name, data).method.discriminator.modules()
        assert any(isinstance(layer, nn.BatchNorm2d) for layer in layers) == there


@pytest.mark.parametrize("name", [name for name in METHODS if issubclass(METHODS[name], TwoPlayer)])
def test_verdicts_are_exact_in_reduced_precision(name: str) -> None:
    engine = build(name, data_for(METHODS[name])[-1], amp=True)
    batch = engine.batches.next()
    with torch.autocast("cpu", torch.bfloat16):
        found = engine.method.judge(batch.real, engine.method.describe(batch.labels))
    assert found.out.dtype == torch.float32


def test_label_noise_moves_every_target_on_its_own_and_critics_have_none() -> None:
    for name in ("wgan", "wgan-gp"):
        assert "label_noise" not in METHODS[name].Hyper.model_fields
    method = build("gan", "points", label_noise=0.5).method
    sure = torch.full((4000,), 8.0)
    play = Play(None, None, {}, Verdict(-sure, sure), Verdict(sure, sure), {})
    # A quarter of the opposite label on average: 0.25 × softplus(8), on either side.
    for term in method.loss_of_d(play).values():
        assert float(term) == pytest.approx(0.25 * 8, rel=0.05)


def test_the_labels_of_the_frogs_move_as_in_the_book() -> None:
    method = build("dcgan-frogs", "images:32x3", label_noise=0.5).method
    sure = torch.full((4000,), 8.0)
    terms = method.loss_of_d(Play(None, None, {}, Verdict(-sure, sure), Verdict(sure, sure), {}))
    # Real: from 0 (the book's word for real) up to 0.5. Generated: from 1 up to 1.5, more certain than certain.
    assert float(terms["real"]) == pytest.approx(0.25 * 8, rel=0.05)
    assert float(terms["fake"]) == pytest.approx(-0.25 * 8, rel=0.05)
