"""How threads talk: commands go in through a queue, events come out through a mailbox. Any thread may use both."""

from __future__ import annotations

import queue
import threading
from collections import deque

from ganstudio.core.commands import Command, Snapshot
from ganstudio.core.events import Event


class Mailbox:
    """Events of a session: a lossless list, and slots in which the newest wins.

    Nobody waits here: the trainer posts, one timer of the window drains. Above ``limit`` undrained events the oldest
    are forgotten: the run folder has them all, and a window that slept that long reads it again.
    """

    def __init__(self, limit: int = 65_536) -> None:
        self._lock = threading.Lock()
        self._log: deque[Event] = deque(maxlen=limit)
        self._latest: dict[str, Event] = {}
        self._limit = limit

    def post(self, event: Event) -> None:
        """Adds an event that must not be lost."""
        with self._lock:
            self._log.append(event)

    def put_latest(self, event: Event) -> None:
        """Puts an event into the slot of its type; what was there and unread is forgotten."""
        with self._lock:
            self._latest[type(event).__name__] = event

    def drain(self) -> list[Event]:
        """Takes everything: the lossless events in their order, then the newest of each slot."""
        with self._lock:
            log, self._log = self._log, deque(maxlen=self._limit)
            latest, self._latest = self._latest, {}
        return [*log, *latest.values()]


class CommandQueue:
    """Commands to a session, in their order."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._asked: Command | None = None  # weights that are asked for and have not been taken up

    def send(self, command: Command) -> None:
        """Sends a command; returns at once.

        Who asks for weights asks on until there are some: the same question waits once, or a trainer whose steps take
        longer than the patience of those who ask would do nothing but answer.
        """
        if isinstance(command, Snapshot):
            if self._asked == command:
                return
            self._asked = command
        self._queue.put(command)

    def take(self) -> Command | None:
        """The next command, or None where none waits."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> Command | None:
        """The next command; waits for one up to ``timeout`` seconds (for ever with None)."""
        try:
            command = self._queue.get(block=timeout != 0, timeout=timeout)
        except queue.Empty:
            return None
        if command is self._asked:
            self._asked = None
        return command
