"""What the Evaluate workspace knows: every run, what was measured of it, what is being measured. No Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.app.evaluate.table import Known, Line, Table, View, make_table
from ganstudio.app.jobs import Job, Progress
from ganstudio.app.runs.library import Library, RunRow
from ganstudio.app.runs.verdict import Verdict, judge_stored
from ganstudio.core.errors import CancelledError, StoreError, StudioError
from ganstudio.core.i18n import _, percent, plural
from ganstudio.metrics import all_metrics
from ganstudio.store import Run
from ganstudio.store.folder import CHECKPOINTS, RUN_FILE, STATUS_FILE
from ganstudio.store.scores import SCORES_FILE, read_scores

if TYPE_CHECKING:
    from ganstudio.app.evaluate.measuring import Asked
    from ganstudio.app.studio import Studio
    from ganstudio.metrics.base import Metric

READ_SECONDS = 2.0
VERDICT_SECONDS = 10.0  # a live run is judged anew this seldom: it means reading its whole tables

Sign = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A run as last read: scores of a file with one sign, a verdict on files with others, and when that was made."""

    known: Known
    scored: Sign
    judged: tuple[Sign, ...]
    at: float


_Read = tuple[dict[Path, _Seen], dict[str, "Metric"]]


class Evaluation:
    """Reads beside the window what the table shows. Main thread only; ``changed`` when a line may be another.

    Attributes:
        library: the runs.
        measures: what is being measured.
        metrics: all there are, by name; empty until they have been read.
        read_once: runs and scores have been read.
    """

    changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.library = Library(studio)
        self.measures = Measures(studio)
        self.metrics: Mapping[str, Metric] = {}
        self.read_once = False
        self._seen: dict[Path, _Seen] = {}
        self._made: tuple[object, object, View, Table] = (), {}, View(), Table()
        self._job: Job | None = None
        self._due = 0.0
        self.library.changed.connect(self._rows_changed)
        self.measures.changed.connect(self.changed.emit)
        self.measures.measured.connect(self.invalidate)

    def invalidate(self) -> None:
        """Something on the disk is another: the next :meth:`tick` looks."""
        self._due = 0.0
        self.library.invalidate()

    def tick(self) -> None:
        """Keeps up; called while somebody looks."""
        self.library.tick()
        if self.library.read_once and self._job is None and time.monotonic() >= self._due:
            self._read()

    def table(self, asked: View) -> Table:
        """The table, with how far each measurement is."""
        rows, seen, view, made = self._made
        if rows is not self.library.rows or seen is not self._seen or view != asked:
            known = {path: one.known for path, one in self._seen.items()}
            made = make_table(self.library.rows, known, self.metrics, asked)
            self._made = self.library.rows, self._seen, asked, made
        return replace(made, lines=tuple(map(self._with_progress, made.lines)))

    def _with_progress(self, line: Line) -> Line:
        tasks = [task for row in line.rows if (task := self.measures.of(row.path)) is not None]
        if not tasks:
            return line
        task = next((task for task in tasks if task.running), tasks[0])
        return replace(line, doing=task.words, share=task.fraction)

    def measurable(self, lines: Iterable[Line], then: Callable[[dict[Metric, int]], object]) -> None:
        """Tells which metrics make sense for these, and for how many of the runs each, once their folders were read."""
        paths = [row.path for line in lines for row in line.rows]

        def work(_progress: Progress, _cancel: Event) -> dict[Metric, int]:
            from ganstudio.app.evaluate import measuring

            found: dict[str, tuple[Metric, int]] = {}
            for path in paths:
                for metric in measuring.metrics_for(Run.open(path).info):
                    found[metric.name] = metric, found.get(metric.name, (metric, 0))[1] + 1
            return dict(found.values())

        self._studio.jobs.start(_("Looking what can be measured"), work).on_done(then)

    def measure(self, lines: Iterable[Line], asked: Asked, best: bool) -> None:
        """Measures these; each at its own best step, with ``best``, where that is known."""
        for line in lines:
            steps = (line.best_step,) if best and line.best_step is not None else ()
            self.measures.ask(line.rows, replace(asked, steps=steps))

    def measure_again(self, lines: Iterable[Line]) -> None:
        """Measures the newest checkpoints of these in the same ways as the numbers on view."""
        from ganstudio.app.evaluate.measuring import Asked

        device = self._studio.settings.values.device
        for row, scores in (one for line in lines for one in line.on_view()):
            ways: dict[tuple[str, int, str, str], list[str]] = {}
            for one in scores:
                ways.setdefault((one.extractor, one.count, one.split, one.source), []).append(one.metric)
            for (extractor, count, split, source), names in ways.items():
                asked = Asked(tuple(dict.fromkeys(names)), extractor, count, split=split, source=source, device=device)
                self.measures.ask([row], asked, beside=True)

    def export(self, lines: Iterable[Line], asked: View, path: Path, then: Callable[[], object]) -> None:
        """Writes these beside the window: as CSV, LaTeX or a report by the ending; event files where it is a folder.

        Args:
            lines: what is written; the best is that of these.
            asked: how the table is looked at.
            path: the file or folder.
            then: called once it is written.
        """
        pairs = [pair for line in lines for pair in zip(line.rows, line.known, strict=True)]
        metrics = self.metrics

        def work(progress: Progress, cancel: Event) -> None:
            def tick(fraction: float, text: str) -> None:
                if cancel.is_set():
                    raise CancelledError(_("The export was cancelled."))
                progress(fraction, text)

            if path.is_dir():
                from ganstudio.app.evaluate.event_files import write_event_files

                write_event_files(path, [row.path for row, _known in pairs], tick)
            else:
                from ganstudio.app.evaluate.exports import export_table

                known = {row.path: one for row, one in pairs}
                view = replace(asked, words="", starred=False)
                export_table(path, make_table([row for row, _known in pairs], known, metrics, view))

        self._studio.jobs.start(_("Writing {name}").format(name=path.name), work).on_done(lambda _nothing: then())

    def end(self) -> None:
        """Measures nothing more and listens to nothing."""
        self.measures.cancel()
        self.library.detach()

    def _rows_changed(self) -> None:
        self._due = min(self._due, time.monotonic() + READ_SECONDS / 4)
        self.changed.emit()

    def _read(self) -> None:
        self._due = time.monotonic() + READ_SECONDS
        rows, before = self.library.rows, dict(self._seen)

        def work(_progress: Progress, cancel: Event) -> _Read:
            metrics = {metric.name: metric for metric in all_metrics().values()}
            return {row.path: _look(row, before.get(row.path)) for row in rows if not cancel.is_set()}, metrics

        self._job = self._studio.jobs.start(_("Reading what was measured"), work).on_done(self._take)
        self._job.ended.connect(self._ended)

    def _take(self, read: _Read) -> None:
        first, self.read_once = not self.read_once, True
        same = read[0].keys() == self._seen.keys() and all(one is self._seen[path] for path, one in read[0].items())
        if first or not same:
            self._seen, self.metrics = read
            self.changed.emit()

    def _ended(self) -> None:
        self._job = None


