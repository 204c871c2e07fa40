"""Label maps as they are in their files: class numbers or colours, of every colour mode, not larger than is sensible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.i18n import _
from ganstudio.data.decode import PictureError, room_for, upright, with_image

MAX_PIXELS = 100_000_000
_WORK = 2048
_MOST = 1 << 24
_BYTE = 255
_GREY = 3
_TINTED = 0.005
_STEPS = (("L;2", 85), ("L;4", 17))
Part = Literal["whole", "left", "right"]


@dataclass(frozen=True, slots=True)
class RawMap:
    """A label map as it is in the file; larger than 2048 px it is thinned out by nearest neighbour.

    Attributes:
        values: class numbers, int32 ``(H, W)``; None in colour pictures.
        rgb: uint8 ``(H, W, 3)``; None in index pictures.
        palette: of palette pictures, uint8 ``(K, 3)``.
        clear: bool ``(H, W)``, transparent pixels; None where nothing is.
        width: of the file (or of the half of it), upright.
        height: the same.
        mode: Pillow's name of the colour mode.
        lossy: the file's format smears colours.
    """

    values: NDArray[np.int32] | None
    rgb: NDArray[np.uint8] | None
    palette: NDArray[np.uint8] | None
    clear: NDArray[np.bool_] | None
    width: int
    height: int
    mode: str
    lossy: bool


def read_raw(source: Path | bytes | Image.Image, part: Part = "whole") -> RawMap:
    """Reads a label map without giving it classes.

    Args:
        source: a file, what is in it, or an image that is open.
        part: the whole picture, or the left or right half of it.

    Raises:
        PictureError: it cannot be read, or is larger than 100 megapixels; the text says why.
    """
    if isinstance(source, Image.Image):
        return _raw(source, part)
    return with_image(source, lambda image, _path: _raw(image, part))


def rgb_of(raw: RawMap) -> NDArray[np.uint8]:
    """What its pixels look like, uint8 ``(H, W, 3)``; numbers without a palette as shades of grey."""
    if raw.rgb is not None:
        return raw.rgb
    if raw.palette is not None and raw.values is not None:
        table = np.zeros((256, 3), dtype=np.uint8)
        table[: len(raw.palette)] = raw.palette
        return table[raw.values]
    return np.repeat(np.asarray(raw.values)[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)


def nearest_positions(count: int, start: float, length: float) -> NDArray[np.intp]:
    """Which of ``length`` pixels behind ``start`` each of ``count`` pixels takes."""
    return np.asarray(np.floor(start + (np.arange(count) + 0.5) * (length / count)), dtype=np.intp)


def _raw(image: Image.Image, part: Part) -> RawMap:
    if image.width * image.height > MAX_PIXELS:
        raise PictureError(
            _("has {n} million pixels; at most {most} million can be read: save it smaller").format(
                n=round(image.width * image.height / 1e6), most=MAX_PIXELS // 1_000_000
            )
        )
    lossy, step = _is_lossy(image), _step(image)
    with room_for(image):
        image.seek(0)
        image.load()
        turned = upright(image)
        width, height = turned.size
        if part != "whole":
            half = width // 2
            turned = turned.crop((0, 0, half, height) if part == "left" else (width - half, 0, width, height))
            width = half
        if min(width, height) < 1:
            raise PictureError(_("is too small to be a label map"))
        raw = _arrays_of(turned, image.mode, width, height, lossy)
        return raw if step == 1 or raw.values is None else replace(raw, values=raw.values // step)


def _is_lossy(image: Image.Image) -> bool:
    """The file keeps colours roughly only; WebP does where its pixels are a VP8 stream."""
    if image.format != "WEBP":
        return image.format in ("JPEG", "MPO", "AVIF", "HEIF")
    stream: Any = getattr(image, "fp", None)
    if stream is None:  # decoded already
        return False
    stream.seek(0)
    data = stream.read()
    place, kinds = 12, set()
    while place + 8 <= len(data):
        kinds.add(data[place : place + 4])
        inner = data[place + 24 : place + 28] if data[place : place + 4] == b"ANMF" else b""
        kinds.add(inner)
        place += 8 + int.from_bytes(data[place + 4 : place + 8], "little") + (data[place + 4] & 1)
    return b"VP8 " in kinds


def _step(image: Image.Image) -> int:
    """Grey pictures of 2 or 4 bits hold numbers up to 3 or 15; what opens them spreads these over 0 … 255 by this step."""
    modes = [
        str(part)
        for tile in getattr(image, "tile", ())
        for part in (tile[3] if isinstance(tile[3], tuple) else tile[3:])
    ]
    return next((step for start, step in _STEPS if any(mode.startswith(start) for mode in modes)), 1)


def _arrays_of(image: Image.Image, mode: str, width: int, height: int, lossy: bool) -> RawMap:
    palette: NDArray[np.uint8] | None = None
    clear: NDArray[np.bool_] | None = None
    if mode in ("RGBA", "RGBa", "LA", "La", "PA"):
        table = _thinned(image if mode in ("RGBA", "LA") else image.convert("RGBA"))
        clear = table[..., -1] < 128
        clear = clear if clear.any() else None
        table = table[..., 0] if mode == "LA" else table[..., :3]
    elif mode in ("1", "L", "P", "I", "F") or mode.startswith("I;16"):
        table = _thinned(image)
        if mode == "P":
            palette = np.array(image.getpalette("RGB") or [], dtype=np.uint8).reshape(-1, 3)
    else:
        table = _thinned(image if mode == "RGB" else image.convert("RGB"))
    if table.ndim == 3 or lossy:  # a grey JPEG has shades, not numbers
        rgb = table if table.ndim == 3 else np.repeat(table[..., None], 3, axis=2)
        return RawMap(None, np.ascontiguousarray(rgb, dtype=np.uint8), None, clear, width, height, mode, lossy)
    if table.dtype.kind == "f" and not ((table == np.rint(table)) & (np.abs(table) < _MOST)).all():
        raise PictureError(_("holds other numbers than those of classes"))
    return RawMap(table.astype(np.int32), None, palette, clear, width, height, mode, lossy)


def _thinned(image: Image.Image) -> NDArray[Any]:
    table = np.asarray(image)
    height, width = table.shape[:2]
    if max(width, height) <= _WORK:
        return table
    scale = _WORK / max(width, height)
    ys = nearest_positions(max(1, round(height * scale)), 0, height)
    xs = nearest_positions(max(1, round(width * scale)), 0, width)
    return np.asarray(table[ys[:, None], xs[None]])


def narrowed(raw: RawMap) -> RawMap:
    """A 16-bit map whose shades are 8-bit ones times 257, in 8 bits; others as they are."""
    if raw.values is None or raw.values.max() <= _BYTE or (raw.values % (_BYTE + 2)).any():
        return raw
    return replace(raw, values=raw.values // (_BYTE + 2))


def grey_numbers(raw: RawMap, below: int = _BYTE + 1) -> NDArray[np.int32] | None:
    """Class numbers that were saved as an RGB picture: grey, and (255 aside) low; None where they are not."""
    if raw.rgb is None or raw.lossy:
        return None
    first = raw.rgb[..., 0]
    if (first != raw.rgb[..., 1]).any() or (first != raw.rgb[..., 2]).any():
        return None
    return first.astype(np.int32) if ((first < below) | (first == _BYTE)).all() else None


def is_smeared_grey(raw: RawMap) -> bool:
    """A grey picture of a format that smears: class numbers do not survive in it."""
    if not raw.lossy or raw.rgb is None:
        return False
    red, green, blue = (raw.rgb[..., channel] for channel in range(3))
    tinted = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue) > _GREY
    return bool(tinted.mean() <= _TINTED)
