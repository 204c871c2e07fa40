"""IcGAN: a conditional GAN and two encoders, so that a *real* picture can be changed.

Perarnau, van de Weijer, Raducanu, Álvarez: *Invertible Conditional GANs for image editing*, NIPS workshop 2016.

The conditional game, in which real pictures with a class that is not theirs are fakes too (section 3.2):

    D maximises  E_{x, y}[ log D(x, y) ] + (1 − ω) E_{z, y}[ log(1 − D(G(z, y), y)) ] + ω E_{x, y'}[ log(1 − D(x, y')) ]
    G maximises  E_{z, y}[ log D(G(z, y), y) ]

and two encoders that undo G:

    E_z minimises  E_{z, y}‖ z − E_z(G(z, y)) ‖²         on pictures that G drew, for their z is known          (eq. 3)
    E_y minimises  −E_{x, y}[ log E_y(x)_y ]             on real pictures with their classes

A real picture x becomes G(E_z(x), y) with any y: that class in x's own style. The paper's y are yes-or-no attributes of
faces and E_y has a squared error (eq. 4); a class is one of K, hence a softmax and the cross-entropy. The paper trains
the encoders when the game is over. Here they learn while it is played, so that the result can be watched: E_z follows
a G that still moves, and settles with it. ``encoders_from`` lets them begin later.

The class reaches D as a learned picture in one more channel, as in CGAN's concat; the paper joins planes of zeros and
ones behind the first layer.

Knobs
    wrong_class    ω = ½, weight of the third term: keeps D, and so G, from ignoring the class.
    encoders_from  the step at which the encoders begin; until then an edit means nothing.
    lr_e           1e-3: ten times the paper's, for the encoders have to keep up with G.
    latent_size    16, not the paper's 100: fewer numbers can be read back better; more give more styles.
    norm_e         of the encoders. Batch norm is the paper's, and reads G's own pictures better than real ones.

What goes wrong
    E_z never sees a real picture: where G cannot draw something, E_z has no word for it, and the reconstruction is a
    picture of the same class that only resembles. A G that forgot modes shows here at once. Reconstructions are worse
    than an autoencoder's by construction; Explore's projection can start from this encoder and improve on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ganstudio.core.i18n import _
from ganstudio.core.observed import Predicts
from ganstudio.methods.axes import CLASSES, COUNT, LATENT, LR_G, NORM_G, WEIGHT
from ganstudio.methods.base import Batch, MethodInfo, Needs, Optimiser, Phase, Terms, decay_of, one_hot
from ganstudio.methods.conditional import Conditional, ConditionalHyper
from ganstudio.methods.game import Play
from ganstudio.nn import random
from ganstudio.nn.conditional import ConcatDiscriminator, ConvEncoder

_ENCODERS = _("Encoders")
_READER = "of the class encoder"


class IcGANHyper(ConditionalHyper):
    """The conditional game with wrong classes, and the two encoders."""

    wrong_class: float = WEIGHT(0.5, _("ω: how much a real picture with a class that is not its own counts as a fake. 0: it "
                                "is never shown."), title=_("Weight of wrong classes"), group=CLASSES, le=10)  # fmt: skip
    encoders_from: int = COUNT(0, _("The paper trains the encoders after the game; 0 trains them from the beginning, beside "
                               "it."), title=_("Encoders begin at step"), group=_ENCODERS, ge=0, le=10_000_000)  # fmt: skip
    lr_e: float = LR_G(1e-3, _("Step size of both encoders. They must keep up with a generator that still changes."),
                       title=_("Encoder learning rate"), group=_ENCODERS)  # fmt: skip
    norm_e: Literal["none", "layer", "batch"] = NORM_G("layer", _("Batch norm is the paper’s; layer norm treats real "
                                                       "pictures as it treats drawn ones."), title=_("Encoder norm"),
                                                       group=_ENCODERS)  # fmt: skip
    latent_size: int = LATENT(16, _("Numbers in z, beside the class; 100 in the paper. Fewer can be read back better."))


class IcGAN(Conditional[IcGANHyper]):
    """Conditional GAN with wrong classes, and encoders of z and of the class."""

    Hyper = IcGANHyper
    predicts: ClassVar[Mapping[str, Predicts]] = {_READER: "classes"}
    held_out = 0.1
    info = MethodInfo(
        name="icgan",
        title="IcGAN",
        paper="Perarnau et al., Invertible Conditional GANs for image editing, NIPS workshop 2016",
        year=2016,
        summary=_("Reads style and class from a real picture, so that it can be drawn again as another class."),
        look_for=_(
            "Each row of samples is one class, as in CGAN. The encoder’s loss on z starts at the variance of z and falls "
            "slowly: each generator update moves the goal a little, and not every number of z leaves a trace in the "
            "picture. Then open Explore, bring in a real picture and change its class: slant and stroke should stay. "
            "The accuracy of the class encoder is measured on pictures that were kept out of training."
        ),
        data_kinds=("images",),
        needs=Needs(labels=True),
        family="encoders",
        objective="the game of CGAN,  min E‖z − E_z(G(z, y))‖²,  max E[log E_y(x)_y]",
        compare=("cgan",),
    )

    encoder_z: ConvEncoder
    encoder_y: ConvEncoder

    def build_discriminator(self) -> None:
        """D, and the encoders E_z and E_y."""
        h, data = self.hyper, self.data
        shape = (data.channels, data.size, h.conv_width)
        self.discriminator = ConcatDiscriminator(self.class_count, *shape, h.norm_d, h.dropout)
        self.encoder_z = ConvEncoder(*shape, h.latent_size, norm=h.norm_e)
        self.encoder_y = ConvEncoder(*shape, self.class_count, norm=h.norm_e)

    def phases(self) -> Sequence[Phase]:
        """The game's two updates, then one of each encoder."""
        h = self.hyper
        encoders = (("encoder z", "encoder_z", self.encoder_z_terms), ("encoder y", "encoder_y", self.encoder_y_terms))
        return (
            *super().phases(),
            *(
                Phase(
                    name=name,
                    role="encoder",
                    networks=(network,),
                    optimiser=Optimiser("adam", h.lr_e, h.beta1, h.beta2, decay=decay_of(h)),
                    loss=loss,
                    window=(h.encoders_from, None),
                )
                for name, network, loss in encoders
            ),
        )

    def loss_of_d(self, play: Play) -> Terms:
        """The conditional game's terms, and that of real items with a class that is not theirs.

        Real pictures count 1, drawn ones 1 − ω (never less than ½), wrong classes ω: as in the authors' program.
        """
        terms, weight = super().loss_of_d(play), self.hyper.wrong_class
        if weight > 0:
            real, labels = play.batch.real, play.known["class"].argmax(1)
            shift = 1 + random.integers(self.class_count - 1, len(labels), device=labels.device)
            wrong = one_hot((labels + shift) % self.class_count, self.class_count)
            assert play.on_real is not None
            out = self.judge(self.see(real), {"class": wrong}).out
            terms["fake"] = (1 - min(weight, 0.5)) * terms["fake"]
            terms["wrong class"] = weight * self.rule.discriminator(play.on_real.out, out)[1].mean()
            kind = self.rule.score_kind
            play.batch.watch("D(x) of a wrong class", self.score(out.detach()), kind, "other")
        return terms

    def encoder_z_terms(self, batch: Batch) -> Terms:
        """Mean squared error of every number of z, read from a picture drawn with it."""
        values = self.draw(batch.size, next(self.parameters()).device)
        with torch.no_grad():
            items = self.generate(values)
        return {"z": (self.encoder_z(items) - values["z"]).square().mean()}

    def encoder_y_terms(self, batch: Batch) -> Terms:
        """Cross-entropy of the class of real items."""
        return {
            "class": cross_entropy(self.encoder_y(batch.real).float(), self.describe(batch.labels)["class"].argmax(1))
        }

    def recognise(self, items: Tensor) -> dict[str, Tensor]:
        """E_y's scores of the classes, ``(N, K)``."""
        return {_READER: self.encoder_y(items)}

    def encode(self, items: Tensor) -> dict[str, Tensor]:
        """E_z and E_y: style as ``z``, and the class as probabilities."""
        z: Tensor = self.encoder_z(items)
        bounded = z.clamp(-1, 1) if self.hyper.prior == "uniform" else z
        return {"class": self.encoder_y(items).softmax(1), "z": bounded}
