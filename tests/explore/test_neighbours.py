from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from ganstudio.core.errors import UsageError
from ganstudio.core.working import Working
from ganstudio.explore import neighbours as module
from ganstudio.explore.neighbours import Nearest, Neighbours, Yardstick

RNG = np.random.default_rng(0)


def smooth(count: int, channels: int = 1, size: int = 32, seed: int = 0) -> np.ndarray:
    """Pictures without detail finer than 4 px."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, channels, size // 4, size // 4))
    return coarse.repeat(4, 2).repeat(4, 3).astype(np.uint8)


def generated(items: np.ndarray) -> np.ndarray:
    return (items / np.float32(127.5) - np.float32(1)).astype(np.float32)


def result(work: Iterator[Any]) -> Any:
    *working, found = work
    assert all(isinstance(step, Working) for step in working)
    fractions = [step.fraction for step in working]
    assert fractions == sorted(fractions)
    assert not fractions or 0 < fractions[0] <= fractions[-1] <= 1
    return found


@pytest.mark.parametrize(("channels", "size"), [(1, 32), (3, 32), (3, 16), (1, 28), (1, 8), (3, 64)])
def test_an_item_of_the_set_is_nearest_to_itself(channels: int, size: int) -> None:
    items = smooth(50, channels, size)
    found = result(Neighbours(items).nearest(generated(items[[7, 31]]), 3))
    assert isinstance(found, Nearest)
    assert found.indices[:, 0].tolist() == [7, 31]
    assert found.distances[:, 0] == pytest.approx([0, 0], abs=1e-3)
    assert (np.diff(found.distances, axis=1) >= 0).all()
    assert found.distances[:, 1:].min() > 0.02
    assert found.indices.shape == found.distances.shape == (2, 3)


def test_light_and_a_small_shift_do_not_matter_and_shape_does() -> None:
    items = smooth(200)
    wanted = items[5].astype(np.float32)
    darker = generated((0.5 * wanted + 20)[None])
    shifted = generated(np.roll(wanted, 1, axis=-1)[None])
    negative = generated((255 - wanted)[None])
    search = Neighbours(items)
    assert result(search.nearest(darker, 1)).distances == pytest.approx(np.zeros((1, 1)), abs=0.02)
    near = result(search.nearest(shifted, 2))
    assert near.indices[0, 0] == 5
    assert near.distances[0, 0] < 0.7 * near.distances[0, 1]
    far = result(search.nearest(negative, len(items)))
    assert far.indices[0, -1] == 5
    assert far.distances[0, -1] == pytest.approx(1, abs=0.01)


def test_pieces_give_what_all_at_once_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    items, queries = smooth(300, 3), generated(smooth(9, 3, seed=1))
    whole = result(Neighbours(items).nearest(queries, 4))
    monkeypatch.setattr(module, "_WORK_AT_ONCE", 1)
    monkeypatch.setattr(module, "_NUMBERS_AT_ONCE", 70 * 3 * 32 * 32)
    work = [*Neighbours(items).nearest(queries, 4)]
    assert len(work) > 8
    np.testing.assert_array_equal(work[-1].indices, whole.indices)
    np.testing.assert_allclose(work[-1].distances, whole.distances, atol=1e-6)
    pooled = items.reshape(300, 3, 16, 2, 16, 2).mean((3, 5)).reshape(300, -1)
    pooled = pooled - pooled.mean(1, keepdims=True)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    mine = queries.reshape(9, 3, 16, 2, 16, 2).mean((3, 5)).reshape(9, -1)
    mine = mine - mine.mean(1, keepdims=True)
    mine /= np.linalg.norm(mine, axis=1, keepdims=True)
    slow = np.linalg.norm(mine[:, None] - pooled[None], axis=2) / 2
    np.testing.assert_allclose(whole.distances, np.sort(slow, axis=1)[:, :4], atol=2e-3)


def test_flat_pictures_are_like_each_other_and_not_like_noise() -> None:
    items = np.concatenate([smooth(20), np.full((1, 1, 32, 32), 90, np.uint8)])
    found = result(Neighbours(items).nearest(np.full((1, 1, 32, 32), -0.9, np.float32), 2))
    assert found.indices[0, 0] == 20
    assert found.distances[0, 0] == pytest.approx(0, abs=1e-3)
    assert found.distances[0, 1] == pytest.approx(np.sqrt(0.5), abs=0.05)


def test_points_are_compared_as_they_are() -> None:
    points = RNG.normal(size=(500, 2)).astype(np.float32)
    query = np.array([[0.1, -0.2], [3, 3]], np.float32)
    found = result(Neighbours(points).nearest(query, 2))
    apart = np.linalg.norm(query[:, None] - points[None], axis=2)
    np.testing.assert_array_equal(found.indices, np.argsort(apart, axis=1)[:, :2])
    np.testing.assert_allclose(found.distances, np.sort(apart, axis=1)[:, :2], rtol=1e-5)


def test_the_yardstick_leaves_every_item_out_of_its_own_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WORK_AT_ONCE", 1)
    points = RNG.normal(size=(200, 2)).astype(np.float32)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    found = result(Neighbours(points).yardstick())
    np.testing.assert_allclose(found.distances, np.sort(apart.min(1)), rtol=1e-5)
    assert found.usual == pytest.approx(np.median(apart.min(1)), rel=1e-5)
    some = result(Neighbours(points).yardstick(50, seed=3))
    assert len(some.distances) == 50
    assert set(some.distances.round(6)) <= set(found.distances.round(6))


def test_a_copy_is_called_memorised_and_another_real_picture_is_not() -> None:
    base = smooth(400).astype(np.float32)
    items = (0.5 * base + 0.5 * base.mean(0)).astype(np.uint8)
    search = Neighbours(items)
    yardstick = result(search.yardstick())
    assert yardstick.usual > 0.1
    copy = result(search.nearest(generated(items[3:4]), 1)).distances[0, 0]
    fresh = (0.5 * smooth(1, seed=9) + 0.5 * base.mean(0)).astype(np.float32)
    other = result(search.nearest(generated(fresh), 1)).distances[0, 0]
    assert yardstick.memorised(copy)
    assert not yardstick.memorised(other)
    assert yardstick.share_nearer(copy) == 0
    assert yardstick.share_nearer(2.0) == 1


def test_a_set_full_of_copies_of_its_own_calls_no_copy_memorised() -> None:
    items = smooth(20).repeat(3, axis=0)
    search = Neighbours(items)
    copy = result(search.nearest(generated(items[:1]), 1)).distances[0, 0]
    assert not result(search.yardstick()).memorised(copy)


def test_small_sets_and_what_cannot_be_compared() -> None:
    one = Neighbours(smooth(1))
    found = result(one.nearest(generated(smooth(2)), 5))
    assert found.indices.tolist() == [[0], [0]]
    lonely = result(one.yardstick())
    assert np.isnan(lonely.usual)
    assert np.isnan(lonely.share_nearer(0.1))
    assert not lonely.memorised(0.0)
    assert len(result(Neighbours(smooth(2)).yardstick()).distances) == 2
    with pytest.raises(UsageError, match="empty"):
        Neighbours(np.empty((0, 1, 32, 32), np.uint8))
    with pytest.raises(UsageError, match="3 × 32 × 32, those of the data set 1 × 32 × 32"):
        [*one.nearest(generated(smooth(1, 3)))]
    with pytest.raises(UsageError, match="not finite"):
        [*one.nearest(np.full((1, 1, 32, 32), np.nan, np.float32))]
    with pytest.raises(ValueError, match="0 neighbours"):
        [*one.nearest(generated(smooth(1)), 0)]
    assert isinstance(lonely, Yardstick)
