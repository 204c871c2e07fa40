"""What a folder or an archive of pictures can be learnt from as: pictures, pairs, label maps, two piles, IDX files.

Names are looked at first (``labels`` beside ``images``, ``trainA`` beside ``trainB``), then some of the pictures: what is
flat and of few colours is a label map, and two pictures that belong together have their edges in the same places.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.errors import DataError, MissingDataError
from ganstudio.core.i18n import _, plural
from ganstudio.core.labelmaps import pack_colours
from ganstudio.core.regular import read_regular
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Job, spread
from ganstudio.data.census import flat
from ganstudio.data.decode import PictureError, decode, decode_halves
from ganstudio.data.domains import two_piles
from ganstudio.data.files import batches_in, find, home_of
from ganstudio.data.idx import holds_idx
from ganstudio.data.mapfolders import Plan, plan_of
from ganstudio.data.pairs import side_by_side
from ganstudio.data.partners import FIRSTS, LABELS, SECONDS, groups_of, is_marked, match, plain, side_of, train_only
from ganstudio.data.rawmaps import Part, read_raw
from ganstudio.data.scan import Scan, scan

PUBLISHED = ("mnist", "fashion-mnist", "kmnist", "cifar10")
_SAMPLE, _SIDE = 12, 32
_FLAT_SHARE, _AREA, _TOLERANCE = 0.4, 0.01, 12
_MOST_SHADES = 256
_MOSTLY = 0.6
_ALIKE = 0.12


@dataclass(frozen=True, slots=True)
class Guess:
    """One way to read what was given.

    Attributes:
        source: the data set that reads it, by its registry name.
        why: what tells so, as one sentence.
        classes: its subfolders are meant as classes.
        published: it is a set that is read from the data folder, and lies there: the request names no path.
    """

    source: str
    why: str
    classes: bool = False
    published: bool = False


def guesses(path: Path, job: Job) -> list[Guess]:
    """The ways to read a folder, an archive, or an IDX file; the better ones first.

    Raises:
        DataError: nothing in it can be learnt from; the message says why.
        CancelledError: the job was cancelled; nothing half-unpacked is left.
    """
    for name in PUBLISHED:
        located = find(name)
        if located is not None and (path == located.folder or path in located.files):
            return [Guess(name, _("These are the files of a published set, in the data folder."), published=True)]
    idx = [Guess("idx", _("It holds IDX files, the format of MNIST: pictures, and a class for each."))]
    if path.is_file() and holds_idx(path):
        return idx
    folder = folder_of(path, job)
    if folder.is_file():
        raise DataError(_("{file} is nothing that can be opened here.").format(file=path))
    try:
        found = scan(folder, job)
    except MissingDataError as error:
        if holds_idx(folder):
            return idx
        if batches_in(folder):
            words = _("{folder} holds CIFAR-10, which is read from the data folder only: put its files into {home}.")
            raise DataError(words.format(folder=path, home=home_of("cifar10"))) from error
        raise
    return _Look(found, job).guesses()


class _Look:
    """Some of the files of a folder, looked at."""

    def __init__(self, found: Scan, job: Job) -> None:
        self._folder, self._job, self._classes = found.folder, job, found.classes
        self._files, _notes = train_only(found.files)

    def guesses(self) -> list[Guess]:
        groups = groups_of(self._files)
        two = len(groups) == 2 and "" not in groups
        sides = two and all(plain(name) in FIRSTS | SECONDS for name in groups)
        maps = self._maps(sides)
        if maps and maps[1]:
            return [maps[0]]
        way = [maps[0]] if maps else []
        if len(self._files) > 1 and side_by_side(self._folder, self._files):
            return [*way, *self._halves()]
        if two and len(self._files) > 3:
            first, second = groups.values()
            return [*way, *self._two(first, second, sides)]
        return way or self._pictures()

    # -- label maps -------------------------------------------------------------------------------------------------

    def _maps(self, sides: bool) -> tuple[Guess, bool] | None:
        """Label maps with their photos, and whether there is no doubt of it."""
        try:
            plan = plan_of(self._folder, "auto", self._job)
        except DataError:
            return None
        labels = [label for label, _photo in plan.rows]
        if plan.part == "whole" and any(side_of(label, LABELS) for label in labels):
            return Guess("maps", _("Its folders are called as label maps and photos are.")), True
        if sides or self._share(plan, labels) < _MOSTLY:
            return None
        if plan.part != "whole":
            return Guess(
                "maps", _("One half of its pictures has few colours in flat areas, as label maps have.")
            ), False
        sure = not self._classes or any(map(is_marked, labels))
        return Guess("maps", _("Beside its photos lie pictures of the same names with few, flat colours.")), sure

    def _share(self, plan: Plan, labels: Sequence[str]) -> float:
        """How many of the label maps look like some."""
        other: Part = {"left": "right", "right": "left"}.get(plan.part, "whole")  # type: ignore[assignment]
        told = []
        for index in spread(len(labels), _SAMPLE).tolist():
            self._job.tick(0.0, _("Looking at the pictures"))
            file = self._folder / labels[index]
            try:
                told.append(_is_map(file, plan.part) and (other == "whole" or not _is_map(file, other, calm=True)))
            except PictureError:
                continue  # reading the set says so
        return float(np.mean(told)) if told else 0.0

    # -- pairs and piles --------------------------------------------------------------------------------------------

    def _halves(self) -> list[Guess]:
        pairs = []
        for index in spread(len(self._files), _SAMPLE).tolist():
            try:
                left, right = decode_halves(self._folder / self._files[index], _SIDE, "stretch")
            except PictureError:
                continue
            pairs.append((left.pixels, right.pixels))
        sure = _alikeness(pairs) > _ALIKE
        told = Guess("pairs", _("Its pictures are twice as wide as high, with two that belong together side by side."))
        perhaps = Guess("pairs", _("Its pictures are exactly twice as wide as high, as pairs side by side are."))
        return [told] if sure else [perhaps, *self._pictures()]

    def _two(self, first: list[str], second: list[str], sides: bool) -> list[Guess]:
        found = match(first, second).pairs
        matched = len(found) * 2 > min(len(first), len(second))
        if matched and self._belong(found):
            words = plural(
                "{n} picture in one folder shows the same as the one of its name in the other.",
                "{n} pictures in one folder show the same as those of their names in the other.",
                len(found),
            )
            return [Guess("pairs", words)]
        others = [] if sides else self._pictures()
        named = Guess("pairs", _("The pictures in its two folders have the same names, which may mean that they belong "
                                 "together."))  # fmt: skip
        try:
            two_piles(self._folder)
        except DataError:
            return [named] if matched and sides else others or self._pictures()
        piles = Guess("domains", _("It holds two folders of pictures: one kind can be turned into the other."))
        if not (matched and sides):
            return [piles, *others]
        # “trainA” beside “trainB” is what sets without partners are called.
        return [piles, named] if any("train" in file.casefold() for file in (first[0], second[0])) else [named, piles]

    def _belong(self, found: Sequence[tuple[str, str]]) -> bool:
        pairs = []
        for index in spread(len(found), _SAMPLE).tolist():
            self._job.tick(0.0, _("Looking at the pictures"))
            try:
                one, other = (decode(self._folder / file, _SIDE, "stretch").pixels for file in found[index])
            except PictureError:
                continue
            pairs.append((one, other))
        return _alikeness(pairs) > _ALIKE

    # -- pictures ---------------------------------------------------------------------------------------------------

    def _pictures(self) -> list[Guess]:
        count = len(self._files)
        words = plural("It holds {n} picture.", "It holds {n} pictures.", count)
        outlines = self._files and _has_outlines(self._folder / self._files[0])
        if outlines:
            words = _("{pictures} The outlines beside them (JSON of labelme) are not read: make label maps of them first, "
                      "with labelme2voc.").format(pictures=words)  # fmt: skip
        plainly = Guess("folder", words)
        if not self._classes:
            return [plainly]
        told = plural("Its pictures lie in {n} folder, which can be a class.",
                      "Its pictures lie in {n} folders, each of which can be a class.", len(self._classes))  # fmt: skip
        return [Guess("folder", told, classes=True), plainly]


def _is_map(path: Path, part: Part, *, calm: bool = False) -> bool:
    """A picture has few colours, in flat areas; ``calm`` asks for flat areas only, as on white paper.

    Raises:
        PictureError: it cannot be read.
    """
    raw = read_raw(path, part)
    table = raw.rgb if raw.values is None else raw.values[..., None].clip(0, 255).astype(np.uint8)
    assert table is not None
    solid = flat(table, _TOLERANCE if raw.lossy else 0)
    if solid.mean() < _FLAT_SHARE:
        return False
    if calm:
        return True
    # What a JPEG has smeared is told apart by the upper bits only.
    codes = (
        raw.values if raw.values is not None else pack_colours((table & 0xE0 if raw.lossy else table).astype(np.uint8))
    )
    if not raw.lossy and len(np.unique(codes)) > _MOST_SHADES:
        return False
    _codes, counts = np.unique(codes.reshape(solid.shape)[solid], return_counts=True)
    return int((counts >= _AREA * solid.size).sum()) >= 2


def _alikeness(pairs: Sequence[tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> float:
    """How much more the edges of partners ``(3, S, S)`` lie in the same places than those of others; −1 to 1."""
    if len(pairs) < 2:
        return 0.0
    ones, others = (np.stack([_edges(pair[side]) for pair in pairs]) for side in (0, 1))
    table = ones @ others.T
    count = len(pairs)
    together = float(np.trace(table)) / count
    return together - float(table.sum() - np.trace(table)) / (count * (count - 1))


def _edges(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Where a picture changes, as a vector of length 1 and mean 0."""
    grey = picture.astype(np.float64).mean(axis=0)
    down, right = np.gradient(grey)
    steep = np.pad(np.hypot(down, right), 1, mode="edge")
    around = [steep[y : y + len(grey), x : x + len(grey)] for y in range(3) for x in range(3)]
    steep = np.sum(around, axis=0).ravel()  # partners need not agree to the pixel
    steep -= steep.mean()
    return np.asarray(steep / (np.linalg.norm(steep) or 1.0))


def _has_outlines(picture: Path) -> bool:
    """Beside a picture lies a file in which labelme keeps outlines."""
    try:
        content = json.loads(read_regular(picture.with_suffix(".json")))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(content, dict) and isinstance(content.get("shapes"), list)
