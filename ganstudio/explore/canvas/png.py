"""Label maps as PNG files: one index for each pixel, a palette with the colours of the classes, and a note in JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import MAX_CLASSES, palette_of
from ganstudio.core.png import opened_png
from ganstudio.core.regular import read_regular
from ganstudio.explore.canvas.adapt import LARGEST, check_ids

KEYWORD = "ganstudio"
"""Of the text chunk with the note; the one that pictures of the explorer have, too."""
LARGEST_FILE = 32 * 1024 * 1024
LARGEST_NOTE = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class LabelPng:
    """What stands in a label PNG.

    Attributes:
        ids: uint8 ``(H, W)``, as they are in the file.
        palette: uint8 ``(K, 3)``: the colours of the ids.
        note: what was written beside it; empty where there is nothing.
    """

    ids: NDArray[np.uint8]
    palette: NDArray[np.uint8]
    note: dict[str, Any]


def label_png(ids: NDArray[np.uint8], classes: Sequence[MapClass], note: Mapping[str, Any] | None = None) -> bytes:
    """A label map as the bytes of a PNG.

    Args:
        ids: uint8 ``(S, S)``, each below ``len(classes)``.
        classes: at most 256; the palette has their colours in their order, equal ones too.
        note: plain JSON values, kept in a text chunk.

    Raises:
        UsageError: the ids do not fit the classes, or the note cannot be written as JSON or is larger than 4 MiB.
    """
    from PIL import Image, PngImagePlugin

    check_ids(ids, len(classes))
    chunks = PngImagePlugin.PngInfo()
    if note is not None:
        try:
            text = json.dumps(dict(note), separators=(",", ":"), ensure_ascii=True, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(_("What belongs to the label map cannot be stored in its file."), repr(error)) from error
        if len(text) > LARGEST_NOTE:
            raise UsageError(_("There is more to be stored with the label map than its file may carry."))
        chunks.add_text(KEYWORD, text)
    image = Image.fromarray(np.ascontiguousarray(ids))
    image.putpalette(palette_of(classes).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def save_label_png(
    target: Path | BinaryIO, ids: NDArray[np.uint8], classes: Sequence[MapClass], note: Mapping[str, Any] | None = None
) -> None:
    """Writes :func:`label_png` to a file, which appears whole or not at all, or to an open buffer.

    Raises:
        UsageError: as :func:`label_png`.
        StoreError: the file cannot be written.
    """
    data = label_png(ids, classes, note)
    if isinstance(target, Path):
        from ganstudio.store.atomic import replace_file

        replace_file(target, data)
    else:
        target.write(data)


def read_label_png(source: Path | bytes) -> LabelPng:
    """Reads an indexed PNG exactly; nothing in it is trusted.

    Args:
        source: a file, or its bytes.

    Raises:
        UsageError: it cannot be read, is cut off or damaged, has no palette, or is larger than 2048 pixels a side.
    """
    name = source.name if isinstance(source, Path) else "PNG"
    try:
        data = source if isinstance(source, bytes) else _bytes_of(source)
        with opened_png(io.BytesIO(data), sys.maxsize) as image:
            if image.mode != "P":
                raise UsageError(_("{file} has no palette, so it is no label map of ganstudio.").format(file=name))
            if max(image.size) > LARGEST:
                raise UsageError(_("{file} is larger than {largest} pixels a side.").format(file=name, largest=LARGEST))
            image.load()
            ids = np.array(image, np.uint8)
            palette = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)[:MAX_CLASSES]
            text = image.info.get(KEYWORD)
            note = json.loads(text) if isinstance(text, str) and len(text) <= LARGEST_NOTE else {}
    except UsageError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UsageError(_("{file} cannot be read: {reason}.").format(file=name, reason=reason), repr(error)) from error
    except ValueError as error:
        raise UsageError(_("{file} cannot be read: it is damaged or no PNG.").format(file=name), repr(error)) from error
    return LabelPng(ids, palette, note if isinstance(note, dict) else {})


def _bytes_of(path: Path) -> bytes:
    data = read_regular(path, LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError("larger than any label map")
    return data
