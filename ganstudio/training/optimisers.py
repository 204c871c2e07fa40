"""Optimisers made from a phase's description, in torch's fastest form for the device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ganstudio.methods.base import Optimiser


def build(spec: Optimiser, parameters: Iterable[Tensor], device: torch.device) -> torch.optim.Optimizer:
    """One optimiser: fused where torch has a fused kernel for it, foreach elsewhere."""
    parameters = list(parameters)
    fast: dict[str, Any] = {"fused": True} if device.type in ("cpu", "cuda") else {"foreach": True}
    if spec.kind == "adam":
        return torch.optim.Adam(parameters, lr=spec.lr, betas=(spec.beta1, spec.beta2), **fast)
    if spec.kind == "rmsprop":
        return torch.optim.RMSprop(parameters, lr=spec.lr, alpha=spec.beta2, momentum=spec.beta1, foreach=True)
    return torch.optim.SGD(parameters, lr=spec.lr, momentum=spec.beta1, **fast)


def retune(optimiser: torch.optim.Optimizer, spec: Optimiser) -> None:
    """Carries changed values into a living optimiser; its moments stay."""
    for group in optimiser.param_groups:
        group["lr"] = spec.lr
        if "betas" in group:
            group["betas"] = (spec.beta1, spec.beta2)
        if "alpha" in group:
            group["alpha"] = spec.beta2
        if "momentum" in group:
            group["momentum"] = spec.beta1
            if spec.kind == "rmsprop" and spec.beta1:
                _begin_momentum(optimiser, group["params"])


def _begin_momentum(optimiser: torch.optim.Optimizer, parameters: Iterable[Tensor]) -> None:
    """RMSprop makes its momentum at its first step only, and fails where it is wanted later."""
    for parameter in parameters:
        state = optimiser.state.get(parameter)
        if state and "momentum_buffer" not in state:
            state["momentum_buffer"] = torch.zeros_like(state["square_avg"])
