"""Two folders or files as the two sides of a comparison."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _
from ganstudio.metrics.base import Sample

if TYPE_CHECKING:
    from ganstudio.data.base import Arrays

Tick = Callable[[float, str], None]
_USUAL_SIDE, _LEAST_SIDE, _MOST_SIDE, _AT_ONCE = 64, 16, 256, 256


@dataclass(frozen=True, slots=True)
class Two:
    """Both sides, and how they were read.

    Attributes:
        spec: their shape.
        real, fake: the sides.
        fingerprint: of the whole real side, as it was read.
        resize: how pictures were brought to one size, in words; empty where they were not.
        partners: each generated picture has a real one of the same name, at the same place.
        note: which files were left out, in words; empty where none was.
    """

    spec: DataSpec
    real: Sample
    fake: Sample
    fingerprint: str
    resize: str = ""
    partners: bool = False
    note: str = ""


def read_two(real: Path, fake: Path, count: int, seed: int, tick: Tick) -> Two:
    """Reads both sides; at most ``count`` items of each (0: all), chosen by the seed.

    Pictures of folders keep their size where all of both sides have one, as far as it is square and from 16 to 256 px;
    others are cut to the middle square and brought to 64 px.

    Raises:
        UsageError: they cannot be compared with each other.
        DataError: one cannot be read, is empty, or holds numbers that are not finite.
    """
    paths = real, fake
    for path in paths:
        if not path.exists():
            raise UsageError(_("There is no file or folder {path}.").format(path=path))
    arrays = {path: _array(path) for path in paths if path.is_file() and path.suffix.lower() == ".npy"}
    found = {path: _names_and_sizes(path, tick) for path in paths if path not in arrays}
    fixed = {(one.shape[3], one.shape[2]) for one in arrays.values() if one.ndim == 4}
    side, resize = _side(set().union(*(sizes for _names, sizes in found.values())), fixed)
    grey = any(one.ndim == 4 and one.shape[1] == 1 for one in arrays.values())
    options = {"size": side, "fit": "crop", "colour": "grey" if grey else "rgb"}
    read_in = {path: _folder(path, options, lambda share, text: tick(share / 2, text)) for path in found}
    tick(1.0, _("Reading"))
    first, second = (arrays[path] if path in arrays else read_in[path].items for path in paths)
    if first.shape[1:] != second.shape[1:]:
        shapes = [" × ".join(map(str, one.shape[1:])) for one in (first, second)]
        raise UsageError(
            _("These cannot be compared: items are {real} and {fake}.").format(real=shapes[0], fake=shapes[1])
        )
    digest = hashlib.sha256(f"{first.dtype}{first.shape}".encode())
    for row in first:
        digest.update(np.ascontiguousarray(row).tobytes())
    names = [_kept(found[path][0], read_in[path]) for path in paths if path in found]
    partners = len(names) == 2 and names[0] == names[1] and len(set(names[0])) == len(names[0])
    one, other = _some(first, count, seed), _some(second, count, seed)
    note = " ".join(filter(None, (known.left_out for known in read_in.values())))
    if one.ndim == 2:
        spec = DataSpec(real.name, "points", len(one))
        left, right = (Sample(rows, np.asarray(rows, np.float64)) for rows in (one, other))
    else:
        spec = DataSpec(real.name, "images", len(one), one.shape[1], one.shape[2])
        left, right = Sample(one), Sample(other)
    return Two(spec, left, right, digest.hexdigest()[:16], resize, partners, note)


def _some(rows: NDArray[Any], count: int, seed: int) -> NDArray[Any]:
    """So many, chosen by the seed; all as they lie where there are no more."""
    return rows[np.random.default_rng([seed, 1]).permutation(len(rows))[:count]] if 0 < count < len(rows) else rows


def _names_and_sizes(path: Path, tick: Tick) -> tuple[tuple[str, ...], set[tuple[int, int]]]:
    """The pictures of a folder, and their widths and heights: of two different ones no more is looked at."""
    from ganstudio.data.archives import folder_of
    from ganstudio.data.base import Job
    from ganstudio.data.decode import PictureError, with_image
    from ganstudio.data.scan import scan

    found, sizes = scan(folder_of(path, Job()), Job()), set()
    for number, name in enumerate(found.files):
        if number % _AT_ONCE == 0:
            tick(0.0, _("Looking at the sizes of pictures"))
        with suppress(PictureError):  # it is told with the others that cannot be read
            sizes.add(with_image(found.folder / name, lambda image, _path: image.size))
        if len(sizes) > 1:
            break
    return found.files, sizes


def _side(sizes: set[tuple[int, int]], fixed: set[tuple[int, int]]) -> tuple[int, str]:
    """Height and width that the pictures of folders are brought to, and how, in words.

    Args:
        sizes: widths and heights of the pictures.
        fixed: of those of an array, which they are compared with.
    """
    if not sizes:
        return _USUAL_SIDE, ""
    width, height = min(fixed or sizes)
    side = min(max(min(width, height), _LEAST_SIDE), _MOST_SIDE)
    if len(sizes) > 1 or (fixed and sizes != fixed):
        side = side if fixed else _USUAL_SIDE
        return side, _("middle square, {n} px").format(n=side)
    if width != height:
        return side, _("middle square, {n} px").format(n=side)
    return side, "" if side == width else _("resized to {n} px").format(n=side)


def _folder(path: Path, options: Mapping[str, Any], tick: Tick) -> Arrays:
    from ganstudio.data import make_request, read

    return read(make_request("folder", dict(options), str(path)), progress=tick)


def _kept(names: Sequence[str], read_in: Arrays) -> list[str]:
    """The names of the pictures that were read, without their endings, in their order."""
    dropped = {problem.file for problem in read_in.problems if problem.action == "dropped"}
    return [str(PurePath(name).with_suffix("")) for name in names if name not in dropped]


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
