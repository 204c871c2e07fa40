"""Looks into archives: what kind a file is by its bytes, and what lies in it, one regular file after another.

Whatever an archive says of itself may be a lie: sizes are counted while reading, links are never followed, and of a
member that cannot be read it is told why.
"""

from __future__ import annotations

import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular
from ganstudio.data.membernames import decoded
from ganstudio.data.unpack import Unpacked

MOST_MEMBERS = 1_000_000
CHUNK = 1 << 16
_MOST_DIRECTORY = 128 << 20
_HEAD, _LOCAL_HEADER = 512, 30
_ISO_AT = 0x8001
_ENCRYPTED = 0x41 | 0x2000
_UTF8 = 0x800
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_PACKINGS = {1: "Shrink", 6: "Implode", 9: "Deflate64", 20: "Zstandard", 93: "Zstandard", 95: "XZ", 96: "JPEG",
             97: "WavPack", 98: "PPMd", 99: "AES"}  # fmt: skip
_DIGITS = re.compile(rb"\d{256}")
_FOREIGN = (
    (0, b"7z\xbc\xaf\x27\x1c", "7z"), (0, b"Rar!\x1a\x07", "RAR"), (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"\x04\x22\x4d\x18", "LZ4"), (0, b"LZIP", "lzip"), (0, b"\x1f\x9d", "Unix compress"), (0, b"MSCF", "CAB"),
    (2, b"-lh", "LHA"), (0, b"\x60\xea", "ARJ"), (0, b"!<arch>\n", "ar"), (0, b"MSWIM\0", "WIM"), (0, b"xar!", "XAR"),
    (0, b"\x5d\0\0", "LZMA"),
)  # fmt: skip
_NO_ARCHIVES = (
    (rb"\s*<(!doctype|html|head|\?xml)", _("it is a web page, not an archive: download the file itself")),
    (rb"version https://git-lfs", _("it is a pointer of Git LFS, not the archive: fetch it with “git lfs pull”")),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\0|MM\0\*|RIFF....WEBP", _("it is a picture, not an archive: rename it")),
)  # fmt: skip


class ArchiveError(Exception):
    """An archive cannot be read; the text says why, in words."""


class MemberError(Exception):
    """One member of an archive cannot be read; the text says why, in words."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: as it is written there.
        size: so many bytes it says to have.
        chunks: its content, piece by piece; raises MemberError, or ArchiveError where what follows is lost as well. Of a
            tar archive only until the next member is asked for.
        why: why it cannot be read; then ``chunks`` is not to be called.
    """

    name: str
    size: int
    chunks: Callable[[], Iterator[bytes]]
    why: str = ""


