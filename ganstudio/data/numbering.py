"""Which number in the label maps is which name of a list: decided by what the numbers say, told, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _, some_of
from ganstudio.data.census import Census
from ganstudio.data.classfiles import NUMBERS_OF_NOTHING, ClassList, names_nothing
from ganstudio.data.numbercase import Case, counted
from ganstudio.data.shadelists import by_palette, by_shade

Names = Literal["auto", "from0", "from1", "second0"]
_START = {"from0": 0, "from1": 1, "second0": -1}
_BYTE = 255
_FEW_PIXELS = 0.01
_SEVERAL = 3


def fit(
    file: str, given: ClassList, census: Census, names: Names, nothing: frozenset[int] | None, lenient: bool
) -> ClassList:
    """Gives every name of a list its number in index pictures.

    Args:
        file: the name of the file, for messages.
        given: the list.
        census: what occurs in the label maps.
        names: whether an unnumbered list counts from 0 or from 1; ``auto``: what the numbers say.
        nothing: the numbers that mean “unlabelled”; None: those that do by convention.
        lenient: numbers outside the list are to be unlabelled.

    Raises:
        DataError: the numbers and the list do not fit, or there are several ways; says which option settles it.
    """
    if not census.files[0]:
        return replace(given, nothing=nothing)
    case = Case(file, given, census, NUMBERS_OF_NOTHING if nothing is None else nothing, lenient)
    shown = by_palette(case) if names == "auto" else None
    if shown is not None:
        found = shown
    elif given.numbered:
        found = _numbered(case, names)
    elif names != "auto":
        found = counted(case, _START[names])
    else:
        found = by_shade(case, nothing) or _by_place(case)
    if nothing is not None:
        # What the person calls unlabelled is no class, whatever the list says.
        keep = [index for index, value in enumerate(found.values) if value not in nothing]
        found = replace(
            found,
            classes=tuple(found.classes[index] for index in keep),
            values=tuple(found.values[index] for index in keep),
            nothing=nothing,
        )
        if not keep:
            raise DataError(_("With void={n}, {file} has no class left.").format(
                n="+".join(map(str, sorted(nothing))), file=file))  # fmt: skip
    return found


# -- lists with numbers ---------------------------------------------------------------------------------------------


def _numbered(case: Case, names: Names) -> ClassList:
    """The numbers of the list count; what contradicts them is refused."""
    given, there = case.given, case.numbers()
    if names != "auto":
        row = sorted(given.values)
        if row != list(range(row[0], row[0] + len(row))):
            raise DataError(_("{file} gives the classes numbers that do not follow each other: names={names} cannot count "
                              "them anew.").format(file=case.file, names=names))  # fmt: skip
        order = sorted(range(case.count), key=given.values.__getitem__)
        in_order = replace(given, classes=tuple(given.classes[index] for index in order), numbered=False)
        return counted(replace(case, given=in_order), _START[names])
    if given.training is not None and set(there) <= {one for one in given.training if one is not None}:
        return _of_training(case)
    if not set(there) & set(given.values) and set(there) - {0}:
        # Numbers of a data base, not of pixels.
        said = _("The numbers in {file} occur in no label map: its names were counted instead.").format(file=case.file)
        bare = replace(case, given=replace(given, numbered=False, said=(*given.said, said)))
        return by_shade(bare, None) or _by_place(bare)
    _refuse_two_nothings(case, sorted(given.values) == list(range(case.count)))
    start, end = min(given.values), max(given.values)
    whole = sorted(given.values) == list(range(start, end + 1))
    if whole and start == 1 and 0 in there and end not in there and _BYTE in case.census.numbers:
        raise DataError(
            _("{file} counts from 1, but in the label maps 0 occurs, {end} does not, and 255 marks what is unlabelled: is 0 "
              "“{first}”? If so, add names=from0; if 0 means “unlabelled” too, add names=from1.").format(
                  file=case.file, end=end, first=case.named(1))
        )  # fmt: skip
    if whole and start == 0 and end + 1 in there and not case.lenient and case.hold_more_than(end, 0.5):
        raise DataError(
            _("{file} names the numbers 0 to {end}, but most label maps hold {more}: is 1 “{first}”, and 0 unlabelled? If "
              "so, add names=from1; if {more} has no name, add unknown=ignore.").format(
                  file=case.file, end=end, more=end + 1, first=case.named(0))
        )  # fmt: skip
    if 0 in there and set(there) - set(given.values) == {0}:
        said = _("Number 0 is not in {file}: it is unlabelled.").format(file=case.file)
        if whole and start == 1 and end not in there:  # as if 0 were the first name
            said = _("Number 0 is not in {file}: it is unlabelled, and 1 is “{first}”. If 0 is “{first}”, add names=from0."
                     ).format(file=case.file, first=case.named(1))  # fmt: skip
        return replace(given, said=(*given.said, said), nothing=frozenset(case.nothing | {0}))
    return given


def _refuse_two_nothings(case: Case, counts: bool) -> None:
    """Number 0 is “unlabelled” in the list, but 255 is in the label maps: lists are often one line ahead of those.

    Args:
        case: the list and the numbers.
        counts: the list counts from 0 without gaps.
    """
    there = case.numbers()
    first, second = (case.given.classes[0].name, case.given.classes[1].name) if case.count > 1 else ("", "")
    if not counts or not names_nothing(first) or _BYTE not in case.census.numbers or 0 not in there:
        return
    if case.count - 1 not in there and there[-1] < case.count:
        raise DataError(
            _("{file} begins with “{first}”, but the label maps mark what is unlabelled with 255 and hold 0 too, and {last} "
              "never: add names=from0 if 0 is “{first}”, names=second0 if 0 is “{second}”.").format(
                  file=case.file, first=first, second=second, last=case.count - 1)
        )  # fmt: skip


def _of_training(case: Case) -> ClassList:
    given, training = case.given, case.given.training or ()
    keep = [index for index, one in enumerate(training) if one is not None and 0 <= one < _BYTE]
    values = tuple(number for index in keep if (number := training[index]) is not None)
    if len(set(values)) != len(values):
        return given
    said = _("The numbers of the label maps are those that {file} gives for training.").format(file=case.file)
    classes = tuple(given.classes[index] for index in keep)
    return replace(given, classes=classes, values=values, said=(*given.said, said))


# -- lists without numbers ------------------------------------------------------------------------------------------


def _by_place(case: Case) -> ClassList:
    """Names counted from 0 or from 1, whichever the numbers allow."""
    count, there = case.count, case.numbers()
    _refuse_two_nothings(case, True)
    above = [number for number in there if number > count]
    if above and not case.hold_more_than(count, 0.5 if len(above) < _SEVERAL else 0.2):  # mistakes in a few files
        there = [number for number in there if number <= count]
    if there and there[-1] > count:
        if case.lenient:
            return counted(case, 0, doubts=[_doubt(case)])
        raise DataError(
            _("{file} names {n} classes, so the numbers 0 to {last} (or 1 to {n}), but most label maps hold others, up to "
              "{most}: write the numbers into it, a line each: 7 {first}. If they have no name, add unknown=ignore.").format(
                  file=case.file, n=count, last=count - 1, most=there[-1], first=case.first)
        )  # fmt: skip
    if count in there:
        return _reaching(case, there)
    if 0 in there or not there or case.starts_with_nothing:
        return counted(case, 0, said=[_from_words(case, 0)])
    raise DataError(
        _("The numbers in the label maps ({some}) do not tell whether {file} counts from 0 or from 1: neither 0 nor {n} "
          "occurs. Add names=from0 if 0 is “{first}”, names=from1 if 1 is.").format(
              some=some_of(there), file=case.file, n=count, first=case.first)
    )  # fmt: skip


def _reaching(case: Case, there: Sequence[int]) -> ClassList:
    """The highest number is the count of names."""
    count, holders = case.count, case.census.holders
    if 0 not in there:
        return counted(case, 1, said=[_from_words(case, 1)])
    rare = count > 1 and holders[count] < min((holders[one] for one in there if 0 < one < count), default=0)
    if rare and case.share(count) < _FEW_PIXELS:  # a mistake in a few files: they are dropped by name
        return counted(case, 0, doubts=[_doubt(case)])
    if rare:
        raise DataError(
            _("{file} names {n} classes, and some label maps hold {n} too: add names=from1 if 0 is unlabelled and 1 is "
              "“{first}”, names=from0 if 0 is “{first}”; then those with {n} are left out.").format(
                  file=case.file, n=count, first=case.first)
        )  # fmt: skip
    if case.starts_with_nothing:
        raise DataError(
            _("{file} names {n} classes, begins with “{first}”, and the label maps hold 0 to {n}: add names=from0 if 0 is "
              "“{first}” (and unknown=ignore for {n}), names=from1 if 1 is.").format(
                  file=case.file, n=count, first=case.first)
        )  # fmt: skip
    return counted(case, 1, said=[_from_words(case, 1)])


def _from_words(case: Case, start: int) -> str:
    if start == 1:
        return _("The names of {file} were counted from 1, because the label maps hold numbers up to {n}: {n} is “{last}”, "
                 "0 is unlabelled. If 0 is “{first}”, add names=from0,unknown=ignore.").format(
                     file=case.file, n=case.count, first=case.first, last=case.last)  # fmt: skip
    if case.starts_with_nothing:
        return _("The names of {file} were counted from 0: 0 is “{first}”.").format(file=case.file, first=case.first)
    return _("The names of {file} were counted from 0: 0 is “{first}”. If 0 means “unlabelled” and 1 is “{first}”, add "
             "names=from1.").format(file=case.file, first=case.first)  # fmt: skip


def _doubt(case: Case) -> str:
    return _("The names of {file} were counted from 0, but the label maps hold {n} too, for which there is no name. If 0 "
             "means “unlabelled” and 1 is “{first}”, add names=from1.").format(
                 file=case.file, n=case.count, first=case.first)  # fmt: skip
