from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ganstudio.core.errors import UsageError
from ganstudio.explore.attributes import orthogonalise, regress
from ganstudio.explore.labelling import Labelled, label_samples
from ganstudio.explore.state import Direction
from ganstudio.nn.classifier import Classifier, train_classifier
from ganstudio.nn.random import randomness
from tests.explore.toys import CLASS, SIZE, Z, alike, finish, linear, toy

W = np.array([1.0, 2.0, 0.0, 0.0, -1.0, 0.0])


def _direction(vector: list[float], locked: bool = False, control: str = "z") -> Direction:
    return Direction(f"{vector}{control}", "attribute", control, np.array(vector, np.float32), 0.5, locked)


class TestRegress:
    def test_finds_what_an_attribute_depends_on(self) -> None:
        generator = linear()
        values = generator.draw(1500)
        noise = np.random.default_rng(0).normal(0, 0.1, (1500, 2))
        attributes = np.stack([values["z"] @ W, -values["z"][:, 3]], axis=1) + noise
        one, two = finish(regress(generator, values, attributes, ("one", "two")))
        assert alike(one.vector, W) > 0.999
        assert two.vector[3] == pytest.approx(-1, abs=0.01)
        assert (one.name, one.kind, one.control) == ("one", "attribute", "z")
        assert 0.98 < one.quality <= 1
        assert np.linalg.norm(one.vector) == pytest.approx(1, rel=1e-5)

    def test_from_a_few_thumbs(self) -> None:
        """30 of 200 samples have a thumb; the others are not asked."""
        generator = linear()
        values = generator.draw(200)
        thumbs = np.where(values["z"] @ W > 0, 1.0, -1.0)
        thumbs[30:] = np.nan
        (found,) = finish(regress(generator, values, thumbs, ("nice",)))
        assert alike(found.vector, W) > 0.8

    def test_an_attribute_that_depends_on_nothing_has_no_quality(self) -> None:
        generator = linear()
        (found,) = finish(
            regress(generator, generator.draw(900), np.random.default_rng(0).normal(size=900), ("chance",))
        )
        assert found.quality < 0.05

    def test_what_never_varies_is_left_out(self) -> None:
        generator = linear()
        values = generator.draw(50)
        attributes = np.stack([np.ones(50), values["z"][:, 0]], axis=1)
        assert [one.name for one in finish(regress(generator, values, attributes, ("always", "first")))] == ["first"]
        with pytest.raises(UsageError, match="learned"):
            finish(regress(generator, values, np.ones(50), ("always",)))


class TestOrthogonalise:
    def _made(self, locks: tuple[bool, ...]) -> list[Direction]:
        random = np.random.default_rng(5)
        return [_direction(random.standard_normal(SIZE).tolist(), locked) for locked in locks]

    def test_unlocked_ones_leave_locked_ones_alone(self) -> None:
        raw = self._made((False, True, False, True))
        found = orthogonalise(raw)
        for unlocked in (0, 2):
            for locked in (1, 3):
                assert abs(alike(found[unlocked].vector, found[locked].vector)) < 1e-6
                assert abs(alike(found[unlocked].vector, raw[locked].vector)) < 1e-6
        assert abs(alike(found[1].vector, found[3].vector)) < 1e-6
        np.testing.assert_array_equal(found[1].vector, raw[1].vector)
        assert abs(alike(found[0].vector, found[2].vector)) > 1e-3, "unlocked ones may share"
        for before, after in zip(raw, found, strict=True):
            assert np.linalg.norm(after.vector) == pytest.approx(np.linalg.norm(before.vector), rel=1e-5)
            assert replace(after, vector=before.vector) == before

    def test_nothing_locked_nothing_changed(self) -> None:
        raw = self._made((False, False))
        for before, after in zip(raw, orthogonalise(raw), strict=True):
            np.testing.assert_array_equal(after.vector, before.vector)

    def test_unlocking_gives_back_what_was_there(self) -> None:
        raw = self._made((False, True))
        assert not np.array_equal(orthogonalise(raw)[0].vector, raw[0].vector)
        unlocked = orthogonalise([replace(one, locked=False) for one in raw])
        np.testing.assert_array_equal(unlocked[0].vector, raw[0].vector)

    def test_nothing_is_left_of_what_lies_in_the_locked_ones(self) -> None:
        raw = [
            _direction([1, 0, 0], True),
            _direction([1, 1, 0], True),
            _direction([3, -2, 1e-6]),
            _direction([2, 0, 0], True),
        ]
        found = orthogonalise(raw)
        assert not found[2].vector.any()
        assert not found[3].vector.any()
        assert np.isfinite([one.vector for one in found]).all()

    def test_latents_apart_do_not_know_each_other(self) -> None:
        raw = [_direction([1, 0], True), _direction([1, 1], control="y"), _direction([1, 1, 1])]
        for before, after in zip(raw, orthogonalise(raw), strict=True):
            np.testing.assert_array_equal(after.vector, before.vector)


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    bunch = load_digits()
    return np.repeat(np.repeat(bunch.images * 15, 2, 1), 2, 2)[:, None].astype(np.uint8), bunch.target


