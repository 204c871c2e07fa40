"""Every row runs and tells finite numbers; how fast this machine is does not matter here."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from ganstudio.bench import run as bench_run
from ganstudio.bench import run_bench
from ganstudio.bench.by_hand import LoopByHand
from ganstudio.bench.crowd import Crowd
from ganstudio.bench.figures import ROWS, Figure, ratio
from ganstudio.bench.headless import IMAGE, POINTS, speed, speed_of
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value

FIGURES = {
    "engine-points": {"engine-points"},
    "engine-small": {"engine-small"},
    "window-points": {"window-points"},
    "timer": {f"timer-{kind}-{what}" for kind in ("image", "points") for what in ("p99", "worst")},
    "theme": {"theme", "theme-training"},
    "start": {"start"},
    "start-train": {"start-train"},
    "curves": {"curves-redraw", "curves-redraw-smooth", "curves-memory"},
    "checkpoint": {"checkpoint"},
    "ranks": {"ranks"},
    "live-metric": {"live-metric-image", "live-metric-points"},
    "metrics-prc": {"metrics-prc"},
    "metrics-fid": {"metrics-fid"},
    "study-workers": {"study-workers"},
    "explore-slider": {
        f"explore-slider-{network}{unit}" for network in ("dcgan", "sngan", "sngan-256") for unit in ("", "-ms")
    },
    "explore-drag": {"explore-drag", "explore-drag-last"},
    "explore-sweep": {"explore-sweep-first", "explore-sweep-all"},
    "explore-live": {"explore-live-ms", "explore-live-drag", "explore-live-rest"},
    "explore-projection": {"explore-project-first", "explore-project"},
    "explore-memory": {"explore-memory"},
    "paint-ink": {f"paint-ink-{size}-{what}" for size in ("256", "run") for what in ("p95", "worst")},
    "paint-stroke": {"paint-stroke"},
    "paint-final": {"paint-final", "paint-final-ms"},
    "paint-undo": {"paint-undo", "paint-undo-memory", "paint-undo-seconds"},
    "translate-forward": {"translate-forward", "translate-forward-ms"},
}
LONG = {
    *("window-points", "ranks", "explore-slider", "explore-live", "explore-projection", "explore-memory"),
    *("paint-ink", "paint-stroke", "paint-final", "paint-undo", "study-workers"),
}
"""What takes long is measured with ``-m slow`` only; its parts are the same as those of the others."""


@pytest.mark.parametrize("row", [pytest.param(row, marks=[pytest.mark.slow] * (row in LONG)) for row in FIGURES])
def test_a_row_is_measured(row: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert run_bench([row], json=True, quick=True) == 0
    told = json.loads(capfd.readouterr().out)
    names = {figure["name"].replace("-cuda", "") for figure in told}  # a graphics card adds figures of its own
    assert names == FIGURES[row]
    for figure in told:
        assert set(figure) == {"name", "value", "unit", "what", "target", "ok", "raw"}
        assert math.isfinite(figure["value"])
        assert figure["value"] >= 0
        assert figure["ok"] is Figure.from_json(figure).ok


def test_what_lies_in_the_present_folder_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("json", "statistics", "torch"):
        (tmp_path / f"{module}.py").write_text("open('ran', 'w')\nraise ImportError\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert run_bench(["start"], quick=True) == 0
    assert not (tmp_path / "ran").exists()


def test_an_unknown_row_is_refused_before_anything_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_run, "measure_row", lambda *_args: pytest.fail("measured"))
    with pytest.raises(UsageError, match="engine-image"):
        run_bench(["curves", "engine-imgae"])


def test_a_missed_target_is_no_failure_and_a_row_that_breaks_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measure(name: str, quick: bool) -> list[Figure]:
        if name == "start":
            raise StudioError("no window came", "details")
        return [Figure(name, 9.5, "ms", "a redraw", 8.0, "at most", {"ms": [9.0, 9.5, 10.25]})]

    monkeypatch.setattr(bench_run, "measure_row", measure)
    assert run_bench(["curves"]) == 0
    text = capsys.readouterr().out
    assert "missed" in text
    assert "≤ 8" in text
    assert "9 9.5 10.25" in text
    assert run_bench(["start", "curves"]) == 1
    both = capsys.readouterr()
    assert "no window came" in both.err
    assert "curves" in both.out


def test_a_row_that_cannot_be_measured_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROWS, "broken", type(ROWS["start"])("broken", "ganstudio.bench.no_such_module"))
    with pytest.raises(StudioError, match="broken") as caught:
        bench_run.measure_row("broken", quick=True)
    assert "Error" in caught.value.details


@pytest.mark.parametrize(
    ("value", "target", "direction", "ok"),
    [(1.2, 1.15, "at least", True), (1.1, 1.15, "at least", False), (7, 8, "at most", True), (9, 8, "at most", False)],
)
def test_targets_lie_on_one_side(value: float, target: float, direction: str, ok: bool) -> None:
    figure = Figure("x", value, "", "", target, direction)  # type: ignore[arg-type]
    assert figure.ok is ok
    assert Figure.from_json(json.loads(json.dumps(figure.to_json()))) == figure


def test_a_ratio_is_of_pairs_and_not_of_medians() -> None:
    # The machine was twice as busy during the second pair: both were slowed alike, and the ratio stays.
    figure = ratio("x", "", None, [20.0, 10.0, 20.0], [10.0, 5.0, 9.0], [0.0, 0.0, 0.0])
    assert figure.value == 2.0
    assert figure.ok is None
    assert figure.raw["above"] == [20.0, 10.0, 20.0]


def test_pairs_from_a_crowded_machine_do_not_count() -> None:
    figure = ratio("x", "", 1.5, [2.0, 9.0, 2.2, 0.1], [1.0, 1.0, 1.0, 1.0], [0.1, 0.9, 0.0, 0.8])
    assert figure.value == pytest.approx(2.1)
    assert figure.ok is True


def test_the_crowd_is_a_share() -> None:
    crowd = Crowd()
    sum(range(200_000))
    assert 0.0 <= crowd.share() <= 1.0


def test_speed_leaves_the_warm_up_out() -> None:
    steps = np.array([1, 2, 3, 13, 23])
    seconds = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    assert speed(steps, seconds, 2.0) == 10.0
    assert math.isnan(speed(steps[:1], seconds[:1], 0.0))
    assert math.isnan(speed_of([], 0.0))


def test_speed_looks_at_the_table_of_steps_only() -> None:
    info = (SeriesInfo("a", "loss", "other"),)
    at = np.array([1, 5], np.int64)
    rows = [
        Rows("gradients", info, at * 100, np.array([0.0, 1.0]), np.zeros((2, 1), np.float32)),
        Rows("steps", info, at, np.array([0.0, 2.0]), np.zeros((2, 1), np.float32)),
    ]
    assert speed_of(rows, 0.0) == 2.0


@pytest.mark.parametrize(
    ("experiment", "hyper"),
    [(POINTS, {"mlp_width": 8, "mlp_depth": 1, "batch_size": 16}), (IMAGE, {"conv_width": 4, "batch_size": 4})],
)
def test_the_loop_by_hand_trains_the_engines_own_networks(experiment: Experiment, hyper: dict[str, Value]) -> None:
    loop = LoopByHand(experiment.with_(hyper=hyper))
    watched = [loop.generator, loop.discriminator, loop.average]
    before = [[weight.detach().clone() for weight in network.parameters()] for network in watched]
    loop.step()
    assert loop.run(0.0, 0.01) > 0
    for network, weights in zip(watched, before, strict=True):
        assert all(not a.equal(b) for a, b in zip(weights, network.parameters(), strict=True))
    assert loop.steps > 1
