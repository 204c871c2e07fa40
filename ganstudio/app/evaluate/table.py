"""Runs × metrics: what stands in each cell, which of it can be compared, which is best, and what is old. No Qt."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.app.runs.library import RunRow
from ganstudio.app.runs.verdict import Verdict
from ganstudio.core.i18n import _, plural
from ganstudio.core.scores import Score

if TYPE_CHECKING:
    from ganstudio.metrics.base import Metric

_STUDENT = (12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""The 97.5 % quantile of Student's distribution for 1 to 10 degrees of freedom; beyond them 1.96 + 2.6 ÷ df is near it."""
_TONES = ("warning", "neutral", "good")
_MOST_DIGITS = 6
Terms = tuple[object, ...]


@dataclass(frozen=True)
class Known:
    """What was read of a run's folder beside its row.

    Attributes:
        scores: all that was measured.
        verdict: how it goes; None where nothing can be said.
        checkpoints: their steps, in order.
    """

    scores: tuple[Score, ...] = ()
    verdict: Verdict | None = None
    checkpoints: tuple[int, ...] = ()

    @cached_property
    def ways(self) -> Mapping[str, Mapping[Terms, list[Score]]]:
        """The scores by their metrics, of each by their terms, the newest steps last; found once, as that takes a while."""
        found: dict[str, dict[Terms, list[Score]]] = {}
        for score in sorted(self.scores, key=lambda one: (one.step, one.source == "ema", one.made)):
            found.setdefault(score.metric, {}).setdefault(score.terms, []).append(score)
        return found


