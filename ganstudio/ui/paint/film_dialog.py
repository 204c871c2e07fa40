"""How the film of a painting is to be: what it shows, how long, how large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from ganstudio.app.painter import Painter
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.canvas import replay
from ganstudio.explore.painting import Moment, Shown, painting_frames
from ganstudio.ui.explore.export_dialogs import ExportForm, Start, with_ending

if TYPE_CHECKING:
    from ganstudio.explore.exporting import Watch
    from ganstudio.explore.generator import Generator

MOST = 2000


class PaintingFilmDialog(ExportForm):
    """The strokes of the present canvas, one after another, drawn in the present style.

    Args:
        painter: what is filmed.
        suggestion: file name.
        start: runs the writing.
        parent: the window.
    """

    def __init__(self, painter: Painter, suggestion: str, start: Start, parent: QWidget) -> None:
        super().__init__(_("Save a film of the painting"), _("Save…"), parent)
        self._painter, self._suggestion, self._start = painter, suggestion, start
        choices = [
            ("both", _("Map and picture side by side")),
            ("picture", _("The picture")),
            ("map", _("The label map")),
        ]
        self.what = self.choice(_("Shows"), choices, _("What is seen of every moment"))
        steps = 1 if painter.document is None else len(painter.document.reel) + 1
        self.frames = self.number(_("Pictures"), 1, MOST, min(max(steps, 1), 240), _("Spread evenly over the strokes"))
        self.fps = self.number(_("Pictures a second"), 1, 50, 8, _("24 is smooth"))
        size = 0 if painter.spec is None else painter.spec.size
        self.scale = self.number(_("Times its size"), 1, 8, 2 if size <= 128 else 1, _("Every pixel a square"))
        self.loop = QCheckBox(_("Plays for ever"))
        self.loop.setToolTip(_("GIF and APNG begin again at their end"))
        self.loop.setChecked(True)
        self.rows.addRow("", self.loop)
        moments = plural(
            "There is {n} moment since this canvas was opened",
            "There are {n} moments since this canvas was opened",
            steps,
        )
        self.words.setText(
            _("{moments}; undone strokes are not among them. The file’s ending decides: .gif plays everywhere, .apng keeps "
              "every colour, .mp4 is smallest (needs the extra “video”).").format(moments=moments)
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to, then draws and writes."""
        kinds = _("GIF (*.gif);;Animated PNG (*.apng);;MP4 (*.mp4)")
        chosen, kind = QFileDialog.getSaveFileName(self, self.windowTitle(), self._suggestion, kinds)
        if chosen:
            path = with_ending(Path(chosen), kind, (".gif", ".apng", ".png", ".mp4"))
            self._start(_("Saving a film"), self.work(path))
            self.accept()

    def work(self, path: Path) -> Callable[[Generator, Watch], str]:
        """Draws and writes the film as it is chosen now.

        Raises:
            UsageError: nothing is open.
        """
        document, state = self._painter.document, self._painter.state
        if document is None or state is None:
            raise UsageError(_("Nothing is open to be filmed."))
        moments = [Moment(ids, state.position) for ids in replay(document, self.frames.value())]
        shown: Shown = self.what.currentData()
        options: dict[str, Any] = {
            "fps": float(self.fps.value()),
            "loop": self.loop.isChecked(),
            "scale": self.scale.value(),
        }

        def write(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.films import save_film

            frames = painting_frames(generator, moments, shown)
            count = save_film(path, frames, total=len(moments), watch=watch, **options)
            return _("{name}: {count} pictures").format(name=path.name, count=count)

        return write
