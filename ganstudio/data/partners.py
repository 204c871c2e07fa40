"""Which picture belongs to which: files of two folders matched by name, however much is hung on to their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from os.path import splitext
from pathlib import PurePosixPath

from ganstudio.core.i18n import _, plural
from ganstudio.data.base import Problem

_LABEL_NAMES = (
    "label labels labelmap labelmaps labelled lbl lbls annotation annotations annot annots mask masks gt gtfine gtcoarse "
    "groundtruth seg segs segmentation segmentations segmentationclass segmentationclassraw stuffthingmaps semantic "
    "labeledapproved labeledapprovedfull labelids segmentationclasspng masksmachine maskshuman"
)
# What tools put beside the label maps: one colour for each thing, drawings for people to look at.
_ASIDE_NAMES = (
    "segmentationobject segmentationobjectpng segmentationobjectvisualization segmentationclassvisualization maskshuman "
    "masksinstances instances instance panoptic colormap colormaps colourmap colourmaps visualization visualizations"
)
_PHOTO_NAMES = "image images photo photos img imgs picture pictures leftimg8bit jpegimages rgb raw original originals"
_FIRST_NAMES = "a input inputs source sources src edge edges sketch sketches x before"
_SECOND_NAMES = "b target targets output outputs tgt dst photo photos y after"
LABELS = frozenset(_LABEL_NAMES.split())
MAPS = frozenset({"map", "maps"})
"""Label maps where photos lie beside them; alone they may be those of a country."""
PHOTOS = frozenset(_PHOTO_NAMES.split())
ASIDE = frozenset(_ASIDE_NAMES.split())
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
# The tail that names a label map beside its photo.
_MARKED = re.compile(
    r".+[-_. ](?:masks?|labeltrainids|labelids|labels?|lbl|seg|segmentation|gt|annotations?)", re.IGNORECASE
)
_NAMES_TOLD = 4
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
        reasons: why a file is alone, where it is not that nothing has its name.
    """

    pairs: tuple[tuple[str, str], ...]
    lone_firsts: tuple[str, ...]
    lone_seconds: tuple[str, ...]
    reasons: dict[str, str]

    def problems(self, first: str, second: str) -> tuple[Problem, ...]:
        """The files that are alone as problems.

        Args:
            first: what a first file is called, e.g. “photo”.
            second: what a second file is called.
        """
        alone = [(file, second) for file in self.lone_firsts] + [(file, first) for file in self.lone_seconds]
        nothing = _("has no {other} of the same name")
        return tuple(
            Problem(file, self.reasons.get(file, nothing.format(other=other)), "dropped") for file, other in alone
        )


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


def is_marked(file: str) -> bool:
    """Its own name says that it is a label map: ``cat_mask.png``."""
    return _MARKED.fullmatch(_bare(file)) is not None


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
    """Finds the partner of each file: in the same subfolder, else anywhere.

    The very same name counts most, then one that differs in capitals, in its ending, in a tail that sets hang on.
    """
    pools = (dict.fromkeys(firsts), dict.fromkeys(_best(seconds)))
    left, right = (dict(pool) for pool in pools)
    found: dict[str, str] = {}
    reasons: dict[str, str] = {}
    for key in _KEYS:
        one, other = _single(list(left), key), _single(list(right), key)
        fresh = {file: other[name] for name, file in one.items() if name in other}
        found |= fresh
        for pool, chosen in ((left, fresh.keys()), (right, fresh.values())):
            reasons |= _set_aside(pool, list(chosen))
    reasons |= _undecided(left, right)
    paired = set(found.values())
    return Match(
        tuple((file, found[file]) for file in firsts if file in found),
        tuple(file for file in pools[0] if file not in found),
        tuple(file for file in pools[1] if file not in paired),
        reasons,
    )


def _set_aside(pool: dict[str, None], chosen: Sequence[str]) -> dict[str, str]:
    """Takes out the files that have a partner, and their namesakes: these get no other; the reasons of those."""
    names = {_namesake(file): file for file in chosen}
    reasons = {}
    for file in list(pool) if names else ():
        holder = names.get(_namesake(file))
        if holder is not None:
            del pool[file]
            reasons[file] = _("{other} has the same name, and the partner").format(other=PurePosixPath(holder).name)
    for file in chosen:
        del reasons[file]
    return reasons


def _undecided(left: Iterable[str], right: Iterable[str]) -> dict[str, str]:
    """Files of one name on both sides that nothing tells apart: file → why it is alone."""
    rivals: dict[tuple[str, ...], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for side, files in enumerate((left, right)):
        for file in files:
            rivals[_namesake(file)][side].append(file)
    words = _("which of {names} belong together cannot be told: give them different names")
    return {
        file: words.format(names=", ".join([*ones, *others][:_NAMES_TOLD]))
        for ones, others in rivals.values()
        if ones and others
        for file in (*ones, *others)
    }


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
        marked[(file.rpartition("/")[0], _stem(file))].append(file)
    kept = []
    for some in marked.values():
        if len(some) > 1:
            names = {file: plain(_bare(file)) for file in some}
            wanted = next((mark for mark in _PREFERRED if any(name.endswith(mark) for name in names.values())), None)
            if wanted is not None:
                some = [file for file in some if names[file].endswith(wanted)]
            else:
                some = [file for file in some if not names[file].endswith(_SHUNNED)] or some
        kept += some
    return kept


def _namesake(file: str) -> tuple[str, ...]:
    """The same for files of one name, whatever their endings and capitals."""
    return (*_place(file), _bare(file).casefold())


def _name(file: str) -> str:
    return file.rpartition("/")[2]


def _bare(file: str) -> str:
    """The name without its ending."""
    return splitext(_name(file))[0]  # noqa: PTH122 - a Path for each of 100,000 names takes seconds


def _stem(file: str) -> str:
    """The name without what sets hang on to it; at least something is left of it."""
    stem = _bare(file)
    tail = _TAIL.search(stem)
    return (stem[: tail.start()] if tail else stem).casefold()


def _place(file: str) -> tuple[str, ...]:
    """The folders of a file without those that name a side or a split."""
    return _place_of(file.rpartition("/")[0])


@lru_cache(maxsize=1 << 14)
def _place_of(folder: str) -> tuple[str, ...]:
    kept = []
    known = LABELS | PHOTOS | FIRSTS | SECONDS
    for part in PurePosixPath(folder).parts:
        name = plain(part)
        split = _SPLIT_SIDE.fullmatch(name)
        if split is not None and split[2] in known:
            kept.append(split[1][:5])
        elif name not in known:
            kept.append("train" if _TRAIN.fullmatch(name) else name)
    return tuple(kept)


_NAMES: tuple[Callable[[str], str], ...] = (
    _name,
    lambda file: _name(file).casefold(),
    _bare,
    lambda file: _bare(file).casefold(),
    _stem,
)
_KEYS: tuple[Callable[[str], tuple[str, ...]], ...] = (
    *(lambda file, name=name: (*_place(file), name(file)) for name in _NAMES),
    *(lambda file, name=name: (name(file),) for name in _NAMES),
)
