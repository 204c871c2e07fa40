"""Tells archives apart by their bytes, whatever their names say, and opens those that can be read."""

from __future__ import annotations

import re
import tarfile
import zipfile
from pathlib import Path
from typing import IO

from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular
from ganstudio.core.signs import begins_picture
from ganstudio.data.container import ArchiveError, Container
from ganstudio.data.tars import Tar
from ganstudio.data.unpack import Unpacked
from ganstudio.data.zips import Zip

_HEAD = 512
_ISO_AT = 0x8001
_FOREIGN = (
    (0, b"7z\xbc\xaf\x27\x1c", "7z"), (0, b"Rar!\x1a\x07", "RAR"), (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"\x04\x22\x4d\x18", "LZ4"), (0, b"LZIP", "lzip"), (0, b"\x1f\x9d", "Unix compress"), (0, b"MSCF", "CAB"),
    (2, b"-lh", "LHA"), (0, b"\x60\xea", "ARJ"), (0, b"!<arch>\n", "ar"), (0, b"MSWIM\0", "WIM"), (0, b"xar!", "XAR"),
    (0, b"\x5d\0\0", "LZMA"),
)  # fmt: skip
_NO_ARCHIVES = (
    (rb"\s*<(!doctype|html|head|\?xml)", _("it is a web page, not an archive: download the file itself")),
    (rb"version https://git-lfs", _("it is a pointer of Git LFS, not the archive: fetch it with “git lfs pull”")),
)  # fmt: skip


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
    if len(block) < _HEAD or not block.strip(b"\0"):
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
        return Zip(stream)
    if kind == "tar":
        return Tar(stream)
    if kind == "compressed":
        raise ArchiveError(_("it is one compressed file, not an archive of several: unpack it, and give the folder"))
    if kind:
        words = _("it is an archive of the kind {kind}, which is not read here: unpack it, and give the folder")
        raise ArchiveError(words.format(kind=kind))
    head = stream.read(_HEAD)
    if not head.strip(b"\0"):
        raise ArchiveError(_("it is empty") if not head else _("it holds nothing but zeros"))
    if begins_picture(head):
        raise ArchiveError(_("it is a picture, not an archive: rename it"))
    known = (words for pattern, words in _NO_ARCHIVES if re.match(pattern, head, re.IGNORECASE))
    raise ArchiveError(next(known, _("it is no archive that is known here; .zip and .tar.gz are read")))
