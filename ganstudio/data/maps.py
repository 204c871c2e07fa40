"""Label maps with their photos, from a folder or an archive: checked pixel by pixel before anything is trained on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import DataError, UsageError
from ganstudio.core.i18n import _, msg, plural, some_of
from ganstudio.core.labelmaps import colours_for
from ganstudio.data.archives import folder_of
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.classfiles import ClassList, find_class_file
from ganstudio.data.decode import Picture, PictureError, decode, decode_halves
from ganstudio.data.folder import changes_of, in_words
from ganstudio.data.labelmaps import MAX_MAP_CLASSES, UNLABELLED, map_raw, refuse_smeared, resize_ids, unlabelled_class
from ganstudio.data.mapclasses import classes_of, with_numbers
from ganstudio.data.mapfolders import Plan, plan_of
from ganstudio.data.mapoptions import MapsOptions, earlier_requests, is_as_before, numbers_of_nothing
from ganstudio.data.mapping import MappingReport
from ganstudio.data.rawmaps import read_raw
from ganstudio.data.twofold import Halves, Odd, Outcome, Recipe, count_files, read_halves, size_oddity

_TOLERATED = 0.01


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, MapsOptions) or request.path is None:
        raise UsageError(_("Say which folder: write maps:PATH."))
    folder = folder_of(Path(request.path), job)
    listed = None
    if folder.exists():  # else the plan says that there is none
        listed = find_class_file(folder if folder.is_dir() else folder.parent, options.classes)
    plan = plan_of(folder, options.layout, job, listed, is_as_before(options))
    known: list[ClassList] = []

    def prepare() -> dict[str, Any]:
        known.append(classes_of(plan, listed, options, job))
        return {
            "classes": [asdict(one) for one in with_numbers(known[0])],
            "listed": listed.name if listed else "",
            "said": known[0].said,
            "doubts": known[0].doubts,
        }

    def work(index: int, planes: NDArray[np.uint8]) -> Outcome:
        return _item(plan, index, known[0], options, planes)

    def settle(pixels: NDArray[np.uint8], kept: list[int], extra: dict[str, Any]) -> None:
        _give_unlabelled(pixels, kept, extra)

    files = dict.fromkeys(file for row in plan.rows for file in row)
    recipe = Recipe(
        plan.folder,
        [*files, *([str(listed)] if listed else [])],
        {"kind": "maps", "part": plan.part, "rows": plan.rows, **options.model_dump()},
        len(plan.rows),
        (1, 3),
        options.size,
        work,
    )
    return _arrays(request.text, plan, read_halves(recipe, job, prepare, settle), options)


def _item(plan: Plan, index: int, known: ClassList, options: MapsOptions, planes: NDArray[np.uint8]) -> Outcome:
    label, photo = plan.rows[index]
    outcome = Outcome()
    try:
        raw = read_raw(plan.folder / label, plan.part)
        if not is_as_before(options):
            refuse_smeared(raw, known.classes)
        ids, report = map_raw(raw, known.classes, known.values, nothing=known.nothing)
        if report.far and report.far <= _TOLERATED * report.pixels:
            ids, report = map_raw(raw, known.classes, known.values, "nearest", known.nothing)
    except PictureError as error:
        outcome.odd.append((label, str(error), "dropped"))
        return outcome
    try:
        picture = _photo(plan, photo, options)
    except PictureError as error:
        outcome.odd.append((photo, str(error), "dropped"))
        return outcome
    odd = [
        *((photo, what, "converted") for what in picture.oddities),
        *size_oddity(label, _("has {a} × {b} px, its photo {c} × {d} px"), (raw.width, raw.height),
                     (picture.width, picture.height)),
        *_odd(label, report, known, options),
    ]  # fmt: skip
    outcome.kept = all(action != "dropped" for _file, _what, action in odd)
    outcome.odd = odd if outcome.kept else [one for one in odd if one[2] == "dropped"]
    outcome.grey = (True, picture.grey)
    outcome.width, outcome.height, outcome.mode = picture.width, picture.height, picture.mode
    planes[0] = resize_ids(ids, options.size, options.fit)
    planes[1:] = picture.pixels
    return outcome


def _photo(plan: Plan, photo: str, options: MapsOptions) -> Picture:
    if plan.part == "whole":
        return decode(plan.folder / photo, options.size, options.fit)
    left, right = decode_halves(plan.folder / photo, options.size, options.fit)
    return right if plan.part == "left" else left


def _odd(label: str, report: MappingReport, known: ClassList, options: MapsOptions) -> list[Odd]:
    """What is odd about the classes of a label map, and what the options say is done."""
    odd: list[Odd] = []
    if report.outside:
        words = report.outside_words()
        if options.unknown == "ignore":
            odd.append((label, _("{what}: taken as unlabelled").format(what=words), "converted"))
        else:
            words = _("{what}; the classes are {some}. With unknown=ignore it is unlabelled").format(
                what=words, some=_numbers_words(known.values))  # fmt: skip
            odd.append((label, words, "dropped"))
    if report.nearest:
        words = _("{share} of its pixels have colours close to those of classes, or in between").format(
            share=report.share(report.nearest)
        )
        if options.colours == "nearest":
            odd.append((label, _("{what}: the nearest class is taken").format(what=words), "converted"))
        else:
            odd.append((label, words, "dropped"))
    if report.far:
        share = report.share(report.far)
        some = ", ".join("({}, {}, {})".format(*one.colour) for one in report.far_colours[:3])
        words = _("{share} of its pixels have a colour unlike any class: {some}").format(share=share, some=some)
        if options.colours == "nearest" and report.far_kept:
            odd.append((label, _("{what}: the nearest class is taken").format(what=words), "converted"))
        elif options.unknown == "ignore":
            odd.append((label, _("{what}: taken as unlabelled").format(what=words), "converted"))
        else:
            words = _("{what}. With unknown=ignore they are unlabelled").format(what=words)
            odd.append((label, words, "dropped"))
    return odd


def _numbers_words(values: Sequence[int]) -> str:
    row = sorted(value for value in values if value >= 0)
    if not row:
        return _("told by their colours")
    if row == list(range(row[0], row[-1] + 1)):
        return _("{low} to {high}").format(low=row[0], high=row[-1])
    return some_of(row)


def _give_unlabelled(pixels: NDArray[np.uint8], kept: Sequence[int], extra: dict[str, Any]) -> None:
    """Pixels without a class get the class called “unlabelled”; it is added where there is none and one is needed."""
    files = 0
    classes = tuple(MapClass.from_json(one) for one in extra["classes"])
    rest = unlabelled_class(classes)
    place = len(classes) if rest is None else rest
    for index in kept:
        lost = pixels[index, 0] == UNLABELLED
        if lost.any():
            files += 1
            pixels[index, 0][lost] = place
    if files and rest is None:
        if len(classes) >= MAX_MAP_CLASSES:
            raise DataError(_("Some pixels have no class, and with {n} there is no room for one more.").format(n=place))
        taken = {one.colour for one in classes}
        colour = next(one for one in (*colours_for(["unlabelled"]), *colours_for(["a", "b"])) if one not in taken)
        extra["classes"].append(asdict(MapClass("unlabelled", colour)))
    extra["unlabelled"] = files


def _arrays(text: str, plan: Plan, halves: Halves, options: MapsOptions) -> Arrays:
    extra = halves.extra
    classes = tuple(MapClass.from_json(one) for one in extra["classes"])
    notes = [*plan.notes, *changes_of({"all_sizes": halves.all_sizes}, options.size, options.fit)]
    if extra["listed"]:
        notes.append(_("The classes are those of {file}.").format(file=extra["listed"]))
    else:
        notes.append(
            plural("{n} class was found in the label maps.", "{n} classes were found in the label maps.", len(classes))
        )
    notes += extra["said"]
    if extra["unlabelled"]:
        name = classes[unlabelled_class(classes) or 0].name
        some = plural("{n} label map has pixels without a class", "{n} label maps have pixels without a class",
                      extra["unlabelled"])  # fmt: skip
        notes.append(_("{some}: they are “{name}”.").format(some=some, name=name))
    spec = DataSpec(
        name=text,
        kind="maps",
        count=len(halves.second),
        channels=int(halves.second.shape[1]),
        size=options.size,
        map_classes=classes,
        sides=(msg("map"), msg("picture")),
    )
    return Arrays(
        spec,
        halves.second,
        sizes=halves.sizes,
        modes=in_words(halves.modes),
        problems=(*plan.problems, *halves.problems),
        files=count_files(plan.rows, plan.problems),
        notes=tuple(notes),
        doubts=tuple(extra["doubts"]),
        inputs=halves.first[:, 0],
    )


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="maps",
        title=_("Label maps and photos"),
        summary=_("Your own label maps with their photos, in two folders or side by side: to paint with."),
        kind="maps",
        licence=_("Your own."),
        Options=MapsOptions,
        read=_read,
        thumbnail=lambda: None,
        needs_files=True,
        takes_path=True,
        verify=numbers_of_nothing,
        earlier=earlier_requests,
    )
