"""The bar that chooses what is explored: runs that train, stored ones, files; checkpoints; averaged or raw weights."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.app.actions import Action
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.sessions import new_session
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.commands import SaveCheckpoint
from ganstudio.core.experiment import Experiment
from ganstudio.store.folder import runs_folder
from ganstudio.ui.generator_page import SourceBar
from tests.ui.audit import problems
from tests.ui.explore_kit import PATIENCE, PLANE, opened

TINY = {"mlp_width": 16, "batch_size": 8}
LONG = "a run whose name is so long that no bar on any screen in the world has room for it"


class Shown:
    """A bar in a window, with a studio whose timer is the test's patience."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.studio = Studio()
        self.studio.load_catalogue()
        self.asked: list[str] = []
        for name in ("file.open", "file.open-folder"):
            self.studio.actions.add(Action(name, f"{name}…", partial(self.asked.append, name)))
        self.explorer = Explorer(self.studio, lambda: None)
        self.bar = SourceBar(self.explorer, self.studio)
        self.until(lambda: self.studio.catalogue is not None)

    def until(self, condition: Callable[[], object]) -> None:
        def so() -> bool:
            self.studio.pump()
            self.explorer.pump()
            return bool(condition())

        self._qtbot.waitUntil(so, timeout=PATIENCE)

    def stored(self, name: str = "stored", ema: float = 0.99) -> Path:
        """A run with checkpoints at steps 0 and 4."""
        path = runs_folder() / name
        experiment = Experiment("gan", "ring", {**TINY, "ema": ema}, steps=4, name=name)
        session = new_session(experiment, path=path, hold_on_trouble=False)
        session.start()
        assert session.join(60)
        assert session.failure is None
        return path

    def open(self, path: Path) -> None:
        self.explorer.open_run(path)
        self.until(lambda: self.explorer.opened is not None and not self.explorer.opening)

    def train(self) -> RunModel:
        model = self.studio.start(Experiment("gan", "ring", TINY, steps=10**6, name=LONG))
        assert model is not None
        self.until(lambda: model.path is not None and model.step > 0)
        model.send(SaveCheckpoint())
        self.until(lambda: len(model.checkpoints) > 0)
        return model

    def end(self) -> None:
        for model in self.studio.training:
            model.stop(save=False)
        self.until(lambda: not self.studio.training and not self.studio.jobs.running)
        self.explorer.shutdown()
        self.studio.shutdown()

    def entries(self) -> list[QAction]:
        menu = self.bar.button.menu()
        menu.aboutToShow.emit()
        return menu.actions()

    def menu(self) -> list[str]:
        return [action.text() for action in self.entries() if action.text()]

    def choose(self, start: str) -> None:
        next(one for one in self.entries() if one.isEnabled() and one.text().startswith(start)).trigger()


@pytest.fixture
def shown(qtbot: QtBot, hosted: Callable[..., None]) -> Iterator[Shown]:
    made = Shown(qtbot)
    hosted(made.bar, 1000, 52)
    yield made
    made.end()


def test_with_nothing_open_it_offers_everything(shown: Shown) -> None:
    assert "Choose" in shown.bar.button.text()
    for part in (shown.bar.track, shown.bar.weights, shown.bar.live, shown.bar.notes):
        assert not part.isVisible()
    texts = shown.menu()
    assert texts[0] == "Ready"
    assert texts[-2:] == ["file.open…", "file.open-folder…"]
    assert problems(shown.bar) == []


def test_a_stored_run_is_chosen_from_the_menu(shown: Shown) -> None:
    path = shown.stored("digits & friends")
    shown.studio.library_changed.emit()
    shown.until(lambda: not shown.studio.jobs.running)
    assert any(text.startswith("digits && friends\tstep 4") for text in shown.menu())
    shown.choose("digits && friends")
    assert shown.bar.busy._timer.isActive()
    assert "Opening" in shown.bar.button.accessibleDescription()
    shown.until(lambda: shown.explorer.opened is not None)
    assert not shown.bar.busy._timer.isActive()
    assert shown.bar.button.accessibleDescription() == "digits & friends"
    assert str(path) in shown.bar.button.toolTip()
    assert shown.bar.step.text() == "step 4"
    assert not shown.bar.live.isVisible()


