"""Which picture belongs to which: files of two folders matched by name, however much is hung on to their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from ganstudio.core.i18n import _, plural

_LABEL_NAMES = (
    "label labels labelmap labelmaps labelled lbl lbls annotation annotations annot annots mask masks gt gtfine gtcoarse "
    "groundtruth seg segs segmentation segmentations segmentationclass segmentationclassraw stuffthingmaps semantic "
    "labeledapproved labeledapprovedfull labelids"
)
_PHOTO_NAMES = "image images photo photos img imgs picture pictures leftimg8bit jpegimages rgb raw original originals"
_FIRST_NAMES = "a input inputs source sources src edge edges sketch sketches x before"
_SECOND_NAMES = "b target targets output outputs tgt dst photo photos y after"
LABELS = frozenset(_LABEL_NAMES.split())
PHOTOS = frozenset(_PHOTO_NAMES.split())
FIRSTS = frozenset(_FIRST_NAMES.split())
SECONDS = frozenset(_SECOND_NAMES.split())
_TRAIN = re.compile(r"train(ing)?\d*")
_OTHER = re.compile(r"(val|valid|validation|test|testing|dev)\d*")
_SPLIT_SIDE = re.compile(r"(train(?:ing)?|val(?:idation)?|test(?:ing)?)[-_ ]?(.+)", re.IGNORECASE)
# The tail that sets add to the name of a photo to name its label map, or to both.
_TAIL = re.compile(
    r"(?<=.)(?:[-_. ](?:labeltrainids|labelids|labels?|lbl|l|seg|segmentation|masks?|gtfine|gtcoarse|gt|annotations?|"
    r"color|instanceids|leftimg8bit|images?|img|photo|rgb|input|output|target|source|real|fake|ab|a|b))+$",
    re.IGNORECASE,
)
# Of several label maps of one photo, the one with training ids is meant; pictures in colour of the same are not.
_PREFERRED = ("labeltrainids", "labelids")
_SHUNNED = ("color", "instanceids")


@dataclass(frozen=True, slots=True)
class Match:
    """Files that belong together, and those that are alone.

    Attributes:
        pairs: (first, second), in the order of the first.
        lone_firsts: first files without a second.
        lone_seconds: the other way round.
    """

    pairs: tuple[tuple[str, str], ...]
    lone_firsts: tuple[str, ...]
    lone_seconds: tuple[str, ...]


def train_only(files: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leaves out what lies in val and test folders where there is a train folder; files, and a line for a person."""

    def split(file: str) -> str:
        for part in PurePosixPath(file).parts[:-1]:
            name = part.casefold()
            side = _SPLIT_SIDE.fullmatch(part)
            if _TRAIN.fullmatch(name) or (side and side[1].casefold().startswith("train")):
                return "train"
            if _OTHER.fullmatch(name) or side:
                return "other"
        return ""

    splits = [split(file) for file in files]
    if "train" not in splits or "other" not in splits:
        return tuple(files), ()
    kept = tuple(file for file, name in zip(files, splits, strict=True) if name != "other")
    return kept, (
        plural(
            "{n} file of the folders for validation and testing was left out: only the training part is read.",
            "{n} files of the folders for validation and testing were left out: only the training part is read.",
            len(files) - len(kept),
        ),
    )


def plain(name: str) -> str:
    """A folder's name without capitals, blanks and marks."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def side_of(file: str, names: frozenset[str]) -> bool:
    """One of its folders has one of these names, perhaps with “train” before it."""
    for part in PurePosixPath(file).parts[:-1]:
        name = plain(part)
        match = _SPLIT_SIDE.fullmatch(name)
        if name in names or (match is not None and match[2] in names):
            return True
    return False


def groups_of(files: Sequence[str]) -> dict[str, list[str]]:
    """Files by the first folder that tells them apart, train and val aside: ``trainA/1.png`` is in group ``A``."""
    ways = []
    for file in files:
        parts = []
        for part in PurePosixPath(file).parts[:-1]:
            match = _SPLIT_SIDE.fullmatch(part)
            if match is not None and plain(match[2]) in FIRSTS | SECONDS | LABELS | PHOTOS:
                parts.append(match[2])
            elif not _TRAIN.fullmatch(part.casefold()) and not _OTHER.fullmatch(part.casefold()):
                parts.append(part)
        ways.append(parts)
    while ways and all(ways) and len({way[0] for way in ways}) == 1:
        ways = [way[1:] for way in ways]
    groups: dict[str, list[str]] = defaultdict(list)
    for file, way in zip(files, ways, strict=True):
        groups[way[0] if way else ""].append(file)
    return dict(groups)


def match(firsts: Sequence[str], seconds: Sequence[str]) -> Match:
    """Finds the partner of each file: the same name in the same subfolder, else with tails left out, else anywhere."""
    open_firsts, open_seconds = dict.fromkeys(firsts), dict.fromkeys(_best(seconds))
    found: dict[str, str] = {}
    keys: tuple[Callable[[str], tuple[str, ...]], ...] = (
        lambda file: (*_place(file), PurePosixPath(file).stem.casefold()),
        lambda file: (*_place(file), _stem(file)),
        lambda file: (PurePosixPath(file).stem.casefold(),),
        lambda file: (_stem(file),),
    )
    for key in keys:
        left, right = _single(list(open_firsts), key), _single(list(open_seconds), key)
        for name, file in left.items():
            if name in right:
                found[file] = right[name]
                del open_firsts[file], open_seconds[right[name]]
    return Match(
        tuple((file, found[file]) for file in firsts if file in found), tuple(open_firsts), tuple(open_seconds)
    )


def _single(files: Sequence[str], key: Callable[[str], tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Files by a key that only one of them has."""
    by_key: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in files:
        by_key[key(file)].append(file)
    return {name: some[0] for name, some in by_key.items() if len(some) == 1}


def _best(files: Sequence[str]) -> list[str]:
    """Of several label maps of one photo (ids, colours, instances), the one to train with."""
    marked: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in files:
        marked[(str(PurePosixPath(file).parent), _stem(file))].append(file)
    kept = []
    for some in marked.values():
        names = {file: plain(PurePosixPath(file).stem) for file in some}
        if len(some) > 1:
            wanted = next((mark for mark in _PREFERRED if any(name.endswith(mark) for name in names.values())), None)
            if wanted is not None:
                some = [file for file in some if names[file].endswith(wanted)]
            else:
                some = [file for file in some if not names[file].endswith(_SHUNNED)] or some
        kept += some
    return kept


def _stem(file: str) -> str:
    """The name without what sets hang on to it; at least something is left of it."""
    stem = PurePosixPath(file).stem
    tail = _TAIL.search(stem)
    return (stem[: tail.start()] if tail else stem).casefold()


def _place(file: str) -> tuple[str, ...]:
    """The folders of a file without those that name a side or a split."""
    kept = []
    known = LABELS | PHOTOS | FIRSTS | SECONDS
    for part in PurePosixPath(file).parts[:-1]:
        name = plain(part)
        split = _SPLIT_SIDE.fullmatch(name)
        if split is not None and split[2] in known:
            kept.append(split[1][:5])
        elif name not in known:
            kept.append("train" if _TRAIN.fullmatch(name) else name)
    return tuple(kept)


def alone_words(other: str) -> str:
    """What is said of a file without a partner."""
    return _("has no {other} of the same name").format(other=other)
