"""The residual networks of SNGAN (Miyato et al. 2018, appendix B.4, table 3), for any image size that doubles.

Every block is two 3 × 3 convolutions beside a shortcut. G doubles the size in each of its blocks, from 4 to 7 pixels to
the picture; D halves it until 8 pixels or fewer are left, looks on with two blocks that keep the size, and adds up what
it has found everywhere in the picture.
"""

from __future__ import annotations

import math

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, relu

from ganstudio.nn.dcgan import stages_of
from ganstudio.nn.discriminator import Discriminator
from ganstudio.nn.initialise import glorot_init
from ganstudio.nn.norms import Context, Norm, constrain, norm_2d
from ganstudio.nn.random import Dropout

_SMALLEST = 8  # D halves pictures that are larger than this


def _initialise(network: nn.Module) -> None:
    """As the authors' program: Glorot, with gain √2 in the 3 × 3 convolutions beside a shortcut."""
    glorot_init(network)
    for block in network.modules():
        if isinstance(block, UpBlock | DownBlock):
            for layer in (block.first, block.second):
                glorot_init(layer, math.sqrt(2))


class UpBlock(nn.Module):
    """Norm, ReLU, twice the size, convolution, norm, ReLU, convolution; plus the enlarged input.

    Args:
        before: channels of the input.
        after: channels of the output.
        norm: normalisation in front of each ReLU.
        context: what the norms are told besides.
    """

    def __init__(self, before: int, after: int, norm: Norm, context: Context | None = None) -> None:
        super().__init__()
        self.first_norm, self.second_norm = norm_2d(before, norm, context), norm_2d(after, norm, context)
        self.first, self.second = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.shortcut = nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """``(N, before, H, W)``, and a vector for each where there is a context, to ``(N, after, 2 H, 2 W)``."""
        change: Tensor = self.first(interpolate(relu(self.first_norm(x, context)), scale_factor=2.0))
        change = self.second(self.second_norm(change, context).relu_())
        # A convolution of one pixel and the enlargement may change places: the small picture is four times cheaper.
        enlarged: Tensor = interpolate(self.shortcut(x), scale_factor=2.0)
        return enlarged + change


class DownBlock(nn.Module):
    """ReLU, convolution, ReLU, convolution, half the size where asked; plus the input, treated alike.

    Args:
        before: channels of the input.
        after: channels of the output.
        halve: the size is halved by averaging.
        first: the input is a picture: no ReLU cuts off what is darker than grey.
    """

    def __init__(self, before: int, after: int, halve: bool, first: bool = False) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(before, after, 3, padding=1), nn.Conv2d(after, after, 3, padding=1)
        self.shortcut = nn.Conv2d(before, after, 1) if halve or before != after else nn.Identity()
        self._halve, self._picture = halve, first

    def forward(self, x: Tensor) -> Tensor:
        """``(N, before, H, W)`` to ``(N, after, H, W)`` or half of that."""
        change: Tensor = self.second(self.first(x if self._picture else relu(x)).relu_())
        if self._halve:  # averaging and a convolution of one pixel may change places, as in UpBlock
            x, change = avg_pool2d(x, 2), avg_pool2d(change, 2)
        kept: Tensor = self.shortcut(x)
        return kept + change


class ResNetGenerator(nn.Module):
    """z to an image in [−1, 1] by residual blocks.

    Args:
        latent: size of z.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of every block; 256 in the paper.
        norm: normalisation of the blocks (SNGAN: batch).
        context: a vector that the blocks' norms are told besides: a class, z again (self-modulation).

    Raises:
        UsageError: the size cannot be reached by doubling.
    """

    def __init__(
        self,
        latent: int,
        channels: int,
        size: int,
        width: int,
        norm: Norm = "batch",
        context: Context | None = None,
    ) -> None:
        super().__init__()
        base, doublings = stages_of(size)
        self._start = (width, base, base)
        self.dense = nn.Linear(latent, width * base * base)
        self.blocks = nn.Sequential(*(UpBlock(width, width, norm, context) for _ in range(doublings)))
        self.norm = norm_2d(width, norm)
        self.to_image = nn.Conv2d(width, channels, 3, padding=1)
        _initialise(self)

    def forward(self, z: Tensor, context: Tensor | None = None) -> Tensor:
        """``(N, latent)``, and the context where there is one, to ``(N, channels, size, size)``."""
        features: Tensor = self.dense(z).view(-1, *self._start)
        for block in self.blocks:
            features = block(features, context)
        image: Tensor = self.to_image(self.norm(features).relu_()).tanh()
        return image


class ResNetDiscriminator(Discriminator):
    """An image to one number by residual blocks and a sum over all places.

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of every block; 128 in the paper.
        norm: ``spectral`` constrains every weight, ``none`` leaves them free.
        dropout: rate before the last layer; 0 in the paper.

    Raises:
        UsageError: the size cannot be reached by doubling.
    """

    def __init__(self, channels: int, size: int, width: int, norm: Norm = "spectral", dropout: float = 0.0) -> None:
        super().__init__()
        stages_of(size)
        blocks: list[nn.Module] = []
        before = channels
        while size > _SMALLEST:
            blocks.append(DownBlock(before, width, halve=True, first=not blocks))
            size, before = size // 2, width
        blocks += [DownBlock(before, width, halve=False, first=not blocks), DownBlock(width, width, halve=False)]
        self.blocks = nn.Sequential(*blocks)
        self.dropout = Dropout(dropout)
        # Stored runs know this layer by the name that is a method's here, so that it is reached by the table of modules.
        self._modules["verdict"] = nn.Linear(width, 1)
        _initialise(self)
        for layer in [*self.modules()]:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                constrain(layer, norm)

    def features(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """``(N, channels, size, size)`` to the sum of each channel over all places, ``(N, width)``."""
        found: Tensor = self.blocks(x)
        return found.relu_().sum((2, 3))

    def verdict(self, features: Tensor, weights: Tensor | None = None) -> Tensor:
        """Raw outputs ``(N,)``."""
        out: Tensor = self._modules["verdict"](self.dropout(features))  # type: ignore[misc]
        return out.squeeze(1)
