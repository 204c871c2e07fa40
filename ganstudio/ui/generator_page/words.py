"""What the bar above a workspace says; a table, so that each workspace speaks of what one does there."""

from __future__ import annotations

from typing import NamedTuple

from ganstudio.app.generators.workplaces import Workplace
from ganstudio.core.i18n import _


class SourceWords(NamedTuple):
    """Words of the bar that chooses a generator.

    Attributes:
        icon: of the workspace.
        open: what the button shows, for those who cannot see it.
        choose: what it says while nothing is open; ``choose_tip`` its tooltip.
        looking: the job that looks for runs.
        track: tooltip of the track of checkpoints.
        live: tooltip of the pill that follows a run in training.
        files: whether generators that this program did not train can be opened.
    """

    icon: str
    open: str
    choose: str
    choose_tip: str
    looking: str
    track: str
    live: str
    files: bool = False


def source_words(place: Workplace) -> SourceWords:
    """The words of a workspace."""
    return {
        "explore": SourceWords(
            "explore",
            _("What is explored"),
            _("Choose what to explore"),
            _("Choose what to explore: a run that trains, a stored one, a file"),
            _("Looking for runs to explore"),
            _("Drag through the checkpoints; every control stays where it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the pictures improve, the controls stay"),
            files=True,
        ),
        "paint": SourceWords(
            "brush",
            _("What one paints with"),
            _("Choose what to paint with"),
            _("Choose what to paint with: a run that trains on label maps, or a stored one"),
            _("Looking for runs to paint with"),
            _("Drag through the checkpoints; the painting stays as it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the picture improves, the painting stays"),
        ),
        "translate": SourceWords(
            "translate",
            _("What translates"),
            _("Choose what translates"),
            _("Choose what translates: a run that trains on pairs, two piles or label maps, or a stored one"),
            _("Looking for runs that translate"),
            _("Drag through the checkpoints; the input stays as it is. ←/→ one, Home and End"),
            _("Follow the run while it trains: the output improves, the input stays"),
        ),
    }[place]
