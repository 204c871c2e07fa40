"""What can be driven in a generator. Panels build themselves from these rows and never ask for a method's name."""

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
class ContinuousCode:
    """Continuous codes c that a network was made to read back from the picture, each uniform on [−1, 1] (InfoGAN).

    ``generate`` takes them as ``values[name]``: float32, shape ``(N, size)``.
    """

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class CategoricalCode:
    """One of ``count`` unnamed categories that a network was made to read back from the picture (InfoGAN).

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, count)``: one-hot while training; when exploring
    any weights ≥ 0 that add up to 1, so that categories can be mixed.
    """

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class ClassLabel:
    """Which class of the data set is drawn.

    ``generate`` takes it as ``values[name]``: float32, shape ``(N, len(names))``: one-hot while training; when
    exploring any weights ≥ 0 that add up to 1, so that classes can be mixed.
    """

    name: str
    names: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many classes there are."""
        return len(self.names)


@dataclass(frozen=True, slots=True)
class GeneratorIndex:
    """Which of several generators draws the sample.

    ``generate`` takes it as ``values[name]``: int64, shape ``(N,)``, each in ``[0, count)``.
    """

    name: str
    count: int


Control = LatentVector | ContinuousCode | CategoricalCode | ClassLabel | GeneratorIndex
