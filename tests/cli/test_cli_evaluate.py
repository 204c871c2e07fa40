"""``ganstudio evaluate`` and what it measures: runs of a few steps, arrays, folders; metrics made up here."""

from __future__ import annotations

import json
import math
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganstudio.app.evaluate import sides
from ganstudio.app.evaluate.measuring import Asked, measure_run, metrics_for
from ganstudio.app.runs.readings import stored_tables
from ganstudio.core.errors import CancelledError, DiskFullError, StudioError, UsageError
from ganstudio.core.scores import Score
from ganstudio.metrics import all_metrics
from ganstudio.metrics.base import METRICS, Evidence, Found, Metric
from ganstudio.store import Run
from ganstudio.store.scores import append_scores, read_scores
from tests.cli.conftest import Call


def _mean(evidence: Evidence) -> Found:
    assert evidence.real.features is not None
    assert evidence.fake.features is not None
    return Found(float(np.abs(evidence.real.features.mean(0) - evidence.fake.features.mean(0)).sum()))


def _fails(_evidence: Evidence) -> Found:
    raise ZeroDivisionError("nothing")


def _fresh(evidence: Evidence) -> Found:
    assert evidence.held_out is not None
    return Found(float(evidence.held_out.items.mean()))


@pytest.fixture(autouse=True)
def made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    all_metrics()
    made = (
        Metric("t-mean", "Mean", "lower", frozenset({"features"}), "seconds", "Means.", _mean),
        Metric("t-fails", "Fails", "", frozenset(), "seconds", "Fails.", _fails),
        Metric("t-fresh", "Fresh", "", frozenset({"held out"}), "seconds", "Fresh.", _fresh),
    )
    monkeypatch.setattr(METRICS, "_items", {**METRICS._items, **{one.name: one for one in made}})


@pytest.fixture(params=["points", "images"])
def run(request: pytest.FixtureRequest, runs: Path, tmp_path: Path) -> Run:
    return Run.open(shutil.copytree(runs / request.param, tmp_path / "run"))


def quiet(_share: float, _text: str) -> None:
    pass


def asked(*metrics: str, **more: object) -> Asked:
    return Asked(metrics or ("t-mean",), **{"extractor": "pixels", "count": 300, **more})  # type: ignore[arg-type]


def test_the_same_request_gives_the_same_number(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    first = measure_run(run, asked(), lambda share, _text: told.append(share))
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1
    monkeypatch.setattr("ganstudio.explore.generator.CHUNK_IMAGES", 7)
    again = measure_run(run, asked("t-fails", "t-mean", "t-fresh"), quiet)
    assert again[1].value == pytest.approx(first[0].value, abs=1e-4)
    assert math.isnan(again[0].value)
    assert "nothing" in again[0].note, "one that fails says why, and the others go on"
    assert math.isfinite(again[2].value) == (run.info.spec.kind == "points"), (
        "a formula has fresh items, digits have none"
    )
    assert {one.metric for one in read_scores(run.path)} == {"t-mean", "t-fails", "t-fresh"}
    assert (first[0].count, first[0].real_count, first[0].split, first[0].data) == (
        300,
        300,
        "train",
        run.info.fingerprint,
    )


def test_more_than_there_is_takes_all_and_says_so(run: Run) -> None:
    if run.info.spec.kind == "points":
        return
    (one,) = measure_run(run, asked(count=2000), quiet)
    assert (one.count, one.real_count) == (2000, run.info.spec.count)
    assert "only" in one.note
    assert "against" in one.label("Mean")


def test_what_cannot_be_measured_is_refused_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="t-mean"):
        measure_run(run, asked("t-meam"), quiet)
    with pytest.raises(UsageError, match="no checkpoint of step"):
        measure_run(run, asked(steps=(77,)), quiet)
    with monkeypatch.context() as patch:
        patch.setattr("ganstudio.data.base.fingerprint", lambda _arrays: "other")
        with pytest.raises(StudioError, match="others now"):
            measure_run(run, asked(), quiet)
    shutil.rmtree(run.path / "checkpoints")
    for every in (False, True):
        with pytest.raises(StudioError, match="no checkpoint yet"):
            measure_run(run, asked(all_checkpoints=every), quiet)
    assert not read_scores(run.path)


