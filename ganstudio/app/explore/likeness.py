"""What of the training data is most like what is drawn, and how unusual that is. Main thread, no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.sources import data_of
from ganstudio.app.jobs import Newest
from ganstudio.app.named import data_refusal
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.core.working import Working
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import ExploreState, stack
from ganstudio.explore.views import dot

if TYPE_CHECKING:
    from ganstudio.data import Dataset
    from ganstudio.explore.generator import Generator
    from ganstudio.explore.neighbours import Nearest, Neighbours, Yardstick

SHOWN = 9


class Likeness:
    """Reads the data set that a run was trained on, and finds what of it is nearest.

    Signals:
        changed: it knows more, or of another run.
        ready: the data have been read, or are another run's: :meth:`work` finds something else now.

    Attributes:
        possible: there is a run, whose data can be read.
        reading: they are being read; ``there``: they are.
        words: what it finds, or why not.
        pictures: uint8 ``(N, H, W, C)``, the most alike first; None while nothing was found. ``names``: what they are.
    """

    changed = Signal()
    ready = Signal()

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._job = Newest(explorer.studio.jobs)
        self._of: object = self  # neither a path nor nothing: the first look is a change
        explorer.source_changed.connect(self._source_changed)
        self._source_changed()

    def _source_changed(self) -> None:
        opened = self._explorer.opened
        of = None if opened is None else (opened.path, opened.generator.controls)
        if of == self._of:
            return  # the same run, opened anew: its data set is there already
        self._of = of
        self._job.stop()
        self._data: Dataset | None = None
        self._neighbours: Neighbours | None = None
        self.yardstick: Yardstick | None = None
        self.nearest: Nearest | None = None
        self.pictures: NDArray[np.uint8] | None = None
        self.names: list[str] = []
        self.reading, self.possible = False, opened is not None and opened.run is not None
        self.words = (
            _("Shows the training pictures that are most like the present one, and how unusual such a likeness is: a "
              "picture nearer to one of them than real pictures are to each other may have been learned by heart.")
            if self.possible or opened is None
            else _("Where this generator learned is not known, so there is nothing to compare with.")
        )  # fmt: skip
        self.ready.emit()
        self.changed.emit()

    @property
    def there(self) -> bool:
        """The data have been read."""
        return self._data is not None

    def read(self) -> None:
        """Reads the data set that the run was trained on."""
        run, studio = None if self._explorer.opened is None else self._explorer.opened.run, self._explorer.studio
        if run is None:
            return
        if refused := data_refusal(run.info.experiment, studio.settings):
            self._say(refused)
            return
        stored, seed, wanted = run, run.info.experiment.seed, run.info.fingerprint

        def work(progress: Any, cancel: Any) -> Any:
            from ganstudio.data import load

            return load(data_of(stored), seed=seed, cancel=cancel, progress=progress)

        def done(data: Dataset) -> None:
            from ganstudio.explore.neighbours import Neighbours

            self._data, self._neighbours, self.reading = data, Neighbours(data.items.numpy()), False
            changed = "" if data.fingerprint == wanted else _("The data set has changed since. ")
            self._say(changed + _("Looking…"))
            self.ready.emit()

        def failed(error: StudioError) -> None:
            self.reading = False
            self._say(str(error))

        self.reading = True
        self._say(_("Reading the data set…"))
        self._job.start(_("Reading the data set"), work, done, failed)

    def _say(self, words: str) -> None:
        self.words = words
        self.changed.emit()

    # -- looking ----------------------------------------------------------------------------------------------------

    def work(self, state: ExploreState) -> Work:
        """What is most alike, once there is anything to compare with; at first also how alike real ones are."""
        position, neighbours, yardstick = self._explorer.effective(state), self._neighbours, self.yardstick

        def work(generator: Generator) -> Iterator[Any]:
            if neighbours is not None:
                yield from neighbours.nearest(generator.generate(stack([position])), SHOWN)
                if yardstick is None:
                    yield from neighbours.yardstick()

        return work

    def take(self, value: Any) -> None:
        """What the work found: the nearest, or how near real ones are to each other."""
        if isinstance(value, Working) or self._data is None:
            return
        if hasattr(value, "indices"):
            self.nearest = value
            self._draw(value, self._data)
        else:
            self.yardstick = value
        self._say(self._verdict() or self.words)

    def fail(self, words: str) -> None:
        """It could not be found."""
        self.pictures = None
        self._say(words)

    def _draw(self, nearest: Nearest, data: Dataset) -> None:
        spec, chosen = data.spec, data.items.numpy()[nearest.indices[0]]
        if spec.kind == "points":
            self.pictures = np.stack([dot(point, spec.extent, real=True) for point in chosen])
        else:
            self.pictures = np.ascontiguousarray(chosen.transpose(0, 2, 3, 1))
        self.names = [f"{distance:.2f}" for distance in nearest.distances[0]]
        if data.labels is not None:
            classes = [spec.classes[int(data.labels[int(index)])] for index in nearest.indices[0]]
            self.names = [" · ".join(filter(None, words)) for words in zip(classes, self.names, strict=True)]

    def _verdict(self) -> str:
        if self.nearest is None or self.yardstick is None:
            return ""
        distance, measure = float(self.nearest.distances[0, 0]), self.yardstick
        if not len(measure.distances):
            text = _("Distance to the nearest: {distance:.2f}.")
        elif measure.memorised(distance):
            text = _("Nearest: {distance:.2f} away; between real ones usually {usual:.2f}: perhaps learned by heart.")
        else:
            text = _("Nearest: {distance:.2f} away; between real ones usually {usual:.2f}: no sign of learning "
                     "by heart.")  # fmt: skip
        return text.format(distance=distance, usual=measure.usual)
