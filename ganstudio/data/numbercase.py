"""A list of names and the numbers that occur in label maps, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ganstudio.core.errors import DataError
from ganstudio.core.i18n import _
from ganstudio.data.census import Census
from ganstudio.data.classfiles import ClassList, names_nothing

_BACKGROUND = ("background", "other", "others", "none", "clutter", "bg")


@dataclass(frozen=True, slots=True)
class Case:
    """A list of names and what occurs in the label maps.

    Attributes:
        file: the name of the list's file.
        given: the list as it stands in the file.
        census: what occurs.
        nothing: the numbers that mean “unlabelled”.
        lenient: numbers outside the list are unlabelled: the person has said so.
    """

    file: str
    given: ClassList
    census: Census
    nothing: frozenset[int]
    lenient: bool

    @property
    def count(self) -> int:
        """How many names there are."""
        return len(self.given.classes)

    @property
    def first(self) -> str:
        """The first name."""
        return self.given.classes[0].name

    @property
    def last(self) -> str:
        """The last name."""
        return self.given.classes[-1].name

    @property
    def starts_with_nothing(self) -> bool:
        """The list's first name is one that number 0 has everywhere."""
        return names_nothing(self.first) or self.first.strip(" _").casefold() in _BACKGROUND

    def named(self, number: int) -> str:
        """What the list calls a number."""
        return self.given.classes[self.given.values.index(number)].name

    def numbers(self) -> list[int]:
        """What occurs and means something."""
        return sorted(number for number in self.census.numbers if number not in self.nothing)

    def hold_more_than(self, number: int, part: float) -> bool:
        """More than this part of the label maps holds a number beyond this one."""
        above = sum(files for highest, files in self.census.highest.items() if highest > number)
        return above > part * self.census.files[0]

    def share(self, number: int) -> float:
        """The part that a number has of the pixels of the label maps that hold it."""
        census = self.census
        pixels = sum(census.numbers.values()) / census.files[0]
        return census.numbers[number] / max(1.0, pixels * census.holders[number])


def counted(case: Case, start: int, said: Sequence[str] = (), doubts: Sequence[str] = ()) -> ClassList:
    """Counted from a number on; from −1 the first name, which has no number then, is left out."""
    given, skip = case.given, 1 if start < 0 else 0
    if skip and case.count == 1:
        raise DataError(_("{file} names one class only: names=second0 leaves none.").format(file=case.file))
    return replace(
        given,
        classes=given.classes[skip:],
        values=tuple(range(start + skip, start + case.count)),
        said=(*given.said, *said),
        doubts=(*given.doubts, *doubts),
        nothing=frozenset(case.nothing | {0} if start == 1 else case.nothing),
    )
