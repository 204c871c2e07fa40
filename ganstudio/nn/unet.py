"""The U-Net of pix2pix (Isola et al. 2017, section 3.2.1 and appendix 6.1.1): what goes in is known again on the way out.

Strided convolutions shrink the picture to one pixel (or to an odd number of them), transposed ones enlarge it again.
Each stage on the way up also sees what the stage of the same size saw on the way down, so that edges need not squeeze
through the narrow middle. The three innermost stages on the way up drop half of their features while training: the
paper's only noise.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganstudio.core.errors import SizeError
from ganstudio.core.i18n import _
from ganstudio.nn.dcgan import ToImage
from ganstudio.nn.initialise import dcgan_init
from ganstudio.nn.norms import Norm, norm_2d, without_identities
from ganstudio.nn.random import Dropout

_DROPPING = 3  # so many stages on the way up, the innermost ones


def depth_of(size: int) -> int:
    """How often a size can be halved: 8 for 256 px, 4 for 16 and for 48 px.

    Raises:
        SizeError: it cannot be halved twice.
    """
    depth = 0
    while size % 2 == 0 and size > 1:
        size, depth = size // 2, depth + 1
    if depth < 2:
        size <<= depth
        raise SizeError(
            _("A U-Net halves pictures again and again: {size} px cannot be halved twice.").format(size=size)
        )
    return depth


def _doubled(before: int, after: int, bias: bool = True) -> list[nn.Module]:
    return [nn.Upsample(scale_factor=2.0), nn.Conv2d(before, after, 3, padding=1, bias=bias, padding_mode="reflect")]


class UNet(nn.Module):
    """Planes to a picture in [−1, 1] of the same size.

    Args:
        given: planes of what goes in.
        channels: 1 or 3, of what comes out.
        size: height and width in pixels.
        width: channels of the outermost stage; each further in has twice as many, at most 8 × width. 64 in the paper.
        norm: of all stages but the outermost and, on the way down, the innermost, which has one pixel only.
        dropout: rate in the three innermost stages on the way up.
        doubling: pictures are enlarged by doubling pixels and a convolution, which costs twice as much and leaves no pattern
            like a chessboard; otherwise by transposed convolutions, as in the paper.

    Raises:
        SizeError: the size cannot be halved twice.
    """

    def __init__(
        self,
        given: int,
        channels: int,
        size: int,
        width: int,
        norm: Norm = "instance",
        dropout: float = 0.5,
        doubling: bool = False,
    ) -> None:
        super().__init__()
        depth = depth_of(size)
        widths = [min(2**index, 8) * width for index in range(depth)]
        bias = norm != "batch"
        self.down, self.up = nn.ModuleList([nn.Conv2d(given, width, 4, 2, 1)]), nn.ModuleList()
        for index, (before, after) in enumerate(pairwise(widths), 2):
            between = norm_2d(after, norm) if index < depth else nn.Identity()
            conv = nn.Conv2d(before, after, 4, 2, 1, bias=bias or index == depth)
            self.down.append(without_identities([nn.LeakyReLU(0.2), conv, between]))
        for index, after in enumerate(widths[-2::-1]):
            before = widths[-1] if index == 0 else 2 * widths[depth - 1 - index]
            drop = Dropout(dropout) if index < _DROPPING and dropout else nn.Identity()
            enlarge = (
                _doubled(before, after, bias) if doubling else [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=bias)]
            )
            self.up.append(without_identities([nn.ReLU(), *enlarge, norm_2d(after, norm), drop]))
        last = _doubled(2 * width, channels) if doubling else [ToImage(2 * width, channels, 4, 2, 1)]
        self.up.append(nn.Sequential(nn.ReLU(), *last, nn.Tanh()))
        dcgan_init(self)

    def forward(self, x: Tensor) -> Tensor:
        """``(N, given, size, size)`` to ``(N, channels, size, size)``."""
        seen: list[Tensor] = []
        for stage in self.down:
            x = stage(x)
            seen.append(x)
        for index, stage in enumerate(self.up):
            x = stage(x if index == 0 else torch.cat((x, seen[-1 - index]), 1))
        return x
