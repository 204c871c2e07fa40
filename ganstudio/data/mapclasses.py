"""The classes of label maps: of the file that lists them, as far as it fits what occurs, else those that are shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ganstudio.core.dataspec import MapClass
from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.data.base import Job, spread
from ganstudio.data.census import Census, census_of
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING, ClassList, read_class_file
from ganstudio.data.decode import PictureError
from ganstudio.data.labelclasses import find_classes
from ganstudio.data.labelmaps import lists_black, values_of
from ganstudio.data.mapfolders import Plan
from ganstudio.data.mapoptions import MapsOptions, is_as_before, numbers_of_nothing
from ganstudio.data.mapping import colour_words
from ganstudio.data.numbering import fit
from ganstudio.data.parallel import for_each
from ganstudio.data.rawmaps import read_raw
from ganstudio.data.smearing import are_smeared, by_levels, check_levels

_FEW_FILES = 64


def classes_of(plan: Plan, listed: Path | None, options: MapsOptions, job: Job) -> ClassList:
    """The classes of the file that lists them, else those that the label maps show.

    Args:
        plan: the files.
        listed: the list; None where there is none.
        options: what was asked for.
        job: to watch and to cancel it.

    Raises:
        DataError: there is no telling.
    """
    strict, nothing = not is_as_before(options), numbers_of_nothing(options)
    if listed is None:
        return find_classes(_take_census(plan, job), nothing, strict)
    given = read_class_file(listed, options.encoding)
    # With numbers in the list, or colours in both, some label maps tell enough; without, the highest number of all counts.
    sure = given.numbered or given.coloured
    census = _take_census(plan, job, _FEW_FILES if sure else None, listed=not given.coloured)
    if census.files[0] >= census.files[1] and not given.numbered and given.coloured and len(plan.rows) > _FEW_FILES:
        census = _take_census(plan, job)
    if census.files[1] > census.files[0]:
        return _of_colours(given, listed, census, nothing, strict)
    if strict and not sure and are_smeared(census) and (found := by_levels(given, census)):
        return found
    odd = census.contradiction() if strict and options.names == "auto" and not given.coloured else None
    if odd:
        number, one, other = odd
        raise DataError(
            _("The palettes of the label maps differ: number {n} is {one} in some and {other} in others. Write the colours "
              "into {file}, a line each: name r g b. If the numbers count all the same, add names=from0 or "
              "names=from1.").format(
                  n=number, one=colour_words(one), other=colour_words(other), file=listed.name)
        )  # fmt: skip
    if strict or not given.numbered:
        names = options.names if strict else "from0"
        given = fit(listed.name, given, census, names, nothing, options.unknown == "ignore")
    return _painted(given, census)


def _of_colours(
    given: ClassList, listed: Path, census: Census, nothing: frozenset[int] | None, strict: bool
) -> ClassList:
    """A list for label maps that are in colour, or that JPEG has smeared."""
    grey = census.greys * 2 > census.files[1]
    if grey and strict:
        check_levels(census)
    if given.coloured:
        return _with_black(given, listed.name, census, nothing) if strict else given
    if grey and (found := by_levels(given, census)):
        return found
    words = _("The label maps are in colour, but {file} tells no colours: add them, a line each: name r g b.")
    raise DataError(words.format(file=listed))


def _painted(given: ClassList, census: Census) -> ClassList:
    """A list without colours gets those of the label maps' palettes."""
    best = {value: colour for (value, colour), _n in reversed(census.palette.most_common())}
    colours = [best.get(value) for value in given.values]
    if given.coloured or None in colours or len(set(colours)) < len(colours):
        return given
    named = zip(given.classes, colours, strict=True)
    return replace(given, classes=tuple(MapClass(one.name, colour) for one, colour in named if colour), coloured=True)


def _with_black(given: ClassList, file: str, census: Census, nothing: frozenset[int] | None) -> ClassList:
    """A list of colours without black: as number 0, black is what was not painted over."""
    if nothing is not None or lists_black(given.classes):
        return given if nothing is None else replace(given, nothing=nothing)
    said = _("No class in {file} is black: black is unlabelled.").format(file=file)
    told = (*given.said, said) if 0 in census.areas else given.said
    return replace(given, said=told, nothing=NUMBERS_OF_NOTHING | {0})


def with_numbers(known: ClassList) -> tuple[MapClass, ...]:
    """The classes with their numbers, where these are not what they would be taken for without."""
    if known.values == values_of(known.classes):
        return known.classes
    return tuple(replace(one, number=value) for one, value in zip(known.classes, known.values, strict=True))


def _take_census(plan: Plan, job: Job, most: int | None = None, listed: bool = False) -> Census:
    """Counts what occurs in the label maps: in all of them, or in some spread over the set."""
    total = Census()
    count = len(plan.rows)
    chosen = spread(count, most or count).tolist()

    def work(index: int) -> Census | None:
        try:
            return census_of(read_raw(plan.folder / plan.rows[chosen[index]][0], plan.part), listed)
        except PictureError:  # told with its reason when it is decoded
            return None

    def note(_index: int, one: Census | None) -> None:
        if one is not None:
            total.add(one)

    for_each(len(chosen), work, note, job, _("Looking for the classes: {done} of {total}"))
    return total
