"""Label maps that a segmenter sees again in pictures of them, and only in those."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import CancelledError
from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.segmenter import confusion, ious, mean_intersection, mean_iou, pixel_accuracy, pixels_right
from ganstudio.nn import segmenting

CLASSES = (
    MapClass("sky", (0, 0, 255)), MapClass("land", (0, 200, 0)), MapClass("sea", (0, 0, 90)),
    MapClass("unlabelled", (0, 0, 0)),
)  # fmt: skip
SPEC = DataSpec("maps:x", "maps", 60, channels=3, size=16, map_classes=CLASSES)
COLOURS = np.array([[90, 140, 230], [60, 160, 40], [10, 30, 90], [0, 0, 0]])


def pairs(count: int, seed: int = 0) -> Sample:
    """Two bars, left and right of a border, with a corner that nobody knows."""
    rng = np.random.default_rng(seed)
    maps = np.zeros((count, 16, 16), np.uint8)
    for one in maps:
        one[:] = rng.integers(3)
        one[:, rng.integers(3, 13) :] = rng.integers(3)
        one[:2, :2] = 3
    noisy = COLOURS[maps] + rng.normal(0, 12, (count, 16, 16, 3))
    return Sample(noisy.clip(0, 255).astype(np.uint8).transpose(0, 3, 1, 2).copy(), inputs=maps)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    learn = segmenting.train_segmenter
    monkeypatch.setattr(segmenting, "train_segmenter", lambda *given: learn(*given, steps=40))


def evidence(fake: Sample, real: Sample | None = None, held_out: Sample | None = None, **given: object) -> Evidence:
    return Evidence(SPEC, real or pairs(60), fake, held_out, **given)  # type: ignore[arg-type]


def test_the_table_counts_by_hand() -> None:
    wanted = np.array([[[0, 0, 1, 1, 255]]], np.uint8)
    seen = np.array([[[0, 1, 1, 1, 0]]], np.uint8)
    table = confusion(seen, wanted, 3)
    assert table.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 0]]
    assert pixel_accuracy(table) == 0.75
    assert ious(table)[:2] == pytest.approx([1 / 2, 2 / 3])
    assert math.isnan(ious(table)[2])
    assert mean_iou(table) == pytest.approx(7 / 12)
    nothing = confusion(seen[:0], wanted[:0], 3)
    assert math.isnan(pixel_accuracy(nothing))
    assert math.isnan(mean_iou(nothing))


def test_pictures_of_their_maps_are_told_from_pictures_of_others() -> None:
    fake = pairs(20, seed=1)
    right = evidence(fake, held_out=pairs(12, seed=2))
    assert pixels_right(right).value > 0.95
    assert pixels_right(right).more["of real pictures"] > 0.95
    assert mean_intersection(right).value > 0.9
    assert set(mean_intersection(right).more) == {"of real pictures", "IoU sky", "IoU land", "IoU sea"}
    assert "%" in pixels_right(right).note
    assert fake.inputs is not None
    wrong = evidence(Sample(fake.items, inputs=np.roll(fake.inputs, 1, axis=0)))
    assert pixels_right(wrong).value < 0.8
    assert mean_intersection(wrong).value < mean_intersection(right).value - 0.2
    assert wrong._known.keys() == {"segmenter"}


def test_the_seed_decides_and_flat_pictures_show_one_class() -> None:
    flat = Sample(np.full((5, 3, 16, 16), 128, np.uint8), inputs=pairs(5).inputs)
    first, again = (pixels_right(evidence(flat, seed=3)).value for _time in range(2))
    assert first == pytest.approx(again, abs=1e-3)
    assert first < 0.8


def test_too_little_and_nothing_say_why() -> None:
    one = pairs(1)
    for given in (
        evidence(one, real=one),
        evidence(Sample(one.items[:0], inputs=np.zeros((0, 16, 16), np.uint8))),
        evidence(Sample(one.items)),
    ):
        found = pixels_right(given)
        assert math.isnan(found.value)
        assert found.note
    assert math.isfinite(pixels_right(evidence(one, real=pairs(2))).value)


def test_large_pictures_are_looked_at_smaller_and_it_can_be_cancelled() -> None:
    large = Sample(np.zeros((2, 3, 140, 140), np.uint8), inputs=np.zeros((2, 140, 140), np.uint8))
    told: list[float] = []

    def tick(fraction: float, _text: str) -> None:
        told.append(fraction)
        if len(told) > 1:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        pixels_right(evidence(large, real=large, tick=tick))
    assert len(told) == 2
