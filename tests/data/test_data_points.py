from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.errors import DataError, UsageError
from ganstudio.data import (
    DATASETS,
    check,
    delete_drawing,
    list_drawings,
    load,
    load_drawing,
    save_drawing,
    thumbnail,
)
from ganstudio.data.polygons import corners, rasterise
from ganstudio.metrics.modes import captured

POINTS = ["line", "ring", "grid", "moons", "circles", "swiss-roll", "spiral", "checkerboard"]


@pytest.mark.parametrize("name", POINTS)
def test_points_lie_in_the_square_that_is_plotted(name):
    data = load(f"{name}:count=5000")
    assert tuple(data.items.shape) == (5000, 2)
    assert data.items.dtype.is_floating_point
    assert 0.5 < float(data.items.abs().max()) < data.spec.extent
    assert data.labels is None
    assert data.spec.shape == (2,)


@pytest.mark.parametrize("name", POINTS)
def test_the_seed_decides(name):
    first, again, other = load(f"{name}:count=500"), load(f"{name}:count=500"), load(f"{name}:count=500", seed=1)
    assert first.fingerprint == again.fingerprint != other.fingerprint


@pytest.mark.parametrize(("name", "modes"), [("ring", 8), ("grid", 25)])
def test_mixtures_have_all_their_distinct_modes(name, modes):
    data = load(f"{name}:count={modes * 400}")
    centres = np.array(data.spec.modes)
    assert len(centres) == modes
    distances = np.linalg.norm(centres[:, None] - centres[None], axis=-1) + 9 * np.eye(modes)
    assert distances.min() > 20 * data.spec.mode_std
    offset = np.linalg.norm(data.items.numpy()[:, None] - centres[None], axis=-1)
    assert (np.bincount(offset.argmin(axis=1), minlength=modes) == 400).all()
    # Root mean square distance of a 2-D Gaussian from its centre is σ√2.
    assert math.isclose(np.sqrt((offset.min(axis=1) ** 2).mean()), data.spec.mode_std * math.sqrt(2), rel_tol=0.05)


def test_noise_is_an_option_and_widens_the_square():
    data = load("ring:count=1000,noise=0.3")
    assert data.spec.mode_std == 0.3
    assert float(data.items.abs().max()) < data.spec.extent


def test_modes_without_scatter_can_still_be_met():
    data = load("ring:count=1000,noise=0")
    assert captured(data.items.numpy(), data.spec)[0].all()
    assert captured(data.items.numpy() + 0.3, data.spec)[1] == 0


def test_checkerboard_squares_alternate():
    points = load("checkerboard:count=4000").items.numpy()
    cell = np.floor((points + 1) * 2).clip(0, 3).astype(int)
    assert ((cell[:, 0] + cell[:, 1]) % 2 == 0).all()
    assert len({tuple(pair) for pair in cell}) == 8


@pytest.mark.parametrize("name", [*POINTS, "digits", "stacked-digits", "triangles"])
def test_embedded_sets_have_a_picture(name):
    picture = thumbnail(name)
    assert picture.dtype == np.uint8
    assert picture.shape == (96, 96, 3)
    assert picture.std() > 3


def test_nothing_to_show_is_none():
    assert thumbnail("mnist") is None
    assert thumbnail("cifar10") is None
    assert thumbnail("drawing") is None


def test_a_drawing_comes_back_and_is_sampled_where_it_is_painted(home: Path):
    density = np.zeros((256, 256), dtype=np.uint8)
    density[:32, 192:] = 255  # upper right
    density[224:, :16] = 128  # lower left: a quarter of the weight
    save_drawing("two patches", density)
    assert list_drawings() == ("two patches",)
    assert (home / "drawings" / "two patches.png").is_file()
    assert (load_drawing("two patches") == density).all()
    points = load("drawing:two patches:count=5000").items.numpy()
    upper = points[:, 1] > 0
    assert (points[upper, 0] >= 0.5).all()
    assert (points[upper, 1] >= 0.75).all()
    assert (points[~upper, 0] <= -0.875).all()
    assert abs((~upper).mean() - 128 / (128 + 4 * 255)) < 0.02
    assert len(np.unique(points[:, 0])) > 4900  # scattered inside the pixels
    assert load("drawing:two patches:count=99").fingerprint == load("drawing:two patches:count=99").fingerprint
    assert thumbnail("drawing") is not None
    assert (load(f"drawing:{home}/drawings/two patches.png:count=5000").items.numpy() == points).all()
    delete_drawing("two patches")
    assert list_drawings() == ()


def test_an_empty_drawing_says_draw_something():
    save_drawing("blank", np.zeros((256, 256), dtype=np.uint8))
    with pytest.raises(DataError, match="draw something"):
        load("drawing:blank")


def test_drawings_refuse_bad_names_and_say_what_there_is(home: Path):
    for name in ("../x", "a/b", "a:b", "a=b", "", ".hidden"):
        with pytest.raises(UsageError):
            save_drawing(name, np.zeros((256, 256), dtype=np.uint8))
    save_drawing("heart", np.full((256, 256), 9, dtype=np.uint8))
    with pytest.raises(UsageError, match="heart"):
        load("drawing:hart")
    with pytest.raises(UsageError, match="hart"):
        delete_drawing("hart")
    for name in ("~nobody-of-this-name/x.png", "y" * 5000 + ".png", "a\0b/c.png"):
        with pytest.raises(UsageError, match="heart"):
            load_drawing(name)
    (home / "drawings" / "torn.png").write_bytes(b"\x89PNG nothing")
    with pytest.raises(DataError, match="torn"):
        load("drawing:torn")


