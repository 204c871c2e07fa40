"""Some pictures of the data that a run was trained on, to be translated with a click."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from ganstudio.app.generators.sources import data_of
from ganstudio.app.named import data_refusal
from ganstudio.core.controls import Given, LabelMap, given
from ganstudio.core.i18n import _
from ganstudio.explore.translating import InputPicture, direction_of, fits, pixels_of

if TYPE_CHECKING:
    from ganstudio.app.generators.sources import Opened
    from ganstudio.app.jobs import Job
    from ganstudio.app.studio import Studio
    from ganstudio.data.base import Arrays

Give = Callable[[NDArray[np.uint8], NDArray[np.int64] | None], NDArray[Any] | None]

MOST = 24
MOSTLY = 0.97
"""Such a share of black and white pixels is no chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What was found.

    Attributes:
        sides: inputs for direction 0 and, where there is one, for direction 1.
        paper: the ground of an empty sheet: 0 or 255, or the most frequent class.
        hard: nearly all pixels are black or white: one draws such lines then.
    """

    sides: tuple[tuple[InputPicture, ...], ...] = ()
    paper: int = 255
    hard: bool = False

    def of(self, direction: int) -> tuple[InputPicture, ...]:
        """The inputs for a direction."""
        return self.sides[direction] if direction < len(self.sides) else ()


NONE = Examples()


class ExampleShelf:
    """Reads the pictures of whatever run is open, beside the window.

    Args:
        studio: runs the job.

    Attributes:
        found: what is there.
        error: why there is nothing, as a sentence; empty otherwise.
        changed: emitted when anything of this is different.
    """

    changed = Signal()

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.found: Examples = NONE
        self.error = ""
        self._job: Job | None = None

    @property
    def reading(self) -> bool:
        """The data are being read."""
        return self._job is not None

    def look(self, opened: Opened | None) -> None:
        """Forgets what was there and reads the data of this run; a file that was brought in has none."""
        if self._job is not None:
            self._job.cancel()
        self.found, self.error, self._job = NONE, "", None
        if opened is not None and opened.run is not None:
            self.error = data_refusal(opened.run.info.experiment, self._studio.settings)
        wanted = None if opened is None or self.error else given(opened.generator.controls)
        if opened is not None and opened.run is not None and wanted is not None:
            run, both = opened.run, direction_of(opened.generator.controls) is not None

            def work(progress: Any, cancel: Any) -> Examples:
                seed, known, give = run.info.experiment.seed, run.info.fingerprint, opened.generator.given
                return read_examples(data_of(run), seed, wanted, both, give, progress, cancel, known)

            job = self._job = self._studio.jobs.start(_("Reading the pictures of the run"), work)
            job.on_done(lambda found: self._take(job, found, "")).on_error(
                lambda error: self._take(job, NONE, str(error))
            )
        self.changed.emit()

    def _take(self, job: Job, found: Examples, error: str) -> None:
        if job is self._job:
            self.found, self.error, self._job = found, error, None
            self.changed.emit()


def read_examples(
    data: str,
    seed: int,
    wanted: Given,
    both: bool,
    give: Give | None = None,
    progress: Callable[[float, str], None] | None = None,
    cancel: threading.Event | None = None,
    expected: str = "",
) -> Examples:
    """Reads the data of a run and takes some of its inputs, evenly spread. For a job.

    Args:
        data: the request, as the run has it.
        seed: of the run.
        wanted: what the network takes; pictures that do not fit are left out.
        both: also the pictures of the other side, which the network translates the other way.
        give: what is given to draw real pictures, for data that hold nothing else: see
            :meth:`ganstudio.explore.generator.Generator.given`.
        progress: told how far it is.
        cancel: ends it.
        expected: the fingerprint that the run knows.

    Raises:
        StudioError: the data are not there any more, or cannot be read.
    """
    from ganstudio.data import parse_request, read

    arrays = read(parse_request(data), seed=seed, cancel=cancel, progress=progress, expected=expected)
    piles = [arrays.inputs, arrays.items if both else None]
    sides = tuple(_some(pile, wanted) for pile in piles if pile is not None)
    if arrays.inputs is None and give is not None:
        sides = (_made(arrays, wanted, give),)
    first = sides[0] if sides else ()
    return Examples(sides, _paper(first, wanted), _hard(first, wanted))


def _some(pile: NDArray[np.uint8] | NDArray[np.float32], wanted: Given) -> tuple[InputPicture, ...]:
    places = _spread(len(pile))
    return _named(places, [np.array(pile[place], dtype=np.uint8) for place in places], wanted)


def _made(arrays: Arrays, wanted: Given, give: Give) -> tuple[InputPicture, ...]:
    """What the method makes of real pictures: smaller ones, grey ones."""
    places = _spread(len(arrays.items))
    labels = None if arrays.labels is None else arrays.labels[places]
    found = give(np.asarray(arrays.items[places], np.uint8), labels) if arrays.spec.pictures else None
    return () if found is None else _named(places, [pixels_of(wanted, value) for value in found], wanted)


def _spread(count: int) -> list[int]:
    most = min(MOST, count)
    return [place * count // most for place in range(most)]


def _named(places: list[int], pictures: list[NDArray[np.uint8]], wanted: Given) -> tuple[InputPicture, ...]:
    found = [
        InputPicture(_("picture {number}").format(number=f"{place + 1:,}"), pixels)
        for place, pixels in zip(places, pictures, strict=True)
    ]
    return tuple(picture for picture in found if fits(wanted, picture.pixels))


def _paper(pictures: tuple[InputPicture, ...], wanted: Given) -> int:
    """The most frequent class; or black where the edges of most pictures are dark, else white."""
    if not pictures:
        return 255
    if isinstance(wanted, LabelMap):
        return int(np.bincount(np.concatenate([picture.pixels.ravel() for picture in pictures])).argmax())
    edges = [np.concatenate([p.pixels[:, 0].ravel(), p.pixels[:, -1].ravel()]) for p in pictures]
    return 255 if float(np.median(np.concatenate(edges))) >= 128 else 0


def _hard(pictures: tuple[InputPicture, ...], wanted: Given) -> bool:
    if not pictures or isinstance(wanted, LabelMap):
        return False
    extremes = [np.mean((picture.pixels == 0) | (picture.pixels == 255)) for picture in pictures]
    return float(np.mean(extremes)) >= MOSTLY
