"""Papers that stand on the game of two players, each as short as a method of that family should be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import softplus

from ganstudio.core.controls import Control, LatentVector, NoiseSeed, StyleLayers
from ganstudio.core.dataspec import DataKind
from ganstudio.core.fields import Hyper, Value
from ganstudio.methods.base import Batch, Method, MethodInfo, Phase, Terms, Values
from ganstudio.methods.game import Play, TwoPlayer, TwoPlayerHyper
from ganstudio.nn import random
from ganstudio.nn.augment import diff_augment
from ganstudio.nn.discriminator import ChainDiscriminator
from ganstudio.nn.mlp import MLPDiscriminator
from ganstudio.nn.objectives import Rule
from ganstudio.nn.penalties import Penalty, r1_penalty
from tests.methods.tiny_styles import LATENT, LAYERS, STYLE, Synthesis


def info(name: str, title: str, *kinds: DataKind) -> MethodInfo:
    return MethodInfo(name, title, "—", 2026, "A test.", "Nothing.", kinds or ("points", "images"))


class SmallHyper(TwoPlayerHyper):
    """Small, so that a test is fast."""

    mlp_width: int = 12
    mlp_depth: int = 2
    conv_width: int = 4
    latent_size: int = 4
    batch_size: int = 8


class SmallGame(TwoPlayer):
    """The game with small networks on all data."""

    Hyper: ClassVar[type[Hyper]] = SmallHyper
    kind_defaults: ClassVar[Mapping[DataKind, Mapping[str, Value]]] = {}


class FeatureMatching(SmallGame):
    """G aims at the mean of D's features on real items (Salimans et al. 2016, section 3.1)."""

    info = info("feature-matching", "Feature matching")
    compares = True

    def loss_of_g(self, play: Play) -> Terms:
        gap = play.on_real.features.mean(0) - play.on_fake.features.mean(0)
        return {"features": gap.square().mean()}


RAGAN = Rule(
    "relativistic average",
    discriminator=lambda real, fake: (softplus(fake.mean() - real), softplus(fake - real.mean())),
    generator=lambda real, fake: softplus(real - fake.mean()) + softplus(real.mean() - fake),
    score=torch.sigmoid,
    score_kind="probability",
    compares=True,
)


class Relativistic(SmallGame):
    """Real items shall look more real than fakes do on average, and the other way round (Jolicoeur-Martineau 2019)."""

    info = info("relativistic", "RaGAN")
    rule = RAGAN


class LazyR1(SmallGame):
    """A penalty that is computed in every fourth step, with four times its weight (Karras et al. 2020, section 3.2)."""

    info = info("lazy-r1", "Lazy R1")

    def penalties(self) -> Sequence[Penalty]:
        return (Penalty("r1", 10.0, r1_penalty, every=4),)


class SharedR1(SmallGame):
    """The same as a phase of its own, which steps with D's optimiser."""

    info = info("shared-r1", "Shared R1")

    def phases(self) -> Sequence[Phase]:
        judging, drawing = super().phases()
        lazy = replace(judging, name="r1", loss=self.slope, every=4, second_order=True, shares="discriminator")
        return judging, drawing, lazy

    def slope(self, batch: Batch) -> Terms:
        return {"slope": 40.0 * r1_penalty(self.critic, batch.real, batch.real)}


class DiffAugment(SmallGame):
    """D sees augmented pictures only, real and drawn (Zhao et al. 2020)."""

    info = info("diff-augment", "DiffAugment", "images")

    def see(self, items: Tensor) -> Tensor:
        return diff_augment(items, ("colour", "translation", "cutout"))


