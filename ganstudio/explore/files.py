"""What was drawn, as files: a grid or a scatter picture, raw numbers, or a table of points."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.images import make_grid
from ganstudio.store.atomic import replace_file
from ganstudio.store.samples import encode_png

SCATTER_SIDE = 512
_FINER = 2  # drawn so many times finer and averaged: smooth dots
_RADIUS = 3.5
_GROUND = (24, 27, 31)
FAKE, REAL = (230, 159, 0), (0, 158, 115)
"""Generated data are orange everywhere, ``#E69F00``; real data green, ``#009E73``."""


def save_items(path: Path, items: NDArray[np.float32], spec: DataSpec, columns: int | None = None) -> None:
    """Writes generated items in the form that the file's ending names; the file appears whole or not at all.

    Args:
        path: ``.png``: a grid of the images, or a scatter picture of points; ``.npy``: float32 as given; ``.csv``:
            points as a table with the columns x and y.
        items: float32 ``(N, C, H, W)`` in [−1, 1], or ``(N, 2)``.
        spec: of the data they imitate.
        columns: of a grid of images; nearly square by default.

    Raises:
        UsageError: see :func:`check_ending`.
        StoreError: the file cannot be written.
    """
    check_ending(path, spec)
    replace_file(path, _WRITERS[path.suffix.lower()](items, spec, columns))


def check_ending(path: Path, spec: DataSpec) -> None:
    """Refuses a file name of which one cannot tell what to write.

    Raises:
        UsageError: the ending is unknown, or it cannot hold this kind of data.
    """
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise UsageError(
            _("{file} must end in {endings}; that says what to write.").format(
                file=path, endings=_(" or ").join([", ".join([*_WRITERS][:-1]), [*_WRITERS][-1]])
            )
        )
    if ending == ".csv" and spec.kind != "points":
        raise UsageError(_("A .csv file holds points, and this run draws images: write a .png or an .npy file."))


def to_pixels(items: NDArray[np.float32]) -> NDArray[np.uint8]:
    """float32 ``(N, C, H, W)`` in [−1, 1] to uint8 ``(N, H, W, C)``."""
    pixels = np.clip(np.rint((items + 1) * 127.5), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(pixels.transpose(0, 2, 3, 1))


def scatter(
    points: NDArray[np.float32], extent: float, side: int = SCATTER_SIDE, tone: tuple[int, int, int] = FAKE
) -> NDArray[np.uint8]:
    """Points ``(N, 2)`` in ``[−extent, extent]²`` as dots on a dark ground, ``(side, side, 3)``; y grows upwards."""
    fine, reach = side * _FINER, int(np.ceil(_RADIUS))
    finite = points[np.isfinite(points).all(axis=1)]
    place = np.rint((np.clip(finite / extent, -2, 2) + 1) * (fine - 1) / 2).astype(np.int64)
    column, row = place[:, 0] + reach, (fine - 1 - place[:, 1]) + reach
    inside = (column >= 0) & (column < fine + 2 * reach) & (row >= 0) & (row < fine + 2 * reach)
    column, row = column[inside], row[inside]
    covered = np.zeros((fine + 4 * reach, fine + 4 * reach), bool)
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            if dx * dx + dy * dy <= _RADIUS**2:
                covered[row + dy + reach, column + dx + reach] = True
    edge = 2 * reach
    covered = covered[edge : edge + fine, edge : edge + fine]
    share = covered.reshape(side, _FINER, side, _FINER).mean(axis=(1, 3))[..., None]
    picture: NDArray[np.uint8] = np.rint(np.asarray(_GROUND) * (1 - share) + np.asarray(tone) * share).astype(np.uint8)
    return picture


def _png(items: NDArray[np.float32], spec: DataSpec, columns: int | None) -> bytes:
    return encode_png(scatter(items, spec.extent) if spec.kind == "points" else make_grid(to_pixels(items), columns))


def _npy(items: NDArray[np.float32], spec: DataSpec, columns: int | None) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.ascontiguousarray(items, np.float32), allow_pickle=False)
    return buffer.getvalue()


def _csv(items: NDArray[np.float32], spec: DataSpec, columns: int | None) -> bytes:
    lines = ["x,y", *(f"{x:.9g},{y:.9g}" for x, y in items.tolist())]
    return ("\n".join(lines) + "\n").encode("ascii")


_Writer = Callable[[NDArray[np.float32], DataSpec, int | None], bytes]
_WRITERS: dict[str, _Writer] = {".png": _png, ".npy": _npy, ".csv": _csv}
