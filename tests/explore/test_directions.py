from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganstudio.core.controls import GeneratorIndex, LatentVector
from ganstudio.core.errors import StoreError, UsageError
from ganstudio.explore import direction_files, directions
from ganstudio.explore.direction_files import load_directions, save_directions, with_unique_names
from ganstudio.explore.directions import boundaries, class_means, factorise, pca, picks
from ganstudio.explore.foreign import open_foreign
from ganstudio.explore.linear import separate
from ganstudio.explore.relevance import relevance
from ganstudio.explore.state import Direction
from ganstudio.nn.initialise import he_init
from ganstudio.nn.norms import constrain
from ganstudio.nn.random import randomness
from tests.explore.foreign_networks import as_onnx
from tests.explore.toys import CLASS, SIZE, Toy, Z, alike, finish, known_matrix, linear, toy

STRENGTHS = (5.0, 4.0, 3.0, 2.0, 1.0, 0.5)
UNIFORM = LatentVector("z", SIZE, "uniform")


def _assert_singular(found: list[Direction], right: np.ndarray, tolerance: float = 1e-5) -> None:
    for direction, row in zip(found, right, strict=True):
        assert abs(alike(direction.vector, row)) > 1 - tolerance
        assert direction.vector[np.abs(direction.vector).argmax()] > 0


class TestFactorise:
    def test_gives_the_singular_vectors_of_a_linear_layer(self) -> None:
        matrix, right = known_matrix(STRENGTHS)
        found = finish(factorise(linear(matrix), count=4))
        _assert_singular(found, right[:4])
        squares = np.square(STRENGTHS)
        assert [one.quality for one in found] == pytest.approx(squares[:4] / squares.sum(), rel=1e-4)
        assert [np.linalg.norm(one.vector) for one in found] == pytest.approx([1] * 4, rel=1e-5)
        assert {(one.kind, one.control) for one in found} == {("sefa", "z")}
        assert len({one.name for one in found}) == 4

    def test_transposed_convolution(self) -> None:
        matrix, right = known_matrix(STRENGTHS)
        layer = nn.ConvTranspose2d(SIZE, 1, 4)
        layer.weight = nn.Parameter(torch.as_tensor(matrix.T.reshape(SIZE, 1, 4, 4), dtype=torch.float32))
        generator = toy(lambda method, values: method.net(values["z"][:, :, None, None]), net=layer)
        _assert_singular(finish(factorise(generator)), right)

    def test_latent_joined_with_the_class(self) -> None:
        matrix, right = known_matrix(STRENGTHS)
        layer = nn.Linear(SIZE + 3, 16)
        layer.weight = nn.Parameter(torch.cat([torch.full((16, 3), 9.0), torch.as_tensor(matrix).float()], dim=1))
        generator = toy(
            lambda method, values: method.net(torch.cat([values["class"], values["z"]], dim=1)), (CLASS, Z), net=layer
        )
        _assert_singular(finish(factorise(generator)), right)

    def test_looks_past_layers_that_see_only_the_class(self) -> None:
        matrix, right = known_matrix(STRENGTHS)
        layer = nn.Linear(SIZE, 16)
        layer.weight = nn.Parameter(torch.as_tensor(matrix, dtype=torch.float32))
        generator = toy(
            lambda method, values: method.embedding(values["class"]) + method.net(values["z"]),
            (Z, CLASS),
            embedding=nn.Linear(3, 16),
            net=layer,
        )
        _assert_singular(finish(factorise(generator)), right)

    def test_weights_under_spectral_norm(self) -> None:
        matrix, right = known_matrix(STRENGTHS)
        layer = nn.Linear(SIZE, 16)
        layer.weight = nn.Parameter(torch.as_tensor(matrix, dtype=torch.float32))
        generator = toy(lambda method, values: method.net(values["z"]), net=constrain(layer, "spectral"))
        _assert_singular(finish(factorise(generator)), right)

    def test_the_generator_that_is_held_is_looked_at(self) -> None:
        (one, _right), (two, right) = known_matrix(STRENGTHS, 1), known_matrix(STRENGTHS, 2)

        def draws(method: Any, values: Any) -> torch.Tensor:
            which = int(values["which"][0])
            return method.get_submodule("two" if which else "one")(values["z"])

        layers = {"one": nn.Linear(SIZE, 16), "two": nn.Linear(SIZE, 16)}
        for layer, matrix in zip(layers.values(), (one, two), strict=True):
            layer.weight = nn.Parameter(torch.as_tensor(matrix, dtype=torch.float32))
        generator = toy(draws, (Z, GeneratorIndex("which", 2)), **layers)
        hold = {"z": np.zeros(SIZE, np.float32), "which": np.asarray(1)}
        _assert_singular(finish(factorise(generator, hold=hold)), right)

    def test_a_uniform_prior_has_shorter_steps(self) -> None:
        found = finish(factorise(linear(known_matrix(STRENGTHS)[0], (UNIFORM,)), count=2))
        assert [np.linalg.norm(one.vector) for one in found] == pytest.approx([1 / math.sqrt(3)] * 2, rel=1e-5)

    def test_a_latent_that_changes_nothing(self) -> None:
        with pytest.raises(UsageError, match="changes nothing"):
            finish(factorise(linear(np.zeros((16, SIZE)))))

    def test_no_latent_at_all(self) -> None:
        generator = toy(lambda method, values: method.net(values["class"]), (CLASS,), net=nn.Linear(3, 16))
        for work in (factorise(generator), pca(generator)):
            with pytest.raises(UsageError, match="no latent vector"):
                finish(work)

    def test_leaves_no_hooks_between_pieces(self) -> None:
        generator = linear(known_matrix(STRENGTHS)[0])
        values = generator.draw(3)
        before = generator.generate(values)
        for work in (factorise(generator), pca(generator, samples=50)):
            for _step in work:
                np.testing.assert_array_equal(generator.generate(values), before)


