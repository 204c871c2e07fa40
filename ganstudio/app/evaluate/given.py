"""Two folders or files as the two sides of a comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _
from ganstudio.metrics.base import Sample

Tick = Callable[[float, str], None]
_SIZES = {"size": 64, "fit": "crop", "colour": "rgb"}
"""How pictures of a folder are brought to one shape: cut to the middle square, 64 px, in colour."""


@dataclass(frozen=True, slots=True)
class Two:
    """Both sides, their shape, and a fingerprint of the real one."""

    spec: DataSpec
    real: Sample
    fake: Sample
    fingerprint: str


def read_two(real: Path, fake: Path, count: int, seed: int, tick: Tick) -> Two:
    """Reads both sides; at most ``count`` items of each (0: all), chosen by the seed.

    Raises:
        UsageError: they cannot be compared with each other.
        DataError: one cannot be read, is empty, or holds numbers that are not finite.
    """
    sides = [_read(path, lambda share, text: tick(share / 2, text)) for path in (real, fake)]
    tick(1.0, _("Reading"))
    if sides[0].shape[1:] != sides[1].shape[1:] or sides[0].ndim != sides[1].ndim:
        shapes = [" × ".join(map(str, side.shape[1:])) for side in sides]
        raise UsageError(
            _("These cannot be compared: items are {real} and {fake}.").format(real=shapes[0], fake=shapes[1])
        )
    digest = hashlib.sha256(f"{sides[0].dtype}{sides[0].shape}".encode())
    for row in sides[0]:
        digest.update(np.ascontiguousarray(row).tobytes())
    if count:
        sides = [side[np.random.default_rng([seed, 1]).permutation(len(side))[:count]] for side in sides]
    first, second = sides
    if first.ndim == 2:
        spec = DataSpec(real.name, "points", len(first))
        return Two(spec, Sample(first, first), Sample(second, second), digest.hexdigest()[:16])
    spec = DataSpec(real.name, "images", len(first), first.shape[1], first.shape[2])
    return Two(spec, Sample(first), Sample(second), digest.hexdigest()[:16])


def _read(path: Path, tick: Tick) -> NDArray[Any]:
    if not path.exists():
        raise UsageError(_("There is no file or folder {path}.").format(path=path))
    if path.is_file() and path.suffix.lower() == ".npy":
        return _array(path)
    from ganstudio.data import make_request, read

    return read(make_request("folder", _SIZES, str(path)), progress=tick).items


def _array(path: Path) -> NDArray[Any]:
    try:
        rows: NDArray[Any] = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise DataError(_("{path} is not an array that can be read.").format(path=path), repr(error)) from error
    if not isinstance(rows, np.ndarray) or rows.ndim not in (2, 4) or not rows.size:
        raise DataError(_("{path} must hold pictures (uint8, N × H × W × C) or features (N × d).").format(path=path))
    if rows.ndim == 2:
        if rows.dtype.kind not in "fiu":
            raise DataError(_("{path} holds no numbers.").format(path=path))
        rows = rows.astype(np.float64)
        if not np.isfinite(rows).all():
            raise DataError(_("{path} holds numbers that are not finite.").format(path=path))
        return rows
    if rows.dtype != np.uint8:
        raise DataError(_("Pictures in {path} must be uint8, not {kind}.").format(path=path, kind=rows.dtype))
    if rows.shape[1] not in (1, 3) and rows.shape[3] in (1, 3):
        rows = rows.transpose(0, 3, 1, 2)
    if rows.shape[1] not in (1, 3):
        raise DataError(_("Pictures in {path} must have one channel or three.").format(path=path))
    return np.ascontiguousarray(rows)
