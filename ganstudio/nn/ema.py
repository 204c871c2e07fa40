"""An exponential moving average of a network's weights: the generator that people look at."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class Average:
    """Keeps θ̄ ← β θ̄ + (1 − β) θ of one network, in a copy that is always in evaluation mode.

    β grows towards ``decay`` in the first steps, min(decay, (1 + t) / (10 + t)), so that early averages are not
    ruled by the initial weights. Buffers (batch-norm statistics) are copied, not averaged.

    Args:
        network: the network to follow.
        decay: β, in [0, 1).
        start: first step that counts.
    """

    def __init__(self, network: nn.Module, decay: float, start: int = 0) -> None:
        self.decay, self.start = decay, start
        self.module = copy.deepcopy(network).eval().requires_grad_(False)
        self._weights: tuple[list[Tensor], list[Tensor]] = ([*self.module.parameters()], [*network.parameters()])
        self._buffers = (list(self.module.buffers()), list(network.buffers()))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Follows the network after step ``step`` (counted from 1)."""
        beta = min(self.decay, (1 + step) / (10 + step))
        mine, theirs = self._weights
        torch._foreach_lerp_(mine, theirs, 1 - beta)
        if self._buffers[0]:
            torch._foreach_copy_(*self._buffers)


def decay_of_half_life(images: float, batch_size: int) -> float:
    """β with which a weight has half of its share left after so many images."""
    return float(0.5 ** (batch_size / images))
