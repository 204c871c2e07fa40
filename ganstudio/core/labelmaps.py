"""Label maps and their colours, numpy only: how ids are drawn, and which class a colour stands for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

MAX_CLASSES = 256
"""Ids are kept in one byte."""
UNKNOWN = (255, 0, 255)
"""How ids are drawn that are outside the classes: a glaring magenta, so that nobody takes them for a class."""
_SLICE = 1 << 15


def palette_of(classes: Sequence[MapClass]) -> NDArray[np.uint8]:
    """The colours of the classes, uint8 ``(K, 3)``."""
    return np.array([one.colour for one in classes], dtype=np.uint8).reshape(-1, 3)


def colour_map(ids: NDArray[np.integer], classes: Sequence[MapClass]) -> NDArray[np.uint8]:
    """Draws label maps in the colours of their classes.

    Args:
        ids: integers of any shape ``(…)``; indices into ``classes``.
        classes: at most 256.

    Returns:
        uint8 ``(…, 3)``; ids outside the classes have the colour :data:`UNKNOWN`.
    """
    table = np.full((MAX_CLASSES + 1, 3), UNKNOWN, dtype=np.uint8)
    table[: len(classes)] = palette_of(classes)
    if ids.dtype != np.uint8:
        ids = np.where((ids >= 0) & (ids < MAX_CLASSES), ids, MAX_CLASSES)
    return table.take(ids, axis=0)


def check_ids(ids: NDArray[np.integer], count: int) -> None:
    """Every id is that of a class.

    Args:
        ids: integers of any shape.
        count: how many classes there are.

    Raises:
        UsageError: one is not; says which, and what to do.
    """
    if not ids.size:
        return
    low, high = int(ids.min()), int(ids.max())
    if low < 0 or high >= count:
        raise UsageError(
            _("The label map holds the id {found}, but this generator knows {count} classes, 0 to {last}. Replace that "
              "class everywhere, or open the map anew so that it is mapped.").format(
                  found=low if low < 0 else high, count=count, last=count - 1)
        )  # fmt: skip


def nearest_classes(
    rgb: NDArray[np.uint8], classes: Sequence[MapClass]
) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """The class whose colour is nearest to each pixel's; of classes with the same colour, the first.

    The work is done once for each colour that occurs, so large pictures of few colours are quick, and slice by slice, so
    that a photograph of a million colours needs little memory too.

    Args:
        rgb: uint8 ``(…, 3)``.
        classes: one to 256.

    Returns:
        ids, uint8 ``(…)``, and their distances, Euclidean in RGB and rounded up, uint16 ``(…)``: 0 only where a colour is
        that of its class, 442 at most.

    Raises:
        ValueError: there are no classes, or more than 256.
    """
    if not 1 <= len(classes) <= MAX_CLASSES:
        raise ValueError(f"1 to {MAX_CLASSES} classes are needed, not {len(classes)}")
    colours, inverse = np.unique(pack_colours(rgb), return_inverse=True)
    palette = palette_of(classes).astype(np.int32)
    ids = np.empty(len(colours), dtype=np.uint8)
    distances = np.empty(len(colours), dtype=np.uint16)
    step = max(1, _SLICE // len(classes))
    for start in range(0, len(colours), step):
        part = unpack_colours(colours[start : start + step]).astype(np.int32)
        squares = ((part[:, None, :] - palette[None]) ** 2).sum(axis=2)
        best = squares.argmin(axis=1)
        ids[start : start + step] = best
        distances[start : start + step] = np.ceil(np.sqrt(squares[np.arange(len(part)), best]))
    shape = rgb.shape[:-1]
    return ids[inverse].reshape(shape), distances[inverse].reshape(shape)


def pack_colours(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Colours ``(…, 3)`` as flat numbers 0xRRGGBB, uint32 ``(N,)``."""
    wide = rgb.reshape(-1, 3).astype(np.uint32)
    return np.asarray((wide[:, 0] << 16) | (wide[:, 1] << 8) | wide[:, 2], dtype=np.uint32)


def unpack_colours(packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The inverse of :func:`pack_colours`: uint8 ``(N, 3)``."""
    return np.stack([packed >> 16, (packed >> 8) & 255, packed & 255], axis=1).astype(np.uint8)


def distinct_colours(count: int) -> tuple[tuple[int, int, int], ...]:
    """Colours that are told apart well, for classes that have none: the same ones for the same count.

    The first twenty are chosen by eye; those behind walk around the hue circle by the golden angle, in three lightnesses.
    """
    return tuple(_CHOSEN[index] if index < len(_CHOSEN) else _walked(index) for index in range(count))


def colours_for(names: Sequence[str]) -> tuple[tuple[int, int, int], ...]:
    """A colour for each class name, all different: of things that everybody knows (sky, tree, road) the usual one."""
    taken: list[tuple[int, int, int]] = []
    spare = iter(distinct_colours(2 * MAX_CLASSES + len(_USUAL)))
    for name in names:
        wished = _USUAL.get(name.casefold().strip())
        if wished is None or not _is_free(wished, taken):
            wished = next(colour for colour in spare if _is_free(colour, taken, 24 if len(names) <= _ROOMY else 1))
        taken.append(wished)
    return tuple(taken)


def _is_free(colour: tuple[int, int, int], taken: Sequence[tuple[int, int, int]], apart: int = 12) -> bool:
    return all(sum((a - b) ** 2 for a, b in zip(colour, other, strict=True)) >= apart**2 for other in taken)


_ROOMY = 32
_USUAL: dict[str, tuple[int, int, int]] = {
    "sky": (110, 170, 220), "cloud": (225, 232, 240), "clouds": (225, 232, 240), "sea": (40, 90, 150),
    "water": (50, 110, 170), "river": (70, 130, 180), "tree": (60, 120, 50), "trees": (60, 120, 50),
    "vegetation": (80, 140, 50), "grass": (130, 180, 70), "plant": (90, 160, 90), "mountain": (130, 115, 110),
    "snow": (245, 248, 252), "sand": (220, 200, 140), "rock": (120, 110, 100), "road": (100, 90, 110),
    "pavement": (190, 150, 170), "sidewalk": (190, 150, 170), "building": (170, 90, 70), "house": (190, 110, 80),
    "wall": (160, 140, 130), "fence": (190, 150, 90), "pole": (200, 190, 180), "car": (40, 60, 160),
    "person": (220, 60, 60), "pedestrian": (220, 60, 60), "bicyclist": (150, 40, 110), "rider": (150, 40, 110),
    "window": (60, 80, 190), "door": (150, 120, 30), "signsymbol": (230, 190, 30), "traffic sign": (230, 190, 30),
    "unlabelled": (20, 20, 24), "unlabeled": (20, 20, 24), "void": (20, 20, 24), "background": (40, 40, 46),
}  # fmt: skip

_CHOSEN: tuple[tuple[int, int, int], ...] = (
    (70, 130, 180), (190, 90, 70), (110, 160, 60), (230, 190, 80), (130, 90, 160), (70, 170, 160), (220, 130, 170),
    (130, 130, 130), (160, 110, 60), (30, 90, 60), (240, 140, 40), (60, 70, 140), (180, 200, 120), (120, 40, 60),
    (150, 200, 230), (90, 90, 30), (250, 220, 190), (40, 40, 50), (200, 60, 140), (225, 225, 225),
)  # fmt: skip


def _walked(index: int) -> tuple[int, int, int]:
    import colorsys

    red, green, blue = colorsys.hls_to_rgb((index * 0.381966) % 1, (0.42, 0.6, 0.75)[index % 3], 0.6)
    return round(red * 255), round(green * 255), round(blue * 255)
