"""Tar archives, read from the front to the end: what was passed is known at every moment, and bounded by who watches."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from ganstudio.core.i18n import _
from ganstudio.data.container import CHUNK, ArchiveError, Member, check_count
from ganstudio.data.membernames import decoded, letters_words
from ganstudio.data.unpack import Unpacked

_DIGITS = re.compile(rb"\d{256}")


class _TarInput(Unpacked):
    """What ``tarfile`` reads from; it reads the long names and attributes of a header into the memory as a whole."""

    def __init__(self, raw: IO[bytes]) -> None:
        super().__init__(raw)
        self.last = b""
        self.watch: Callable[[int], None] = lambda _passed: None

    def read(self, count: int) -> bytes:
        if count > CHUNK:
            raise ArchiveError(_("a header in it is longer than any honest one"))
        header = self.take(count)
        # Older versions of tarfile look for a number in there in a time that grows with the square of its digits.
        if _DIGITS.search(header):
            raise ArchiveError(_("a header in it is damaged"))
        return header

    def take(self, count: int) -> bytes:
        self.last = super().take(count)
        self.watch(self.tell())
        return self.last


class Tar:
    """A tar archive, plain or compressed."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.note = ""
        self.watch: Callable[[int], None] = lambda _passed: None
        self._input = _TarInput(stream)

    @property
    def packed(self) -> int:
        """How many bytes of the file were read so far."""
        return self._input.packed

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Nothing: what lies in it is known only when it is read."""
        return iter(())

    def members(self) -> Iterator[Member]:
        """What lies in it, without folders; raises ArchiveError."""
        self._input.watch = self.watch
        try:
            with tarfile.open(fileobj=self._input, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:  # type: ignore[call-overload]
                count = 0
                while (info := tar.next()) is not None:
                    tar.members = []  # else it keeps them all
                    count += 1
                    check_count(count)
                    if not info.isdir():
                        yield Member(self._name(info.name), info.size, partial(self._chunks, info), _trouble(info))
        except (tarfile.TarError, ValueError, OSError) as error:
            raise ArchiveError(self._damage()) from error
        # A header that makes no sense ends the reading as the real end does; that one is made of zeros.
        if self._input.torn or self._input.last.strip(b"\0"):
            raise ArchiveError(self._damage())

    def _name(self, name: str) -> str:
        # Part by part: of a folder's name the same is made in every name that it begins.
        parts = [decoded([part]) for part in name.encode("utf-8", "surrogateescape").split(b"/")]
        self.note = next((letters_words(encoding) for _names, encoding in parts if encoding), self.note)
        return "/".join(names[0] for names, _encoding in parts)

    def _damage(self) -> str:
        if self._input.torn:
            return _("its end is missing, or it is damaged in the middle: download or copy it again")
        return _("it is damaged: download or copy it again")

    def _chunks(self, info: tarfile.TarInfo) -> Iterator[bytes]:
        left = info.size
        self._input.seek(info.offset_data)
        while left > 0:
            part = self._input.take(min(CHUNK, left))
            if not part:
                raise ArchiveError(self._damage())
            left -= len(part)
            yield part


def _trouble(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return _("it is a link, which is not followed")
    if not info.isreg():
        return _("it is no file but a device or a pipe")
    return _("it is a file with holes, which is not read") if info.issparse() else ""
