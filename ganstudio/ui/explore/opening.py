"""What becomes of a file that is dropped on the explorer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.app.explorer_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.explore.picture_file import read_session
from ganstudio.ui.workbench.dropping import GENERATORS, carries_session

if TYPE_CHECKING:
    from ganstudio.ui.explore.workspace import ExploreWorkspace


def open_dropped(page: ExploreWorkspace, path: Path) -> None:
    """Restores the state that a picture carries; projects any other picture; opens a generator's file."""
    try:
        if path.suffix.lower() in GENERATORS:
            page.explorer.open_file(path)
        elif carries_session(path):
            restore(page.explorer, read_session(path))
        else:
            page.side.open("projection")
            page.side.projection.open_picture(path)
    except StudioError as error:
        page.explorer.studio.report(error)
