"""Growable columns with a min/max pyramid and a smoothed twin: what lets a million measured values redraw in a moment.

A :class:`Pyramid` keeps the smallest and largest value of every 8, 64, 512, … neighbouring rows, built as rows come in
(amortised constant time per value, 1.14 extra bytes per float32 and bound). A :class:`Smoothed` column does not
store its million smoothed values: it stores the filter's state every 64 rows and a pyramid, and computes the few
thousand values that are looked at. Both ignore NaN: a block is NaN only where it holds no finite value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

FACTOR = 8
"""Rows per block of a pyramid's finest level, and blocks per block above."""
FINE = 4
"""A group is made of at least this many blocks, so that group sizes can follow the pixels closely."""
STATE_EVERY = 64
"""Rows between two stored states of the smoothing filter."""
_CHUNK = 65_536
"""Rows handled at a time, so that temporary arrays stay small whatever the length."""

Reader = Callable[[int, int], NDArray[np.float32]]


class Buffer:
    """A one-dimensional array that grows at its end; capacity doubles, and untouched capacity costs no memory."""

    def __init__(self, dtype: Any) -> None:
        self._data: NDArray[Any] = np.empty(256, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def view(self) -> NDArray[Any]:
        """The values so far; a view that stays valid, but does not see later rows."""
        return self._data[: self._count]

    @property
    def nbytes(self) -> int:
        """Bytes in use, untouched capacity left out."""
        return self._count * self._data.itemsize

    def extend(self, values: NDArray[Any]) -> None:
        """Adds values at the end."""
        wanted = self._count + len(values)
        if wanted > len(self._data):
            grown = np.empty(max(wanted, 2 * len(self._data)), self._data.dtype)
            grown[: self._count] = self._data[: self._count]
            self._data = grown
        self._data[self._count : wanted] = values
        self._count = wanted

    def truncate(self, count: int) -> None:
        """Forgets everything from row ``count`` on. Copies, so that views given out before keep their values."""
        if count < self._count:
            self._data = self._data[: max(count, 256)].copy()
            self._count = count


class Pyramid:
    """Smallest and largest value of every 8, 64, 512, … rows of a column that only grows or is cut."""

    def __init__(self) -> None:
        self._levels: list[tuple[Buffer, Buffer]] = []

    def update(self, read: Reader, rows: int) -> None:
        """Adds the blocks that became complete.

        Args:
            read: gives the column's values of rows ``[start, stop)``.
            rows: how many rows there are now.
        """
        start = len(self._levels[0][0]) * FACTOR if self._levels else 0
        stop = rows // FACTOR * FACTOR
        while start < stop:
            upto = min(start + _CHUNK, stop)
            block = read(start, upto).reshape(-1, FACTOR)
            self._push(0, np.fmin.reduce(block, axis=1), np.fmax.reduce(block, axis=1))
            start = upto

    def _push(self, index: int, low: NDArray[np.float32], high: NDArray[np.float32]) -> None:
        if index == len(self._levels):
            self._levels.append((Buffer(np.float32), Buffer(np.float32)))
        lows, highs = self._levels[index]
        lows.extend(low)
        highs.extend(high)
        above = len(self._levels[index + 1][0]) if index + 1 < len(self._levels) else 0
        complete = len(lows) // FACTOR
        if complete > above:
            part = slice(above * FACTOR, complete * FACTOR)
            self._push(
                index + 1,
                np.fmin.reduce(lows.view[part].reshape(-1, FACTOR), axis=1),
                np.fmax.reduce(highs.view[part].reshape(-1, FACTOR), axis=1),
            )

    def truncate(self, rows: int) -> None:
        """Forgets the blocks that reach beyond row ``rows``."""
        for lows, highs in self._levels:
            rows //= FACTOR
            lows.truncate(rows)
            highs.truncate(rows)

    def envelope(
        self, read: Reader, start: int, stop: int, group: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Smallest and largest value of each ``group`` rows from ``start`` (a multiple of ``group``) to ``stop``.

        ``group`` is what :meth:`group_size` gave. The last group may be shorter.
        """
        index, size = self._level_for(group)
        if index < 0:
            low = high = read(start, stop)
        else:
            lows, highs = self._levels[index]
            complete = min(len(lows), stop // size)
            low, high = lows.view[start // size : complete], highs.view[start // size : complete]
            if complete * size < stop:
                tail = read(max(complete * size, start), stop)
                low = np.append(low, np.fmin.reduce(tail))
                high = np.append(high, np.fmax.reduce(tail))
        starts = np.arange(0, len(low), group // size)
        return np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)

    def group_size(self, rows_per_group: int) -> int:
        """The largest number of rows, at most ``rows_per_group``, that can be grouped cheaply."""
        size = self._level_for(rows_per_group)[1]
        return rows_per_group // size * size

    @property
    def nbytes(self) -> int:
        """Bytes in use."""
        return sum(lows.nbytes + highs.nbytes for lows, highs in self._levels)

    def _level_for(self, group: int) -> tuple[int, int]:
        """The coarsest level that still makes a group of FINE blocks, and its rows per block; −1, 1: the rows."""
        index, size = -1, 1
        while index + 1 < len(self._levels) and size * FACTOR * FINE <= group:
            index, size = index + 1, size * FACTOR
        return index, size


class Smoothed:
    """Exponential smoothing of a column, corrected for its start: the weighted mean of all finite values so far.

    ``s_t = Σ w^(k_t − k_i) x_i / Σ w^(k_t − k_i)`` over the finite values i ≤ t, where k counts finite values. A value
    that is not finite leaves the filter as it is and is NaN itself, so a gap stays a gap and poisons nothing.
    """

    def __init__(self, weight: float) -> None:
        self.weight = weight
        # At the start of every block of STATE_EVERY rows: Σ (1 − w) w^… x, and w^(finite values so far).
        self._sum = Buffer(np.float64)
        self._left = Buffer(np.float64)
        self._sum.extend(np.zeros(1))
        self._left.extend(np.ones(1))
        self.pyramid = Pyramid()

    def update(self, read: Reader, rows: int) -> None:
        """Takes in the rows that were added: ``read`` gives the values themselves (NaN for infinities)."""
        start = (len(self._sum) - 1) * STATE_EVERY
        stop = rows // STATE_EVERY * STATE_EVERY
        while start < stop:
            upto = min(start + _CHUNK, stop)
            self._advance(read(start, upto))
            start = upto
        self.pyramid.update(lambda first, last: self.read(read, first, last), rows)

    def _advance(self, values: NDArray[np.float32]) -> None:
        sums, left = self._local(values)
        total, remain = float(self._sum.view[-1]), float(self._left.view[-1])
        out_sum, out_left = np.empty(sums.shape[1]), np.empty(sums.shape[1])
        last_left = np.broadcast_to(left[-1], out_left.shape)
        for index, (part, decay) in enumerate(zip(sums[-1].tolist(), last_left.tolist(), strict=True)):
            total = total * decay + part
            remain *= decay
            out_sum[index] = total
            out_left[index] = remain
        self._sum.extend(out_sum)
        self._left.extend(out_left)

    def _local(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The filter over whole blocks, each from an empty start: sums and decays, ``(STATE_EVERY, blocks)``.

        One loop over the 64 rows of a block, vectorised over the blocks. Without gaps the decays are one column.
        """
        rows = values.reshape(-1, STATE_EVERY).T.astype(np.float64, order="C")
        finite = ~np.isnan(rows)
        if finite.all():
            left = self.weight ** np.arange(1.0, STATE_EVERY + 1).reshape(-1, 1)
            rows *= 1 - self.weight
            for index in range(1, STATE_EVERY):
                rows[index] += self.weight * rows[index - 1]
            return rows, left
        keep = np.where(finite, self.weight, 1.0)
        rows = np.where(finite, rows * (1 - self.weight), 0.0)
        for index in range(1, STATE_EVERY):
            rows[index] += keep[index] * rows[index - 1]
        left = np.cumprod(keep, axis=0, dtype=np.float64)
        return rows, left

    def read(self, raw: Reader, start: int, stop: int) -> NDArray[np.float32]:
        """The smoothed values of rows ``[start, stop)``, float32; NaN where the value itself is not finite.

        ``raw`` gives the values themselves, as in :meth:`update`, which must have seen these rows.
        """
        first = start // STATE_EVERY
        blocks = -(-stop // STATE_EVERY) - first
        values = np.full(blocks * STATE_EVERY, np.nan, np.float32)
        part = raw(first * STATE_EVERY, stop)
        values[: len(part)] = part
        sums, left = self._local(values)
        head = slice(first, first + blocks)
        with np.errstate(invalid="ignore", divide="ignore"):  # 0/0 before the first finite value: NaN, as it should
            smooth = (sums + left * self._sum.view[head]) / (1 - left * self._left.view[head])
        result = smooth.T.astype(np.float32).reshape(-1)
        result[np.isnan(values)] = np.nan
        offset = first * STATE_EVERY
        inside: NDArray[np.float32] = result[start - offset : stop - offset]
        return inside

    @property
    def nbytes(self) -> int:
        """Bytes in use."""
        return self._sum.nbytes + self._left.nbytes + self.pyramid.nbytes

    def truncate(self, rows: int) -> None:
        """Forgets the rows from ``rows`` on."""
        self._sum.truncate(rows // STATE_EVERY + 1)
        self._left.truncate(rows // STATE_EVERY + 1)
        self.pyramid.truncate(rows)
