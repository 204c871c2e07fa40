"""What one takes home: pictures with their state, films, folders of pictures by class, the generator, a script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.picture_session import session_of
from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.exporting import Watch
from ganstudio.explore.looking import laid_over
from ganstudio.explore.views import Seen, one
from ganstudio.ui.explore.export_dialogs import FilmDialog, FoldersDialog
from ganstudio.ui.generator_page.exports import PageExports, file_name
from ganstudio.ui.kit.files import ask_where, copy_image

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.explore.views import ViewTabs


class Exports(PageExports):
    """Pictures and views, films, folders, the generator and a script.

    Args:
        explorer: what is explored.
        views: what is shown below the large picture.
        shown: the large picture as it is seen, one pixel a pixel.
        parent: the workspace.
    """

    def __init__(self, explorer: Explorer, views: ViewTabs, shown: Callable[[], QImage], parent: QWidget) -> None:
        super().__init__(parent, explorer)
        self.explorer, self._views, self._shown = explorer, views, shown

    # -- pictures ---------------------------------------------------------------------------------------------------

    def copy_picture(self) -> None:
        """Puts the large picture on the clipboard."""
        copy_image(self._shown())

    def save_picture(self) -> None:
        """The large picture, with everything that it was made with: drawn anew, for a slider may just have moved."""
        state = self.explorer.state
        if state is None or self.explorer.picture is None:
            return
        look = self.explorer.look
        work = one(self.explorer.effective(state), bool(look))

        def make(generator: Generator) -> NDArray[np.uint8]:
            seen: Seen = next(work(generator))
            return laid_over(seen.picture, seen.maps[look]) if look in seen.maps else seen.picture

        self.save_drawn(make, _("Save picture"), self._name("png", look), session_of(self.explorer))

    def save_grid(self) -> None:
        """What the view below shows, as one picture."""
        picture = self._views.current.grid.picture()
        if picture is None:
            self.explorer.studio.notifications.info(_("The view is still being drawn; try again in a moment."))
        else:
            suggestion = self._name("png", self._views.tabs.value)
            self.save_with_session(picture, _("Save the view"), suggestion, session_of(self.explorer))

    def _name(self, ending: str, what: str = "") -> str:
        opened = self.explorer.opened
        title = opened.title if opened is not None else "picture"
        return file_name(title, what, str(self.explorer.step or ""), ending=ending)

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
        FilmDialog(self.explorer, self._views, self._name("gif", "film"), self.start, self._parent).open()

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

            self.start(_("Saving pictures by class"), work)

        FoldersDialog(control.count, write, self._parent).open()

    def save_model(self) -> None:
        """The generator as a file."""
        kinds = _("Weights (*.safetensors);;ONNX (*.onnx);;TorchScript, which is not opened here again (*.pt)")
        endings = (".safetensors", ".onnx", ".pt", ".ts")
        path = ask_where(self._parent, _("Save the generator"), self._name("safetensors"), kinds, endings)
        if path is None:
            return

        def work(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.model_files import save_model

            done = save_model(path, generator, watch)
            words = _("{name}: {size:.1f} MB; differs from the original by {difference:.1g} at most")
            return words.format(name=path.name, size=done.size / 1e6, difference=done.difference)

        self.start(_("Saving the generator"), work)
