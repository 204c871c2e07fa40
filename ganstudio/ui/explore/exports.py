"""What one takes home: pictures with their state, films, folders of pictures by class, the generator, a script."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.picture_session import session_of
from ganstudio.core.controls import CategoricalCode, ClassLabel
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.i18n import _, plural
from ganstudio.explore.exporting import Watch
from ganstudio.explore.looking import laid_over
from ganstudio.explore.state import Position
from ganstudio.explore.views import Seen, one
from ganstudio.explore.walks import plane, travelled
from ganstudio.ui.generator_page.exports import ExportForm, FilmForm, Frames, PageExports, Start, file_name
from ganstudio.ui.kit.files import ask_folder, ask_where, copy_image
from ganstudio.ui.kit.painted import to_pixels

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator
    from ganstudio.ui.explore.views import ViewTabs


FRAMES_ROUND = 96


class FoldersDialog(ExportForm):
    """How many pictures of each class.

    Args:
        classes: how many classes there are.
        truncation: that all of them are drawn with.
        start: runs the writing.
        parent: the window.
    """

    def __init__(self, classes: int, truncation: float, start: Start, parent: QWidget) -> None:
        super().__init__(_("Save pictures by class"), parent)
        self._classes, self._truncation, self._start = classes, truncation, start
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
        chosen = ask_folder(self, _("Choose where the new folder goes"), "saved")
        if chosen is not None:
            names = ("generated" if number == 1 else f"generated-{number}" for number in itertools.count(1))
            folder = next(path for name in names if not (path := chosen / name).exists())
            self._start(_("Saving pictures by class"), self.work(folder), folder)
            self.accept()

    def work(self, folder: Path) -> Callable[[Generator, Watch], str]:
        """Draws and writes the pictures as it is chosen now."""
        each = self.per_class.value()
        options: dict[str, Any] = {
            "seed": self.seed.value(),
            "truncation": self._truncation,
            "form": self.form.currentData(),
        }

        def write(generator: Generator, watch: Watch) -> str:
            from ganstudio.explore.class_folders import save_class_folders

            done = save_class_folders(folder, generator, each, watch=watch, **options)
            return plural("{n:,} picture in {folder}", "{n:,} pictures in {folder}", done.count, folder=done.folder)

        return write


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
            choices.append(("samples", _("The training: the wall of samples")))
        frames = (2, FRAMES_ROUND, _("Of the whole film; of each leg of a path"))
        small = explorer.spec is not None and explorer.spec.size <= 32
        self.add_rows(choices, _("What changes from picture to picture"), frames, 24, 8 if small else 2)
        self.go.setEnabled(bool(choices))
        self.what.currentIndexChanged.connect(self._propose)
        self.frames.valueChanged.connect(self._tell)
        self._propose()

    def _propose(self, *_index: object) -> None:
        kind = self.what.currentData()
        self.rows.setRowVisible(self.frames, kind not in ("training", "samples"))  # it has as many as were stored
        self.frames.setValue(24 if kind == "path" else FRAMES_ROUND)
        self.fps.setValue(6 if kind in ("training", "samples") else 24)
        self._tell()

    def _tell(self, *_count: object) -> None:
        text = _("The file’s ending decides: .gif plays everywhere, .apng keeps every colour, .mp4 is smallest (needs the "
                 "extra “video”).")  # fmt: skip
        if self.what.currentData() == "path":  # so many from pin to pin, and the last pin
            many = len(self._views.path.positions(self.frames.value()))
            text = plural("{n} picture in all.", "{n} pictures in all.", many) + " " + text
        self.words.setText(text)

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
        if self.explorer.point is not None:  # the plane, as it is seen
            suggestion = self._name("png")
            self.save_with_session(to_pixels(self._shown()), _("Save picture"), suggestion, session_of(self.explorer))
            return
        look = self.explorer.look
        work = one(self.explorer.effective(state), bool(look))

        def make(generator: Generator) -> NDArray[np.uint8]:
            seen: Seen = next(work(generator))
            return laid_over(seen.picture, seen.maps[look]) if look in seen.maps else seen.picture

        self.save_drawn(make, _("Save picture"), self._name("png", look), session_of(self.explorer))

    def save_grid(self) -> None:
        """What the view below shows, as one picture."""
        picture = None if self._views.current is None else self._views.current.grid.picture()
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
        studio = self.explorer.studio
        try:
            text = as_python(opened.path, opened.generator, state, self.explorer.kept.directions, scale=8)
        except StudioError as error:
            studio.report(error)
        else:
            QGuiApplication.clipboard().setText(text)
            studio.notifications.info(_("A Python script that draws this is on the clipboard."))

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
        control, state = self.class_control(), self.explorer.state
        if control is not None and state is not None:
            FoldersDialog(control.count, state.truncation, self.start, self._parent).open()

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

        self.start(_("Saving the generator"), work, path)
