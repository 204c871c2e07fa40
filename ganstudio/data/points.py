"""Two-dimensional data sets: drawn with numpy from a seed, scaled to lie in about [−1, 1]²."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.thumbnails import scatter

Points = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Points]

EXTENT = 1.4
RING_MODES = 8
THUMBNAIL_POINTS = 3000


class PointOptions(Fields):
    """Options of every 2-D set."""

    count: int = field(
        65_536, _("Points"), _("How many points are drawn; training sees them in a new order each epoch."),
        group=_("Data"), ge=16, le=4_000_000, log=True,
    )  # fmt: skip


def noisy_options(default: float) -> type[PointOptions]:
    """Options of a 2-D set whose points scatter by ``default`` when nobody says otherwise."""

    class NoisyOptions(PointOptions):
        """Options of a 2-D set with Gaussian noise."""

        noise: float = field(
            default, _("Noise"), _("Standard deviation of the Gaussian scatter, in units of the plot."),
            group=_("Data"), ge=0, le=0.5,
        )  # fmt: skip

    return NoisyOptions


def ring_centres() -> Points:
    """Eight centres on the unit circle, ``(8, 2)``."""
    # The end point is left out: 0 and 2π are the same place, and eight angles that hold both give seven modes.
    angles = 2 * math.pi * np.arange(RING_MODES) / RING_MODES
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def grid_centres() -> Points:
    """The 25 centres at −1, −0.5 … 1 in both directions, ``(25, 2)``."""
    ticks = np.linspace(-1, 1, 5)
    return np.stack(np.meshgrid(ticks, ticks, indexing="ij"), axis=-1).reshape(-1, 2)


def _mixture(centres: Points) -> Draw:
    def draw(rng: np.random.Generator, count: int) -> Points:
        # Every component gets the same number of points (±1): which of them are missing is then never bad luck.
        return centres[rng.permutation(count) % len(centres)]

    return draw


def _line(rng: np.random.Generator, count: int) -> Points:
    along = rng.uniform(-1, 1, count)
    return np.stack([along, 0.6 * along], axis=1)


def _moons(rng: np.random.Generator, count: int) -> Points:
    angle = rng.uniform(0, math.pi, count)
    upper = rng.permutation(count) % 2 == 0
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    return np.stack([(x - 0.5) / 1.5, (y - 0.25) / 1.5], axis=1)


def _circles(rng: np.random.Generator, count: int) -> Points:
    angle = rng.uniform(0, 2 * math.pi, count)
    radius = np.where(rng.permutation(count) % 2 == 0, 1.0, 0.5)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _swiss_roll(rng: np.random.Generator, count: int) -> Points:
    # Uniform in the square of the angle, so that the outer turns are as dense as the inner ones.
    low, high = 1.5 * math.pi, 4.5 * math.pi
    angle = np.sqrt(rng.uniform(low**2, high**2, count))
    return np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1) / high


def _spiral(rng: np.random.Generator, count: int) -> Points:
    turn = np.sqrt(rng.uniform(0.02, 1, count))
    angle = 3 * math.pi * turn + np.where(rng.permutation(count) % 2 == 0, 0, math.pi)
    return np.stack([turn * np.cos(angle), turn * np.sin(angle)], axis=1)


def _checkerboard(rng: np.random.Generator, count: int) -> Points:
    row = rng.integers(0, 4, count)
    column = 2 * rng.integers(0, 2, count) + row % 2
    x = (column + rng.uniform(0, 1, count)) / 2 - 1
    y = (row + rng.uniform(0, 1, count)) / 2 - 1
    return np.stack([x, y], axis=1)


@dataclass(frozen=True, slots=True)
class _Shape:
    name: str
    title: str
    summary: str
    draw: Draw
    noise: float | None
    centres: Points | None = None


SHAPES = (
    _Shape("line", _("Line"), _("A straight stroke: the simplest thing a generator can learn."), _line, 0.01),
    _Shape(
        "ring", _("Ring of 8"), _("Eight small Gaussians on a circle: shows at a glance which modes are lost."),
        _mixture(ring_centres()), 0.02, ring_centres(),
    ),
    _Shape(
        "grid", _("Grid of 25"), _("Twenty-five tight Gaussians on a 5 × 5 grid: a harder test of mode coverage."),
        _mixture(grid_centres()), 0.0125, grid_centres(),
    ),
    _Shape("moons", _("Two moons"), _("Two interleaved half circles with a gap that must stay empty."), _moons, 0.03),
    _Shape("circles", _("Circles"), _("Two rings, one inside the other: the support has holes."), _circles, 0.02),
    _Shape("swiss-roll", _("Swiss roll"), _("A rolled-up band: a thin curve of one dimension."), _swiss_roll, 0.02),
    _Shape("spiral", _("Spiral"), _("Two arms that wind around each other."), _spiral, 0.015),
    _Shape(
        "checkerboard", _("Checkerboard"), _("Eight filled squares with sharp edges: density without a gradient."),
        _checkerboard, None,
    ),
)  # fmt: skip


def _sample(shape: _Shape, count: int, noise: float, seed: int) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    points = shape.draw(rng, count)
    if noise:
        points = points + noise * rng.standard_normal(points.shape)
    return points.astype(np.float32)


def _reader(shape: _Shape) -> Callable[[DataRequest, int, Job], Arrays]:
    def read(request: DataRequest, seed: int, job: Job) -> Arrays:
        values = request.options.model_dump()
        noise = float(values.get("noise", 0.0))
        job.tick(0.0, _("Drawing points"))
        items = _sample(shape, int(values["count"]), noise, seed)
        centres = () if shape.centres is None else tuple((float(x), float(y)) for x, y in shape.centres)
        spec = DataSpec(
            name=request.text,
            kind="points",
            count=len(items),
            # Wide scatter must still lie inside the square that the plots show.
            extent=max(EXTENT, 1.1 + 3 * noise),
            modes=centres,
            # Without scatter a mode is a point that no sample ever meets: it is judged as if it had the usual one.
            mode_std=(noise or shape.noise or 0.0) if centres else 0.0,
        )
        return Arrays(spec, items)

    return read


def _thumbnailer(shape: _Shape) -> Callable[[], NDArray[np.uint8]]:
    return lambda: scatter(_sample(shape, THUMBNAIL_POINTS, shape.noise or 0.0, seed=0), EXTENT)


def sources() -> list[DataSource]:
    """The eight 2-D sets that are drawn from a formula."""
    return [
        DataSource(
            name=shape.name,
            title=shape.title,
            summary=shape.summary,
            kind="points",
            licence=_("Generated here; free of rights."),
            Options=PointOptions if shape.noise is None else noisy_options(shape.noise),
            read=_reader(shape),
            thumbnail=_thumbnailer(shape),
        )
        for shape in SHAPES
    ]
