"""How the runs workspace writes durations, dates, sizes and numbers, and which colour a state has."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale

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


def size_text(size: int | None) -> str:
    """Bytes in the unit that suits them: ``"320 kB"``, ``"12.4 MB"``; a dash while nobody knows."""
    if size is None:
        return "–"
    value, unit = float(size), _("B")
    for larger in (_("kB"), _("MB"), _("GB"), _("TB")):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} {unit}" if value >= 100 or unit == _("B") else f"{value:.1f} {unit}"


def date_text(created: datetime, now: datetime | None = None) -> str:
    """``"14:05"`` today, ``"3 May, 14:05"`` this year, ``"3 May 2024"`` before that; local time."""
    local = created.astimezone()
    today = (now or datetime.now().astimezone()).astimezone()
    moment = QDateTime(local.year, local.month, local.day, local.hour, local.minute, local.second)
    if local.date() == today.date():
        return _("today, {time}").format(time=QLocale().toString(moment, "HH:mm"))
    pattern = "d MMM, HH:mm" if local.year == today.year else "d MMM yyyy"
    return QLocale().toString(moment, pattern)


def full_date(created: datetime) -> str:
    """Date and time in full, local."""
    local = created.astimezone()
    moment = QDateTime(local.year, local.month, local.day, local.hour, local.minute, local.second)
    return QLocale().toString(moment, "d MMM yyyy, HH:mm:ss")


def steps_text(step: int, total: int) -> str:
    """``"1,240 / 3,000"``, or just ``"3,000"`` when all of them are done."""
    return f"{step:,}" if step >= total else f"{step:,} / {total:,}"


def value_text(value: Value) -> str:
    """A hyper-parameter or a measured value with sensible digits."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float) and not value.is_integer():
        value = float(f"{value:.3g}")
    return format_number(value) if isinstance(value, int | float) else value