class Spread(nn.Module):
    """Adds how much a batch varies, as one more feature (Karras et al. 2018, section 3)."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x, (x.var(0, correction=0) + 1e-8).sqrt().mean().expand(len(x), 1)), 1)


class MinibatchSpread(SmallGame):
    """D is told how much the batch varies: it sees that G draws one item only."""

    info = info("minibatch-spread", "Minibatch standard deviation")
    mixes_items = True

    def build_networks(self) -> None:
        super().build_networks()
        trunk = [nn.Flatten(), nn.LazyLinear(12), nn.LeakyReLU(0.2)]
        self.discriminator = ChainDiscriminator([*trunk, Spread()], [nn.Linear(13, 1)])
        self.discriminator(torch.zeros(2, *self.data.shape))


class PacGAN(SmallGame):
    """D judges packs of items, all real or all generated (Lin et al. 2018)."""

    info = info("pacgan", "PacGAN")
    pack = 2

    def build_networks(self) -> None:
        super().build_networks()
        first, *rest = self.data.shape
        self.discriminator = MLPDiscriminator((self.pack * first, *rest), 12, 2)

    def see(self, items: Tensor) -> Tensor:
        return items.unflatten(0, (-1, self.pack)).flatten(1, 2)

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        return self.judge(self.see(items.repeat_interleave(self.pack, 0)), {}).out  # a pack of the same


class Unrolled(SmallGame):
    """G's loss is that against D a few updates later (Metz et al. 2017), with the scale of D's Adam as it stands."""

    info = info("unrolled", "Unrolled")
    steps = 2

    def phases(self) -> Sequence[Phase]:
        judging, drawing = super().phases()
        return judging, replace(drawing, second_order=True)

    def loss_of_g(self, play: Play) -> Terms:
        now = dict(self.discriminator.named_parameters())
        later = {name: weight.detach().requires_grad_() for name, weight in now.items()}
        for _step in range(self.steps):
            batch = play.batch.fresh()
            outs = [self.told(later, items) for items in (batch.real, self.generate(self.draw(batch.size)))]
            loss = sum(term.mean() for term in self.rule.discriminator(*outs))
            slopes = torch.autograd.grad(loss, later.values(), create_graph=True)
            rates = [self.rate(batch, weight) for weight in now.values()]
            later = {name: later[name] - r * slope for name, r, slope in zip(now, rates, slopes, strict=True)}
        return {"adversarial": self.rule.generator(None, self.told(later, play.fake)).mean()}

    def told(self, weights: dict[str, Tensor], items: Tensor) -> Tensor:
        return functional_call(self.discriminator, weights, (items,))

    def rate(self, batch: Batch, weight: Tensor) -> Tensor | float:
        moments = batch.moments("discriminator").get(weight)
        return self.hyper.lr_d / (moments["exp_avg_sq"].sqrt() + 1e-3) if moments else self.hyper.lr_d


class StyleGAN(SmallGame):
    """z → w → a style for every layer; lazy R1 and path length; the mean of w is kept (Karras et al. 2020)."""

    info = info("style-gan", "Toy StyleGAN", "images")
    averaged = ("mapping", "generator")

    def build_networks(self) -> None:
        self.mapping = nn.Sequential(nn.Linear(LATENT, 8), nn.LeakyReLU(0.2), nn.Linear(8, STYLE))
        self.generator = Synthesis(self.data.channels, self.data.size)
        self.discriminator = MLPDiscriminator(self.data.shape, 12, 2)
        self.register_buffer("w_mean", torch.zeros(STYLE))
        self.register_buffer("length", torch.zeros(()))

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", LATENT), StyleLayers("w", LAYERS, STYLE), NoiseSeed("noise"))

    def mapped(self, values: Values) -> dict[str, Tensor]:
        return {"w": self.mapping(values["z"])[:, None].expand(-1, LAYERS, -1)}

    def mean_style(self) -> Tensor:
        return self.w_mean.expand(LAYERS, -1)

    def generate(self, values: Values) -> Tensor:
        return self.generator(values["w"] if "w" in values else self.mapped(values)["w"], values["noise"])

    def phases(self) -> Sequence[Phase]:
        judging, drawing = super().phases()
        drawing = replace(drawing, networks=self.averaged)
        slope = replace(judging, name="r1", loss=self.slope, every=4, second_order=True, shares=judging.name)
        path = replace(drawing, name="path", loss=self.path, every=2, second_order=True, shares=drawing.name)
        return judging, slope, drawing, path

    def slope(self, batch: Batch) -> Terms:
        return {"slope": 4 * 0.5 * r1_penalty(self.critic, batch.real, batch.real)}

    def path(self, batch: Batch) -> Terms:
        values = self.draw(batch.size)
        w = self.mapped(values)["w"]
        items = self.generate({**values, "w": w})
        noise = random.normal(*items.shape) / items[0, 0].numel() ** 0.5
        (slopes,) = torch.autograd.grad((items * noise).sum(), w, create_graph=True)
        lengths = slopes.square().sum(2).mean(1).sqrt()
        self.length.lerp_(lengths.detach().mean(), 0.01)
        self.w_mean.lerp_(w.detach()[:, 0].mean(0), 0.01)
        batch.watch("path length", lengths, "measure", "generator", "Path length", "grey levels for a unit of w")
        return {"path": 2 * 2.0 * (lengths - self.length).square().mean()}


TINY_GAMES: tuple[type[Method], ...] = (
    FeatureMatching, Relativistic, LazyR1, SharedR1, DiffAugment, MinibatchSpread, PacGAN, Unrolled, StyleGAN,
)  # fmt: skip
