"""Lists of names for label maps whose numbers are shades of grey, or places in a palette with the colours of the list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _, some_of
from ganstudio.data.classfiles import ClassList
from ganstudio.data.numbercase import Case
from ganstudio.data.shades import readings

_BYTE = 255
_TOLD = 8


def by_palette(case: Case) -> ClassList | None:
    """The palettes of the label maps hold the colours of the list; number 0 may be unnamed. None where they do not."""
    given, palette = case.given, case.census.palette
    if not given.coloured or not palette:
        return None
    used = {value: colour for (value, colour), _n in reversed(palette.most_common()) if value not in case.nothing}
    colours = [one.colour for one in given.classes]
    unnamed = {value for value, colour in used.items() if colour not in colours}
    if all(colour == (value,) * 3 for value, colour in palette) or not unnamed <= {0} or unnamed == set(used):
        return None
    if not unnamed:
        return given  # every map is read by its own palette
    by_colour = {colour: value for value, colour in used.items()}
    values = tuple(by_colour.get(colour, -2 - place) for place, colour in enumerate(colours))
    said = _("The colours in {file} tell the numbers of the label maps; number 0 has none of them and is unlabelled.")
    said = said.format(file=case.file)
    return replace(given, values=values, said=(*given.said, said), nothing=frozenset(case.nothing | {0}))


def by_shade(case: Case, nothing: Collection[int] | None) -> ClassList | None:
    """Shades of grey in even steps, in the order of the list; None where the numbers can be places in it."""
    given, count = case.given, case.count
    present = sorted(case.census.numbers if nothing is None else set(case.census.numbers) - set(nothing))
    if not present or present[0] < 0 or present[-1] > _BYTE:
        return None
    if given.coloured and all((shade, shade, shade) in {one.colour for one in given.classes} for shade in present):
        if present[-1] >= count:
            return _by_grey(case)
        return None
    mask = present == [0, _BYTE]
    if not mask and max(case.numbers(), default=0) <= count:
        return None
    ways = readings(present, count) if count > 1 else []
    without = [] if ways or mask or _BYTE not in present or count < 2 else readings(present[:-1], count)
    if (mask and count != 2) or len(ways) > 1 or without:  # black and white are two
        raise DataError(
            _("The label maps hold the shades {some}, and {file} names {n}: there is no telling which is which. Write the "
              "numbers into {file}, a line each: {shade} {first}. Where 255 means “unlabelled”, add void=255.").format(
                  some=some_of(present), file=case.file, n=count, shade=present[-1], first=case.first)
        )  # fmt: skip
    if not ways:
        return None
    best: dict[int, int] = {}
    for shade, place in ways[0].items():
        if place not in best or case.census.numbers[shade] > case.census.numbers[best[place]]:
            best[place] = shade
    told = ", ".join(f"{best[place]} = {given.classes[place].name}" for place in sorted(best)[:_TOLD])
    said = _("The numbers of the label maps are shades in even steps: {told}.").format(told=told)
    void = frozenset(case.nothing - {_BYTE}) if _BYTE in ways[0] else case.nothing
    return replace(given, values=_filled(best, count), said=(*given.said, said), nothing=void)


def _filled(best: dict[int, int], count: int) -> tuple[int, ...]:
    """The shade of every class: of those that no label map holds the one that would stand for it."""
    low, high = min(best), max(best)
    step = (best[high] - best[low]) / max(1, high - low)
    values: list[int] = []
    for place in range(count):
        shade = best.get(place, round(best[low] + step * (place - low)))
        fits = place in best or (0 <= shade <= _BYTE and shade not in {*values, *best.values()})
        values.append(shade if fits else -2 - place)
    return tuple(values)


def _by_grey(case: Case) -> ClassList:
    """The shades are the grey colours that the list gives."""
    given = case.given
    spare = iter(range(-2, -2 - case.count, -1))
    values = []
    for one in given.classes:
        grey = len(set(one.colour)) == 1 and one.colour[0] not in values
        values.append(one.colour[0] if grey else next(spare))
    said = _("The numbers of the label maps are the grey colours in {file}.").format(file=case.file)
    return replace(given, values=tuple(values), said=(*given.said, said), nothing=frozenset(case.nothing - set(values)))
