from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.app.paint.canvas_document import read_document
from ganstudio.app.paint.tools import TOOLS
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.pictures.viewport import Viewport
from tests.ui.canvas_kit import (
    ALT,
    CONTROL,
    LEFT,
    MIDDLE,
    NONE,
    RIGHT,
    SHIFT,
    SIZE,
    class_colour,
    click,
    document,
    drag,
    ids,
    move,
    on_canvas,
    paint_view,
    pen,
    steps,
    there,
    wheel,
)

Hosted = Callable[..., None]


@pytest.fixture
def view(hosted: Callable[..., None]) -> CanvasView:
    """See :func:`tests.ui.canvas_kit.paint_view`."""
    return paint_view(hosted)


# -- choosing, zoom, keys ----------------------------------------------------------------------------------------


def test_right_click_alt_and_digits_choose_classes(view: CanvasView) -> None:
    before = ids(view)
    click(view, 10, 50, RIGHT)
    assert view.options.chosen == 1
    click(view, 10, 10, LEFT, ALT)
    assert view.options.chosen == 0
    QTest.keyClick(view, Qt.Key.Key_4)
    assert view.options.chosen == 3
    QTest.keyClick(view, Qt.Key.Key_9)  # there are six
    assert view.options.chosen == 3
    view.options.set(tool="pick")
    click(view, 10, 50)
    assert view.options.chosen == 1
    np.testing.assert_array_equal(ids(view), before)


def test_wheel_and_brackets_change_the_size(view: CanvasView) -> None:
    told: list[int] = []
    view.options.changed.connect(lambda: told.append(view.options.size))
    wheel(view, 1)
    wheel(view, 0.5)
    assert told == [5]
    wheel(view, 0.5)
    wheel(view, -2)
    assert told == [5, 6, 5, 4]
    QTest.keyClicks(view, "]")
    QTest.keyClicks(view, "}")
    assert view.options.size > 7
    for _ in range(80):
        QTest.keyClicks(view, "[")
    assert view.options.size == 1
    for _ in range(80):
        QTest.keyClicks(view, "]")
    assert view.options.size == SIZE // 2


def test_the_brush_begins_with_a_share_of_the_map_and_is_kept_with_it(view: CanvasView) -> None:
    first, options = view.document, view.options
    sizes = {}
    for side in (16, 64, 256):
        view.set_document(document(3, side))
        sizes[side] = options.size, options.largest
    assert sizes == {16: (2, 8), 64: (8, 32), 256: (32, 128)}
    view.set_document(first)
    assert options.size == 4
    assert first is not None
    note = first.snapshot().note
    again = read_document(note, first.ids, "file", "")
    view.set_document(again)
    assert (options.size, again.brush) == (4, 4)


def test_zoom_keeps_the_place_under_the_mouse_and_space_pans(view: CanvasView) -> None:
    at = QPoint(100, 150)
    place = view.viewport.to_canvas(QPointF(at))
    wheel(view, 2, CONTROL, at)
    assert view.zoom == 10
    now = view.viewport.to_canvas(QPointF(at))
    assert abs(now.x() - place.x()) < 0.2
    assert abs(now.y() - place.y()) < 0.2
    before, origin = ids(view), QPoint(view.viewport.origin)
    QTest.mousePress(view, MIDDLE, NONE, QPoint(100, 100))
    move(view, *on_canvas(view, 120, 90), MIDDLE)
    QTest.mouseRelease(view, MIDDLE, NONE, QPoint(120, 90))
    assert view.viewport.origin - origin == QPoint(20, -10)
    move(view, 20, 20)
    QTest.keyPress(view, Qt.Key.Key_Space)
    QTest.mousePress(view, LEFT, NONE, QPoint(100, 100))
    move(view, *on_canvas(view, 80, 110), LEFT)
    QTest.mouseRelease(view, LEFT, NONE, QPoint(80, 110))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.viewport.origin == origin
    np.testing.assert_array_equal(ids(view), before)
    view.fit()
    assert view.zoom == 6
    view.zoom_by_step(True)
    view.zoom_by_step(False)
    assert view.zoom == 6


