"""What becomes of pictures that are dropped, pasted or opened: a painting, a label map, or a style."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from ganstudio.app.paint.painter_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.kit.dropping import Dropped
from ganstudio.ui.kit.files import ask_picture, picture_in

if TYPE_CHECKING:
    from ganstudio.ui.paint.workspace import PaintWorkspace


def open_dropped(page: PaintWorkspace, dropped: Dropped) -> None:
    """Restores the painting that a picture carries; of any other picture makes a canvas, or takes its style."""
    painter = page.painter
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
        return
    sort_out(page, dropped.path)


def sort_out(page: PaintWorkspace, path: Path) -> None:
    """A picture of few colours is a label map, any other one a style; the other way is offered."""
    painter = page.painter
    control = painter.map_control
    most = max(32, 2 * (0 if control is None else control.count))

    def work(_progress: Any, _cancel: Any) -> bool:
        return few_colours(path, most)

    def done(few: bool) -> None:
        hub, name = painter.studio.notifications, path.name
        if few or not painter.reads_styles:
            painter.source.open_map(path)
            return
        text = _("The style of {name} was taken. It has too many colours to be a label map.").format(name=name)
        painter.reader.take(
            path,
            lambda: hub.info(text, action=_("Open as a label map"), run=lambda: painter.source.open_map(path)),
        )

    job = painter.studio.jobs.start(_("Looking at {name}").format(name=path.name), work)
    job.on_done(done).on_error(painter.studio.report)


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


def choose_map(page: PaintWorkspace) -> None:
    """Asks for a label map and opens it as another canvas."""
    chosen = ask_picture(page, _("Open a label map"), _("Label maps"))
    if chosen is not None:
        page.painter.source.open_map(chosen)


def choose_style(page: PaintWorkspace) -> None:
    """Asks for a picture and takes its style."""
    chosen = ask_picture(page, _("Take the style of a picture"))
    if chosen is not None:
        page.painter.reader.take(chosen)


def paste_style(page: PaintWorkspace) -> None:
    """Takes the style of the picture on the clipboard."""
    take_style_of(page, QGuiApplication.clipboard().mimeData())


def take_style_of(page: PaintWorkspace, data: QMimeData) -> None:
    """Takes the style of what was dropped or pasted: the first file, or a picture."""
    found = picture_in(data)
    if found is None:
        page.painter.studio.notifications.info(_("There is no picture on the clipboard. Copy one, then paste it here."))
    else:
        page.painter.reader.take(found)
