"""Penalties: terms added to the discriminator's loss that bound its slope. Each needs a second derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from ganstudio.nn import random

Discriminator = Callable[[Tensor], Tensor]
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
    value: Callable[[Discriminator, Tensor, Tensor], Tensor]
    every: int = 1


def squared_slopes(discriminator: Discriminator, points: Tensor) -> Tensor:
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


def gradient_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor) -> Tensor:
    """E[(‖∇D(x̂)‖ − 1)²] at points x̂ drawn evenly between pairs of real and generated items.

    Gulrajani et al. 2017, eq. 3. The discriminator must treat every item on its own: no batch norm in it.
    """
    mix = random.uniform(len(real), *[1] * (real.dim() - 1), device=real.device)
    between = torch.lerp(real, fake.detach(), mix)
    return ((squared_slopes(discriminator, between) + 1e-12).sqrt() - 1).square().mean()


def r1_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor) -> Tensor:
    """½ E[‖∇D(x)‖²] on real items (Mescheder et al. 2018, eq. 9)."""
    return 0.5 * squared_slopes(discriminator, real).mean()


def dragan_penalty(discriminator: Discriminator, real: Tensor, fake: Tensor) -> Tensor:
    """E[(‖∇D(x + δ)‖ − 1)²] around real items, δ = ½ · std(x) · U(0, 1) (Kodali et al. 2017, algorithm 1)."""
    noise = 0.5 * real.std() * random.uniform(*real.shape, device=real.device)
    return ((squared_slopes(discriminator, real + noise) + 1e-12).sqrt() - 1).square().mean()


PENALTIES: dict[PenaltyName, Callable[[Discriminator, Tensor, Tensor], Tensor]] = {
    "gradient": gradient_penalty,
    "r1": r1_penalty,
    "dragan": dragan_penalty,
}