def test_painting_by_keyboard(view: CanvasView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Up)  # the cursor stands in the middle and goes up by one
    QTest.keyPress(view, Qt.Key.Key_Space)
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.stroking
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert not view.stroking
    assert (ids(view)[31, 31:38] == 2).all()
    assert steps(view) == 1
    QTest.keyClick(view, Qt.Key.Key_Down, CONTROL)
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_Left, CONTROL)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert (ids(view)[35, 33:38] == 2).all()
    assert steps(view) == 2
    view.options.set(tool="rectangle")
    for keys in ((Qt.Key.Key_Return, NONE), (Qt.Key.Key_Up, CONTROL), (Qt.Key.Key_Left, CONTROL)):
        QTest.keyClick(view, *keys)
    assert steps(view) == 2
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert steps(view) == 3
    view.options.set(tool="polygon")
    view.choose_class(4)
    QTest.keyClick(view, Qt.Key.Key_Space)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        for _ in range(3):
            QTest.keyClick(view, key, CONTROL)
        QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert (ids(view) == 4).sum() > 60
    assert steps(view) == 4


def test_the_keyboards_cursor_is_seen_and_says_where_it_is(view: CanvasView) -> None:
    told: list[str] = []
    view.hovered.connect(told.append)
    bare = view.grab().toImage()
    QTest.keyClick(view, Qt.Key.Key_Down, SHIFT)
    assert told[-1] == "x 32, y 33 · sea"
    row = [view.grab().toImage().pixel(x, there(view, 32.5, 33.5).y()) for x in range(20, 60)]
    assert row != [bare.pixel(x, there(view, 32.5, 33.5).y()) for x in range(20, 60)]
    move(view, 3.5, 4.5)
    assert told[-1] == "x 3, y 4 · sky"
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert told[-1] == ""


def test_losing_the_focus_lifts_the_pen(view: CanvasView) -> None:
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert view.stroking
    view.clearFocus()
    assert not view.stroking
    assert steps(view) == 1


# -- what is drawn -----------------------------------------------------------------------------------------------


def test_every_pixel_has_exactly_its_class_colour(view: CanvasView) -> None:
    rng = np.random.default_rng(0)
    assert view.document is not None
    view.document.canvas.paste(rng.integers(0, 6, (SIZE, SIZE), dtype=np.uint8))
    view.fit()
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width())[8:-8, 8:-8]
    table = np.array([class_colour(view, number).rgb() for number in range(6)], np.uint32)
    np.testing.assert_array_equal(pixels, np.kron(table[ids(view)], np.ones((6, 6), np.uint32)))


def test_only_what_changed_is_drawn_again(view: CanvasView, qtbot: QtBot) -> None:
    QTest.mousePress(view, LEFT, NONE, there(view, 10, 10))
    qtbot.wait(1)
    regions: list[QRegion] = []
    view.painted.connect(regions.append)
    move(view, 14, 10, LEFT)
    qtbot.waitUntil(lambda: bool(regions))
    area = regions[0].boundingRect()
    assert area.width() * area.height() < 0.05 * view.width() * view.height()
    assert area.contains(there(view, 12, 9))
    QTest.mouseRelease(view, LEFT, NONE, there(view, 14, 10))
    qtbot.wait(1)
    kept = view.grab().toImage()  # drawn as a whole, it is the same
    view.update()
    qtbot.wait(1)
    assert view.grab().toImage() == kept
    regions.clear()
    assert view.document is not None
    view.document.history.undo()
    qtbot.waitUntil(lambda: bool(regions))
    area = regions[0].boundingRect()
    assert area.width() * area.height() < 0.05 * view.width() * view.height()


def test_the_picture_shines_through(view: CanvasView) -> None:
    red = QImage(16, 16, QImage.Format.Format_RGB32)
    red.fill(QColor(255, 0, 0))
    view.set_underlay(red)
    spot = there(view, 10.5, 10.5)
    assert view.grab().toImage().pixelColor(spot) == class_colour(view, 0)
    view.options.set(opacity=0.5)
    seen = view.grab().toImage().pixelColor(spot)
    assert abs(seen.red() - (255 + class_colour(view, 0).red()) / 2) < 3
    view.options.set(opacity=0.0)
    assert view.grab().toImage().pixelColor(spot) == QColor(255, 0, 0)
    view.set_underlay(None)
    assert view.grab().toImage().pixelColor(spot) == class_colour(view, 0)