def test_a_drawing_that_would_fill_the_memory_is_refused(home: Path):
    picture = home / "huge.png"
    Image.new("1", (30_000, 30_000)).save(picture)
    with pytest.raises(DataError, match="cannot be read"):
        load_drawing(str(picture))


def test_polygons_keep_their_smallest_angle_and_stay_inside():
    points = corners(np.random.default_rng(0), 2000, 5)
    assert np.abs(points).max() <= 1
    assert np.abs(corners(np.random.default_rng(0), 20_000, 3)).max() < 1  # no triangle is ever made smaller
    assert np.allclose(points.mean(axis=1), 0, atol=1e-12)
    # All corners lie on a circle of radius 0.75; a chord of 20 degrees is the shortest side allowed.
    points = corners(np.random.default_rng(0), 2000, 3)
    sides = np.linalg.norm(points - np.roll(points, 1, axis=1), axis=-1)
    assert sides.min() >= 2 * 0.75 * math.sin(math.radians(10)) - 1e-9


@pytest.mark.parametrize("vertices", [3, 4, 8])
def test_the_fast_raster_is_the_plain_one(vertices):
    """Compares with testing every fine cell against every edge, then an 8 × 8 box filter."""
    size, fine = 28, 28 * 8
    points = corners(np.random.default_rng(vertices), 20, vertices)
    centres = (np.arange(fine) + 0.5) * 2 / fine - 1
    y, x = np.meshgrid(centres, centres, indexing="ij")
    inside = np.ones((len(points), fine, fine), dtype=bool)
    for first, second in zip(points.swapaxes(0, 1), np.roll(points, -1, axis=1).swapaxes(0, 1), strict=True):
        dx, dy = (second - first).T[:, :, None, None]
        inside &= dx * (y - first[:, 1, None, None]) - dy * (x - first[:, 0, None, None]) >= 0
    covered = inside.reshape(-1, size, 8, size, 8).mean(axis=(2, 4))
    assert np.abs(rasterise(points, size)[:, 0] - (255 - 255 * covered)).max() <= 4.5  # at most a cell on an edge


def test_triangles_are_dark_on_white_seeded_and_fast():
    start = time.perf_counter()
    data = load("triangles")
    assert time.perf_counter() - start < 4  # measured: 0.3 s
    assert tuple(data.items.shape) == (10_000, 1, 28, 28)
    corners_white = data.items[:, 0, [0, 0, -1, -1], [0, -1, 0, -1]].float().mean()
    assert float(corners_white) > 250
    assert int(data.items[:, 0, 13:15, 13:15].min(dim=0).values.max()) == 0
    assert data.fingerprint == load("triangles").fingerprint != load("triangles", seed=3).fingerprint


def test_digits_are_the_real_ones_smoothly_enlarged():
    from sklearn.datasets import load_digits

    real = load_digits()
    small, large = load("digits:size=16"), load("digits")
    assert tuple(large.items.shape) == (1797, 1, 32, 32)
    assert (large.labels.numpy() == real.target).all()
    assert int(large.items.min()) == 0
    assert int(large.items.max()) == 255
    back = small.items[:, 0].float().reshape(-1, 8, 2, 8, 2).mean(dim=(2, 4)).numpy()
    assert np.corrcoef(back.ravel(), real.images.ravel())[0, 1] > 0.97
    assert load("digits:classes=3,8").spec.classes == ("3", "8")
    assert set(load("digits:classes=3,8").labels.tolist()) == {0, 1}


def test_the_check_describes_points_and_digits():
    report = check("ring:count=10000")
    assert report.spec.count == 10_000
    assert report.preview.shape == (4096, 2)
    report = check("digits:classes=1+2")
    assert sum(report.balance.values()) == report.spec.count
    assert set(report.balance) == {"1", "2"}
    assert report.preview.shape == (64, 32, 32, 1)
    assert report.preview.dtype == np.uint8
    assert report.sizes == ((8, 8, report.spec.count),)


def test_stacked_digits_are_three_real_ones_in_three_colours():
    data = load("stacked-digits:count=4000,size=16")
    assert tuple(data.items.shape) == (4000, 3, 16, 16)
    assert data.labels is None
    single = {one.tobytes() for one in load("digits:size=16").items.numpy()}
    assert all(channel.tobytes() in single for item in data.items.numpy()[:50] for channel in item)
    assert (data.items[:, 0] != data.items[:, 1]).any(dim=(1, 2)).float().mean() > 0.99
    assert "of the 1,000 triples" in data.notes[0]
    again, other = load("stacked-digits:count=4000,size=16"), load("stacked-digits:count=4000,size=16", seed=1)
    assert data.fingerprint == again.fingerprint != other.fingerprint


def test_every_source_says_its_kind_truly():
    for name in (*POINTS, "digits", "stacked-digits", "triangles"):
        assert check(name).spec.kind == DATASETS[name].kind
