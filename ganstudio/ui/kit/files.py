"""Files and pictures: asked for, copied, saved, pasted, and dropped on the window: what each is, and whose."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.app.generators.workplaces import WORKPLACES, Workplace
from ganstudio.core.elsewhere import check_named
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.core.i18n import _
from ganstudio.core.regular import is_there, open_regular
from ganstudio.data.archives import is_archive
from ganstudio.explore.picture_file import KEYWORD, read_session
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn

PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
GENERATORS = frozenset({".safetensors", ".pt", ".pth", ".ts", ".bin", ".onnx"})
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
    try:
        if path is not None:
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


@dataclass(frozen=True, slots=True)
class Dropped:
    """A file that was dropped, looked at.

    Attributes:
        path: the file.
        session: the state that it carries, of which nothing is trusted; None where it carries none.
    """

    path: Path
    session: dict[str, Any] | None = None

    @property
    def is_generator(self) -> bool:
        """By its ending it is the file of a generator."""
        return self.path.suffix.lower() in GENERATORS

    def place(self, current: str) -> Workplace:
        """The workspace that saved it, where it carries a state; Explore for generators from elsewhere.

        Any other picture belongs to the workspace on view (``current``) where that takes pictures, else to Explore.
        """
        kind = "explore" if self.is_generator else current if self.session is None else self.session["kind"]
        return next((place for place in WORKPLACES if place == kind), "explore")


def look_at(path: Path) -> Dropped:
    """Finds out what a file is. Reads it: for a job.

    Raises:
        UsageError: it or the state that it carries cannot be read, or it is a device or a pipe.
    """
    try:
        with open_regular(path) as file:
            carries = path.suffix.lower() == ".png" and KEYWORD.encode() + b"\0" in file.read(65_536)
    except OSError as error:
        words = _("{file} cannot be read: {reason}.").format(file=path, reason=error.strerror or type(error).__name__)
        raise UsageError(words) from error
    return Dropped(path, read_session(path) if carries else None)


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
    return is_there(path) and (path.is_dir() or is_archive(path) or (is_for_a_page(path) and path.is_file()))
