"""What one looks at in the explorer: the position of every control, and how it is written down and read back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.controls import (
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LabelMap,
    LatentVector,
    NoiseSeed,
    SourceImage,
    StyleLayers,
)
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore import class_pictures
from ganstudio.explore.styles import driven, extras, psi_of, second_of, share_of, style_layers, truncated

Position = Mapping[str, NDArray[Any]]
"""One value for each control: float32 ``(size,)``, weights ``(count,)``, int64 ``()`` for a generator's index or the seed
of the noise, float32 ``(k, C, S, S)`` for pictures of a class; and what :mod:`ganstudio.explore.styles` says of styles."""

LARGEST = 1e4  # a coordinate beyond this was no latent ever
LARGEST_SEED = 2**63 - 1  # what torch's generators take
LARGEST_NOISE = 2**31 - 1  # what is drawn
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OverflowError)  # OverflowError: 10⁴⁰⁰ is valid JSON


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction in the space of one control along which something changes.

    Attributes:
        name: what a person calls it.
        kind: how it was found: ``"pca"``, ``"sefa"``, ``"class"``, ``"boundary"``, ``"attribute"``, ``"picks"``.
        control: the latent vector it belongs to.
        vector: float32 ``(size,)``; one unit of strength moves the latent by this much.
        quality: how much it explains or how well it separates, in [0, 1]; NaN where nobody knows.
        locked: other attributes are kept from moving along this one.
        raw: the vector as it was found, where locks have made another of it; None where it is ``vector``.
    """

    name: str
    kind: str
    control: str
    vector: NDArray[np.float32] = field(repr=False, compare=False)
    quality: float = math.nan
    locked: bool = False
    raw: NDArray[np.float32] | None = field(default=None, repr=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "name": self.name,
            "kind": self.kind,
            "control": self.control,
            "vector": plain_value(self.vector),
            "quality": None if math.isnan(self.quality) else self.quality,
            "locked": self.locked,
            **({} if self.raw is None else {"raw": plain_value(self.raw)}),
        }

    @classmethod
    def from_json(cls, values: Any) -> Direction:
        """The inverse of :meth:`to_json`.

        Raises:
            UsageError: it is no direction.
        """
        try:
            vector = _vector(values["vector"])
            raw = None if values.get("raw") is None else _vector(values["raw"])
            if raw is not None and raw.shape != vector.shape:
                raise ValueError("the vector as found is of another size")
            quality = values.get("quality")
            return cls(
                str(values["name"])[:200],
                str(values["kind"])[:40],
                str(values["control"]),
                vector,
                math.nan if quality is None else float(quality),
                bool(values.get("locked", False)),
                raw,
            )
        except _DAMAGED as error:
            raise UsageError(_("This is no direction that ganstudio has written."), details=repr(error)) from error


@dataclass(frozen=True, slots=True)
class ExploreState:
    """Everything that decides what the large picture shows, but for the weights.

    Attributes:
        position: where every control stands.
        truncation: ψ: every latent vector is scaled by it, or every style pulled to their mean where there are styles; 1 =
            as it is, 0 = the middle of the space.
        strengths: how far one has gone along each direction, by its name; 0 where it is missing.
        seed: what the position was drawn with; None after it was changed by hand.
        second: the seed of the picture that styles are mixed from; None where there is none, or it is a pinned one.
        origin: the seed that was drawn last, also after it was changed by hand; None where nobody knows of one.
    """

    position: Position
    truncation: float = 1.0
    strengths: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    seed: int | None = None
    second: int | None = None
    origin: int | None = None

    def __post_init__(self) -> None:
        if self.seed is not None:
            object.__setattr__(self, "origin", self.seed)

    def with_(self, **changes: Any) -> Self:
        """A copy with changes."""
        return replace(self, **changes)

    def moved(self, name: str, value: NDArray[Any]) -> Self:
        """A copy with another value for one control."""
        return replace(self, position={**self.position, name: value}, seed=None)

    def mixed(
        self,
        controls: Sequence[Control],
        shares: Sequence[float],
        other: Position | None = None,
        seed: int | None = None,
    ) -> ExploreState:
        """A copy in which some layers get the style of another picture.

        Args:
            controls: of the generator.
            shares: one for each layer, in [0, 1]; all 0 ends mixing.
            other: where the other picture is; by default the one that there is.
            seed: what ``other`` was drawn with.
        """
        layers = style_layers(controls)
        if layers is None:
            return self
        if not any(shares):
            gone = {control.name for control in extras(controls)} - {psi_of(layers)}
            return replace(self, position={k: v for k, v in self.position.items() if k not in gone}, second=None)
        second = {} if other is None else second_of(other, controls)
        position = {**self.position, share_of(layers): np.asarray(shares, np.float32), **second}
        return replace(self, position=position, second=self.second if other is None else seed)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "position": {name: plain_value(value) for name, value in self.position.items()},
            "truncation": self.truncation,
            "strengths": {name: value for name, value in self.strengths.items() if value},
            "seed": self.seed,
            **({} if self.second is None else {"second": self.second}),
            **({} if self.origin is None else {"origin": self.origin}),
        }

    @classmethod
    def from_json(cls, values: Any, controls: Sequence[Control]) -> ExploreState:
        """The inverse of :meth:`to_json`, for a generator with these controls.

        Raises:
            UsageError: it is damaged, or it belongs to a generator with other controls; the message says which.
        """
        try:
            position = values["position"]
            strengths = {str(name): _finite(value) for name, value in values.get("strengths", {}).items()}
            truncation = _finite(values.get("truncation", 1.0))
            seeds = [None if values.get(name) is None else _seed(values[name]) for name in ("seed", "second", "origin")]
            there = set(position.keys())
        except _DAMAGED as error:
            raise UsageError(_("The position in it is damaged; nothing was changed."), details=repr(error)) from error
        wanted, more = {control.name for control in driven(controls)}, extras(controls)
        if not wanted <= there <= wanted | {control.name for control in more}:
            raise UsageError(
                _("It was made with a generator that is driven by {theirs}; this one is driven by {ours}.").format(
                    theirs=", ".join(sorted(there)) or _("nothing"), ours=", ".join(sorted(wanted)) or _("nothing")
                )
            )
        found = {
            one.name: read_value(one, position[one.name]) for one in (*driven(controls), *more) if one.name in there
        }
        return cls(found, min(max(truncation, -2.0), 2.0), strengths, *seeds)


