"""The colours (or numbers) of a label map and what each was read as, for a person who corrects that before it is taken.

Smooth borders and JPEG make hundreds of colours of a few: what is alike is one row, and there are never more rows than a
person reads.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import UNKNOWN, nearest_classes, pack_colours
from ganstudio.data.decode import Fit, PictureError, room_for, with_image
from ganstudio.data.labelmaps import UNLABELLED, read_nearest, resize_ids, unlabelled_class
from ganstudio.data.mapping import MappingReport, colour_words
from ganstudio.data.rawmaps import MAX_PIXELS, RawMap, rgb_of

MOST_ROWS = 40
ALIKE = 24
"""Colours no farther from each other than this (Euclidean, 0–442) are one row."""
_ROUNDED, _EVEN, _BEYOND = 9, 16, 0.2
_SEEN, _OWN = 0.005, 0.0005
"""Less of the picture than this is no row of its own where there are larger ones: it is a border; of the very colour of a
class it may be less."""


@dataclass(frozen=True, slots=True)
class Shade:
    """One colour or number of a map, with all that is as good as it.

    Attributes:
        title: ``"#1a2b3c"``, ``"number 7"``; what it is otherwise.
        colour: as the file shows it.
        share: its part of the picture, 0 to 1.
        class_: what it was read as.
        known: it is that class' number or very colour; else somebody should look.
    """

    title: str
    colour: tuple[int, int, int]
    share: float
    class_: int
    known: bool

    def same(self, title: str, colour: Sequence[int]) -> bool:
        """It is the shade of another map; colours may be smeared."""
        if title.startswith("#") and self.title.startswith("#"):
            return _apart(self.colour, colour) <= ALIKE**2
        return title == self.title


@dataclass(frozen=True, slots=True)
class MapColours:
    """A label map as it was read, and how to read it otherwise.

    Attributes:
        ids: uint8 ``(S, S)``: the class of every pixel.
        places: uint8 ``(S, S)``: which of the shades every pixel has.
        shades: those that are not known first, then by their share.
        report: what was taken for what.
    """

    ids: NDArray[np.uint8]
    places: NDArray[np.uint8]
    shades: tuple[Shade, ...]
    report: MappingReport

    def read_as(self, classes: Sequence[int]) -> NDArray[np.uint8]:
        """The map with another class for some of the shades; where that is not another, all stays as it was read."""
        ids = self.ids.copy()
        for place, (shade, class_) in enumerate(zip(self.shades, classes, strict=True)):
            if class_ != shade.class_:
                ids[self.places == place] = class_
        return ids


def read_colours(source: Path | bytes, classes: Sequence[MapClass], size: int, fit: Fit = "crop") -> MapColours:
    """Reads a label map as :func:`~ganstudio.data.labelmaps.to_label_map` does, and tells its shades.

    Args:
        source: a file, or what is in it.
        classes: one to 255.
        size: height and width wanted.
        fit: what is done with a picture that is not square.

    Raises:
        DataError: it cannot be read, or is too large.
    """
    raw, ids, report = read_nearest(source, classes)
    rest = unlabelled_class(classes) or 0
    groups, found = _by_number(raw) if report.way in ("index", "scaled") else _by_colour(raw, classes)
    if raw.clear is not None and raw.clear.any():
        groups = np.where(raw.clear, np.uint8(len(found)), groups)
        found = [*found, (_("transparent"), (0, 0, 0))]
    shades = [
        _shade(ids[groups == group], ids.size, *one, rest, classes, report.way) for group, one in enumerate(found)
    ]
    order = sorted((place for place, one in enumerate(shades) if one.share), key=lambda at: _rank(shades[at]))
    table = np.zeros(256, np.uint8)
    table[order] = np.arange(len(order))
    square = resize_ids(ids, size, fit)
    square[square == UNLABELLED] = rest
    places = table[resize_ids(groups, size, fit)]
    return MapColours(square, places, tuple(shades[at] for at in order), report.filled_with(classes[rest].title))


def few_colours(path: Path, most: int) -> bool:
    """A picture has at most so many colours. False for what cannot be read: whoever reads it says why. For a job."""

    def look(image: Any, _path: Path | None) -> bool:
        if image.width * image.height > MAX_PIXELS:
            return False
        image.draft("RGB", (1024, 1024))
        with room_for(image):
            found = image if image.mode in ("P", "L", "1", "RGB", "RGBA") else image.convert("RGB")
            return found.getcolors(most) is not None

    try:
        return with_image(path, look)
    except PictureError:
        return False


def _rank(shade: Shade) -> tuple[bool, float]:
    return shade.known, -shade.share


def _shade(
    ids: NDArray[np.uint8], pixels: int, title: str, colour: tuple[int, int, int], rest: int,
    classes: Sequence[MapClass], way: str,
) -> Shade:  # fmt: skip
    if not len(ids):
        return Shade(title, colour, 0.0, rest, True)
    most = int(np.bincount(ids, minlength=256).argmax())
    class_ = rest if most == UNLABELLED else most
    near = _apart(colour, classes[class_].colour) <= _ROUNDED
    known = most != UNLABELLED and (way == "index" or (way != "scaled" and near))  # evenly spread shades are guessed
    return Shade(title, colour, len(ids) / pixels, class_, known)


_Colours = list[tuple[int, int, int]]
_Found = list[tuple[str, tuple[int, int, int]]]


def _apart(one: Sequence[int], other: Sequence[int]) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _by_number(raw: RawMap) -> tuple[NDArray[np.uint8], _Found]:
    values = raw.values if raw.values is not None else np.asarray(raw.rgb)[..., 0].astype(np.int32)
    numbers, counts = np.unique(values, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    groups = np.full(values.shape, MOST_ROWS, np.uint8)
    found: _Found = []
    for place, number in enumerate(numbers[order[:MOST_ROWS]].tolist()):
        groups[values == number] = place
        grey = min(max(number, 0), 255)
        inside = raw.palette is not None and 0 <= number < len(raw.palette)
        red, green, blue = raw.palette[number].tolist() if inside and raw.palette is not None else (grey, grey, grey)
        found.append((_("number {number}").format(number=number), (red, green, blue)))
    return groups, [*found, (_("other numbers"), UNKNOWN)] if len(numbers) > MOST_ROWS else found


def _by_colour(raw: RawMap, classes: Sequence[MapClass]) -> tuple[NDArray[np.uint8], _Found]:
    rgb = rgb_of(raw)
    packed, counts = np.unique(pack_colours(rgb), return_counts=True)
    exact = {one.colour for one in classes}
    own = [one for at in np.flatnonzero(counts >= _OWN * counts.sum()) if (one := _triple(packed[at])) in exact]
    kept = _told_apart(own + _areas(rgb), exact)
    if len(packed) <= MOST_ROWS and not raw.lossy:  # thin lines of a colour are meant, too
        colours = [_triple(packed[at]) for at in np.argsort(-counts, kind="stable")]
        kept += [one for one in colours if one not in kept and not _between(one, kept)]
    groups, _far = nearest_classes(rgb, [MapClass("", colour) for colour in kept])
    return groups, [(colour_words(colour), colour) for colour in kept]


def _areas(rgb: NDArray[np.uint8]) -> _Colours:
    """The colours of what is more than a border, the most frequent first; the most frequent of all where nothing is.

    Smearing spreads a colour over its neighbours: they are weighed together, under the most frequent of them.
    """
    inside = np.ones(rgb.shape[:2], np.bool_)
    for here, there in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        even = np.abs(rgb[here].astype(np.int16) - rgb[there]).max(axis=2) <= _EVEN
        inside[here] &= even
        inside[there] &= even
    packed, counts = np.unique(pack_colours(rgb[inside] if inside.any() else rgb), return_counts=True)
    order = np.argsort(-counts, kind="stable")
    _bins, first, of = np.unique(packed[order] & np.uint32(0xF0F0F0), return_index=True, return_inverse=True)
    weights = np.bincount(of, counts[order])
    found = np.argsort(-weights, kind="stable")[:MOST_ROWS]
    heavy = [at for at in found if weights[at] >= _SEEN * rgb[..., 0].size]
    return [_triple(packed[order[first[at]]]) for at in heavy or found]


def _between(colour: tuple[int, int, int], others: _Colours) -> bool:
    """It lies between two others, or a little beyond one of them: that is how a border is smeared."""
    here = np.array(colour, np.float64)
    for index, one in enumerate(others):
        for two in others[:index]:
            way = np.subtract(two, one).astype(np.float64)
            along = float((here - one) @ way / max(1.0, way @ way))
            if -_BEYOND < along < 1 + _BEYOND and np.linalg.norm(here - one - along * way) <= _EVEN:
                return True
    return False


def _triple(packed: np.uint32) -> tuple[int, int, int]:
    return int(packed >> 16), int(packed >> 8) & 255, int(packed) & 255


def _told_apart(colours: _Colours, exact: Collection[tuple[int, int, int]]) -> _Colours:
    """Of colours, the most frequent first, those that are a row; those of classes before what is only like them."""
    kept: _Colours = []
    for colour in sorted(colours, key=lambda one: one not in exact):
        if colour not in kept and (colour in exact or all(_apart(colour, other) > ALIKE**2 for other in kept)):
            kept.append(colour)
    return kept[:MOST_ROWS]
