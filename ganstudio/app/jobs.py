"""Work that takes a while runs beside the window; its results come back on the main thread."""

from __future__ import annotations

import logging
import queue
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from psygnal import Signal

from ganstudio.core.errors import CancelledError, StudioError
from ganstudio.core.i18n import _

JobState = Literal["running", "done", "failed", "cancelled"]
Progress = Callable[[float, str], None]
"""``progress(fraction, text)``: how far it is, 0 to 1 (negative: nobody knows), and what it is doing."""
Work = Callable[[Progress, threading.Event], Any]

_log = logging.getLogger(__name__)


class Job:
    """One piece of work in a thread of its own. All callbacks and signals come on the thread that pumps.

    Attributes:
        title: what it does, in words.
        state: as last delivered by :meth:`Jobs.pump`.
        fraction: 0 to 1, negative while nobody knows; ``text`` says what it is doing.
        result: what the work returned, once done; ``error`` why it failed, if it did.
        ended: emitted once, when the job is done, failed or cancelled.
        progressed: emitted with ``(fraction, text)``.
    """

    progressed = Signal(float, str)
    ended = Signal()

    def __init__(self, title: str) -> None:
        self.title = title
        self.state: JobState = "running"
        self.fraction = -1.0
        self.text = ""
        self.result: Any = None
        self.error: StudioError | None = None
        self._cancel = threading.Event()
        self._on_done: list[Callable[[Any], object]] = []
        self._on_error: list[Callable[[StudioError], object]] = []
        self._newest: tuple[float, str] | None = None  # written by the thread, read by pump: one reference, atomic
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether its end has not been delivered yet."""
        return self.state == "running"

    @property
    def cancelling(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.running and self._cancel.is_set()

    def cancel(self) -> None:
        """Asks the work to stop at its next safe point. Its result, should it still come, is dropped."""
        self._cancel.set()

    def on_done(self, call: Callable[[Any], object]) -> Job:
        """Calls ``call(result)`` when the work is done (at once if it is); returns the job."""
        if self.state == "done":
            call(self.result)
        else:
            self._on_done.append(call)
        return self

    def on_error(self, call: Callable[[StudioError], object]) -> Job:
        """Calls ``call(error)`` when the work fails (at once if it has); returns the job. Not for a cancel."""
        if self.error is not None:
            call(self.error)
        else:
            self._on_error.append(call)
        return self


class Jobs:
    """Starts jobs, knows those that run, brings their ends to the main thread.

    ``report`` is told of a failure that nobody listens for; without it that is logged.
    """

    changed = Signal()
    """A job was started or ended."""

    def __init__(self, report: Callable[[StudioError], object] | None = None) -> None:
        self._report = report
        self._running: list[Job] = []
        self._ended: queue.SimpleQueue[tuple[Job, Any, BaseException | None]] = queue.SimpleQueue()

    @property
    def running(self) -> tuple[Job, ...]:
        """The jobs whose end has not been delivered, oldest first."""
        return tuple(self._running)

    def start(self, title: str, work: Work) -> Job:
        """Runs ``work(progress, cancel_event)`` in a background thread; ``title`` says in words what it does.

        It must look at the event now and then, and return or raise ``CancelledError`` soon after it is set.
        """
        job = Job(title)
        job._thread = threading.Thread(target=self._body, args=(job, work), name=f"job {title}", daemon=True)
        self._running.append(job)
        job._thread.start()
        self.changed.emit()
        return job

    def _body(self, job: Job, work: Work) -> None:
        def progress(fraction: float, text: str = "") -> None:
            job._newest = (float(fraction), text)

        try:
            self._ended.put((job, work(progress, job._cancel), None))
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which words and logs it
            self._ended.put((job, None, error))

    def pump(self) -> None:
        """Delivers what has happened since the last call. The app's one timer calls this on the main thread."""
        for job in tuple(self._running):
            newest = job._newest
            if newest is not None and newest != (job.fraction, job.text):
                job.fraction, job.text = newest
                self._guard(partial(job.progressed.emit, *newest))
        while True:
            try:
                job, result, error = self._ended.get_nowait()
            except queue.Empty:
                return
            self._deliver(job, result, error)

    def _deliver(self, job: Job, result: Any, error: BaseException | None) -> None:
        self._running.remove(job)
        calls: list[Callable[[], object]] = []
        if job._cancel.is_set() or isinstance(error, CancelledError):
            job.state = "cancelled"
        elif error is None:
            job.state, job.result, job.fraction = "done", result, 1.0
            calls = [partial(call, result) for call in job._on_done]
        else:
            job.state, job.error = "failed", _worded(job.title, error)
            # What is worded (a picture that cannot be read) says it all; only the unexpected needs its trace.
            _log.info("job %r failed: %s", job.title, error, exc_info=None if isinstance(error, StudioError) else error)
            heard = job._on_error or ([self._report] if self._report else [])
            if not heard:
                _log.error("%s: %s", job.title, job.error)
            calls = [partial(call, job.error) for call in heard]
        for call in (*calls, job.ended.emit, self.changed.emit):
            self._guard(call)

    def _guard(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - one listener's mistake must not hold up the other jobs
            _log.exception("a job's listener failed")
            if self._report is not None:
                self._report(_worded(_("Showing what a task has made"), error))

    def shutdown(self, timeout: float = 5.0) -> bool:
        """Cancels everything and waits; whether all threads have ended. Nothing more is delivered."""
        for job in self._running:
            job.cancel()
        deadline = time.monotonic() + timeout
        threads = {job: job._thread for job in self._running if job._thread is not None}
        for thread in threads.values():
            thread.join(max(0.0, deadline - time.monotonic()))
        self._running = [job for job, thread in threads.items() if thread.is_alive()]
        return not self._running


class Newest:
    """One :attr:`job` of a kind at a time: what was begun before is given up, only what was begun last is heard of."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self.job: Job | None = None

    def start(
        self, title: str, work: Work, done: Callable[[Any], object], failed: Callable[[StudioError], object]
    ) -> Job:
        """Begins a job in the place of the one before; arguments as of :meth:`Jobs.start`, and who hears how it ends."""
        self.stop()
        job = self.job = self._jobs.start(title, work)

        def ended(tell: Callable[[Any], object], what: Any) -> None:
            if job is self.job:
                self.job = None
                tell(what)

        return job.on_done(partial(ended, done)).on_error(partial(ended, failed))

    def stop(self) -> None:
        """Gives up what runs."""
        if self.job is not None:
            self.job.cancel()
            self.job = None


def _worded(title: str, error: BaseException) -> StudioError:
    if isinstance(error, StudioError):
        return error
    reason = f"{type(error).__name__}: {error}"
    details = "".join(traceback.format_exception(error))
    return StudioError(_("{title} failed unexpectedly: {reason}").format(title=title, reason=reason), details)
