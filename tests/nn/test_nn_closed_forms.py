"""Objectives, penalties, norms, averages and chance against what one can work out on paper."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganstudio.nn import random
from ganstudio.nn.dcgan import ConvDiscriminator, ConvGenerator, stages_of
from ganstudio.nn.ema import Average, decay_of_half_life
from ganstudio.nn.initialise import dcgan_init, glorot_init, he_init
from ganstudio.nn.mlp import MLPDiscriminator, MLPGenerator
from ganstudio.nn.norms import constrain
from ganstudio.nn.objectives import HINGE, LEAST_SQUARES, MINIMAX, NON_SATURATING, RULES, WASSERSTEIN
from ganstudio.nn.penalties import (
    PENALTIES,
    dragan_penalty,
    gradient_penalty,
    one_sided_penalty,
    r1_penalty,
    r2_penalty,
)


def value(tensor: Tensor) -> float:
    return float(tensor.detach().mean())


# -- objectives -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("objective", [MINIMAX, NON_SATURATING])
def test_an_undecided_discriminator_loses_twice_log_two(objective: object) -> None:
    out = torch.zeros(7)
    assert value(objective.discriminator(out, out)[0] + objective.discriminator(out, out)[1]) == pytest.approx(
        2 * math.log(2)
    )
    assert value(objective.score(out).mean()) == 0.5


@pytest.mark.parametrize("logit", [-3.0, -0.5, 0.0, 2.0])
def test_the_logistic_games_in_probabilities(logit: float) -> None:
    out = torch.full((5,), logit)
    d = 1 / (1 + math.exp(-logit))
    assert value(MINIMAX.discriminator(out, out)[0]) == pytest.approx(-math.log(d), rel=1e-5)
    assert value(MINIMAX.discriminator(out, out)[1]) == pytest.approx(-math.log(1 - d), rel=1e-5)
    assert value(MINIMAX.generator(None, out)) == pytest.approx(math.log(1 - d), rel=1e-5)
    assert value(NON_SATURATING.generator(None, out)) == pytest.approx(-math.log(d), rel=1e-5)


def test_minimax_saturates_and_its_rival_does_not() -> None:
    slopes = []
    for objective in (MINIMAX, NON_SATURATING):
        out = torch.full((1,), -12.0, requires_grad=True)
        objective.generator(None, out).sum().backward()
        assert out.grad is not None
        slopes.append(float(out.grad))
    assert slopes[0] == pytest.approx(0, abs=1e-4)
    assert slopes[1] == pytest.approx(-1, abs=1e-4)


def test_extreme_outputs_stay_finite() -> None:
    out = torch.tensor([-1e4, 1e4])
    for rule in RULES.values():
        for loss in (*rule.discriminator(out, out), rule.generator(out, out)):
            assert loss.isfinite().all()


def test_least_squares_and_wasserstein() -> None:
    out = torch.tensor([0.0, 2.0])
    assert value(LEAST_SQUARES.discriminator(out, out)[0]) == 0.5
    assert value(LEAST_SQUARES.discriminator(out, out)[1]) == 1.0
    assert value(LEAST_SQUARES.generator(None, out)) == 0.5
    half = torch.full((4,), 0.5)
    assert (
        value(LEAST_SQUARES.discriminator(half, half)[0]) == value(LEAST_SQUARES.discriminator(half, half)[1]) == 0.125
    )
    assert value(WASSERSTEIN.discriminator(out, out)[0]) == -1.0
    assert value(WASSERSTEIN.discriminator(out, out)[1]) == 1.0
    assert value(WASSERSTEIN.generator(None, out)) == -1.0


def test_the_hinge_asks_no_more_than_a_margin() -> None:
    out = torch.tensor([-2.0, -1.0, 0.0, 1.0, 3.0], requires_grad=True)
    assert HINGE.discriminator(out, out)[0].tolist() == [3, 2, 1, 0, 0]
    assert HINGE.discriminator(out, out)[1].tolist() == [0, 0, 1, 2, 4]
    assert HINGE.generator(None, out).tolist() == [2, 1, 0, -1, -3]
    (slope,) = torch.autograd.grad(HINGE.discriminator(out, out)[0].sum(), out)
    assert slope[[0, 1, 2, 4]].tolist() == [-1, -1, -1, 0]
    assert HINGE.score_kind == "score"


# -- penalties --------------------------------------------------------------------------------------------------------


class Linear(nn.Module):
    """⟨a, x⟩: the same slope everywhere."""

    def __init__(self, *slope: float) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1) @ self.slope


@pytest.mark.parametrize("slope", [(3.0, 4.0), (0.0, 1.0), (0.3, -0.4), (0.0, 0.0)])
def test_penalties_of_a_linear_critic(slope: tuple[float, float]) -> None:
    critic, norm = Linear(*slope), math.hypot(*slope)
    real, fake = torch.randn(6, 2), torch.randn(6, 2)
    assert value(gradient_penalty(critic, real, fake)) == pytest.approx((norm - 1) ** 2, abs=1e-5)
    assert value(dragan_penalty(critic, real, fake)) == pytest.approx((norm - 1) ** 2, abs=1e-5)
    assert value(one_sided_penalty(critic, real, fake)) == pytest.approx(max(0, norm - 1) ** 2, abs=1e-5)
    assert value(r1_penalty(critic, real, fake)) == pytest.approx(norm**2 / 2, abs=1e-6)
    assert value(r2_penalty(critic, real, fake)) == pytest.approx(norm**2 / 2, abs=1e-6)


@pytest.mark.parametrize("penalty", PENALTIES.values())
def test_penalties_reach_the_weights_and_nothing_else(penalty: object) -> None:
    critic = Linear(3.0, 4.0)
    real, fake = torch.randn(6, 2), torch.randn(6, 2, requires_grad=True)
    penalty(critic, real, fake).backward()
    assert critic.slope.grad is not None
    assert fake.grad is None
    assert torch.nn.functional.cosine_similarity(critic.slope.grad, critic.slope.detach(), dim=0) > 0.999


def test_the_gradient_of_the_penalty() -> None:
    critic = Linear(3.0, 4.0)
    gradient_penalty(critic, torch.randn(6, 2), torch.randn(6, 2)).backward()
    assert critic.slope.grad is not None
    # d/da (‖a‖ − 1)² = 2 (‖a‖ − 1) a / ‖a‖
    torch.testing.assert_close(critic.slope.grad, 2 * 4 * torch.tensor([0.6, 0.8]))


def test_where_the_slopes_are_taken() -> None:
    seen: list[Tensor] = []

    def critic(x: Tensor) -> Tensor:
        seen.append(x.detach())
        return x.square().flatten(1).sum(1)

    real, fake = torch.zeros(200, 1, 2, 2), torch.ones(200, 1, 2, 2)
    gradient_penalty(critic, real, fake)
    mixes = seen[0].flatten(1)
    assert (mixes == mixes[:, :1]).all()  # one number for each pair
    assert mixes.min() >= 0
    assert mixes.max() <= 1
    assert 0.4 < value(mixes.mean()) < 0.6
    spread = torch.randn(2000, 2) * 3
    dragan_penalty(critic, spread, fake)
    noise = seen[1] - spread
    assert noise.min() >= 0
    assert value(noise.max()) == pytest.approx(1.5, rel=0.1)
    assert value(noise.mean()) == pytest.approx(0.75, rel=0.1)
    # ½ E‖2x‖² on the real items, and on the generated ones
    wanted = 2 * value(spread.square().sum(1).mean())
    assert value(r1_penalty(critic, spread, fake)) == pytest.approx(wanted, rel=1e-4)
    assert value(r2_penalty(critic, fake, spread)) == pytest.approx(wanted, rel=1e-4)


# -- norms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", [nn.Linear(20, 12), nn.Conv2d(3, 8, 4)])
def test_spectral_norm_brings_the_largest_singular_value_to_one(layer: nn.Module) -> None:
    with torch.no_grad():
        layer.weight.mul_(7)
    constrain(layer, "spectral").train()
    x = torch.randn(2, 20) if isinstance(layer, nn.Linear) else torch.randn(2, 3, 5, 5)
    for _index in range(60):
        layer(x)
    layer.eval()
    assert value(torch.linalg.svdvals(layer.weight.flatten(1))[0]) == pytest.approx(1, abs=1e-3)
    before = layer.parametrizations.weight[0].u.clone()
    layer(x)
    assert torch.equal(before, layer.parametrizations.weight[0].u)  # looking does not iterate


def test_every_layer_of_a_spectral_discriminator_is_constrained() -> None:
    for network, layers in (
        (MLPDiscriminator((2,), 8, 2, "spectral"), 3),
        (ConvDiscriminator(1, 16, 4, "spectral"), 3),
    ):
        constrained = [part for part in network.modules() if parametrize.is_parametrized(part)]
        assert len(constrained) == layers


# -- networks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "wanted"), [(16, (4, 2)), (28, (7, 2)), (32, (4, 3)), (64, (4, 4)), (256, (4, 6))])
def test_how_sizes_are_reached(size: int, wanted: tuple[int, int]) -> None:
    assert stages_of(size) == wanted


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize(("size", "channels"), [(16, 1), (28, 3), (64, 3)])
def test_convolutional_networks_have_the_right_shapes(size: int, channels: int, norm: str) -> None:
    image = ConvGenerator(5, channels, size, 4, norm)(torch.randn(3, 5))
    assert image.shape == (3, channels, size, size)
    assert image.abs().max() <= 1
    assert ConvDiscriminator(channels, size, 4, norm)(image).shape == (3,)


def test_networks_without_hidden_layers() -> None:
    assert MLPGenerator(3, (2,), 8, 0)(torch.randn(4, 3)).shape == (4, 2)
    assert MLPDiscriminator((1, 4, 4), 8, 0)(torch.randn(4, 1, 4, 4)).shape == (4,)


# -- averages ---------------------------------------------------------------------------------------------------------


def test_the_average_follows_its_formula() -> None:
    network = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(network.weight)
    average = Average(network, 0.5)
    expected = 0.0
    for step in range(1, 20):
        with torch.no_grad():
            network.weight.fill_(float(step))
        average.update(step)
        beta = min(0.5, (1 + step) / (10 + step))
        expected = beta * expected + (1 - beta) * step
        assert value(average.module.weight) == pytest.approx(expected, rel=1e-5)
    assert value(network.weight) == 19


def test_the_average_averages_statistics_copies_counts_and_stays_in_evaluation_mode() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    average = Average(network, 0.9)
    mean, variance = torch.zeros(3), torch.ones(3)
    for step in range(1, 6):
        network.train()(torch.randn(8, 2))
        average.update(step)
        beta = min(0.9, (1 + step) / (10 + step))
        mean = beta * mean + (1 - beta) * network[1].running_mean
        variance = beta * variance + (1 - beta) * network[1].running_var
    torch.testing.assert_close(average.module[1].running_mean, mean)
    torch.testing.assert_close(average.module[1].running_var, variance)
    assert int(average.module[1].num_batches_tracked) == 5
    assert not average.module.training
    assert not any(parameter.requires_grad for parameter in average.module.parameters())


def test_directions_of_spectral_norm_are_copied_as_their_mean_is_too_short() -> None:
    network = nn.Sequential(constrain(nn.Linear(8, 8), "spectral"))
    average = Average(network, 0.99)
    for step in range(1, 40):
        with torch.no_grad():
            network[0].parametrizations.weight.original.copy_(
                torch.randn(8, 8)
            )  # its directions are all over the place
        network.train()(torch.zeros(1, 8))
        average.update(step)
        mine, theirs = (part[0].parametrizations.weight[0] for part in (average.module, network))
        assert torch.equal(mine.u, theirs.u)
        assert torch.equal(mine.v, theirs.v)


def test_an_average_that_starts_late_follows_until_then() -> None:
    network = nn.Sequential(nn.Linear(1, 1, bias=False), nn.BatchNorm1d(1))
    average = Average(network, 0.999, start=3)
    expected = 0.0
    for step in range(1, 9):
        with torch.no_grad():
            network[0].weight.fill_(float(step))
            network[1].running_mean.fill_(float(step))
        average.update(step)
        beta = 0.0 if step <= 3 else (1 + step - 3) / (10 + step - 3)
        expected = beta * expected + (1 - beta) * step
        assert value(average.module[0].weight) == pytest.approx(expected, rel=1e-5)
        assert value(average.module[1].running_mean) == pytest.approx(expected, rel=1e-5)


def test_half_lives_are_counted_in_images() -> None:
    assert decay_of_half_life(64, 64) == 0.5
    assert decay_of_half_life(10_000, 32) == pytest.approx(0.99778, abs=1e-5)  # StyleGAN2
    assert decay_of_half_life(10_000, 16) ** 2 == pytest.approx(decay_of_half_life(10_000, 32))
    assert decay_of_half_life(0, 32) == 0


# -- chance -----------------------------------------------------------------------------------------------------------


def seeded(seed: int = 3) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_dropout_keeps_the_mean_and_drops_its_share() -> None:
    layer, x = random.Dropout(0.4), torch.ones(200, 500)
    out = layer(x)
    assert value((out == 0).float().mean()) == pytest.approx(0.4, abs=0.01)
    assert value(out.mean()) == pytest.approx(1, abs=0.02)
    assert value(out.max()) == pytest.approx(1 / 0.6)
    assert torch.equal(layer.eval()(x), x)
    assert torch.equal(random.Dropout(0.0)(x), x)


def test_chance_comes_from_the_generator_in_place() -> None:
    def draw() -> list[Tensor]:
        return [random.normal(4), random.uniform(4), random.integers(9, 4), random.Dropout(0.5)(torch.ones(9))]

    with random.randomness(seeded()):
        one = draw()
    torch.manual_seed(99)
    torch.rand(5)
    with random.randomness(seeded()):
        two = draw()
        with random.randomness(seeded(4)):
            other = draw()
        assert random.generator() is not None
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert random.generator() is None


def test_uniform_numbers_lie_where_asked() -> None:
    numbers = random.uniform(10_000, low=-2, high=3)
    assert numbers.min() >= -2
    assert numbers.max() < 3
    assert value(numbers.mean()) == pytest.approx(0.5, abs=0.1)


def test_initial_weights() -> None:
    with random.randomness(seeded()):
        linear, conv, norm = nn.Linear(300, 400), nn.ConvTranspose2d(64, 32, 4), nn.BatchNorm2d(512)
        dcgan_init(nn.Sequential(linear, conv, norm))
        assert value(linear.weight.std()) == pytest.approx(0.02, rel=0.02)
        assert value(conv.weight.std()) == pytest.approx(0.02, rel=0.03)
        assert value(norm.weight.mean()) == pytest.approx(1, abs=0.005)
        assert value(norm.weight.std()) == pytest.approx(0.02, rel=0.15)
        assert not linear.bias.any()
        he_init(linear, slope=0.0)
        assert value(linear.weight.var()) == pytest.approx(2 / 300, rel=0.03)
        assert not linear.bias.any()
        for gain in (1.0, math.sqrt(2)):
            glorot_init(nn.Sequential(linear, conv), gain)
            assert value(linear.weight.var()) == pytest.approx(2 * gain**2 / 700, rel=0.03)
            assert value(conv.weight.var()) == pytest.approx(2 * gain**2 / (96 * 16), rel=0.03)


@pytest.mark.parametrize(
    "build", [lambda: MLPGenerator(3, (2,), 8, 2), lambda: ConvDiscriminator(1, 16, 4, "spectral")]
)
def test_networks_are_built_from_the_generator_in_place_alone(build: object) -> None:
    networks = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        with random.randomness(seeded()):
            networks.append(build())
    one, two = (network.state_dict() for network in networks)
    assert all(torch.equal(one[name], two[name]) for name in one)
