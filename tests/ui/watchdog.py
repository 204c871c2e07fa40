"""Says where the window's thread was when it answered nobody for too long."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType

EVERY = 0.05
_TASKS = Path("/proc/self/task")


class Watchdog:
    """Watches the thread that makes it, which must :meth:`beat` whenever it could answer; use it as a context manager.

    What counts is what the thread *does* between two beats, not how busy the machine is: the time in which it computes,
    and that in which it waits (for a file, a lock, another thread), but neither the time in which it was ready and got no
    core, nor that in which a thread it may have waited for got none. Only Linux tells these apart.

    Args:
        limit: seconds that it may take; more is a failure at the end, with where the thread was halfway.
    """

    def __init__(self, limit: float = 1.0) -> None:
        self.limit = limit
        self.stalls: list[str] = []
        self._me, self._over = threading.get_ident(), threading.Event()
        self._since = 0.0, 0.0
        self._seen: tuple[float, list[str]] = (0.0, [])  # since when, and where it was
        self._waits: deque[tuple[float, dict[str, float]]] = deque(maxlen=400)
        self._watcher = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Watchdog:
        self._waits.append(_waits())
        self._watcher.start()
        self._begin()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.beat()
        self._over.set()
        self._watcher.join()
        assert error is not None or not self.stalls, "the window stood still:\n" + "\n".join(self.stalls)

    def beat(self) -> None:
        """The thread is at the beginning of something new."""
        if time.perf_counter() - self._since[0] > self.limit:
            self._judge()
        self._begin()

    def _begin(self) -> None:
        self._since = time.perf_counter(), time.thread_time()

    def _judge(self) -> None:
        wall, computed = time.perf_counter() - self._since[0], time.thread_time() - self._since[1]
        before = next((waits for at, waits in reversed(self._waits) if at <= self._since[0]), self._waits[0][1])
        # Its own waiting for a core among them.
        waited = sum(max(0.0, now - before.get(task, now)) for task, now in _waits()[1].items())
        taken = computed + max(0.0, wall - computed - waited)
        if taken > self.limit:
            since, places = self._seen
            where = places[len(places) // 2] if places and since == self._since[0] else "(nobody saw where)"
            self.stalls.append(f"{taken:.2f} s ({computed:.2f} s computing); halfway it was in\n{where}")

    def _watch(self) -> None:
        while not self._over.wait(EVERY):
            since = self._since[0]
            # While something holds Python's lock this thread sleeps; it is the first to have it after that.
            if time.perf_counter() - since > self.limit / 3:
                if self._seen[0] != since:
                    self._seen = since, []
                self._seen[1].append(_place(self._me))
            self._waits.append(_waits())  # last: reading files hands the lock back


def _place(thread: int) -> str:
    """Where a thread is. No file is read for it: while a frame is held, so is the painter of a paint event that ends."""
    frame, places = sys._current_frames()[thread], list[str]()
    while frame is not None and len(places) < 10:
        places.insert(0, f"{frame.f_code.co_filename}, line {frame.f_lineno}, in {frame.f_code.co_name}")
        frame = frame.f_back  # type: ignore[assignment]
    return "\n".join(places)


def _waits() -> tuple[float, dict[str, float]]:
    """When, and the seconds for which each thread of this process has been ready to run without a core so far."""
    found = {}
    for task in _TASKS.iterdir() if _TASKS.is_dir() else ():
        try:
            found[task.name] = int((task / "schedstat").read_text().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):  # it has ended, or the kernel does not count
            continue
    return time.perf_counter(), found
