"""SNGAN: a discriminator whose slope is bounded, because every layer of it is.

Miyato, Kataoka, Koyama, Yoshida: *Spectral Normalization for Generative Adversarial Networks*, ICLR 2018.

    W̄ = W / σ(W),  σ(W) = largest singular value of W                                                       (eq. 8)
    L_D = E_{x ~ data}[ max(0, 1 − D(x)) ] + E_{z ~ prior}[ max(0, 1 + D(G(z))) ]                           (eq. 16)
    L_G = −E_{z ~ prior}[ D(G(z)) ]                                                                         (eq. 17)

A layer of weights W̄ never enlarges a difference, nor does ReLU: the slope of a chain of them is at most 1. (A
convolution's weights are taken as one matrix, so its bound is a small constant instead, and so is that of a residual
block, which adds two paths.) σ(W) costs one power iteration per forward pass (algorithm 1). Unlike WGAN-GP's penalty the
bound holds everywhere, not only between real and generated pictures, and needs no second derivative.

The hinge stops caring about an item once D is right about it by 1: only undecided items teach. The networks are residual
(appendix B.4, table 3): see ``nn/resnet.py``.

Knobs
    conv_width  channels of G: 256 in the paper, for a GPU; 32 lets a laptop train it.
    width_d     channels of D: 128 in the paper.
    n_critic    updates of D per update of G: 5 in the paper. Here 2, as each costs as much as one of G's; on a strong
                computer take 5.
    beta1       0: with several fast-changing opponents in a row, momentum points at one that is gone (table 2, C).
    norm_d      none shows what spectral norm is good for: D runs away within some hundred steps.
    lr, decay   2e-4 for both, falling evenly to 0 over the run: over 100,000 steps in the paper.

What goes wrong
    Little, which is the point: it survives learning rates that break the others. It learns more slowly per second than
    DCGAN on digits, and a narrow G cannot draw much. A run of 800 steps has strokes on MNIST, some of them digits;
    as the rates fall over the whole run, a longer one is better at the same step, too. Colour photographs have colours and
    textures after 1,000, and things only with more width and many more steps. The sum over all
    places in D makes larger pictures give larger outputs.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import BETA1, BETA2, DECAY, LATENT, N_CRITIC, NORM_D, NORM_G, RULE, WIDTH, WIDTH_D
from ganstudio.methods.base import DecayKind, MethodInfo
from ganstudio.methods.game import GameHyper, TwoPlayer


class SNGANHyper(GameHyper):
    """The hinge game, residual networks, spectral norm on every layer of D."""

    objective: Literal["hinge", "non-saturating", "wasserstein"] = RULE(
        "hinge",
        _("Hinge stops rewarding D once it is right by a margin of 1; the paper compares it with the usual game."),
    )
    conv_width: int = WIDTH(32, _("Channels of each of G’s blocks. 32 trains on a laptop; the paper’s 256 wants a GPU."),
                            title=_("Generator width"))  # fmt: skip
    width_d: int = WIDTH_D(32, _("Channels of each of D’s blocks; 128 in the paper."), le=512)
    norm_g: Literal["batch", "layer", "none"] = NORM_G(
        "batch", _("Normalisation of G’s blocks; batch norm is the paper’s.")
    )
    norm_d: Literal["spectral", "none"] = NORM_D("spectral", _("Spectral norm divides every layer by its largest singular "
                                                 "value. Without it D runs away: try it."))  # fmt: skip
    latent_size: int = LATENT(128, _("Numbers in z; 128 in the paper."))
    beta1: float = BETA1(0.0, _("Adam’s first decay, or momentum. 0 in the paper: D changes several times between two "
                         "updates of G."))  # fmt: skip
    beta2: float = BETA2(0.9, _("Adam’s second decay, or RMSprop’s; 0.9 in the paper."))
    n_critic: int = N_CRITIC(2, _("5 in the paper; 2 is a good bargain on a laptop."))
    decay: DecayKind = DECAY("linear", _("Both rates fall evenly to 0 over the run, as in the paper."), advanced=False)


class SNGAN(TwoPlayer[SNGANHyper]):
    """Residual networks, spectral norm, hinge."""

    Hyper = SNGANHyper
    family = "resnet"
    info = MethodInfo(
        name="sngan",
        title="SNGAN",
        paper="Miyato et al., Spectral Normalization for Generative Adversarial Networks, ICLR 2018",
        year=2018,
        summary=_("Bounds the discriminator’s slope layer by layer, so that it cannot run away; residual networks."),
        look_for=_(
            "The critic’s outputs for real and generated pictures should stay a little apart, around +1 and −1 at most: "
            "the hinge ignores whatever lies beyond. Steady losses that hardly move are a good sign here, so judge by "
            "the pictures. Then duplicate the run with the discriminator norm set to none, and watch the outputs drift "
            "apart: that is what spectral norm prevents."
        ),
        data_kinds=("images",),
        family="networks",
        objective="min_D E[max(0, 1 − D(x))] + E[max(0, 1 + D(G(z)))],  max_G E[D(G(z))],  σ(W) = 1",
        compare=("dcgan", "wgan-gp"),
    )
