"""pix2pix: from pairs of pictures, what belongs to a new one.

Isola, Zhu, Zhou, Efros: *Image-to-Image Translation with Conditional Adversarial Networks*, CVPR 2017.

    L_D = −E[ log D(m, x) ] − E[ log(1 − D(m, G(m, z))) ]                                                   (eq. 1)
    L_G = −E[ log D(m, G(m, z)) ] + λ E[ ‖x − G(m, z)‖₁ ]                                             (eqs. 3 and 4)

The mean absolute error alone gets colours and places right and everything fine wrong: where several pictures would do,
the one that is least wrong on average is a blur. D judges patches only, beside what was given, and asks for exactly what
the error cannot: sharp edges and texture. G is a U-Net, so what goes in need not squeeze through the middle.

z is nothing but dropout in three stages of G. The authors leave it on when drawing, and found that it changes little.
Here it is off then: the same map gives the same picture, and a brush stroke changes what it touches.

Knobs
    weight_l1   λ = 100. 0: D alone, sharp, and colours wander; very large: the blur.
    width       64 in the paper, for a GPU. 24 draws 128 px in some hundredths of a second on a processor.
    norm        with a batch of 1, as in the paper, batch norm is instance norm; with more, instance treats each alone.
    objective   least squares are calmer than the logistic game where D wins early.
    decay       linear: constant for half of the run, then evenly to 0, as in the authors' later program.
    jitter      every pair is enlarged by 12 % and cropped at a random place, both alike (section 6.2 of the appendix). For
                pairs of pictures it is off, as outlines of one pixel blur: after 1,500 steps the mean error on unseen
                outlines of digits (32 px) was 0.098 with it and 0.059 without. For photographs, put it on.

What goes wrong
    D(x) near 1 and D(G(m)) near 0 all the time: usual, L1 goes on teaching. Patterns that repeat every few pixels: D won
    long ago; lower lr_d. Fine on what was trained, rubbish on what you draw: too few pairs, or you draw with another pen.
"""

from __future__ import annotations

from torch.nn.functional import l1_loss

from ganstudio.core.i18n import _
from ganstudio.methods.axes import DECAY, JITTER, WEIGHT
from ganstudio.methods.base import Batch, DecayKind, MethodInfo, Terms
from ganstudio.methods.translation import UNetHyper, UNetTranslation


class Pix2PixHyper(UNetHyper):
    """The axes of U-Net and patches, and the weight of the absolute error."""

    weight_l1: float = WEIGHT(100.0, _("λ: how much the mean absolute error counts. 100; 0 leaves all to D, very much makes "
                              "pictures blurred."), title=_("L1 weight"), le=10000)  # fmt: skip
    jitter: bool = JITTER(True)
    decay: DecayKind = DECAY(
        "linear", _("Both rates fall evenly to 0 over the second half, as in the authors’ program."), advanced=False
    )


class Pix2Pix(UNetTranslation[Pix2PixHyper]):
    """U-Net, conditional 70 × 70 patch discriminator, L1."""

    Hyper = Pix2PixHyper
    kind_defaults = {"pairs": {"jitter": False}}  # enlarged outlines are blurred ones
    info = MethodInfo(
        name="pix2pix",
        title="pix2pix",
        paper="Isola et al., Image-to-Image Translation with Conditional Adversarial Networks, CVPR 2017",
        year=2017,
        summary=_(
            "A picture becomes the one that belongs to it: absolute error for the whole, patches for the detail."
        ),
        look_for=_(
            "On the wall: what was given, what is drawn, and the real picture. A blur of the right colours comes first, "
            "edges and texture follow. “l1” falls quickly and then slowly; D’s words on real and drawn pictures part, "
            "which is usual here. Set the L1 weight to 0 while it trains, and to 1000, to see who does what."
        ),
        data_kinds=("maps", "pairs"),
        family="pictures",
        objective="min_G max_D E[log D(m, x)] + E[log(1 − D(m, G(m)))] + λ E‖x − G(m)‖₁",
        compare=("pan", "pix2pixhd", "cyclegan"),
    )

    def generator_terms(self, batch: Batch) -> Terms:
        """D's word on what is drawn, and how far it is from the real picture."""
        pair = self.pair(batch)
        fake = self.picture(pair)
        far = self.hyper.weight_l1 * l1_loss(fake, pair.real)
        return {"adversarial": self.adversarial(self.judge(pair.given, fake)), "l1": far}
