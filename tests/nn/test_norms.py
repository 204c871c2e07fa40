"""Norms that are called alike, with and without a context; statistics of one pass; and the precision of spectral norm."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from ganstudio.nn import random
from ganstudio.nn.initialise import dcgan_init, glorot_init
from ganstudio.nn.norms import Context, InstanceNorm, Norm, calibrate, constrain, norm_2d, without_identities

PLAIN: tuple[Norm, ...] = ("none", "batch", "layer", "instance", "spectral")
CONTEXTS = {
    "class": Context(3),
    "z": Context(3, hidden=5),
    "planes": Context(3, "planes"),
    "read planes": Context(3, "planes", hidden=5),
}


@pytest.fixture(autouse=True)
def chance() -> Iterator[None]:
    with random.randomness(torch.Generator().manual_seed(4)):
        yield


def told(context: Context, count: int = 2) -> Tensor:
    return random.normal(count, context.size, *((6, 6) if context.kind == "planes" else ()))


@pytest.mark.parametrize("norm", PLAIN)
def test_plain_norms_take_a_context_and_ignore_it(norm: Norm) -> None:
    layer, x = norm_2d(4, norm), random.normal(2, 4, 6, 6)
    assert torch.equal(layer(x), layer(x, random.normal(2, 3)))
    assert torch.equal(nn.Sequential(layer)(x), layer(x))


def test_plain_norms_are_the_layers_that_programs_and_checkpoints_know() -> None:
    assert isinstance(norm_2d(4, "batch"), nn.BatchNorm2d)
    assert isinstance(norm_2d(4, "layer"), nn.GroupNorm)
    assert isinstance(norm_2d(4, "instance"), InstanceNorm)
    assert len(without_identities([norm_2d(4, "none"), norm_2d(4, "spectral")])) == 0
    assert norm_2d(4, "batch").state_dict().keys() == nn.BatchNorm2d(4).state_dict().keys()
    assert norm_2d(4, "layer").state_dict().keys() == {"weight", "bias"}
    assert not norm_2d(4, "instance").state_dict()


@pytest.mark.parametrize("context", CONTEXTS.values(), ids=CONTEXTS)
@pytest.mark.parametrize("norm", PLAIN)
class TestWithAContext:
    def test_that_says_nothing_is_the_norm_itself(self, norm: Norm, context: Context) -> None:
        layer, x = norm_2d(4, norm, context), random.normal(2, 4, 6, 6)
        for parameter in layer.parameters():
            nn.init.zeros_(parameter)
        torch.testing.assert_close(layer(x, told(context)), norm_2d(4, norm)(x))

    def test_the_bias_is_the_scale_and_shift_of_an_empty_context(self, norm: Norm, context: Context) -> None:
        layer, x = norm_2d(4, norm, context), random.normal(2, 4, 6, 6)
        glorot_init(layer)
        with torch.no_grad():
            layer.gamma_beta.bias.copy_(torch.arange(8))  # γ = 0 1 2 3, β = 4 5 6 7
        scale, shift = torch.arange(1, 5).view(1, 4, 1, 1), torch.arange(4, 8).view(1, 4, 1, 1)
        wanted = scale * norm_2d(4, norm)(x) + shift
        torch.testing.assert_close(layer(x, torch.zeros_like(told(context))), wanted)

    def test_every_item_follows_its_own(self, norm: Norm, context: Context) -> None:
        layer = glorot_init(norm_2d(4, norm, context)).eval()
        x = random.normal(1, 4, 6, 6).expand(2, -1, -1, -1)
        both = told(context)
        one, other = layer(x, both)
        assert (one - other).abs().max() > 0.01
        torch.testing.assert_close(layer(x[:1], both[1:])[0], other)
        assert layer(x, both).shape == x.shape

    def test_must_be_told(self, norm: Norm, context: Context) -> None:
        with pytest.raises(AssertionError, match="context"):
            norm_2d(4, norm, context)(random.normal(2, 4, 6, 6))

    def test_learns(self, norm: Norm, context: Context) -> None:
        layer, given = dcgan_init(norm_2d(4, norm, context)), told(context).requires_grad_()
        layer(random.normal(2, 4, 6, 6), given).square().sum().backward()
        assert given.grad is not None
        assert given.grad.any()
        assert all(parameter.grad is not None for parameter in layer.parameters())


def test_a_mixture_of_classes_gets_the_mixture_of_their_scales() -> None:
    layer, x = glorot_init(norm_2d(4, "batch", Context(3))).eval(), random.normal(1, 4, 6, 6)
    rows = torch.cat([layer(x, row[None]) for row in torch.eye(3)])
    mixed = layer(x, torch.tensor([[0.25, 0.25, 0.5]]))
    torch.testing.assert_close(mixed[0], 0.25 * rows[0] + 0.25 * rows[1] + 0.5 * rows[2])


def test_planes_modulate_the_pixels_beneath_them() -> None:
    layer, x = glorot_init(norm_2d(4, "instance", Context(1, "planes"))), random.normal(1, 4, 12, 12)
    planes = torch.zeros(1, 1, 12, 12)
    planes[..., 6:] = 1.0
    changed = (layer(x, planes) - layer(x, torch.zeros_like(planes))).abs().amax((0, 1, 2))
    assert (changed[:5] == 0).all()
    assert (changed[6:] > 1e-3).all()


# -- spectral norm in mixed precision ---------------------------------------------------------------------------------


def test_spectral_norm_keeps_its_precision_under_autocast() -> None:
    net = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 1))
    for layer in (net[0], net[3]):
        with torch.no_grad():
            layer.weight.mul_(5)
        constrain(layer, "spectral")
    x = random.normal(8, 1, 4, 4)
    for _step in range(2):
        with torch.autocast("cpu", torch.bfloat16):
            out = net(x)
            assert net[3].weight.dtype == torch.float32
        out.float().mean().backward()
    for layer in (net[0], net[3]):
        assert layer.parametrizations.weight.original.grad.isfinite().all()
    with torch.autocast("cpu", torch.bfloat16):
        for _step in range(50):
            net(x)
        sigma = torch.linalg.matrix_norm(net[3].weight.detach().flatten(1), 2)
    assert float(sigma) == pytest.approx(1, abs=1e-5)  # bfloat16 is right to 4e-3


# -- statistics of one pass -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passes", [0, 1, 300])
def test_calibrated_norms_have_the_statistics_of_one_pass_whatever_went_before(passes: int) -> None:
    norm, x = norm_2d(2, "batch").train(), 3 + 2 * random.normal(200, 2, 4, 4)
    for _pass in range(passes):
        norm(random.normal(4, 2, 2, 2))
    calibrate(norm, lambda: norm(x))
    torch.testing.assert_close(norm.running_mean, x.mean((0, 2, 3)))
    torch.testing.assert_close(norm.running_var, x.transpose(0, 1).flatten(1).var(1))
    before = norm.running_mean.clone()
    norm(torch.zeros_like(x))  # afterwards they move as slowly as ever
    torch.testing.assert_close(norm.running_mean, 0.9 * before)
