"""What one takes home: the output with its state, all pictures side by side, a whole folder translated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.picture_session import session_of
from ganstudio.app.translate.translator import TranslateState, Translator
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.translating import Translated, seen, side_by_side, translation
from ganstudio.ui.generator_page.exports import PageExports, file_name
from ganstudio.ui.kit.files import copy_image
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.translate.batch_dialog import BatchDialog, Wishes

if TYPE_CHECKING:
    from ganstudio.explore.batch_translation import Batch
    from ganstudio.explore.generator import Generator


class Exports(PageExports):
    """The output, everything side by side, and a whole folder."""

    def __init__(self, translator: Translator, parent: QWidget) -> None:
        super().__init__(parent, translator)
        self.translator = translator

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
        session = session_of(self.translator)
        self.save_drawn(
            lambda generator: make(state, [*translation(position)(generator)][-1]),
            title,
            self._name(state, what),
            session,
        )

    def _name(self, state: TranslateState, what: str = "") -> str:
        opened = self.translator.opened
        name = Path(state.picture.name).stem if state.picture is not None else ""
        title = opened.title if opened is not None else ""
        return file_name(name, title, what, str(self.translator.step or ""))

    # -- a folder ---------------------------------------------------------------------------------------------------

    def translate_folder(self) -> None:
        """Asks for a folder of pictures and one for the results."""
        if self.translator.state is not None:
            BatchDialog(self.translator, self.start_batch, self._parent).open()

    def start_batch(self, wishes: Wishes) -> None:
        """Translates a folder as it was asked for, with a copy of the network that keeps its weights."""
        state = self.translator.state
        if state is None:
            return
        settings, about = dict(state.position), self._about()

        def work(generator: Generator, watch: Watch) -> Batch:
            from ganstudio.explore.batch_translation import pictures_in, translate_files

            sources = pictures_in(wishes.pictures, besides=wishes.results)
            return translate_files(
                generator, sources, wishes.results, settings,
                fit=wishes.fit, root=wishes.pictures, about=about, watch=watch,
            )  # fmt: skip

        def cancelled() -> None:
            words = _("Stopped. What was translated until then is in {folder}.").format(folder=wishes.results)
            self.translator.studio.notifications.info(words)

        self.start(_("Translating a folder"), work, self._tell_batch, cancelled)

    def _tell_batch(self, done: Batch) -> None:
        notifications = self.translator.studio.notifications
        if done.broken:
            notifications.warning(done.words(), "\n".join(one.words for one in done.broken))
        else:
            notifications.info(done.words())

    def _about(self) -> dict[str, Any]:
        """Which run it was, for the manifest."""
        head = session_of(self.translator)
        return {"run": {**head["run"], "path": head["path"]}} if "run" in head else {"path": head["path"]}
