"""Randomness that belongs to one run.

Everything that a method draws (latents, noise, dropout, initial weights) comes from the generator that the engine has
put in place for the present thread. So two runs in one process never disturb each other, a seed gives the same run
twice, and a checkpoint can hold the whole state of chance. On its own (in a notebook) torch's global generator serves.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

_place = threading.local()


def generator() -> torch.Generator | None:
    """The generator in place for this thread; None means torch's global one."""
    return getattr(_place, "generator", None)


@contextmanager
def randomness(source: torch.Generator) -> Iterator[None]:
    """Puts a generator in place for this thread while the block runs."""
    before = generator()
    _place.generator = source
    try:
        yield
    finally:
        _place.generator = before


def seeded(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator for one purpose of a run; other purposes of the same seed are independent of it."""
    # Hashed, because torch's generator on the CPU looks at the lowest 32 bits of its seed only.
    mixed = hashlib.sha256(f"{seed}/{purpose}".encode()).digest()
    return torch.Generator(device).manual_seed(int.from_bytes(mixed[:8], "little") >> 1)


def normal(*shape: int, device: torch.device | str = "cpu") -> Tensor:
    """float32 from N(0, 1)."""
    return torch.randn(shape, generator=generator(), device=device)


def uniform(*shape: int, low: float = 0.0, high: float = 1.0, device: torch.device | str = "cpu") -> Tensor:
    """float32, uniform on [low, high)."""
    return torch.empty(shape, device=device).uniform_(low, high, generator=generator())


def integers(high: int, *shape: int, device: torch.device | str = "cpu") -> Tensor:
    """int64, uniform on 0 … high − 1."""
    return torch.randint(high, shape, generator=generator(), device=device)


class Dropout(nn.Module):
    """Sets each entry to zero with probability ``rate`` and scales the rest by 1 / (1 − rate), while training."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Any shape in, the same shape out."""
        if not self.training or self.rate == 0:
            return x
        keep = torch.empty_like(x).bernoulli_(1 - self.rate, generator=generator())
        return x * keep.div_(1 - self.rate)
