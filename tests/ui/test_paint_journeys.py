"""Journeys 6 and 7 through the real window, by mouse and by keyboard; and ten thousand actions of a random hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from ganstudio.app.paint.canvases import CanvasDocument, Canvases
from ganstudio.app.paint.tools import TOOLS
from ganstudio.core.experiment import Experiment
from ganstudio.core.labelmaps import colour_map
from ganstudio.data.landscapes import LANDSCAPE_CLASSES
from ganstudio.ui.experiment.check import DataCheckView
from ganstudio.ui.generator_page.exports import PictureDialog
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.paint.workspace import PaintWorkspace
from ganstudio.ui.window import MainWindow
from tests.ui.canvas_kit import ALT, CONTROL, LEFT, MIDDLE, NONE, RIGHT, SHIFT, document, move, on_canvas, wheel
from tests.ui.explore_window import Told, drop
from tests.ui.paint_kit import HYPER, answer, dialog, drawn, expected, paint, painting_window
from tests.ui.window_kit import laid_out, opened, wait

SKY, MOUNTAIN, WATER = 0, 2, 7
NO_BUTTON = Qt.MouseButton.NoButton


# -- journey 6 --------------------------------------------------------------------------------------------------------


def at(page: PaintWorkspace, x: float, y: float) -> QPoint:
    """A place of the canvas, in shares of the map."""
    assert page.painter.document is not None
    size = page.painter.document.size
    return page.canvas.viewport.to_widget(QPointF(x * size, y * size)).toPoint()


def drag(widget: Any, start: QPoint, end: QPoint, between: Callable[[], object] = lambda: None) -> None:
    """Drags; ``between`` is called with the button still down."""
    QTest.mousePress(widget, LEFT, NONE, start)
    for place in (QPointF(start + end) / 2, QPointF(end)):
        where = QPointF(widget.mapToGlobal(place.toPoint()))
        QApplication.sendEvent(widget, QMouseEvent(QEvent.Type.MouseMove, place, where, NO_BUTTON, LEFT, NONE))
    between()
    QTest.mouseRelease(widget, LEFT, NONE, end)


def blank_by_menu(page: PaintWorkspace) -> None:
    menu = QMenu(page)
    page.bar.fill_start(menu)
    blank = next(action.menu() for action in menu.actions() if action.text() == "Blank")
    blank.actions()[SKY].trigger()  # type: ignore[union-attr]
    menu.deleteLater()


def take_class(page: PaintWorkspace, number: int) -> None:
    shown = page.palette_.list
    place = shown.visualRect(page.palette_.list.model().index(number)).center()
    QTest.mouseClick(shown.viewport(), LEFT, NONE, place)
    assert page.canvas.options.chosen == number


def landscape_of(page: PaintWorkspace) -> None:
    assert page.painter.document is not None
    ids = page.painter.document.ids
    assert ids[2, 60] == SKY
    assert ids[-2, 30] == WATER
    assert ids[28, 32] == MOUNTAIN
    assert (ids == 1).any()


def undo_and_redo(qtbot: QtBot, page: PaintWorkspace, back: Callable[[], object], forth: Callable[[], object]) -> None:
    """Ten steps back and ten forth, with the picture of each state."""
    assert page.painter.document is not None
    last, ids, steps = drawn(qtbot, page.painter), page.painter.document.ids.copy(), 0
    while steps < 10 and page.painter.history.can_undo:
        back()
        steps += 1
    assert steps == 10
    assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
    assert not np.array_equal(page.painter.picture, last)
    for _step in range(10):
        forth()
    assert np.array_equal(page.painter.document.ids, ids)
    assert np.array_equal(drawn(qtbot, page.painter), last)


def save_and_drop_back(
    qtbot: QtBot, window: MainWindow, page: PaintWorkspace, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture, count = drawn(qtbot, page.painter), len(page.painter.canvases.documents)
    assert page.painter.document is not None
    ids = page.painter.document.ids.copy()
    answer(monkeypatch, path)
    box = dialog(qtbot, page, PictureDialog, lambda: QTest.keyClick(page.canvas, Qt.Key.Key_E, CONTROL))
    box.choose()
    assert path.is_file()
    page.painter.source.blank(4)
    window.show_workspace("train")
    assert drop(window, path)
    wait(qtbot, lambda: len(page.painter.canvases.documents) == count + 2 and not page.painter.opening)
    assert window.current_workspace == "paint"
    assert np.array_equal(page.painter.document.ids, ids)
    assert np.array_equal(drawn(qtbot, page.painter), picture)


def test_a_landscape_by_mouse(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    with painting_window(qtbot, spade) as (window, page):
        window.resize(1366, 768)
        blank_by_menu(page)
        drawn(qtbot, page.painter)
        buttons = page.tools.buttons
        QTest.mouseClick(buttons["rectangle"], LEFT)
        take_class(page, WATER)
        drag(page.canvas, at(page, 0.01, 0.6), at(page, 0.99, 0.99))
        QTest.mouseClick(buttons["polygon"], LEFT)
        take_class(page, MOUNTAIN)
        for x, y in ((0.2, 0.6), (0.5, 0.3), (0.8, 0.6)):
            QTest.mouseClick(page.canvas, LEFT, NONE, at(page, x, y))
        QTest.mouseDClick(page.canvas, LEFT, NONE, at(page, 0.8, 0.6))
        QTest.mouseRelease(page.canvas, LEFT, NONE, at(page, 0.8, 0.6))
        QTest.mouseClick(buttons["brush"], LEFT)
        wheel(page.canvas, -3)
        take_class(page, 1)
        first = drawn(qtbot, page.painter)

        def follows() -> None:
            wait(qtbot, lambda: page.painter.pump() or not np.array_equal(page.painter.picture, first))

        for index in range(8):
            start, end = at(page, 0.1 + 0.05 * index, 0.05 + 0.02 * index), at(page, 0.6, 0.1 + 0.02 * index)
            drag(page.canvas, start, end, follows if index == 0 else lambda: None)
        light = page.style_panel.controls.rows["time of day", 0]
        middle = light.areas()["track"].center().toPoint().y()
        drag(light, QPoint(round(light.place(0)), middle), QPoint(round(light.place(-0.4)), middle))
        assert light.name.endswith("blue hour")
        landscape_of(page)
        undo_and_redo(qtbot, page, lambda: window.table.run("edit.undo"), lambda: window.table.run("edit.redo"))
        save_and_drop_back(qtbot, window, page, tmp_path / "by-mouse.png", monkeypatch)
        assert not told.errors


def keys(widget: Any, *pressed: Any) -> None:
    for key in pressed:
        QTest.keyClick(widget, *(key if isinstance(key, tuple) else (key,)))


def test_a_landscape_by_keyboard(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    key = Qt.Key
    left, right, up, down = ((one, CONTROL) for one in (key.Key_Left, key.Key_Right, key.Key_Up, key.Key_Down))
    with painting_window(qtbot, spade) as (window, page):
        canvas = page.canvas
        canvas.setFocus()
        wait(qtbot, canvas.hasFocus)
        keys(canvas, key.Key_1, (key.Key_N, CONTROL | SHIFT))
        wait(qtbot, lambda: len(page.painter.canvases.documents) == 2)
        drawn(qtbot, page.painter)
        keys(canvas, key.Key_R, key.Key_8, *[left] * 8, *[down] * 2)
        assert canvas.options.tool == "rectangle"
        assert canvas.options.chosen == WATER
        keys(canvas, key.Key_Return, *[right] * 16, *[down] * 6, key.Key_Return)
        keys(canvas, key.Key_P, key.Key_3, *[up] * 6, *[left] * 2)
        keys(canvas, key.Key_Return, *[left] * 6, *[up] * 5, key.Key_Return)  # Enter sets corners
        keys(canvas, *[left] * 6, *[down] * 5, key.Key_Space, key.Key_Return)  # and closes where there are three
        keys(canvas, key.Key_B, key.Key_2, *[up] * 16, key.Key_Down, key.Key_Down)
        for _cloud in range(8):
            keys(canvas, key.Key_Space, *[key.Key_Right] * 4)
        landscape_of(page)
        light = page.style_panel.controls.rows["time of day", 0]
        light.setFocus()
        keys(light, *[key.Key_Left] * 12)
        assert light.value < 0.6
        canvas.setFocus()
        undo_and_redo(
            qtbot, page, lambda: keys(canvas, (key.Key_Z, CONTROL)), lambda: keys(canvas, (key.Key_Z, CONTROL | SHIFT))
        )
        save_and_drop_back(qtbot, window, page, tmp_path / "by-keys.png", monkeypatch)
        assert not told.errors


# -- journey 7 --------------------------------------------------------------------------------------------------------


def world(folder: Path, count: int = 10) -> Path:
    """Label maps and photographs of a small world; one label map is no picture, one photograph is cut off."""
    rng = np.random.default_rng(0)
    classes = LANDSCAPE_CLASSES[:3]
    (folder / "labels").mkdir(parents=True)
    (folder / "images").mkdir()
    for number in range(count):
        ids = np.kron(rng.integers(0, 3, (4, 4)), np.ones((16, 16), int)).astype(np.uint8)
        photo = (colour_map(ids, classes).astype(int) + rng.integers(-40, 40, (64, 64, 3))).clip(0, 255)
        Image.fromarray(ids).save(folder / "labels" / f"{number}.png")
        Image.fromarray(photo.astype(np.uint8)).save(folder / "images" / f"{number}.jpg")
    (folder / "labels" / "3.png").write_text("no picture")
    whole = (folder / "images" / "5.jpg").read_bytes()
    (folder / "images" / "5.jpg").write_bytes(whole[: len(whole) // 3])
    (folder / "classes.txt").write_text("sky 135 206 235\nhill 90 160 70\nlake 40 100 200\n")
    return folder


def test_my_own_world(qtbot: QtBot, tmp_path: Path, told: Told) -> None:
    folder = world(tmp_path / "world")
    with opened(qtbot) as window:
        window.train.new_experiment()
        window.studio.draft.replace(Experiment("spade", "maps", HYPER, 100_000, 0, "cpu", "my world"), "my world")
        window.studio.draft.set_data("maps::size=64")
        assert drop(window, folder)
        assert window.studio.draft.experiment.method == "spade"  # a folder that is dropped does not undo the choice
        assert window.studio.draft.experiment.data.startswith(f"maps:{folder}")
        wait(qtbot, lambda: any(one.model.rowCount() >= 2 for one in window.findChildren(DataCheckView)))
        (view,) = window.findChildren(DataCheckView)
        told_of = {
            view.model.index(row, 0).data(): view.model.index(row, 1).data() for row in range(view.model.rowCount())
        }
        assert told_of.keys() == {"labels/3.png", "images/5.jpg"}
        assert all(told_of.values())
        QTest.mouseClick(view.start, LEFT)
        wait(qtbot, lambda: window.studio.training and window.studio.training[0].step >= 2)
        model = window.studio.training[0]
        page = paint(window)
        window.show_workspace("paint")
        wait(qtbot, lambda: page.painter.following is model)
        assert page.painter.map_control is not None
        assert [one.name for one in page.painter.map_control.classes] == ["sky", "hill", "lake"]
        drawn(qtbot, page.painter)
        wait(qtbot, lambda: page.painter.source.scenes.reading is None and page.painter.document is not None)
        laid_out(qtbot, window)  # an active window knows its keys
        QTest.keyClick(page.canvas, Qt.Key.Key_3)
        first = drawn(qtbot, page.painter)

        def follows() -> None:
            wait(qtbot, lambda: page.painter.pump() or not np.array_equal(page.painter.picture, first))

        drag(page.canvas, at(page, 0.2, 0.2), at(page, 0.8, 0.8), follows)
        assert page.painter.document.ids[32, 32] == 2  # type: ignore[union-attr]
        step, before = page.painter.step, drawn(qtbot, page.painter)
        wait(qtbot, lambda: page.painter.step > step and not np.array_equal(page.painter.picture, before))
        assert page.result.live
        assert not told.errors


# -- ten thousand actions ---------------------------------------------------------------------------------------------

KEYS = (
    *(Qt.Key(key) for key in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)), Qt.Key.Key_Space, Qt.Key.Key_Return,
    Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down,
    Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
)  # fmt: skip


def random_deed(view: CanvasView, canvases: Canvases, rng: np.random.Generator) -> None:
    """What a hand, a key, a button or a menu would do."""
    spots = [QPoint(*place) for place in rng.integers(-20, 420, (4, 2)).tolist()]
    deed, one = float(rng.random()), canvases.current
    assert one is not None
    if deed < 0.35:  # something whole
        view.choose_class(int(rng.integers(6)))
        QTest.mousePress(view, LEFT, NONE, spots[0])
        for spot in spots[1:]:
            move(view, *on_canvas(view, spot.x(), spot.y()), LEFT)
        QTest.mouseRelease(view, LEFT, NONE, spots[-1])
    elif deed < 0.6:
        random_piece(view, spots[0], rng)
    elif deed < 0.75:
        view.options.set(tool=TOOLS[rng.integers(len(TOOLS))].key)
        view.options.set(mirror=bool(rng.integers(2)))
    elif deed < 0.9:
        (one.history.undo if rng.random() < 0.6 else one.history.redo)()
    elif deed < 0.93:
        (view.flip, lambda: view.fill_canvas(int(rng.integers(6))))[rng.integers(2)]()
    elif deed < 0.96:
        view.replace_class(*rng.integers(6, size=2).tolist())
    elif deed < 0.97 and len(canvases.documents) < 6:
        canvases.duplicate(one) if rng.random() < 0.5 else canvases.from_ids(
            "new", one.classes, np.full_like(one.ids, 3)
        )
    else:
        canvases.switch(canvases.documents[rng.integers(len(canvases.documents))])


def random_piece(view: CanvasView, spot: QPoint, rng: np.random.Generator) -> None:
    """A press without its release, a key without its end: pieces in any order."""
    button = (LEFT, LEFT, LEFT, RIGHT, MIDDLE)[rng.integers(5)]
    modifiers = (NONE, NONE, NONE, SHIFT, CONTROL, ALT)[rng.integers(6)]
    key = KEYS[rng.integers(len(KEYS))]
    match int(rng.integers(6)):
        case 0:
            QTest.mousePress(view, button, modifiers, spot)
        case 1:
            QTest.mouseRelease(view, button, modifiers, spot)
        case 2:
            move(view, *on_canvas(view, spot.x(), spot.y()), button, modifiers)
        case 3:
            QTest.keyPress(view, key, modifiers)
        case 4:
            QTest.keyRelease(view, key, modifiers)
        case 5:
            wheel(view, float(rng.integers(-2, 3)), modifiers, spot)


def all_the_way(one: CanvasDocument, step: Callable[[], object]) -> int:
    count = 0
    while step():
        count += 1
        assert int(one.ids.max()) < len(one.classes)
    return count


def test_ten_thousand_random_actions_and_back(hosted: Callable[..., None], tmp_path: Path) -> None:
    canvases, view, rng = Canvases(tmp_path), CanvasView(), np.random.default_rng(8)
    started: dict[str, NDArray[np.uint8]] = {}

    def switched() -> None:
        if canvases.current is not None:
            started.setdefault(canvases.current.key, canvases.current.ids.copy())
            view.set_document(canvases.current)

    canvases.current_changed.connect(switched)
    canvases.add(document())
    hosted(view, 400, 400)
    view.setFocus()
    for _deed in range(10_000):
        random_deed(view, canvases, rng)
    view.hand.drop()
    assert len(canvases.documents) > 2
    steps = 0
    for one in canvases.documents:
        all_the_way(one, one.history.redo)
        end = one.ids.copy()
        steps += all_the_way(one, one.history.undo)
        assert np.array_equal(one.ids, started[one.key])
        all_the_way(one, one.history.redo)
        assert np.array_equal(one.ids, end)
    assert steps > 200
    view.set_document(None)
