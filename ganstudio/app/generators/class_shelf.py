"""Pictures of a class for generators that are shown some: from files, or from the data that a run was trained on."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from ganstudio.app.generators.run_data import read_data
from ganstudio.app.jobs import Progress
from ganstudio.app.named import data_refusal
from ganstudio.core.controls import ClassImages, Control
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.generators.sources import Opened
    from ganstudio.app.studio import Studio
    from ganstudio.data.base import Arrays

Pictures = NDArray[np.float32]
Source = Path | bytes


class HasOpened(Protocol):
    """A desk, or the part of one that has these controls."""

    studio: Studio

    @property
    def opened(self) -> Opened | None:
        """The generator."""

    @property
    def controls(self) -> tuple[Control, ...]:
        """What can be driven."""


class ClassShelf:
    """Reads beside the window; what cannot be read is reported.

    Args:
        desk: whose generator is shown the pictures.
    """

    def __init__(self, desk: HasOpened) -> None:
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
