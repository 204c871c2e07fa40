"""What becomes of a file that is dropped on the explorer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.app.explore.explorer_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.ui.kit.dropping import Dropped

if TYPE_CHECKING:
    from ganstudio.ui.explore.workspace import ExploreWorkspace


def open_dropped(page: ExploreWorkspace, dropped: Dropped) -> None:
    """Restores the state that a picture carries; projects any other picture; opens a generator's file."""
    try:
        if dropped.is_generator:
            page.explorer.open_file(dropped.path)
        elif dropped.session is not None:
            restore(page.explorer, dropped.session)
        else:
            page.side.open("projection")
            page.side.projection.open_picture(dropped.path)
    except StudioError as error:
        page.explorer.studio.report(error)
