"""What one takes home: the output with its state, all pictures side by side, a whole folder translated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QLineEdit, QWidget

from ganstudio.app.generators.picture_session import session_of
from ganstudio.app.jobs import Job
from ganstudio.app.translate.translator import TranslateState, Translator
from ganstudio.core.i18n import _, plural
from ganstudio.data.decode import Fit
from ganstudio.explore.exporting import Watch
from ganstudio.explore.translating import FITS, Translated, seen, side_by_side, translation
from ganstudio.ui.generator_page.exports import PageExports, Picture, file_name
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.files import ask_folder, copy_image, show_in_folder, tell_saved
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import boxed, entry, label, push_button
from ganstudio.ui.translate.pen_bar import fit_choice

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

        def beside(state: TranslateState, done: Translated) -> Picture:
            assert wanted is not None
            assert state.picture is not None
            pictures = [seen(wanted, state.picture.pixels), done.output]
            return side_by_side(pictures if done.back is None else [*pictures, done.back])

        self._save(_("Save side by side"), "both", beside)

    def _save(self, title: str, what: str, make: Callable[[TranslateState, Translated], Picture]) -> None:
        state, position = self.translator.state, self.translator.position
        if state is None or position is None:
            return
        session = session_of(self.translator)

        def draw(generator: Generator) -> Picture:
            return make(state, [*translation(position)(generator)][-1])

        opened, picture = self.translator.opened, state.picture
        of, name = "" if opened is None else opened.title, "" if picture is None else Path(picture.name).stem
        self.save_drawn(draw, title, file_name(name, of, what, str(self.translator.step or "")), session)

    # -- a folder ---------------------------------------------------------------------------------------------------

    def translate_folder(self, files: Sequence[Path] = ()) -> None:
        """Asks for a folder of pictures, unless these are to be translated, and one for the results."""
        if self.translator.state is not None:
            BatchDialog(self.translator, self.start_batch, self._parent, files).open()

    def start_batch(self, pictures: Path, results: Path, fit: Fit, files: Sequence[Path] = ()) -> None:
        """Translates a folder as it was asked for, with a copy of the network that keeps its weights.

        Args:
            pictures: the folder that is translated, with all folders in it.
            results: where the results go; it need not exist.
            fit: how pictures are made square.
            files: only these.
        """
        state = self.translator.state
        if state is None:
            return
        settings, head = dict(state.position), session_of(self.translator)
        about: dict[str, Any] = {"path": head["path"]}  # which run it was, for the manifest
        if "run" in head:
            about = {"run": {**head["run"], **about}}

        def work(generator: Generator, watch: Watch) -> Batch:
            from ganstudio.explore.batch_translation import pictures_in, translate_files

            sources = files or pictures_in(pictures, besides=results)
            return translate_files(
                generator, sources, results, settings, fit=fit, root=pictures, about=about, watch=watch
            )

        def cancelled() -> None:
            words = _("Stopped. What was translated until then is in {folder}.").format(folder=results)
            self.translator.studio.notifications.info(words)

        self.start(_("Translating a folder"), work, results, partial(self._tell_batch, results), cancelled)

    def _tell_batch(self, results: Path, done: Batch) -> None:
        hub = self.translator.studio.notifications
        if done.broken:
            broken = "\n".join(one.words for one in done.broken)
            hub.warning(done.words(), broken, _("Show in folder"), partial(show_in_folder, results))
        else:
            tell_saved(results, done.words(), hub)


class BatchDialog(FormDialog):
    """Two folders, and how pictures are made square. Starts only what can succeed; says in place what is wrong.

    Args:
        translator: whose settings hold.
        start: told the folder with the pictures, the one for the results, how pictures are made square, and ``files``.
        parent: the window.
        files: pictures that were dropped: only they are translated, unless another folder is chosen.
    """

    def __init__(self, translator: Translator, start: Callable[[Path, Path, Fit, Sequence[Path]], object],
                 parent: QWidget, files: Sequence[Path] = ()) -> None:  # fmt: skip
        tip = _("Translates all pictures beside the window; it can be stopped at any time")
        super().__init__(_("Translate a folder"), _("Translate"), tip, parent, _("Write nothing"))
        self._translator, self._start = translator, start
        self._job: Job | None = None
        self._suggested = ""
        self._files: Sequence[Path] = ()
        self.pictures = self._folder(_("Pictures"), _("The folder with the pictures; folders in it count too"))
        self.results = self._folder(_("Results"), _("Where the results go: a new or empty folder is best"))
        self.fit = fit_choice(_("Their middle square, the whole with a margin, or distorted"))
        self.rows.addRow(_("Fit"), self.fit)
        if translator.state is not None:
            self.fit.setCurrentIndex(FITS.index(translator.state.fit))
        self.problem = label("", "problem", wrap=True)
        self.fill(self.rows, self.words, self.problem, gap=12)
        self.pictures.textChanged.connect(self._pictures_changed)
        self.results.textChanged.connect(lambda _text: self.problem.setText(""))
        self._tell(None)
        if files:
            self.pictures.setText(str(files[0].parent))
            self._drop_job()
            self._files = files
            self._tell(len(files))

    def _folder(self, name: str, tip: str) -> QLineEdit:
        field = entry("", tip, name)
        field.setMinimumWidth(320)
        choose = push_button(_("Choose…"), "", _("Choose a folder"), clicked=lambda: self._choose(field))
        choose.setAccessibleName(_("Choose the folder: {name}").format(name=name))
        choose.setAutoDefault(False)
        self.rows.addRow(name, boxed(field, choose, across=True, gap=8, stretch=field))
        return field

    def _choose(self, field: QLineEdit) -> None:
        chosen = ask_folder(self, field.toolTip(), "pictures" if field is self.pictures else "saved", field.text())
        if chosen is not None:
            field.setText(str(chosen))

    def _pictures_changed(self, text: str) -> None:
        """Counts what is there, beside the window, and suggests where the results could go."""
        self.problem.setText("")
        self._files = ()
        if self.results.text() == self._suggested and text.strip():
            folder = Path(text.strip())
            self._suggested = str(folder.with_name(f"{folder.name}-translated")) if folder.name else ""
            self.results.setText(self._suggested)
        self._drop_job()
        self._tell(None)
        folder, besides = Path(text.strip()), Path(self.results.text().strip() or "/nowhere")
        if not text.strip():
            return

        def count(_progress: object, _cancel: object) -> int:
            from ganstudio.explore.batch_translation import pictures_in

            return len(pictures_in(folder, besides))

        self._job = self._translator.studio.jobs.start(_("Counting pictures"), count)
        self._job.on_done(self._tell).on_error(lambda error: self.problem.setText(str(error)))

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _tell(self, found: int | None) -> None:
        control, spec = self._translator.direction_control, self._translator.spec
        way = f" ({control.names[self._translator.direction]})" if control is not None else ""
        side = 0 if spec is None else spec.size
        each = _("Each becomes a PNG of {side} × {side} pixels with the same name{way}. A list of what became of each is "
                 "written beside them; broken pictures are left out.").format(side=side, way=way)  # fmt: skip
        if self._files:
            each = f"{plural('Only the dropped one.', 'Only the {n} that were dropped.', len(self._files))} {each}"
        elif found is not None:
            each = f"{plural('{n} picture.', '{n} pictures.', found)} {each}"
        self.words.setText(each)

    def done(self, result: int) -> None:
        """Closed, in whatever way: counts no more."""
        self._drop_job()
        super().done(result)

    def choose(self) -> None:
        """Starts, unless something is missing, which is then said."""
        pictures, results = self.pictures.text().strip(), self.results.text().strip()
        if not pictures or not Path(pictures).is_dir():
            self.problem.setText(_("There is no such folder of pictures; choose one."))
            self.pictures.setFocus()
        elif not results or not Path(results).parent.is_dir():
            self.problem.setText(_("Say where the results should go: a folder, new or empty."))
            self.results.setFocus()
        else:
            self._start(Path(pictures), Path(results), self.fit.currentData(), self._files)
            self.accept()
