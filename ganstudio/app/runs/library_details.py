"""What a person wants to know of one run beyond its line in the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import HyperChanged, Note, Rows
from ganstudio.core.fields import Value
from ganstudio.store import Run

RECENT = 50  # rows over which noisy values are averaged
_AVERAGED = frozenset({"loss", "probability", "score"})


@dataclass(frozen=True, slots=True)
class RunDetails:
    """More about one run.

    Attributes:
        path: its folder.
        hyper: hyper-parameters as they are now, changes while training included.
        spec: the shape of its data.
        latest: ``(name, value)``: scores first, then probabilities and losses as means over the last rows.
        told: what was told of its data: files that were left out, how they were read.
        notes: what it said to a person, oldest first.
        checkpoints: how many are stored.
        grids: how many stored sample grids the timeline has.
    """

    path: Path
    hyper: Mapping[str, Value]
    spec: DataSpec
    latest: tuple[tuple[str, float], ...]
    told: tuple[str, ...]
    notes: tuple[str, ...]
    checkpoints: int
    grids: int


def read_details(run: Run) -> RunDetails:
    """Reads the run's tables and diary; for a background thread.

    Raises:
        StoreError: the run cannot be read.
    """
    hyper = dict(run.info.experiment.hyper)
    notes: list[str] = []
    for event in run.events():
        match event:
            case HyperChanged(name=name, new=new):
                hyper[name] = new
            case Note(text=text):
                notes.append(text)
    latest: list[tuple[str, float]] = []
    for table in ("quality", "steps"):
        latest += _latest(run.rows(table))
    return RunDetails(
        run.path,
        hyper,
        run.info.spec,
        tuple(latest),
        run.info.told,
        tuple(notes),
        len(run.checkpoint_steps()),
        len(run.sample_steps()),
    )


def _latest(tables: list[Rows]) -> list[tuple[str, float]]:
    found = []
    for rows in tables[-1:]:
        order = sorted(range(len(rows.series)), key=lambda index: rows.series[index].kind == "loss")
        for index in order:
            info, values = rows.series[index], rows.values[-RECENT:, index]
            finite = values[np.isfinite(values)]
            if len(finite):
                value = finite.mean() if info.kind in _AVERAGED else finite[-1]
                found.append((info.label, float(value)))
    return found
