"""Rules: what the discriminator and the generator minimise, given the discriminator's raw outputs for both sides.

Raw outputs (logits, or a critic's values) have shape ``(N,)``, or any other for patches; so has every loss, one number per
output, of which the mean is *minimised*. σ is the logistic function, softplus(t) = log(1 + eᵗ), so −log σ(t) = softplus(−t)
without overflow.
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
Loss = Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class Rule:
    """One game.

    Attributes:
        name: as the form shows it.
        discriminator: D's losses for real and for generated items, from its raw outputs for both.
        generator: G's loss, from D's raw outputs for real items (None where nobody asked: ``compares``) and for generated
            ones.
        score: raw outputs to what is plotted as D(x).
        score_kind: ``probability`` (aimed at 1 and 0, equilibrium at 1/2) or a critic's ``score`` without a scale.
        compares: G's loss looks at the real side, too.
    """

    name: str
    discriminator: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
    generator: Callable[[Tensor | None, Tensor], Tensor]
    score: Loss
    score_kind: ScoreKind
    compares: bool = False


RULES: Registry[Rule] = Registry("objective")


def apart(name: str, real: Loss, fake: Loss, generator: Loss, score: Loss, score_kind: ScoreKind) -> Rule:
    """A rule that looks at every output alone.

    Args:
        name: as the form shows it.
        real: D's loss on its outputs for real items.
        fake: D's loss on its outputs for generated items.
        generator: G's loss on the outputs for generated items.
        score: what is plotted.
        score_kind: as in :class:`Rule`.
    """
    return Rule(name, lambda r, f: (real(r), fake(f)), lambda _r, f: generator(f), score, score_kind)


def _same(out: Tensor) -> Tensor:
    return out


def _real(out: Tensor) -> Tensor:
    return softplus(-out)


# Goodfellow et al. 2014, eq. 1: the generator minimises log(1 − D(G(z)))
MINIMAX = apart("minimax", _real, softplus, lambda out: -softplus(out), torch.sigmoid, "probability")
# Goodfellow et al. 2014, section 3: the generator maximises log D(G(z))
NON_SATURATING = apart("non-saturating", _real, softplus, _real, torch.sigmoid, "probability")
# Mao et al. 2017, eq. 9: a = 0, b = c = 1; the output itself is the verdict
LEAST_SQUARES = apart(
    "least-squares",
    lambda out: 0.5 * (out - 1).square(),
    lambda out: 0.5 * out.square(),
    lambda out: 0.5 * (out - 1).square(),
    _same,
    "probability",
)
# Arjovsky et al. 2017, eq. 2, with the sign of a loss
WASSERSTEIN = apart("wasserstein", torch.neg, _same, torch.neg, _same, "score")
# Miyato et al. 2018, eqs. 16 and 17: D stops at a margin of 1, G goes on
HINGE = apart("hinge", lambda out: relu(1 - out), lambda out: relu(1 + out), torch.neg, _same, "score")

for _rule in (MINIMAX, NON_SATURATING, LEAST_SQUARES, WASSERSTEIN, HINGE):
    RULES.add(_rule.name, _rule)
