from __future__ import annotations

import threading

import numpy as np
import pytest

from ganstudio.core.errors import CancelledError
from ganstudio.data import load, read, thumbnail
from ganstudio.data.landscapes import LANDSCAPE_CLASSES, compose, example_maps, render, scene, source
from ganstudio.data.request import parse_request


def test_a_seed_gives_the_same_scene_and_another_seed_another():
    first, again, other = scene(5, 48), scene(5, 48), scene(6, 48)
    assert (first.labels == again.labels).all()
    assert (first.picture == again.picture).all()
    assert first.time == again.time
    assert (first.labels != other.labels).any()


def test_all_classes_appear_and_no_others():
    seen = np.zeros(256, dtype=int)
    for seed in range(200):
        labels = compose(seed, 32)
        assert labels.dtype == np.uint8
        assert labels.shape == (32, 32)
        seen[np.unique(labels)] += 1
    assert (seen[: len(LANDSCAPE_CLASSES)] >= 5).all()
    assert not seen[len(LANDSCAPE_CLASSES) :].any()


def test_the_colours_of_the_classes_are_told_apart():
    colours = np.array([one.colour for one in LANDSCAPE_CLASSES], dtype=float)
    apart = np.linalg.norm(colours[:, None] - colours[None], axis=2) + 999 * np.eye(len(colours))
    assert apart.min() > 25


def test_a_scene_is_the_same_at_every_size():
    agreement = []
    for seed in range(24):
        small, large = compose(seed, 64), compose(seed, 128)
        agreement.append(np.mean([(small == large[i::2, j::2]).mean() for i in (0, 1) for j in (0, 1)]))
    assert np.mean(agreement) > 0.95
    assert min(agreement) > 0.9


def test_every_fourth_scene_has_simpler_outlines():
    def edges(seed: int) -> float:
        labels = compose(seed, 64)
        return float((labels[1:] != labels[:-1]).mean() + (labels[:, 1:] != labels[:, :-1]).mean())

    assert np.mean([edges(seed) for seed in range(3, 160, 4)]) < 0.95 * np.mean([edges(s) for s in range(0, 160, 4)])


@pytest.mark.parametrize("size", [32, 64, 256])
def test_pictures_have_the_size_of_their_map(size: int):
    made = scene(2, size)
    assert made.picture.shape == (size, size, 3)
    assert made.picture.dtype == np.uint8
    assert -1 <= made.time <= 1


def test_it_gets_brighter_from_night_to_noon_and_the_night_is_readable():
    maps = [compose(seed, 48) for seed in range(12)]
    times = (-1.0, -0.66, -0.33, 0.0, 0.33, 0.66, 1.0)
    means = [np.mean([render(one, time, seed).mean() for seed, one in enumerate(maps)]) for time in times]
    assert (np.diff(means) > 0).all()
    nights = np.stack([render(one, -1.0, seed) for seed, one in enumerate(maps)]).astype(float)
    assert nights[..., 2].mean() > nights[..., 0].mean()
    assert 25 < nights.mean() < 90
    assert nights.std(axis=(1, 2)).mean() > 8


@pytest.mark.parametrize("kind", range(len(LANDSCAPE_CLASSES)))
def test_any_painted_map_is_rendered(kind: int):
    labels = np.full((40, 40), kind, dtype=np.int64)
    assert render(labels, 0.5, 1).std() > 0.5
    labels[:20] = 0
    assert render(labels, -0.5, 2).shape == (40, 40, 3)


def test_styles_differ():
    labels = compose(2, 48)
    first, second = (render(labels, 0.8, seed).astype(float) for seed in (1, 4))
    assert np.abs(first - second).mean() > 5


def test_the_examples_are_six_named_maps():
    examples = example_maps(64)
    assert len({example.name for example in examples}) == 6
    for example in examples:
        assert example.ids.shape == (64, 64)
        assert len(np.unique(example.ids)) >= 4
        assert example.attributes.keys() == {"time of day"}
        assert all(-1 <= value <= 1 for value in example.attributes.values())


def test_landscapes_load_and_come_from_the_disk_the_second_time(monkeypatch: pytest.MonkeyPatch):
    data = load("landscapes:size=64,count=16", seed=1)
    assert data.spec.kind == "maps"
    assert data.spec.sides == ("map", "picture")
    assert tuple(data.items.shape) == (16, 3, 64, 64)
    assert tuple(data.inputs.shape) == (16, 64, 64)
    assert data.attributes.shape == (16, 1)
    assert data.spec.attributes == ("time of day",)
    assert data.spec.map_classes == LANDSCAPE_CLASSES
    assert float(data.attributes.abs().max()) <= 1
    third = scene(10_003, 64)
    assert (data.inputs[3].numpy() == third.labels).all()
    assert (data.items[3].permute(1, 2, 0).numpy() == third.picture).all()
    assert float(data.attributes[3, 0]) == pytest.approx(third.time)

    def never(seed: int, size: int) -> None:
        raise AssertionError("painted again")

    monkeypatch.setattr(source, "scene", never)
    again = load("landscapes:size=64,count=16", seed=2)
    assert again.fingerprint == data.fingerprint


def test_days_and_nights_are_of_different_scenes():
    data = load("day-night:count=16")
    assert data.spec.kind == "domains"
    assert data.spec.sides == ("day", "night")
    assert tuple(data.items.shape) == tuple(data.inputs.shape) == (16, 3, 64, 64)
    assert data.spec.input_count == 16
    assert float(data.inputs.float().mean()) > 1.7 * float(data.items.float().mean())
    assert load("day-night:count=16").fingerprint == data.fingerprint


@pytest.mark.parametrize("name", ["landscapes", "day-night"])
def test_reading_is_cancelled(name: str):
    cancel = threading.Event()
    told: list[float] = []

    def progress(fraction: float, text: str) -> None:
        told.append(fraction)
        if fraction > 0:
            cancel.set()

    with pytest.raises(CancelledError):
        read(parse_request(f"{name}:size=64,count=200"), cancel=cancel, progress=progress)
    assert 0 < told[-1] < 0.5


@pytest.mark.parametrize("name", ["landscapes", "day-night"])
def test_there_are_thumbnails(name: str):
    picture = thumbnail(name)
    assert picture.shape == (96, 96, 3)
    assert picture.std() > 10
