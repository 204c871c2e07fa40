"""The rendering service: one thread that draws what was asked for last.

Work is divided into *channels* (the large picture, the wall, the sweep, a projection). A channel holds one piece of
work: asking anew replaces what has not been finished. Work is a Python generator that yields results; between two of
them the service turns to whatever is more urgent, so that a slider answers while a sweep of hundreds of pictures goes on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _

Work = Callable[[Any], Iterator[Any]]
"""Gets what the service draws with: a generator, or a shelf of them."""

_log = logging.getLogger(__name__)


class Drawer(Protocol):
    """What a service draws with, as much as it knows of it."""

    step: int

    def refresh(self) -> bool:
        """Takes newer weights where there are any."""

    def end(self) -> None:
        """Nobody draws with it any more. From any thread."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A result.

    Attributes:
        channel: which channel's.
        stamp: of the request, as :meth:`RenderService.submit` returned it.
        value: what the work yielded; None in the last result of work that ended, and with an error.
        step: training step of the weights it was drawn with.
        done: the work has ended; nothing more comes with this stamp.
        error: why it failed, in words.
    """

    channel: str
    stamp: int
    value: Any
    step: int
    done: bool
    error: StudioError | None = None


@dataclass(slots=True)
class _Task:
    channel: str
    urgency: int
    stamp: int
    work: Work
    running: Iterator[Any] | None = None


class RenderService:
    """One thread, the newest request of every channel, results with stamps.

    Args:
        wake: called in the service's thread when results are ready to be taken; it must only wake whoever polls.

    Attributes:
        spent: seconds that drawing has taken so far.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._condition = threading.Condition()
        self._tasks: dict[str, _Task] = {}
        self._results: list[Drawn] = []
        self._generator: Drawer | None = None
        self._stamp = 0
        self._busy: _Task | None = None
        self._ending = False
        self.spent = 0.0
        self._thread = threading.Thread(target=self._main, name="rendering", daemon=True)
        self._thread.start()

    # -- from the main thread ---------------------------------------------------------------------------------------

    def use(self, generator: Drawer | None) -> None:
        """Draws with this generator from now on; everything asked of another one is dropped, and that one is ended."""
        with self._condition:
            if self._generator is not None and self._generator is not generator:
                self._generator.end()
            self._generator = generator
            self._tasks.clear()
            self._results.clear()
            self._busy = None

    def submit(self, channel: str, work: Work, urgency: int = 0) -> int:
        """Asks for something; what the channel had not finished is dropped.

        Args:
            channel: newest wins within it.
            work: gets the generator and yields results; runs in the service's thread.
            urgency: higher goes first; equal ones take turns by age.

        Returns:
            the stamp that its results carry.
        """
        with self._condition:
            self._stamp += 1
            self._tasks.pop(channel, None)
            self._tasks[channel] = _Task(channel, urgency, self._stamp, work)
            self._results = [drawn for drawn in self._results if drawn.channel != channel]
            if self._busy is not None and self._busy.channel == channel:
                self._busy = None  # what it is just drawing is not wanted any more
            self._condition.notify()
            return self._stamp

    def drop(self, channel: str) -> None:
        """Wants nothing from a channel any more."""
        with self._condition:
            self._tasks.pop(channel, None)
            self._results = [drawn for drawn in self._results if drawn.channel != channel]
            if self._busy is not None and self._busy.channel == channel:
                self._busy = None

    def poll(self) -> list[Drawn]:
        """Takes the results that are there, in their order."""
        with self._condition:
            results, self._results = self._results, []
            return results

    @property
    def idle(self) -> bool:
        """Nothing is asked for, and nothing that is still wanted is being drawn."""
        with self._condition:
            return not self._tasks and self._busy is None

    def close(self, timeout: float = 10.0) -> bool:
        """Ends the generator, and the thread after what it is just drawing; says whether it has ended."""
        with self._condition:
            if self._generator is not None:
                self._generator.end()
            self._ending = True
            self._tasks.clear()
            self._condition.notify()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # -- the service's thread ---------------------------------------------------------------------------------------

    def _main(self) -> None:
        while True:
            with self._condition:
                while not self._ending and (not self._tasks or self._generator is None):
                    self._condition.wait()
                if self._ending:
                    return
                # The oldest of the most urgent; a task that goes on later is put behind its equals.
                task = max(self._tasks.values(), key=lambda one: one.urgency)
                del self._tasks[task.channel]
                self._busy, generator = task, self._generator
            assert generator is not None
            begin = time.perf_counter()
            drawn = self._advance(task, generator)
            self.spent += time.perf_counter() - begin
            with self._condition:
                if self._busy is not task:
                    continue  # replaced, dropped, or another generator meanwhile
                self._busy = None
                if not drawn.done:
                    self._tasks[task.channel] = task
                self._results.append(drawn)
            self._wake()

    def _advance(self, task: _Task, generator: Drawer) -> Drawn:
        try:
            if task.running is None:
                generator.refresh()
                task.running = task.work(generator)
            value = next(task.running)
            return Drawn(task.channel, task.stamp, value, generator.step, False)
        except StopIteration:
            return Drawn(task.channel, task.stamp, None, generator.step, True)
        except StudioError as error:
            return Drawn(task.channel, task.stamp, None, generator.step, True, error)
        except Exception as error:  # noqa: BLE001 - shown where the picture should be; the thread must go on
            _log.info("drawing %s failed", task.channel, exc_info=error)
            words = StudioError(_("This could not be drawn: {reason}").format(reason=error), details=repr(error))
            return Drawn(task.channel, task.stamp, None, generator.step, True, words)
