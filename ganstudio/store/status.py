"""How a run is doing: one small file that is replaced whole, and the lock that says whether its writer lives."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, get_args

from ganstudio.core.events import LIVE_STATES, Progress, State
from ganstudio.core.i18n import _, stored
from ganstudio.core.regular import read_regular
from ganstudio.store.atomic import replace_file
from ganstudio.store.folder import LOCK_FILE, STATUS_FILE
from ganstudio.store.lock import is_alive, read_owner, this_host

_LONGEST = 100_000  # letters


@dataclass(frozen=True, slots=True)
class RunStatus:
    """How a run is doing.

    Attributes:
        state: as its writer said; ``"interrupted"`` where that was a live state and the writer is gone.
        step: steps done.
        total: steps asked for.
        seconds: training time so far, pauses left out.
        message: a sentence where the state needs one.
        details: the technical rest, to copy.
        pid: process that wrote this; 0 where nobody has written yet.
        host: its machine.
        updated: when, seconds since 1970.
        progress: how fast it goes, where the writer said so.
    """

    state: State
    step: int
    total: int
    seconds: float = 0.0
    message: str = ""
    details: str = ""
    pid: int = 0
    host: str = ""
    updated: float = 0.0
    progress: Progress | None = None

    @property
    def live(self) -> bool:
        """Whether somebody trains this run now."""
        return self.state in LIVE_STATES


def new_status(
    state: State, step: int, total: int, seconds: float, message: str, details: str, progress: Progress | None
) -> RunStatus:
    """A status signed by this process, now."""
    return RunStatus(state, step, total, seconds, message, details, os.getpid(), this_host(), time.time(), progress)


def write_status(run: Path, status: RunStatus) -> None:
    """Replaces ``status.json``."""
    replace_file(run / STATUS_FILE, json.dumps(stored(asdict(status))).encode("utf-8") + b"\n")


def read_written_status(run: Path) -> RunStatus | None:
    """The status as it was written; None where there is none or it cannot be read just now."""
    try:
        values = json.loads(read_regular(run / STATUS_FILE))
        known = {name: values[name] for name in RunStatus.__dataclass_fields__ if name in values}
        if known["state"] not in get_args(State):
            return None
        known["progress"] = _progress(values.get("progress"))
        status = RunStatus(**known)
        return replace(
            status,
            step=int(status.step),
            total=int(status.total),
            seconds=_number(status.seconds),
            message=str(status.message)[:_LONGEST],
            details=str(status.details)[:_LONGEST],
            host=str(status.host)[:_LONGEST],
            updated=_number(status.updated),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _progress(values: Any) -> Progress | None:
    if not values:
        return None
    told = Progress(**{name: values[name] for name in Progress.__dataclass_fields__})
    return Progress(
        int(told.step),
        int(told.total),
        _number(told.steps_per_second),
        _number(told.images_per_second),
        None if told.eta_seconds is None else _number(told.eta_seconds),
        int(told.memory_bytes),
        str(told.device),
    )


def _number(value: Any) -> float:
    """A finite number, or ValueError or TypeError."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no finite number")
    return float(value)


def judge(run: Path, written: RunStatus) -> RunStatus:
    """The status with ``"interrupted"`` in place of a live state whose writer is gone."""
    if written.live and not has_live_writer(run, written):
        message = _(
            "The program that trained this run has ended without saying why. Resume goes on from its checkpoint."
        )
        return replace(written, state="interrupted", message=message)
    return written


def has_live_writer(run: Path, written: RunStatus | None = None) -> bool:
    """Whether somebody holds the run's lock and lives: its process on this machine, its heartbeat on another."""
    owner = read_owner(run / LOCK_FILE)
    return owner is not None and is_alive(owner, written.updated if written else 0.0)
