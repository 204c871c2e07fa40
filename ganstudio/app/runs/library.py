"""The runs on disk as a list that keeps itself up to date: read beside the window, only what changed, no Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.workplaces import Workplace, workplace_of_run
from ganstudio.app.jobs import Job
from ganstudio.app.runs.library_details import RunDetails, read_details
from ganstudio.core.errors import StoreError, StudioError
from ganstudio.core.events import LIVE_STATES, State
from ganstudio.core.experiment import Experiment
from ganstudio.core.i18n import _, plural
from ganstudio.core.images import split_grid
from ganstudio.store import Run, Trashed, delete_run, empty_trash, list_trash, restore_run, runs_folder
from ganstudio.store.folder import RUN_FILE, STATUS_FILE, THUMBNAIL_FILE

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio

REFRESH_SECONDS = 2.0
SIZE_SECONDS = 20.0  # a live run's folder is measured this seldom: it means a look at every file
POINTS = 256

Sign = tuple[tuple[int, int], ...]
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

    @property
    def method(self) -> str:
        """Registry name of the method."""
        return self.experiment.method

    @property
    def data(self) -> str:
        """The data request."""
        return self.experiment.data

    @property
    def live(self) -> bool:
        """It is being trained, here or elsewhere."""
        return self.state in LIVE_STATES

    @property
    def values(self) -> tuple[object, ...]:
        """What a table shows of it, to see whether that changed."""
        shown = (self.name, self.state, self.message, self.step, self.total, self.seconds, self.size, self.live_here)
        return (*shown, id(self.items))


@dataclass(frozen=True, slots=True)
class Moved:
    """How moving several runs went: where they are now, and what went wrong with the others."""

    done: tuple[Path, ...]
    errors: tuple[StudioError, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A run as last read: from files with these signs; ``written_live``: its writer may have died since."""

    sign: Sign
    row: RunRow
    run: Run
    written_live: bool
    measured: float = 0.0


@dataclass(frozen=True, slots=True)
class _Read:
    runs: dict[Path, _Known]
    trash: tuple[Trashed, ...] | None


class Library:
    """The list of runs: those of the runs folder, and those opened from elsewhere that are remembered.

    Main thread only; the disk is read in background jobs. ``changed`` is emitted when rows or trash differ.

    Args:
        studio: whose jobs, settings and open runs it uses.
    """

    changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._known: dict[Path, _Known] = {}
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

    # -- reading ----------------------------------------------------------------------------------------------------

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
        known, extra, trash = dict(self._known), self._extra_folders(), self._trash_due
        self._trash_due = False
        folder = runs_folder()

        def work(progress: object, cancel: Event) -> _Read:
            runs = _read_runs(known, folder, extra, cancel)
            return _Read(runs, tuple(list_trash(folder)) if trash else None)

        self._job = self._studio.jobs.start(_("Reading the runs"), work).on_done(self._take)
        self._job.ended.connect(self._job_ended)

    def _extra_folders(self) -> tuple[Path, ...]:
        opened = [model.path for model in self._studio.runs if model.path is not None]
        return tuple(dict.fromkeys([*opened, *map(Path, self._studio.settings.remembered.recent_runs)]))

    def _take(self, read: _Read) -> None:
        first, self.read_once = not self.read_once, True
        self._known = read.runs
        trash_changed = read.trash is not None and read.trash != self.trash
        if read.trash is not None:
            self.trash = read.trash
        self._publish(force=first or trash_changed)

    def _job_ended(self) -> None:
        self._job = None
        if self._again:
            self.refresh()

    def _publish(self, *, force: bool = False) -> None:
        models = {model.path: model for model in self._studio.runs if model.path is not None and model.here}
        rows = []
        for known in self._known.values():
            row, model = known.row, models.get(known.row.path)
            if model is not None:
                seconds = model.seconds_at(model.step)
                row = replace(
                    row,
                    name=model.title,
                    state=model.state,
                    message=model.message,
                    step=model.step,
                    total=model.total,
                    seconds=seconds or row.seconds,
                    live_here=True,
                )
            rows.append(row)
        rows.sort(key=lambda row: (row.created, row.path.name), reverse=True)
        before, after = self.rows, tuple(rows)
        same = len(before) == len(after) and all(
            a.path == b.path and a.values == b.values for a, b in zip(before, after, strict=True)
        )
        if not same:
            self.rows = after
        if force or not same:
            self.changed.emit()

    def row(self, path: Path) -> RunRow | None:
        """The row of a folder; None where there is none."""
        return next((row for row in self.rows if row.path == path), None)

    def details(self, path: Path, then: Callable[[RunDetails], object]) -> None:
        """Reads what the list does not show of a run and hands it on; nothing comes where it cannot be read."""

        def work(progress: object, cancel: Event) -> RunDetails:
            return read_details(Run.open(path))

        job = self._studio.jobs.start(_("Reading a run"), work).on_done(then)
        job.on_error(lambda _error: self.invalidate())  # it went away meanwhile: the list will say so

    # -- changing ---------------------------------------------------------------------------------------------------

    def delete(self, paths: Iterable[Path]) -> Job | None:
        """Moves runs to the trash, in the background, and offers to undo that. Runs that train here are refused."""
        wanted, training = [], {model.path for model in self._studio.training}
        for path in paths:
            if path in training:
                name = next(model.title for model in self._studio.training if model.path == path)
                text = _("“{name}” is training; stop it before you delete it.")
                self._studio.notifications.warning(text.format(name=name))
            else:
                wanted.append(path)
        if not wanted:
            return None

        def done(moved: Moved) -> None:
            gone = [path for path in wanted if not path.exists()]
            for model in [model for model in self._studio.runs if model.path in gone]:
                self._studio.close_run(model)
            if moved.done:
                self._studio.notifications.info(
                    plural("{n} run moved to trash", "{n} runs moved to trash", len(moved.done)),
                    action=_("Undo"),
                    run=lambda: self.restore(moved.done),
                )
            self._told(moved)

        folder = runs_folder()
        return self._move(_("Moving to trash"), wanted, lambda path: delete_run(path, folder=folder), done)

    def restore(self, paths: Iterable[Path]) -> Job:
        """Brings runs back from the trash, in the background."""
        known = self._studio.settings.known
        return self._move(_("Restoring"), list(paths), lambda path: restore_run(path, elsewhere=known), self._told)

    def empty_trash(self) -> Job:
        """Removes the runs in the trash for good, in the background."""

        def work(progress: object, cancel: Event) -> int:
            return empty_trash()

        job = self._studio.jobs.start(_("Emptying the trash"), work)
        job.ended.connect(self._look_again)
        return job

    def _move(
        self, title: str, paths: list[Path], move: Callable[[Path], Path], done: Callable[[Moved], object]
    ) -> Job:
        def work(progress: object, cancel: Event) -> Moved:
            targets, errors = [], []
            for path in paths:
                try:
                    targets.append(move(path))
                except StudioError as error:
                    errors.append(error)
            return Moved(tuple(targets), tuple(errors))

        return self._studio.jobs.start(title, work).on_done(done)

    def _told(self, moved: Moved) -> None:
        for error in moved.errors:
            self._studio.report(error)
        self._look_again()

    def _look_again(self) -> None:
        self._studio.library_changed.emit()
        self.refresh()


