"""Words and numbers as every part of the window writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.core.events import State  # brings numpy, which the first view of the window need not wait for


def state_text(state: State) -> str:
    """A run's state in a word."""
    words: dict[State, str] = {
        "preparing": _("preparing"),
        "training": _("training"),
        "paused": _("paused"),
        "stopping": _("stopping"),
        "finished": _("finished"),
        "stopped": _("stopped"),
        "failed": _("failed"),
        "interrupted": _("interrupted"),
    }
    return words[state]


def clock(seconds: float) -> str:
    """A duration as ``1:05`` or ``2:03:10``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
