"""ZIP archives: their table of contents is checked before anything is read, and names are read in their own letters."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

from ganstudio.core.i18n import _
from ganstudio.data.container import CHUNK, ArchiveError, Member, MemberError, check_count
from ganstudio.data.membernames import decoded, letters_words

_LOCAL_HEADER = 30
_MOST_DIRECTORY = 128 << 20
_ENCRYPTED = 0x41 | 0x2000
_UTF8 = 0x800
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_PACKINGS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 20: "Zstandard", 93: "Zstandard", 95: "XZ", 96: "JPEG",
             97: "WavPack", 98: "PPMd", 99: "AES"}  # fmt: skip


class Zip:
    """A ZIP archive."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.packed = self._passed = 0
        self.watch: Callable[[int], None] = lambda _passed: None
        _check_directory(stream)
        try:
            self._archive = zipfile.ZipFile(stream)
        except UnicodeDecodeError as error:
            raise ArchiveError(_("the names in it are damaged: unpack it, and give the folder")) from error
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, EOFError) as error:
            raise ArchiveError(_("its table of contents is damaged")) from error
        infos = self._archive.infolist()
        _check_places(infos)
        self._infos, self._names, encoding = infos, *_zip_names(infos)
        self.note = letters_words(encoding)

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Names and sizes of all that lies in it."""
        return ((name, info.file_size) for info, name in zip(self._infos, self._names, strict=True))

    def members(self) -> Iterator[Member]:
        """What lies in it, without folders; raises ArchiveError."""
        for info, name in zip(self._infos, self._names, strict=True):
            self.packed += info.compress_size
            if not name.replace("\\", "/").endswith("/"):
                yield Member(name, info.file_size, partial(self._chunks, info), _zip_trouble(info))

    def _chunks(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._archive.open(info) as stream:
                while part := stream.read(CHUNK):
                    self._passed += len(part)
                    self.watch(self._passed)
                    yield part
        except MemoryError as error:
            raise MemberError(_("there is not enough memory to unpack it")) from error
        except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError) as error:
            raise MemberError(_("it is damaged in the archive")) from error


def _check_directory(stream: IO[bytes]) -> None:
    """Refuses a table of contents that is not there, or too large to be read into the memory."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - (1 << 16) - 22))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ArchiveError(
            _("its end is missing: it was not downloaded or copied to the end, or it is one of several parts")
        )
    count, length = struct.unpack_from("<HI", tail, at + 10)
    long = tail.rfind(b"PK\x06\x06", 0, at)
    if long >= 0 and len(tail) >= long + 56:
        count, length = struct.unpack_from("<QQ", tail, long + 32)
    stream.seek(0)
    check_count(length if length > _MOST_DIRECTORY else count)


def _check_places(infos: list[zipfile.ZipInfo]) -> None:
    """Refuses entries that share bytes, by which a small file unpacks to anything."""
    check_count(len(infos))
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ArchiveError(_("its files overlap, as no honest program writes them"))
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _zip_names(infos: list[zipfile.ZipInfo]) -> tuple[list[str], str]:
    names = [_unicode_path(info) or info.orig_filename for info in infos]
    untold = [
        index for index, info in enumerate(infos) if not info.flag_bits & _UTF8 and names[index] == info.orig_filename
    ]
    found, encoding = decoded([infos[index].orig_filename.encode("cp437") for index in untold])
    for index, name in zip(untold, found, strict=True):
        names[index] = name
    return names, encoding


def _unicode_path(info: zipfile.ZipInfo) -> str:
    """The name in the field that Info-ZIP adds for other letters; empty where it is not there or of another name."""
    extra = info.extra
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        raw = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
        if kind == 0x7075 and len(field) > 5 and field[1:5] == struct.pack("<I", zlib.crc32(raw)):
            return field[5:].decode("utf-8", "replace")
    return ""


def _zip_trouble(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    if mode & 0o170000 == 0o120000:
        return _("it is a link, which is not followed")
    if info.flag_bits & _ENCRYPTED or info.compress_type == 99:
        return _("it is protected by a password")
    if info.compress_type not in _READ:
        name = _PACKINGS.get(info.compress_type, str(info.compress_type))
        return _("it is packed by a method that is not read here ({name})").format(name=name)
    return ""
