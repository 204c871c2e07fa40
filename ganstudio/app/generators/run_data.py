"""The data that an open run was trained on: read in a job, for whatever offers some of them to a person. No Qt."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.sources import data_of
from ganstudio.app.jobs import Job, Newest, Progress
from ganstudio.app.named import data_refusal
from ganstudio.core.controls import ClassImages
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.generators.desk import Desk
    from ganstudio.app.studio import Studio
    from ganstudio.data.base import Arrays
    from ganstudio.store import Run

T = TypeVar("T")
Pictures = NDArray[np.float32]
Source = Path | bytes
MOST = 24


def read_data(run: Run, progress: Progress | None = None, cancel: threading.Event | None = None) -> Arrays:
    """All of the data of a run. For a job.

    Raises:
        StudioError: they are not there any more, cannot be read, or are others now.
    """
    from ganstudio.data import parse_request, read

    seed, expected = run.info.experiment.seed, run.info.fingerprint
    return read(parse_request(data_of(run)), seed=seed, cancel=cancel, progress=progress, expected=expected)


def spread(count: int) -> list[int]:
    """Places in a pile of so many that are offered: :data:`MOST`, evenly spread."""
    most = min(MOST, count)
    return [place * count // most for place in range(most)]


class RunShelf(Generic[T]):
    """Some of the data of a run, read beside the window; the run that was looked at last counts.

    Args:
        nothing: what there is before it is read, and where it cannot be.

    Attributes:
        found: what there is.
        error: why there is nothing, as a sentence; empty otherwise.
        changed: emitted when anything of this is different.
    """

    changed = Signal()

    def __init__(self, studio: Studio, nothing: T) -> None:
        self._studio, self._nothing = studio, nothing
        self.found, self.error = nothing, ""
        self._newest = Newest(studio.jobs)

    @property
    def reading(self) -> Job | None:
        """The job that reads the data."""
        return self._newest.job

    def look(
        self,
        run: Run | None,
        take: Callable[[Arrays], T],
        otherwise: str = "",
        then: Callable[[], object] | None = None,
    ) -> None:
        """Forgets what was there and reads the data of a run.

        Args:
            run: None has none: a file that was brought in.
            take: what is taken of the data; runs in the job.
            otherwise: :attr:`error` where there is no run.
            then: called once they are read, or cannot be.
        """
        self._newest.stop()
        self.found = self._nothing
        self.error = otherwise if run is None else data_refusal(run.info.experiment, self._studio.settings)

        def put(found: T, error: str = "") -> None:
            self.found, self.error = found, error
            if then is not None:
                then()
            self.changed.emit()

        if run is not None and not self.error:
            known, title = run, _("Reading the data of the run")
            self._newest.start(
                title,
                lambda progress, cancel: take(read_data(known, progress, cancel)),
                put,
                lambda error: put(self._nothing, str(error)),
            )
        self.changed.emit()


class ClassShelf:
    """Pictures of a class for generators that are shown some, read beside the window; what cannot be read is reported."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._arrays: tuple[Path, Arrays] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of which the run's data hold pictures; none for a file that was brought in."""
        opened = self._desk.opened
        return () if opened is None or opened.run is None else opened.generator.spec.classes

    def take(self, control: ClassImages, index: int, then: Callable[[Pictures], object]) -> None:
        """Some pictures of a class, chosen by chance: others each time."""
        opened, studio = self._desk.opened, self._desk.studio
        if opened is None or opened.run is None:
            return
        run, known = opened.run, self._arrays
        refusal = data_refusal(run.info.experiment, studio.settings)
        if refusal:
            studio.report(UsageError(refusal))
            return

        def work(progress: Progress, cancel: threading.Event) -> tuple[Arrays, Pictures]:
            from ganstudio.explore.class_pictures import of_class

            arrays = known[1] if known and known[0] == run.path else read_data(run, progress, cancel)
            return arrays, of_class(control, arrays, index, random.SystemRandom().randrange(2**31))

        def done(found: tuple[Arrays, Pictures]) -> None:
            self._arrays = (run.path, found[0])
            if self._desk.opened is opened or control in self._desk.controls:
                then(found[1])

        studio.jobs.start(_("Reading the pictures of the run"), work).on_done(done).on_error(studio.report)

    def read(self, control: ClassImages, sources: Sequence[Source], then: Callable[[list[Pictures]], object]) -> None:
        """Pictures from files or the clipboard, each ``(C, S, S)`` in [−1, 1]."""

        def work(_progress: object, _cancel: object) -> list[Pictures]:
            from ganstudio.explore.class_pictures import slot_of
            from ganstudio.explore.translating import read_input, value_of

            slot = slot_of(control)
            return [value_of(slot, read_input(source, slot).pixels) for source in sources]

        def done(found: list[Pictures]) -> None:
            if control in self._desk.controls:
                then(found)

        title = _("Reading {name}").format(name=getattr(sources[0], "name", _("pasted picture")))
        self._desk.studio.jobs.start(title, work).on_done(done).on_error(self._desk.studio.report)
