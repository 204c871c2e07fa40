"""How long a file from elsewhere may take to be read, and how its reading is given up: what takes long asks here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.i18n import _

SECONDS = 60.0
"""That a file may take."""


@dataclass(frozen=True, slots=True)
class _Limit:
    name: str
    until: float
    seconds: float
    cancel: threading.Event | None


_present: ContextVar[_Limit | None] = ContextVar("patience", default=None)


@contextmanager
def patience(name: str, cancel: threading.Event | None = None, seconds: float = SECONDS) -> Iterator[None]:
    """What is done inside, in this thread, ends after some seconds, or when ``cancel`` is set.

    Args:
        name: of the file, for the message.
        cancel: set from another thread.
        seconds: how long it may take.
    """
    token = _present.set(_Limit(name, time.monotonic() + seconds, seconds, cancel))
    try:
        yield
    finally:
        _present.reset(token)


def look() -> None:
    """Asked now and then by what takes long; nothing outside :func:`patience`.

    Raises:
        CancelledError: it was cancelled.
        UsageError: it has taken too long.
    """
    limit = _present.get()
    if limit is None:
        return
    if limit.cancel is not None and limit.cancel.is_set():
        raise CancelledError(_("It was cancelled."))
    if time.monotonic() > limit.until:
        words = _("Reading “{file}” was given up: it took longer than {seconds:.0f} s.")
        raise UsageError(words.format(file=limit.name, seconds=limit.seconds))