@dataclass(frozen=True, slots=True)
class View:
    """How the table is asked for.

    Attributes:
        words: every one is in a run's name, method, data, verdict or tags.
        starred: only runs with a star.
        judge: the metric to judge by; the first with a better and a worse where empty, or nowhere a number.
        at_best: numbers of the step that is best by that metric; else those of the newest step.
        fold: runs that differ in the seed only are one line.
        hidden: columns that a person does not want to see: names of metrics and of facts.
    """

    words: str = ""
    starred: bool = False
    judge: str = ""
    at_best: bool = False
    fold: bool = False
    hidden: tuple[str, ...] = ()

    def to_text(self) -> str:
        """What is kept of it for the next time: how one looks, not what one has searched for."""
        kept = {"judge": self.judge, "at_best": self.at_best, "fold": self.fold, "hidden": self.hidden}
        return json.dumps(kept)

    @classmethod
    def from_text(cls, text: str) -> View:
        """The inverse of :meth:`to_text`; as at first where that cannot be understood."""
        try:
            found = json.loads(text or "{}")
            hidden = tuple(name for name in found.get("hidden", ()) if isinstance(name, str))
            return cls(
                "", False, str(found.get("judge", "")), found.get("at_best") is True, found.get("fold") is True, hidden
            )
        except (ValueError, AttributeError, TypeError, RecursionError):
            return cls()


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of a line.

    Attributes:
        scores: what it comes from: one, or one of each seed.
        value, low, high: the number and its 95 % interval; NaN where nobody knows.
        unlike: why it cannot be compared with the others of its column and data, as a sentence; empty where it can.
        old: why it should be measured again; empty where it need not.
        best: the best of its column; ``clearly`` where no other's interval reaches it.
    """

    scores: tuple[Score, ...]
    value: float
    low: float = math.nan
    high: float = math.nan
    unlike: str = ""
    old: str = ""
    best: bool = False
    clearly: bool = False

    @property
    def text(self) -> str:
        """The number and the half of its interval, in sensible digits."""
        return number_text(self.value, (self.high - self.low) / 2)

    def about(self, metric: Metric) -> str:
        """All that one should know of it, a line each: how it was measured above all."""
        first = self.scores[0]
        number = f"{self.text} {metric.unit}".strip()
        lines = [f"{first.label(metric.title)} · {_('step {step}').format(step=f'{first.step:,}')}", number]
        if len(self.scores) > 1:
            words = _("The mean of {n} seeds; the interval holds 95 % (Student’s distribution, over the seeds).")
            lines = [first.label(metric.title), number, words.format(n=len(self.scores))]
        elif math.isfinite(self.high - self.low):
            words = _("95 % interval of this one run: {low} to {high}. Another seed may lie outside.")
            lines.append(words.format(low=number_text(self.low), high=number_text(self.high)))
        if self.best:
            clear, unclear = (
                _("The best comparable value of this column."),
                _("The best comparable value of this column, though not clearly: intervals overlap or are not known."),
            )
            lines.append(clear if self.clearly else unclear)
        notes = dict.fromkeys(score.note for score in self.scores if score.note)
        return "\n".join(line for line in (*lines, self.unlike and f"≠ {self.unlike}", self.old, *notes) if line)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One line of the table: a run, or several that differ in the seed only.

    Attributes:
        rows, known: of the runs, the newest first.
        cells: by the names of the metrics.
        best_step: of the metric to judge by; None where nothing was measured or it is several runs.
        doing: how far a measurement is, in words; ``share`` the same in [0, 1], negative where nobody knows.
    """

    rows: tuple[RunRow, ...]
    known: tuple[Known, ...]
    cells: Mapping[str, Cell] = field(default_factory=dict)
    best_step: int | None = None
    doing: str = ""
    share: float = -1.0

    @property
    def path(self) -> Path:
        """The first run's."""
        return self.rows[0].path

    @property
    def age(self) -> tuple[float, str]:
        """What it is sorted by to have the newest at one end; runs of the same second by their folders."""
        return self.rows[0].created.timestamp(), self.path.name

    @property
    def star(self) -> bool:
        """One of them has one."""
        return any(row.marks.star for row in self.rows)

    @property
    def below(self) -> str:
        """The small line under the name: what is being done with it, how many seeds it stands for, its tags."""
        seeds = self.seeds if len(self.rows) > 1 else ""
        tags = dict.fromkeys(tag for row in self.rows for tag in row.marks.tags)
        return self.doing or " · ".join(filter(None, (seeds, ", ".join(tags))))

    @property
    def verdict(self) -> Verdict | None:
        """Of several runs the gravest, which says of how many of them it is true."""
        found = [known.verdict for known in self.known if known.verdict is not None]
        if not found:
            return None
        worst = min(found, key=lambda one: _TONES.index(one.tone))
        number = sum(one.word == worst.word for one in found)
        if number == len(self.rows):
            return worst
        words = _("{verdict} ({n} of {total})")
        return replace(worst, word=words.format(verdict=worst.word, n=number, total=len(self.rows)))

    @property
    def seeds(self) -> str:
        """The seed, or how many there are."""
        seeds = [str(row.experiment.seed) for row in self.rows]
        return seeds[0] if len(seeds) == 1 else plural("{n} seed", "{n} seeds", len(seeds))

    @property
    def about(self) -> str:
        """Which run it is and what was remarked, a line each."""
        row = self.rows[0]
        facts = _("{method} on {data}, seed {seed}").format(method=row.method, data=row.data, seed=self.seeds)
        paths = [str(one.path) for one in self.rows]
        return "\n".join(filter(None, (row.name, facts, self.below, row.marks.note[:400], *paths)))

    def best_text(self, judge: Metric | None) -> str:
        """At which step it is best by a metric, as a sentence; empty where that is not known."""
        if judge is None or self.best_step is None:
            return ""
        steps = {score.step for score in self.known[0].scores if score.metric == judge.name}
        if len(steps) < 2:
            words = _("Only step {step} has been measured: measure all checkpoints to learn which is best.")
            return words.format(step=f"{self.best_step:,}")
        words = _("Best by {metric}: step {step}, of {n} that were measured.")
        return words.format(metric=judge.title, step=f"{self.best_step:,}", n=len(steps))

    def on_view(self) -> list[tuple[RunRow, list[Score]]]:
        """Each run, and those of its scores that the cells are made from."""
        shown = {id(score) for cell in self.cells.values() for score in cell.scores}
        each = zip(self.rows, self.known, strict=True)
        return [(row, [score for score in known.scores if id(score) in shown]) for row, known in each]

    @property
    def advice(self) -> str:
        """What the verdict is founded on and what can be done, a line each; empty where it says that itself."""
        found = self.verdict
        if found is None:
            return ""
        remedies = [f"{one.words}: {one.why}" for one in found.remedies]
        return "\n".join(filter(None, (found.evidence, *remedies)))

    @property
    def values(self) -> tuple[object, ...]:
        """What a table shows of it."""
        rows = tuple((row.path, row.values) for row in self.rows)
        return rows, tuple(self.cells.items()), self.best_step, self.doing, self.verdict


