"""Label maps as tensors: one plane per class for a network, colours for people."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ganstudio.core.dataspec import MapClass


def planes(maps: Tensor, count: int) -> Tensor:
    """int64 ``(N, H, W)`` with values in [0, count) to float32 ``(N, count, H, W)``: 1 where the class is, else 0."""
    shape = maps.shape  # not len(): an exported model would be made for one number of maps
    found = torch.zeros(shape[0], count, *shape[1:], device=maps.device)
    return found.scatter_(1, maps[:, None], 1.0)


def colours_of(classes: Sequence[MapClass], device: torch.device | str = "cpu") -> Tensor:
    """The classes' colours, float32 ``(count, 3)`` in [−1, 1]."""
    return torch.tensor([one.colour for one in classes], dtype=torch.float32, device=device) / 127.5 - 1


def coloured(maps: Tensor, classes: Sequence[MapClass]) -> Tensor:
    """int64 ``(N, H, W)`` to pictures ``(N, 3, H, W)`` in [−1, 1]."""
    return colours_of(classes, maps.device)[maps].permute(0, 3, 1, 2)


def picture_of(inputs: Tensor, classes: Sequence[MapClass]) -> Tensor:
    """What a translating network is given as pictures ``(N, C, H, W)``: label maps in their colours, others as they are."""
    return coloured(inputs, classes) if inputs.dim() == 3 else inputs
