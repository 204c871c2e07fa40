"""Discriminators that judge patches of a picture instead of the whole (Isola et al. 2017, section 3.2.2), at several scales.

A fully convolutional chain ends in a map of verdicts; each sees a patch only: 70 × 70 pixels with three strided layers. So
it judges texture and edges everywhere and leaves what is where to other terms of the loss. Several of them on ever
smaller copies of the picture see more of the whole (Wang et al. 2018, section 3.2).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, l1_loss

from ganstudio.core.errors import SizeError
from ganstudio.core.i18n import _
from ganstudio.nn.initialise import dcgan_init
from ganstudio.nn.norms import Norm, constrain, norm_2d
from ganstudio.nn.objectives import LEAST_SQUARES, Rule
from ganstudio.nn.rectify import leaky

Features = list[Tensor]
"""What every layer of one discriminator answered; the last is the map of verdicts ``(N, 1, h, w)``."""


class PatchDiscriminator(nn.Module):
    """One map of verdicts.

    Args:
        channels: of what it looks at: picture and condition together.
        width: channels of the first layer; each later one has twice as many, at most 8 × width.
        layers: strided layers; 3 see patches of 70 pixels, 1 of 16.
        norm: of all layers but the first and the last; ``spectral`` constrains every weight as well.
        instance: with ``spectral``: instance norm besides, as in SPADE's discriminator.
    """

    def __init__(
        self, channels: int, width: int, layers: int = 3, norm: Norm = "instance", instance: bool = False
    ) -> None:
        super().__init__()
        self.stages = nn.ModuleList()
        before = channels
        for index in range(layers + 1):
            after = min(2**index, 8) * width
            conv = nn.Conv2d(before, after, 4, 2 if index < layers else 1, 1)
            dcgan_init(conv)
            plain = index == 0 or norm == "none"
            between = (
                norm_2d(after, "instance" if norm == "spectral" and instance else norm) if not plain else nn.Identity()
            )
            self.stages.append(nn.Sequential(constrain(conv, norm), between, leaky()))
            before = after
        last = nn.Conv2d(before, 1, 4, 1, 1)
        dcgan_init(last)
        self.stages.append(constrain(last, norm))

    def forward(self, x: Tensor) -> Features:
        """``(N, channels, H, W)`` to what every layer answers."""
        found: Features = []
        for stage in self.stages:
            x = stage(x)
            found.append(x)
        return found


def patch_layers(size: int, scales: int) -> int:
    """Strided layers that leave the coarsest discriminator a map of at least 4 × 4 in front of its last two layers.

    Args:
        size: height and width of the picture.
        scales: discriminators on it, on half of it, and so on.

    Raises:
        SizeError: the picture is too small for so many scales.
    """
    coarsest = size >> (scales - 1)
    if coarsest < 8:
        words = _("Pictures of {size} px are too small here: the discriminator needs {needed} px or more.")
        raise SizeError(words.format(size=size, needed=8 << (scales - 1)))
    layers = 3
    while layers > 1 and coarsest >> layers < 4:
        layers -= 1
    return layers


class MultiScaleDiscriminator(nn.Module):
    """Patch discriminators on the picture, on half of it, on a quarter of it, and so on.

    Args:
        scales: how many.
        make: makes one of them.
    """

    def __init__(self, scales: int, make: Callable[[], PatchDiscriminator]) -> None:
        super().__init__()
        self.scales = nn.ModuleList(make() for _ in range(scales))

    def forward(self, x: Tensor) -> list[Features]:
        """``(N, channels, H, W)`` to the features of every scale, the finest first."""
        found: list[Features] = []
        for index, network in enumerate(self.scales):
            if index:
                x = avg_pool2d(x, 3, 2, 1, count_include_pad=False)
            found.append(network(x))
        return found


def verdicts(found: Sequence[Features]) -> list[Tensor]:
    """The maps of verdicts of every scale, float32 whatever D computed in: an objective subtracts what is nearly equal."""
    return [features[-1].float() for features in found]


def judging(rule: Rule, real: Sequence[Tensor], fake: Sequence[Tensor], average: bool = False) -> tuple[Tensor, Tensor]:
    """What D minimises of its verdicts on real and on drawn pictures: means over patches, added up over scales.

    Args:
        rule: the game.
        real: maps of verdicts, of every scale.
        fake: the same of drawn pictures.
        average: over scales, instead of adding up.
    """
    losses = [rule.discriminator(one, other) for one, other in zip(real, fake, strict=True)]
    on_real, on_fake = (torch.stack([loss.mean() for loss in side]).sum() for side in zip(*losses, strict=True))
    share = 1 / len(losses) if average else 1.0
    return share * on_real, share * on_fake


def fooling(rule: Rule, maps: Sequence[Tensor], average: bool = False) -> Tensor:
    """What G minimises of D's verdicts, of every scale, added up or averaged as by :func:`judging`.

    Least squares count in full, (D − 1)², as in the papers that weigh other terms against them (CycleGAN, pix2pixHD): with
    the ½ of Mao et al. those other weights would count twice.
    """
    full = 2.0 if rule is LEAST_SQUARES else 1.0
    return full / (len(maps) if average else 1) * torch.stack([rule.generator(None, one).mean() for one in maps]).sum()


def feature_distance(fake: Sequence[Features], real: Sequence[Features]) -> Tensor:
    """Mean |D_i(fake) − D_i(real)| of every layer but the verdict, added up, averaged over scales (Wang et al., eq. 5)."""
    wanted = [[layer.detach() for layer in features] for features in real]
    return layer_distances(fake, wanted).sum()


def layer_distances(fake: Sequence[Features], real: Sequence[Features]) -> Tensor:
    """Mean |D_i(fake) − D_i(real)| of every layer i but the verdict, averaged over scales: ``(layers,)``.

    Gradients reach both sides: Wang et al. 2017 (PAN) let D move its features apart.
    """
    scales = [
        torch.stack([l1_loss(one, other).float() for one, other in zip(mine[:-1], theirs[:-1], strict=True)])
        for mine, theirs in zip(fake, real, strict=True)
    ]
    return torch.stack(scales).mean(0)


def halves(found: Sequence[Features]) -> tuple[list[Features], list[Features]]:
    """What a discriminator answered to two batches that it saw as one."""
    first = [[layer.chunk(2)[0] for layer in features] for features in found]
    second = [[layer.chunk(2)[1] for layer in features] for features in found]
    return first, second
