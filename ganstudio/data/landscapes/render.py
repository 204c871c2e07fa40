"""A picture from a label map: textures by class, one light for all, haze towards the horizon, water that mirrors.

Everything here follows from the map, the time and the style, near by or row by row: a small network can learn it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganstudio.data.landscapes import surfaces
from ganstudio.data.landscapes.classes import (
    CLOUD,
    FLOWERS,
    FOREST,
    GRASS,
    MOUNTAIN,
    ROAD,
    ROCK,
    SAND,
    SKY,
    SNOW,
    WATER,
)
from ganstudio.data.landscapes.light import Light, Style, light_at, style_of
from ganstudio.data.landscapes.noise import Plane, blur, centres, fractal, plane

_FLAT = (GRASS, FLOWERS, WATER, SAND, ROAD)
_UPRIGHT = (MOUNTAIN, FOREST, ROCK)
_HIGHEST_SNOWFIELD = 0.3  # y of the horizon
_ENOUGH = 0.3  # this share of a row that is flat ground makes it the horizon


def render(labels: NDArray[np.integer], time: float, style_seed: int) -> NDArray[np.uint8]:
    """Paints a label map as a picture.

    Args:
        labels: ids of the landscape classes, ``(S, S)``.
        time: of the day, −1 (night) to 1 (noon).
        style_seed: of season, haze, hues, side of the sun and of all textures.

    Returns:
        uint8 ``(S, S, 3)``.
    """
    view = View.of(np.asarray(labels), light_at(time), style_of(style_seed), style_seed)
    picture = _sky(view)
    _clouds(view, picture)
    open_sky = picture.copy()
    for kind, paint in surfaces.PAINTERS.items():
        mask = view.labels == kind
        if mask.any():
            picture[mask] = _hazed(view, paint(view), kind)[mask]
    if (view.labels == WATER).any():
        _water(view, picture, open_sky)
    _soften(view.labels, picture)
    # A gentle curve of contrast, as film has it.
    picture = np.clip(picture, 0, 1)
    picture = picture + 0.25 * (picture - 0.5) * picture * (1 - picture) * 2
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class View(surfaces.Place):
    """A map with its light and style."""

    @classmethod
    def of(cls, labels: NDArray[np.integer], light: Light, style: Style, seed: int) -> View:
        """Measures where the horizon of a map is."""
        size = len(labels)
        flat = np.isin(labels, _FLAT).mean(axis=1) >= _ENOUGH
        open_sky = np.isin(labels, (SKY, CLOUD))
        horizon = float(flat.argmax() / size) if flat.any() else float(open_sky.sum(axis=0).mean() / size)
        # Snow is ground, too, where it reaches down to the lower edge; what lies higher up is on mountains.
        bare = np.flatnonzero(np.isin(labels, (*_FLAT, SNOW)).mean(axis=1) < _ENOUGH)
        snowy = (bare[-1] + 1) / size if len(bare) else 0.0
        if _HIGHEST_SNOWFIELD < snowy < 1 and (labels[-1] == SNOW).any():
            horizon = min(horizon, float(snowy))
        y = centres(size)
        far = np.exp(-np.clip(y - horizon, 0, None) / 0.13).astype(np.float32)
        return cls(labels, light, style, seed, size, float(np.clip(horizon, 0.08, 0.95)), far[:, None])


def _sky(v: View) -> Plane:
    """Gradient, glow around the sun or moon, its disc and stars; ``(S, S, 3)``."""
    x, y = centres(v.size)[None, :], centres(v.size)[:, None]
    up = np.clip((v.horizon - y) / max(v.horizon, 0.25), 0, 1)
    share = np.clip(up, 0, 1)[..., None] ** 0.75
    sky = v.light.horizon * (1 - share) + v.light.zenith * share
    away = np.sqrt((x - v.style.sun) ** 2 + 1.35 * (y - v.horizon + v.light.elevation) ** 2)
    glow = (0.62 * np.exp(-((away / 0.3) ** 1.1)) + 0.25 * np.exp(-away / 0.09)) * v.light.spread
    disc = np.clip((0.034 - away) * v.size * 0.5 + 0.5, 0, 1) * v.light.disc
    sky = sky + (v.light.glow - sky) * np.clip(glow + disc, 0, 1)[..., None]
    sky = sky + (np.float32(1.0) - sky) * (0.75 * disc)[..., None]
    sky += (0.022 * fractal(v.seed, 1, v.size, 2.0, 7.0, 3))[..., None]
    if v.light.stars > 0:
        _stars(v, sky)
    return np.asarray(sky, dtype=np.float32)


def _stars(v: View, sky: Plane) -> None:
    rng = np.random.default_rng([v.seed, 5])
    spots = rng.random((70, 3))
    rows = (spots[:, 0] * v.horizon * v.size).astype(int)
    columns = (spots[:, 1] * v.size).astype(int)
    fade = 1 - rows / max(v.horizon * v.size, 1)
    bright = v.light.stars * (0.15 + 0.6 * spots[:, 2] ** 3) * (0.35 + 0.65 * fade)
    sky[rows, columns] += bright.astype(np.float32)[:, None]


def _clouds(v: View, picture: Plane) -> None:
    """Soft heaps: bright towards the light, dark below, fraying at the edges."""
    mask = v.labels == CLOUD
    if not mask.any():
        return
    solid = mask.astype(np.float32)
    soft, wide = blur(solid, 0.012 * v.size), blur(solid, 0.04 * v.size)
    noise = fractal(v.seed, 2, v.size, 7, 10, 5)
    height = wide + 0.10 * noise
    # Light from above and from the side of the sun: the slope of the heap against it.
    side = 1.0 if v.style.sun > 0.5 else -1.0
    slope = (np.gradient(height, axis=0) - side * 0.5 * np.gradient(height, axis=1)) * v.size
    lit = np.clip(0.62 + 0.055 * slope + 0.16 * noise, 0, 1)[..., None]
    colour = v.light.dark_cloud * (1 - lit) + v.light.lit_cloud * lit
    density = np.clip(soft * (1.05 + 0.5 * noise) * 1.15 - 0.12, 0, 0.96)
    density = density * (v.labels <= CLOUD) * np.clip(wide * 2.2, 0.35, 1)
    picture += (colour - picture) * density[..., None]


_HAZE = {MOUNTAIN: 0.55, SNOW: 0.36, FOREST: 0.14, ROCK: 0.14}


def _hazed(v: View, colour: Plane, kind: int) -> Plane:
    """Mixes a surface with the air in front of it: more towards the horizon, most for mountains behind it."""
    base = _HAZE.get(kind, 0.0)
    above = np.clip(1 - (centres(v.size)[:, None] - v.horizon) / 0.08, 0, 1)
    air = v.far * (0.30 + (base if base else 0.08) * above) * v.style.haze
    air = np.clip(air, 0, 0.75)[..., None]
    tint = 0.82 * v.light.horizon + 0.18 * v.light.zenith
    if kind in (MOUNTAIN, SNOW):
        tint = 0.6 * v.light.horizon + 0.4 * v.light.zenith
    return np.asarray(colour * (1 - air) + tint * air, dtype=np.float32)


def _water(v: View, picture: Plane, open_sky: Plane) -> None:
    """Mirrors what stands above each stretch of water, with waves finer towards the horizon and glints under the sun."""
    size, water = v.size, v.labels == WATER
    rows = np.arange(size)[:, None]
    shore = np.maximum.accumulate(np.where(water, -1, rows), axis=0)
    y, depth = centres(size), np.clip(centres(size) - v.horizon, 0.0, None)
    down = (np.log(depth + 0.02) * 16).astype(np.float32)
    long_waves = plane(v.seed, 300, centres(size) * 7, down) + 0.6 * plane(v.seed, 301, centres(size) * 15, down * 1.9)
    fine = plane(v.seed, 302, centres(size) * min(32.0, 0.5 * size), down * 3.1) if size >= 48 else 0 * long_waves
    rough = 1 - 0.8 * v.style.calm
    waves = (0.6 * long_waves + 0.4 * fine).astype(np.float32)
    wobble = waves * rough * (0.012 + 0.05 * depth[:, None]) * size
    mirror = np.clip(2 * shore + 1 - rows + wobble, 0, np.maximum(shore, 0)).astype(np.int32)
    columns = np.clip(np.arange(size)[None, :] + 0.5 * wobble, 0, size - 1).astype(np.int32)
    # What rises from the shore is mirrored at its own foot, as far as it goes; all else is far away: at the horizon.
    above, land_ends = v.labels[mirror, columns], np.maximum.accumulate(np.where(water, rows, -1), axis=0)
    at = np.maximum(shore, 0)
    same_land = (mirror > np.take_along_axis(land_ends, at, axis=0)) & (shore >= 0)
    bank = np.isin(np.take_along_axis(v.labels, np.maximum(at - round(0.05 * size), 0), axis=0), _UPRIGHT)
    own = same_land & np.isin(above, (*_UPRIGHT, GRASS, SNOW)) & (bank | (at < (v.horizon + 0.04) * size))
    up = np.clip(2 * v.horizon * size - rows + wobble, 0, v.horizon * size - 1).astype(np.int32)
    over = (same_land & np.isin(above, (SKY, CLOUD)))[..., None]
    far = np.where(over, open_sky[up, columns], picture[up, columns])
    own = blur(own.astype(np.float32), 0.008 * size)[..., None]
    mirrored = far * (1 - own) + picture[mirror, columns] * own
    below = depth[:, None]
    share = np.clip(0.86 - (0.55 + 0.5 * rough) * below, 0.22 + 0.2 * v.style.calm, 1) - 0.12 * waves * rough
    deep = v.style.water * (0.55 * v.light.ambient + 0.75 * v.light.sun) + 0.10 * v.light.zenith
    colour = deep * (1 + 0.16 * waves * rough)[..., None]
    colour = colour + (0.93 * mirrored - colour) * np.clip(share, 0, 1)[..., None]
    colour += (0.07 * rough * np.clip(waves, 0, 1))[..., None] * v.light.horizon
    column = np.exp(-(((centres(size)[None, :] - v.style.sun) / (0.035 + 0.16 * depth[:, None])) ** 2))
    glint = column * np.clip(0.25 + 1.3 * waves, 0, 1) * v.light.spread * np.clip(1.1 - 1.3 * depth[:, None], 0.1, 1)
    colour += (0.85 * np.clip(glint, 0, 1))[..., None] * (v.light.glow - np.clip(colour, 0, 1))
    foam = np.clip(blur((~water & (y[:, None] > v.horizon)).astype(np.float32), 0.008 * size) * 1.6, 0, 1)
    foam = foam * np.clip(0.5 + waves, 0, 1) * (0.3 + 0.5 * rough) * np.clip(depth[:, None] * 6, 0, 1)
    colour += foam[..., None] * (v.light.lit_cloud * (v.light.ambient + 0.7 * v.light.sun) - colour)
    picture[water] = colour[water]


def _soften(labels: NDArray[np.integer], picture: Plane) -> None:
    """Pixels beside another class are mixed with their neighbours, so that outlines have no stairs."""
    edge = np.zeros(labels.shape, dtype=np.bool_)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edge[:, 1:] |= across
    edge[:, :-1] |= across
    edge[1:] |= down
    edge[:-1] |= down
    padded = np.pad(picture, ((1, 1), (1, 1), (0, 0)), mode="edge")
    i, j = np.nonzero(edge)
    around = padded[i, j + 1] + padded[i + 2, j + 1] + padded[i + 1, j] + padded[i + 1, j + 2]
    corners = padded[i, j] + padded[i + 2, j] + padded[i, j + 2] + padded[i + 2, j + 2]
    picture[i, j] = 0.36 * picture[i, j] + 0.12 * around + 0.04 * corners
