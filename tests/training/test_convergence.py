"""Small games must be won, and lost, as the papers say. Seconds each: few steps, small networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ganstudio.core.observed import Observed
from ganstudio.metrics.while_training import measure
from ganstudio.nn.random import randomness, seeded
from ganstudio.training.engine import Engine
from ganstudio.training.scene import to_items
from tests.training.training_kit import make_engine

RING = "ring:count=16384"
COLLAPSE: dict[str, Any] = {
    "objective": "minimax",
    "norm_d": "spectral",  # holds the game inside the plot: without it the samples fly off to nowhere
    "lr_d": 1e-3,
    "lr_g": 5e-3,
    "beta1": 0.9,
    "ema": 0.0,
}


def scores(engine: Engine, steps: int) -> dict[str, float]:
    """Trains on and measures what is drawn with the averaged weights; ``homes``: modes that hold 5 % of the samples."""
    for _index in range(steps):
        engine.step()
        engine.close_row(0.0)
    engine.losses.take()
    engine.gradients.take()
    assert engine.losses.not_finite is None
    with randomness(seeded(0, "measure")):
        values = engine.method.draw(2000)
    points = to_items(engine.samples("ema", values)[0]).astype(np.float32)
    spec = engine.dataset.spec
    nearest = np.linalg.norm(points[:, None] - np.array(spec.modes)[None], axis=2).argmin(axis=1)
    homes = (np.bincount(nearest, minlength=len(spec.modes)) > 0.05 * len(points)).sum()
    return {**measure(Observed(points), spec), "homes": float(homes), "spread": float(points.std(axis=0).mean())}


@pytest.mark.parametrize(("name", "steps"), [("gan", 1000), ("wgan-gp", 400)])
def test_the_ring_is_covered(name: str, steps: int) -> None:
    found = scores(make_engine(name, RING, batch_size=64, mlp_width=64), steps)
    assert found["modes"] == 8
    assert found["homes"] >= 6
    assert found["high-quality samples %"] > 20


def test_minimax_at_a_high_rate_collapses() -> None:
    engine = make_engine("gan", RING, batch_size=64, **COLLAPSE)
    found = [scores(engine, 150) for _look in range(6)]
    assert max(look["modes"] for look in found) <= 3
    assert np.median([look["homes"] for look in found]) <= 4
    assert np.median([look["spread"] for look in found]) < 0.5  # the ring's own is 0.71


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_at_full_length(seed: int) -> None:
    covered = scores(make_engine("wgan-gp", "ring", seed), 2000)
    assert covered["modes"] == 8
    assert covered["high-quality samples %"] > 60
    engine = make_engine("gan", "ring", seed, **COLLAPSE)
    assert max(scores(engine, 500)["modes"] for _look in range(6)) <= 3
