"""What becomes of a file that is dropped on the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.app.explorer_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.explore.picture_file import KEYWORD, read_session

if TYPE_CHECKING:
    from ganstudio.ui.explore.workspace import ExploreWorkspace

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
GENERATORS = frozenset({".safetensors", ".pt", ".pth", ".ts", ".bin", ".onnx"})


def is_for_explorer(path: Path) -> bool:
    """By its ending this is a picture or a generator."""
    return path.suffix.lower() in PICTURES | GENERATORS


def _carries_session(path: Path) -> bool:
    """A PNG with our text in its first kilobytes; whether that text is sound is found out when it is read."""
    if path.suffix.lower() != ".png":
        return False
    try:
        with path.open("rb") as file:
            return KEYWORD.encode() + b"\0" in file.read(65_536)
    except OSError:
        return False


def open_dropped(page: ExploreWorkspace, path: Path) -> None:
    """Restores the state that a picture carries; projects any other picture; opens a generator's file."""
    try:
        if path.suffix.lower() in GENERATORS:
            page.explorer.open_file(path)
        elif _carries_session(path):
            restore(page.explorer, read_session(path))
        else:
            page.side.open("projection")
            page.side.projection.open_picture(path)
    except StudioError as error:
        page.explorer.studio.report(error)
