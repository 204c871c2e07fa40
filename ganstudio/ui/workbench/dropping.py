"""Which workspace a file belongs to that is dropped on the window."""

from __future__ import annotations

from pathlib import Path

from ganstudio.app.workplaces import WORKPLACES, Workplace
from ganstudio.explore.picture_file import KEYWORD, session_kind

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
GENERATORS = frozenset({".safetensors", ".pt", ".pth", ".ts", ".bin", ".onnx"})


def is_for_a_bench(path: Path) -> bool:
    """By its ending this is a picture or a generator."""
    return path.suffix.lower() in {*PICTURES, *GENERATORS}


def carries_session(path: Path) -> bool:
    """A PNG with our text in its first kilobytes; whether that text is sound is found out when it is read."""
    if path.suffix.lower() != ".png":
        return False
    try:
        with path.open("rb") as file:
            return KEYWORD.encode() + b"\0" in file.read(65_536)
    except OSError:
        return False


def place_of_file(path: Path, current: str) -> Workplace:
    """Where a picture or a generator's file goes.

    Args:
        path: the file.
        current: the workspace on view.

    Returns:
        the workspace that saved it, where it carries a state; Explore for generators from elsewhere; for any other
        picture the workspace on view where that takes pictures, else Explore.
    """
    if path.suffix.lower() in GENERATORS:
        return "explore"
    kind = session_kind(path) if carries_session(path) else None
    return next((place for place in WORKPLACES if place == (kind or current)), "explore")
