"""What is read of a run at one step: each number with the step it was measured at, and how old it is where that matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ganstudio.app.runs.health.probing import probe
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import RealBatch, Rows, Samples, SeriesInfo, SeriesKind
from ganstudio.core.i18n import _, plural
from ganstudio.core.observed import Observed
from ganstudio.core.scores import Score
from ganstudio.core.series import SeriesTable
from ganstudio.core.series_words import DISTANCE
from ganstudio.metrics import all_metrics
from ganstudio.metrics.while_training import measure
from ganstudio.store import Run, read_scores

Tables = Mapping[str, SeriesTable]
Seen = Mapping[str, float]
"""Measures of the samples on view, by the names under which the trainer writes the same down."""
LOOK_BACK = 4096
"""Rows that a value may lie back."""
OLD_STEPS, OLD_SECONDS = 20, 5.0
"""What is older than both is said to be."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One number beside the picture.

    Attributes:
        label: what it is called.
        text: the number.
        help: its range and meaning.
        age: ``"at step 400, 1,200 steps ago"``; empty where it is as new as the rest.
    """

    label: str
    text: str
    help: str
    age: str = ""


def stored_tables(run: Run) -> dict[str, SeriesTable]:
    """All that was measured in a run, as it lies on disk.

    Raises:
        StoreError: it cannot be read.
    """
    tables = {name: SeriesTable(name) for name in run.tables()}
    for name, table in tables.items():
        for rows in run.rows(name):
            table.append(rows)
    if (scored := scores_rows(run, tables.get("steps"))) is not None:
        tables[scored.table] = SeriesTable(scored.table)
        tables[scored.table].append(scored)
    return tables


def scores_rows(run: Run, steps: SeriesTable | None = None) -> Rows | None:
    """What was measured of a run's checkpoints, as points of curves; None where nothing was.

    A curve holds values that can be compared: of each metric those with the terms, weights and seed it was last measured
    with.

    Args:
        run: whose scores are read.
        steps: its table of steps, which knows how long it had trained.
    """
    scores = [one for one in read_scores(run.path) if np.isfinite(one.value)]
    if not scores:
        return None
    metrics, names = all_metrics(), {one.metric: one.metric for one in scores}
    titles = dict.fromkeys(names, "")
    for name in names:
        if name in metrics:
            curve = metrics[name].curve
            names[name], titles[name] = name if "{" in curve else curve, metrics[name].title
    newest = {one.metric: one for one in sorted(scores, key=lambda one: one.made)}
    kept = [one for one in scores if _alike(one, newest[one.metric])]
    places = {step: row for row, step in enumerate(sorted({one.step for one in kept}))}
    columns = {name: column for column, name in enumerate(dict.fromkeys(one.metric for one in kept))}
    values = np.full((len(places), len(columns)), np.nan, np.float32)
    for one in kept:
        values[places[one.step], columns[one.metric]] = one.value
    at = np.array([*places], np.int64)
    known = steps is not None and len(steps) > 0
    seconds = np.interp(at, steps.steps, steps.seconds) if steps is not None and known else np.zeros(len(at))
    series = tuple(SeriesInfo(names[name], "quality", "other", titles[name]) for name in columns)
    return Rows("scores", series, at, seconds, values)


def _alike(one: Score, other: Score) -> bool:
    return (one.terms, one.source, one.seed) == (other.terms, other.source, other.seed)


def rows_until(table: SeriesTable, step: int | None) -> int:
    """How many rows of a table there are up to a step; all of them with None."""
    return len(table) if step is None else int(np.searchsorted(table.steps, step, side="right"))


def value_at(tables: Tables, name: str, step: int | None = None) -> tuple[float, int] | None:
    """The newest finite value of a series up to a step, and the step it was measured at; None where there is none."""
    found = []
    for table in tables.values():  # one that was continued may have it in two
        if any(info.name == name for info in table.series):
            stop = rows_until(table, step)
            start = max(0, stop - LOOK_BACK)
            finite = np.flatnonzero(np.isfinite(table.column(name)[start:stop]))
            if len(finite):
                row = start + int(finite[-1])
                found.append((float(table.column(name)[row]), int(table.steps[row])))
    return max(found, key=lambda one: one[1], default=None)


def words_of(table: SeriesTable | None, kind: SeriesKind) -> tuple[str, str] | None:
    """The names of D's word on real and on generated items, ``("D(x)", "D(G(z))")``; None where it is not measured."""
    if table is None:
        return None
    names = {info.role: info.name for info in reversed(table.series) if info.kind == kind}
    return (names["real"], names["fake"]) if {"real", "fake"} <= names.keys() else None


def seen_in(samples: Samples | None, real: RealBatch | None, spec: DataSpec | None) -> Seen:
    """Measures samples as the trainer does when it publishes them: so what is said beside a picture is of that picture.

    And, beside that, what only whoever looks asks: how many are copies (see :func:`probe`).
    """
    if samples is None or spec is None:
        return {}
    wanted = None if real is None else real.wanted
    return {**probe(samples.generated, wanted, spec), **measure(Observed(samples.generated, wanted), spec)}


def best_words(step: int, value: float) -> str:
    """Which step was the best of a run, and how far from the data, in percent."""
    told = SeriesInfo(DISTANCE, "distance", "fake").tell(value)
    return _("step {step:,}, {value} from the data").format(step=step, value=told)


def readings(
    tables: Tables, spec: DataSpec | None, step: int | None = None, samples: int = 0, seen: Seen | None = None,
    kinds: Sequence[SeriesKind] = ("distance", "quality", "gradient"),
) -> list[Reading]:  # fmt: skip
    """Every number that tells how a run goes, at a step.

    Args:
        tables: measured values.
        spec: of the data.
        step: the one that is looked at; None: the newest.
        samples: the step of the samples on view.
        seen: what was measured of them.
        kinds: what is told besides D's word on real and on generated items.
    """
    now = step if step is not None else max((int(t.steps[-1]) for t in tables.values() if len(t)), default=0)
    found = []
    for info in _wanted(tables, kinds):
        if seen and info.name in seen and np.isfinite(seen[info.name]):
            value, at = seen[info.name], samples
        elif (known := value_at(tables, info.name, step)) is not None:
            value, at = known
        else:
            continue
        label, text = info.short, info.tell(value)
        if info.name == "modes" and spec is not None and spec.modes:
            text = _("{found} of {total}").format(found=int(value), total=len(spec.modes))
        found.append(Reading(label, text, info.help, _age(tables, at, now)))
    return found


def _wanted(tables: Tables, kinds: Sequence[SeriesKind]) -> Iterator[SeriesInfo]:
    steps = tables.get("steps")
    words = [name for kind in ("probability", "score") for name in words_of(steps, kind) or ()]
    every = {info.name: info for table in tables.values() for info in table.series}
    yield from (every[name] for name in words)
    for kind in kinds:
        yield from (info for info in every.values() if info.kind == kind)


def _age(tables: Tables, at: int, now: int) -> str:
    """How old a value is, where it is old: many steps, and some seconds of training."""
    steps = tables.get("steps")
    if now - at <= OLD_STEPS or steps is None or not len(steps):
        return ""
    then, newest = (max(0, rows_until(steps, step) - 1) for step in (at, now))
    if steps.seconds[newest] - steps.seconds[then] <= OLD_SECONDS:
        return ""
    ago = plural("{n:,} step ago", "{n:,} steps ago", now - at)
    return _("at step {step}, {ago}").format(step=f"{at:,}", ago=ago)
