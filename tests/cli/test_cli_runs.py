from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.core.events import HyperChanged, Rows, SeriesInfo
from ganstudio.store import RunWriter
from tests.cli.conftest import Call

# -- info -------------------------------------------------------------------------------------------------------------


def test_info_json(call: Call, runs: Path) -> None:
    answer = call("info", runs / "points", "--json")
    assert answer.status == 0
    facts = answer.json
    assert (facts["method"], facts["data"], facts["step"], facts["state"]) == ("gan", "ring", 30, "finished")
    assert (facts["total"], facts["seed"], facts["hyper"]["batch_size"]) == (30, 5, 16)
    assert facts["checkpoints"][-1] == facts["samples"][-1] == 30
    assert facts["path"] == str(runs / "points")
    assert facts["size_bytes"] > 1000
    assert facts["seconds"] > 0
    metrics = facts["metrics"]
    assert {"D(x)", "D(G(z))", "discriminator/real", "generator/adversarial", "gradient/generator"} <= metrics.keys()
    assert 0 <= metrics["D(x)"] <= 1
    assert "modes" in metrics


def test_info_in_words(call: Call, runs: Path) -> None:
    out = call("info", runs / "images").out
    assert "finished, step 3 of 3" in out
    assert "dcgan" in out
    assert "generator/" in out


def test_info_says_when_the_discriminator_has_won(call: Call, runs: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(runs / "images", tmp_path / "dead"))
    series = SeriesInfo("D(x)", "probability", "real"), SeriesInfo("D(G(z))", "probability", "fake")
    steps = np.arange(4, 404)
    writer = RunWriter(path)
    writer.append_rows(Rows("steps", series, steps, steps * 0.1, np.tile(np.float32([1, 0]), (400, 1))))
    writer.close()
    told = call("info", path).out
    assert "discriminator wins" in told
    assert "lower D learning rate" in told
    verdict = call("info", path, "--json").json["verdict"]
    assert (verdict["word"], verdict["tone"]) == ("discriminator wins", "warning")
    assert call("info", runs / "images", "--json").json["verdict"]["word"] == "too early to tell"


@pytest.fixture
def changed(runs: Path, tmp_path: Path) -> Path:
    """A run with a setting that was changed and values that JSON has no word for."""
    path = Path(shutil.copytree(runs / "points", tmp_path / "changed"))
    writer = RunWriter(path)
    writer.append_event(HyperChanged(10, "lr_g", 1e-3, 5e-4))
    series = (SeriesInfo("odd", "quality", "fake"), SeriesInfo("never", "quality", "fake"))
    values = np.array([[1, np.nan], [np.inf, np.nan], [np.nan, np.nan]], np.float32)
    writer.append_rows(Rows("extra", series, np.array([1, 2, 3]), np.array([1.0, 2.0, 3.0]), values))
    writer.close()
    return path


def test_info_knows_changes_and_writes_valid_json(call: Call, changed: Path) -> None:
    def refuse(word: str) -> None:
        raise ValueError(word)

    facts = json.loads(call("info", changed, "--json").out, parse_constant=refuse)
    assert facts["hyper"]["lr_g"] == 5e-4
    assert facts["changes"] == [{"step": 10, "name": "lr_g", "old": 1e-3, "new": 5e-4}]
    assert facts["metrics"]["odd"] is None
    assert facts["metrics"]["never"] is None
    assert "inf" in call("info", changed).out


# -- sample -----------------------------------------------------------------------------------------------------------


