"""Opens regular files and nothing else: a named pipe is waited for without end, a device may never end or do something.

Everything that reads a file by name which a person or another program put there opens it here.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from ganstudio.core.i18n import _

MOST_BYTES = 1 << 24
"""So much of a file is taken into the memory where nobody says how much; what is described here fits in a hundredth."""
_FLAGS = (
    getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe put there between the two looks opens at once, and is then refused
)
_KINDS = {
    stat.S_IFDIR: _("it is a folder"),
    stat.S_IFIFO: _("it is a named pipe, not a file"),
    stat.S_IFSOCK: _("it is a socket, not a file"),
    stat.S_IFCHR: _("it is a device, not a file"),
    stat.S_IFBLK: _("it is a device, not a file"),
    stat.S_IFLNK: _("it is a link, and may lead anywhere"),
}


def open_regular(path: Path | str) -> BinaryIO:
    """Opens a regular file (or a link to one) for reading; never waits, and touches nothing that is none.

    Raises:
        OSError: it is not there, cannot be read, has an impossible name, or is no regular file; ``strerror`` says which.
    """
    return os.fdopen(_open(path, os.O_RDONLY), "rb")


def read_regular(path: Path | str, limit: int | None = None) -> bytes:
    """The content of a regular file, at most ``limit`` bytes of it.

    Raises:
        OSError: as :func:`open_regular`; without a limit also where it is larger than :data:`MOST_BYTES`. A file with
            holes takes no room on the disk and all of the memory.
    """
    with open_regular(path) as file:
        content = file.read(MOST_BYTES + 1 if limit is None else limit)
    if limit is None and len(content) > MOST_BYTES:
        raise OSError(errno.EFBIG, _("it is far too large"), str(path))
    return content


def is_there(path: Path) -> bool:
    """Whether there is something; ``Path.exists`` raises for names that nothing can have, before Python 3.14."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def open_for_appending(path: Path | str) -> int:
    """A file descriptor to read and to write at the end of a regular file, which is made where nothing is there.

    Raises:
        OSError: as :func:`open_regular`, it is a link (what comes from elsewhere does not choose where is written), or
            it cannot be written.
    """
    return _open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))


def _open(path: Path | str, how: int) -> int:
    try:
        with suppress(FileNotFoundError):  # opening says it again, or makes the file
            _check(Path(path).stat(follow_symlinks=how == os.O_RDONLY), path)
        handle = os.open(path, how | _FLAGS, 0o666)
    except ValueError:  # a name with a zero byte
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(path)) from None
    try:
        _check(os.fstat(handle), path)
    except OSError:
        os.close(handle)
        raise
    return handle


def _check(seen: os.stat_result, path: Path | str) -> None:
    if not stat.S_ISREG(seen.st_mode):
        kind = stat.S_IFMT(seen.st_mode)
        words = _KINDS.get(kind, _("it is not a file"))
        raise OSError(errno.EISDIR if kind == stat.S_IFDIR else errno.EINVAL, words, str(path))