def test_scores_are_points_of_a_curve_that_can_be_compared(run: Run) -> None:
    (first,) = measure_run(run, asked(), quiet)
    append_scores(run.path, [replace(first, step=1, value=9.0), replace(first, step=2, value=8.0, count=77)])
    last = [replace(first, step=3, value=float("nan")), replace(first, made=f"9{first.made[1:]}")]
    append_scores(run.path, last)
    table = stored_tables(run)["scores"]
    assert [info.name for info in table.series] == ["t-mean"]
    assert table.steps.tolist() == [1, first.step]
    assert table.column("t-mean").tolist() == pytest.approx([9.0, first.value])


def test_cancelling_keeps_what_was_measured(run: Run) -> None:
    def tick(_share: float, text: str) -> None:
        if text == "Fails":
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        measure_run(run, asked("t-mean", "t-fails"), tick)
    assert [one.metric for one in read_scores(run.path)] == ["t-mean"]


def test_a_full_disk_loses_no_number(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _scores: object) -> None:
        raise DiskFullError("The disk is full.")

    monkeypatch.setattr("ganstudio.store.scores.append_scores", full)
    scores: list[Score] = []
    with pytest.raises(DiskFullError):
        measure_run(run, asked("t-mean", "t-fails"), quiet, scores)
    assert len(scores) == 2


def test_pictures_are_rounded_and_clamped() -> None:
    assert sides.quantised(np.array([-1.5, -1, 0, 1, 2])).tolist() == [0, 0, 128, 255, 255]
    with pytest.raises(StudioError, match="finite"):
        sides.quantised(np.array([np.nan]))


def test_the_command_prints_what_gives_the_number_again(call: Call, runs: Path, tmp_path: Path) -> None:
    path = shutil.copytree(runs / "points", tmp_path / "a run")
    first = call("evaluate", path, "--metrics", "t-mean", "--count", 200, "--json")
    assert first.status == 0, first.err
    (one,) = first.json
    again = call(*shlex.split(one["command"])[1:], "--json")
    assert again.json[0]["value"] == one["value"]
    table = call("evaluate", path, "--metrics", "t-mean", "--count", 200)
    assert "Mean · coordinates · 200 · train" in table.out
    assert "--seed 0" in table.out
    assert "Mean" in call("evaluate", "--list").out
    both = call("evaluate", path, "--metrics", "t-fails,t-mean", "--count", 200)
    (line,) = [line for line in both.out.splitlines() if "ganstudio evaluate" in line]
    assert "--metrics t-fails,t-mean --extractor pixels --count 200" in line, "one command gives all of it again"
    assert call("info", path, "--json").json["scores"][0]["metric"] == "t-mean"
    assert "t-mean · coordinates" in call("info", path).out


