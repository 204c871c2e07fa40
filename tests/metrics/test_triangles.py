"""Precision and recall on polygons: the search finds the manifold, and only it."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
import torch

from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import CancelledError
from ganstudio.data.polygons import MIN_SEGMENT_ANGLE, SCALE, corners, rasterise
from ganstudio.metrics import triangles
from ganstudio.metrics.base import Decoder, Evidence, Sample
from ganstudio.metrics.triangles import (
    delta_of,
    distances_to_decoder,
    distances_to_polygons,
    f1,
    share_within,
    triangles_f1,
    triangles_precision,
    triangles_recall,
)

SPEC = DataSpec("triangles", "images", 100, channels=1, size=28)


@cache
def polygons(count: int, vertices: int, seed: int = 7) -> np.ndarray:
    return rasterise(corners(np.random.default_rng(seed), count, vertices), 28)


class Perfect:
    """Draws triangles softly, with gradients; turned by at most ``turn`` of a turn."""

    latent = 4

    def __init__(self, turn: float = 1.0) -> None:
        self._turn = turn

    def prior(self, count: int, source: torch.Generator) -> torch.Tensor:
        return torch.randn(count, 4, generator=source)

    def log_prior(self, z: torch.Tensor) -> torch.Tensor:
        return -0.5 * z.square().sum(1)

    def decode(self, z: torch.Tensor) -> torch.Tensor:
        least = math.radians(MIN_SEGMENT_ANGLE)
        gaps = least + (2 * math.pi - 3 * least) * z[:, 1:].softmax(1)
        angles = 2 * math.pi * self._turn * torch.special.ndtr(z[:, :1]) + gaps.cumsum(1)
        points = SCALE * torch.stack([angles.cos(), angles.sin()], -1)
        points = (points - points.mean(1, keepdim=True)) * 14
        edges = points.roll(-1, 1) - points
        grid = torch.arange(28) - 13.5
        at = torch.stack(torch.meshgrid(grid, grid, indexing="xy"), -1)[None, None] - points[:, :, None, None]
        inner = edges[:, :, None, None, 0] * at[..., 1] - edges[:, :, None, None, 1] * at[..., 0]
        beside = inner / edges.norm(dim=-1)[:, :, None, None]
        return 1 - 2 * (0.5 + beside).clamp(0, 1).prod(1)[:, None]


def evidence(fake: np.ndarray, decoder: Decoder | None = None, **given: object) -> Evidence:
    real = Sample(polygons(16, 3))
    return Evidence(SPEC, real, Sample(fake), real, decoder, **given)  # type: ignore[arg-type]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triangles, "BANK", 2500)
    monkeypatch.setattr(triangles, "INVERTED", 16)
    monkeypatch.setattr(triangles, "DRAWN", 1024)
    monkeypatch.setattr(triangles, "ITERATIONS", 120)


def test_true_triangles_lie_on_the_manifold_and_others_do_not(small: None) -> None:
    true = polygons(20, 3)
    rng = np.random.default_rng(0)
    mixed = ((true[:10].astype(int) + true[10:]) // 2).astype(np.uint8)
    faint = (true[:10] + rng.normal(0, 5, true[:10].shape)).clip(0, 255).astype(np.uint8)
    noisy = (true[:10] + rng.normal(0, 13, true[:10].shape)).clip(0, 255).astype(np.uint8)
    noise = rng.integers(0, 256, (8, 1, 28, 28)).astype(np.uint8)
    delta = delta_of(28)
    assert delta == 0.75
    assert distances_to_polygons(true, 3).max() < 0.5
    assert distances_to_polygons(faint, 3).max() < delta  # 2 % of noise
    for wrong in (polygons(8, 4), noise, noisy, np.full((2, 1, 28, 28), 200, np.uint8)):
        assert distances_to_polygons(wrong, 3).min() > delta
    assert (distances_to_polygons(mixed, 3) > delta).mean() > 0.9


def test_more_corners_are_found_as_well(small: None) -> None:
    assert (distances_to_polygons(polygons(8, 5), 5) < 0.75).all()


def test_recall_is_of_what_a_generator_can_draw(small: None) -> None:
    true = polygons(24, 3)
    whole = distances_to_decoder(true, Perfect(), 0.75)
    part = distances_to_decoder(true, Perfect(turn=0.15), 0.75)
    assert share_within(whole, 0.75)[0] > 0.95
    assert 0.2 < share_within(part, 0.75)[0] < 0.8
    again, once_more = (distances_to_decoder(true[:2], Perfect(turn=0.15), 0.75) for _time in range(2))
    assert np.isclose(again, once_more).all()


def test_the_three_metrics_share_their_work(small: None, monkeypatch: pytest.MonkeyPatch) -> None:
    both = np.concatenate([polygons(16, 3), polygons(16, 4)])
    given = evidence(both, Perfect())
    precision, recall = triangles_precision(given), triangles_recall(given)
    assert precision.value == 0.5
    assert precision.more["of real pictures"] == 1
    assert precision.low < 0.5 < precision.high
    assert recall.value > 0.9
    monkeypatch.setattr(triangles, "distances_to_polygons", None)
    assert triangles_f1(given).value == pytest.approx(f1(0.5, recall.value))


def test_extremes(small: None) -> None:
    assert f1(0, 0) == 0
    assert math.isnan(f1(math.nan, 1))
    assert math.isnan(share_within(np.empty(0), 1)[0])
    one = triangles_precision(evidence(polygons(1, 3)))
    assert one.value == 1
    assert math.isnan(triangles_precision(evidence(np.zeros((0, 1, 28, 28), np.uint8))).value)
    nothing = triangles_recall(evidence(polygons(1, 3)))
    assert math.isnan(nothing.value)
    assert "latent" in nothing.note
    other = Evidence(DataSpec("digits", "images", 9, 1, 28), Sample(polygons(2, 3)), Sample(polygons(2, 3)))
    assert math.isnan(triangles_f1(other).value)
    assert triangles_f1(other).note


def test_a_broken_decoder_recalls_nothing_and_it_can_be_cancelled(small: None) -> None:
    class Broken(Perfect):
        def decode(self, z: torch.Tensor) -> torch.Tensor:
            return super().decode(z) * math.nan

    assert distances_to_decoder(polygons(2, 3), Broken(), 0.75).min() > 0.75

    def tick(_fraction: float, _text: str) -> None:
        raise CancelledError("enough")

    for measure in (triangles_precision, triangles_recall):
        with pytest.raises(CancelledError):
            measure(evidence(polygons(2, 3), Perfect(), tick=tick))
