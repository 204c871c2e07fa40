"""Words and numbers as every part of the window writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtGui import QKeySequence

from ganstudio.app.actions import Action
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


def step_text(step: int) -> str:
    """``"step 1,240"``."""
    return _("step {step}").format(step=f"{step:,}")


def steps_text(step: int, total: int) -> str:
    """``"1,240 / 3,000"``, or just ``"3,000"`` when all of them are done."""
    return f"{step:,}" if step >= total else f"{step:,} / {total:,}"


def compact(value: int) -> str:
    """A step in as few signs as a tick has room for: ``250``, ``1.5 k``, ``12 k``, ``2 M``."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if value >= unit:
            return f"{value / unit:.3g} {name}"
    return str(value)


def rate_text(rate: float) -> str:
    """How many a second, in three digits: ``"8.31"``, ``"86"``, ``"1,234"``."""
    return f"{rate:.3g}" if rate < 100 else f"{rate:,.0f}"


def date_text(when: datetime, now: datetime | None = None) -> str:
    """``"today, 14:05"``, ``"3 May, 14:05"`` this year, ``"3 May 2024"`` before that; local time."""
    local, today = when.astimezone(), (now or datetime.now()).astimezone()
    if local.date() == today.date():
        return _("today, {time}").format(time=_local(when, "HH:mm"))
    return _local(when, "d MMM, HH:mm" if local.year == today.year else "d MMM yyyy")


def full_date(when: datetime) -> str:
    """Date and time in full, local."""
    return _local(when, "d MMM yyyy, HH:mm:ss")


def _local(when: datetime, pattern: str) -> str:
    return QLocale().toString(QDateTime(*when.astimezone().timetuple()[:6]), pattern)


def keys_text(keys: str) -> str:
    """Keys as this platform writes them."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def tooltip_of(action: Action) -> str:
    """Title, keys and help as a tooltip shows them."""
    keys = f" ({keys_text(action.shortcuts[0])})" if action.shortcuts else ""
    return f"{action.label}{keys}" + (f"\n{action.help}" if action.help else "")


def as_entry(name: str) -> str:
    """A name as a menu or a button shows it: with every sign it has, none of them a key."""
    return name.replace("&", "&&").replace("\t", " ")
