"""Metrics that compare two matrices: closed forms, other people's libraries, and what must be survived."""

from __future__ import annotations

import importlib
import math
import sys
from types import ModuleType
from typing import Any

import numpy as np
import ot
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import CancelledError
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import Evidence, Found, Sample
from ganstudio.metrics.frechet import Moments, distance_of_few, frechet_distance, statistics
from ganstudio.metrics.inception_score import inception_scores, mode_score
from ganstudio.metrics.kernels import cubic_mmd2, gaussian_mmd, kernel_distances
from ganstudio.metrics.transport import directions, sliced_wasserstein, wasserstein

OF_FEATURES = "fid", "kid", "mmd", "wasserstein", "sliced-wasserstein"
OF_CLASSES = "inception-score", "mode-score"
SPEC = DataSpec(name="points", kind="points", count=100)


def normal(count: int, width: int, seed: int, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width)) + shift


def classes(count: int, kinds: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(kinds, 0.3), count)


def found(name: str, fake: Any, real: Any, **rest: Any) -> Found:
    """The metric of a name of two matrices, as features or as probabilities."""
    what = "features" if name in OF_FEATURES else "probabilities"
    fake_side, real_side = (Sample(np.zeros((len(side), 2), np.float32), **{what: side}) for side in (fake, real))
    return all_metrics()[name].compute(Evidence(SPEC, real_side, fake_side, **rest))


# Closed forms


@pytest.mark.parametrize("width", [1, 3, 40])
def test_fid_of_two_gaussians_is_that_of_the_formula(width: int) -> None:
    """Of covariances that commute: the sum of squared differences of roots, and of means."""
    source = np.random.default_rng(width)
    turned = np.linalg.qr(source.standard_normal((width, width)))[0]
    a, b, shift = source.uniform(0.1, 4, width), source.uniform(0.1, 4, width), source.standard_normal(width)
    one = Moments(shift, turned * a @ turned.T)
    other = Moments(np.zeros(width), turned * b @ turned.T)
    expected = (shift**2).sum() + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-9)
    # The same in a space of more dimensions, where both ranks lack: no root of noise may be added.
    wider = np.linalg.qr(source.standard_normal((width + 60, width)))[0]
    one, other = (Moments(wider @ side.mean, wider @ side.covariance @ wider.T) for side in (one, other))
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("count", "width"), [(500, 20), (50, 200), (2, 3)])
def test_the_same_items_have_no_distance(count: int, width: int) -> None:
    items = normal(count, width, 0)
    scale = float((items**2).sum(axis=1).mean())
    assert found("fid", items, items).value == pytest.approx(0, abs=1e-10 * scale)
    for name in ("wasserstein", "sliced-wasserstein"):
        assert found(name, items, items[::-1]).value == pytest.approx(0, abs=1e-7)
    assert found("mmd", items, items).value <= 0
    assert found("kid", items, items).value <= 0


def test_halves_of_one_set_are_close_and_a_shifted_one_is_not() -> None:
    """Tolerances: FID of 1,200 items of 8 numbers below 0.05; KID and MMD within 0.01 and 0.002 of 0."""
    items = normal(2400, 8, 1)
    first, second = items[:1200], items[1200:]
    fid, kid, mmd = (found(name, first, second) for name in ("fid", "kid", "mmd"))
    assert fid.value < 0.05
    assert abs(kid.value) < 0.01
    assert kid.low < 0 < kid.high
    assert abs(mmd.value) < 0.002
    assert mmd.more["p"] > 0.01
    moved = second + 0.5
    far = {name: found(name, first, moved) for name in ("fid", "kid", "mmd")}
    assert far["fid"].value == pytest.approx(8 * 0.25, abs=0.15)
    assert far["fid"].low < 8 * 0.25 < far["fid"].high + 0.05
    assert far["kid"].low > 0
    assert far["mmd"].more["p"] == pytest.approx(1 / 501)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.integers(1, 20), st.floats(-100, 100), st.integers(0, 2**32 - 1), st.floats(1e-3, 1e3))
def test_what_is_moved_is_as_far_as_it_was_moved(count: int, width: int, by: float, seed: int, scale: float) -> None:
    """W₁ and the root of FID of a shifted copy are the shift; sliced, its projections."""
    items = normal(count, width, seed) * scale
    step = np.zeros(width)
    step[0] = by
    assert wasserstein(items + step, items) == pytest.approx(abs(by), rel=1e-6, abs=1e-6 * scale)
    along = directions(width, 20, seed)
    assert sliced_wasserstein(items + step, items, along) == pytest.approx(
        abs(by) * np.abs(along[0]), rel=1e-6, abs=1e-9 * scale
    )
    assert frechet_distance(statistics(items + step), statistics(items)) == pytest.approx(
        by**2, rel=1e-6, abs=1e-9 * scale**2 * width
    )


