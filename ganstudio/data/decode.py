"""Turns one picture file of any make into a square of pixels, and says what was odd about it."""

from __future__ import annotations

import contextlib
import functools
import io
import logging
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, UnidentifiedImageError

from ganstudio.core.i18n import _
from ganstudio.core.regular import open_regular
from ganstudio.data.codecwords import STARTS_BYTES, instead_of_picture, plain_words

# What its decoders say of damaged files is told in our words; without a handler Python prints it on the terminal.
logging.getLogger("PIL").addHandler(logging.NullHandler())

T = TypeVar("T")
Fit = Literal["crop", "pad", "stretch"]
Ground = Literal["white", "contrast"]

MEMORY_LIMIT = 1 << 30
"""Decoding one picture may take so many bytes; a larger one that cannot be read reduced is dropped."""
_LARGE = 64 << 20
# Two threads that both hold a gigabyte are too much for a laptop: large pictures are decoded one at a time.
_large_one = threading.Lock()
# Pillow's limit is a global of its module; it is lifted only while a header is parsed (the check is made here instead).
_opening = threading.Lock()

_WIDE_MODES = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_TURNS = {
    2: (Image.Transpose.FLIP_LEFT_RIGHT,),
    3: (Image.Transpose.ROTATE_180,),
    4: (Image.Transpose.FLIP_TOP_BOTTOM,),
    5: (Image.Transpose.TRANSPOSE,),
    6: (Image.Transpose.ROTATE_270,),
    7: (Image.Transpose.TRANSVERSE,),
    8: (Image.Transpose.ROTATE_90,),
}
# Memory while decoding, in bytes a pixel: what Pillow holds, and the copy that a conversion at full size makes.
_BYTES = {"1": 2, "L": 1, "P": 5, "RGB": 4, "I;16": 7, "I;16L": 7, "I;16B": 7, "I;16N": 7, "I": 16, "F": 16}
_BYTES_ELSE = 8
_TWINS = {"MPO": "JPEG"}
_FORMATS = (
    "PNG", "JPEG", "MPO", "WEBP", "BMP", "DIB", "GIF", "TIFF", "PPM", "TGA", "JPEG2000", "AVIF", "HEIF", "PCX", "PSD",
    "QOI", "SGI",
)  # fmt: skip
_MOST_FRAMES, _LONG_GIF, _ICON_PIXELS = 100, 8 << 20, 1 << 22
_TILE_WIDTH, _TILE_LENGTH = 322, 323


class PictureError(Exception):
    """A picture cannot be used; the text says why, in words."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture.

    Attributes:
        pixels: uint8 ``(3, size, size)``.
        grey: all three planes are the same.
        width: of the original, as it is to be looked at.
        height: of the original.
        mode: Pillow's name of its colour mode.
        oddities: what was converted, in words; empty for a plain picture.
    """

    pixels: NDArray[np.uint8]
    grey: bool
    width: int
    height: int
    mode: str
    oddities: tuple[str, ...] = ()


def decode(source: Path | bytes, size: int, fit: Fit, ground: Ground = "white") -> Picture:
    """Reads a picture by its content, whatever its name says.

    Args:
        source: the file, or what is in it.
        size: height and width wanted.
        fit: ``crop`` cuts the middle square, ``pad`` adds a black margin, ``stretch`` distorts.
        ground: what transparent pictures are laid on; ``contrast`` is white too, but black where what is opaque is light.

    Raises:
        PictureError: it cannot be read; the text says why.
    """
    return with_image(source, lambda image, path: _decode(image, path, size, fit, ground))


def decode_halves(source: Path | bytes, size: int, fit: Fit) -> tuple[Picture, Picture]:
    """Reads a file that holds two pictures side by side, left and right; decoded once.

    Their ``width`` and ``height`` are those of the halves.

    Raises:
        PictureError: it cannot be read; the text says why.
    """
    return with_image(source, lambda image, path: _halves(image, path, size, fit))


def with_image(source: Path | bytes, use: Callable[[Image.Image, Path | None], T]) -> T:
    """Opens a picture, hands it over not yet decoded, and turns whatever goes wrong into words.

    Raises:
        PictureError: it cannot be read; the text says why.
    """
    try:
        stream: IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else open_regular(source)
    except OSError as error:
        raise PictureError(_("it cannot be opened: {why}").format(why=error.strerror or error)) from error
    try:
        with stream:
            try:
                image = _open(stream)
            except UnidentifiedImageError:
                stream.seek(0)
                raise PictureError(instead_of_picture(stream.read(STARTS_BYTES))) from None
            return use(image, source if isinstance(source, Path) else None)
    except PictureError:
        raise
    except MemoryError:
        raise PictureError(_("there is not enough memory to decode it")) from None
    except Exception as error:  # decoders raise anything on damaged files; each costs one picture only
        raise PictureError(plain_words(error)) from error


@functools.cache
def formats() -> tuple[str, ...]:
    """Names of the formats that are read beside icons, as Pillow calls them.

    Pictures of pixels only. Of the others that Pillow knows one is drawn by another program (EPS by Ghostscript, whatever
    the file's name says), one inflates without a bound (FITS), and hardly any is met.
    """
    Image.init()
    return tuple(name for name in _FORMATS if name in Image.OPEN)


