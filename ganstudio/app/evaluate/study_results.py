"""What a study found: pure functions of its trials, and the same as Markdown, CSV and plain values."""

from __future__ import annotations

import csv
import io
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ganstudio.core.fields import Value, value_text
from ganstudio.core.i18n import _, plural

TrialState = Literal["waiting", "running", "done", "pruned", "failed"]
Better = Literal["lower", "higher", "half"]
_DRAWS = 4000
_LEAST_FOR_IMPORTANCE = 8
SHOWN_K = (1, 2, 3, 5, 10, 20, 50, 100)
"""Of so many runs the expected best is told."""
_FAR = 3.0
"""Values that lie further than so many quartile ranges from the middle half do not decide how far a plot reaches."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One run of a study: one configuration with one seed.

    Attributes:
        number: in the order in which it was thought of.
        method: registry name.
        hyper: what of the space it was given.
        seed: of the run.
        state: ``"pruned"`` was ended early, ``"failed"`` diverged or could not be trained.
        value: by which it is judged; NaN where it has none.
        values: everything that was measured, by label; the first is the value.
        run: the run folder, relative to the study's; empty before it trains.
        why: what went wrong, in words.
        seconds: from begin to end, 0 before it ends.
    """

    number: int
    method: str
    hyper: Mapping[str, Value]
    seed: int
    state: TrialState
    value: float = math.nan
    values: Mapping[str, float] = field(default_factory=dict)
    run: str = ""
    why: str = ""
    seconds: float = 0.0

    @property
    def words(self) -> str:
        """``"wgan-gp, lr_g 2e-4"``."""
        return ", ".join([self.method, *(f"{name} {value_text(value)}" for name, value in self.hyper.items())])


@dataclass(frozen=True, slots=True)
class Group:
    """Trials that are told as one: of one configuration (over its seeds), or of one method.

    Attributes:
        title: in words.
        method: registry name.
        hyper: of a configuration.
        trials: how many runs it has.
        values: of the runs that were measured, the best first.
        best, median: of these; NaN where there are none.
        low, high: the quartiles.
        pruned, failed: how many.
        medians: the median of everything that was measured, by label.
        best_run: the run folder of the best value, relative to the study's.
    """

    title: str
    method: str
    hyper: Mapping[str, Value]
    trials: int
    values: tuple[float, ...]
    best: float
    median: float
    low: float
    high: float
    pruned: int
    failed: int
    medians: Mapping[str, float]
    best_run: str

    @property
    def quartiles(self) -> str:
        """Between which values the middle half lies; a dash where there is none."""
        return f"{number(self.low)} … {number(self.high)}" if self.values else "–"

    @property
    def words(self) -> str:
        """All that a box plot shows of it."""
        if not self.values:
            return _("{name}: no value yet").format(name=self.title)
        runs = plural("{n} run", "{n} runs", len(self.values))
        told = _("{name}: median {median}, quartiles {low} … {high}, from {least} to {most}; {runs}")
        return told.format(
            name=self.title, median=number(self.median), low=number(self.low), high=number(self.high),
            least=number(min(self.values)), most=number(max(self.values)), runs=runs,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Results:
    """All of it: ``configurations`` and ``methods`` the best first; ``expected`` by method, for k = 1, 2, … runs.

    ``importance`` is a share for each hyper-parameter; where it is empty, ``importance_note`` says why.
    """

    better: Better
    judged_by: str
    labels: tuple[str, ...]
    configurations: tuple[Group, ...]
    methods: tuple[Group, ...]
    expected: Mapping[str, tuple[tuple[int, float, float, float], ...]]
    importance: Mapping[str, float]
    importance_note: str
    unfinished: int

    @property
    def judging(self) -> str:
        """By what runs are judged, and which way is better."""
        ways = {"lower": _("lower is better"), "higher": _("higher is better"), "half": _("½ is best")}
        return f"{self.judged_by} ({ways[self.better]})"

    @property
    def shares(self) -> list[tuple[str, str]]:
        """The importance of each setting as it is read, the greatest first."""
        ordered = sorted(self.importance.items(), key=lambda one: -one[1])
        return [(name, f"{100 * share:.0f} %") for name, share in ordered]

    @property
    def hopes(self) -> list[tuple[str, str]]:
        """What is to be expected of the best of some runs of each method: ``"1: 0.4 · 2: 0.3"``."""
        found = {name: [f"{k}: {number(mean)}" for k, mean, _low, _high in rows if k in SHOWN_K]
                 for name, rows in self.expected.items()}  # fmt: skip
        return [(name, " · ".join(means)) for name, means in found.items() if means]

    @property
    def boxes(self) -> dict[str, tuple[float, ...]]:
        """The values of each method, for box plots."""
        return {group.method: group.values for group in self.methods}


def loss_of(value: float, better: Better) -> float:
    """Smaller is better."""
    return {"lower": value, "higher": -value, "half": abs(value - 0.5)}[better]


def group(title: str, trials: Sequence[Trial], better: Better, hyper: Mapping[str, Value]) -> Group:
    """Several trials as one row."""
    done = sorted(
        (trial for trial in trials if trial.state == "done" and math.isfinite(trial.value)),
        key=lambda trial: loss_of(trial.value, better),
    )
    values = tuple(trial.value for trial in done)
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75)).tolist() if values else (math.nan,) * 3
    labels = dict.fromkeys(label for trial in done for label in trial.values)
    finite = {label: [v for t in done if math.isfinite(v := t.values.get(label, math.nan))] for label in labels}
    return Group(
        title, trials[0].method, hyper, len(trials), values, values[0] if values else math.nan, median, low, high,
        sum(trial.state == "pruned" for trial in trials), sum(trial.state == "failed" for trial in trials),
        {label: statistics.median(found) if found else math.nan for label, found in finite.items()},
        done[0].run if done else "",
    )  # fmt: skip


