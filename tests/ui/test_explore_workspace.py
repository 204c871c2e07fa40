"""The Explore workspace in the real window: opened in every way, driven by keys and menus, following a run that trains."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.generators.sources import Opened, open_run
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.methods.view import fixed_values
from ganstudio.store import Run
from ganstudio.ui.controls.seeds import SampleSection
from ganstudio.ui.kit.files import Dropped
from ganstudio.ui.window import MainWindow
from tests.ui.audit import problems
from tests.ui.explore_window import Told, drawn, explore, exploring_window, store_run, there
from tests.ui.window_kit import DIGITS, RING, hold, opened, train, wait

EVERYWHERE = ("explore.ready",)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "tiny", ema=0.5)


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch, stored: Path) -> Path:
    """The tiny run in place of the one that comes with the program."""

    def ready(*_args: str) -> Opened:
        return open_run(stored, None, "ema")

    monkeypatch.setattr("ganstudio.app.generators.desk.open_bundled", ready)
    return stored


# -- opening ----------------------------------------------------------------------------------------------------------


def test_at_first_there_is_something_to_play_with(qtbot: QtBot, bundled: Path) -> None:
    with opened(qtbot) as window:
        window.show_workspace("explore")
        page = explore(window)
        there(qtbot, page, bundled)
        assert page.pages.currentWidget() is page.columns
        assert page.picture.image.width() == 16


def test_the_ready_run_has_codes_to_play_with(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        window.show_workspace("explore")
        page = explore(window)
        path = bundled_path("explore")
        assert path is not None
        there(qtbot, page, path)
        kinds = {type(control).__name__ for control in page.explorer.controls}
        assert kinds == {"CategoricalCode", "ContinuousCode", "LatentVector"}


def test_the_empty_page_opens_the_ready_run(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, stored: Path, told: Told, logged_problems: list[object]
) -> None:
    from ganstudio.core.errors import StoreError

    def missing(*_args: str) -> Opened:
        raise StoreError("The installation is incomplete.")

    monkeypatch.setattr("ganstudio.app.generators.desk.open_bundled", missing)
    with opened(qtbot) as window:
        window.show_workspace("explore")
        page = explore(window)
        wait(qtbot, lambda: told.errors == ["The installation is incomplete."])
        assert page.pages.currentWidget() is not page.columns
        assert not [action.id for action in enabled(window) if action.id not in EVERYWHERE]
        assert not problems(page)
        monkeypatch.setattr("ganstudio.app.generators.desk.open_bundled", lambda *_args: open_run(stored, None, "ema"))
        button = next(b for b in page.pages.currentWidget().findChildren(QPushButton) if "digits" in b.text())
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        there(qtbot, page, stored)
        assert page.pages.currentWidget() is page.columns


def test_a_run_of_the_list_is_explored(qtbot: QtBot, stored: Path) -> None:
    from ganstudio.store import runs_folder

    shutil.copytree(stored, runs_folder() / "listed")
    with opened(qtbot) as window:
        window.show_workspace("runs")
        page = window.workspace("runs")
        page.explore_requested.emit(runs_folder() / "listed")
        there(qtbot, explore(window), runs_folder() / "listed")
        assert window.current_workspace == "explore"


def enabled(window: object) -> list[object]:
    table = window.table  # type: ignore[attr-defined]
    return [action for action in table if action.id.startswith("explore.") and action.enabled()]


# -- a run that trains ------------------------------------------------------------------------------------------------


def test_a_run_that_trains_is_followed_and_stays_when_it_ends(qtbot: QtBot, told: Told) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        window.table.run("run.explore")
        page = explore(window)
        explorer = page.explorer
        wait(qtbot, lambda: explorer.following is model and explorer.picture is not None)
        state = explorer.drawn_from(7)
        explorer.edit(state, "Random")
        before, step = drawn_soon(qtbot, page), explorer.step
        wait(qtbot, lambda: explorer.step > step + 5 and not np.array_equal(explorer.picture, before))
        assert explorer.state is state
        assert page.source.live.isChecked()
        path = model.path
        model.stop(save=True)
        wait(qtbot, lambda: explorer.following is None and not explorer.opening)
        assert path is not None
        there(qtbot, page, path)
        assert explorer.state is state
        shutil.rmtree(path)
        kept = drawn(qtbot, page).copy()
        explorer.edit(explorer.drawn_from(8), "Random")
        assert not np.array_equal(drawn(qtbot, page), kept)
        assert not told.errors


def test_asking_twice_for_a_run_that_rests(qtbot: QtBot) -> None:
    """What the trainer wrote for the first is there for the second, too: it writes no more while it is paused."""
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        hold(qtbot, model)
        explorer = explore(window).explorer
        explorer.follow(model)
        wait(qtbot, lambda: explorer.following is model)
        explorer.close()
        explorer.follow(model)
        explorer.follow(model)
        wait(qtbot, lambda: explorer.following is model and not explorer.opening)


def drawn_soon(qtbot: QtBot, page: object) -> np.ndarray:
    """The picture of a run that trains: there is always something more to be drawn."""
    explorer = page.explorer  # type: ignore[attr-defined]
    wait(qtbot, lambda: explorer.picture is not None)
    return explorer.picture.copy()


def test_nobody_looks_and_the_run_is_left_alone(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        window.table.run("run.explore")
        explorer = explore(window).explorer
        wait(qtbot, lambda: explorer.following is model and explorer.picture is not None)
        window.show_workspace("runs")
        wait(qtbot, lambda: explorer.service.idle)
        explorer.pump()
        step, then = explorer.step, model.step
        wait(qtbot, lambda: model.step > then + 60)
        assert explorer.step <= step + 1 or explorer.service.idle
        seen = explorer.step
        wait(qtbot, lambda: model.step > then + 120)
        assert explorer.step == seen
        window.show_workspace("explore")
        wait(qtbot, lambda: explorer.step > seen)


def test_closing_the_window_while_a_run_is_followed(qtbot: QtBot) -> None:
    """Fixtures look for what is left behind: the rendering thread, timers, widgets."""
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        window.table.run("run.explore")
        explorer = explore(window).explorer
        wait(qtbot, lambda: explorer.following is model)
        explorer.edit(explorer.drawn_from(1), "Random")


def test_points_can_be_explored_too(qtbot: QtBot, told: Told) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, RING)
        hold(qtbot, model)
        window.table.run("run.explore")
        page = explore(window)
        wait(qtbot, lambda: page.explorer.following is model and page.explorer.picture is not None)
        off = {action.id for action in window.table if action.id.startswith("explore.") and not action.enabled()}
        assert off >= {"explore.project", "explore.film", "explore.folders", "explore.swap"}
        assert not page.side.projection.open.isEnabled()
        assert not problems(page)
        run_all_without_files(qtbot, window)
        assert not told.errors


# -- keys, menus, undo ------------------------------------------------------------------------------------------------


def press(qtbot: QtBot, window: object, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    focus = QApplication.focusWidget() or window
    qtbot.keyClick(focus, key, modifiers or Qt.KeyboardModifier.NoModifier)  # type: ignore[arg-type]


def test_keys(qtbot: QtBot, stored: Path) -> None:
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    with exploring_window(qtbot, stored) as (window, page):
        window.activateWindow()
        wait(qtbot, window.isActiveWindow)
        page.picture.setFocus()
        explorer, first = page.explorer, page.explorer.state
        press(qtbot, window, Qt.Key.Key_R)
        second = explorer.state
        assert second is not None
        assert second is not first
        assert second.seed is not None
        press(qtbot, window, Qt.Key.Key_P)
        assert [pin.state for pin in explorer.kept.pins] == [second]
        press(qtbot, window, Qt.Key.Key_B)
        assert explorer.other is second
        press(qtbot, window, Qt.Key.Key_R)
        third = explorer.state
        press(qtbot, window, Qt.Key.Key_X)
        assert (explorer.state, explorer.other) == (second, third)
        drawn(qtbot, page)
        assert explorer.other_picture is not None
        press(qtbot, window, Qt.Key.Key_Z, ctrl)
        assert (explorer.state, explorer.other) == (third, second)
        press(qtbot, window, Qt.Key.Key_B)
        assert explorer.other is None
        press(qtbot, window, Qt.Key.Key_0, ctrl)
        assert explorer.state is explorer.opened.start  # type: ignore[union-attr]
        for _ in range(6):
            press(qtbot, window, Qt.Key.Key_Z, ctrl)
        assert explorer.state is first
        assert not explorer.kept.pins
        assert not explorer.history.can_undo
        for _ in range(6):
            press(qtbot, window, Qt.Key.Key_Z, ctrl | shift)
        assert len(explorer.kept.pins) == 1
        explorer.change_kept("Forget", pins=[])


def test_two_pictures_are_compared_side_by_side(qtbot: QtBot, stored: Path) -> None:
    with exploring_window(qtbot, stored) as (_window, page):
        explorer, picture = page.explorer, page.picture
        explorer.compare_with(explorer.state)
        explorer.edit(explorer.drawn_from(8), "Random")
        drawn(qtbot, page)
        assert picture.tags == ("A · now", "B · kept")
        shot, corner = picture.grab().toImage(), (picture.place().topLeft() + QPointF(1, 1)).toPoint()
        for pixels, left in ((explorer.picture, 0), (explorer.other_picture, picture.width() // 2 + 4)):
            assert shot.pixelColor(corner + QPoint(left, 0)).red() == pixels[0, 0, 0]  # type: ignore[index]
        qtbot.keyClick(picture, Qt.Key.Key_Plus)
        assert not picture.viewport.fitted
        qtbot.mouseDClick(picture, Qt.MouseButton.LeftButton)
        assert picture.viewport.fitted
        assert explorer.history.undo() == "Random"  # nobody has travelled


def test_undo_is_of_the_workspace_that_one_sees(qtbot: QtBot, stored: Path) -> None:
    ctrl, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    with exploring_window(qtbot, stored) as (window, page):
        window.activateWindow()
        wait(qtbot, window.isActiveWindow)
        draft, explorer = window.studio.draft, page.explorer
        steps, start = draft.experiment.steps, explorer.state
        draft.set(steps=steps + 123)
        explorer.edit(explorer.drawn_from(3), "Random")
        moved = explorer.state
        page.picture.setFocus()
        press(qtbot, window, Qt.Key.Key_Z, ctrl)
        assert (explorer.state, draft.experiment.steps) == (start, steps + 123)
        window.show_workspace("train")
        press(qtbot, window, Qt.Key.Key_Z, ctrl)
        assert (explorer.state, draft.experiment.steps) == (start, steps)
        press(qtbot, window, Qt.Key.Key_Z, ctrl | shift)
        assert draft.experiment.steps == steps + 123
        window.show_workspace("explore")
        press(qtbot, window, Qt.Key.Key_Z, ctrl | shift)
        assert explorer.state is moved
        window.show_workspace("runs")
        assert not window.table["edit.undo"].enabled()


def run_all(qtbot: QtBot, window: object) -> None:
    """Does everything that can be done now; dialogs are closed again."""
    for action in enabled(window):
        if action.id in EVERYWHERE or not action.enabled():  # type: ignore[attr-defined]
            continue
        window.table.run(action.id)  # type: ignore[attr-defined]
        drawn_soon(qtbot, explore(window))  # type: ignore[arg-type]
        wait(qtbot, lambda: not explore(window).exports._waiting)  # type: ignore[arg-type]
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            assert not problems(dialog)
            dialog.close()


def test_every_action_says_what_it_does_and_works(qtbot: QtBot, stored: Path, told: Told) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        rows = [action for action in window.table if action.id.startswith("explore.")]
        assert all(action.help and action.title and action.context == "explore" for action in rows)
        off = {action.id for action in rows if not action.enabled()}
        assert off == {"explore.swap", "explore.folders"}
        run_all_without_files(qtbot, window)
        assert not told.errors
        assert not problems(page)
        page.explorer.change_kept("Forget", pins=[])


def test_a_generator_from_elsewhere(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    from ganstudio.explore.model_files import save_model
    from ganstudio.explore.stored import StoredGenerator
    from ganstudio.store import Run

    file = tmp_path / "other.onnx"
    save_model(file, StoredGenerator.open(Run.open(stored)))
    with exploring_window(qtbot) as (window, page):
        page.open_file(Dropped(file))
        there(qtbot, page, file)
        assert not page.source.track.isVisible()
        assert page.side.neighbours.load.isHidden()
        run_all_without_files(qtbot, window)
        assert not [text for level, text in told if level == "error" and "digits" not in text]


def run_all_without_files(qtbot: QtBot, window: object) -> None:
    from unittest.mock import patch

    nothing = staticmethod(lambda *_args, **_options: ("", ""))
    with (
        patch("PySide6.QtWidgets.QFileDialog.getSaveFileName", nothing),
        patch("PySide6.QtWidgets.QFileDialog.getOpenFileName", nothing),
    ):
        run_all(qtbot, window)


def test_the_pictures_menu(qtbot: QtBot, stored: Path) -> None:
    with exploring_window(qtbot, stored) as (_window, page):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(20, 20), page.picture.mapToGlobal(QPoint()))
        QApplication.sendEvent(page.picture, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        rows = [action for action in menu.actions() if not action.isSeparator()]
        assert [action.objectName().removeprefix("explore.") for action in rows] == [
            "pin", "compare", "pixels", "copy", "save", "python", "film",
        ]  # fmt: skip
        assert all(action.isEnabled() for action in rows)
        next(action for action in rows if action.objectName() == "explore.compare").trigger()
        menu.close()
        assert page.explorer.other is page.explorer.state


def test_layout_is_remembered(qtbot: QtBot, bundled: Path) -> None:
    sizes = []
    for time in range(2):
        with opened(qtbot) as window:
            window.resize(1400, 900)
            window.show_workspace("explore")
            page = explore(window)
            there(qtbot, page, bundled)
            wait(qtbot, lambda page=page: page._arranged)
            if not time:
                page.columns.setSizes([360, 700, 300])
            sizes.append(page.columns.sizes())
            window.reset_layout() if time else None
            sizes.append(page.columns.sizes())
    assert abs(sizes[2][0] - sizes[0][0]) <= 2
    assert sizes[3] != sizes[2]


def test_nothing_can_be_saved_once_nothing_is_open(qtbot: QtBot, stored: Path) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        wait(qtbot, lambda: page.views.current.grid.count > 0)
        page.explorer.close()
        for name in ("save", "save-grid", "copy", "film", "folders", "model", "python", "pin"):
            assert not window.table[f"explore.{name}"].enabled(), name


# -- a sample of the wall ---------------------------------------------------------------------------------------------


def explore_sample(window: MainWindow, place: int) -> None:
    """As the wall's menu does it."""
    wall = window.train.run_view.stage.wall
    menu = wall.make_menu(("fake", place))
    next(action for action in menu.actions() if action.text() == "Explore this sample").trigger()
    menu.deleteLater()


