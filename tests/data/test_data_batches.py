from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest
import torch

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.data import Batches, Dataset, load


def numbered(count: int, labels: bool = True) -> Dataset:
    """Pictures whose every pixel is their own number, 3 × 4 × 4."""
    items = torch.arange(count, dtype=torch.uint8)[:, None, None, None].expand(count, 3, 4, 4).contiguous()
    spec = DataSpec("numbered", "images", count, channels=3, size=4, classes=("even", "odd") if labels else ())
    return Dataset(spec, items, torch.arange(count) % 2 if labels else None, "0" * 16)


def numbers(real: torch.Tensor) -> list[int]:
    return ((real[:, 0, 0, 0] + 1) * 127.5).round().int().tolist()


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("resident_bytes", [0, 1 << 30])
def test_every_epoch_shows_everything_once_whatever_the_batch(channels_last, resident_bytes):
    batches = Batches(numbered(10), 4, seed=3, channels_last=channels_last, resident_bytes=resident_bytes)
    assert batches.resident == bool(resident_bytes)
    seen = []
    for _ in range(10):  # four epochs in ten batches, two of which cross an epoch
        real, labels, *_rest = batches.next()
        assert real.shape == (4, 3, 4, 4)
        assert real.dtype == torch.float32
        assert labels.tolist() == [number % 2 for number in numbers(real)]
        assert (real == real[:, :1, :1, :1]).all()
        wanted = torch.channels_last if channels_last else torch.contiguous_format
        assert real.is_contiguous(memory_format=wanted)
        seen += numbers(real)
    for epoch in range(4):
        assert sorted(seen[10 * epoch : 10 * epoch + 10]) == list(range(10))
    assert seen[:10] != seen[10:20]


def test_the_position_is_the_count_of_items():
    batches = Batches(numbered(10), 4, seed=1)
    stream = [numbers(batches.next()[0]) for _ in range(12)]
    assert batches.state() == 48
    other = Batches(numbered(10), 4, seed=1)
    for position in (7, 2, 11, 0):
        other.seek(4 * position)
        assert numbers(other.next()[0]) == stream[position]
        assert other.state() == 4 * position + 4
    assert numbers(Batches(numbered(10), 4, seed=2).next()[0]) != stream[0]
    with pytest.raises(ValueError, match="negative"):
        other.seek(-1)


def test_another_batch_size_goes_on_in_the_same_order():
    batches, other = Batches(numbered(10), 4, seed=1), Batches(numbered(10), 4, seed=1)
    stream = [number for _ in range(9) for number in numbers(batches.next()[0])]
    seen = numbers(other.next()[0])
    for size in (3, 13, 1, 7):
        other.batch_size = size
        seen += numbers(other.next()[0])
    assert seen == stream[:28]


def test_memory_format_and_residence_do_not_change_the_values():
    ways = [
        Batches(numbered(30), 7, seed=5, channels_last=last, resident_bytes=limit)
        for last in (False, True)
        for limit in (0, 1 << 30)
    ]
    for _ in range(9):
        first, *others = [batches.next()[0] for batches in ways]
        assert all(torch.equal(first, other) for other in others)


def test_a_set_smaller_than_the_batch():
    batches = Batches(numbered(3, labels=False), 8)
    real, labels, *_rest = batches.next()
    assert labels is None
    assert sorted(numbers(real)[:3]) == sorted(numbers(real)[3:6]) == [0, 1, 2]
    batches.seek(40)
    later = numbers(batches.next()[0])
    batches.seek(0)
    assert [number for _ in range(6) for number in numbers(batches.next()[0])][40:] == later


def test_pixels_become_minus_one_to_one_exactly_at_the_ends():
    items = torch.tensor([0, 255], dtype=torch.uint8)[:, None, None, None]
    batches = Batches(Dataset(DataSpec("two", "images", 2, 1, 1), items, None, ""), 2)
    assert sorted(batches.next()[0].flatten().tolist()) == [-1.0, 1.0]