def test_points_as_numbers_and_table(call: Call, runs: Path, tmp_path: Path) -> None:
    for name in ("a.npy", "a.csv"):
        answer = call("sample", runs / "points", "--count", 10, "--seed", 3, "--out", tmp_path / name)
        assert (answer.status, answer.out) == (0, "")
        assert "10 samples of step 30" in answer.err
    points = np.load(tmp_path / "a.npy")
    assert (points.dtype, points.shape) == (np.float32, (10, 2))
    with (tmp_path / "a.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["x", "y"]
    assert np.array_equal(np.array(rows[1:], np.float32), points)


def test_images_as_numbers_and_grid(call: Call, runs: Path, tmp_path: Path) -> None:
    for name in ("a.npy", "a.png"):
        assert call("sample", runs / "images", "--count", 5, "--seed", 1, "--out", tmp_path / name).status == 0
    items = np.load(tmp_path / "a.npy")
    assert (items.dtype, items.shape) == (np.float32, (5, 1, 16, 16))
    assert items.min() >= -1
    assert items.max() <= 1
    with Image.open(tmp_path / "a.png") as picture:
        grid = np.asarray(picture)
    assert grid.shape == (2 * 17 - 1, 3 * 17 - 1)
    assert np.array_equal(grid[:16, :16], np.rint((items[0, 0] + 1) * 127.5).astype(np.uint8))


def test_count_defaults_to_64(call: Call, runs: Path, tmp_path: Path) -> None:
    call("sample", runs / "points", "--out", tmp_path / "a.npy")
    assert len(np.load(tmp_path / "a.npy")) == 64


@pytest.mark.parametrize(
    ("run", "name"), [("points", "a.csv"), ("points", "a.png"), ("images", "a.png"), ("images", "a.npy")]
)
def test_same_seed_same_bytes(call: Call, runs: Path, tmp_path: Path, run: str, name: str) -> None:
    contents = []
    for seed in (1, 1, 2):
        assert call("sample", runs / run, "--seed", seed, "--out", tmp_path / name).status == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] == contents[1] != contents[2]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_averaged_weights_unless_raw_ones_are_wanted(call: Call, runs: Path, tmp_path: Path) -> None:
    call("sample", runs / "points", "--out", tmp_path / "ema.npy")
    assert "raw" in call("sample", runs / "points", "--raw", "--out", tmp_path / "raw.npy").err
    assert not np.array_equal(np.load(tmp_path / "ema.npy"), np.load(tmp_path / "raw.npy"))


def test_an_earlier_step(call: Call, runs: Path, tmp_path: Path) -> None:
    first = call("info", runs / "points", "--json").json["checkpoints"][0]
    assert call("sample", runs / "points", "--step", first, "--out", tmp_path / "a.npy").status == 0
    call("sample", runs / "points", "--out", tmp_path / "b.npy")
    assert not np.array_equal(np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy"))


@pytest.mark.parametrize(
    ("run", "arguments", "says"),
    [
        ("images", ["--out", "OUT/a.csv"], ".png"),
        ("points", ["--out", "OUT/a.txt"], ".npy"),
        ("points", ["--out", "OUT/nowhere/a.npy"], "nowhere"),
        ("points", ["--out", "OUT/a.npy", "--step", "999"], "It has: "),
        ("points", ["--out", "OUT/a.npy", "--count", "0"], "whole number"),
        ("points", ["--out", "OUT/a.npy", "--seed", "x"], "whole number"),
        ("points", [], "--out"),
    ],
)
def test_wrong_requests(call: Call, runs: Path, tmp_path: Path, run: str, arguments: list[str], says: str) -> None:
    answer = call("sample", runs / run, *(argument.replace("OUT", str(tmp_path)) for argument in arguments))
    assert answer.status == 2
    assert says in answer.error
    assert not list(tmp_path.iterdir())


def test_checkpoint_that_is_none_fails(call: Call, runs: Path, tmp_path: Path) -> None:
    run = Path(shutil.copytree(runs / "points", tmp_path / "run"))
    newest = max((run / "checkpoints").iterdir())
    newest.write_bytes(b"\x80\x04pickle")
    answer = call("sample", run, "--step", 30, "--out", tmp_path / "a.npy")
    assert answer.status == 1
    assert "pickle" in answer.error
    for path in (run / "checkpoints").iterdir():
        path.unlink()
    answer = call("sample", run, "--out", tmp_path / "a.npy")
    assert answer.status == 1
    assert "no checkpoint yet" in answer.error