class TestClassifier:
    NAMES = tuple("0123456789")

    def test_reads_digits(self, digits: tuple[np.ndarray, np.ndarray]) -> None:
        items, labels = digits
        classifier = finish(train_classifier(items[:1500], labels[:1500], self.NAMES, steps=200))
        assert classifier.accuracy > 0.9
        unseen = items[1500:].astype(np.float32) / 127.5 - 1
        shares = classifier.probabilities(unseen)
        assert (shares.argmax(axis=1) == labels[1500:]).mean() > 0.9
        np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
        assert shares.dtype == np.float32

    def test_says_so_where_there_is_nothing_to_learn(self, digits: tuple[np.ndarray, np.ndarray]) -> None:
        chance = np.random.default_rng(0).integers(0, 2, 400)
        assert finish(train_classifier(digits[0][:400], chance, ("a", "b"), steps=60)).accuracy < 0.75

    def test_points(self) -> None:
        random = np.random.default_rng(0)
        labels = random.integers(0, 3, 600)
        points = (np.array([[5, 0], [-5, 0], [0, 5]])[labels] + random.normal(0, 0.5, (600, 2))).astype(np.float32)
        classifier = finish(train_classifier(torch.as_tensor(points), torch.as_tensor(labels), "abc", steps=80))
        assert classifier.accuracy > 0.95
        assert classifier.probabilities(np.array([[-5, 0]], np.float32)).argmax() == 1

    def test_large_pictures_are_seen_whole(self) -> None:
        labels = np.arange(80) % 2
        items = np.zeros((80, 3, 48, 48), np.uint8)
        items[labels == 1, :, 40:] = 255
        assert finish(train_classifier(items, labels, "ab", steps=25)).accuracy > 0.9

    def test_the_same_for_the_same_seed_and_no_other_randomness_is_touched(self) -> None:
        random = np.random.default_rng(0)
        points, labels = random.normal(size=(100, 2)).astype(np.float32), np.arange(100) % 2
        outer = torch.Generator().manual_seed(9)
        expected = torch.rand(3, generator=torch.Generator().manual_seed(9))
        with randomness(outer):
            first = finish(train_classifier(points, labels, "ab", steps=5))
        again = finish(train_classifier(points, labels, "ab", steps=5))
        other = finish(train_classifier(points, labels, "ab", steps=5, seed=1))
        assert np.array_equal(first.probabilities(points), again.probabilities(points))
        assert not np.array_equal(first.probabilities(points), other.probabilities(points))
        assert torch.equal(torch.rand(3, generator=outer), expected)

    def test_items_without_a_label_are_not_used(self) -> None:
        points = np.array([[1.0, 0], [-1, 0], [1, 0]] * 40, np.float32)
        labels = np.array([1, 0, -1] * 40)
        assert finish(train_classifier(points, labels, "ab", steps=60)).accuracy == 1

    @pytest.mark.parametrize("labels", [[0] * 20, [-1] * 20, [0, 1, -1, -1] + [-1] * 16])
    def test_too_few_labels(self, labels: list[int]) -> None:
        with pytest.raises(UsageError, match="two classes"):
            finish(train_classifier(np.zeros((20, 2), np.float32), labels, "ab"))


class Bright:
    """Sees a picture as bright as the sigmoid of its first pixel."""

    names, accuracy = ("dark", "bright"), 1.0

    def probabilities(self, items: np.ndarray) -> np.ndarray:
        bright = 1 / (1 + np.exp(-items[:, 0, 0, 0]))
        return np.stack([1 - bright, bright], axis=1).astype(np.float32)


def test_samples_are_labelled_with_the_others_held_where_asked() -> None:
    generator = toy(
        lambda method, values: (values["class"] @ torch.tensor([-9.0, 0.0, 9.0]))[:, None].expand(-1, 16), (Z, CLASS)
    )
    classifier: Classifier = Bright()  # type: ignore[assignment]
    free = finish(label_samples(generator, classifier, 100))
    assert isinstance(free, Labelled)
    assert set(free.labels.tolist()) == {0, 1}
    hold = {"z": np.zeros(SIZE, np.float32), "class": np.array([0, 0, 1], np.float32)}
    fixed = finish(label_samples(generator, classifier, 100, hold))
    assert fixed.labels.tolist() == [1] * 100
    assert fixed.values["z"].std() > 0.5
