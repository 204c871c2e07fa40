"""What one takes home: the output with its state, all pictures side by side, a whole folder translated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from ganstudio.app.jobs import Job
from ganstudio.app.translator import TranslateState
from ganstudio.app.translator_session import session_of
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.picture_file import save_picture
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.translating import Translated, seen, side_by_side, translation
from ganstudio.ui.explore.export_dialogs import PictureDialog, follow_job
from ganstudio.ui.pictures.drawing import to_image
from ganstudio.ui.pictures.export import copy_image
from ganstudio.ui.translate.batch_dialog import BatchDialog, Wishes

if TYPE_CHECKING:
    from ganstudio.explore.batch_translation import Batch
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.translate.workspace import TranslateWorkspace

CHANNEL, URGENCY = "frozen", 150


class Exports(QObject):
    """Asks where and how, then writes; a folder in a job that shows its progress and can be cancelled."""

    def __init__(self, page: TranslateWorkspace) -> None:
        super().__init__(page)
        self._page, self.translator = page, page.translator
        self._waiting: list[tuple[Callable[[Generator], Any], Callable[[Any], object]]] = []
        self._of: object = None
        self.translator.drawn.connect(self._drawn)
        self.translator.weights_changed.connect(self._ask)
        self.translator.source_changed.connect(self._source_changed)

    # -- pictures ---------------------------------------------------------------------------------------------------

    def copy_output(self) -> None:
        """Puts the output on the clipboard."""
        if self.translator.output is not None:
            copy_image(to_image(self.translator.output))

    def copy_input(self) -> None:
        """Puts the input on the clipboard, at the network's size."""
        state, wanted = self.translator.state, self.translator.given
        if state is not None and state.picture is not None and wanted is not None:
            copy_image(to_image(seen(wanted, state.picture.pixels)))

    def save_picture(self) -> None:
        """The output, with everything that it was made with: drawn anew, for a hand may just have moved."""
        self._save(_("Save the output"), "", lambda _state, done: done.output)

    def save_both(self) -> None:
        """Input, output and, where there is one, the way back in one picture."""
        wanted = self.translator.given

        def beside(state: TranslateState, done: Translated) -> Any:
            assert wanted is not None
            assert state.picture is not None
            pictures = [seen(wanted, state.picture.pixels), done.output]
            return side_by_side(pictures if done.back is None else [*pictures, done.back])

        self._save(_("Save side by side"), "both", beside)

    def _save(self, title: str, what: str, make: Callable[[TranslateState, Translated], Any]) -> None:
        state, position = self.translator.state, self.translator.position
        if state is None or position is None:
            return
        session, suggestion = session_of(self.translator, state), self._name(state, what)

        def draw(generator: Generator) -> tuple[Translated, int]:
            done = [*translation(position)(generator)][-1]
            return done, generator.step

        def save(drawn: tuple[Translated, int]) -> None:
            done, step = drawn
            self._ask_and_write(make(state, done), title, suggestion, {**session, "step": step})

        self._take(draw, save)

    def _ask_and_write(self, picture: Any, title: str, suggestion: str, session: dict[str, Any]) -> None:
        studio = self.translator.studio

        def write(path: Path, scale: int) -> None:
            try:
                save_picture(path, picture, scale, session)
                studio.notifications.info(_("Saved {name}").format(name=path.name), str(path))
            except StudioError as error:
                studio.report(error)

        height, width = picture.shape[:2]
        PictureDialog(title, suggestion, (width, height), write, self._page).open()

    def _name(self, state: TranslateState, what: str = "") -> str:
        opened = self.translator.opened
        name = Path(state.picture.name).stem if state.picture is not None else ""
        parts = [name, opened.title if opened is not None else "", what, str(self.translator.step or "")]
        plain = "-".join(part for part in parts if part)
        return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in plain)[:80] + ".png"

    # -- a folder ---------------------------------------------------------------------------------------------------

    def translate_folder(self) -> None:
        """Asks for a folder of pictures and one for the results."""
        if self.translator.state is not None:
            BatchDialog(self.translator, self.start_batch, self._page).open()

    def start_batch(self, wishes: Wishes) -> None:
        """Translates a folder as it was asked for, with a copy of the network that keeps its weights."""
        state, opened, studio = self.translator.state, self.translator.opened, self.translator.studio
        if state is None or opened is None:
            return
        settings, about = dict(state.settings), self._about()

        def begin(generator: Generator) -> None:
            def job(progress: Any, cancel: Any) -> Batch:
                from ganstudio.explore.batch_translation import pictures_in, translate_files

                sources = pictures_in(wishes.pictures, besides=wishes.results)
                return translate_files(
                    generator, sources, wishes.results, settings,
                    fit=wishes.fit, root=wishes.pictures, about=about, watch=Watch(progress, cancel),
                )  # fmt: skip

            started = studio.jobs.start(_("Translating a folder"), job)
            started.on_done(self._tell_batch).on_error(studio.report)
            started.ended.connect(lambda: self._tell_cancelled(started, wishes.results))
            follow_job(started, self._page)

        self._take(lambda generator: generator.frozen(), begin)

    def _tell_batch(self, done: Batch) -> None:
        notifications = self.translator.studio.notifications
        if done.broken:
            notifications.warning(done.words(), "\n".join(one.words for one in done.broken))
        else:
            notifications.info(done.words())

    def _tell_cancelled(self, job: Job, folder: Path) -> None:
        if job.state == "cancelled":
            words = _("Stopped. What was translated until then is in {folder}.").format(folder=folder)
            self.translator.studio.notifications.info(words)

    def _about(self) -> dict[str, Any]:
        """Which run it was, for the manifest."""
        head = session_of(self.translator)
        return {"run": {**head["run"], "path": head["path"]}} if "run" in head else {"path": head["path"]}

    # -- what is made in the thread that draws ----------------------------------------------------------------------

    def _take(self, make: Callable[[Generator], Any], call: Callable[[Any], object]) -> None:
        """Makes something of the network in the thread that draws with it, then calls with that in this one."""
        self._of = self._generators_key()
        self._waiting.append((make, call))
        self._ask()

    def _generators_key(self) -> object:
        opened = self.translator.opened
        return None if opened is None else (opened.path, opened.generator.controls)

    def _ask(self) -> None:
        """Again where other weights have come between: with them what was asked for is forgotten."""
        makes = [make for make, _call in self._waiting]
        if makes:
            self.translator.ask(CHANNEL, lambda generator: iter([[make(generator) for make in makes]]), URGENCY)

    def _source_changed(self) -> None:
        """What waits belongs to the network that it was asked of."""
        if self._waiting and self._generators_key() != self._of:
            self._waiting.clear()
            self.translator.studio.notifications.info(_("Nothing was saved: another run was opened meanwhile."))
        elif self._waiting and not self.translator.opening:
            self._ask()

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and (result.value is not None or result.error is not None):
            waiting, self._waiting = self._waiting, []
            if result.error is not None:
                self.translator.studio.report(result.error)
                return
            for (_make, call), made in zip(waiting, result.value, strict=True):
                call(made)
