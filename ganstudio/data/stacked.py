"""Three digits in the three colour channels: a set of which the 1,000 modes can be counted (Metz et al. 2017)."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data import idx
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.digits import all_labels, digits
from ganstudio.data.thumbnails import mosaic

CHANNELS = 3
_CHUNK = 4096


class StackedOptions(Fields):
    """Options of ``stacked-digits``."""

    count: int = field(
        20_000, _("Pictures"), _("How many triples of digits are drawn."), group=_("Data"), ge=1000, le=128_000
    )
    source: Literal["digits", "mnist"] = field(
        "digits", _("Digits of"),
        _("The digits that come with the program, or those of MNIST, whose files must be there."), group=_("Data"),
    )  # fmt: skip
    size: Literal["32", "28", "16"] = field(
        "32", _("Size"), _("Height and width of the pictures."), group=_("Data"), unit="px"
    )


def singles(options: StackedOptions, job: Job) -> tuple[NDArray[np.uint8], NDArray[np.int64], tuple[str, ...]]:
    """The single digits that are stacked, also to train a classifier on.

    Returns:
        uint8 ``(n, 1, size, size)``, their classes 0–9, and what is odd about the files.

    Raises:
        DataError: MNIST was asked for, and its files or their labels are not there.
    """
    size = int(options.size)
    if options.source == "digits":
        return digits(size), all_labels(), ()
    mnist = next(source for source in idx.sources() if source.name == "mnist")
    arrays = mnist.read(DataRequest("mnist", idx.IdxOptions(size="28"), None, "mnist"), 0, job)
    if arrays.labels is None:
        raise idx.missing("mnist", mnist.title, "train-labels-idx1-ubyte.gz")
    items = np.asarray(arrays.items[:, 0], np.uint8)
    return idx.fit_square(items, size)[:, None], arrays.labels, arrays.notes


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, StackedOptions):
        raise UsageError(_("These are not options of “stacked-digits”."))
    job.tick(0.0, _("Reading the digits"))
    single, labels, notes = singles(options, job)
    chosen = np.random.default_rng(seed).integers(len(single), size=(options.count, CHANNELS))
    size = int(options.size)
    items = np.empty((options.count, CHANNELS, size, size), np.uint8)
    for start in range(0, options.count, _CHUNK):
        job.tick(start / options.count, _("Stacking digits"))
        items[start : start + _CHUNK] = single[chosen[start : start + _CHUNK], 0]
    modes = len(np.unique(labels[chosen] @ np.array([100, 10, 1])))
    spec = DataSpec(name=request.text, kind="images", count=len(items), channels=CHANNELS, size=size)
    told = _("{modes} of the 1,000 triples of digits are there, the first in red, then green and blue.")
    return Arrays(
        spec,
        items,
        sizes=((size, size, len(items)),),
        modes={_("colour"): len(items)},
        notes=(told.format(modes=f"{modes:,}"), *notes),
    )


@cache
def _thumbnail() -> NDArray[np.uint8]:
    chosen = np.random.default_rng(0).integers(len(all_labels()), size=(16, CHANNELS))
    return mosaic(digits(16)[chosen, 0])


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="stacked-digits",
        title=_("Stacked digits"),
        summary=_(
            "A digit in red, one in green, one in blue: 1,000 kinds of pictures, so that lost ones can be counted."
        ),
        kind="images",
        licence=_("UCI Optical Recognition of Handwritten Digits, CC BY 4.0, or MNIST where its files are there."),
        Options=StackedOptions,
        read=_read,
        thumbnail=_thumbnail,
        classed=False,
    )
