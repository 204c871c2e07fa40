"""scikit-learn's 1,797 real handwritten digits: no download, so they are the first thing anybody trains on."""

from __future__ import annotations

import gzip
import importlib.util
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.classes import CLASSES_HELP, choose_classes, keep_classes
from ganstudio.data.thumbnails import mosaic

NAMES = tuple(str(digit) for digit in range(10))
_LEVELS = 16


class DigitsOptions(Fields):
    """Options of ``digits``."""

    size: Literal["32", "16"] = field(
        "32", _("Size"), _("The 8 × 8 originals are enlarged smoothly to this many pixels."), group=_("Data"), unit="px"
    )
    classes: str = field("", _("Classes"), CLASSES_HELP, group=_("Data"))


@cache
def _originals() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The digits as published: ``(1797, 8, 8)`` with values 0–16, and their labels."""
    table = _shipped_table()
    if table is None:
        from sklearn.datasets import load_digits

        bunch = load_digits()
        return bunch.images.astype(np.uint8), bunch.target.astype(np.int64)
    return table[:, :-1].astype(np.uint8).reshape(-1, 8, 8), table[:, -1].astype(np.int64)


def all_labels() -> NDArray[np.int64]:
    """The classes of :func:`digits`, ``(1797,)``."""
    return _originals()[1]


def _shipped_table() -> NDArray[np.int64] | None:
    """Scikit-learn's own file, ``(1797, 65)``, read without importing scikit-learn: that saves a second or two.

    None where this version keeps it elsewhere; then :func:`sklearn.datasets.load_digits` finds it.
    """
    found = importlib.util.find_spec("sklearn")
    if found is None or not found.origin:
        return None
    path = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    try:
        text = gzip.decompress(path.read_bytes()).decode("ascii")
        table = np.array(text.replace("\n", ",").strip(",").split(","), dtype=np.float64).astype(np.int64)
    except (OSError, ValueError):
        return None
    return table.reshape(-1, 65) if table.size % 65 == 0 and table.size else None


@cache
def digits(size: int) -> NDArray[np.uint8]:
    """All digits, white on black, ``(1797, 1, size, size)``; read-only."""
    from PIL import Image

    originals = np.rint(_originals()[0] * (255 / _LEVELS)).astype(np.uint8)
    pictures = [
        np.asarray(Image.fromarray(original).resize((size, size), Image.Resampling.BICUBIC)) for original in originals
    ]
    result = np.stack(pictures)[:, None]
    result.setflags(write=False)
    return result


def _verify(options: Fields) -> None:
    if isinstance(options, DigitsOptions):
        choose_classes(options.classes, NAMES)


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, DigitsOptions):
        raise UsageError(_("These are not options of “digits”."))
    job.tick(0.0, _("Reading the digits"))
    labels = _originals()[1]
    items, labels, names = keep_classes(digits(int(options.size)), labels, options.classes, NAMES)
    size = int(options.size)
    spec = DataSpec(name=request.text, kind="images", count=len(items), channels=1, size=size, classes=names)
    return Arrays(
        spec,
        items.copy(),
        labels.copy(),
        sizes=((8, 8, len(items)),),
        modes={_("grey"): len(items)},
        notes=(_("The 8 × 8 originals are enlarged to {size} px.").format(size=size),),
    )


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="digits",
        title=_("Digits"),
        summary=_("1,797 real handwritten digits that come with the program: results within a minute."),
        kind="images",
        licence=_("UCI Optical Recognition of Handwritten Digits, CC BY 4.0; shipped with scikit-learn."),
        Options=DigitsOptions,
        read=_read,
        thumbnail=lambda: mosaic(digits(16)),
        verify=_verify,
    )
