"""WGAN-GP: a gradient penalty instead of clipped weights.

Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville: *Improved Training of Wasserstein GANs*, NeurIPS 2017.

Objective (eq. 3), x̂ uniform on the line between a real and a generated item:

    critic minimises  E_z[ f(G(z)) ] − E_x[ f(x) ] + λ E_x̂[ (‖∇f(x̂)‖ − 1)² ]          G minimises  −E_z[ f(G(z)) ]

The best critic has slope 1 almost everywhere between the two distributions (proposition 1), which is what the penalty
asks for, instead of bounding weights.

Knobs
    penalty_weight λ: 10 for images, 0.1 in the paper's 2-D experiments. The term needs a second derivative.
    n_critic    5.
    norm_d      never batch norm: the penalty is about single items. Layer norm is the paper's replacement.
    beta1       0.5 with β₂ = 0.9 in the paper's image runs (its algorithm 1 prints β₁ = 0).

What goes wrong
    Little; it is slow: five critic updates with a double backward pass for one step of G. A small λ lets the critic
    explode, a large one flattens it.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import BETA2, LR_D, LR_G, NORM_D, PENALTY
from ganstudio.methods.base import MethodInfo
from ganstudio.methods.game import CriticHyper, TwoPlayer


class WGANGPHyper(CriticHyper):
    """The critic's game with a gradient penalty."""

    penalty: Literal["gradient"] = PENALTY("gradient", _("(‖∇f‖ − 1)² between real and generated items."))
    norm_d: Literal["none", "layer"] = NORM_D(
        "none", _("None, or layer norm; batch norm would spoil the penalty."), title=_("Critic norm")
    )
    lr_d: float = LR_D(1e-4, _("1e-4 in the paper."), title=_("Critic learning rate"))
    lr_g: float = LR_G(1e-4, _("1e-4 in the paper."))
    beta2: float = BETA2(0.9, _("Adam’s second decay; 0.9 in the paper."))


class WGANGP(TwoPlayer[WGANGPHyper]):
    """The Wasserstein critic with a penalised slope."""

    Hyper = WGANGPHyper
    kind_defaults = {"points": {**TwoPlayer.kind_defaults["points"], "lr_d": 1e-3, "lr_g": 1e-3, "penalty_weight": 0.1}}
    info = MethodInfo(
        name="wgan-gp",
        title="WGAN-GP",
        paper="Gulrajani et al., Improved Training of Wasserstein GANs, NeurIPS 2017",
        year=2017,
        summary=_("The critic’s slope is held at 1 by a penalty: the sturdy cure for mode collapse."),
        look_for=_(
            "On the ring of eight, all modes are found and kept where a plain GAN hops between them. The critic’s gap "
            "falls smoothly, the penalty term stays small. Each step costs several double backward passes, so it is "
            "slower per step and better per hour."
        ),
        objective="min_G max_D E[D(x)] − E[D(G(z))] − λ E[(‖∇D(x̂)‖ − 1)²]",
        compare=("gan", "wgan"),
    )