@dataclass(frozen=True, slots=True)
class Table:
    """The lines, in no order; the metrics that have a column, in the registry's; the one it is judged by, if any."""

    lines: tuple[Line, ...] = ()
    metrics: tuple[Metric, ...] = ()
    judge: Metric | None = None


def make_table(
    rows: Iterable[RunRow], known: Mapping[Path, Known], metrics: Mapping[str, Metric], asked: View
) -> Table:
    """The table.

    Args:
        rows: every run.
        known: what was read of them so far.
        metrics: all there are; scores of others are left out.
        asked: what is wanted of it.
    """
    shown = [(row, known.get(row.path, Known())) for row in rows]
    shown = [one for one in shown if _fits(*one, asked)]
    measured = {name for _row, one in shown for name in one.ways}
    columns = tuple(metric for name, metric in metrics.items() if name in measured)
    usual = {metric.name: _usual(metric.name, [one for _row, one in shown]) for metric in columns}
    judged = [metric for metric in columns if metric.better and any(_finite(one, metric.name) for _row, one in shown)]
    judge = next((metric for metric in judged if metric.name == asked.judge), judged[0] if judged else None)
    groups: dict[object, list[tuple[RunRow, Known]]] = {}
    for row, one in shown:
        groups.setdefault(settings_key(row) if asked.fold else row.path, []).append((row, one))
    lines = [_line(group, columns, usual, judge, asked.at_best) for group in groups.values()]
    for metric in columns:
        _mark_best(lines, metric)
    return Table(tuple(lines), columns, judge)


def _finite(known: Known, metric: str) -> bool:
    return any(math.isfinite(score.value) for scores in known.ways.get(metric, {}).values() for score in scores)


def settings_key(row: RunRow) -> tuple[object, ...]:
    """Equal for runs that differ in the seed only (and in name and device)."""
    asked = row.experiment
    return asked.method, asked.data, asked.steps, tuple(sorted((name, str(v)) for name, v in asked.hyper.items()))


def number_text(value: float, half: float = math.nan) -> str:
    """A number with the digits that count: two of its uncertainty, where that is known, else four of its own."""
    if not math.isfinite(value):
        return "–"
    if not (math.isfinite(half) and half > 0):
        return f"{value:{',.0f' if 1000 <= abs(value) < 1e6 else '.4g'}}".replace("-", "−")
    digits = max(0, 1 - math.floor(math.log10(half)))
    value = round(value, digits) + 0.0  # no −0.000
    form = f",.{digits}f" if digits <= _MOST_DIGITS else ".3g"
    return f"{value:{form}} ± {half:{form if digits <= _MOST_DIGITS else '.2g'}}".replace("-", "−")


def commands_of(path: Path, scores: Iterable[Score]) -> str:
    """What a person types to measure these scores of a run again, a line for each way in which they were measured."""
    ways: dict[tuple[object, ...], list[str]] = {}
    for one in scores:
        way = one.extractor, one.count, one.step, one.seed, one.split, one.source
        ways.setdefault(way, []).append(one.metric)
    lines = []
    for (extractor, count, step, seed, split, source), names in ways.items():
        options = (
            ("--extractor", extractor), ("--count", count), ("--step", step), ("--seed", seed), ("--split", split),
            ("--source", "" if source == "ema" else source),
        )  # fmt: skip
        given = [word for name, value in options if value != "" for word in (name, str(value))]
        lines.append(
            shlex.join(["ganstudio", "evaluate", str(path), "--metrics", ",".join(dict.fromkeys(names)), *given])
        )
    return "\n".join(lines)


