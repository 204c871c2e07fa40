"""``ganstudio sample --set`` and ``--per-class``: what is held, what is drawn, what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from ganstudio.__main__ import main
from ganstudio.explore.stored import StoredGenerator
from ganstudio.store import Run
from tests.cli.conftest import TINY_IMAGES, Call


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``classes`` (a run whose classes are named 3 and 7) and ``codes`` (4 categories, 2 codes)."""
    base = tmp_path_factory.mktemp("told")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANSTUDIO_CONFIG", str(base / "config"))
        classes = ["train", "cgan", "--data", "digits:size=16,classes=3+7", "--out", str(base / "classes")]
        codes = ["train", "infogan", "--data", "digits:size=16", "--out", str(base / "codes")]
        assert main([*classes, "--steps", "2", *TINY_IMAGES]) == 0
        assert main([*codes, "--steps", "2", *TINY_IMAGES, "categories=4", "dense=16"]) == 0
    return base


def drawn(call: Call, run: Path, folder: Path, *arguments: object) -> NDArray[np.float32]:
    out = folder / "drawn.npy"
    answer = call("sample", run, "--out", out, *arguments)
    assert answer.status == 0, answer.err
    return np.load(out)


def expected(run: Path, count: int, seed: int = 0, **held: object) -> NDArray[np.float32]:
    """The same by the library: the draw of the seed with some rows replaced."""
    generator = StoredGenerator.open(Run.open(run))
    values = dict(generator.draw(count, seed))
    for name, value in held.items():
        values[name] = np.broadcast_to(np.asarray(value, np.float32), values[name].shape).copy()
    return generator.generate(values)


@pytest.mark.parametrize(
    ("text", "weights"), [("3", [1, 0]), ("7", [0, 1]), ("0", [1, 0]), ("1", [0, 1]), ("1,3", [0.25, 0.75])]
)
def test_a_class_by_name_number_or_mixture(
    call: Call, told: Path, tmp_path: Path, text: str, weights: list[float]
) -> None:
    found = drawn(call, told / "classes", tmp_path, "--count", 5, "--seed", 2, "--set", f"class={text}")
    assert np.allclose(found, expected(told / "classes", 5, 2, **{"class": weights}), atol=1e-6)
    assert not np.allclose(found[0], found[1])  # the rest is still drawn


def test_category_codes_and_truncation(call: Call, told: Path, tmp_path: Path) -> None:
    run = told / "codes"
    held = ["--set", "category=2", "codes=0.5,-1", "--set", "truncation=0"]
    found = drawn(call, run, tmp_path, "--count", 3, *held)
    assert np.allclose(found, expected(run, 3, category=[0, 0, 1, 0], codes=[0.5, -1], z=0.0), atol=1e-6)
    assert np.allclose(found[0], found[2], atol=1e-6)  # nothing is left to the seed


def test_truncation_scales_latents_only(call: Call, told: Path, tmp_path: Path) -> None:
    run = told / "codes"
    latents = StoredGenerator.open(Run.open(run)).draw(4, 1)["z"]
    found = drawn(call, run, tmp_path, "--count", 4, "--seed", 1, "--set", "truncation=0.5")
    assert np.allclose(found, expected(run, 4, 1, z=0.5 * latents), atol=1e-6)


def test_without_it_nothing_is_held(call: Call, told: Path, tmp_path: Path) -> None:
    assert np.allclose(drawn(call, told / "codes", tmp_path), expected(told / "codes", 64), atol=1e-6)


def test_a_column_for_each_class_and_a_draw_for_each_row(call: Call, told: Path, tmp_path: Path) -> None:
    run = told / "codes"
    items = drawn(call, run, tmp_path, "--per-class", 3, "--seed", 4)
    assert len(items) == 3 * 4
    generator = StoredGenerator.open(Run.open(run))
    rows = generator.draw(3, 4)
    for index, item in enumerate(items):
        values = {name: value[index // 4][None] for name, value in rows.items()}
        values["category"] = np.eye(4, dtype=np.float32)[index % 4][None]
        assert np.allclose(item, generator.generate(values)[0], atol=1e-5)
    assert call("sample", run, "--out", tmp_path / "a.png", "--per-class", 3).status == 0
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (4 * 17 - 1, 3 * 17 - 1)


@pytest.mark.parametrize(
    ("run", "arguments", "says"),
    [
        ("classes", ["--set", "class=5"], "has no “5”. It has: 3, 7"),
        ("classes", ["--set", "class=1,1,1"], "3 numbers; this generator takes 2"),
        ("classes", ["--set", "class=0,0"], "above 0"),
        ("classes", ["--set", "codes=1,1"], "this generator has: class, z, truncation"),
        ("classes", ["--set", "class"], "key=value"),
        ("codes", ["--set", "category=4"], "has no “4”"),
        ("codes", ["--set", "codes=1"], "takes 2"),
        ("codes", ["--set", "codes=1,wide"], "numbers only"),
        ("codes", ["--set", "codes=1,nan"], "not finite"),
        ("codes", ["--set", "truncation=3"], "from -2.0 to 2.0"),
        ("codes", ["--set", "truncation=nan"], "from -2.0 to 2.0"),
        ("codes", ["--per-class", "2", "--count", "8"], "not both"),
        ("codes", ["--per-class", "2", "--set", "category=1"], "draws every category"),
        ("codes", ["--per-class", "10000000"], "hardly any program"),
        ("codes", ["--count", "10000000"], "at most 231,361, or more into an .npy"),
    ],
)
def test_refusals(call: Call, told: Path, tmp_path: Path, run: str, arguments: list[str], says: str) -> None:
    answer = call("sample", told / run, "--out", tmp_path / "a.png", *arguments)
    assert answer.status == 2
    assert says in answer.error
    assert not list(tmp_path.iterdir())


def test_more_than_memory_holds(call: Call, told: Path, tmp_path: Path) -> None:
    answer = call("sample", told / "codes", "--out", tmp_path / "a.npy", "--count", 10_000_000)
    assert answer.status == 2
    assert "at most 2,097,152" in answer.error


def test_runs_without_classes(call: Call, runs: Path, tmp_path: Path) -> None:
    for run, says in (("images", "knows no classes"), ("points", "draws points")):
        answer = call("sample", runs / run, "--out", tmp_path / "a.npy", "--per-class", 2)
        assert answer.status == 2
        assert says in answer.error
