"""Asking for files, copying and saving pictures, and taking them off the clipboard or a hand that drops them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn
from ganstudio.ui.kit.dropping import PICTURES, local_path

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


def ask_where(parent: QWidget, title: str, suggestion: str, kinds: str, endings: Sequence[str]) -> Path | None:
    """Asks which file to write; None where nobody wants one.

    Args:
        parent: the window.
        title: of the dialog.
        suggestion: file name.
        kinds: filters, ``"GIF (*.gif);;MP4 (*.mp4)"``.
        endings: those that say what to write; see :func:`with_ending`.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, suggestion, kinds)
    return with_ending(Path(chosen), kind, endings) if chosen else None


def ask_picture(parent: QWidget, title: str, name: str = "") -> Path | None:
    """Asks for a picture; None where nobody wants one.

    Args:
        parent: the window.
        title: of the dialog.
        name: what the pictures are called in the filter; plain pictures by default.
    """
    endings = " ".join(f"*{ending}" for ending in PICTURES)
    kinds = _("{name} ({kinds});;All files (*)").format(name=name or _("Pictures"), kinds=endings)
    chosen, _kind = QFileDialog.getOpenFileName(parent, title, "", kinds)
    return Path(chosen) if chosen else None


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
    if path is None:
        return None
    try:
        write_png(path, image)
    except StoreError as error:
        text = _("The picture could not be written. {why} Choose a folder you may write to, with room left.")
        warn(parent, title, text.format(why=error))
        return None
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
    """What was dropped or copied: the first file, else a picture as PNG; None where there is neither."""
    if data is None:
        return None  # some systems' empty clipboard
    files = [local_path(url) for url in data.urls() if url.isLocalFile()]
    if files:
        return files[0]
    image = data.imageData() if data.hasImage() else None
    return png_of(image) if isinstance(image, QImage) and not image.isNull() else None


def png_of(image: QImage) -> bytes:
    """A picture from another program as a file, scaled down where it is far larger than any network takes."""
    if max(image.width(), image.height()) > LARGEST_PASTE:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(LARGEST_PASTE, LARGEST_PASTE, keep, smooth)
    return png_bytes(image)
