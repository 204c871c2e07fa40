"""What becomes of a file that is dropped on the Translate workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.app.translator_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.picture_file import read_session, session_kind
from ganstudio.ui.workbench.dropping import carries_session

if TYPE_CHECKING:
    from ganstudio.ui.translate.workspace import TranslateWorkspace


def open_dropped(page: TranslateWorkspace, path: Path) -> None:
    """Restores the state that a picture carries; translates any other picture."""
    translator = page.translator
    try:
        if carries_session(path) and session_kind(path) in (None, translator.place):
            restore(translator, read_session(path))
        elif translator.opened is None and not translator.opening:
            translator.studio.notifications.info(
                _("Open a run that translates first; then drop the picture again, and it is translated.")
            )
        else:
            translator.give_file(path)
    except StudioError as error:
        translator.studio.report(error)
