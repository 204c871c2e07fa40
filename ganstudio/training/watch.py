"""Whether the other processes of a run still live, asked beside their messages: a dead one answers none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ganstudio.core.errors import TrainingError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

BEAT, GONE_AFTER = 1.0, 20.0


class Watch:
    """Counts for this rank in a store that all ranks reach, and looks whether the others count.

    A killed process is mostly told of at once, by the connection that breaks; this is for the others (a machine that
    was switched off, a process that hangs), and knows who it was.

    Args:
        store: a connection of its own.
        rank: of this process.
        size: how many there are.

    Attributes:
        on_lost: told in words, by the watch's own thread, when a rank has said why it ends (then with True) or has been
            silent for :data:`GONE_AFTER` seconds.
    """

    def __init__(self, store: Store, rank: int, size: int) -> None:
        self._store, self._rank = store, rank
        self._others = [other for other in range(size) if other != rank] if rank == 0 else [0]
        self._counts = dict.fromkeys(self._others, 0)
        self._heard = dict.fromkeys(self._others, time.monotonic())
        self.on_lost: Callable[[TrainingError, bool], object] | None = None
        self._lock, self._stopped = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch over ranks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """All ranks part in peace."""
        self._stopped.set()
        self._thread.join(2 * BEAT)

    def say(self, words: str) -> None:
        """This rank ends, and why. Does nothing where the others have parted or cannot be reached any more."""
        if self._stopped.is_set():
            return
        self._stopped.set()
        try:
            with self._lock:
                self._store.set(f"end/{self._rank}", words)
        except RuntimeError:
            return

    def lost(self, seconds: float = 6.0) -> TrainingError | None:
        """Who is gone, now that a message has failed; waits until it is known, so long at most."""
        until = time.monotonic() + seconds
        begun = time.monotonic()
        while time.monotonic() < until and not self._stopped.is_set():
            for other in self._others:
                try:
                    if (error := self._last_words(other)) is not None:
                        return error
                    self._look(other)
                except RuntimeError:
                    return None
                if time.monotonic() - max(self._heard[other], begun) > 3 * BEAT:
                    return _gone(other)
            time.sleep(BEAT / 5)
        return None

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

    def _run(self) -> None:
        while not self._stopped.wait(BEAT):
            try:
                with self._lock:
                    self._store.add(f"alive/{self._rank}", 1)
                for other in self._others:
                    self._look(other)
                    said = self._last_words(other)
                    silent = time.monotonic() - self._heard[other] > GONE_AFTER
                    if (said or silent) and self.on_lost is not None:
                        self.on_lost(said or _gone(other), said is not None)
                        return
            except RuntimeError:  # whoever holds the store is gone; messages between the ranks may still go through
                return


def _gone(rank: int) -> TrainingError:
    return TrainingError(
        _("Rank {rank} of this run is gone: its process was killed, or its machine does not answer. Nothing is lost up to "
          "the last checkpoint: go on with --resume, on as many ranks as there are.").format(rank=rank)
    )  # fmt: skip
