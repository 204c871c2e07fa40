"""Tiny methods that use every control: a toy StyleGAN that can be looked into, one of a class's pictures, a toy enlarger.

Each trains, draws and opens as any method does; of each it is known what comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, softplus

from ganstudio.core.controls import ClassImages, Control, LatentVector, NoiseSeed, SourceImage, StyleLayers
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Hyper, field
from ganstudio.methods import METHODS
from ganstudio.methods.base import Batch, Examples, Method, MethodInfo, Optimiser, Phase, Terms, Values

LAYERS, STYLE, LATENT = 4, 6, 5


class SmallHyper(Hyper):
    batch_size: int = field(4, "Batch size", "Items per update.", ge=2)
    lr: float = field(1e-3, "Learning rate", "Of every network.", gt=0, le=1, live=True)
    ema: float = field(0.9, "EMA decay", "0 = off.", ge=0, lt=1)


def _info(name: str, title: str) -> MethodInfo:
    return MethodInfo(name, title, "—", 2026, "A test.", "Nothing.", data_kinds=("images",))


def noise(seeds: Tensor, layer: int, size: int) -> Tensor:
    """Random numbers ``(N, 1, size, size)`` that depend on each row's seed alone."""
    rows = []
    for seed in seeds.tolist():
        generator = torch.Generator().manual_seed(int(seed) * 31 + layer)
        rows.append(torch.randn(1, size, size, generator=generator))
    return torch.stack(rows).to(seeds.device)


class Synthesis(nn.Module):
    """A constant, then a layer for every style: it scales channels, doubles nothing, and adds noise."""

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.start = nn.Parameter(torch.randn(1, 8, size, size))
        self.scales = nn.ModuleList(nn.Linear(STYLE, 8) for _ in range(LAYERS))
        self.convolutions = nn.ModuleList(nn.Conv2d(8, 8, 3, padding=1) for _ in range(LAYERS))
        self.strength = nn.Parameter(torch.full((LAYERS,), 0.1))
        self.to_picture = nn.Conv2d(8, channels, 1)

    def features(self, styles: Tensor, seeds: Tensor) -> Tensor:
        x = self.start.expand(len(styles), -1, -1, -1)
        for layer in range(LAYERS):
            x = self.convolutions[layer](x * (1 + self.scales[layer](styles[:, layer])[:, :, None, None]))
            x = torch.tanh(x + self.strength[layer] * noise(seeds, layer, x.shape[-1]))
        return x

    def forward(self, styles: Tensor, seeds: Tensor) -> Tensor:
        return torch.tanh(self.to_picture(self.features(styles, seeds)))


class Judge(nn.Module):
    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(channels * size * size, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class SmallGame(Method):
    """The non-saturating game between a ``generator`` and a linear ``discriminator``."""

    Hyper: ClassVar[type[Hyper]] = SmallHyper

    def phases(self) -> Sequence[Phase]:
        rate = Optimiser("adam", self.hyper.lr)
        return (
            Phase("discriminator", "discriminator", ("discriminator",), rate, self.judge),
            Phase("generator", "generator", self.averaged, rate, self.forge),
        )

    def fake(self, batch: Batch) -> Tensor:
        return self.generate(self.draw(batch.size, batch.real.device))

    def judge(self, batch: Batch) -> Terms:
        fake = self.fake(batch).detach()
        return {
            "real": softplus(-self.discriminator(batch.real)).mean(),
            "fake": softplus(self.discriminator(fake)).mean(),
        }

    def forge(self, batch: Batch) -> Terms:
        return {"adversarial": softplus(-self.discriminator(self.fake(batch))).mean()}

    def critic(self, items: Tensor, values: Values | None = None) -> Tensor:
        return self.discriminator(items).squeeze(1)


class TinyStyles(SmallGame):
    """z → w by a mapping network, four layers of style, noise by seed, and two maps to look at."""

    info = _info("tiny-styles", "Tiny styles")
    averaged = ("mapping", "generator")

    def __init__(self, hyper: SmallHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.mapping = nn.Sequential(nn.Linear(LATENT, 8), nn.LeakyReLU(0.2), nn.Linear(8, STYLE))
        self.generator = Synthesis(data.channels, data.size)
        self.discriminator = Judge(data.channels, data.size)

    def controls(self) -> Sequence[Control]:
        return (LatentVector("z", LATENT), StyleLayers("w", LAYERS, STYLE), NoiseSeed("noise"))

    def mapped(self, values: Values) -> dict[str, Tensor]:
        return {"w": self.mapping(values["z"])[:, None].expand(-1, LAYERS, -1)}

    def generate(self, values: Values) -> Tensor:
        styles = values["w"] if "w" in values else self.mapped(values)["w"]
        return self.generator(styles, values["noise"])

    def look_into(self, values: Values) -> dict[str, Tensor]:
        styles = values["w"] if "w" in values else self.mapped(values)["w"]
        features = self.generator.features(styles, values["noise"])
        return {"attention": features[:, :1], "energy": avg_pool2d(features.square().mean(1, keepdim=True), 2)}


class TinyFewShot(SmallGame):
    """The mean of three pictures of a class, brightened by z."""

    info = _info("tiny-few-shot", "Tiny few-shot")

    def __init__(self, hyper: SmallHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator = nn.Linear(2, 1)
        self.discriminator = Judge(data.channels, data.size)

    def controls(self) -> Sequence[Control]:
        return (ClassImages("pictures", 3, self.data.channels, self.data.size), LatentVector("z", 2))

    def generate(self, values: Values) -> Tensor:
        tone = 0.2 * torch.tanh(self.generator(values["z"]))[:, :, None, None]
        return (values["pictures"].mean(1) + tone).clamp(-1, 1)


class TinyEnlarger(SmallGame):
    """Super-resolution of pictures: what is given is the real one at a quarter of its size."""

    info = _info("tiny-enlarger", "Tiny enlarger")

    def __init__(self, hyper: SmallHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        self.generator = nn.Conv2d(data.channels, data.channels, 3, padding=1)
        nn.init.dirac_(self.generator.weight)
        nn.init.zeros_(self.generator.bias)
        self.discriminator = Judge(data.channels, data.size)

    def controls(self) -> Sequence[Control]:
        return (SourceImage("small", self.data.channels, self.data.size // 4),)

    def given(self, examples: Examples) -> dict[str, Tensor]:
        return {"small": avg_pool2d(examples.real, 4)}

    def fake(self, batch: Batch) -> Tensor:
        return self.generate(self.given(Examples(batch.real)))

    def generate(self, values: Values) -> Tensor:
        return self.generator(interpolate(values["small"], scale_factor=4.0)).clamp(-1, 1)


TINY_STYLES: tuple[type[Method], ...] = (TinyStyles, TinyFewShot, TinyEnlarger)


@contextmanager
def registered() -> Iterator[None]:
    """These methods can be named, as the shipped ones can, for as long as the block runs."""
    for method in TINY_STYLES:
        METHODS.add(method.info.name, method)
    try:
        yield
    finally:
        for method in TINY_STYLES:
            del METHODS._items[method.info.name]
