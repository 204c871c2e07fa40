"""Convex polygons, dark on white: the set of “Are GANs Created Equal?”, on which precision and recall are exact."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Fields, field
from ganstudio.core.i18n import _, plural
from ganstudio.data.base import Arrays, DataRequest, DataSource, Job
from ganstudio.data.thumbnails import mosaic

MIN_SEGMENT_ANGLE = 20.0
"""Smallest angle between neighbouring corners as seen from the middle, in degrees."""
SCALE = 0.75
"""Radius of the circle through the corners, of half the picture."""
SUBPIXELS = 8
_CHUNK = 500


class PolygonOptions(Fields):
    """Options of ``triangles``."""

    count: int = field(10_000, _("Pictures"), _("How many polygons are drawn."), group=_("Data"), ge=16, le=80_000)
    vertices: int = field(
        3, _("Corners"), _("3 for triangles, 4 for quadrangles and so on."), group=_("Data"), ge=3, le=8
    )
    size: int = field(28, _("Size"), _("Height and width of the pictures."), group=_("Data"), ge=16, le=64, unit="px")


def corners(rng: np.random.Generator, count: int, vertices: int) -> NDArray[np.float64]:
    """Corners of random convex polygons in turning order, ``(count, vertices, 2)`` in [−1, 1], mean at the origin."""
    shares = rng.dirichlet(np.ones(vertices), count)
    return corners_of(rng.uniform(0, 2 * math.pi, (count, 1)), shares)


def corners_of(turns: NDArray[np.float64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The polygons in these places of the set, which has as many dimensions as they have corners.

    Args:
        turns: how far each is turned, ``(count, 1)`` in radians.
        shares: of what the smallest angles leave of the whole turn, ``(count, vertices)`` ≥ 0; rows add up to 1.

    Returns:
        As :func:`corners`.
    """
    # Gaps between neighbours, uniform among all that keep the smallest angle (also across the start).
    vertices = shares.shape[1]
    free = 2 * math.pi - vertices * math.radians(MIN_SEGMENT_ANGLE)
    angles = turns + np.cumsum(math.radians(MIN_SEGMENT_ANGLE) + free * shares, axis=1)
    points = SCALE * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    centred: NDArray[np.float64] = points - points.mean(axis=1, keepdims=True)
    # Triangles always stay inside; with more corners a few would stick out once centred: those are made smaller.
    centred /= np.maximum(np.abs(centred).max(axis=(1, 2), keepdims=True), 1)
    return centred


def rasterise(points: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    """Draws convex polygons: black inside, white outside, box-filtered from an 8 × 8 finer raster.

    Args:
        points: ``(N, V, 2)`` in [−1, 1], in turning order (counter-clockwise in these coordinates).
        size: pixels.

    Returns:
        ``(N, 1, size, size)``.
    """
    pictures = [_rasterise(points[start : start + _CHUNK], size) for start in range(0, len(points), _CHUNK)]
    return np.concatenate(pictures)[:, None]


def _rasterise(points: NDArray[np.float64], size: int) -> NDArray[np.uint8]:
    # A convex polygon cuts each fine row in one interval: its bounds come from the edges, and how many fine cells of a
    # pixel lie in it is arithmetic. That is a hundred times less work than testing every fine cell.
    fine = size * SUBPIXELS
    y = ((np.arange(fine) + 0.5) * 2 / fine - 1)[None, None]
    start, end = points, np.roll(points, -1, axis=1)
    dx, dy = (end - start)[..., :1], (end - start)[..., 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = start[..., :1] + dx * (y - start[..., 1:]) / dy
    right = np.where(dy > 0, crossing, np.where((dy == 0) & (dx * (y - start[..., 1:]) < 0), -9.0, 9.0)).min(axis=1)
    left = np.where(dy < 0, crossing, -9.0).max(axis=1)
    # Fine cell i has its centre at (i + 0.5) · 2 / fine − 1: those in [left, right] are first … last − 1.
    first = np.ceil((left + 1) * fine / 2 - 0.5).clip(0, fine).astype(np.int16)
    last = (np.floor((right + 1) * fine / 2 - 0.5) + 1).clip(0, fine).astype(np.int16)
    last = np.maximum(first, last)
    edge = (np.arange(size) * SUBPIXELS).astype(np.int16)
    inside = (last[..., None] - edge).clip(0, SUBPIXELS)
    inside -= (first[..., None] - edge).clip(0, SUBPIXELS)
    covered = inside.reshape(len(points), size, SUBPIXELS, size).sum(axis=2, dtype=np.int16)
    picture: NDArray[np.uint8] = np.rint(255 - covered * (255 / SUBPIXELS**2)).astype(np.uint8)
    return picture


def _read(request: DataRequest, seed: int, job: Job) -> Arrays:
    options = request.options
    if not isinstance(options, PolygonOptions):
        raise UsageError(_("These are not options of “triangles”."))
    job.tick(0.0, _("Drawing polygons"))
    points = corners(np.random.default_rng(seed), options.count, options.vertices)
    step = 4 * _CHUNK
    parts = []
    for start in range(0, options.count, step):
        job.tick(start / options.count, _("Drawing polygons"))
        parts.append(rasterise(points[start : start + step], options.size))
    items = np.concatenate(parts)
    spec = DataSpec(name=request.text, kind="images", count=len(items), channels=1, size=options.size)
    note = plural("Polygons with {n} corner.", "Polygons with {n} corners.", options.vertices)
    sizes = ((options.size, options.size, len(items)),)
    return Arrays(spec, items, sizes=sizes, modes={_("grey"): len(items)}, notes=(note,))


@cache
def _thumbnail() -> NDArray[np.uint8]:
    return mosaic(rasterise(corners(np.random.default_rng(0), 16, 3), 28))


def source() -> DataSource:
    """The catalogue row."""
    return DataSource(
        name="triangles",
        title=_("Triangles"),
        summary=_("Random triangles (or polygons with up to 8 corners), made on the spot: quality can be measured."),
        kind="images",
        licence=_("Generated here; free of rights."),
        Options=PolygonOptions,
        read=_read,
        thumbnail=_thumbnail,
        classed=False,
    )
