"""What a detector looks at: the measured values of a run up to a step, read cheaply however long it has trained."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.runs.health.remedies import Remedy
from ganstudio.app.runs.readings import Seen, Tables, rows_until, value_at, words_of
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import SeriesInfo, SeriesKind
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable

RECENT = 200  # steps that the verdict looks back
SEEN = "modes", "high-quality samples %", "diversity %"
TAIL = 16_384  # rows of the samples' measures that are looked through for the beginning of something

Tone = Literal["good", "neutral", "warning"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run goes, for a person.

    Attributes:
        word: short, ``"balanced"``.
        text: what it means, in one or two sentences.
        tone: how to colour it.
        name: which verdict it is, in every language: ``"collapse"``.
        evidence: the numbers that say so, as a sentence; empty where there are none.
        since: the step at which it began; None where that is not known or of no interest.
        remedies: what can be done about it in this run; empty where nothing need be, or nobody knows.
    """

    word: str
    text: str
    tone: Tone = "neutral"
    name: str = ""
    evidence: str = ""
    since: int | None = None
    remedies: tuple[Remedy, ...] = field(default=())

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        told = {key: getattr(self, key) for key in ("word", "text", "tone", "name", "evidence", "since")}
        return {**told, "remedies": [one.to_json() for one in self.remedies]}


class Look:
    """One look at a run.

    Args:
        tables: measured values.
        spec: of the data.
        step: later values do not count; None: the newest.
        seen: measures of the samples on view; without them those that were written down up to that step.

    Attributes:
        steps: the table with a row for each step, of which ``stop`` rows count.
        now: the newest step that counts.
        found: measures of the samples, by name.
    """

    def __init__(self, tables: Tables, spec: DataSpec | None, step: int | None, seen: Seen | None) -> None:
        self.tables, self.spec, self.step, self.seen = tables, spec, step, seen
        self.steps = tables.get("steps") or SeriesTable("steps")
        self.stop = rows_until(self.steps, step)
        self.now = int(self.steps.steps[self.stop - 1]) if self.stop else 0

    @cached_property
    def found(self) -> Mapping[str, float]:
        """Of the samples on view, or as they were measured last."""
        known = ((name, value_at(self.tables, name, self.step)) for name in SEEN) if self.seen is None else ()
        return {**(self.seen or {}), **{name: value[0] for name, value in known if value is not None}}

    def of(self, *kinds: SeriesKind, role: str = "", table: str = "steps") -> list[SeriesInfo]:
        """The series of these kinds (and of this role)."""
        rows = self.tables.get(table)
        found = () if rows is None else rows.series
        return [info for info in found if info.kind in kinds and role in ("", info.role)]

    @cached_property
    def probabilities(self) -> tuple[str, str] | None:
        """The names of D's probabilities for real and for generated items; None where D gives none."""
        return words_of(self.steps, "probability")

    @cached_property
    def scores(self) -> tuple[str, str] | None:
        """The names of a critic's values; None where there is none."""
        return words_of(self.steps, "score")

    def mean(self, name: str, stop: int | None = None, rows: int = RECENT) -> float:
        """Of the last values before a row; NaN where none of them is finite."""
        return _mean(self.steps.column(name), self.stop if stop is None else stop, rows)

    def pair(self, names: tuple[str, str] | None, stop: int | None = None) -> tuple[float, float]:
        """The means of D's word on real and on generated items; NaN where they were not measured lately."""
        return (math.nan, math.nan) if names is None else (self.mean(names[0], stop), self.mean(names[1], stop))

    def began(self, holds: Callable[[int], bool], table: str = "steps", stride: int = RECENT // 2) -> int:
        """The step since which something holds that is so now.

        Looked at backwards, ever more coarsely, so that a million rows cost some forty looks.

        Args:
            holds: whether it was so in the rows before a row.
            table: whose rows.
            stride: of the first looks, in rows.
        """
        rows = self.tables[table]
        good = stop = rows_until(rows, self.step)
        bad, pace = 0, float(stride)
        for look in range(200):
            stop = int(stop - pace)
            if stop < stride // 2:
                break
            if not holds(stop):
                bad = stop
                break
            good = stop
            pace *= 1.0 if look < 12 else 1.4
        while good - bad > max(stride // 2, 1) and bad:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if holds(middle) else (good, middle)
        first = max(0, good - stride) if bad else 0
        return int(rows.steps[min(first, len(rows) - 1)])

    def tail(self, name: str, rows: int = TAIL) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Steps and finite values of a measure of the samples, the newest of them."""
        table = self.tables.get("quality")
        if table is None or all(info.name != name for info in table.series):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        stop = rows_until(table, self.step)
        values, steps = table.column(name)[max(0, stop - rows) : stop], table.steps[max(0, stop - rows) : stop]
        finite = np.isfinite(values)
        return steps[finite], values[finite]

    def seen_since(self, name: str, holds: Callable[[NDArray[np.float32]], NDArray[np.bool_]]) -> int:
        """The step since which all measures of the samples were so; that of the newest value where none is known.

        One look that says otherwise does not end it: two running do.
        """
        steps, values = self.tail(name)
        if not len(values):
            return self.now
        so = holds(values)
        broken = np.flatnonzero(~so[1:] & ~so[:-1])
        first = int(broken[-1]) + 2 if len(broken) else int(not so[0])
        return int(steps[min(first, len(steps) - 1)])


def _mean(values: NDArray[np.float32], stop: int, rows: int) -> float:
    part = values[max(0, stop - rows) : stop]
    finite = part[np.isfinite(part)]
    return float(finite.mean(dtype=np.float64)) if len(finite) else math.nan


def told(names: Sequence[str], values: Sequence[float], rows: int) -> str:
    """Two values and over which steps, as a sentence."""
    text = _("{first} {one} and {second} {two} over the last {rows:,} steps.")
    one, two = map(short, values)
    return text.format(first=names[0], one=one, second=names[1], two=two, rows=rows)


def short(value: float) -> str:
    """A number as evidence: two digits behind the point, or two in all where it is large or tiny."""
    return f"{value:.2f}" if 0.01 <= abs(value) < 100 or not value else f"{value:.2g}"
