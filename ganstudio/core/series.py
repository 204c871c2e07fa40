"""Measured values in memory, ready to be drawn: growable columns over steps, training time and images seen.

A :class:`SeriesTable` takes the :class:`~ganstudio.core.events.Rows` of one table as they come and answers "what
does this column look like between x0 and x1 on a plot this many pixels wide" in a time that depends on the pixels, not on
the length of the run. One thread only (the one that draws).

Memory for a million rows of six columns: 16 MB of steps and seconds, 24 MB of values, 7 MB of pyramids, 8.5 MB more
while smoothing is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.pyramid import FACTOR, Buffer, Pyramid, Reader, Smoothed

By = Literal["step", "seconds", "images"]
Batches = Sequence[tuple[int, int]]
"""``(step, size)``: batches have this size from the step after that on; the first of step 0."""
Points = tuple[NDArray[np.float64], NDArray[np.float32]]
_LOOK_BACK = 256
"""How many rows a value may lie back to be still "the value at this step" of a column that is measured now and then."""


class _Column:
    """One series: its values (infinities as they came), the pyramid, and the smoothed twin while it is wanted."""

    def __init__(self, info: SeriesInfo) -> None:
        self.info = info
        self.values = Buffer(np.float32)
        self.infinite = Buffer(np.int64)
        self.pyramid = Pyramid()
        self.smoothed: Smoothed | None = None

    def extend(self, values: NDArray[np.float32]) -> None:
        self.infinite.extend(np.flatnonzero(np.isinf(values)) + len(self.values))
        self.values.extend(values)

    def drawn(self) -> Pyramid:
        """The pyramid, up to date: rows are added far more often than they are drawn."""
        self.pyramid.update(self.finite, len(self.values))
        return self.pyramid

    def finite(self, start: int, stop: int) -> NDArray[np.float32]:
        """Values of rows ``[start, stop)`` with NaN for infinities; a view where there are none."""
        part: NDArray[np.float32] = self.values.view[start:stop]
        first, last = np.searchsorted(self.infinite.view, (start, stop))
        if first < last:
            part = np.where(np.isinf(part), np.float32(np.nan), part)
        return part

    @property
    def nbytes(self) -> int:
        smoothed = self.smoothed.nbytes if self.smoothed is not None else 0
        return self.values.nbytes + self.infinite.nbytes + self.pyramid.nbytes + smoothed

    def truncate(self, rows: int) -> None:
        self.values.truncate(rows)
        self.infinite.truncate(int(np.searchsorted(self.infinite.view, rows)))
        self.pyramid.truncate(rows)
        if self.smoothed is not None:
            self.smoothed.truncate(rows)


class SeriesTable:
    """The rows of one table, cheap to add to, to look at and to draw.

    ``version`` changes with every change of content, so that a view knows whether to draw again.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.version = 0
        self._steps = Buffer(np.int64)
        self._seconds = Buffer(np.float64)
        self._images = Buffer(np.float64)
        self._batches: Batches = ()
        self._columns: dict[str, _Column] = {}
        self._blank = Buffer(np.int64)

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def series(self) -> tuple[SeriesInfo, ...]:
        """The columns, in the order in which they first appeared."""
        return tuple(column.info for column in self._columns.values())

    @property
    def nbytes(self) -> int:
        """Bytes in use by values, steps, pyramids and smoothing."""
        return self._steps.nbytes + self._seconds.nbytes + sum(column.nbytes for column in self._columns.values())

    @property
    def steps(self) -> NDArray[np.int64]:
        """int64 ``(n,)``, never decreasing."""
        return self._steps.view

    @property
    def seconds(self) -> NDArray[np.float64]:
        """float64 ``(n,)``: training time, never decreasing."""
        return self._seconds.view

    def column(self, name: str) -> NDArray[np.float32]:
        """float32 ``(n,)`` as measured: NaN where nothing was, infinities kept.

        Raises:
            KeyError: there is no such series.
        """
        return self._columns[name].values.view

    def append(self, rows: Rows) -> None:
        """Adds rows; a series seen for the first time becomes a column that is NaN before.

        A batch that begins before the last step replaces what was there from its first step on: so reads a run that was
        resumed from an older checkpoint. Equal steps are kept as they come.

        Raises:
            ValueError: shapes do not fit or the steps of the batch decrease.
        """
        count = len(rows.steps)
        if rows.values.shape != (count, len(rows.series)) or rows.seconds.shape != (count,):
            raise ValueError(f"rows of shape {rows.values.shape} do not fit {count} steps of {len(rows.series)} series")
        if count == 0:
            return
        if np.any(np.diff(rows.steps) < 0):
            raise ValueError("the steps of a batch may not decrease")
        if len(self) and rows.steps[0] < self.steps[-1]:
            self.truncate_after(int(rows.steps[0]) - 1)
        before = len(self)
        seconds = np.asarray(rows.seconds, np.float64)
        if before:
            seconds = np.maximum(seconds, self.seconds[-1])
        self._steps.extend(rows.steps)
        self._seconds.extend(np.maximum.accumulate(seconds))
        given = {info.name: index for index, info in enumerate(rows.series)}
        for info in rows.series:
            if info.name not in self._columns:
                self._columns[info.name] = column = _Column(info)
                column.extend(np.full(before, np.nan, np.float32))
        missing = np.full(count, np.nan, np.float32)
        for name, column in self._columns.items():
            column.extend(np.ascontiguousarray(rows.values[:, given[name]]) if name in given else missing)
        self._note_blank(rows, before)
        self.version += 1

    def _note_blank(self, rows: Rows, before: int) -> None:
        """Remembers rows in which no loss at all is finite: something was trained, so a loss was NaN."""
        losses = [index for index, info in enumerate(rows.series) if info.kind == "loss"]
        if losses:
            self._blank.extend(np.flatnonzero(~np.isfinite(rows.values[:, losses]).any(axis=1)) + before)

    def truncate_after(self, step: int) -> None:
        """Forgets every row with a larger step."""
        rows = int(np.searchsorted(self.steps, step, side="right"))
        if rows == len(self):
            return
        self._steps.truncate(rows)
        self._seconds.truncate(rows)
        self._images.truncate(rows)
        for column in self._columns.values():
            column.truncate(rows)
        self._blank.truncate(int(np.searchsorted(self._blank.view, rows)))
        self.version += 1

    def set_batches(self, batches: Batches) -> None:
        """Says how large the batches were, see :data:`Batches`; until then a step counts as one image."""
        if batches != self._batches:
            self._batches = batches
            self._images.truncate(0)
            self.version += 1

    def positions(self, by: By = "step") -> NDArray[np.int64] | NDArray[np.float64]:
        """Where the rows lie on the x axis: steps, seconds, or real items seen (steps × batch size)."""
        if by == "images":
            self._images.extend(images_seen(self.steps[len(self._images) :], self._batches))
            return self._images.view
        return self.steps if by == "step" else self.seconds

    def band_of(self, name: str) -> tuple[str, str] | None:
        """The columns between which a band lies around one; None where it stands for one run alone."""
        return None

    @property
    def every(self) -> float:
        """How many measured values a row stands for."""
        return 1.0

    def not_finite(self, name: str) -> NDArray[np.int64]:
        """Steps at which this series blew up.

        Those are its infinities, and for a loss also the rows in which no loss of the table was finite. A lone NaN
        may as well mean that the value was not measured (a phase left out), so it is not counted.
        """
        column = self._columns[name]
        rows = column.infinite.view
        if column.info.kind == "loss":
            rows = np.union1d(rows, self._blank.view)
        steps: NDArray[np.int64] = self.steps[rows]
        return steps

    def window(self, name: str, x0: float, x1: float, pixels: int, by: By = "step") -> Points:
        """What to draw of a series between ``x0`` and ``x1`` on ``pixels`` columns.

        Every value where there are at most two per pixel; otherwise smallest and largest value of groups of rows about
        one pixel wide, so that no spike is lost. One point beyond either side is included: lines reach the edge.
        Groups have equal numbers of rows: with very uneven times the envelope is coarser where time passed slowly.

        Returns:
            x float64 ``(m,)`` and y float32 ``(m,)``, m ≤ 2.5 · pixels + a few; y is NaN where the line breaks.
        """
        column = self._columns[name]
        return self._draw(column.drawn(), column.finite, x0, x1, pixels, by)

    def smoothed_window(self, name: str, x0: float, x1: float, pixels: int, by: By, weight: float) -> Points:
        """As :meth:`window` of the series smoothed exponentially with ``weight`` in [0, 1): 0 is the series itself.

        The smoothing starts at the first row, not at ``x0``, so that zooming changes nothing. The first call with a new
        weight passes over the whole column once (about 15 ms per million rows); later calls only over what was added.

        Raises:
            ValueError: ``weight`` is not in [0, 1).
        """
        if not 0 <= weight < 1:
            raise ValueError(f"the smoothing weight must be in [0, 1), not {weight}")
        column = self._columns[name]
        if weight == 0:
            column.smoothed = None
            return self.window(name, x0, x1, pixels, by)
        smoothed = self._smooth(column, weight)
        return self._draw(smoothed.pyramid, lambda a, b: smoothed.read(column.finite, a, b), x0, x1, pixels, by)

    def _smooth(self, column: _Column, weight: float) -> Smoothed:
        """The column's smoothed twin, up to date."""
        if column.smoothed is None or column.smoothed.weight != weight:
            column.smoothed = Smoothed(weight)
        column.smoothed.update(column.finite, len(self))
        return column.smoothed

    def _draw(self, pyramid: Pyramid, read: Reader, x0: float, x1: float, pixels: int, by: By) -> Points:
        x = self.positions(by)
        start = max(_rows_before(x, x0) - 1, 0)
        stop = min(_rows_before(x, np.nextafter(x1, np.inf)) + 1, len(x))
        pixels = max(pixels, 1)
        if stop - start <= max(2 * pixels, 2 * FACTOR):
            return _bridge(x[start:stop].astype(np.float64), read(start, stop))
        # Never wider than a pixel: a column without a group would be a hole in the envelope.
        group = pyramid.group_size((stop - start) // pixels)
        start -= start % group
        low, high = pyramid.envelope(read, start, stop, group)
        xs = np.repeat(x[start:stop:group].astype(np.float64), 2)
        xs[-1] = x[stop - 1]
        ys = np.empty(2 * len(low), np.float32)
        ys[0::2], ys[1::2] = low, high
        ys[2::4], ys[3::4] = high[1::2], low[1::2]  # up, down, up, …: half the ink of up, up, up
        return _bridge(xs, ys)

    def value_at(self, name: str, x: float, by: By = "step", weight: float = 0.0) -> tuple[int, float] | None:
        """The (smoothed) value at the row nearest to ``x``, or the last finite one shortly before it.

        Returns:
            The step it was measured at and the value; None where there is none.
        """
        row = self.row_at(x, by)
        if row is None:
            return None
        column, start = self._columns[name], max(row - _LOOK_BACK, 0)
        if weight > 0:
            values = self._smooth(column, weight).read(column.finite, start, row + 1)
        else:
            values = column.finite(start, row + 1)
        finite = np.flatnonzero(~np.isnan(values))
        if not len(finite):
            return None
        return int(self.steps[start + finite[-1]]), float(values[finite[-1]])

    def row_at(self, x: float, by: By = "step") -> int | None:
        """The row nearest to ``x``; None while there is none."""
        positions = self.positions(by)
        if not len(positions):
            return None
        after = min(_rows_before(positions, x), len(positions) - 1)
        before = max(after - 1, 0)
        return before if abs(x - positions[before]) <= abs(positions[after] - x) else after


def images_seen(steps: NDArray[np.int64], batches: Batches) -> NDArray[np.float64]:
    """How many real items had been seen after each of these steps, where the size of the batches changed on the way."""
    changes = batches or ((0, 1),)
    since = np.array([step for step, _size in changes], np.float64)
    sizes = np.array([size for _step, size in changes], np.float64)
    before = np.concatenate(([0.0], np.cumsum(np.diff(since) * sizes[:-1])))
    place = np.maximum(np.searchsorted(since, steps, side="left") - 1, 0)
    return np.asarray(before[place] + (steps - since[place]) * sizes[place], np.float64)


def _rows_before(positions: NDArray[np.int64] | NDArray[np.float64], x: float) -> int:
    """How many positions are smaller than ``x``. A float sought among integers would copy all of them, so it is not."""
    if positions.dtype.kind == "i":
        return int(np.searchsorted(positions, np.int64(np.ceil(np.clip(x, -(2.0**62), 2.0**62)))))
    return int(np.searchsorted(positions, x))


def _bridge(x: NDArray[np.float64], y: NDArray[np.float32]) -> Points:
    """Joins the points of a series that is measured now and then; a pause longer than its usual one stays a gap."""
    finite = np.flatnonzero(~np.isnan(y))
    if len(finite) < 3 or len(finite) == len(y):
        return x, y
    gaps = np.diff(finite)
    usual = float(np.median(gaps))
    if usual < 2:
        return x, y
    keep = np.zeros(len(y), bool)
    keep[finite] = True
    keep[finite[:-1][gaps > 1.5 * usual] + 1] = True
    return x[keep], y[keep]
