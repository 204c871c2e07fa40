"""Residual translators: the generator of CycleGAN, and the coarse-to-fine one of pix2pixHD.

Both follow Johnson et al. 2016: some strided convolutions, residual blocks at the small size, and back up again; every
picture is mirrored at its borders instead of being padded with zeros, which would show there (Zhu et al. 2017, appendix
7.2; Wang et al. 2018, section 3.2 and appendix A). One thing is not theirs: pictures are enlarged by doubling pixels and a
convolution. Their transposed convolutions leave a pattern like a chessboard (Odena et al. 2016), which takes long to fade.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate

from ganstudio.core.errors import SizeError
from ganstudio.core.i18n import _
from ganstudio.nn.initialise import dcgan_init
from ganstudio.nn.norms import Norm, norm_2d, without_identities
from ganstudio.nn.rectify import relu

_SMALLEST = 8  # pixels that are left for the residual blocks, where the picture has enough of them


def halvings_of(size: int, at_most: int) -> int:
    """How often a translator may halve pictures of this size: 2 for 32 px, as long as 8 px and whole ones are left.

    Raises:
        SizeError: it cannot be halved at all, or is smaller than 8 px.
    """
    if size % 2 or size < _SMALLEST:
        raise SizeError(_("This network halves its pictures, and {size} px is too small or odd.").format(size=size))
    count = 1
    while count < at_most and (size >> count) % 2 == 0 and size >> (count + 1) >= _SMALLEST:
        count += 1
    return count


def _conv(before: int, after: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel, stride, kernel // 2, padding_mode="reflect")


class ResidualBlock(nn.Module):
    """Two 3 × 3 convolutions, whose result is added to the input.

    Args:
        width: channels.
        norm: after each convolution.
    """

    def __init__(self, width: int, norm: Norm) -> None:
        super().__init__()
        self.change = without_identities(
            [
                _conv(width, width, 3),
                norm_2d(width, norm),
                relu(),
                _conv(width, width, 3),
                norm_2d(width, norm),
            ]
        )

    def forward(self, x: Tensor) -> Tensor:
        """``(N, width, H, W)`` to the same shape."""
        change: Tensor = self.change(x)
        return x + change


def _shrinking(width: int, halvings: int, norm: Norm) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for index in range(halvings):
        layers += [_conv(width << index, width << (index + 1), 3, 2), norm_2d(width << (index + 1), norm), relu()]
    return layers


def _growing(width: int, halvings: int, norm: Norm) -> list[nn.Module]:
    layers: list[nn.Module] = []
    for index in reversed(range(halvings)):
        enlarge = (nn.Upsample(scale_factor=2.0), _conv(width << (index + 1), width << index, 3))
        layers += [*enlarge, norm_2d(width << index, norm), relu()]
    return layers


class ResNetTranslator(nn.Module):
    """Planes to a picture in [−1, 1] of the same size.

    Args:
        given: planes of what goes in.
        channels: 1 or 3, of what comes out.
        size: height and width in pixels.
        width: channels at the full size, doubled with each halving; 64 in the papers.
        blocks: residual blocks at the smallest size.
        halvings: at most so many; fewer where less than 8 px would be left. 2 in CycleGAN, 4 in pix2pixHD.
        norm: after every convolution but the last.
        first_norm: of the first convolution, where it is another one. Instance norm there takes away whatever is the same
            everywhere in the picture, e.g. the time of day.

    Raises:
        SizeError: the size cannot be halved.
    """

    def __init__(
        self,
        given: int,
        channels: int,
        size: int,
        width: int,
        blocks: int,
        halvings: int = 2,
        norm: Norm = "instance",
        first_norm: Norm | None = None,
    ) -> None:
        super().__init__()
        halvings = halvings_of(size, halvings)
        self.body = without_identities(
            [
                _conv(given, width, 7),
                norm_2d(width, first_norm or norm),
                relu(),
                *_shrinking(width, halvings, norm),
                *(ResidualBlock(width << halvings, norm) for _ in range(blocks)),
                *_growing(width, halvings, norm),
            ]
        )
        self.to_image = nn.Sequential(_conv(width, channels, 7), nn.Tanh())
        dcgan_init(self)

    def features(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to the last features before the picture, ``(N, width, size, size)``."""
        found: Tensor = self.body(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to ``(N, channels, size, size)``."""
        picture: Tensor = self.to_image(self.features(x))
        return picture


class CoarseToFine(nn.Module):
    """Planes to a picture in [−1, 1], by a global generator on half the size and a local enhancer around it (figure 3).

    Args:
        given: planes of what goes in.
        channels: 1 or 3, of what comes out.
        size: height and width in pixels.
        width: channels of the enhancer at the full size; the global generator begins with twice as many.
        global_blocks: residual blocks of the global generator; 9 in the paper.
        local_blocks: residual blocks of the enhancer; 3 in the paper.
        norm: after every convolution but the last.
        first_norm: as in :class:`ResNetTranslator`.
        staged: the global generator learns first: until :meth:`join`, its enlarged picture is what is drawn.

    Raises:
        SizeError: the size or half of it cannot be halved.
    """

    joint: Tensor

    def __init__(
        self,
        given: int,
        channels: int,
        size: int,
        width: int,
        global_blocks: int = 9,
        local_blocks: int = 3,
        norm: Norm = "instance",
        first_norm: Norm | None = None,
        staged: bool = False,
    ) -> None:
        super().__init__()
        halvings_of(size, 1)
        self.coarse = ResNetTranslator(given, channels, size // 2, 2 * width, global_blocks, 4, norm, first_norm)
        self.shrink = without_identities([_conv(given, width, 7), norm_2d(width, first_norm or norm), relu()])
        self.shrink.extend(without_identities(_shrinking(width, 1, norm)))
        self.enhance = nn.Sequential(*(ResidualBlock(2 * width, norm) for _ in range(local_blocks)))
        self.grow = without_identities(_growing(width, 1, norm))
        self.to_image = nn.Sequential(_conv(width, channels, 7), nn.Tanh())
        for part in (self.shrink, self.enhance, self.grow, self.to_image):
            dcgan_init(part)
        self.staged = staged
        if staged:
            self.register_buffer("joint", torch.zeros((), dtype=torch.bool))
        else:
            # Its own last layer is never asked: the enhancer takes what comes before it.
            self.coarse.to_image = nn.Sequential()

    @torch.no_grad()
    def join(self) -> None:
        """From now on the enhancer's picture is what is drawn."""
        self.joint.fill_(True)

    def coarse_picture(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to the global generator's picture of half the size; only where ``staged``."""
        picture: Tensor = self.coarse(avg_pool2d(x, 2))
        return picture

    def fine_picture(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to what both draw together, ``(N, channels, size, size)``."""
        return self._fine(x, self.coarse.features(avg_pool2d(x, 2)))

    def _fine(self, x: Tensor, coarse: Tensor) -> Tensor:
        picture: Tensor = self.to_image(self.grow(self.enhance(self.shrink(x) + coarse)))
        return picture

    def forward(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to ``(N, channels, size, size)``: the picture that has been learned so far."""
        if not self.staged:
            return self.fine_picture(x)
        # Both are drawn and one is taken, because asking which on the host would wait for the device.
        features = self.coarse.features(avg_pool2d(x, 2))
        coarse = interpolate(self.coarse.to_image(features), scale_factor=2.0, mode="bilinear", align_corners=False)
        return torch.where(self.joint, self._fine(x, features), coarse)
