"""The networks that translate: U-Net, residual translators, patch discriminators, the pool, and a frozen judge."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from ganstudio.core.errors import UsageError
from ganstudio.nn.norms import norm_2d
from ganstudio.nn.objectives import HINGE, LEAST_SQUARES
from ganstudio.nn.patch import (
    MultiScaleDiscriminator,
    PatchDiscriminator,
    feature_distance,
    fooling,
    halves,
    judging,
    layer_distances,
    patch_layers,
    verdicts,
)
from ganstudio.nn.perceptual import VGG19, PerceptualDistance
from ganstudio.nn.pool import ImagePool
from ganstudio.nn.random import Dropout, randomness
from ganstudio.nn.translator import CoarseToFine, ResNetTranslator, halvings_of
from ganstudio.nn.unet import UNet, depth_of


@pytest.fixture(autouse=True)
def chance() -> Iterator[None]:
    with randomness(torch.Generator().manual_seed(4)):
        yield


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1


# -- generators -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "depth"), [(16, 4), (28, 2), (48, 4), (56, 3), (64, 6), (256, 8)])
def test_a_unet_halves_as_often_as_it_can(size: int, depth: int) -> None:
    assert depth_of(size) == depth
    for doubling in (False, True):
        network = UNet(3, 1, size, 4, doubling=doubling).eval()
        assert len(network.down) == len(network.up) == depth
        assert network(noise(2, 3, size, size)).shape == (2, 1, size, size)


@pytest.mark.parametrize("norm", ["instance", "batch"])
def test_a_unet_learns_from_a_single_picture(norm: str) -> None:
    network = UNet(3, 3, 16, 4, norm)  # type: ignore[arg-type]
    out = network(noise(1, 3, 16, 16))
    out.square().mean().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in network.parameters())
    assert out.abs().max() <= 1


@pytest.mark.parametrize("size", [15, 30])
def test_a_unet_refuses_sizes_in_words(size: int) -> None:
    with pytest.raises(UsageError, match=f"{size} px"):
        UNet(3, 3, size, 4)


def test_dropout_is_in_the_three_innermost_stages_and_silent_when_drawing() -> None:
    network = UNet(3, 3, 64, 4)
    assert [any(isinstance(p, Dropout) for p in stage.modules()) for stage in network.up] == [True] * 3 + [False] * 3
    x = noise(1, 3, 64, 64)
    assert not torch.equal(network(x), network(x))
    network.eval()
    torch.testing.assert_close(network(x), network(x))


def test_skips_carry_detail_around_the_middle() -> None:
    network = UNet(1, 1, 32, 8, dropout=0.0).eval()
    seen: list[Tensor] = []
    network.up[-1].register_forward_pre_hook(lambda _stage, inputs: seen.append(inputs[0]))
    x = noise(1, 1, 32, 32)
    network(x)
    torch.testing.assert_close(seen[0][:, 8:], network.down[0](x))


@pytest.mark.parametrize(
    ("size", "at_most", "found"), [(8, 2, 1), (16, 2, 1), (32, 2, 2), (28, 4, 1), (128, 4, 4), (256, 2, 2)]
)
def test_translators_halve_while_something_is_left(size: int, at_most: int, found: int) -> None:
    assert halvings_of(size, at_most) == found


def test_translators_refuse_sizes_in_words() -> None:
    for size in (6, 33):
        with pytest.raises(UsageError, match=f"{size} px"):
            ResNetTranslator(3, 3, size, 4, 1)
    with pytest.raises(UsageError, match="7 px"):
        CoarseToFine(3, 3, 14, 4)


@pytest.mark.parametrize("size", [16, 28, 64])
def test_translators_keep_the_size(size: int) -> None:
    for network in (ResNetTranslator(4, 3, size, 4, 2), CoarseToFine(4, 3, size, 4, 1, 1)):
        out = network(noise(1, 4, size, size))
        assert out.shape == (1, 3, size, size)
        assert out.abs().max() <= 1
        out.square().mean().backward()
        assert all(p.grad is not None for p in network.parameters())


def test_borders_are_mirrored_not_padded_with_zeros() -> None:
    network = ResNetTranslator(1, 1, 16, 4, 1)
    out = network(torch.full((1, 1, 16, 16), 0.7))
    inside = out[..., 4:12, 4:12]
    assert (out[..., :2, :] - inside.mean()).abs().max() < 0.2


def test_the_enhancer_draws_once_it_has_joined() -> None:
    network = CoarseToFine(3, 3, 32, 4, 1, 1, staged=True)
    x = noise(2, 3, 32, 32)
    small = network.coarse_picture(x)
    assert small.shape == (2, 3, 16, 16)
    enlarged = nn.functional.interpolate(small, scale_factor=2.0, mode="bilinear", align_corners=False)
    torch.testing.assert_close(network(x), enlarged)
    before = copy.deepcopy(network)
    network.join()
    torch.testing.assert_close(network(x), network.fine_picture(x))
    before.load_state_dict(network.state_dict())  # a checkpoint knows which it is
    torch.testing.assert_close(before(x), network(x))


def test_what_is_the_same_everywhere_gets_through_where_the_first_convolution_has_no_norm() -> None:
    planes = noise(1, 3, 32, 32)
    planes[:, 2] = 1.0
    other = planes.clone()
    other[:, 2] = -1.0
    blind, seeing = CoarseToFine(3, 3, 32, 8, 1, 1), CoarseToFine(3, 3, 32, 8, 1, 1, first_norm="none")
    assert (blind(planes) - blind(other)).abs().max() < 1e-4
    assert (seeing(planes) - seeing(other)).abs().max() > 1e-3


def test_instance_norm_is_what_it_says() -> None:
    x = noise(2, 5, 6, 6)
    torch.testing.assert_close(norm_2d(5, "instance")(x), nn.functional.instance_norm(x))


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [1, 3, 16, 64])
def test_instance_norm_makes_flat_channels_0_and_no_others(layout: torch.memory_format, size: int) -> None:
    x = noise(2, 6, size, size)
    x[0, 1], x[1, 3], x[1, 4] = 0.7, 0.0, 0.7 + 1e-6 * noise(size, size, seed=1)
    if size > 1:
        x[0, 2], x[0, 2, size // 3, size // 2] = 0.5, 0.51  # a single pixel is no rounding
    x = x.contiguous(memory_format=layout).requires_grad_()
    y = norm_2d(6, "instance")(x)
    flat = torch.tensor([[0, 1, 0, 0, 0, 0], [0, 0, 0, 1, 1, 0]], dtype=torch.bool) | (size == 1)
    assert torch.equal(y == 0, flat[:, :, None, None].expand_as(y))
    (slopes,) = torch.autograd.grad((y * noise(*y.shape, seed=2)).sum(), x)
    assert torch.equal(slopes == 0, flat[:, :, None, None].expand_as(y))
    exact = nn.functional.instance_norm(x.detach().double()).float() if size > 1 else torch.zeros_like(y)
    torch.testing.assert_close(y[~flat], exact[~flat], rtol=1e-2, atol=1e-3)  # channels_last is that coarse


@pytest.mark.parametrize("value", [-1.0, 0.004, 1.0])
def test_a_picture_of_one_colour_is_drawn_in_one_colour_and_amplifies_nothing(value: float) -> None:
    network = ResNetTranslator(3, 3, 32, 4, 9).to(memory_format=torch.channels_last)
    other = torch.full((1, 3, 32, 32), value)
    other[0, 0, 5, 5] += 2 / 255  # one level of one colour in one pixel
    for picture, most in ((torch.full_like(other, value), 0.0), (other, 1e5)):
        picture.requires_grad_()
        drawn = network(picture)
        (drawn * noise(*drawn.shape)).sum().backward()
        assert picture.grad is not None
        assert picture.grad.abs().max() <= most
        assert (drawn.std((2, 3)).max() > 1e-3) == bool(most)


# -- discriminators ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "scales", "layers"), [(16, 1, 2), (16, 2, 1), (28, 2, 1), (32, 1, 3), (64, 2, 3), (256, 3, 3)]
)
def test_small_pictures_have_fewer_layers_and_a_verdict_at_every_scale(size: int, scales: int, layers: int) -> None:
    assert patch_layers(size, scales) == layers
    network = MultiScaleDiscriminator(scales, lambda: PatchDiscriminator(3, 4, layers))
    found = network(noise(2, 3, size, size))
    assert all(len(features) == layers + 2 for features in found)
    assert all(one.shape[:2] == (2, 1) and one.numel() > 0 for one in verdicts(found))


def test_too_many_scales_are_refused_in_words() -> None:
    with pytest.raises(UsageError, match="32 px or more"):
        patch_layers(16, 3)


def test_three_layers_see_seventy_pixels() -> None:
    network = PatchDiscriminator(1, 4, 3, "none")
    x = torch.zeros(1, 1, 128, 128, requires_grad=True)
    verdict = network(x)[-1]
    verdict[0, 0, verdict.shape[2] // 2, verdict.shape[3] // 2].backward()
    assert x.grad is not None
    rows = x.grad[0, 0].abs().sum(1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_layer_distances_reach_both_sides() -> None:
    network = MultiScaleDiscriminator(2, lambda: PatchDiscriminator(3, 4, 2))
    one, other = (noise(2, 3, 32, 32, seed=seed).requires_grad_() for seed in (1, 2))
    first, second = halves(network(torch.cat((one, other))))
    found = layer_distances(first, second)
    assert found.shape == (3,)
    found.sum().backward()
    assert one.grad is not None
    assert other.grad is not None
    assert float(layer_distances(first, first).detach().sum()) == 0


def test_least_squares_count_in_full_for_the_generator() -> None:
    maps = [torch.tensor([0.0, 0.5])]
    assert float(fooling(LEAST_SQUARES, maps)) == pytest.approx((1 + 0.25) / 2)
    assert float(fooling(HINGE, maps)) == pytest.approx(-0.25)


def test_verdicts_of_the_scales_are_added_up_or_averaged() -> None:
    real, fake = [torch.tensor([0.0]), torch.tensor([0.5, 0.5])], [torch.tensor([1.0, 1.0]), torch.tensor([0.0])]
    assert [float(side) for side in judging(LEAST_SQUARES, real, fake)] == pytest.approx([0.5 + 0.125, 0.5])
    assert [float(side) for side in judging(LEAST_SQUARES, real, fake, average=True)] == pytest.approx([0.3125, 0.25])
    assert float(fooling(LEAST_SQUARES, real)) == pytest.approx(1 + 0.25)
    assert float(fooling(LEAST_SQUARES, real, average=True)) == pytest.approx(0.625)
    assert float(fooling(HINGE, real)) == pytest.approx(-0.5)
    assert float(fooling(HINGE, real, average=True)) == pytest.approx(-0.25)


def test_distances_of_features_are_averaged_over_scales() -> None:
    verdict = torch.zeros(1)
    mine = [[torch.tensor([1.0]), torch.tensor([2.0]), verdict], [torch.tensor([3.0]), torch.tensor([0.0]), verdict]]
    nothing = [[torch.zeros(1)] * 3] * 2
    assert layer_distances(mine, nothing).tolist() == [2.0, 1.0]
    assert float(feature_distance(mine, nothing)) == 3.0


def test_what_reduced_precision_found_is_judged_in_full_precision() -> None:
    found = [[torch.full((1, 1, 2, 2), 1.0, dtype=torch.bfloat16), torch.full((1, 1, 2, 2), 0.3, dtype=torch.bfloat16)]]
    (maps,) = verdicts(found)
    assert maps.dtype == torch.float32
    assert layer_distances(found, found).dtype == feature_distance(found, found).dtype == torch.float32


# -- the pool ---------------------------------------------------------------------------------------------------------


def even(*values: float) -> Tensor:
    """Pictures of one value each."""
    return torch.tensor(values).view(-1, 1, 1, 1).expand(-1, 1, 2, 2).clone()


def test_the_pool_fills_and_then_shows_old_pictures_half_of_the_time() -> None:
    pool = ImagePool(10, 1, 2)
    for step in range(5):  # as long as there is room, every picture is new and kept
        new = even(step / 10, -step / 10)
        torch.testing.assert_close(pool(new), new)
    assert int(pool.filled) == 10
    old, rounds = 0, 200
    seen = {round(value / 10, 2) for value in range(-4, 5)}
    for step in range(rounds):
        new = even(0.5 + step / 1000, 0.5 + step / 1000)
        shown = pool(new)
        for one, other in zip(shown, new, strict=True):
            if not torch.equal(one, other):
                old += 1
                value = float(one.mean())
                assert any(abs(value - known) < 0.006 for known in seen)
        seen |= {0.5 + step / 1000}
    assert 0.4 < old / (2 * rounds) < 0.6


def test_the_pool_keeps_what_it_exchanged_and_nothing_twice() -> None:
    pool = ImagePool(4, 1, 2)
    pool(even(-1.0, -0.5))
    pool(even(0.0, 0.5))
    shown = pool(even(0.8, 0.9, 0.95, 1.0))
    before = {-1.0, -0.5, 0.0, 0.5}
    gone = {value for value in before if ((shown.mean((1, 2, 3)) - value).abs() < 0.006).any()}
    kept = {
        value for value in before if ((pool.pictures.float() / 127.5 - 1).mean((1, 2, 3)) - value).abs().min() < 0.006
    }
    assert gone | kept == before
    assert not gone & kept


def test_a_pool_of_none_and_a_batch_that_is_too_large_pass() -> None:
    for pool, count in ((ImagePool(0, 1, 2), 2), (ImagePool(3, 1, 2), 4)):
        new = even(*(0.1 * index for index in range(count)))
        for _ in range(5):
            assert pool(new) is new


def test_a_pool_goes_on_from_its_state_as_if_it_had_never_stopped() -> None:
    def run(pool: ImagePool, seed: int) -> Tensor:
        with randomness(torch.Generator().manual_seed(seed)):
            return torch.stack([pool(noise(3, 1, 2, 2, seed=step)) for step in range(6)])

    first = ImagePool(6, 1, 2)
    run(first, 1)
    second = ImagePool(6, 1, 2)
    second.load_state_dict(first.state_dict())
    assert torch.equal(run(first, 2), run(second, 2))


# -- the frozen judge -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights of the right shapes, with more in the file than is needed."""
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("vgg") / "vgg19.safetensors"
    tensors = {name: tensor.clone() for name, tensor in VGG19().state_dict().items()}
    save_file({**tensors, "classifier.0.bias": torch.zeros(3)}, path)
    return path


