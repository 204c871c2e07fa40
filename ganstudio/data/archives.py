"""Archives that are given in place of a folder: unpacked once into the cache, pictures and lists only, nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tarfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.data.base import Job
from ganstudio.data.files import cache_folder
from ganstudio.data.scan import PICTURES

MOST_BYTES = 16 << 30
_SPARE = 512 << 20
_CHUNK = 1 << 20
_KEPT = 4
_LISTS = frozenset({".txt", ".json", ".csv"})
NAMES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
"""How the names of archives end."""


def is_archive(path: Path) -> bool:
    """A file whose name says that it is an archive."""
    return path.name.lower().endswith(NAMES) and path.is_file()


def folder_of(path: Path, job: Job) -> Path:
    """The folder itself, or the one into which an archive was unpacked (now, or earlier).

    Raises:
        DataError: the archive is damaged, unsafe or too large.
        CancelledError: the job was cancelled; nothing half-unpacked is left.
    """
    if not is_archive(path):
        return path
    status = path.stat()
    key = hashlib.sha256(f"{path}\0{status.st_size}\0{status.st_mtime_ns}".encode(errors="surrogateescape")).hexdigest()
    home = cache_folder() / "archives"
    folder = home / key[:32]
    if folder.is_dir():
        with contextlib.suppress(OSError):
            os.utime(folder)
        return folder
    torn = home / f".{uuid.uuid4().hex}.part"
    try:
        torn.mkdir(parents=True)
        _unpack(path, torn, job)
        torn.rename(folder)
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError,
            RuntimeError, ValueError) as error:  # fmt: skip
        raise DataError(_("{file} cannot be unpacked: {why}.").format(file=path, why=error), repr(error)) from error
    finally:
        shutil.rmtree(torn, ignore_errors=True)
    _forget_old(home)
    return folder


def _unpack(path: Path, folder: Path, job: Job) -> None:
    total = written = 0
    size = max(1, path.stat().st_size)
    for name, stream, read in _members(path):
        target = _inside(folder, name)
        if target is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            # Counted while writing: what the archive says of its sizes may be wrong.
            while part := stream.read(_CHUNK):
                written += len(part)
                if written > min(MOST_BYTES, shutil.disk_usage(folder).free + written - _SPARE):
                    raise OSError(
                        _("it holds more than {n:.1f} GB, or more than there is room for").format(n=written / 1e9)
                    )
                out.write(part)
                job.tick(0.3 * min(1.0, read() / size), _("Unpacking {file}").format(file=path.name))
        total += 1
    if not total:
        raise ValueError(_("there are no pictures in it"))


def _members(path: Path) -> Iterator[tuple[str, IO[bytes], Callable[[], int]]]:
    """Regular files in an archive: name, content, and how many bytes of the archive were read so far."""
    if path.name.lower().endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            read = 0
            for info in archive.infolist():
                read += info.compress_size
                link = (info.external_attr >> 28) == 0o12
                if not info.is_dir() and not link and _wanted(info.filename):
                    with archive.open(info) as stream:
                        yield info.filename, stream, partial(int, read)
        return
    with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:*") as tar:
        for member in tar:
            if member.isreg() and _wanted(member.name):
                content = tar.extractfile(member)
                if content is not None:
                    with content:
                        yield member.name, content, raw.tell


def _wanted(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in PICTURES | _LISTS and not any(
        part.startswith((".", "__MACOSX")) for part in path.parts
    )


def _inside(folder: Path, name: str) -> Path | None:
    """Where a member goes; None for names that lead out of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name or not path.parts:
        return None
    return folder.joinpath(*path.parts)


def _forget_old(home: Path) -> None:
    """Keeps the archives used last; half-unpacked ones of a crash go too."""
    folders = sorted((path for path in home.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    for path in folders[:-_KEPT]:
        shutil.rmtree(path, ignore_errors=True)
