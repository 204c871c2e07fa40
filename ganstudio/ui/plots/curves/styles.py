"""Colours and dashes of curves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ganstudio.core.curves import Dash, Style
from ganstudio.core.events import SeriesInfo, SeriesRole
from ganstudio.ui.kit.theme import Theme

COMPARED: Dash = (6, 4)
"""Of the lines of the run that is compared with."""
_DASHES: tuple[Dash, ...] = ((), (9, 4), (3, 3), (12, 3, 3, 3))
_COLOURS: dict[SeriesRole, str] = {
    "generator": "generator",
    "fake": "generator",
    "discriminator": "discriminator",
    "real": "real",
    "encoder": "purple",
    "joint": "joint",
    "second discriminator": "second_discriminator",
    "second generator": "second_generator",
}


def run_style(run: int, theme: Theme) -> Style:
    """How the lines of one of several equal runs look: another colour and another dash than their neighbours'."""
    return Style(theme.runs[run % len(theme.runs)], _DASHES[run % len(_DASHES)])


def role_colour(info: SeriesInfo, theme: Theme) -> str:
    """The colour that stands for whose series this is."""
    return str(getattr(theme, _COLOURS.get(info.role, "text_muted")))


def styles(series: Iterable[SeriesInfo], theme: Theme) -> dict[str, Style]:
    """A style for each series of one plot: colour by role; series of one colour differ by dash and shade."""
    seen: Counter[str] = Counter()
    result = {}
    for info in series:
        tone = _COLOURS.get(info.role, "")
        index = seen[tone]
        seen[tone] += 1
        if not tone:  # those without a role take turns
            tone, index = ("sky", "purple")[index % 2], index // 2
        colour = theme.mix(tone, theme.text, 0.62 if index % 2 else 1.0)
        result[info.name] = Style(colour, _DASHES[index % len(_DASHES)])
    return result
