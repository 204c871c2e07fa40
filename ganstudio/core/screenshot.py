"""A picture of the real window, asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Screenshot:
    """A picture of the window, drawn once.

    Attributes:
        path: the PNG file.
        workspace: name of the one to show; None: Train.
        run: the run to open, and to work with in the workspace; None: none.
        size: width and height of the window in pixels; None: its own.
        theme: light or dark; None: as the settings say.
    """

    path: Path
    workspace: str | None = None
    run: Path | None = None
    size: tuple[int, int] | None = None
    theme: Literal["light", "dark"] | None = None