def _open(stream: IO[bytes]) -> Image.Image:
    size = _size_of(stream)
    if size > MEMORY_LIMIT:  # some decoders take the whole file into the memory before they look at it
        raise PictureError(_("is a file of {n:.1f} GB; save it smaller").format(n=size / 1e9))
    with _opening:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            with contextlib.suppress(UnidentifiedImageError):
                return Image.open(stream, formats=formats())
            # Pillow decodes an icon while it opens it, and its size is what the picture in it says, not the icon.
            stream.seek(0)
            Image.MAX_IMAGE_PIXELS = _ICON_PIXELS
            return Image.open(stream, formats=["ICO"])
        finally:
            Image.MAX_IMAGE_PIXELS = limit


def _decode(image: Image.Image, path: Path | None, size: int, fit: Fit, ground: Ground) -> Picture:
    width, height = image.size
    mode = image.mode
    if min(width, height) < 2:
        raise PictureError(_("is only {width} × {height} px").format(width=width, height=height))
    oddities = _oddities(image, path)
    cost = 0
    if image.format in ("JPEG", "MPO"):
        # The decoder itself can halve up to three times: a 30,000-px photograph never exists in full. A progressive one
        # does, as coefficients of two bytes in up to three planes.
        cost = 6 * width * height if image.info.get("progressive") else 0
        image.draft(None, (2 * size, 2 * size))
    with room_for(image, cost):
        square = _fitted(_plain(image, oddities), size, fit, ground, oddities)
    # Only now: Pillow decodes a PNG to look for its EXIF data, and turns a TIFF by itself while decoding it.
    turn = _orientation(image)
    for step in _TURNS.get(turn, ()):
        square = square.transpose(step)
    if turn > 4:
        width, height = height, width
    return _picture(square, width, height, mode, oddities)


def _halves(image: Image.Image, path: Path | None, size: int, fit: Fit) -> tuple[Picture, Picture]:
    width, height = image.size
    mode = image.mode
    if width < 4 or height < 2 or width < 1.2 * height:
        raise PictureError(
            _("with {width} × {height} px is not two pictures side by side").format(width=width, height=height)
        )
    oddities = _oddities(image, path)
    if width % 2:
        oddities.append(_("is {n} px wide: the column in the middle is left out").format(n=width))
    with room_for(image):
        plain = upright(_plain(image, oddities), image)
        half = plain.width // 2
        boxes = ((0, 0, half, plain.height), (plain.width - half, 0, plain.width, plain.height))
        left, right = (_fitted(plain.crop(box), size, fit, "white", oddities) for box in boxes)
    once = list(dict.fromkeys(oddities))
    return _picture(left, half, plain.height, mode, once), _picture(right, half, plain.height, mode, once)


def upright(image: Image.Image, original: Image.Image | None = None) -> Image.Image:
    """The image turned as EXIF (its own, or that of the one it was made from) says; exact, pixel for pixel."""
    for step in _TURNS.get(_orientation(original or image), ()):
        image = image.transpose(step)
    return image


@contextlib.contextmanager
def room_for(image: Image.Image, least: int = 0) -> Iterator[None]:
    """Guards the decoding of an image that was only opened; large ones are decoded one at a time.

    Raises:
        PictureError: it would take more than :data:`MEMORY_LIMIT`.
    """
    cost = max(least, _pixels(image) * _BYTES.get(image.mode, _BYTES_ELSE))
    if cost > MEMORY_LIMIT:
        raise PictureError(
            _("with {width} × {height} px would need {n:.1f} GB to decode; save it smaller").format(
                width=image.width, height=image.height, n=cost / 1e9
            )
        )
    with _large_one if cost > _LARGE else contextlib.nullcontext():
        yield


def _pixels(image: Image.Image) -> int:
    """How many are decoded at least: a TIFF is cut into tiles, and one of them may be larger than the picture."""
    tags = getattr(image, "tag_v2", None) or {}
    tile = [tags.get(tag, 0) for tag in (_TILE_WIDTH, _TILE_LENGTH)]
    return max(image.width * image.height, math.prod(tile) if all(isinstance(side, int) for side in tile) else 0)


def _picture(square: Image.Image, width: int, height: int, mode: str, oddities: list[str]) -> Picture:
    pixels = np.asarray(square.convert("RGB")).transpose(2, 0, 1)
    grey = bool((pixels[0] == pixels[1]).all() and (pixels[0] == pixels[2]).all())
    return Picture(np.ascontiguousarray(pixels), grey, width, height, mode, tuple(oddities))


