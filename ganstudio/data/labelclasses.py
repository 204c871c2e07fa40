"""Finds the classes of label maps that come without a list: the numbers that occur, or the colours that fill areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colours_for, pack_colours, unpack_colours
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING, ClassList
from ganstudio.data.labelmaps import MAX_MAP_CLASSES, UNLABELLED
from ganstudio.data.mapping import NEAR, colour_words
from ganstudio.data.rawmaps import RawMap, grey_numbers, is_smeared_grey, narrowed
from ganstudio.data.shades import gap, means_nothing, merged, readings

_MOST_SHARE = 0.001
_THIN_SHARE = 0.0002
_FLAT = 12
_SMEARED = 1024
_PER_FILE = 2048
_ON_LINE = 14
_ROUND = 2
_SHADES = 64
_FEWEST = 2
_LEVEL_SHARE = 0.005
_NEAR_SHADES = 24
"""Shades (r = g = b) nearer than this are nearer than :data:`NEAR` as colours."""
_TOLD = 8
_MANY = 6
_FLAT_SHARE = 0.1
Colour = tuple[int, int, int]


@dataclass(slots=True)
class Census:
    """What occurs in label maps; one of a file, or the sum of many.

    Attributes:
        numbers: class number → pixels, of index pictures.
        palette: class number → its colours in palette pictures → pixels.
        colours: packed colour → pixels, of colour pictures.
        areas: packed colour → pixels in the middle of an area of that colour.
        files: how many are index pictures and how many colour pictures.
        holders: class number → files that hold it.
        highest: the highest class number of a file (unlabelled pixels aside) → files.
        greys: how many of the colour pictures are grey ones of a format that smears.
        levels: shade → pixels in the middle of an area of exactly that shade; of those, and of index pictures that hold
            so many shades that they may be smeared.
        smeared: the colours come from a format that smears, or there are too many to be exact.
    """

    numbers: Counter[int] = field(default_factory=Counter)
    palette: Counter[tuple[int, Colour]] = field(default_factory=Counter)
    colours: Counter[int] = field(default_factory=Counter)
    areas: Counter[int] = field(default_factory=Counter)
    files: list[int] = field(default_factory=lambda: [0, 0])
    holders: Counter[int] = field(default_factory=Counter)
    highest: Counter[int] = field(default_factory=Counter)
    greys: int = 0
    levels: Counter[int] = field(default_factory=Counter)
    smeared: bool = False

    def add(self, other: Census) -> None:
        """Counts another one in."""
        self.numbers.update(other.numbers)
        self.palette.update(other.palette)
        self.colours.update(other.colours)
        self.areas.update(other.areas)
        self.holders.update(other.holders)
        self.highest.update(other.highest)
        self.greys += other.greys
        self.levels.update(other.levels)
        self.files = [mine + its for mine, its in zip(self.files, other.files, strict=True)]
        self.smeared = self.smeared or other.smeared or len(self.colours) > _SMEARED


def census_of(raw: RawMap, listed: bool = False) -> Census:
    """Counts what occurs in one label map.

    Args:
        raw: the label map.
        listed: there is a list of names without colours: grey RGB pictures can hold numbers only.
    """
    result = Census()
    raw = narrowed(raw)
    values = raw.values if raw.values is not None else grey_numbers(raw, MAX_MAP_CLASSES + 1 if listed else _SHADES)
    if values is not None:
        shown = values if raw.clear is None else values[~raw.clear]
        found, counts = np.unique(shown, return_counts=True)
        result.numbers.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
        result.holders.update(found.tolist())
        result.highest.update(
            [max((number for number in found.tolist() if number not in NUMBERS_OF_NOTHING), default=0)]
        )
        if raw.palette is not None:
            for value, count in result.numbers.items():
                if 0 <= value < len(raw.palette):
                    red, green, blue = (int(part) for part in raw.palette[value])
                    result.palette[value, (red, green, blue)] += count
        result.files = [1, 0]
        if len(found) > _MANY and raw.palette is None and 0 <= found[0] and found[-1] <= UNLABELLED:
            found, counts = np.unique(values[flat(values[..., None].astype(np.uint8), 0)], return_counts=True)
            result.levels.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
    elif raw.rgb is not None:
        packed = pack_colours(raw.rgb).reshape(raw.rgb.shape[:2])
        solid = np.ones(packed.shape, dtype=bool) if raw.clear is None else ~raw.clear
        result.colours = _most(packed[solid])
        result.smeared = raw.lossy or len(result.colours) > _SMEARED
        result.areas = _most(packed[solid & flat(raw.rgb, _FLAT if result.smeared else 0)])
        result.files = [0, 1]
        if is_smeared_grey(raw):
            result.greys = 1
            result.levels.update(raw.rgb[..., 1][solid & flat(raw.rgb, 0)].tolist())
    return result


def flat(rgb: NDArray[np.uint8], tolerance: int) -> NDArray[np.bool_]:
    """Pixels ``(H, W)`` of ``(H, W, C)`` whose eight neighbours have the same colour, up to a tolerance in each channel."""
    high, low = rgb.astype(np.int16), rgb.astype(np.int16)
    for axis in (0, 1):
        high, low = _spread(high, axis, np.maximum), _spread(low, axis, np.minimum)
    return np.asarray((high - low).max(axis=2) <= tolerance)


def _spread(table: NDArray[np.int16], axis: int, best: np.ufunc) -> NDArray[np.int16]:
    """The greatest (or least) of each pixel and its two neighbours along an axis."""
    wide = np.pad(table, [(1, 1) if number == axis else (0, 0) for number in range(3)], mode="edge")
    length = table.shape[axis]
    before, middle, after = (
        wide[start : start + length] if axis == 0 else wide[:, start : start + length] for start in (0, 1, 2)
    )
    return np.asarray(best(best(before, middle), after))


def find_classes(census: Census, nothing: frozenset[int] | None = None) -> ClassList:
    """Names, colours and numbers of the classes.

    Args:
        census: what occurs in the label maps.
        nothing: the numbers that mean “unlabelled”; None: what the numbers themselves say of 255.

    Raises:
        DataError: there are none, or too many, or there is no telling what is one.
    """
    if census.files[0] and census.files[0] >= census.files[1]:
        return _by_number(census, nothing)
    return _by_colour(census)


def _by_number(census: Census, nothing: frozenset[int] | None) -> ClassList:
    said: tuple[str, ...] = ()
    present = census.numbers
    if are_smeared(census):
        shades = levels_of(census)
        classes = tuple(MapClass(str(shade), (shade, shade, shade)) for shade in shades)
        return ClassList(classes, tuple(shades), True, nothing=nothing or frozenset(), doubts=(_smeared_words(),))
    if nothing is None:
        nothing, said = void_of(merged(present))
    kept = [value for value in merged(present) if value not in nothing]
    if len(kept) > MAX_MAP_CLASSES or any(value < 0 for value in kept):
        raise DataError(
            _("The label maps hold {n} different numbers: at most {most} classes are possible.").format(
                n=len(kept), most=MAX_MAP_CLASSES
            )
        )
    if len(kept) < _FEWEST:
        raise DataError(_one_class([str(value) for value in kept]))
    names = [str(value) for value in kept]
    colours = _palette_colours(census, kept) or colours_for(names)
    classes = tuple(MapClass(name, colour) for name, colour in zip(names, colours, strict=True))
    return ClassList(classes, tuple(kept), bool(census.palette), said=said, nothing=nothing)


def void_of(numbers: Collection[int]) -> tuple[frozenset[int], tuple[str, ...]]:
    """Which of these numbers mean “unlabelled” by convention and evidence, and a line where that was a decision.

    Raises:
        DataError: there is no telling.
    """
    if UNLABELLED not in numbers or max(numbers) > UNLABELLED:
        return NUMBERS_OF_NOTHING, ()
    nothing = means_nothing(numbers)
    some = ", ".join(str(value) for value in sorted(numbers)[:_TOLD]) + (", …" if len(numbers) > _TOLD else "")
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


def _by_colour(census: Census) -> ClassList:
    if census.greys * 2 > census.files[1]:
        check_levels(census)
    colours = _peaks(census) if census.smeared else _exact(census)
    if not colours or len(colours) > MAX_MAP_CLASSES:
        raise DataError(
            _("The label maps show {n} colours that could be classes; 1 to {most} are possible. Are they label maps? If "
              "so, write the classes with their colours into classes.txt, a line each: name r g b.").format(
                n=len(colours), most=MAX_MAP_CLASSES)
        )  # fmt: skip
    if len(colours) < _FEWEST:
        raise DataError(_one_class([colour_words(colour) for colour in colours]))
    classes = tuple(MapClass(colour_words(colour), colour) for colour in colours)
    doubts = (_smeared_words(),) if census.greys else ()
    return ClassList(classes, tuple(range(len(classes))), True, doubts=doubts)


def levels_of(census: Census) -> list[int]:
    """The shades that fill areas."""
    total = sum(census.levels.values())
    return sorted(shade for shade, n in census.levels.items() if n >= _LEVEL_SHARE * total)


def are_smeared(census: Census) -> bool:
    """In index pictures few shades far apart fill areas, with many more in between: smooth edges, or a JPEG saved anew."""
    levels = levels_of(census)
    return (
        _FEWEST <= len(levels) <= len(census.numbers) // 2
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
        some = ", ".join(str(shade) for shade in levels[:_TOLD]) + (", …" if len(levels) > _TOLD else "")
        raise DataError(
            _("The label maps are grey JPEGs (or the like), which smear numbers: their shades ({some}) lie too close to be "
              "told apart. Save them as PNG from where they were made.").format(some=some)
        )  # fmt: skip


def _smeared_words() -> str:
    return _("The label maps are smeared shades of grey, as JPEG or smooth edges make them: each pixel was given one of the "
             "shades that fill areas. Save them as PNG, without smoothing, from where they were made.")  # fmt: skip


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
        doubts=(*given.doubts, _smeared_words()),
    )


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


def _most(packed: NDArray[np.uint32]) -> Counter[int]:
    found, counts = np.unique(packed, return_counts=True)
    first = np.argsort(-counts, kind="stable")[:_PER_FILE]
    return Counter(dict(zip(found[first].tolist(), counts[first].tolist(), strict=True)))