def _sign(path: Path) -> Sign:
    try:
        seen = os.stat(path)  # noqa: PTH116 - three hundred runs are looked at every other second
    except (OSError, ValueError):
        return 0, 0
    return seen.st_mtime_ns, seen.st_size


def _look(row: RunRow, before: _Seen | None) -> _Seen:
    """Reads what changed of a run; what was read before, where nothing did."""
    scored = _sign(row.path / SCORES_FILE)
    judged = tuple(_sign(row.path / name) for name in (RUN_FILE, STATUS_FILE, CHECKPOINTS))
    now = time.monotonic()
    settled = before is not None and (before.judged == judged or (row.live and now - before.at < VERDICT_SECONDS))
    if before is not None and settled and before.scored == scored:
        return before
    known = Known() if before is None else before.known
    if not settled:
        verdict: Verdict | None = None
        with suppress(StudioError):  # gone, or damaged: its row says so
            run = Run.open(row.path)
            known = replace(known, checkpoints=tuple(run.checkpoint_steps()))
            verdict = judge_stored(run)
        known = replace(known, verdict=verdict)
    scores = known.scores
    if before is None or before.scored != scored or not settled:  # a run that went back takes later scores with it
        with suppress(StudioError):
            scores = tuple(read_scores(row.path))
    known = replace(known, scores=scores)
    known.ways  # noqa: B018 - sorted here, and not where the table is made: that is on the window's thread
    if before is not None and settled:
        return _Seen(known, scored, before.judged, before.at)
    return _Seen(known, scored, judged, now)


