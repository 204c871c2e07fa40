"""DCGAN on CIFAR-10 frogs, as a widely used deep-learning textbook sets it up: small, and stabilised by tricks.

Chollet: *Deep Learning with Python*, 2018, section 8.5. The game is the non-saturating one of ``gan.py``; what differs
is the recipe:

    latent      32 numbers from N(0, I).
    G           a fully connected layer to 16 × 16 × 128, a 5 × 5 convolution to 256 channels, a fractionally strided
                4 × 4 to 32 × 32, two 5 × 5 convolutions, a 7 × 7 to the colours, tanh. Leaky ReLU between. No norm.
    D           a 3 × 3 convolution, three strided 4 × 4 ones, dropout 0.4, one output. Leaky ReLU between. No norm.
    optimisers  RMSprop, D 8e-4 with every gradient entry clipped at 1.0, G 4e-4.
    labels      targets moved by up to 0.05 at random, so that D is never certain.
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

from typing import Literal, cast

import torch
from torch import Tensor, nn

from ganstudio.core.errors import SizeError
from ganstudio.core.fields import field
from ganstudio.core.i18n import _
from ganstudio.methods.base import MethodInfo, OptimiserKind
from ganstudio.methods.two_player import LabelNoiseHyper, TwoPlayer
from ganstudio.nn.initialise import glorot_init, he_init
from ganstudio.nn.random import Dropout


class FrogHyper(LabelNoiseHyper):
    """The book's recipe."""

    objective: Literal["non-saturating", "minimax"] = field(
        "non-saturating", _("Objective"), _("The book’s is non-saturating."), group=_("Objective")
    )
    width: int = field(
        32,
        _("Width"),
        _("Channels of every hidden layer; the book has 128, for a GPU."),
        group=_("Networks"),
        ge=4,
        le=512,
        log=True,
    )
    dropout: float = field(
        0.4, _("Dropout"), _("Share of D’s last features dropped while training."), group=_("Networks"), ge=0, le=0.9
    )
    latent_size: int = field(
        32, _("Latent size"), _("Numbers in z; 32 in the book."), group=_("Latent"), ge=1, le=1024, log=True
    )
    optimiser_d: OptimiserKind = field(
        "rmsprop", _("D optimiser"), _("How the discriminator is updated."), group=_("Optimisers")
    )
    optimiser_g: OptimiserKind = field(
        "rmsprop", _("G optimiser"), _("How the generator is updated."), group=_("Optimisers")
    )
    lr_d: float = field(
        8e-4, _("D learning rate"), _("8e-4 in the book."), group=_("Optimisers"), gt=0, le=1, log=True, live=True
    )
    lr_g: float = field(
        4e-4, _("G learning rate"), _("4e-4 in the book."), group=_("Optimisers"), gt=0, le=1, log=True, live=True
    )
    beta1: float = field(0.0, _("Momentum"), _("None in the book."), group=_("Optimisers"), ge=0, lt=1, live=True)
    beta2: float = field(
        0.9, _("β₂"), _("RMSprop’s decay."), group=_("Optimisers"), ge=0, lt=1, live=True, advanced=True
    )
    grad_clip: float = field(
        1.0,
        _("Gradient clipping"),
        _("Every entry of D’s gradient is clipped to ± this; 0 = off."),
        group=_("Optimisers"),
        ge=0,
        le=100,
        live=True,
    )
    batch_size: int = field(
        20, _("Batch size"), _("Images per update; 20 in the book."), group=_("Training"), ge=2, le=8192, log=True
    )
    label_noise: float = field(
        0.05,
        _("Label noise"),
        _("Share of the opposite label mixed into D’s targets at random, up to this much."),
        group=_("Training"),
        ge=0,
        le=0.5,
        live=True,
    )


class FrogGenerator(nn.Module):
    """z to ``(N, channels, size, size)`` in [−1, 1]."""

    def __init__(self, latent: int, channels: int, size: int, width: int) -> None:
        super().__init__()
        self.shape = (width, size // 2, size // 2)
        self.start = nn.Sequential(nn.Linear(latent, width * (size // 2) ** 2), nn.LeakyReLU(0.2))
        self.layers = nn.Sequential(
            nn.Conv2d(width, 2 * width, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose2d(2 * width, 2 * width, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 2 * width, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, 2 * width, 5, padding=2),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * width, channels, 7, padding=3),
            nn.Tanh(),
        )
        glorot_init(self)

    def forward(self, z: Tensor) -> Tensor:
        """``(N, latent)`` to images."""
        features: Tensor = self.start(z)
        image: Tensor = self.layers(torch.unflatten(features, 1, self.shape))
        return image


class FrogDiscriminator(nn.Module):
    """Images to raw outputs ``(N,)``."""

    def __init__(self, channels: int, size: int, width: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3), nn.LeakyReLU(0.2)]
        side = size - 2
        for _stage in range(3):
            layers += [nn.Conv2d(width, width, 4, 2), nn.LeakyReLU(0.2)]
            side = (side - 4) // 2 + 1
        self.layers = nn.Sequential(*layers, nn.Flatten(), Dropout(dropout), nn.Linear(width * side**2, 1))
        he_init(self)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, size, size)`` to ``(N,)``."""
        out: Tensor = self.layers(x)
        return out.squeeze(1)


class DCGANFrogs(TwoPlayer):
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
    )

    def build_networks(self) -> None:
        """The book's two networks."""
        h, data = cast(FrogHyper, self.hyper), self.data
        if data.size % 2 or data.size < 24:
            words = _("The textbook’s networks need an even image size of 24 px or more, not {size}.")
            raise SizeError(words.format(size=data.size))
        self.generator = FrogGenerator(h.latent_size, data.channels, data.size, h.width)
        self.discriminator = FrogDiscriminator(data.channels, data.size, h.width, h.dropout)
