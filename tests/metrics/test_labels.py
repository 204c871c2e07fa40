"""Agreement with true classes, against what one can count by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.labels import accuracy, purity
from ganstudio.metrics.while_training import measure
from tests.metrics.kit import found

SPEC = DataSpec("three", "images", 6, classes=("a", "b", "c"))


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def test_accuracy_is_the_share_of_hits() -> None:
    assert accuracy(whole(0, 1, 2, 1), whole(0, 1, 1, 2)) == 0.5
    assert accuracy(whole(2, 2), whole(2, 2)) == 1


def test_the_example_of_the_textbook() -> None:
    """Manning et al., figure 16.4: majorities of 5, 4 and 3 among 17 items in 3 clusters."""
    clusters = whole(*[0] * 6, *[1] * 6, *[2] * 5)
    labels = whole(0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 2, 2, 2, 2, 0, 0)
    assert purity(clusters, labels) == pytest.approx(12 / 17)


def test_purity_does_not_ask_for_names() -> None:
    labels = whole(0, 0, 1, 1, 2, 2)
    assert purity(whole(5, 5, 0, 0, 3, 3), labels) == 1
    assert accuracy(whole(5, 5, 0, 0, 3, 3), labels) == 0


def test_one_cluster_of_all_is_as_pure_as_the_most_frequent_class() -> None:
    assert purity(whole(0, 0, 0, 0), whole(0, 1, 1, 2)) == 0.5


def test_two_clusters_may_share_a_class() -> None:
    assert purity(whole(0, 1, 2, 2), whole(0, 0, 1, 2)) == 0.75


def test_no_items_have_no_agreement() -> None:
    assert math.isnan(purity(whole(), whole()))
    assert math.isnan(accuracy(whole(), whole()))


def test_what_is_recognised_is_measured_by_what_it_is() -> None:
    seen = {"category": whole(1, 1, 0), "class": whole(0, 1, 1)}
    predicts = {"category": "clusters", "class": "classes"}
    observed = Observed(recognised=seen, predicts=predicts, labels=whole(0, 0, 1))  # type: ignore[arg-type]
    assert measure(observed, SPEC) == {
        "purity of category %": pytest.approx(100),
        "accuracy class %": pytest.approx(200 / 3),
    }


def test_without_true_classes_nothing_is_measured() -> None:
    assert measure(Observed(recognised={"category": whole(1)}, predicts={"category": "clusters"}), SPEC) == {}


def drawn(asked: np.ndarray | None, seen: np.ndarray | None) -> Evidence:
    """Generated items that were asked for classes, and what a classifier sees in them."""
    probabilities = None if seen is None else np.eye(3)[seen] * 0.9 + 0.1 / 3
    items = np.zeros((6, 1, 4, 4), np.uint8)
    return Evidence(SPEC, Sample(items), Sample(items, labels=asked, probabilities=probabilities))


def test_what_is_drawn_is_compared_with_what_was_asked_for() -> None:
    asked = whole(0, 0, 1, 1, 2, -1)
    told = found("drawn-accuracy", drawn(asked, whole(0, 1, 1, 1, 0, 2)))
    assert told.value == pytest.approx(60)
    assert told.more == {"class 0": 50, "class 1": 100, "class 2": 0}
    assert 0 < told.low < 60 < told.high < 100
    renamed = drawn(asked, whole(1, 1, 2, 2, 0, 2))
    assert found("drawn-accuracy", renamed).value == 0
    assert found("drawn-purity", renamed).value == 100, "codes have no names"


@pytest.mark.parametrize("name", ["drawn-accuracy", "drawn-purity"])
def test_nothing_asked_nothing_found(name: str) -> None:
    seen = whole(0, 1, 1, 1, 0, 2)
    broken = drawn(seen, seen)
    assert broken.fake.probabilities is not None
    broken.fake.probabilities[2] = np.nan
    for evidence in (drawn(None, seen), drawn(seen, None), drawn(whole(*[-1] * 6), seen), broken):
        told = found(name, evidence)
        assert math.isnan(told.value)
        assert told.note
