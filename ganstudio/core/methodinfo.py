"""What people are told about a method: in the gallery, in lists to choose from, on the command line. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ganstudio.core.dataspec import DataKind
from ganstudio.core.i18n import _

Family = Literal["objectives", "networks", "cures", "conditions", "encoders", "pictures"]
FAMILIES: Mapping[Family, str] = {
    "objectives": _("What is minimised"),
    "networks": _("Networks"),
    "cures": _("Cures for collapse"),
    "conditions": _("Classes and codes"),
    "encoders": _("Encoders"),
    "pictures": _("Pictures from pictures"),
}


@dataclass(frozen=True, slots=True)
class Needs:
    """What data must have beside their kind.

    Attributes:
        labels: two classes or more.
        smallest: pixels; 0: any.
        largest: pixels; 0: any.
        channels: 1 or 3 where it is one of them only; 0: either.
    """

    labels: bool = False
    smallest: int = 0
    largest: int = 0
    channels: int = 0

    @property
    def words(self) -> str:
        """All of it as one line; empty where anything will do."""
        parts = [_("classes")] if self.labels else []
        if self.smallest and self.largest:
            parts.append(_("{least} to {most} px").format(least=self.smallest, most=self.largest))
        elif self.smallest or self.largest:
            parts.append(
                _("{least} px or more").format(least=self.smallest)
                if self.smallest
                else _("{most} px or less").format(most=self.largest)
            )
        parts += [_("pictures in colour")] if self.channels == 3 else [_("grey pictures")] if self.channels == 1 else []
        return ", ".join(parts)

    def refusal(self, title: str, *, size: int = 0, channels: int = 0) -> str:
        """Why a method of this title does not take pictures like these, in words; empty where it does.

        Args:
            title: of the method.
            size: pixels of a side; 0: not known.
            channels: 1 or 3; 0: not known.
        """
        if size and (size < self.smallest or (self.largest and size > self.largest)):
            words = _("{title} needs pictures of {needs}, not {size} px.")
            return words.format(title=title, needs=replace(self, labels=False, channels=0).words, size=size)
        if channels and self.channels and channels != self.channels:
            words = _("{title} needs {needs}, and these are {given}.")
            given = replace(_ANY, channels=channels).words
            return words.format(title=title, needs=replace(_ANY, channels=self.channels).words, given=given)
        return ""


_ANY = Needs()


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """What people are told about a method.

    Attributes:
        name: registry name, lower case with hyphens.
        title: e.g. ``"WGAN-GP"``.
        paper: authors, title, where.
        year: of the paper.
        summary: one sentence: the idea.
        look_for: a paragraph: what to watch while it trains, and what goes wrong.
        data_kinds: the kinds of data it can be trained on.
        family: where it stands in lists.
        needs: what else the data must have.
        objective: what D and G minimise, as one line of formula.
        compare: names of methods that it is best compared with.
    """

    name: str
    title: str
    paper: str
    year: int
    summary: str
    look_for: str
    data_kinds: tuple[DataKind, ...] = ("points", "images")
    family: Family = "objectives"
    needs: Needs = Needs()
    objective: str = ""
    compare: tuple[str, ...] = ()
