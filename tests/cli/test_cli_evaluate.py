"""``ganstudio evaluate`` and what it measures: runs of a few steps, arrays, folders; metrics made up here."""

from __future__ import annotations

import math
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganstudio.app.evaluate import sides
from ganstudio.app.evaluate.measuring import Asked, measure_run
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
