"""Attributes that people have words for: a data set takes its attribute's name from here, a slider its words."""

from __future__ import annotations

from ganstudio.core.i18n import _, msg

TIME_OF_DAY = msg("time of day")
"""The name of the attribute that says when a landscape is seen: −1 is night, 1 noon."""


def attribute_words(name: str) -> tuple[str, ...]:
    """What people call the places of an attribute, from −1 to 1 in equal parts; nothing where nobody knows."""
    known = {TIME_OF_DAY: (_("night"), _("blue hour"), _("dusk"), _("afternoon"), _("noon"))}
    return known.get(name, ())
