"""Reads files that may be compressed, and as much of a torn one as is whole."""

from __future__ import annotations

import zlib
from pathlib import Path

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 14
_GZIP_WINDOW = 31


def read_bytes(path: Path, limit: int | None = None) -> tuple[bytes, bool]:
    """The content of a plain or gzip file (told apart by content, not by name).

    Args:
        path: the file.
        limit: stop after about so many bytes.

    Returns:
        What could be read, and whether the compressed stream was torn or damaged.

    Raises:
        DataError: the file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(2)
            stream.seek(0)
            if start != _GZIP:
                return stream.read(-1 if limit is None else limit), False
            return _inflate(stream.read(), limit)
    except OSError as error:
        raise DataError(
            _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or error), repr(error)
        ) from error


def _inflate(packed: bytes, limit: int | None) -> tuple[bytes, bool]:
    # gzip.open loses what it has when the end is missing; zlib hands out every byte up to the tear.
    parts: list[bytes] = []
    total = 0
    rest = packed
    while rest.startswith(_GZIP):
        engine = zlib.decompressobj(_GZIP_WINDOW)
        view, position = memoryview(rest), 0
        while not engine.eof and position < len(view):
            try:
                part = engine.decompress(view[position : position + _CHUNK])
            except zlib.error:
                return b"".join(parts), True
            position += _CHUNK
            parts.append(part)
            total += len(part)
            if limit is not None and total >= limit:
                return b"".join(parts), False
        if not engine.eof:
            return b"".join(parts), True
        rest = engine.unused_data + bytes(view[position:])
    return b"".join(parts), False
