"""Fully connected generator and discriminator: the networks of the first GAN paper and of every 2-D experiment."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ganstudio.nn.discriminator import ChainDiscriminator
from ganstudio.nn.initialise import he_init
from ganstudio.nn.norms import Norm, constrain, norm_1d, without_identities
from ganstudio.nn.random import Dropout
from ganstudio.nn.rectify import leaky, relu


class MLPGenerator(nn.Module):
    """z to an item: ``depth`` hidden layers of ``width`` ReLU units.

    Args:
        latent: size of z.
        shape: shape of one item; images end in tanh, points are linear.
        width: units of a hidden layer.
        depth: hidden layers.
        norm: normalisation of the hidden layers.
    """

    def __init__(self, latent: int, shape: tuple[int, ...], width: int, depth: int, norm: Norm = "none") -> None:
        super().__init__()
        self.shape = shape
        layers: list[nn.Module] = []
        for index in range(depth):
            layers += [nn.Linear(latent if index == 0 else width, width), norm_1d(width, norm), relu()]
        layers.append(nn.Linear(width if depth else latent, math.prod(shape)))
        if len(shape) == 3:
            layers.append(nn.Tanh())
        self.layers = without_identities(layers)
        he_init(self, slope=0.0)

    def forward(self, z: Tensor) -> Tensor:
        """``(N, latent)`` to ``(N, *shape)``."""
        out: Tensor = self.layers(z)
        return torch.unflatten(out, 1, self.shape) if len(self.shape) > 1 else out


class MLPDiscriminator(ChainDiscriminator):
    """An item to one number: ``depth`` hidden layers of ``width`` leaky ReLU units.

    Args:
        shape: shape of one item.
        width: units of a hidden layer.
        depth: hidden layers.
        norm: normalisation of the hidden layers; ``spectral`` constrains every weight.
        dropout: rate before the last layer.
    """

    def __init__(
        self, shape: tuple[int, ...], width: int, depth: int, norm: Norm = "none", dropout: float = 0.0
    ) -> None:
        size = math.prod(shape)
        trunk: list[nn.Module] = [nn.Flatten()] if len(shape) > 1 else []
        for index in range(depth):
            trunk += [nn.Linear(size if index == 0 else width, width), norm_1d(width, norm), leaky()]
        last = nn.Linear(width if depth else size, 1)
        super().__init__(trunk, [Dropout(dropout), last] if dropout else [last])
        he_init(self)
        for layer in self.layers:
            if isinstance(layer, nn.Linear):
                constrain(layer, norm)
