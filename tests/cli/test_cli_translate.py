"""``ganstudio translate``: one picture, folders, both ways, what is held, what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.__main__ import main
from ganstudio.explore.batch_translation import MANIFEST
from ganstudio.explore.stored import StoredGenerator
from ganstudio.explore.translating import read_input, translate
from ganstudio.store import Run
from tests.cli.conftest import Call

TINY = ["--steps", "2", "--threads", "1", "--device", "cpu", "--set", "width=4", "width_d=4"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``pairs`` (edges to digits) and ``ways`` (day and night)."""
    base = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANSTUDIO_CONFIG", str(base / "config"))
        patch.setenv("GANSTUDIO_CACHE", str(base / "cache"))
        pairs = ["train", "pix2pix", "--data", "edges-digits", "--out", str(base / "pairs")]
        ways = ["train", "cyclegan", "--data", "day-night:count=16", "--out", str(base / "ways")]
        assert main([*pairs, *TINY, "batch_size=2"]) == 0
        assert main([*ways, *TINY, "blocks=1"]) == 0
    return base


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for name in ("a.png", "b.jpg"):
        Image.fromarray(random.integers(0, 255, (50, 70, 3), np.uint8)).save(folder / name)
    return folder


def test_a_damaged_newest_checkpoint_is_told(call: Call, trained: Path, photos: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(trained / "pairs", tmp_path / "run"))
    file = Run.open(path).checkpoint_path(2)
    file.write_bytes(file.read_bytes()[:-9] + b"\x7f" * 9)
    answer = call("translate", path, photos / "a.png", "--out", tmp_path / "a.png")
    assert answer.status == 0
    assert "of step 2, cannot be used, so that of step 0 is" in answer.err
    assert "with step 0" in answer.err
    assert "damaged" in call("translate", path, photos / "a.png", "--out", tmp_path / "b.png", "--step", 2).error


def expected(run: Path, picture: Path, fit: str = "crop", direction: int | None = None) -> np.ndarray:
    """The same by the library."""
    generator = StoredGenerator.open(Run.open(run))
    settings = {} if direction is None else {"direction": np.asarray(direction, np.int64)}
    pixels = read_input(picture, generator.controls[0], fit).pixels  # type: ignore[arg-type]
    return translate(generator, pixels, settings)


