"""What a translating network is given and what becomes of it: pictures and label maps of any size, brought to its own.

A picture is never cut into tiles: networks that translate were trained on whole pictures of one size, and look at all of
it. So a picture is brought to that size by cropping, padding or stretching, and the result is shown at that size.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.controls import Control, GeneratorIndex, Given, LabelMap, SourceImage, given
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map, palette_of
from ganstudio.core.png import opened_png
from ganstudio.data.decode import Fit, PictureError, decode
from ganstudio.explore.files import to_pixels
from ganstudio.explore.state import Position, stack

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.rendering import Work

FITS: tuple[Fit, ...] = ("crop", "pad", "stretch")


@dataclass(frozen=True, slots=True, eq=False)
class InputPicture:
    """What is translated, at the network's size.

    Attributes:
        name: what people call it.
        pixels: uint8 ``(C, S, S)``; for a label map ids ``(S, S)``.
        source: the file, or what was pasted, from which it can be prepared anew in another way; None for a drawing.
        notes: what was converted or assumed in reading it, in words.
    """

    name: str
    pixels: NDArray[np.uint8]
    source: Path | bytes | None = None
    notes: tuple[str, ...] = ()

    def drawn_on(self, pixels: NDArray[np.uint8]) -> InputPicture:
        """The same with other pixels: it cannot be prepared anew any more."""
        return replace(self, pixels=pixels, source=None, notes=())


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation.

    Attributes:
        output: uint8 ``(S, S, C)``; another size than the input's where a picture is enlarged.
        back: the output translated back again, as ``output``; None where the network knows one way only, or not yet.
    """

    output: NDArray[np.uint8]
    back: NDArray[np.uint8] | None = None


# -- what can be given ------------------------------------------------------------------------------------------------


def given_of(controls: Sequence[Control]) -> Given:
    """What the network wants.

    Raises:
        UsageError: it draws out of nothing.
    """
    found = given(controls)
    if found is None:
        raise UsageError(
            _("This run translates nothing: it draws pictures out of random numbers. Open it in Explore, or choose a run "
              "of pix2pix, CycleGAN or SPADE.")
        )  # fmt: skip
    return found


def direction_of(controls: Sequence[Control]) -> GeneratorIndex | None:
    """The control that says which way a network translates that knows two ways; None for one that knows one."""
    if not isinstance(given(controls), SourceImage):
        return None
    return next((one for one in controls if isinstance(one, GeneratorIndex) and one.count == 2 and one.names), None)


def shape_of(wanted: Given) -> tuple[int, ...]:
    """The shape of :attr:`InputPicture.pixels`."""
    size = wanted.size
    return (size, size) if isinstance(wanted, LabelMap) else (wanted.channels, size, size)


def blank(wanted: Given, paper: int = 255, name: str = "") -> InputPicture:
    """An empty sheet to draw on: of the shade ``paper``, or all of class ``paper``."""
    most = wanted.count - 1 if isinstance(wanted, LabelMap) else 255
    return InputPicture(name or _("drawing"), np.full(shape_of(wanted), min(paper, most), np.uint8))


def fits(wanted: Given, pixels: NDArray[np.uint8]) -> bool:
    """Whether these pixels can be given to the network."""
    inside = not isinstance(wanted, LabelMap) or int(pixels.max(initial=0)) < wanted.count
    return pixels.dtype == np.uint8 and pixels.shape == shape_of(wanted) and inside


def value_of(wanted: Given, pixels: NDArray[np.uint8]) -> NDArray[Any]:
    """Pixels as the network takes them: int64 ``(S, S)``, or float32 ``(C, S, S)`` in [−1, 1]."""
    if isinstance(wanted, LabelMap):
        return pixels.astype(np.int64)
    return pixels.astype(np.float32) / np.float32(127.5) - np.float32(1)


def pixels_of(wanted: Given, value: NDArray[Any]) -> NDArray[np.uint8]:
    """The inverse of :func:`value_of`."""
    if isinstance(wanted, LabelMap):
        return value.astype(np.uint8)
    return np.clip(np.rint((value + 1) * 127.5), 0, 255).astype(np.uint8)


