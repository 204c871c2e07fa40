"""SNGAN: the hinge, the bound on every layer of D, and that it learns."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.data import Dataset
from ganstudio.methods import METHODS
from ganstudio.methods.game import Play, Verdict
from ganstudio.training.engine import Engine
from tests.training.training_kit import make_engine, pictures, train

SMALL = {"conv_width": 8, "width_d": 8, "latent_size": 8, "batch_size": 16}


def halves(count: int = 200) -> Dataset:
    """Pictures that are bright on the left and dark on the right, each a little differently."""
    random = torch.Generator().manual_seed(1)
    items = torch.zeros(count, 1, 16, 16, dtype=torch.uint8)
    items[..., :8] = torch.randint(200, 256, (count, 1, 1, 1), generator=random, dtype=torch.uint8)
    items[..., 8:] = torch.randint(0, 56, (count, 1, 1, 1), generator=random, dtype=torch.uint8)
    return Dataset(DataSpec("halves", "images", count, 1, 16), items, None, "halves")


def build(data: Dataset | None = None, **hyper: Any) -> Engine:
    return make_engine("sngan", data or pictures(16, 1, 40), **{**SMALL, **hyper})


def layers_of(network: nn.Module) -> list[nn.Module]:
    return [part for part in network.modules() if isinstance(part, nn.Conv2d | nn.Linear)]


def test_every_layer_of_the_discriminator_stays_bounded_while_it_learns() -> None:
    engine = build(lr_d=1e-2)
    train(engine, 20)
    with engine.drawing() as view:
        for layer in layers_of(view.discriminator):
            assert parametrize.is_parametrized(layer, "weight")
            assert torch.linalg.matrix_norm(layer.weight.flatten(1), 2) < 1.3
        assert not any(parametrize.is_parametrized(layer) for layer in layers_of(view.generator))


def test_without_the_norm_the_critic_runs_away() -> None:
    gaps = {}
    for norm in ("spectral", "none"):
        engine = build(norm_d=norm, lr_d=1e-2, objective="wasserstein")
        rows = train(engine, 30)
        assert rows is not None
        last = dict(zip((info.name for info in rows.series), rows.values[-1].tolist(), strict=True))
        gaps[norm] = abs(last["critic(x)"] - last["critic(G(z))"])
    assert gaps["none"] > 100 * gaps["spectral"]


class Noted:
    """A batch that only notes what is watched."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[list[float], str]] = {}

    def watch(self, name: str, values: Tensor, kind: str, role: str) -> None:
        self.seen[name] = (values.tolist(), kind)


def test_the_discriminator_is_paid_up_to_a_margin() -> None:
    method, batch, items = build().method, Noted(), torch.zeros(2, 1, 16, 16)
    real, fake = torch.tensor([0.0, 3.0]), torch.tensor([-2.0, 1.0])
    on_real, on_fake = Verdict(real, items), Verdict(fake, items)
    terms = method.loss_of_d(Play(batch, items, {}, on_fake, on_real, {}))
    method.watch(batch, on_real, on_fake)
    assert {name: value.item() for name, value in terms.items()} == {"real": 0.5, "fake": 1.0}
    assert batch.seen == {"critic(x)": ([0.0, 3.0], "score"), "critic(G(z))": ([-2.0, 1.0], "score")}
    assert not method.score_is_probability


def test_the_discriminator_learns_twice_a_step_from_fresh_batches() -> None:
    engine = build()
    train(engine, 3)
    assert engine.batches.state() == 6 * engine.batches.batch_size
    engine.set_hyper("n_critic", 5)
    train(engine, 1)
    assert engine.batches.state() == 11 * engine.batches.batch_size


def test_the_defaults_are_the_papers_but_for_what_a_laptop_cannot() -> None:
    hyper = METHODS["sngan"].resolve({}, "images")
    chosen = hyper.model_dump()
    wanted = {"objective": "hinge", "beta1": 0.0, "beta2": 0.9, "lr_d": 2e-4, "lr_g": 2e-4, "norm_d": "spectral"}
    wanted["decay"] = "linear"
    assert {name: chosen[name] for name in wanted} == wanted
    assert METHODS["sngan"].resolve({}, "images", stored=True).decay == "none"
    with pytest.raises(UsageError):
        METHODS["sngan"].resolve({"objective": "least-squares"}, "images")


def test_it_learns_where_pictures_are_bright() -> None:
    engine = build(halves(), seed=3, lr_d=1e-3, lr_g=1e-3, ema=0.9)
    train(engine, 120)
    with engine.drawing() as view:
        drawn = view.generate(view.draw(64))
    assert float(drawn[..., :8].mean()) > 0.3
    assert float(drawn[..., 8:].mean()) < -0.3
