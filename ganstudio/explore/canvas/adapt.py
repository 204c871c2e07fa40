"""Label maps for another run: another size, other classes; and as text, to be carried by a picture."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import MAX_CLASSES, nearest_classes

LARGEST = 2048
"""The longest side of a canvas; far beyond what any network here draws."""
Ids = NDArray[np.uint8]


def check_ids(ids: NDArray[np.generic], count: int) -> None:
    """Refuses what is no label map of so many classes.

    Raises:
        UsageError: it is not uint8 ``(S, S)`` with 1 ≤ S ≤ 2048, or holds ids that are not below ``count``.
    """
    if not 1 <= count <= MAX_CLASSES:
        raise UsageError(_("A canvas needs 1 to {most} classes, not {count}.").format(most=MAX_CLASSES, count=count))
    if ids.dtype != np.uint8 or ids.ndim != 2 or ids.shape[0] != ids.shape[1] or not 1 <= ids.shape[0] <= LARGEST:
        raise UsageError(
            _("A canvas is a square of 1 to {largest} pixels a side.").format(largest=LARGEST),
            details=f"{ids.dtype} {ids.shape}",
        )
    highest = int(np.asarray(ids).max())
    if highest >= count:
        raise UsageError(
            _("The label map holds class number {highest}, but there are only the numbers 0 to {last}.").format(
                highest=highest, last=count - 1
            )
        )


def resized(ids: Ids, size: int) -> Ids:
    """The map in another size, ``(size, size)``, each pixel from the nearest old one; always a copy."""
    rows = (np.arange(size) * 2 + 1) * ids.shape[0] // (2 * size)
    columns = (np.arange(size) * 2 + 1) * ids.shape[1] // (2 * size)
    return np.asarray(ids[rows[:, None], columns[None, :]], np.uint8)


def remap(ids: Ids, from_classes: Sequence[MapClass], to_classes: Sequence[MapClass]) -> tuple[Ids, list[str]]:
    """The map in the classes of another run.

    Classes with the same name belong together, large and small letters alike; the others take the nearest colour.

    Args:
        ids: uint8 ``(S, S)``, each below ``len(from_classes)``.
        from_classes: what the ids mean.
        to_classes: what they shall mean.

    Returns:
        a new map, and one sentence for each class on it that had to become another.

    Raises:
        UsageError: the ids do not fit their classes, or one of the lists is empty or too long.
    """
    check_ids(ids, len(from_classes))
    for classes in (from_classes, to_classes):
        if not 1 <= len(classes) <= MAX_CLASSES:
            raise UsageError(_("A canvas needs 1 to {most} classes, not {count}.").format(
                most=MAX_CLASSES, count=len(classes)))  # fmt: skip
    by_name: dict[str, int] = {}
    for index, one in enumerate(to_classes):
        by_name.setdefault(_key(one.name), index)
    nearest, distances = nearest_classes(np.array([one.colour for one in from_classes], np.uint8), to_classes)
    table, there, said = np.zeros(256, np.uint8), np.bincount(ids.ravel(), minlength=256), list[str]()
    for index, one in enumerate(from_classes):
        same = by_name.get(_key(one.name))
        table[index] = nearest[index] if same is None else same
        if same is not None or not there[index]:
            continue
        words = (
            _("“{old}” is not a class here; it became “{new}”, which has the same colour.")
            if distances[index] == 0
            else _("“{old}” is not a class here; it became “{new}”, whose colour is nearest.")
        )
        said.append(words.format(old=one.title, new=to_classes[int(nearest[index])].title))
    return table[ids], said


def pack_ids(ids: Ids) -> str:
    """A label map as ASCII text: base64 of its bytes, compressed."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(ids).tobytes(), 9)).decode("ascii")


def unpack_ids(text: object, count: int, size: int) -> Ids:
    """The inverse of :func:`pack_ids`, for text that nobody vouches for.

    Args:
        text: what stands in the file.
        count: how many classes there are.
        size: the side it must have.

    Raises:
        UsageError: it is damaged, of another size, or holds classes that there are not.
    """
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= LARGEST:
        raise UsageError(_("A canvas is a square of 1 to {largest} pixels a side.").format(largest=LARGEST))
    wanted = size * size
    try:
        if not isinstance(text, str) or len(text) > 2 * wanted + 1024:
            raise ValueError("no text, or too long")
        stream = zlib.decompressobj()
        raw = stream.decompress(base64.b64decode(text.encode("ascii"), validate=True), wanted + 1)
        if len(raw) != wanted or not stream.eof:
            raise ValueError(f"{len(raw)} bytes or more instead of {wanted}")
    except (ValueError, binascii.Error, zlib.error) as error:
        raise UsageError(
            _("The label map in it is damaged or of another size than it says; nothing was changed."),
            details=repr(error),
        ) from error
    ids = np.frombuffer(raw, np.uint8).reshape(size, size).copy()
    check_ids(ids, count)
    return ids


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
