"""Likeness of pictures against loops that are slow and plain."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ganstudio.core.errors import CancelledError
from ganstudio.metrics.base import Evidence, Sample
from ganstudio.metrics.similarity import SCALES, ms_ssim, psnr, random_pairs, scales, ssim
from tests.metrics.kit import PICTURES, found


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def sides(real: np.ndarray, fake: np.ndarray) -> Evidence:
    return Evidence(PICTURES, Sample(real), Sample(fake))


def slow_ssim(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """SSIM and its part without luminance of two pictures ``(H, W)``, window by window."""
    at = np.arange(11) - 5
    window = np.exp(-(at[:, None] ** 2 + at[None] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    both, contrast = [], []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            one, other = (side[y : y + 11, x : x + 11].astype(float) for side in (a, b))
            m, n = (window * one).sum(), (window * other).sum()
            v, w = (window * (one - m) ** 2).sum(), (window * (other - n) ** 2).sum()
            c = (window * (one - m) * (other - n)).sum()
            c1, c2 = 6.5025, 58.5225
            contrast.append((2 * c + c2) / (v + w + c2))
            both.append(contrast[-1] * (2 * m * n + c1) / (m * m + n * n + c1))
    return float(np.mean(both)), float(np.mean(contrast))


def halved(a: np.ndarray) -> np.ndarray:
    return a.reshape(a.shape[0] // 2, 2, a.shape[1] // 2, 2).astype(float).mean(axis=(1, 3))


def test_ssim_is_that_of_a_loop() -> None:
    a = noise(0, 2, 3, 14, 17)
    b = np.clip(0.6 * a + 0.4 * noise(1, 2, 3, 14, 17) + 20, 0, 255).astype(np.uint8)
    slow = [
        np.mean([slow_ssim(x, y)[0] for x, y in zip(one, other, strict=True)]) for one, other in zip(a, b, strict=True)
    ]
    np.testing.assert_allclose(ssim(a, b), slow, rtol=1e-9)
    np.testing.assert_allclose(ssim(a, a), 1)


def test_ms_ssim_is_that_of_a_loop() -> None:
    a = noise(0, 1, 1, 24, 24)
    b = np.clip(0.5 * a + 0.5 * noise(1, 1, 1, 24, 24), 0, 255).astype(np.uint8)
    weights = np.array(SCALES[:2]) / sum(SCALES[:2])
    slow = slow_ssim(a[0, 0], b[0, 0])[1] ** weights[0] * slow_ssim(halved(a[0, 0]), halved(b[0, 0]))[0] ** weights[1]
    assert ms_ssim(a, b)[0] == pytest.approx(slow, rel=1e-9)


def test_there_are_as_many_scales_as_have_room_for_the_window() -> None:
    assert [scales((size, size)) for size in (4, 11, 21, 22, 32, 64, 128, 175, 176, 1024)] == [
        1,
        1,
        1,
        2,
        2,
        3,
        4,
        4,
        5,
        5,
    ]


def test_psnr_by_hand() -> None:
    grey = np.full((2, 1, 8, 8), 100, np.uint8)
    other = grey.copy()
    other[0] += 10
    assert psnr(grey, other).tolist() == [pytest.approx(10 * math.log10(65025 / 100)), 100]
    black = np.zeros_like(grey)
    assert psnr(black, black + 255)[0] == pytest.approx(0, abs=1e-12)


def test_partners_are_compared_place_by_place() -> None:
    real = noise(0, 20, 3, 16, 16)
    near, equal = sides(real, real // 2 + 60), sides(real, real.copy())
    assert found("ssim", equal).value == pytest.approx(1)
    assert found("psnr", equal).value == 100
    assert found("ssim", sides(real, np.roll(real, 1, axis=0))).value < 0.1 < found("ssim", near).value < 1
    told = found("psnr", near)
    assert told.low < told.value < told.high
    assert "first 12" in found("psnr", sides(real[:12], real)).note


def test_copies_are_alike_and_noise_is_not() -> None:
    real = noise(0, 30, 1, 32, 32)
    told = found("ms-ssim", sides(real, np.repeat(real[:1], 30, axis=0)))
    assert told.value == pytest.approx(1)
    assert told.more["real"] < 0.1
    assert told.more["scales"] == 2
    assert "2 scales of 5" in told.note
    assert told == found("ms-ssim", sides(real, np.repeat(real[:1], 30, axis=0)))
    assert not found("ms-ssim", sides(real[:1], noise(1, 2, 1, 176, 176))).note


def test_a_pair_is_of_two_different_items() -> None:
    for count in (2, 3, 50):
        first, second = random_pairs(count, 400, 0)
        assert not (first == second).any()
        assert first.max() < count > second.max()


@pytest.mark.parametrize("name", ["ms-ssim", "ssim", "psnr"])
def test_poor_evidence_is_answered_with_a_note(name: str) -> None:
    good, bad = noise(0, 4, 1, 16, 16), noise(0, 4, 1, 16, 16).astype(np.float32)
    bad[1, 0, 3, 3] = np.nan
    points = np.zeros((4, 2), np.float32)
    for real, fake in ((good[:0], good[:0]), (good, bad), (points, points)):
        told = found(name, sides(real, fake))
        assert np.isnan(told.value)
        assert told.note
    tiny = noise(0, 4, 1, 4, 4)
    flat = np.full((4, 1, 16, 16), 7, np.uint8)
    for real, fake in ((tiny, tiny), (flat, flat), (good[:2], good), (good, good[:2]), (bad[:1], good)):
        assert np.isfinite(found(name, sides(real, fake)).value)
    if name != "ms-ssim":
        assert "differ in size" in found(name, sides(good, tiny)).note

    def stop(_fraction: float, _text: str) -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        found(name, Evidence(PICTURES, Sample(good), Sample(good), tick=stop))
