"""PAN: the discriminator also says *how* a picture is wrong, with all of its layers.

Wang, Xu, Wang, Tao: *Perceptual Adversarial Networks for Image-to-Image Transformation*, 2017 (IEEE TIP 2018).

    P    = Σ_i λ_i · mean |D_i(m, x) − D_i(m, G(m))|                  over D's hidden layers i (section III)
    L_G  = −E[ log D(m, G(m)) ] + P
    L_D  = −E[ log D(m, x) ] − E[ log(1 − D(m, G(m))) ] + max(0, m₀ − P)

A distance of pixels is the same for a wrong colour everywhere and for a wrong edge; a fixed network that was trained on
photographs knows better, and knows nothing of maps or digits. Here the measure is learned in the game itself: G brings
the features of its picture near those of the real one, D moves them apart again, where it still can tell them. The
margin m₀ keeps D from moving them apart for ever: from there on it leaves the measure alone.

No reference implementation was at hand. What is ours: the values of λ and of the margin, that D sees what was given as
well, and G: the U-Net of pix2pix, but enlarging by doubled pixels. With transposed convolutions single pixels make a weave
that no error of pixels smooths here.

Knobs
    margin      P hovers below it. Too large: D spends itself on the measure; 0: D never improves it.
    decay       none, and no jitter: what the authors did is not known here. Both can be asked for.
    layer_1 …   weights of D's hidden layers: the first see colour and edges, the last parts of things.

What goes wrong
    “distance” of G sits at the margin and does not fall: D is too quick; lower lr_d or the margin. Colours drift: give
    layer_1 more weight.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import relu

from ganstudio.core.i18n import _
from ganstudio.methods.axes import WEIGHT
from ganstudio.methods.base import Batch, MethodInfo, Terms
from ganstudio.methods.translation import UNetHyper, UNetTranslation
from ganstudio.nn.patch import layer_distances


class PANHyper(UNetHyper):
    """The weights of D's layers and the margin."""

    margin: float = WEIGHT(3.0, _("D moves the features of drawn and real pictures apart until they are as far as this; 0: "
                           "it never does."), title=_("Margin"))  # fmt: skip
    layer_1: float = WEIGHT(5.0, _("λ₁: weight of D’s first layer in the distance: colour and edges."),
                            title=_("First layer"))  # fmt: skip
    layer_2: float = WEIGHT(
        1.5, _("λ₂: weight of D’s second layer: corners and fine texture."), title=_("Second layer")
    )
    layer_3: float = WEIGHT(1.5, _("λ₃: weight of D’s third layer: coarse texture. Small pictures have none."),
                            title=_("Third layer"))  # fmt: skip
    layer_4: float = WEIGHT(5.0, _("λ₄: weight of D’s fourth layer: parts. Small pictures have none."),
                            title=_("Fourth layer"))  # fmt: skip


class PAN(UNetTranslation[PANHyper]):
    """U-Net, patch discriminator, distance of its features with a margin."""

    Hyper = PANHyper
    doubles = True
    info = MethodInfo(
        name="pan",
        title="PAN",
        paper="Wang et al., Perceptual Adversarial Networks for Image-to-Image Transformation, 2017",
        year=2017,
        summary=_("The discriminator’s own layers measure how far a drawn picture is from the real one."),
        look_for=_(
            "“distance” of G should fall while D pushes it up to the margin: watch “margin” of D, which is 0 where it is "
            "content. No pixel is ever compared, and yet colours come out right, because D’s first layer sees them. Set "
            "single layers’ weights to 0 while it trains, and see what gets lost."
        ),
        data_kinds=("maps", "pairs"),
        family="pictures",
        objective="min_G −E[log D(m, G(m))] + P,  P = Σ_i λ_i mean |D_i(m, x) − D_i(m, G(m))|",
        compare=("pix2pix",),
    )

    def discriminator_terms(self, batch: Batch) -> Terms:
        """The game on patches, and what is missing of the margin."""
        pair = self.pair(batch)
        with torch.no_grad():
            fake = self.picture(pair)
        real_found, fake_found = self.judge_both(pair, fake)
        missing = relu(self.hyper.margin - self.weighed(layer_distances(fake_found, real_found)))
        return {**self.verdict_terms(batch, real_found, fake_found), "margin": missing}

    def generator_terms(self, batch: Batch) -> Terms:
        """D's word on what is drawn, and the distance of its features from those of the real picture."""
        pair = self.pair(batch)
        real_found, fake_found = self.judge_both(pair, self.picture(pair))
        return {
            "adversarial": self.adversarial(fake_found),
            "distance": self.weighed(layer_distances(fake_found, real_found)),
        }

    def weighed(self, distances: Tensor) -> Tensor:
        """Σ λ_i · distance of layer i, a scalar, from ``(layers,)``."""
        h = self.hyper
        weights = torch.tensor((h.layer_1, h.layer_2, h.layer_3, h.layer_4)[: len(distances)])
        return (distances * weights.to(distances.device, non_blocking=True)).sum()
