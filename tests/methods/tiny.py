"""Three small methods unlike the ones that are shipped: if the engine takes them as they are, it is wide enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganstudio.core.controls import Control, GeneratorIndex, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Hyper, field
from ganstudio.methods import METHODS
from ganstudio.methods.base import Batch, Method, MethodInfo, Optimiser, Phase, Terms, Values
from ganstudio.nn.initialise import he_init


class TinyHyper(Hyper):
    batch_size: int = field(16, "Batch size", "Items per update.", ge=2)
    lr: float = field(1e-3, "Learning rate", "Of every network.", gt=0, le=1, live=True)
    ema: float = field(0.9, "EMA decay", "0 = off.", ge=0, lt=1)


def net(inputs: int, outputs: int) -> nn.Sequential:
    layers = nn.Sequential(nn.Linear(inputs, 12), nn.LeakyReLU(0.2), nn.Linear(12, outputs))
    he_init(layers)
    return layers


def info(name: str, title: str) -> MethodInfo:
    return MethodInfo(name, title, "—", 2026, "A test.", "Nothing.", data_kinds=("points",))


class TwoOfEach(Method):
    """Two discriminators, two generators; z and the index of a generator make an item."""

    info = info("two-of-each", "Two of each")
    Hyper: ClassVar[type[Hyper]] = TinyHyper
    averaged = ("generator_a", "generator_b")

    def __init__(self, hyper: TinyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator_a, self.generator_b = net(2, 2), net(2, 2)
        self.discriminator_a, self.discriminator_b = net(2, 1), net(2, 1)

    def phases(self) -> Sequence[Phase]:
        rate = Optimiser("adam", self.hyper.lr)
        return (
            Phase("discriminator a", "discriminator", ("discriminator_a",), rate, lambda b: self.judge("a", b)),
            Phase(
                "discriminator b", "discriminator", ("discriminator_b",), rate, lambda b: self.judge("b", b), every=2
            ),
            Phase("generators", "generator", ("generator_a", "generator_b"), rate, self.forge, window=(2, None)),
        )

    def judge(self, which: str, batch: Batch) -> Terms:
        judge = self.discriminator_a if which == "a" else self.discriminator_b
        fake = self.generate(self.draw(batch.size)).detach()
        return {"real": softplus(-judge(batch.real)).mean(), "fake": softplus(judge(fake)).mean()}

    def forge(self, batch: Batch) -> Terms:
        fake = self.generate(self.draw(batch.size))
        return {"a": softplus(-self.discriminator_a(fake)).mean(), "b": softplus(-self.discriminator_b(fake)).mean()}

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2, "uniform"), GeneratorIndex("generator", 2))

    def generate(self, values: Values) -> Tensor:
        both = torch.stack((self.generator_a(values["z"]), self.generator_b(values["z"])))
        rows = torch.arange(len(values["z"]))
        return both[values["generator"], rows]

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        return self.discriminator_a(items).squeeze(1)


class Joint(Method):
    """Generator, encoder and a discriminator of pairs, all updated at once through a flipped gradient."""

    info = info("joint", "Joint")
    Hyper: ClassVar[type[Hyper]] = TinyHyper

    def __init__(self, hyper: TinyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator, self.encoder, self.discriminator = net(2, 2), net(2, 2), net(4, 1)
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    def phases(self) -> Sequence[Phase]:
        networks = ("generator", "encoder", "discriminator")
        return (Phase("joint", "joint", networks, Optimiser("adam", self.hyper.lr), self.all_at_once),)

    def all_at_once(self, batch: Batch) -> Terms:
        z = self.draw(batch.size)["z"]
        real, fake = torch.cat((batch.real, self.encoder(batch.real)), 1), torch.cat((self.generator(z), z), 1)
        for pairs in (real, fake):
            pairs.register_hook(torch.neg)
        self.seen += batch.size
        batch.watch("items seen", self.seen.float(), "score", "other")
        return {
            "real": softplus(-self.discriminator(real)).mean(),
            "fake": softplus(self.discriminator(fake)).mean(),
            "cycle": (self.encoder(self.generator(z)) - z).square().mean(),
        }

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2),)

    def generate(self, values: Values) -> Tensor:
        return self.generator(values["z"])


class SecondDerivative(Method):
    """A critic whose own slope is part of its loss."""

    info = info("second-derivative", "Second derivative")
    Hyper: ClassVar[type[Hyper]] = TinyHyper

    def __init__(self, hyper: TinyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator, self.critic_network = net(2, 2), net(2, 1)

    def phases(self) -> Sequence[Phase]:
        rate = Optimiser("sgd", self.hyper.lr)
        return (
            Phase("critic", "discriminator", ("critic_network",), rate, self.measure, repeat=2, second_order=True),
            Phase("generator", "generator", ("generator",), rate, self.follow),
        )

    def measure(self, batch: Batch) -> Terms:
        real = batch.real.clone().requires_grad_(True)
        out = self.critic_network(real)
        (slope,) = torch.autograd.grad(out.sum(), real, create_graph=True)
        fake = self.generate(self.draw(batch.size)).detach()
        return {"gap": self.critic_network(fake).mean() - out.mean(), "slope": slope.square().sum(1).mean()}

    def follow(self, batch: Batch) -> Terms:
        return {"adversarial": -self.critic_network(self.generate(self.draw(batch.size))).mean()}

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2),)

    def generate(self, values: Values) -> Tensor:
        return self.generator(values["z"])

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        return self.critic_network(items).squeeze(1)


TINY: tuple[type[Method], ...] = (TwoOfEach, Joint, SecondDerivative)


@contextmanager
def registered(*methods: type[Method]) -> Iterator[None]:
    """These methods can be named, as the shipped ones can, for as long as the block runs."""
    for method in methods:
        METHODS.add(method.info.name, method)
    try:
        yield
    finally:
        for method in methods:
            del METHODS._items[method.info.name]
