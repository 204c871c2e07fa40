"""Small methods that ask everything of the window that it has to offer: four roles, groups, measures, panels, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from ganstudio.core.controls import Control, GeneratorIndex, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo
from ganstudio.core.fields import Hyper, field
from ganstudio.methods import METHODS
from ganstudio.methods.base import Batch, Decay, Method, MethodInfo, Needs, Optimiser, Phase, Terms, Values

COUNT = 3


class WideHyper(Hyper):
    batch_size: int = field(16, "Batch size", "Items per update.", ge=2)
    lr: float = field(1e-2, "Learning rate", "Of every network.", gt=0, le=1, live=True)
    ema: float = field(0.0, "EMA decay", "0 = off.", ge=0, lt=1)
    decay: Literal["none", "linear", "step"] = field("none", "Decay", "How the rate falls.", live=True)
    decay_from: int = field(0, "Falls from", "Step.", ge=0, live=True)
    decay_to: int = field(0, "Falls until", "Step.", ge=0, live=True)


class Mixture(Method):
    """Three generators on points, and roles that nobody ships: D, G, E and a second generator."""

    info = MethodInfo("mixture", "Mixture", "—", 2026, "A test.", "Nothing.", ("points",), "cures")
    Hyper: ClassVar[type[Hyper]] = WideHyper
    averaged = ()
    ROLES = (
        RoleInfo("discriminator", "Discriminator", "discriminator"),
        RoleInfo("generator", "Generator", "generator"),
        RoleInfo("encoder", "Encoder", "encoder"),
        RoleInfo("second generator", "Second generator", "second generator"),
    )
    names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, hyper: WideHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.discriminator, self.encoder = nn.Linear(2, 1), nn.Linear(2, 2)
        self.generator, self.other = nn.Linear(2, 2 * COUNT), nn.Linear(2, 2)

    def roles(self) -> tuple[RoleInfo, ...]:
        return self.ROLES

    def phases(self) -> Sequence[Phase]:
        h = self.hyper
        rate = Optimiser("sgd", h.lr, decay=Decay(h.decay, h.decay_from, h.decay_to))
        networks = ("discriminator", "generator", "encoder", "other")
        return tuple(
            Phase(role.name, role.name, (network,), rate, lambda batch, name=network: self.terms(name, batch))
            for role, network in zip(self.ROLES, networks, strict=True)
        )

    def terms(self, network: str, batch: Batch) -> Terms:
        if network == "encoder":
            distance = self.encoder(batch.real).square().mean()
            batch.watch("kl", distance.detach(), "measure", "encoder", "KL(q ‖ p)", "nats")
            batch.watch("M", distance.detach() / 3, "measure", "joint", "Convergence M")
            return {"kl": distance}
        if network == "other":
            return {"far": self.other(batch.real).square().mean()}
        word = self.discriminator(self.generate(self.draw(batch.size)))
        return {"word": word.square().mean() if network == "generator" else -word.tanh().mean()}

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2), GeneratorIndex("which", COUNT, self.names))

    def generate(self, values: Values) -> Tensor:
        every = self.generator(values["z"]).view(-1, COUNT, 2) * 0.4
        turn = 2 * torch.pi * values["which"] / COUNT
        place = torch.stack((turn.cos(), turn.sin()), 1)
        return every[torch.arange(len(every)), values["which"]] + place


class OneRole(Mixture):
    """All at once."""

    info = MethodInfo("one-role", "One role", "—", 2026, "A test.", "Nothing.", ("points",))
    ROLES = (RoleInfo("joint", "All at once", "joint"),)
    names = ("near", "far", "a third one")

    def phases(self) -> Sequence[Phase]:
        networks = ("discriminator", "generator", "encoder", "other")
        return (Phase("joint", "joint", networks, Optimiser("sgd", self.hyper.lr), lambda b: self.terms("encoder", b)),)


class Autoencoder(Method):
    """Sample, real picture and what is made of it: three panels on pictures, one of them of half the size."""

    info = MethodInfo("autoencoder", "Autoencoder", "—", 2026, "A test.", "Nothing.", ("images",), "encoders")
    Hyper: ClassVar[type[Hyper]] = WideHyper
    averaged = ()

    def __init__(self, hyper: WideHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator = nn.Linear(4, data.channels * data.size**2)
        nn.init.constant_(self.generator.bias, 2.0)

    def phases(self) -> Sequence[Phase]:
        return (Phase("generator", "generator", ("generator",), Optimiser("sgd", self.hyper.lr), self.terms),)

    def terms(self, batch: Batch) -> Terms:
        return {"far": (self.generate(self.draw(batch.size)) - batch.real).square().mean()}

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 4),)

    def generate(self, values: Values) -> Tensor:
        data = self.data
        return self.generator(values["z"]).view(-1, data.channels, data.size, data.size).tanh()

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        assert real is not None
        small = nn.functional.avg_pool2d(real, 2)
        return (("sample", self.generate(values)), ("real", real), ("reconstruction", small))


class Painters(Autoencoder):
    """Three generators on pictures."""

    info = MethodInfo("painters", "Painters", "—", 2026, "A test.", "Nothing.", ("images",), "cures")

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 4), GeneratorIndex("which", COUNT))

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        return Method.panels(self, values, real)


class Picky(Painters):
    """Takes large pictures in colour only."""

    info = MethodInfo(
        "picky", "Picky", "—", 2026, "A test.", "Nothing.", ("images",), needs=Needs(smallest=32, channels=3)
    )


WIDE: tuple[type[Method], ...] = (Mixture, OneRole, Autoencoder, Painters, Picky)


@contextmanager
def registered() -> Iterator[None]:
    """The program knows them for as long as the block runs."""
    for method in WIDE:
        METHODS.add(method.info.name, method)
    try:
        yield
    finally:
        for method in WIDE:
            del METHODS._items[method.info.name]
