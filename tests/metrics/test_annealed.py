"""Bounds of log p(x) against what is known: a linear Gaussian, and a uniform prior that can be integrated."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import CancelledError
from ganstudio.metrics.annealed import ais, annealed, choose_sigma, schedule
from ganstudio.metrics.base import Evidence, Found, Sample

POINTS = DataSpec("ring", "points", 100)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.metrics.annealed.TEMPERATURES", 60)


class Known:
    """A decoder whose pieces are given."""

    def __init__(self, latent: int, decode: Callable[[torch.Tensor], torch.Tensor], uniform: bool = False) -> None:
        self.latent, self.decode, self._uniform = latent, decode, uniform

    def prior(self, count: int, source: torch.Generator) -> torch.Tensor:
        if self._uniform:
            return 2 * torch.rand(count, self.latent, generator=source) - 1
        return torch.randn(count, self.latent, generator=source)

    def log_prior(self, z: torch.Tensor) -> torch.Tensor:
        if self._uniform:
            inside = (z.abs() <= 1).all(1)
            return torch.where(inside, -self.latent * math.log(2), -math.inf)
        return -0.5 * (z.square().sum(1) + self.latent * math.log(2 * math.pi))


def linear(latent: int, size: int, seed: int = 0) -> tuple[Known, torch.Tensor]:
    matrix = torch.randn(size, latent, generator=torch.Generator().manual_seed(seed)) / 4
    return Known(latent, lambda z: z @ matrix.T), matrix


def truth(items: torch.Tensor, matrix: torch.Tensor, sigma: float) -> np.ndarray:
    covariance = matrix @ matrix.T + sigma**2 * torch.eye(len(matrix))
    return torch.distributions.MultivariateNormal(torch.zeros(len(matrix)), covariance).log_prob(items).numpy()


def measure(decoder: Known | None, items: np.ndarray, **given: object) -> Found:
    return ais(Evidence(POINTS, Sample(items), Sample(items), decoder=decoder, **given))  # type: ignore[arg-type]


def test_temperatures_go_from_the_prior_to_the_posterior() -> None:
    betas = schedule(50, 100.0)
    assert (betas[0], betas[-1]) == (0, 1)
    assert (np.diff(betas) > 0).all()
    assert betas[1] < 0.01


def test_both_bounds_hold_the_known_likelihood_of_a_linear_gaussian() -> None:
    decoder, matrix = linear(8, 30)
    rows = torch.randn(24, 8, generator=torch.Generator().manual_seed(1)) @ matrix.T
    items = rows + 0.3 * torch.randn(24, 30, generator=torch.Generator().manual_seed(2))
    found = annealed(decoder, items, 0.3, temperatures=250)
    off = found.lower - truth(items, matrix, 0.3)
    assert off.mean() == pytest.approx(0, abs=0.15)
    assert np.abs(off).max() < 1.5
    gap = (found.drawn_upper - found.drawn_lower).mean()
    assert -0.1 < gap < 0.5


def test_more_temperatures_bring_the_bounds_together_from_both_sides() -> None:
    decoder, _matrix = linear(8, 30)
    items = torch.zeros(48, 30)
    few, many = (annealed(decoder, items, 0.1, temperatures=n, chains=1) for n in (20, 150))
    assert few.drawn_lower.mean() < many.drawn_lower.mean() < many.drawn_upper.mean() + 0.1
    assert many.drawn_upper.mean() < few.drawn_upper.mean()


def test_outside_a_uniform_prior_there_is_nothing() -> None:
    decoder = Known(1, lambda z: z.repeat(1, 2), uniform=True)
    items = torch.tensor([[0.2, 0.1], [0.9, 1.1], [1.3, 1.3]])
    found = annealed(decoder, items, 0.2, temperatures=60, chains=256)
    grid = torch.linspace(-1, 1, 20_001)
    squares = (items[:, None] - grid[None, :, None]).square().sum(2)
    density = (-squares / 0.08).exp().mean(1) / (2 * math.pi * 0.04)
    assert found.lower == pytest.approx(density.log().numpy(), abs=0.1)


def test_the_width_that_made_the_items_is_found_again() -> None:
    decoder, matrix = linear(3, 40)
    rows = torch.randn(16, 3, generator=torch.Generator().manual_seed(1)) @ matrix.T
    items = rows + 0.2 * torch.randn(16, 40, generator=torch.Generator().manual_seed(2))
    assert 0.13 < choose_sigma(decoder, items) < 0.3


def test_a_better_model_is_likelier(short: None) -> None:
    rng = np.random.default_rng(0)
    items = (rng.standard_normal((40, 1)) * [1, 1] + 0.05 * rng.standard_normal((40, 2))).astype(np.float32)
    good = measure(Known(1, lambda z: z.repeat(1, 2)), items)
    bad = measure(Known(1, lambda z: torch.cat([z, -z], 1)), items)
    assert good.value > bad.value + 1
    assert good.low < good.value < good.high
    assert 0.03 < good.more["sigma"] < 0.09
    assert abs(good.more["gap"]) < 0.5
    assert "σ" in good.note


def test_what_cannot_be_annealed_says_why(short: None) -> None:
    items = np.zeros((3, 2), np.float32)
    for decoder in (None, Known(100, lambda z: z[:, :2])):
        found = measure(decoder, items)
        assert math.isnan(found.value)
        assert found.note
    broken = measure(Known(2, lambda z: z * math.nan), items)
    assert math.isnan(broken.value)
    assert "number" in broken.note
    assert math.isnan(measure(Known(2, lambda z: z), np.full((3, 2), np.nan, np.float32)).value)


def test_one_item_is_enough_and_it_can_be_cancelled(short: None) -> None:
    one = measure(Known(2, lambda z: z), np.zeros((1, 2), np.float32))
    assert math.isfinite(one.value)
    assert math.isnan(one.low)
    told: list[float] = []

    def tick(fraction: float, _text: str) -> None:
        told.append(fraction)
        if len(told) > 5:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        measure(Known(2, lambda z: z), np.zeros((1, 2), np.float32), tick=tick)
    assert told == sorted(told)
