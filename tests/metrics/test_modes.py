"""Mode coverage against what one can count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.data import load
from ganstudio.metrics.base import Evidence, Found, Sample
from ganstudio.metrics.modes import captured, reverse_kl
from ganstudio.metrics.while_training import measure
from tests.metrics.kit import found

SPEC = DataSpec("four", "points", 4, modes=((0, 0), (1, 0), (0, 1), (1, 1)), mode_std=0.1)


def points(*rows: tuple[float, float]) -> np.ndarray:
    return np.array(rows, np.float32)


def mode_coverage(drawn: np.ndarray, spec: DataSpec) -> dict[str, float]:
    """As it is measured while training."""
    return measure(Observed(drawn), spec)


def score(name: str, drawn: np.ndarray, spec: DataSpec) -> Found:
    return found(name, Evidence(spec, Sample(drawn), Sample(drawn)))


def test_modes_and_quality_are_counted() -> None:
    hit, share = captured(points((0, 0), (0.29, 0), (0.31, 0), (1, 1), (5, 5)), SPEC)
    assert hit.tolist() == [True, False, False, True]
    assert share == pytest.approx(3 / 5)
    assert mode_coverage(points((0, 0), (1, 0), (0, 1), (1, 1)), SPEC) == {"modes": 4, "high-quality samples %": 100}


def test_points_that_are_not_finite_are_bad_samples() -> None:
    assert mode_coverage(points((0, 0), (np.nan, 0), (np.inf, 1)), SPEC) == {
        "modes": 1,
        "high-quality samples %": pytest.approx(100 / 3),
    }


def test_perfect_samples_are_of_high_quality_in_99_of_100_cases() -> None:
    rng = np.random.default_rng(0)
    drawn = np.array(SPEC.modes)[rng.integers(0, 4, 20_000)] + 0.1 * rng.standard_normal((20_000, 2))
    assert mode_coverage(drawn.astype(np.float32), SPEC)["high-quality samples %"] == pytest.approx(98.9, abs=0.3)


def test_no_points_capture_nothing() -> None:
    assert mode_coverage(np.zeros((0, 2), np.float32), SPEC) == {"modes": 0, "high-quality samples %": 0}


def test_the_true_sampler_of_the_ring_has_all_of_it() -> None:
    data = load("ring:count=20000")
    drawn, spec = data.items.numpy(), data.spec
    assert score("modes", drawn, spec) == Found(8, more={"of": 8})
    assert score("high-quality", drawn, spec).value == pytest.approx(98.9, abs=0.3)
    assert score("reverse-kl", drawn, spec).value == pytest.approx(0, abs=1e-3)


def test_reverse_kl_tells_how_unequally_modes_are_hit() -> None:
    assert reverse_kl(points((0, 0), (1, 0), (0, 1), (1, 1)), SPEC) == 0
    assert reverse_kl(points((1, 1), (1, 1), (9, 9)), SPEC) == pytest.approx(np.log(4))
    uneven = reverse_kl(points((0, 0), (0, 0), (0, 0), (1, 1)), SPEC)
    assert uneven == pytest.approx(0.75 * np.log(3) + 0.25 * np.log(1))
    lost = score("reverse-kl", points((9, 9), (np.nan, 0)), SPEC)
    assert np.isnan(lost.value)
    assert "no sample lies on a mode" in lost.note
