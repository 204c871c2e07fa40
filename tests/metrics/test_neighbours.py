"""Neighbours against torch-fidelity, against slow loops, and against cases whose answer is known."""

from __future__ import annotations

import importlib
from types import ModuleType

import numpy as np
import pytest
import torch

from ganstudio.core.errors import CancelledError
from ganstudio.metrics import distances
from ganstudio.metrics.distances import nearest, squared_distances
from ganstudio.metrics.neighbours import neighbourhoods, too_near
from tests.metrics.kit import compare, features, found

SHARED = "1-nn", "precision", "recall", "density", "coverage"
EVERY = (*SHARED, "memorisation", "kde", "feature-diversity")


def normal(seed: int, count: int, width: int = 8, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, width)) + shift


def table(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(axis=2))


@pytest.fixture
def in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces so small that edges of all kinds occur."""
    monkeypatch.setattr(distances, "_MOST_ROWS", 7)


def test_distances_are_those_of_a_loop(in_pieces: None) -> None:
    a, b = normal(0, 31, shift=1e3), normal(1, 17, shift=1e3)
    rows = np.concatenate([piece.sqrt().numpy().copy() for _rows, piece in squared_distances(a, b)])
    np.testing.assert_allclose(rows, table(a, b), rtol=1e-9)
    np.testing.assert_allclose(nearest(a, b), table(a, b).min(axis=1), rtol=1e-9)
    assert not nearest(b[:5], b).any(), "an item is where it is, in spite of rounding"


@pytest.mark.parametrize(("n", "m", "width", "shift"), [(300, 300, 16, 0.3), (400, 250, 64, 0.1), (120, 333, 3, 0.5)])
def test_precision_and_recall_are_those_of_torch_fidelity(
    fidelity: ModuleType, n: int, m: int, width: int, shift: float
) -> None:
    real, fake = normal(0, n, width), 0.9 * normal(1, m, width, shift)
    prc = importlib.import_module("torch_fidelity.metric_prc")
    theirs = prc.prc_features_to_metric(  # generated first
        torch.from_numpy(fake), torch.from_numpy(real), prc_neighborhood=3, prc_batch_size=10_000, save_cpu_ram=False,
        verbose=False,
    )  # fmt: skip
    ours = compare(real, fake)
    assert 0.02 < theirs["precision"] < 0.98
    assert theirs["precision"] != theirs["recall"]
    for name in ("precision", "recall"):
        assert found(name, ours).value == pytest.approx(theirs[name], rel=1e-6)


def test_density_coverage_and_one_nn_are_those_of_their_definitions(in_pieces: None) -> None:
    real, fake = normal(0, 60), normal(1, 60, shift=0.4)
    within, between = table(real, real), table(fake, real)
    radii = np.sort(within, axis=1)[:, 5]  # the first is the item itself
    seen = neighbourhoods(real, fake)
    assert seen.density == pytest.approx((between <= radii).sum() / (5 * 60))
    assert seen.coverage == pytest.approx((between <= radii).any(axis=0).mean())
    np.testing.assert_allclose(seen.to_real, between.min(axis=1), rtol=1e-9)
    both = table(np.r_[real, fake], np.r_[real, fake])
    np.fill_diagonal(both, np.inf)
    right = (both.argmin(axis=1) < 60) == (np.arange(120) < 60)
    assert (seen.real_accuracy, seen.fake_accuracy) == pytest.approx((right[:60].mean(), right[60:].mean()))


def test_equal_sets_have_all_of_each_other() -> None:
    same = normal(0, 200)
    values = {name: found(name, compare(same, same.copy())).value for name in SHARED}
    assert values["precision"] == values["recall"] == values["coverage"] == 1
    assert values["1-nn"] == 0, "the nearest of each is its copy on the other side"
    assert values["density"] >= 1


def test_halves_of_one_set_are_told_apart_by_chance_only() -> None:
    both = normal(0, 2000, 4)
    split = compare(both[:1000], both[1000:])
    assert found("1-nn", split).value == pytest.approx(0.5, abs=0.05)  # 3 standard deviations and a bit
    assert found("coverage", split).value == pytest.approx(1 - 2**-5, abs=0.02)  # Naeem et al., equation 9
    assert found("density", split).value == pytest.approx(1, abs=0.1)
    assert found("precision", split).value == pytest.approx(found("recall", split).value, abs=0.1)


def test_sets_far_apart_have_nothing_of_each_other() -> None:
    values = {name: found(name, compare(normal(0, 50), normal(1, 50, shift=100))).value for name in SHARED}
    assert values == {"1-nn": 1, "precision": 0, "recall": 0, "density": 0, "coverage": 0}


def test_a_collapsed_generator_has_precision_without_recall_and_the_two_accuracies_differ() -> None:
    real = normal(0, 400, 2)
    told = compare(real, 1e-3 * normal(1, 400, 2))
    assert found("precision", told).value == 1
    assert found("recall", told).value < 0.05
    apart = found("1-nn", told).more
    assert apart["generated"] > 0.95
    assert apart["real"] > 0.5


def test_equal_distances_are_half_a_hit_whatever_the_order(in_pieces: None) -> None:
    """Three places, each with items of both sides: an item's own side and the other one are equally near."""
    places = np.repeat(normal(0, 3), 6, axis=0)
    assert found("1-nn", compare(places, places.copy())).value == 0.5
    corner = np.array([[0.1, 0.7], [1.1, 0.7], [5.1, 0.7], [6.1, 0.7]])  # each 1 from its own, the other side 1 beyond
    other = np.array([[2.1, 0.7], [-0.9, 0.7], [7.1, 0.7], [4.1, 0.7]])
    for swapped in (compare(corner, other), compare(corner[::-1], other[::-1])):
        assert found("1-nn", swapped).more["real"] == 0.5
    assert found("1-nn", compare(other, corner)).more["generated"] == 0.5


