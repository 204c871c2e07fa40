"""Copying and saving pictures, with a sentence where it cannot be done."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ganstudio.core.i18n import _


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
    if image.save(str(path)):
        return path
    box = QMessageBox(
        QMessageBox.Icon.Warning,
        _("Save picture"),
        _("The picture could not be written to {path}. Choose a folder you may write to, with room left.").format(
            path=path
        ),
        parent=parent,
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()
    return None
