"""What can be driven in a trained method. Panels build themselves from these rows and never ask for a method's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Prior = Literal["normal", "uniform"]


@dataclass(frozen=True, slots=True)
class LatentVector:
    """A latent vector z, drawn from its prior: N(0, I) or uniform on [−1, 1]^size.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, size)``.
    """

    name: str
    size: int
    prior: Prior = "normal"


@dataclass(frozen=True, slots=True)
class GeneratorIndex:
    """Which of several generators draws the sample.

    ``generate`` takes it as ``values[name]``: int64, shape ``(N,)``, each in ``[0, count)``.
    """

    name: str
    count: int


Control = LatentVector | GeneratorIndex
