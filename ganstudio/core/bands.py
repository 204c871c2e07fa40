"""Several runs as one line: their mean over a common x axis, and a band that says how far they lie apart.

Each run's values are first averaged within the points of the common axis, so that a run that was measured more often does
not count more. Where nothing was measured a run is followed between its points, never beyond its first or last one: the
mean is that of the runs that have come so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.series import By, SeriesTable

Spread = Literal["range", "deviation"]
"""What a band shows: from the lowest run to the highest, or the standard deviation (n − 1) on either side of the mean."""
MOST_POINTS = 1024
"""More points than a plot has pixels would be read for nothing."""
LOW, HIGH = "\0low", "\0high"
Floats = NDArray[np.float64]


def common_axis(places: Sequence[Floats], most: int = MOST_POINTS) -> Floats:
    """The points at which runs are compared: those at which they were measured, or ``most`` evenly spaced ones.

    Args:
        places: of each run where its values lie, never decreasing.
        most: points.

    Returns:
        float64 ``(m,)``, strictly increasing; empty where nothing was measured.
    """
    first = min((float(x[0]) for x in places if len(x)), default=0.0)
    last = max((float(x[-1]) for x in places if len(x)), default=-1.0)
    if last < first:
        return np.empty(0)
    every = np.unique(np.concatenate(places)) if sum(map(len, places)) <= most * len(places) else np.empty(0)
    if 0 < len(every) <= most:
        return every
    return np.linspace(first, last, most) if last > first else np.array([first])


def on_axis(x: Floats, y: Floats, axis: Floats) -> Floats:
    """One run on the common axis: the mean of what lies nearest to each point; between its points a straight line.

    Args:
        x: float64 ``(n,)``, never decreasing.
        y: float64 ``(n,)``, finite.
        axis: float64 ``(m,)``, strictly increasing.

    Returns:
        float64 ``(m,)``; NaN before the run's first and after its last value.
    """
    out = np.full(len(axis), np.nan)
    if not len(x) or not len(axis):
        return out
    # Where each point's share of the run begins: looked for so many times as there are points, not rows.
    starts = np.concatenate(([0], np.searchsorted(x, (axis[1:] + axis[:-1]) / 2, side="right")))
    count = np.diff(starts, append=len(x))
    there = np.flatnonzero(count)
    out[there] = np.add.reduceat(y, starts[there]) / count[there]
    inner = slice(there[0], there[-1] + 1)
    out[inner] = np.interp(axis[inner], axis[there], out[there])
    return out


def mean_and_band(values: Floats, spread: Spread) -> tuple[Floats, Floats, Floats]:
    """Mean, lower and upper edge of runs at each point; NaN where no run is.

    Args:
        values: float64 ``(runs, m)``, NaN where a run has none.
        spread: what the band shows. Of one run alone it has no width.
    """
    there = ~np.isnan(values)
    count = there.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count, np.where(there, values, 0.0).sum(axis=0) / count, np.nan)
        if spread == "range":
            return mean, np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
        free = np.maximum(count - 1, 1)
        half = np.sqrt((np.where(there, values - mean, 0.0) ** 2).sum(axis=0) / free)
    return mean, mean - half, mean + half


class BandTable(SeriesTable):
    """The rows of several runs of one series as those of one, with the edges of the band in two more columns.

    Steps, seconds and images are where the axis asked for has its points; the other two are those of the runs on average.
    """

    def __init__(self, info: SeriesInfo) -> None:
        super().__init__("band")
        self.info = info
        self._every = 1.0
        self._seen: Floats = np.empty(0)
        self._failed: NDArray[np.int64] = np.empty(0, np.int64)
        self._stamp: object = None

    @property
    def every(self) -> float:
        """How many measured values of a run a row stands for."""
        return self._every

    def band_of(self, name: str) -> tuple[str, str] | None:
        """The columns of the edges."""
        return f"{name}{LOW}", f"{name}{HIGH}"

    def positions(self, by: By = "step") -> NDArray[np.int64] | NDArray[np.float64]:
        """As of one run."""
        return self._seen if by == "images" else super().positions(by)

    def not_finite(self, name: str) -> NDArray[np.int64]:
        """Where one of the runs blew up."""
        return self._failed

    def update(self, runs: Sequence[SeriesTable], by: By, spread: Spread) -> None:
        """Takes in what has come since; costs nothing while nothing has.

        Args:
            runs: the tables that have this series, one of each run.
            by: the axis that is common to them.
            spread: what the band shows.
        """
        stamp = by, spread, tuple((id(table), table.version) for table in runs)
        if stamp != self._stamp:
            self._stamp = stamp
            self._make(runs, by, spread)

    def _make(self, runs: Sequence[SeriesTable], by: By, spread: Spread) -> None:
        name = self.info.name
        known = [np.isfinite(table.column(name)) for table in runs]
        rows = [slice(None) if there.all() else there for there in known]  # a slice copies nothing
        places = [table.positions(by)[at].astype(np.float64) for table, at in zip(runs, rows, strict=True)]
        axis = common_axis(places)
        self.truncate_after(-1)
        self._seen, self._failed = np.empty(0), np.empty(0, np.int64)
        if not len(axis):
            return
        measured = [table.column(name)[at].astype(np.float64) for table, at in zip(runs, rows, strict=True)]
        values = np.array([on_axis(x, y, axis) for x, y in zip(places, measured, strict=True)])
        columns = mean_and_band(values, spread)
        self._every = max(1.0, max(map(len, places)) / len(axis))
        steps, seconds, self._seen = (self._along(runs, by, axis, other) for other in ("step", "seconds", "images"))
        infos = (self.info, *(SeriesInfo(f"{name}{edge}", self.info.kind, self.info.role) for edge in (LOW, HIGH)))
        whole = np.maximum.accumulate(np.round(steps).astype(np.int64))
        self.append(Rows("band", infos, whole, seconds, np.stack(columns, axis=1).astype(np.float32)))
        failed = [table.positions(by)[np.searchsorted(table.steps, table.not_finite(name))] for table in runs]
        nearest = np.searchsorted((axis[1:] + axis[:-1]) / 2, np.concatenate(failed))
        self._failed = whole[np.unique(nearest)]

    @staticmethod
    def _along(runs: Sequence[SeriesTable], by: By, axis: Floats, other: By) -> Floats:
        """Where the runs were on average in another measure, or the axis itself."""
        if other == by:
            return axis
        ways = [(table.positions(by), table.positions(other)) for table in runs if len(table)]
        return np.asarray(np.mean([np.interp(axis, x, y) for x, y in ways], axis=0), np.float64)