# -- in the background ----------------------------------------------------------------------------------------------


def _read_runs(known: Mapping[Path, _Known], folder: Path, extra: Iterable[Path], cancel: Event) -> dict[Path, _Known]:
    found: dict[Path, _Known] = {}
    for path in _candidates(folder, extra):
        if cancel.is_set():
            break
        try:
            found[path] = _read_run(path, known.get(path))
        except StoreError:  # no run, or half gone: not a row
            continue
    return found


def _candidates(folder: Path, extra: Iterable[Path]) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            paths = [folder / entry.name for entry in entries if not entry.name.startswith(".")]
    except OSError:
        paths = []
    return list(dict.fromkeys([*paths, *extra]))


def _read_run(path: Path, before: _Known | None) -> _Known:
    sign = tuple(_sign(path / name) for name in (RUN_FILE, STATUS_FILE, THUMBNAIL_FILE))
    if before is not None and before.sign == sign:
        if not before.written_live:
            return before
        status = before.run.status()  # its writer may have died without a word
        return replace(before, row=replace(before.row, state=status.state, message=status.message))
    run = Run.open(path)
    status = run.status()
    fresh = before is not None and status.live and time.monotonic() - before.measured < SIZE_SECONDS
    row = RunRow(
        path,
        run.info.name,
        run.info.experiment,
        status.state,
        status.message,
        status.step,
        status.total,
        status.seconds,
        run.info.created,
        before.row.size if before is not None and fresh else run.size_bytes(),
        _items(run, sign, before),
        run.info.spec.extent,
        place=workplace_of_run(run.info),
    )
    measured = before.measured if before is not None and fresh else time.monotonic()
    return _Known(sign, row, run, status.live or status.state == "interrupted", measured)


def _items(run: Run, sign: Sign, before: _Known | None) -> Items | None:
    """A few of the newest samples: cells of the small picture, or points; those of before while they are the same."""
    if run.info.spec.kind == "points":
        steps = run.sample_steps()
        try:
            return run.load_samples(steps[-1]).items[:POINTS] if steps else None
        except StoreError:
            return before.row.items if before is not None else None
    if before is not None and before.sign[2] == sign[2]:
        return before.row.items
    picture, size = run.thumbnail(), run.info.spec.size
    if picture is None or not size:
        return None
    columns, rows = (picture.shape[1] + 1) // (size + 1), (picture.shape[0] + 1) // (size + 1)
    try:
        return split_grid(picture, size, columns * rows) if columns * rows else picture[None]
    except ValueError:
        return picture[None]


def _sign(path: Path) -> tuple[int, int]:
    try:
        seen = path.stat()
    except OSError:
        return (0, 0)
    return (seen.st_mtime_ns, seen.st_size)