def test_points_come_as_they_are_and_cost_nothing():
    data = load("ring:count=1000")
    batches = Batches(data, 250, seed=4)
    epoch = torch.cat([batches.next()[0] for _ in range(4)])
    assert torch.equal(epoch.sort(dim=0).values, data.items.sort(dim=0).values)
    batches = Batches(load("ring"), 256)
    batches.next()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(200):
            batches.next()
        times.append((time.perf_counter() - start) / 200)
    assert min(times) < 30e-6


def test_the_fixed_batch_stays_and_moves_nothing():
    batches = Batches(numbered(40), 4, seed=1)
    first, labels, *_rest = batches.fixed(6)
    batches.next()
    again, _labels, *_rest = batches.fixed(6)
    assert torch.equal(first, again)
    assert batches.state() == 4
    assert len(set(numbers(first))) == 6
    assert labels.tolist() == [number % 2 for number in numbers(first)]
    assert len(batches.fixed(99)[0]) == 40


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        Batches(numbered(3), 0)
    empty = Dataset(DataSpec("none", "points", 0), torch.empty(0, 2), None, "")
    with pytest.raises(ValueError, match="nothing"):
        Batches(empty, 4)


def test_loaded_arrays_are_writable_and_separate():
    data = load("digits:size=16")
    data.items[:] = 0
    assert int(load("digits:size=16").items.max()) == 255
    assert np.asarray(data.items).max() == 0


@pytest.mark.parametrize("channels_last", [False, True])
@pytest.mark.parametrize("resident_bytes", [0, 1 << 30])
def test_what_is_held_out_is_never_drawn_and_always_the_same(channels_last, resident_bytes):
    options = {"channels_last": channels_last, "resident_bytes": resident_bytes, "held_out": 0.25}
    batches = Batches(numbered(40), 6, seed=3, **options)
    assert batches.count == 30
    real, labels, *_rest = batches.unseen(100)
    assert real.dtype == torch.float32
    held = numbers(real)
    assert len(set(held)) == 10
    assert labels.tolist() == [number % 2 for number in held]
    drawn = {number for _ in range(5) for number in numbers(batches.next()[0])}
    assert drawn == set(range(40)) - set(held)
    assert not set(numbers(batches.fixed(30)[0])) & set(held)
    assert numbers(batches.unseen(4)[0]) == held[:4]
    assert batches.state() == 30
    assert numbers(Batches(numbered(40), 6, seed=3, **options).unseen(100)[0]) == held
    assert numbers(Batches(numbered(40), 6, seed=4, **options).unseen(100)[0]) != held


@pytest.mark.parametrize("share", [0.0, 0.001, 1.0])
def test_where_nothing_can_be_held_out_the_fixed_items_serve(share):
    batches = Batches(numbered(20), 4, seed=2, held_out=share)
    assert batches.count == 20
    assert torch.equal(batches.unseen(7)[0], batches.fixed(7)[0])
    assert Batches(numbered(20, labels=False), 4, held_out=0.5).unseen(3)[1] is None


def test_held_out_points_come_as_they_are():
    data = load("ring:count=100")
    points, _labels, *_rest = Batches(data, 10, held_out=0.2).unseen(50)
    assert len(points) == 20
    assert all((data.items == point).all(1).any() for point in points)


@pytest.mark.parametrize("resident_bytes", [0, 1 << 30])
def test_the_labelled_pool_has_as_many_of_every_class_and_none_held_out(resident_bytes):
    batches = Batches(numbered(40), 4, seed=5, resident_bytes=resident_bytes, held_out=0.25)
    pool = batches.labelled_pool(3)
    assert torch.equal(pool, batches.labelled_pool(3))
    assert torch.equal(pool, Batches(numbered(40), 9, seed=5, held_out=0.25).labelled_pool(3))
    real, labels, *_rest = batches.pick(pool)
    chosen = numbers(real)
    assert len(set(chosen)) == 6
    assert labels.tolist() == [number % 2 for number in chosen]
    assert sorted(labels.tolist()) == [0, 0, 0, 1, 1, 1]
    assert not set(chosen) & set(numbers(batches.unseen(40)[0]))
    others = Batches(numbered(40), 4, seed=6, held_out=0.25)
    assert numbers(others.pick(others.labelled_pool(3))[0]) != chosen