def test_arrays_and_folders_are_compared(call: Call, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name, channels_last in (("a", True), ("b", False)):
        shape = (20, 8, 8, 3) if channels_last else (20, 3, 8, 8)
        np.save(tmp_path / f"{name}.npy", rng.integers(0, 255, shape, dtype=np.uint8))
    np.save(tmp_path / "f.npy", rng.normal(size=(9, 4)))
    np.save(tmp_path / "nan.npy", np.full((9, 4), np.nan))
    np.save(tmp_path / "nanpictures.npy", np.full((9, 8, 8, 3), np.nan))
    np.save(tmp_path / "o.npy", np.array([{}], dtype=object), allow_pickle=True)
    (tmp_path / "empty").mkdir()
    for folder in ("p", "q"):
        (tmp_path / folder).mkdir()
        for number, (mode, size) in enumerate((("L", (20, 30)), ("RGB", (64, 64)), ("RGBA", (90, 40)))):
            Image.new(mode, size, 40 * number).save(tmp_path / folder / f"{number}.png")

    def compare(real: str, fake: str) -> object:
        return call("evaluate", "--real", tmp_path / real, "--fake", tmp_path / fake, "--metrics", "t-mean", "--json")

    assert compare("a.npy", "b.npy").json[0]["value"] > 0  # type: ignore[attr-defined]
    assert compare("f.npy", "f.npy").json[0]["value"] == 0  # type: ignore[attr-defined]
    assert compare("p", "q").json[0]["value"] == 0  # type: ignore[attr-defined]
    for wrong in ("nan.npy", "nanpictures.npy", "o.npy", "empty", "none"):
        answer = compare(wrong, "a.npy")
        assert answer.status in (1, 2), wrong  # type: ignore[attr-defined]
        assert "unexpected" not in answer.err, answer.err  # type: ignore[attr-defined]
    assert compare("f.npy", "a.npy").status == 2  # type: ignore[attr-defined]
    assert call("evaluate").status == 2


def test_what_was_measured_is_exported_and_nothing_measured_for_it(call: Call, run: Run, tmp_path: Path) -> None:
    measure_run(run, asked(), quiet)
    before = (run.path / "scores.jsonl").read_bytes()
    files = [tmp_path / f"out.{ending}" for ending in ("csv", "tex", "html")]
    given = [word for path in files for word in ("--export", path)]
    answer = call("evaluate", run.path, *given, "--tensorboard", tmp_path / "tb")
    assert answer.status == 0, answer.err
    assert [line.split()[-1] for line in answer.out.splitlines()[:3]] == list(map(str, files))
    assert all(path.stat().st_size for path in files)
    assert len(list((tmp_path / "tb").rglob("*tfevents*"))) == 1
    assert (run.path / "scores.jsonl").read_bytes() == before
    answer = call("evaluate", run.path, "--export", files[0], "--json")
    assert answer.json == [{"written": str(files[0])}]
    assert "csv" in call("evaluate", run.path, "--export", tmp_path / "out.xls").error
    assert "Only runs" in call("evaluate", "--real", tmp_path, "--fake", tmp_path, "--export", files[0]).error


def pictures(folder: Path, sizes: Sequence[tuple[int, int]], shift: int = 0) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number, (width, height) in enumerate(sizes):
        rows = rng.integers(0, 200, (height, width, 3), dtype=np.uint8) + shift
        Image.fromarray(rows.astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def test_folders_say_how_they_were_brought_to_one_size_and_know_partners(call: Call, tmp_path: Path) -> None:
    a, b = (pictures(tmp_path / name, [(20, 20)] * 4, shift) for name, shift in (("a", 0), ("b", 9)))
    wide, mixed = pictures(tmp_path / "w", [(30, 20)] * 4), pictures(tmp_path / "m", [(90, 70), (20, 20)])
    np.save(tmp_path / "n.npy", np.zeros((4, 3, 24, 24), np.uint8))

    def told(real: Path, fake: Path, *more: object) -> dict[str, dict[str, Any]]:
        answer = call("evaluate", "--real", real, "--fake", fake, "--metrics", "psnr,ssim,t-mean", "--json", *more)
        assert answer.status == 0, answer.err
        return {row["metric"]: row for row in answer.json}

    found = told(a, b)
    assert found["psnr"]["value"] == pytest.approx(20 * np.log10(255 / 9))
    assert 0.9 < found["ssim"]["value"] < 1
    assert found["psnr"]["resize"] == found["t-mean"]["resize"] == "", "all have one size, which is kept"
    assert told(a, b, "--count", 2)["psnr"]["value"] == pytest.approx(20 * np.log10(255 / 9))
    assert told(a, a)["psnr"]["value"] == 100
    assert told(wide, a)["psnr"]["resize"] == "middle square, 64 px"
    assert told(wide, wide)["psnr"]["resize"] == "middle square, 20 px"
    (b / "extra.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    assert "extra.png" in told(a, b)["psnr"]["note"]
    assert told(a, b)["psnr"]["value"] is not None
    other = told(a, mixed)
    assert other["psnr"]["value"] is None
    assert other["psnr"]["note"]
    assert other["t-mean"]["resize"] == "middle square, 64 px, averaged down to 32 px"
    assert told(tmp_path / "n.npy", a)["t-mean"]["resize"] == "middle square, 24 px"


def test_every_size_of_pictures_ends_in_words() -> None:
    from ganstudio.app.evaluate.given import _side

    assert _side({(64, 64)}, set()) == (64, "")
    assert _side({(8, 8)}, set()) == (16, "resized to 16 px")
    assert _side({(900, 400)}, set()) == (256, "middle square, 256 px")
    assert _side({(32, 32)}, {(32, 32)}) == (32, "")
    assert _side(set(), {(7, 9)})[1] == ""


def test_an_interruption_prints_and_keeps_what_was_measured(
    run: Run, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_evidence: Evidence) -> Found:
        raise KeyboardInterrupt

    known = replace(METRICS["t-fails"], compute=stop)
    monkeypatch.setitem(METRICS._items, "t-fails", known)
    answer = call("evaluate", run.path, "--metrics", "t-mean,t-fails", "--extractor", "pixels", "--count", 20, "--json")
    assert answer.status == 130
    assert [row["metric"] for row in answer.json] == ["t-mean"]
    assert [one.metric for one in read_scores(run.path)] == ["t-mean"]


def test_a_damaged_checkpoint_has_the_label_of_the_others(run: Run) -> None:
    first = min((run.path / "checkpoints").iterdir())
    first.write_bytes(first.read_bytes()[:-1] + b"x")
    scores = measure_run(run, asked(all_checkpoints=True, count=20), quiet)
    assert len(scores) > 1
    assert {one.label("Mean") for one in scores} == {scores[-1].label("Mean")}
    assert "damaged" in scores[0].note
    assert math.isfinite(scores[-1].value)


def test_a_set_that_changed_on_the_disk_is_not_compared(call: Call, tmp_path: Path) -> None:
    folder = pictures(tmp_path / "p", [(16, 16)] * 9)
    train = ("train", "dcgan", "--data", f"folder:{folder}:size=16", "--steps", 1, "--threads", 1)
    assert call(*train, "--out", tmp_path / "r", "--set", "conv_width=4", "batch_size=4").status == 0
    shutil.copy(folder / "0.png", folder / "10.png")
    assert "others now" in call("evaluate", tmp_path / "r", "--metrics", "t-mean").err
    (folder / "10.png").unlink()
    assert call("evaluate", tmp_path / "r", "--metrics", "t-mean").status == 0
    (folder / "1.png").unlink()
    assert "others now" in call("evaluate", tmp_path / "r", "--metrics", "t-mean").err


@pytest.mark.parametrize(
    ("method", "known", "never"),
    [("infogan", {"purity", "drawn-purity"}, {"accuracy"}), ("acgan", {"accuracy", "drawn-accuracy"}, {"purity", "ais"}),
     ("dcgan", {"distance"}, {"accuracy", "purity", "ais", "drawn-purity"})],
)  # fmt: skip
def test_what_is_offered_suits_the_method(method: str, known: set[str], never: set[str], runs: Path) -> None:
    info = Run.open(runs / "images").info
    described = replace(info, experiment=replace(info.experiment, method=method, hyper={}))
    offered = {one.name for one in metrics_for(described)}
    assert known <= offered
    assert not offered & never


def test_what_is_recognised_counts_its_own_items(call: Call, tmp_path: Path) -> None:
    train = ("train", "acgan", "--data", "digits:size=16", "--steps", 1, "--threads", 1, "--out", tmp_path / "r")
    assert call(*train, "--set", "conv_width=4", "batch_size=4").status == 0
    right, wrong = call("evaluate", tmp_path / "r", "--metrics", "accuracy,purity", "--count", 1700, "--json").json
    assert right["count"] == right["real_count"] > 0
    assert "only" not in right["note"]
    assert 0 <= right["value"] <= 100
    assert wrong["value"] is None
    assert "clusters" in wrong["note"]


def test_wrong_files_of_inception_and_fetching_without_a_network(
    run: Run, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr("ganstudio.data.files._chosen", {})
    if run.info.spec.kind == "points":
        answer = call("evaluate", run.path, "--metrics", "t-mean", "--extractor", "inception", "--inception", tmp_path)
        assert "grey or coloured" in answer.err
        return
    Image.new("RGB", (9, 9)).save(tmp_path / "p.png")
    torch.save({"AuxLogits.fc.weight": torch.zeros(2, 2), "fc.weight": torch.zeros(2, 2)}, tmp_path / "tv.pth")
    (tmp_path / "torn.pth").write_bytes((tmp_path / "tv.pth").read_bytes()[:-200])
    for file, words in (("p.png", "not a file of weights"), ("tv.pth", "torchvision"), ("torn.pth", "cut off"),
                        (".", "is a folder"), ("none", "no file")):  # fmt: skip
        path = tmp_path / file
        answer = call("evaluate", run.path, "--metrics", "t-mean", "--extractor", "inception", "--inception", path)
        assert (answer.status, words in answer.err) == (2, True), answer.err
    (tmp_path / "settings").mkdir()
    monkeypatch.setenv("GANSTUDIO_CONFIG", str(tmp_path / "settings"))
    setting = json.dumps({"version": 1, "settings": {"inception": str(tmp_path / "tv.pth")}})
    (tmp_path / "settings" / "settings.json").write_text(setting)
    answer = call("evaluate", run.path, "--metrics", "t-mean", "--extractor", "inception-clean")
    assert "torchvision" in answer.err, "the file of the settings was read"

    def none(*_args: object, **_more: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *_args, **_more: none())
    monkeypatch.setenv("GANSTUDIO_DATA", str(tmp_path / "data"))
    answer = call("evaluate", "--fetch-inception")
    assert answer.status == 1
    assert "unexpected" not in answer.err
