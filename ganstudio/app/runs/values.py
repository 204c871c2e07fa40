"""Writes the measured values of runs as CSV; a file appears whole or not at all. No Qt."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.elsewhere import as_cell
from ganstudio.core.errors import CancelledError
from ganstudio.core.events import SeriesInfo
from ganstudio.core.series import SeriesTable
from ganstudio.store.atomic import replace_file

Progress = Callable[[float], bool]
"""Told how far it is, 0 to 1; False gives up."""
_ROWS_AT_A_TIME = 20_000


def export_csv(path: Path, tables: Mapping[str, SeriesTable], progress: Progress | None = None) -> bool:
    """Writes all tables into one CSV file: one header row, then one row per step.

    Columns are ``step``, ``seconds`` and every series of every table, with title and unit where it has them; rows of
    equal steps are joined, and a cell is empty where nothing was measured. Numbers are written so that they read back as
    the same float32.

    Args:
        path: the file; one that is there is replaced once the new one is complete.
        tables: the run's tables.
        progress: is told how far it is, 0 to 1; False cancels, and nothing is left behind.

    Returns:
        Whether it was written (not cancelled).

    Raises:
        StoreError: the file cannot be written.
    """
    every = list(tables.values())
    steps = np.unique(np.concatenate([table.steps for table in every] or [np.empty(0, np.int64)]))

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["step", "seconds", *(_heading(info) for table in every for info in table.series)])
            for start in range(0, len(steps), _ROWS_AT_A_TIME):
                block = steps[start : start + _ROWS_AT_A_TIME]
                lines.writerows(zip(*_columns(every, block), strict=True))
                if progress is not None and not progress((start + len(block)) / len(steps)):
                    raise CancelledError("")

    return _written(path, write)


def export_runs(
    path: Path, runs: Sequence[tuple[str, Mapping[str, SeriesTable]]], progress: Progress | None = None
) -> bool:
    """Writes the tables of several runs below each other, as :func:`export_csv` does, their names in a column ``run``."""
    infos = {info.name: info for _of, tables in runs for table in tables.values() for info in table.series}

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["run", "step", "seconds", *map(_heading, infos.values())])
            for number, (of, tables) in enumerate(runs, 1):
                every = list(tables.values())
                steps, seconds, *cells = _columns(every, np.unique(np.concatenate([table.steps for table in every])))
                has = dict(zip((info.name for table in every for info in table.series), cells, strict=True))
                blank = [""] * len(steps)
                columns = (has.get(name, blank) for name in infos)
                lines.writerows(zip([as_cell(of)] * len(steps), steps, seconds, *columns, strict=True))
                if progress is not None and not progress(number / len(runs)):
                    raise CancelledError("")

    return _written(path, write)


def _written(path: Path, write: Callable[[Path], object]) -> bool:
    """Whether it was not cancelled."""
    try:
        replace_file(path, write)
    except CancelledError:
        return False
    return True


def _heading(info: SeriesInfo) -> str:
    """The key, and what people call it where that is something else: ``"kl: KL(q ‖ p), nats"``."""
    words = ", ".join(part for part in (info.title, info.unit) if part)
    return as_cell(f"{info.name}: {words}" if words else info.name)


def _columns(tables: Sequence[SeriesTable], steps: NDArray[np.int64]) -> list[list[str]]:
    """What stands in the columns at these steps."""
    seconds = np.full(len(steps), np.nan)
    cells: list[list[str]] = []
    for table in tables:
        rows = np.searchsorted(table.steps, steps, side="right") - 1  # the last one of each step
        there = rows >= 0
        there[there] = table.steps[rows[there]] == steps[there]
        seconds[there] = table.seconds[rows[there]]
        for info in table.series:
            values = np.full(len(steps), np.nan, np.float32)
            values[there] = table.column(info.name)[rows[there]]
            # Shortest decimal that reads back as the same float32; empty for NaN.
            cells.append(["" if text == "nan" else text for text in values.astype("U16").tolist()])
    return [steps.astype(str).tolist(), [f"{value:.6f}" for value in seconds.tolist()], *cells]
