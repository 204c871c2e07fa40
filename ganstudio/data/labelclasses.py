"""Finds the classes of label maps that come without a list: the numbers that occur, or the colours that fill areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _, some_of
from ganstudio.core.labelmaps import colours_for, unpack_colours
from ganstudio.data.census import Census
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING, ClassList
from ganstudio.data.classlines import Colour
from ganstudio.data.labelmaps import MAX_MAP_CLASSES, UNLABELLED
from ganstudio.data.mapping import NEAR, colour_words
from ganstudio.data.shades import means_nothing, merged
from ganstudio.data.smearing import are_smeared, check_levels, levels_of, rim_words, smeared_words

_MOST_SHARE = 0.001
_THIN_SHARE = 0.0002
_ON_LINE = 14
_ROUND = 2
_PLAIN_SHARE = 0.005
_SAME = 8
_FEWEST = 2


def find_classes(census: Census, nothing: frozenset[int] | None = None, strict: bool = True) -> ClassList:
    """Names, colours and numbers of the classes.

    Args:
        census: what occurs in the label maps.
        nothing: the numbers that mean “unlabelled”; None: what the numbers themselves say of 255.
        strict: one class is refused, and what is smeared is looked at.

    Raises:
        DataError: there are none, or too many, or there is no telling what is one.
    """
    if census.files[0] and census.files[0] >= census.files[1]:
        if strict and census.contradiction():
            return _by_palettes(census)
        return _by_number(census, nothing, strict)
    return _by_colour(census, strict)


def _by_number(census: Census, nothing: frozenset[int] | None, strict: bool) -> ClassList:
    said: tuple[str, ...] = ()
    present = census.numbers
    if strict and are_smeared(census):
        shades = levels_of(census)
        classes = tuple(MapClass(str(shade), (shade, shade, shade)) for shade in shades)
        return ClassList(classes, tuple(shades), True, nothing=nothing or frozenset(), doubts=(smeared_words(),))
    if nothing is None:
        nothing, said = void_of(merged(present))
    kept = [value for value in (merged(present) if strict else sorted(present)) if value not in nothing]
    if len(kept) > MAX_MAP_CLASSES or any(value < 0 for value in kept):
        raise DataError(
            _("The label maps hold {n} different numbers: at most {most} classes are possible.").format(
                n=len(kept), most=MAX_MAP_CLASSES
            )
        )
    if strict and len(kept) < _FEWEST:
        raise DataError(_one_class([str(value) for value in kept]))
    names = [str(value) for value in kept]
    colours = _palette_colours(census, kept) or colours_for(names)
    classes = tuple(MapClass(name, colour) for name, colour in zip(names, colours, strict=True))
    doubts = rim_words(census) if strict else ()
    return ClassList(classes, tuple(kept), bool(census.palette), said=said, nothing=nothing, doubts=doubts)


def _by_palettes(census: Census) -> ClassList:
    """One number has several colours in the palettes: programs that make a palette for each picture number as they like."""
    shades: Counter[Colour] = Counter()
    for (_value, colour), n in census.palette.items():
        shades[colour] += n
    colours = [colour for colour, _n in shades.most_common()]
    _check_count(colours)
    classes = tuple(MapClass(colour_words(colour), colour) for colour in colours)
    said = _("The palettes of the label maps differ, so the classes are told by their colours, not by their numbers.")
    return ClassList(classes, tuple(-2 - place for place in range(len(classes))), True, said=(said,))


def void_of(numbers: Collection[int]) -> tuple[frozenset[int], tuple[str, ...]]:
    """Which of these numbers mean “unlabelled” by convention and evidence, and a line where that was a decision.

    Raises:
        DataError: there is no telling.
    """
    if UNLABELLED not in numbers or max(numbers) > UNLABELLED:
        return NUMBERS_OF_NOTHING, ()
    nothing = means_nothing(numbers)
    some = some_of(sorted(numbers))
    if nothing is None:
        raise DataError(
            _("The label maps hold the numbers {some}: there is no telling whether 255 is a class or means “unlabelled”. "
              "Add void=none if it is a class, void=255 if it means “unlabelled”.").format(some=some)
        )  # fmt: skip
    if nothing:
        return NUMBERS_OF_NOTHING, (
            _("The number 255 was taken for “unlabelled”; if it is a class, add void=none."),
        )  # fmt: skip
    return frozenset(), (
        _("The numbers {some} are shades in even steps, so 255 is a class; if it means “unlabelled”, add void=255.").format(
            some=some),
    )  # fmt: skip


def _one_class(names: Sequence[str]) -> str:
    return _("The label maps show one class only ({name}): there is nothing to tell apart. Are they label maps? If they "
             "were saved as JPEG, save them as PNG from where they were made.").format(
                 name=", ".join(names) or _("none at all"))  # fmt: skip


def _palette_colours(census: Census, kept: list[int]) -> tuple[Colour, ...]:
    """The colours of the pictures' palette; of two classes with the same one, the second gets another."""
    best: dict[int, Colour] = {}
    for (value, colour), _n in census.palette.most_common():
        best.setdefault(value, colour)
    if not all(value in best for value in kept) or all(best[value] == (value,) * 3 for value in kept):
        return ()
    spare = iter(colours_for([str(value) for value in range(MAX_MAP_CLASSES)]))
    taken: set[Colour] = set()
    result = []
    for value in kept:
        colour = best[value]
        while colour in taken:
            colour = next(spare)
        taken.add(colour)
        result.append(colour)
    return tuple(result)


