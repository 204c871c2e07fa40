"""The run's diary: one JSON line for each hyper-parameter change, checkpoint, stored grid, state and note.

The file only grows. Going back to an earlier checkpoint adds a line that says so, and readers forget what came after
that step: so whoever follows the file over a network sees the turn too.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from ganstudio.core.events import CheckpointSaved, HyperChanged, Note, Removed, Rewound, SamplesStored, StateChanged
from ganstudio.core.i18n import stored
from ganstudio.core.regular import open_regular
from ganstudio.store.atomic import append_bytes, cut_file
from ganstudio.store.tables import MOST_STEP

LogEvent = HyperChanged | CheckpointSaved | SamplesStored | Removed | StateChanged | Note | Rewound
_KINDS: dict[str, type[Any]] = {
    "hyper": HyperChanged,
    "checkpoint": CheckpointSaved,
    "samples": SamplesStored,
    "removed": Removed,
    "state": StateChanged,
    "note": Note,
    "rewound": Rewound,
}
_PIECE, _MOST_BYTES = 1 << 22, 1 << 27
_NAMES = {kind: name for name, kind in _KINDS.items()}
_STORED: dict[str, type[Any]] = {"checkpoint": CheckpointSaved, "grid": SamplesStored}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line: an event, the step it belongs to, and when it was written (seconds since 1970)."""

    step: int
    time: float
    event: LogEvent


def encode(event: LogEvent, step: int) -> bytes:
    """The event as a line; its own step where it has one, else the given one."""
    line: dict[str, Any] = {"kind": _NAMES[type(event)], "time": round(time.time(), 3), "step": step}
    line.update(asdict(event))
    return json.dumps(stored(line)).encode("utf-8") + b"\n"


def decode(line: bytes) -> LogLine | None:
    """The event of a line; None where it is torn, garbage, or of a kind this version does not know."""
    try:
        values = json.loads(line)
        kind = _KINDS[values["kind"]]
        known = {name: values[name] for name in kind.__dataclass_fields__ if name in values}
        step, written = values["step"], float(values["time"])
        hints = _hints(values["kind"])
        if (
            not _fits(step, int)
            or not math.isfinite(written)
            or not all(_fits(known[name], hints[name]) for name in known)
        ):
            return None
        return LogLine(step, written, kind(**known))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


@cache
def _hints(kind: str) -> dict[str, Any]:
    return get_type_hints(_KINDS[kind])


def _fits(value: object, hint: Any) -> bool:
    """Whether a value is what a field of an event is declared to be; a whole number counts, and none counts for ever."""
    if isinstance(value, int) and not isinstance(value, bool) and not abs(value) <= MOST_STEP:
        return False
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    return isinstance(value, hint) and (hint is not int or not isinstance(value, bool))


def read_lines(path: Path, offset: int = 0) -> tuple[list[LogLine], int]:
    """Whole lines from a byte offset on, and the offset after them. A torn last line is left for the next time.

    What is no diary is not read to its end: neither a line without end, nor what comes after the first 128 MiB.
    """
    found: list[LogLine] = []
    try:
        with open_regular(path) as file:
            while offset < _MOST_BYTES:
                file.seek(offset)
                data = file.read(_PIECE)
                end = data.rfind(b"\n") + 1
                if not end:
                    break
                found += filter(None, map(decode, data[:end].splitlines()))
                offset += end
    except OSError:
        pass  # what was read of it so far holds
    return found, offset


def settle(lines: list[LogLine]) -> list[LogLine]:
    """What is still true: lines after a step that the run went back behind are dropped. Notes stay: they are history.

    What was removed since is not told as stored. That it was is told: a reader may have heard of it before.
    """
    kept: list[LogLine] = []
    for line in lines:
        event = line.event
        if isinstance(event, Rewound):
            kept = [other for other in kept if other.step <= event.step or isinstance(other.event, Note)]
        else:
            kept.append(line)
    return _without(kept)


def _without(lines: list[LogLine]) -> list[LogLine]:
    """The lines without those of what was removed after them; it may have been stored once more since."""
    gone: set[tuple[type[Any], int]] = set()
    kept = []
    for line in reversed(lines):
        if isinstance(line.event, Removed):
            gone.add((_STORED[line.event.what], line.event.step))
        elif (type(line.event), line.step) in gone:
            continue
        kept.append(line)
    return kept[::-1]


def append_line(path: Path, event: LogEvent, step: int) -> None:
    """Adds an event to the diary."""
    append_bytes(path, encode(event, step))


def append_removed(path: Path, events: Iterable[Removed]) -> None:
    """Adds that these are gone, all at once."""
    if lines := b"".join(encode(event, event.step) for event in events):
        append_bytes(path, lines)


def stored_in(event: LogEvent) -> Literal["checkpoint", "grid"] | None:
    """What the event says is on disk."""
    return "checkpoint" if isinstance(event, CheckpointSaved) else "grid" if isinstance(event, SamplesStored) else None


def cut_torn_line(path: Path) -> None:
    """Cuts off a last line without its end; for a writer that takes over."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, 2)
            place = file.seek(max(0, size - _PIECE))
            end = file.read(_PIECE).rfind(b"\n") + 1
    except OSError:  # nothing is there yet, or what is there cannot be appended to, which will be said then
        return
    if place + end < size and (end or not place):  # no line of ours is as long as a piece
        cut_file(path, place + end)
