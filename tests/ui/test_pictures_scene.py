from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.camera import View
from ganstudio.core.events import Scene
from ganstudio.core.plane import arrow_lines, belief, heat_at, mesh, undecided
from ganstudio.core.ticks import spacing
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.kit.theme import DARK, LIGHT
from ganstudio.ui.plots.scene import SceneView
from ganstudio.ui.plots.scene_layers import dots, heat_image
from ganstudio.ui.plots.scene_signs import scale_ends


def a_scene(probability: bool = True) -> Scene:
    places = np.linspace(-2, 2, 33)
    x, y = np.meshgrid(places, places)
    heat = 1 / (1 + np.exp(-3 * y - x)) if probability else 50 * y + 300
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)), -1)
    arrows = np.array([[0, 0, 1e-5, 0], [1, 1, 0, 2e-5]], np.float32)
    return Scene(7, (-2.0, -2.0, 2.0, 2.0), heat.astype(np.float32), probability, grid.astype(np.float32), arrows)


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[SceneView]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(520, 560)
    made = SceneView(host)
    made.resize(500, 540)
    made.set_spec(2.0)
    host.show()
    yield made
    host.close()


def tone(image: QImage, view: SceneView, x: float, y: float) -> QColor:
    spot = view.plot.view().to_screen(np.array([x, y]))
    return image.pixelColor(round(float(spot[0])), round(float(spot[1])))


def test_row_0_of_the_heat_is_the_lowest_y(view: SceneView) -> None:
    view.set_scene(a_scene())
    for name in ("manifold", "arrows"):
        view.chips[name].click()
    image = view.image()
    up, down = tone(image, view, 0.1, 1.7), tone(image, view, 0.1, -1.7)
    assert up.green() > up.red()  # believed real: green
    assert down.red() > down.blue() + 20  # believed generated: orange
    line, beside = tone(image, view, 0.3, -0.1), tone(image, view, 0.3, -0.02)
    assert line.lightness() < beside.lightness() - 20  # where it is undecided


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_heat_image_is_flipped_and_neutral_at_one_half(theme: object) -> None:
    heat = np.array([[0.0, 0.5], [1.0, 0.5]], np.float32)
    image = heat_image(Scene(0, (-1.0, -1.0, 1.0, 1.0), heat, True, None, None), theme)  # type: ignore[arg-type]
    surface = QColor(theme.surface)  # type: ignore[attr-defined]
    assert abs(image.pixelColor(1, 0).red() - surface.red()) <= 2
    assert image.pixelColor(0, 1).red() > image.pixelColor(0, 1).blue()
    assert image.pixelColor(0, 0).green() > image.pixelColor(0, 0).red()


def test_a_critic_is_centred_at_its_median_and_not_ruled_by_extremes() -> None:
    heat = np.linspace(-1, 1, 101, dtype=np.float32) + 1000
    heat[0] = -1e9
    side = belief(heat, probability=False)
    assert abs(side[50]) < 0.05
    assert side[75] > 0.4
    assert np.isfinite(belief(np.full((3, 3), np.nan, np.float32), True)).all()


@given(st.floats(-1.99, 1.99), st.floats(-1.99, 1.99))
def test_heat_is_read_bilinearly(x: float, y: float) -> None:
    places = np.linspace(-2, 2, 17)
    plane = (2 * places[None, :] - 3 * places[:, None] + 1).astype(np.float32)
    scene = Scene(0, (-2.0, -2.0, 2.0, 2.0), plane, False, None, None)
    assert heat_at(scene, x, y) == pytest.approx(2 * x - 3 * y + 1, abs=1e-4)
    assert heat_at(scene, 2.5, 0) is None


def test_the_undecided_line_lies_where_d_is_one_half() -> None:
    places = np.linspace(-2, 2, 41)
    x, y = np.meshgrid(places, places)
    heat = 1 / (1 + np.exp(4 * (np.hypot(x, y) - 1.3)))
    pieces = undecided(Scene(0, (-2.0, -2.0, 2.0, 2.0), heat.astype(np.float32), True, None, None))
    np.testing.assert_allclose(np.hypot(pieces[..., 0], pieces[..., 1]), 1.3, atol=0.02)
    length = np.linalg.norm(pieces[:, 0] - pieces[:, 1], axis=1).sum()
    assert length == pytest.approx(2 * np.pi * 1.3, rel=0.01)
    flat = Scene(0, (-2.0, -2.0, 2.0, 2.0), np.full((5, 5), 0.9, np.float32), True, None, None)
    assert undecided(flat).shape == (0, 2, 2)


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(1, 500))
def test_places_go_there_and_back(x: float, y: float, scale: float) -> None:
    seen = View(0.3, -0.2, scale, 640, 480)
    spot = seen.to_screen(np.array([x, y]))
    assert seen.to_data(float(spot[0]), float(spot[1])) == pytest.approx((x, y), abs=1e-6)


