from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.__main__ import main
from ganstudio.app.settings import SettingsStore
from ganstudio.core.events import HyperChanged, Note, Rows, SeriesInfo
from ganstudio.store import Run, RunWriter
from tests.cli.conftest import TINY_POINTS, Call

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


def test_a_name_cannot_give_orders_to_the_terminal(call: Call, runs: Path, tmp_path: Path) -> None:
    """Some terminals put on the clipboard what such a sequence says, or give themselves another title."""
    copy = Path(shutil.copytree(runs / "points", tmp_path / "copy"))
    values = json.loads((copy / "run.json").read_text("utf-8"))
    name = "\x1b]52;c;cm0gLXJm\x07 red \x1b[31m \x9b2J ü"
    (copy / "run.json").write_text(json.dumps({**values, "name": name}), "utf-8")
    out = call("info", copy).out
    assert out.startswith(r"\x1b]52;c;cm0gLXJm\x07 red \x1b[31m \x9b2J ü")
    assert call("info", copy, "--json").json["name"] == name


def test_info_says_when_the_discriminator_has_won(call: Call, runs: Path, tmp_path: Path) -> None:
    path = Path(shutil.copytree(runs / "images", tmp_path / "dead"))
    series = SeriesInfo("D(x)", "probability", "real"), SeriesInfo("D(G(z))", "probability", "fake")
    steps = np.arange(4, 404)
    writer = RunWriter(path)
    writer.append_rows(Rows("steps", series, steps, steps * 0.1, np.tile(np.float32([1, 0]), (400, 1))))
    writer.close()
    told = call("info", path).out
    assert "discriminator wins" in told
    assert "D(x) 1.00 and D(G(z)) 0.00 over the last 200 steps." in told
    assert "Go on: D rate → 1e-4" in told
    verdict = call("info", path, "--json").json["verdict"]
    assert (verdict["word"], verdict["tone"], verdict["name"]) == ("discriminator wins", "warning", "strong")
    assert verdict["since"] in range(1, 20)
    change, other = verdict["remedies"]
    assert (change["how"], change["changes"]) == ("continue", {"lr_d": 1e-4})
    assert (other["how"], other["experiment"]["hyper"]["penalty"]) == ("duplicate", "r1")
    assert change["why"] in told
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


# -- a damaged checkpoint ---------------------------------------------------------------------------------------------


@pytest.fixture
def damaged(runs: Path, tmp_path: Path) -> Path:
    """A run whose newest checkpoint, of step 30, has zeros at its end."""
    path = Path(shutil.copytree(runs / "points", tmp_path / "damaged"))
    file = Run.open(path).checkpoint_path(30)
    file.write_bytes(file.read_bytes()[:-500] + bytes(500))
    return path


def test_info_and_sample_say_that_the_newest_checkpoint_is_damaged(call: Call, damaged: Path, tmp_path: Path) -> None:
    facts = call("info", damaged, "--json").json
    assert (facts["newest_good_checkpoint"], facts["damaged_checkpoints"]) == (0, [30])
    assert "of step 30, cannot be used" in call("info", damaged).out
    answer = call("sample", damaged, "--out", tmp_path / "a.npy")
    assert answer.status == 0
    warning, done = answer.err.splitlines()
    assert "of step 30, cannot be used" in warning
    assert "samples of step 0" in done
    answer = call("sample", damaged, "--step", 30, "--out", tmp_path / "b.npy")
    assert answer.status == 1
    assert "damaged" in answer.error
    assert not (tmp_path / "b.npy").exists()
    assert "step 0" in call("sample", damaged, "--step", 0, "--out", tmp_path / "b.npy").err


