"""Several runs beside each other: their curves, their grids at one step, and in what their settings differ. No Qt."""

from __future__ import annotations

import csv
import io
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from psygnal import Signal

from ganstudio.app.jobs import Job, Newest
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.bands import Spread
from ganstudio.core.elsewhere import as_cell
from ganstudio.core.errors import StudioError
from ganstudio.core.events import Rows, Samples, SeriesInfo
from ganstudio.core.fields import Value, value_text
from ganstudio.core.i18n import _, plural
from ganstudio.core.scores import Score
from ganstudio.core.series import Batches, SeriesTable
from ganstudio.store import Run, sample_schedule

if TYPE_CHECKING:
    from threading import Event

    from ganstudio.app.generators.catalogue import Catalogue
    from ganstudio.app.studio import Studio

LEAST, MOST, MANY = 2, 6, 24
"""So many runs can be compared: at most six lines, there are colours for no more, each of one run or of a group of them."""
SEEDS = "seeds"
"""Groups by everything but the seed."""
Tables = Mapping[str, SeriesTable]
_FIRST = 4
"""So many series are plotted at first."""
_NONE = "–"


class Setting(NamedTuple):
    """One line of the table of settings: its key and what it is called; what each run has, in words and as it is stored."""

    key: str
    title: str
    cells: tuple[str, ...]
    stored: tuple[str, ...]


class Group(NamedTuple):
    """Runs that are one line: what they are called together, and which they are."""

    title: str
    models: tuple[RunModel, ...]


def nearest(steps: Sequence[int], wanted: int) -> int | None:
    """The step nearest to the wanted one (the earlier of two), of steps in order; None where there is none."""
    after = bisect_left(steps, wanted)
    return min(steps[max(0, after - 1) : after + 1], key=lambda step: abs(step - wanted), default=None)


def common_stops(runs: Iterable[Sequence[int]]) -> list[int]:
    """Stops for one slider over the stored grids of all: not so many that two of them show the same; the last always."""
    every = sorted({step for steps in runs for step in steps})
    stops: list[int] = []
    for step in every:
        if sample_schedule(step, stops[-1] if stops else None):
            stops.append(step)
    return stops if not every or stops[-1] == every[-1] else [*stops, every[-1]]


def series_of(runs: Iterable[Tables]) -> dict[SeriesInfo, int]:
    """All series that were measured, and how many of the runs have each; those that most have come first."""
    found: dict[str, tuple[SeriesInfo, int]] = {}
    for tables in runs:
        for info in (info for table in tables.values() for info in table.series):
            found[info.name] = found.get(info.name, (info, 0))[0], found.get(info.name, (info, 0))[1] + 1
    return dict(sorted(found.values(), key=lambda pair: -pair[1]))


def first_series(series: dict[SeriesInfo, int]) -> set[str]:
    """What is plotted before a person has chosen: of what several share, scores of what is seen before anything else."""
    order = ("quality", "distance", "probability", "score", "loss", "measure", "gradient")
    ranked = sorted(series, key=lambda info: (series[info] < LEAST, order.index(info.kind), -series[info]))
    return {info.name for info in ranked[:_FIRST]}


def settings_of(models: Sequence[RunModel], catalogue: Catalogue | None = None) -> list[Setting]:
    """Method, data, seed and steps of each run, and the hyper-parameters in which they differ.

    What was changed while a run trained is told as ``"1e-3 → 5e-4"``; a dash stands where a method has no such setting.

    Args:
        models: the runs.
        catalogue: knows what methods, data and settings are called; until it is there they are told as they are stored.
    """
    of = [model.experiment for model in models]
    facts = (
        ("method", _("Method"), tuple(one.method for one in of), catalogue and catalogue.method_title),
        ("data", _("Data"), tuple(one.data for one in of), catalogue and catalogue.data_title),
        ("seed", _("Seed"), tuple(str(one.seed) for one in of), None),
        ("steps", _("Steps"), tuple(f"{model.step:,}" for model in models), None),
    )
    rows = [Setting(key, title, tuple(map(called or str, found)), found) for key, title, found, called in facts]
    methods = {name: model.experiment.method for model in reversed(models) for name in model.experiment.hyper}
    for name in dict.fromkeys(name for model in models for name in model.experiment.hyper):
        stored = tuple(_cell(model, name, None) for model in models)
        if len(set(stored)) > 1:
            title = name if catalogue is None else catalogue.setting_title(methods[name], name)
            rows.append(Setting(name, title, tuple(_cell(model, name, catalogue) for model in models), stored))
    return rows