def _fits(row: RunRow, known: Known, asked: View) -> bool:
    if asked.starred and not row.marks.star:
        return False
    return row.says(asked.words.casefold().split(), known.verdict.word if known.verdict else "")


def _usual(metric: str, known: Sequence[Known]) -> list[Terms]:
    """The ways in which a metric was measured, that of most runs first; of equally many the one used last."""
    found: dict[Terms, list[str]] = {}
    for one in known:
        for terms, scores in one.ways.get(metric, {}).items():
            found.setdefault(terms, []).append(max(score.made for score in scores))
    return sorted(found, key=lambda terms: (len(found[terms]), max(found[terms])), reverse=True)


def _line(
    group: Sequence[tuple[RunRow, Known]], columns: Sequence[Metric], usual: Mapping[str, list[Terms]],
    judge: Metric | None, at_best: bool,
) -> Line:  # fmt: skip
    rows, known = zip(*group, strict=True)
    bests = [None if judge is None else best_step(one, judge, usual[judge.name]) for one in known]
    cells = {}
    for metric in columns:
        found = []
        for one, best in zip(known, bests, strict=True):
            score = _pick(one, metric, usual[metric.name], best if at_best else None)
            if score is not None:
                found.append((score, one))
        if found:
            cells[metric.name] = _cell(found, usual[metric.name])
    return Line(tuple(rows), tuple(known), cells, bests[0] if len(bests) == 1 else None)


def best_step(known: Known, metric: Metric, usual: Sequence[Terms]) -> int | None:
    """The step at which a run is best by a metric, measured in the way in which most runs are."""
    scores = _in_one_way(known, metric, usual)
    finite = [score for score in scores if math.isfinite(score.value)]
    if not finite or not metric.better:
        return None
    best = finite[0]
    for score in finite[1:]:
        if metric.gain(score.value, best.value) > 0:
            best = score
    return best.step


def _in_one_way(known: Known, metric: Metric, usual: Sequence[Terms]) -> list[Score]:
    ways = known.ways.get(metric.name, {})
    return next((ways[terms] for terms in usual if terms in ways), [])


def _pick(known: Known, metric: Metric, usual: Sequence[Terms], step: int | None) -> Score | None:
    """A run's score: of a step, or of the newest that was measured; of several the one that was made last."""
    scores = _in_one_way(known, metric, usual)
    if step is not None:
        scores = [score for score in scores if score.step == step]
    return scores[-1] if scores else None


def _cell(found: Sequence[tuple[Score, Known]], usual: Sequence[Terms]) -> Cell:
    rank = min(usual.index(score.terms) for score, _known in found)
    found = [one for one in found if one[0].terms == usual[rank]]  # of seeds only what can be added up
    scores = tuple(score for score, _known in found)
    common = next(terms for terms in usual if terms[-1] == usual[rank][-1])  # of the same data
    unlike = "" if usual[rank] == common else _difference(usual[rank], common)
    old = next(filter(None, (_old(score, known) for score, known in found)), "")
    if len(scores) == 1:
        return Cell(scores, scores[0].value, scores[0].low, scores[0].high, unlike, old)
    values = [score.value for score in scores if math.isfinite(score.value)]
    mean = sum(values) / len(values) if values else math.nan
    half = math.nan
    if len(values) > 1:
        free = len(values) - 1
        spread = math.sqrt(sum((value - mean) ** 2 for value in values) / free)
        half = (_STUDENT[free - 1] if free <= len(_STUDENT) else 1.96 + 2.6 / free) * spread / math.sqrt(len(values))
    return Cell(scores, mean, mean - half, mean + half, unlike, old)


