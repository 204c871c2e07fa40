"""The only two ways in which a run folder is written: a file appears whole, or it grows at its end."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ganstudio.core.errors import DiskFullError, StoreError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_for_appending

TEMP_SUFFIX = ".tmp"
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_WINDOWS_FULL = frozenset({39, 112})  # ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL
_PART = 40  # letters of a file's name in that of its temporary one, which must not be too long where the file's is not
_counter = itertools.count()


def is_disk_full(error: BaseException) -> bool:
    """Whether the error means that there is no room (or no quota) left."""
    if isinstance(error, DiskFullError):
        return True
    return isinstance(error, OSError) and (error.errno in _FULL or getattr(error, "winerror", None) in _WINDOWS_FULL)


def words_for(error: OSError, path: Path) -> StoreError:
    """The same failure as a sentence for a person."""
    if is_disk_full(error):
        return DiskFullError(
            _("The disk that holds {folder} is full. Make room there, and writing goes on.").format(folder=path.parent),
            details=f"{path}: {error}",
        )
    reason = error.strerror or type(error).__name__
    return StoreError(_("{path} cannot be written: {reason}.").format(path=path, reason=reason), details=repr(error))


def temporary(path: Path) -> Path:
    """Where a file or a folder is written that is to appear whole under its name, beside it."""
    return path.with_name(f".{path.name[:_PART]}.{os.getpid()}-{next(_counter)}{TEMP_SUFFIX}")


def replace_file(path: Path, content: bytes | Callable[[Path], object], mode: int = 0o666) -> None:
    """Writes a file so that readers see either the old one or the whole new one.

    Args:
        path: the file; its folder exists.
        content: its bytes, or a function that writes them to the temporary path it is given.
        mode: who may read it, less what the person's umask forbids.

    Raises:
        DiskFullError: there is no room; the old file is untouched and nothing is left behind.
        StoreError: it cannot be written for another reason.
    """
    temp = temporary(path)
    try:
        handle = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        if callable(content):
            wanted = os.fstat(handle).st_mode  # as the person's umask wants it; some libraries make private files
            os.close(handle)
            content(temp)
            temp.chmod(wanted)
            handle = os.open(temp, os.O_RDWR)
        try:
            if not callable(content):
                _write_all(handle, content)
            os.fsync(handle)  # network disks report a full quota only here
        finally:
            os.close(handle)
        _rename(temp, path)
    except BaseException as error:
        with suppress(OSError):  # what went wrong counts, e.g. a disk that has become read-only
            temp.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise words_for(error, path) from error
        raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Whatever the system refuses in it becomes a sentence about ``path``.

    Raises:
        StoreError: as :func:`words_for`.
    """
    try:
        yield
    except OSError as error:
        raise words_for(error, path) from error


def cut_file(path: Path, length: int) -> None:
    """Makes a file shorter.

    Raises:
        StoreError: it cannot be written, or is no regular file, or a link to one.
    """
    with in_words(path):
        handle = open_for_appending(path)
        try:
            os.ftruncate(handle, length)
        finally:
            os.close(handle)


def make_own(path: Path) -> None:
    """Replaces a file that has another name elsewhere by a copy: what is added to it is not added there, too.

    Raises:
        StoreError: it cannot be read or written.
    """
    with in_words(path):
        if os.path.lexists(path) and path.is_file() and path.lstat().st_nlink > 1:
            replace_file(path, lambda temp: shutil.copyfile(path, temp))


def append_bytes(path: Path, data: bytes) -> None:
    """Adds bytes at the end of a file (made where it does not exist); all of them or none.

    Raises:
        DiskFullError: there is no room; the file has its previous length.
        StoreError: it cannot be written for another reason; the file has its previous length.
    """
    with in_words(path):
        handle = open_for_appending(path)
        try:
            length = os.fstat(handle).st_size
            try:
                _write_all(handle, data)
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, length)
                raise
        finally:
            os.close(handle)


def remove_stale_temps(*folders: Path) -> None:
    """Removes what a killed writer left half-written; call only while holding the writer's lock."""
    for folder in folders:
        if folder.is_dir():
            for temp in folder.glob(f".*{TEMP_SUFFIX}"):
                with in_words(temp):
                    temp.unlink(missing_ok=True)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _rename(temp: Path, path: Path) -> None:
    # Windows refuses to replace a file while somebody reads it: readers are quick, so try again for a moment.
    for _attempt in range(50):
        try:
            temp.replace(path)
            return
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(0.02)
    temp.replace(path)
