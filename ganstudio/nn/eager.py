"""torch's optimisers without its compiler, which nothing here uses, and without its marks for the profiler.

The optimisers of ``torch.optim`` wrap their methods for ``torch.compile``, and the first one that is made imports the
compiler for that: as long again as ``import torch`` itself takes, and hardly anything else moves meanwhile. Within the
wrappers are the plain methods; these classes have them instead, and compute the same. Where networks are small, marks,
hooks, checks for graphs and the sorting by device take longer than the update itself: 5 % of a step in 2-D. So fused Adam's
kernel is called directly here.
"""

from __future__ import annotations

from inspect import unwrap

import torch
from torch.optim import Optimizer


class _Eager(Optimizer):
    add_param_group = unwrap(Optimizer.add_param_group)
    state_dict = unwrap(Optimizer.state_dict)
    load_state_dict = unwrap(Optimizer.load_state_dict)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forgets all gradients; they are never kept as zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None


class Adam(_Eager, torch.optim.Adam):
    """See :class:`torch.optim.Adam`; without ``amsgrad`` and ``maximize``."""

    _making_moments = unwrap(torch.optim.Adam.step)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """One update."""
        groups = [(group, [p for p in group["params"] if p.grad is not None]) for group in self.param_groups]
        ready = all(parameters and all(map(self.state.get, parameters)) for _group, parameters in groups)
        if not ready or not self.defaults["fused"]:
            self._making_moments()
            return
        for group, parameters in groups:
            moments = [self.state[p] for p in parameters]
            steps, (beta1, beta2) = [each["step"] for each in moments], group["betas"]
            torch._foreach_add_(steps, 1)
            torch._fused_adam_(
                parameters,
                [p.grad for p in parameters],
                [each["exp_avg"] for each in moments],
                [each["exp_avg_sq"] for each in moments],
                [],
                steps,
                lr=group["lr"],
                beta1=beta1,
                beta2=beta2,
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=False,
                maximize=False,
            )

    step.hooked = True  # type: ignore[attr-defined] # or torch wraps it once more, in marks and hooks


class RMSprop(_Eager, torch.optim.RMSprop):
    """See :class:`torch.optim.RMSprop`."""

    step = torch.no_grad()(unwrap(torch.optim.RMSprop.step))


class SGD(_Eager, torch.optim.SGD):
    """See :class:`torch.optim.SGD`."""

    step = torch.no_grad()(unwrap(torch.optim.SGD.step))
