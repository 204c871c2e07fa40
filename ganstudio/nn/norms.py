"""Normalisation, by name: what stands between a layer and its activation, or holds a layer's weights in check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganstudio.nn import random

Norm = Literal["none", "batch", "layer", "instance", "spectral"]


class SpectralNorm(nn.Module):
    """Divides a weight by its largest singular value, so that the layer is 1-Lipschitz (Miyato et al. 2018, section 2).

    The value is estimated by one power iteration per forward pass while training. The weight is seen as the matrix
    ``(out, everything else)``.
    """

    u: Tensor
    v: Tensor

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        matrix = weight.detach().flatten(1)
        self.register_buffer("u", nn.functional.normalize(random.normal(matrix.shape[0]), dim=0))
        self.register_buffer("v", nn.functional.normalize(random.normal(matrix.shape[1]), dim=0))
        for _ in range(10):
            self._iterate(matrix)

    @torch.no_grad()
    def _iterate(self, matrix: Tensor) -> None:
        self.v.copy_(nn.functional.normalize(matrix.T @ self.u, dim=0))
        self.u.copy_(nn.functional.normalize(matrix @ self.v, dim=0))

    def forward(self, weight: Tensor) -> Tensor:
        """The weight, scaled; same shape."""
        matrix = weight.flatten(1)
        if self.training:
            self._iterate(matrix)
        # Copies, because the next forward pass iterates in place before this one's backward pass has run.
        return weight / torch.dot(self.u.clone(), matrix @ self.v.clone())


EPSILON = 1e-5
FLAT = 1e-5 * EPSILON
"""A channel of less variance is flat: normalised it would still have less than 1/300 of an ordinary channel's spread."""


class InstanceNorm(nn.Module):
    """Every channel of every picture with mean 0 and variance 1 (Ulyanov et al. 2016), without weights.

    As a group norm of one channel a group, which keeps channels_last: 1.7 times as fast as ``nn.InstanceNorm2d`` in a
    network on a CPU.

    A flat channel (variance σ² up to :data:`FLAT`, or within the rounding of its own mean) becomes exactly 0, and no
    gradient passes it. y = (x − μ) / √(σ² + ε) has slope 1/√ε = 316 at σ = 0, whatever x is. In a picture of one colour
    every channel is flat, as its borders are mirrored, and each of k layers multiplies: convolution and norm by about
    150 together, 17 norms of a CycleGAN by 10³¹ on the way back, the two of its cycle by more than a float32 holds. What
    is lost is rounding only: the gradient of weights in front of such a norm is Σ ∂L/∂y · constant over a ∂L/∂y of mean
    0, so it *is* 0. Where σ² is above the bound, the first layers raise σ to 1 and later ones no longer amplify, so that
    all together amplify 1/σ times, not 316ᵏ. A channel of a single pixel is flat.

    The other norms need none of this: layer norm's constant channels differ from each other, and batch norm's from
    picture to picture.

    Args:
        channels: of what is normalised.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        y = torch.group_norm(x, self.channels, eps=EPSILON)
        with torch.no_grad():
            flat = None if _surely_uneven(x) else _is_flat(x)
        return y if flat is None else torch.where(flat, 0.0, y)


def _is_flat(x: Tensor) -> Tensor:
    """Whether each channel of ``(N, C, H, W)`` is flat: bool ``(N, C, 1, 1)``."""
    # Not the group norm's own statistics: with channels_last it finds σ² = 5e-4 in a constant of 256 × 256 pixels.
    variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
    return variance <= FLAT + (torch.finfo(x.dtype).eps * mean).square()


def _surely_uneven(x: Tensor) -> bool:
    """Whether some pixels tell that no channel is flat, as in nearly every picture: the variance of all costs much more.

    Asked on the CPU alone, where asking waits for nothing.
    """
    if not x.is_cpu or x.dtype != torch.float32 or torch.jit.is_tracing():  # type: ignore[attr-defined, no-untyped-call]
        return False
    some = x.diagonal(0, 2, 3)
    apart = (some.amax(2) - some.amin(2)).min().item()
    # Two pixels that are d apart add d²/2 or more to the sum of squares; twice that is above any rounding there is here.
    return apart * apart > 4 * FLAT * x.shape[2] * x.shape[3]


def constrain(layer: nn.Module, norm: Norm) -> nn.Module:
    """Puts the layer's weight under spectral norm where ``norm`` says so. Call it after initialising the weights."""
    if norm == "spectral":
        parametrize.register_parametrization(layer, "weight", SpectralNorm(layer.weight))  # type: ignore[arg-type]
    return layer


def norm_2d(channels: int, norm: Norm, affine: bool = True) -> nn.Module:
    """The norm layer for ``(N, channels, H, W)``; nothing for ``none`` and ``spectral``.

    Instance norm never has weights of its own; the others do unless ``affine`` is False.
    """
    if norm == "batch":
        return nn.BatchNorm2d(channels, affine=affine)
    if norm == "instance":
        return InstanceNorm(channels)
    return nn.GroupNorm(1, channels, affine=affine) if norm == "layer" else nn.Identity()


def norm_1d(width: int, norm: Norm) -> nn.Module:
    """The norm layer for ``(N, width)``; nothing for ``none`` and ``spectral``."""
    if norm == "batch":
        return nn.BatchNorm1d(width)
    return nn.LayerNorm(width) if norm == "layer" else nn.Identity()


def without_identities(layers: list[nn.Module]) -> nn.Sequential:
    """A sequence without the layers that do nothing."""
    return nn.Sequential(*(layer for layer in layers if not isinstance(layer, nn.Identity)))


@torch.no_grad()
def calibrate(network: nn.Module, forward: Callable[[], object]) -> None:
    """Gives batch norms the statistics of one forward pass, so that a network that never learned can be looked at.

    Fresh statistics (mean 0, variance 1) belong to no network; with them an untrained generator draws plain grey.

    Args:
        network: in training mode.
        forward: one pass through it.
    """
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = None  # the statistics of this pass alone
    forward()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
