"""What is asked before pictures by class or a film of an exploration are taken home."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.explore.state import Position
from ganstudio.explore.walks import plane, travelled
from ganstudio.ui.generator_page.exports import ExportForm, FilmForm, Frames, Start

if TYPE_CHECKING:
    from ganstudio.ui.explore.views import ViewTabs

FRAMES_ROUND = 96


class FoldersDialog(ExportForm):
    """How many pictures of each class.

    Args:
        classes: how many classes there are.
        write: told the folder, the number, the seed and the form.
        parent: the window.
    """

    def __init__(self, classes: int, write: Callable[[Path, int, int, str], object], parent: QWidget) -> None:
        super().__init__(_("Save pictures by class"), parent)
        self._classes, self._write = classes, write
        self.per_class = self.number(_("Pictures of each class"), 1, 100_000, 100, _("All classes get as many"))
        self.seed = self.number(_("Seed"), 0, 2**31 - 1, 0, _("Of the first picture; the next ones count on"))
        self.form = self.choice(_("Form"), [("png", "PNG"), ("jpg", "JPEG")], _("PNG keeps every pixel"))
        self.per_class.valueChanged.connect(self._tell)
        self._tell(self.per_class.value())

    def _tell(self, each: int) -> None:
        self.words.setText(
            _("{count} pictures in {classes} folders, with a list of seeds and classes. The folder can be trained on as "
              "“your own pictures”.").format(count=f"{each * self._classes:,}", classes=self._classes)
        )  # fmt: skip

    def choose(self) -> None:
        """Asks where to; the folder is new."""
        chosen = QFileDialog.getExistingDirectory(self, _("Choose where the new folder goes"))
        if chosen:
            names = ("generated" if number == 1 else f"generated-{number}" for number in itertools.count(1))
            folder = next(path for name in names if not (path := Path(chosen) / name).exists())
            self._write(folder, self.per_class.value(), self.seed.value(), str(self.form.currentData()))
            self.accept()


class FilmDialog(FilmForm):
    """What the film shows, how long and how large.

    Args:
        explorer: what is filmed.
        views: the path, the sweep and the plane that can be.
        suggestion: file name.
        start: runs the writing.
        parent: the window.
    """

    def __init__(self, explorer: Explorer, views: ViewTabs, suggestion: str, start: Start, parent: QWidget) -> None:
        super().__init__(_("Save a film"), suggestion, start, explorer.studio, parent)
        self._explorer, self._views = explorer, views
        choices = []
        if len(explorer.kept.pins) > 1:
            choices.append(("path", _("The path past the pins")))
        if plane(explorer.controls, views.traveller.seed):
            choices.append(("round", _("Once around on the latent plane")))
        if views.sweep.chosen()[1] is not None:
            choices.append(("sweep", _("The sweep: its rows become time")))
        if explorer.opened is not None and explorer.opened.run is not None:
            choices.append(("training", _("The training: this picture through all checkpoints")))
            choices.append(("samples", _("The training: the wall of samples as it was stored")))
        frames = (2, FRAMES_ROUND, _("Of the whole film; of each leg of a path"))
        small = explorer.spec is not None and explorer.spec.size <= 32
        self.add_rows(choices, _("What changes from picture to picture"), frames, 24, 8 if small else 2)
        self.go.setEnabled(bool(choices))
        self.what.currentIndexChanged.connect(self._tell)
        self._tell()

    def _tell(self, *_index: object) -> None:
        kind = self.what.currentData()
        self.frames.setEnabled(kind not in ("training", "samples"))
        self.frames.setValue(24 if kind == "path" else FRAMES_ROUND)
        self.fps.setValue(6 if kind in ("training", "samples") else 24)
        self.words.setText(
            _("The file’s ending decides: .gif plays everywhere, .apng keeps every colour, .mp4 is smallest (needs the "
              "extra “video”).")
        )  # fmt: skip

    def drawn_frames(self) -> Frames:
        """The film's pictures, as they are chosen now."""
        from ganstudio.explore.film_frames import evolution, grid_frames, walk_frames

        explorer, views = self._explorer, self._views
        kind, count = self.what.currentData(), self.frames.value()
        state = explorer.state
        if state is None or explorer.opened is None:
            raise UsageError(_("Nothing is open to be filmed."))
        if kind == "path":
            path = views.path.positions(count)
            return lambda generator: walk_frames(generator, path), len(path)
        if kind == "round":
            axes, radius = plane(explorer.controls, views.traveller.seed), 0.7
            turns = [2 * math.pi * index / count for index in range(count)]
            places = [(radius * math.sin(turn), radius * (1 - math.cos(turn))) for turn in turns]
            round_ = [explorer.effective(travelled(state, axes, x, y)) for x, y in places]
            return lambda generator: walk_frames(generator, round_), len(round_)
        if kind == "sweep":
            rows, columns = views.sweep.chosen()
            axis, other = (rows, columns) if rows is not None else (columns, None)
            assert axis is not None
            moments: list[list[Position]] = []
            for value in axis.stops(count):
                at = axis.moved(state, value)
                row = [at] if other is None else [other.moved(at, each) for each in other.stops(8)]
                moments.append([explorer.effective(one) for one in row])
            return lambda generator: grid_frames(generator, moments), len(moments)
        run, weights = explorer.opened.run, explorer.weights
        if run is None:
            raise UsageError(_("There is nothing in this generator that could move."))
        of = "checkpoints" if kind == "training" else "samples"
        film = evolution(run, [explorer.effective(state)], weights, of)  # type: ignore[arg-type]
        return lambda _generator: film.frames(), len(film.steps)
