"""Agreement with true classes, against what one can count by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.observed import Observed
from ganstudio.metrics.labels import accuracy, purity
from ganstudio.metrics.while_training import measure

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
