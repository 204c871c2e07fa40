"""Finds the label map of each photo: in two folders, beside it under another ending, or as one half of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.data.base import Job, Problem, spread
from ganstudio.data.census import flat
from ganstudio.data.decode import PictureError, with_image
from ganstudio.data.partners import ASIDE, LABELS, MAPS, PHOTOS, is_marked, match, side_of, train_only
from ganstudio.data.rawmaps import Part, RawMap, read_raw
from ganstudio.data.scan import scan

_SAMPLE = 16
_CALM = 6
_JPEGS = frozenset({".jpg", ".jpeg", ".jfif"})


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files make the set.

    Attributes:
        folder: where they lie.
        rows: label map and photo of each item, relative to it; the same file twice where both are in one picture.
        part: where in its file the label map is.
        problems: files without a partner.
        notes: lines for a person.
    """

    folder: Path
    rows: tuple[tuple[str, str], ...]
    part: Part
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def plan_of(folder: Path, layout: str, job: Job, used: Path | None = None, before: bool = False) -> Plan:
    """Looks how a folder is laid out.

    Args:
        folder: the folder.
        layout: ``auto``, ``folders``, ``labels-left`` or ``labels-right``.
        job: to watch and to cancel it.
        used: the file that lists the classes, which is no stranger among the pictures.
        before: as earlier versions did it: what tools put beside label maps is not known, nor the names of label maps.

    Raises:
        DataError: there is no folder, or no label map with a photo in it.
        CancelledError: the job was cancelled.
    """
    found = scan(folder, job, used)
    files, said = train_only(found.files)
    notes = (*found.notes, *said)
    if layout in ("auto", "folders"):
        labels, photos = _sides(files, before)
        if labels and photos:
            return _folders(found.folder, labels, photos, notes)
        if layout == "folders" or labels:
            raise DataError(
                _("{folder} does not hold label maps and photos: put them into two folders, “labels” and “images”, with "
                  "the same names.").format(folder=folder)
            )  # fmt: skip
    part: Part = "left" if layout == "labels-left" else "right"
    if layout == "auto":
        part = _calmer_half(found.folder, files)
        where = {"left": _("left"), "right": _("right")}[part]
        notes = (*notes, _("The {where} halves of the pictures are taken for the label maps.").format(where=where))
    return Plan(found.folder, tuple((file, file) for file in files), part, (), notes)


def _sides(files: Sequence[str], before: bool) -> tuple[list[str], list[str]]:
    """Label maps and photos: by names of folders or files, else photos are JPEGs with a PNG of the same name."""
    labels = [file for file in files if side_of(file, LABELS)]
    if labels:
        chosen = set(labels)
        files = [file for file in files if before or not side_of(file, ASIDE)]
        rest = [file for file in files if file not in chosen]
        labels = [file for file in files if file in chosen] or labels
        return labels, [file for file in rest if side_of(file, PHOTOS)] or rest
    maps, photos = ([file for file in files if side_of(file, names)] for names in (MAPS, PHOTOS))
    if maps and photos and not before:
        return maps, photos
    marked = [file for file in files if is_marked(file)]
    others = [file for file in files if not is_marked(file)]
    if marked and not before and len(match(others, marked).pairs) * 2 > min(len(marked), len(others)):
        return marked, others
    jpegs = [file for file in files if PurePosixPath(file).suffix.lower() in _JPEGS]
    others = [file for file in files if PurePosixPath(file).suffix.lower() == ".png"]
    if jpegs and others and len(match(jpegs, others).pairs) * 2 > min(len(jpegs), len(others)):
        return others, jpegs
    return [], []


def _folders(folder: Path, labels: Sequence[str], photos: Sequence[str], notes: tuple[str, ...]) -> Plan:
    found = match(photos, labels)
    if not found.pairs:
        raise DataError(
            _(
                "No label map in {folder} has a photo of the same name: {label} and {photo} do not belong together."
            ).format(folder=folder, label=labels[0], photo=photos[0])
        )
    problems = found.problems(_("photo"), _("label map"))
    return Plan(folder, tuple((label, photo) for photo, label in found.pairs), "whole", problems, notes)


def _calmer_half(folder: Path, files: Sequence[str]) -> Part:
    """The half with more areas of one colour: photos have next to none."""
    calm = {"left": 0.0, "right": 0.0}
    wide = 0
    for index in spread(len(files), _SAMPLE).tolist():
        try:
            width, height = with_image(folder / files[index], lambda image, _path: image.size)
            if width < 1.2 * height:
                continue
            wide += 1
            for part in ("left", "right"):
                calm[part] += _calm(read_raw(folder / files[index], part))
        except PictureError:
            continue
    if not wide:
        raise DataError(
            _("{folder} holds no label maps: neither two folders (“labels” and “images”) nor pictures with both side by "
              "side were found.").format(folder=folder)
        )  # fmt: skip
    return "left" if calm["left"] > calm["right"] else "right"


def _calm(raw: RawMap) -> float:
    if raw.rgb is None:
        return 1.0
    return float(flat(raw.rgb, _CALM).mean())
