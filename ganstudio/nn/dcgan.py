"""The strided-convolution networks of DCGAN (Radford, Metz, Chintala 2015, figure 1), for any even image size.

An image of 28 px starts from 7 × 7, one of 16, 32, 64, 128 or 256 px from 4 × 4; every stage doubles the size and
halves the channels.
"""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn.functional import fold

from ganstudio.core.errors import SizeError
from ganstudio.core.i18n import _
from ganstudio.nn.discriminator import ChainDiscriminator
from ganstudio.nn.initialise import dcgan_init
from ganstudio.nn.norms import Norm, constrain, norm_2d, without_identities
from ganstudio.nn.random import Dropout
from ganstudio.nn.rectify import leaky, relu


def stages_of(size: int) -> tuple[int, int]:
    """How an image size is reached by doubling: ``(first size, number of doublings)``.

    Raises:
        SizeError: the size is not 4 to 7 pixels doubled once or more often.
    """
    base, doublings = size, 0
    while base > 7 and base % 2 == 0:
        base, doublings = base // 2, doublings + 1
    if doublings == 0 or not 4 <= base <= 7:
        raise SizeError(_("Convolutions cannot reach {size} px by doubling 4 to 7 px.").format(size=size))
    return base, doublings


def features_of(size: int, width: int) -> int:
    """How many numbers the last stage of a discriminator puts out for one image.

    Args:
        size: height and width of the image.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
    """
    base, doublings = stages_of(size)
    return min(width << (doublings - 1), width * 8) * base * base


class FromVector(nn.ConvTranspose2d):
    """A transposed convolution of one pixel, computed as the matrix product that it is.

    On a CPU three times as fast as the general way; parameters and results are the same.
    """

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """``(N, in, 1, 1)`` to ``(N, out, k, k)``, in the memory format of the weights."""
        rows, (channels, height, width) = input.flatten(1), self.weight.shape[1:]
        if self.weight.is_contiguous(memory_format=torch.channels_last):
            weight = self.weight.permute(0, 2, 3, 1).flatten(1)
            out = (rows @ weight).view(-1, height, width, channels).permute(0, 3, 1, 2)
        else:
            out = (rows @ self.weight.flatten(1)).view(-1, channels, height, width)
        return out if self.bias is None else out + self.bias[:, None, None]


class ToImage(nn.ConvTranspose2d):
    """A transposed convolution to very few channels, on a CPU computed as a matrix product and a sum of patches.

    The general way is four times slower there, as it is made for many channels; parameters and results are the same.
    """

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """``(N, in, H, W)`` to ``(N, out, 2 H, 2 W)``."""
        if input.device.type != "cpu":
            return super().forward(input)
        count, channels, height, width = input.shape
        pixels = input.permute(0, 2, 3, 1).reshape(-1, channels)
        patches = (pixels @ self.weight.flatten(1)).view(count, height * width, -1).transpose(1, 2)
        out = fold(patches, (2 * height, 2 * width), kernel_size=4, padding=1, stride=2)
        return out if self.bias is None else out + self.bias[:, None, None]


class ConvGenerator(nn.Module):
    """z to an image in [−1, 1] by fractionally strided 4 × 4 convolutions.

    Args:
        latent: size of z.
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the last hidden stage; earlier ones have twice as many each, at most 8 × width.
        norm: normalisation of hidden stages (DCGAN: batch).
    """

    def __init__(self, latent: int, channels: int, size: int, width: int, norm: Norm = "batch") -> None:
        super().__init__()
        base, doublings = stages_of(size)
        widths = [min(width * 2**index, width * 8) for index in reversed(range(doublings))]
        bias = norm != "batch"
        layers: list[nn.Module] = [FromVector(latent, widths[0], base, bias=bias)]
        for before, after in itertools.pairwise(widths):
            layers += [norm_2d(before, norm), relu(), nn.ConvTranspose2d(before, after, 4, 2, 1, bias=bias)]
        layers += [norm_2d(widths[-1], norm), relu(), ToImage(widths[-1], channels, 4, 2, 1), nn.Tanh()]
        self.layers = without_identities(layers)
        dcgan_init(self)

    def forward(self, z: Tensor) -> Tensor:
        """``(N, latent)`` to ``(N, channels, size, size)``."""
        image: Tensor = self.layers(z[:, :, None, None])
        return image


class ConvDiscriminator(ChainDiscriminator):
    """An image to one number by strided 4 × 4 convolutions and leaky ReLU.

    Args:
        channels: 1 or 3.
        size: height and width in pixels.
        width: channels of the first stage; later ones have twice as many each, at most 8 × width.
        norm: normalisation (DCGAN: batch, not after the first convolution); ``spectral`` constrains every weight.
        dropout: rate before the last layer.
    """

    def __init__(self, channels: int, size: int, width: int, norm: Norm = "batch", dropout: float = 0.0) -> None:
        base, doublings = stages_of(size)
        trunk: list[nn.Module] = []
        before = channels
        for index in range(doublings):
            after = min(width * 2**index, width * 8)
            stage_norm: Norm = "none" if index == 0 else norm
            trunk.append(nn.Conv2d(before, after, 4, 2, 1, bias=stage_norm != "batch"))
            trunk += [norm_2d(after, stage_norm), leaky()]
            before = after
        head: list[nn.Module] = [Dropout(dropout)] if dropout else []
        super().__init__(trunk, [*head, nn.Conv2d(before, 1, base), nn.Flatten()])
        dcgan_init(self)
        for layer in self.layers:
            if isinstance(layer, nn.Conv2d):
                constrain(layer, norm)
