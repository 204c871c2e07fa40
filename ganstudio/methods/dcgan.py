"""DCGAN: convolutional networks that train.

Radford, Metz, Chintala: *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*,
ICLR 2016.

Objective: the non-saturating game of ``gan.py``. The paper is about the networks (section 3): strided and fractionally
strided convolutions instead of pooling, batch norm in both networks (not at G's output nor D's input), no hidden fully
connected layers, ReLU in G with tanh at its end, leaky ReLU (0.2) in D, weights from N(0, 0.02).

Knobs
    conv_width  64 channels at the image end in common programs; 32 is enough for digits and three times as fast.
    norm_d      batch is the paper's; spectral keeps D's slope bounded: better for a few thousand images.
    beta1       0.5: with Adam's usual 0.9 training oscillates (section 4).
    lr          2e-4 in both networks (section 4).

What goes wrong
    On small data sets D learns the images by heart: D(x) → 1, D(G(z)) → 0, and G gets no more useful gradients.
    Spectral norm, dropout, label noise or fewer updates of D help. Checkerboards come from 4 × 4 kernels with stride 2.
    After the best point, samples get worse again: keep checkpoints.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import LATENT, NORM_D, NORM_G, RULE, WIDTH
from ganstudio.methods.base import MethodInfo
from ganstudio.methods.game import LabelNoiseHyper, TwoPlayer


class DCGANHyper(LabelNoiseHyper):
    """Convolutions, batch norm, the non-saturating game."""

    objective: Literal["non-saturating", "minimax"] = RULE(
        "non-saturating", _("The paper’s is non-saturating: G maximises log D(G(z)).")
    )
    conv_width: int = WIDTH(32, _("Channels of the stage nearest the image; deeper stages double it. DCGAN: 64, for a "
                            "strong computer."))  # fmt: skip
    norm_g: Literal["batch", "layer", "none"] = NORM_G(
        "batch", _("Normalisation of G’s hidden stages; batch norm is the paper’s.")
    )
    norm_d: Literal["batch", "spectral", "layer", "none"] = NORM_D(
        "batch", _("Batch norm is the paper’s. Spectral norm bounds the slope: better for a few thousand images.")
    )
    latent_size: int = LATENT(100, _("Numbers in z; 100 in the paper."))


class DCGAN(TwoPlayer[DCGANHyper]):
    """Strided convolutions and batch norm on images."""

    Hyper = DCGANHyper
    family = "conv"
    info = MethodInfo(
        name="dcgan",
        title="DCGAN",
        paper="Radford et al., Unsupervised Representation Learning with DCGANs, ICLR 2016",
        year=2016,
        summary=_("Convolutional generator and discriminator: the recipe that made GANs draw pictures."),
        look_for=_(
            "Noise turns to blobs, blobs to strokes, strokes to pictures, within a few hundred steps on digits. D(x) and "
            "D(G(z)) should stay apart but not at 1 and 0: a discriminator that is always right teaches nothing. Drag "
            "the timeline back to see how the same latent vector keeps its identity while it sharpens."
        ),
        data_kinds=("images",),
        family="networks",
        objective="max_D E[log D(x)] + E[log(1 − D(G(z)))],  max_G E[log D(G(z))]",
        compare=("dcgan-frogs", "sngan"),
    )
