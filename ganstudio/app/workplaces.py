"""Which workspace a run belongs to: told by what its generator is given, never by its method's name. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from ganstudio.core.controls import Control, LabelMap, SourceImage, given
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path

Workplace = Literal["explore", "paint", "translate"]
"""A workspace that works with an open generator; also the workspace's id in the window."""

WORKPLACES: tuple[Workplace, ...] = get_args(Workplace)

BUNDLED = MappingProxyType(
    {"explore": "infogan-digits", "paint": "spade-landscapes", "translate": "spade-landscapes"}
)  # fmt: skip
"""The run that comes with the program for each workspace: its folder in ``resources/runs``."""


def workplace_of(controls: Sequence[Control]) -> Workplace:
    """Where a generator with these controls is at home."""
    match given(controls):
        case LabelMap():
            return "paint"
        case SourceImage():
            return "translate"
        case None:
            return "explore"


def workplace_of_spec(spec: DataSpec) -> Workplace:
    """The same by the data that a run was trained on, for lists in which no generator is loaded."""
    if spec.kind == "maps":
        return "paint"
    return "translate" if spec.translates else "explore"


def drives(place: Workplace, controls: Sequence[Control]) -> bool:
    """Whether a workspace can drive these controls. Label maps can be painted, and translated like pictures."""
    home = workplace_of(controls)
    return home == place or (home, place) == ("paint", "translate")


def opens(place: Workplace, spec: DataSpec) -> bool:
    """The same by the data that a run was trained on."""
    home = workplace_of_spec(spec)
    return home == place or (home, place) == ("paint", "translate")


def refusal(title: str, controls: Sequence[Control]) -> UsageError:
    """What a workspace says of a generator that it cannot drive: what it is, and where it can be used."""
    sentences = {
        "explore": _("“{title}” draws out of nothing: open it in Explore."),
        "paint": _("“{title}” paints on label maps: open it in Paint."),
        "translate": _("“{title}” translates pictures: open it in Translate."),
    }
    return UsageError(sentences[workplace_of(controls)].format(title=title))


def word_of(place: Workplace) -> str:
    """What one does there, as a button says it; also the workspace's title."""
    return {"explore": _("Explore"), "paint": _("Paint"), "translate": _("Translate")}[place]


def invitation(place: Workplace) -> str:
    """What one does with a run there, as a menu says it."""
    return {
        "explore": _("Explore this run"),
        "paint": _("Paint with this run"),
        "translate": _("Translate with this run"),
    }[place]


def bundled_path(place: Workplace) -> Path | None:
    """The run that comes with the program for a workspace; None while there is none."""
    path = resource_path("runs", BUNDLED[place])
    return path if (path / "run.json").is_file() else None


def bundled_name(place: Workplace) -> str:
    """What that run is called, in menus and above the pictures."""
    return _("Digits with codes (InfoGAN)") if place == "explore" else _("Landscapes (SPADE)")
