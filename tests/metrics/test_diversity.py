"""The variety of samples against that of real data."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.metrics.diversity import diversity, spread
from tests.metrics.kit import compare, found


def test_it_is_the_mean_distance_of_all_pairs() -> None:
    points = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    pairs = ((points[:, None] - points[None]) ** 2).sum(2).mean()
    assert spread(points) == pytest.approx(np.sqrt(pairs / 4), rel=1e-6)


def test_copies_have_none_and_real_pictures_all_of_it() -> None:
    real = np.random.default_rng(1).integers(0, 256, (64, 16, 16, 3), np.uint8)
    assert diversity(np.repeat(real[:1], 64, 0), real) == 0
    assert diversity(real[::-1], real) == pytest.approx(1)
    assert diversity(real // 2, real) == pytest.approx(0.5, abs=0.01)


def test_what_cannot_be_compared_is_not_a_number() -> None:
    one = np.zeros((1, 2), np.float32)
    assert np.isnan(spread(one))
    assert np.isnan(diversity(np.float32([[0, np.inf], [1, 1]]), np.eye(2, dtype=np.float32)))
    assert np.isnan(diversity(np.eye(2, dtype=np.float32), np.ones((3, 2), np.float32)))


def test_of_large_pictures_pixels_of_all_channels_stand_for_the_rest() -> None:
    real = np.random.default_rng(1).integers(0, 256, (64, 3, 64, 64), np.uint8)
    green = real.copy()
    green[:, (0, 2)] = 128
    assert diversity(green, real) == pytest.approx(np.sqrt(1 / 3), abs=0.02)


def test_diversity_of_features_is_the_mean_distance_of_pairs() -> None:
    real, fake = np.random.default_rng(0).standard_normal((2, 400, 6))
    told = found("feature-diversity", compare(real, 0.5 * fake))
    pairs = np.sqrt(((real[:, None] - real[None]) ** 2).sum(2).mean())
    assert told.more["real"] == pytest.approx(pairs)
    assert told.value == pytest.approx(50, abs=3)
    assert found("feature-diversity", compare(real, np.repeat(fake[:1], 400, 0))).value == 0
