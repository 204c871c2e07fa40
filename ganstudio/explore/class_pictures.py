"""The pictures of one class that a generator is to draw more of: how they are read, written down and found in the data."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.controls import ClassImages, SourceImage
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.png import opened_png
from ganstudio.explore.files import to_pixels

if TYPE_CHECKING:
    from ganstudio.data.base import Arrays

Pictures = NDArray[np.float32]
"""``(k, C, S, S)`` in [−1, 1]."""


def slot_of(control: ClassImages) -> SourceImage:
    """One of the pictures as if it were the only thing that is given: what reads pictures can read it."""
    return SourceImage(control.name, control.channels, control.size)


def together(control: ClassImages, pictures: Sequence[NDArray[np.uint8]]) -> Pictures:
    """Pictures uint8 ``(C, S, S)`` as one value; fewer than k are repeated, more are left out.

    Raises:
        ValueError: there are none.
    """
    if not pictures:
        raise ValueError("no pictures")
    chosen = np.stack([pictures[place % len(pictures)] for place in range(control.k)])
    return chosen.astype(np.float32) / np.float32(127.5) - np.float32(1)


def as_text(value: Pictures) -> str:
    """The pictures beneath each other as a PNG, in letters; :func:`read` gives them back."""
    pixels = np.concatenate(list(to_pixels(value)))
    buffer = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def read(control: ClassImages, value: Any) -> Pictures:
    """The inverse of :func:`as_text`, checked.

    Raises:
        UsageError: it is damaged, or of another number or size.
    """
    size = control.size
    try:
        data = base64.b64decode(str(value), validate=True)
        with opened_png(io.BytesIO(data), control.k * size * size) as image:
            pixels = np.array(image, dtype=np.uint8)
    except (binascii.Error, ValueError) as error:
        raise UsageError(
            _("The pictures of “{name}” are damaged.").format(name=control.name), details=repr(error)
        ) from error
    if pixels.shape != (control.k * size, size) + ((3,) if control.channels == 3 else ()):
        raise UsageError(
            _("“{name}” takes {k} pictures of {size} × {size} pixels.").format(
                name=control.name, k=control.k, size=size
            )
        )
    stacked = pixels.reshape(control.k, size, size, control.channels).transpose(0, 3, 1, 2)
    return together(control, list(stacked))


def from_files(control: ClassImages, paths: Sequence[Path]) -> Pictures:
    """The pictures in some files. Decodes: for a job, or a program without a window.

    Raises:
        UsageError: one of them cannot be used.
    """
    from ganstudio.explore.translating import read_input

    return together(control, [read_input(path, slot_of(control)).pixels for path in paths[: control.k]])


def of_class(control: ClassImages, arrays: Arrays, index: int, seed: int = 0) -> Pictures:
    """Some pictures of a class of a data set, chosen by a seed.

    Raises:
        UsageError: there is no such class, or its pictures are of another size.
    """
    places = np.flatnonzero(arrays.labels == index) if arrays.labels is not None else np.empty(0, np.int64)
    wanted = (control.channels, control.size, control.size)
    if not len(places) or arrays.items.shape[1:] != wanted:
        raise UsageError(_("The data of this run hold no such pictures; give some of your own."))
    chosen = np.random.default_rng(seed).permutation(places)[: control.k]
    return together(control, [np.asarray(arrays.items[place], np.uint8) for place in chosen])
