"""SPADE: label maps become pictures, because every layer of the generator looks at the map anew.

Park, Liu, Wang, Zhu: *Semantic Image Synthesis with Spatially-Adaptive Normalization*, CVPR 2019 (GauGAN).

    h'_{n,c,y,x} = γ_{c,y,x}(m) · (h_{n,c,y,x} − μ_c) / σ_c + β_{c,y,x}(m)                                   (eq. 1)
    L_D = E[ max(0, 1 − D(m, x)) ] + E[ max(0, 1 + D(m, G(m, z))) ]
    L_G = −E[ D(m, G(m, z)) ] + λ_FM Σ_i |D_i(m, x) − D_i(m, G(m, z))| + λ_KL KL( q(z | x) ‖ N(0, I) )      (appendix A)

An ordinary normalisation takes away what a map says about large even regions: a sky everywhere and grass everywhere look
the same once their mean is gone. Here scale and shift of every pixel are read from the map, so what was painted comes back
in every layer. The style z comes from a style encoder, whose q(z | x) is held near N(0, I): afterwards z can be drawn at
random, moved by sliders, or taken from any picture. As in the authors' program, the verdicts of D's scales are averaged.

Knobs
    width, hidden   channels of G's finest block and features that each block reads from the map: 64 and 128 in the
                    paper, for a GPU; a quarter of them keeps up with a brush on a processor.
    norm            batch in the paper, over many GPUs. Batches of 4 have poor statistics; layer norm does not need any.
    weight_features feature matching holds G near the real picture of the map. 0 is a free game: sharp, and anything goes.
    noise           textures are made of it; without, small networks weave them out of their distance to the border.
    weight_kl       large: z means nothing; 0: z is whatever the encoder says, and a random one draws rubbish.
    lr_g, lr_d      1e-4 and 4e-4 (two time-scales, Heusel et al. 2017).
    shortcut_norm   the norm and modulation in front of learned shortcuts (figure 4). Off in runs from before it was there.
    decay           none, as for the paper's landscapes and COCO. For Cityscapes and ADE20K its rates fall evenly to 0 over
                    the second half of 200 epochs: that is linear.
    jitter          the authors' program enlarges to 286 px and crops for most sets; the paper does not say so. Off here.
    vgg             weights of VGG-19 as safetensors add the paper's perceptual term; nothing is downloaded for it.

What goes wrong
    Textures that repeat like wallpaper: D sees patches only; more scales help. One style whatever z is: weight_kl is too
    large, or feature matching too strong. Classes that are rare in the data stay flat colours: they were hardly ever seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from ganstudio.core.controls import Control, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _
from ganstudio.methods.axes import (
    BETA1,
    BETA2,
    EMA,
    LATENT,
    LR_D,
    LR_G,
    NETWORKS,
    NORM,
    RULE,
    SCALES,
    SWITCH,
    WEIGHT,
    WIDTH,
    WIDTH_D,
)  # fmt: skip
from ganstudio.methods.base import Batch, MethodInfo, Terms, Values
from ganstudio.methods.translation import MatchingHyper, MatchingTranslation, Pair
from ganstudio.nn import random
from ganstudio.nn.patch import MultiScaleDiscriminator, PatchDiscriminator, patch_layers
from ganstudio.nn.spade import SpadeGenerator, StyleEncoder

_STYLE = _("Style")


class SpadeHyper(MatchingHyper):
    """The paper's axes, sized for a laptop."""

    objective: Literal["hinge", "least-squares", "non-saturating"] = RULE(
        "hinge", _("What D and G minimise on every patch; hinge in the paper.")
    )
    weight_kl: float = WEIGHT(0.05, _("How strongly styles read from pictures are held near N(0, 1), so that a random style "
                              "fits: 0.05."), title=_("KL weight"), group=_STYLE, le=100)  # fmt: skip
    style_size: int = LATENT(16, _("Numbers in the style z: 256 in the paper; few enough to be moved one by one here."),
                             title=_("Style size"), group=_STYLE, le=512)  # fmt: skip
    width: int = WIDTH(16, _("Channels of G’s finest block; each coarser one has twice as many. 64 in the paper, for a "
                       "GPU."), le=128)  # fmt: skip
    hidden: int = WIDTH(32, _("Features that every block reads from the label map; 128 in the paper."),
                        title=_("Map features"), le=256)  # fmt: skip
    norm: Literal["layer", "batch", "instance"] = NORM(
        "layer", _("What is modulated by the map. Batch in the paper, for large batches; layer for small ones.")
    )
    shortcut_norm: bool = SWITCH(True, _("The map modulates the shortcut of a block, too, where channels change, as in the "
                                 "paper."), title=_("Norm on the shortcut"), group=NETWORKS, advanced=True,
                                 before=False)  # fmt: skip
    noise: bool = SWITCH(True, _("Every block adds noise, of which textures are made. Not in the paper, whose large "
                         "networks do without."), title=_("Pixel noise"), group=NETWORKS)  # fmt: skip
    width_d: int = WIDTH_D(32)
    scales: int = SCALES(2)
    lr_g: float = LR_G(1e-4, _("1e-4 in the paper."))
    lr_d: float = LR_D(4e-4, _("4e-4 in the paper: D may learn faster than G, which has the harder task."))
    beta1: float = BETA1(0.0, _("Adam’s first decay; 0 in the paper."), title=_("β₁"))
    beta2: float = BETA2(0.9, _("Adam’s second decay; 0.9 in the paper."))
    ema: float = EMA(
        0.998, _("Pictures are drawn with a moving average of the weights; 0.9999 in the paper, for long runs.")
    )


