"""PNG pictures that remember how they were made: dropped back on the window, they bring everything back.

The memory is one text chunk ``ganstudio`` with compact JSON in ASCII. Chunks are read one after another without
decoding the picture, so that a huge or broken image does no harm.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular
from ganstudio.explore.exporting import check_scale, check_suffix
from ganstudio.store.atomic import replace_file
from ganstudio.store.samples import encode_png

KEYWORD = "ganstudio"
PROGRAM, VERSION = "ganstudio", 1
KINDS = ("explore", "paint", "translate")
"""Of sessions: the workspace that a picture was saved in."""
LIMIT = 4 * 1024 * 1024
"""Bytes of JSON that a picture may carry."""
_MOST_CHUNKS = 100_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")


def save_picture(path: Path, picture: NDArray[np.uint8], scale: int, session: Mapping[str, Any]) -> None:
    """Writes a picture, or a grid of them, with the session that it was made in.

    Args:
        path: ends in ``.png``; appears whole or not at all.
        picture: uint8 ``(H, W, C)``, C = 1 or 3.
        scale: 1 to 8; every pixel becomes a square of that size.
        session: plain JSON values, with ``program``, ``kind`` and ``version``.

    Raises:
        UsageError: another ending or scale, or more state than a picture may carry.
        StoreError: the file cannot be written.
    """
    check_suffix(path, [".png"])
    check_scale(scale)
    replace_file(path, picture_bytes(picture, scale, session))


def picture_bytes(picture: NDArray[np.uint8], scale: int, session: Mapping[str, Any]) -> bytes:
    """The same as bytes, e.g. for the clipboard.

    Raises:
        UsageError: there is more state than a picture may carry.
    """
    text = json.dumps(dict(session), separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    if len(text) > LIMIT:
        raise UsageError(
            _("There are too many directions in use to be stored in a picture; set some of them back to 0.")
        )
    return encode_png(enlarged(picture, scale), {KEYWORD: text, "Software": PROGRAM})


def enlarged(picture: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    """``(H, W, …)`` with every pixel as a square of ``scale`` pixels."""
    return picture if scale == 1 else picture.repeat(scale, axis=0).repeat(scale, axis=1)


def read_session(source: Path | bytes) -> dict[str, Any]:
    """The session that a picture carries. Nothing in it is trusted: whoever uses it must check every value.

    Args:
        source: a file, or its bytes.

    Raises:
        UsageError: it is no PNG, carries nothing, or what it carries is damaged, too large or of a newer version.
    """
    if isinstance(source, bytes):
        return _session(io.BytesIO(source))
    try:
        with open_regular(source) as file:
            return _session(file)
    except OSError as error:
        raise UsageError(
            _("{file} cannot be read: {reason}.").format(file=source, reason=error.strerror or type(error).__name__)
        ) from error


def _session(file: BinaryIO) -> dict[str, Any]:
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        raise UsageError(_("This is not a PNG picture; only PNG pictures carry the state that they were saved in."))
    for kind, data in _chunks(file):
        text = _text(kind, data)
        if text is not None:
            return _checked(text)
    raise UsageError(
        _("This PNG was not saved by ganstudio, or another program has removed the state from it. It can still be "
          "used as a picture.")
    )  # fmt: skip


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The text chunks; ends quietly where the file is cut off, because what matters may have come before.

    Ours stand before the picture; a file of millions of tiny chunks is not read to its end.
    """
    for _number in range(_MOST_CHUNKS):
        if len(head := file.read(8)) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        if kind not in _TEXTS:
            file.seek(length + 4, io.SEEK_CUR)
            continue
        keyword = file.read(min(length, len(KEYWORD) + 1))
        if keyword != KEYWORD.encode() + b"\0":
            file.seek(length - len(keyword) + 4, io.SEEK_CUR)
            continue
        if length > LIMIT + 1024:
            raise _too_large()
        data = file.read(length - len(keyword))
        if file.read(4) != struct.pack(">I", zlib.crc32(kind + keyword + data)):
            raise _damaged("checksum")
        yield kind, data


def _text(kind: bytes, data: bytes) -> bytes | None:
    """What stands in a text chunk behind its keyword; None where that cannot be."""
    if kind == b"tEXt":
        return data
    if kind == b"zTXt":
        return _unpacked(data[1:]) if data[:1] == b"\0" else None
    packed, parts = data[:2], data[2:].split(b"\0", 2)  # language tag, translated keyword, text
    if len(packed) < 2 or len(parts) < 3:
        return None
    return _unpacked(parts[2]) if packed[0] else parts[2]


def _unpacked(data: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(data, LIMIT + 1)
    except zlib.error as error:
        raise _damaged(error) from error
    if len(text) > LIMIT:
        raise _too_large()
    return text


def _checked(text: bytes) -> dict[str, Any]:
    if len(text) > LIMIT:
        raise _too_large()
    try:
        session = json.loads(text)
        if not isinstance(session, dict) or session["program"] != PROGRAM or session["kind"] not in KINDS:
            raise ValueError("other content")
        version = session["version"]
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise ValueError(f"version {version!r}")
    except (ValueError, KeyError, RecursionError) as error:
        raise _damaged(error) from error
    if version > VERSION:
        raise UsageError(_("This picture was saved by a newer ganstudio; update the program to bring its state back."))
    return session


def _too_large() -> UsageError:
    return UsageError(
        _("The state in this picture claims to be larger than {limit} MB, which ganstudio never writes; it was not read.")
        .format(limit=LIMIT // 2**20)
    )  # fmt: skip


def _damaged(why: object) -> UsageError:
    return UsageError(_("The state in this picture is damaged; nothing was changed."), details=repr(why))
