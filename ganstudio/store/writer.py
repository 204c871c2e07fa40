"""A run folder, written. One writer a run, and one thread at a time in it (a :class:`WriteQueue` has just one)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.events import (
    CheckpointSaved,
    HyperChanged,
    Note,
    Progress,
    RealBatch,
    Removed,
    Rewound,
    Rows,
    Samples,
    SamplesStored,
    State,
    StateChanged,
)
from ganstudio.core.i18n import _
from ganstudio.store.atomic import in_words, make_own, remove_stale_temps, replace_file
from ganstudio.store.checkpoints import BEST, SUFFIX, checkpoint_path, read_header, write_checkpoint
from ganstudio.store.eventlog import LogEvent, append_line, append_removed, cut_torn_line, read_lines, settle, stored_in
from ganstudio.store.folder import (
    CHECKPOINTS,
    EVENTS_FILE,
    LOCK_FILE,
    METRICS,
    SAMPLES,
    THUMBNAIL_FILE,
    children,
    read_info,
    write_info,
)
from ganstudio.store.lock import WriterLock
from ganstudio.store.samples import encode_png, stored_steps, write_items
from ganstudio.store.status import new_status, read_written_status, write_status
from ganstudio.store.tables import TableWriter
from ganstudio.store.thinning import Keep, Plan, grid_files, plan, thin_checkpoint

if TYPE_CHECKING:
    import torch


class RunWriter:
    """Writes a run. Each method is one write: it happens as a whole or not at all, and may be tried again.

    Opening cleans up after a writer that was killed: torn records and lines are cut off, half-written files removed,
    grids and checkpoints that the diary does not know yet are entered, and those that are gone are said to be.

    Args:
        path: the run folder.
        take_over: also take the lock from a writer on another machine that was heard of within the last minute.

    Raises:
        StoreError: not a run folder, or another process writes it.
    """

    def __init__(self, path: Path, *, take_over: bool = False) -> None:
        self.path = Path(path).absolute()
        read_info(self.path)
        status = read_written_status(self.path)
        self._log = self.path / EVENTS_FILE
        self._samples = self.path / SAMPLES
        self._checkpoints = self.path / CHECKPOINTS
        self._verified: dict[int, tuple[int, int, int]] = {}
        self._lock = WriterLock(self.path / LOCK_FILE, take_over=take_over, heard=status.updated if status else 0.0)
        try:
            for part in (self.path / METRICS, self._samples, self._checkpoints):
                if part.is_symlink():  # a run from elsewhere does not choose where is written and deleted
                    raise StoreError(_("{path} is a link; a run is written in its own folder only.").format(path=part))
                with in_words(part):
                    part.mkdir(exist_ok=True)
            remove_stale_temps(self.path, self.path / METRICS, self._samples, self._checkpoints)
            for path in (self._log, *children(self.path / METRICS)):
                make_own(path)
            cut_torn_line(self._log)
            self._tables = TableWriter(self.path / METRICS)
            self._step = max(self._tables.last_step, status.step if status else 0)
            self._enter_missing()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> RunWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enter_missing(self) -> None:
        known = {
            type(line.event).__name__ + str(line.step): Removed(line.step, what)
            for line in settle(read_lines(self._log)[0])
            if (what := stored_in(line.event)) is not None
        }
        files: list[tuple[int, LogEvent]] = [
            *((step, SamplesStored(step)) for step in stored_steps(self._samples, ".png", ".npy")),
            *((step, CheckpointSaved(step)) for step in stored_steps(self._checkpoints, SUFFIX)),
        ]
        for step, event in sorted(files, key=lambda pair: pair[0]):
            if known.pop(type(event).__name__ + str(step), None) is None:
                append_line(self._log, event, step)
        append_removed(self._log, known.values())

    def append_rows(self, rows: Rows) -> None:
        """Adds measured values; rows whose step is already stored are skipped (see :meth:`truncate_after`).

        Raises:
            ValueError: the arrays do not fit together.
            DiskFullError: nothing was added.
        """
        self._tables.append(rows)
        if len(rows.steps):
            self._step = max(self._step, int(rows.steps[-1]))

    def move_data(self, request: str) -> None:
        """The run's data lie elsewhere now.

        Args:
            request: what to read them with.
        """
        info = read_info(self.path)
        moved = replace(info, experiment=info.experiment.with_(data=request), spec=replace(info.spec, name=request))
        write_info(self.path, moved)

    def append_event(self, event: HyperChanged | StateChanged | Note) -> None:
        """Adds a line to the diary. Checkpoints and grids are entered by the methods that write them."""
        append_line(self._log, event, self._step)

    def write_status(
        self,
        state: State,
        step: int,
        total: int,
        seconds: float = 0.0,
        *,
        message: str = "",
        details: str = "",
        progress: Progress | None = None,
    ) -> None:
        """Replaces the status. Call it at every change and at least every 20 s while the session lives, paused too.

        Args:
            state: the session's.
            step: steps done.
            total: steps asked for.
            seconds: training time.
            message: a sentence where the state needs one.
            details: the technical rest.
            progress: speed and memory, for those who follow from elsewhere.

        Raises:
            StoreError: another process has taken the run over, or its folder is gone.
            DiskFullError: there is no room.
        """
        self._lock.beat()
        self._step = max(self._step, step)
        status = new_status(state, step, total, seconds, message, details, progress)
        write_status(self.path, status)

    def beat(self) -> None:
        """Says that the writer lives, without writing anything: for a session that waits for room on the disk."""
        self._lock.beat()

    def save_samples(self, samples: Samples) -> None:
        """Stores a grid (or points) of a step; what was stored for the step is replaced."""
        write_items(self._samples, f"{samples.step:09d}", samples)
        append_line(self._log, SamplesStored(samples.step), samples.step)

    def save_real(self, batch: RealBatch) -> None:
        """Stores the real batch to look at beside the samples."""
        write_items(self._samples, "real", Samples(0, batch.items, None, "ema", batch.panels))

    def save_thumbnail(self, array: NDArray[np.uint8]) -> None:
        """Stores the run's small picture, uint8 ``(H, W, C)``."""
        replace_file(self.path / THUMBNAIL_FILE, encode_png(array))

    def save_checkpoint(
        self,
        step: int,
        tensors: Mapping[str, torch.Tensor] | Mapping[str, NDArray[Any]],
        metadata: Mapping[str, str],
    ) -> None:
        """Stores a checkpoint and enters it in the diary; ``"step"`` is added to its metadata.

        Args:
            step: steps done.
            tensors: of torch or numpy; must not change meanwhile.
            metadata: text that goes with them, e.g. counters as JSON.

        Raises:
            DiskFullError: there is no room; the folder is as before.
        """
        path = checkpoint_path(self._checkpoints, step)
        write_checkpoint(path, tensors, {**metadata, "step": str(step)})
        with in_words(path):
            self._verified[step] = _sign(path)
        append_line(self._log, CheckpointSaved(step, BEST in metadata), step)

    def truncate_after(self, step: int) -> None:
        """Forgets everything after ``step``: before training goes on from the checkpoint of that step.

        Rows, grids and checkpoints of later steps are removed. The diary keeps its lines and gets one that says that
        they no longer hold; it comes last, so that a follower who reads it finds the rest already done.
        """
        self._tables.truncate_after(step)
        for folder, suffixes in ((self._samples, (".png", ".npy")), (self._checkpoints, (SUFFIX,))):
            for later in stored_steps(folder, *suffixes):
                if later > step:
                    for suffix in suffixes:
                        _remove(folder / f"{later:09d}{suffix}")
        self._step = step
        append_line(self._log, Rewound(step), step)

    def thin(self, keep: Keep) -> Plan:
        """Removes and thins what has grown old, and returns what was done; see :mod:`ganstudio.store.thinning`.

        Damaged checkpoints neither count nor are touched. On a full disk none is thinned: that takes room first.

        Raises:
            StoreError: something cannot be removed or written; what was done before is entered in the diary.
        """
        wanted = plan(self.path, keep, list(filter(self._is_good, stored_steps(self._checkpoints, SUFFIX))))
        removed: list[Removed] = []
        try:
            for step in wanted.gone:
                _remove(checkpoint_path(self._checkpoints, step))
                removed.append(Removed(step, "checkpoint"))
            for step in wanted.grids:
                for path in grid_files(self.path, step):
                    _remove(path)
                removed.append(Removed(step, "grid"))
        finally:
            with suppress(DiskFullError):  # whoever opens the run next enters it
                append_removed(self._log, removed)
        try:
            for step in wanted.shrunk:
                thin_checkpoint(checkpoint_path(self._checkpoints, step))
        except DiskFullError:  # next time
            left = plan(self.path, keep)
            shrunk = tuple(step for step in wanted.shrunk if step not in left.shrunk)
            return replace(wanted, shrunk=shrunk, freed=wanted.freed - left.freed)
        return wanted

    def _is_good(self, step: int) -> bool:
        """Whether a checkpoint can be loaded; it is read anew only where the file has changed."""
        path = checkpoint_path(self._checkpoints, step)
        try:
            sign = _sign(path)
            if self._verified.get(step) != sign:
                read_header(path, verify=True)
                self._verified[step] = sign
        except (OSError, StoreError):
            return False
        return True

    def close(self) -> None:
        """Lets the run go. The last status should say how it ended; a live one reads as interrupted from now on."""
        self._lock.release()


def _sign(path: Path) -> tuple[int, int, int]:
    """Is another as soon as the file is."""
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _remove(path: Path) -> None:
    """Takes away a file, a link or a pipe, or an empty folder that has its name."""
    with in_words(path):
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
