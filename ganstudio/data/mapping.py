"""What a picture was turned into when it became a label map, in numbers and words; and how smeared borders are settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _, percent, some_of
from ganstudio.core.labelmaps import pack_colours, unpack_colours

NEAR = 40
"""A colour no farther than this from a class (Euclidean, 0–442) is that class's."""
_MOSTLY = 0.4
"""Such a share of exact colours is that of a map that was resized or drawn with smooth edges."""
_BORDER = 3
_LISTED = 8
_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


@dataclass(frozen=True, slots=True)
class Named:
    """A colour that no class has exactly.

    Attributes:
        colour: red, green, blue.
        name: the class most of its pixels got (or that is nearest).
        pixels: how many have it.
    """

    colour: tuple[int, int, int]
    name: str
    pixels: int

    @classmethod
    def most(cls, rgb: NDArray[np.uint8], ids: NDArray[np.uint8], classes: Sequence[MapClass]) -> tuple[Named, ...]:
        """The most frequent of colours ``(N, 3)`` that became ``ids`` ``(N,)``."""
        if not len(rgb):
            return ()
        both = (pack_colours(rgb).astype(np.uint64) << np.uint64(8)) | ids.astype(np.uint64)
        found, counts = np.unique(both, return_counts=True)
        first = np.argsort(-counts, kind="stable")[:_LISTED]
        colours = unpack_colours((found[first] >> np.uint64(8)).astype(np.uint32)).tolist()
        indices = (found[first] & np.uint64(255)).tolist()
        return tuple(
            cls((red, green, blue), classes[index].title, int(count))
            for (red, green, blue), index, count in zip(colours, indices, counts[first], strict=True)
        )


@dataclass(frozen=True, slots=True)
class MappingReport:
    """What became of the pixels of a picture that was read as a label map; counts are pixels.

    Attributes:
        way: ``"index"`` (numbers), ``"scaled"`` (numbers spread over 0–255), ``"palette"`` or ``"colour"``.
        pixels: all of them.
        exact: had the number or the very colour of a class.
        nearest: had a colour near to a class, or in between at a border.
        far: lie in areas with a colour unlike that of any class.
        ignored: are transparent or have the number that means “unlabelled”.
        nearest_colours: the most frequent of these, with the class they became.
        far_colours: the most frequent of those, with the class that is nearest.
        outside: ``(number, pixels)`` of numbers that no class has.
        width: of the picture.
        height: of the picture.
        far_kept: the far ones got the nearest class all the same.
        filled: the class of pixels that had none; empty where they stay without.
    """

    way: str
    pixels: int
    exact: int
    nearest: int = 0
    far: int = 0
    ignored: int = 0
    nearest_colours: tuple[Named, ...] = ()
    far_colours: tuple[Named, ...] = ()
    outside: tuple[tuple[int, int], ...] = ()
    width: int = 0
    height: int = 0
    far_kept: bool = False
    filled: str = ""

    def filled_with(self, name: str) -> MappingReport:
        """The same report when what had no class got this one."""
        return replace(self, filled=name)

    @property
    def clean(self) -> bool:
        """Every pixel was a class already."""
        return self.exact == self.pixels

    def share(self, pixels: int) -> str:
        """Pixels as a part of the picture: ``"12 %"``; never 0 % where there are some, nor 100 % where some lack."""
        share = 100 * pixels / max(1, self.pixels)
        if 0 < share < 0.1:
            return _("under {share}").format(share=percent(0.1, ".1f"))
        if 99.9 < share < 100:
            return _("over {share}").format(share=percent(99.9, ".1f"))
        return percent(share, ".1f" if 0 < share < 1 or 99 < share < 100 else ".0f")

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was done, a sentence each, the general first."""
        how = {
            "index": _("Read by class number: {share} of the pixels are a class."),
            "scaled": _("Read by shade, spread over 0 … 255: {share} of the pixels are a class."),
            "palette": _("Read by the colours of its palette: {share} of the pixels have the colour of a class."),
            "colour": _("Read by colour: {share} of the pixels have exactly the colour of a class."),
        }
        lines = [how[self.way].format(share=self.share(self.exact))]
        if self.nearest:
            lines.append(
                _("{share} had a colour close to or between those of classes: the nearest was taken ({some}).").format(
                    share=self.share(self.nearest), some=_listed(self.nearest_colours)
                )
            )
        if self.far:
            text = (
                _("{share} had a colour unlike any class: the nearest was taken all the same ({some}).")
                if self.far_kept
                else _("{share} have a colour unlike any class ({some}).")
            )
            lines.append(text.format(share=self.share(self.far), some=_listed(self.far_colours)))
        if self.outside:
            lines.append(self.outside_words() + self._became())
        if self.ignored:
            share = self.share(self.ignored)
            lines.append(_("{share} are transparent or marked as unlabelled").format(share=share) + self._became())
        return tuple(lines)

    def outside_words(self) -> str:
        """Which numbers are outside the classes, as the start of a sentence; empty where none are."""
        if not self.outside:
            return ""
        some = some_of([value for value, _n in self.outside], _LISTED)
        share = self.share(sum(count for _value, count in self.outside))
        one, many = (
            _("The number {some} is no class ({share} of the pixels)"),
            _("The numbers {some} are no classes ({share} of the pixels)"),
        )
        return (one if len(self.outside) == 1 else many).format(some=some, share=share)

    def _became(self) -> str:
        return _(": they became “{name}”.").format(name=self.filled) if self.filled else "."


def colour_words(colour: tuple[int, int, int]) -> str:
    """A colour as the web writes it: ``"#80ff00"``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _listed(colours: Sequence[Named]) -> str:
    return some_of([f"{colour_words(one.colour)} → {one.name}" for one in colours], 3)


