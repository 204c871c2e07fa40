"""What a file is that is dropped on the window, and which workspace it belongs to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QUrl

from ganstudio.app.generators.workplaces import WORKPLACES, Workplace
from ganstudio.core.elsewhere import check_named
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import is_there, open_regular
from ganstudio.data.archives import is_archive
from ganstudio.explore.picture_file import KEYWORD, read_session

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
GENERATORS = frozenset({".safetensors", ".pt", ".pth", ".ts", ".bin", ".onnx"})


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was dropped, looked at.

    Attributes:
        path: the file.
        session: the state that it carries, of which nothing is trusted; None where it carries none.
    """

    path: Path
    session: dict[str, Any] | None = None

    @property
    def is_generator(self) -> bool:
        """By its ending it is the file of a generator."""
        return self.path.suffix.lower() in GENERATORS

    def place(self, current: str) -> Workplace:
        """The workspace that saved it, where it carries a state; Explore for generators from elsewhere.

        Any other picture belongs to the workspace on view (``current``) where that takes pictures, else to Explore.
        """
        kind = "explore" if self.is_generator else current if self.session is None else self.session["kind"]
        return next((place for place in WORKPLACES if place == kind), "explore")


def look_at(path: Path) -> Dropped:
    """Finds out what a file is. Reads it: for a job.

    Raises:
        UsageError: it or the state that it carries cannot be read, or it is a device or a pipe.
    """
    try:
        with open_regular(path) as file:
            carries = path.suffix.lower() == ".png" and KEYWORD.encode() + b"\0" in file.read(65_536)
    except OSError as error:
        words = _("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror or type(error).__name__)
        raise UsageError(words) from error
    return Dropped(path, read_session(path) if carries else None)


def is_for_a_page(path: Path) -> bool:
    """By its ending this is a picture or a generator."""
    return path.suffix.lower() in {*PICTURES, *GENERATORS}


def local_paths(urls: Sequence[QUrl]) -> Iterator[tuple[Path, bool]]:
    """What is dragged or copied, and whether it may be looked at before it is let go.

    A page in a browser can name a file of another computer: nobody has asked for that while it only hovers.
    """
    for url in urls:
        if url.isLocalFile():
            path = local_path(url)
            try:
                check_named(str(path))
            except UsageError:
                yield path, False
            else:
                yield path, True


def local_path(url: QUrl) -> Path:
    """The file that a local URL names, also where its name is no text, which Qt would spoil."""
    if sys.platform == "win32" or url.host():
        return Path(url.toLocalFile())
    return Path(os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded))))


def is_taken(path: Path) -> bool:
    """Whether what is there may be dropped on the window."""
    return is_there(path) and (path.is_dir() or is_archive(path) or (is_for_a_page(path) and path.is_file()))
