"""Opens PNG files that this program has written, or says it has: bounded, and nothing but ValueError where one is none."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from ganstudio.core.errors import StudioError

if TYPE_CHECKING:
    from PIL.Image import Image


@contextmanager
def opened_png(file: BinaryIO, most: int) -> Iterator[Image]:
    """An opened PNG, to be decoded within the context.

    Args:
        file: read from where it stands.
        most: pixels; a small file becomes gigabytes.

    Raises:
        ValueError: it is none, is damaged, or has more pixels; also where the work within the context fails
            (but for what is told in words already).
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=["PNG"])
        with image:
            if image.width * image.height > most:
                raise ValueError(f"{image.width} × {image.height} pixels")
            yield image
    except (ValueError, StudioError):
        raise
    except Exception as error:  # decoders raise anything on damaged files
        raise ValueError(repr(error)) from error