def test_scores_of_classes_that_are_sure_and_even_are_the_number_of_classes() -> None:
    for kinds in (1, 2, 10):
        sure = np.eye(kinds).repeat(50, axis=0)
        assert inception_scores(sure, 1, 0)[0] == pytest.approx(kinds)
        assert mode_score(fake=sure, real=sure) == pytest.approx(kinds)
    sure = np.eye(10).repeat(100, axis=0)
    assert found("inception-score", np.full((200, 10), 0.1), sure).value == pytest.approx(1)
    # One class of ten alone: nothing is told apart, and a ninth tenth lacks.
    assert found("inception-score", sure[:100], sure).value == pytest.approx(1)
    assert found("mode-score", sure[:100], sure).value == pytest.approx(0.1)
    # A class that no real item has.
    only = found("mode-score", sure, sure[:100])
    assert only.value == 0
    assert only.note


def test_the_mode_score_of_the_first_paper_is_the_inception_score() -> None:
    """Which is why the other one is computed: real items cancel out."""
    fake, real = classes(300, 6, 0), classes(300, 6, 1) ** 2
    real /= real.sum(axis=1, keepdims=True)
    mean, true = fake.mean(axis=0), real.mean(axis=0)
    first = math.exp((fake * np.log(fake / true)).sum(axis=1).mean() - (mean * np.log(mean / true)).sum())
    assert first == pytest.approx(inception_scores(fake, 1, 0)[0])
    assert mode_score(fake=fake, real=real) < first


def test_p_values_are_even_where_sides_are_alike() -> None:
    """Of 200 pairs of alike sides p is evenly spread (Kolmogorov–Smirnov), as a test's must be."""
    drawn = (normal(60, 2, seed) for seed in range(200))
    values = [gaussian_mmd(items[:25], items[25:], seed, 99).p for seed, items in enumerate(drawn)]
    assert scipy.stats.kstest(values, "uniform").pvalue > 0.01
    assert 0.01 <= np.mean(np.array(values) <= 0.05) <= 0.1


# Other people's numbers


@pytest.mark.parametrize(("count", "width"), [(700, 64), (3000, 300)])
def test_fid_is_that_of_torch_fidelity(fidelity: ModuleType, count: int, width: int) -> None:
    theirs = importlib.import_module("torch_fidelity.metric_fid")
    mixing = np.random.default_rng(3).standard_normal((width, width)) / np.arange(1, width + 1)
    fake, real = np.maximum(normal(count, width, 0, 0.2) @ mixing, 0), np.maximum(normal(count, width, 1) @ mixing, 0)
    sides = [theirs.fid_features_to_statistics(torch.from_numpy(side)) for side in (fake, real)]
    expected = theirs.fid_statistics_to_metric(*sides, verbose=False)[theirs.KEY_METRIC_FID]
    assert frechet_distance(statistics(fake), statistics(real)) == pytest.approx(expected, rel=1e-6)


def test_kid_is_that_of_torch_fidelity(fidelity: ModuleType) -> None:
    theirs = importlib.import_module("torch_fidelity.metric_kid")
    fake, real = normal(700, 32, 0, 0.1), normal(500, 32, 1)
    asked = {"kid_subsets": 7, "kid_subset_size": 300, "rng_seed": 5, "verbose": False}
    expected = theirs.kid_features_to_metric(torch.from_numpy(fake), torch.from_numpy(real), **asked)
    values = kernel_distances(fake, real, 7, 300, 5)
    assert values.mean() == pytest.approx(expected[theirs.KEY_METRIC_KID_MEAN], rel=1e-6)
    assert values.std() == pytest.approx(expected[theirs.KEY_METRIC_KID_STD], rel=1e-6)
    assert found("kid", fake[:500], real).value == pytest.approx(cubic_mmd2(fake[:500], real))


def test_the_inception_score_is_that_of_torch_fidelity(fidelity: ModuleType) -> None:
    theirs = importlib.import_module("torch_fidelity.metric_isc")
    fake = classes(503, 10, 0)
    expected = theirs.isc_features_to_metric(torch.from_numpy(np.log(fake)), 10, True, 4)
    told = found("inception-score", fake, fake, seed=4)
    assert told.value == pytest.approx(expected[theirs.KEY_METRIC_ISC_MEAN], rel=1e-9)
    assert told.more["std"] == pytest.approx(expected[theirs.KEY_METRIC_ISC_STD], rel=1e-9)
    assert told.low < told.value < told.high


