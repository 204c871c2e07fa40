"""The inside of a 2-D game at any stored step: what D says of the plane, drawn beside the window and never by a trainer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from ganstudio.core.commands import Source
from ganstudio.core.dataspec import Box
from ganstudio.core.errors import StoreError
from ganstudio.core.events import Scene
from ganstudio.explore.generator import Generator, Values
from ganstudio.methods.view import FIXED_POINTS, fixed_values, inside
from ganstudio.nn.random import randomness, seeded
from ganstudio.store import Run

if TYPE_CHECKING:
    from ganstudio.explore.rendering import Work
    from ganstudio.explore.shelf import Shelf

NODES = 72
"""Nobody's training waits for it, so the heat-map is finer than a trainer's."""


@dataclass(frozen=True, slots=True)
class Plane:
    """What is seen of a generator of points.

    Attributes:
        scene: heat-map, manifold and arrows; None where there is no discriminator to look into.
        points: float32 ``(N, 2)``: the fixed samples of its run.
        values: the control values that draw them.
        groups: int64 ``(N,)``: which of several generators made each; or None.
        real: float32 ``(M, 2)``: some of what it learned from, where that is stored and was asked for.
    """

    scene: Scene | None
    points: NDArray[np.float32]
    values: Values
    groups: NDArray[np.int64] | None = None
    real: NDArray[np.float32] | None = None


def plane_of(generator: Generator, seed: int, box: Box) -> Plane:
    """What is seen of a generator of points with its present weights.

    Args:
        generator: of points.
        seed: of its run: the fixed samples are those that it shows while it trains.
        box: the part of the plane that the heat-map covers.
    """
    method = generator.method
    values = {name: rows.to(generator.device) for name, rows in fixed_values(method, seed, FIXED_POINTS).items()}
    with randomness(seeded(seed, "drawing", generator.device)), torch.no_grad():
        scene = inside(method, values, generator.step, box, NODES)
        points = method.generate(values).float().cpu().numpy()
        groups = method.groups(values)
    made = None if groups is None else groups.cpu().numpy()
    return Plane(scene, points, {name: rows.cpu().numpy() for name, rows in values.items()}, made)


def look_at_plane(run: Run | None, box: Box | None, real: bool = False) -> Work:
    """Work: the :class:`Plane` of the generator that is drawn with; ``box`` is the square of the data by default.

    Args:
        run: that it comes from, if from any.
        box: the part of the plane that the heat-map covers.
        real: some of the run's data, too.
    """

    def work(generator: Generator) -> Iterator[Any]:
        plane = plane_of(generator, 0 if run is None else run.info.experiment.seed, box or generator.spec.square)
        stored = None
        if run is not None and real:
            with suppress(StoreError):  # the rest can be seen without it
                stored = run.load_real()
        yield plane if stored is None else replace(plane, real=stored.items.astype(np.float32))

    return work


def look_at_stored(path: Path, step: int, source: Source, box: Box) -> Work:
    """Work for a service that uses a :class:`Shelf`: the :class:`Plane` of the newest checkpoint until ``step``."""

    def work(shelf: Shelf) -> Iterator[Any]:
        generator = shelf.newest_at(path, step, source)
        yield plane_of(generator, generator.run.info.experiment.seed, box)

    return work