def read(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.atleast_3d(np.asarray(picture))


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and int(np.abs(one.astype(int) - other).max()) <= 1  # rounding on other threads


def test_one_picture_into_one_file(call: Call, trained: Path, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    for fit in ("crop", "stretch"):  # the second time it is replaced
        answer = call("translate", trained / "pairs", photos / "a.png", "--out", out, "--fit", fit, "--device", "cpu")
        assert answer.status == 0, answer.err
        assert "a.png translated with step 2" in answer.err
        assert same(read(out), expected(trained / "pairs", photos / "a.png", fit))
    assert not (tmp_path / MANIFEST).exists()


@pytest.mark.parametrize(
    ("ending", "form", "loss"),
    [
        ("jpg", "JPEG", 40),
        ("JPEG", "JPEG", 40),
        ("webp", "WEBP", 1),
        ("bmp", "BMP", 1),
        ("tif", "TIFF", 1),
        ("tiff", "TIFF", 1),
    ],
)
@pytest.mark.parametrize("run", ["pairs", "ways"])
def test_the_ending_of_one_file_says_what_is_written(
    call: Call, trained: Path, photos: Path, tmp_path: Path, run: str, ending: str, form: str, loss: int
) -> None:
    out = tmp_path / f"o.{ending}"
    answer = call("translate", trained / run, photos / "b.jpg", "--out", out, "--device", "cpu")
    assert answer.status == 0, answer.err
    assert out.is_file()
    assert not (tmp_path / MANIFEST).exists()
    with Image.open(out) as picture:
        assert picture.format == form
        found = np.asarray(picture.convert("RGB")).astype(int)
    assert (
        int(np.abs(found - expected(trained / run, photos / "b.jpg", direction=0 if run == "ways" else None)).max())
        <= loss
    )


@pytest.mark.parametrize("name", ["o.jpg/", "there.jpg", "results.v2", "out.2026"])
def test_a_folder_may_have_any_name(call: Call, trained: Path, photos: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "there.jpg").mkdir()
    answer = call("translate", trained / "pairs", photos / "a.png", "--out", f"{tmp_path}/{name}", "--device", "cpu")
    assert answer.status == 0, answer.err
    assert (tmp_path / name / "a.png").is_file()


def test_a_folder_and_a_broken_picture(call: Call, trained: Path, photos: Path, tmp_path: Path) -> None:
    (photos / "bad.png").write_bytes(b"bad")
    answer = call("translate", trained / "pairs", photos, "--out", tmp_path / "out", "--device", "cpu")
    assert answer.status == 1
    assert "“bad.png” cannot be used" in answer.err
    assert "2 of 3 pictures" in answer.err
    assert "Traceback" not in answer.err
    assert same(read(tmp_path / "out" / "b.png"), expected(trained / "pairs", photos / "b.jpg"))
    about = json.loads((tmp_path / "out" / MANIFEST).read_text("utf-8"))
    assert about["run"]["name"] == Run.open(trained / "pairs").info.name
    assert (about["step"], about["method"], about["fit"]) == (2, "pix2pix", "crop")
    again = call("translate", trained / "pairs", photos / "a.png", photos / "b.jpg", "--out", tmp_path / "out")
    assert again.status == 0


@pytest.mark.parametrize(("text", "direction"), [("1", 1), ("night -> day", 1), ("Day → Night", 0), (None, 0)])
def test_both_ways(call: Call, trained: Path, photos: Path, tmp_path: Path, text: str | None, direction: int) -> None:
    out = tmp_path / "out.png"
    more = [] if text is None else ["--direction", text]
    answer = call("translate", trained / "ways", photos / "a.png", "--out", out, "--device", "cpu", *more)
    assert answer.status == 0, answer.err
    assert same(read(out), expected(trained / "ways", photos / "a.png", direction=direction))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["pairs", "photos/gone.png", "--out", "out.png"], "no file or folder"),
        (["pairs", "photos", "--out", "out.png"], "name a folder"),
        (["pairs", "photos/a.png", "--out", "gone/out.png"], "no folder"),
        (["pairs", "photos/a.png", "--out", "gone/deep/out"], "no folder"),
        (["pairs", "photos/a.png", "--out", "photos/a.png"], "over the pictures themselves"),
        (["pairs", "photos", "--out", "photos"], "over the pictures themselves"),
        (["pairs", "photos/a.png", "--out", "out.png", "--direction", "1"], "one way only"),
        (["ways", "photos/a.png", "--out", "out.png", "--direction", "west"], "0 “day → night”, 1 “night → day”"),
        (["pairs", "photos/a.png", "--out", "out.png", "--set", "style=1"], "cannot be held"),
        (["pairs", "photos/a.png", "--out", "out.png", "--set", "source=1"], "what the pictures are for"),
        (["pairs", "photos/a.png", "--out", "out.png", "--step", "77"], "no checkpoint of step 77"),
        (["pairs", "photos/a.png", "--out", "out.png", "--device", "abacus"], "abacus"),
        (["pairs", "photos/a.png", "--out", "out.png", "--fit", "tile"], "--fit"),
        (["pairs", "empty", "--out", "out"], "no pictures"),
        (["pairs", "photos", "--out", "out.jpg"], "name a folder"),
        (["pairs", "photos/a.png", "photos/b.jpg", "--out", "out.WEBP"], "name a folder"),
        (["pairs", "photos/b.jpg", "--out", "photos/b.jpg"], "over the pictures themselves"),
        (["pairs", "photos/b.jpg", "--out", "link.jpg"], "over the pictures themselves"),
        *[
            (["pairs", "photos/a.png", "--out", f"out.{ending}"], ".png, .jpg, .jpeg, .webp")
            for ending in ("gif", "heic", "ppm", "pdf", "svg", "mp4", "npy", "zip", "txt")
        ],
    ],
)
def test_refusals(
    call: Call, trained: Path, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], says: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "link.jpg").symlink_to(photos / "b.jpg")
    before = sorted(tmp_path.rglob("*"))
    answer = call("translate", trained / arguments[0], *arguments[1:])
    assert answer.status == 2
    assert says in answer.error
    assert sorted(tmp_path.rglob("*")) == before


def test_runs_that_translate_nothing(call: Call, runs: Path, photos: Path, tmp_path: Path) -> None:
    for run in ("images", "points"):
        answer = call("translate", runs / run, photos / "a.png", "--out", tmp_path / "out.png")
        assert answer.status == 2
        assert "translates nothing" in answer.error


def test_sample_names_this_command(call: Call, trained: Path, tmp_path: Path) -> None:
    answer = call("sample", trained / "pairs", "--out", tmp_path / "a.png")
    assert answer.status == 2
    assert "ganstudio translate" in answer.error
    assert not list(tmp_path.iterdir())
