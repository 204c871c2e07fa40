"""pix2pixHD: large pictures, the whole first and the detail around it.

Wang, Liu, Zhu, Tao, Kautz, Catanzaro: *High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs*,
CVPR 2018.

    min over G, Σ_k max over D_k of  L_GAN(G, D_k)                  + λ Σ_k L_FM(G, D_k)           (eqs. 3 and 5)
    L_FM(G, D_k) = E Σ_i mean |D_k,i(m, x) − D_k,i(m, G(m))|        over D_k's layers i            (eq. 4)

G is two networks: a global generator draws at half the size, and a local enhancer takes its last features, adds what
it sees in the full map, and draws the picture. Of the discriminators, the second looks at half the size: its patches are
twice as large, and it says whether the whole fits together. Nothing compares pixels: what holds the picture near the real
one are the features of the discriminators.

The game is that of least squares. As in the authors' program, the verdicts of the scales are added up, and the distances
of their features, which eq. 5 adds up, are averaged. The paper also gives G the borders between things of one class and an
encoder for their looks; both need pictures in which every single thing is marked, so they are left out here. Where numbers
are known of the pictures, the first convolutions have no norm: it would take away what is the same everywhere.

Knobs
    global_steps    so many steps the global generator learns alone, at half the size, as in the paper; then both learn
                    together. 0: together from the beginning, which is enough for small pictures.
    weight_features 10. 0 is a free game; very large: smooth, and nothing but what was in the data.
    width           channels at the full size: 32 in the paper, for a GPU.
    decay           linear: constant for half of the run, then evenly to 0, as in the paper.
    vgg             weights of VGG-19 as safetensors add the paper's perceptual term; nothing is downloaded for it.

What goes wrong
    Spots of one colour: instance norm takes away how bright a region is as a whole. (SPADE was made against it.) After
    global_steps pictures get worse for a while: the enhancer starts from nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.i18n import _
from ganstudio.methods.axes import BLOCKS, COUNT, DECAY, RULE, SCALES, TRAINING, WIDTH, WIDTH_D
from ganstudio.methods.base import Batch, DecayKind, MethodInfo, Phase, Terms
from ganstudio.methods.translation import MatchingHyper, MatchingTranslation, Pair
from ganstudio.nn.patch import MultiScaleDiscriminator, PatchDiscriminator, patch_layers
from ganstudio.nn.translator import CoarseToFine


class Pix2PixHDHyper(MatchingHyper):
    """The paper's axes, sized for a laptop."""

    objective: Literal["least-squares", "non-saturating", "hinge"] = RULE(
        "least-squares", _("What D and G minimise on every patch; least squares in the paper.")
    )
    width: int = WIDTH(16, _("Channels of the enhancer at the full size; the global generator begins with twice as many. "
                       "32 in the paper."), le=64)  # fmt: skip
    blocks: int = BLOCKS(4, _("Residual blocks of the global generator; 9 in the paper, for very large pictures."),
                         title=_("Global blocks"), le=12)  # fmt: skip
    local_blocks: int = BLOCKS(2, _("Residual blocks of the enhancer, at half the size: 3 in the paper. They cost most."),
                               title=_("Local blocks"), le=6)  # fmt: skip
    width_d: int = WIDTH_D(32)
    scales: int = SCALES(
        2, _("Discriminators on the picture, on half of it, …; 2 in the authors’ program."), advanced=False
    )
    global_steps: int = COUNT(0, _("So many steps the global generator learns alone at half the size; 0: all learn together "
                              "from the beginning."), title=_("Global steps first"), group=TRAINING, ge=0, le=1_000_000,
                              unit="steps")  # fmt: skip
    decay: DecayKind = DECAY("linear", _("Both rates fall to 0 over the second half, as in the paper."), advanced=False)


class Pix2PixHD(MatchingTranslation[Pix2PixHDHyper]):
    """Coarse-to-fine generator, patch discriminators at several scales, feature matching."""

    Hyper = Pix2PixHDHyper
    info = MethodInfo(
        name="pix2pixhd",
        title="pix2pixHD",
        paper="Wang et al., High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs, CVPR 2018",
        year=2018,
        summary=_("A global generator at half the size and an enhancer around it; D’s features hold it near the data."),
        look_for=_(
            "“features” should fall for a long time; D’s words on real and drawn pictures stay near 0.6 and 0.4. No pixels "
            "are compared, and still the colours are right. With “Global steps first” the wall shows the global "
            "generator’s soft pictures until the enhancer joins in, and then a jump in sharpness after a bad start."
        ),
        data_kinds=("maps", "pairs"),
        family="pictures",
        objective="min_G Σ_k max_{D_k} V(D_k, G) + λ Σ_k Σ_i mean |D_{k,i}(m, x) − D_{k,i}(m, G(m))|",
        compare=("pix2pix", "spade"),
    )
    generator: CoarseToFine

    def __init__(self, hyper: Pix2PixHDHyper, data: DataSpec) -> None:
        super().__init__(hyper, data)
        given, staged = self.given_planes, hyper.global_steps > 0
        self.generator = CoarseToFine(
            given,
            data.channels,
            data.size,
            hyper.width,
            hyper.blocks,
            hyper.local_blocks,
            first_norm="none" if data.attributes else None,
            staged=staged,
        )
        layers = patch_layers(data.size // 2 if staged else data.size, hyper.scales)
        self.discriminator = MultiScaleDiscriminator(
            hyper.scales, lambda: PatchDiscriminator(given + data.channels, hyper.width_d, layers)
        )

    def phases(self) -> Sequence[Phase]:
        """D and G at half the size for as long as is asked for; then both at the full size."""
        judging, drawing = super().phases()
        first = self.hyper.global_steps
        if not first:
            return judging, drawing
        return (
            replace(judging, name="global-discriminator", loss=self.global_discriminator_terms, window=(0, first)),
            replace(drawing, name="global-generator", loss=self.global_generator_terms, window=(0, first)),
            replace(judging, window=(first, None)),
            replace(drawing, window=(first, None), after=self.generator.join),
        )

    def picture(self, pair: Pair) -> Tensor:
        """The enhancer's."""
        return self.generator.fine_picture(pair.given)

    def generator_terms(self, batch: Batch) -> Terms:
        """D's word, its features against those of the real picture, and those of VGG where there are weights."""
        pair = self.pair(batch)
        return self.drawing_terms(pair, self.picture(pair))

    def global_discriminator_terms(self, batch: Batch) -> Terms:
        """As :meth:`discriminator_terms`, at half the size."""
        pair = self.pair(batch)
        with torch.no_grad():
            fake = self.generator.coarse_picture(pair.given)
        return self.verdict_terms(batch, *self.judge_both(_halved(pair), fake))

    def global_generator_terms(self, batch: Batch) -> Terms:
        """As :meth:`generator_terms`, at half the size."""
        pair = self.pair(batch)
        return self.drawing_terms(_halved(pair), self.generator.coarse_picture(pair.given))


def _halved(pair: Pair) -> Pair:
    return replace(pair, given=avg_pool2d(pair.given, 2), real=avg_pool2d(pair.real, 2))