def test_dots_lie_where_they_should_and_skip_what_is_not_there() -> None:
    placed = np.array([[10.2, 20.7], [-5, 3], [np.nan, 1], [39.9, 29.9]])
    image = dots(placed, (40, 30), 1.0, QColor("#ff0000"))
    assert image.pixelColor(10, 20).alpha() == 255
    assert image.pixelColor(39, 29).alpha() == 255
    assert image.pixelColor(20, 10).alpha() == 0
    covered = sum(image.pixelColor(x, y).alpha() > 0 for x in range(40) for y in range(30))
    assert covered <= 18


def test_arrows_are_readable_however_small_the_gradient() -> None:
    arrows = a_scene().arrows
    assert arrows is not None
    lines = arrow_lines(arrows, View(0, 0, 100, 400, 400), 25)
    assert len(lines) == 6
    ways = lines[:, 1] - lines[:, 0]
    assert ways[0, 0] > 5
    assert ways[3, 1] < -20  # upwards in the data is upwards on the screen
    assert len(arrow_lines(arrows * 0, View(0, 0, 100, 400, 400), 25)) == 0


def test_manifold_lines_are_denser_where_cells_are_small() -> None:
    places = np.linspace(-1, 1, 12) ** 3
    grid = np.stack(np.meshgrid(places, places), -1).astype(np.float32)
    groups = mesh(grid)
    assert sum(map(len, groups)) == 2 * 12 * 11
    reach = [np.linalg.norm(group[:, 1] - group[:, 0], axis=1).mean() for group in groups]
    assert reach[0] > 3 * reach[-1]
    assert sum(map(len, mesh(grid * np.nan))) == 0


@given(st.floats(1e-3, 1e4), st.integers(1, 12))
def test_ticks_are_round_and_few(span: float, most: int) -> None:
    step = spacing(span, most)
    assert span / step <= most * 1.0001
    assert round(float(f"{step:e}".split("e")[0])) in (1, 2, 5, 10)


