"""One writer a run: a lock file that says who writes."""

from __future__ import annotations

import json
import os
import socket
import time
import uuid
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.core.process import process_start
from ganstudio.core.regular import open_regular
from ganstudio.store.atomic import TEMP_SUFFIX, in_words, words_for

STALE_SECONDS = 60.0
_EMPTY_GRACE_SECONDS = 5.0
_UNREADABLE_TRIES = 50
_LONGEST = 10_000  # bytes of a lock


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a lock.

    Attributes:
        pid: its process id.
        host: its machine.
        start: which life of the process id, see :func:`process_start`.
        token: drawn anew for every lock taken.
        beat: when it was last heard of, seconds since 1970.
    """

    pid: int
    host: str
    start: str
    token: str
    beat: float


def this_host() -> str:
    """The name under which this machine signs locks."""
    return socket.gethostname()


def read_owner(path: Path) -> Owner | None:
    """Who holds the lock; None where nobody does. An unreadable lock belongs to process 0 of nowhere."""
    try:
        with open_regular(path) as file:
            beat = os.fstat(file.fileno()).st_mtime
            content = file.read(_LONGEST)
    except OSError:
        return None
    try:
        values = json.loads(content)
        return Owner(int(values["pid"]), str(values["host"]), str(values["start"]), str(values["token"]), beat)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return Owner(0, "", "", "", beat)


def is_alive(owner: Owner, heard: float = 0.0) -> bool:
    """Whether the owner still writes.

    On this machine the process itself is asked; of another machine only the heartbeat is known, and it counts as dead
    when nothing was heard of it for :data:`STALE_SECONDS`.

    Args:
        owner: whom to ask about.
        heard: a further time at which it was heard of, seconds since 1970.
    """
    beat = max(owner.beat, heard)
    if not owner.token:  # made by a file system without hard links and caught half-written
        return time.time() - beat < _EMPTY_GRACE_SECONDS
    if owner.host == this_host():
        return process_start(owner.pid) == owner.start
    return time.time() - beat < STALE_SECONDS


class WriterLock:
    """Takes the lock file of a run.

    Args:
        path: the lock file.
        take_over: also take the lock of a writer on another machine whose heartbeat is fresh. A live process of this
            machine is never robbed.
        heard: a further time at which the present owner was heard of.

    Raises:
        StoreError: another process writes this run; says which.
    """

    def __init__(self, path: Path, *, take_over: bool = False, heard: float = 0.0) -> None:
        self.path = path
        self.owner = Owner(os.getpid(), this_host(), process_start(os.getpid()) or "", uuid.uuid4().hex, time.time())
        tries = 0
        while not self._create():
            other = read_owner(path)
            if other is None:  # let go in this moment, or not ours to read
                tries += 1
                if tries > _UNREADABLE_TRIES:
                    raise StoreError(
                        _(
                            "The lock {path} cannot be read. Check that the run folder belongs to you, and that it is a "
                            "file; delete it if nothing trains this run."
                        ).format(path=path)
                    )
                time.sleep(0.02)
                continue
            if is_alive(other, heard) and not (take_over and other.host != this_host()):
                raise _busy(path, other)
            self._remove_stale(other)

    def _create(self) -> bool:
        content = json.dumps({name: value for name, value in asdict(self.owner).items() if name != "beat"})
        temp = self.path.with_name(f".{self.path.name}.{self.owner.token}{TEMP_SUFFIX}")
        try:
            temp.write_text(content, encoding="utf-8")
            try:
                os.link(temp, self.path)  # unlike open-then-write, a kill cannot leave an empty lock
            except FileExistsError:
                return False
            except OSError:  # no hard links here (FAT, some network shares)
                with self.path.open("x", encoding="utf-8") as file:
                    file.write(content)
        except FileExistsError:
            return False
        except OSError as error:
            raise words_for(error, self.path) from error
        finally:
            with suppress(OSError):
                temp.unlink(missing_ok=True)
        return True

    def _remove_stale(self, seen: Owner) -> None:
        # Moved aside first: if two processes find the same dead lock, only one of them moves *that* lock.
        aside = self.path.with_name(f".{self.path.name}.{self.owner.token}.stale{TEMP_SUFFIX}")
        try:
            self.path.rename(aside)
        except FileNotFoundError:
            return
        except OSError as error:
            raise words_for(error, self.path) from error
        moved = read_owner(aside)
        if moved is not None and moved.token != seen.token:
            with in_words(self.path):
                aside.rename(self.path)
            raise _busy(self.path, moved)
        with in_words(self.path):
            aside.unlink(missing_ok=True)

    def beat(self) -> None:
        """Says that the writer lives. Needs no room on the disk.

        Raises:
            StoreError: the lock is no longer ours: another process took the run over, or its folder is gone.
        """
        if not self.held:
            raise StoreError(
                _(
                    "Another process has taken over {folder}, or the folder is gone; this one writes no more to it."
                ).format(folder=self.path.parent)
            )
        now = time.time()
        with suppress(OSError):
            os.utime(self.path, (now, now))

    @property
    def held(self) -> bool:
        """Whether the lock is still ours."""
        present = read_owner(self.path)
        return present is not None and present.token == self.owner.token

    def release(self) -> None:
        """Lets go; does nothing where the lock is not ours any more."""
        if self.held:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def _busy(path: Path, other: Owner) -> StoreError:
    return StoreError(
        _("Process {pid} on {host} is writing the run in {folder}. Stop it there first.").format(
            pid=other.pid or "?", host=other.host or "?", folder=path.parent
        )
    )
