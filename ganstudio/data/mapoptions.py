"""What can be asked of label maps with photos, and what was asked of them without a word before there were such options."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.base import DataRequest
from ganstudio.data.classfiles import NO_FILE
from ganstudio.data.numbering import Names

BEFORE = "before"
"""A value of ``names`` that nobody can ask for: counted from 0, and nothing is refused, as in earlier versions."""


class MapsOptions(Fields):
    """Options of ``maps``."""

    size: int = field(
        128, _("Size"), _("Every label map and picture is brought to this height and width."), group=_("Data"),
        ge=16, le=256, unit="px",
    )  # fmt: skip
    fit: Literal["crop", "pad", "stretch"] = field(
        "crop", _("Fit"), _("Pictures that are not square: cut to the middle, given a black margin, or distorted."),
        group=_("Data"),
    )  # fmt: skip
    classes: str = field(
        "", _("Class file"),
        _("A file with the names of the classes: one a line, perhaps with number and colour, or JSON. Without one, "
          "classes.txt in the folder is taken; without that (or with “none”), the classes are found in the label maps."),
        group=_("Data"),
    )  # fmt: skip
    encoding: str = field(
        "", _("Encoding"),
        _("What the class file is written in, such as gb18030 or cp1252; empty: UTF-8, or what the file itself tells."),
        group=_("Data"),
    )  # fmt: skip
    names: Names = field(
        "auto", _("Names count from"),
        _("Whether the first name of the list is number 0 or number 1 (then 0 is unlabelled), or the second is number 0. By "
          "itself, what the list and the numbers in the label maps say."),
        group=_("Data"),
    )  # fmt: skip
    void: str = field(
        "", _("Unlabelled"),
        _("The numbers that mean “unlabelled”, such as 255 or 0+255, or “none”; empty: 255, unless it is one of several "
          "shades in even steps."),
        group=_("Data"),
    )  # fmt: skip
    layout: Literal["auto", "folders", "labels-left", "labels-right"] = field(
        "auto", _("Layout"), _("Two folders, or label map and photo side by side in one picture."), group=_("Data")
    )
    colours: Literal["nearest", "refuse"] = field(
        "nearest", _("Odd colours"),
        _("Pixels of RGB label maps with a colour of no class, as JPEG and antialiasing leave them at borders: they get "
          "the nearest class, or the file is left out."),
        group=_("Data"),
    )  # fmt: skip
    unknown: Literal["refuse", "ignore"] = field(
        "refuse", _("Unknown classes"),
        _("Label maps with numbers or areas of colours outside the classes: the file is left out, or these pixels become "
          "one more class, “unlabelled”."),
        group=_("Data"),
    )  # fmt: skip


def numbers_of_nothing(options: Fields) -> frozenset[int] | None:
    """The numbers that the option says mean “unlabelled”; None where it says nothing.

    Raises:
        UsageError: they are no numbers.
    """
    text = getattr(options, "void", "").strip()
    if not text or text.casefold() == "none":
        return frozenset() if text else None
    parts = [word for word in re.split(r"[\s,+;]+", text) if word]
    if not all(re.fullmatch(r"\d{1,5}", word) for word in parts):
        words = _("void={text} is no number: write one, such as void=255, several as void=0+255, or void=none.")
        raise UsageError(words.format(text=text))
    return frozenset(map(int, parts))


def is_as_before(options: MapsOptions) -> bool:
    """The label maps are read as in earlier versions."""
    return str(options.names) == BEFORE


def earlier_requests(request: DataRequest) -> list[DataRequest]:
    """The requests that read as earlier versions did.

    Then names always counted from 0, 255 never was a class, some files were not known to list classes, and nothing was
    refused.
    """
    before = {"names": BEFORE, "void": "255"}
    ways: list[dict[str, str]] = [{"void": "255"}, before]
    if not getattr(request.options, "classes", ""):
        ways.append({**before, "classes": NO_FILE})
    return [replace(request, options=request.options.model_copy(update=way)) for way in ways]
