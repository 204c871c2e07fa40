"""Reads files that may be compressed, and as much of a torn one as is whole; never more than was asked for."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular

MOST_BYTES = 1 << 30
"""So much of one file is taken into the memory at most."""
_CHUNK, _LARGE_CHUNK = 1 << 14, 1 << 20
_GZIP_WINDOW = 31
_XZ_MEMORY = 512 << 20

_ENGINES: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(_GZIP_WINDOW),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
}


class Unpacked:
    """A plain, gzip, bzip2 or xz file (told apart by content) that is read forwards; enough of a file for ``tarfile``.

    Attributes:
        packed: how many bytes of the file itself were read.
        torn: its end is missing, or what follows is damaged: what came before is all there is.
    """

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._input = raw.read(_CHUNK)
        self._magic = next((magic for magic in _ENGINES if self._input.startswith(magic)), b"")
        self._engine = _ENGINES[self._magic]() if self._magic else None
        self._place = 0
        self.packed = len(self._input)
        self.torn = False

    @property
    def compressed(self) -> bool:
        """It is not plain."""
        return self._engine is not None

    def tell(self) -> int:
        """How many bytes of the content were read."""
        return self._place

    def read(self, count: int) -> bytes:
        """The next bytes of the content; fewer than ``count`` only where it ends."""
        return self.take(count)

    def take(self, count: int) -> bytes:
        """What :meth:`read` and :meth:`seek` are made of."""
        parts = []
        while count > 0 and (part := self._next(count)):
            parts.append(part)
            count -= len(part)
            self._place += len(part)
        return b"".join(parts)

    def seek(self, place: int) -> int:
        """Passes over what lies before a place.

        Raises:
            OSError: it was read already.
        """
        if place < self._place:
            raise OSError("read forwards only")
        while self._place < place and self.take(min(_CHUNK, place - self._place)):
            pass
        return self._place

    def _next(self, count: int) -> bytes:
        if self._engine is None:
            part, self._input = self._input[:count], self._input[count:]
            return part or self._fill(min(count, _LARGE_CHUNK))
        while not self.torn:
            if self._engine.eof and not self._another():
                return b""
            try:
                # Never more than was asked for: what a few bytes unpack to may be larger than the memory.
                part = bytes(self._engine.decompress(self._input, min(count, _CHUNK)))
            except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
                self.torn = True
                return b""
            at_end = self._engine.eof
            self._input = self._engine.unused_data if at_end else getattr(self._engine, "unconsumed_tail", b"")
            if part:
                return part
            if not at_end and not self._input:
                self._input = self._fill(_CHUNK)
                self.torn = not self._input
        return b""

    def _another(self) -> bool:
        """Begins with the next of several streams that were put one behind another."""
        self._input = (self._input or self._fill(_CHUNK)).lstrip(b"\0")
        if len(self._input) < len(self._magic):
            self._input += self._fill(_CHUNK)
        if not self._input.startswith(self._magic):
            return False
        self._engine = _ENGINES[self._magic]()
        return True

    def _fill(self, count: int) -> bytes:
        part = self._raw.read(count)
        self.packed += len(part)
        return part


def read_bytes(path: Path, limit: int | None = None) -> tuple[bytes, bool]:
    """The content of a plain or compressed file (told apart by content, not by name).

    Args:
        path: the file.
        limit: stop after so many bytes.

    Returns:
        What could be read, and whether the compressed stream was torn or damaged.

    Raises:
        DataError: the file cannot be opened, or it holds more than :data:`MOST_BYTES` and there is no limit.
    """
    try:
        with open_regular(path) as stream:
            unpacked = Unpacked(stream)
            content = unpacked.read(MOST_BYTES + 1 if limit is None else limit)
    except OSError as error:
        raise DataError(
            _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or error), repr(error)
        ) from error
    if limit is None and len(content) > MOST_BYTES:
        raise DataError(
            _("{file} unpacks to more than {n:.0f} GB, as no published file does: put the published one there again.")
            .format(file=path, n=MOST_BYTES / 1e9)
        )  # fmt: skip
    return content, unpacked.torn
