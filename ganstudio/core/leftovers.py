"""Half-written files and folders whose names say which process writes them, so that what a killed one left can go."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
import time
import uuid
from contextlib import suppress
from functools import cache
from pathlib import Path

from ganstudio.core.process import process_start

SUFFIX = ".part"
_NAME = re.compile(r"\.([0-9a-f]{8})-(\d+)-([0-9a-f]{8})-[0-9a-f]+\.part")
_STALE_SECONDS = 24 * 3600


def temporary_name() -> str:
    """A name for what is being written and appears whole by rename: ``.HOST-PID-START-RANDOM.part``."""
    return f".{_signed(os.getpid())}-{uuid.uuid4().hex[:12]}{SUFFIX}"


def is_left_over(path: Path) -> bool:
    """Whether nobody writes it any more: the process that its name tells of is dead.

    Of another machine's process (and of names without one) only the age is known: a day.
    """
    match = _NAME.fullmatch(path.name)
    if match is not None and match[1] == _short(socket.gethostname()):
        start = process_start(int(match[2]))
        return start is None or _short(start) != match[3]
    try:
        return time.time() - path.stat().st_mtime > _STALE_SECONDS
    except OSError:
        return False


def remove_left_overs(*folders: Path) -> None:
    """Removes what killed processes left half-written in these folders; what a living one writes stays."""
    for folder in folders:
        with suppress(OSError):
            for path in list(folder.glob(f".*{SUFFIX}")):
                if is_left_over(path):
                    remove(path)


def remove(path: Path) -> None:
    """Deletes a file or a whole folder, as far as the system lets us; a folder vanishes at once or not at all."""
    with suppress(OSError):
        if not path.is_dir() or path.is_symlink():
            path.unlink(missing_ok=True)
            return
        if not _NAME.fullmatch(path.name):  # else a kill in between would leave half of it under its own name
            path = path.rename(path.with_name(temporary_name()))
        shutil.rmtree(path, ignore_errors=True)


@cache
def _signed(pid: int) -> str:
    """This machine, this process and its start; on some systems another program must be asked for the last."""
    return f"{_short(socket.gethostname())}-{pid}-{_short(process_start(pid) or '')}"


def _short(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]
