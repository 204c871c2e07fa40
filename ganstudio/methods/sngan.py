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
    lr          2e-4 for both; the paper lets it fall to 0 over 100,000 steps. Lower it by hand near the end.

What goes wrong
    Little, which is the point: it survives learning rates that break the others. It learns more slowly per second than
    DCGAN on digits, and a narrow G cannot draw much. With the defaults MNIST has legible digits after 800 steps; colour
    photographs have colours and textures after 1,000, and things only with more width and many more steps. The sum over all
    places in D makes larger pictures give larger outputs.
"""

from __future__ import annotations

from typing import Literal, cast

from ganstudio.core.fields import field
from ganstudio.core.i18n import _
from ganstudio.methods.base import MethodInfo
from ganstudio.methods.two_player import GameHyper, TwoPlayer
from ganstudio.nn.resnet import ResNetDiscriminator, ResNetGenerator

_OBJECTIVE, _NETWORKS, _OPTIMISERS = _("Objective"), _("Networks"), _("Optimisers")


class SNGANHyper(GameHyper):
    """The hinge game, residual networks, spectral norm on every layer of D."""

    objective: Literal["hinge", "non-saturating", "wasserstein"] = field(
        "hinge",
        _("Objective"),
        _("Hinge stops rewarding D once it is right by a margin of 1; the paper compares it with the usual game."),
        group=_OBJECTIVE,
    )
    conv_width: int = field(
        32,
        _("Generator width"),
        _("Channels of each of G’s blocks. 32 trains on a laptop; the paper’s 256 wants a GPU."),
        group=_NETWORKS,
        ge=4,
        le=512,
        log=True,
    )
    width_d: int = field(
        32,
        _("Discriminator width"),
        _("Channels of each of D’s blocks; 128 in the paper."),
        group=_NETWORKS,
        ge=4,
        le=512,
        log=True,
    )
    norm_g: Literal["batch", "layer", "none"] = field(
        "batch", _("Generator norm"), _("Normalisation of G’s blocks; batch norm is the paper’s."), group=_NETWORKS
    )
    norm_d: Literal["spectral", "none"] = field(
        "spectral",
        _("Discriminator norm"),
        _("Spectral norm divides every layer by its largest singular value. Without it D runs away: try it."),
        group=_NETWORKS,
    )
    latent_size: int = field(
        128,
        _("Latent size"),
        _("Numbers in z; 128 in the paper."),
        group=_("Latent"),
        ge=1,
        le=1024,
        log=True,
    )
    beta1: float = field(
        0.0,
        _("β₁ / momentum"),
        _("Adam’s first decay, or momentum. 0 in the paper: D changes several times between two updates of G."),
        group=_OPTIMISERS,
        ge=0,
        lt=1,
        live=True,
    )
    beta2: float = field(
        0.9,
        _("β₂"),
        _("Adam’s second decay, or RMSprop’s; 0.9 in the paper."),
        group=_OPTIMISERS,
        ge=0,
        lt=1,
        live=True,
        advanced=True,
    )
    n_critic: int = field(
        2,
        _("D updates per G update"),
        _("5 in the paper; 2 is a good bargain on a laptop."),
        group=_("Training"),
        ge=1,
        le=100,
        live=True,
    )


class SNGAN(TwoPlayer):
    """Residual networks, spectral norm, hinge."""

    Hyper = SNGANHyper
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

    def build_networks(self) -> None:
        """The networks of table 3, as wide as asked."""
        h, data = cast(SNGANHyper, self.hyper), self.data
        self.generator = ResNetGenerator(h.latent_size, data.channels, data.size, h.conv_width, h.norm_g)
        self.discriminator = ResNetDiscriminator(data.channels, data.size, h.width_d, h.norm_d, h.dropout)
