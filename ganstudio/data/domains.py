"""Two folders of pictures without partners, as CycleGAN learns from them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, MissingDataError, UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.core.litter import is_litter
from ganstudio.data import folder as pictures
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job, Progress
from ganstudio.data.pairs import sides_of

_DEPTH = 4
_TRAIN_SIDE = re.compile(r"train(?:ing)?[-_ ]?([ab])", re.IGNORECASE)
_TRAIN = re.compile(r"train(ing)?", re.IGNORECASE)
_OTHER = re.compile(r"(val|valid|validation|test|testing|dev)[-_ ]?[ab]?", re.IGNORECASE)


class DomainsOptions(Fields):
    """Options of ``domains``."""

    size: int = field(
        128, _("Size"), _("Every picture is brought to this height and width."), group=_("Data"), ge=16, le=256, unit="px"
    )  # fmt: skip
    fit: Literal["crop", "pad", "stretch"] = field(
        "crop", _("Fit"), _("Pictures that are not square: cut to the middle, given a black margin, or distorted."),
        group=_("Data"),
    )  # fmt: skip


def two_piles(place: Path) -> tuple[Path, Path, tuple[str, ...]]:
    """The two folders of pictures in a folder, and lines for a person.

    Raises:
        DataError: there are not exactly two.
    """
    start = place
    for _level in range(_DEPTH):
        below = _subfolders(place)
        sides = {match[1].casefold(): path for path in below if (match := _TRAIN_SIDE.fullmatch(path.name))}
        others = tuple(path for path in below if _OTHER.fullmatch(path.name))
        notes = (_not_read(others),) if others else ()
        if {"a", "b"} <= set(sides):
            return sides["a"], sides["b"], notes
        rest = [path for path in below if path not in others]
        inner = next((path for path in rest if _TRAIN.fullmatch(path.name)), None)
        if inner is None and len(rest) == 2:
            first, second = (_train_part(path) for path in rest)
            return first[0], second[0], tuple(dict.fromkeys((*notes, *first[1], *second[1])))
        if inner is None and len(rest) != 1:
            break
        place = inner or rest[0]
    raise DataError(
        _("{folder} does not hold two piles of pictures: put them into two folders in it, for example trainA and "
          "trainB.").format(folder=start)
    )  # fmt: skip


def _train_part(path: Path) -> tuple[Path, tuple[str, ...]]:
    below = _subfolders(path)
    inner = next((part for part in below if _TRAIN.fullmatch(part.name)), None)
    others = tuple(part for part in below if _OTHER.fullmatch(part.name))
    return (inner, (_not_read(others),)) if inner is not None and others else (path, ())


def _not_read(others: tuple[Path, ...]) -> str:
    names = ", ".join(path.name for path in others)
    return _("Only the training part is read; left out: {names}.").format(names=names)


def _subfolders(place: Path) -> list[Path]:
    try:
        return sorted(path for path in place.iterdir() if path.is_dir() and not is_litter(path.name))
    except FileNotFoundError as error:
        raise MissingDataError(_("There is no folder {folder}: check its name.").format(folder=place)) from error
    except OSError as error:
        why = error.strerror or error
        raise DataError(
            _("The folder {folder} cannot be read: {why}.").format(folder=place, why=why), repr(error)
        ) from error


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, DomainsOptions) or request.path is None:
        raise UsageError(_("Say which folder: write domains:PATH."))
    path = Path(request.path)
    first, second, notes = two_piles(folder_of(path, job))
    halves = []
    for number, place in enumerate((first, second)):
        part = Job(job.cancel, _part_of(job, number))
        halves.append(_pile(place, options, part))
    channels = max(int(half.items.shape[1]) for half in halves)
    names = _names(path, first, second)
    said = list(notes)
    for half, name in zip(halves, names, strict=True):
        if half.items.shape[1] != channels:
            said.append(_("“{name}” is grey and the other side in colour: both are read as colour.").format(name=name))
        said += [_("{name}: {what}").format(name=name, what=note) for note in half.notes]
    spec = DataSpec(
        name=request.text,
        kind="domains",
        count=len(halves[1].items),
        channels=channels,
        size=options.size,
        input_channels=channels,
        input_count=len(halves[0].items),
        sides=names,
    )
    problems = [
        replace(one, file=f"{place.name}/{one.file}")
        for half, place in zip(halves, (first, second), strict=True)
        for one in half.problems
    ]
    return Arrays(
        spec,
        _with_channels(halves[1], channels),
        sizes=_together(halves[0].sizes, halves[1].sizes),
        modes={mode: halves[0].modes.get(mode, 0) + halves[1].modes.get(mode, 0)
               for mode in dict.fromkeys([*halves[0].modes, *halves[1].modes])},
        problems=tuple(problems),
        files=sum(half.files for half in halves),
        notes=tuple(said),
        inputs=_with_channels(halves[0], channels),
    )  # fmt: skip


def _pile(place: Path, options: DomainsOptions, job: Job) -> Arrays:
    wanted = pictures.FolderOptions(size=options.size, fit=options.fit)
    return pictures.source().read(DataRequest("folder", wanted, str(place), f"folder:{place}"), 0, job)


def _part_of(job: Job, number: int) -> Progress | None:
    if job.progress is None:
        return None
    tell = job.progress
    return lambda fraction, text: tell((number + fraction) / 2, text)


def _with_channels(half: Arrays, channels: int) -> NDArray[np.uint8]:
    items = half.items.view(np.uint8) if half.items.dtype == np.uint8 else half.items.astype(np.uint8)
    return items if items.shape[1] == channels else np.repeat(items, channels, axis=1)


def _names(path: Path, first: Path, second: Path) -> tuple[str, str]:
    """The names of the folders; where they are only A and B, those in the name of the set (“horse2zebra”)."""
    names = tuple(place.parent.name if _TRAIN.fullmatch(place.name) else place.name for place in (first, second))
    if all(re.fullmatch(r"(train(ing)?)?[-_ ]?[ab]", name, re.IGNORECASE) for name in names):
        told = sides_of(path.parent / path.name.split(".")[0])
        return told if all(told) else ("A", "B")
    return names[0], names[1]


def _together(
    one: tuple[tuple[int, int, int], ...], other: tuple[tuple[int, int, int], ...]
) -> tuple[tuple[int, int, int], ...]:
    counts: dict[tuple[int, int], int] = {}
    for width, height, n in (*one, *other):
        counts[width, height] = counts.get((width, height), 0) + n
    return tuple(
        (width, height, n) for (width, height), n in sorted(counts.items(), key=lambda item: item[1], reverse=True)
    )


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="domains",
        title=_("Two piles of pictures"),
        summary=_("Your own pictures of two kinds in two folders, without partners: to turn one kind into the other."),
        kind="domains",
        licence=_("Your own."),
        Options=DomainsOptions,
        read=_read,
        thumbnail=lambda: None,
        needs_files=True,
        takes_path=True,
    )