def test_keys_go_through_the_checkpoints_and_back(shown: Shown) -> None:
    shown.open(shown.stored())
    assert shown.explorer.steps == [0, 4]
    clock = iter((10.0, 20.0))
    shown.explorer.history._clock = lambda: next(clock)  # a slow hand
    QTest.keyClick(shown.bar.track, Qt.Key.Key_Home)
    shown.until(lambda: shown.explorer.step == 0)
    assert shown.bar.step.text() == "step 0"
    QTest.keyClick(shown.bar.track, Qt.Key.Key_Right)
    shown.until(lambda: shown.explorer.step == 4)
    shown.explorer.history.undo()
    shown.until(lambda: shown.explorer.step == 0)
    assert shown.bar.track.value() == 0


def test_averaged_and_raw_weights(shown: Shown) -> None:
    shown.open(shown.stored())
    assert shown.bar.weights.value == "ema"
    shown.bar.weights._buttons["raw"].click()
    shown.until(lambda: shown.explorer.weights == "raw")
    assert shown.bar.weights.value == "raw"


def test_a_run_without_average_does_not_offer_it(shown: Shown) -> None:
    shown.open(shown.stored(ema=0.0))
    assert shown.bar.weights.value == "raw"
    assert not shown.bar.weights._buttons["ema"].isEnabled()


def test_a_run_that_trains_is_followed_left_and_followed_again(shown: Shown) -> None:
    model = shown.train()
    assert shown.menu()[0] == "Training now"
    shown.choose("a run whose")
    shown.until(lambda: shown.explorer.following is model)
    bar = shown.bar
    assert bar.live.isVisible()
    assert bar.live.isChecked()
    assert bar.track.value() == bar.track.maximum() == len(bar.track.steps)
    assert bar.button.width() < bar.button.fontMetrics().horizontalAdvance(bar.button.text()), "elided"
    QTest.keyClick(bar.track, Qt.Key.Key_Home)
    shown.until(lambda: shown.explorer.following is None and shown.explorer.step == bar.track.steps[0])
    assert bar.live.isVisible()
    assert not bar.live.isChecked()
    bar.live.click()
    shown.until(lambda: shown.explorer.following is model)
    assert bar.live.isChecked()
    assert bar.live.text() == "Live"
    model.pause()
    shown.until(lambda: bar.live.text() == "Paused")
    model.resume()
    shown.until(lambda: bar.live.text() == "Live")
    bar.weights._buttons["raw"].click()
    shown.until(lambda: shown.explorer.weights == "raw")
    assert bar.weights.value == "raw"


def test_when_the_run_ends_its_last_checkpoint_stays(shown: Shown) -> None:
    model = shown.train()
    shown.explorer.follow(model)
    shown.until(lambda: shown.explorer.following is model)
    model.stop(save=True)
    shown.until(lambda: not model.here and shown.explorer.following is None and not shown.explorer.opening)
    assert not shown.bar.live.isVisible()
    assert shown.bar.track.value() == len(shown.bar.track.steps) - 1
    assert shown.explorer.step == shown.bar.track.steps[-1]


def test_a_file_has_neither_checkpoints_nor_averages(shown: Shown) -> None:
    shown.explorer._take(opened(PLANE, title="brought in", notes=("The latent is taken to be normal.",)))
    assert shown.bar.button.accessibleDescription() == "brought in"
    assert not shown.bar.track.isVisible()
    assert not shown.bar.weights.isVisible()
    assert "normal" in shown.bar.notes.toolTip()
    assert shown.bar.notes.isVisible()


def test_files_and_folders_are_asked_for_by_the_window(shown: Shown) -> None:
    shown.choose("file.open…")
    shown.choose("file.open-folder…")
    assert shown.asked == ["file.open", "file.open-folder"]


def test_a_run_that_cannot_be_opened_leaves_what_was_there(
    shown: Shown, tmp_path: Path, logged_problems: list[logging.LogRecord]
) -> None:
    shown.explorer._take(opened(PLANE, title="still here"))
    shown.explorer.open_run(tmp_path / "nothing")
    assert shown.bar.busy._timer.isActive()
    shown.until(lambda: not shown.explorer.opening)
    assert shown.bar.button.accessibleDescription() == "still here"
    assert not shown.bar.busy._timer.isActive()
    assert any("nothing" in record.getMessage() for record in logged_problems)


def test_a_bar_that_is_gone_hears_nothing_any_more(qtbot: QtBot) -> None:
    shown = Shown(qtbot)
    shown.bar.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    shown.explorer._take(opened(PLANE))
    shown.studio.library_changed.emit()
    shown.end()
