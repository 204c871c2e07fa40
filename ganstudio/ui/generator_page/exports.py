"""Taking home what a workspace shows: what is asked before, drawn anew, saved with its session, long work in jobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QWidget

from ganstudio.app.generators.desk import Desk
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.exporting import Watch
from ganstudio.explore.picture_file import save_picture
from ganstudio.explore.rendering import Drawn
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.dialogs import FormDialog, follow_job
from ganstudio.ui.kit.files import ask_where, tell_saved

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator

CHANNEL, URGENCY = "frozen", 150

Picture = NDArray[np.uint8]

Start = Callable[[str, "Callable[[Generator, Watch], str]", Path], None]
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
        else:
            self._start(_("Saving a film"), work, path)
            self.accept()

    def work(self, path: Path) -> Callable[[Generator, Watch], str]:
        """Draws and writes the film as it is chosen now.

        Raises:
            UsageError: there is nothing to be filmed.
        """
        frames, total = self.drawn_frames()
        fps, loop, scale = float(self.fps.value()), self.loop.isChecked(), self.scale.value()

        def write(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.films import save_film

            count = save_film(path, frames(generator), fps=fps, total=total, loop=loop, scale=scale, watch=watch)
            return plural("{name}: {n} picture", "{name}: {n} pictures", count, name=path.name)

        return write

    def drawn_frames(self) -> Frames:
        """What the film shows, as it is chosen now.

        Raises:
            UsageError: there is nothing to be filmed.
        """
        raise NotImplementedError


class PageExports(QObject):
    """Asks where and how, then writes; what takes a while in a job that shows its progress and can be cancelled.

    Only the thread that draws may touch the generator: what is wanted of it waits here until that thread has made it.

    Args:
        page: the workspace.
        desk: what is open there.
    """

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._parent, self._desk = page, desk
        self._waiting: list[tuple[Callable[[Generator], Any], Callable[[Any], object]]] = []
        self._of: object = None
        desk.drawn.connect(self._drawn)
        desk.weights_changed.connect(self._ask)
        desk.source_changed.connect(self._source_changed)

    # -- pictures ---------------------------------------------------------------------------------------------------

    def save_drawn(
        self, draw: Callable[[Generator], Picture], title: str, suggestion: str, session: dict[str, Any]
    ) -> None:
        """Saves a picture that is drawn anew, for a hand may just have moved; the session tells by which step."""

        def save(drawn: tuple[Picture, int]) -> None:
            self.save_with_session(drawn[0], title, suggestion, {**session, "step": drawn[1]})

        self.take(lambda generator: (draw(generator), generator.step), save)

    def save_with_session(self, picture: Picture, title: str, suggestion: str, session: dict[str, Any]) -> None:
        """Asks where and how large, then writes a picture ``(H, W, C)`` with everything that it was made with."""

        def write(path: Path, scale: int) -> None:
            self.write(path, lambda: save_picture(path, picture, scale, session))

        height, width = picture.shape[:2]
        PictureDialog(title, suggestion, (width, height), write, self._parent).open()

    def write(self, path: Path, save: Callable[[], object]) -> None:
        """Writes a file and says so; a full disk, for instance, is reported."""
        studio = self._desk.studio
        try:
            save()
        except StudioError as error:
            studio.report(error)
        else:
            tell_saved(path, hub=studio.notifications)

    # -- what takes a while -----------------------------------------------------------------------------------------

    def start(
        self,
        title: str,
        work: Callable[[Generator, Watch], Any],
        path: Path,
        tell: Callable[[Any], object] | None = None,
        cancelled: Callable[[], object] | None = None,
    ) -> None:
        """Runs work with a copy of the generator, made where nobody else draws with it at that moment.

        Args:
            title: what it does, in words.
            work: runs in a thread of its own.
            path: the file or folder that it writes.
            tell: told what the work returned; by default that is a sentence, and is shown.
            cancelled: called where a person has stopped it.
        """
        studio = self._desk.studio

        def begin(generator: Generator) -> None:
            def job(progress: Any, cancel: Any) -> Any:
                generator.until(cancel)
                return work(generator, Watch(progress, cancel))

            started = studio.jobs.start(title, job)
            started.on_done(tell or (lambda words: tell_saved(path, words, studio.notifications))).on_error(
                studio.report
            )
            if cancelled is not None:
                started.ended.connect(lambda: cancelled() if started.state == "cancelled" else None)
            follow_job(started, self._parent)

        self.take(lambda generator: generator.frozen(), begin)

    # -- what only the drawing thread may touch ---------------------------------------------------------------------

    def take(self, make: Callable[[Generator], Any], call: Callable[[Any], object]) -> None:
        """Makes something of the generator in the thread that draws with it, then calls with that in this one."""
        self._of = self._generators_key()
        self._waiting.append((make, call))
        self._ask()

    def _generators_key(self) -> object:
        opened = self._desk.opened
        return None if opened is None else (opened.path, opened.generator.controls)

    def _ask(self) -> None:
        """Again where other weights have come between: with them what was asked for is forgotten."""
        if makes := [make for make, _call in self._waiting]:
            self._desk.ask(CHANNEL, lambda generator: iter([[make(generator) for make in makes]]), URGENCY)

    def _source_changed(self) -> None:
        """What waits belongs to the generator that it was asked of."""
        if self._waiting and self._generators_key() != self._of:
            self._waiting.clear()
            self._desk.studio.notifications.info(_("Nothing was saved: another generator was opened meanwhile."))
        elif not self._desk.opening:
            self._ask()

    def _drawn(self, result: Drawn) -> None:
        if result.channel != CHANNEL or (result.value is None and result.error is None):
            return
        waiting, self._waiting = self._waiting, []
        if result.error is not None:
            self._desk.studio.report(result.error)
        else:
            for (_make, call), made in zip(waiting, result.value, strict=True):
                call(made)


def file_name(*parts: str, ending: str = "png") -> str:
    """A name for a file, of words that need not be fit for one; empty ones are left out."""
    plain = "-".join(part for part in parts if part)
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in plain)[:80] + f".{ending}"
