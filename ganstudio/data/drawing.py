"""Draw-your-own 2-D data: a density painted with a brush, saved as a grey PNG, sampled with sub-pixel scatter."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, MissingDataError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import is_there
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.files import data_folder
from ganstudio.data.points import EXTENT, PointOptions
from ganstudio.data.thumbnails import SIDE, heat

CANVAS = 256
"""Height and width of a drawing in pixels."""
_FORBIDDEN = re.compile(r'[\\/:*?"<>|,=\x00-\x1f]')


def drawings_folder() -> Path:
    """Where drawings are kept; it need not exist yet."""
    return data_folder() / "drawings"


def _file_of(name: str) -> Path:
    cleaned = name.strip()
    if not cleaned or cleaned.startswith(".") or len(cleaned) > 80 or _FORBIDDEN.search(cleaned):
        raise UsageError(
            _("“{name}” cannot be the name of a drawing: use letters, digits, spaces and dashes.").format(name=name)
        )
    return drawings_folder() / f"{cleaned}.png"


def save_drawing(name: str, density: NDArray[np.uint8]) -> Path:
    """Saves a drawing under a name; one of the same name is replaced, whole, by rename.

    Args:
        name: as people write it.
        density: uint8 ``(256, 256)``, row 0 at the top; 0 = no points there.

    Raises:
        UsageError: the name cannot be a file's name.
        DataError: the file cannot be written.
    """
    from PIL import Image

    if density.shape != (CANVAS, CANVAS) or density.dtype != np.uint8:
        raise ValueError(f"a drawing is uint8 ({CANVAS}, {CANVAS}), not {density.dtype} {density.shape}")
    path = _file_of(name)
    partial = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(density).save(partial, format="PNG")
        os.replace(partial, path)  # noqa: PTH105 - the atomic one on every system
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise DataError(
            _("The drawing cannot be saved in {folder}: {why}.").format(
                folder=path.parent, why=error.strerror or error
            ),
            repr(error),
        ) from error
    return path


def list_drawings() -> tuple[str, ...]:
    """Names of the saved drawings, sorted."""
    folder = drawings_folder()
    if not is_there(folder):
        return ()
    return tuple(sorted((path.stem for path in folder.glob("*.png") if path.is_file()), key=str.casefold))


def delete_drawing(name: str) -> None:
    """Deletes a drawing.

    Raises:
        UsageError: there is none of this name.
    """
    path = _file_of(name)
    if not path.is_file():
        raise _unknown(name)
    path.unlink()


def load_drawing(name: str) -> NDArray[np.uint8]:
    """The density of a drawing by name or path, uint8 ``(H, W)``, row 0 at the top.

    Raises:
        UsageError: there is no saved drawing of this name.
        DataError: there is no such file, or it is not a picture.
    """
    from PIL import Image

    from ganstudio.data.decode import PictureError, room_for, with_image

    def small(image: Image.Image, _path: Path | None) -> NDArray[np.uint8]:
        with room_for(image):
            image.thumbnail((1024, 1024))
            return np.asarray(image.convert("L"))

    try:
        path = Path(name).expanduser() if is_file_name(name) else _file_of(name)
        path.stat()
    except FileNotFoundError as error:
        if not is_file_name(name):
            raise _unknown(name) from None
        raise MissingDataError(_("There is no drawing {file}: check its name.").format(file=name)) from error
    except (RuntimeError, ValueError, OSError):  # a name that no file can have
        raise _unknown(name) from None
    try:
        return with_image(path, small)
    except PictureError as error:
        raise DataError(
            _("The drawing {file} cannot be read: draw it again.").format(file=path), repr(error)
        ) from error


def is_file_name(name: str) -> bool:
    """A drawing of this name is a file anywhere, not one of the saved drawings."""
    return "/" in name or "\\" in name or name.lower().endswith(".png")


def _unknown(name: str) -> UsageError:
    known = ", ".join(list_drawings()) or _("none")
    return UsageError(_("There is no drawing called “{name}”. Saved: {known}.").format(name=name, known=known))


def sample_density(density: NDArray[np.uint8], count: int, seed: int) -> NDArray[np.float32]:
    """Draws points from a painted density.

    Args:
        density: uint8 ``(H, W)``, row 0 at the top; the picture covers [−1, 1]².
        count: how many.
        seed: of the draw.

    Returns:
        float32 ``(count, 2)``; y grows upwards.

    Raises:
        DataError: nothing is painted.
    """
    weight = density.astype(np.float64).ravel()
    if not weight.any():
        raise DataError(_("The drawing is empty: draw something with the brush first."))
    rng = np.random.default_rng(seed)
    cumulative = np.cumsum(weight)
    # side="right" skips pixels of weight 0: a value never falls on them, whatever is drawn.
    pixel = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    height, width = density.shape
    row, column = np.divmod(np.minimum(pixel, weight.size - 1), width)
    x = (column + rng.random(count)) * 2 / width - 1
    y = 1 - (row + rng.random(count)) * 2 / height
    return np.stack([x, y], axis=1).astype(np.float32)


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, PointOptions) or request.path is None:
        raise UsageError(_("Say which drawing: write drawing:NAME."))
    job.tick(0.0, _("Drawing points"))
    items = sample_density(load_drawing(request.path), options.count, seed)
    return Arrays(DataSpec(name=request.text, kind="points", count=len(items), extent=EXTENT), items)


def _thumbnail() -> NDArray[np.uint8] | None:
    """The first saved drawing; None while nothing is drawn."""
    from PIL import Image

    for name in list_drawings():
        try:
            density = load_drawing(name)
        except DataError:
            continue
        small = Image.fromarray(density).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        return heat(np.asarray(small, dtype=np.float64) / 255)
    return None


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="drawing",
        title=_("Your own drawing"),
        summary=_("Paint a distribution with the brush and see whether a network can learn it."),
        kind="points",
        licence=_("Your own."),
        Options=PointOptions,
        read=_read,
        thumbnail=_thumbnail,
        takes_path=True,
        names_file=is_file_name,
    )