def _oddities(image: Image.Image, path: Path | None) -> list[str]:
    oddities = []
    named = Image.registered_extensions().get(path.suffix.lower()) if path else None
    real = image.format or ""
    if path is None:
        pass  # pasted or out of an archive: there is no name that could be wrong
    elif named is not None and _TWINS.get(real, real) != _TWINS.get(named, named):
        oddities.append(_("is a {real} file although its name ends in {suffix}").format(real=real, suffix=path.suffix))
    elif named is None:
        oddities.append(_("is a {real} file although its name does not say so").format(real=real))
    frames = _frames(image)
    if frames:
        oddities.append(_("has {n} frames: the first is used").format(n=frames))
    if image.mode in _WIDE_MODES:
        bits = 16 if image.mode.startswith("I;16") else 32
        oddities.append(_("has {n} bits a pixel: scaled to 8").format(n=bits))
    elif image.mode in ("CMYK", "LAB", "YCbCr", "HSV") and real not in ("JPEG", "MPO"):
        oddities.append(_("is {mode}: converted to RGB").format(mode=image.mode))
    elif image.mode == "CMYK":
        oddities.append(_("is CMYK: converted to RGB"))
    return oddities


def _frames(image: Image.Image) -> str:
    """How many there are, where there are more than one; a file that must be walked through is not walked to its end."""
    try:
        if image.format == "TIFF":
            number = 1
            with contextlib.suppress(EOFError):
                for number in range(1, _MOST_FRAMES + 1):
                    image.seek(number)
                return _("more than {n}").format(n=_MOST_FRAMES)
            image.seek(0)
        elif image.format == "GIF" and _size_of(image.fp) > _LONG_GIF:  # type: ignore[attr-defined]
            return _("several") if getattr(image, "is_animated", False) else ""
        else:
            number = int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - counting walks a file that may be damaged behind its first frame, which is enough
        return _("several") if getattr(image, "is_animated", False) else ""
    return str(number) if number > 1 else ""


def _size_of(stream: IO[bytes]) -> int:
    place = stream.tell()
    size = stream.seek(0, io.SEEK_END)
    stream.seek(place)
    return size


def _orientation(image: Image.Image) -> int:
    """EXIF's orientation, 1–8; 1 where there is none or it is damaged."""
    try:
        value = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - damaged EXIF data must not cost the picture
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _plain(image: Image.Image, oddities: list[str]) -> Image.Image:
    """Decodes and brings to 8 bits: grey or RGB, with or without alpha."""
    image.seek(0)
    image.load()
    if image.mode in _WIDE_MODES:
        image = Image.fromarray(_to_bytes(image, oddities))
    elif image.mode == "P" or (image.mode in ("L", "RGB", "1") and "transparency" in image.info):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif image.mode == "PA":
        image = image.convert("RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGB")
    return image


def _fitted(image: Image.Image, size: int, fit: Fit, ground: Ground, oddities: list[str]) -> Image.Image:
    """Resizes with antialiasing and lays what is transparent on a ground."""
    small = _resize(image, size, fit)
    if small.mode in ("LA", "RGBA"):
        small = small.convert("RGBA")
        dark = ground == "contrast" and _is_light(small)
        if small.getchannel("A").getextrema() != (255, 255):
            oddities.append(
                _("is partly transparent: laid on black") if dark else _("is partly transparent: laid on white")
            )
        shade = 0 if dark else 255
        small = Image.alpha_composite(Image.new("RGBA", small.size, (shade, shade, shade, 255)), small).convert("RGB")
    if fit == "pad" and small.size != (size, size):
        canvas = Image.new("RGB", (size, size))
        canvas.paste(small, ((size - small.width) // 2, (size - small.height) // 2))
        return canvas
    return small


def _is_light(image: Image.Image) -> bool:
    """What is opaque of an RGBA picture is lighter than mid-grey: on white one would not see it."""
    shades = np.asarray(image.convert("RGB").convert("L"), np.float32)
    cover = np.asarray(image.getchannel("A"), np.float32)
    return bool((shades * cover).sum() > 127.5 * cover.sum())


def _resize(image: Image.Image, size: int, fit: Fit) -> Image.Image:
    width, height = image.size
    side = min(width, height)
    box: tuple[float, float, float, float] = (0, 0, width, height)
    target = (size, size)
    if fit == "crop":
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
    elif fit == "pad":
        scale = size / max(width, height)
        target = (max(1, round(width * scale)), max(1, round(height * scale)))
    if image.size == target:
        return image
    # The gap lets Pillow first reduce by whole numbers, which is fast and, at 3, not to be told from the slow way.
    return image.resize(target, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _to_bytes(image: Image.Image, oddities: list[str]) -> NDArray[np.uint8]:
    """Sixteen- and thirty-two-bit grey to 8 bits: by the full range of the format where that is known."""
    values: NDArray[Any] = np.asarray(image)
    if values.dtype.itemsize == 2:
        table = np.rint(np.arange(1 << 16) / 257).astype(np.uint8)
        shades: NDArray[np.uint8] = table[values.astype(np.uint16, copy=False)]
        return shades
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if values.dtype.kind == "f" and low >= 0 and high <= 1:
        numbers *= 255
    elif low >= 0 and 255 < high <= 65535 and values.dtype.kind == "i":
        numbers /= 257
    elif low < 0 or high > 255:
        oddities.append(_("its values {low:g} … {high:g} were stretched to 0 … 255").format(low=low, high=high))
        numbers = (numbers - low) * (255 / max(high - low, 1e-30))
    return np.rint(numbers).clip(0, 255).astype(np.uint8)
