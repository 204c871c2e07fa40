"""Taking home what a workspace shows: drawn anew, saved with its session, and long work in jobs of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.desk import Desk
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.picture_file import save_picture
from ganstudio.explore.rendering import Drawn
from ganstudio.ui.generator_page.export_dialogs import PictureDialog
from ganstudio.ui.kit.dialogs import follow_job

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator

CHANNEL, URGENCY = "frozen", 150

Picture = NDArray[np.uint8]


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
            picture, step = drawn
            self.save_with_session(picture, title, suggestion, {**session, "step": step})

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
            return
        studio.notifications.info(_("Saved {name}").format(name=path.name), str(path))

    # -- what takes a while -----------------------------------------------------------------------------------------

    def start(
        self,
        title: str,
        work: Callable[[Generator, Watch], Any],
        tell: Callable[[Any], object] | None = None,
        cancelled: Callable[[], object] | None = None,
    ) -> None:
        """Runs work with a copy of the generator, made where nobody else draws with it at that moment.

        Args:
            title: what it does, in words.
            work: runs in a thread of its own.
            tell: told what the work returned; by default that is a sentence, and is shown.
            cancelled: called where a person has stopped it.
        """
        studio = self._desk.studio

        def begin(generator: Generator) -> None:
            def job(progress: Any, cancel: Any) -> Any:
                generator.until(cancel)
                return work(generator, Watch(progress, cancel))

            started = studio.jobs.start(title, job)
            started.on_done(tell or (lambda words: studio.notifications.info(words))).on_error(studio.report)
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
        makes = [make for make, _call in self._waiting]
        if makes:
            self._desk.ask(CHANNEL, lambda generator: iter([[make(generator) for make in makes]]), URGENCY)

    def _source_changed(self) -> None:
        """What waits belongs to the generator that it was asked of."""
        if self._waiting and self._generators_key() != self._of:
            self._waiting.clear()
            words = _("Nothing was saved: another generator was opened meanwhile.")
            self._desk.studio.notifications.info(words)
        elif self._waiting and not self._desk.opening:
            self._ask()

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and (result.value is not None or result.error is not None):
            waiting, self._waiting = self._waiting, []
            if result.error is not None:
                self._desk.studio.report(result.error)
                return
            for (_make, call), made in zip(waiting, result.value, strict=True):
                call(made)


def file_name(*parts: str, ending: str = "png") -> str:
    """A name for a file, of words that need not be fit for one; empty ones are left out."""
    plain = "-".join(part for part in parts if part)
    return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in plain)[:80] + f".{ending}"
