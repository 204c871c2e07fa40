"""Grey label maps whose numbers JPEG, or smooth edges, have smeared: whether shades are left that can be told apart."""

from __future__ import annotations

from dataclasses import replace

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _, some_of
from ganstudio.data.census import Census
from ganstudio.data.classfiles import ClassList
from ganstudio.data.shades import gap, readings

_FEWEST = 2
_FEWEST_RIMS = 4
_LEVEL_SHARE = 0.005
_FLAT_SHARE = 0.1
_NEAR_SHADES = 24
"""Shades (r = g = b) nearer than this are nearer than what tells two colours apart."""


def levels_of(census: Census) -> list[int]:
    """The shades that fill areas."""
    total = sum(census.levels.values())
    return sorted(shade for shade, n in census.levels.items() if n >= _LEVEL_SHARE * total)


def are_smeared(census: Census) -> bool:
    """In index pictures few shades far apart fill areas, with many more in between: smooth edges, or a JPEG saved anew."""
    levels = levels_of(census)
    # Nobody numbers classes 253 or 254 where 255 is an area: they come from smearing, however few there are.
    many = len(levels) * 2 <= len(census.numbers) or (255 in levels and bool({253, 254} & set(census.numbers)))
    return (
        many
        and len(levels) >= _FEWEST
        and gap(levels) >= _NEAR_SHADES
        and sum(census.levels.values()) >= _FLAT_SHARE * sum(census.numbers.values())
    )


def check_levels(census: Census) -> None:
    """Grey label maps of a format that smears show shades far apart, not class numbers.

    An area of one shade comes out of JPEG as exactly one shade. So two that lie close together are two numbers, which
    taking the nearest of a few shades would make one class.

    Raises:
        DataError: they show class numbers, or one shade only.
    """
    levels = levels_of(census)
    if len(levels) < _FEWEST or gap(levels) < _NEAR_SHADES:
        raise DataError(
            _("The label maps are grey JPEGs (or the like), which smear numbers: their shades ({some}) lie too close to be "
              "told apart. Save them as PNG from where they were made.").format(some=some_of(levels))
        )  # fmt: skip


def smeared_words() -> str:
    """What was done with smeared shades, for a person."""
    return _("The label maps are smeared shades of grey, as JPEG or smooth edges make them: each pixel was given one of the "
             "shades that fill areas. Save them as PNG, without smoothing, from where they were made.")  # fmt: skip


def rim_words(census: Census) -> tuple[str, ...]:
    """Most numbers fill no area in any label map: they lie between others, and are no classes; a line for a person."""
    rims = sorted(census.rims - census.levels.keys())
    if len(rims) < max(_FEWEST_RIMS, len(census.levels)):
        return ()
    words = _("Of the numbers in the label maps, {some} fill no area, only thin rims, such as JPEG and smooth enlarging "
              "make. Save the label maps as PNG, without smoothing, from where they were made.")  # fmt: skip
    return (words.format(some=some_of(rims)),)


def by_levels(given: ClassList, census: Census) -> ClassList | None:
    """The names of a list for grey label maps of a format that smears; None where its shades do not tell which is which."""
    ways = readings(levels_of(census), len(given.classes)) if len(given.classes) > 1 else []
    if len(ways) != 1 or len(ways[0]) < len(given.classes):
        return None
    shades = {place: shade for shade, place in ways[0].items()}
    classes = tuple(replace(one, colour=(shades[place],) * 3) for place, one in enumerate(given.classes))
    return replace(
        given,
        classes=classes,
        values=tuple(shades[place] for place in range(len(classes))),
        coloured=True,
        nothing=frozenset(),
        doubts=(*given.doubts, smeared_words()),
    )