def configurations(trials: Sequence[Trial], better: Better) -> tuple[Group, ...]:
    """One row for each configuration, over its seeds; the best median first, those without any value last."""
    found: dict[tuple[object, ...], list[Trial]] = {}
    for trial in trials:
        found.setdefault((trial.method, *sorted(trial.hyper.items())), []).append(trial)
    return _sorted([group(rows[0].words, rows, better, rows[0].hyper) for rows in found.values()], better)


def methods(trials: Sequence[Trial], better: Better) -> tuple[Group, ...]:
    """One row for each method, over configurations and seeds."""
    names = dict.fromkeys(trial.method for trial in trials)
    return _sorted(
        [group(name, [trial for trial in trials if trial.method == name], better, {}) for name in names], better
    )


def _sorted(groups: list[Group], better: Better) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda row: loss_of(row.median, better) if row.values else math.inf))


def expected_best(
    values: Sequence[float], better: Better, seed: int = 0, draws: int = _DRAWS
) -> tuple[tuple[int, float, float, float], ...]:
    """What the best of k runs is worth, for k = 1 … n (Lucic et al. 2018): bootstrapped with replacement.

    Args:
        values: of all runs of a method.
        better: which way they are better.
        seed: of the draws.
        draws: how many for each k.

    Returns:
        rows (k, mean, 2.5 % quantile, 97.5 % quantile) of the best of k.
    """
    if not values:
        return ()
    source = np.random.default_rng(seed)
    ordered = np.array(sorted(values, key=lambda value: loss_of(value, better)))
    # The best of several places in the order is the smallest place: one table of draws serves every k.
    places = np.minimum.accumulate(source.integers(0, len(ordered), (draws, len(ordered))), axis=1)
    best = ordered[places]
    low, high = np.quantile(best, (0.025, 0.975), axis=0)
    return tuple(
        (k + 1, float(best[:, k].mean()), float(low[k]), float(high[k])) for k in range(len(ordered))
    )  # fmt: skip


def plot_range(groups: Sequence[Group]) -> tuple[float, float]:
    """From where to where a plot of all values reaches; a few far ones that would squeeze the others lie outside."""
    values = [value for one in groups for value in one.values]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    first, last = np.quantile(values, (0.25, 0.75)).tolist()
    near = [value for value in values if abs(value - (first + last) / 2) <= (_FAR + 0.5) * (last - first)]
    if near and max(near) - min(near) < (high - low) / 2:
        low, high = min(near), max(near)
    room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    return low - room, high + room


