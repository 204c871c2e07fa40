"""A run folder, read."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import StoreError
from ganstudio.core.events import CheckpointSaved, HyperChanged, Note, RealBatch, Rows, Samples, StateChanged
from ganstudio.core.i18n import _
from ganstudio.store.checkpoints import SUFFIX, CheckpointCheck, checkpoint_path, newest_good
from ganstudio.store.eventlog import read_lines, settle
from ganstudio.store.folder import (
    CHECKPOINTS,
    EVENTS_FILE,
    METRICS,
    RUN_FILE,
    SAMPLES,
    STATUS_FILE,
    THUMBNAIL_FILE,
    RunInfo,
    read_info,
)
from ganstudio.store.follow import Follower
from ganstudio.store.samples import decode_png, read_items, stored_steps
from ganstudio.store.status import RunStatus, judge, read_written_status
from ganstudio.store.tables import read_table, segments


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it lies on disk. Reads anew at every call; never writes, takes no lock.

    Attributes:
        path: the folder.
        info: what it trains, as of opening.
    """

    path: Path
    info: RunInfo

    @classmethod
    def open(cls, path: Path | str) -> Run:
        """Opens a run folder (or its ``run.json``).

        Raises:
            StoreError: it is not a run, comes from a newer version, or its description is damaged.
        """
        folder = Path(path).expanduser().absolute()
        if folder.name == RUN_FILE and folder.is_file():
            folder = folder.parent
        return cls(folder, read_info(folder))

    def status(self) -> RunStatus:
        """How it is doing; a run that never trained is ``"stopped"`` at step 0."""
        written = read_written_status(self.path)
        if written is None:
            if os.path.lexists(self.path / STATUS_FILE):
                return RunStatus("interrupted", 0, self.info.experiment.steps, message=_("Its status file is damaged."))
            return RunStatus("stopped", 0, self.info.experiment.steps)
        return judge(self.path, written)

    def tables(self) -> list[str]:
        """Names of the tables that have been begun."""
        return sorted({segment.table for segment in segments(self.path / METRICS)})

    def rows(self, table: str) -> list[Rows]:
        """All rows of a table: one value for each set of columns it had; together their steps increase strictly."""
        return read_table(self.path / METRICS, table)

    def events(self) -> list[HyperChanged | CheckpointSaved | StateChanged | Note]:
        """What happened, in order, without what a return to an earlier checkpoint undid."""
        lines, _offset = read_lines(self.path / EVENTS_FILE)
        wanted = (HyperChanged, CheckpointSaved, StateChanged, Note)
        return [line.event for line in settle(lines) if isinstance(line.event, wanted)]

    def sample_steps(self) -> list[int]:
        """The steps of which a grid is stored, in order."""
        return stored_steps(self.path / SAMPLES, ".png", ".npy")

    def load_samples(self, step: int) -> Samples:
        """The stored samples of a step: uint8 ``(N, S, S, C)`` or float32 ``(N, 2)``; without scores.

        Raises:
            StoreError: nothing is stored for this step, or the file is damaged.
        """
        found = read_items(self.path / SAMPLES, f"{step:09d}", step)
        if found is None:
            raise StoreError(_("No samples of step {step} are stored in {path}.").format(step=step, path=self.path))
        return found

    def load_real(self) -> RealBatch | None:
        """The stored real batch, where there is one.

        Raises:
            StoreError: the file is damaged.
        """
        found = read_items(self.path / SAMPLES, "real")
        return RealBatch(found.items, panels=found.panels) if found else None

    def thumbnail(self) -> NDArray[np.uint8] | None:
        """The run's small picture ``(H, W, C)``; None where there is none or it is damaged."""
        try:
            return decode_png(self.path / THUMBNAIL_FILE)
        except (OSError, ValueError, SyntaxError):
            return None

    def checkpoint_steps(self) -> list[int]:
        """The steps of which a checkpoint is stored, in order."""
        return stored_steps(self.path / CHECKPOINTS, SUFFIX)

    def checkpoint_path(self, step: int) -> Path:
        """Where the checkpoint of a step lies, or would lie."""
        return checkpoint_path(self.path / CHECKPOINTS, step)

    def newest_good_checkpoint(self) -> CheckpointCheck:
        """The newest checkpoint that can be used, and the newer ones that cannot. Reads the newest ones whole."""
        return newest_good(self.path / CHECKPOINTS)

    def size_bytes(self) -> int:
        """How much the folder takes on disk."""
        total = 0
        for folder, _folders, names in os.walk(self.path):  # which passes over folders that are moved in this moment
            for name in names:
                with suppress(OSError):  # being replaced or pruned in this moment
                    total += (Path(folder) / name).lstat().st_size
        return total

    def follow(self, *, skip_existing: bool = False) -> Follower:
        """Follows the run while somebody writes it.

        Args:
            skip_existing: begin with what comes next; else the first poll tells everything from step 0.
        """
        return Follower(self.path, skip_existing=skip_existing)
