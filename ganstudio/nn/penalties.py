"""Penalties: terms added to the discriminator's loss that bound its slope. Each needs a second derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ganstudio.nn import random

Judge = Callable[[Tensor], Tensor]
PenaltyName = Literal["none", "gradient", "r1", "dragan"]


@dataclass(frozen=True, slots=True)
class Penalty:
    """One term that is added to D's loss.

    Attributes:
        name: as it is plotted.
        weight: λ.
        value: from D, real and generated items to a scalar that is differentiable with respect to D's weights.
        every: it is computed in every n-th step only, and counts n times as much then (lazy regularisation, Karras et al.
            2020, section 3.2).
    """

    name: str
    weight: float
    value: Callable[[Judge, Tensor, Tensor], Tensor]
    every: int = 1


def squared_slopes(discriminator: Judge, points: Tensor) -> Tensor:
    """‖∇ₓ D(x)‖² at every point.

    Args:
        discriminator: ``(N, …)`` to ``(N,)``.
        points: ``(N, …)``; where to take the slope.

    Returns:
        ``(N,)``, differentiable with respect to the discriminator's weights.
    """
    points = points.detach().requires_grad_(True)
    (slope,) = torch.autograd.grad(discriminator(points).sum(), points, create_graph=True)
    return slope.flatten(1).square().sum(1)


def _slopes(discriminator: Judge, points: Tensor) -> Tensor:
    """‖∇D‖ at every point, with a slope of its own at 0."""
    return (squared_slopes(discriminator, points) + 1e-12).sqrt()


def _between(real: Tensor, fake: Tensor) -> Tensor:
    """Points drawn evenly between pairs of real and generated items, one number for each pair."""
    mix = random.uniform(len(real), *[1] * (real.dim() - 1), device=real.device)
    return torch.lerp(real, fake.detach(), mix)


def gradient_penalty(discriminator: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """E[(‖∇D(x̂)‖ − 1)²] at points x̂ drawn evenly between pairs of real and generated items.

    Gulrajani et al. 2017, eq. 3. The discriminator must treat every item on its own: no batch norm in it.
    """
    return (_slopes(discriminator, _between(real, fake)) - 1).square().mean()


def one_sided_penalty(discriminator: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """E[max(0, ‖∇D(x̂)‖ − 1)²], x̂ as in :func:`gradient_penalty`: only slopes above 1 cost anything.

    Named in Gulrajani et al. 2017, section 4; derived in Petzka et al. 2018 (WGAN-LP, eq. 8): a critic may be flatter.
    """
    return (_slopes(discriminator, _between(real, fake)) - 1).relu().square().mean()


def r1_penalty(discriminator: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """½ E[‖∇D(x)‖²] on real items (Mescheder et al. 2018, eq. 9)."""
    return 0.5 * squared_slopes(discriminator, real).mean()


def r2_penalty(discriminator: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """½ E[‖∇D(G(z))‖²] on generated items (Mescheder et al. 2018, eq. 10)."""
    return 0.5 * squared_slopes(discriminator, fake).mean()


def dragan_penalty(discriminator: Judge, real: Tensor, fake: Tensor) -> Tensor:
    """E[(‖∇D(x + δ)‖ − 1)²] around real items, δ = ½ · std · U(0, 1) in every number, std that of the whole batch.

    Not what Kodali et al. 2017 write: their algorithm 1 draws δ from N(0, c I), with c about 10, and penalises
    (‖∇D(x + δ)‖ − k)² with k = 1. It is what their program adds, which then takes the slope at a random place between x and
    x + δ; here, as in many programs since, it is taken at x + δ itself. Others make the noise symmetric: std · U(−½, ½)
    in compare_gan. U(0, 1) only brightens pictures, by ¼ std on the average.
    """
    noise = 0.5 * real.std() * random.uniform(*real.shape, device=real.device)
    return (_slopes(discriminator, real + noise) - 1).square().mean()


PENALTIES: dict[str, Callable[[Judge, Tensor, Tensor], Tensor]] = {
    "gradient": gradient_penalty,
    "one-sided": one_sided_penalty,
    "r1": r1_penalty,
    "r2": r2_penalty,
    "dragan": dragan_penalty,
}
"""All of them by name; forms offer those of :data:`PenaltyName`."""
