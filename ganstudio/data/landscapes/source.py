"""The catalogue rows of landscapes: maps with their pictures, and unpaired days and nights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from functools import cache as remember
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.attributes import TIME_OF_DAY
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _, msg
from ganstudio.core.labelmaps import colour_map
from ganstudio.data import cache
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.landscapes.classes import LANDSCAPE_CLASSES
from ganstudio.data.landscapes.compose import compose
from ganstudio.data.landscapes.render import render
from ganstudio.data.landscapes.scenes import scene
from ganstudio.data.parallel import for_each
from ganstudio.data.thumbnails import mosaic

_VERSION = 2
"""Raise it whenever scenes look different: pictures kept on disk are then made anew."""
_FIRST = 10_000
_FIRST_DAY, _FIRST_NIGHT = 100_000, 200_000
_DAY, _NIGHT = (0.6, 1.0), (-1.0, -0.75)

Pictures = NDArray[np.uint8]


class LandscapeOptions(Fields):
    """Options of ``landscapes``."""

    size: Literal["64", "128", "256"] = field(
        "128", _("Size"), _("Height and width of the maps and the pictures."), group=_("Data"), unit="px"
    )
    count: int = field(
        2000,
        _("Pictures"),
        _("How many scenes are made. They are the same in every run, whatever its seed."),
        group=_("Data"),
        ge=16,
        le=20_000,
    )


class DayNightOptions(Fields):
    """Options of ``day-night``."""

    size: Literal["64", "128"] = field(
        "64", _("Size"), _("Height and width of the pictures."), group=_("Data"), unit="px"
    )
    count: int = field(
        500,
        _("Pictures a side"),
        _("How many days and how many nights are made, all of different scenes; the same ones in every run."),
        group=_("Data"),
        ge=16,
        le=20_000,
    )


def _made(job: Job, count: int, make: Callable[[int], None]) -> None:
    """Calls ``make`` for 0 … count − 1 in a few threads.

    Raises:
        CancelledError: the job was cancelled; at most a few scenes are finished then.
    """
    for_each(count, make, lambda _index, _nothing: None, job, _("Painting landscapes: {done} of {total}"))


def _kept(
    key: str, shapes: dict[str, tuple[int, ...]], fill: Callable[[dict[str, Pictures]], None]
) -> dict[str, Pictures]:
    """Arrays from the disk, or filled now and kept there."""
    digest = hashlib.sha256(json.dumps([_VERSION, key, shapes]).encode()).hexdigest()[:32]
    found: dict[str, Pictures] = {}
    for part in shapes:
        stored = cache.fetch(f"{digest}-{part}")
        if stored is not None and stored[0].shape == shapes[part]:
            found[part] = stored[0]
    if len(found) == len(shapes):
        return found
    arrays = {part: np.empty(shape, dtype=np.uint8) for part, shape in shapes.items()}
    fill(arrays)
    for part, values in arrays.items():
        cache.store(f"{digest}-{part}", _slices(values), values.shape, {"count": len(values)})
    return arrays


def _slices(values: Pictures) -> Iterator[Pictures]:
    for start in range(0, len(values), 512):
        yield values[start : start + 512]


def _time_of(index: int) -> float:
    return float(np.random.default_rng([_FIRST + index, 2]).uniform(-1, 1))


def _read_landscapes(request: DataRequest, seed: int, job: Job) -> Arrays:
    """The scenes do not depend on the seed of the run: so all runs learn from, and are measured on, the same pictures."""
    options = request.options
    if not isinstance(options, LandscapeOptions):
        raise UsageError(_("These are not options of “landscapes”."))
    size, count = int(options.size), options.count

    def fill(arrays: dict[str, Pictures]) -> None:
        def make(index: int) -> None:
            made = scene(_FIRST + index, size)
            arrays["maps"][index], arrays["pictures"][index] = made.labels, made.picture.transpose(2, 0, 1)

        _made(job, count, make)

    job.tick(0.0, _("Looking for landscapes painted before"))
    parts = _kept("landscapes", {"maps": (count, size, size), "pictures": (count, 3, size, size)}, fill)
    spec = DataSpec(
        name=request.text,
        kind="maps",
        count=count,
        channels=3,
        size=size,
        map_classes=LANDSCAPE_CLASSES,
        attributes=(TIME_OF_DAY,),
        sides=(msg("map"), msg("picture")),
    )
    times = np.array([[_time_of(index)] for index in range(count)], dtype=np.float32)
    notes = (
        _("Time of day: −1 is night, −0.33 red dusk, 0.33 golden afternoon and 1 noon."),
        _("The scenes are the same in every run, whatever its seed."),
    )
    return Arrays(
        spec,
        parts["pictures"],
        sizes=((size, size, count),),
        modes={_("colour"): count},
        notes=notes,
        inputs=parts["maps"],
        attributes=times,
    )


def _one_side(seed: int, size: int, times: tuple[float, float]) -> Pictures:
    """A rendering of a scene by day or by night, ``(3, size, size)``."""
    time = float(np.random.default_rng([seed, 3]).uniform(*times))
    return render(compose(seed, size), time, seed).transpose(2, 0, 1)


def _read_day_night(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, DayNightOptions):
        raise UsageError(_("These are not options of “day-night”."))
    size, count = int(options.size), options.count

    def fill(arrays: dict[str, Pictures]) -> None:
        def make(index: int) -> None:
            if index < count:
                arrays["days"][index] = _one_side(_FIRST_DAY + index, size, _DAY)
            else:
                arrays["nights"][index - count] = _one_side(_FIRST_NIGHT + index, size, _NIGHT)

        _made(job, 2 * count, make)

    job.tick(0.0, _("Looking for landscapes painted before"))
    shape = (count, 3, size, size)
    parts = _kept("day-night", {"days": shape, "nights": shape}, fill)
    spec = DataSpec(
        name=request.text,
        kind="domains",
        count=count,
        channels=3,
        size=size,
        input_channels=3,
        input_count=count,
        sides=(msg("day"), msg("night")),
    )
    return Arrays(
        spec,
        parts["nights"],
        sizes=((size, size, 2 * count),),
        modes={_("colour"): 2 * count},
        notes=(_("No scene is seen both by day and by night."),),
        inputs=parts["days"],
    )


@remember
def _landscapes_thumbnail() -> Pictures:
    cells = []
    for seed, time in _SHOWN[:8]:
        labels = compose(seed, 48)
        cells += [colour_map(labels, LANDSCAPE_CLASSES), render(labels, time, seed)]
    return mosaic(np.stack(cells).transpose(0, 3, 1, 2))


@remember
def _day_night_thumbnail() -> Pictures:
    cells = []
    for seed, _time in _SHOWN[:8]:
        labels = compose(seed, 48)
        cells += [render(labels, 0.85, seed), render(labels, -0.95, seed)]
    return mosaic(np.stack(cells).transpose(0, 3, 1, 2))


_SHOWN = ((25, 0.9), (66, 0.8), (2, 1.0), (202, 0.3), (4, 0.4), (27, -0.3), (33, -0.9), (196, 0.7))


def sources() -> tuple[DataSource, ...]:
    """The catalogue rows: ``landscapes`` and ``day-night``."""
    licence = _("Generated here; free of rights.")
    return (
        DataSource(
            name="landscapes",
            title=_("Landscapes"),
            summary=_(
                "Painted label maps and a picture of each at any time of the day: the first thing to paint with."
            ),
            kind="maps",
            licence=licence,
            Options=LandscapeOptions,
            read=_read_landscapes,
            thumbnail=_landscapes_thumbnail,
        ),
        DataSource(
            name="day-night",
            title=_("Day and night"),
            summary=_("Landscapes by day and others by night, without partners: turn the one into the other."),
            kind="domains",
            licence=licence,
            Options=DayNightOptions,
            read=_read_day_night,
            thumbnail=_day_night_thumbnail,
        ),
    )