def settle(
    ids: NDArray[np.uint8], distances: NDArray[np.uint16], rgb: NDArray[np.uint8], palette: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Gives in-between colours the class of one of their neighbours.

    Half-way between two classes' colours often lies the colour of a third, or one as near to it; by colour alone every
    smeared border would get a rim of that. So a pixel whose colour is not near to any class takes, of the classes that
    touch it, the one nearest in colour, up to three pixels deep. What lies deeper is no border but an area of a colour
    that no class has.

    Args:
        ids: the nearest class of each pixel, ``(H, W)``.
        distances: how far its colour is.
        rgb: ``(H, W, 3)``.
        palette: the colours of the classes, ``(K, 3)``.

    Returns:
        The ids, a new array, and bool ``(H, W)``: the pixels of areas of unknown colour (their ids mean nothing).
    """
    result = ids.copy()
    far = distances > NEAR
    open_ = ~_certain(ids, distances)
    if not open_.any():
        return result, open_
    height, width = ids.shape
    shades = palette.astype(np.int32)
    for _round in range(_BORDER):
        ys, xs = np.nonzero(open_)
        if not len(ys):
            break
        best = np.full(len(ys), np.iinfo(np.int32).max, dtype=np.int64)
        chosen = np.zeros(len(ys), dtype=np.uint8)
        colours = rgb[ys, xs].astype(np.int32)
        for down, right in _AROUND:
            y, x = ys + down, xs + right
            good = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            y, x = y.clip(0, height - 1), x.clip(0, width - 1)
            good &= ~open_[y, x]
            near = result[y, x]
            square = np.where(good, ((colours - shades[near]) ** 2).sum(axis=1), np.iinfo(np.int32).max)
            better = square < best
            best[better], chosen[better] = square[better], near[better]
        found = best < np.iinfo(np.int32).max
        result[ys[found], xs[found]] = chosen[found]
        open_[ys[found], xs[found]] = False
    lost = open_ & far
    for _round in range(_BORDER if lost.any() else 0):
        lost = _grown(lost) & far
    return result, lost


def _certain(ids: NDArray[np.uint8], distances: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """The pixels whose colour says what they are.

    Where most colours are exactly those of classes, a colour that is merely near to one may still be an in-between one of
    two others. A rim of those is thin: what counts is three pixels wide.
    """
    near, exact = distances <= NEAR, distances == 0
    if exact.mean() < _MOSTLY:
        return near
    height, width = ids.shape
    wide_ids, wide_near = np.pad(ids, 1, mode="edge"), np.pad(near, 1, mode="edge")
    core = near.copy()
    for down, right in _AROUND:
        part = np.s_[1 + down : 1 + down + height, 1 + right : 1 + right + width]
        core &= (wide_ids[part] == ids) & wide_near[part]
    sure: NDArray[np.bool_] = exact | (_grown(core) & near)
    return sure


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    wide = np.pad(mask, 1)
    height, width = mask.shape
    grown = mask.copy()
    for down, right in _AROUND:
        grown |= wide[1 + down : 1 + down + height, 1 + right : 1 + right + width]
    return grown
