"""What a data set looks like to a network: its kind, shape, classes and, for 2-D mixtures, its true modes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

DataKind = Literal["points", "images"]


@dataclass(frozen=True, slots=True)
class DataSpec:
    """The shape of a data set.

    Attributes:
        name: the request it came from, e.g. ``"cifar10:classes=frog"``.
        kind: ``"points"`` (each item a 2-vector) or ``"images"``.
        count: how many items there are.
        channels: 1 or 3 for images.
        size: height and width of the images in pixels.
        classes: class names; the labels are indices into them. Empty where there are no labels.
        extent: for points: all of them lie in ``[-extent, extent]²`` with a margin; plots show that square.
        modes: for mixtures: the true centres, ``(x, y)`` each.
        mode_std: for mixtures: the standard deviation of every component.
    """

    name: str
    kind: DataKind
    count: int
    channels: int = 0
    size: int = 0
    classes: tuple[str, ...] = ()
    extent: float = 1.0
    modes: tuple[tuple[float, float], ...] = ()
    mode_std: float = 0.0

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one item: ``(2,)`` or ``(channels, size, size)``."""
        return (2,) if self.kind == "points" else (self.channels, self.size, self.size)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> DataSpec:
        """The inverse of :meth:`to_json`."""
        known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        known["classes"] = tuple(known.get("classes", ()))
        known["modes"] = tuple((float(x), float(y)) for x, y in known.get("modes", ()))
        return cls(**known)