@pytest.mark.parametrize(("ours", "theirs"), [(30, 30), (30, 47), (1, 12), (12, 1)])
def test_transport_is_that_of_pot_and_scipy(ours: int, theirs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, real = normal(ours, 20, 0), normal(theirs, 20, 1, 0.3)
    expected = ot.emd2([], [], ot.dist(fake, real, "euclidean"))
    assert wasserstein(fake, real) == pytest.approx(expected)
    along = directions(20, 33, 0)
    assert sliced_wasserstein(fake, real, along).mean() == pytest.approx(
        ot.sliced_wasserstein_distance(fake, real, projections=along, p=1)
    )
    line = scipy.stats.wasserstein_distance(fake[:, 0], real[:, 0])
    assert wasserstein(fake[:, :1], real[:, :1]) == pytest.approx(line)
    assert sliced_wasserstein(fake[:, :1], real[:, :1], np.ones((1, 1)))[0] == pytest.approx(line)
    monkeypatch.setitem(sys.modules, "ot.lp", None)  # not installed
    without = found("wasserstein", fake, real)
    if ours == theirs:
        assert without.value == pytest.approx(expected)
    else:
        assert math.isnan(without.value)
        assert "ganstudio[metrics]" in without.note


# What must be survived


@pytest.mark.parametrize("name", OF_FEATURES)
@pytest.mark.parametrize(
    ("fake", "real"),
    [
        (np.zeros((20, 4)), np.zeros((20, 4))),
        (np.zeros((20, 4)), np.ones((20, 4))),
        (np.zeros((20, 4)), normal(20, 4, 0)),
        (normal(5, 300, 0), normal(7, 300, 1)),
        (normal(300, 3, 0), normal(2, 3, 1)),
        (normal(3, 3, 0).repeat(9, axis=0), normal(3, 3, 0).repeat(4, axis=0)),
        (normal(30, 3, 0) * 1e-12, normal(30, 3, 1) * 1e12),
        (normal(30, 3, 0, 1e9), normal(30, 3, 1, 1e9)),
    ],
    ids=["one point", "two points", "collapsed", "few", "uneven", "copies", "scales", "far from 0"],
)
def test_odd_features_have_a_number(name: str, fake: np.ndarray, real: np.ndarray) -> None:
    told = found(name, fake, real)
    assert math.isfinite(told.value)
    assert not told.low > told.value
    assert not told.high < told.value
    if name == "fid" and len(real) <= real.shape[1]:
        assert "KID" in told.note


@pytest.mark.parametrize("name", OF_FEATURES)
def test_what_cannot_be_compared_is_told_in_words(name: str) -> None:
    good = normal(10, 3, 0)
    broken = [good.copy() for _each in range(2)]
    broken[0][3, 1], broken[1][2, 2] = math.nan, math.inf
    for bad in (*broken, good[:, :2], good[:0], good[:, :0], good * 1e300):
        for fake, real in ((bad, good), (good, bad), (bad, bad)):
            told = found(name, fake, real)
            if not (math.isfinite(told.value) and (fake is real or bad.max() > 1e290)):
                assert math.isnan(told.value), (bad, told)
                assert told.note
    alone = found(name, good[:1], good)
    assert math.isfinite(alone.value) if "wasserstein" in name else alone.note
    assert all_metrics()[name].compute(Evidence(SPEC, Sample(good), Sample(good))).note


@pytest.mark.parametrize("name", OF_CLASSES)
def test_odd_probabilities(name: str) -> None:
    good = classes(200, 4, 0)
    for fake, real in ((good[:1], good), (good, good[:1]), (good[:15], good), (np.ones((9, 1)), np.ones((9, 1)))):
        assert math.isfinite(found(name, fake, real).value)
    assert found("inception-score", good[:15], good).note
    broken = good.copy()
    broken[0, 0] = math.nan
    for bad in (broken, good * 2, good[:0], -good):
        told = found(name, bad, good)
        assert math.isnan(told.value)
        assert told.note


@pytest.mark.parametrize("name", OF_FEATURES + OF_CLASSES)
def test_the_seed_is_all_the_chance_there_is_and_it_can_be_ended(name: str) -> None:
    make = normal if name in OF_FEATURES else classes
    fake, real = make(300, 4, 0), make(250, 4, 1)
    assert found(name, fake, real, seed=3) == found(name, fake, real, seed=3)

    def end(_fraction: float, _text: str) -> None:
        raise CancelledError("ended")

    with pytest.raises(CancelledError):
        found(name, fake, real, tick=end)


@pytest.mark.slow
def test_exact_transport_of_many_items_takes_some_of_them() -> None:
    fake, real = normal(2500, 64, 0, 0.1), normal(2100, 64, 1)
    told = found("wasserstein", fake, real)
    assert "2,000" in told.note
    assert told.value > 0


def test_few_items_have_the_same_frechet_distance_without_covariances() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.random((9, 40)) * 3, rng.random((12, 40)) + 0.1
    assert distance_of_few(one, other) == pytest.approx(frechet_distance(statistics(one), statistics(other)), rel=1e-9)
    assert distance_of_few(one, one) == pytest.approx(0, abs=1e-12)
    assert distance_of_few(np.ones((3, 9)), np.ones((4, 9))) == 0