def test_the_larger_side_gives_the_one_nn_test_as_many_as_the_smaller_has() -> None:
    both = normal(0, 1200, 3)
    for one, other in ((both[:1000], both[1000:]), (both[:200], both[200:])):
        told = found("1-nn", compare(one, other, seed=3))
        assert told.value == pytest.approx(0.5, abs=0.1)
        assert "200 items of each side" in told.note
        assert told == found("1-nn", compare(one, other, seed=3))


def test_all_share_one_computation_and_it_ends_soon_after_it_is_cancelled() -> None:
    seen: list[float] = []
    told = compare(normal(0, 100), normal(1, 100))
    told.tick = lambda fraction, _text: seen.append(fraction)
    found("precision", told)
    looks = len(seen)
    assert looks >= 3
    assert seen == sorted(seen)
    assert 0 <= seen[0] <= seen[-1] <= 1
    for name in SHARED:
        found(name, told)
    assert len(seen) == looks

    def stop(_fraction: float, _text: str) -> None:
        raise CancelledError("enough")

    for name in EVERY:
        stopped = compare(normal(0, 100), normal(1, 100), held_out=features(normal(2, 100)), tick=stop)
        with pytest.raises(CancelledError):
            found(name, stopped)


@pytest.mark.parametrize("name", EVERY)
def test_poor_evidence_is_answered_with_a_note(name: str) -> None:
    good, alike, bad = normal(0, 20), np.full((20, 8), 0.3), normal(1, 20)
    bad[3, 2] = np.nan
    huge, narrow = np.where(np.isnan(bad), 1e200, bad), good[:, :5]
    for real, fake in (
        (good[:1], good), (good, good[:1]), (good[:0], good), (bad, good), (good, bad), (huge, good), (good, narrow),
    ):  # fmt: skip
        told = found(name, compare(real, fake, held_out=features(normal(2, 20))))
        assert np.isnan(told.value)
        assert told.note
    for real, fake in ((alike, alike), (good, alike), (alike, good), (good[:2], good[:3]), (good[:7], normal(2, 90))):
        told = found(name, compare(real, fake, held_out=features(normal(3, 20))))
        assert np.isfinite(told.value) or told.note, (name, told)


def test_few_items_have_fewer_neighbours_and_it_is_said() -> None:
    told = found("precision", compare(normal(0, 3), normal(1, 3)))
    assert told.more["neighbours"] == 2
    assert "2 neighbours only, where 3" in told.note
    assert "4 neighbours only, where 5" in found("coverage", compare(normal(0, 5), normal(1, 50))).note
    assert not found("coverage", compare(normal(0, 6), normal(1, 6))).note


def test_constant_features_are_one_place() -> None:
    alike = np.full((20, 700), 0.1)
    assert {name: found(name, compare(alike, alike.copy())).value for name in SHARED} == {
        "1-nn": 0.5, "precision": 1, "recall": 1, "density": 4, "coverage": 1,
    }  # fmt: skip


# -- memorisation ---------------------------------------------------------------------------------------------------------


def test_copies_are_told_from_fresh_samples() -> None:
    training, held_out, fresh = normal(0, 500), features(normal(1, 500)), normal(2, 500)
    copies = training[np.random.default_rng(3).integers(0, 500, 500)] + 0.01 * normal(4, 500)
    copied = found("memorisation", compare(training, copies, held_out=held_out))
    honest = found("memorisation", compare(training, fresh, held_out=held_out))
    half = found("memorisation", compare(training, np.r_[copies[:250], fresh[:250]], held_out=held_out))
    assert copied.value == 100
    assert copied.more["ratio of medians"] < 0.1
    assert copied.more["z"] < -20
    assert honest.value == pytest.approx(5, abs=3)
    assert honest.more["ratio of medians"] == pytest.approx(1, abs=0.1)
    assert abs(honest.more["z"]) < 3
    assert half.value == pytest.approx(52, abs=3)


def test_distances_that_are_equal_count_as_those_of_fresh_items_do() -> None:
    held = np.r_[np.zeros(10), np.ones(90)]  # duplicates of training items among the held-out ones
    assert too_near(held, held)["share"] == pytest.approx(0.05)
    assert too_near(held, held)["z"] == 0
    assert too_near(np.zeros(50), held)["share"] == pytest.approx(0.5)
    assert too_near(np.ones(50), held)["share"] == 0


def test_held_out_items_that_were_trained_on_are_refused() -> None:
    training = normal(0, 50)
    told = found("memorisation", compare(training, normal(1, 50), held_out=features(training[:20])))
    assert np.isnan(told.value)
    assert "among the real ones" in told.note
