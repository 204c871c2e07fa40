"""How a canvas was painted, kept as the edits that are kept anyway, and played again."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ganstudio.explore.canvas.adapt import resized
from ganstudio.explore.canvas.edits import Edit

Ids = NDArray[np.uint8]


class Reel:
    """The steps from a first map to the present one. Steps that were undone are not in it.

    Args:
        ids: the first map, uint8 ``(S, S)``.
        budget: bytes that the steps may take; beyond it the oldest melt into the first map.
    """

    def __init__(self, ids: Ids, budget: int) -> None:
        self._size, self._first = ids.shape[0], zlib.compress(ids.tobytes(), 6)
        self._records: deque[Edit] = deque()
        self._budget, self._bytes = budget, 0

    def __len__(self) -> int:
        return len(self._records)

    @property
    def nbytes(self) -> int:
        """Memory that the steps take."""
        return self._bytes

    @property
    def start(self) -> Ids:
        """The first map, a copy."""
        raw = np.frombuffer(zlib.decompress(self._first), np.uint8)
        return raw.reshape(self._size, self._size).copy()

    def add(self, record: Edit) -> None:
        """A step that was done, or done again."""
        self._records.append(record)
        self._bytes += record.nbytes
        if self._bytes <= self._budget:
            return
        first = self.start
        while self._records and self._bytes > self._budget * 0.9:  # some room, so that this is not done at every step
            oldest = self._records.popleft()
            self._bytes -= oldest.nbytes
            oldest.apply(first)
        self._first = zlib.compress(first.tobytes(), 6)

    def back(self, before: Ids) -> None:
        """The last step was undone; ``before`` is the map as it is now, should the step not be here any more."""
        if self._records:
            self._bytes -= self._records.pop().nbytes
        else:
            self._first = zlib.compress(before.tobytes(), 6)

    def frames(self, count: int) -> Iterator[Ids]:
        """The maps on the way, evenly spread over the steps, the first and the present one among them.

        There are ``count``, or as many as there are different ones, if that is less; each is a new array.
        """
        records = tuple(self._records)
        wanted = sorted({round(i * len(records) / max(count - 1, 1)) for i in range(max(count, 1))} | {len(records)})
        if count <= 1:
            wanted = [len(records)]
        return self._played(self.start, records, wanted)

    @staticmethod
    def _played(ids: Ids, records: tuple[Edit, ...], wanted: list[int]) -> Iterator[Ids]:
        done = 0
        for stop in wanted:
            for record in records[done:stop]:
                record.apply(ids)
            done = stop
            yield ids.copy()


class Filmed(Protocol):
    """What has a film: a document."""

    @property
    def reel(self) -> Reel:
        """Its steps."""


def replay(document: Filmed, frames: int, size: int | None = None) -> Iterator[Ids]:
    """The label maps of a painting from its start to now.

    Args:
        document: has a :attr:`~Filmed.reel`.
        frames: how many at most.
        size: side of the maps; None: that of the canvas.

    Yields:
        uint8 ``(S, S)``, each a new array.
    """
    for ids in document.reel.frames(frames):
        yield ids if size is None or size == ids.shape[0] else resized(ids, size)
