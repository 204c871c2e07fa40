"""What landscapes are made of: the classes of their label maps and the colours they are painted with."""

from __future__ import annotations

from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import msg

SKY, CLOUD, MOUNTAIN, SNOW, FOREST, GRASS, FLOWERS, WATER, SAND, ROCK, ROAD = range(11)

LANDSCAPE_CLASSES: tuple[MapClass, ...] = (
    MapClass(msg("sky"), (140, 196, 240)),
    MapClass(msg("cloud"), (219, 226, 236)),
    MapClass(msg("mountain"), (134, 112, 138)),
    MapClass(msg("snow"), (252, 253, 255)),
    MapClass(msg("forest"), (34, 92, 58)),
    MapClass(msg("grass"), (126, 184, 76)),
    MapClass(msg("flowers"), (226, 120, 160)),
    MapClass(msg("water"), (44, 112, 196)),
    MapClass(msg("sand"), (238, 208, 136)),
    MapClass(msg("rock"), (142, 138, 132)),
    MapClass(msg("road"), (72, 70, 78)),
)
"""The classes by id; their colours are those of the palette one paints with."""
