"""Reads label maps of any make as class indices, and tells what was taken for what.

A class is recognised by its number in index pictures (palette, grey of any depth), by its colour in RGB ones. Sizes are
changed by nearest neighbour only: no pixel ever gets a class that none of its sources had.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import nearest_classes, palette_of
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING
from ganstudio.data.decode import Fit, PictureError
from ganstudio.data.mapping import NEAR, MappingReport, Named, settle
from ganstudio.data.rawmaps import RawMap, grey_numbers, is_smeared_grey, narrowed, nearest_positions, read_raw, rgb_of
from ganstudio.data.shades import readings, snapped

UNLABELLED = 255
"""In files by convention, and in what :func:`map_raw` returns: this pixel has no class."""
MAX_MAP_CLASSES = 255
_NO_CLASS = frozenset({"unlabelled", "unlabeled", "void", "ignore", "ignored", "unknown"})


def unlabelled_class(classes: Sequence[MapClass]) -> int | None:
    """The class that stands for “nothing known here”, by its name; None where there is none."""
    return next((index for index, one in enumerate(classes) if one.name.casefold() in _NO_CLASS), None)


def values_of(classes: Sequence[MapClass]) -> tuple[int, ...]:
    """The number of each class in index pictures: its own, else its name where all names are numbers, else its place."""
    if any(one.number is not None for one in classes):
        # What was added for pixels without a class has no number of its own: one that no picture holds.
        return tuple(-2 - index if one.number is None else one.number for index, one in enumerate(classes))
    names = [one.name for index, one in enumerate(classes) if index != unlabelled_class(classes)]
    if not names or not all(name.isdecimal() for name in names):
        return tuple(range(len(classes)))
    return tuple(int(one.name) if one.name.isdecimal() else UNLABELLED for one in classes)


def read_label_map(
    source: Path | bytes | Image.Image, classes: Sequence[MapClass] | None = None, values: Sequence[int] | None = None
) -> tuple[NDArray[np.uint8], MappingReport]:
    """Reads a label map of any mode at its own size (thinned out beyond 2048 px).

    Args:
        source: a file, what is in it, or an image that is open.
        classes: at most 255; without them the numbers in an index picture are the ids.
        values: the number of each class in index pictures; by default its name or its place.

    Returns:
        ids, uint8 ``(H, W)``, :data:`UNLABELLED` where a pixel has no class; and what was taken for what.

    Raises:
        PictureError: it cannot be read, or it is a colour picture and there are no classes.
    """
    raw = read_raw(source)
    if classes is None:
        if raw.values is None:
            raise PictureError(_("is a colour picture: its classes must be known first"))
        classes = tuple(MapClass(str(value), (value, value, value)) for value in range(MAX_MAP_CLASSES))
    return map_raw(raw, classes, values)


def to_label_map(
    source: Path | bytes | Image.Image, classes: Sequence[MapClass], size: int, fit: Fit = "crop"
) -> tuple[NDArray[np.uint8], MappingReport]:
    """Makes a label map of a given size and given classes of any picture, for a canvas.

    Every pixel gets a class: colours far from all classes the nearest, numbers outside the classes the class called
    “unlabelled” (or like it), else the first.

    Args:
        source: a file, what is in it, or an image that is open.
        classes: one to 255.
        size: height and width wanted.
        fit: what is done with a picture that is not square.

    Returns:
        ids, uint8 ``(size, size)``, all below ``len(classes)``; and what was taken for what, on the whole picture.

    Raises:
        DataError: it cannot be read, or is too large.
    """
    _raw, ids, report = read_nearest(source, classes)
    rest = unlabelled_class(classes) or 0
    square = resize_ids(ids, size, fit)
    square[square == UNLABELLED] = rest
    return square, report.filled_with(classes[rest].title)


def read_nearest(
    source: Path | bytes | Image.Image, classes: Sequence[MapClass]
) -> tuple[RawMap, NDArray[np.uint8], MappingReport]:
    """Reads a label map for a canvas, at its own size: as it is, its ids, and what was taken for what.

    Raises:
        DataError: it cannot be read, or is too large.
    """
    try:
        raw = read_raw(source)
        refuse_smeared(raw, classes)
        return raw, *map_raw(raw, classes, far="nearest")
    except PictureError as error:
        name = source.name if isinstance(source, Path) else _("The picture")
        raise DataError(_("{name} cannot be used as a label map: {why}.").format(name=name, why=error)) from error


def map_raw(
    raw: RawMap,
    classes: Sequence[MapClass],
    values: Sequence[int] | None = None,
    far: Literal["nearest", "unlabelled"] = "unlabelled",
    nothing: Collection[int] | None = None,
) -> tuple[NDArray[np.uint8], MappingReport]:
    """Gives every pixel a class.

    Args:
        raw: the label map.
        classes: one to 255.
        values: the number of each class in index pictures.
        far: what areas get whose colour is unlike that of any class.
        nothing: numbers that mean “unlabelled”; by default 255, 65535, and 0 where the classes count from 1. Where 0 is
            given among them and no class is black, black means it too.

    Returns:
        ids, uint8 ``(H, W)``, :data:`UNLABELLED` where there is none; and what was taken for what.
    """
    if not 1 <= len(classes) <= MAX_MAP_CLASSES:
        raise PictureError(_("has no classes that it could be mapped to: 1 to 255 are possible"))
    numbers = tuple(values) if values is not None else values_of(classes)
    raw = narrowed(raw)
    black = nothing is not None and 0 in nothing
    nothing = _nothing_of(numbers) if nothing is None else nothing
    indices, way = _indices(raw, classes, numbers, nothing, values is None)
    if indices is not None:
        return _by_number(raw, indices, numbers, way, nothing)
    return _by_colour(raw, classes, far, black and len(classes) < MAX_MAP_CLASSES and not lists_black(classes))


def lists_black(classes: Sequence[MapClass]) -> bool:
    """One of the classes is black, or so near to it that the two cannot be told apart."""
    return any(sum(part**2 for part in one.colour) <= NEAR**2 for one in classes)


def refuse_smeared(raw: RawMap, classes: Sequence[MapClass]) -> None:
    """Class numbers do not survive in a grey JPEG; shades do, where the classes are shades of grey.

    Raises:
        PictureError: they are not.
    """
    shades = all(len(set(one.colour)) == 1 for one in classes if one.name.casefold() not in _NO_CLASS)
    if raw.mode == "L" and is_smeared_grey(raw) and not shades:
        raise PictureError(
            _("is a grey JPEG (or the like), which smears class numbers: save it as PNG from where it was made")
        )


def _nothing_of(numbers: Sequence[int]) -> Collection[int]:
    """255 is nobody's class by convention; so is 0 where classes are counted from 1."""
    first = min((number for number in numbers if number >= 0), default=0)
    return NUMBERS_OF_NOTHING | {0} if first == 1 else NUMBERS_OF_NOTHING


