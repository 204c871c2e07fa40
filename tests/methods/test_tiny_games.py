"""What the papers that stand on the game in a few lines must be true to. The engine takes them as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganstudio.core.errors import UsageError
from ganstudio.core.events import Rows
from ganstudio.methods import METHODS
from ganstudio.methods.base import Phase
from ganstudio.methods.game import Play, Verdict
from ganstudio.nn.penalties import r1_penalty
from ganstudio.nn.random import randomness, seeded
from ganstudio.store import Run
from ganstudio.training.engine import Engine
from ganstudio.training.session import Session
from tests.methods import test_every_method as every
from tests.methods.tiny import registered
from tests.methods.tiny_games import TINY_GAMES, SharedR1
from tests.methods.tiny_styles import LAYERS, STYLE
from tests.training.training_kit import experiment, finish, make_engine, pictures, saved, train

POINTS_AND_PICTURES = [(game.info.name, kind) for game in TINY_GAMES for kind in game.info.data_kinds]


@pytest.fixture(autouse=True)
def named() -> Iterator[None]:
    with registered(*TINY_GAMES):
        yield


@pytest.mark.parametrize(("name", "kind"), POINTS_AND_PICTURES)
def test_it_does_what_every_method_does(name: str, kind: str) -> None:
    cases = [case for case in every.data_for(METHODS[name]) if case.startswith(kind)]
    every.test_it_trains_goes_on_and_draws(name, cases[-1])


def column(rows: Rows | None, name: str) -> list[float]:
    assert rows is not None
    return rows.values[:, [info.name for info in rows.series].index(name)].tolist()


def verdict(out: Tensor) -> Verdict:
    return Verdict(out, out[:, None])


def game(name: str, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
    """Both players' losses for these outputs."""
    method = make_engine(name).method
    play = Play(None, None, {}, verdict(fake), verdict(real), {})
    return {name: term.detach() for name, term in {**method.loss_of_d(play), **method.loss_of_g(play)}.items()}


def test_features_are_matched_on_the_average() -> None:
    fake = torch.randn(16)
    assert float(game("feature-matching", fake.flip(0), fake)["features"]) == pytest.approx(0, abs=1e-9)
    assert float(game("feature-matching", fake + 3, fake)["features"]) == pytest.approx(9)


