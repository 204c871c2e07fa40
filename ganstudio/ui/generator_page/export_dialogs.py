"""How large, how long, where to: what is asked before something is taken home, and how far the writing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QProgressDialog,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ganstudio.app.jobs import Job
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.files import ask_where
from ganstudio.ui.kit.parts import label, pad_spin_box
from ganstudio.ui.kit.style import set_look

if TYPE_CHECKING:
    from ganstudio.explore.exporting import Watch
    from ganstudio.explore.generator import Generator

Start = Callable[[str, "Callable[[Generator, Watch], str]"], None]
Frames = tuple["Callable[[Generator], Iterator[Any]]", int | None]
"""What draws the pictures of a film, and how many there are; None where nobody knows."""

MOST_FRAMES = 2000


def follow_job(job: Job, parent: QWidget) -> QProgressDialog:
    """Shows how far a job is, after half a second, with a way out; gone when the job ends."""
    box = QProgressDialog("", _("Cancel"), 0, 100, parent)
    box.setLabelText(job.title)
    box.setWindowTitle(job.title)
    box.setWindowModality(Qt.WindowModality.NonModal)
    box.setMinimumDuration(500)
    box.setAutoReset(False)
    box.setAutoClose(False)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.canceled.connect(job.cancel)
    box.rejected.connect(job.cancel)  # Escape does not always pass by the button

    def tell(fraction: float, text: str) -> None:
        if job.cancelling or not shiboken6.isValid(box):
            return  # somebody has cancelled it by closing it: it is gone before the job is
        box.setLabelText(text or job.title)
        box.setValue(max(0, min(99, round(100 * fraction))))

    def end() -> None:
        job.progressed.disconnect(tell, missing_ok=True)
        if shiboken6.isValid(box):
            box.canceled.disconnect(job.cancel)
            box.close()
            box.deleteLater()  # one that was never shown, or was hidden, does not do so by being closed

    job.progressed.connect(tell)
    job.ended.connect(end)
    return box


class ExportForm(QDialog):
    """A few rows and two buttons."""

    def __init__(self, title: str, action: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.rows = QFormLayout()
        self.rows.setHorizontalSpacing(16)
        self.rows.setVerticalSpacing(8)
        self.words = label("", "muted", wrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Cancel).setToolTip(_("Write nothing"))
        self.go = buttons.addButton(action, QDialogButtonBox.ButtonRole.AcceptRole)
        self.go.setDefault(True)
        self.go.setToolTip(_("Choose where to, then write"))
        set_look(self.go, primary=True)
        buttons.accepted.connect(self.choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 16)
        column.setSpacing(16)
        column.addLayout(self.rows)
        column.addWidget(self.words)
        column.addWidget(buttons)
        self.setMinimumWidth(480)

    def choose(self) -> None:
        """Asks for the file, then writes; for subclasses."""
        raise NotImplementedError

    def number(self, name: str, low: int, high: int, value: int, words: str) -> QSpinBox:
        """A row with a whole number."""
        box = QSpinBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setGroupSeparatorShown(True)
        box.setAccessibleName(name)
        box.setToolTip(f"{words} ({low:,} – {high:,})")
        pad_spin_box(box)
        self._row(name, box)
        return box

    def choice(self, name: str, choices: list[tuple[str, str]], words: str) -> QuietCombo:
        """A row with a few choices: ``(key, text)``."""
        box = QuietCombo()
        for key, text in choices:
            box.addItem(text, key)
        box.setAccessibleName(name)
        box.setToolTip(words)
        self._row(name, box)
        return box

    def _row(self, name: str, widget: QWidget) -> None:
        words = QLabel(name)
        words.setBuddy(widget)
        self.rows.addRow(words, widget)


class PictureDialog(ExportForm):
    """A picture's size.

    Args:
        title: of the dialog.
        suggestion: file name.
        size: width and height of the picture.
        write: told the path and the scale.
        parent: the window.
    """

    def __init__(
        self, title: str, suggestion: str, size: tuple[int, int], write: Callable[[Path, int], object], parent: QWidget
    ) -> None:
        super().__init__(title, _("Save…"), parent)
        self._suggestion, self._size, self._write = suggestion, size, write
        self.scale = self.number(_("Times its size"), 1, 8, 8 if max(size) <= 128 else 1, _("Every pixel a square"))
        self.scale.valueChanged.connect(self._tell)
        self._tell(self.scale.value())

    def _tell(self, scale: int) -> None:
        width, height = self._size
        self.words.setText(
            _("{width} × {height} pixels. The position of every control goes into the file: dropped on the window, it "
              "brings you back here.").format(width=width * scale, height=height * scale)
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to."""
        path = ask_where(self, self.windowTitle(), self._suggestion, _("PNG picture (*.png)"), (".png",))
        if path is not None:
            self._write(path, self.scale.value())
            self.accept()


class FilmForm(ExportForm):
    """How a film is to be: what it shows, how many pictures, how fast, how large. Subclasses draw it.

    Args:
        title: of the dialog.
        suggestion: file name.
        start: runs the writing.
        studio: told what cannot be filmed.
        parent: the window.
    """

    def __init__(self, title: str, suggestion: str, start: Start, studio: Studio, parent: QWidget) -> None:
        super().__init__(title, _("Save…"), parent)
        self._suggestion, self._start, self._studio = suggestion, start, studio

    def add_rows(
        self, choices: list[tuple[str, str]], of: str, frames: tuple[int, int, str], fps: int, scale: int
    ) -> None:
        """The rows of every film.

        Args:
            choices: what it can show: ``(key, text)``.
            of: tooltip of that choice.
            frames: the fewest pictures, how many at first, and what they are counted of.
            fps: pictures a second at first.
            scale: times its size at first.
        """
        least, count, words = frames
        self.what = self.choice(_("Shows"), choices, of)
        self.frames = self.number(_("Pictures"), least, MOST_FRAMES, count, words)
        self.fps = self.number(_("Pictures a second"), 1, 50, fps, _("24 is smooth"))
        self.scale = self.number(_("Times its size"), 1, 8, scale, _("Every pixel a square"))
        self.loop = QCheckBox(_("Plays for ever"))
        self.loop.setChecked(True)
        self.loop.setToolTip(_("GIF and APNG begin again at their end"))
        self.rows.addRow("", self.loop)

    def choose(self) -> None:
        """Asks where to, then draws and writes."""
        kinds = _("GIF (*.gif);;Animated PNG (*.apng);;MP4 (*.mp4)")
        path = ask_where(self, self.windowTitle(), self._suggestion, kinds, (".gif", ".apng", ".png", ".mp4"))
        if path is None:
            return
        try:
            work = self.work(path)
        except StudioError as error:
            self._studio.report(error)
            return
        self._start(_("Saving a film"), work)
        self.accept()

    def work(self, path: Path) -> Callable[[Generator, Watch], str]:
        """Draws and writes the film as it is chosen now.

        Raises:
            UsageError: there is nothing to be filmed.
        """
        frames, total = self.drawn_frames()
        options: dict[str, Any] = {
            "fps": float(self.fps.value()),
            "loop": self.loop.isChecked(),
            "scale": self.scale.value(),
        }

        def write(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.films import save_film

            count = save_film(path, frames(generator), total=total, watch=watch, **options)
            return _("{name}: {count} pictures").format(name=path.name, count=count)

        return write

    def drawn_frames(self) -> Frames:
        """What the film shows, as it is chosen now.

        Raises:
            UsageError: there is nothing to be filmed.
        """
        raise NotImplementedError
