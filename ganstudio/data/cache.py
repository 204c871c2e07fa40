"""Decoded pictures on disk, so that a folder is decoded once: an array to map into memory and a line of facts."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.leftovers import temporary_name
from ganstudio.data.files import cache_folder, outdated
from ganstudio.data.scan import Scan

_VERSION = 1
_KEPT_ENTRIES = 24
_ROOM = 2  # once as decoded, once as kept
_SPARE = 256 << 20
_IN_MEMORY = 2 << 30
_KEPT_BYTES = 32 << 30


def key_of(found: Scan, options: dict[str, Any]) -> str:
    """The same for the same files (path, size, time of change), classes and options."""
    digest = hashlib.sha256(json.dumps([_VERSION, str(found.folder), options, found.classes], sort_keys=True).encode())
    for file in found.files:
        try:
            status = (found.folder / file).stat()
            digest.update(f"{file}\0{status.st_size}\0{status.st_mtime_ns}\n".encode(errors="surrogateescape"))
        except OSError:
            digest.update(f"{file}\0gone\n".encode(errors="surrogateescape"))
    return digest.hexdigest()[:32]


def _folder() -> Path:
    return cache_folder() / "decoded"


def fetch(key: str) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
    """The array (mapped, copy on write) and the facts stored under a key; None where there are none whole."""
    array, facts = _folder() / f"{key}.npy", _folder() / f"{key}.json"
    try:
        values = json.loads(facts.read_text(encoding="utf-8"))
        pixels: NDArray[np.uint8] = np.load(array, mmap_mode="c", allow_pickle=False)
        os.utime(facts)
    except (OSError, ValueError, EOFError):
        return None
    if not isinstance(values, dict) or len(pixels) != values.get("count"):
        return None
    return pixels, values


@contextlib.contextmanager
def workspace(shape: tuple[int, ...]) -> Iterator[NDArray[np.uint8]]:
    """An array to decode into: on disk where there is room, so that large folders do not fill the memory.

    The file is gone afterwards, whatever happens.

    Raises:
        DataError: it is too large for the memory and for the disk.
    """
    needed = math.prod(shape)
    path = _folder() / temporary_name()
    pixels: NDArray[np.uint8]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Writing to a mapped file on a full disk kills the process; so the room is looked for before.
        if shutil.disk_usage(path.parent).free < _ROOM * needed + _SPARE:
            raise OSError(errno.ENOSPC, "no room")
        pixels = np.memmap(path, dtype=np.uint8, mode="w+", shape=shape)
    except OSError as error:
        if needed > _IN_MEMORY:
            raise DataError(
                _("{n:.1f} GB of room are needed in {folder}: free some, or choose a smaller size.").format(
                    n=_ROOM * needed / 1e9, folder=path.parent
                ),
                repr(error),
            ) from error
        pixels = np.empty(shape, dtype=np.uint8)
    try:
        yield pixels
    finally:
        del pixels
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def store(key: str, rows: Iterable[NDArray[np.uint8]], shape: tuple[int, ...], facts: dict[str, Any]) -> None:
    """Keeps an array, given slice by slice, under a key; a full or read-only disk is no error, only slower next time."""
    folder = _folder()
    partial = folder / temporary_name()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            header = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(stream, header)
            for part in rows:
                stream.write(np.ascontiguousarray(part).data)
        os.replace(partial, folder / f"{key}.npy")  # noqa: PTH105 - the atomic one on every system
        partial.write_text(json.dumps(facts), encoding="utf-8")
        os.replace(partial, folder / f"{key}.json")  # noqa: PTH105
        for old in outdated(folder.glob("*.json"), _bytes_of, _KEPT_ENTRIES, _KEPT_BYTES):
            old.with_suffix(".npy").unlink(missing_ok=True)
            old.unlink(missing_ok=True)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _bytes_of(facts: Path) -> int:
    return facts.with_suffix(".npy").stat().st_size
