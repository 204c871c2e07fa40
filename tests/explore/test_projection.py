from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganstudio.core.controls import CategoricalCode, ClassLabel, ContinuousCode, Control, GeneratorIndex, LatentVector
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import UsageError
from ganstudio.explore.files import to_pixels
from ganstudio.explore.generator import Generator
from ganstudio.explore.projection import FROZEN_AFTER, Projection, project
from ganstudio.methods.base import Method, MethodInfo
from ganstudio.methods.dcgan import DCGAN

SIZE = 16
NAMES = tuple("abcd")


class Shapes(Method):
    """Draws a soft disc per class somewhere in the picture; smooth in everything, and easily checked."""

    info = MethodInfo("shapes", "Shapes", "none", 2026, "", "")
    Hyper = DCGAN.Hyper

    def __init__(self, controls: Sequence[Control], channels: int = 1, knows: Sequence[str] = ()) -> None:
        super().__init__(DCGAN.Hyper(), DataSpec("toy", "images", 10, channels, SIZE, NAMES))
        self._controls, self._knows = controls, knows
        self.answer: dict[str, Tensor] = {}
        self.generator = nn.ParameterDict()
        torch.manual_seed(3)
        for control in controls:
            rows = control.size if isinstance(control, LatentVector | ContinuousCode) else control.count
            self.generator[control.name] = nn.Parameter(torch.randn(rows, channels * SIZE * SIZE) * 0.4)

    def phases(self) -> list[Any]:
        return []

    def controls(self) -> Sequence[Control]:
        return self._controls

    def generate(self, values: Mapping[str, Tensor]) -> Tensor:
        total: Any = 0
        for control in self._controls:
            table, value = self.generator[control.name], values[control.name]
            total = total + (3 * table[value] if isinstance(control, GeneratorIndex) else value @ table)
        return cast(Tensor, total).tanh().reshape(-1, *self.data.shape)

    def encode(self, items: Tensor) -> dict[str, Tensor] | None:
        return {name: self.answer[name] for name in self._knows} or None


Z, UNIFORM = LatentVector("z", 4), LatentVector("u", 4, "uniform")
CLASS, CODE = ClassLabel("class", NAMES), ContinuousCode("code", 2)
WHICH, KIND = GeneratorIndex("which", 3), CategoricalCode("kind", 12)


def made(*controls: Control, **options: Any) -> Generator:
    return Generator.of_method(Shapes(controls, **options), "toy")


def one(generator: Generator, **values: Any) -> np.ndarray:
    full = generator.draw(1, seed=77) | {name: np.asarray(value)[None] for name, value in values.items()}
    return generator.generate({name: np.asarray(rows) for name, rows in full.items()})[0]


def last(generator: Generator, target: np.ndarray, **options: Any) -> Projection:
    return [*project(generator, target, **options)][-1]


@pytest.mark.parametrize("controls", [(Z,), (UNIFORM,), (Z, CODE), (Z, CLASS, CODE), (WHICH, Z), (KIND, CODE, Z)])
def test_what_the_generator_has_drawn_is_found_again(controls: tuple[Control, ...]) -> None:
    generator = made(*controls, channels=3)
    found = last(generator, one(generator))
    assert found.done
    assert found.fraction == 1
    assert found.errors[found.best] < 0.02
    # What it gives are the controls of what it shows.
    np.testing.assert_allclose(
        to_pixels(generator.generate(found.values)).astype(int), found.pictures.astype(int), atol=1
    )
    assert found.pictures.shape == (8, SIZE, SIZE, 3)


def test_the_class_the_category_and_the_generator_are_the_right_ones() -> None:
    generator = made(CLASS, Z)
    for index in range(4):
        found = last(generator, one(generator, **{"class": np.eye(4, dtype=np.float32)[index]}))
        weights = found.values["class"][found.best]
        assert weights.argmax() == index
        assert weights[index] > 0.9
        np.testing.assert_allclose(found.values["class"].sum(1), 1, atol=1e-5)
    generator = made(WHICH, Z)
    for index in range(3):
        found = last(generator, one(generator, which=index), candidates=3)
        assert found.values["which"][found.best] == index
        assert set(found.values["which"].tolist()) == {0, 1, 2}, "each generator was tried"
        assert found.values["which"].dtype == np.int64


def test_latents_stay_where_their_priors_have_them() -> None:
    target = np.ones((1, SIZE, SIZE), np.float32)  # nothing draws that, and the way to it leads far out
    generator = made(UNIFORM, CODE, Z)
    found = last(generator, target)
    assert abs(found.values["u"]).max() <= 1
    assert abs(found.values["code"]).max() <= 1
    assert np.sqrt(np.square(found.values["z"]).mean(1)).max() < 2.5


def test_the_same_seed_gives_the_same_and_parameters_are_left_alone() -> None:
    generator = made(CLASS, Z)
    target = np.tanh(np.random.default_rng(1).normal(size=(1, SIZE, SIZE))).astype(np.float32)
    before = {name: value.clone() for name, value in generator.method.state_dict().items()}
    a, b = last(generator, target, iterations=60), last(generator, target, iterations=60)
    for name in a.values:
        np.testing.assert_array_equal(a.values[name], b.values[name])
    assert a.history == b.history
    other = last(generator, target, iterations=60, seed=1)
    assert not np.array_equal(a.values["z"], other.values["z"])
    for name, parameter in generator.method.named_parameters():
        assert torch.equal(parameter, before[name])
        assert parameter.grad is None
        assert not parameter.requires_grad


