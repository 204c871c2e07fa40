"""Ways through the space of control values: between positions, along two axes, on a plane, and sums of positions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import (
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
)
from ganstudio.core.i18n import _
from ganstudio.explore.state import Direction, ExploreState, Position
from ganstudio.explore.styles import complete, driven, extras

How = Literal["spherical", "linear"]
AxisKind = Literal["one-of", "number", "direction", "truncation"]

LATENT_REACH, CODE_REACH, DIRECTION_REACH = 2.5, 1.0, 3.0
SEEDS = 8
"""So many seeds of the noise are swept."""
_WHOLE = GeneratorIndex | NoiseSeed | ClassImages
"""There is nothing between two of their values."""


def between(one: Position, other: Position, share: float, controls: Sequence[Control], how: How) -> Position:
    """The position a share of the way from one to the other.

    Latent vectors with a normal prior go along the great circle where ``how`` says so (White 2016: in many dimensions
    the straight line leaves the shell on which the prior lives); everything else goes straight, and a generator's index,
    the seed of the noise and pictures of a class change half-way.
    """
    found: dict[str, NDArray[Any]] = {}
    one, other = complete(one, controls), complete(other, controls)
    for control in (*driven(controls), *extras(controls)):
        a, b = one[control.name], other[control.name]
        if isinstance(control, _WHOLE):
            found[control.name] = a if share < 0.5 else b
        elif isinstance(control, LatentVector) and control.prior == "normal" and how == "spherical":
            found[control.name] = slerp(a, b, share)
        else:
            found[control.name] = ((1 - share) * a + share * b).astype(np.float32)
    return found


def slerp(a: NDArray[np.float32], b: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """From ``a`` to ``b`` along the great circle, the length changing evenly. Opposite or zero vectors: straight."""
    lengths = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    cosine = float(a @ b) / (lengths[0] * lengths[1]) if min(lengths) > 1e-8 else 1.0
    angle = float(np.arccos(np.clip(cosine, -1, 1)))
    if angle < 1e-4 or np.pi - angle < 1e-4:
        return ((1 - share) * a + share * b).astype(np.float32)
    length = (1 - share) * lengths[0] + share * lengths[1]
    unit = (np.sin((1 - share) * angle) * a / lengths[0] + np.sin(share * angle) * b / lengths[1]) / np.sin(angle)
    found: NDArray[np.float32] = (length * unit).astype(np.float32)
    return found


def walk(
    stops: Sequence[Position], controls: Sequence[Control], frames: int, how: How = "spherical", closed: bool = False
) -> Iterator[Position]:
    """Positions of a walk past all stops: ``frames`` a leg; the last stop is reached exactly, a loop leaves its out.

    Raises:
        ValueError: there are no stops.
    """
    if not stops:
        raise ValueError("a walk needs stops")
    legs = [*itertools.pairwise(stops), *([(stops[-1], stops[0])] if closed and len(stops) > 1 else [])]
    for one, other in legs:
        for frame in range(frames):
            yield between(one, other, frame / frames, controls, how)
    if not closed or not legs:
        yield stops[-1]


def arithmetic(a: Position, b: Position, c: Position, controls: Sequence[Control]) -> Position:
    """A − B + C (Radford et al. 2016, section 6.3.2); weights are kept at 0 or more, and what knows no sum is C's."""
    found: dict[str, NDArray[Any]] = {}
    a, b, c = (complete(position, controls) for position in (a, b, c))
    for control in (*driven(controls), *extras(controls)):
        one, less, more = a[control.name], b[control.name], c[control.name]
        if isinstance(control, _WHOLE):
            found[control.name] = more
            continue
        total = one - less + more
        if isinstance(control, ClassLabel | CategoricalCode):
            total = np.clip(total, 0, None)
            total = total / total.sum() if total.sum() > 0 else more
        found[control.name] = total.astype(np.float32)
    return found