def _cell(model: RunModel, name: str, catalogue: Catalogue | None) -> str:
    if name not in model.experiment.hyper:
        return _NONE
    values: list[Value] = [change.old for change in model.changes if change.name == name][:1]
    values += [change.new for change in model.changes if change.name == name] or [model.experiment.hyper[name]]
    tell = value_text if catalogue is None else partial(catalogue.setting_text, model.experiment.method, name)
    return " → ".join(tell(value) for value in values)


def groupings(models: Sequence[RunModel], catalogue: Catalogue | None = None) -> dict[str, str]:
    """By what these can be grouped, and what that is called: everything but the seed, and all in which they differ."""
    differ = {row.key: row.title for row in settings_of(models, catalogue) if len(set(row.stored)) > 1}
    return {SEEDS: _("Over seeds"), **differ}


def grouped(models: Sequence[RunModel], by: str, catalogue: Catalogue | None = None) -> list[Group]:
    """The runs in groups, in the order in which the first of each comes.

    Args:
        models: the runs.
        by: a key of :func:`groupings`; else each run is by itself, under its own name.
        catalogue: see :func:`settings_of`.
    """
    differ = [row for row in settings_of(models, catalogue) if len(set(row.stored)) > 1]
    told = [row for row in differ if (row.key == by or (by == SEEDS and row.key not in ("seed", "steps")))]
    if by != SEEDS and not told:
        names = [model.title for model in models]
        for place, name in enumerate(names):  # what has the same name is told apart by its settings
            if sum(name == model.title for model in models) > 1:
                names[place] = " · ".join(
                    (name, *(f"{row.cells[place]} {row.title}" for row in differ if row.key != "steps"))
                )
        return [Group(name, (model,)) for name, model in zip(names, models, strict=True)]
    found: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(models)):
        found.setdefault(tuple(row.stored[place] for row in told), []).append(place)
    groups, titles = [], [model.title for model in models]
    for places in found.values():
        if by == SEEDS and len(places) == 1 and titles.count(titles[places[0]]) == 1:
            groups.append(Group(titles[places[0]], (models[places[0]],)))  # as it is called in the table
            continue
        said = (
            row.cells[places[0]] if row.key in ("method", "data") else f"{row.cells[places[0]]} {row.title}"
            for row in told
        )  # what tells them apart comes first: there is not always room for the rest
        name = " · ".join(said) or models[places[0]].title
        title = _("{name} ×{n}").format(name=name, n=len(places))
        groups.append(Group(title if len(places) > 1 else name, tuple(models[place] for place in places)))
    return groups


def batches_of(model: RunModel) -> Batches:
    """How large its batches were, from which step on; empty where its method has none."""
    changes = [change for change in model.changes if change.name == "batch_size"]
    sizes = [*(change.old for change in changes[:1]), *(change.new for change in changes)]
    sizes = sizes or [model.experiment.hyper.get("batch_size", 0)]
    pairs = zip((0, *(change.step for change in changes)), sizes, strict=True)
    return tuple((step, size) for step, size in pairs if isinstance(size, int) and size > 0)


