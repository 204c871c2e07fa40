"""Modes of stacked digits, counted by hand and by a classifier."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec
from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.stacked import expected_modes, modes_of_stacked_digits, of_channels, stacked_modes

SPEC = DataSpec("stacked-digits:size=16", "images", 9, channels=3, size=16)


def measure(items: np.ndarray, probabilities: np.ndarray | None = None, spec: DataSpec = SPEC):
    return modes_of_stacked_digits(Evidence(spec, Sample(items), Sample(items, probabilities=probabilities)))


def test_modes_and_divergence_are_counted() -> None:
    every = np.arange(1000)
    modes, divergence = stacked_modes(every // 100, every // 10 % 10, every % 10)
    assert (modes, divergence) == (1000, pytest.approx(0))
    same = np.full(50, 7)
    assert stacked_modes(same, same, same) == (1, pytest.approx(math.log(1000)))
    two = np.array([1, 1, 1, 2])
    shares = np.array([0.75, 0.25])
    assert stacked_modes(two, two, two) == (2, pytest.approx((shares * np.log(shares * 1000)).sum()))
    modes, divergence = stacked_modes(*np.zeros((3, 0), np.int64))
    assert modes == 0
    assert math.isnan(divergence)


def test_what_a_perfect_generator_shows() -> None:
    assert expected_modes(1) == pytest.approx(1)
    assert expected_modes(26_000) == pytest.approx(1000, abs=1e-6)
    drawn = np.random.default_rng(0).integers(10, size=(3, 1000))
    assert stacked_modes(*drawn)[0] == pytest.approx(expected_modes(1000), abs=30)


def test_given_probabilities_are_three_blocks() -> None:
    blocks = np.concatenate([np.eye(10)[[1, 1, 2]], np.eye(10)[[3, 3, 3]], np.eye(10)[[0, 0, 9]]], axis=1)
    found = measure(np.zeros((3, 3, 16, 16), np.uint8), blocks)
    assert found.value == 2
    assert found.more["of a perfect generator"] == pytest.approx(expected_modes(3))
    assert "3 of the 1,000" in found.note


def test_channels_are_read_one_by_one() -> None:
    items = np.zeros((2, 3, 4, 4), np.uint8)
    items[1, 2] = 255
    seen = of_channels(items, lambda part: np.stack([part.mean((1, 2, 3)), -part.mean((1, 2, 3))], axis=1))
    assert seen.tolist() == [[-1, 1, -1, 1, -1, 1], [-1, 1, -1, 1, 1, -1]]


def test_other_pictures_and_none_say_why() -> None:
    other = DataSpec("digits", "images", 9, channels=1, size=16)
    for found in (
        measure(np.zeros((2, 1, 16, 16), np.uint8), spec=other),
        measure(np.zeros((2, 3, 16, 16), np.uint8), spec=other),
        measure(np.zeros((0, 3, 16, 16), np.uint8), np.zeros((0, 30))),
    ):
        assert math.isnan(found.value)
        assert found.note


def test_a_classifier_of_its_own_finds_the_modes_of_real_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ganstudio.nn.classifier")
    from ganstudio.data import load

    monkeypatch.setattr("ganstudio.metrics.stacked._STEPS", 150)
    real = load("stacked-digits:size=16,count=1000").items.numpy()
    found = measure(real)
    assert found.more["accuracy of the classifier"] > 0.85
    assert found.value == pytest.approx(expected_modes(1000), abs=60)
    assert measure(np.repeat(real[:1], 100, axis=0)).value == 1