def seen(wanted: Given, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Pixels as one looks at them, uint8 ``(S, S, C)``: label maps in the colours of their classes."""
    if isinstance(wanted, LabelMap):
        return colour_map(pixels, wanted.classes)
    return np.ascontiguousarray(pixels.transpose(1, 2, 0))


def rgb_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture ``(H, W, C)`` with three channels."""
    return picture if picture.shape[2] == 3 else picture.repeat(3, axis=2)


def side_by_side(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Square pictures ``(S, S, C)`` in a row, ``(S, S · N, 3)``, without gaps: as pix2pix data sets are stored.

    Smaller ones are brought to the size of the largest, every pixel a rectangle.
    """
    side = max(len(picture) for picture in pictures)
    row = [rgb_of(picture)[np.arange(side) * len(picture) // side] for picture in pictures]
    row = [picture[:, np.arange(side) * picture.shape[1] // side] for picture in row]
    return np.ascontiguousarray(np.concatenate(row, axis=1))


def as_input(wanted: Given, picture: NDArray[np.uint8], name: str) -> InputPicture:
    """A picture that was drawn, uint8 ``(S, S, C)``, as an input again; its channels are brought to those wanted.

    Raises:
        UsageError: it has another size, or a label map is wanted.
    """
    if isinstance(wanted, LabelMap) or picture.shape[:2] != (wanted.size, wanted.size):
        raise UsageError(_("This picture cannot be given to this network again."))
    image = Image.fromarray(picture[:, :, 0] if picture.shape[2] == 1 else picture)
    return InputPicture(name, _channels(np.asarray(image.convert("RGB")).transpose(2, 0, 1), wanted.channels))


# -- reading ----------------------------------------------------------------------------------------------------------


def read_input(source: Path | bytes, wanted: Given, fit: Fit = "crop", name: str = "") -> InputPicture:
    """Reads a picture of any size and mode as the network takes it. Decodes: for a job, never for the window's thread.

    Args:
        source: a file, or the content of one.
        wanted: what the network takes. A picture for a label map is read as indices, by its palette, or by the nearest
            colours of the classes; the notes say how.
        fit: ``crop`` takes the middle square, ``pad`` adds a black margin (the first class), ``stretch`` distorts.
        name: what to call it; the file's name by default.

    Raises:
        UsageError: it cannot be used; says what was found and what to do.
    """
    name = name or (source.name if isinstance(source, Path) else _("pasted picture"))
    if isinstance(source, Path) and source.exists() and not source.is_file():
        raise UsageError(_("“{name}” is not a file; choose a picture, such as a PNG or a JPEG.").format(name=name))
    try:
        if isinstance(wanted, LabelMap):
            return _read_map(source, wanted, fit, name)
        picture = decode(source, wanted.size, fit)
    except PictureError as error:
        words = _("“{name}” cannot be used: {why}. Open or paste a picture, such as a PNG or a JPEG.")
        raise UsageError(words.format(name=name, why=error), details=str(name)) from error
    return InputPicture(name, _channels(picture.pixels, wanted.channels), source, picture.oddities)


def _channels(pixels: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """RGB ``(3, S, S)`` with 1 or 3 channels; grey is the luma (ITU-R 601)."""
    if channels == 3:
        return np.ascontiguousarray(pixels)
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).convert("L"))[None]


def _read_map(source: Path | bytes, wanted: LabelMap, fit: Fit, name: str) -> InputPicture:
    from ganstudio.data.labelmaps import to_label_map

    try:
        ids, report = to_label_map(source, wanted.classes, wanted.size, fit)
    except DataError as error:
        raise UsageError(str(error), details=error.details) from error
    return InputPicture(name, ids, source, () if report.clean else report.sentences)


def input_png(wanted: Given, pixels: NDArray[np.uint8]) -> bytes:
    """Pixels as a PNG that :func:`input_from_png` reads back exactly: label maps as indices with their palette."""
    if isinstance(wanted, LabelMap):
        image = Image.frombytes("P", (wanted.size, wanted.size), np.ascontiguousarray(pixels).tobytes())
        image.putpalette(palette_of(wanted.classes).ravel().tolist())
    else:
        picture = pixels.transpose(1, 2, 0)
        image = Image.fromarray(np.ascontiguousarray(picture[:, :, 0] if picture.shape[2] == 1 else picture))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def input_from_png(wanted: Given, data: bytes, name: str) -> InputPicture:
    """The inverse of :func:`input_png`.

    Raises:
        UsageError: it is damaged, or it belongs to a network that takes something else.
    """
    belongs = UsageError(_("The input in this picture does not fit this run; nothing was changed."))
    try:
        with opened_png(io.BytesIO(data), sys.maxsize) as image:
            if image.size != (wanted.size, wanted.size):
                raise belongs
            values = np.array(image, dtype=np.uint8)
    except ValueError as error:
        raise UsageError(
            _("The input in this picture is damaged; nothing was changed."), details=repr(error)
        ) from error
    pixels = values if isinstance(wanted, LabelMap) else np.atleast_3d(values).transpose(2, 0, 1)
    pixels = np.ascontiguousarray(pixels)
    if not fits(wanted, pixels):
        raise belongs
    return InputPicture(name, pixels)


# -- translating ------------------------------------------------------------------------------------------------------


def translation(position: Position) -> Work:
    """Work: :class:`Translated` of one position with its input; where the network knows the way back, twice.

    The second result has the way back too. Whoever asks anew in between does not wait for it.
    """

    def work(generator: Generator) -> Iterator[Any]:
        values = stack([position])
        items = generator.generate(values)
        output = to_pixels(items)[0]
        yield Translated(output)
        back = _back(generator, values, items)
        if back is not None:
            yield Translated(output, back)

    return work


def _back(
    generator: Generator, values: Mapping[str, NDArray[Any]], items: NDArray[np.float32]
) -> NDArray[np.uint8] | None:
    direction, wanted = direction_of(generator.controls), given(generator.controls)
    if direction is None or wanted is None or items.shape[1:] != shape_of(wanted):
        return None
    turned = {**values, wanted.name: items, direction.name: 1 - values[direction.name]}
    picture: NDArray[np.uint8] = to_pixels(generator.generate(turned))[0]
    return picture


def translate(
    generator: Generator, pixels: NDArray[np.uint8], settings: Mapping[str, NDArray[Any]]
) -> NDArray[np.uint8]:
    """One picture, in whatever thread the generator belongs to.

    Args:
        generator: a translating one.
        pixels: as in :class:`InputPicture`.
        settings: a value for every other control.

    Returns:
        uint8 ``(S, S, C)``.
    """
    wanted = given_of(generator.controls)
    values = stack([{**settings, wanted.name: value_of(wanted, pixels)}])
    picture: NDArray[np.uint8] = to_pixels(generator.generate(values))[0]
    return picture
