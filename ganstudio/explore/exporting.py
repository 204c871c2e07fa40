"""What everything that is taken home has in common: how far it is, how it is ended early, and names that say too little."""

from __future__ import annotations

import io
import mimetypes
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import CancelledError, UsageError
from ganstudio.core.i18n import _
from ganstudio.data.scan import PICTURES

Progress = Callable[[float, str], object]
# What is lost in a JPEG is hardly to be seen at this quality, and without thinned-out colours; the others lose nothing.
_JPEG: dict[str, Any] = {"format": "JPEG", "quality": 95, "subsampling": 0}
_TIFF: dict[str, Any] = {"format": "TIFF", "compression": "raw"}
_ENCODERS: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG"}, ".jpg": _JPEG, ".jpeg": _JPEG, ".webp": {"format": "WEBP", "lossless": True},
    ".bmp": {"format": "BMP"}, ".tif": _TIFF, ".tiff": _TIFF,
}  # fmt: skip
PICTURE_ENDINGS = tuple(_ENCODERS)
"""How the names of pictures end that can be written."""
_OTHER_FILES = frozenset({".npy", ".npz", ".safetensors", ".onnx", ".pt", ".pth", ".svgz", ".rar", ".7z"})
_TYPES = mimetypes.MimeTypes()
SCALES = range(1, 9)


@dataclass(frozen=True, slots=True)
class Watch:
    """How long work is watched and ended early.

    Attributes:
        progress: called with a fraction in [0, 1] and a line for a person, in the thread that works.
        cancel: set by whoever waits, to end the work.
    """

    progress: Progress | None = None
    cancel: threading.Event | None = None

    def tick(self, fraction: float, text: str) -> None:
        """Tells how far the work is.

        Raises:
            CancelledError: nobody wants it any more.
        """
        if self.cancel is not None and self.cancel.is_set():
            raise CancelledError(_("Saving was cancelled; nothing was written."))
        if self.progress is not None:
            self.progress(min(max(fraction, 0.0), 1.0), text)


def check_suffix(path: Path, endings: Sequence[str]) -> str:
    """The ending of a file name in small letters, where it is one of those that say what to write.

    Raises:
        UsageError: it is none of them; the message lists them.
    """
    ending = path.suffix.lower()
    if ending not in endings:
        words = _("“{file}” must end in {endings}; that says what to write.")
        raise UsageError(words.format(file=path.name, endings=_either(endings)))
    return ending


def _either(endings: Sequence[str]) -> str:
    return _(" or ").join([", ".join(endings[:-1]), endings[-1]] if len(endings) > 1 else endings)


def names_picture(path: Path) -> bool:
    """Whether one picture is to be written under a name, by its ending; else it is the name of a folder.

    Raises:
        UsageError: it ends as files of another kind do; the message lists the endings that can be written.
    """
    ending = path.suffix.lower()
    if ending in PICTURE_ENDINGS:
        return True
    if ending in PICTURES | _OTHER_FILES or _TYPES.guess_type(f"x{ending}") != (None, None):
        words = _("“{file}” is no picture that can be written: end its name in {endings}, or in / for a folder.")
        raise UsageError(words.format(file=path.name, endings=_either(PICTURE_ENDINGS)))
    return False


def encode_picture(array: NDArray[np.uint8], ending: str) -> bytes:
    """A picture ``(H, W, C)``, C = 1 or 3, in the format of one of :data:`PICTURE_ENDINGS`.

    Raises:
        UsageError: this format holds no such picture, or this installation does not write it.
    """
    from PIL import Image

    buffer = io.BytesIO()
    try:
        Image.fromarray(np.ascontiguousarray(array[:, :, 0] if array.shape[2] == 1 else array)).save(
            buffer, **_ENCODERS[ending]
        )
    except (OSError, KeyError, ValueError) as error:
        words = _("The picture cannot be written as {ending}: end the file name in .png.")
        raise UsageError(words.format(ending=ending), repr(error)) from error
    return buffer.getvalue()


def check_scale(scale: int) -> None:
    """Refuses enlargements that are not 1 to 8.

    Raises:
        UsageError: it is none of them.
    """
    if scale not in SCALES:
        raise UsageError(_("Pictures can be enlarged 1 to 8 times, not {scale} times.").format(scale=scale))


def missing_extra(what: str, extra: str) -> UsageError:
    """What to tell where an optional package is not installed.

    Args:
        what: which kind of file needs it.
        extra: name of the extra that brings it.
    """
    return UsageError(
        _('{what} need packages that are not installed. Install them with: pip install "ganstudio[{extra}]"').format(
            what=what, extra=extra
        )
    )