def _by_colour(census: Census, strict: bool) -> ClassList:
    if strict and census.greys * 2 > census.files[1]:
        check_levels(census)
    colours = _peaks(census) if census.smeared else _exact(census)
    _check_count(colours, _FEWEST if strict else 1)
    classes = tuple(MapClass(colour_words(colour), colour) for colour in colours)
    doubts = (*((smeared_words(),) if census.greys else ()), *_lost(census, colours))
    return ClassList(classes, tuple(range(len(classes))), True, doubts=doubts)


def _check_count(colours: Sequence[Colour], fewest: int = _FEWEST) -> None:
    """Raises DataError where these are too few or too many to be classes."""
    if not colours or len(colours) > MAX_MAP_CLASSES:
        raise DataError(
            _("The label maps show {n} colours that could be classes; 1 to {most} are possible. Are they label maps? If "
              "so, write the classes with their colours into classes.txt, a line each: name r g b.").format(
                n=len(colours), most=MAX_MAP_CLASSES)
        )  # fmt: skip
    if len(colours) < fewest:
        raise DataError(_one_class([colour_words(colour) for colour in colours]))


def _lost(census: Census, colours: Sequence[Colour]) -> tuple[str, ...]:
    """Of lossy pictures: two colours that fill areas became one class. An area comes out of JPEG as exactly one colour."""
    total = sum(census.plain.values())
    plain = np.array([_unpacked(code) for code, n in census.plain.items() if n >= _PLAIN_SHARE * total], dtype=np.int32)
    if not len(plain):
        return ()
    table = np.array(colours, dtype=np.int32)
    squares = ((plain[:, None] - table[None]) ** 2).sum(axis=2)
    for place in range(len(table)):
        mine = plain[squares.argmin(axis=1) == place]
        apart = ((mine[:, None] - mine[None]) ** 2).sum(axis=2)
        if apart.size and apart.max() > _SAME**2:
            one, other = (mine[index] for index in np.unravel_index(apart.argmax(), apart.shape))
            words = _("The label maps are JPEGs (or the like), which smear colours: {one} and {other} lie too close and "
                      "became one class. Save them as PNG from where they were made.")  # fmt: skip
            return (words.format(one=colour_words(_colour(one)), other=colour_words(_colour(other))),)
    return ()


def _colour(row: NDArray[np.int32]) -> Colour:
    red, green, blue = row.tolist()
    return red, green, blue


def _exact(census: Census) -> list[Colour]:
    """Colours that fill areas; and thin ones, unless they lie between two of those, as antialiasing makes them."""
    total = sum(census.colours.values())
    areas = [code for code, _n in census.colours.most_common() if census.areas[code] >= max(2, total * 1e-6)]
    kept = [_unpacked(code) for code in areas]
    for code, n in census.colours.most_common():
        colour = _unpacked(code)
        if code not in census.areas and n >= _THIN_SHARE * total and not _between(colour, kept):
            kept.append(colour)
    return kept


def _between(colour: Colour, ends: Iterable[Colour]) -> bool:
    """It is a mixture of two of these."""
    table = np.array(list(ends), dtype=np.float64).reshape(-1, 3)
    point = np.array(colour, dtype=np.float64)
    if len(table) < 2:
        return False
    start, along = table[:, None], table[None] - table[:, None]
    length = (along**2).sum(axis=2)
    place = ((point - start) * along).sum(axis=2) / np.maximum(length, 1e-9)
    foot = start + place.clip(0, 1)[..., None] * along
    return bool((((point - foot) ** 2).sum(axis=2)[length > 0] <= _ON_LINE**2).any())


def _peaks(census: Census) -> list[Colour]:
    """Of smeared colours, those that fill areas: the most frequent first, each taking those near to it along."""
    total = sum(census.colours.values())
    codes = np.array(list(census.areas), dtype=np.uint32)
    counts = np.array(list(census.areas.values()), dtype=np.int64)
    shades = unpack_colours(codes).astype(np.int32)
    kept: list[Colour] = []
    while len(codes) and len(kept) <= MAX_MAP_CLASSES:
        best = int(counts.argmax())
        near = ((shades - shades[best]) ** 2).sum(axis=1) < NEAR**2
        if counts[near].sum() >= _MOST_SHARE * total:
            red, green, blue = (_rounded(int(part)) for part in shades[best])
            kept.append((red, green, blue))
        codes, counts, shades = codes[~near], counts[~near], shades[~near]
    return kept


def _rounded(part: int) -> int:
    """Palettes are made of round numbers; JPEG shifts them by one or two."""
    return next((near for near in (0, 64, 128, 192, 255) if abs(part - near) <= _ROUND), part)


def _unpacked(code: int) -> Colour:
    return code >> 16, (code >> 8) & 255, code & 255
