"""Styles, noise, pictures of a class and maps in the real window, as hands and keys drive them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from ganstudio.app.generators.picture_session import restore, session_of
from ganstudio.core.experiment import Experiment
from ganstudio.explore.picture_file import read_session, save_picture
from ganstudio.explore.styles import share_of
from ganstudio.training.session import Session
from ganstudio.ui.controls.class_slots import ClassSlots
from ganstudio.ui.controls.seeds import SampleSection
from ganstudio.ui.controls.styles import StylesSection
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.kit.parts import Segmented
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.translate.workspace import TranslateWorkspace
from tests.methods.tiny import registered
from tests.methods.tiny_styles import TINY_STYLES, TinyStyles
from tests.training.training_kit import finish
from tests.ui.audit import problems
from tests.ui.explore_window import drawn, exploring_window, listen
from tests.ui.window_kit import wait


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    base = tmp_path_factory.mktemp("runs")
    with registered(*TINY_STYLES):
        for name in ("styles", "few-shot", "enlarger"):
            experiment = Experiment(f"tiny-{name}", "digits:size=16", {}, 2, 0, "cpu", name)
            finish(Session.new(experiment, path=base / name))
        yield base


@pytest.fixture
def page(qtbot: QtBot, runs: Path) -> Iterator[ExploreWorkspace]:
    with exploring_window(qtbot, runs / "styles") as (_window, page):
        yield page


def styles(page: ExploreWorkspace) -> StylesSection:
    found = page.controls.section(StylesSection)
    assert found is not None
    return found


def shares(page: ExploreWorkspace) -> list[float]:
    state, name = page.explorer.state, share_of(styles(page).control)
    assert state is not None
    return [] if name not in state.position else state.position[name].tolist()


def middle(page: ExploreWorkspace, layer: int) -> QPoint:
    return styles(page).cells.cell(layer).center().toPoint()


def test_a_drag_across_the_cells_mixes_styles_as_one_step_back(qtbot: QtBot, page: ExploreWorkspace) -> None:
    before, cells = drawn(qtbot, page).copy(), styles(page).cells
    QTest.mousePress(cells, Qt.MouseButton.LeftButton, pos=middle(page, 0))
    QTest.mouseMove(cells, middle(page, 2))  # a quick hand: the second is skipped
    QTest.mouseRelease(cells, Qt.MouseButton.LeftButton, pos=middle(page, 2))
    assert shares(page) == [1, 1, 1, 0]
    mixed = drawn(qtbot, page).copy()
    assert not np.array_equal(mixed, before)
    wait(qtbot, lambda: "1–3" in styles(page).words.text())
    page.explorer.history.undo()
    np.testing.assert_array_equal(drawn(qtbot, page), before)
    assert shares(page) == []
    page.explorer.history.redo()
    np.testing.assert_array_equal(drawn(qtbot, page), mixed)


def test_keys_turn_cells_over_and_carry_them_along(qtbot: QtBot, page: ExploreWorkspace) -> None:
    cells = styles(page).cells
    cells.setFocus()
    QTest.keyClick(cells, Qt.Key.Key_Right)
    QTest.keyClick(cells, Qt.Key.Key_Space)
    assert shares(page) == [0, 1, 0, 0]
    QTest.keyClick(cells, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert shares(page) == [0, 1, 1, 0]
    assert "2–3" in cells.accessibleDescription()
    QTest.keyClick(cells, Qt.Key.Key_Space)
    QTest.keyClick(cells, Qt.Key.Key_Left)
    QTest.keyClick(cells, Qt.Key.Key_Space)
    assert shares(page) == []


def test_another_second_picture_is_seen_at_once(qtbot: QtBot, page: ExploreWorkspace) -> None:
    section, before = styles(page), drawn(qtbot, page).copy()
    section.second.choose(7)
    assert shares(page) == [1, 1, 0, 0]  # nothing was marked: the coarse half
    first = drawn(qtbot, page).copy()
    section.second.choose(8)
    second = drawn(qtbot, page).copy()
    assert not np.array_equal(first, before)
    assert not np.array_equal(first, second)
    page.controls.new_seed()
    assert shares(page) == [1, 1, 0, 0]  # the mixture stays
    section.reset()
    assert shares(page) == []


def test_styles_of_a_pin_also_of_one_moved_by_hand(qtbot: QtBot, page: ExploreWorkspace) -> None:
    explorer = page.explorer
    assert explorer.state is not None
    explorer.edit(explorer.state.moved("z", np.full(5, 2, np.float32)), "moved")
    target = drawn(qtbot, page).copy()
    page.side.pins.pin()
    explorer.edit(explorer.drawn_from(3).moved("noise", explorer.state.position["noise"]), "elsewhere")
    styles(page).pins.click()
    (menu,) = [menu for menu in styles(page).findChildren(QMenu) if menu.isVisible()]
    menu.actions()[0].trigger()
    menu.close()
    for layer in (2, 3):
        QTest.mouseClick(styles(page).cells, Qt.MouseButton.LeftButton, pos=middle(page, layer))
    assert shares(page) == [1, 1, 1, 1]
    np.testing.assert_array_equal(drawn(qtbot, page), target)
    wait(qtbot, lambda: "another picture" in styles(page).words.text())


def test_noise_is_typed_and_rolled(qtbot: QtBot, page: ExploreWorkspace) -> None:
    sample = page.controls.section(SampleSection)
    assert sample is not None
    row, before = sample.noises["noise"], drawn(qtbot, page).copy()
    row.edit.lineEdit().setText("7")
    row.edit.commit()
    seven = drawn(qtbot, page).copy()
    assert not np.array_equal(seven, before)
    row.dice.click()
    assert not np.array_equal(drawn(qtbot, page), seven)
    row.choose(7)
    np.testing.assert_array_equal(drawn(qtbot, page), seven)


def test_every_view_below_draws(qtbot: QtBot, page: ExploreWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    told = listen(monkeypatch)
    styles(page).second.choose(7)
    for seed in (1, 2):
        page.explorer.edit(page.explorer.drawn_from(seed), "seed")
        page.side.pins.pin()
    styles(page).reset()
    page.side.pins.pin()
    for tab in ("wall", "sweep", "path", "plane", "sums"):
        page.views.open(tab)
        drawn(qtbot, page)
        view = page.views.current
        wait(qtbot, lambda view=view: view.grid.picture() is not None)
        view.take(len(view.states) - 1)
        drawn(qtbot, page)
    assert not told.errors


def test_a_saved_picture_brings_the_mixture_back(qtbot: QtBot, page: ExploreWorkspace, tmp_path: Path) -> None:
    styles(page).second.choose(7)
    wanted = drawn(qtbot, page).copy()
    save_picture(tmp_path / "a.png", wanted, 1, session_of(page.explorer))
    page.explorer.edit(page.explorer.drawn_from(9), "elsewhere")
    styles(page).reset()
    session = read_session(tmp_path / "a.png")
    assert session is not None
    restore(page.explorer, session)
    wait(qtbot, lambda: bool(shares(page)))
    np.testing.assert_array_equal(drawn(qtbot, page), wanted)


def test_everything_new_has_a_name_and_is_reached_by_keyboard(qtbot: QtBot, page: ExploreWorkspace) -> None:
    wait(qtbot, lambda: page.look_bar.isVisible())
    for name in ("light", "dark"):
        set_theme(name)
        assert problems(page.controls) == []
        assert problems(page.look_bar) == []


# -- looking into it --------------------------------------------------------------------------------------------------


def test_a_map_lies_over_the_picture_and_goes_again(qtbot: QtBot, page: ExploreWorkspace) -> None:
    wait(qtbot, lambda: page.look_bar.isVisible())
    choice = page.look_bar.choice
    assert isinstance(choice, Segmented)
    plain = page.picture.image.copy()
    choice.chosen.emit("energy")
    drawn(qtbot, page)
    wait(qtbot, lambda: page.picture.image != plain)
    assert choice.value == "energy"
    laid = page.picture.image.copy()
    page.explorer.edit(page.explorer.drawn_from(4), "seed")
    drawn(qtbot, page)
    wait(qtbot, lambda: page.picture.image != laid)
    choice.chosen.emit("")
    page.explorer.edit(page.explorer.drawn_from(0), "seed")
    drawn(qtbot, page)
    wait(qtbot, lambda: page.picture.image == plain)


def test_maps_that_fail_leave_the_picture(qtbot: QtBot, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_method: object, _values: object) -> None:
        raise RuntimeError("no such layer")

    monkeypatch.setattr(TinyStyles, "look_into", fails)
    with exploring_window(qtbot, runs / "styles") as (_window, page):
        drawn(qtbot, page)
        assert page.explorer.error is None
        assert not page.look_bar.isVisible()


def test_where_there_are_no_maps_there_is_no_choice(qtbot: QtBot, runs: Path) -> None:
    with exploring_window(qtbot, runs / "few-shot") as (_window, page):
        assert not page.look_bar.isVisible()
        assert page.controls.section(StylesSection) is None


# -- pictures of a class ----------------------------------------------------------------------------------------------


def test_pictures_are_dropped_pasted_and_taken_away(qtbot: QtBot, runs: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"{tone}.png" for tone in (0, 255)]
    for file in files:
        Image.new("L", (30, 20), int(file.stem)).save(file)
    with exploring_window(qtbot, runs / "few-shot") as (window, page):
        section, explorer = page.controls.section(ClassSlots), page.explorer
        assert section is not None

        def tones() -> list[float]:
            window.studio.pump()
            assert explorer.state is not None
            return [round(float(one.mean())) for one in explorer.state.position["pictures"]]

        def drop(place: int, *paths: Path) -> None:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
            event = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                               Qt.KeyboardModifier.NoModifier)  # fmt: skip
            section.slots[place].dropEvent(event)

        drop(1, files[1])
        wait(qtbot, lambda: tones() == [1, 1, 1])  # the first one is in all places
        drop(1, *files)
        wait(qtbot, lambda: tones() == [1, -1, 1])
        drop(1, files[1], files[0], files[1], files[0])
        assert window.toasts.shown[-1].message.text == "Took 255.png, 0.png, 255.png; the other one was left."
        wait(qtbot, lambda: tones() == [1, 1, -1])
        explorer.history.undo()
        assert tones() == [1, -1, 1]
        slot = section.slots[2]
        wait(qtbot, lambda: "a picture" in slot.accessibleName())
        QTest.keyClick(slot, Qt.Key.Key_Delete)
        wait(qtbot, lambda: tones() == [1, -1, 0] and "empty" in slot.accessibleName())
        image = QImage(8, 8, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.black)
        QGuiApplication.clipboard().setImage(image)
        slot.setFocus()
        QTest.keyClick(slot, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        wait(qtbot, lambda: tones() == [1, -1, -1])
        page.controls.new_seed()
        assert tones() == [1, -1, -1]
        explorer.history.undo()
        explorer.history.undo()
        assert tones() == [1, -1, 0]


def test_pictures_come_from_a_class_of_the_data(qtbot: QtBot, runs: Path) -> None:
    with exploring_window(qtbot, runs / "few-shot") as (_window, page):
        section = page.controls.section(ClassSlots)
        assert section is not None
        menu = section.from_class.menu()
        menu.aboutToShow.emit()
        assert [action.text() for action in menu.actions()] == [str(digit) for digit in range(10)]
        menu.actions()[3].trigger()
        wait(qtbot, lambda: page.explorer.state is not None and page.explorer.state.position["pictures"].any())


# -- a method on pictures that is given one ---------------------------------------------------------------------------


def test_a_run_that_enlarges_opens_in_translate_and_is_compared(qtbot: QtBot, runs: Path, tmp_path: Path) -> None:
    with exploring_window(qtbot) as (window, _explore):
        window.use_path(runs / "enlarger")
        assert window.current_workspace == "translate"
        page = window.workspace("translate")
        assert isinstance(page, TranslateWorkspace)
        translator = page.translator
        wait(qtbot, lambda: translator.output is not None)
        assert translator.output is not None
        assert translator.output.shape == (16, 16, 1)
        examples = translator.shelf.found.of(0)
        assert len(examples) > 10
        assert examples[0].pixels.shape == (1, 4, 4)
        assert page.stage.step.text() == "16 × 16"
        page.stage.set_comparing(True)
        page.stage.output.set_split(0.5)
        shot = page.stage.output.grab().toImage()
        place = page.stage.output.place()
        assert shot.rect().contains(place.toRect())
        assert place.width() == place.height() >= 64
        assert page.stage.output.divided
        page.stage.set_comparing(False)
        for width in (1366, 1000):
            window.resize(width, 700)
            wait(qtbot, lambda width=width: window.width() == width)
            wait(qtbot, lambda: page.stage.input.place().size() == page.stage.output.place().size())
        page.stage.set_zoom("4")
        wait(qtbot, lambda: page.stage.input.place().size() == page.stage.output.place().size())
        assert page.stage.output.zoom == "4"
