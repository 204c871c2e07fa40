"""Normalisation, by name: what stands between a layer and its activation, or holds a layer's weights in check.

All norms of pictures are called alike, ``norm(x, context=None)``. Those that were made without a :class:`Context` do not
look at it, so that a network passes it on without asking what it holds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganstudio.nn import random

Norm = Literal["none", "batch", "layer", "instance", "spectral"]


class SpectralNorm(nn.Module):
    """Divides a weight by its largest singular value, so that the layer is 1-Lipschitz (Miyato et al. 2018, section 2).

    The value is estimated by one power iteration per forward pass while training. The weight is seen as the matrix
    ``(out, everything else)``. Always in the weight's own precision: under autocast, too.
    """

    # The mean of two directions is shorter than either, so that the weight would come out larger.
    not_averaged = ("u", "v")
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
        if torch.is_autocast_enabled(weight.device.type):  # asked first, as leaving autocast costs 8 µs for each layer
            with torch.autocast(weight.device.type, enabled=False):
                return self.forward(weight)
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

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
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


class BatchNorm(nn.BatchNorm2d):
    """Batch norm that may be handed a context and does not look at it."""

    def forward(self, input: Tensor, context: Tensor | None = None) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        return super().forward(input)


class LayerNorm(nn.GroupNorm):
    """Layer norm over channels and pixels that may be handed a context and does not look at it."""

    def forward(self, input: Tensor, context: Tensor | None = None) -> Tensor:
        """``(N, channels, H, W)`` to the same shape."""
        return super().forward(input)


class NoNorm(nn.Identity):
    """Nothing, called as a norm is."""

    def forward(self, input: Tensor, context: Tensor | None = None) -> Tensor:
        """Anything to itself."""
        return input


@dataclass(frozen=True)
class Context:
    """What a norm is told besides what it normalises, and reads its scale and shift from.

    Attributes:
        size: numbers in the vector (z, w, a class's weights or its embedding), or planes of the map.
        kind: ``vector`` ``(N, size)``: one scale and shift for each channel; ``planes`` ``(N, size, H, W)``, as large as
            what is normalised: for each of its pixels.
        hidden: units, or features, of a layer with ReLU in between; 0: none. 32 in self-modulation.
    """

    size: int
    kind: Literal["vector", "planes"] = "vector"
    hidden: int = 0


class Modulation(nn.Module):
    """A norm whose scale and shift are read from a context c: (1 + γ(c)) · (x − μ) / σ + β(c).

    With batch norm and a class that is conditional batch norm (de Vries et al. 2017), with z and a hidden layer
    self-modulation (Chen et al. 2019, section 2), with planes SPADE (Park et al. 2019, eq. 1); with instance norm and w it
    is AdaIN (Karras et al. 2019, eq. 1). γ and β are linear in c, or in relu(A c + a) where there is a hidden layer; for
    planes they are convolutions of 3 × 3. Initialise the network afterwards, as any linear layer: biases of 0 say that
    the scale is about 1.

    Args:
        channels: of what is normalised.
        norm: the normalisation itself, without weights of its own; ``none``: scale and shift alone.
        context: what γ and β are read from.
    """

    def __init__(self, channels: int, norm: Norm, context: Context) -> None:
        super().__init__()

        def layer(into: int, out: int) -> nn.Module:
            return nn.Linear(into, out) if context.kind == "vector" else nn.Conv2d(into, out, 3, padding=1)

        self.norm = _plain(channels, norm, affine=False)
        self.read = nn.Sequential(layer(context.size, context.hidden), nn.ReLU()) if context.hidden else nn.Identity()
        self.gamma_beta = layer(context.hidden or context.size, 2 * channels)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """``x`` ``(N, channels, H, W)`` and the context, as :class:`Context` describes it, to ``(N, channels, H, W)``."""
        assert context is not None, "a norm that reads its scale from a context must be given it"
        read: Tensor = self.gamma_beta(self.read(context))
        gamma, beta = (read if read.dim() == 4 else read[:, :, None, None]).chunk(2, 1)
        return torch.addcmul(beta, self.norm(x), 1 + gamma)


def norm_2d(channels: int, norm: Norm, context: Context | None = None) -> nn.Module:
    """The norm layer for ``(N, channels, H, W)``, called ``(x, context=None)``.

    Without a context, ``none`` and ``spectral`` do nothing, instance norm has no weights of its own and the others do.
    With one, it is a :class:`Modulation`.
    """
    return _plain(channels, norm) if context is None else Modulation(channels, norm, context)


def _plain(channels: int, norm: Norm, affine: bool = True) -> nn.Module:
    if norm == "batch":
        return BatchNorm(channels, affine=affine)
    if norm == "instance":
        return InstanceNorm(channels)
    return LayerNorm(1, channels, affine=affine) if norm == "layer" else NoNorm()


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
    """Gives batch norms the statistics of one forward pass, in place of whatever they had.

    Fresh statistics (mean 0, variance 1) belong to no network; with them an untrained generator draws plain grey. Those
    of a network whose weights have been changed by other means than training belong to other weights.

    Args:
        network: in training mode.
        forward: one pass through it.
    """
    norms = [part for part in network.modules() if isinstance(part, nn.BatchNorm1d | nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()  # a count of earlier passes would let this one weigh next to nothing
        norm.momentum = None  # the mean over all passes since
    forward()
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
