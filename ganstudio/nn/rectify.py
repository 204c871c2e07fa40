"""Activations that write over what they are given: no second copy of every layer's output is made and read again.

Only behind a layer of which nobody else needs the output: a linear layer, a convolution, a norm. Not behind a sum with a
shortcut that is still to be read, and not behind what was found for somebody (features, skip connections). Values and all
derivatives, second ones too, are those of ``nn.ReLU()`` and ``nn.LeakyReLU()``.
"""

from __future__ import annotations

from torch import nn


def relu() -> nn.ReLU:
    """max(x, 0)."""
    return nn.ReLU(inplace=True)


def leaky(slope: float = 0.2) -> nn.LeakyReLU:
    """X where it is positive, ``slope`` · x elsewhere."""
    return nn.LeakyReLU(slope, inplace=True)