def test_resuming_says_from_which_checkpoint_and_keeps_it_in_the_diary(call: Call, damaged: Path) -> None:
    answer = call("train", "--resume", damaged, "--threads", 1)  # not “reached already”: step 30 is no more
    assert answer.status == 0, answer.err
    assert "of step 30, cannot be used, so that of step 0 is" in answer.err
    notes = [event.text for event in Run.open(damaged).events() if isinstance(event, Note)]
    assert any("of step 30" in text for text in notes)
    assert call("info", damaged, "--json").json["newest_good_checkpoint"] == 30


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text")
def test_a_run_in_a_folder_whose_name_is_no_text(runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is resumed, sampled and told of; a script can use the path that is printed."""
    odd = tmp_path / os.fsdecode(b"caf\xe9 \xff")
    shutil.copytree(runs / "points", odd / "run")

    def call(*arguments: object) -> tuple[int, bytes, bytes]:
        streams = io.BytesIO(), io.BytesIO()
        for name, stream in zip(("stdout", "stderr"), streams, strict=True):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(stream, encoding="utf-8", write_through=True))
        status = main([str(argument) for argument in arguments])
        return status, *(stream.getvalue() for stream in streams)

    for arguments in (
        ["train", "--resume", odd / "run", "--steps", 32, "--threads", 1],
        ["train", "gan", "--data", "ring", "--steps", 2, "--out", odd / "new", *TINY_POINTS],
    ):
        status, out, err = call(*arguments)
        assert status == 0, err
        assert Run.open(os.fsdecode(out.rstrip(b"\n"))).status().state == "finished"
    assert call("sample", odd / "run", "--out", odd / "a.png")[0] == 0
    assert (odd / "a.png").is_file()
    status, out, _err = call("info", odd / "run")
    assert (status, os.fsencode(odd) in out) == (0, True)
    facts = json.loads(call("info", odd / "run", "--json")[1])
    assert (facts["path"], facts["newest_good_checkpoint"]) == (str(odd / "run"), 32)
    assert call("info", odd / "none")[0] == 2


LONG = {
    "letters": "/tmp/" + "x" * 5000,
    "a name": "/tmp/" + "x" * 300,
    "folders": "/tmp" + "/y" * 2500,
    "just": "/" + "/".join(["z" * 200] * 20) + "/" + "z" * 60,  # it fits itself, and nothing in it does
}


@pytest.mark.parametrize("path", LONG.values(), ids=LONG)
def test_names_that_are_too_long_are_refused_in_a_sentence(call: Call, runs: Path, tmp_path: Path, path: str) -> None:
    for arguments in (
        ["info", path],
        ["sample", path, "--out", tmp_path / "a.png"],
        ["sample", runs / "images", "--out", f"{path}.png"],
        ["train", "--resume", path],
        ["train", "gan", "--data", "ring", "--steps", 2, "--out", path],
        ["train", "dcgan", "--data", f"folder:{path}", "--steps", 2],
        ["translate", path, path, "--out", path],
        [path],
        ["--screenshot", f"{path}.png"],
    ):
        answer = call(*arguments)
        assert answer.status == 2, arguments
        assert len(answer.error) < 1000


def test_a_file_may_have_the_longest_name_that_there_is(call: Call, runs: Path, tmp_path: Path) -> None:
    out = tmp_path / ("x" * 251 + ".png")
    assert call("sample", runs / "images", "--out", out).status == 0
    assert out.is_file()


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


def test_a_run_goes_on_beyond_the_end_of_its_schedule_only_when_told_how(call: Call, tmp_path: Path) -> None:
    begin = ["train", "gan", "--data", "ring", "--steps", 6, "--out", tmp_path / "run", *TINY_POINTS, "decay=linear"]
    assert call(*begin).status == 0
    resume = ["train", "--resume", tmp_path / "run", "--steps", 9, "--threads", 1]
    refused = call(*resume)
    assert refused.status == 2
    assert "decay_to=9" in refused.error
    assert call(*resume, "--set", "decay_to=9").status == 0
    assert Run.open(tmp_path / "run").status().step == 9


def test_thin_says_what_it_frees_and_frees_it(call: Call, runs: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(runs / "images", tmp_path / "copy"))
    before, stored = Run.open(copy).size_bytes(), Run.open(copy).checkpoint_steps()
    SettingsStore().set("keep_checkpoints", 3)
    assert "The newest 3 checkpoints stay whole" in call("thin", copy, "--dry-run").out, "as the preferences say"
    said = call("thin", copy, "--dry-run", "--newest", 1, "--grids", 2).out
    assert "would be freed" in said
    assert "The newest checkpoint stays whole, and so does the best." in said
    assert Run.open(copy).size_bytes() == before
    assert call("thin", copy, "--newest", 1, "--grids", 2).out == said.replace("would be freed", "freed")
    assert Run.open(copy).size_bytes() < before
    assert Run.open(copy).checkpoint_steps() == [stored[0], stored[-1]]
    assert len(Run.open(copy).sample_steps()) == 2
    assert call("sample", copy, "--step", stored[0], "--out", tmp_path / "a.png").status == 0, "it can be drawn with"
    Run.open(copy).checkpoint_path(stored[-1]).unlink()
    answer = call("train", "--resume", copy, "--steps", 9)
    assert answer.status == 1
    assert "thinned" in answer.err, "but not trained on"
