"""What one takes home of a painting: picture, label map, both side by side, a film."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.picture_session import session_of
from ganstudio.app.paint.painter import Painter
from ganstudio.core.i18n import _
from ganstudio.core.labelmaps import colour_map
from ganstudio.explore.canvas import save_label_png
from ganstudio.explore.painting import Moment, beside, draw_on
from ganstudio.ui.generator_page.exports import PageExports, file_name
from ganstudio.ui.kit.files import ask_where, copy_image
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.paint.film_dialog import PaintingFilmDialog


class Exports(PageExports):
    """Picture, label map, both, and a film of the strokes."""

    def __init__(self, painter: Painter, parent: QWidget) -> None:
        super().__init__(parent, painter)
        self.painter = painter

    def copy_picture(self) -> None:
        """Puts the picture on the clipboard."""
        if self.painter.picture is not None:
            copy_image(to_image(self.painter.picture))

    def copy_map(self) -> None:
        """Puts the label map in its colours on the clipboard."""
        document = self.painter.document
        if document is not None:
            copy_image(to_image(colour_map(document.ids, document.classes)))

    def save_map(self) -> None:
        """The label map: one index for every pixel, the classes' colours as palette."""
        document = self.painter.document
        if document is None:
            return
        ids, classes = document.ids.copy(), document.classes
        kinds = _("Label map (*.png)")
        path = ask_where(self._parent, _("Save the label map"), self._name("png", "map"), kinds, (".png",))
        if path is not None:
            self.write(path, lambda: save_label_png(path, ids, classes))

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
        session = session_of(painter)
        self.save_drawn(
            lambda generator: make(moment.ids, draw_on(generator, moment.ids, [moment.style])[0]),
            title,
            self._name("png", what),
            session,
        )

    def _name(self, ending: str, what: str = "") -> str:
        document = self.painter.document
        return file_name(document.name if document is not None else _("painting"), what, ending=ending)

    def save_film(self) -> None:
        """A film of the painting."""
        if self.painter.document is not None:
            PaintingFilmDialog(self.painter, self._name("gif", "film"), self.start, self._parent).open()