class Spade(MatchingTranslation[SpadeHyper]):
    """SPADE generator, style encoder, patch discriminators at several scales."""

    Hyper = SpadeHyper
    averaged = ("generator", "encoder")
    averages_scales = True
    info = MethodInfo(
        name="spade",
        title="SPADE",
        paper="Park et al., Semantic Image Synthesis with Spatially-Adaptive Normalization, CVPR 2019",
        year=2019,
        summary=_("Paint a label map and it becomes a picture: the generator looks at the map in every layer."),
        look_for=_(
            "On the wall: the map, what is drawn on it, and the real picture. Flat colours in the right places come first, "
            "textures later. “features” should fall for a long time; the critic’s words on real and drawn pictures stay "
            "apart by one or two. “kl” at 0 means that the style says nothing. Open the run in Paint while it trains, and "
            "paint on it."
        ),
        data_kinds=("maps",),
        family="pictures",
        objective="min_G −E[D(m, G(m, z))] + λ Σ_i |D_i(m, x) − D_i(m, G(m, z))| + β KL(q(z | x) ‖ N(0, I))",
        compare=("pix2pixhd", "pix2pix"),
    )

    def __init__(self, hyper: SpadeHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        given, known = self.given_planes, len(data.attributes)
        self.generator = SpadeGenerator(
            given,
            hyper.style_size + known,
            data.channels,
            data.size,
            hyper.width,
            hyper.hidden,
            hyper.norm,
            noise=hyper.noise,
            shortcut_norm=hyper.shortcut_norm,
        )
        self.encoder = StyleEncoder(data.channels, data.size, hyper.width, hyper.style_size)
        layers = patch_layers(data.size, hyper.scales)
        self.discriminator = MultiScaleDiscriminator(
            hyper.scales,
            lambda: PatchDiscriminator(given + data.channels, hyper.width_d, layers, "spectral", instance=True),
        )

    def picture(self, pair: Pair) -> Tensor:
        """G(m, z) with a style of the real picture."""
        style, _kl = self.styled(pair.real)
        return self.draw_on(pair.given, style, pair.attributes)

    def generator_terms(self, batch: Batch) -> Terms:
        """D's word, its features against those of the real picture, and the style's distance from its prior."""
        pair = self.pair(batch)
        style, kl = self.styled(pair.real)
        fake = self.draw_on(pair.given, style, pair.attributes)
        return {**self.drawing_terms(pair, fake), "kl": self.hyper.weight_kl * kl}

    def styled(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """A style drawn from q(z | x), ``(N, style)``, and KL(q ‖ N(0, I)) in nats, averaged over the batch."""
        mean, log_variance = self.encoder(pictures)
        noise = random.normal(*mean.shape, device=mean.device)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1).mean()
        return mean + noise * (0.5 * log_variance).exp(), kl

    def draw_on(self, given: Tensor, style: Tensor, attributes: Tensor) -> Tensor:
        """Pictures from planes, styles and attributes."""
        pictures: Tensor = self.generator(given, torch.cat((style, attributes), 1))
        return pictures

    def controls(self) -> Sequence[Control]:
        """The label map, the style, and what is known of pictures in numbers."""
        given, *known = super().controls()
        return (given, LatentVector("style", self.hyper.style_size), *known)

    def generate(self, values: Values) -> Tensor:
        """G(m, z)."""
        attributes = self.attributes_of(values)
        return self.draw_on(self.planes_of(values["map"], attributes), values["style"], attributes)

    def encode(self, items: Tensor) -> dict[str, Tensor]:
        """The style of pictures ``(N, C, size, size)``: the mean of q(z | x)."""
        mean, _log_variance = self.encoder(items)
        return {"style": mean}
