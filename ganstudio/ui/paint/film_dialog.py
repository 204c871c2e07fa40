"""How the film of a painting is to be: what it shows, how long, how large."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ganstudio.app.paint.painter import Painter
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.canvas import replay
from ganstudio.explore.painting import Moment, Shown, painting_frames
from ganstudio.ui.generator_page.exports import FilmForm, Frames, Start


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
        choices = [
            ("both", _("Map and picture side by side")),
            ("picture", _("The picture")),
            ("map", _("The label map")),
        ]
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
