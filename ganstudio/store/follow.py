"""Follows a run that another process writes, as the events a live session posts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from ganstudio.core.errors import StoreError
from ganstudio.core.events import Event, Progress, Rewound, Rows, State, StateChanged
from ganstudio.core.i18n import _
from ganstudio.store.eventlog import LogLine, read_lines, settle
from ganstudio.store.folder import EVENTS_FILE, METRICS, RUN_FILE, STATUS_FILE
from ganstudio.store.status import RunStatus, judge, read_written_status
from ganstudio.store.tables import Segment, open_segment, parse_name, read_rows, records_until

_JUDGE_SECONDS = 1.0  # how often a silent writer is asked whether it lives


@dataclass(slots=True)
class _Cursor:
    """How far a segment has been read: whole records, and the file's size then."""

    segment: Segment
    records: int = 0
    size: int = -1


class Follower:
    """Tells what is new in a run folder. Looks only when asked; reads only what was added.

    The first :meth:`poll` tells everything from the beginning, unless told to skip it. When the run goes back to an
    earlier checkpoint, :class:`Rewound` comes before what follows from there.

    Args:
        path: the run folder.
        skip_existing: begin with what comes next.
    """

    def __init__(self, path: Path, *, skip_existing: bool = False) -> None:
        self._path = path
        self._cursors: dict[tuple[str, int], _Cursor] = {}
        self._last_step: dict[str, int] = {}
        self._log_offset = 0
        self._status_sign: tuple[int, ...] | None = None
        self._written: RunStatus | None = None
        self._said: tuple[State, str] | None = None
        self._judged_at = 0.0
        self._told_anything = False
        self._gone = False
        if skip_existing:
            self.poll()
            self._told_anything = True

    def poll(self) -> list[Event]:
        """What is new since the last time, in the order in which a consumer should take it.

        Raises:
            StoreError: the folder is gone. Said once; after that there is never anything new.
        """
        if self._gone:
            return []
        if not (self._path / RUN_FILE).is_file():
            self._gone = True
            raise StoreError(_("The run in {path} was deleted or moved.").format(path=self._path))
        news = [*self._poll_log(), *self._poll_tables(), *self._poll_status()]
        self._told_anything = self._told_anything or bool(news)
        return news

    # ------------------------------------------------------------------ diary

    def _poll_log(self) -> list[Event]:
        path = self._path / EVENTS_FILE
        try:
            size = path.stat().st_size
        except OSError:
            return []
        if size == self._log_offset:
            return []
        news: list[Event] = []
        if size < self._log_offset:  # never done by our writer: somebody cut the file; begin again
            self._log_offset = 0
            news.append(Rewound(-1))
            self._rewind(-1)
        lines, self._log_offset = read_lines(path, self._log_offset)
        turns = [line.event.step for line in lines if isinstance(line.event, Rewound)]
        if turns:
            self._rewind(min(turns))
            if self._told_anything:
                news.append(Rewound(min(turns)))
        news.extend(_plain(line) for line in settle(lines) if not isinstance(line.event, StateChanged | Rewound))
        return news

    def _rewind(self, step: int) -> None:
        self._last_step.clear()
        for (table, index), cursor in sorted(self._cursors.items()):
            kept = records_until(cursor.segment, step)
            cursor.records = min(cursor.records, kept)
            cursor.size = -1
            if cursor.records:
                self._last_step[table] = int(read_rows(self._cursors[table, index].segment).steps[cursor.records - 1])

    # ----------------------------------------------------------------- tables

    def _poll_tables(self) -> list[Event]:
        news: list[Event] = []
        for key, path in self._segment_files():
            cursor = self._cursors.get(key)
            if cursor is None:
                segment = open_segment(path)
                if segment is None:  # its header is not there yet
                    continue
                cursor = self._cursors[key] = _Cursor(segment)
            try:
                size = path.stat().st_size
                if size == cursor.size:
                    continue
                if size < cursor.segment.start + cursor.records * cursor.segment.record.itemsize:
                    news.append(self._shrunk(cursor))
                news.extend(self._read(cursor, size))
            except OSError:  # replaced or unreachable in this moment: the next poll sees it
                continue
        return news

    def _segment_files(self) -> list[tuple[tuple[str, int], Path]]:
        try:
            named = [(parse_name(path.name), path) for path in (self._path / METRICS).iterdir()]
        except OSError:
            return []
        return sorted((key, path) for key, path in named if key is not None)

    def _read(self, cursor: _Cursor, size: int) -> list[Rows]:
        table = cursor.segment.table
        rows = read_rows(cursor.segment, cursor.records, self._last_step.get(table))
        cursor.size = size
        if not len(rows.steps):
            return []
        cursor.records += len(rows.steps)
        self._last_step[table] = int(rows.steps[-1])
        return [rows]

    def _shrunk(self, cursor: _Cursor) -> Rewound:
        # Rows were dropped and the diary's line about it is not there yet (or never comes, if the writer died).
        steps = read_rows(cursor.segment).steps
        step = int(steps[-1]) if len(steps) else -1
        for key, other in sorted(self._cursors.items()):
            if key < (cursor.segment.table, cursor.segment.index) and key[0] == cursor.segment.table:
                earlier = read_rows(other.segment).steps
                step = max(step, int(earlier[-1]) if len(earlier) else -1)
        self._rewind(step)
        return Rewound(step)

    # ----------------------------------------------------------------- status

    def _poll_status(self) -> list[Event]:
        try:
            seen = (self._path / STATUS_FILE).stat()
        except OSError:
            return []
        sign = (seen.st_mtime_ns, seen.st_size, seen.st_ino)
        news: list[Event] = []
        before = self._written
        if sign != self._status_sign:
            written = read_written_status(self._path)
            if written is None:  # caught in the moment of its replacement
                return []
            self._status_sign, self._written = sign, written
            if before is None or (before.step, before.total, before.updated) != (
                written.step,
                written.total,
                written.updated,
            ):
                news.append(progress_of(written, before))
        elif time.monotonic() - self._judged_at < _JUDGE_SECONDS:
            return []
        if self._written is None:
            return []
        self._judged_at = time.monotonic()
        status = judge(self._path, self._written)
        if (status.state, status.message) != self._said:
            self._said = (status.state, status.message)
            news.insert(0, StateChanged(status.state, status.step, status.message, status.details))
        return news


def _plain(line: LogLine) -> Event:
    event = line.event
    if isinstance(event, Rewound):
        raise TypeError("a turn is told by itself")
    return event


def progress_of(status: RunStatus, before: RunStatus | None = None) -> Progress:
    """How fast it goes: as its writer says; else from two statuses, with 0 for what cannot be known from them."""
    if status.progress is not None:
        return status.progress
    speed = 0.0
    if before is not None and status.updated > before.updated and status.step > before.step:
        speed = (status.step - before.step) / (status.updated - before.updated)
    left = (status.total - status.step) / speed if speed > 0 else None
    return Progress(status.step, status.total, speed, 0.0, left, 0, status.host)
