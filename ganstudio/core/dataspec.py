"""What a data set looks like to a network: its kind, shape, classes and, for 2-D mixtures, its true modes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ganstudio.core.i18n import _

Box = tuple[float, float, float, float]
"""A part of the plane in data coordinates: left, bottom, right, top."""
DataKind = Literal["points", "images", "maps", "pairs", "domains"]
"""``points`` in the plane, ``images``, ``maps`` (label maps with the picture of each), ``pairs`` (a picture with the
picture that it should become), ``domains`` (two piles of pictures without partners)."""


@dataclass(frozen=True, slots=True)
class MapClass:
    """One class of a label map.

    Attributes:
        name: what people call it.
        colour: red, green, blue, 0–255 each: how it is drawn, and what it is recognised by in RGB label maps.
        number: what stands for it in index pictures; None: its place, or its name where the names are numbers. Two classes
            are the same whatever their numbers are.
    """

    name: str
    colour: tuple[int, int, int]
    number: int | None = field(default=None, compare=False)

    @property
    def title(self) -> str:
        """Its name in the language of whoever reads it, where that is known there."""
        return _(self.name)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> MapClass:
        """From plain JSON values; runs of earlier versions know no number."""
        red, green, blue = (int(part) for part in values["colour"][:3])
        number = values.get("number")
        return cls(str(values["name"]), (red, green, blue), None if number is None else int(number))


@dataclass(frozen=True, slots=True)
class DataSpec:
    """The shape of a data set.

    Attributes:
        name: the request it came from, e.g. ``"cifar10:classes=frog"``.
        kind: what an item is; see :data:`DataKind`.
        count: how many items there are (for ``domains``: how many pictures the second pile has).
        channels: 1 or 3 for pictures; those that a network should learn to draw.
        size: height and width of the images in pixels.
        classes: class names; the labels are indices into them. Empty where there are no labels.
        extent: for points: all of them lie in ``[-extent, extent]²`` with a margin; plots show that square.
        modes: for mixtures: the true centres, ``(x, y)`` each.
        mode_std: for mixtures: the standard deviation of every component.
        input_channels: of the pictures that a network is given: for ``pairs`` and ``domains`` (1 or 3).
        input_count: for ``domains``: how many pictures the first pile has.
        map_classes: for ``maps``: the classes; label maps hold indices into them.
        attributes: names of numbers in [−1, 1] that are known of every item, e.g. the time of day.
        sides: what people call the input and the output: ``("edges", "digits")``, ``("day", "night")``.
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
    input_channels: int = 0
    input_count: int = 0
    map_classes: tuple[MapClass, ...] = ()
    attributes: tuple[str, ...] = ()
    sides: tuple[str, str] = ("", "")

    @property
    def square(self) -> Box:
        """For points: ``[-extent, extent]²``."""
        return -self.extent, -self.extent, self.extent, self.extent

    @property
    def pictures(self) -> bool:
        """Its items are pictures; everything but points."""
        return self.kind != "points"

    @property
    def translates(self) -> bool:
        """A network is given a picture or a label map, and draws another from it."""
        return self.kind in ("maps", "pairs", "domains")

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one item that is drawn: ``(2,)`` or ``(channels, size, size)``."""
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
        known["map_classes"] = tuple(MapClass.from_json(one) for one in known.get("map_classes", ()))
        known["attributes"] = tuple(known.get("attributes", ()))
        first, second = known.get("sides", ("", ""))
        known["sides"] = (str(first), str(second))
        return cls(**known)