def resize_ids(ids: NDArray[np.uint8], size: int, fit: Fit, margin: int = UNLABELLED) -> NDArray[np.uint8]:
    """Brings ids ``(H, W)`` to ``(size, size)`` by nearest neighbour, framed as pictures are; a new array."""
    height, width = ids.shape
    result = np.full((size, size), margin, dtype=np.uint8)
    side, rows, columns = min(width, height), size, size
    box: tuple[float, float, float, float] = (0, 0, width, height)
    if fit == "crop":
        box = ((width - side) / 2, (height - side) / 2, side, side)
    elif fit == "pad":
        scale = size / max(width, height)
        columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    top, left = (size - rows) // 2, (size - columns) // 2
    ys, xs = nearest_positions(rows, box[1], box[3]), nearest_positions(columns, box[0], box[2])
    result[top : top + rows, left : left + columns] = ids[ys[:, None], xs[None]]
    return result


def _indices(
    raw: RawMap, classes: Sequence[MapClass], numbers: tuple[int, ...], nothing: Collection[int], alone: bool
) -> tuple[NDArray[np.int32] | None, str]:
    """The class numbers of a map and how they are written; None where its colours decide.

    Of a map alone, shades in even steps may be the classes; in a set that was decided by all of its maps.
    """
    colours = {one.colour for one in classes}
    known = {*numbers, *nothing, UNLABELLED}
    if raw.values is None:
        first = grey_numbers(raw)
        shades = set() if first is None else set(np.unique(first).tolist())
        by_colour = all((shade, shade, shade) in colours for shade in shades)
        return (first, "index") if first is not None and shades <= known and not by_colour else (None, "colour")
    present = set(np.unique(raw.values).tolist())
    if raw.palette is not None and (found := _palette_indices(raw, raw.values, classes, numbers, present)):
        return found
    if present <= {0, UNLABELLED} and len(classes) == 2 and numbers == (0, 1):
        return (raw.values == UNLABELLED).astype(np.int32), "scaled"
    if present <= known:
        return raw.values, "index"
    near = snapped(present - {*nothing, UNLABELLED}, numbers)
    if near:
        return _replaced(raw.values, near), "scaled"
    if all((value, value, value) in colours for value in present) or _are_shades(classes, numbers):
        return None, "colour"
    if alone and numbers == tuple(range(len(classes))) and max(present) <= UNLABELLED:
        ways = readings(present, len(classes))
        if len(ways) == 1:
            return _replaced(raw.values, ways[0]), "scaled"
    return raw.values, "index"


