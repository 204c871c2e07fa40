"""What one takes home of a painting: picture, label map, both side by side, a film."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ganstudio.app.jobs import Job
from ganstudio.app.painter_session import session_of
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.explore.canvas import save_label_png
from ganstudio.explore.exporting import Watch
from ganstudio.explore.painting import Moment, beside, draw_on
from ganstudio.explore.picture_file import save_picture
from ganstudio.explore.rendering import Drawn
from ganstudio.ui.explore.export_dialogs import PictureDialog, follow_job, with_ending
from ganstudio.ui.paint.film_dialog import PaintingFilmDialog
from ganstudio.ui.pictures.drawing import to_image
from ganstudio.ui.pictures.export import copy_image

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.paint.workspace import PaintWorkspace

CHANNEL, URGENCY = "frozen", 150


class Exports(QObject):
    """Asks where and how, then writes; a film in a job that shows its progress and can be cancelled."""

    def __init__(self, page: PaintWorkspace) -> None:
        super().__init__(page)
        self._page, self.painter = page, page.painter
        self._waiting: list[tuple[Callable[[Generator], Any], Callable[[Any], object]]] = []
        self._of: object = None
        self.painter.drawn.connect(self._drawn)
        self.painter.weights_changed.connect(self._ask)
        self.painter.source_changed.connect(self._source_changed)

    # -- the clipboard ----------------------------------------------------------------------------------------------

    def copy_picture(self) -> None:
        """Puts the picture on the clipboard."""
        if self.painter.picture is not None:
            copy_image(to_image(self.painter.picture))

    def copy_map(self) -> None:
        """Puts the label map in its colours on the clipboard."""
        document = self.painter.document
        if document is not None:
            copy_image(to_image(colour_map(document.ids, document.classes)))

    # -- files ------------------------------------------------------------------------------------------------------

    def save_map(self) -> None:
        """The label map: one index for every pixel, the classes' colours as palette."""
        document = self.painter.document
        if document is None:
            return
        ids, classes, studio = document.ids.copy(), document.classes, self.painter.studio
        chosen, _kind = QFileDialog.getSaveFileName(
            self._page, _("Save the label map"), self._name("png", "map"), _("Label map (*.png)")
        )
        if not chosen:
            return
        path = with_ending(Path(chosen), "", (".png",))
        try:
            save_label_png(path, ids, classes)
        except StudioError as error:
            studio.report(error)
            return
        studio.notifications.info(_("Saved {name}").format(name=path.name), str(path))

    def save_picture(self) -> None:
        """The picture, with everything that it was made with: drawn anew, for a hand may just have moved."""
        self._save(_("Save the picture"), "", lambda _ids, picture: picture)

    def save_both(self) -> None:
        """The label map in its colours and the picture side by side."""
        document = self.painter.document
        if document is not None:
            classes = document.classes
            self._save(
                _("Save map and picture"), "both", lambda ids, picture: beside(colour_map(ids, classes), picture)
            )

    def _save(
        self, title: str, what: str, make: Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.uint8]]
    ) -> None:
        painter = self.painter
        document, state = painter.document, painter.state
        if document is None or state is None:
            return
        moment = Moment(document.ids.copy(), state.position)
        session, suggestion = {**session_of(painter, moment), "style": state.to_json()}, self._name("png", what)

        def draw(generator: Generator) -> tuple[NDArray[np.uint8], int]:
            return draw_on(generator, moment.ids, [moment.style])[0], generator.step

        def save(drawn: tuple[NDArray[np.uint8], int]) -> None:
            picture, step = drawn
            self._ask_and_write(make(moment.ids, picture), title, suggestion, {**session, "step": step})

        self._take(draw, save)

    def _ask_and_write(self, picture: NDArray[np.uint8], title: str, suggestion: str, session: dict[str, Any]) -> None:
        studio = self.painter.studio

        def write(path: Path, scale: int) -> None:
            try:
                save_picture(path, picture, scale, session)
                studio.notifications.info(_("Saved {name}").format(name=path.name), str(path))
            except StudioError as error:
                studio.report(error)

        height, width = picture.shape[:2]
        PictureDialog(title, suggestion, (width, height), write, self._page).open()

    def _name(self, ending: str, what: str = "") -> str:
        document = self.painter.document
        parts = [document.name if document is not None else _("painting"), what]
        plain = "-".join(part for part in parts if part)
        return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in plain)[:80] + f".{ending}"

    def save_film(self) -> None:
        """A film of the painting."""
        if self.painter.document is not None:
            PaintingFilmDialog(self.painter, self._name("gif", "film"), self._start, self._page).open()

    def _start(self, title: str, work: Callable[[Generator, Watch], str]) -> None:
        """Runs work with a copy of the generator, made where nobody else draws with it at that moment."""

        def begin(generator: Generator) -> None:
            def job(progress: Any, cancel: Any) -> str:
                return work(generator, Watch(progress, cancel))

            studio = self.painter.studio
            started: Job = studio.jobs.start(title, job)
            started.on_done(lambda words: studio.notifications.info(words))
            started.on_error(studio.report)
            follow_job(started, self._page)

        self._take(lambda generator: generator.frozen(), begin)

    # -- what only the drawing thread may touch ---------------------------------------------------------------------

    def _take(self, make: Callable[[Generator], Any], call: Callable[[Any], object]) -> None:
        """Makes something of the generator in the thread that draws with it, then calls with that in this one."""
        self._of = self._generators_key()
        self._waiting.append((make, call))
        self._ask()

    def _generators_key(self) -> object:
        opened = self.painter.opened
        return None if opened is None else (opened.path, opened.generator.controls)

    def _ask(self) -> None:
        """Again where other weights have come between: with them what was asked for is forgotten."""
        makes = [make for make, _call in self._waiting]
        if makes:
            self.painter.ask(CHANNEL, lambda generator: iter([[make(generator) for make in makes]]), URGENCY)

    def _source_changed(self) -> None:
        """What waits belongs to the generator that it was asked of."""
        if self._waiting and self._generators_key() != self._of:
            self._waiting.clear()
            words = _("Nothing was saved: another generator was opened meanwhile.")
            self.painter.studio.notifications.info(words)
        elif self._waiting and not self.painter.opening:
            self._ask()

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and (result.value is not None or result.error is not None):
            waiting, self._waiting = self._waiting, []
            if result.error is not None:
                self.painter.studio.report(result.error)
                return
            for (_make, call), made in zip(waiting, result.value, strict=True):
                call(made)
