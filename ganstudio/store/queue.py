"""The one I/O thread of a run: writes in order, waits for room when the disk is full, loses nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import is_disk_full

_log = logging.getLogger(__name__)
Job = Callable[[], None]


@dataclass(frozen=True, slots=True)
class _Entry:
    job: Job
    key: str | None


class WriteQueue:
    """Runs jobs one after the other in a thread of its own.

    A job should be *one* write, since it is run again from its beginning when the disk was full. While it is full, the
    job at the head is tried every ``retry_seconds`` and the others wait behind it, in order. Any other error is
    reported, and the next job runs.

    The callbacks run in the I/O thread and should only pass the word on.

    Args:
        on_error: told of any error but a full disk.
        on_disk_full: told once, with a sentence, when the disk is full.
        on_room: told once when writing goes on.
        retry_seconds: how long to wait between two tries.
        limit: how many jobs may wait; above it, :meth:`submit` blocks until there is place.
        name: of the thread.
    """

    def __init__(
        self,
        on_error: Callable[[Exception], None],
        on_disk_full: Callable[[str], None],
        on_room: Callable[[], None],
        *,
        retry_seconds: float = 2.0,
        limit: int = 1024,
        name: str = "run-writer",
    ) -> None:
        self._on_error = on_error
        self._on_disk_full = on_disk_full
        self._on_room = on_room
        self._retry_seconds = retry_seconds
        self._limit = limit
        self._changed = threading.Condition()
        self._waiting: deque[_Entry] = deque()
        self._busy = False
        self._full = False
        self._closing = False
        self._deadline: float | None = None
        # Daemonic: a disk that stays full must not keep the program from ending; close() waits as long as asked.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def disk_full(self) -> bool:
        """Whether writing waits for room on the disk."""
        return self._full

    @property
    def pending(self) -> int:
        """How many jobs are not done yet."""
        with self._changed:
            return len(self._waiting) + self._busy

    def submit(self, job: Job, *, key: str | None = None) -> None:
        """Adds a job at the end. Nothing submitted is ever dropped, with one exception that the caller chooses.

        Args:
            job: one write.
            key: jobs of which only the newest matters (a status, a thumbnail): one of the same key that still waits is
                dropped in favour of this. Never give one to measured values.

        Raises:
            StoreError: the queue is closed.
        """
        with self._changed:
            if key is not None:
                self._waiting = deque(entry for entry in self._waiting if entry.key != key)
            own = threading.current_thread() is self._thread  # a job or callback that submits must not wait for itself
            while len(self._waiting) >= self._limit and not own and not self._closing:
                self._changed.wait()
            if self._closing:
                raise StoreError(_("The run is closed; nothing more can be written to it."))
            self._waiting.append(_Entry(job, key))
            self._changed.notify_all()

    def flush(self, timeout: float | None = None) -> bool:
        """Waits until everything submitted so far is written; False where the time was not enough (a full disk)."""
        done = threading.Event()
        with self._changed:
            if not self._thread.is_alive() or (not self._waiting and not self._busy):
                return not self._waiting
            self._waiting.append(_Entry(done.set, None))
            self._changed.notify_all()
        return done.wait(timeout)

    def close(self, timeout: float | None = 10.0) -> bool:
        """Takes no more jobs, writes those that wait, and ends the thread. May be called again.

        Returns:
            Whether everything was written. Where the disk stays full for the whole time, the rest is given up.
        """
        with self._changed:
            self._closing = True
            if self._deadline is None and timeout is not None:
                self._deadline = time.monotonic() + timeout
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join(None if timeout is None else timeout + 1.0)  # it gives up at the deadline by itself
        return not self._thread.is_alive() and not self._waiting

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if not self._waiting:
                    return
                entry = self._waiting.popleft()
                self._busy = True
                self._changed.notify_all()
            written = self._run(entry)
            with self._changed:
                self._busy = False
                if not written:
                    self._waiting.appendleft(entry)
                self._changed.notify_all()
            if not written:
                return

    def _run(self, entry: _Entry) -> bool:
        """Runs a job until it succeeds or fails for good; False when it was given up on a full disk at closing."""
        while True:
            try:
                entry.job()
            except Exception as error:  # noqa: BLE001 - the thread must outlive any job; all errors are reported
                if not is_disk_full(error):
                    self._tell(self._on_error, error)
                    return True
                if not self._full:
                    self._full = True
                    self._tell(self._on_disk_full, str(error))
                if not self._wait_for_room():
                    return False
            else:
                if self._full:
                    self._full = False
                    self._tell(self._on_room)
                return True

    def _wait_for_room(self) -> bool:
        with self._changed:
            if self._closing and self._deadline is not None and time.monotonic() >= self._deadline:
                return False
            closing = self._closing
            end = time.monotonic() + self._retry_seconds
            while (left := self._pause_left(end)) > 0:
                self._changed.wait(left)
                if self._closing and not closing:  # closing wakes the wait: one try at once
                    return True
        return True

    def _pause_left(self, end: float) -> float:
        if self._closing and self._deadline is not None:
            end = min(end, self._deadline)
        return end - time.monotonic()

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            callback(*arguments)
        except Exception:  # noqa: BLE001 - logged with its trace; the thread must go on
            _log.exception("a callback of the I/O thread failed")