def test_a_large_set_is_not_copied_where_some_of_it_is_held_out():
    """It may be mapped into memory because it does not fit there: what is drawn is read when it is drawn."""
    data = numbered(40)
    batches = Batches(data, 4, resident_bytes=0, held_out=0.25)
    data.items.fill_(200)
    for real, *_rest in (batches.next(), batches.unseen(4)):
        torch.testing.assert_close(real, torch.full_like(real, 200 / 127.5 - 1))


def test_more_labels_than_there_are_means_all_of_them():
    assert sorted(Batches(numbered(9), 4).labelled_pool(100).tolist()) == list(range(9))
    with pytest.raises(UsageError, match="classes"):
        Batches(numbered(9, labels=False), 4).labelled_pool(1)


@pytest.mark.parametrize("channels_last", [False, True])
def test_picked_items_come_in_the_order_asked_for(channels_last):
    batches = Batches(numbered(20), 4, channels_last=channels_last)
    real, labels, *_rest = batches.pick(torch.tensor([7, 2, 7]))
    assert numbers(real) == [7, 2, 7]
    assert labels.tolist() == [1, 0, 1]
    assert batches.state() == 0
    assert Batches(numbered(20, labels=False), 4).pick(torch.tensor([1]))[1] is None


def test_each_pile_is_shuffled_once_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    base = numbered(12, labels=False)
    spec = dataclasses.replace(base.spec, kind="domains", input_count=8, input_channels=base.spec.channels)
    batches = Batches(dataclasses.replace(base, spec=spec, inputs=base.items[:8].clone()), 3, seed=5)
    shuffles: list[int] = []
    randperm = torch.randperm
    monkeypatch.setattr(torch, "randperm", lambda n, **more: shuffles.append(n) or randperm(n, **more))
    seen = [numbers(batches.next().inputs) for _step in range(8)]  # 24 items: two epochs of the one, three of the other
    assert shuffles.count(12) == 2
    assert shuffles.count(8) == 3
    drawn = [number for batch in seen for number in batch]
    assert [sorted(drawn[start : start + 8]) for start in (0, 8, 16)] == [
        sorted(numbers(batches.pick(torch.arange(8)).inputs))
    ] * 3
    batches.seek(9)  # anywhere in it, the order is the same
    assert numbers(batches.next().inputs) == drawn[9:12]


def two_domains() -> Dataset:
    """As :func:`numbered`, with a first domain of 7 pictures."""
    base = numbered(10)
    inputs = 100 + torch.arange(7, dtype=torch.uint8)[:, None, None, None].expand(7, 3, 4, 4).contiguous()
    return dataclasses.replace(base, spec=dataclasses.replace(base.spec, kind="domains"), inputs=inputs)


@pytest.mark.parametrize("make", [lambda: numbered(10), two_domains])
@pytest.mark.parametrize("ranks", [2, 3])
def test_the_parts_of_all_ranks_are_the_batch_of_one(make, ranks):
    whole, parts = Batches(make(), 7, seed=2), [Batches(make(), 7, seed=2) for _rank in range(ranks)]
    for rank, part in enumerate(parts):
        part.share(rank, ranks)
    for _turn in range(6):
        wanted, found = whole.next(), [part.next() for part in parts]
        for column, rows in zip(wanted, zip(*found, strict=True), strict=True):
            assert (column is None) == (rows[0] is None)
            if column is not None:
                assert torch.equal(torch.cat(rows), column)
    sizes = [part.part[1] for part in parts]
    assert sum(sizes) == 7
    assert max(sizes) - min(sizes) == 1
    assert {part.state() for part in parts} == {whole.state()}


def test_a_batch_of_fewer_items_than_ranks_is_refused():
    batches = Batches(numbered(10), 2)
    batches.share(0, 3)
    with pytest.raises(UsageError, match="set batch_size to 3 or more"):
        batches.next()
