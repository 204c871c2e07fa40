"""The distance that is measured all through training, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.series_words import DISTANCE
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.closeness import SIDE, closeness, seen_small, strayed

RNG = np.random.default_rng(3)
GAUSSIAN = RNG.standard_normal((20_000, 3)).astype(np.float32)


def of(real: np.ndarray, fake: np.ndarray) -> float:
    """The registered metric on these items."""
    evidence = Evidence(DataSpec("some", "points", len(real)), Sample(real), Sample(fake))
    return all_metrics()["distance"].compute(evidence).value


def test_equal_clouds_and_clouds_aside() -> None:
    assert closeness(GAUSSIAN, GAUSSIAN[::-1]) == pytest.approx(0, abs=1e-6)
    line = GAUSSIAN[:, :1]
    assert closeness(line, line + 1.5 * line.std()) == pytest.approx(1.5, rel=1e-4)
    assert closeness(line, 3 * line) == pytest.approx(2 * math.sqrt(2 / math.pi), rel=0.02), "E|3x − x| of a Gaussian"
    assert closeness(GAUSSIAN, GAUSSIAN + 100) > closeness(GAUSSIAN, GAUSSIAN + 10) > 5


def test_a_collapsed_one_lies_at_the_mean_deviation() -> None:
    point = np.zeros((500, 3), np.float32)
    assert closeness(GAUSSIAN, point) == pytest.approx(math.sqrt(2 / math.pi), rel=0.02)


def test_fewer_or_more_items_and_another_unit_change_little() -> None:
    half = GAUSSIAN[::2]
    assert closeness(GAUSSIAN, half) < 0.03
    assert closeness(half, GAUSSIAN) < 0.03
    assert closeness(1000 * GAUSSIAN, 1000 * GAUSSIAN + 500) == pytest.approx(
        closeness(GAUSSIAN, GAUSSIAN + 0.5), rel=1e-3
    )
    assert closeness(GAUSSIAN, half, seed=1) != closeness(GAUSSIAN, half, seed=2)


def test_what_lies_between_the_modes_has_strayed() -> None:
    modes = np.array([[-1, 0], [1, 0]], np.float32)
    real, spread = np.repeat(modes, 500, axis=0), math.sqrt(0.5)
    assert strayed(real, real[::-1]) == pytest.approx(0, abs=1e-3)
    assert strayed(real, np.repeat(modes, [900, 100], axis=0)) == pytest.approx(0, abs=1e-3), (
        "unequal, but each on a mode"
    )
    assert strayed(real, real[:500]) == pytest.approx(2 / 2 / 2 / spread), (
        "half of the real ones lie 2 from the nearest"
    )
    lifted = real + np.array([0, 0.5], np.float32)
    assert strayed(real + 50, lifted + 50) == pytest.approx(0.5 / spread, rel=1e-3)
    fuzzy = real + 0.1 * RNG.standard_normal(real.shape).astype(np.float32)
    assert of(real, fuzzy) - 100 * closeness(real, fuzzy) == pytest.approx(100 * strayed(real, fuzzy))


def test_pictures_are_averaged_to_few_pixels() -> None:
    pictures = RNG.integers(0, 256, (40, 3, 35, 50), np.uint8)
    small = seen_small(pictures)
    assert small.shape == (40, 3 * (35 // 4) * (50 // 4))
    assert small[0, 0] == pytest.approx(pictures[0, 0, :4, :4].mean() / 255)
    assert seen_small(pictures[:, :, :SIDE, :SIDE]).shape == (40, 3 * SIDE * SIDE)
    points = GAUSSIAN[:5, :2]
    assert seen_small(points) is points


def test_what_it_cannot_say_it_says_in_words() -> None:
    metric = all_metrics()["distance"]
    assert (metric.series, metric.better) == (DISTANCE, "lower")
    assert of(GAUSSIAN, GAUSSIAN) == pytest.approx(0, abs=0.1)
    assert of(GAUSSIAN[:, :1], GAUSSIAN[:, :1] + 100) > 10_000, "in percent"
    broken = GAUSSIAN.copy()
    broken[0, 0] = math.nan
    for real, fake in ((GAUSSIAN[:3], GAUSSIAN), (GAUSSIAN, broken), (np.ones((50, 2), np.float32), GAUSSIAN[:50, :2])):
        assert math.isnan(of(real, fake))
    assert (
        all_metrics()["distance"]
        .compute(
            Evidence(DataSpec("some", "points", 50), Sample(np.ones((50, 2), np.float32)), Sample(GAUSSIAN[:50, :2]))
        )
        .note
    )
