"""Pairs of pictures as pix2pix knows them: side by side in one file, or two folders with the same names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job, Problem, spread
from ganstudio.data.decode import PictureError, decode, decode_halves, with_image
from ganstudio.data.folder import changes_of, in_words
from ganstudio.data.partners import FIRSTS, LABELS, PHOTOS, SECONDS, Match, groups_of, match, plain, train_only
from ganstudio.data.scan import scan
from ganstudio.data.twofold import Halves, Outcome, Recipe, count_files, read_halves, size_oddity

_SAMPLE = 8
_BARE = frozenset({"a", "b", "x", "y"})
# What lies left and right in the sets that pix2pix was published with.
_KNOWN = (
    ("facades", ("facade", "labels")), ("cityscapes", ("photo", "labels")), ("maps", ("satellite", "map")),
    ("night2day", ("night", "day")), ("edges2", ("edges", "")),
)  # fmt: skip
_NAMED = re.compile(r"([a-z]+)2([a-z]+)")


class PairsOptions(Fields):
    """Options of ``pairs``."""

    size: int = field(
        128, _("Size"), _("Every picture is brought to this height and width."), group=_("Data"), ge=16, le=256, unit="px"
    )  # fmt: skip
    input: Literal["left", "right"] = field(
        "left", _("Input"),
        _("The half that the network is given, or the first of two folders; it learns to draw the other."),
        group=_("Data"),
    )  # fmt: skip
    fit: Literal["crop", "pad", "stretch"] = field(
        "crop", _("Fit"), _("Pictures that are not square: cut to the middle, given a black margin, or distorted."),
        group=_("Data"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plan:
    """``rows``: left and right of each pair, the same file twice where both are in one picture."""

    folder: Path
    rows: tuple[tuple[str, str], ...]
    sides: tuple[str, str]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def sides_of(path: Path) -> tuple[str, str]:
    """What lies left and right, by the name of the set: ``…/edges2shoes/train`` → edges, shoes."""
    for part in reversed(path.parts[-3:]):
        name = part.casefold()
        known = next((sides for start, sides in _KNOWN if plain(name).startswith(start)), None)
        match_ = _NAMED.search(name)
        if match_ is not None:
            return match_[1], match_[2]
        if known is not None:
            return known
    return "", ""


def _plan(path: Path, job: Job) -> _Plan:
    found = scan(folder_of(path, job), job)
    files, notes = train_only(found.files)
    notes = (*found.notes, *notes)
    groups = groups_of(files)
    if len(groups) == 2 and "" not in groups:
        first, second = _ordered(list(groups))
        named = plain(first) in FIRSTS | LABELS | PHOTOS or plain(second) in SECONDS | LABELS | PHOTOS
        if named or not side_by_side(found.folder, files):
            result = match(groups[first], groups[second])
            if result.pairs:
                return _two_folders(found.folder, groups, (first, second), notes)
            raise DataError(_no_pairs(result, first, second))
    return _Plan(found.folder, tuple((file, file) for file in files), sides_of(path), (), notes)


def _no_pairs(found: Match, first: str, second: str) -> str:
    why = next(iter(found.reasons.values()), "")
    if why:
        return _("No picture in “{a}” can be given its partner in “{b}”: {why}.").format(a=first, b=second, why=why)
    return _("No picture in “{a}” has a partner of the same name in “{b}”. For pictures without partners take "
             "“domains”.").format(a=first, b=second)  # fmt: skip


def _ordered(names: Sequence[str]) -> tuple[str, str]:
    one, other = sorted(names, key=str.casefold)
    swap = (plain(other) in FIRSTS | LABELS and plain(one) not in FIRSTS | LABELS) or (
        plain(one) in SECONDS and plain(other) not in SECONDS
    )
    return (other, one) if swap else (one, other)


def side_by_side(folder: Path, files: Sequence[str]) -> bool:
    """Some of the pictures of a folder are all twice as wide as high."""
    ratios = []
    for index in spread(len(files), _SAMPLE).tolist():
        try:
            width, height = with_image(folder / files[index], lambda image, _path: image.size)
            ratios.append(width / max(1, height))
        except PictureError:
            continue
    return bool(ratios) and all(abs(ratio - 2) < 0.1 for ratio in ratios)


def _two_folders(folder: Path, groups: dict[str, list[str]], names: tuple[str, str], notes: tuple[str, ...]) -> _Plan:
    found = match(groups[names[0]], groups[names[1]])
    first, second = (_("picture in “{name}”").format(name=name) for name in names)
    sides = ("", "") if all(plain(name) in _BARE for name in names) else names
    return _Plan(folder, found.pairs, sides, found.problems(first, second), notes)


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, PairsOptions) or request.path is None:
        raise UsageError(_("Say which folder: write pairs:PATH."))
    plan = _plan(Path(request.path), job)

    def work(index: int, planes: NDArray[np.uint8]) -> Outcome:
        return _item(plan, index, options, planes)

    files = dict.fromkeys(file for row in plan.rows for file in row)
    kept = {"kind": "pairs", "rows": plan.rows, **options.model_dump()}
    recipe = Recipe(plan.folder, list(files), kept, len(plan.rows), (3, 3), options.size, work)
    return _arrays(request.text, plan, read_halves(recipe, job), options)


def _item(plan: _Plan, index: int, options: PairsOptions, planes: NDArray[np.uint8]) -> Outcome:
    outcome = Outcome()
    pictures = []
    left, right = plan.rows[index]
    try:
        if left == right:
            pictures = list(decode_halves(plan.folder / left, options.size, options.fit))
        for file in (left, right) if left != right else ():
            pictures.append(decode(plan.folder / file, options.size, options.fit))
    except PictureError as error:
        outcome.odd.append(((left, right)[min(len(pictures), 1)], str(error), "dropped"))
        return outcome
    for file, picture in zip((left, right), pictures, strict=True):
        outcome.odd += [(file, what, "converted") for what in picture.oddities]
    outcome.odd = list(dict.fromkeys(outcome.odd))
    words = _("has {a} × {b} px, its partner {c} × {d} px")
    odd = size_oddity(left, words, *((picture.width, picture.height) for picture in pictures))
    if any(action == "dropped" for _file, _what, action in odd):
        outcome.odd = odd
        return outcome
    outcome.odd += odd
    if options.input == "right":
        pictures.reverse()
    planes[:3], planes[3:] = pictures[0].pixels, pictures[1].pixels
    outcome.kept, outcome.grey = True, (pictures[0].grey, pictures[1].grey)
    outcome.width, outcome.height, outcome.mode = pictures[1].width, pictures[1].height, pictures[1].mode
    return outcome


def _arrays(text: str, plan: _Plan, halves: Halves, options: PairsOptions) -> Arrays:
    sides = plan.sides if all(plan.sides) else (_("input"), _("output"))
    if options.input == "right" and all(plan.sides):
        sides = (sides[1], sides[0])
    spec = DataSpec(
        name=text,
        kind="pairs",
        count=len(halves.second),
        channels=int(halves.second.shape[1]),
        size=options.size,
        input_channels=int(halves.first.shape[1]),
        sides=sides,
    )
    return Arrays(
        spec,
        halves.second,
        sizes=halves.sizes,
        modes=in_words(halves.modes),
        problems=(*plan.problems, *halves.problems),
        files=count_files(plan.rows, plan.problems),
        notes=(*plan.notes, *changes_of({"all_sizes": halves.all_sizes}, options.size, options.fit)),
        inputs=halves.first,
    )


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="pairs",
        title=_("Pairs of pictures"),
        summary=_("Your own pairs, side by side in one picture or in two folders; also an archive of pix2pix."),
        kind="pairs",
        licence=_("Your own."),
        Options=PairsOptions,
        read=_read,
        thumbnail=lambda: None,
        needs_files=True,
        takes_path=True,
    )
