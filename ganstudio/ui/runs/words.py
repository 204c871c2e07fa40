"""How the runs workspace writes durations, dates, sizes and numbers, and which colour a state has."""

from __future__ import annotations

from ganstudio.core.events import State
from ganstudio.core.fields import Value, format_number
from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme

_DOTS: dict[State, str] = {
    "preparing": "accent",
    "training": "accent",
    "paused": "warning",
    "stopping": "accent",
    "finished": "real",
    "stopped": "text_muted",
    "failed": "error",
    "interrupted": "warning",
}
HOLLOW: frozenset[State] = frozenset({"preparing", "paused", "stopping", "stopped", "interrupted"})
"""States whose dot is a ring: a second sign beside the colour."""


def dot_colour(state: State, theme: Theme) -> str:
    """The colour of a state's dot, ``#rrggbb``."""
    return str(getattr(theme, _DOTS[state]))


def duration(seconds: float) -> str:
    """Training time: ``0:42``, ``12:05``, ``2:03:10``; a dash for none."""
    if seconds <= 0:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def value_text(value: Value) -> str:
    """A hyper-parameter or a measured value with sensible digits."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float) and not value.is_integer():
        value = float(f"{value:.3g}")
    return format_number(value) if isinstance(value, int | float) else value
