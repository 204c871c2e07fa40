"""Measured values on disk: append-only files of fixed-size records, one file for each set of columns.

``metrics/<table>-<k>.bin`` starts with one JSON line that names the columns; then follow little-endian records of an
int64 step, a float64 of seconds and float32 values. Where the columns change, segment k + 1 begins. A segment is never
removed nor given other columns, so a reader's place in it stays meaningful.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.events import Rows, SeriesInfo, SeriesKind, SeriesRole
from ganstudio.core.regular import open_regular
from ganstudio.store.atomic import append_bytes, cut_file, replace_file
from ganstudio.store.folder import children

_NAME = re.compile(r"([a-z][a-z0-9_]*)-(\d+)\.bin")
_HEADER_LIMIT, _MOST_COLUMNS, _LONGEST_NAME = 1 << 20, 1024, 200
_PIECE = 1 << 23
MOST_STEP = 1 << 50
"""No run comes to a later step; up to there every step can be drawn, as a float64."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a table.

    Attributes:
        table: e.g. ``"steps"``.
        index: k, from 0.
        path: the file.
        series: its columns.
        start: where the records begin, in bytes.
    """

    table: str
    index: int
    path: Path
    series: tuple[SeriesInfo, ...]
    start: int

    @property
    def record(self) -> np.dtype[Any]:
        """One row as it lies on disk."""
        return record_type(len(self.series))

    def count(self) -> int:
        """How many whole records the file holds now."""
        return max(0, self.path.stat().st_size - self.start) // self.record.itemsize


def record_type(columns: int) -> np.dtype[Any]:
    """The layout of a row with so many values."""
    return np.dtype([("step", "<i8"), ("seconds", "<f8"), ("values", "<f4", (columns,))])


def parse_name(name: str) -> tuple[str, int] | None:
    """``"steps-0.bin"`` → ``("steps", 0)``; None for other files."""
    match = _NAME.fullmatch(name)
    return (match[1], int(match[2])) if match else None


def open_segment(path: Path) -> Segment | None:
    """Reads the header; None where the file is not (yet) a segment."""
    named = parse_name(path.name)
    if named is None:
        return None
    try:
        with open_regular(path) as file:
            line = file.readline(_HEADER_LIMIT)
        if not line.endswith(b"\n"):
            return None
        columns = json.loads(line)["series"]
        series = tuple(
            SeriesInfo(
                str(row["name"])[:_LONGEST_NAME],
                row["kind"],
                row["role"],
                str(row.get("title", ""))[:_LONGEST_NAME],
                str(row.get("unit", ""))[:_LONGEST_NAME],
            )
            for row in columns
        )
        # What nobody can draw: a painter that stops in the middle takes the program with it.
        known = all(one.kind in get_args(SeriesKind) and one.role in get_args(SeriesRole) for one in series)
        if not known or len({one.name for one in series}) < len(series) or len(series) > _MOST_COLUMNS:
            return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return Segment(named[0], named[1], path, series, len(line))


def segments(folder: Path, table: str | None = None) -> list[Segment]:
    """The segments of one table or of all, in order."""
    found = [open_segment(path) for path in children(folder)]
    chosen = [segment for segment in found if segment and table in (None, segment.table)]
    return sorted(chosen, key=lambda segment: (segment.table, segment.index))


def read_rows(segment: Segment, first: int = 0, after: int | None = None) -> Rows:
    """Whole records from number ``first`` on.

    Rows end where steps stop to increase, or come to what no run has: zeros that a power cut left in place of
    records are not taken for values.

    Args:
        segment: the file.
        first: how many records to skip.
        after: the step of the row before; smaller or equal steps are not believed.
    """
    pieces = [np.empty(0, segment.record)]
    each = max(1, _PIECE // segment.record.itemsize)
    with open_regular(segment.path) as file:
        file.seek(segment.start + first * segment.record.itemsize)
        # Piece by piece: a file with holes claims to be larger than the memory, and ends with its first zeros.
        while len(records := np.fromfile(file, dtype=segment.record, count=each)):
            steps = records["step"].astype(np.int64)
            wrong = np.flatnonzero(
                (steps <= np.concatenate([[-1 if after is None else after], steps[:-1]]))
                | (steps > MOST_STEP)
                | ~(np.abs(records["seconds"]) <= MOST_STEP)
            )
            pieces.append(records[: int(wrong[0])] if len(wrong) else records)
            if len(wrong) or len(records) < each:
                break
            after = int(steps[-1])
    records = np.concatenate(pieces)
    end, steps = len(records), records["step"].astype(np.int64)
    return Rows(
        segment.table,
        segment.series,
        steps,
        records["seconds"].astype(np.float64),
        np.ascontiguousarray(records["values"], dtype=np.float32).reshape(end, len(segment.series)),
    )


def read_table(folder: Path, table: str) -> list[Rows]:
    """All rows of a table, one value for each segment that has any (the last one even if empty)."""
    result: list[Rows] = []
    after: int | None = None
    for segment in segments(folder, table):
        rows = read_rows(segment, after=after)
        if len(rows.steps):
            after = int(rows.steps[-1])
        result.append(rows)
    return [rows for index, rows in enumerate(result) if len(rows.steps) or index == len(result) - 1]


def records_until(segment: Segment, step: int) -> int:
    """How many records belong to steps up to and including ``step``."""
    return int(np.searchsorted(read_rows(segment).steps, step, side="right"))


class TableWriter:
    """Writes the tables of a run; cuts off torn and unbelievable records when it begins.

    Args:
        folder: the run's ``metrics`` folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last_step: dict[str, int] = {}
        self._open: dict[str, Segment] = {}
        for segment in segments(folder):
            self._open[segment.table] = segment
            rows = read_rows(segment, after=self._last_step.get(segment.table))
            _cut(segment, len(rows.steps))
            if len(rows.steps):
                self._last_step[segment.table] = int(rows.steps[-1])

    @property
    def last_step(self) -> int:
        """The newest step of any table; 0 where there is none."""
        return max(self._last_step.values(), default=0)

    def append(self, rows: Rows) -> None:
        """Adds rows; those whose step is already there are skipped, so a write may be tried again.

        Raises:
            ValueError: the arrays do not fit together, or steps do not increase.
            DiskFullError: nothing was added.
        """
        _check(rows)
        last = self._last_step.get(rows.table)
        first = 0 if last is None else int(np.searchsorted(rows.steps, last, side="right"))
        if first == len(rows.steps):
            return
        segment = self._segment_for(rows)
        records = np.empty(len(rows.steps) - first, dtype=segment.record)
        records["step"] = rows.steps[first:]
        records["seconds"] = rows.seconds[first:]
        records["values"] = rows.values[first:]
        append_bytes(segment.path, records.tobytes())
        self._last_step[rows.table] = int(rows.steps[-1])

    def _segment_for(self, rows: Rows) -> Segment:
        segment = self._open.get(rows.table)
        if segment is None or segment.series != rows.series:
            # Beside what is damaged, too: it is not written over.
            taken = [named[1] for path in children(self._folder) if (named := parse_name(path.name))
                     and named[0] == rows.table]  # fmt: skip
            index = max(taken, default=-1) + 1
            path = self._folder / f"{rows.table}-{index}.bin"
            header = json.dumps({"table": rows.table, "series": [asdict(info) for info in rows.series]})
            replace_file(path, header.encode("utf-8") + b"\n")
            segment = Segment(rows.table, index, path, rows.series, len(header.encode("utf-8")) + 1)
            self._open[rows.table] = segment
        return segment

    def truncate_after(self, step: int) -> None:
        """Drops rows of later steps from every table."""
        self._last_step.clear()
        for segment in segments(self._folder):
            keep = records_until(segment, step)
            if keep:
                self._last_step[segment.table] = int(read_rows(segment).steps[keep - 1])
            _cut(segment, keep)


def _check(rows: Rows) -> None:
    count = len(rows.steps)
    if rows.seconds.shape != (count,) or rows.values.shape != (count, len(rows.series)):
        raise ValueError(f"rows of {rows.table!r}: {count} steps, {rows.seconds.shape}, {rows.values.shape}")
    steps: NDArray[np.int64] = rows.steps
    if count > 1 and not bool(np.all(steps[1:] > steps[:-1])):
        raise ValueError(f"steps of {rows.table!r} do not increase")
    if parse_name(f"{rows.table}-0.bin") is None:
        raise ValueError(f"{rows.table!r} is no name for a table")


def _cut(segment: Segment, records: int) -> None:
    length = segment.start + records * segment.record.itemsize
    if segment.path.stat().st_size > length:
        cut_file(segment.path, length)
