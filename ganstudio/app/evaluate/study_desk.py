"""The studies that the window shows: those beside the runs folder and those opened; begun, gone on with, stopped. No Qt."""

from __future__ import annotations

import itertools
import json
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from psygnal import Signal

from ganstudio.app.jobs import Progress
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural
from ganstudio.store.atomic import replace_file
from ganstudio.store.folder import runs_folder

if TYPE_CHECKING:
    from ganstudio.app.evaluate.studies import Study
    from ganstudio.app.evaluate.study_results import Group, Results, Trial
    from ganstudio.app.evaluate.study_space import Plan
    from ganstudio.app.studio import Studio
    from ganstudio.metrics.base import Metric

LAYOUT, MOST_OPENED = "evaluate/studies", 50
READ_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One study in the list.

    Attributes:
        path: its folder.
        name: of the study.
        about: what it tries, in a line.
        counts: how many runs are in each state.
        total: how many runs are planned.
        here, anywhere: how many processes work on it: begun by this window, and at all.
        asked: ``"start"`` or ``"stop"`` while that is being done.
        message: why it cannot be read, or what its processes complained of.
    """

    path: Path
    name: str
    about: str = ""
    counts: tuple[tuple[str, int], ...] = ()
    total: int = 0
    here: int = 0
    anywhere: int = 0
    asked: str = ""
    message: str = ""

    @property
    def values(self) -> StudyRow:
        """What a table shows of it."""
        return self

    @property
    def ended(self) -> int:
        """Runs of which nothing more is to come."""
        return sum(number for state, number in self.counts if state in ("done", "pruned", "failed"))

    @property
    def share(self) -> float:
        """How far it is, 0 to 1."""
        return self.ended / self.total if self.total else 0.0

    @property
    def open(self) -> bool:
        """There is something left to try, and it can be read."""
        return bool(self.total) and self.ended < self.total

    @property
    def state(self) -> str:
        """In a few words."""
        if self.asked:
            return _("stopping…") if self.asked == "stop" else _("starting…")
        if workers := max(self.here, self.anywhere):
            return plural("{n} worker", "{n} workers", workers)
        if not self.total:
            return _("cannot be read")
        return _("stopped") if self.open else _("done")

    @property
    def progress(self) -> str:
        """``"3 of 12 runs, 1 failed"``."""
        kept = dict(self.counts)
        more = [words.format(n=kept[state]) for state, words in
                (("failed", _("{n} failed")), ("pruned", _("{n} ended early"))) if kept.get(state)]  # fmt: skip
        return ", ".join([_("{n} of {total} runs").format(n=self.ended, total=self.total), *more])


@dataclass(frozen=True, slots=True)
class ConfigRow:
    """One configuration in the table of results.

    Attributes:
        path: tells it from the others.
        group: what is known of it.
        best: it is the best of all.
        runs: folders of its runs, the best first.
        waiting: how many runs are still to come.
        why: what went wrong with one of them.
    """

    path: Path
    group: Group
    best: bool
    runs: tuple[Path, ...]
    waiting: int
    why: str

    @property
    def measured(self) -> str:
        """``"2 / 3 !"``: so many runs were measured, and one failed."""
        return f"{len(self.group.values)} / {self.group.trials}" + (" !" if self.group.failed else "")

    @property
    def about(self) -> str:
        """What became of its runs, in words."""
        counts = ((self.waiting, _("{n} to come")), (self.group.pruned, _("{n} ended early")),
                  (self.group.failed, _("{n} failed")))  # fmt: skip
        words = [self.measured, *(text.format(n=number) for number, text in counts if number)]
        return "\n".join(filter(None, (", ".join(words), self.why)))

    @property
    def values(self) -> tuple[object, ...]:
        """What a table shows of it."""
        shown = self.group
        return shown.values, shown.trials, shown.pruned, shown.failed, self.best, self.runs, self.waiting, self.why


@dataclass(frozen=True, slots=True)
class Reading:
    """The chosen study in full."""

    path: Path
    plan: Plan
    results: Results
    trials: tuple[Trial, ...]
    rows: tuple[ConfigRow, ...]

    @property
    def failures(self) -> str:
        """How many runs failed, and why the first of them did; empty where none has."""
        whys = [one.why for one in self.trials if one.state == "failed"]
        if not whys:
            return ""
        return plural("{n} run failed: {why}", "{n} runs failed; one of them: {why}", len(whys), why=whys[0] or "–")

    def text(self, csv: bool = False) -> str:
        """The tables as Markdown, or all runs as CSV."""
        from ganstudio.app.evaluate import study_results as found

        return found.as_csv(self.trials) if csv else found.markdown(self.results, self.plan.name)


class StudyDesk:
    """Reads beside the window what the list shows. Main thread only; ``changed`` when something is another.

    Attributes:
        rows: the studies, by name.
        reading: the chosen one; None while it is being read, or cannot be.
        read_once: the folders have been looked at.
        busy: they are being looked at.
    """

    changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.rows: tuple[StudyRow, ...] = ()
        self.reading: Reading | None = None
        self.read_once = False
        self._chosen: Path | None = None
        self._known: dict[Path, Study] = {}
        self._seen: dict[Path, tuple[Any, StudyRow]] = {}
        self._read_sign: Any = None
        self._asked: dict[Path, str] = {}
        self.busy, self._due = False, 0.0
        studio.studies_at_work = self.at_work

    # -- keeping up -------------------------------------------------------------------------------------------------

    def invalidate(self) -> None:
        """The next :meth:`tick` looks."""
        self._due = 0.0

    def tick(self) -> None:
        """Keeps up; called while somebody looks."""
        if not self.busy and time.monotonic() >= self._due:
            self.busy, chosen = True, self._chosen
            job = self._studio.jobs.start(_("Reading the studies"), lambda _progress, _cancel: self._read(chosen))
            job.on_done(self._show).on_error(self._missed)
            job.ended.connect(lambda: self._ended(chosen))

    def _ended(self, chosen: Path | None) -> None:
        self.busy = False
        if chosen == self._chosen:  # else somebody waits to see another one
            self._due = max(self._due, time.monotonic() + READ_SECONDS)

    def _missed(self, error: StudioError) -> None:
        self._due = time.monotonic() + 30.0
        self._studio.report(error)

    def choose(self, path: Path | None) -> None:
        """This one is read in full from now on."""
        if path != self._chosen:
            self._chosen, self.reading, self._read_sign, self._due = path, None, None, 0.0

    def _opened(self) -> list[Path]:
        found = self._studio.settings.told(LAYOUT)
        return [Path(one) for one in found if isinstance(one, str)] if isinstance(found, list) else []

    def _read(self, chosen: Path | None) -> tuple[tuple[StudyRow, ...], Any, Reading | None]:
        """In a job: all rows, and the chosen study if it changed."""
        folder, places = runs_folder().parent / "studies", list[Path]()
        with suppress(OSError):
            places = [path for path in folder.iterdir() if (path / "study.toml").is_file()]
        places += [path for path in self._opened() if path not in places and path.is_dir()]
        rows = tuple(sorted(map(self._row, places), key=lambda row: (row.name.casefold(), row.path)))
        sign, reading = self._read_sign, None
        if chosen in self._known:
            row, new = next((row for row in rows if row.path == chosen), None), self._sign(chosen)
            if row is not None and row.total and new != sign:
                sign, reading = new, _full(self._known[chosen])
        return rows, sign, reading

    def _sign(self, path: Path) -> tuple[object, ...]:
        signs: list[object] = []
        for name in ("study.toml", "journal.log"):
            try:
                seen = (path / name).stat()
                signs.append((seen.st_mtime_ns, seen.st_size))
            except OSError:
                signs.append(None)
        return tuple(signs)

    def _row(self, path: Path) -> StudyRow:
        from ganstudio.app.evaluate.study_space import planned

        sign, before = self._seen.get(path, (None, StudyRow(path, path.name)))
        new: tuple[object, ...] | None = self._sign(path)
        try:
            study = self._study(path, again=sign is None or new is None or sign[0] != new[0])
            row = before
            if new != sign:
                trials, counts = _trials(study), dict[str, int]()
                for trial in trials:
                    counts[trial.state] = counts.get(trial.state, 0) + 1
                total = max(planned(study.plan), len(trials))
                row = StudyRow(path, study.plan.name, _about(study.plan), tuple(sorted(counts.items())), total)
            words = " ".join(study.complaints())
            row = replace(row, here=study.working, anywhere=study.at_work, message=words)
        except StudioError as error:
            row, new = StudyRow(path, path.name, message=str(error)), None  # looked at anew the next time
        self._seen[path] = new, row
        return row

    def _study(self, path: Path, again: bool = False) -> Study:
        from ganstudio.app.evaluate.studies import Study

        if path not in self._known:
            self._known[path] = Study.open(path)
        elif again:
            self._known[path].plan = Study.open(path).plan
        return self._known[path]

    def _show(self, found: tuple[tuple[StudyRow, ...], Any, Reading | None]) -> None:
        rows, sign, reading = found
        rows = tuple(replace(row, asked=self._asked.get(row.path, "")) for row in rows)
        new = rows != self.rows or not self.read_once
        self.rows, self.read_once = rows, True
        if reading is not None and reading.path == self._chosen:
            self.reading, self._read_sign, new = reading, sign, True
        if new:
            self.changed.emit()

    # -- what a person asks for -------------------------------------------------------------------------------------

    def begin(self, file: Path | str, workers: int, then: Callable[[Path], object]) -> None:
        """Begins a study, or goes on with it, and starts its processes.

        Args:
            file: a study file, or the text of one, or the folder of a study (which is then only shown).
            workers: how many processes; 0: none.
            then: told its folder.
        """

        def work(_progress: Progress, _cancel: Event) -> Path:
            from ganstudio.app.evaluate.studies import Study
            from ganstudio.app.evaluate.study_journal import optuna

            optuna()  # what is missing is said before anything is begun
            if isinstance(file, str):
                with tempfile.TemporaryDirectory() as folder:
                    written = Path(folder) / "study.toml"
                    written.write_text(file, encoding="utf-8")
                    study = Study.begin(written)
            else:
                study = Study.open(file) if file.is_dir() else Study.begin(file)
            study = self._known.setdefault(study.folder, study)
            if workers and not study.working:
                study.start(workers)
            return study.folder

        def begun(path: Path) -> None:
            if path.parent != runs_folder().parent / "studies":
                places = [str(one) for one in self._opened() if one != path][-MOST_OPENED:]
                self._studio.settings.remember_layout(LAYOUT, json.dumps([*places, str(path)]))
            self.invalidate()
            then(path)

        self._studio.jobs.start(_("Beginning the study"), work).on_done(begun)

    def start(self, path: Path, workers: int) -> None:
        """Goes on with a study: so many processes work on it."""
        self._do(path, "start", lambda study: study.start(workers))

    def stop(self, path: Path) -> None:
        """Lets the processes of this window store their runs and end."""
        self._do(path, "stop", lambda study: study.stop())

    def _do(self, path: Path, name: str, what: Callable[[Study], object]) -> None:
        if path in self._asked or path not in self._known:
            return
        self._asked[path], study = name, self._known[path]
        self._show((self.rows, None, None))
        job = self._studio.jobs.start(_("Working on the study"), lambda _progress, _cancel: what(study))

        def ended() -> None:
            self._asked.pop(path, None)
            self.invalidate()

        job.ended.connect(ended)

    def at_work(self) -> list[str]:
        """Names of the studies on which processes of this window work."""
        return [study.plan.name for study in tuple(self._known.values()) if study.working]

    def taken(self, name: str) -> bool:
        """Whether there is a study whose folder is called so."""
        from ganstudio.app.evaluate.study_space import slug

        return slug(name) in {row.path.name for row in self.rows}

    def free_name(self, data: str) -> str:
        """A name for a study of these data that none has."""
        name = f"{data} study"
        numbered = (name if number == 1 else f"{name} {number}" for number in itertools.count(1))
        return next(one for one in numbered if not self.taken(one))

    def save(self, path: Path, picture: bytes, then: Callable[[], object]) -> None:
        """Writes what was found: all runs as CSV, the tables as Markdown, or the picture; the ending says which."""
        reading = self.reading
        if reading is None:
            return

        def work(_progress: Progress, _cancel: Event) -> None:
            text = "" if path.suffix == ".png" else reading.text(csv=path.suffix == ".csv")
            replace_file(path, picture if path.suffix == ".png" else text.encode())

        self._studio.jobs.start(_("Saving the study"), work).on_done(lambda _none: then())

    def judges(
        self, data: str, then: Callable[[list[Metric]], object], failed: Callable[[StudioError], object]
    ) -> None:
        """Tells what can be measured on these data; reads them."""

        def work(_progress: Progress, _cancel: Event) -> list[Metric]:
            from ganstudio.app.evaluate.asked import metrics_on
            from ganstudio.data import load

            return metrics_on(load(data).spec)

        self._studio.jobs.start(_("Looking what can be measured"), work).on_done(then).on_error(failed)

    def end(self) -> None:
        """The window goes: its processes store their runs and end by themselves."""
        for study in self._known.values():
            study.let_end()


def _trials(study: Study) -> list[Trial]:
    return study.trials() if (study.folder / "journal.log").exists() else []


def _about(plan: Plan) -> str:
    methods = plural("{n} method", "{n} methods", len(plan.methods))
    seeds = plural("{n} seed", "{n} seeds", len(plan.seeds))
    settings = plural("{n} setting", "{n} settings", len(plan.space))
    return _("{methods}, {settings}, {seeds} on {data}").format(
        methods=methods, settings=settings, seeds=seeds, data=plan.data
    )


def _full(study: Study) -> Reading:
    trials = tuple(_trials(study))
    results = study.results() if trials else _nothing(study)
    rows = []
    for group in results.configurations:
        mine = [one for one in trials if one.method == group.method and one.hyper == group.hyper]
        mine.sort(key=lambda one: group.values.index(one.value) if one.value in group.values else len(trials))
        runs = tuple(study.folder / one.run for one in mine if one.run)
        left = sum(one.state in ("waiting", "running") for one in mine)
        best = bool(group.values) and group is results.configurations[0]
        why = next((one.why for one in mine if one.why), "")
        rows.append(ConfigRow(Path(group.title), group, best, runs, left, why))
    return Reading(study.folder, study.plan, results, trials, tuple(rows))


def _nothing(study: Study) -> Results:
    from ganstudio.app.evaluate.studies import label_of
    from ganstudio.app.evaluate.study_results import Results, importance_words

    labels = tuple(dict.fromkeys(label_of(judge) for judge in (study.plan.judge, *study.plan.report)))
    return Results(study.better, labels[0], labels, (), (), {}, {}, importance_words(0, 1), 0)
