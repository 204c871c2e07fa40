"""Wall, sweep, path, plane and sums, the pin board, and travelling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.app.explore.points import PointPlane
from ganstudio.app.generators.keepsakes import Pin
from ganstudio.explore.state import Direction, ExploreState
from ganstudio.store import Run
from ganstudio.ui.explore.side.pins import PinBoard
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views import ViewTabs
from ganstudio.ui.kit.motion import set_reduced_motion
from ganstudio.ui.pictures.grid import PictureGrid, Sides
from ganstudio.ui.pictures.viewer import PictureViewer
from tests.ui import explore_window as real
from tests.ui.audit import problems
from tests.ui.explore_kit import INFOGAN, PLANE, exploring, pump
from tests.ui.explore_window import exploring_window, store_run, there
from tests.ui.window_kit import wait


@pytest.fixture
def explorer(qtbot: QtBot) -> Iterator[Explorer]:
    with exploring(qtbot, INFOGAN) as made:
        yield made


@pytest.fixture
def tabs(qtbot: QtBot, explorer: Explorer) -> ViewTabs:
    made = ViewTabs(explorer, Traveller(explorer), Picks(), PointPlane(explorer))
    qtbot.addWidget(made)
    made.resize(700, 360)
    made.show()
    return made


def filled(tabs: ViewTabs) -> bool:
    grid = tabs.current.grid
    return grid.count > 0 and all(grid.item(place) is not None for place in range(grid.count))


def drawn(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    pump(qtbot, explorer, lambda: filled(tabs) and explorer.service.idle)


def tone(tabs: ViewTabs, place: int) -> int:
    item = tabs.current.grid.item(place)
    assert item is not None
    return int(item[0, 0, 0])


def test_the_sweep_begins_with_what_was_made_to_mean_something(
    qtbot: QtBot, explorer: Explorer, tabs: ViewTabs
) -> None:
    rows, columns = tabs.sweep.chosen()
    assert (rows.title, columns.title) == ("codes 1", "category")  # type: ignore[union-attr]
    tabs.sweep.use_axes("category", "codes/0")
    drawn(qtbot, explorer, tabs)
    assert tabs.sweep.grid.count == 80
    down = [tone(tabs, row * 10 + 3) for row in range(8)]
    assert down == sorted(down)
    assert len(set(down)) > 3
    tabs.sweep.swap()
    drawn(qtbot, explorer, tabs)
    assert [tone(tabs, 3 * 8 + column) for column in range(8)] == down
    assert not problems(tabs)


def test_a_click_goes_to_the_cell_and_can_be_undone(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    tabs.sweep.use_axes("category", "codes/0")
    drawn(qtbot, explorer, tabs)
    before = explorer.state
    place = 7 * 10 + 2
    qtbot.mouseClick(tabs.sweep.grid, Qt.MouseButton.LeftButton, pos=tabs.sweep.grid.cell(place).center())
    assert explorer.state is not None
    assert explorer.state.position["category"].argmax() == 2
    assert explorer.state.position["codes"][0] == 1
    explorer.history.undo()
    assert explorer.state is before


def test_the_wall_holds_codes_when_told_to(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    tabs.open("wall")
    drawn(qtbot, explorer, tabs)
    assert {int(state.position["category"].argmax()) for state in tabs.wall.states} == set(range(10))
    tabs.wall.hold.set_value("z")
    tabs.wall.hold.chosen.emit("z")
    drawn(qtbot, explorer, tabs)
    assert explorer.state is not None
    for state in tabs.wall.states:
        np.testing.assert_array_equal(state.position["category"], explorer.state.position["category"])
    assert len({state.position["z"].tobytes() for state in tabs.wall.states}) == 36


def test_picks_stay_on_their_samples_when_the_wall_is_drawn_anew(
    qtbot: QtBot, explorer: Explorer, tabs: ViewTabs
) -> None:
    tabs.open("wall")
    drawn(qtbot, explorer, tabs)
    tabs.wall.grid.setFocus()
    qtbot.keyClick(tabs.wall.grid, Qt.Key.Key_Right)
    qtbot.keyClick(tabs.wall.grid, Qt.Key.Key_Plus)
    assert len(tabs.wall.picks.liked) == 1
    chosen = tabs.wall.states[1].position["z"]
    assert explorer.state is not None
    explorer.edit(explorer.state.with_(truncation=0.5), "Truncate")
    pump(qtbot, explorer, lambda: tabs.wall.states[0].truncation == 0.5)
    np.testing.assert_array_equal(tabs.wall.picks.liked[0].position["z"], chosen)
    assert tabs.wall.picks.verdict(tabs.wall.states[1]) is True
    qtbot.keyClick(tabs.wall.grid, Qt.Key.Key_Plus)
    assert not tabs.wall.picks.liked
    qtbot.keyClick(tabs.wall.grid, Qt.Key.Key_Minus)
    assert len(tabs.wall.picks.disliked) == 1


def test_a_path_goes_past_the_pins(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    tabs.open("path")
    assert not tabs.path.play.isEnabled()
    assert "Pin two pictures" in tabs.path.hint.text()
    pins = [Pin(str(seed), explorer.drawn_from(seed)) for seed in (1, 2, 3)]
    explorer.change_kept("Pin", pins=pins)
    drawn(qtbot, explorer, tabs)
    assert tabs.path.grid.count == 17
    for place, pin in ((0, pins[0]), (8, pins[1]), (16, pins[2])):
        np.testing.assert_allclose(tabs.path.states[place].position["z"], pin.state.position["z"], rtol=1e-6)
    tabs.path.ends.set_value("loop")
    tabs.path.ends.chosen.emit("loop")
    drawn(qtbot, explorer, tabs)
    assert tabs.path.grid.count == 24
    first = explorer.state
    tabs.path.play.click()
    pump(qtbot, explorer, lambda: tabs.path.grid.chosen >= 2)
    tabs.path.play.click()
    explorer.history.undo()
    assert explorer.state is first


def test_a_path_between_pins_of_another_truncation_keeps_their_pictures(
    qtbot: QtBot, explorer: Explorer, tabs: ViewTabs
) -> None:
    one = explorer.drawn_from(1).with_(truncation=0.3)
    explorer.change_kept("Pin", pins=[Pin("a", one), Pin("b", explorer.drawn_from(2))])
    tabs.open("path")
    drawn(qtbot, explorer, tabs)
    np.testing.assert_allclose(
        explorer.effective(tabs.path.states[0])["z"], 0.3 * one.position["z"], rtol=1e-5, atol=1e-7
    )


def test_sums_of_pins(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    tabs.open("sums")
    assert not tabs.sums.use.isEnabled()
    pins = [Pin(str(seed), explorer.drawn_from(seed)) for seed in (1, 2, 3)]
    explorer.change_kept("Pin", pins=pins)
    drawn(qtbot, explorer, tabs)
    tabs.sums.use.click()
    assert explorer.state is not None
    a, b, c = (pin.state.position["z"] for pin in pins)
    np.testing.assert_allclose(explorer.state.position["z"], a - b + c, atol=1e-5)


def test_the_plane_is_travelled_by_mouse_and_keys(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    tabs.open("plane")
    drawn(qtbot, explorer, tabs)
    assert tabs.plane.grid.count == 49
    middle = tabs.plane.states[24].position["z"]
    start = explorer.state
    assert start is not None
    np.testing.assert_allclose(middle, start.position["z"], rtol=1e-5)
    qtbot.mousePress(tabs.plane.grid, Qt.MouseButton.LeftButton, pos=tabs.plane.grid.cell(27).center())
    qtbot.mouseMove(tabs.plane.grid, tabs.plane.grid.cell(25).center())
    qtbot.mouseRelease(tabs.plane.grid, Qt.MouseButton.LeftButton, pos=tabs.plane.grid.cell(25).center())
    assert tabs.plane.east == pytest.approx(1 / 3, abs=0.03)
    tabs.plane.grid.setFocus()
    qtbot.keyClick(tabs.plane.grid, Qt.Key.Key_Up)
    assert tabs.plane.north == pytest.approx(0.05, abs=0.03)
    assert explorer.state is not start
    np.testing.assert_allclose(
        np.linalg.norm(explorer.state.position["z"]), np.linalg.norm(start.position["z"]), rtol=1e-4
    )
    pump(qtbot, explorer, lambda: explorer.service.idle)
    assert tabs.plane.east != 0  # the map stays where it is while one travels on it
    explorer.edit(explorer.drawn_from(7), "Random")
    pump(qtbot, explorer, lambda: tabs.plane.east == 0)


def test_only_the_view_that_one_sees_is_drawn(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    drawn(qtbot, explorer, tabs)
    channels: list[str] = []
    explorer.drawn.connect(lambda result: channels.append(result.channel))
    explorer.edit(explorer.drawn_from(3), "Random")
    pump(qtbot, explorer, lambda: "sweep" in channels and explorer.service.idle)
    assert set(channels) == {"sweep"}
    tabs.hide()
    pump(qtbot, explorer, lambda: explorer.service.idle)
    channels.clear()
    explorer.edit(explorer.drawn_from(4), "Random")
    pump(qtbot, explorer, lambda: explorer.service.idle)
    qtbot.wait(150)
    explorer.pump()
    assert not channels


def test_a_sweep_along_a_direction_follows_its_renaming(qtbot: QtBot, explorer: Explorer, tabs: ViewTabs) -> None:
    vector = np.zeros(62, np.float32)
    vector[0] = 3
    explorer.change_kept("Find", directions={"thick": Direction("thick", "pca", "z", vector)})
    tabs.sweep.use_axes("direction/thick")
    drawn(qtbot, explorer, tabs)
    tones = [tone(tabs, place) for place in range(8)]
    assert tones == sorted(tones)
    explorer.change_kept("Remove", directions={})
    assert tabs.sweep.chosen()[1] is not None
    drawn(qtbot, explorer, tabs)


def test_pins_are_kept_renamed_moved_and_removed(qtbot: QtBot, explorer: Explorer) -> None:
    board = PinBoard(explorer)
    qtbot.addWidget(board)
    board.resize(300, 400)
    board.show()
    for seed in (1, 2):
        explorer.edit(explorer.drawn_from(seed), "Random")
        board.add.click()
    pump(qtbot, explorer, lambda: board.grid.item(1) is not None)
    assert [pin.name for pin in board.pins] == ["pin 1", "pin 2"]
    board.rename(0, "  a   seven ")
    board.shift(0, 1)
    assert [pin.name for pin in board.pins] == ["pin 2", "a seven"]
    qtbot.mouseClick(board.grid, Qt.MouseButton.LeftButton, pos=board.grid.cell(1).center())
    assert explorer.state is not None
    assert explorer.state.seed == 1
    board.grid.setFocus()
    qtbot.keyClick(board.grid, Qt.Key.Key_Delete)
    assert [pin.name for pin in board.pins] == ["pin 2"]
    explorer.history.undo()
    assert [pin.name for pin in board.pins] == ["pin 2", "a seven"]
    menu = board.make_menu(0)
    assert [action.text() for action in menu.actions()][:2] == ["Go there", "Compare with it"]
    menu.deleteLater()
    assert not problems(board)


def test_dragging_the_large_picture_travels_and_is_one_step_back(qtbot: QtBot, explorer: Explorer) -> None:
    set_reduced_motion(True)
    picture, start = PictureViewer("picture", "", Traveller(explorer)), explorer.state
    qtbot.addWidget(picture)
    picture.resize(300, 300)
    picture.show()
    qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    for x in range(100, 200, 10):
        qtbot.mouseMove(picture, QPoint(x, 120))
    qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(200, 120))
    assert explorer.state is not start
    picture.setFocus()
    qtbot.keyClick(picture, Qt.Key.Key_Left)
    qtbot.keyClick(picture, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    explorer.history.undo()
    assert explorer.state is start
    set_reduced_motion(False)


def test_momentum_glides_on_and_comes_to_rest(qtbot: QtBot, explorer: Explorer) -> None:
    journey = Traveller(explorer)
    journey.begin()
    for _step in range(5):
        qtbot.wait(10)
        journey.move(0.02, 0.0)
    released = explorer.state
    journey.end()
    qtbot.waitUntil(lambda: explorer.state is not released, timeout=5000)
    qtbot.waitUntil(lambda: not journey._timer.isActive(), timeout=10000)
    set_reduced_motion(True)
    rest = explorer.state
    journey.begin()
    journey.move(0.02, 0.0)
    journey.end()
    assert not journey._timer.isActive()
    assert explorer.state is not rest
    set_reduced_motion(False)


def test_a_generator_of_two_numbers_has_a_plane_and_one_of_codes_alone_has_none(qtbot: QtBot) -> None:
    with exploring(qtbot, PLANE) as plane:
        assert Traveller(plane).possible
    with exploring(qtbot, INFOGAN[:2]) as codes:
        tabs = ViewTabs(codes, Traveller(codes), Picks(), PointPlane(codes))
        qtbot.addWidget(tabs)
        tabs.show()
        tabs.open("plane")
        assert "no latent vector" in tabs.plane.hint.text()
        assert not tabs.plane._traveller.step(Qt.Key.Key_Left, False)


def test_a_grid_names_its_sides_and_survives_any_size(qtbot: QtBot) -> None:
    grid = PictureGrid("grid")
    qtbot.addWidget(grid)
    grid.prepare(6, 3, Sides(["a", "b", "a very long name indeed"], ["0.5", "1"], "columns", "rows"))
    grid.put(0, np.zeros((4, 8, 8, 1), np.uint8))
    grid.put(5, np.zeros((3, 8, 8, 3), np.uint8))
    for size in ((400, 300), (100, 100), (97, 800), (2000, 99)):
        grid.resize(*size)
        assert not grid.grab().isNull()
    assert grid.picture() is None  # the fifth is still missing
    grid.put(4, np.zeros((1, 8, 8, 1), np.uint8))
    assert grid.item(4) is not None
    grid.prepare(0)
    assert not grid.grab().isNull()
    qtbot.keyClick(grid, Qt.Key.Key_Right)


def test_states_of_another_generator_are_not_taken(qtbot: QtBot, explorer: Explorer) -> None:
    before = explorer.state
    explorer.edit(ExploreState({"other": np.zeros(3, np.float32)}), "Wrong")
    assert explorer.state is before


# -- points -----------------------------------------------------------------------------------------------------------


def test_points_are_seen_on_their_plane_and_driven_on_that_of_their_latents(qtbot: QtBot, tmp_path: Path) -> None:
    points, pictures = store_run(tmp_path / "points", "gan", "ring"), store_run(tmp_path / "pictures")
    with exploring_window(qtbot, points) as (window, page):
        explorer, scene, pad = page.explorer, page.scene, page.views.pad
        assert scene is not None
        assert scene.isVisible()
        assert [key for key, part in page.views.parts.items() if part.isVisible()] == ["pad"]
        assert not page.views.tabs.isVisible()
        assert "Match" not in [b.text() for b in page.side.tabs.findChildren(QPushButton) if b.isVisible()]
        wait(qtbot, lambda: scene.plot.inside is not None and scene.plot.real is not None)
        assert scene.plot.inside.step == explorer.step
        np.testing.assert_array_equal(scene.plot.here[0][0], explorer.point)
        stored = Run.open(points).load_samples(explorer.step).items
        np.testing.assert_allclose(scene.plot.fakes, stored, atol=1e-5)  # the samples that Train shows
        # the pad: drag, keys, undo
        before = explorer.state.position["z"]
        middle = pad.rect().center()
        qtbot.mousePress(pad, Qt.MouseButton.LeftButton, pos=middle)
        qtbot.mouseMove(pad, middle + QPoint(20, -30))
        qtbot.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=middle + QPoint(20, -30))
        x, y = explorer.state.position["z"][:2]
        assert 0 < x < y
        qtbot.keyClick(pad, Qt.Key.Key_Up)
        assert explorer.state.position["z"][1] > y
        real.drawn(qtbot, page)
        np.testing.assert_array_equal(scene.plot.here[0][0], explorer.point)
        window.table.run("edit.undo")
        window.table.run("edit.undo")
        np.testing.assert_array_equal(explorer.state.position["z"], before)
        # a sample that is clicked
        place = int(np.abs(scene.plot.fakes).sum(axis=1).argmin())
        spot = scene.plot.view().to_screen(scene.plot.fakes[place])
        qtbot.mouseClick(scene.plot, Qt.MouseButton.LeftButton, pos=QPoint(*np.rint(spot).astype(int).tolist()))
        real.drawn(qtbot, page)
        near = scene.plot.view().to_screen(explorer.point) - spot
        assert np.hypot(*near) <= 9
        assert not problems(page)
        # pictures have their views again
        page.explorer.open_run(pictures)
        there(qtbot, page, pictures)
        assert not scene.isVisible()
        assert page.views.tabs.isVisible()
        assert page.views.current is page.views.sweep
