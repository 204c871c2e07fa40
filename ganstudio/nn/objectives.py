"""Objectives: what the discriminator and the generator minimise, given the discriminator's raw outputs.

Raw outputs (logits, or a critic's values) have shape ``(N,)``; so has every loss, one number per item, of which the
mean is *minimised*. σ is the logistic function, softplus(t) = log(1 + eᵗ), so −log σ(t) = softplus(−t) without overflow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from ganstudio.core.registry import Registry

ScoreKind = Literal["probability", "score"]


@dataclass(frozen=True, slots=True)
class Objective:
    """One game.

    Attributes:
        name: as the form shows it.
        real: the discriminator's loss on its raw outputs for real items.
        fake: the discriminator's loss on its raw outputs for generated items.
        generator: the generator's loss on the raw outputs for generated items.
        score: raw outputs to what is plotted as D(x).
        score_kind: ``probability`` (aimed at 1 and 0, equilibrium at 1/2) or a critic's ``score`` without a scale.
    """

    name: str
    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    score: Callable[[Tensor], Tensor]
    score_kind: ScoreKind


OBJECTIVES: Registry[Objective] = Registry("objective")


def _add(objective: Objective) -> Objective:
    return OBJECTIVES.add(objective.name, objective)


MINIMAX = _add(
    Objective(
        "minimax",  # Goodfellow et al. 2014, eq. 1: the generator minimises log(1 − D(G(z)))
        real=lambda out: softplus(-out),
        fake=lambda out: softplus(out),
        generator=lambda out: -softplus(out),
        score=torch.sigmoid,
        score_kind="probability",
    )
)
NON_SATURATING = _add(
    Objective(
        "non-saturating",  # Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))
        real=MINIMAX.real,
        fake=MINIMAX.fake,
        generator=lambda out: softplus(-out),
        score=torch.sigmoid,
        score_kind="probability",
    )
)
LEAST_SQUARES = _add(
    Objective(
        "least-squares",  # Mao et al. 2017, eq. 9: a = 0, b = c = 1; the output itself is the verdict
        real=lambda out: 0.5 * (out - 1).square(),
        fake=lambda out: 0.5 * out.square(),
        generator=lambda out: 0.5 * (out - 1).square(),
        score=lambda out: out,
        score_kind="probability",
    )
)
WASSERSTEIN = _add(
    Objective(
        "wasserstein",  # Arjovsky et al. 2017, eq. 2, with the sign of a loss
        real=lambda out: -out,
        fake=lambda out: out,
        generator=lambda out: -out,
        score=lambda out: out,
        score_kind="score",
    )
)
HINGE = _add(
    Objective(
        "hinge",  # Miyato et al. 2018, eqs. 16 and 17: D stops at a margin of 1, G goes on
        real=lambda out: relu(1 - out),
        fake=lambda out: relu(1 + out),
        generator=lambda out: -out,
        score=lambda out: out,
        score_kind="score",
    )
)