def wheel(plot: QWidget, at: QPointF, turned: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    button = Qt.MouseButton.NoButton
    where = at, plot.mapToGlobal(at), QPoint(), QPoint(0, turned)
    QApplication.sendEvent(plot, QWheelEvent(*where, button, keys, Qt.ScrollPhase.NoScrollPhase, False))


def test_wheel_zooms_around_the_mouse_and_keys_move(view: SceneView, qtbot: QtBot) -> None:
    plot = view.plot
    at = QPointF(120, 90)
    before = plot.view().to_data(at.x(), at.y())
    scale = plot.view().scale
    wheel(plot, at, 240)
    assert plot.view().scale > scale * 1.2
    assert plot.view().to_data(at.x(), at.y()) == pytest.approx(before)
    where = plot.view()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.view().x > where.x
    qtbot.keyClick(plot, Qt.Key.Key_0)
    assert (plot.view().x, plot.view().y, plot.view().scale) == (0, 0, scale)
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    qtbot.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert plot.view().scale == scale


def test_the_wheel_is_left_to_a_scrolling_parent(qtbot: QtBot) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    inner = QWidget()
    inner.setFixedSize(300, 2000)
    view = SceneView(inner)
    view.resize(280, 300)
    area.setWidget(inner)
    area.resize(320, 240)
    area.show()
    scale = view.plot.view().scale
    view.plot.setFocus()
    wheel(view.plot, QPointF(60, 60), -120)
    assert view.plot.view().scale == scale
    wheel(view.plot, QPointF(60, 60), -120, Qt.KeyboardModifier.ControlModifier)
    assert view.plot.view().scale < scale


def test_layers_are_switched_by_their_chips(view: SceneView, qtbot: QtBot) -> None:
    view.set_real(np.zeros((1, 2), np.float32))
    assert tone(view.image(), view, 0, 0).green() > tone(view.image(), view, 0, 0).red() + 60
    chip = view.chips["real"]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not chip.isChecked()
    after = tone(view.image(), view, 0, 0)
    assert abs(after.green() - after.red()) < 12


def test_modes_count_their_hits(view: SceneView) -> None:
    chip = view.chips["modes"]
    assert chip.isHidden()
    view.set_spec(2.0, [(1, 0), (0, 1), (-1, 0)], 0.05)
    assert not chip.isHidden()
    view.set_mode_hits([True, False, True])
    assert chip.text() == "modes 2/3"
    view.grab()


def test_readout_names_place_and_belief(view: SceneView) -> None:
    view.set_scene(a_scene())
    spot = view.plot.view().to_screen(np.array([0.0, 0.0]))
    assert view.plot.readout(QPointF(*spot.tolist())) == "x 0 · y 0 · D 0.50"
    view.set_scene(a_scene(probability=False))
    assert view.plot.readout(QPointF(*spot.tolist())).endswith("D 300")
    view.set_scene(None)
    assert "D" not in view.plot.readout(QPointF(*spot.tolist()))


def test_wrong_points_are_refused_and_tiny_views_paint(view: SceneView) -> None:
    with pytest.raises(ValueError, match="n, 2"):
        view.set_fakes(np.zeros((4, 3), np.float32))
    view.set_real(np.zeros((0, 2), np.float32))
    view.set_scene(
        Scene(0, (-1.0, -1.0, 1.0, 1.0), np.zeros((1, 1), np.float32), False, None, np.zeros((0, 4), np.float32))
    )
    view.resize(160, 120)
    set_theme("dark")
    view.grab()


def test_what_nobody_sees_is_not_drawn_and_the_mouse_draws_nothing_anew(
    view: SceneView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr("ganstudio.ui.plots.scene_layers.dots", lambda *given: drawn.append(given) or dots(*given))
    view.hide()
    for _ in range(3):
        view.set_scene(a_scene())
        view.set_fakes(np.zeros((9, 2), np.float32))
    QApplication.processEvents()
    assert not drawn
    view.show()
    qtbot.waitUntil(lambda: len(drawn) == 1)
    for x in range(100, 140):
        qtbot.mouseMove(view.plot, QPoint(x, 100))
    QApplication.processEvents()
    assert len(drawn) == 1


def test_many_points_are_quick(view: SceneView) -> None:
    rng = np.random.default_rng(0)
    real, fakes = (rng.normal(size=(n, 2)).astype(np.float32) for n in (5000, 2000))
    image = QImage(view.plot.size(), QImage.Format.Format_RGB32)
    took = []
    for _ in range(10):
        start = time.perf_counter()
        view.set_real(real)
        view.set_fakes(fakes)
        view.plot.render(image)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.016  # 3 ms alone; the rest is for its neighbours


def test_layers_that_need_the_networks_can_be_switched_only_while_they_are_there(view: SceneView) -> None:
    chips = view.chips
    view.set_scene(None, "No checkpoint of step 3 or before is stored.")
    assert [name for name, chip in chips.items() if not chip.isEnabled()] == ["heat", "manifold", "arrows"]
    assert "No checkpoint of step 3" in chips["heat"].toolTip()
    view.set_scene(a_scene())
    assert all(chip.isEnabled() for chip in chips.values())
    assert "No checkpoint" not in chips["heat"].toolTip()


def test_the_view_fits_the_data_and_what_is_generated_but_for_strays(view: SceneView, qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    view.set_spec(10.0)
    view.set_real(rng.uniform(-1, 1, (500, 2)).astype(np.float32))
    left, bottom, right, top = view.plot.view().box
    assert top - bottom == pytest.approx(2.3, rel=0.2)  # the data fill the view
    fakes = rng.uniform(-1, 1, (400, 2)).astype(np.float32)
    fakes[:3] = 500
    aside = np.array([6, 0], np.float32)
    view.set_fakes(fakes)
    assert view.plot.view().box == (left, bottom, right, top)
    view.set_fakes(fakes + aside)
    wider = view.plot.view().box
    assert wider[2] > 6.9
    view.set_fakes(fakes + 0.97 * aside)
    assert view.plot.view().box == wider  # nothing breathes with every picture
    plain = view.image()
    view.set_fakes(np.clip(fakes + 0.97 * aside, -6, 6))
    assert view.image() != plain  # the strays that lay outside are not spoken of any more
    view.set_fakes(fakes)
    qtbot.keyClick(view.plot, Qt.Key.Key_Plus)
    moved = view.plot.view()
    view.set_fakes(fakes + aside)
    assert view.plot.view() == moved  # who has moved it is left alone


def test_another_part_of_the_plane_is_told_once_it_rests(view: SceneView, qtbot: QtBot) -> None:
    told: list[object] = []
    view.looked.connect(told.append)
    qtbot.waitUntil(lambda: bool(told))
    told.clear()
    for _ in range(3):
        qtbot.keyClick(view.plot, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: told == [view.plot.view().box])


def test_the_heat_map_has_a_scale_and_says_of_which_step_it_is(view: SceneView) -> None:
    assert [value for value, _meaning in scale_ends(a_scene())] == ["1", "½", "0"]
    assert [value for value, _meaning in scale_ends(a_scene(probability=False))] == ["≥ 400", "300", "≤ 200"]
    view.set_scene(a_scene())
    plain = view.image()
    view.set_scene(a_scene(), "D of step 400")
    assert view.image() != plain
    assert view.chips["heat"].toolTip().endswith("(1 real, ½ undecided, 0 generated)"), "also where there is no room"


def has_scale(image: QImage, left: bool, top: bool) -> bool:
    """Whether a bar of all colours stands in a corner: a column of some length, its ends unlike each other."""
    half, wide = image.height() // 2, image.width()
    rows = range(half) if top else range(half, image.height())
    for x in range(wide // 2) if left else range(wide // 2, wide):
        shades = [image.pixelColor(x, y) for y in rows]
        green = [y for y, shade in enumerate(shades) if shade.green() - shade.red() > 40]
        orange = [y for y, shade in enumerate(shades) if shade.red() - shade.blue() > 40]
        if len(green) > 8 and len(orange) > 8 and max(green) < min(orange):
            return True
    return False


def test_the_scale_lies_where_no_points_are_and_below_them_all(view: SceneView, qtbot: QtBot) -> None:
    neutral = np.full((33, 33), 300, np.float32)  # what is coloured then is the scale
    flat = Scene(7, (-2.0, -2.0, 2.0, 2.0), neutral, False, None, None)
    view.resize(620, 540)
    rng = np.random.default_rng(0)
    ring = np.stack([np.cos(np.arange(400)), np.sin(np.arange(400))], -1).astype(np.float32)
    corner = rng.uniform(0.5, 2.0, (400, 2)).astype(np.float32) * np.array([1.2, 1.0], np.float32)
    right = np.concatenate([corner, corner * np.array([1, -1], np.float32)])
    places = [(left, top) for left in (False, True) for top in (True, False)]
    for points, wanted in ((ring, (False, True)), (corner, (False, False)), (right, (True, True))):
        view.set_fakes(points)
        view.set_scene(flat)
        plain = view.image()
        assert [place for place in places if has_scale(plain, *place)] == [wanted]
    view.set_fakes(ring)
    strays = np.array([[2.3, 1.6], [3.4, 1.4]], np.float32)  # they lie over it
    view.set_fakes(np.concatenate([ring, strays]))
    for words in ("", "D of step 400"):
        view.set_scene(flat, words)
        image = view.image()
        assert has_scale(image, False, True)
        for x, y in np.floor(view.plot.view().to_screen(strays)).astype(int).tolist():
            assert image.pixelColor(x, y) == QColor(LIGHT.generator)
    view.resize(300, 330)  # beside a ring that fills it there is no room
    view.set_fakes(2 * ring)
    view.plot.reset_view()
    view.set_scene(flat)
    assert not any(has_scale(view.image(), *place) for place in places)


def test_a_click_takes_the_point_below_and_a_drag_does_not(view: SceneView, qtbot: QtBot) -> None:
    taken: list[int] = []
    view.picked.connect(taken.append)
    view.set_fakes(np.array([[0, 0], [1, 1]], np.float32))
    spot = QPoint(*view.plot.view().to_screen(np.array([1.0, 1.0])).astype(int).tolist())
    qtbot.mouseClick(view.plot, Qt.MouseButton.LeftButton, pos=spot)
    assert taken == [1]
    before = view.plot.view()
    qtbot.mousePress(view.plot, Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseMove(view.plot, spot + QPoint(30, 0))
    qtbot.mouseRelease(view.plot, Qt.MouseButton.LeftButton, pos=spot + QPoint(30, 0))
    assert taken == [1]
    assert view.plot.view() != before


def test_the_menu_of_a_point_takes_it_to_explore(
    view: SceneView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    menus: list[list[str]] = []
    wanted: list[int] = []

    def choose(menu: QMenu, _at: QPoint) -> None:
        menus.append([action.text() for action in menu.actions()])
        menu.actions()[0].trigger()
        menu.deleteLater()

    monkeypatch.setattr("ganstudio.ui.plots.scene.pop_up", choose)
    view.explore_requested.connect(wanted.append)
    view.set_fakes(np.array([[0, 0], [1, 1]], np.float32))
    spot = QPoint(*view.plot.view().to_screen(np.array([1.0, 1.0])).astype(int).tolist())
    view.explorable = True
    view.customContextMenuRequested.emit(view.plot.mapTo(view, spot))
    assert wanted == [1]
    view.customContextMenuRequested.emit(view.plot.mapTo(view, spot + QPoint(40, 0)))
    assert "Explore this sample" in menus[0]
    assert "Explore this sample" not in menus[1]


def test_who_reads_a_value_with_the_keyboard_there_still_sees_the_plane(view: SceneView, qtbot: QtBot) -> None:
    view.set_scene(a_scene())
    plain = view.plot.grab().toImage().pixelColor(60, 60)
    view.plot.setFocus()
    qtbot.waitUntil(view.plot.hasFocus)
    qtbot.mouseMove(view.plot, QPoint(200, 200))
    qtbot.waitUntil(lambda: view.plot._mouse is not None)
    assert view.plot.grab().toImage().pixelColor(60, 60) == plain
