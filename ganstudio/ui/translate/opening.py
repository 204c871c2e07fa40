"""What becomes of a file that is dropped on the Translate workspace."""

from __future__ import annotations

from ganstudio.app.translate.translator import Translator
from ganstudio.app.translate.translator_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.dropping import Dropped


def open_dropped(translator: Translator, dropped: Dropped) -> None:
    """Restores the state that a picture carries; translates any other picture."""
    try:
        if dropped.session is not None:
            restore(translator, dropped.session)
        elif translator.opened is None and not translator.opening:
            translator.studio.notifications.info(
                _("Open a run that translates first; then drop the picture again, and it is translated.")
            )
        else:
            translator.give_file(dropped.path)
    except StudioError as error:
        translator.studio.report(error)
