"""Whether the other processes of a run still live, asked beside their messages: a dead one answers none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ganstudio.core.errors import TrainingError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

BEAT, GONE_AFTER = 1.0, 20.0


class Leaderless(TrainingError):
    """Rank 0 has ended without a word, or does not answer: another must say so."""


class Watch:
    """Counts for this rank in a store that all ranks reach, and looks whether the others count: rank 0 all, they rank 0.

    A killed process is mostly told of at once, by the connection that breaks; this is for the others (a machine that
    was switched off, a process that hangs), and knows who it was.

    Args:
        store: a connection of its own. Its server is on the machine of rank 0.
        rank: of this process.
        size: how many there are.

    Attributes:
        on_lost: told in words, by a thread of the watch, when a rank has said why it ends (then with True) or has been
            silent for :data:`GONE_AFTER` seconds.
    """

    def __init__(self, store: Store, rank: int, size: int) -> None:
        self._store, self._rank = store, rank
        self._all = [other for other in range(size) if other != rank]
        self._others = [0] if rank else self._all
        self._counts = dict.fromkeys(self._all, 0)
        self._heard = dict.fromkeys(self._all, time.monotonic())
        self.on_lost: Callable[[TrainingError, bool], object] | None = None
        self._lock, self._stopped = threading.Lock(), threading.Event()
        # Two threads, because a store that does not answer holds the one that asks.
        self._threads = [threading.Thread(target=each, name="watch", daemon=True) for each in (self._ask, self._judge)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """All ranks part in peace."""
        self._stopped.set()
        for thread in self._threads:
            thread.join(2 * BEAT)

    def say(self, words: str) -> bool:
        """This rank ends early, and why; heard where the others can be reached. False where all have parted before."""
        if self._stopped.is_set():
            return False
        self._stopped.set()
        with suppress(RuntimeError), self._lock:
            self._store.set(f"end/{self._rank}", words)
        return True

    def lost(self, seconds: float = 6.0) -> TrainingError | None:
        """Who is gone, now that a message has failed; waits until it is known, so long at most.

        Where the store, too, is gone, so is the machine of rank 0.
        """
        begun = now = time.monotonic()
        while self._others and now - begun < seconds and not self._stopped.wait(BEAT / 5):
            now = time.monotonic()
            for other in self._all:
                try:
                    error = self._last_words(other)
                    self._look(other)
                except RuntimeError:
                    self._others = []
                    break
                if error is not None or now - max(self._heard[other], begun) > 3 * BEAT:
                    return error or _gone(other)
        return None if self._others or not self._rank else _gone(0)

    def _last_words(self, other: int) -> TrainingError | None:
        with self._lock:
            if not self._store.check([f"end/{other}"]):
                return None
            words = self._store.get(f"end/{other}").decode()
        return TrainingError(_("Rank {rank} of this run has ended: {words}").format(rank=other, words=words))

    def _look(self, other: int) -> None:
        with self._lock:
            count = self._store.add(f"alive/{other}", 0)
        if count != self._counts[other]:
            self._counts[other], self._heard[other] = count, time.monotonic()

    def _ask(self) -> None:
        while not self._stopped.wait(BEAT):
            try:
                with self._lock:
                    self._store.add(f"alive/{self._rank}", 1)
                for other in self._others:
                    self._look(other)
                    if (said := self._last_words(other)) is not None:
                        self._tell(said, True)
            except RuntimeError:  # whoever holds the store is gone; messages between the ranks may still go through
                self._others = []

    def _judge(self) -> None:
        before = time.monotonic()
        while not self._stopped.wait(BEAT):
            now = time.monotonic()
            if now - before > 3 * BEAT:  # this process itself stood still, as after Ctrl-Z: it could hear nobody
                self._heard = dict.fromkeys(self._heard, now)
            before = now
            for other in self._others:
                if now - self._heard[other] > GONE_AFTER:
                    self._tell(_gone(other), False)
                    break

    def _tell(self, error: TrainingError, said: bool) -> None:
        tell, self.on_lost = self.on_lost, None  # once
        if tell is not None:
            tell(error, said)


def _gone(rank: int) -> TrainingError:
    return (TrainingError if rank else Leaderless)(
        _("Rank {rank} of this run is gone: its process was killed, or its machine does not answer. Nothing is lost up to "
          "the last checkpoint: go on with --resume, on as many ranks as there are.").format(rank=rank)
    )  # fmt: skip
