"""Files and pictures: asked for, copied, saved, shown where they are, pasted, and dropped on the window."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QCoreApplication, QDir, QIODevice, QMimeData, QProcess, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.app.notifications import Notifications, notifications
from ganstudio.app.readings import GENERATORS, PICTURES, Dropped, left_words
from ganstudio.core.elsewhere import check_named
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import is_there
from ganstudio.data.archives import is_archive
from ganstudio.data.files import IDX_NAME
from ganstudio.data.membernames import ARCHIVES
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn

if TYPE_CHECKING:
    from ganstudio.app.studio import Studio

__all__ = ["PICTURES", "GENERATORS", "Dropped"]
Purpose = Literal["open", "data", "pictures", "saved", "directions"]
"""What files are asked for: each remembers its folder across starts."""
_DBUS = (
    "--session", "--print-reply", "--reply-timeout=3000", "--type=method_call", "--dest=org.freedesktop.FileManager1",
    "/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems",
)  # fmt: skip
LARGEST_PASTE = 2048
"""Pixels; networks take far smaller pictures, and making a file of a huge one would hold the window up."""


def with_ending(path: Path, kind: str, endings: Sequence[str]) -> Path:
    """The file name with an ending that says what to write: its own, or that of the chosen kind of files.

    Args:
        path: as it was typed.
        kind: the chosen filter, ``"GIF (*.gif)"``; some systems' dialogs leave it empty.
        endings: those that mean something; the first one where nothing was chosen.
    """
    if path.suffix.lower() in endings:
        return path
    chosen = kind[kind.index("*") + 1 : -1] if "*" in kind else endings[0]
    return path.with_name(path.name + chosen)


def studio_of(widget: QWidget | None) -> Studio | None:
    """The studio of the window that a widget or a dialog belongs to; None where it stands alone."""
    while widget is not None and not hasattr(widget, "studio"):
        widget = widget.parentWidget()
    return getattr(widget, "studio", None)


def _begin(parent: QWidget, purpose: Purpose) -> Path:
    """The folder that a dialog shows first; a person's home where none is remembered, or that one is gone."""
    studio = studio_of(parent)
    return (studio and studio.settings.folder(purpose)) or Path.home()


def _chosen(parent: QWidget, purpose: Purpose, path: str, *, is_folder: bool = False) -> Path | None:
    studio = studio_of(parent)
    if path and studio is not None:
        studio.settings.remember_folder(purpose, Path(path) if is_folder else Path(path).parent)
    return Path(path) if path else None


def ask_where(
    parent: QWidget, title: str, suggestion: str, kinds: str, endings: Sequence[str], purpose: Purpose = "saved"
) -> Path | None:
    """Asks which file to write; None where nobody wants one.

    Args:
        parent: the window.
        title: of the dialog.
        suggestion: file name.
        kinds: filters, ``"GIF (*.gif);;MP4 (*.mp4)"``.
        endings: those that say what to write; see :func:`with_ending`.
        purpose: whose folder is shown first, and remembered.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, str(_begin(parent, purpose) / suggestion), kinds)
    path = _chosen(parent, purpose, chosen)
    return with_ending(path, kind, endings) if path else None


def ask_file(parent: QWidget, title: str, kinds: str, purpose: Purpose) -> Path | None:
    """Asks for a file that is there; None where nobody wants one. Arguments as of :func:`ask_where`."""
    chosen, _kind = QFileDialog.getOpenFileName(parent, title, str(_begin(parent, purpose)), kinds)
    return _chosen(parent, purpose, chosen)


def ask_folder(parent: QWidget, title: str, purpose: Purpose, begin: str = "") -> Path | None:
    """Asks for a folder, beginning where ``begin`` says or where one was last; None where nobody wants one."""
    chosen = QFileDialog.getExistingDirectory(parent, title, begin or str(_begin(parent, purpose)))
    return _chosen(parent, purpose, chosen, is_folder=True)


def remembering(dialog: QFileDialog, purpose: Purpose) -> QFileDialog:
    """A dialog that is open beside the window begins where a person was last, and remembers what is chosen."""
    dialog.setDirectory(str(_begin(dialog, purpose)))
    is_folder = dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.fileSelected.connect(lambda path: _chosen(dialog, purpose, path, is_folder=is_folder))
    return dialog


def ask_anything(parent: QWidget) -> Path | None:
    """Asks for a file of any kind that the program opens; None where nobody wants one."""
    endings = (*PICTURES, *sorted(GENERATORS), *ARCHIVES, ".gz", "-ubyte", "run.json")
    known = " ".join(f"*{ending}" for ending in endings)
    kinds = _("All that can be opened ({kinds});;All files (*)").format(kinds=known)
    return ask_file(parent, _("Open a run, a picture, a generator or data"), kinds, "open")


def ask_picture(parent: QWidget, title: str, name: str = "") -> Path | None:
    """Asks for a picture; None where nobody wants one.

    Args:
        parent: the window.
        title: of the dialog.
        name: what the pictures are called in the filter; plain pictures by default.
    """
    endings = " ".join(f"*{ending}" for ending in PICTURES)
    kinds = _("{name} ({kinds});;All files (*)").format(name=name or _("Pictures"), kinds=endings)
    return ask_file(parent, title, kinds, "pictures")


def say_saved(widget: QWidget, path: Path, text: str = "") -> None:
    """As :func:`tell_saved`, where the window of a widget shows its messages."""
    studio = studio_of(widget)
    tell_saved(path, text, notifications if studio is None else studio.notifications)


def tell_saved(path: Path, text: str = "", hub: Notifications = notifications) -> None:
    """Says that a file or a folder was written (``text`` for other words), and offers to show it."""
    words = text or _("Saved {name}").format(name=path.name)
    hub.info(words, str(path), _("Show in folder"), lambda: show_in_folder(path))


def show_in_folder(path: Path) -> None:
    """Shows a file in the system's file manager, selected where that can be; a folder is opened. Waits for nothing."""
    folder, native, url = path.parent, QDir.toNativeSeparators(str(path)), QUrl.fromLocalFile(str(path))
    if path.is_dir():
        QDesktopServices.openUrl(url)
        return
    named = url.toString(QUrl.ComponentFormattingOption.FullyEncoded).replace(",", "%2C")  # which parts a list there
    elsewhere = ("dbus-send", [*_DBUS, f"array:string:{named}", "string:"])
    ways = {"win32": ("explorer", ["/select,", native]), "darwin": ("open", ["-R", native])}
    process = QProcess(QCoreApplication.instance())

    def ended(code: int = 1, *_status: object) -> None:
        if code and sys.platform != "win32":  # Explorer always says 1
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
        process.deleteLater()

    process.finished.connect(ended)
    process.errorOccurred.connect(lambda error: ended() if error == QProcess.ProcessError.FailedToStart else None)
    process.start(*ways.get(sys.platform, elsewhere))


