"""Outlines of handwritten digits and the digits themselves: pairs for pix2pix that need no files."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _, msg
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.digits import digits
from ganstudio.data.thumbnails import mosaic

_INK = 96
"""Where between black and white (0–255) the pen goes along a digit."""
_FINE = 2
_SLICE = 256


class EdgesOptions(Fields):
    """Options of ``edges-digits``."""

    size: Literal["32", "64"] = field(
        "32", _("Size"), _("The 8 × 8 originals are enlarged smoothly to this many pixels."), group=_("Data"), unit="px"
    )


def outlines(pictures: NDArray[np.uint8], finer: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A pen's way around what is light, black on white.

    Args:
        pictures: ``(N, 1, S, S)``; only their shape is used.
        finer: the same pictures, ``(N, 1, 2S, 2S)``: the line is drawn twice as fine and then averaged, so that it is
            one and a half pixels wide and smooth, as a pen on a canvas draws it.

    Returns:
        uint8 ``(N, 1, S, S)``.
    """
    count, _one, size, _width = pictures.shape
    result = np.empty((count, 1, size, size), dtype=np.uint8)
    for start in range(0, count, _SLICE):
        inside = np.pad(finer[start : start + _SLICE, 0] > _INK, ((0, 0), (2, 2), (2, 2)))
        line = inside & ~_shrunk(_shrunk(inside))
        line |= ~inside & _grown(inside)
        line = line[:, 2:-2, 2:-2]
        cells = line.reshape(len(line), size, _FINE, size, _FINE).mean(axis=(2, 4))
        result[start : start + _SLICE, 0] = np.rint(255 * (1 - cells))
    return result


def _grown(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    grown = mask.copy()
    grown[:, 1:] |= mask[:, :-1]
    grown[:, :-1] |= mask[:, 1:]
    grown[:, :, 1:] |= mask[:, :, :-1]
    grown[:, :, :-1] |= mask[:, :, 1:]
    return grown


def _shrunk(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return ~_grown(~mask)


@cache
def edge_pairs(size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """All outlines and all digits, uint8 ``(1797, 1, size, size)`` each; read-only."""
    targets = digits(size)
    inputs = outlines(targets, digits(_FINE * size))
    inputs.setflags(write=False)
    return inputs, targets


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, EdgesOptions):
        raise UsageError(_("These are not options of “edges-digits”."))
    job.tick(0.0, _("Drawing around the digits"))
    size = int(options.size)
    inputs, targets = edge_pairs(size)
    spec = DataSpec(
        name=request.text,
        kind="pairs",
        count=len(targets),
        channels=1,
        size=size,
        input_channels=1,
        sides=(msg("edges"), msg("digits")),
    )
    return Arrays(
        spec,
        targets.copy(),
        sizes=((8, 8, len(targets)),),
        modes={_("grey"): len(targets)},
        notes=(
            _("The 8 × 8 originals are enlarged to {size} px.").format(size=size),
            _("The edges are drawn around the digits, black on white."),
        ),
        inputs=inputs.copy(),
    )


def _thumbnail() -> NDArray[np.uint8]:
    inputs, targets = edge_pairs(32)
    return mosaic(np.stack([inputs[:8], targets[:8]], axis=1).reshape(16, 1, 32, 32))


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="edges-digits",
        title=_("Edges and digits"),
        summary=_("Outlines of real handwritten digits with the digits: draw one, and it is filled in."),
        kind="pairs",
        licence=_("UCI Optical Recognition of Handwritten Digits, CC BY 4.0; shipped with scikit-learn."),
        Options=EdgesOptions,
        read=_read,
        thumbnail=_thumbnail,
    )
