"""Decodes sets in which every item is two things of the same size (a label map or a picture, and its picture)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.data import cache
from ganstudio.data.base import Job, Problem
from ganstudio.data.folder import in_channels
from ganstudio.data.parallel import for_each
from ganstudio.data.scan import Scan

_ASPECT = 0.02
_SIZES_KEPT = 64
_SLICE = 256
Odd = tuple[str, str, str]
"""A file, what is odd about it, and what is done: ``"dropped"`` or ``"converted"``."""


@dataclass(slots=True)
class Outcome:
    """What became of one item.

    Attributes:
        kept: it is part of the set.
        grey: which of its two halves are grey.
        width: of the original picture.
        height: of the original picture.
        mode: Pillow's name of its colour mode.
        odd: what was odd about its files.
    """

    kept: bool = False
    grey: tuple[bool, bool] = (True, True)
    width: int = 0
    height: int = 0
    mode: str = ""
    odd: list[Odd] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a set of two halves is decoded.

    Attributes:
        folder: where the files lie.
        files: all files that the result depends on, also a list of classes.
        options: what else it depends on.
        total: how many items there are.
        planes: planes of uint8 that each half is decoded into: 3 for a picture, 1 for a label map.
        size: height and width.
        work: ``(index, planes (P, size, size) to be filled)`` → what became of it; called in several threads.
    """

    folder: Path
    files: Sequence[str]
    options: dict[str, Any]
    total: int
    planes: tuple[int, int]
    size: int
    work: Callable[[int, NDArray[np.uint8]], Outcome]


@dataclass(frozen=True, slots=True)
class Halves:
    """What was read.

    Attributes:
        first: uint8 ``(N, C, S, S)``.
        second: uint8 ``(N, C', S, S)``.
        sizes: ``(width, height, count)`` of the originals, the most frequent first.
        all_sizes: the same, all of them.
        modes: colour modes of the originals → how many.
        problems: files that were dropped or converted.
        extra: what ``prepare`` found out.
    """

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]
    sizes: tuple[tuple[int, int, int], ...]
    all_sizes: tuple[tuple[int, int, int], ...]
    modes: dict[str, int]
    problems: tuple[Problem, ...]
    extra: dict[str, Any]


def size_oddity(file: str, words: str, one: tuple[int, int], other: tuple[int, int]) -> list[Odd]:
    """What is odd about two pictures that belong together and have other sizes; nothing where these are the same.

    Args:
        file: which of the two is told.
        words: how the sizes are told: ``{a}`` × ``{b}`` and ``{c}`` × ``{d}``.
        one: width and height.
        other: of the other one.
    """
    if one == other:
        return []
    sizes = words.format(a=one[0], b=one[1], c=other[0], d=other[1])
    ones, others = one[0] * other[1], one[1] * other[0]
    if abs(ones - others) <= _ASPECT * max(ones, others):
        return [(file, _("{sizes}: brought to the same size").format(sizes=sizes), "converted")]
    return [(file, _("{sizes}: they do not show the same").format(sizes=sizes), "dropped")]


def count_files(rows: Sequence[tuple[str, str]], alone: Sequence[Problem]) -> int:
    """How many files a set of two halves has, those without a partner included."""
    return len({file for row in rows for file in row}.union(problem.file for problem in alone))


def read_halves(
    make: Recipe,
    job: Job,
    prepare: Callable[[], dict[str, Any]] | None = None,
    settle: Callable[[NDArray[np.uint8], list[int], dict[str, Any]], None] | None = None,
) -> Halves:
    """Decodes a set, or takes it from the cache.

    Args:
        make: what is to be done.
        job: to watch and to cancel it.
        prepare: called before the first item is decoded (not when all comes from the cache); facts to keep.
        settle: called when all is decoded with the planes ``(N, P, S, S)``, the positions that are kept, and those facts:
            both may be changed.

    Raises:
        DataError: nothing could be used.
        CancelledError: the job was cancelled.
    """
    key = cache.key_of(Scan(make.folder, tuple(make.files)), make.options)
    stored = cache.fetch(key)
    if stored is None:
        extra = prepare() if prepare is not None else {}
        with cache.workspace((make.total, sum(make.planes), make.size, make.size)) as pixels:
            outcomes = _decode(make, pixels, job)
            kept = [index for index, outcome in enumerate(outcomes) if outcome.kept]
            if not kept:
                raise _nothing(make, outcomes)
            if settle is not None:
                settle(pixels, kept, extra)
            facts = _facts(make, outcomes, kept, extra)
            shape = (len(kept), sum(facts["channels"]), make.size, make.size)
            cache.store(key, _rows(make, pixels, kept, facts["channels"]), shape, facts)
            stored = cache.fetch(key) or (np.concatenate(list(_rows(make, pixels, kept, facts["channels"]))), facts)
            del pixels
    table, facts = stored
    cut = facts["channels"][0]
    return Halves(
        table[:, :cut],
        table[:, cut:],
        tuple((width, height, n) for width, height, n in facts["all_sizes"][:_SIZES_KEPT]),
        tuple((width, height, n) for width, height, n in facts["all_sizes"]),
        facts["modes"],
        tuple(Problem(file, what, action) for file, what, action in facts["problems"]),
        facts["extra"],
    )


def _decode(make: Recipe, pixels: NDArray[np.uint8], job: Job) -> list[Outcome]:
    outcomes = [Outcome() for _index in range(make.total)]

    def note(index: int, outcome: Outcome) -> None:
        outcomes[index] = outcome

    for_each(
        make.total, lambda index: make.work(index, pixels[index]), note, job, _("Reading pictures: {done} of {total}")
    )
    return outcomes


def _nothing(make: Recipe, outcomes: Sequence[Outcome]) -> DataError:
    odd = next((outcome.odd[0] for outcome in outcomes if outcome.odd), ("", "", ""))
    return DataError(
        _("Nothing in {folder} can be used; {file}: {why}.").format(folder=make.folder, file=odd[0], why=odd[1])
    )


def _facts(make: Recipe, outcomes: Sequence[Outcome], kept: Sequence[int], extra: dict[str, Any]) -> dict[str, Any]:
    sizes = Counter((outcomes[index].width, outcomes[index].height) for index in kept)
    modes = Counter(outcomes[index].mode for index in kept)
    channels = [
        1 if planes == 1 or all(outcomes[index].grey[half] for index in kept) else 3
        for half, planes in enumerate(make.planes)
    ]
    return {
        "count": len(kept),
        "channels": channels,
        "all_sizes": [[width, height, n] for (width, height), n in sizes.most_common()],
        "modes": dict(modes),
        "problems": [list(odd) for outcome in outcomes for odd in outcome.odd],
        "extra": extra,
    }


def _rows(
    make: Recipe, pixels: NDArray[np.uint8], kept: Sequence[int], channels: Sequence[int]
) -> Iterator[NDArray[np.uint8]]:
    """What was kept, slice by slice, so that a large set is never in memory as a whole."""
    for start in range(0, len(kept), _SLICE):
        part = pixels[list(kept[start : start + _SLICE])]
        cut = make.planes[0]
        halves = [part[:, :cut], part[:, cut:]]
        yield np.concatenate(
            [
                half if half.shape[1] == 1 else in_channels(half, wanted)
                for half, wanted in zip(halves, channels, strict=True)
            ],
            axis=1,
        )
