"""Errors that a person reads: one sentence that says what happened and what to do, plus details to copy."""

from __future__ import annotations

import re

_LONG_WORD = re.compile(r"\S{600,}")  # a path of thousands of letters: nobody reads its middle


class StudioError(Exception):
    """Something failed; ``str(error)`` is one sentence for a person, ``details`` may hold the technical rest.

    The command line ends with exit status 1 for it; the window shows it where it belongs.
    """

    def __init__(self, message: str, details: str = "") -> None:
        super().__init__(_LONG_WORD.sub(lambda word: f"{word[0][:300]}…{word[0][-100:]}", message))
        self.details = details


class UsageError(StudioError):
    """What was asked for is wrong (an unknown name, a value out of range): exit status 2, nothing was changed."""


class SizeError(UsageError):
    """A network cannot be built for pictures of this size; others may do."""


class DataError(StudioError):
    """A data set cannot be read, found or used as asked."""


class MissingDataError(DataError):
    """What holds a data set is not there (any more), is empty, or holds other data; the data may lie elsewhere now."""


class StoreError(StudioError):
    """A run folder, checkpoint or file on disk cannot be read or written as asked."""


class DiskFullError(StoreError):
    """There is no room left where the run is stored; writing is tried again when there is."""


class TrainingError(StudioError):
    """Training cannot go on: a loss is not finite, memory ran out, a network failed."""


class DivergedError(TrainingError):
    """A loss is not a finite number any more; going back with lower learning rates may help."""


class CancelledError(StudioError):
    """A person cancelled a job; nothing half-done is left behind."""
