"""Pictures that a generator drew some time ago, so that its discriminator does not forget them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganstudio.nn import random


class ImagePool(nn.Module):
    """Keeps drawn pictures and shows each as a new or an old one, half and half (Shrivastava et al. 2017, section 2.3).

    It lies on the device and is a part of a method's state; nothing in it waits for the device. Pictures are kept in
    bytes, as real ones are.

    Args:
        capacity: how many are kept; 0 shows new ones only.
        channels: 1 or 3.
        size: height and width in pixels.
    """

    pictures: Tensor
    filled: Tensor

    def __init__(self, capacity: int, channels: int, size: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.register_buffer("pictures", torch.zeros(capacity, channels, size, size, dtype=torch.uint8))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def forward(self, new: Tensor) -> Tensor:
        """``(N, C, size, size)`` in [−1, 1] to as many pictures, new or old. N that are too many for it pass as they are."""
        count = len(new)
        if count > self.capacity:
            return new
        device = new.device
        places = torch.arange(self.capacity, device=device)
        filling = self.filled + count <= self.capacity
        # Different old places for all of them: those that hold something, in a random order.
        order = torch.where(places < self.filled, random.uniform(self.capacity, device=device), 2.0).argsort()
        chosen = torch.where(filling, self.filled + places[:count], order[:count])
        exchanged = ~filling & (random.uniform(count, device=device) < 0.5)
        old = self.pictures.index_select(0, chosen)
        taken = (filling | exchanged).view(-1, 1, 1, 1)
        stored = torch.where(taken, ((new + 1) * 127.5).round().clamp(0, 255).to(torch.uint8), old)
        self.pictures.index_copy_(0, chosen, stored)
        self.filled += filling * count
        return torch.where(exchanged.view(-1, 1, 1, 1), old.to(new.dtype) / 127.5 - 1, new)
