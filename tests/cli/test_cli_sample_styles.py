"""``ganstudio sample`` with styles, noise, pictures of a class and maps; what is refused of a run that enlarges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ganstudio.__main__ import main
from tests.cli.conftest import Call
from tests.methods.tiny_styles import registered


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("styles")
    with pytest.MonkeyPatch.context() as patch, registered():
        patch.setenv("GANSTUDIO_CONFIG", str(base / "config"))
        for name in ("styles", "few-shot", "enlarger"):
            run = ["train", f"tiny-{name}", "--data", "digits:size=16", "--out", str(base / name), "--steps", "2"]
            assert main(run) == 0
        yield base


def drawn(call: Call, run: Path, folder: Path, *arguments: object) -> NDArray[np.float32]:
    answer = call("sample", run, "--out", folder / "drawn.npy", *arguments)
    assert answer.status == 0, answer.err
    return np.load(folder / "drawn.npy")


def seen(path: Path) -> tuple[tuple[int, int], str]:
    with Image.open(path) as image:
        return image.size, image.mode


def test_layers_noise_and_truncation_are_held(call: Call, runs: Path, tmp_path: Path) -> None:
    run = runs / "styles"
    same = drawn(call, run, tmp_path, "--count", 3, "--set", "w=1-4:42", "noise=7")
    np.testing.assert_allclose(same[0], same[1], atol=1e-6)  # all layers are the second's, and so is the noise
    only = drawn(call, run, tmp_path, "--count", 3, "--set", "w=2:42", "noise=7")
    assert np.abs(only[0] - only[1]).max() > 1e-4
    mean = drawn(call, run, tmp_path, "--count", 3, "--set", "truncation=0", "noise=7")
    np.testing.assert_allclose(mean[0], mean[2], atol=1e-6)


@pytest.mark.parametrize("text", ["w=0-2:1", "w=2-9:1", "w=3-2:1", "w=0.5", "noise=-1", "noise=1.5"])
def test_what_no_layer_or_seed_is(call: Call, runs: Path, tmp_path: Path, text: str) -> None:
    answer = call("sample", runs / "styles", "--out", tmp_path / "a.png", "--set", text)
    assert answer.status == 2
    assert "“" in answer.err


def test_a_map_is_laid_over_every_picture(call: Call, runs: Path, tmp_path: Path) -> None:
    for extra in ((), ("--look-into", "attention")):
        assert call("sample", runs / "styles", "--out", tmp_path / "a.png", "--count", 4, *extra).status == 0
        assert seen(tmp_path / "a.png") == ((33, 33), "RGB" if extra else "L")
    answer = call("sample", runs / "styles", "--out", tmp_path / "a.png", "--look-into", "nothing")
    assert answer.status == 2
    assert "attention, energy" in answer.err
    assert call("sample", runs / "styles", "--out", tmp_path / "a.npy", "--look-into", "energy").status == 2


def test_pictures_of_a_class_from_files_and_from_the_data(call: Call, runs: Path, tmp_path: Path) -> None:
    run, file = runs / "few-shot", tmp_path / "white.png"
    Image.new("L", (30, 20), 255).save(file)
    light = drawn(call, run, tmp_path, "--count", 2, "--set", f"pictures={file}", "truncation=0")
    dark = drawn(call, run, tmp_path, "--count", 2, "--set", "pictures=class:3", "truncation=0")
    assert light.mean() > 0.7
    assert -1 < dark.mean() < 0.3
    answer = call("sample", run, "--out", tmp_path / "a.png", "--set", "pictures=class:cat")
    assert answer.status == 2
    assert "It has: 0, 1" in answer.err


def test_a_run_that_enlarges_translates_and_does_not_sample(call: Call, runs: Path, tmp_path: Path) -> None:
    answer = call("sample", runs / "enlarger", "--out", tmp_path / "a.png")
    assert answer.status == 2
    assert "ganstudio translate" in answer.err
    Image.new("L", (4, 4), 200).save(tmp_path / "small.png")
    answer = call("translate", runs / "enlarger", tmp_path / "small.png", "--out", tmp_path / "large.png")
    assert answer.status == 0, answer.err
    assert seen(tmp_path / "large.png") == ((16, 16), "L")
