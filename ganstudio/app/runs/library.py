"""The runs on disk as a list that keeps itself up to date: read beside the window, only what changed, no Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.workplaces import Workplace, workplace_of_run
from ganstudio.app.jobs import Job
from ganstudio.app.runs.readings import best_words, readings, stored_tables
from ganstudio.app.runs.thinning import ask_and_thin
from ganstudio.app.runs.trash import TrashBin
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StoreError
from ganstudio.core.events import LIVE_STATES, HyperChanged, Note, State
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.i18n import _, told
from ganstudio.core.images import split_grid
from ganstudio.store import Run, Trashed, list_trash, runs_folder
from ganstudio.store.annotations import ANNOTATIONS_FILE, NOTHING, Annotations, annotate, read_annotations
from ganstudio.store.folder import RUN_FILE, STATUS_FILE, THUMBNAIL_FILE
from ganstudio.store.thinning import best_of, heads_of

if TYPE_CHECKING:
    from ganstudio.app.runs.run_model import RunModel
    from ganstudio.app.studio import Studio

REFRESH_SECONDS = 2.0
SIZE_SECONDS = 20.0  # a live run's folder is measured this seldom: it means a look at every file
POINTS = 256

Sign = tuple[tuple[int, int], ...]
_Read = tuple[dict[Path, "_Known"], tuple[Trashed, ...] | None]
Items = NDArray[np.uint8] | NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class RunRow:
    """One run in the list.

    Attributes:
        path: its folder.
        name: what the person calls it.
        experiment: what it was asked to train.
        state: how it is doing; ``message`` a sentence where that needs one.
        step: steps done, of ``total``.
        seconds: training time.
        created: when, with time zone.
        size: bytes on disk; None until measured.
        items: a few of its newest samples: uint8 ``(N, H, W, C)`` or float32 ``(N, 2)``; None while there are none.
        extent: for points: they lie in ``[-extent, extent]²``.
        live_here: it trains in this process.
        place: the workspace that its generator belongs to.
        method, data: what people call them; as the experiment has them while nobody knows.
        marks: star, tags and note.
    """

    path: Path
    name: str
    experiment: Experiment
    state: State
    message: str
    step: int
    total: int
    seconds: float
    created: datetime
    size: int | None = None
    items: Items | None = None
    extent: float = 1.0
    live_here: bool = False
    place: Workplace = "explore"
    method: str = ""
    data: str = ""
    marks: Annotations = NOTHING

    @property
    def live(self) -> bool:
        """It is being trained, here or elsewhere."""
        return self.state in LIVE_STATES

    @property
    def values(self) -> tuple[object, ...]:
        """What a table shows of it, to see whether that changed."""
        shown = (self.name, self.state, self.message, self.step, self.total, self.seconds, self.size, self.live_here)
        return (*shown, self.method, self.data, self.marks, id(self.items))

    def says(self, words: Iterable[str], more: str) -> bool:
        """Whether each of these words (small letters) is in its name, method, data or tags, or in what is said besides."""
        said = self.name, self.method, self.data, self.experiment.method, self.experiment.data, more, *self.marks.tags
        text = " ".join(said).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class RunDetails:
    """More about one run.

    Attributes:
        path, spec: its folder, and the shape of its data.
        hyper: hyper-parameters as they are now, changes while training included.
        latest: label and text of what was measured last.
        told: what was told of its data: files that were left out, how they were read.
        notes: what it said to a person, oldest first.
        checkpoints, grids: how many are stored.
        best: which step was the best, in words; empty where that was not measured.
    """

    path: Path
    hyper: Mapping[str, Value]
    spec: DataSpec
    latest: tuple[tuple[str, str], ...]
    told: tuple[str, ...]
    notes: tuple[str, ...]
    checkpoints: int
    grids: int
    best: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """A run as last read: from files with these signs; ``written_live``: its writer may have died since."""

    sign: Sign
    row: RunRow
    run: Run
    written_live: bool
    measured: float = 0.0


class Library:
    """The list of runs: those of the runs folder, and those opened from elsewhere that are remembered.

    Main thread only; the disk is read in background jobs. ``changed`` is emitted when rows or trash differ; ``bin``
    moves runs to the trash and back.
    """

    changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.bin = TrashBin(studio, self._look_again)
        self._known: dict[Path, _Known] = {}
        self._titles: dict[tuple[str, str], tuple[str, str]] = {}
        self._job: Job | None = None
        self._again = False
        self._trash_due = True
        self._due = 0.0
        self.read_once = False
        self.rows: tuple[RunRow, ...] = ()
        self.trash: tuple[Trashed, ...] = ()
        studio.library_changed.connect(self.invalidate)

    def detach(self) -> None:
        """Listens to the studio no more."""
        self._studio.library_changed.disconnect(self.invalidate, missing_ok=True)

    def invalidate(self) -> None:
        """What is on disk was changed by this program: the next :meth:`tick` looks at once."""
        self._due, self._trash_due = 0.0, True

    def tick(self) -> None:
        """Keeps the list up to date: own runs at every call, the disk every :data:`REFRESH_SECONDS`."""
        if time.monotonic() >= self._due:
            self.refresh()
        self._publish()

    def refresh(self) -> None:
        """Reads what changed on disk, in the background; asked while it reads, it reads once more after that."""
        if self._job is not None:
            self._again = True
            return
        self._again = False
        self._due = time.monotonic() + REFRESH_SECONDS
        known, folder, trash, self._trash_due = dict(self._known), runs_folder(), self._trash_due, False
        opened = [model.path for model in self._studio.runs if model.path is not None]
        extra = [*opened, *map(Path, self._studio.settings.remembered.recent_runs)]

        def work(_progress: object, cancel: Event) -> _Read:
            return _read_runs(known, folder, extra, cancel), tuple(list_trash(folder)) if trash else None

        self._job = self._studio.jobs.start(_("Reading the runs"), work).on_done(self._take)
        self._job.ended.connect(self._job_ended)

    def _take(self, read: _Read) -> None:
        first, self.read_once = not self.read_once, True
        self._known, trash = read
        changed = trash is not None and trash != self.trash
        if trash is not None:
            self.trash = trash
        self._publish(force=first or changed)

    def _job_ended(self) -> None:
        self._job = None
        if self._again:
            self.refresh()

    def _publish(self, *, force: bool = False) -> None:
        models = {model.path: model for model in self._studio.runs if model.path is not None and model.here}
        rows = [self._titled(_as_it_trains(each.row, models.get(each.row.path))) for each in self._known.values()]
        rows.sort(key=lambda row: (row.created, row.path.name), reverse=True)
        same = [(row.path, row.values) for row in rows] == [(row.path, row.values) for row in self.rows]
        if not same:
            self.rows = tuple(rows)
        if force or not same:
            self.changed.emit()

    def _titled(self, row: RunRow) -> RunRow:
        asked, known = (row.experiment.method, row.experiment.data), self._studio.catalogue
        if known is not None and asked not in self._titles:
            self._titles[asked] = known.method_title(asked[0]), known.data_title(asked[1])
        method, data = self._titles.get(asked, asked)
        return replace(row, method=method, data=data)

    def details(self, path: Path, then: Callable[[RunDetails], object]) -> None:
        """Reads what the list does not show of a run and hands it on; nothing comes where it cannot be read."""
        job = self._studio.jobs.start(_("Reading a run"), lambda _progress, _cancel: read_details(Run.open(path)))
        job.on_done(then)
        job.on_error(lambda _error: self.invalidate())  # it went away meanwhile: the list will say so

    def thin(self, rows: Iterable[RunRow]) -> None:
        """Asks what the rule of the settings would free of these runs, and frees it; live ones are left out."""
        resting = {row.path: row.size or 0 for row in rows if not row.live}
        ask_and_thin(self._studio, resting, self._look_again)

    def annotate(self, rows: Iterable[RunRow], **changes: Any) -> None:
        """Changes stars, tags or notes of these runs; see :func:`~ganstudio.store.annotations.annotate`."""
        paths = [row.path for row in rows]
        job = self._studio.jobs.start(
            _("Writing what was remarked"), lambda _progress, _cancel: [annotate(path, **changes) for path in paths]
        )
        job.ended.connect(self.refresh)

    def _look_again(self, changed: Iterable[Path] = ()) -> None:
        for path in changed:  # their files are others, and are measured anew
            self._known.pop(path, None)
        self._studio.library_changed.emit()
        self.refresh()


def _read_runs(known: Mapping[Path, _Known], folder: Path, extra: Iterable[Path], cancel: Event) -> dict[Path, _Known]:
    found: dict[Path, _Known] = {}
    paths: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        paths = [folder / entry.name for entry in entries if not entry.name.startswith(".")]
    for path in dict.fromkeys([*paths, *extra]):
        if cancel.is_set():
            break
        with suppress(StoreError):  # no run, or half gone: not a row
            found[path] = _read_run(path, known.get(path))
    return found


def _read_run(path: Path, before: _Known | None) -> _Known:
    sign = tuple(_sign(path / name) for name in (RUN_FILE, STATUS_FILE, THUMBNAIL_FILE, ANNOTATIONS_FILE))
    if before is not None and before.sign == sign:
        if not before.written_live:
            return before
        status = before.run.status()  # its writer may have died without a word
        return replace(before, row=replace(before.row, state=status.state, message=told(status.message)))
    run = Run.open(path)
    status = run.status()
    measured, size = (0.0, None) if before is None else (before.measured, before.row.size)
    if size is None or not status.live or time.monotonic() - measured >= SIZE_SECONDS:
        measured, size = time.monotonic(), run.size_bytes()
    info, doing = run.info, (status.state, told(status.message), status.step, status.total, status.seconds)
    items, extent, place = _items(run, sign, before), info.spec.extent, workplace_of_run(info)
    row = RunRow(path, info.name, info.experiment, *doing, info.created, size, items, extent, place=place)
    row = replace(row, marks=read_annotations(path))
    return _Known(sign, row, run, status.live or status.state == "interrupted", measured)


def row_of(path: Path) -> RunRow:
    """One run, as the list has it; raises StoreError where it is none."""
    return _read_run(path, None).row


def _items(run: Run, sign: Sign, before: _Known | None) -> Items | None:
    """Those of before while they are the same, or the new ones cannot be read."""
    if before is not None and before.sign[2] == sign[2] and run.info.spec.kind != "points":
        return before.row.items
    found = newest_samples(run)
    return before.row.items if found is None and before is not None else found


def newest_samples(run: Run) -> Items | None:
    """A few of the newest samples: cells of the small picture, or points; None where none can be read. For a job."""
    if run.info.spec.kind == "points":
        steps = run.sample_steps()
        try:
            return run.load_samples(steps[-1]).items[:POINTS] if steps else None
        except StoreError:  # thinned away meanwhile
            return None
    picture, size = run.thumbnail(), run.info.spec.size
    if picture is None or not size:
        return None
    columns, rows = (picture.shape[1] + 1) // (size + 1), (picture.shape[0] + 1) // (size + 1)
    try:
        return split_grid(picture, size, columns * rows) if columns * rows else picture[None]
    except ValueError:
        return picture[None]


def _as_it_trains(row: RunRow, model: RunModel | None) -> RunRow:
    if model is None:
        return row
    doing: dict[str, Any] = {"name": model.title, "state": model.state, "message": model.message, "step": model.step}
    return replace(row, **doing, total=model.total, seconds=model.seconds_at(model.step) or row.seconds, live_here=True)


def _sign(path: Path) -> tuple[int, int]:
    try:
        seen = path.stat()
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_size)


def read_details(run: Run) -> RunDetails:
    """Reads the run's tables and diary; for a background thread.

    Raises:
        StoreError: the run cannot be read.
    """
    hyper, notes = dict(run.info.experiment.hyper), []
    for event in run.events():
        match event:
            case HyperChanged(name=name, new=new):
                hyper[name] = new
            case Note(text=text):
                notes.append(told(text))
    latest = readings(stored_tables(run), run.info.spec, kinds=("distance", "quality", "loss"))
    counts = len(run.checkpoint_steps()), len(run.sample_steps())
    best = next((best_words(*found) for found in best_of(heads_of(run.path))[-1:]), "")
    values, about = tuple((one.label, one.text) for one in latest), tuple(map(told, run.info.told))
    return RunDetails(run.path, hyper, run.info.spec, values, about, tuple(notes), *counts, best)
