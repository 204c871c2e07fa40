"""What landscapes are made of: the classes of their label maps and the colours they are painted with."""

from __future__ import annotations

from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _

SKY, CLOUD, MOUNTAIN, SNOW, FOREST, GRASS, FLOWERS, WATER, SAND, ROCK, ROAD = range(11)

LANDSCAPE_CLASSES: tuple[MapClass, ...] = (
    MapClass(_("sky"), (140, 196, 240)),
    MapClass(_("cloud"), (219, 226, 236)),
    MapClass(_("mountain"), (134, 112, 138)),
    MapClass(_("snow"), (252, 253, 255)),
    MapClass(_("forest"), (34, 92, 58)),
    MapClass(_("grass"), (126, 184, 76)),
    MapClass(_("flowers"), (226, 120, 160)),
    MapClass(_("water"), (44, 112, 196)),
    MapClass(_("sand"), (238, 208, 136)),
    MapClass(_("rock"), (142, 138, 132)),
    MapClass(_("road"), (72, 70, 78)),
)
"""The classes by id; their colours are those of the palette one paints with."""
