"""The studio: starting, opening, looking at, continuing, duplicating, renaming and deleting runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.runs.library import Library
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.commands import Command, Show
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.experiment import Experiment
from ganstudio.store import RunWriter, create_run, list_runs

TINY = Experiment("gan", "ring", {"batch_size": 8}, steps=10, device="cpu", name="tiny")


@pytest.fixture
def told() -> list[Notification]:
    return []


@pytest.fixture
def studio(told: list[Notification]) -> Iterator[Studio]:
    hub = Notifications()
    hub.subscribe(told.append)
    made = Studio(SettingsStore(hub=hub), hub)
    yield made
    for model in made.training:
        model.stop(save=False)
    made.shutdown()


def make_run(name: str = "stored") -> Path:
    """A stored run that was stopped at step 0."""
    spec = DataSpec("digits", "images", 10, channels=1, size=4)
    path = create_run(Experiment("dcgan", "digits", {"lr_g": 1e-3}, steps=50, name=name), spec, "print")
    with RunWriter(path) as writer:
        writer.save_checkpoint(0, {"w": np.zeros(1, np.float32)}, {})
        writer.write_status("stopped", 0, 50)
    return path


def pump_until(studio: Studio, ready: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < until, [(model.title, model.state, model.message) for model in studio.runs]
        studio.pump()
        time.sleep(0.005)


def test_a_file_elsewhere_that_a_stored_run_is_trained_with_is_asked_about(studio: Studio) -> None:
    path = make_run()
    values = json.loads((path / "run.json").read_text("utf-8"))
    values["experiment"]["hyper"]["vgg"] = "//server/share/vgg.safetensors"
    (path / "run.json").write_text(json.dumps(values), "utf-8")
    model = studio.open_run(path)
    assert model is not None
    asked = []
    studio.ask = lambda question, answer: (asked.append(question.about), answer(False))
    studio.continue_run(model, 60)
    assert asked == ["//server/share/vgg.safetensors"]
    assert not model.here


def test_start_trains_and_is_looked_at(studio: Studio, told: list[Notification]) -> None:
    opened: list[RunModel] = []
    studio.opened.connect(lambda model: opened.append(model))
    model = studio.start(TINY)
    assert model is not None
    assert (studio.current, studio.runs, opened) == (model, [model], [model])
    pump_until(studio, lambda: model.state == "finished" and not model.here)
    assert model.step == 10
    assert studio.training == []
    assert str(model.path) in studio.settings.remembered.recent_runs
    assert [run.info.name for run in list_runs()] == ["tiny"]
    assert told == []


def test_a_finished_run_trains_on(studio: Studio, told: list[Notification]) -> None:
    model = studio.start(TINY)
    assert model is not None
    pump_until(studio, lambda: model.state == "finished" and not model.here)
    studio.continue_run(model, 10)
    assert "already reached" in told[-1].text
    studio.continue_run(model, 18)
    assert model.here
    pump_until(studio, lambda: model.state == "finished" and not model.here)
    assert (model.step, model.total) == (18, 18)
    assert list(model.tables["steps"].steps) == list(range(1, 19))


@pytest.mark.parametrize(
    "wrong", [TINY.with_(method="no-such"), TINY.with_(data="no-such"), TINY.with_(hyper={"lr_g": -1.0})]
)
def test_a_refused_start_is_reported(studio: Studio, told: list[Notification], wrong: Experiment) -> None:
    assert studio.start(wrong) is None
    assert studio.runs == []
    assert [(message.level, bool(message.text)) for message in told] == [("error", True)]
    assert list_runs() == []


def test_a_run_is_opened_once(studio: Studio) -> None:
    path = make_run()
    model = studio.open_run(path)
    studio.look_at(None)
    assert studio.open_run(path / ".." / path.name) is model
    assert studio.open_run(path / "run.json") is model
    assert studio.runs == [model]
    assert studio.current is model


def test_what_is_no_run_is_reported(studio: Studio, told: list[Notification], tmp_path: Path) -> None:
    assert studio.open_run(tmp_path) is None
    assert "is not a run" in told[0].text
    assert studio.runs == []


def test_only_the_run_looked_at_draws(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, Command]] = []
    monkeypatch.setattr(RunModel, "send", lambda self, command: sent.append((self.title, command)))
    one, two = studio.open_run(make_run("one")), studio.open_run(make_run("two"))
    sent.clear()
    studio.look_at(one)
    assert sent == [("two", Show("ema", scene=False, live=False)), ("one", Show("ema", scene=True, live=True))]
    studio.look_at(one)
    assert len(sent) == 2
    assert two is not None


def test_duplicate_fills_the_draft_and_can_be_undone(studio: Studio) -> None:
    model = studio.open_run(make_run())
    assert model is not None
    before = studio.draft.experiment
    studio.duplicate(model)
    draft = studio.draft.experiment
    assert (draft.method, draft.data, draft.steps, dict(draft.hyper)) == ("dcgan", "digits", 50, {"lr_g": 1e-3})
    assert draft.name == "stored 2"
    studio.draft.history.undo()
    assert studio.draft.experiment == before


def test_a_duplicate_of_an_older_run_has_what_there_was_no_choice_of(studio: Studio) -> None:
    studio.load_catalogue()
    pump_until(studio, lambda: studio.catalogue is not None)
    hyper = {spec.name: spec.default for spec in studio.catalogue.method("sngan").fields if spec.before is None}
    path = create_run(
        Experiment("sngan", "digits", hyper, 50), DataSpec("digits", "images", 10, channels=1, size=4), "print"
    )
    studio.duplicate(studio.open_run(path))
    assert studio.draft.experiment.hyper["decay"] == "none"


def test_rename_reaches_folder_and_model(studio: Studio, told: list[Notification]) -> None:
    path = make_run()
    model = studio.open_run(path)
    assert model is not None
    studio.rename(path, "another name")
    pump_until(studio, lambda: not studio.jobs.running)
    assert (model.title, list_runs()[0].info.name) == ("another name", "another name")
    studio.rename(path, "  ")
    pump_until(studio, lambda: not studio.jobs.running)
    assert "needs a name" in told[0].text
    assert model.title == "another name"


def test_no_two_runs_are_called_the_same(studio: Studio) -> None:
    names = []
    for deed in ("start", "start", "delete", "start", "rename", "duplicate"):
        if deed == "delete":
            Library(studio).bin.delete([studio.runs[-1].path])
            pump_until(studio, lambda: not studio.jobs.running)
        elif deed == "rename":
            studio.rename(studio.runs[0].path, "tiny 3")
            pump_until(studio, lambda: not studio.jobs.running)
            names.append(studio.runs[0].title)
        elif deed == "duplicate":
            studio.duplicate(studio.runs[0])
            studio.close_run(studio.runs[1])  # one that is not open counts as well
            model = studio.start(studio.draft.experiment)
            pump_until(studio, lambda model=model: model.state == "finished" and not model.here)
            names.append(model.title)
        else:
            model = studio.start(TINY)
            pump_until(studio, lambda model=model: model.state == "finished" and not model.here)
            names.append(model.title)
    assert names == ["tiny", "tiny 2", "tiny 3", "tiny 3 2", "tiny 3 3"]


def test_what_trains_here_is_neither_deleted_nor_closed(studio: Studio, told: list[Notification]) -> None:
    model = studio.start(TINY.with_(steps=100_000), paused=True)
    assert model is not None
    pump_until(studio, lambda: model.path is not None and model.state == "paused")
    assert model.path is not None
    assert not Library(studio).bin.delete([model.path])
    assert "stop it" in told[0].text
    assert studio.runs == [model]
    studio.close_run(model)
    assert studio.runs == [model], "what trains cannot be closed"


def test_what_trains_elsewhere_is_neither_deleted_nor_continued(studio: Studio, told: list[Notification]) -> None:
    path = make_run()
    with RunWriter(path) as writer:
        writer.write_status("training", 5, 50)
        model = studio.open_run(path)
        assert model is not None
        Library(studio).bin.delete([path])
        pump_until(studio, lambda: told)
        assert studio.runs == [model], "it stays open"
        studio.continue_run(model, 100)
        assert not model.here
        assert "elsewhere" in told[-1].text
        writer.write_status("training", 6, 50)
        model.pump(force=True)
        assert model.step == 6, "it is followed on"
