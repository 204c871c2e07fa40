"""What one takes home: pictures with their state, films, folders of pictures by class, the generator, a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from ganstudio.app.explorer_session import session_of
from ganstudio.app.jobs import Job
from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.picture_file import save_picture
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.views import one
from ganstudio.ui.explore.export_dialogs import FilmDialog, FoldersDialog, PictureDialog, follow_job, with_ending
from ganstudio.ui.pictures.export import copy_image

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.explore.workspace import ExploreWorkspace

CHANNEL, URGENCY = "frozen", 150


class Exports(QObject):
    """Asks where and how, then writes in a job that shows its progress and can be cancelled."""

    def __init__(self, page: ExploreWorkspace) -> None:
        super().__init__(page)
        self._page, self.explorer = page, page.explorer
        self._waiting: list[tuple[Callable[[Generator], Any], Callable[[Any], object]]] = []
        self._of: object = None
        self.explorer.drawn.connect(self._drawn)
        self.explorer.weights_changed.connect(self._ask)
        self.explorer.source_changed.connect(self._source_changed)

    # -- pictures ---------------------------------------------------------------------------------------------------

    def copy_picture(self) -> None:
        """Puts the large picture on the clipboard."""
        copy_image(self._page.picture.image)

    def save_picture(self) -> None:
        """The large picture, with everything that it was made with: drawn anew, for a slider may just have moved."""
        state = self.explorer.state
        if state is None or self.explorer.picture is None:
            return
        session, suggestion = session_of(self.explorer, state), self._name("png")
        work = one(self.explorer.effective(state))

        def save(drawn: tuple[Any, int]) -> None:
            self._save(drawn[0], _("Save picture"), suggestion, {**session, "step": drawn[1]})

        self._take(lambda generator: (next(work(generator)), generator.step), save)

    def save_grid(self) -> None:
        """What the view below shows, as one picture."""
        picture = self._page.views.current.grid.picture()
        if picture is None:
            self.explorer.studio.notifications.info(_("The view is still being drawn; try again in a moment."))
        else:
            suggestion = self._name("png", self._page.views.tabs.value)
            self._save(picture, _("Save the view"), suggestion, session_of(self.explorer))

    def _save(self, picture: Any, title: str, suggestion: str, session: dict[str, Any]) -> None:
        def write(path: Path, scale: int) -> None:
            try:
                save_picture(path, picture, scale, session)
                self.explorer.studio.notifications.info(_("Saved {name}").format(name=path.name), str(path))
            except StudioError as error:
                self.explorer.studio.report(error)

        height, width = picture.shape[:2]
        PictureDialog(title, suggestion, (width, height), write, self._page).open()

    def _name(self, ending: str, what: str = "") -> str:
        opened = self.explorer.opened
        parts = [opened.title if opened is not None else "picture", what, str(self.explorer.step or "")]
        plain = "-".join(part for part in parts if part)
        return "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in plain)[:80] + f".{ending}"

    # -- words ------------------------------------------------------------------------------------------------------

    def can_copy_python(self) -> bool:
        """There is something that a script could open."""
        return self.explorer.opened is not None and self.explorer.opened.path is not None

    def copy_python(self) -> None:
        """A script that draws the present picture, on the clipboard."""
        from ganstudio.explore.python_code import as_python

        opened, state = self.explorer.opened, self.explorer.state
        if opened is None or opened.path is None or state is None:
            return
        try:
            text = as_python(opened.path, opened.generator, state, self.explorer.kept.directions, scale=8)
        except StudioError as error:
            self.explorer.studio.report(error)
            return
        QGuiApplication.clipboard().setText(text)
        self.explorer.studio.notifications.info(_("A Python script that draws this picture is on the clipboard."))

    # -- what takes a while -----------------------------------------------------------------------------------------

    def class_control(self) -> ClassLabel | CategoricalCode | None:
        """The classes or categories there are."""
        found = [control for control in self.explorer.controls if isinstance(control, ClassLabel | CategoricalCode)]
        return found[0] if found else None

    def save_film(self) -> None:
        """A film."""
        FilmDialog(self._page, self._name("gif", "film"), self._start).open()

    def save_folders(self) -> None:
        """Pictures of every class."""
        control = self.class_control()
        if control is None:
            return

        def write(folder: Path, per_class: int, seed: int, form: str) -> None:
            truncation = self.explorer.state.truncation if self.explorer.state is not None else 1.0

            def work(generator: Generator, watch: Watch) -> str:
                from ganstudio.explore.class_folders import save_class_folders

                done = save_class_folders(
                    folder,
                    generator,
                    per_class,
                    seed=seed,
                    truncation=truncation,
                    form="jpg" if form == "jpg" else "png",
                    watch=watch,
                )
                return _("{count} pictures in {folder}").format(count=f"{done.count:,}", folder=done.folder)

            self._start(_("Saving pictures by class"), work)

        FoldersDialog(control.count, write, self._page).open()

    def save_model(self) -> None:
        """The generator as a file."""
        endings = _("TorchScript (*.pt);;ONNX (*.onnx);;Weights (*.safetensors)")
        chosen, kind = QFileDialog.getSaveFileName(self._page, _("Save the generator"), self._name("pt"), endings)
        if not chosen:
            return
        path = with_ending(Path(chosen), kind, (".pt", ".ts", ".onnx", ".safetensors"))

        def work(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.model_files import save_model

            done = save_model(path, generator, watch)
            words = _("{name}: {size:.1f} MB; differs from the original by {difference:.1g} at most")
            return words.format(name=path.name, size=done.size / 1e6, difference=done.difference)

        self._start(_("Saving the generator"), work)

    def _start(self, title: str, work: Callable[[Generator, Watch], str]) -> None:
        """Runs work with a copy of the generator, made where nobody else draws with it at that moment."""

        def begin(generator: Generator) -> None:
            def job(progress: Any, cancel: Any) -> str:
                return work(generator, Watch(progress, cancel))

            studio = self.explorer.studio
            started: Job = studio.jobs.start(title, job)
            started.on_done(lambda words: studio.notifications.info(words))
            started.on_error(studio.report)
            follow_job(started, self._page)

        self._take(lambda generator: generator.frozen(), begin)

    def _take(self, make: Callable[[Generator], Any], call: Callable[[Any], object]) -> None:
        """Makes something of the generator in the thread that draws with it, then calls with that in this one."""
        self._of = self._generators_key()
        self._waiting.append((make, call))
        self._ask()

    def _generators_key(self) -> object:
        opened = self.explorer.opened
        return None if opened is None else (opened.path, opened.generator.controls)

    def _ask(self) -> None:
        """Again where other weights have come between: with them what was asked for is forgotten."""
        makes = [make for make, _call in self._waiting]
        if makes:
            self.explorer.ask(CHANNEL, lambda generator: iter([[make(generator) for make in makes]]), URGENCY)

    def _source_changed(self) -> None:
        """What waits belongs to the generator that it was asked of."""
        if self._waiting and self._generators_key() != self._of:
            self._waiting.clear()
            words = _("Nothing was saved: another generator was opened meanwhile.")
            self.explorer.studio.notifications.info(words)
        elif self._waiting and not self.explorer.opening:
            self._ask()

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and (result.value is not None or result.error is not None):
            waiting, self._waiting = self._waiting, []
            if result.error is not None:
                self.explorer.studio.report(result.error)
                return
            for (_make, call), made in zip(waiting, result.value, strict=True):
                call(made)