def _difference(terms: tuple[object, ...], others: tuple[object, ...]) -> str:
    """In what two measurements differ, as :attr:`Score.terms` has it."""
    titles = (_("the metric"), _("the extractor"), _("the number of items"), _("the number of real items"),
              _("the part of the data"), _("the way items are resized"), _("the data"))  # fmt: skip
    found = [title for title, one, other in zip(titles, terms, others, strict=True) if one != other]
    words = _("Not comparable with the other values of these data in this column: {what} differ.")
    one = _("Not comparable with the other values of these data in this column: {what} differs.")
    return (one if len(found) == 1 else words).format(what=", ".join(found))


def _old(score: Score, known: Known) -> str:
    newest = known.checkpoints[-1] if known.checkpoints else score.step
    if max(scores[-1].step for scores in known.ways[score.metric].values()) < newest:
        return _("The run has gone on since: its newest checkpoint is step {step}.").format(step=f"{newest:,}")
    return ""


def _mark_best(lines: list[Line], metric: Metric) -> None:
    """Marks the best of what can be compared, of each set of data, where there is more than one."""
    ways: dict[Terms, dict[int, Cell]] = {}
    for place, line in enumerate(lines):
        if (cell := line.cells.get(metric.name)) is not None and not cell.unlike:
            ways.setdefault(cell.scores[0].terms, {})[place] = cell
    for alike in ways.values():
        found = _best_of(alike, metric)
        if found is not None and sum(cell.value == alike[found[0]].value for cell in alike.values()) == 1:  # no draw
            place, clearly = found
            cells = {**lines[place].cells, metric.name: replace(alike[place], best=True, clearly=clearly)}
            lines[place] = replace(lines[place], cells=cells)


def _best_of(rivals: Mapping[int, Cell], metric: Metric) -> tuple[int, bool] | None:
    """Which of several cells is best, and whether clearly: nobody else's interval reaches its own."""
    rivals = {place: cell for place, cell in rivals.items() if math.isfinite(cell.value)}
    if len(rivals) < 2 or not metric.better:
        return None
    first = next(iter(rivals))
    for place, cell in rivals.items():
        if metric.gain(cell.value, rivals[first].value) > 0:
            first = place
    best, others = rivals[first], [cell for place, cell in rivals.items() if place != first]
    return first, all(cell.low > best.high or cell.high < best.low for cell in others)  # NaN is neither


def summary_of(lines: Sequence[Line], table: Table) -> str:
    """Which of some runs is best, and which has failed, in one or two sentences."""
    said: list[str] = []
    order = sorted(table.metrics, key=lambda metric: metric is not table.judge)
    found = next((one for metric in order if (one := _leader(lines, metric)) is not None), None)
    if table.judge is None:
        said.append(_("Which is better? Press Measure… to put numbers to it."))
    elif found is None:
        said.append(_("No two of them were measured in the same way: measure them together."))
    else:
        metric, place, clearly = found
        words = (
            _("By {metric} “{name}” is best: {value}."),
            _("By {metric} “{name}” is ahead ({value}), not clearly: more samples or seeds would tell."),
        )[not clearly]
        value = f"{lines[place].cells[metric.name].text} {metric.unit}".strip()
        said.append(words.format(metric=metric.title, name=lines[place].rows[0].name, value=value))
    for line in lines:
        if (verdict := line.verdict) is not None and verdict.tone == "warning":
            said.append(_("“{name}”: {verdict}.").format(name=line.rows[0].name, verdict=verdict.word))
    return " ".join(said)


def _leader(lines: Sequence[Line], metric: Metric) -> tuple[Metric, int, bool] | None:
    """The best of those that were measured in the way in which most of them were, and whether clearly."""
    ways: dict[object, dict[int, Cell]] = {}
    for place, line in enumerate(lines):
        if (cell := line.cells.get(metric.name)) is not None:
            ways.setdefault(cell.scores[0].terms, {})[place] = cell
    found = _best_of(max(ways.values(), key=len, default={}), metric)
    return None if found is None else (metric, *found)