def test_the_grid_is_drawn_from_eight_times_on(view: CanvasView) -> None:
    def colours() -> set[int]:
        image = view.grab().toImage()
        return {image.pixel(x, 100) for x in range(40, 300)}

    view.options.set(grid=True)
    assert len(colours()) == 1
    wheel(view, 1, CONTROL)
    assert view.zoom == 8
    assert len(colours()) == 2


def test_another_document_another_size_and_none(view: CanvasView) -> None:
    told: list[int] = []
    view.document_changed.connect(lambda: told.append(len(view.classes)))
    drag(view, (5, 5), (9, 9), release=False)
    first, second = view.document, document(3, 32)
    assert first is not None
    view.choose_class(5)
    view.set_document(second)
    assert not first.canvas.stroking
    assert first.history.can_undo
    assert view.options.chosen == 2
    assert view.zoom == 12
    first.canvas.fill(4)  # no longer shown
    assert view.grab().toImage().pixelColor(there(view, 16, 2)) == QColor(*second.classes[0].colour)
    view.set_document(document(6, 16))
    assert view.zoom == 24
    view.set_document(None)
    assert told == [3, 6, 0]
    drag(view, (5, 5), (9, 9))
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Left, Qt.Key.Key_1, Qt.Key.Key_Escape):
        QTest.keyClick(view, key)
    view.flip()
    view.grab()


def test_the_viewport_holds_its_middle_and_stays_in_sight() -> None:
    port = Viewport()
    port.place(QSize(128, 128), QSize(400, 300), 2.0)
    assert port.scale == 4  # 4.56 would fit, but a whole scale is nearly as large
    port.zoom(12, QPointF(200, 150))
    middle = port.to_canvas(QPointF(200, 150))
    port.place(QSize(128, 128), QSize(300, 300), 2.0)
    assert (port.to_canvas(QPointF(150, 150)) - middle).manhattanLength() < 0.2
    port.pan(QPointF(1e6, -1e6))
    assert port.target.toRect().intersects(QRect(0, 0, 600, 600))
    for _ in range(40):
        port.step(True, QPointF(3, 3))
    assert port.scale == 64
    for _ in range(40):
        port.step(False, QPointF(3, 3))
    assert port.scale == 0.25


def test_any_hand_at_all_leaves_a_canvas_that_can_be_undone(view: CanvasView) -> None:
    rng = np.random.default_rng(3)
    before = ids(view)
    buttons, modifiers = (LEFT, LEFT, LEFT, RIGHT, MIDDLE), (NONE, NONE, NONE, SHIFT, CONTROL, ALT)
    keys = (
        *(Qt.Key(key) for key in range(Qt.Key.Key_0, Qt.Key.Key_9 + 1)), Qt.Key.Key_Space, Qt.Key.Key_Return,
        Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Right, Qt.Key.Key_Down,
        Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
    )  # fmt: skip
    for _ in range(500):
        at = QPoint(*rng.integers(-20, 440, 2).tolist())
        button, keyboard = buttons[rng.integers(len(buttons))], modifiers[rng.integers(len(modifiers))]
        key = keys[rng.integers(len(keys))]
        match int(rng.integers(9)):
            case 0:
                QTest.mousePress(view, button, keyboard, at)
            case 1:
                QTest.mouseRelease(view, button, keyboard, at)
            case 2 | 3:
                move(view, *on_canvas(view, at.x(), at.y()), button, keyboard)
            case 4:
                QTest.keyPress(view, key, keyboard)
            case 5:
                QTest.keyRelease(view, key, keyboard)
            case 6:
                wheel(view, float(rng.integers(-2, 3)), keyboard, at)
            case 7:
                view.options.set(tool=TOOLS[rng.integers(len(TOOLS))].key)
                view.options.set(mirror=bool(rng.integers(2)))
            case 8:
                pen(view, QEvent.Type.TabletMove, *on_canvas(view, at.x(), at.y()), float(rng.random()))
                view.grab() if rng.random() < 0.2 else None
    view.hand.drop()
    history = view.document.history if view.document else None
    assert history is not None
    assert history.can_undo
    while history.undo():
        pass
    np.testing.assert_array_equal(ids(view), before)