class Container(Protocol):
    """An archive that is being read."""

    note: str
    """A line for a person on its names; empty where there is nothing to say."""
    watch: Callable[[int], None]
    """Called again and again with how many bytes of content were passed so far; what it raises ends the reading."""

    @property
    def packed(self) -> int:
        """How many bytes of the file were read so far."""

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Names and sizes of all that lies in it, where that is known before it is read."""

    def members(self) -> Iterator[Member]:
        """What lies in it, without folders; raises ArchiveError."""


def kind_of(path: Path) -> str:
    """What an archive is by its bytes; empty for what is none.

    ``"zip"``, ``"tar"`` (compressed or not), ``"compressed"`` (a single file), or the name of a format that is not read
    here.

    Raises:
        OSError: it cannot be read.
    """
    with open_regular(path) as stream:
        head = stream.read(_HEAD)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"PK00PK")):
            return "zip"
        for place, magic, name in _FOREIGN:
            if head[place : place + len(magic)] == magic:
                return name
        stream.seek(0)
        unpacked = Unpacked(stream)
        if _is_tar(unpacked.read(_HEAD)):
            return "tar"
        if unpacked.compressed:
            return "compressed"
        stream.seek(_ISO_AT)
        if stream.read(5) == b"CD001":
            return "ISO"
    # One that unpacks itself begins with a program.
    return "zip" if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path) else ""


def _is_tar(block: bytes) -> bool:
    if len(block) < _HEAD:
        return False
    if not block.strip(b"\0"):
        return False
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return False
    return True


def open_container(path: Path, stream: IO[bytes]) -> Container:
    """Opens an archive for reading.

    Args:
        path: the file.
        stream: the same file, open.

    Raises:
        ArchiveError: it is none, damaged, or of a kind that is not read here.
        OSError: it cannot be read.
    """
    kind = kind_of(path)
    if kind == "zip":
        return _Zip(stream)
    if kind == "tar":
        return _Tar(stream)
    if kind == "compressed":
        raise ArchiveError(_("it is one compressed file, not an archive of several: unpack it, and give the folder"))
    if kind:
        raise ArchiveError(
            _("it is an archive of the kind {kind}, which is not read here: unpack it, and give the folder").format(
                kind=kind
            )
        )
    head = stream.read(_HEAD)
    if not head.strip(b"\0"):
        raise ArchiveError(_("it is empty") if not head else _("it holds nothing but zeros"))
    known = (words for pattern, words in _NO_ARCHIVES if re.match(pattern, head, re.IGNORECASE | re.DOTALL))
    raise ArchiveError(next(known, _("it is no archive that is known here; .zip and .tar.gz are read")))


class _Zip:
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
        self.note = ""
        if encoding:
            self.note = _("The archive does not say in which letters its names are written: they are read as {name}.")
            self.note = self.note.format(name=encoding)

    def sizes(self) -> Iterator[tuple[str, int]]:
        return ((name, info.file_size) for info, name in zip(self._infos, self._names, strict=True))

    def members(self) -> Iterator[Member]:
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
    if count > MOST_MEMBERS or length > _MOST_DIRECTORY:
        raise ArchiveError(_too_many())


def _too_many() -> str:
    return _("it holds more than {n:,} files: unpack it, and give the folder").format(n=MOST_MEMBERS)


def _check_places(infos: list[zipfile.ZipInfo]) -> None:
    """Refuses entries that share bytes, by which a small file unpacks to anything."""
    if len(infos) > MOST_MEMBERS:
        raise ArchiveError(_too_many())
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise ArchiveError(_("its files overlap, as no honest program writes them"))
        end = info.header_offset + _LOCAL_HEADER + info.compress_size


def _zip_names(infos: list[zipfile.ZipInfo]) -> tuple[list[str], str]:
    untold = [index for index, info in enumerate(infos) if not info.flag_bits & _UTF8]
    raw = [infos[index].orig_filename.encode("cp437") for index in untold]
    names = [info.orig_filename for info in infos]
    found, encoding = decoded(raw) if raw else ([], "")
    for index, name in zip(untold, found, strict=True):
        names[index] = name
    for index, info in enumerate(infos):
        names[index] = _unicode_path(info) or names[index]
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


class _Tar:
    note = ""

    def __init__(self, stream: IO[bytes]) -> None:
        self.watch: Callable[[int], None] = lambda _passed: None
        self._input = _TarInput(stream)

    @property
    def packed(self) -> int:
        return self._input.packed

    def sizes(self) -> Iterator[tuple[str, int]]:
        return iter(())

    def members(self) -> Iterator[Member]:
        self._input.watch = self.watch
        try:
            with tarfile.open(fileobj=self._input, mode="r:", encoding="utf-8", errors="surrogateescape") as tar:  # type: ignore[call-overload]
                count = 0
                while (info := tar.next()) is not None:
                    tar.members = []  # else it keeps them all
                    count += 1
                    if count > MOST_MEMBERS:
                        raise ArchiveError(_too_many())
                    if not info.isdir():
                        yield Member(_tar_name(info.name), info.size, partial(self._chunks, info), _trouble(info))
        except (tarfile.TarError, ValueError, OSError) as error:
            raise ArchiveError(self._damage()) from error
        # A header that makes no sense ends the reading as the real end does; that one is made of zeros.
        if self._input.torn or self._input.last.strip(b"\0"):
            raise ArchiveError(self._damage())

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


def _tar_name(name: str) -> str:
    raw = name.encode("utf-8", "surrogateescape")
    # Part by part: of a folder's name the same is made in every name that it begins.
    return "/".join(decoded([part])[0][0] for part in raw.split(b"/"))


def _trouble(info: tarfile.TarInfo) -> str:
    if info.issym() or info.islnk():
        return _("it is a link, which is not followed")
    if not info.isreg():
        return _("it is no file but a device or a pipe")
    return _("it is a file with holes, which is not read") if info.issparse() else ""