@dataclass(frozen=True, slots=True)
class Axis:
    """Something that can be swept.

    Attributes:
        key: unique among the axes of a generator.
        title: in words.
        kind: ``"one-of"`` (classes, categories, generators), ``"number"`` (an entry of a vector), ``"direction"``,
            ``"truncation"``.
        control: its name; empty for truncation, the direction's name for a direction.
        index: which entry of a vector.
        low: from where; ``high`` to where. For ``"one-of"``: 0 and the number of choices − 1.
        labels: the choices' names, for ``"one-of"``.
    """

    key: str
    title: str
    kind: AxisKind
    control: str
    index: int = 0
    low: float = 0.0
    high: float = 1.0
    labels: tuple[str, ...] = ()

    def stops(self, count: int) -> list[float]:
        """The values of a sweep: every choice for ``"one-of"``, else ``count`` even steps from low to high."""
        if self.kind == "one-of":
            return [float(index) for index in range(len(self.labels))]
        return [float(value) for value in np.linspace(self.low, self.high, max(count, 1))]

    def label(self, value: float) -> str:
        """A stop in words."""
        return self.labels[int(value)] if self.kind == "one-of" else f"{value:.2g}".replace("-", "−")

    def moved(self, state: ExploreState, value: float) -> ExploreState:
        """The state with this axis at a value."""
        if self.kind == "truncation":
            return state.with_(truncation=value)
        if self.kind == "direction":
            return state.with_(strengths={**state.strengths, self.control: value})
        now = state.position[self.control]
        if self.kind == "number":
            changed = now.copy()
            changed[self.index] = value
        elif now.shape == ():
            changed = np.asarray(int(value), now.dtype)
        else:
            changed = np.zeros_like(now)
            changed[int(value)] = 1
        return state.moved(self.control, changed).with_(seed=state.seed)


def axes_of(controls: Sequence[Control], directions: Mapping[str, Direction]) -> list[Axis]:
    """Everything that can be swept, what was made to mean something first."""
    axes: list[Axis] = []
    for control in controls:
        name = control.name
        if isinstance(control, ClassLabel):
            axes.append(_one_of(name, tuple(map(_, control.names))))
        elif isinstance(control, CategoricalCode | GeneratorIndex):
            axes.append(_one_of(name, tuple(str(index) for index in range(control.count))))
        elif isinstance(control, ContinuousCode):
            for index in range(control.size):
                title = f"{_(name)} {index + 1}"
                axes.append(Axis(f"{name}/{index}", title, "number", name, index, -CODE_REACH, CODE_REACH))
    for direction in directions.values():
        reach = DIRECTION_REACH
        axes.append(Axis(f"direction/{direction.name}", direction.name, "direction", direction.name, 0, -reach, reach))
    latents = [control for control in controls if isinstance(control, LatentVector)]
    if latents:
        axes.append(Axis("truncation", _("truncation ψ"), "truncation", "", 0, 0.0, 1.5))
    for control in latents:
        reach = LATENT_REACH if control.prior == "normal" else 1.0
        for index in range(control.size):
            title = f"{_(control.name)} {index + 1}"
            axes.append(Axis(f"{control.name}/{index}", title, "number", control.name, index, -reach, reach))
    seeds = tuple(str(seed) for seed in range(SEEDS))
    axes += [_one_of(control.name, seeds) for control in controls if isinstance(control, NoiseSeed)]
    return axes


def _one_of(name: str, labels: tuple[str, ...]) -> Axis:
    return Axis(name, _(name), "one-of", name, 0, 0.0, float(len(labels) - 1), labels)


def sweep(state: ExploreState, rows: Axis | None, columns: Axis, count: int = 8) -> list[list[ExploreState]]:
    """States of a two-axis sweep, row by row (one row without a second axis)."""
    states: list[list[ExploreState]] = []
    for down in [None] if rows is None else rows.stops(count):
        base = state if down is None or rows is None else rows.moved(state, down)
        states.append([columns.moved(base, across) for across in columns.stops(count)])
    return states


@lru_cache(maxsize=8)
def plane(controls: tuple[Control, ...], seed: int) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Two directions at right angles in every latent vector, each as long as the prior is wide, the same for a seed."""
    rng = np.random.default_rng(seed)
    found = {}
    for control in controls:
        if isinstance(control, LatentVector) and control.size > 1:
            across = rng.standard_normal(control.size)
            across /= np.linalg.norm(across)
            down = rng.standard_normal(control.size)
            down -= (down @ across) * across
            down /= np.linalg.norm(down)
            width = np.sqrt(control.size) * (1.0 if control.prior == "normal" else 0.577)
            found[control.name] = ((across * width).astype(np.float32), (down * width).astype(np.float32))
    return found


def travelled(
    state: ExploreState, axes: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]], x: float, y: float
) -> ExploreState:
    """The state moved by (x, y) on a plane.

    The latent turns on its shell instead of leaving it, so that one can travel without end: its length is kept.
    """
    position = dict(state.position)
    for name, (across, down) in axes.items():
        now = position[name]
        moved = now + np.float32(x) * across + np.float32(y) * down
        length, before = float(np.linalg.norm(moved)), float(np.linalg.norm(now))
        position[name] = (moved * (before / length) if length > 1e-6 and before > 1e-6 else moved).astype(np.float32)
    return state.with_(position=position, seed=None)
