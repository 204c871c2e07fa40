"""Animated PNG, a frame at a time: without loss, of any length, each frame packed as the PNG that it is."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ganstudio.store.samples import encode_png

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def write_apng(path: Path, frames: Iterable[NDArray[np.uint8]], fps: Fraction, loop: bool) -> None:
    """Writes an animated PNG as its specification says (PNG third edition, sections 11.3.6 and 12).

    Args:
        path: the file.
        frames: uint8 ``(H, W, C)``, C = 1 or 3, all of one shape; at least one.
        fps: frames a second; both numbers below 2¹⁶.
        loop: for ever, not once.
    """
    count, number = 0, 0
    with path.open("wb") as file:
        for frame in frames:
            height, width = frame.shape[:2]
            for kind, data in _chunks(encode_png(frame)):
                if kind == b"IHDR" and not count:
                    file.write(_SIGNATURE)
                    _write(file, kind, data)
                    control = file.tell()
                    _write(file, b"acTL", bytes(8))  # filled in when the frames have been counted
                elif kind == b"IDAT":
                    timing = (fps.denominator, fps.numerator)
                    _write(file, b"fcTL", struct.pack(">5I2H2B", number, width, height, 0, 0, *timing, 0, 0))
                    number += 1
                    if not count:
                        _write(file, kind, data)
                    else:
                        _write(file, b"fdAT", struct.pack(">I", number) + data)
                        number += 1
            count += 1
        _write(file, b"IEND", b"")
        file.seek(control)
        _write(file, b"acTL", struct.pack(">2I", count, 0 if loop else 1))


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The header and, as one, the data of a picture."""
    place, data = len(_SIGNATURE), b""
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + length]
        if kind == b"IHDR":
            yield kind, content
        elif kind == b"IDAT":
            data += content
        place += length + 12
    yield b"IDAT", data


def _write(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
