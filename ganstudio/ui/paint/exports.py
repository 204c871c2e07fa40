"""What one takes home of a painting: picture, label map, both side by side, a film of its strokes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ganstudio.app.generators.picture_session import session_of
from ganstudio.app.paint.painter import Painter
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.core.labelmaps import colour_map
from ganstudio.explore.canvas import replay, save_label_png
from ganstudio.explore.painting import Moment, Shown, beside, draw_on, painting_frames
from ganstudio.ui.generator_page.exports import FilmForm, Frames, PageExports, Picture, Start, file_name
from ganstudio.ui.kit.files import ask_where, copy_image
from ganstudio.ui.kit.painted import to_image

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator


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
            classes, title = document.classes, _("Save map and picture")
            self._save(title, "both", lambda ids, picture: beside(colour_map(ids, classes), picture))

    def _save(self, title: str, what: str, make: Callable[[Picture, Picture], Picture]) -> None:
        painter = self.painter
        document, state = painter.document, painter.state
        if document is None or state is None:
            return
        moment = Moment(document.ids.copy(), state.position)
        session = session_of(painter)

        def draw(generator: Generator) -> Picture:
            return make(moment.ids, draw_on(generator, moment.ids, [moment.style])[0])

        self.save_drawn(draw, title, self._name("png", what), session)

    def _name(self, ending: str, what: str = "") -> str:
        document = self.painter.document
        return file_name(document.name if document is not None else _("painting"), what, ending=ending)

    def save_film(self) -> None:
        """A film of the painting."""
        if self.painter.document is not None:
            PaintingFilmDialog(self.painter, self._name("gif", "film"), self.start, self._parent).open()


class PaintingFilmDialog(FilmForm):
    """The strokes of the present canvas, one after another, drawn in the present style.

    Args:
        painter: what is filmed.
        suggestion: file name.
        start: runs the writing.
        parent: the window.
    """

    def __init__(self, painter: Painter, suggestion: str, start: Start, parent: QWidget) -> None:
        super().__init__(_("Save a film of the painting"), suggestion, start, painter.studio, parent)
        self._painter = painter
        both = ("both", _("Map and picture side by side"))
        choices = [both, ("picture", _("The picture")), ("map", _("The label map"))]
        steps = 1 if painter.document is None else len(painter.document.reel) + 1
        frames = (1, min(max(steps, 1), 240), _("Spread evenly over the strokes"))
        small = painter.spec is None or painter.spec.size <= 128
        self.add_rows(choices, _("What is seen of every moment"), frames, 8, 2 if small else 1)
        moments = plural(
            "There is {n} moment since this canvas was opened",
            "There are {n} moments since this canvas was opened",
            steps,
        )
        self.words.setText(
            _("{moments}; undone strokes are not among them. The file’s ending decides: .gif plays everywhere, .apng keeps "
              "every colour, .mp4 is smallest (needs the extra “video”).").format(moments=moments)
        )  # fmt: skip

    def drawn_frames(self) -> Frames:
        """The moments of the painting, spread evenly over its strokes."""
        document, state = self._painter.document, self._painter.state
        if document is None or state is None:
            raise UsageError(_("Nothing is open to be filmed."))
        moments = [Moment(ids, state.position) for ids in replay(document, self.frames.value())]
        shown: Shown = self.what.currentData()
        return lambda generator: painting_frames(generator, moments, shown), len(moments)
