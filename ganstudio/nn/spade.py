"""The networks of SPADE (Park et al. 2019): a generator that looks at the label map in every layer, and a style encoder.

Each normalisation of the generator is followed by a scale and a shift for *every pixel*, which a small network reads from
the label map there (section 3.1):

    γ(m) · (h − μ) / σ + β(m)

A label that covers a large even region would be washed out by an ordinary normalisation; here it comes back with every
layer. Style enters at the beginning only, as the features that the first block starts from.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, leaky_relu

from ganstudio.nn import random
from ganstudio.nn.dcgan import stages_of
from ganstudio.nn.initialise import glorot_init
from ganstudio.nn.norms import Context, Norm, constrain, norm_2d

SLOPE = 0.2


class PixelNoise(nn.Module):
    """Adds noise to every pixel, as strongly as each channel has learned to want it (Karras et al. 2019, section 3.2).

    Not in SPADE's paper. A map is the same all over a meadow: without noise the blades of grass can only come from how far
    it is to the border, and textures turn into a weave. While training the noise is fresh; afterwards it is always the
    same, so that what was painted stays as it is while one paints on beside it.
    """

    fixed: Tensor

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.register_buffer("fixed", random.normal(1, 1, size, size))
        self.strength = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """``(N, channels, size, size)`` to the same."""
        if not self.training:
            return torch.addcmul(x, self.strength, self.fixed)
        fresh = random.normal(len(x), 1, *x.shape[2:], device=x.device)
        return torch.addcmul(x, self.strength, fresh)


class SpadeBlock(nn.Module):
    """A residual block with a modulation in front of each convolution (figure 4, left).

    The features of the label map are read once a block and serve all its modulations: at the finest size they are what
    costs most.

    Args:
        before: channels of the input.
        after: channels of the output.
        given: planes of the label map.
        hidden: features read from it.
        norm: the normalisation.
        constraint: ``spectral`` bounds the convolutions of the trunk, as in the paper.
        noise: size of the pictures to which noise is added; 0: none.
        shortcut_norm: where the shortcut has a convolution, a modulation stands in front of it, too.
    """

    def __init__(
        self,
        before: int,
        after: int,
        given: int,
        hidden: int,
        norm: Norm,
        constraint: Norm,
        noise: int = 0,
        shortcut_norm: bool = True,
    ) -> None:
        super().__init__()
        middle, guide, learned = min(before, after), Context(hidden, "planes"), before != after
        self.read = nn.Sequential(nn.Conv2d(given, hidden, 3, padding=1), nn.ReLU(inplace=True))
        self.first_norm, self.second_norm = norm_2d(before, norm, guide), norm_2d(middle, norm, guide)
        self.first, self.second = nn.Conv2d(before, middle, 3, padding=1), nn.Conv2d(middle, after, 3, padding=1)
        self.shortcut_norm = norm_2d(before, norm, guide) if learned and shortcut_norm else norm_2d(before, "none")
        self.shortcut = nn.Conv2d(before, after, 1, bias=False) if learned else nn.Identity()
        self.noise = PixelNoise(middle, noise) if noise else nn.Identity()
        self.constraint: Norm = constraint

    def bound(self) -> None:
        """Puts the trunk's weights under the constraint; after they have been initialised."""
        for layer in (self.first, self.second, self.shortcut):
            if isinstance(layer, nn.Conv2d):
                constrain(layer, self.constraint)

    def forward(self, x: Tensor, planes: Tensor) -> Tensor:
        """``x`` ``(N, before, H, W)`` and label planes ``(N, given, H, W)`` to ``(N, after, H, W)``."""
        guide = self.read(planes)
        change: Tensor = self.first(leaky_relu(self.first_norm(x, guide), SLOPE))
        change = self.second(leaky_relu(self.second_norm(self.noise(change), guide), SLOPE))
        kept: Tensor = self.shortcut(self.shortcut_norm(x, guide))
        return kept + change


class SpadeGenerator(nn.Module):
    """Label planes and style to a picture in [−1, 1] (figure 4, right).

    Args:
        given: planes of the label map (and of whatever is told about the whole picture).
        style: size of the style vector.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the finest block; each coarser one has twice as many, at most 8 × width.
        hidden: features that every block reads from the label map; 128 in the paper.
        norm: batch, instance or layer.
        constraint: spectral or none.
        noise: every block adds noise to its pixels: see :class:`PixelNoise`.
        shortcut_norm: learned shortcuts have a modulation of their own, as in figure 4.

    Raises:
        UsageError: the size cannot be reached by doubling.
    """

    def __init__(
        self,
        given: int,
        style: int,
        channels: int,
        size: int,
        width: int,
        hidden: int,
        norm: Norm = "batch",
        constraint: Norm = "spectral",
        noise: bool = True,
        shortcut_norm: bool = True,
    ) -> None:
        super().__init__()
        base, doublings = stages_of(size)
        widths = [min(2**index, 8) * width for index in range(doublings, -1, -1)]
        self._start = (widths[0], base, base)
        self.dense = nn.Linear(style, widths[0] * base * base)
        pairs = zip([widths[0], *widths[:-1]], widths, strict=True)
        self.blocks = nn.ModuleList(
            SpadeBlock(before, after, given, hidden, norm, constraint, (base << index) * noise, shortcut_norm)
            for index, (before, after) in enumerate(pairs)
        )
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)
        glorot_init(self)
        for block in self.blocks:
            assert isinstance(block, SpadeBlock)
            block.bound()

    def forward(self, planes: Tensor, style: Tensor) -> Tensor:
        """``planes`` ``(N, given, size, size)`` and ``style`` ``(N, style)`` to ``(N, channels, size, size)``."""
        x: Tensor = self.dense(style).view(-1, *self._start)
        for block, seen in zip(self.blocks, self._pyramid(planes), strict=True):
            if x.shape[-1] != seen.shape[-1]:
                x = interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
            x = block(x, seen)
        image: Tensor = self.to_image(leaky_relu(x, SLOPE)).tanh()
        return image

    def _pyramid(self, planes: Tensor) -> Sequence[Tensor]:
        """The planes at the size of every block, the smallest first.

        Shrunk by averaging: a pixel tells the share of every class beneath it. (The paper takes the class of one of them;
        what is thin would come and go.)
        """
        sizes = [planes]
        for _ in range(len(self.blocks) - 1):
            sizes.append(avg_pool2d(sizes[-1], 2))
        return sizes[::-1]


class StyleEncoder(nn.Module):
    """A picture to the mean and the logarithm of the variance of its style (figure 14).

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first layer; later ones double it, at most 8 × width.
        style: size of the style vector.
    """

    def __init__(self, channels: int, size: int, width: int, style: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before, index = channels, 0
        while size > 7:
            after = min(2**index, 8) * width
            layers += [nn.Conv2d(before, after, 3, 2, 1), norm_2d(after, "instance"), nn.LeakyReLU(SLOPE)]
            before, index, size = after, index + 1, (size + 1) // 2
        self.layers = nn.Sequential(*layers)
        self.statistics = nn.Linear(before * size * size, 2 * style)
        glorot_init(self)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """``(N, channels, size, size)`` to mean and log variance, ``(N, style)`` each."""
        mean, log_variance = self.statistics(self.layers(x).flatten(1)).chunk(2, 1)
        return mean, log_variance.clamp(-10, 10)
