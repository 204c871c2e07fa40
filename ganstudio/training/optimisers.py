"""Optimisers made from a phase's description, in torch's fastest form for the device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ganstudio.methods.base import Averaging, Optimiser
from ganstudio.nn import eager
from ganstudio.nn.ema import decay_of_half_life


def build(spec: Optimiser, parameters: Iterable[Tensor], device: torch.device) -> torch.optim.Optimizer:
    """One optimiser: Adam fused where torch has a kernel for it, foreach otherwise."""
    parameters = list(parameters)
    shared: dict[str, Any] = {"lr": spec.lr, "weight_decay": spec.weight_decay}
    if spec.kind == "adam":
        fast = {"fused": True} if device.type in ("cpu", "cuda") else {"foreach": True}
        return eager.Adam(parameters, betas=(spec.beta1, spec.beta2), eps=spec.eps, **shared, **fast)
    if spec.kind == "rmsprop":
        return eager.RMSprop(parameters, alpha=spec.beta2, momentum=spec.beta1, eps=spec.eps, foreach=True, **shared)
    # Not fused: that fails where some parameters have momentum already and others have their first gradient.
    return eager.SGD(parameters, momentum=spec.beta1, foreach=True, **shared)


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """The learning rate of the next update."""
    for group in optimiser.param_groups:
        group["lr"] = rate


def average_decay(averaging: Averaging, batch_size: int) -> float:
    """β of a moving average: as it is given, or from its half-life in images."""
    return decay_of_half_life(averaging.half_life, batch_size) if averaging.half_life else averaging.decay


def retune(optimiser: torch.optim.Optimizer, spec: Optimiser) -> None:
    """Carries changed values into a living optimiser; its moments stay."""
    for group in optimiser.param_groups:
        group["lr"], group["weight_decay"] = spec.lr, spec.weight_decay
        if "eps" in group:
            group["eps"] = spec.eps
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