def scores_table(scores: Iterable[Score], model: RunModel, table: SeriesTable | None = None) -> SeriesTable:
    """What was measured of its checkpoints as series over their steps: one for each way in which a metric was measured.

    ``table`` is filled anew with it, where there is one already.
    """
    from ganstudio.metrics import all_metrics

    metrics = {metric.name: metric for metric in all_metrics().values()}
    at: dict[int, dict[SeriesInfo, float]] = {}
    for one in scores:
        known = metrics.get(one.metric)
        label = one.label(known.title if known else one.metric)
        label = label if one.source == "ema" else f"{label} · {one.source}"
        info = SeriesInfo(f"score/{label}", "quality", "fake", label, known.unit if known else "")
        at.setdefault(one.step, {})[info] = one.value
    table = SeriesTable("scores") if table is None else table
    table.truncate_after(-1)
    infos = tuple(dict.fromkeys(info for row in at.values() for info in row))
    steps = np.array(sorted(at), np.int64)
    values = [[at[step].get(info, np.nan) for info in infos] for step in sorted(at)]
    seconds = np.array([model.seconds_at(step) for step in sorted(at)], np.float64)
    if infos:
        table.append(Rows("scores", infos, steps, seconds, np.array(values, np.float32)))
    return table


def as_csv(names: Sequence[str], rows: Iterable[Setting]) -> str:
    """The table of settings as CSV, as they are stored: a column for each run."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(map(as_cell, ("setting", *names)))
    lines.writerows([as_cell(cell) for cell in (row.key, *row.stored)] for row in rows)
    return text.getvalue()


def other_latents(models: Sequence[RunModel]) -> str:
    """Why pictures in the same place do not come from the same latent, in words; empty where they do."""
    sizes = {tuple((k, v) for k, v in model.experiment.hyper.items() if k.startswith("latent")) for model in models}
    if len({model.experiment.seed for model in models}) > 1:
        return _("The seeds differ: pictures in the same place do not come from the same latent.")
    if len(sizes) > 1:
        return _("The latents are of other sizes: pictures in the same place do not come from the same one.")
    return ""


class Comparison:
    """The runs that are compared. Main thread only; runs and grids are read in background jobs.

    Runs that are open in the studio are looked at as they are, others are opened for this alone; live ones go on.

    Signals:
        opened: all that can be read has been; what cannot was reported.
        shown_changed: other grids are to be shown.

    Attributes:
        models: the runs, in the order in which they were chosen.
        shown: what is shown of each; None where nothing is stored.
        step: the step that is looked at; None: the newest of each.
        reading: they are being read.
        by: what they are grouped by, see :func:`groupings`; empty: each is a line of its own.
        spread: what the band around the mean of a group shows.
    """

    opened = Signal()
    shown_changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._job = Newest(studio.jobs)
        self._grids: Job | None = None
        self.models: list[RunModel] = []
        self.shown: list[Samples | None] = []
        self.step: int | None = None
        self.by = ""
        self.spread: Spread = "range"
        self._scores: dict[Path, tuple[Sequence[Score], SeriesTable]] = {}
        self._wanted: list[tuple[Path | None, int | None]] = []

    @property
    def groups(self) -> list[Group]:
        """Every line: six at most."""
        return grouped(self.models, self.by, self._studio.catalogue)[:MOST]

    @property
    def groupings(self) -> dict[str, str]:
        """See :func:`groupings`."""
        return groupings(self.models, self._studio.catalogue)

    @property
    def left_out(self) -> str:
        """That not all of them are shown, and what to do, in words; empty where they are."""
        number = len(grouped(self.models, self.by, self._studio.catalogue)) - MOST
        if number <= 0:
            return ""
        return plural(
            "{n} more line is not shown: group the runs.", "{n} more lines are not shown: group the runs.", number
        )

    def set_scores(self, scores: Mapping[Path, Sequence[Score]]) -> None:
        """Shows these as well, which were measured of checkpoints."""
        for model in self.models:
            found = scores.get(model.path, ()) if model.path is not None else ()
            before, table = self._scores.get(model.path, ((), None)) if model.path is not None else ((), None)
            if model.path is not None and found != before:
                self._scores[model.path] = found, scores_table(found, model, table)

    def tables_of(self, model: RunModel) -> Tables:
        """All that was measured of a run, scores of its checkpoints included."""
        scores = {} if model.path not in self._scores else {"scores": self._scores[model.path][1]}
        tables, batches = {**model.tables, **scores}, batches_of(model)
        for table in tables.values():
            table.set_batches(batches)
        return tables

    @property
    def reading(self) -> bool:
        """Runs are being opened."""
        return self._job.job is not None

    @property
    def stops(self) -> list[int]:
        """Where one slider over all of them stops."""
        return common_stops(model.stops for model in self.models)

    def open(self, paths: Sequence[Path]) -> None:
        """Compares these runs, once they have been read."""
        self.close()
        there = {model.path: model for model in self._studio.runs if model.path is not None and model.path in paths}

        def work(_progress: object, cancel: Event) -> tuple[dict[Path, RunModel], list[StudioError]]:
            made: dict[Path, RunModel] = {}
            errors = []
            for path in paths:
                try:
                    if path not in there and not cancel.is_set():
                        made[path] = RunModel.of_folder(path)
                except StudioError as error:
                    errors.append(error)
            return made, errors

        def done(found: tuple[dict[Path, RunModel], list[StudioError]]) -> None:
            made, errors = found
            for error in errors:
                self._studio.report(error)
            every = {**there, **made}
            self.models = [every[path] for path in paths if path in every]
            self.shown = [model.samples for model in self.models]
            if len(self.models) > MOST and not self.by:
                self.by = SEEDS
            self.opened.emit()

        self._job.start(_("Reading the runs"), work, done, self._studio.report)

    def close(self) -> None:
        """Compares nothing any more."""
        self._job.stop()
        self.models, self.shown, self.step, self._wanted, self._scores = [], [], None, [], {}

    def pump(self) -> None:
        """Keeps up with what the runs have done since; those that train here are looked at as they are."""
        here = {model.path: model for model in self._studio.runs if model.path is not None}
        self.models = [model if model.path is None else here.get(model.path, model) for model in self.models]
        for model in self.models:
            if model.path not in here:
                model.pump()
        if self.step is None:
            newest = [model.samples for model in self.models]
            if any(one is not other for one, other in zip(newest, self.shown, strict=False)):
                self.shown = newest
                self.shown_changed.emit()
        else:
            self._read()

    def go_to(self, step: int | None) -> None:
        """Looks at the stored grids nearest to a step; None: at the newest of each, as they come."""
        self.step = step
        self.pump()

    def _read(self) -> None:
        """Reads the grids that are wanted and not shown, one job at a time: while a slider moves the newest wish wins."""
        assert self.step is not None
        step = self.step
        wanted = [(model.path, nearest(model.stops, step)) for model in self.models]
        if self._grids is not None or wanted == self._wanted:
            return
        self._wanted = wanted
        have = {(model.path, one.step): one for model, one in zip(self.models, self.shown, strict=True) if one}

        def load(path: Path | None, at: int | None) -> Samples | None:
            if path is None or at is None:
                return None
            try:
                return have.get((path, at)) or Run.open(path).load_samples(at)
            except StudioError:  # it has been thinned meanwhile
                return None

        def done(found: list[Samples | None]) -> None:
            if self.step is not None and len(found) == len(self.models):
                self.shown = found
                self.shown_changed.emit()

        def ended() -> None:
            self._grids = None
            if self.step is not None:
                self._read()

        self._grids = self._studio.jobs.start(
            _("Reading sample grids"), lambda _progress, _cancel: [load(*one) for one in wanted]
        ).on_done(done)
        self._grids.ended.connect(ended)

    @property
    def settings(self) -> list[Setting]:
        """See :func:`settings_of`."""
        return settings_of(self.models, self._studio.catalogue)