def test_it_begins_with_random_pictures_gets_better_and_keeps_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.explore.projection._BETWEEN", 0.0)
    generator = made(CLASS, Z)
    target = one(generator)
    seen = [*project(generator, target, candidates=6)]
    assert seen[0].iteration == 0
    assert len(seen[0].pictures) == 6
    assert seen[-1].errors[seen[-1].best] < 0.5 * seen[0].errors[seen[0].best]
    fractions = [projection.fraction for projection in seen]
    assert fractions == sorted(fractions)
    assert [projection.done for projection in seen] == [False] * (len(seen) - 1) + [True]
    free = [p for p in seen if not p.frozen]
    assert all((np.diff(p.errors) >= -1e-9).all() for p in free if p.iteration)
    for earlier, later in pairwise(seen):
        if earlier.frozen:  # each row goes on from where it was: none has jumped to another's place
            assert abs(earlier.values["z"] - later.values["z"]).max() < 1.5
    assert all(p.frozen == (p.iteration >= FROZEN_AFTER) for p in seen)
    assert len(seen[-1].history) == seen[-1].iteration + 1
    assert seen[-1].history[-1] == pytest.approx(seen[-1].errors.min())


def test_it_ends_early_when_nothing_gets_better() -> None:
    generator = made(Z)
    flat = np.zeros((1, SIZE, SIZE), np.float32)
    assert last(generator, flat, iterations=5000).iteration < 4000


def test_an_encoders_answer_is_among_the_starts() -> None:
    generator = made(UNIFORM, KIND, knows=("u", "kind"))
    method = cast(Shapes, generator.method)
    method.answer = {"u": torch.full((1, 4), 0.25), "kind": torch.eye(12)[5:6]}
    target = one(generator)  # something else: the answer is a bad one, and is tried all the same
    first = next(iter(project(generator, target, candidates=2)))
    assert any(np.allclose(row, 0.25) for row in first.values["u"])
    # A good one is the best start.
    target = generator.generate({"u": np.full((1, 4), 0.25, np.float32), "kind": np.eye(12, dtype=np.float32)[5:6]})[0]
    first = next(iter(project(generator, target, candidates=8)))
    assert first.errors[first.best] == pytest.approx(0, abs=1e-6)
    assert len(np.unique(first.values["u"], axis=0)) == len(first.errors) == 8


def test_an_encoder_that_knows_nothing_finite_does_no_harm() -> None:
    generator = made(Z, knows=("z",))
    cast(Shapes, generator.method).answer = {"z": torch.full((1, 4), torch.nan)}
    assert last(generator, one(generator)).errors.min() < 0.02


def test_its_thread_is_left_as_it_was_found_between_two_results() -> None:
    generator = made(Z)
    with torch.no_grad():
        for projection in project(generator, one(generator), iterations=20):
            assert not torch.is_grad_enabled()
            assert projection.errors.shape == (8,)
    with torch.inference_mode():
        assert last(generator, one(generator), iterations=20).done


def test_newer_weights_are_judged_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.explore.projection._BETWEEN", 0.0)
    generator = made(Z)
    search = project(generator, one(generator), iterations=400)
    while next(search).iteration < 60:
        pass
    for parameter in generator.method.parameters():
        parameter.neg_()
    generator.step += 1
    after = next(search)
    np.testing.assert_array_equal(to_pixels(generator.generate(after.values)), after.pictures)
    assert [*search][-1].errors.min() < 0.02


def test_weights_that_are_not_finite_are_told_of() -> None:
    generator = made(Z)
    target = one(generator)
    search = project(generator, target, iterations=400)
    next(search)
    for parameter in generator.method.parameters():
        parameter.fill_(torch.nan)
    with pytest.raises(UsageError, match=r"“toy” draws no finite numbers.*earlier checkpoint"):
        list(search)
    with pytest.raises(UsageError, match="no finite numbers"):
        [*project(generator, target)]


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (np.zeros((3, SIZE, SIZE), np.float32), r"3 × 16 × 16; this generator draws 1 × 16 × 16"),
        (np.full((1, SIZE, SIZE), np.nan, np.float32), "not finite"),
    ],
)
def test_a_target_that_cannot_be_is_refused(target: np.ndarray, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        project(made(Z), target)
    with pytest.raises(ValueError, match="0 candidates"):
        project(made(Z), np.zeros((1, SIZE, SIZE), np.float32), candidates=0)


def test_points_and_what_has_no_gradient_are_refused_in_words() -> None:
    generator = made(Z)
    target = one(generator)
    plain = generator.method.generate

    def opaque(values: Mapping[str, Tensor]) -> Tensor:
        with torch.no_grad():
            return plain(values)

    generator.method.generate = opaque  # type: ignore[method-assign]
    with pytest.raises(UsageError, match="how its pictures change"):
        [*project(generator, target)]
    generator.spec = DataSpec("ring", "points", 10)
    with pytest.raises(UsageError, match="draws points"):
        project(generator, target)
