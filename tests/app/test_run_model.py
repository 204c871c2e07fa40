"""A run as the window sees it: from a stored folder, from a writer elsewhere, from a session here."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.runs.health.remedies import back_to_best
from ganstudio.app.runs.library import read_details
from ganstudio.app.runs.readings import value_at
from ganstudio.app.runs.run_model import RunModel
from ganstudio.core.commands import SetHyper
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.errors import StoreError
from ganstudio.core.events import HyperChanged, Note, Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.series_words import DISTANCE
from ganstudio.store import Run, RunWriter, create_run
from ganstudio.store.checkpoints import BEST

SERIES = (SeriesInfo("D(x)", "probability", "real"), SeriesInfo("D(G(z))", "probability", "fake"))
SPEC = DataSpec("digits", "images", 1797, channels=1, size=4)


def rows(first: int, last: int) -> Rows:
    """Rows of the steps first..last whose D(x) is step/1000."""
    steps = np.arange(first, last + 1, dtype=np.int64)
    values = np.stack([steps / 1000, 1 - steps / 1000], axis=1).astype(np.float32)
    return Rows("steps", SERIES, steps, steps * 0.5, values)


def grid(step: int) -> Samples:
    return Samples(step, np.full((4, 4, 4, 1), step % 256, np.uint8), None, "ema")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    experiment = Experiment("dcgan", "digits", {"lr_g": 2e-4}, steps=100, name="first")
    return create_run(experiment, SPEC, "print", folder=tmp_path)


@pytest.fixture
def stored(folder: Path) -> Path:
    with RunWriter(folder) as writer:
        writer.append_rows(rows(1, 60))
        for step in (0, 50):
            writer.save_samples(grid(step))
        writer.save_checkpoint(50, {"w": np.zeros(2, np.float32)}, {})
        writer.append_event(HyperChanged(60, "lr_g", 2e-4, 1e-4))
        writer.append_event(Note("warning", "Two pictures were unreadable."))
        writer.write_status("stopped", 60, 100, 30.0, message="Stopped by hand.")
    return folder


def test_the_best_step_is_known_told_in_words_and_forgotten(folder: Path) -> None:
    info = (SeriesInfo(DISTANCE, "distance", "fake"),)
    with RunWriter(folder) as writer:
        for step, value in ((10, 42.0), (20, 12.4), (30, 40.0)):
            told = np.array([[value]], np.float32)
            writer.append_rows(Rows("watch", info, np.array([step]), np.array([step / 2]), told))
            writer.save_checkpoint(step, {"w": np.zeros(2, np.float32)}, {} if step == 30 else {BEST: str(value)})
        model = RunModel.of_folder(folder)
        assert (model.best, model.best_text) == (20, "step 20, 12\xa0% from the data")
        assert read_details(Run.open(folder)).best == model.best_text
        assert back_to_best(model) is None, "it takes no commands"
        writer.truncate_after(15)
        follow(model)
        assert (model.best, model.best_text) == (10, "step 10, 42\xa0% from the data")
        (folder / "checkpoints" / "000000010.safetensors").unlink()
    RunWriter(folder).close()
    follow(model)
    assert (model.best, model.best_text) == (None, "")


def follow(model: RunModel) -> set[str]:
    """Pumps once; what is told to have changed."""
    told: set[str] = set()
    connected = model.changed.connect(lambda aspects: told.update(aspects))
    model.pump(force=True)
    model.changed.disconnect(connected)
    return told


def pump_until(model: RunModel, ready: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, f"still {model.state} at step {model.step}: {model.message}"
        model.pump()
        time.sleep(0.005)


def test_a_stored_run_comes_back_whole(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    assert (model.title, model.state, model.message) == ("first", "stopped", "Stopped by hand.")
    assert (model.step, model.total, model.live, model.here) == (60, 100, False, False)
    assert value_at(model.tables, "D(x)") == pytest.approx((0.06, 60))
    assert value_at(model.tables, "D(x)", 20) == pytest.approx((0.02, 20))
    assert value_at(model.tables, "no such series") is None
    assert model.seconds_at(10) == 5.0
    assert (model.stops, model.checkpoints) == ([0, 50], [50])
    assert model.samples is not None
    assert model.samples.step == 50
    assert model.experiment.hyper.get("lr_g") == 1e-4
    assert [note.text for note in model.notes] == ["Two pictures were unreadable."]
    assert model.spec == SPEC


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        RunModel.of_folder(tmp_path)


def test_a_stored_grid_that_cannot_be_read_is_a_note(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    model.notes.clear()
    assert model.stored(7) is None
    assert "step 7" in model.notes[0].text
    grid_again = model.stored(0)
    assert grid_again is not None
    assert grid_again.items.shape == (4, 4, 4, 1)


def test_a_writer_elsewhere_is_followed(folder: Path) -> None:
    with RunWriter(folder) as writer:
        writer.write_status("training", 0, 100)
        model = RunModel.of_folder(folder)
        assert model.live
        writer.append_rows(rows(1, 10))
        writer.save_samples(grid(10))
        writer.write_status("training", 10, 100)
        told = follow(model)
        assert {"curves", "timeline", "samples", "progress"} <= told
        assert (model.step, len(model.tables["steps"])) == (10, 10)
        assert model.samples is not None
        assert model.samples.step == 10
        writer.append_rows(rows(11, 12))
        writer.write_status("finished", 12, 100)
        assert {"curves", "state"} <= follow(model)
        assert model.state == "finished"
    assert follow(model) == set()


def test_a_run_that_goes_back_forgets_what_came_after(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    with RunWriter(stored) as writer:
        writer.truncate_after(50)
        follow(model)
        assert (model.step, len(model.tables["steps"])) == (50, 50)
        assert (model.changes, model.checkpoints, model.stops) == ([], [50], [0, 50])
        assert model.experiment.hyper.get("lr_g") == 2e-4, "the change came after the step it went back to"
        writer.append_rows(rows(51, 55))
        follow(model)
    assert model.step == 55


def test_a_deleted_folder_fails_in_words_once(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    shutil.rmtree(stored)
    assert "state" in follow(model)
    assert model.state == "failed"
    assert "deleted or moved" in model.message
    assert follow(model) == set()
    assert model.stored(0) is None


def test_another_name_is_told(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    model.renamed("  second   run ")
    assert model.title == "second run"
    assert "name" in follow(model)


def test_commands_without_a_session_do_nothing(stored: Path) -> None:
    model = RunModel.of_folder(stored)
    model.pause()
    model.stop()
    assert model.join(0.1)
    assert model.state == "stopped"


def test_a_session_here_reaches_the_model(tmp_path: Path) -> None:
    from ganstudio.app.generators.sessions import new_session

    experiment = Experiment("gan", "ring", {"batch_size": 8}, steps=15, device="cpu")
    session = new_session(experiment, folder=tmp_path, paused=True)
    model = RunModel(experiment)
    model.attach(session)
    session.start()
    assert model.here
    pump_until(model, lambda: model.state == "paused")
    assert model.path is not None
    assert model.spec is not None
    assert model.spec.kind == "points"
    model.send(SetHyper("lr_d", 1e-3))
    model.show("ema")
    pump_until(model, lambda: model.experiment.hyper.get("lr_d") == 1e-3 and model.scene is not None)
    model.resume()
    pump_until(model, lambda: model.state == "finished" and not model.here)
    model.pump()
    assert model.step == 15
    assert len(model.tables["steps"]) == 15
    assert model.samples is not None
    assert model.samples.items.shape[1] == 2
    assert model.stops[0] == 0
    assert model.checkpoints
    again = RunModel.of_folder(model.path)
    assert (again.step, again.state, again.experiment.hyper.get("lr_d")) == (15, "finished", 1e-3)
    assert np.array_equal(again.tables["steps"].column("D(x)"), model.tables["steps"].column("D(x)"))
