"""Mirrored, jittered and DiffAugmented pictures: what is known of them without looking, and whose chance it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from ganstudio.nn import random
from ganstudio.nn.augment import Policy, diff_augment, jittered, mirrored, varied

POLICIES: tuple[Policy, ...] = ("colour", "translation", "cutout")
LAYOUTS = [torch.contiguous_format, torch.channels_last]


@pytest.fixture(autouse=True)
def chance() -> Iterator[None]:
    with random.randomness(torch.Generator().manual_seed(4)):
        yield


def pictures(count: int, channels: int = 3, size: int = 16, layout: torch.memory_format = LAYOUTS[0]) -> Tensor:
    return random.uniform(count, channels, size, size, low=-1, high=1).contiguous(memory_format=layout)


# -- pairs ------------------------------------------------------------------------------------------------------------


def test_those_that_are_turned_and_all_that_belongs_to_them() -> None:
    x, labels = pictures(3), random.integers(9, 3, 16, 16)
    turned = torch.tensor([True, False, True])
    seen, seen_labels = mirrored(turned, x, labels)
    assert torch.equal(seen[1], x[1])
    assert torch.equal(seen_labels[1], labels[1])
    for index in (0, 2):
        assert torch.equal(seen[index], x[index].flip(2))
        assert torch.equal(seen_labels[index], labels[index].flip(1))


@pytest.mark.parametrize("size", [16, 28, 64, 256])
def test_bilinear_jitter_is_a_crop_of_the_enlarged_picture(size: int) -> None:
    large = round(size * 286 / 256)
    x, spare = pictures(4, size=size), large - size
    corners = torch.tensor([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.25]])
    whole = interpolate(x, (large, large), mode="bilinear", align_corners=False)
    (seen,) = jittered(corners, x)
    for index, corner in enumerate(corners):
        top, left = (min(int(share * (spare + 1)), spare) for share in corner.tolist())
        wanted = whole[index, :, top : top + size, left : left + size]
        torch.testing.assert_close(seen[index], wanted, rtol=0, atol=1e-4)


def test_a_pair_stays_a_pair() -> None:
    labels = random.integers(5, 6, 32, 32)
    planes = torch.nn.functional.one_hot(labels, 5).permute(0, 3, 1, 2).float()
    corners = random.uniform(6, 2)
    seen, seen_labels = jittered(corners, planes, labels, nearest=True)
    assert torch.equal(seen.argmax(1), seen_labels)
    assert torch.equal(seen.sum(1), torch.ones(6, 32, 32))
    ramp = torch.linspace(-1, 1, 32).expand(6, 1, 32, 32)
    (smooth,), (rough,) = jittered(corners, ramp), jittered(corners, ramp, nearest=True)
    assert (smooth - rough).abs().max() < 2 / 31  # the same place, within a pixel
    assert not torch.equal(seen_labels, labels)


def test_what_belongs_together_is_varied_alike_and_every_item_otherwise() -> None:
    labels = random.integers(5, 1, 32, 32).expand(40, 32, 32)
    ramp = torch.linspace(-1, 1, 32).expand(40, 1, 32, 32)
    places = torch.arange(32).expand(40, 32, 32)
    seen, seen_labels, seen_places = varied(ramp, labels, places, mirror=True, jitter=True)
    assert seen_labels.dtype == torch.int64
    assert (seen[:, 0] - (seen_places / 15.5 - 1)).abs().max() < 2 / 31  # bilinear and nearest: within a pixel
    assert not torch.isin(seen[:, 0, :, 8:24], ramp).all(2).any()  # between pixels
    columns = seen_places[:, 0].unique(dim=0)
    assert len(columns) > 5  # three or four places for a crop of 32 pixels, and their mirror images
    assert 10 < (seen_places[:, 0, 0] > seen_places[:, 0, -1]).sum() < 30
    same = varied(ramp, labels, mirror=False, jitter=False)
    assert torch.equal(same[0], ramp)
    assert torch.equal(same[1], labels)


def test_jitter_of_one_leaves_items_as_they_are() -> None:
    x, corners = pictures(3), random.uniform(3, 2)
    torch.testing.assert_close(jittered(corners, x, enlarged=1.0)[0], x)
    assert torch.equal(jittered(corners, x, enlarged=1.0, nearest=True)[0], x)


# -- DiffAugment ------------------------------------------------------------------------------------------------------


def test_no_policy_changes_nothing() -> None:
    x = pictures(2)
    assert diff_augment(x, ()) is x


def test_colours_change_as_far_as_said() -> None:
    grey = torch.full((500, 3, 2, 2), 0.25)
    moved = diff_augment(grey, ("colour",)) - 0.25  # a picture of one grey has neither saturation nor contrast
    torch.testing.assert_close(moved, moved[:, :1, :1, :1].expand_as(moved))
    assert -0.5 <= moved.min() < -0.45
    assert 0.45 < moved.max() <= 0.5
    x = grey.clone()
    x[:, 0] += 0.3  # red: saturation moves the channels apart by 0 to 2, and contrast again by ½ to 1½
    seen = diff_augment(x, ("colour",))
    apart = (seen[:, 0] - seen[:, 1]) / 0.3
    assert -1e-5 < apart.min() < 0.1
    assert 2.5 < apart.max() < 3.001
    x = pictures(200, channels=1)
    ratio = diff_augment(x, ("colour",)).std((1, 2, 3)) / x.std((1, 2, 3))
    assert 0.5 <= ratio.min() < 0.55
    assert 1.45 < ratio.max() <= 1.5001


def test_pictures_move_by_an_eighth_and_leave_grey_behind() -> None:
    x = torch.zeros(400, 1, 16, 16)
    x[:, :, 8, 8] = 1.0
    seen = diff_augment(x, ("translation",))
    assert torch.equal(seen.sum((1, 2, 3)), torch.ones(400))
    _item, _channel, rows, columns = seen.nonzero(as_tuple=True)
    assert {*rows.tolist()} == {*columns.tolist()} == {6, 7, 8, 9, 10}
    assert (rows != columns).any()
    full = diff_augment(torch.ones(400, 1, 16, 16), ("translation",)).sum((1, 2, 3))
    assert {*full.tolist()} == {float(h * w) for h in (14, 15, 16) for w in (14, 15, 16)}


@pytest.mark.parametrize("size", [16, 14])  # a hole of 8, and one of 7
def test_the_hole_is_half_as_wide_and_has_its_middle_anywhere(size: int) -> None:
    hole = diff_augment(torch.ones(2000, 2, size, size), ("cutout",)) == 0
    assert torch.equal(hole[:, 0], hole[:, 1])
    wide, high = hole[:, 0].any(1).sum(1), hole[:, 0].any(2).sum(1)
    assert torch.equal(hole[:, 0].sum((1, 2)), wide * high)  # one rectangle
    assert int(wide.max()) == int(high.max()) == size // 2
    assert int(wide.min()) == int(high.min()) == (size // 2 + 1) // 2
    assert hole[:, 0].float().mean(0).min() > 0.06  # corners are hidden least


@pytest.mark.parametrize("policy", POLICIES)
def test_gradients_reach_the_pictures_and_can_be_penalised(policy: Policy) -> None:
    x = pictures(4, size=8).double().requires_grad_()

    def slope() -> Tensor:
        with random.randomness(torch.Generator().manual_seed(1)):
            out = diff_augment(x, (policy,)).pow(3).sum()
        return torch.autograd.grad(out, x, create_graph=True)[0]

    assert slope().abs().flatten(1).sum(1).all()
    slope().square().sum().backward()
    assert x.grad is not None
    assert x.grad.abs().flatten(1).sum(1).all()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_shape_layout_and_precision_are_kept(layout: torch.memory_format, dtype: torch.dtype) -> None:
    x = pictures(2, 3, 12, layout)
    turned, corners = torch.tensor([True, False]), random.uniform(2, 2)
    seen = [mirrored(turned, x)[0], *jittered(corners, x), *jittered(corners, x, nearest=True)]
    seen += [diff_augment(x.to(dtype), (policy,)).to(x.dtype) for policy in POLICIES]
    for one in seen:
        assert one.shape == x.shape
        assert one.is_contiguous(memory_format=layout)
    assert all(diff_augment(x.to(dtype), (policy,)).dtype == dtype for policy in POLICIES)


def test_chance_is_the_runs_own() -> None:
    x, all_of_it = pictures(8), POLICIES

    def draw(seed: int) -> Tensor:
        with random.randomness(torch.Generator().manual_seed(seed)):
            return diff_augment(x, all_of_it)

    first, state = draw(1), torch.random.get_rng_state()
    assert torch.equal(draw(1), first)
    assert not torch.equal(draw(2), first)
    assert torch.equal(torch.random.get_rng_state(), state)
