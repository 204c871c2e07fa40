"""Decoded pictures on disk, so that a folder is decoded once: an array to map into memory and a line of facts."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.files import cache_folder
from ganstudio.data.scan import Scan

_VERSION = 1
_KEPT_ENTRIES = 24
_STALE_SECONDS = 24 * 3600


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
    """
    path = _folder() / f".{uuid.uuid4().hex}.part"
    pixels: NDArray[np.uint8]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.memmap(path, dtype=np.uint8, mode="w+", shape=shape)
    except OSError:
        pixels = np.empty(shape, dtype=np.uint8)
    try:
        yield pixels
    finally:
        del pixels
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def store(key: str, pixels: NDArray[np.uint8], facts: dict[str, Any]) -> None:
    """Keeps an array under a key; a full or read-only disk is no error, only slower next time."""
    folder = _folder()
    partial = folder / f".{uuid.uuid4().hex}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            np.save(stream, pixels, allow_pickle=False)
        os.replace(partial, folder / f"{key}.npy")  # noqa: PTH105 - the atomic one on every system
        partial.write_text(json.dumps(facts), encoding="utf-8")
        os.replace(partial, folder / f"{key}.json")  # noqa: PTH105
        _forget_old(folder)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)


def _forget_old(folder: Path) -> None:
    import time

    entries = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for facts in entries[_KEPT_ENTRIES:]:
        with contextlib.suppress(OSError):
            facts.with_suffix(".npy").unlink(missing_ok=True)
            facts.unlink(missing_ok=True)
    for partial in folder.glob(".*.part"):
        with contextlib.suppress(OSError):
            if time.time() - partial.stat().st_mtime > _STALE_SECONDS:
                partial.unlink()
