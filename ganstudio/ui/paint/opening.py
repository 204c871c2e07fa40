"""What becomes of pictures that are dropped, pasted or opened: a painting, a label map, or a style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.picture_session import restore
from ganstudio.app.paint.painter import Painter
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.dropping import Dropped
from ganstudio.ui.kit.files import ask_picture, picture_in


class Opening:
    """Asks for pictures and takes them.

    Args:
        painter: gets them.
        parent: of the dialogs.
    """

    def __init__(self, painter: Painter, parent: QWidget) -> None:
        self._painter, self._parent = painter, parent

    def open_dropped(self, dropped: Dropped) -> None:
        """Restores the painting that a picture carries; of any other picture makes a canvas, or takes its style."""
        painter = self._painter
        try:
            if dropped.session is not None:
                restore(painter, dropped.session)
                return
        except StudioError as error:
            painter.studio.report(error)
            return
        if painter.opened is None:
            words = _("Open a run that paints first; then drop the picture again, and it is a canvas or a style.")
            painter.studio.notifications.info(words)
        else:
            self._sort_out(dropped.path)

    def _sort_out(self, path: Path) -> None:
        """A picture of few colours is a label map, any other one a style; the other way is offered."""
        painter, hub = self._painter, self._painter.studio.notifications
        most = max(32, 0 if painter.map_control is None else 2 * painter.map_control.count)

        def done(few: bool) -> None:
            if few or not painter.reads_styles:
                painter.source.open_map(path)
                return
            text = _("The style of {name} was taken. It has too many colours to be a label map.").format(name=path.name)
            painter.take_style_of(
                path,
                lambda: hub.info(text, action=_("Open as a label map"), run=lambda: painter.source.open_map(path)),
            )

        title = _("Looking at {name}").format(name=path.name)
        job = painter.studio.jobs.start(title, lambda _progress, _cancel: few_colours(path, most))
        job.on_done(done).on_error(painter.studio.report)

    def choose_map(self) -> None:
        """Asks for a label map and opens it as another canvas."""
        chosen = ask_picture(self._parent, _("Open a label map"), _("Label maps"))
        if chosen is not None:
            self._painter.source.open_map(chosen)

    def choose_style(self) -> None:
        """Asks for a picture and takes its style."""
        chosen = ask_picture(self._parent, _("Take the style of a picture"))
        if chosen is not None:
            self._painter.take_style_of(chosen)

    def paste_style(self) -> None:
        """Takes the style of the picture on the clipboard."""
        self.take_style_of(QGuiApplication.clipboard().mimeData())

    def take_style_of(self, data: QMimeData) -> None:
        """Takes the style of what was dropped or pasted: the first file, or a picture."""
        found, hub = picture_in(data), self._painter.studio.notifications
        if found is None:
            hub.info(_("There is no picture on the clipboard. Copy one, then paste it here."))
        else:
            self._painter.take_style_of(found)


def few_colours(path: Path, most: int) -> bool:
    """A picture has at most so many colours. False for what cannot be read: whoever reads it says why. For a job."""
    from ganstudio.data.decode import PictureError, room_for, with_image

    def look(image: Any, _path: Path | None) -> bool:
        if image.width * image.height > 100_000_000:
            return False
        image.draft("RGB", (1024, 1024))
        with room_for(image):
            found = image if image.mode in ("P", "L", "1", "RGB", "RGBA") else image.convert("RGB")
            return found.getcolors(most) is not None

    try:
        return with_image(path, look)
    except PictureError:
        return False
