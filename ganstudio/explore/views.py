"""What the rendering service is asked for: pictures of positions, in pieces small enough for a slider to get between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganstudio.explore.files import FAKE, REAL, scatter, to_pixels
from ganstudio.explore.state import Position, stack

if TYPE_CHECKING:
    from ganstudio.explore.generator import Generator, Values
    from ganstudio.explore.rendering import Work

PIECE = 16
DOT_SIDE = 48


@dataclass(frozen=True, slots=True)
class Pictures:
    """Some of the pictures of a view.

    Attributes:
        first: the place of the first one.
        items: uint8 ``(N, H, W, C)``.
        scores: the discriminator's word on each, float32 ``(N,)``, or None.
    """

    first: int
    items: NDArray[np.uint8]
    scores: NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture and what can be laid over it.

    Attributes:
        picture: uint8 ``(H, W, C)``.
        maps: float32 ``(h, w)`` of any size and range, by name.
        point: float32 ``(2,)``, where a generator of points draws it; else None.
    """

    picture: NDArray[np.uint8]
    maps: Mapping[str, NDArray[np.float32]]
    point: NDArray[np.float32] | None = None


def draw(generator: Generator, values: Values) -> NDArray[np.uint8]:
    """Pictures uint8 ``(N, H, W, C)``; a 2-D point becomes a small map with one dot."""
    items = generator.generate(values)
    if generator.spec.pictures:
        return to_pixels(items)
    return np.stack([dot(point, generator.spec.extent) for point in items])


def dot(point: NDArray[np.float32], extent: float, real: bool = False, side: int = DOT_SIDE) -> NDArray[np.uint8]:
    """One point in ``[−extent, extent]²`` as a picture ``(side, side, 3)``; y grows upwards."""
    return scatter(point[None], extent, side, REAL if real else FAKE)


def looked_into(generator: Generator, values: Values) -> tuple[NDArray[np.uint8], dict[str, NDArray[np.float32]]]:
    """Pictures uint8 ``(N, H, W, C)`` and the maps of each by name, ``(N, h, w)``; a few rows at a time."""
    count = min(len(rows) for rows in values.values())
    parts = [{name: rows[first : first + PIECE] for name, rows in values.items()} for first in range(0, count, PIECE)]
    maps = [generator.look_into(part) for part in parts]
    found = {name: np.concatenate([one[name] for one in maps]) for name in maps[0]}
    return draw(generator, values), found


def one(position: Position, look: bool = False) -> Work:
    """Work: the :class:`Seen` picture of one position; with the maps that a method may have, where ``look``."""

    def work(generator: Generator) -> Iterator[Any]:
        values = stack([position])
        if not generator.spec.pictures:
            point = generator.generate(values)[0]
            yield Seen(dot(point, generator.spec.extent), {}, point)
            return
        pictures, maps = looked_into(generator, values) if look else (draw(generator, values), {})
        yield Seen(pictures[0], {name: rows[0] for name, rows in maps.items()})

    return work


def many(positions: Sequence[Position], piece: int = PIECE, scores: bool = False) -> Work:
    """Work: :class:`Pictures` of the positions, ``piece`` at a time, in their order.

    Args:
        positions: which.
        piece: how many at a time; one row of a sweep.
        scores: also ask the discriminator.
    """

    def work(generator: Generator) -> Iterator[Any]:
        for first in range(0, len(positions), piece):
            values = stack(positions[first : first + piece])
            if scores and generator.spec.pictures:
                items = generator.generate(values)
                yield Pictures(first, to_pixels(items), generator.scores(items, values))
            else:
                yield Pictures(first, draw(generator, values))

    return work
