"""LSGAN: least squares instead of cross-entropy.

Mao, Li, Xie, Lau, Wang, Smolley: *Least Squares Generative Adversarial Networks*, ICCV 2017.

Objective (eq. 9, a = 0, b = c = 1), D(x) without a sigmoid:

    D minimises  ½ E_x[(D(x) − 1)²] + ½ E_z[D(G(z))²]          G minimises  ½ E_z[(D(G(z)) − 1)²]

The cross-entropy stops caring for fakes that already lie on the right side of the decision boundary; the square still
pulls them towards it by their distance, so the gradient does not vanish. With b − c = 1 and b − a = 2 the game minimises
a Pearson χ² divergence (eq. 7); the 0-1 coding used here behaves alike.

Knobs
    lr_g, lr_d  the outputs are unbounded: too large a rate makes them, and the losses, jump.
    norm_d      on images batch norm, as in the paper; spectral for small data sets.

What goes wrong
    D(x) and D(G(z)) near 1/2 is the equilibrium, as in GAN, but both can leave [0, 1]. Collapse is rarer than with
    minimax, not impossible; late in a long run unregularised LSGANs are known to diverge.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import RULE
from ganstudio.methods.base import MethodInfo
from ganstudio.methods.game import LabelNoiseHyper, TwoPlayer, TwoPlayerHyper


class LSGANHyper(TwoPlayerHyper, LabelNoiseHyper):
    """The least-squares game."""

    objective: Literal["least-squares"] = RULE("least-squares", _("½ (D(x) − 1)² on real items, ½ D(G(z))² on fakes."))


class LSGAN(TwoPlayer[LSGANHyper]):
    """Least squares on any data."""

    Hyper = LSGANHyper
    kind_defaults = {**TwoPlayer.kind_defaults, "images": {"norm_d": "batch"}}
    info = MethodInfo(
        name="lsgan",
        title="LSGAN",
        paper="Mao et al., Least Squares Generative Adversarial Networks, ICCV 2017",
        year=2017,
        summary=_("Fakes are pulled towards the real ones by their squared distance from the verdict “real”."),
        look_for=_(
            "The discriminator’s output is a plain number aimed at 1 for real and 0 for fake; both averages meet near "
            "½. Gradients stay alive where the sigmoid of a GAN is flat, so samples keep moving. Losses of ⅛ for each "
            "term mean that the discriminator cannot tell any more."
        ),
        objective="min_D ½ E[(D(x) − 1)²] + ½ E[D(G(z))²],  min_G ½ E[(D(G(z)) − 1)²]",
        compare=("gan", "wgan-gp"),
    )
