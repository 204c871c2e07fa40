"""Which workspace a run belongs to: told by what its generator is given, never by its method's name. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, get_args

from ganstudio.core.controls import Control, Takes, takes
from ganstudio.core.errors import UsageError
from ganstudio.core.i18n import _
from ganstudio.core.resources import resource_path

if TYPE_CHECKING:
    from ganstudio.store import RunInfo

Workplace = Literal["explore", "paint", "translate"]
"""A workspace that works with an open generator; also the workspace's id in the window."""

WORKPLACES: tuple[Workplace, ...] = get_args(Workplace)

BUNDLED = MappingProxyType({"explore": "infogan-digits", "paint": "spade-landscapes", "translate": "pix2pix-edges"})
"""The run that comes with the program for each workspace: its folder in ``resources/runs``."""

# fmt: off
_WORDS: Mapping[Workplace, tuple[str, str, str]] = {
    "explore": (_("Explore"), _("Explore this run"), _("“{title}” draws out of nothing: open it in Explore.")),
    "paint": (_("Paint"), _("Paint with this run"), _("“{title}” paints on label maps: open it in Paint.")),
    "translate": (_("Translate"), _("Translate with this run"),
                  _("“{title}” translates pictures: open it in Translate.")),
}
# fmt: on
"""What one does there, as a button and as a menu say it, and what the others say of a generator that is at home there."""
_HOMES: Mapping[Takes, Workplace] = {"nothing": "explore", "map": "paint", "picture": "translate"}


def workplace_of(controls: Sequence[Control]) -> Workplace:
    """Where a generator with these controls is at home."""
    return _HOMES[takes(controls)]


def workplace_of_run(info: RunInfo | None) -> Workplace:
    """The same of a run by what its folder says (None: not yet), for lists in which no generator is loaded."""
    return "explore" if info is None else _HOMES[info.takes]


def _works(place: Workplace, home: Workplace) -> bool:
    """Label maps can be painted, and translated like pictures."""
    return home == place or (home, place) == ("paint", "translate")


def drives(place: Workplace, controls: Sequence[Control]) -> bool:
    """Whether a workspace can drive these controls."""
    return _works(place, workplace_of(controls))


def opens(place: Workplace, info: RunInfo) -> bool:
    """The same of a stored run."""
    return _works(place, workplace_of_run(info))


def refusal(title: str, controls: Sequence[Control]) -> UsageError:
    """What a workspace says of a generator that it cannot drive: what it is, and where it can be used."""
    return UsageError(_WORDS[workplace_of(controls)][2].format(title=title))


def word_of(place: Workplace) -> str:
    """What one does there, as a button says it; also the workspace's title."""
    return _WORDS[place][0]


def invitation(place: Workplace) -> str:
    """What one does with a run there, as a menu says it."""
    return _WORDS[place][1]


def bundled_path(place: Workplace) -> Path | None:
    """The run that comes with the program for a workspace; None while there is none."""
    path = resource_path("runs", BUNDLED[place])
    return path if (path / "run.json").is_file() else None


def bundled_name(place: Workplace) -> str:
    """What that run is called, in menus and above the pictures."""
    names = {
        "explore": _("Digits with codes (InfoGAN)"),
        "paint": _("Landscapes (SPADE)"),
        "translate": _("Edges to digits (pix2pix)"),
    }
    return names[place]
