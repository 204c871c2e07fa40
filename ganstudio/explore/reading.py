"""Reads a picture from elsewhere (a file, a paste, a drop) as the generator would have drawn it: its size, its colours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.data.decode import PictureError, decode

Invert = bool | Literal["auto"]

_DECIDED = 0.25  # a ground nearer to mid-grey than this says nothing about which way round pictures are


@dataclass(frozen=True, slots=True)
class FitOptions:
    """What a person may be asked before a picture is looked for.

    Attributes:
        invert: it makes sense to turn light and dark round: the generator draws in grey.
        ground: the shade that the generator's pictures usually have along their edge, −1 black to 1 white; NaN where
            it is not known or there is no usual one.
    """

    invert: bool
    ground: float = math.nan


def fit_options(spec: DataSpec, examples: NDArray[np.float32] | None = None) -> FitOptions:
    """What there is to choose for pictures that are to look like a generator's.

    Args:
        spec: what it draws.
        examples: some of what it draws, or of its data: float32 ``(N, C, H, W)`` in [−1, 1].
    """
    if spec.kind == "points" or spec.channels != 1:
        return FitOptions(False)
    if examples is None or not len(examples):
        return FitOptions(True)
    grounds = np.array([ground_of(picture) for picture in examples])
    grounds = grounds[np.isfinite(grounds)]
    if not len(grounds):
        return FitOptions(True)
    usual = float(np.median(grounds))
    # Photographs have any edge; digits, letters and clothes nearly all have the same.
    same = np.mean(np.sign(grounds) == math.copysign(1.0, usual))
    return FitOptions(True, usual if abs(usual) >= _DECIDED and same >= 0.75 else math.nan)


def ground_of(picture: NDArray[np.float32]) -> float:
    """The median shade along the edge of a picture ``(C, H, W)``, as wide as an eighth of it."""
    height, width = picture.shape[-2:]
    wide = max(1, min(height, width) // 8)
    inside = np.zeros((height, width), bool)
    inside[wide : height - wide, wide : width - wide] = True
    return float(np.median(picture[:, ~inside]))


def is_inverted(picture: NDArray[np.float32], ground: float) -> bool:
    """A picture ``(C, H, W)`` has its ground on the other side of mid-grey; never where the usual one is unknown."""
    found = ground_of(picture)
    return not math.isnan(ground) and abs(found - ground) > abs(-found - ground) and abs(found) >= _DECIDED


def read_picture(
    source: Path | bytes, spec: DataSpec, invert: Invert = False, ground: float = math.nan
) -> NDArray[np.float32]:
    """A picture of any size and mode: turned as its EXIF data say, its middle square, resized with Lanczos' filter.

    It is read as data sets are, so that it looks like what the generator was trained on; only the first frame of an
    animation counts. Transparent parts are laid on white as there, or on black where what is drawn is light itself. A
    grey generator gets the luma (ITU-R 601) of a colour picture, a colour generator three equal planes of a grey one.

    Args:
        source: a file, or the content of one.
        spec: what the generator draws.
        invert: turn light and dark round, for a photograph of dark ink on light paper where the generator draws light
            on dark; ``"auto"`` does so where the edge of the picture and ``ground`` are on different sides of mid-grey.
            Colour pictures are only ever turned round by True.
        ground: see :class:`FitOptions`.

    Returns:
        float32 ``(C, S, S)`` in [−1, 1].

    Raises:
        UsageError: the generator draws points, or the picture cannot be used; says what was found and what to do.
    """
    if spec.kind == "points":
        raise UsageError(
            _("This generator draws points; a picture cannot be looked for. Open a run trained on images.")
        )
    if isinstance(source, Path) and source.exists() and not source.is_file():
        raise UsageError(
            _("“{name}” is not a file; choose a picture, such as a PNG or a JPEG.").format(name=source.name)
        )
    try:
        pixels = decode(source, spec.size, "crop", ground="contrast").pixels
    except PictureError as error:
        raise UsageError(_words(source, error), details=str(source) if isinstance(source, Path) else "") from error
    if spec.channels == 1:
        pixels = np.asarray(Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).convert("L"))[None]
    picture = pixels.astype(np.float32) / np.float32(127.5) - np.float32(1)
    if invert is True or (invert == "auto" and spec.channels == 1 and is_inverted(picture, ground)):
        picture = -picture
    return picture


def _words(source: Path | bytes, error: PictureError) -> str:
    name = _("“{name}”").format(name=source.name) if isinstance(source, Path) else _("What was given")
    return _("{name} cannot be used: {why}. Open or paste a picture, such as a PNG or a JPEG.").format(
        name=name, why=error
    )
