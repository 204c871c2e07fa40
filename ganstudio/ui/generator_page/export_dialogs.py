"""How large, how long, where to: what is asked before something is taken home, and how far the writing is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QWidget

from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.files import ask_where

if TYPE_CHECKING:
    from ganstudio.explore.exporting import Watch
    from ganstudio.explore.generator import Generator

Start = Callable[[str, "Callable[[Generator, Watch], str]"], None]
Frames = tuple["Callable[[Generator], Iterator[Any]]", int | None]
"""What draws the pictures of a film, and how many there are; None where nobody knows."""

MOST_FRAMES = 2000


class ExportForm(FormDialog):
    """What is asked before something is written; a subclass adds rows, and asks where to in :meth:`choose`."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, _("Save…"), _("Choose where to, then write"), parent, _("Write nothing"))
        self.fill(self.rows, self.words)

    def choice(self, name: str, choices: list[tuple[str, str]], words: str) -> QuietCombo:
        """A row with a few choices: ``(key, text)``."""
        box = QuietCombo()
        for key, text in choices:
            box.addItem(text, key)
        self.add_row(name, box, words)
        return box


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
        super().__init__(title, parent)
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
        super().__init__(title, parent)
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
