"""The same seed gives the same run, and a checkpoint gives the same as never having stopped: bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ganstudio.core.errors import StoreError
from ganstudio.methods.base import Optimiser, OptimiserKind
from ganstudio.nn.random import seeded
from ganstudio.training import optimisers
from ganstudio.training.engine import Engine
from ganstudio.training.scene import take_samples, take_scene
from ganstudio.training.state import load_state
from tests.training.training_kit import SMALL, assert_same, make_engine, pictures, saved, train

CONV = {"conv_width": 4, "latent_size": 8, "batch_size": 8}
CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, float]]] = {
    "gan": ("gan", "points", SMALL, {"lr_g": 3e-3, "beta1": 0.7}),
    "gan-sgd": ("gan", "points", {**SMALL, "optimiser_d": "sgd", "optimiser_g": "sgd"}, {"lr_d": 3e-3}),
    "gan-spectral": ("gan", "points", {**SMALL, "norm_d": "spectral"}, {"lr_d": 3e-3}),
    "wgan": ("wgan", "points", {**SMALL, "warm_up": True}, {"n_critic": 2, "beta1": 0.5, "weight_clip": 0.05}),
    "wgan-gp": ("wgan-gp", "points", SMALL, {"penalty_weight": 1.0, "n_critic": 3}),
    "dcgan": ("dcgan", "images", CONV, {"lr_g": 1e-3}),
    "dcgan-frogs": ("dcgan-frogs", "frogs", {"width": 4, "batch_size": 8}, {"label_noise": 0.3, "grad_clip": 0.1}),
}


def build(case: str, seed: int = 0) -> Engine:
    name, kind, hyper, _change = CASES[case]
    data = {"points": "ring:count=500", "images": pictures(16), "frogs": pictures(24, 3, 50)}[kind]
    return make_engine(name, data, seed, **hyper)


def change(engine: Engine, case: str) -> None:
    for name, value in CASES[case][3].items():
        engine.set_hyper(name, value)


@pytest.mark.parametrize("case", CASES)
def test_a_seed_gives_the_same_run_twice(case: str) -> None:
    one, two = build(case), build(case)
    rows, again = train(one, 8), train(two, 8)
    assert rows is not None
    assert again is not None
    assert_same(saved(one)[0], saved(two)[0])
    np.testing.assert_array_equal(rows.values, again.values)
    np.testing.assert_array_equal(take_samples(one, "ema").items, take_samples(two, "ema").items)


def test_another_seed_gives_another_run() -> None:
    one, two = build("gan"), build("gan", seed=1)
    train(one, 2), train(two, 2)
    mine, theirs = saved(one)[0], saved(two)[0]
    weights = [name for name in mine if name.endswith("weight")]
    assert weights
    assert not any(torch.equal(mine[name], theirs[name]) for name in weights)
    assert not torch.equal(one.fixed["z"], two.fixed["z"])


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_a_checkpoint_gives_the_same_as_never_having_stopped(case: str, changed: bool) -> None:
    whole = build(case)
    train(whole, 7)
    if changed:
        change(whole, case)
    before = train(whole, 8)
    state, values = saved(whole)
    whole_rows = train(whole, 15)
    resumed = build(case)
    load_state(resumed, state, values)
    assert resumed.step_count == 15
    rows = train(resumed, 15)
    assert before is not None
    assert rows is not None
    assert whole_rows is not None
    np.testing.assert_array_equal(rows.steps, np.arange(16, 31))
    np.testing.assert_array_equal(rows.values, whole_rows.values)
    mine, theirs = saved(resumed), saved(whole)
    assert_same(mine[0], theirs[0])
    assert mine[1] == theirs[1]


@pytest.mark.parametrize("case", ["gan-spectral", "dcgan", "dcgan-frogs"])
def test_looking_changes_nothing(case: str) -> None:
    alone, watched = build(case), build(case)
    for _index in range(4):
        train(alone, 1)
        for source in ("ema", "raw"):
            take_samples(watched, source)
            take_scene(watched, source)
        train(watched, 1)
    assert_same(saved(alone)[0], saved(watched)[0])


def test_a_checkpoint_of_other_networks_changes_nothing() -> None:
    narrow, wide = make_engine("gan", **SMALL), make_engine("gan", **{**SMALL, "mlp_width": 17})
    train(narrow, 2)
    before = saved(narrow)
    with pytest.raises(StoreError, match="shape"):
        load_state(narrow, *saved(wide))
    assert_same(saved(narrow)[0], before[0])
    assert saved(narrow)[1] == before[1]


def test_a_checkpoint_with_more_in_it_is_refused() -> None:
    engine = make_engine("gan", **SMALL)
    tensors, values = saved(engine)
    for name in ("method/encoder.weight", "ema/discriminator/layers.0.weight"):
        with pytest.raises(StoreError, match="does not have"):
            load_state(engine, {**tensors, name: torch.zeros(2)}, values)


def test_seeds_differ_in_all_they_seed() -> None:
    purposes = [(seed, purpose) for seed in (0, 1, 2**31, 2**33 + 1) for purpose in ("weights", "training")]
    firsts = {float(torch.rand(1, generator=seeded(*purpose))) for purpose in purposes}
    assert len(firsts) == len(purposes)


def test_a_checkpoint_of_other_data_is_refused() -> None:
    one, other = make_engine("gan", **SMALL), make_engine("gan", "moons:count=2048", **SMALL)
    with pytest.raises(StoreError, match="data"):
        load_state(one, *saved(other))


@pytest.mark.parametrize("kind", ["adam", "rmsprop", "sgd"])
def test_a_parameter_may_have_its_first_gradient_late(kind: OptimiserKind) -> None:
    first, late, alone = (torch.nn.Parameter(torch.ones(2)) for _each in range(3))
    both = optimisers.build(Optimiser(kind, 0.1, 0.5), [first, late], torch.device("cpu"))
    single = optimisers.build(Optimiser(kind, 0.1, 0.5), [alone], torch.device("cpu"))
    first.grad = torch.ones(2)
    both.step()
    for _each in range(3):
        first.grad, late.grad, alone.grad = (torch.ones(2) for _parameter in range(3))
        both.step()
        single.step()
    assert torch.equal(late, alone)
    assert (first < late).all()


@pytest.mark.parametrize("kind", ["adam", "rmsprop", "sgd"])
def test_a_living_optimiser_takes_every_new_value(kind: OptimiserKind) -> None:
    old, new = Optimiser(kind, 0.1, 0.5, 0.9), Optimiser(kind, 0.2, 0.6, 0.8, eps=1e-2, weight_decay=0.3)
    changed, made = (
        optimisers.build(how, [torch.nn.Parameter(torch.ones(2))], torch.device("cpu")) for how in (old, new)
    )
    optimisers.retune(changed, new)
    for one in (changed, made):
        (parameter,) = one.param_groups[0]["params"]
        parameter.grad = torch.full((2,), 0.7)
        one.step()
    assert torch.equal(changed.param_groups[0]["params"][0], made.param_groups[0]["params"][0])


def test_momentum_can_be_switched_on_and_off_while_rmsprop_runs() -> None:
    engine = make_engine("wgan", **SMALL)
    train(engine, 2)
    for beta1 in (0.5, 0.0, 0.9):
        engine.set_hyper("beta1", beta1)
        rows = train(engine, 2)
        assert rows is not None
        assert np.isfinite(rows.values).all()
    buffers = [name for name in saved(engine)[0] if name.endswith("momentum_buffer")]
    assert buffers
