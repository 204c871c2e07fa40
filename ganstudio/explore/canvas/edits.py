"""What was done to a canvas, small enough to keep hundreds: what changed, XORed and compressed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ganstudio.explore.canvas.shapes import Rect

Ids = NDArray[np.uint8]
_OVERHEAD = 400  # bytes of the objects around the data, those of the history's entry included


@dataclass(frozen=True, slots=True)
class Edit:
    """One step: ids before XOR ids after, in a rectangle. XOR is its own inverse, so one array goes both ways.

    Attributes:
        rect: where something changed.
        data: compressed; either the whole rectangle or only the pixels that changed, whichever was smaller.
        sparse: which of the two.
    """

    rect: Rect
    data: bytes = field(repr=False)
    sparse: bool

    @classmethod
    def between(cls, before: Ids, after: Ids, top: int = 0, left: int = 0) -> Edit | None:
        """What made ``after`` of ``before``, both uint8 ``(h, w)`` with their corner there; None for no change."""
        difference = before ^ after
        rows = np.flatnonzero(difference.any(axis=1))
        if not len(rows):
            return None
        columns = np.flatnonzero(difference.any(axis=0))
        difference = difference[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        rect = (top + int(rows[0]), left + int(columns[0]), top + int(rows[-1]) + 1, left + int(columns[-1]) + 1)
        whole = zlib.compress(difference.tobytes(), 6)
        changed = difference != 0
        if len(whole) > 64 and not changed.all():
            few = zlib.compress(np.packbits(changed).tobytes() + difference[changed].tobytes(), 6)
            if len(few) < len(whole):
                return cls(rect, few, True)
        return cls(rect, whole, False)

    @property
    def nbytes(self) -> int:
        """Memory it takes, roughly and rather too much."""
        return len(self.data) + _OVERHEAD

    def apply(self, ids: Ids) -> Rect:
        """Does the step where it was undone, and undoes it where it was done, in place; returns where.

        Args:
            ids: the whole map, uint8 ``(S, S)``, exactly as it was then.
        """
        top, left, bottom, right = self.rect
        ids[top:bottom, left:right] ^= self._difference()
        return self.rect

    def _difference(self) -> Ids:
        top, left, bottom, right = self.rect
        shape = (bottom - top, right - left)
        raw = np.frombuffer(zlib.decompress(self.data), np.uint8)
        if not self.sparse:
            return raw.reshape(shape)
        bits = (shape[0] * shape[1] + 7) // 8
        changed = np.unpackbits(raw[:bits], count=shape[0] * shape[1]).view(np.bool_)
        difference = np.zeros(shape[0] * shape[1], np.uint8)
        difference[changed] = raw[bits:]
        return difference.reshape(shape)
