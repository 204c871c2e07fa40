"""Tiny methods that each use one ability of the base, with numbers that are known in advance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, softplus

from ganstudio.core.controls import Control, GeneratorIndex, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RoleInfo
from ganstudio.core.fields import Hyper, field
from ganstudio.methods.base import Averaging, Batch, Decay, Method, MethodInfo, Optimiser, Phase, Terms, Values
from ganstudio.nn import random
from tests.methods.tiny import TinyHyper, TwoOfEach, net


def info(name: str, title: str, kind: Literal["points", "images"] = "points") -> MethodInfo:
    return MethodInfo(name, title, "—", 2026, "A test.", "Nothing.", data_kinds=(kind,))


class DescentHyper(Hyper):
    batch_size: int = field(16, "Batch size", "Items per update.", ge=2)
    lr: float = field(0.1, "Learning rate", "Of the one network.", gt=0, le=1, live=True)
    decay: Literal["none", "linear", "step"] = field("none", "Rate decay", "How it falls.", live=True, before="none")
    decay_from: int = field(0, "Decay from", "Step.", ge=0, live=True)
    decay_to: int = field(0, "Decay to", "Step.", ge=0, live=True)


class Pair(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([3.0, 4.0]))

    def forward(self, z: Tensor) -> Tensor:
        return z * self.weight


class Descent(Method):
    """Two weights, (3, 4) at first, that slide into a bowl: their gradient is their value."""

    info = info("descent", "Descent")
    Hyper: ClassVar[type[Hyper]] = DescentHyper
    optimiser: ClassVar[Mapping[str, object]] = {"kind": "sgd", "beta1": 0.0}
    average: ClassVar[Averaging] = Averaging()

    def __init__(self, hyper: DescentHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator = Pair()

    def phases(self) -> Sequence[Phase]:
        h = self.hyper
        how = Optimiser(lr=h.lr, decay=Decay(h.decay, h.decay_from, h.decay_to), **self.optimiser)
        return (Phase("bowl", "generator", ("generator",), how, self.bowl),)

    def bowl(self, batch: Batch) -> Terms:
        return {"height": 0.5 * self.generator.weight.square().sum()}

    def averaging(self) -> Averaging:
        return self.average

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2),)

    def generate(self, values: Values) -> Tensor:
        return self.generator(values["z"])


class FallingHyper(DescentHyper):
    decay: Literal["none", "linear", "step"] = field("linear", "Rate decay", "How it falls.", live=True, before="none")


class Falling(Descent):
    """The same, and its rate falls where nobody says otherwise: not in runs that are older than that."""

    info = info("falling", "Falling")
    Hyper: ClassVar[type[Hyper]] = FallingHyper


class Looking(Descent):
    """Two updates a step, in which a test looks at the batch."""

    info = info("looking", "Looking")
    looks: ClassVar[dict[str, Callable[[Batch], object]]] = {}

    def phases(self) -> Sequence[Phase]:
        how = Optimiser("adam", 0.1, beta1=0.9)
        return tuple(Phase(name, "generator", ("generator",), how, self.with_a_look(name)) for name in ("one", "two"))

    def with_a_look(self, name: str) -> Callable[[Batch], Terms]:
        def loss(batch: Batch) -> Terms:
            self.looks.get(name, lambda _batch: None)(batch)
            return self.bowl(batch)

        return loss


class OwnRoles(TwoOfEach):
    """Each generator has a role of its own, with a name and a colour."""

    info = info("own-roles", "Roles of its own")

    def phases(self) -> Sequence[Phase]:
        rate = Optimiser("adam", self.hyper.lr)
        return (
            Phase("a", "discriminator", ("discriminator_a", "discriminator_b"), rate, lambda b: self.judge("a", b)),
            Phase("first", "first", ("generator_a",), rate, self.forge),
            Phase("second", "second", ("generator_b",), rate, self.forge),
        )

    def roles(self) -> tuple[RoleInfo, ...]:
        return (
            RoleInfo("discriminator", "Discriminators", "discriminator"),
            RoleInfo("first", "Generator of horses", "generator"),
            RoleInfo("second", "Generator of zebras", "second generator"),
        )

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 2, "uniform"), GeneratorIndex("generator", 2, ("horses", "zebras")))


class Growing(Method):
    """Pictures of a quarter of the size, then of a half, then whole; each new stage is faded in (Karras et al. 2018)."""

    info = info("growing", "Growing", "images")
    Hyper: ClassVar[type[Hyper]] = TinyHyper
    stage_steps = 4
    level: Tensor
    alpha: Tensor

    def __init__(self, hyper: TinyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        side = data.size // 4
        self.generator = nn.ModuleList(net(3, data.channels * (side << stage) ** 2) for stage in range(3))
        self.discriminator = net(data.channels * data.size**2, 1)
        self.register_buffer("level", torch.zeros((), dtype=torch.int64))
        self.register_buffer("alpha", torch.ones(()))

    def batch_size_at(self, step: int) -> int:
        return max(self.hyper.batch_size >> step // self.stage_steps, 2)

    def stages(self, values: Values) -> list[Tensor]:
        return [torch.tanh(stage(values["z"])).unflatten(1, (self.data.channels, -1)).unflatten(2, (self.side(i), -1))
                for i, stage in enumerate(self.generator)]  # fmt: skip

    def side(self, stage: int) -> int:
        return self.data.size // 4 << stage

    def generate(self, values: Values) -> Tensor:
        large = [interpolate(stage, self.data.size) for stage in self.stages(values)]
        level = int(self.level)
        return torch.lerp(large[max(level - 1, 0)], large[level], self.alpha)

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        return (("picture", self.generate(values)), *((f"{s.shape[2]} px", s) for s in self.stages(values)))

    def phases(self) -> Sequence[Phase]:
        rate = Optimiser("adam", self.hyper.lr)
        return (
            Phase("discriminator", "discriminator", ("discriminator",), rate, self.judge),
            Phase("generator", "generator", ("generator",), rate, self.forge),
        )

    def judge(self, batch: Batch) -> Terms:
        stage, turn = divmod(batch.step, self.stage_steps)
        self.level.fill_(min(stage, 2))
        self.alpha.fill_(1.0 if stage == 0 else min(1.0, 2 * (turn + 1) / self.stage_steps))
        seen = interpolate(avg_pool2d(batch.real, 4 >> int(self.level)), self.data.size)
        fake = self.generate(self.draw(batch.size)).detach()
        return {"real": softplus(-self.told(seen)).mean(), "fake": softplus(self.told(fake)).mean()}

    def forge(self, batch: Batch) -> Terms:
        drawn = self.generate(self.draw(batch.size))
        # All stages take part, so that each has a gradient.
        return {
            "adversarial": softplus(-self.told(drawn)).mean() + 0 * sum(p.sum() for p in self.generator.parameters())
        }

    def told(self, items: Tensor) -> Tensor:
        return self.discriminator(items.flatten(1))

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 3),)


class Autoencoder(Method):
    """What it makes of real pictures stands beside what it draws: a wall of three columns (Kingma and Welling 2014)."""

    info = info("autoencoder", "Autoencoder", "images")
    Hyper: ClassVar[type[Hyper]] = TinyHyper
    averaged = ("generator", "encoder")

    def __init__(self, hyper: TinyHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        size = data.channels * data.size**2
        self.generator, self.encoder = net(3, size), net(size, 6)

    def phases(self) -> Sequence[Phase]:
        return (Phase("both", "joint", ("generator", "encoder"), Optimiser("adam", self.hyper.lr), self.bound),)

    def bound(self, batch: Batch) -> Terms:
        mean, log_var = self.encoder(batch.real.flatten(1)).chunk(2, 1)
        z = mean + (0.5 * log_var).exp() * random.normal(*mean.shape)
        kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).sum(1)
        batch.watch("kl", kl, "measure", "encoder", "KL(q ‖ p)", "nats")
        return {"reconstruction": (self.generate({"z": z}) - batch.real).square().mean(), "kl": 0.01 * kl.mean()}

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", 3),)

    def generate(self, values: Values) -> Tensor:
        flat = torch.tanh(self.generator(values["z"]))
        return flat.view(-1, self.data.channels, self.data.size, self.data.size)

    def encode(self, items: Tensor) -> dict[str, Tensor]:
        return {"z": self.encoder(items.flatten(1))[:, :3]}

    def panels(self, values: Values, real: Tensor | None) -> tuple[tuple[str, Tensor], ...]:
        drawn = ("drawn", self.generate(values))
        return (drawn,) if real is None else (("real", real), drawn, ("again", self.generate(self.encode(real))))


TINY_ABILITIES: tuple[type[Method], ...] = (Descent, Falling, Looking, OwnRoles, Growing, Autoencoder)