def importance_words(done: int, varied: int) -> str:
    """Why no importance can be told; empty where it can."""
    if not varied:
        return _("Nothing varies in all configurations, so there is no importance to tell.")
    if done < _LEAST_FOR_IMPORTANCE:
        return _("The importance of settings needs {least} finished runs; there are {n}.").format(
            least=_LEAST_FOR_IMPORTANCE, n=done
        )
    return ""


def number(value: float) -> str:
    """A value for a table: four digits, a dash where there is none."""
    return f"{value:.4g}" if math.isfinite(value) else "–"


def table(results: Results, rows: Sequence[Group]) -> list[list[str]]:
    """A heading and a line for each group."""
    head = [_("what"), _("runs"), _("best"), _("median"), _("quartiles"), _("ended early"), _("failed")]
    others = results.labels[1:]
    return [
        [*head, *(_("{name} (median)").format(name=label) for label in others)],
        *(
            [
                row.title, str(len(row.values)), number(row.best), number(row.median),
                row.quartiles, str(row.pruned), str(row.failed),
                *(number(row.medians.get(label, math.nan)) for label in others),
            ]
            for row in rows
        ),
    ]  # fmt: skip


def markdown(results: Results, title: str) -> str:
    """Everything as Markdown tables."""
    parts = [f"## {title}", results.judging]
    for heading, rows in ((_("Methods"), results.methods), (_("Configurations"), results.configurations)):
        parts += [f"### {heading}", _lines(table(results, rows))]
    counts = sorted({k for rows in results.expected.values() for k, *_rest in rows if k in SHOWN_K})
    if counts:
        body = [
            [name, *(number({k: mean for k, mean, _l, _h in rows}.get(count, math.nan)) for count in counts)]
            for name, rows in results.expected.items()
        ]
        parts += [
            "### " + _("Expected best of k runs"), _lines([[_("what"), *(f"k = {count}" for count in counts)], *body])
        ]  # fmt: skip
    shares = results.shares
    parts += ["### " + _("Importance of settings")]
    parts += [_lines([[_("setting"), _("share")], *shares]) if shares else results.importance_note]
    return "\n\n".join(parts) + "\n"


def _lines(rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(rows[0]), line(["---"] * len(rows[0])), *map(line, rows[1:])])


def as_csv(trials: Sequence[Trial]) -> str:
    """One line for each run, with a column for each setting and each measured value."""
    settings = list(dict.fromkeys(name for trial in trials for name in trial.hyper))
    labels = list(dict.fromkeys(label for trial in trials for label in trial.values))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["trial", "method", *settings, "seed", "state", *labels, "seconds", "run", "why"])
    for trial in trials:
        measured = [trial.values.get(label, "") for label in labels]
        chosen = [trial.hyper.get(name, "") for name in settings]
        row = [trial.number, trial.method, *chosen, trial.seed, trial.state, *measured, round(trial.seconds, 1)]
        writer.writerow([*row, trial.run, trial.why])
    return text.getvalue()


def trial_json(trial: Trial) -> dict[str, Any]:
    """Plain values."""
    names = ("number", "method", "seed", "state", "value", "run", "why", "seconds")
    found = {name: getattr(trial, name) for name in names}
    return {**found, "hyper": dict(trial.hyper), "values": dict(trial.values)}


def group_json(row: Group) -> dict[str, Any]:
    """Plain values."""
    names = ("title", "method", "trials", "best", "median", "low", "high", "pruned", "failed", "best_run")
    found = {name: getattr(row, name) for name in names}
    return {**found, "hyper": dict(row.hyper), "values": list(row.values), "medians": dict(row.medians)}


def results_json(results: Results) -> dict[str, Any]:
    """Plain values."""
    return {
        "better": results.better,
        "judged_by": results.judged_by,
        "methods": [group_json(row) for row in results.methods],
        "configurations": [group_json(row) for row in results.configurations],
        "expected_best": {name: [list(row) for row in rows] for name, rows in results.expected.items()},
        "importance": dict(results.importance),
        "importance_note": results.importance_note,
        "unfinished": results.unfinished,
    }
