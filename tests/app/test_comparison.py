"""Runs beside each other: what is told of their settings, which series and steps they share, and how they are read."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.runs.comparison import (
    SEEDS,
    Comparison,
    as_csv,
    batches_of,
    common_stops,
    first_series,
    grouped,
    groupings,
    nearest,
    other_latents,
    scores_table,
    series_of,
    settings_of,
)
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import HyperChanged, Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import Value
from ganstudio.core.scores import Score
from ganstudio.store import RunWriter, create_run

IMAGES = DataSpec("digits", "images", 100, channels=1, size=4)
D, G, MODES = (
    SeriesInfo("D(x)", "probability", "real"),
    SeriesInfo("generator/adversarial", "loss", "generator"),
    SeriesInfo("modes", "quality", "fake"),
)


@pytest.fixture
def told() -> list[Notification]:
    return []


@pytest.fixture
def studio(told: list[Notification]) -> Iterator[Studio]:
    hub = Notifications()
    hub.subscribe(told.append)
    made = Studio(SettingsStore(hub=hub), hub)
    yield made
    made.shutdown()


def make(
    name: str,
    steps: tuple[int, ...] = (0, 1, 10, 100),
    series: tuple[SeriesInfo, ...] = (D, G),
    seed: int = 0,
    method: str = "dcgan",
    hyper: dict[str, Value] | None = None,
) -> Path:
    path = create_run(Experiment(method, "digits", hyper or {}, steps=100, seed=seed, name=name), IMAGES, "print")
    with RunWriter(path) as writer:
        for step in steps:
            writer.save_samples(Samples(step, np.full((4, 4, 4, 1), step, np.uint8), None, "ema"))
        at = np.arange(1, steps[-1] + 1)
        values = np.full((len(at), len(series)), 0.5, np.float32)
        writer.append_rows(Rows("steps", series, at, at * 0.1, values))
        writer.write_status("stopped", steps[-1], 100)
    return path


def finish(studio: Studio) -> None:
    until = time.monotonic() + 20
    while studio.jobs.running:
        assert time.monotonic() < until
        studio.pump()
        time.sleep(0.002)


def test_settings_tell_what_differs_and_what_changed_meanwhile() -> None:
    one = make("one", hyper={"lr_g": 0.001, "ema": 0.9999, "batch_size": 8})
    other = make("=other", hyper={"lr_g": 0.001, "ema": 0.999, "batch_size": 8, "penalty": "r1"}, seed=3, method="gan")
    with RunWriter(one) as writer:
        writer.append_event(HyperChanged(50, "lr_g", 0.001, 0.0005))
    models = [RunModel.of_folder(path) for path in (one, other)]
    rows = settings_of(models)
    assert [row.cells for row in rows[:4]] == [("dcgan", "gan"), ("digits", "digits"), ("0", "3"), ("100", "100")]
    assert {row.key: row.cells for row in rows[4:]} == {
        "lr_g": ("1e-3 → 5e-4", "1e-3"), "ema": ("0.9999", "0.999"), "penalty": ("–", "r1")
    }  # fmt: skip
    lines = list(csv.reader(io.StringIO(as_csv([model.title for model in models], rows))))
    assert lines[0] == ["setting", "one", "'=other"], "a name is no formula"
    assert lines[-1] == ["penalty", "–", "r1"]
    assert "seeds differ" in other_latents(models)
    assert other_latents([models[0], models[0]]) == ""


def test_series_that_several_share_come_first() -> None:
    paths = [make("one", series=(G, D, MODES)), make("two", series=(G, D)), make("three", series=(D,))]
    found = series_of(RunModel.of_folder(path).tables for path in paths)
    assert {info.name: number for info, number in found.items()} == {"D(x)": 3, "generator/adversarial": 2, "modes": 1}
    assert next(iter(found)) == D
    assert first_series(found) == {"D(x)", "generator/adversarial", "modes"}
    assert first_series({}) == set()


def test_runs_are_grouped_by_what_differs_and_named_by_it() -> None:
    made = [make(f"run {n}", hyper={"lr_g": 0.001 * (1 + n % 2)}, seed=n // 2) for n in range(4)]
    models = [RunModel.of_folder(path) for path in made]
    assert list(groupings(models)) == [SEEDS, "seed", "lr_g"]
    for by in (SEEDS, "lr_g"):
        assert [(one.title, len(one.models)) for one in grouped(models, by)] == [
            ("1e-3 lr_g ×2", 2),
            ("2e-3 lr_g ×2", 2),
        ]
    assert [one.title for one in grouped(models, "seed")] == ["0 Seed ×2", "1 Seed ×2"]
    assert [one.title for one in grouped(models, "")] == [f"run {n}" for n in range(4)]
    assert [one.title for one in grouped(models, "penalty")] == [f"run {n}" for n in range(4)], "none of them has it"
    models.append(RunModel.of_folder(make("alone", hyper={"lr_g": 0.5})))
    assert grouped(models, SEEDS)[-1].title == "alone", "as the table calls it"
    twins = [RunModel.of_folder(make("twin", seed=seed)) for seed in (3, 5)]
    assert [one.title for one in grouped(twins, "")] == ["twin · 3 Seed", "twin · 5 Seed"]


def test_images_seen_follow_changes_of_the_batch_size() -> None:
    path = make("one", hyper={"batch_size": 16})
    with RunWriter(path) as writer:
        writer.append_event(HyperChanged(50, "batch_size", 16, 64))
    model = RunModel.of_folder(path)
    assert batches_of(model) == ((0, 16), (50, 64))
    table = model.tables["steps"]
    table.set_batches(batches_of(model))
    assert table.positions("images")[[0, 49, 50, 99]].tolist() == [16, 800, 864, 800 + 50 * 64]


def test_scores_are_series_one_for_each_way_of_measuring() -> None:
    model = RunModel.of_folder(make("one"))
    scores = [
        Score("fid", 9.0, step=10, count=500),
        Score("fid", 7.0, step=100, count=500),
        Score("fid", 3.0, step=100),
    ]
    table = scores_table(scores, model)
    assert table.steps.tolist() == [10, 100]
    assert len(table.series) == 2
    assert table.column(table.series[0].name).tolist() == [9.0, 7.0]
    assert table.seconds.tolist() == pytest.approx([1.0, 10.0])
    assert len(scores_table([], model)) == 0


def test_one_slider_over_all() -> None:
    assert common_stops([]) == []
    assert common_stops([[0, 1, 2], [0, 2, 3]]) == [0, 1, 2, 3]
    assert common_stops([[1000, 2000], [1001, 2001]]) == [1000, 2000, 2001], "no two that look the same, but the last"
    assert [nearest([0, 10, 20], wanted) for wanted in (-5, 4, 5, 6, 99)] == [0, 0, 0, 10, 20]
    assert nearest([], 3) is None


def test_grids_nearest_to_the_step_are_read_beside_the_window(studio: Studio) -> None:
    paths = [make("one"), make("two", steps=(0, 5, 50))]
    studio.open_run(paths[0])
    compared = Comparison(studio)
    compared.open(paths)
    assert compared.reading
    finish(studio)
    assert compared.models[0] is studio.runs[0], "one that is open is looked at as it is"
    assert [one and one.step for one in compared.shown] == [100, 50], "the newest"
    for step in (9, 3, 7):  # while it moves the newest wish wins
        compared.go_to(step)
    finish(studio)
    assert [one and one.step for one in compared.shown] == [10, 5]
    compared.go_to(None)
    assert [one and one.step for one in compared.shown] == [100, 50]
    compared.close()
    assert compared.models == []


def test_a_run_that_goes_on_is_followed_and_one_that_is_gone_said(
    studio: Studio, told: list[Notification], tmp_path: Path
) -> None:
    path = make("one", steps=(0, 10))
    compared = Comparison(studio)
    compared.open([path, tmp_path / "none"])
    finish(studio)
    assert [model.title for model in compared.models] == ["one"]
    assert told[-1].level == "error"
    seen: list[int] = []
    compared.shown_changed.connect(lambda: seen.append(1))
    with RunWriter(path) as writer:
        writer.save_samples(Samples(20, np.full((4, 4, 4, 1), 9, np.uint8), None, "ema"))
        writer.write_status("training", 20, 100)
        until = time.monotonic() + 10
        while not seen and time.monotonic() < until:
            compared.pump()
            time.sleep(0.05)
        assert [one and one.step for one in compared.shown] == [20]
        assert compared.stops == [0, 10, 20]
        assert compared.models[0].live
