"""Generator and discriminator by family: the networks of most papers are one of these, as wide as asked.

``axes`` are a method's hyper-parameters; each family reads those that it has (see :mod:`ganstudio.methods.axes`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from torch import nn

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.nn.dcgan import ConvDiscriminator, ConvGenerator
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.mlp import MLPDiscriminator, MLPGenerator
from ganstudio.nn.resnet import ResNetDiscriminator, ResNetGenerator

Family = Literal["mlp", "conv", "resnet"]
Networks = tuple[nn.Module, Discriminator]


def fitting(data: DataSpec) -> Family:
    """The family that suits the data when nobody chooses one."""
    return "conv" if data.pictures else "mlp"


def build(family: Family, data: DataSpec, axes: Any) -> Networks:
    """G and D.

    Args:
        family: ``mlp`` (fully connected), ``conv`` (DCGAN's), ``resnet`` (SNGAN's).
        data: what they draw and judge.
        axes: ``latent_size norm_g norm_d dropout``, and ``mlp_width mlp_depth`` or ``conv_width``, for resnet ``width_d``.

    Raises:
        UsageError: the family cannot draw such data.
        SizeError: it cannot reach the size.
    """
    if family != "mlp" and not data.pictures:
        raise UsageError(_("Convolutions need images: set architecture to mlp for 2-D points."))
    return _FAMILIES[family](data, axes)


def _mlp(data: DataSpec, axes: Any) -> Networks:
    width, depth = axes.mlp_width, axes.mlp_depth
    return (
        MLPGenerator(axes.latent_size, data.shape, width, depth, axes.norm_g),
        MLPDiscriminator(data.shape, width, depth, axes.norm_d, axes.dropout),
    )


def _conv(data: DataSpec, axes: Any) -> Networks:
    channels, size, width = data.channels, data.size, axes.conv_width
    return (
        ConvGenerator(axes.latent_size, channels, size, width, axes.norm_g),
        ConvDiscriminator(channels, size, width, axes.norm_d, axes.dropout),
    )


def _resnet(data: DataSpec, axes: Any) -> Networks:
    channels, size = data.channels, data.size
    return (
        ResNetGenerator(axes.latent_size, channels, size, axes.conv_width, axes.norm_g),
        ResNetDiscriminator(channels, size, axes.width_d, axes.norm_d, axes.dropout),
    )


_FAMILIES: dict[Family, Callable[[DataSpec, Any], Networks]] = {"mlp": _mlp, "conv": _conv, "resnet": _resnet}
