"""An exponential moving average of a network's weights: the generator that people look at."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


def decay_of_half_life(images: float, batch_size: int) -> float:
    """β with which a weight of so many images ago counts half, β = ½^(batch size / images).

    Args:
        images: the half-life (StyleGAN2: 10,000, Karras et al. 2020); 0: no average.
        batch_size: images in one step.
    """
    return float(0.5 ** (batch_size / images)) if images > 0 else 0.0


class Average:
    """Keeps θ̄ ← β θ̄ + (1 − β) θ of one network, in a copy that is always in evaluation mode.

    β grows towards ``decay`` in the first steps, min(decay, (1 + t) / (10 + t)), so that early averages are not
    ruled by the initial weights. Buffers of floating point (batch-norm statistics) are averaged as the weights are: those
    of the network of today do not fit the weights of the last thousand steps. Other buffers are copied, and so are those
    that their module lists in ``not_averaged``.

    Args:
        network: the network to follow.
        decay: β, in [0, 1).
        start: step up to which the average is the network itself (BigGAN: 20,000); t is counted from there.
    """

    def __init__(self, network: nn.Module, decay: float, start: int = 0) -> None:
        self.decay, self.start = decay, start
        self.module = copy.deepcopy(network).eval().requires_grad_(False)
        exempt = {
            id(buffer)
            for part in network.modules()
            for name, buffer in part.named_buffers(recurse=False)
            if name in getattr(part, "not_averaged", ())
        }
        self._averaged: tuple[list[Tensor], list[Tensor]] = [*self.module.parameters()], [*network.parameters()]
        self._copied: tuple[list[Tensor], list[Tensor]] = [], []
        for mine, theirs in zip(self.module.buffers(), network.buffers(), strict=True):
            columns = self._averaged if theirs.is_floating_point() and id(theirs) not in exempt else self._copied
            columns[0].append(mine)
            columns[1].append(theirs)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Follows the network after step ``step`` (counted from 1)."""
        since = step - self.start
        beta = min(self.decay, (1 + since) / (10 + since)) if since > 0 else 0.0
        for mine, theirs in (self._copied,) if beta else (self._copied, self._averaged):
            if mine:
                torch._foreach_copy_(mine, theirs)
        if beta:
            torch._foreach_lerp_(*self._averaged, 1 - beta)