def test_the_names_are_torchvisions() -> None:
    names = VGG19().state_dict()
    assert {"features.0.weight", "features.28.bias"} <= set(names)
    assert len(names) == 26
    assert names["features.28.weight"].shape == (512, 512, 3, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_distance_is_zero_for_the_same_and_moves_only_what_is_drawn(weights: Path, channels: int) -> None:
    distance = PerceptualDistance(str(weights), 16)
    drawn, real = noise(2, channels, 16, 16).requires_grad_(), noise(2, channels, 16, 16, seed=1).requires_grad_()
    assert float(distance(drawn, drawn.detach()).detach()) == 0
    distance(drawn, real).backward()
    assert drawn.grad is not None
    assert float(drawn.grad.abs().sum()) > 0
    assert real.grad is None


def test_the_judge_is_in_no_state_and_shared_by_copies(weights: Path) -> None:
    holder = nn.Linear(2, 2)
    holder.judge = PerceptualDistance(str(weights), 16)  # type: ignore[assignment]
    holder.judge.load()
    assert set(holder.state_dict()) == {"weight", "bias"}
    assert not list(holder.children())
    assert copy.deepcopy(holder).judge is holder.judge


def test_a_file_that_does_not_fit_is_told_in_words(weights: Path, tmp_path: Path) -> None:
    for name, change, message in (
        ("shape", {"features.5.weight": torch.zeros(3, 3)}, r"features\.5\.weight should have shape \(128, 64, 3, 3\)"),
        ("missing", {"features.28.bias": None}, "has nothing"),
    ):
        tensors = {key: tensor.clone() for key, tensor in VGG19().state_dict().items()} | change
        path = tmp_path / f"{name}.safetensors"
        save_file({key: tensor for key, tensor in tensors.items() if tensor is not None}, path)
        with pytest.raises(UsageError, match=message):
            PerceptualDistance(str(path), 16).load()
    with pytest.raises(UsageError, match="There is no file"):
        PerceptualDistance(str(tmp_path / "nowhere.safetensors"), 16).load()
    garbage = tmp_path / "garbage.safetensors"
    garbage.write_bytes(b"no weights at all")
    with pytest.raises(UsageError, match="cannot be read"):
        PerceptualDistance(str(garbage), 16).load()
    with pytest.raises(UsageError, match="16 px or more"):
        PerceptualDistance(str(weights), 8).load()
