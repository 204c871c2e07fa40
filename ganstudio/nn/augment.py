"""Augmentation: pictures shown differently each time. On their own device, without waiting for it.

What training data may look like: :func:`varied`, made of :func:`mirrored` and :func:`jittered`, treats the pictures of a
pair alike. What a discriminator sees, of real and generated pictures alike: :func:`diff_augment`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from ganstudio.nn import random

ENLARGED = 286 / 256
"""How much larger pix2pix and CycleGAN make a picture before they crop it."""
TRANSLATED, CUT = 1 / 8, 1 / 2
"""Shares of the picture by which DiffAugment moves it at most, and that its hole is wide."""

Policy = Literal["colour", "translation", "cutout"]


def mirrored(turned: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
    """Items with left and right exchanged.

    Args:
        turned: bool ``(N,)``: which.
        tensors: pictures or maps ``(N, …, H, W)``, all of the same items.
    """
    return tuple(torch.where(turned.view(-1, *[1] * (x.dim() - 1)), x.flip(-1), x) for x in tensors)


def jittered(
    corners: Tensor, *tensors: Tensor, nearest: bool = False, enlarged: float = ENLARGED
) -> tuple[Tensor, ...]:
    """Items enlarged and cropped to their size again (Isola et al. 2017, appendix 6.2: 286 px to 256).

    Args:
        corners: ``(N, 2)`` in [0, 1]: where the crop lies, from top to bottom and from left to right. The same for all
            that belongs together; a crop begins at a whole pixel of the enlarged item.
        tensors: ``(N, C, H, W)``, or maps ``(N, H, W)`` where ``nearest``; layout and dtype are kept.
        nearest: every pixel is one of the item's, as label maps and one-hot planes need it; otherwise bilinear.
        enlarged: by how much.
    """
    crop, found = _crop_nearest if nearest else _crop_bilinear, []
    for x in tensors:
        rows, columns = (_at(corners[:, axis], x.shape[axis - 2], enlarged) for axis in (0, 1))
        found.append(crop(x, rows, columns))
    return tuple(found)


def varied(*together: Tensor, mirror: bool, jitter: bool) -> tuple[Tensor, ...]:
    """Items as training shows them, each otherwise at every call; all that belongs together alike.

    Args:
        together: pictures ``(N, C, H, W)`` and label maps, int64 ``(N, H, W)``, of the same items.
        mirror: half of them are :func:`mirrored`.
        jitter: all are :func:`jittered`, label maps to labels.
    """
    count, device = len(together[0]), together[0].device
    if mirror:
        together = mirrored(random.uniform(count, device=device) < 0.5, *together)
    if jitter:
        corners = random.uniform(count, 2, device=device)
        together = tuple(jittered(corners, x, nearest=not x.is_floating_point())[0] for x in together)
    return together


def _at(corner: Tensor, size: int, enlarged: float) -> Tensor:
    """Where the pixels of a crop lie on one axis of the item, ``(N, size)``; the item reaches from 0 to 1."""
    large = round(size * enlarged)
    first = (corner * (large - size + 1)).floor().clamp(max=large - size)
    return (torch.arange(size, device=corner.device) + first[:, None] + 0.5) / large


def _crop_bilinear(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    height, width = x.shape[2:]
    grid = torch.stack((columns[:, None, :].expand(-1, height, -1), rows[:, :, None].expand(-1, -1, width)), 3)
    seen = grid_sample(x, (2 * grid - 1).to(x.dtype), padding_mode="border", align_corners=False)
    return _laid_out_as(x, seen)


def _crop_nearest(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    return _picked(x, (rows * x.shape[-2]).long(), (columns * x.shape[-1]).long())


def _picked(x: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The pixels of ``(N, …, H, W)`` at rows and columns that each item has of its own, int64 ``(N, H)`` and ``(N, W)``."""
    between = [1] * (x.dim() - 3)
    x_rows = x.gather(-2, rows.view(len(x), *between, -1, 1).expand(x.shape))
    return _laid_out_as(x, x_rows.gather(-1, columns.view(len(x), *between, 1, -1).expand(x.shape)))


def _laid_out_as(x: Tensor, y: Tensor) -> Tensor:
    """``y`` with the memory format of ``x``."""
    last = x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last) and not x.is_contiguous()
    return y.contiguous(memory_format=torch.channels_last) if last else y


def diff_augment(x: Tensor, policy: Sequence[Policy]) -> Tensor:
    """Pictures as DiffAugment shows them to the discriminator, each otherwise (Zhao et al. 2020, section 3.2).

    Differentiable twice: gradients reach G through it, and penalties the pictures.

    Args:
        x: ``(N, C, H, W)`` in [−1, 1], real or generated.
        policy: what happens to them, in this order. ``colour``: brightness moves by up to ½, saturation is multiplied by
            0 to 2, contrast by ½ to 1½; so pictures may leave [−1, 1]. ``translation``: by up to ⅛ of the size, with grey
            where nothing was. ``cutout``: a grey square, half as wide as the picture, around any of its pixels.
    """
    for name in policy:
        x = _CHANGES[name](x)
    return x


def _factors(x: Tensor, low: float, high: float) -> Tensor:
    return random.uniform(len(x), 1, 1, 1, low=low, high=high, device=x.device).to(x.dtype)


def _recoloured(x: Tensor) -> Tensor:
    x = x + _factors(x, -0.5, 0.5)
    for axes, low, high in (((1,), 0.0, 2.0), ((1, 2, 3), 0.5, 1.5)):
        x = torch.lerp(x.mean(axes, keepdim=True), x, _factors(x, low, high))
    return x


def _translated(x: Tensor) -> Tensor:
    rows, columns = (_moved(x, size) for size in x.shape[2:])
    inside = _within(rows, x.shape[2])[:, None, :, None] & _within(columns, x.shape[3])[:, None, None, :]
    seen = _picked(x, rows.clamp(0, x.shape[2] - 1), columns.clamp(0, x.shape[3] - 1))
    return torch.where(inside, seen, 0.0)


def _moved(x: Tensor, size: int) -> Tensor:
    """The pixels that come to stand on one axis, ``(N, size)``; some lie outside."""
    most = int(size * TRANSLATED + 0.5)
    by = random.integers(2 * most + 1, len(x), 1, device=x.device) - most
    return torch.arange(size, device=x.device) + by


def _within(positions: Tensor, size: int) -> Tensor:
    return (positions >= 0) & (positions < size)


def _cut(x: Tensor) -> Tensor:
    rows, columns = (_hole(x, size) for size in x.shape[2:])
    return torch.where(rows[:, None, :, None] & columns[:, None, None, :], 0.0, x)


def _hole(x: Tensor, size: int) -> Tensor:
    """Whether the hole covers a pixel of one axis: bool ``(N, size)``."""
    wide = int(size * CUT + 0.5)
    middle = random.integers(size + 1 - wide % 2, len(x), 1, device=x.device)
    return _within(torch.arange(size, device=x.device) - middle + wide // 2, wide)


_CHANGES: dict[Policy, Callable[[Tensor], Tensor]] = {
    "colour": _recoloured,
    "translation": _translated,
    "cutout": _cut,
}
