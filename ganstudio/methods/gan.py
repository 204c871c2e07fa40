"""GAN: the first generative adversarial network.

Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio:
*Generative Adversarial Nets*, NeurIPS 2014.

Objective (eq. 1), with D(x) = σ(output) the probability that x is real:

    min over G, max over D of  V(D, G) = E_x[ log D(x) ] + E_z[ log(1 − D(G(z))) ]

For a fixed G the best D is p_data / (p_data + p_G) (proposition 1), and V is then 2 JS(p_data ‖ p_G) − log 4: the game's
only equilibrium is p_G = p_data with D = 1/2 everywhere and a discriminator loss of 2 log 2 ≈ 1.386 (theorem 1).

Knobs
    objective   ``minimax`` trains G on log(1 − D(G(z))), whose gradient vanishes as soon as D is sure of itself;
                ``non-saturating`` (section 3) trains it on −log D(G(z)): the same fixed point, strong early gradients.
    lr_g, lr_d  their ratio decides who is ahead. The proof wants D near its optimum at every step.
    n_critic    the paper's k: updates of D per update of G.

What goes wrong
    Mode collapse: G moves all its samples to wherever D errs most, D follows, and the modes are visited in turn. On
    the ring of eight Gaussians a high learning rate shows it within seconds. The loss of G does not tell: it is
    measured against a D that changes. And once supports do not overlap, D is perfect and minimax stops learning.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import RULE
from ganstudio.methods.base import MethodInfo
from ganstudio.methods.game import LabelNoiseHyper, TwoPlayer, TwoPlayerHyper


class GANHyper(TwoPlayerHyper, LabelNoiseHyper):
    """The two objectives of the paper."""

    objective: Literal["minimax", "non-saturating"] = RULE(
        "non-saturating",
        _("Minimax: G minimises log(1 − D(G(z))). Non-saturating: G maximises log D(G(z)), which keeps its gradients."),
    )


class GAN(TwoPlayer[GANHyper]):
    """The game of 2014, by default non-saturating; fully connected on points, convolutional on images."""

    Hyper = GANHyper
    info = MethodInfo(
        name="gan",
        title="GAN",
        paper="Goodfellow et al., Generative Adversarial Nets, NeurIPS 2014",
        year=2014,
        summary=_("A forger and a detective learn from each other: the original game."),
        look_for=_(
            "D(x) and D(G(z)) start apart and drift towards ½ as the detective loses its advantage. The losses do not "
            "fall: each is measured against an opponent that improves too. With a high learning rate, or with the "
            "minimax objective, watch the samples gather on one or two modes and hop between them: mode collapse."
        ),
        objective="min_G max_D E[log D(x)] + E[log(1 − D(G(z)))]",
        compare=("lsgan", "wgan-gp"),
    )
