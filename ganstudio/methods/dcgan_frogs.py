"""DCGAN on CIFAR-10 frogs, as a widely used deep-learning textbook sets it up: small, and stabilised by tricks.

Chollet: *Deep Learning with Python*, 2018, section 8.5. The game is the non-saturating one of ``gan.py``; what differs
is the recipe:

    latent      32 numbers from N(0, I).
    G           a fully connected layer to 16 × 16 × 128, a 5 × 5 convolution to 256 channels, a fractionally strided
                4 × 4 to 32 × 32, two 5 × 5 convolutions, a 7 × 7 to the colours, tanh. Leaky ReLU (0.3) between. No norm.
    D           a 3 × 3 convolution, three strided 4 × 4 ones, dropout 0.4, one output. Leaky ReLU (0.3) between. No norm.
    optimisers  RMSprop, D 8e-4, G 4e-4, every gradient entry of both clipped at 1.0.
    labels      up to 0.05 is added to D's targets at random: 0 to 0.05 for real, 1 to 1.05 for generated images.
    batch       20.

Knobs
    label_noise, dropout  both weaken D. Without them it wins within a few hundred steps on a few thousand frogs.
    lr_d, lr_g  large for RMSprop: that is why gradients are clipped.
    width       128 channels are the book's and want a GPU; 32 show the same on a laptop.

What goes wrong
    The loss of G climbs while D's falls: D is winning. Lower lr_d or raise dropout. A frozen, identical set of frogs is
    mode collapse: start again with another seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor, nn

from ganstudio.core.errors import SizeError
from ganstudio.core.i18n import _
from ganstudio.methods.axes import (
    BATCH,
    BETA1,
    BETA2,
    COUNT,
    DROPOUT,
    GRAD_CLIP,
    LABEL_NOISE,
    LATENT,
    LR_D,
    LR_G,
    OPTIMISER_D,
    OPTIMISER_G,
    RULE,
    WIDTH,
)  # fmt: skip
from ganstudio.methods.base import MethodInfo, Needs, OptimiserKind, Phase
from ganstudio.methods.game import LabelNoiseHyper, TwoPlayer
from ganstudio.nn.discriminator import ChainDiscriminator
from ganstudio.nn.initialise import glorot_init
from ganstudio.nn.random import Dropout
from ganstudio.nn.rectify import leaky


class FrogHyper(LabelNoiseHyper):
    """The book's recipe."""

    objective: Literal["non-saturating", "minimax"] = RULE("non-saturating", _("The book’s is non-saturating."))
    width: int = WIDTH(32, _("Channels of every hidden layer; the book has 128, for a GPU."))
    slope: float = COUNT(0.3, _("Of the leaky ReLUs where they are negative: 0.3 as in Keras, which the book uses."),
                         title=_("Slope"), ge=0, lt=1, advanced=True, before=0.2)  # fmt: skip
    dropout: float = DROPOUT(0.4, _("Share of D’s last features dropped while training."))
    latent_size: int = LATENT(32, _("Numbers in z; 32 in the book."))
    optimiser_d: OptimiserKind = OPTIMISER_D("rmsprop")
    optimiser_g: OptimiserKind = OPTIMISER_G("rmsprop")
    lr_d: float = LR_D(8e-4, _("8e-4 in the book."))
    lr_g: float = LR_G(4e-4, _("4e-4 in the book."))
    beta1: float = BETA1(0.0, _("None in the book."), title=_("Momentum"))
    beta2: float = BETA2(0.9, _("RMSprop’s decay."))
    grad_clip: float = GRAD_CLIP(1.0, _("Every entry of both gradients is clipped to ± this; 0 = off."), advanced=False)
    batch_size: int = BATCH(20, _("Images per update; 20 in the book."))
    label_noise: float = LABEL_NOISE(
        0.05,
        _("D’s targets are moved at random by up to this: 0 to 0.05 for real, 1 to 1.05 for fake."),
        advanced=False,
    )


class FrogGenerator(nn.Module):
    """z to ``(N, channels, size, size)`` in [−1, 1]."""

    def __init__(self, latent: int, channels: int, size: int, width: int, slope: float) -> None:
        super().__init__()
        self.shape = (width, size // 2, size // 2)
        self.start = nn.Sequential(nn.Linear(latent, width * (size // 2) ** 2), leaky(slope))
        self.layers = nn.Sequential(
            nn.Conv2d(width, 2 * width, 5, padding=2),
            leaky(slope),
            nn.ConvTranspose2d(2 * width, 2 * width, 4, 2, 1),
            leaky(slope),
            nn.Conv2d(2 * width, 2 * width, 5, padding=2),
            leaky(slope),
            nn.Conv2d(2 * width, 2 * width, 5, padding=2),
            leaky(slope),
            nn.Conv2d(2 * width, channels, 7, padding=3),
            nn.Tanh(),
        )
        glorot_init(self)

    def forward(self, z: Tensor) -> Tensor:
        """``(N, latent)`` to images."""
        features: Tensor = self.start(z)
        image: Tensor = self.layers(torch.unflatten(features, 1, self.shape))
        return image


class FrogDiscriminator(ChainDiscriminator):
    """Images to raw outputs ``(N,)``."""

    def __init__(self, channels: int, size: int, width: int, dropout: float, slope: float) -> None:
        trunk: list[nn.Module] = [nn.Conv2d(channels, width, 3), leaky(slope)]
        side = size - 2
        for _stage in range(3):
            trunk += [nn.Conv2d(width, width, 4, 2), leaky(slope)]
            side = (side - 4) // 2 + 1
        super().__init__([*trunk, nn.Flatten()], [Dropout(dropout), nn.Linear(width * side**2, 1)])
        glorot_init(self)


class DCGANFrogs(TwoPlayer[FrogHyper]):
    """The book's networks and tricks, on small colour images."""

    Hyper = FrogHyper
    info = MethodInfo(
        name="dcgan-frogs",
        title="DCGAN (frogs)",
        paper="Chollet, Deep Learning with Python, Manning 2018, section 8.5",
        year=2018,
        summary=_("The textbook’s small DCGAN: RMSprop, dropout, noisy labels, clipped gradients."),
        look_for=_(
            "Green and brown mush after some hundred steps, then bodies on a background. It is a delicate balance: when "
            "the generator’s loss climbs and D(G(z)) sinks to 0, the detective has won; lower its learning rate while "
            "it trains and see whether the forger comes back."
        ),
        data_kinds=("images",),
        family="networks",
        objective="max_D E[log D(x)] + E[log(1 − D(G(z)))],  max_G E[log D(G(z))],  labels with noise",
        compare=("dcgan",),
        needs=Needs(smallest=24),
    )

    def build_networks(self) -> None:
        """The book's two networks."""
        h, data = self.hyper, self.data
        if data.size % 2 or data.size < 24:
            words = _("The textbook’s networks need an even image size of 24 px or more, not {size}.")
            raise SizeError(words.format(size=data.size))
        self.generator = FrogGenerator(h.latent_size, data.channels, data.size, h.width, h.slope)
        self.discriminator = FrogDiscriminator(data.channels, data.size, h.width, h.dropout, h.slope)

    def phases(self) -> Sequence[Phase]:
        """As ever; G's gradients are clipped like D's."""
        judging, drawing = super().phases()
        clipped = replace(drawing.optimiser, clip_value=self.hyper.grad_clip)
        return judging, replace(drawing, optimiser=clipped)

    def moved_targets(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """The book adds noise to both labels, 0 for real and 1 for generated: the one moves inwards, the other outwards."""
        return noise[0], -noise[1]