def test_relativistic_players_look_at_both_sides() -> None:
    real, fake = torch.randn(16), torch.randn(16)
    first, higher = game("relativistic", real, fake), game("relativistic", real + 2, fake)
    assert float(first["adversarial"]) < float(higher["adversarial"])  # G has more to catch up with
    both = game("relativistic", real + 5, fake + 5)  # only how far apart they are counts
    for name in first:
        torch.testing.assert_close(both[name], first[name], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(first["real"], softplus(fake.mean() - real).mean())
    torch.testing.assert_close(first["fake"], softplus(fake - real.mean()).mean())
    torch.testing.assert_close(
        first["adversarial"], (softplus(real - fake.mean()) + softplus(real.mean() - fake)).mean()
    )


def test_a_relativistic_generator_is_pulled_where_the_output_rises() -> None:
    engine = make_engine("relativistic")
    with engine.drawing() as view, torch.enable_grad():
        items = view.generate(engine.fixed).detach()
        pull = view.pull(items)
        rising = items.requires_grad_()
        (slope,) = torch.autograd.grad(view.critic(rising).sum(), rising)
    assert bool((torch.cosine_similarity(pull, slope) > 0.999).all())


def test_a_lazy_penalty_comes_now_and_then_and_counts_as_often_more() -> None:
    engine, n = make_engine("lazy-r1"), 4
    assert np.isfinite(column(train(engine, 9), "discriminator/r1")).tolist() == [True, False, False, False] * 2 + [
        True
    ]
    engine = make_engine("lazy-r1")
    real = engine.batches.next().real
    engine.batches.seek(0)
    wanted = n * 10.0 * r1_penalty(engine.method.critic, real, real).item()
    assert column(train(engine, 1), "discriminator/r1") == pytest.approx([wanted], rel=1e-5)


def test_a_lazy_phase_steps_with_the_optimiser_and_the_moments_of_another() -> None:
    engine = make_engine("shared-r1")
    rows = train(engine, 8)
    assert np.isfinite(column(rows, "r1/slope")).tolist() == [True, False, False, False] * 2
    tensors, _values = saved(engine)
    assert {key.split("/")[1] for key in tensors if key.startswith("optimiser/")} == {"discriminator", "generator"}
    assert int(tensors["optimiser/discriminator/0/step"]) == 8 + 2  # its own updates and the lazy ones
    assert int(tensors["optimiser/generator/0/step"]) == 8


def test_a_lazy_phase_takes_the_rate_of_the_optimiser_that_it_shares() -> None:
    engine = make_engine("shared-r1", optimiser_d="sgd", decay="linear", decay_to=4)
    train(engine, 4)
    before = saved(engine)[0]
    assert column(train(engine, 1), "r1/slope")[0] > 0  # it is due, and its gradient is not 0
    after = saved(engine)[0]
    for key in before:
        if key.startswith("method/discriminator"):
            assert torch.equal(after[key], before[key]), key


def test_the_penalty_around_the_data_is_an_axis() -> None:
    rows = train(make_engine("feature-matching", penalty="dragan", penalty_weight=3.0), 2)
    assert all(value > 0 for value in column(rows, "discriminator/penalty"))


def seen(engine: Engine, steps: int = 1) -> list[Tensor]:
    """What D is shown while it trains, real and generated."""
    found: list[Tensor] = []
    judged = type(engine.method).judge

    def watching(self: object, items: Tensor, values: object) -> Verdict:
        found.append(items.detach())
        return judged(self, items, values)

    engine.method.judge = watching.__get__(engine.method)
    train(engine, steps)
    return found


def test_all_that_the_discriminator_is_shown_is_augmented() -> None:
    white = pictures(16, 1, 8)
    white.items.fill_(255)
    for items in seen(make_engine("diff-augment", white), 2):
        assert bool((items == 0).flatten(1).sum(1).ge(16).all())  # every picture has its grey hole


def test_the_discriminator_is_told_how_much_a_batch_varies() -> None:
    engine = make_engine("minibatch-spread")
    same = torch.ones(8, 2)
    features = engine.method.judge(same, {}).features
    assert features.shape == (8, 13)
    assert features[:, -1].max() < 1e-3
    varied = engine.method.judge(torch.randn(8, 2), {}).features[:, -1]
    assert varied[0] > 0.01
    assert bool((varied == varied[0]).all())
    # Real and generated items are judged apart: else the spread of both together would tell nothing.
    assert {len(items) for items in seen(engine)} == {8}


def test_only_batch_norm_forbids_penalties() -> None:
    make_engine("minibatch-spread", penalty="r1")
    with pytest.raises(UsageError, match="norm_d"):
        make_engine("minibatch-spread", penalty="r1", norm_d="batch")


@pytest.mark.parametrize("data", ["points", "pictures"])
def test_packs_are_judged_as_one(data: str) -> None:
    engine = make_engine("pacgan", *(() if data == "points" else (pictures(16, 3),)))
    method, items = engine.method, engine.batches.next().real
    packs = method.see(items)
    assert packs.shape == (4, 2 * items.shape[1], *items.shape[2:])
    torch.testing.assert_close(packs[1], torch.cat((items[2], items[3])))
    assert method.judge(packs, {}).out.shape == (4,)
    assert method.critic(items).shape == (8,)
    assert {len(shown) for shown in seen(engine)} == {4, 8}  # of each side, and both sides in one pass


def test_an_unrolled_generator_sees_the_discriminator_to_come(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {}
    for steps in (0, 1, 2):
        monkeypatch.setattr(METHODS["unrolled"], "steps", 0)
        engine = make_engine("unrolled", lr_d=0.05)
        train(engine, 1)
        monkeypatch.setattr(METHODS["unrolled"], "steps", steps)
        before, drawn = saved(engine)[0], engine.batches.state()
        engine.method.discriminator.zero_grad()
        engine.step("generator")
        assert engine.batches.state() == drawn + 8 * steps  # a fresh batch for every step to come
        for key, value in saved(engine)[0].items():
            if "discriminator" in key:
                assert torch.equal(value, before[key]), key
        assert all(p.grad is None for p in engine.method.discriminator.parameters())
        found[steps] = torch.cat([p.grad.flatten() for p in engine.method.generator.parameters()])
    assert not torch.allclose(found[1], found[0], rtol=1e-2)
    assert not torch.allclose(found[2], found[1], rtol=1e-2)


def style_engine() -> Engine:
    return make_engine("style-gan", pictures(8, 1, 20), batch_size=4)


def test_styles_can_be_given_layer_by_layer() -> None:
    engine = style_engine()
    method = engine.method
    values = {name: rows[:2] for name, rows in engine.fixed.items()}
    assert set(values) == {"z", "noise"}
    w = method.mapped(values)["w"]
    assert w.shape == (2, LAYERS, STYLE)
    whole = method.generate(values)
    torch.testing.assert_close(method.generate({"w": w, "noise": values["noise"]}), whole)
    mixed = torch.cat((w[:, :2], w.flip(0)[:, 2:]), 1)
    assert not torch.allclose(method.generate({"w": mixed, "noise": values["noise"]}), whole, atol=1e-4)
    assert not torch.allclose(method.generate({**values, "noise": values["noise"] + 1}), whole, atol=1e-4)


def test_lazy_terms_share_optimisers_and_the_mean_style_is_kept() -> None:
    engine = style_engine()
    rows = train(engine, 4)
    assert np.isfinite(column(rows, "r1/slope")).tolist() == [True, False, False, False]
    assert np.isfinite(column(rows, "path/path")).tolist() == [True, False, True, False]
    tensors, _values = saved(engine)
    assert {key.split("/")[1] for key in tensors if key.startswith("optimiser/")} == {"discriminator", "generator"}
    assert {key.split("/")[1] for key in tensors if key.startswith("ema/")} == {"mapping", "generator"}
    assert int(tensors["optimiser/discriminator/0/step"]) == 4 + 1
    assert int(tensors["optimiser/generator/0/step"]) == 4 + 2
    with randomness(seeded(0, "many")):
        w = engine.method.mapped(engine.method.draw(500))["w"][:, 0].mean(0)
    for _round in range(200):
        with torch.no_grad():
            engine.method.w_mean.lerp_(w, 0.05)
    assert torch.cosine_similarity(tensors["method/w_mean"], w, 0) > 0.7
    assert engine.method.mean_style().shape == (LAYERS, STYLE)


def test_a_measure_keeps_its_title_and_unit_in_the_run_folder(tmp_path: object) -> None:
    path = tmp_path / "run"
    finish(Session.new(experiment(3, "style-gan", "digits:size=16"), path=path))
    found = {info.name: info for rows in Run.open(path).rows("steps") for info in rows.series}
    length = found["path length"]
    assert (length.kind, length.role) == ("measure", "generator")
    assert (length.title, length.unit) == ("Path length", "grey levels for a unit of w")


def test_what_shares_an_optimiser_has_no_networks_of_its_own() -> None:
    class Astray(SharedR1):
        info = dataclasses.replace(SharedR1.info, name="astray")

        def phases(self) -> Sequence[Phase]:
            judging, drawing, lazy = super().phases()
            return judging, drawing, dataclasses.replace(lazy, networks=("discriminator", "generator"))

    with registered(Astray), pytest.raises(ValueError, match=r"r1.*discriminator"):
        make_engine("astray")
