"""Measured values stay on the device until somebody publishes: one synchronisation for hundreds of steps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ganstudio.core.events import Rows, SeriesInfo


@dataclass(slots=True)
class _Row:
    step: int
    seconds: float
    names: list[int]
    values: list[Tensor]


@dataclass(slots=True)
class Meter:
    """The rows of one table, being collected.

    A value is a 0-d tensor and is neither read nor moved until :meth:`take`. Several values of one name in one step
    (five critic updates) are averaged.
    """

    table: str
    series: list[SeriesInfo] = field(default_factory=list)
    _index: dict[str, int] = field(default_factory=dict)
    _rows: list[_Row] = field(default_factory=list)
    _open: _Row | None = None
    not_finite: tuple[int, str] | None = None  # step and name of the first loss found NaN or infinite

    def begin(self, step: int) -> None:
        """Opens the row of a step."""
        self._open = _Row(step, 0.0, [], [])

    def add(self, info: SeriesInfo, value: Tensor) -> None:
        """Adds one value to the open row; new series become new columns."""
        index = self._index.get(info.name)
        if index is None:
            index = self._index[info.name] = len(self.series)
            self.series.append(info)
        assert self._open is not None
        self._open.names.append(index)
        self._open.values.append(value)

    @property
    def values(self) -> list[Tensor]:
        """Those of the open row, in the order of their coming."""
        return [] if self._open is None else self._open.values

    def end(self, seconds: float) -> None:
        """Closes the row; a row without values is dropped."""
        row, self._open = self._open, None
        if row is not None and row.values:
            row.seconds = seconds
            self._rows.append(row)

    def __len__(self) -> int:
        return len(self._rows)

    def take(self) -> Rows | None:
        """All closed rows, read from the device in one go; None where there are none."""
        rows, self._rows = self._rows, []
        if not rows:
            return None
        # One stack and one copy: this is the only place of the loop that waits for the device.
        flat = torch.stack([value for row in rows for value in row.values]).float().cpu().numpy()
        sums = np.zeros((len(rows), len(self.series)), np.float64)
        counts = np.zeros((len(rows), len(self.series)), np.int64)
        row_of = np.repeat(np.arange(len(rows)), [len(row.values) for row in rows])
        column_of = np.fromiter((index for row in rows for index in row.names), np.int64, len(flat))
        self._look_for_nan(rows, flat, row_of, column_of)
        np.add.at(sums, (row_of, column_of), flat)
        np.add.at(counts, (row_of, column_of), 1)
        values = np.full(sums.shape, np.nan, np.float32)
        np.divide(sums, counts, out=values, where=counts > 0, casting="unsafe")
        return Rows(
            self.table,
            tuple(self.series),
            np.array([row.step for row in rows], np.int64),
            np.array([row.seconds for row in rows], np.float64),
            values,
        )

    def _look_for_nan(
        self, rows: list[_Row], flat: NDArray[np.float32], row_of: NDArray[np.int64], column_of: NDArray[np.int64]
    ) -> None:
        for position in np.flatnonzero(~np.isfinite(flat)):
            info = self.series[column_of[position]]
            if info.kind == "loss" and self.not_finite is None:
                self.not_finite = (rows[row_of[position]].step, info.name)
