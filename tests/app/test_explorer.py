"""One exploration: opening, moving, drawing, comparing, keeping, following, all of it with undo."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.generators.keepsakes import Pin
from ganstudio.app.generators.picture_session import restore, session_of
from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.commands import Pause, Resume
from ganstudio.core.errors import UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import Direction
from ganstudio.explore.views import Pictures, many
from ganstudio.store import Run, load_checkpoint
from ganstudio.training.session import Session
from tests.training.training_kit import finish

SMALL = {"conv_width": 4, "latent_size": 5, "batch_size": 8}


class Rig:
    """A studio without a window, and what it was told."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        hub = Notifications()
        hub.subscribe(self.told.append)
        self.studio = Studio(SettingsStore(hub=hub), hub)
        self.studio.catalogue = Catalogue()
        self.explorer = Explorer(self.studio, lambda: None)
        self.results: list[Drawn] = []
        self.explorer.drawn.connect(self.results.append)

    def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, (self.explorer.opening, self.explorer.error, self.told)
            self.studio.pump()
            self.explorer.pump()
            time.sleep(0.002)

    def drawn(self) -> np.ndarray:
        """The picture once everything that was asked for is drawn."""
        self.until(lambda: self.explorer.service.idle)
        self.explorer.pump()
        assert self.explorer.picture is not None
        return self.explorer.picture

    def open(self, path: Path, step: int | None = None) -> None:
        before = self.explorer.opened
        self.explorer.open_run(path, step)
        self.until(lambda: self.explorer.opened is not before and not self.explorer.opening)

    def close(self) -> None:
        for model in self.studio.training:
            model.stop(save=False)
        self.explorer.shutdown()
        self.studio.shutdown()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 200 steps with a history: steps 0, 100, 200."""
    path = tmp_path_factory.mktemp("runs") / "run"
    experiment = Experiment("dcgan", "digits:size=16", {**SMALL, "ema": 0.9}, 200, 0, "cpu", "stored")
    finish(Session.new(experiment, path=path))
    return path


def test_a_run_is_opened_and_drawn_as_the_command_line_draws_it(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer = rig.explorer
    assert (explorer.step, explorer.weights, explorer.steps) == (200, "ema", [0, 100, 200])
    from ganstudio.explore.files import to_pixels
    from ganstudio.explore.stored import StoredGenerator

    reference = StoredGenerator.open(Run.open(stored))
    np.testing.assert_array_equal(rig.drawn(), to_pixels(reference.generate(reference.draw(1, 0)))[0])


def test_a_drag_ends_on_its_last_value_and_is_one_step_back(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer = rig.explorer
    start, before = explorer.state, rig.drawn()
    assert start is not None
    for number in range(200):
        value = start.position["z"].copy()
        value[0] = number / 50
        assert explorer.state is not None
        explorer.edit(explorer.state.moved("z", value), "Move z 1", ("z", 0))
        if number % 40 == 0:
            explorer.pump()
    after = rig.drawn()
    assert explorer.state is not None
    assert explorer.state.position["z"][0] == np.float32(199 / 50)
    assert not np.array_equal(before, after)
    assert explorer.history.undo() == "Move z 1"
    assert explorer.state is start
    np.testing.assert_array_equal(rig.drawn(), before)
    explorer.history.redo()
    np.testing.assert_array_equal(rig.drawn(), after)


def test_the_same_latents_through_the_history(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer, state = rig.explorer, rig.explorer.state
    pictures = {}
    for step in (200, 100, 0):
        if step != explorer.step:
            explorer.go_to(step)
            rig.until(lambda step=step: explorer.step == step)
        pictures[step] = rig.drawn()
    assert explorer.state is state
    assert not np.array_equal(pictures[0], pictures[100])
    assert not np.array_equal(pictures[100], pictures[200])
    explorer.history.undo()
    rig.until(lambda: explorer.step in (100, 200))
    explorer.go_to(12345)
    label = explorer.history.undo_label
    rig.until(lambda: any("no checkpoint of step 12345" in note.text for note in rig.told))
    assert explorer.history.undo_label == label  # nothing to take back of what did not happen
    assert explorer.opened is not None


def test_raw_weights_are_other_weights(rig: Rig, stored: Path) -> None:
    rig.open(stored, 100)
    averaged = rig.drawn()
    rig.explorer.go_to(100, "raw")
    rig.until(lambda: rig.explorer.weights == "raw")
    assert not np.array_equal(rig.drawn(), averaged)
    rig.explorer.history.undo()
    rig.until(lambda: rig.explorer.weights == "ema")
    np.testing.assert_array_equal(rig.drawn(), averaged)


def test_views_follow_the_controls_and_the_weights(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer = rig.explorer
    explorer.show("strip", lambda state: many([explorer.effective(state)] * 3, 2))
    rig.until(lambda: len(rig.results) >= 3)
    assert [len(result.value.items) for result in rig.results if isinstance(result.value, Pictures)] == [2, 1]
    rig.results.clear()
    explorer.edit(explorer.drawn_from(5), "Random")
    rig.until(lambda: any(result.channel == "strip" and result.done for result in rig.results))
    rig.results.clear()
    explorer.go_to(0)
    rig.until(lambda: any(result.channel == "strip" and result.step == 0 and result.done for result in rig.results))
    explorer.show("strip", None)
    rig.drawn()
    rig.results.clear()
    explorer.edit(explorer.drawn_from(6), "Random")
    rig.drawn()
    assert not rig.results


def test_comparing_keeps_the_other_picture_and_can_be_undone(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer, first = rig.explorer, rig.drawn()
    explorer.compare_with(explorer.state)
    explorer.edit(explorer.drawn_from(9), "Random")
    assert not np.array_equal(rig.drawn(), first)
    assert explorer.other_picture is not None
    np.testing.assert_array_equal(explorer.other_picture, first)
    explorer.history.undo()
    explorer.history.undo()
    assert explorer.other is None


def test_pins_and_directions_stay_with_the_run(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer, state = rig.explorer, rig.explorer.state
    assert state is not None
    thick = Direction("thick", "pca", "z", np.array([3, 0, 0, 0, 0], np.float32))
    explorer.change_kept("Find", directions={"thick": thick})
    plain = rig.drawn()
    explorer.edit(state.with_(strengths={"thick": 2.0}), "Thick")
    assert not np.array_equal(rig.drawn(), plain)
    explorer.change_kept("Pin", pins=[Pin("mine", explorer.state)])
    again = Rig()
    try:
        again.open(stored)
        assert [pin.name for pin in again.explorer.kept.pins] == ["mine"]
        assert again.explorer.kept.pins[0].state.strengths == {"thick": 2.0}
        assert again.explorer.kept.directions["thick"] == thick
    finally:
        again.close()
    explorer.history.undo()
    assert not explorer.kept.pins
    assert (stored / "explore" / "kept.json").is_file()
    (stored / "explore" / "kept.json").write_text("{broken", "utf-8")
    rig.open(stored, 100)
    rig.explorer.close()
    rig.open(stored)
    assert any("cannot be read" in note.text for note in rig.told)
    (stored / "explore" / "kept.json").unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_a_run_from_elsewhere_neither_hangs_nor_chooses_where_pins_are_written(
    rig: Rig, stored: Path, tmp_path: Path
) -> None:
    run, target = shutil.copytree(stored, tmp_path / "run"), tmp_path / "target"
    target.mkdir()
    shutil.rmtree(run / "explore", ignore_errors=True)
    (run / "explore").symlink_to(target)
    rig.open(run)
    rig.explorer.change_kept("Pin", pins=[Pin("mine", rig.explorer.state)])
    assert not list(target.iterdir())
    (run / "explore").unlink()
    (run / "explore").mkdir()
    os.mkfifo(run / "explore" / "kept.json")
    rig.explorer.close()
    rig.open(run)
    assert any("cannot be read" in note.text for note in rig.told)


def test_a_session_brings_back_everything(rig: Rig, stored: Path) -> None:
    rig.open(stored, 100)
    explorer = rig.explorer
    thick = Direction("thick", "pca", "z", np.array([1, 0, 0, 0, 0], np.float32))
    explorer.change_kept("Find", directions={"thick": thick})
    explorer.edit(explorer.drawn_from(4).with_(truncation=0.5, strengths={"thick": -1.0}), "Move")
    picture, session = rig.drawn(), session_of(explorer)
    explorer.change_kept("Forget", directions={})
    other = Rig()
    try:
        restore(other.explorer, session)
        other.until(lambda: other.explorer.opened is not None and other.explorer.state.truncation == 0.5)
        np.testing.assert_array_equal(other.drawn(), picture)
        assert other.explorer.step == 100
        restore(other.explorer, {**session, "path": "/nowhere", "run": {**session["run"], "created": "x"}})
        other.until(lambda: any("not on this machine" in note.text for note in other.told))
        with pytest.raises(UsageError, match="newer"):
            restore(other.explorer, {**session, "version": 99})
        with pytest.raises(UsageError, match="not saved by"):
            restore(other.explorer, {"program": "other"})
        restore(other.explorer, {**session, "state": {**session["state"], "position": {"z": [1, 2]}}})
        other.until(lambda: any("has 2 numbers" in note.text for note in other.told))
        assert other.explorer.state.truncation == 0.5
    finally:
        other.close()


def test_a_run_in_training_is_followed_and_stays_when_it_ends(rig: Rig, tmp_path: Path) -> None:
    experiment = Experiment("dcgan", "digits:size=16", {**SMALL, "ema": 0.9}, 10**6, 0, "cpu", "live")
    model = rig.studio.start(experiment)
    assert model is not None
    rig.until(lambda: model.step > 3)
    rig.explorer.follow(model)
    rig.until(lambda: rig.explorer.opened is not None)
    explorer, state = rig.explorer, rig.explorer.state
    assert explorer.following is model
    first, before = explorer.step, rig.drawn()
    rig.until(lambda: explorer.step > first + 20)
    assert explorer.state is state
    assert not np.array_equal(rig.drawn(), before)
    model.send(Pause())
    rig.until(lambda: model.state == "paused" and explorer.step == model.step)
    model.send(Resume())
    model.stop(save=True)
    rig.until(lambda: explorer.following is None and not explorer.opening)
    rig.until(lambda: explorer.step == model.step)
    np.testing.assert_array_equal(explorer.state.position["z"], state.position["z"])
    rig.drawn()


def test_switching_in_mid_drag_leaves_nothing_of_the_old_run(rig: Rig, stored: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    experiment = Experiment("dcgan", "digits:size=16", {**SMALL, "latent_size": 7}, 2, 0, "cpu", "other")
    finish(Session.new(experiment, path=other))
    rig.open(stored)
    explorer = rig.explorer
    old = explorer.state
    assert old is not None
    explorer.open_run(other)
    for number in range(50):
        explorer.edit(old.moved("z", np.full(5, number, np.float32)), "Move", "drag")
        rig.studio.pump()
        explorer.pump()
    rig.until(lambda: explorer.opened is not None and explorer.opened.path == other)
    explorer.edit(explorer.state.moved("z", np.zeros(7, np.float32)), "Move", "drag")
    rig.drawn()
    assert explorer.error is None
    assert explorer.state.position["z"].shape == (7,)
    explorer.history.undo()
    assert explorer.state.position["z"].shape == (7,)


def test_a_run_that_goes_away_while_it_is_explored_still_draws(rig: Rig, stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    rig.open(copy)
    shutil.rmtree(copy)
    before = rig.drawn()
    rig.explorer.edit(rig.explorer.drawn_from(3), "Random")
    assert not np.array_equal(rig.drawn(), before)
    rig.explorer.go_to(0)
    rig.until(lambda: rig.told)
    assert "not there any more" in rig.told[-1].text
    rig.explorer.change_kept("Pin", pins=[Pin("mine", rig.explorer.state)])
    assert [pin.name for pin in rig.explorer.kept.pins] == ["mine"]
    assert not copy.exists(), "a ghost of the run would stand in the way of its restoration"
    assert any("could not be stored" in note.text for note in rig.told)


def test_what_does_not_fit_stays_in_the_file(rig: Rig, stored: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    file = copy / "explore" / "kept.json"
    file.parent.mkdir(exist_ok=True)
    pin = {"name": "other", "state": {"position": {"z": [1, 2]}}}
    direction = {"name": "far", "kind": "pca", "control": "w", "vector": [1, 0]}
    file.write_text(json.dumps({"pins": [pin], "directions": [direction]}), "utf-8")
    rig.open(copy)
    assert rig.explorer.kept.left_out == 2
    rig.explorer.change_kept("Pin", pins=[Pin("mine", rig.explorer.state)])
    content = json.loads(file.read_text("utf-8"))
    assert [one["name"] for one in content["pins"]] == ["mine", "other"]
    assert content["directions"] == [direction]


def test_more_directions_than_anybody_keeps_stay_in_the_file(rig: Rig, stored: Path, tmp_path: Path) -> None:
    """Thousands of one name took for ever to be told apart, on the thread of the window."""
    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    file = copy / "explore" / "kept.json"
    file.parent.mkdir(exist_ok=True)
    direction = {"name": "x", "kind": "pca", "control": "z", "vector": [1.0] * 5}
    file.write_text(json.dumps({"pins": [], "directions": [direction] * 500}), "utf-8")
    rig.open(copy)
    assert (len(rig.explorer.kept.directions), rig.explorer.kept.left_out) == (400, 100)


def test_weights_that_are_no_numbers_are_refused_and_the_picture_stays(rig: Rig, stored: Path, tmp_path: Path) -> None:
    import shutil

    from safetensors.torch import save_file

    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    run = Run.open(copy)
    tensors, metadata, _step = load_checkpoint(run, 100)
    broken = {name: t * float("nan") if t.is_floating_point() else t for name, t in tensors.items()}
    save_file({name: t.contiguous() for name, t in broken.items()}, run.checkpoint_path(100), metadata)
    rig.open(copy)
    before = rig.drawn()
    rig.explorer.go_to(100)
    rig.until(lambda: any("not finite numbers" in note.text for note in rig.told))
    assert rig.explorer.step == 200
    np.testing.assert_array_equal(rig.drawn(), before)


def test_the_run_that_comes_with_the_program_stays_as_it_came(rig: Rig) -> None:
    from ganstudio.core.resources import resource_path

    rig.explorer.open_bundled()
    rig.until(lambda: rig.explorer.opened is not None)
    rig.explorer.change_kept("Pin", pins=[Pin("mine", rig.explorer.state)])
    assert not (resource_path("runs", "infogan-digits") / "explore").exists()
    again = Rig()
    try:
        again.explorer.open_bundled()
        again.until(lambda: again.explorer.opened is not None)
        assert [pin.name for pin in again.explorer.kept.pins] == ["mine"]
    finally:
        again.close()


def test_live_weights_are_told_once_they_are_drawn_with_and_a_pause_is_quiet(rig: Rig) -> None:
    model = rig.studio.start(Experiment("dcgan", "digits:size=16", {**SMALL, "ema": 0.9}, 10**6, 0, "cpu", "live"))
    assert model is not None
    rig.until(lambda: model.step > 3)
    rig.explorer.follow(model)
    rig.until(lambda: rig.explorer.opened is not None)
    explorer, told, pictures = rig.explorer, list[int](), list[int]()
    explorer.weights_changed.connect(lambda: told.append(explorer.step))
    rig.until(lambda: len(told) > 3)
    assert len(set(told)) == len(told)
    model.send(Pause())
    rig.until(lambda: model.state == "paused" and told[-1] == model.step)
    rig.drawn()
    explorer.picture_changed.connect(lambda: pictures.append(1))
    now = time.monotonic()
    for tick in range(40):
        explorer._clock = lambda tick=tick: now + tick  # type: ignore[misc]
        rig.studio.pump()
        rig.drawn()
        time.sleep(0.002)  # the trainer's turn
    assert told[-1] == model.step
    assert not pictures


def test_every_row_of_a_view_gets_its_turn_while_weights_come_faster_than_it_is_drawn(rig: Rig, stored: Path) -> None:
    rig.open(stored)
    explorer, rows, count = rig.explorer, set[int](), 12

    def slow(_state: object) -> Callable[[object], Iterator[int]]:
        return lambda _generator: iter(range(count))

    explorer.show("slow", slow)
    rig.drawn()
    explorer.redraw()
    first = explorer.stamp("slow")
    for _piece in range(2 * count):
        explorer.freshen()  # newer weights after every piece
        seen = len(rig.results)
        rig.until(lambda seen=seen: len(rig.results) > seen)
        rows |= {result.value for result in rig.results[seen:] if result.value is not None}
    assert rows == set(range(count))
    assert explorer.stamp("slow") != first
    rig.drawn()
    last = [result for result in rig.results if result.stamp == explorer.stamp("slow")]
    assert [result.value for result in last] == [*range(count), None]


def test_the_end_of_the_followed_run_leaves_what_a_person_opens_alone(rig: Rig, stored: Path) -> None:
    model = rig.studio.start(Experiment("dcgan", "digits:size=16", SMALL, 10**6, 0, "cpu", "live"))
    assert model is not None
    rig.until(lambda: model.step > 3)
    explorer = rig.explorer
    explorer.follow(model)
    rig.until(lambda: explorer.following is model)
    model.stop(save=True)
    end = time.monotonic() + 30
    while model.here:
        assert time.monotonic() < end
        rig.studio.pump()
        time.sleep(0.002)
    explorer.open_run(stored, 100)
    explorer._clock = lambda: end + 100  # type: ignore[method-assign]
    explorer.pump()  # notices that the run has ended while the other one is being opened
    assert explorer.following is None
    rig.until(lambda: not explorer.opening)
    assert explorer.opened is not None
    assert (explorer.opened.path, explorer.step) == (stored, 100)
