"""The list of runs: read in the background, only what changed, with what others write; the trash."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import ganstudio.app.runs.library as library_module
from ganstudio.app.named import Question
from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.runs.library import Library, RunDetails, RunRow
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import HyperChanged, Note, Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import make_grid
from ganstudio.store import Run, RunWriter, create_run, rename_run, runs_folder

IMAGES = DataSpec("digits", "images", 100, channels=1, size=4)
POINTS = DataSpec("ring", "points", 100, extent=2.0)


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


@pytest.fixture
def library(studio: Studio) -> Library:
    return Library(studio)


@pytest.fixture
def settle(studio: Studio, library: Library) -> Callable[[], tuple[RunRow, ...]]:
    def run() -> tuple[RunRow, ...]:
        """Reads the disk and waits for it."""
        library.invalidate()
        library.tick()
        finish(studio)
        return library.rows

    return run


def finish(studio: Studio) -> None:
    until = time.monotonic() + 20
    while studio.jobs.running:
        assert time.monotonic() < until
        studio.pump()
        time.sleep(0.002)


def make(name: str = "a run", spec: DataSpec = IMAGES, folder: Path | None = None, state: str = "stopped") -> Path:
    experiment = Experiment("dcgan", spec.name, {"lr_g": 1e-3}, steps=50, name=name)
    path = create_run(experiment, spec, "print", folder=folder)
    with RunWriter(path) as writer:
        writer.write_status(state, 20, 50, 12.0)  # type: ignore[arg-type]
    return path


Settle = Callable[[], tuple[RunRow, ...]]


def test_rows_say_what_is_on_disk(library: Library, settle: Settle) -> None:
    path = make("hello")
    (row,) = settle()
    assert (row.path, row.name, row.experiment.method, row.experiment.data) == (path, "hello", "dcgan", "digits")
    assert (row.state, row.step, row.total, row.seconds, row.live) == ("stopped", 20, 50, 12.0, False)
    assert row.size == Run.open(path).size_bytes()
    assert row.items is None
    assert library.read_once


def test_a_run_that_is_moved_away_while_it_is_measured_is_no_trouble() -> None:
    path = make("on its way to the trash")
    run = Run.open(path)
    path.rename(path.with_name("elsewhere"))
    assert run.size_bytes() == 0


def test_other_things_in_the_folder_are_passed_over(settle: Settle) -> None:
    make()
    (runs_folder() / "notes.txt").write_text("hello")
    (runs_folder() / "empty").mkdir()
    (runs_folder() / "broken").mkdir()
    (runs_folder() / "broken" / "run.json").write_text("{")
    assert len(settle()) == 1


def test_pictures_are_taken_apart_and_points_kept(settle: Settle) -> None:
    cells = np.arange(9 * 16, dtype=np.uint8).reshape(9, 4, 4, 1)
    points = np.ones((400, 2), np.float32)
    with RunWriter(make("pictures")) as writer:
        writer.save_thumbnail(make_grid(cells))
    with RunWriter(make("points", POINTS)) as writer:
        writer.save_samples(Samples(7, points, None, "ema"))
        writer.write_status("stopped", 7, 50)
    rows = {row.name: row for row in settle()}
    pictures, dots = rows["pictures"].items, rows["points"].items
    assert pictures is not None
    assert dots is not None
    assert np.array_equal(pictures, cells)
    assert (dots.shape, rows["points"].extent) == ((256, 2), 2.0)


def test_unchanged_runs_are_not_read_again(settle: Settle, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [make(f"run {n}") for n in range(3)]
    before = settle()
    read: list[Path] = []
    real = Run.open
    monkeypatch.setattr(library_module.Run, "open", lambda path: (read.append(Path(path)), real(path))[1])
    assert settle() is before
    assert read == []
    rename_run(paths[1], "other")
    assert {row.name for row in settle()} == {"run 0", "other", "run 2"}
    assert read == [paths[1]]


def test_changed_is_told_only_of_changes(library: Library, settle: Settle) -> None:
    told: list[int] = []
    library.changed.connect(lambda: told.append(len(library.rows)))
    settle()
    assert told == [0], "the first reading is told even if there is nothing"
    make()
    settle()
    settle()
    assert told == [0, 1]


def test_a_writer_elsewhere_is_seen_and_missed(settle: Settle) -> None:
    path = make()
    with RunWriter(path) as writer:
        writer.write_status("training", 30, 50)
        (row,) = settle()
        assert (row.state, row.step, row.live, row.live_here) == ("training", 30, True, False)
        writer.write_status("training", 31, 50)
        assert settle()[0].step == 31
    (row,) = settle()  # let go without a last word: no file has changed since
    assert row.state == "interrupted"
    assert row.message


def test_a_run_that_vanished_goes(settle: Settle) -> None:
    import shutil

    path = make()
    make("stays")
    assert len(settle()) == 2
    shutil.rmtree(path)
    assert [row.name for row in settle()] == ["stays"]


def test_runs_opened_from_elsewhere_are_listed(studio: Studio, settle: Settle, tmp_path: Path) -> None:
    path = make("far", folder=tmp_path / "share")
    assert settle() == ()
    studio.open_run(path)
    assert [row.path for row in settle()] == [path]


def test_own_runs_show_their_present_step(studio: Studio, library: Library, settle: Settle) -> None:
    model = studio.start(Experiment("gan", "ring", {"batch_size": 8}, steps=1_000_000, device="cpu"), paused=True)
    assert model is not None
    until = time.monotonic() + 120
    while model.state != "paused" and time.monotonic() < until:
        studio.pump()
        time.sleep(0.005)
    (row,) = settle()
    assert (row.live_here, row.state) == (True, "paused")
    assert model.path is not None
    assert not library.bin.delete([model.path])
    assert model.path.exists()
    model.stop(save=False)
    model.join(20)


def test_delete_undo_and_empty(studio: Studio, library: Library, settle: Settle, told: list[Notification]) -> None:
    paths = [make(f"run {n}") for n in range(3)]
    settle()
    studio.open_run(paths[0])
    assert library.bin.delete(paths[:2])
    finish(studio)
    assert [row.name for row in library.rows] == ["run 2"]
    assert {item.name for item in library.trash} == {"run 0", "run 1"}
    assert studio.runs == [], "a deleted run is closed"
    assert (told[-1].text, told[-1].action) == ("Moved to trash: run 0, run 1", "Undo")
    assert told[-1].run is not None
    told[-1].run()
    finish(studio)
    assert {row.path for row in library.rows} == set(paths)
    assert library.trash == ()
    library.bin.delete(paths[2:])
    finish(studio)
    library.bin.empty()
    finish(studio)
    assert (library.trash, len(library.rows), paths[2].exists()) == ((), 2, False)


def test_what_cannot_be_deleted_is_said_and_the_rest_is_done(
    studio: Studio, library: Library, settle: Settle, told: list[Notification]
) -> None:
    live, resting = make("live"), make("resting")
    settle()
    with RunWriter(live) as writer:
        writer.write_status("training", 1, 50)
        library.bin.delete([live, resting])
        finish(studio)
        assert [row.name for row in library.rows] == ["live"]
    assert any("live" in message.text and message.level == "error" for message in told)


def test_details(studio: Studio, library: Library) -> None:
    path = make()
    series = (
        SeriesInfo("loss", "loss", "generator"),
        SeriesInfo("D(x)", "probability", "real"),
        SeriesInfo("D(G(z))", "probability", "fake"),
    )
    with RunWriter(path) as writer:
        steps = np.arange(1, 101)
        values = np.stack([np.full(100, 2.0), np.linspace(0.0, 0.5, 100), np.full(100, 0.25)], axis=1)
        writer.append_rows(Rows("steps", series, steps, steps * 0.1, values.astype(np.float32)))
        quality = (SeriesInfo("modes", "quality", "other"),)
        modes = np.array([[3.0], [8.0]], np.float32)
        writer.append_rows(Rows("quality", quality, np.array([50, 100]), np.array([5.0, 10.0]), modes))
        writer.append_event(HyperChanged(100, "lr_g", 1e-3, 5e-4))
        writer.append_event(Note("info", "Something to know."))
        writer.save_checkpoint(100, {"w": np.zeros(1, np.float32)}, {})
    got: list[RunDetails] = []
    library.details(path, got.append)
    finish(studio)
    (details,) = got
    assert details.latest == (("D(x)", "0.500"), ("D(G(z))", "0.250"), ("modes", "8"), ("loss", "2.00"))
    assert (dict(details.hyper), details.notes) == ({"lr_g": 5e-4}, ("Something to know.",))
    assert (details.checkpoints, details.grids) == (1, 0)


def test_details_of_a_run_that_is_gone_say_nothing(studio: Studio, library: Library, told: list[Notification]) -> None:
    library.details(runs_folder() / "gone", lambda _details: pytest.fail("there is nothing to tell"))
    finish(studio)
    assert told == []


def test_deeds_are_taken_back_step_by_step_and_done_again(
    studio: Studio, library: Library, settle: Settle, told: list[Notification]
) -> None:
    paths = [make(f"run {n}") for n in range(3)]
    settle()
    for path in paths[:2]:
        library.bin.delete([path])  # at once after the other: nobody waits for the disk
    finish(studio)
    assert [row.name for row in library.rows] == ["run 2"]
    library.bin.take_back()
    library.bin.take_back()
    library.bin.take_back(again=True)
    finish(studio)
    assert {row.name for row in library.rows} == {"run 1", "run 2"}
    assert [message.text for message in told[-3:]] == [
        "Back from the trash: run 1", "Back from the trash: run 0", "Moved to trash: run 0"
    ]  # fmt: skip
    library.bin.take_back()
    finish(studio)
    assert {row.path for row in library.rows} == set(paths)


def test_what_came_back_otherwise_is_passed_over(studio: Studio, library: Library, settle: Settle) -> None:
    paths = [make(f"run {n}") for n in range(2)]
    settle()
    for path in paths:
        library.bin.delete([path])
        finish(studio)
    library.bin.restore([item.path for item in library.trash if item.name == "run 1"])
    finish(studio)
    library.bin.take_back()
    finish(studio)
    assert {row.path for row in library.rows} == set(paths), "the deed before"
    library.bin.delete(paths)
    finish(studio)
    library.bin.empty()
    finish(studio)
    assert not library.bin.history.can_undo
    assert library.rows == ()


def test_thinning_asks_with_what_is_freed(
    studio: Studio, library: Library, settle: Settle, told: list[Notification]
) -> None:
    path = make("old")
    with RunWriter(path) as writer:
        for step in (1, 2, 3, 4):
            writer.save_checkpoint(step, {"w": np.zeros((100, 100), np.float32)}, {})
    (row,) = settle()
    assert row.size is not None
    asked: list[Question] = []
    studio.ask = lambda question, answer: (asked.append(question), answer(True))
    library.thin([row])
    finish(studio)
    (question,) = asked
    assert question.careful
    assert "cannot be undone" in question.about
    assert "40.2 kB" in question.about
    assert "1 checkpoint is removed." in question.about
    assert "The newest 2 checkpoints stay whole" in question.about
    assert Run.open(path).checkpoint_steps() == [1, 3, 4]
    assert library.rows[0].size == Run.open(path).size_bytes() < row.size
    assert told[-1].text == "40.2 kB freed"
    library.thin(library.rows)
    finish(studio)
    assert len(asked) == 1
    assert told[-1].text.startswith("There is nothing to thin")
