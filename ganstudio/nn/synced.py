"""Batch norm over a batch that is spread over several processes.

Torch's ``SyncBatchNorm`` is for CUDA only; this one takes any sum over the processes, and has the same statistics, outputs
and gradients as one batch norm that sees all items.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn.modules.batchnorm import _BatchNorm

Sum = Callable[[Tensor], Tensor]
"""Adds up a tensor over all processes, in place."""


class Synced(_BatchNorm):
    """What :func:`synchronise` makes of a batch norm; in evaluation mode it is what it was."""

    total: Sum

    def forward(self, input: Tensor, context: Tensor | None = None) -> Tensor:
        """``(N, C, …)`` to the same shape; a context is not looked at."""
        if not self.training:
            return super().forward(input)
        with torch.no_grad():
            mean, variance, count = _statistics(input, self.total)
            if self.running_mean is not None and self.running_var is not None:
                assert self.num_batches_tracked is not None
                self.num_batches_tracked.add_(1)
                rate = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
                self.running_mean.lerp_(mean, rate)
                self.running_var.lerp_(variance * (count / (count - 1).clamp_min(1)), rate)
        norm = (mean, variance, count, self.eps, self.total)
        out: Tensor = _Normalise.apply(input, self.weight, self.bias, *norm)  # type: ignore[no-untyped-call]
        return out


def synchronise(network: nn.Module, total: Sum) -> None:
    """Turns every batch norm inside into a synchronised one; names, weights and statistics stay."""
    for part in network.modules():
        if isinstance(part, _BatchNorm) and not isinstance(part, Synced):
            part.__class__ = type(f"Synced{type(part).__name__}", (Synced, type(part)), {})
            part.__dict__["total"] = total


def _statistics(x: Tensor, total: Sum) -> tuple[Tensor, Tensor, Tensor]:
    """Mean and biased variance ``(C,)`` of every channel over all processes, and the count of values, 0-d."""
    if x.is_cpu:  # twenty times as fast there
        mean, variance = torch.batch_norm_update_stats(x.float(), None, None, 0.0)
    else:
        across = [dim for dim in range(x.dim()) if dim != 1]
        variance, mean = torch.var_mean(x.float(), across, correction=0)
    # In double precision, for E[x²] − E[x]² loses what a float32 holds where the mean is large.
    mean, variance = mean.double(), variance.double()
    count = torch.full((1,), x.numel() // x.shape[1], dtype=torch.float64, device=x.device)
    sums = total(torch.cat((mean * count, (variance + mean.square()) * count, count)))
    count = sums[-1]
    mean, square = (sums[:-1] / count).chunk(2)
    return mean.float(), (square - mean.square()).clamp_min(0).float(), count.float()


class _Normalise(Function):
    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, mean: Tensor, variance: Tensor, count: Tensor,
        eps: float, total: Sum,
    ) -> Tensor:  # fmt: skip
        ctx.save_for_backward(x, weight, mean, variance, count)
        ctx.eps, ctx.total = eps, total
        return torch.nn.functional.batch_norm(x, mean, variance, weight, bias, False, 0.0, eps)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor | None, ...]:
        """∂L/∂x = γ/σ (s − mean(s) − x̂ · mean(s x̂)), where s is the slope of the output and means are over all items."""
        x, weight, mean, variance, count = ctx.saved_tensors
        gain = torch.ones_like(mean) if weight is None else weight
        straight, by_weight, by_bias = torch.ops.aten.native_batch_norm_backward(
            slope, x, gain, mean, variance, None, None, False, ctx.eps, [True, True, True]
        )
        sums = ctx.total(torch.cat((by_weight, by_bias)).float())
        along, level = (sums / count).chunk(2)
        inverse = (variance + ctx.eps).rsqrt()
        tilt = -gain * inverse.square() * along
        shape = (1, -1, *[1] * (x.dim() - 2))
        offset = -gain * inverse * level - tilt * mean
        straight.addcmul_(x, tilt.to(x.dtype).view(shape)).add_(offset.to(x.dtype).view(shape))
        known = weight is not None
        return straight, by_weight if known else None, by_bias if known else None, None, None, None, None, None