def test_a_sample_of_the_wall_is_explored_as_it_is(qtbot: QtBot, stored: Path, told: Told) -> None:
    with opened(qtbot) as window:
        window.studio.open_run(stored)
        stage = window.train.run_view.stage
        wait(qtbot, lambda: stage.timeline.selected_step() == 4 or stage.timeline.is_live())
        page = explore(window)
        for step, place in ((4, 9), (0, 8)):
            window.show_workspace("train")
            stage.go_to(step)
            explore_sample(window, place)
            explorer = page.explorer
            wait(qtbot, lambda: explorer.opened is not None and not explorer.opening)  # noqa: B023
            seen = drawn(qtbot, page).astype(int)
            assert explorer.step == step
            assert window.current_workspace == "explore"
            on_wall = Run.open(stored).load_samples(step).items.astype(int)
            assert np.abs(seen - on_wall[place]).max() <= 1
            assert np.abs(seen - on_wall[place + 1]).max() > 1
            wait(qtbot, lambda: page.controls.section(SampleSection).row.title.text() == "Not of seed")
        there = explorer.state
        window.table.run("edit.undo")
        assert explorer.state is not there
        assert not told.errors


def test_a_sample_between_checkpoints_says_of_which_step_it_is(qtbot: QtBot, stored: Path, told: Told) -> None:
    with opened(qtbot) as window:
        window.studio.open_run(stored)
        window.train.run_view.stage.go_to(1)
        explore_sample(window, 2)
        page = explore(window)
        wait(qtbot, lambda: page.explorer.opened is not None and not page.explorer.opening)
        assert page.explorer.step == 0
        assert told.said("at step 0")


def test_a_sample_of_a_run_that_trains_is_followed(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        wait(qtbot, lambda: model.samples is not None)
        explore_sample(window, 3)
        page = explore(window)
        wait(qtbot, lambda: page.explorer.following is model and page.explorer.picture is not None)
        method = page.explorer.opened.generator.method
        there = fixed_values(method, model.experiment.seed, 64)["z"][3]
        np.testing.assert_allclose(page.explorer.state.position["z"], there)
