"""The training pictures that are most like the present one: is it invented, or remembered?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.sources import data_of
from ganstudio.app.jobs import Job
from ganstudio.app.named import data_refusal
from ganstudio.app.studio import Studio
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import ExploreState, stack
from ganstudio.explore.views import dot
from ganstudio.explore.working import Working
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.parts import label, push_button
from ganstudio.ui.pictures.grid import PictureGrid

if TYPE_CHECKING:
    from ganstudio.data import Dataset
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.neighbours import Nearest, Neighbours, Yardstick

SHOWN = 9


class NeighboursPanel(Part):
    """Once the data set is loaded, follows the large picture whenever the hand rests."""

    urgency = 2

    def __init__(self, explorer: Explorer, studio: Studio) -> None:
        grid = PictureGrid(_("Nearest training pictures"), _("The most alike first"))
        super().__init__(explorer, "neighbours", grid)
        self._studio = studio
        self._data: Dataset | None = None
        self._neighbours: Neighbours | None = None
        self._yardstick: Yardstick | None = None
        self._nearest: Nearest | None = None
        self._job: Job | None = None
        self._of: object = self  # neither a path nor nothing: the first look is a change
        words = _("Reads the data set that this run was trained on and looks for what is most alike")
        self.load = push_button(_("Compare with the training data"), "", words, clicked=self.read_data)
        self.words = label("", "muted", wrap=True)
        self.stack(self.load, self.words, grid)
        explorer.source_changed.connect(self._source_changed)
        self._source_changed()

    def _source_changed(self) -> None:
        opened = self.explorer.opened
        run = None if opened is None else opened.run
        of = None if opened is None else (opened.path, opened.generator.controls)
        if of == self._of:
            return  # the same run, opened anew: its data set is there already
        self._of = of
        if self._job is not None:
            self._job.cancel()
        self._data = self._neighbours = self._yardstick = self._nearest = self._job = None
        self.redraw()
        self.load.setVisible(run is not None)
        self.load.setEnabled(True)
        self.grid.hide()
        self.words.setText(
            _("Shows the training pictures that are most like the present one, and how unusual such a likeness is: a "
              "picture nearer to one of them than real pictures are to each other may have been learned by heart.")
            if run is not None or opened is None
            else _("Where this generator learned is not known, so there is nothing to compare with.")
        )  # fmt: skip

    def read_data(self) -> None:
        """Reads the data set that the run was trained on."""
        run = None if self.explorer.opened is None else self.explorer.opened.run
        refused = "" if run is None else data_refusal(run.info.experiment, self._studio.settings)
        if refused:
            self.words.setText(refused)
        if run is None or refused:
            return
        stored, seed, wanted = run, run.info.experiment.seed, run.info.fingerprint

        def work(progress: Any, cancel: Any) -> Any:
            from ganstudio.data import load

            return load(data_of(stored), seed=seed, cancel=cancel, progress=progress)

        def done(data: Dataset) -> None:
            from ganstudio.explore.neighbours import Neighbours

            self._data, self._neighbours, self._job = data, Neighbours(data.items.numpy()), None
            self.load.hide()
            changed = "" if data.fingerprint == wanted else _("The data set has changed since. ")
            self.words.setText(changed + _("Looking…"))
            self.redraw()

        def failed(error: StudioError) -> None:
            self._job = None
            self.load.setEnabled(True)
            self.words.setText(str(error))

        self.load.setEnabled(False)
        self.words.setText(_("Reading the data set…"))
        self._job = self._studio.jobs.start(_("Reading the data set"), work).on_done(done).on_error(failed)

    # -- looking ----------------------------------------------------------------------------------------------------

    def work(self, state: ExploreState) -> Work:
        """What is most alike, once there is anything to compare with; at first also how alike real ones are."""
        position, neighbours, yardstick = self.explorer.effective(state), self._neighbours, self._yardstick

        def work(generator: Generator) -> Iterator[Any]:
            if neighbours is not None:
                yield from neighbours.nearest(generator.generate(stack([position])), SHOWN)
                if yardstick is None:
                    yield from neighbours.yardstick()

        return work

    def failed(self, words: str) -> None:
        """Says why."""
        self.grid.hide()
        self.words.setText(words)

    def arrived(self, value: Any) -> None:
        """The nearest pictures, or how near real ones are to each other."""
        if isinstance(value, Working):
            return
        if hasattr(value, "indices"):
            self._nearest = value
            self._show(value)
        else:
            self._yardstick = value
        self._say()

    def _show(self, nearest: Nearest) -> None:
        assert self._data is not None
        spec, chosen = self._data.spec, self._data.items.numpy()[nearest.indices[0]]
        if spec.kind == "points":
            pictures = np.stack([dot(point, spec.extent, real=True) for point in chosen])
        else:
            pictures = np.ascontiguousarray(chosen.transpose(0, 2, 3, 1))
        labels, names = self._data.labels, [f"{distance:.2f}" for distance in nearest.distances[0]]
        if labels is not None:
            classes = [spec.classes[int(labels[int(index)])] for index in nearest.indices[0]]
            names = [" · ".join(filter(None, words)) for words in zip(classes, names, strict=True)]
        self.grid.show()
        self.grid.prepare(len(pictures), 3)
        self.grid.put(0, pictures)
        self.grid.set_names(names, captions=True)

    def _say(self) -> None:
        if self._nearest is None or self._yardstick is None:
            return
        distance, measure = float(self._nearest.distances[0, 0]), self._yardstick
        if not len(measure.distances):
            text = _("Distance to the nearest: {distance:.2f}.")
        elif measure.memorised(distance):
            text = _("Nearest: {distance:.2f} away; between real ones usually {usual:.2f}: perhaps learned by heart.")
        else:
            text = _("Nearest: {distance:.2f} away; between real ones usually {usual:.2f}: no sign of learning "
                     "by heart.")  # fmt: skip
        self.words.setText(text.format(distance=distance, usual=measure.usual))
