"""Pictures of every make, disks that are full, and lies in headers: what people drop on Paint and Translate."""

from __future__ import annotations

import errno
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image


def chunk(kind: bytes, data: bytes) -> bytes:
    """One part of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def enormous(path: Path, side: int = 60_000, colour: int = 2) -> Path:
    """A PNG whose header promises ``side`` × ``side`` pixels: a few bytes on disk, gigabytes in memory."""
    header = struct.pack(">IIBBBBB", side, side, 8, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def ids_of(classes: int, height: int, width: int) -> NDArray[np.uint8]:
    """Squares of eight pixels in all classes."""
    ys, xs = np.mgrid[:height, :width] // 8
    return ((ys * 3 + xs) % classes).astype(np.uint8)


def label_files(folder: Path, colours: NDArray[np.uint8]) -> dict[str, Path]:
    """Label maps of every mode and size for classes with these colours, uint8 ``(K, 3)``; by their kind."""
    count = len(colours)
    ids = ids_of(count, 48, 64)
    doubled = np.zeros((256, 3), np.uint8)
    doubled[:count] = colours
    doubled[1] = doubled[0]
    palette = Image.fromarray(ids).convert("P")
    palette.putpalette(doubled.ravel().tolist())
    rgb = Image.fromarray(colours[ids])
    rgba = rgb.convert("RGBA")
    rgba.putalpha(Image.fromarray(np.where(ids == 2, 0, 255).astype(np.uint8)))
    images = {
        "1": Image.fromarray(ids % 2 == 1),
        "L": Image.fromarray(ids),
        "LA": Image.merge("LA", (Image.fromarray(ids), Image.new("L", ids.shape[::-1], 255))),
        "duplicates": palette,
        "RGB": rgb,
        "smooth": rgb.resize((150, 120), Image.Resampling.BICUBIC),
        "RGBA": rgba,
        "I;16": Image.fromarray(ids.astype(np.uint16)),
        "I;16 large": Image.fromarray(ids.astype(np.uint16) * 5000),
        "one pixel": Image.fromarray(ids[:1, :1]),
        "thread": Image.fromarray(ids_of(count, 17, 3000)),
        "too many": Image.fromarray(ids_of(250, 480, 640)),
    }
    found = {}
    for name, image in images.items():
        found[name] = folder / f"{name.replace(';', '').replace(' ', '-')}.png"
        image.save(found[name])
    return found


def broken_files(folder: Path) -> dict[str, Path]:
    """Files that are no pictures, or no longer."""
    whole = folder / "whole.png"
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(whole)
    contents = {
        "truncated.png": whole.read_bytes()[:900],
        "text.png": b"This is no picture at all.\n" * 20,
        "empty.png": b"",
        "header.png": whole.read_bytes()[:40],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    found = {name: folder / name for name in contents}
    found["enormous.png"] = enormous(folder / "enormous.png")
    found["enormous map.png"] = enormous(folder / "enormous map.png", colour=0)
    return found


class Room:
    """Whether there is any on the disk, and how often somebody ran into its end."""

    def __init__(self) -> None:
        self.full = False
        self.met = 0


@contextmanager
def small_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A disk that can be full: what is written then does not arrive."""
    room, write = Room(), os.write

    def tight(handle: int, data: bytes) -> int:
        if room.full:
            room.met += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data)

    with monkeypatch.context() as patch:
        patch.setattr("ganstudio.store.atomic.os.write", tight)
        yield room
        room.full = False
