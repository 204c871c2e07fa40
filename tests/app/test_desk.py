"""What explorer, painter and translator share: opening, refusing, following, other weights, channels."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.catalogue import Catalogue
from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.picture_session import check_session, find_run, reopen, session_of
from ganstudio.app.generators.sources import Opened
from ganstudio.app.generators.workplaces import (
    BUNDLED,
    WORKPLACES,
    bundled_path,
    drives,
    opens,
    workplace_of,
    workplace_of_run,
)
from ganstudio.app.notifications import Notification, Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.controls import Control, GeneratorIndex, LabelMap, LatentVector, SourceImage
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.errors import StudioError, UsageError
from ganstudio.core.experiment import Experiment
from ganstudio.core.resources import resource_path
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.store import Run, create_run
from ganstudio.training.session import Session
from tests.explore.toys import toy
from tests.training.training_kit import finish

SMALL = {"conv_width": 4, "latent_size": 5, "batch_size": 8, "ema": 0.9}
Z = LatentVector("z", 6)
MAP = LabelMap("map", (MapClass("sky", (0, 0, 255)), MapClass("sand", (255, 255, 0))), 4)
SOURCE = SourceImage("source", 1, 4)


class Painter(Desk):
    place = "paint"


class Translator(Desk):
    place = "translate"


class Player(Desk):
    """Writes down what it is told, and draws the step on every occasion."""

    place = "explore"

    def __init__(self, studio: Studio, wake: Callable[[], None]) -> None:
        super().__init__(studio, wake)
        self.calls: list[Any] = []
        self.results: list[Drawn] = []

    def _settle(self, fits: bool, same: bool) -> None:
        self.calls.append((fits, same))

    def _begin(self) -> None:
        self.calls.append("begin")
        super()._begin()

    def redraw(self) -> None:
        self.calls.append("redraw")
        self.ask("picture", lambda generator: iter([generator.step]), 100)

    def freshen(self) -> None:
        self.calls.append("freshen")
        self.ask("picture", lambda generator: iter([generator.step]), 100)

    def _receive(self, result: Drawn) -> None:
        self.results.append(result)
        super()._receive(result)

    def _finish(self, result: Drawn) -> None:
        self.calls.append(("finished", result.channel))

    def _forget(self) -> None:
        self.calls.append("forgotten")


class Rig:
    """A studio without a window, desks on it, and what it was told."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        hub = Notifications()
        hub.subscribe(self.told.append)
        self.studio = Studio(SettingsStore(hub=hub), hub)
        self.studio.catalogue = Catalogue()
        self.desks: list[Desk] = []

    def make(self, kind: type[Desk]) -> Any:
        self.desks.append(kind(self.studio, lambda: None))
        return self.desks[-1]

    def until(self, true: Callable[[], object], seconds: float = 30.0) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, ([desk.opening for desk in self.desks], self.told)
            self.studio.pump()
            for desk in self.desks:
                desk.pump()
            time.sleep(0.002)

    def open(self, desk: Desk, path: Path, step: int | None = None) -> None:
        desk.open_run(path, step)
        self.until(lambda: not desk.opening)

    def close(self) -> None:
        for model in self.studio.training:
            model.stop(save=False)
        for desk in self.desks:
            desk.shutdown()
        self.studio.shutdown()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with checkpoints at steps 0 and 4."""
    path = tmp_path_factory.mktemp("runs") / "run"
    finish(Session.new(Experiment("dcgan", "digits:size=16", SMALL, 4, 0, "cpu", "stored"), path=path))
    return path


def generator_of(*controls: Control, title: str = "Toy") -> Opened:
    """A generator with these controls that draws in grey whatever it is given."""
    import torch

    made = toy(lambda _method, values: torch.zeros(len(next(iter(values.values()))), 16), controls)
    return Opened(made, title, ExploreState(position_of(made.draw(1, 0))))


# -- where a run belongs ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("controls", "place", "others"),
    [
        ((Z,), "explore", ()),
        ((Z, MAP), "paint", ("translate",)),
        ((SOURCE,), "translate", ()),
        ((SOURCE, GeneratorIndex("direction", 2)), "translate", ()),
    ],
)
def test_what_a_generator_is_given_tells_its_workspace(
    controls: Sequence[Control], place: str, others: tuple[str, ...]
) -> None:
    assert workplace_of(controls) == place
    assert {one for one in WORKPLACES if drives(one, controls)} == {place, *others}


@pytest.mark.parametrize(
    ("kind", "place", "others"),
    [("points", "explore", ()), ("images", "explore", ()), ("maps", "paint", ("translate",)),
     ("pairs", "translate", ()), ("domains", "translate", ())],
)  # fmt: skip
def test_its_data_tell_the_same(kind: Any, place: str, others: tuple[str, ...], tmp_path: Path) -> None:
    info = Run.open(create_run(Experiment("toy", "toy"), DataSpec("toy", kind, 1, 1, 4), "", folder=tmp_path)).info
    assert workplace_of_run(info) == place
    assert {one for one in WORKPLACES if opens(one, info)} == {place, *others}


def test_a_run_on_pictures_whose_generator_is_given_one_is_at_home_in_translate(tmp_path: Path) -> None:
    experiment, spec = Experiment("toy", "toy"), DataSpec("toy", "images", 1, 1, 4)
    info = Run.open(create_run(experiment, spec, "", folder=tmp_path, given="picture")).info
    assert workplace_of_run(info) == "translate"
    assert workplace_of_run(None) == "explore"


def test_there_is_a_ready_run_where_its_folder_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert bundled_path("explore") == resource_path("runs", "infogan-digits")
    monkeypatch.setattr("ganstudio.app.generators.workplaces.resource_path", lambda *parts: tmp_path.joinpath(*parts))
    assert [bundled_path(place) for place in WORKPLACES] == [None] * 3
    folder = tmp_path / "runs" / BUNDLED["paint"]
    folder.mkdir(parents=True)
    assert bundled_path("paint") is None, "an empty folder is no run"
    (folder / "run.json").write_text("{}", "utf-8")
    assert bundled_path("paint") == folder


def test_a_missing_ready_run_is_said_to_be_missing(rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("ganstudio.app.generators.workplaces.resource_path", lambda *parts: tmp_path.joinpath(*parts))
    painter = rig.make(Painter)
    painter.open_bundled()
    assert "Landscapes" in painter.opening
    rig.until(lambda: rig.told)
    assert "missing from this installation" in rig.told[-1].text
    assert (painter.opened, painter.opening) == (None, "")


# -- what cannot be driven --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "controls", "words"),
    [
        (Explorer, (Z, MAP), "“Hills” paints on label maps: open it in Paint."),
        (Explorer, (SOURCE,), "“Hills” translates pictures: open it in Translate."),
        (Painter, (SOURCE,), "“Hills” translates pictures: open it in Translate."),
        (Painter, (Z,), "“Hills” draws out of nothing: open it in Explore."),
        (Translator, (Z,), "“Hills” draws out of nothing: open it in Explore."),
    ],
)
def test_another_workspaces_generator_is_refused_and_what_was_open_stays(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, kind: type[Desk], controls: Sequence[Control], words: str
) -> None:
    desk, called = rig.make(kind), list[int]()
    mine = {"explore": (Z,), "paint": (Z, MAP), "translate": (SOURCE,)}[kind.place]
    desk._take(generator_of(*mine, title="mine"))
    before = desk.opened
    monkeypatch.setattr("ganstudio.app.generators.desk.open_run", lambda *_args: generator_of(*controls, title="Hills"))
    desk.open_run(Path("hills"), then=lambda: called.append(1))
    rig.until(lambda: rig.told)
    assert [note.text for note in rig.told] == [words]
    assert desk.opened is before
    assert not desk.opening
    assert not called


@pytest.mark.parametrize("controls", [(Z, MAP), (SOURCE,)])
def test_label_maps_and_pictures_can_both_be_translated(rig: Rig, controls: Sequence[Control],
                                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("ganstudio.app.generators.desk.open_run", lambda *_args: generator_of(*controls))
    translator = rig.make(Translator)
    rig.open(translator, Path("any"))
    assert translator.controls == controls
    assert not rig.told


# -- what is open -----------------------------------------------------------------------------------------------------


def test_opening_tells_in_order_and_only_the_last_one_counts(rig: Rig, stored: Path) -> None:
    desk, order = rig.make(Player), list[str]()
    desk.source_changed.connect(lambda: order.append(desk.opening))
    desk.open_run(stored, 0, then=lambda: order.append("never"))
    desk.open_run(stored, then=lambda: order.append("then"))
    rig.until(lambda: desk.opened is not None)
    assert order == ["Opening run", "Opening run", "", "then"]
    assert desk.calls[:3] == [(False, False), "begin", "redraw"]
    assert (desk.step, desk.weights, desk.steps) == (4, "ema", [0, 4])
    rig.until(lambda: ("finished", "picture") in desk.calls)
    assert [result.value for result in desk.results] == [4, None]
    desk.history.push("Something", lambda: None, lambda: None)
    rig.open(desk, stored, 0)
    assert desk.calls.count((True, True)) == 1
    assert desk.history.can_undo, "the same run: what was done can still be taken back"
    desk.close()
    assert desk.calls[-1] == "forgotten"
    assert not desk.history.can_undo
    assert (desk.controls, desk.spec, desk.steps, desk.step) == ((), None, [], 0)


def test_going_to_another_checkpoint_can_be_undone(rig: Rig, stored: Path) -> None:
    desk, changed = rig.make(Player), list[int]()
    rig.open(desk, stored)
    desk.weights_changed.connect(lambda: changed.append(desk.step))
    desk.go_to(0)
    rig.until(lambda: desk.step == 0)
    assert desk.history.undo() == "Go to step 0"
    rig.until(lambda: desk.step == 4)
    desk.history.redo()
    rig.until(lambda: desk.step == 0)
    assert changed == [0, 4, 0]
    assert desk.calls.count("redraw") == 4
    desk.choose_weights("raw")
    rig.until(lambda: desk.weights == "raw")
    assert desk.step == 0
    label = desk.history.undo_label
    desk.go_to(12345)
    rig.until(lambda: rig.told)
    assert desk.history.undo_label == label, "there is nothing to take back of what did not happen"


def test_a_channel_tells_its_newest_request_only(rig: Rig, stored: Path) -> None:
    desk = rig.make(Player)
    rig.open(desk, stored)
    rig.until(lambda: desk.service.idle)
    desk.pump()
    desk.results.clear()
    first = desk.ask("strip", lambda _generator: iter("abc"))
    second = desk.ask("strip", lambda _generator: iter("xyz"))
    assert (desk.stamp("strip"), desk.stamp("unknown")) == (second, 0)
    assert first != second
    rig.until(lambda: any(result.done for result in desk.results))
    assert [result.value for result in desk.results] == ["x", "y", "z", None]
    desk.ask("strip", lambda _generator: iter("abc"))
    desk.drop("strip")
    assert desk.stamp("strip") == 0
    desk.results.clear()
    rig.until(lambda: desk.service.idle)
    desk.pump()
    assert not desk.results


def test_a_run_in_training_is_followed_and_stays_when_it_ends(rig: Rig) -> None:
    model = rig.studio.start(Experiment("dcgan", "digits:size=16", SMALL, 10**6, 0, "cpu", "live"))
    assert model is not None
    rig.until(lambda: model.step > 3)
    desk, changed = rig.make(Player), list[int]()
    desk.weights_changed.connect(lambda: changed.append(desk.step))
    desk.open_model(model)
    rig.until(lambda: desk.following is model)
    rig.until(lambda: len(changed) > 2)
    assert "freshen" in desk.calls
    assert "redraw" not in desk.calls[3:], "newer weights of a followed run only freshen"
    desk.choose_weights("raw")
    rig.until(lambda: desk.weights == "raw")
    assert desk.following is model
    model.stop(save=True)
    rig.until(lambda: desk.following is None and not desk.opening)
    assert (desk.step, desk.weights) == (model.step, "raw")
    assert desk.calls.count((True, True)) == 1
    assert not rig.told


# -- what a picture remembers -----------------------------------------------------------------------------------------


def test_a_session_finds_its_run_and_its_step_again(rig: Rig, stored: Path) -> None:
    desk, other, called = rig.make(Player), rig.make(Player), list[int]()
    with pytest.raises(UsageError, match="Nothing is open"):
        session_of(desk)
    rig.open(desk, stored, 0)
    session = session_of(desk)
    assert (session["kind"], session["step"], session["weights"]) == ("explore", 0, "ema")
    check_session(other, session)
    reopen(other, session, lambda: called.append(1), called.append)
    rig.until(lambda: called)
    assert (other.step, other.weights) == (0, "ema")
    assert find_run(session["run"], "/moved", {}) is None
    created = Run.open(stored).info.created.isoformat(timespec="seconds")
    assert session["run"]["created"] == created
    with pytest.raises(UsageError, match="not saved by ganstudio’s painter"):
        check_session(rig.make(Painter), session)
    with pytest.raises(UsageError, match="newer ganstudio"):
        check_session(other, {**session, "version": 99})
    told: list[StudioError] = []
    reopen(other, {"path": "/nowhere.onnx"}, lambda: None, told.append)
    rig.until(lambda: told)
    assert "not there any more" in str(told[0])
