"""How a person has corrected the colours of label maps: remembered for a set of colours, and found again for such maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ganstudio.core.dataspec import MapClass

if TYPE_CHECKING:
    from ganstudio.app.settings import SettingsStore
    from ganstudio.data.mapcolours import Shade

MOST = 20
"""So many sets of colours are remembered, the newest."""


def remember(
    settings: SettingsStore, classes: Sequence[MapClass], shades: Sequence[Shade], chosen: Sequence[int]
) -> None:
    """Maps with these colours, or some of them, are read so from now on."""
    rows = [[one.title, list(one.colour), classes[at].name] for one, at in zip(shades, chosen, strict=True)]
    new = {"classes": [one.name for one in classes], "shades": rows}
    settings.remember(map_colours=(*settings.remembered.map_colours, new)[-MOST:])


def recalled(settings: SettingsStore, classes: Sequence[MapClass], shades: Sequence[Shade]) -> list[int] | None:
    """What each shade was corrected to; None where no set of colours that is remembered has all of them."""
    names = [one.name for one in classes]
    for one in reversed(settings.remembered.map_colours):
        try:
            found = [_class_of(shade, one["shades"], names) for shade in shades] if one["classes"] == names else []
        except (KeyError, TypeError, ValueError):
            continue  # the file was changed by hand
        if found and None not in found:
            return [place for place in found if place is not None]
    return None


def _class_of(shade: Shade, rows: Sequence[Any], names: list[str]) -> int | None:
    near = [name for title, colour, name in rows if shade.same(title, colour)]
    exact = [name for title, _colour, name in rows if title == shade.title]
    return names.index((exact or near)[0]) if near else None