def _are_shades(classes: Sequence[MapClass], numbers: Sequence[int]) -> bool:
    """Each class has the grey of its number as its colour: then what lies between was smeared."""
    return all(one.colour == (number,) * 3 for one, number in zip(classes, numbers, strict=True))


def _replaced(values: NDArray[np.int32], by: Mapping[int, int]) -> NDArray[np.int32]:
    result = values.copy()
    for old, new in by.items():
        result[values == old] = new
    return result


def _palette_indices(
    raw: RawMap, values: NDArray[np.int32], classes: Sequence[MapClass], numbers: tuple[int, ...], present: set[int]
) -> tuple[NDArray[np.int32] | None, str] | None:
    """The same for a palette; None where it is a row of greys, which says nothing."""
    palette = {} if raw.palette is None else {i: (int(r), int(g), int(b)) for i, (r, g, b) in enumerate(raw.palette)}
    place = {number: index for index, number in enumerate(numbers)}
    used = {value: palette.get(value, (0, 0, 0)) for value in present}
    inside = all(value in place or value == UNLABELLED for value in present)
    if inside and all(value not in place or classes[place[value]].colour == shade for value, shade in used.items()):
        return values, "index"  # also with duplicate colours: the number decides
    if all(0 <= value < len(classes) and classes[value].colour == shade for value, shade in used.items()):
        return _replaced(
            values, {value: numbers[value] for value in used}
        ), "index"  # written here: places, not numbers
    if all(shade == (value, value, value) for value, shade in used.items()):
        return None
    colours = {one.colour for one in classes}
    if all(value == UNLABELLED or shade in colours for value, shade in used.items()):
        return None, "palette"
    return values, "index"


def _by_number(
    raw: RawMap, indices: NDArray[np.int32], numbers: tuple[int, ...], way: str, nothing: Collection[int]
) -> tuple[NDArray[np.uint8], MappingReport]:
    ids = np.full(indices.shape, UNLABELLED, dtype=np.uint8)
    found, counts = np.unique(indices, return_counts=True)
    outside = []
    ignored = 0
    for value, count in zip(found.tolist(), counts.tolist(), strict=True):
        if value in numbers:
            ids[indices == value] = numbers.index(value)
        elif value in nothing:
            ignored += count
        else:
            outside.append((value, count))
    if raw.clear is not None:
        ignored += int((raw.clear & (ids != UNLABELLED)).sum())
        ids[raw.clear] = UNLABELLED
    exact = int((ids != UNLABELLED).sum())
    return ids, MappingReport(
        way, ids.size, exact, ignored=ignored, outside=tuple(outside), width=raw.width, height=raw.height
    )


def _by_colour(
    raw: RawMap, classes: Sequence[MapClass], far: Literal["nearest", "unlabelled"], black: bool
) -> tuple[NDArray[np.uint8], MappingReport]:
    rgb = rgb_of(raw)
    shades = (*classes, MapClass("unlabelled", (0, 0, 0))) if black else classes
    ids, distances = nearest_classes(rgb, shades)
    settled, lost = settle(ids, distances, rgb, palette_of(shades))
    clear = np.zeros(ids.shape, dtype=bool) if raw.clear is None else raw.clear
    if raw.palette is not None:
        clear = clear | (raw.values == UNLABELLED)
    lost &= ~clear
    unpainted = np.where(lost, ids, settled) == len(classes)  # black, where no class is
    clear = clear | (unpainted if far == "nearest" else unpainted & ~lost)
    lost &= ~clear
    result = np.where(lost, ids if far == "nearest" else np.uint8(UNLABELLED), settled).astype(np.uint8)
    result[clear] = UNLABELLED
    inexact = (distances > 0) & ~lost & ~clear
    return result, MappingReport(
        "palette" if raw.palette is not None else "colour",
        ids.size,
        int(((distances == 0) & ~clear).sum()),
        nearest=int(inexact.sum()),
        far=int(lost.sum()),
        ignored=int(clear.sum()),
        nearest_colours=Named.most(rgb[inexact], settled[inexact], shades),
        far_colours=Named.most(rgb[lost], ids[lost], shades),
        width=raw.width,
        height=raw.height,
        far_kept=far == "nearest",
    )
