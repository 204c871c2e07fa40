"""Initial weights, drawn from the run's own generator (modules are built first, then written over)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganstudio.nn import random

_WEIGHTED = (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)


def _fill(parameter: Tensor, values: Tensor) -> None:
    with torch.no_grad():
        parameter.copy_(values)


def dcgan_init(module: nn.Module, std: float = 0.02) -> nn.Module:
    """N(0, 0.02) for weights, N(1, 0.02) for batch-norm scales, 0 for biases (Radford et al. 2015, section 4)."""
    for part in module.modules():
        if isinstance(part, _WEIGHTED):
            _fill(part.weight, std * random.normal(*part.weight.shape))
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.BatchNorm2d | nn.BatchNorm1d) and part.affine:
            _fill(part.weight, 1 + std * random.normal(*part.weight.shape))
            nn.init.zeros_(part.bias)
    return module


def he_init(module: nn.Module, slope: float = 0.2) -> nn.Module:
    """Uniform with the variance that keeps a (leaky) ReLU network's activations alive (He et al. 2015, eq. 15)."""
    for part in module.modules():
        if isinstance(part, _WEIGHTED):
            fan_in = part.weight[0].numel() if not isinstance(part, nn.ConvTranspose2d) else part.weight[:, 0].numel()
            bound = math.sqrt(6 / ((1 + slope**2) * fan_in))
            _fill(part.weight, random.uniform(*part.weight.shape, low=-bound, high=bound))
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return module


def glorot_init(module: nn.Module, gain: float = 1.0) -> nn.Module:
    """Uniform on ±gain · √(6 / (fan in + fan out)), biases 0 (Glorot and Bengio 2010, eq. 16): what Keras starts with."""
    for part in module.modules():
        if isinstance(part, _WEIGHTED):
            fans = part.weight[0].numel() + part.weight[:, 0].numel()
            bound = gain * math.sqrt(6 / fans)
            _fill(part.weight, random.uniform(*part.weight.shape, low=-bound, high=bound))
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return module