@dataclass(slots=True)
class Task:
    """One run that is to be measured, or is just now.

    Attributes:
        path, name: of the run.
        asked: what is measured.
        job: in which it is; None while it waits.
    """

    path: Path
    name: str
    asked: Asked
    job: Job | None = None

    @property
    def running(self) -> bool:
        """It is its turn."""
        return self.job is not None

    @property
    def fraction(self) -> float:
        """How much is done, 0 to 1; negative while nobody knows."""
        return -1.0 if self.job is None else self.job.fraction

    @property
    def words(self) -> str:
        """The same in words."""
        if self.job is None:
            return _("waits to be measured")
        if self.job.cancelling:
            return _("being cancelled…")
        share = percent(100 * self.job.fraction) if self.job.fraction >= 0 else ""
        return " · ".join(part for part in (_("measuring"), share, self.job.text) if part)


class Measures:
    """Measures runs one after another: training beside it is to keep most of the machine.

    Signals:
        changed: how far something is.
        measured: a run has new scores, or its measurement ended otherwise.
    """

    changed = Signal()
    measured = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.tasks: list[Task] = []

    def of(self, path: Path) -> Task | None:
        """What is done with a run."""
        return next((task for task in self.tasks if task.path == path), None)

    def ask(self, rows: Iterable[RunRow], asked: Asked, *, beside: bool = False) -> None:
        """Measures these, each when it is its turn; one that waits is measured as asked last, or ``beside`` that as well."""
        for row in rows:
            waiting = next((task for task in self.tasks if task.path == row.path and not task.running), None)
            if waiting is not None and not beside:
                waiting.asked = asked
            else:
                self.tasks.append(Task(row.path, row.name, asked))
        self._next()
        self.changed.emit()

    def cancel(self, paths: Sequence[Path] | None = None) -> None:
        """Gives up what is measured or waits of these runs; of all without any. What has been measured stays."""
        for task in list(self.tasks):
            if paths is None or task.path in paths:
                if task.job is None:
                    self.tasks.remove(task)
                else:
                    task.job.cancel()
        self.changed.emit()

    @property
    def words(self) -> str:
        """How many are left, for a button; empty for none."""
        return plural("Measuring {n} run", "Measuring {n} runs", len(self.tasks)) if self.tasks else ""

    def _next(self) -> None:
        if not self.tasks or self.tasks[0].job is not None:
            return
        task = self.tasks[0]

        def work(progress: Progress, cancel: Event) -> None:
            from ganstudio.app.evaluate import measuring

            def tick(fraction: float, text: str) -> None:
                if cancel.is_set() or not task.path.is_dir():  # moved to the trash: nobody asks for its numbers
                    raise CancelledError(_("Measuring was cancelled."))
                progress(fraction, text)

            tick(0.0, "")
            try:
                measuring.measure_run(Run.open(task.path), task.asked, tick)
            except StoreError:
                tick(0.0, "")  # it may have gone just now
                raise

        task.job = self._studio.jobs.start(_("Measuring “{name}”").format(name=task.name), work)
        task.job.progressed.connect(lambda _fraction, _text: self.changed.emit())
        task.job.ended.connect(lambda: self._ended(task))

    def _ended(self, task: Task) -> None:
        if task in self.tasks:
            self.tasks.remove(task)
        self.measured.emit()
        self._next()
        self.changed.emit()
