"""Copying and saving pictures, with a sentence where it cannot be done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import replace_file


def copy_image(image: QImage) -> None:
    """Puts a picture on the clipboard."""
    QGuiApplication.clipboard().setImage(image)


def save_image(parent: QWidget, image: QImage, suggestion: str) -> Path | None:
    """Asks for a file and writes the picture as PNG.

    Args:
        parent: the widget the dialogs belong to.
        image: what to write.
        suggestion: file name to begin with, without a folder.

    Returns:
        The file, or None where the person cancelled or it could not be written (which is then said in a message).
    """
    chosen, _filter = QFileDialog.getSaveFileName(parent, _("Save picture"), suggestion, _("PNG picture (*.png)"))
    if not chosen:
        return None
    path = Path(chosen)
    if path.suffix.lower() != ".png":
        path = path.with_name(path.name + ".png")
    try:
        write_png(path, image)
    except StoreError as error:
        text = _("The picture could not be written. {why} Choose a folder you may write to, with room left.")
        box = QMessageBox(QMessageBox.Icon.Warning, _("Save picture"), text.format(why=error), parent=parent)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
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
