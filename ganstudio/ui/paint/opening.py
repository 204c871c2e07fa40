"""What becomes of pictures that are dropped, pasted or opened: a painting, a label map, or a style."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from ganstudio.app.painter_session import restore
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.picture_file import read_session, session_kind
from ganstudio.ui.workbench.dropping import carries_session

if TYPE_CHECKING:
    from ganstudio.ui.paint.workspace import PaintWorkspace

KINDS = "*.png *.jpg *.jpeg *.bmp *.gif *.webp *.tif *.tiff"


def open_dropped(page: PaintWorkspace, path: Path) -> None:
    """Restores the painting that a picture carries; of any other picture makes a canvas, or takes its style."""
    painter = page.painter
    try:
        if carries_session(path) and session_kind(path) == painter.place:
            restore(painter, read_session(path))
            return
    except StudioError as error:
        painter.studio.report(error)
        return
    if painter.opened is None:
        words = _("Open a run that paints first; then drop the picture again, and it is a canvas or a style.")
        painter.studio.notifications.info(words)
        return
    sort_out(page, path)


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
        painter.reader.take(path)
        text = _("The style of {name} was taken. It has too many colours to be a label map.").format(name=name)
        hub.info(text, action=_("Open as a label map"), run=lambda: painter.source.open_map(path))

    job = painter.studio.jobs.start(_("Looking at {name}").format(name=path.name), work)
    job.on_done(done).on_error(painter.studio.report)


def few_colours(path: Path, most: int) -> bool:
    """A picture has at most so many colours. False for what cannot be read: whoever reads it says why. For a job."""
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > 100_000_000:
                return False
            image.draft("RGB", (1024, 1024))
            found = image if image.mode in ("P", "L", "1", "RGB", "RGBA") else image.convert("RGB")
            return found.getcolors(most) is not None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False


def choose_map(page: PaintWorkspace) -> None:
    """Asks for a label map and opens it as another canvas."""
    kinds = _("Label maps ({kinds});;All files (*)").format(kinds=KINDS)
    chosen, _kind = QFileDialog.getOpenFileName(page, _("Open a label map"), "", kinds)
    if chosen:
        page.painter.source.open_map(Path(chosen))


def choose_style(page: PaintWorkspace) -> None:
    """Asks for a picture and takes its style."""
    kinds = _("Pictures ({kinds});;All files (*)").format(kinds=KINDS)
    chosen, _kind = QFileDialog.getOpenFileName(page, _("Take the style of a picture"), "", kinds)
    if chosen:
        page.painter.reader.take(Path(chosen))


def paste_style(page: PaintWorkspace) -> None:
    """Takes the style of the picture on the clipboard."""
    take_style_of(page, QGuiApplication.clipboard().mimeData())


def take_style_of(page: PaintWorkspace, data: QMimeData) -> None:
    """Takes the style of what was dropped or pasted: a picture, or the first file."""
    image = data.imageData() if data.hasImage() else None
    if isinstance(image, QImage) and not image.isNull():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, b"PNG")
        page.painter.reader.take(bytes(buffer.data().data()))
        return
    files = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if files:
        page.painter.reader.take(files[0])
    else:
        page.painter.studio.notifications.info(_("There is no picture on the clipboard. Copy one, then paste it here."))
