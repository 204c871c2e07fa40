"""Densities against closed form, scikit-learn and histograms counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.neighbors import KernelDensity

from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.density import BINS, histogram, js, kl, log_density
from tests.metrics.kit import PLANE, compare, features, found


def normal(seed: int, count: int, width: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width))


def planes(real: np.ndarray, fake: np.ndarray) -> Evidence:
    return Evidence(PLANE, Sample(real.astype(np.float32)), Sample(fake.astype(np.float32)))


def test_the_log_density_is_that_of_scikit_learn() -> None:
    queries, centres = normal(0, 40, 5), normal(1, 70, 5)
    widths = (0.05, 0.7, 30.0)
    ours = log_density(queries, centres, widths)
    for width, row in zip(widths, ours, strict=True):
        theirs = KernelDensity(bandwidth=width).fit(centres).score_samples(queries)
        np.testing.assert_allclose(row, theirs, rtol=1e-9)


def test_of_a_gaussian_it_is_near_minus_its_entropy() -> None:
    told = found("kde", compare(normal(0, 1000), normal(1, 2000), held_out=features(normal(2, 300))))
    assert told.value == pytest.approx(-np.log(2 * np.pi * np.e), abs=0.08)
    assert told.low < -np.log(2 * np.pi * np.e) < told.high
    assert told.note == ""
    assert 0.1 < told.more["width"] < 0.6


def test_without_held_out_items_half_of_the_real_ones_choose() -> None:
    told = found("kde", compare(normal(0, 600), normal(1, 1500)))
    assert told.value == pytest.approx(-np.log(2 * np.pi * np.e), abs=0.15)
    assert "Half of the real items" in told.note
    worse = found("kde", compare(normal(0, 600), normal(1, 1500) + 1))
    assert worse.value < told.value - 0.3


def test_a_width_at_the_end_of_the_grid_is_said() -> None:
    same = normal(0, 100)
    told = found("kde", compare(same, same.copy()))
    assert "end of those that were tried" in told.note


def test_divergences_of_known_histograms() -> None:
    p, q = np.array([0.5, 0.25, 0.25, 0]), np.array([0.25, 0.25, 0.5, 0])
    assert kl(p, q) == pytest.approx(0.25 * np.log(2))
    assert kl(p, p) == js(p, p) == 0
    assert js(np.array([1.0, 0]), np.array([0, 1.0])) == pytest.approx(np.log(2))
    assert kl(np.array([0.5, 0.5]), np.array([1.0, 0])) == np.inf
    middle = np.array([0.375, 0.25, 0.375, 0])
    assert js(p, q) == pytest.approx((kl(p, middle) + kl(q, middle)) / 2)


def test_points_are_counted_where_they_lie() -> None:
    counts = histogram(np.float32([[-2, -2], [2, 2], [1.99, 2], [0.01, -2], [3, 0], [np.nan, 0], [0, np.inf]]), PLANE)
    assert len(counts) == BINS * BINS + 1
    assert counts[0] == 1
    assert counts[BINS * BINS - 1] == 2
    assert counts[BINS // 2 * BINS] == 1
    assert counts[-1] == 3
    assert counts.sum() == 7


def test_points_of_one_density_diverge_little_and_disjoint_ones_wholly() -> None:
    rng = np.random.default_rng(0)
    left, right = (rng.uniform((low, -1), (low + 1, 1), (4000, 2)) for low in (-1.5, 0.5))
    assert found("js-histogram", planes(left, right)).value == pytest.approx(np.log(2))
    assert found("js-histogram", planes(left[:2000], left[2000:])).value < 0.02
    assert found("kl-histogram", planes(left[:2000], left[2000:])).value < 0.06
    far = found("kl-histogram", planes(left, right))
    assert far.value > 3
    assert far.more["generated to real"] > 3


def test_a_missed_half_is_half_a_nat_and_a_bit() -> None:
    """Real in two squares, generated in one of them: KL is dear, its reverse is log 2."""
    rng = np.random.default_rng(0)
    both = rng.uniform(-1, 1, (20_000, 2))
    told = found("kl-histogram", planes(both, both[both[:, 0] > 0]))
    assert told.more["generated to real"] == pytest.approx(np.log(2), abs=0.05)  # and ½ in each bin
    assert told.value > 1.5


def test_points_that_are_nowhere_count_as_outside_and_no_points_are_no_histogram() -> None:
    lost = normal(0, 100)
    lost[:40] = np.nan
    told = found("js-histogram", planes(normal(1, 100), lost))
    assert np.isfinite(told.value)
    assert "40 generated points are not finite" in told.note
    for name in ("js-histogram", "kl-histogram"):
        assert np.isnan(found(name, planes(normal(1, 5), lost[:0])).value)
        assert np.isfinite(found(name, planes(normal(1, 1), normal(2, 1))).value)