class TestPCA:
    def test_of_a_linear_generator(self) -> None:
        """The pictures' components are the left singular vectors; carried back they are the right ones."""
        matrix, right = known_matrix(STRENGTHS)
        found = finish(pca(linear(matrix), count=4, samples=3000))
        _assert_singular(found, right[:4], tolerance=0.02)
        squares = np.square(STRENGTHS)
        assert [one.quality for one in found] == pytest.approx(squares[:4] / squares.sum(), abs=0.03)
        assert [np.linalg.norm(one.vector) for one in found] == pytest.approx([1] * 4, rel=1e-5)

    def test_looks_behind_the_activation(self) -> None:
        """The first layer alone would put z₀ first; what is left of it behind the activation puts z₁ first."""
        first = nn.Linear(SIZE, 16)
        with torch.no_grad():
            first.weight.zero_()
            first.bias.zero_()
            first.weight[0, 0], first.weight[1, 1] = 9.0, 1.0

        class Saturates(nn.Module):
            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return torch.cat([0.1 * torch.tanh(x[:, :1]), x[:, 1:]], dim=1)

        generator = toy(
            lambda method, values: method.second(method.bend(method.first(values["z"]))),
            first=first,
            bend=Saturates(),
            second=nn.Linear(16, 16),
        )
        assert finish(pca(generator, 1, layer=1))[0].vector.argmax() == 1
        assert finish(pca(generator, 1, layer=0))[0].quality == pytest.approx(1 / SIZE, abs=0.05)
        assert finish(factorise(generator, 1))[0].vector.argmax() == 0

    def test_the_class_is_held(self) -> None:
        """Otherwise the strongest component would be the class, which no latent moves."""
        matrix, right = known_matrix(STRENGTHS)
        layer = nn.Linear(SIZE, 16)
        layer.weight = nn.Parameter(torch.as_tensor(matrix, dtype=torch.float32))
        generator = toy(
            lambda method, values: method.net(values["z"]) + 100 * values["class"][:, :1], (Z, CLASS), net=layer
        )
        found = finish(pca(generator, 2, samples=3000))
        _assert_singular(found, right[:2], tolerance=0.02)

    def test_the_same_for_the_same_seed(self) -> None:
        generator = linear(known_matrix(STRENGTHS)[0])
        one, again, other = (finish(pca(generator, 2, 200, seed=seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal([a.vector for a in one], [a.vector for a in again])
        assert not np.array_equal(one[0].vector, other[0].vector)

    @pytest.mark.parametrize("finder", [pca, factorise, relevance])
    def test_newer_weights_between_two_pieces_do_no_harm(self, finder: Any) -> None:
        """As when the generator is in training: its method is replaced by another one."""
        generator, other = linear(known_matrix(STRENGTHS)[0]), linear(known_matrix(STRENGTHS, 9)[0])
        expected = finish(finder(linear(known_matrix(STRENGTHS)[0])))
        work = finder(generator)
        next(work)
        generator.method = other.method
        found = finish(work)
        if isinstance(found, dict):
            np.testing.assert_allclose(found["z"], expected["z"], rtol=1e-4)
        else:
            vectors, wanted = ([one.vector for one in some] for some in (found, expected))
            np.testing.assert_allclose(vectors, wanted, atol=1e-4)

    def test_a_collapsed_generator(self) -> None:
        with pytest.raises(UsageError, match="changes nothing"):
            finish(pca(linear(np.zeros((16, SIZE))), samples=100))


class TestLabels:
    W = np.array([2.0, -1.0, 0.0, 0.5, 0.0, 1.0])

    def _samples(self, count: int = 600) -> tuple[Any, Any, np.ndarray]:
        generator = linear()
        values = generator.draw(count, seed=4)
        return generator, values, (values["z"] @ self.W > 0).astype(int)

    @pytest.mark.parametrize("kind", ["logistic", "svm"])
    def test_a_boundary_lies_across_what_makes_the_class(self, kind: Any) -> None:
        generator, values, labels = self._samples()
        minus, plus = finish(boundaries(generator, values, labels, ("minus", "plus"), kind))
        assert alike(plus.vector, self.W) > 0.99
        assert alike(minus.vector, self.W) < -0.99
        assert plus.quality > 0.95
        assert np.linalg.norm(plus.vector) == pytest.approx(1, rel=1e-5)
        assert "plus" in plus.name

    def test_class_means(self) -> None:
        generator, values, labels = self._samples(3000)
        minus, plus = finish(class_means(generator, values, labels, ("minus", "plus")))
        assert alike(plus.vector, self.W) > 0.98
        assert alike(minus.vector, self.W) < -0.98
        assert plus.quality > 0.9

    @pytest.mark.parametrize("finder", [boundaries, class_means])
    def test_labels_that_mean_nothing_have_no_quality(self, finder: Any) -> None:
        generator, values, _labels = self._samples(2000)
        chance = np.random.default_rng(0).integers(0, 2, 2000)
        assert all(abs(one.quality - 0.5) < 0.08 for one in finish(finder(generator, values, chance, ("a", "b"))))

    @pytest.mark.parametrize("finder", [boundaries, class_means])
    def test_rare_classes_and_unlabelled_samples_are_passed_over(self, finder: Any) -> None:
        generator, values, labels = self._samples(60)
        labels[:2] = 2
        labels[10:20] = -1
        found = finish(finder(generator, values, labels, ("minus", "plus", "rare")))
        assert len(found) == 2
        values["z"][10:20] = 1000
        again = finish(finder(generator, values, labels, ("minus", "plus", "rare")))
        np.testing.assert_array_equal(found[0].vector, again[0].vector)

    @pytest.mark.parametrize("finder", [boundaries, class_means])
    def test_one_class_only(self, finder: Any) -> None:
        generator, values, _labels = self._samples(20)
        with pytest.raises(UsageError, match="label more"):
            finish(finder(generator, values, np.zeros(20, int), ("a", "b")))

    @pytest.mark.parametrize("kind", ["logistic", "svm"])
    @pytest.mark.parametrize(("count", "size"), [(120, 5), (30, 200)])
    def test_no_other_boundary_is_better(self, kind: Any, count: int, size: int) -> None:
        """The slope of what it says that it minimises is next to nothing, b's included."""
        random = np.random.default_rng(1)
        rows = random.standard_normal((count, size))
        truth = rows[:, 0] + 2 * rows[:, 1] - rows[:, 4] + random.standard_normal(count) > 1
        ridge = max(2.0, size / 10)
        found = separate(rows, truth, kind, ridge)
        signs, share = np.where(truth, 1.0, -1.0), truth.mean()
        margins = signs * (rows @ found[:-1] + found[-1])
        slopes = -1 / (1 + np.exp(margins)) if kind == "logistic" else -2 * np.maximum(1 - margins, 0)
        each = np.where(truth, 0.5 / share, 0.5 / (1 - share)) * signs * slopes
        bound = 2e-3 * np.abs(each).sum()
        np.testing.assert_allclose(rows.T @ each + ridge * found[:-1], 0, atol=bound)
        assert abs(each.sum()) < bound


class TestPicks:
    W = np.ones(SIZE) / math.sqrt(SIZE)

    def test_more_like_these_less_like_those(self) -> None:
        random = np.random.default_rng(0)
        liked, disliked = (random.normal(0, 0.3, (5, SIZE)) + sign * 2 * self.W for sign in (1, -1))
        found = picks(linear(), liked, disliked, "nicer")
        assert alike(found.vector, self.W) > 0.95
        assert (found.name, found.kind, math.isnan(found.quality)) == ("nicer", "picks", True)
        assert np.linalg.norm(found.vector) == pytest.approx(1, rel=1e-5)
        assert alike(picks(linear(), disliked, liked).vector, self.W) < -0.95

    def test_only_liked_or_only_disliked(self) -> None:
        assert alike(picks(linear(), [3 * self.W]).vector, self.W) > 0.999
        assert alike(picks(linear(), [], [3 * self.W]).vector, self.W) < -0.999

    def test_one_pick_says_less_than_many(self) -> None:
        many, one = [[4.0, 0, 0, 0, 0, 0]] * 9, [[0, 4.0, 0, 0, 0, 0]]
        vector = picks(linear(), many, one).vector
        assert vector[0] / -vector[1] == pytest.approx(0.9 / 0.5)

    def test_nothing_picked_or_nothing_left(self) -> None:
        with pytest.raises(UsageError, match="Pick"):
            picks(linear(), [])
        with pytest.raises(UsageError, match="cancel out"):
            picks(linear(), [self.W], [self.W])


class TestRelevance:
    def test_shares_of_a_linear_generator(self) -> None:
        """With independent numbers the share of zᵢ is the squared length of A's i-th column over the sum."""
        matrix = known_matrix(STRENGTHS)[0]
        found = finish(relevance(linear(matrix), samples=400))
        squares = np.square(matrix).sum(axis=0)
        np.testing.assert_allclose(found["z"], squares / squares.sum(), atol=0.06)
        assert (found["z"].dtype, found["z"].shape) == (np.float32, (SIZE,))

    def test_a_number_that_changes_nothing_is_zero(self) -> None:
        matrix = np.zeros((16, SIZE))
        matrix[:, 2] = 1
        assert finish(relevance(linear(matrix)))["z"].nonzero()[0].tolist() == [2]
        assert not finish(relevance(linear(np.zeros((16, SIZE)))))["z"].any()

    def test_nothing_to_rank(self) -> None:
        generator = toy(lambda method, values: method.net(values["class"]), (CLASS,), net=nn.Linear(3, 16))
        with pytest.raises(UsageError, match="ranked"):
            finish(relevance(generator))


def _direction(name: str = "smile", size: int = SIZE, quality: float = 0.25) -> Direction:
    return Direction(name, "pca", "z", np.linspace(-1, 1, size, dtype=np.float32), quality, True)


class TestFiles:
    def test_what_is_saved_is_loaded(self, tmp_path: Path) -> None:
        file, kept = tmp_path / "d.json", [_direction("größer"), _direction("other", quality=math.nan)]
        save_directions(file, kept)
        found = load_directions(file, [Z])
        np.testing.assert_array_equal([one.vector for one in found], [one.vector for one in kept])
        assert [(one.name, one.kind, one.control, one.locked) for one in found] == [
            ("größer", "pca", "z", True),
            ("other", "pca", "z", True),
        ]
        assert found[0].quality == 0.25
        assert math.isnan(found[1].quality)

    def test_what_locks_made_of_it_and_what_was_found_are_both_kept(self, tmp_path: Path) -> None:
        file, found = tmp_path / "d.json", np.arange(SIZE, dtype=np.float32)
        save_directions(file, [replace(_direction("one"), raw=found), _direction("two")])
        one, two = load_directions(file, [Z])
        assert one.raw is not None
        np.testing.assert_array_equal(one.raw, found)
        assert two.raw is None

    def test_a_folder_that_is_gone(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="cannot be written"):
            save_directions(tmp_path / "gone" / "d.json", [])

    def test_names_are_made_unique(self) -> None:
        names = [one.name for one in with_unique_names([_direction(name) for name in ("a", "a", "a (2)", " ", "a")])]
        assert names == ["a", "a (2)", "a (2) (2)", "Direction", "a (3)"]

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\xff\xfe",
            b"[]",
            b"{}",
            b"[" * 100_000,
            b'{"format": "ganstudio-directions", "version": 2, "directions": []}',
            b'{"format": "ganstudio-directions", "version": 1}',
            b'{"format": "ganstudio-directions", "version": 1, "directions": {"a": 1}}',
            b'{"format": "ganstudio-directions", "version": 1, "directions": [1]}',
            b'{"format": "ganstudio-directions", "version": 1, "directions": [{"name": "a", "kind": "pca",'
            b' "control": "z", "vector": [NaN]}]}',
            b'{"format": "ganstudio-directions", "version": 1, "directions": [{"name": "a", "kind": "pca",'
            b' "control": "z", "vector": [1, 2], "raw": [1]}]}',
        ],
    )
    def test_anything_else_is_refused_in_words(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "d.json"
        file.write_bytes(content)
        with pytest.raises(UsageError):
            load_directions(file)

    def test_a_missing_a_large_and_a_long_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(UsageError, match="cannot be read"):
            load_directions(tmp_path / "none.json")
        file = tmp_path / "d.json"
        save_directions(file, [_direction("a"), _direction("b")])
        monkeypatch.setattr(direction_files, "MOST", 1)
        with pytest.raises(UsageError, match="at most 1"):
            load_directions(file)
        monkeypatch.setattr(direction_files, "LARGEST_FILE", 100)
        with pytest.raises(UsageError, match="too large"):
            load_directions(file)

    def test_those_of_another_generator_are_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "d.json"
        save_directions(file, [_direction(size=5)])
        with pytest.raises(UsageError, match="5 numbers"):
            load_directions(file, [Z])

    def test_a_quality_out_of_range_is_unknown(self, tmp_path: Path) -> None:
        file = tmp_path / "d.json"
        save_directions(file, [_direction()])
        content = json.loads(file.read_text(encoding="utf-8"))
        content["directions"][0]["quality"] = 7
        file.write_text(json.dumps(content), encoding="utf-8")
        assert math.isnan(load_directions(file)[0].quality)


def test_a_program_that_cannot_be_looked_into_has_components_of_its_pictures(tmp_path: Path) -> None:
    with randomness(torch.Generator().manual_seed(0)):
        network = he_init(nn.Sequential(nn.Linear(6, 64), nn.Tanh(), nn.Unflatten(1, (1, 8, 8))))
    generator = open_foreign(as_onnx(network, tmp_path / "generator.onnx", torch.zeros(2, 6)))
    found = finish(pca(generator, count=3, samples=200))
    assert [one.kind for one in found] == ["pca"] * 3
    with pytest.raises(UsageError, match="cannot be looked into"):
        finish(factorise(generator))


def test_every_unit_is_one_standard_deviation_of_the_prior() -> None:
    values = linear(controls=(UNIFORM,)).draw(20_000)["z"]
    found = directions.scaled(np.array([3.0, 1, 0, 0, 0, 0]), UNIFORM)
    along = values @ (found / np.linalg.norm(found))
    assert along.std() == pytest.approx(np.linalg.norm(found), rel=0.03)
    assert isinstance(linear().method, Toy)