def read_value(control: Control, value: Any) -> NDArray[Any]:
    """One control's value from plain JSON values (or what was typed and split into numbers), checked.

    Raises:
        UsageError: it is of the wrong size or holds what is no number; says what was found and what is needed.
    """
    if isinstance(control, ClassImages):
        return class_pictures.read(control, value)
    try:
        found = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UsageError(_("“{name}” takes numbers only.").format(name=control.name), details=repr(error)) from error
    whole = isinstance(control, GeneratorIndex | NoiseSeed)
    if not np.isfinite(found).all() or (not whole and found.size and abs(found).max() > LARGEST):
        raise UsageError(_("“{name}” holds numbers that are not finite or far too large.").format(name=control.name))
    if isinstance(control, GeneratorIndex | NoiseSeed):
        last = control.count - 1 if isinstance(control, GeneratorIndex) else LARGEST_NOISE
        if found.shape != () or found != int(found) or not 0 <= found <= last:
            raise UsageError(
                _("“{name}” must be a whole number from 0 to {last}.").format(name=control.name, last=last)
            )
        return np.asarray(int(found), np.int64)
    size = size_of(control)
    if found.shape != (size,):
        raise UsageError(
            _("“{name}” has {found} numbers; this generator takes {size}.").format(
                name=control.name, found=found.size, size=size
            )
        )
    if isinstance(control, ClassLabel | CategoricalCode):
        if found.min() < 0 or found.sum() <= 0:
            raise UsageError(
                _("The weights of “{name}” must be 0 or more, and one of them above 0.").format(name=control.name)
            )
        found = found / found.sum()
    return found.astype(np.float32)


def size_of(control: Control) -> int:
    """How many numbers a control's value has."""
    match control:
        case LatentVector(size=size) | ContinuousCode(size=size):
            return size
        case ClassLabel() | CategoricalCode():
            return control.count
        case LabelMap(size=size):
            return size * size
        case SourceImage(channels=channels, size=size):
            return channels * size * size
        case ClassImages(k=k, channels=channels, size=size):
            return k * channels * size * size
        case StyleLayers(layers=layers, size=size):
            return layers * size
    return 1


def position_of(values: Mapping[str, NDArray[Any]], row: int = 0) -> dict[str, NDArray[Any]]:
    """One row of control values as a position."""
    return {name: np.asarray(rows[row]).copy() for name, rows in values.items()}


def stack(positions: Sequence[Position]) -> dict[str, NDArray[Any]]:
    """Positions as control values with one row each."""
    return {name: np.stack([position[name] for position in positions]) for name in positions[0]}


def effective(state: ExploreState, controls: Sequence[Control], directions: Mapping[str, Direction]) -> Position:
    """The position as the network gets it: latents scaled by ψ, then moved along the directions.

    Where there are styles, ψ is for them (:mod:`ganstudio.explore.styles`). Directions that are unknown or belong to
    another control or size are passed over.
    """
    position = truncated(state.position, controls, state.truncation)
    for control in controls:
        if isinstance(control, LatentVector):
            latent = position[control.name]
            for name, strength in state.strengths.items():
                found = directions.get(name)
                if found is not None and found.control == control.name and found.vector.shape == latent.shape:
                    latent = latent + np.float32(strength) * found.vector
            position[control.name] = latent.astype(np.float32)
    return position


def _vector(value: Any) -> NDArray[np.float32]:
    vector = np.asarray(value, np.float64)
    if vector.ndim != 1 or not len(vector) or not np.isfinite(vector).all() or abs(vector).max() > LARGEST:
        raise ValueError("the vector is no list of finite numbers")
    return vector.astype(np.float32)


def plain_value(value: NDArray[Any]) -> Any:
    """As JSON holds it: short decimals that give the same float32 back; pictures as text."""
    if value.dtype == np.int64:
        return value.tolist()
    if value.ndim == 4:
        return class_pictures.as_text(value)
    return [float(f"{number:.9g}") for number in value.astype(np.float64).tolist()]


def _seed(value: Any) -> int:
    seed = int(value)
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"{value!r} is no seed")
    return seed


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number) or abs(number) > LARGEST:
        raise ValueError(f"{value!r} is not a usable number")
    return number
