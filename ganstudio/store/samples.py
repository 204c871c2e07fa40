"""Grids of images and clouds of points as files: PNG with what is needed to take the grid apart again, or ``.npy``."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.commands import Source
from ganstudio.core.errors import StoreError
from ganstudio.core.events import Samples
from ganstudio.core.i18n import _, stored
from ganstudio.core.images import columns_for, make_grid, split_grid
from ganstudio.core.png import opened_png
from ganstudio.core.regular import open_regular, read_regular
from ganstudio.store.atomic import replace_file
from ganstudio.store.folder import children

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_PIXELS, _MOST_OF_THUMBNAIL, _MOST_CELLS, _MOST_GROUPS = 1 << 26, 1 << 22, 10_000, 1000
_MARK = b"\nganstudio "  # what follows the array in a .npy file; other readers stop before it


def write_items(folder: Path, stem: str, samples: Samples) -> Path:
    """Writes samples as ``<stem>.png`` (uint8 ``(N, H, W, C)``, square) or ``<stem>.npy`` (float32 points ``(N, 2)``).

    Their scores are left out. Panels that belong together stay in one row of the grid.

    Raises:
        ValueError: the array is neither.
        DiskFullError: there is no room; nothing was changed.
    """
    items = samples.items
    told: dict[str, Any] = {"step": samples.step, "source": samples.source}
    if samples.groups is not None:
        told["groups"] = json.dumps(samples.groups.tolist(), separators=(",", ":"))
        told["group_names"] = json.dumps(stored(samples.group_names))
    if items.ndim == 4 and items.dtype == np.uint8 and len(items) and items.shape[1] == items.shape[2]:
        columns = columns_for(len(items), len(samples.panels))
        told |= {
            "count": len(items),
            "size": items.shape[1],
            "columns": columns,
            "panels": json.dumps(stored(samples.panels)),
            "drawn": samples.drawn,
        }
        path = folder / f"{stem}.png"
        grid = make_grid(items.astype(np.uint8, copy=False), columns)
        replace_file(path, encode_png(grid, {key: str(value) for key, value in told.items()}))
        return path
    if items.ndim != 2 or items.dtype != np.float32:
        raise ValueError(f"samples are uint8 (N, S, S, C) or float32 (N, D), not {items.dtype} {items.shape}")
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(items), allow_pickle=False)
    buffer.write(_MARK + json.dumps(told).encode("ascii"))
    path = folder / f"{stem}.npy"
    replace_file(path, buffer.getvalue())
    return path


def read_items(folder: Path, stem: str, step: int = 0) -> Samples | None:
    """What :func:`write_items` wrote, as of ``step``; None where nothing has that name.

    Raises:
        StoreError: the file is broken or not one of ours.
    """
    image, points = folder / f"{stem}.png", folder / f"{stem}.npy"
    path = image if os.path.lexists(image) else points
    if not os.path.lexists(path):
        return None
    try:
        return _read_grid(path, step) if path is image else _read_points(path, step)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, EOFError, OverflowError, MemoryError,
            RecursionError) as error:  # fmt: skip
        raise StoreError(
            _("{path} is not a stored sample grid, or it is damaged. Delete it to go on without it.").format(path=path),
            details=repr(error),
        ) from error


@contextmanager
def _png(path: Path, most: int) -> Iterator[Image]:
    """An opened PNG; raises ValueError, too, where it has more pixels than ``most``: a small file becomes gigabytes."""
    with open_regular(path) as file, opened_png(file, most) as image:
        yield image


def _read_grid(path: Path, step: int) -> Samples:
    with _png(path, _MOST_PIXELS) as image:
        image.load()
        text = {str(key): str(value) for key, value in image.info.items() if isinstance(value, str)}
        grid = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    count = int(text["count"])
    if count > _MOST_CELLS:
        raise ValueError(f"{count} cells")
    items = split_grid(grid, int(text["size"]), count)
    panels = tuple(str(name) for name in json.loads(text.get("panels", '[""]')))
    if not panels or len(items) % len(panels):
        raise ValueError(f"{len(items)} cells in groups of {len(panels)}")
    # Older grids of several panels do not say which is drawn: they are translations, and begin with what was given.
    drawn = int(text.get("drawn", min(1, len(panels) - 1)))
    drawn = drawn if 0 <= drawn < len(panels) else 0
    return Samples(step, items, None, _source(text.get("source")), panels, *_groups(text, count), drawn)


def _read_points(path: Path, step: int) -> Samples:
    data = read_regular(path)
    if not data.startswith(np.lib.format.MAGIC_PREFIX):  # else numpy opens it as an archive of arrays
        raise ValueError("no array")
    items = np.load(io.BytesIO(data), allow_pickle=False)
    if items.dtype != np.float32 or items.shape[1:] != (2,):
        raise ValueError(f"{items.dtype} {items.shape}")
    _array, mark, tail = data.rpartition(_MARK)
    try:
        told = json.loads(tail) if mark else {}
        return Samples(step, items, None, _source(told["source"]), ("",), *_groups(told, len(items)))
    except (ValueError, KeyError, TypeError, RecursionError):
        return Samples(step, items, None, "ema")


def _groups(told: Mapping[str, Any], count: int) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Groups and their names; none where nothing is said of them, or nothing that fits the items."""
    if "groups" not in told:
        return None, ()
    numbers, names = json.loads(told["groups"]), json.loads(told.get("group_names", "[]"))
    if not isinstance(numbers, list) or len(numbers) != count or not isinstance(names, list):
        return None, ()
    groups = np.array(numbers)
    fits = groups.dtype.kind == "i" and groups.ndim == 1 and (groups >= 0).all() and (groups < _MOST_GROUPS).all()
    return (groups.astype(np.int64), tuple(str(name) for name in names)) if fits else (None, ())


def _source(text: object) -> Source:
    return "raw" if text == "raw" else "ema"


def encode_png(array: NDArray[np.uint8], text: dict[str, str] | None = None) -> bytes:
    """A PNG of ``(H, W, C)``, C = 1 or 3, or ``(H, W)``, with text chunks."""
    from PIL import Image, PngImagePlugin

    chunks = PngImagePlugin.PngInfo()
    for key, value in (text or {}).items():
        chunks.add_text(key, value)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(buffer, "PNG", pnginfo=chunks)
    return buffer.getvalue()


def decode_png(path: Path) -> NDArray[np.uint8]:
    """``(H, W, C)`` of a grey or colour PNG; raises OSError or ValueError where it is none."""
    with _png(path, _MOST_OF_THUMBNAIL) as image:
        array = np.asarray(image if image.mode in ("L", "RGB") else image.convert("RGB"))
    return np.atleast_3d(array).astype(np.uint8, copy=False)


def stored_steps(folder: Path, *suffixes: str) -> list[int]:
    """The steps for which a folder holds a file ``<step:09d><suffix>``, in order."""
    named = [path.stem for path in children(folder) if path.suffix in suffixes and path.stem.isdecimal()]
    return sorted({int(stem) for stem in named if stem == f"{int(stem):09d}"})


def sample_schedule(step: int, last_stored: int | None) -> bool:
    """Whether a grid of this step should be stored: the first always, then at distances that grow by 2 %.

    That is every step up to 50, and some 550 grids for a million steps.
    """
    return last_stored is None or step >= last_stored + max(1.0, 0.02 * last_stored)