def save_image(parent: QWidget, image: QImage, suggestion: str) -> Path | None:
    """Asks for a file and writes the picture as PNG.

    Args:
        parent: the widget the dialogs belong to.
        image: what to write.
        suggestion: file name to begin with, without a folder.

    Returns:
        The file, or None where the person cancelled or it could not be written (which is then said in a message).
    """
    title = _("Save picture")
    path = ask_where(parent, title, suggestion, _("PNG picture (*.png)"), (".png",))
    try:
        if path is not None:
            write_png(path, image)
    except StoreError as error:
        text = _("The picture could not be written. {why} Choose a folder you may write to, with room left.")
        warn(parent, title, text.format(why=error))
        return None
    if path is not None:
        say_saved(parent, path)
    return path


def write_png(path: Path, image: QImage) -> None:
    """Writes a picture as PNG; the file appears whole. Qt itself takes no name that is no text.

    Raises:
        StoreError: it cannot be written.
    """
    replace_file(path, png_bytes(image))


def png_bytes(image: QImage) -> bytes:
    """A picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # bytes, as the stub wants, are refused
    return bytes(buffer.data().data())


def copy_image(image: QImage) -> None:
    """Puts a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(image)


def picture_in(data: QMimeData | None) -> Path | bytes | None:
    """What was dropped or copied: the first file (and says so of several), else a picture as PNG, or None."""
    if data is None:
        return None  # some systems' empty clipboard
    files = [local_path(url) for url in data.urls() if url.isLocalFile()]
    if files:
        tell_left([files[0].name], len(files) - 1)
        return files[0]
    image = data.imageData() if data.hasImage() else None
    return png_of(image) if isinstance(image, QImage) and not image.isNull() else None


def tell_left(taken: Sequence[str], left: int) -> None:
    """Says that of several things that were given some were left."""
    if left:
        notifications.info(left_words(taken, left))


def png_of(image: QImage) -> bytes:
    """A picture from another program as a file, scaled down where it is far larger than any network takes."""
    if max(image.width(), image.height()) > LARGEST_PASTE:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(LARGEST_PASTE, LARGEST_PASTE, keep, smooth)
    return png_bytes(image)


def is_for_a_page(path: Path) -> bool:
    """By its ending this is a picture or a generator."""
    return path.suffix.lower() in {*PICTURES, *GENERATORS}


def local_paths(urls: Sequence[QUrl]) -> Iterator[tuple[Path, bool]]:
    """What is dragged or copied, and whether it may be looked at before it is let go.

    A page in a browser can name a file of another computer: nobody has asked for that while it only hovers.
    """
    for url in urls:
        if url.isLocalFile():
            path = local_path(url)
            try:
                check_named(str(path))
            except UsageError:
                yield path, False
            else:
                yield path, True


def local_path(url: QUrl) -> Path:
    """The file that a local URL names, also where its name is no text, which Qt would spoil."""
    if sys.platform == "win32" or url.host():
        return Path(url.toLocalFile())
    return Path(os.fsdecode(unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded))))


def is_taken(path: Path) -> bool:
    """Whether what is there may be dropped on the window."""
    known = (
        is_for_a_page(path) or path.name == "run.json" or IDX_NAME.search(path.name.lower()) or path.suffix == ".npy"
    )
    return is_there(path) and (path.is_dir() or is_archive(path) or (bool(known) and path.is_file()))
