"""Optuna's part in a study: the library, silent, and its journal, which survives kills and full disks."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import words_for


def optuna() -> Any:
    """The library, silent.

    Raises:
        StudioError: it is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import optuna as library
    except ImportError as error:
        raise StudioError(
            _('Studies need a package that is not installed. Install it with: pip install "ganstudio[study]"'),
            details=repr(error),
        ) from error
    library.logging.set_verbosity(library.logging.CRITICAL)
    return library


@contextmanager
def quiet(path: Path) -> Iterator[None]:
    """Optuna's warnings go nowhere, and what the disk refuses becomes a sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except OSError as error:
            raise words_for(error, path) from error


def backend(file: Path) -> Any:
    """The journal's file, made where there is none.

    What a killed process, or a full disk, left half-written at its end is cut off before more is added. Its lock is a
    file made exclusively: links need a privilege on Windows.
    """
    journal = optuna().storages.journal

    class Lock(journal.JournalFileOpenLock):  # type: ignore[misc,name-defined]
        def acquire(self) -> bool:
            taken = bool(super().acquire())
            try:
                _heal(file)
            except BaseException:
                self.release()
                raise
            return taken

    return journal.JournalFileBackend(str(file), lock_obj=Lock(str(file)))


def _heal(file: Path) -> None:
    with file.open("rb+") as stream:
        size = stream.seek(0, os.SEEK_END)
        if not size:
            return
        stream.seek(-1, os.SEEK_END)
        if stream.read(1) != b"\n":
            stream.seek(0)
            stream.truncate(stream.read().rfind(b"\n") + 1)
