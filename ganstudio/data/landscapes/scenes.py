"""Whole scenes by seed, and the maps one starts to paint from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.attributes import TIME_OF_DAY
from ganstudio.core.i18n import _
from ganstudio.data.landscapes.compose import compose
from ganstudio.data.landscapes.render import render

DAYLIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Scene:
    """A label map and its picture.

    Attributes:
        labels: uint8 ``(S, S)``, indices into ``LANDSCAPE_CLASSES``.
        picture: uint8 ``(S, S, 3)``.
        time: of the day: −1 night, −0.33 red dusk, 0.33 golden afternoon, 1 noon.
    """

    labels: NDArray[np.uint8]
    picture: NDArray[np.uint8]
    time: float


def scene(seed: int, size: int) -> Scene:
    """The scene of a seed; its composition is the same at every size.

    Args:
        seed: 0 or more.
        size: height and width, 32–256 pixels.
    """
    labels = compose(seed, size)
    time = float(np.random.default_rng([seed, 2]).uniform(-1, 1))
    return Scene(labels, render(labels, time, seed), time)


@dataclass(frozen=True, slots=True)
class Example:
    """A label map to start painting from.

    Attributes:
        name: what people call it.
        ids: uint8 ``(S, S)``, indices into ``LANDSCAPE_CLASSES``.
        attributes: the light in which it is best seen first, in [−1, 1] by the attribute's name.
    """

    name: str
    ids: NDArray[np.uint8]
    attributes: Mapping[str, float]


def example_maps(size: int) -> list[Example]:
    """Six handsome label maps, ``(size, size)`` each."""
    chosen = (
        (_("Mountain lake"), 25),
        (_("Rocky shore"), 66),
        (_("Mountain road"), 2),
        (_("River valley"), 202),
        (_("Winter road"), 4),
        (_("Cliffs"), 27),
    )
    return [Example(name, compose(seed, size), {TIME_OF_DAY: DAYLIGHT}) for name, seed in chosen]
