"""CGAN: both networks are told the class.

Mirza, Osindero: *Conditional Generative Adversarial Nets*, 2014; and for the projection discriminator
Miyato, Koyama: *cGANs with Projection Discriminator*, ICLR 2018.

    min over G, max over D  of  E_{x, y}[ log D(x | y) ] + E_{z, y}[ log(1 − D(G(z | y) | y)) ]     (Mirza, eq. 2)

with the non-saturating loss for G. D no longer asks "is this a picture?" but "is this a picture of a seven?": a good
six that was to be a seven is a fake. How D is told the class is the second paper's subject:

    concat      a learned picture of the class is one more channel of the input; the layers must find out what to do.
    projection  D(x, y) = σ( ψ(φ(x)) + ⟨V y, φ(x)⟩ )                                                (Miyato, eq. 3)
                φ are D's last features; every class has a direction in them. It is the form that log p(y | x) takes
                when it is a softmax, so D need not discover it.

Knobs
    conditioning  projection by default; concat is the older way, and the one to compare with.
    embedding     numbers in G's vector of a class: 8. With 32 the class drowns z, and a row is one digit over and over.
                  Mixed classes are mixtures of these vectors.
    norm_d        spectral (Miyato's choice, on V too); batch is that of the DCGAN years.
    lr            1e-3 for G, 5e-4 for D; at DCGAN's 2e-4 a constrained D is slow, and the rows stay alike for long.

What goes wrong
    G may ignore the class at first: the rows of the wall look alike until D has learned to compare. If it stays so, D
    is too weak (dropout, a very small width) or wins outright. Rare classes are drawn with less variety: within a class
    the game is as small as the class. Two classes that look alike stay confused longest: 4 and 9, shirt and coat.
"""

from __future__ import annotations

from typing import Literal

from ganstudio.core.i18n import _
from ganstudio.methods.axes import CHOICE, CLASSES, LATENT
from ganstudio.methods.base import MethodInfo, Needs
from ganstudio.methods.conditional import Conditional, ConditionalHyper
from ganstudio.nn.conditional import ConcatDiscriminator, ProjectionDiscriminator


class CGANHyper(ConditionalHyper):
    """The conditional game, and how D is told the class."""

    conditioning: Literal["projection", "concat"] = CHOICE(
        "projection",
        _("How D is told the class: as a direction in its last features (projection) or one more channel (concat)."),
        title=_("Conditioning"),
        group=CLASSES,
    )
    latent_size: int = LATENT(100, _("Numbers in z, beside the class; 100 in the paper."))


class CGAN(Conditional[CGANHyper]):
    """Generator and discriminator are told the class."""

    Hyper = CGANHyper
    info = MethodInfo(
        name="cgan",
        title="CGAN",
        paper="Mirza, Osindero, Conditional Generative Adversarial Nets, 2014; Miyato, Koyama, ICLR 2018",
        year=2014,
        summary=_("You say what is drawn: generator and discriminator are both told the class."),
        look_for=_(
            "Each row of samples is one class. At first all rows look alike; within some hundred steps each should turn "
            "into its own class, and stay varied within it. D(x) and D(G(z)) are verdicts on picture and class together: "
            "a good picture of the wrong class counts as a fake. In Explore mix two classes to see what lies between "
            "them, or keep z and change the class: slant and stroke stay, for they are in z."
        ),
        data_kinds=("images",),
        needs=Needs(labels=True),
        family="conditions",
        objective="max_D E[log D(x, y)] + E[log(1 − D(G(z, y), y))],  max_G E[log D(G(z, y), y)]",
        compare=("acgan", "infogan"),
    )

    def build_discriminator(self) -> None:
        """D by ``conditioning``."""
        h, data = self.hyper, self.data
        kind = ProjectionDiscriminator if h.conditioning == "projection" else ConcatDiscriminator
        self.discriminator = kind(self.class_count, data.channels, data.size, h.conv_width, h.norm_d, h.dropout)
