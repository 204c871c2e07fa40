"""What occurs in label maps: numbers, shades and colours with their pixels, of one file or of many."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.labelmaps import pack_colours
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING
from ganstudio.data.classlines import Colour
from ganstudio.data.labelmaps import MAX_MAP_CLASSES, UNLABELLED
from ganstudio.data.rawmaps import RawMap, grey_numbers, is_smeared_grey, narrowed

_FLAT = 12
_SMEARED = 1024
_PER_FILE = 2048
_SHADES = 64
_MANY = 6
_CONTRADICTED = 0.1


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
        plain: packed colour → pixels in the middle of an area of exactly that colour, of formats that smear.
        rims: numbers that fill no area in some label map of many numbers.
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
    plain: Counter[int] = field(default_factory=Counter)
    smeared: bool = False
    rims: set[int] = field(default_factory=set)

    def contradiction(self) -> tuple[int, Colour, Colour] | None:
        """A number that has two colours in the palettes of the label maps; a row of greys says nothing of colours."""
        shades: dict[int, list[tuple[Colour, int]]] = defaultdict(list)
        for (value, colour), n in self.palette.most_common():
            if colour != (value,) * 3:
                shades[value].append((colour, n))
        for value, (most, *others) in sorted(shades.items()):
            if others and others[0][1] >= _CONTRADICTED * (most[1] + others[0][1]):
                return value, most[0], others[0][0]
        return None

    def add(self, other: Census) -> None:
        """Counts another one in."""
        for name in ("numbers", "palette", "colours", "areas", "holders", "highest", "levels", "plain"):
            getattr(self, name).update(getattr(other, name))
        self.greys += other.greys
        self.files = [mine + its for mine, its in zip(self.files, other.files, strict=True)]
        self.rims |= other.rims
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
        _count_numbers(result, raw, values)
    elif raw.rgb is not None:
        _count_colours(result, raw, raw.rgb)
    return result


def _count_numbers(result: Census, raw: RawMap, values: NDArray[np.int32]) -> None:
    shown = values if raw.clear is None else values[~raw.clear]
    found, counts = np.unique(shown, return_counts=True)
    result.numbers.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))
    result.holders.update(found.tolist())
    result.highest.update([max((number for number in found.tolist() if number not in NUMBERS_OF_NOTHING), default=0)])
    if raw.palette is not None:
        for value, count in result.numbers.items():
            if 0 <= value < len(raw.palette):
                red, green, blue = (int(part) for part in raw.palette[value])
                result.palette[value, (red, green, blue)] += count
    result.files = [1, 0]
    perhaps = len(found) > _MANY or bool({253, 254} & set(found.tolist()))
    if perhaps and raw.palette is None and found[0] >= 0 and found[-1] <= UNLABELLED:
        areas, counts = np.unique(values[flat(values[..., None].astype(np.uint8), 0)], return_counts=True)
        result.levels.update(dict(zip(areas.tolist(), counts.tolist(), strict=True)))
        result.rims = set(found.tolist()) - set(areas.tolist())


def _count_colours(result: Census, raw: RawMap, rgb: NDArray[np.uint8]) -> None:
    packed = pack_colours(rgb).reshape(rgb.shape[:2])
    solid = np.ones(packed.shape, dtype=bool) if raw.clear is None else ~raw.clear
    result.colours = _most(packed[solid])
    result.smeared = raw.lossy or len(result.colours) > _SMEARED
    differing = _differing(rgb)
    result.areas = _most(packed[solid & (differing <= (_FLAT if result.smeared else 0))])
    result.files = [0, 1]
    if raw.lossy:
        result.plain = _most(packed[solid & (differing == 0)])
    if is_smeared_grey(raw):
        result.greys = 1
        for code, n in result.plain.items():
            result.levels[code >> 8 & 255] += n


def flat(rgb: NDArray[np.uint8], tolerance: int) -> NDArray[np.bool_]:
    """Pixels ``(H, W)`` of ``(H, W, C)`` whose eight neighbours have the same colour, up to a tolerance in each channel."""
    return _differing(rgb) <= tolerance


def _differing(rgb: NDArray[np.uint8]) -> NDArray[np.int16]:
    """How much each pixel and its eight neighbours differ, in the channel where they do most."""
    high, low = rgb.astype(np.int16), rgb.astype(np.int16)
    for axis in (0, 1):
        high, low = _spread(high, axis, np.maximum), _spread(low, axis, np.minimum)
    return np.asarray((high - low).max(axis=2))


def _spread(table: NDArray[np.int16], axis: int, best: np.ufunc) -> NDArray[np.int16]:
    """The greatest (or least) of each pixel and its two neighbours along an axis."""
    wide = np.pad(table, [(1, 1) if number == axis else (0, 0) for number in range(3)], mode="edge")
    length = table.shape[axis]
    before, middle, after = (
        wide[start : start + length] if axis == 0 else wide[:, start : start + length] for start in (0, 1, 2)
    )
    return np.asarray(best(best(before, middle), after))


def _most(packed: NDArray[np.uint32]) -> Counter[int]:
    found, counts = np.unique(packed, return_counts=True)
    first = np.argsort(-counts, kind="stable")[:_PER_FILE]
    return Counter(dict(zip(found[first].tolist(), counts[first].tolist(), strict=True)))
