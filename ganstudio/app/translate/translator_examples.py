"""Some pictures of the data that a run was trained on, to be translated with a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.generators.run_data import spread
from ganstudio.core.controls import Given, LabelMap
from ganstudio.core.i18n import _
from ganstudio.explore.translating import InputPicture, fits, pixels_of

if TYPE_CHECKING:
    from ganstudio.data.base import Arrays

Give = Callable[[NDArray[np.uint8], NDArray[np.int64] | None], NDArray[Any] | None]

MOSTLY = 0.97
"""Such a share of black and white pixels is no chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What was found.

    Attributes:
        sides: inputs for direction 0 and, where there is one, for direction 1.
        paper: the ground of an empty sheet: 0 or 255, or the most frequent class.
        hard: nearly all pixels are black or white: one draws such lines then.
    """

    sides: tuple[tuple[InputPicture, ...], ...] = ()
    paper: int = 255
    hard: bool = False

    def of(self, direction: int) -> tuple[InputPicture, ...]:
        """The inputs for a direction."""
        return self.sides[direction] if direction < len(self.sides) else ()


def examples_of(arrays: Arrays, wanted: Given, both: bool, give: Give | None = None) -> Examples:
    """Some of the inputs in a data set, evenly spread. For a job.

    Args:
        arrays: the data.
        wanted: what the network takes; pictures that do not fit are left out.
        both: also the pictures of the other side, which the network translates the other way.
        give: what is given to draw real pictures, for data that hold nothing else: see
            :meth:`ganstudio.explore.generator.Generator.given`.
    """
    piles = [arrays.inputs, arrays.items if both else None]
    sides = tuple(_some(pile, wanted) for pile in piles if pile is not None)
    if arrays.inputs is None and give is not None:
        sides = (_made(arrays, wanted, give),)
    first = sides[0] if sides else ()
    return Examples(sides, _paper(first, wanted), _hard(first, wanted))


def _some(pile: NDArray[np.uint8] | NDArray[np.float32], wanted: Given) -> tuple[InputPicture, ...]:
    places = spread(len(pile))
    return _named(places, [np.array(pile[place], dtype=np.uint8) for place in places], wanted)


def _made(arrays: Arrays, wanted: Given, give: Give) -> tuple[InputPicture, ...]:
    """What the method makes of real pictures: smaller ones, grey ones."""
    places = spread(len(arrays.items))
    labels = None if arrays.labels is None else arrays.labels[places]
    found = give(np.asarray(arrays.items[places], np.uint8), labels) if arrays.spec.pictures else None
    return () if found is None else _named(places, [pixels_of(wanted, value) for value in found], wanted)


def _named(places: list[int], pictures: list[NDArray[np.uint8]], wanted: Given) -> tuple[InputPicture, ...]:
    found = [
        InputPicture(_("picture {number}").format(number=f"{place + 1:,}"), pixels)
        for place, pixels in zip(places, pictures, strict=True)
    ]
    return tuple(picture for picture in found if fits(wanted, picture.pixels))


def _paper(pictures: tuple[InputPicture, ...], wanted: Given) -> int:
    """The most frequent class; or black where the edges of most pictures are dark, else white."""
    if not pictures:
        return 255
    if isinstance(wanted, LabelMap):
        return int(np.bincount(np.concatenate([picture.pixels.ravel() for picture in pictures])).argmax())
    edges = [np.concatenate([p.pixels[:, 0].ravel(), p.pixels[:, -1].ravel()]) for p in pictures]
    return 255 if float(np.median(np.concatenate(edges))) >= 128 else 0


def _hard(pictures: tuple[InputPicture, ...], wanted: Given) -> bool:
    if not pictures or isinstance(wanted, LabelMap):
        return False
    extremes = [np.mean((picture.pixels == 0) | (picture.pixels == 255)) for picture in pictures]
    return float(np.mean(extremes)) >= MOSTLY
