"""What a metric is, and what it is given: one registry of pure functions.

A metric is one function with :func:`metric` above it; by existing it has a name on the command line, a column, a curve and
a help text. It reads an :class:`Evidence` and knows no file, thread or window.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.core.registry import Registry

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
Better = Literal["lower", "higher", "half", ""]
"""Which way is better; ``"half"``: ½ is best; empty: neither."""
Need = Literal[
    "features", "probabilities", "held out", "labels", "asked", "codes", "modes", "density", "partners", "maps", "polygons",
    "stacked", "decoder", "few latents", "pictures", "classes", "clusters", "many",
]  # fmt: skip
"""``features``: a feature matrix of both sides; ``probabilities`` of classes, of both; ``held out``: real items nobody was
trained on; ``labels``: true classes of real items; ``asked``: generated items were asked to be of a class (``fake.labels``);
``codes``: or of a code that found its own meaning (``fake.codes``); ``modes``: true centres are known; ``density``: points
in the plane; ``partners``: each generated picture has the real one that it should be (same place); ``maps``: label maps
were given (``inputs``); ``polygons``: the set ``triangles``;
``stacked``: the set ``stacked-digits`` (where ``fake.probabilities`` are ``(N, 30)``, they are three blocks of ten, one
a channel; else the metric trains its own classifier of digits); ``decoder``: a latent vector can be decoded, with
gradients; ``few latents``: it is of few enough numbers to be annealed; ``pictures``: the items are; ``classes``,
``clusters``: a network of the model itself says of real items of known classes which class they are of, or which cluster
that nobody named; ``many``: both sides are more than what is on view, which is all that live metrics are given mostly."""
RECOGNISED: frozenset[Need] = frozenset({"classes", "clusters"})
"""Looks at real items alone, with the model's own eyes."""
Cost = Literal["live", "seconds", "minutes"]
"""``live``: some milliseconds on what is on view; the others are asked for."""


class Decoder(Protocol):
    """A generator with gradients: ``z → x``."""

    latent: int
    """Numbers of a latent vector."""

    def prior(self, count: int, source: torch.Generator) -> torch.Tensor:
        """Latent vectors, float32 ``(count, latent)``."""
        ...

    def log_prior(self, z: torch.Tensor) -> torch.Tensor:
        """Log density of the prior, ``(count,)``; −inf outside its support."""
        ...

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        """Items in [−1, 1], float32 ``(count, C, H, W)`` or ``(count, 2)``; gradients flow to ``z``."""
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """One side of a comparison; all arrays have N rows.

    Attributes:
        items: uint8 ``(N, C, H, W)``, or points float32 ``(N, 2)``.
        features: float64 ``(N, d)``; None where no metric asked for them.
        probabilities: float64 ``(N, K)``, rows add up to 1; None likewise.
        labels: int64 ``(N,)``: true classes of real items, asked ones of generated items.
        codes: int64 ``(N,)``: which code each generated item was drawn from, where a generator has such.
        inputs: what a translator was given: uint8 label maps ``(N, H, W)`` or pictures ``(N, C, H, W)``.
    """

    items: NDArray[Any]
    features: NDArray[np.float64] | None = None
    probabilities: NDArray[np.float64] | None = None
    labels: NDArray[np.int64] | None = None
    inputs: NDArray[Any] | None = None
    codes: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.items)


@dataclass(slots=True)
class Evidence:
    """What a metric is given.

    Attributes:
        spec: of the data.
        real, fake: the two sides; the same number of items unless the real set is smaller.
        held_out: real items that nobody was trained on; None where there are none.
        decoder: of the generator; None where it has no latent vector.
        recognised: what the model takes real items to be, whose true classes are known; None where it says nothing.
        seed: all chance in a metric follows from it.
        device: where heavy work is done, ``"cpu"`` or ``"cuda"``.
        of_real: what was made of the real side alone: hand it on where the next evidence has the same one.
        tick: told how far the work is, with words; raises CancelledError when it shall end. Called often.
    """

    spec: DataSpec
    real: Sample
    fake: Sample
    held_out: Sample | None = None
    decoder: Decoder | None = None
    recognised: Observed | None = None
    seed: int = 0
    device: str = "cpu"
    tick: Callable[[float, str], None] = lambda _fraction, _text: None
    of_real: dict[str, Any] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)

    def once(self, key: str, make: Callable[[], T], real: bool = False) -> T:
        """What several metrics share is made once: ``once("manifold", lambda: …)``.

        Args:
            key: a name of it.
            make: makes it.
            real: it depends on nothing but the real side, seed and device.
        """
        kept = self.of_real if real else self._known
        if key not in kept:
            kept[key] = make()
        found: T = kept[key]
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """What a metric found.

    Attributes:
        value: the number; NaN where it is not defined for this.
        low, high: 95 % interval; NaN where none is known.
        more: further numbers by name.
        note: what a reader should know, as a sentence (why it is NaN, that samples are few).
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    more: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: lower-case with hyphens, on the command line: ``"fid"``.
        title: short, for a column: ``"FID"``.
        better: see :data:`Better`.
        needs: what must be there; see :data:`Need`.
        cost: see :data:`Cost`.
        help: two or three sentences: what it tells, range, what misleads, the source.
        compute: the function.
        unit: ``"%"``, ``"nats"``…; empty for plain numbers.
        series: the name of its curve where that is not its name (runs of before know some so). One with ``{name}`` in it
            stands for a curve of each number in ``more``.
    """

    name: str
    title: str
    better: Better
    needs: frozenset[Need]
    cost: Cost
    help: str
    compute: Callable[[Evidence], Found]
    unit: str = ""
    series: str = ""

    @property
    def curve(self) -> str:
        """The name of its series."""
        return self.series or self.name

    @property
    def name_and_unit(self) -> str:
        """``"Diversity (%)"``."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def heading(self) -> str:
        """The same with the way that is better, for a column: ``"FID ↓"``."""
        return self.name_and_unit + {"lower": " ↓", "higher": " ↑"}.get(self.better, "")

    def curves(self, found: Found) -> dict[str, float]:
        """What was found, by the names of its series."""
        if "{name}" not in self.curve:
            return {self.curve: found.value}
        return {self.curve.format(name=name): value for name, value in found.more.items()}

    def gain(self, value: float, than: float) -> float:
        """How much better a value is than another: positive is better, 0 where neither way is."""
        match self.better:
            case "lower":
                return than - value
            case "higher":
                return value - than
            case "half":
                return abs(than - 0.5) - abs(value - 0.5)
        return 0.0


METRICS: Registry[Metric] = Registry("metric")


def metric(
    name: str, title: str, *, better: Better, needs: set[Need], help: str,
    cost: Cost = "seconds", unit: str = "", series: str = "",
) -> Callable[[Callable[[Evidence], Found]], Callable[[Evidence], Found]]:  # fmt: skip
    """Registers a function as a metric; see :class:`Metric`."""

    def register(compute: Callable[[Evidence], Found]) -> Callable[[Evidence], Found]:
        METRICS.add(name, Metric(name, title, better, frozenset(needs), cost, help, compute, unit, series))
        return compute

    return register
