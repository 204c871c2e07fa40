from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from ganstudio.explore.canvas import LabelCanvas
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.pictures.strokes import constrained
from tests.ui.canvas_kit import (
    LEFT,
    NONE,
    SHIFT,
    class_colour,
    click,
    drag,
    ids,
    move,
    paint_view,
    pen,
    steps,
    there,
)

Hosted = Callable[..., None]


@pytest.fixture
def view(hosted: Callable[..., None]) -> CanvasView:
    """See :func:`tests.ui.canvas_kit.paint_view`."""
    return paint_view(hosted)


# -- strokes -----------------------------------------------------------------------------------------------------


def test_a_stroke_is_gapless_seen_at_once_and_one_step_of_undo(view: CanvasView, qtbot: QtBot) -> None:
    before, told = ids(view), []
    view.stroke_began.connect(lambda: told.append("began"))
    view.stroke_ended.connect(lambda: told.append("ended"))
    view.inked.connect(lambda: told.append("inked"))
    QTest.mousePress(view, LEFT, NONE, there(view, 5, 10))
    assert told == ["began", "inked"]
    move(view, 60, 20, LEFT)
    assert (ids(view)[:, 5:60] == 2).any(axis=0).all()  # one far move, painted before the button is let go
    QTest.mouseRelease(view, LEFT, NONE, there(view, 60, 20))
    assert told == ["began", "inked", "inked", "ended"]
    after = ids(view)
    assert steps(view) == 1
    assert view.document is not None
    view.document.history.undo()
    np.testing.assert_array_equal(ids(view), before)
    view.document.history.redo()
    np.testing.assert_array_equal(ids(view), after)


def test_the_eraser_paints_the_background_and_square_brushes_are_square(view: CanvasView) -> None:
    view.options.set(background=3)
    view.options.set(tool="eraser")
    view.options.set(square=True)
    click(view, 20, 20)
    assert (ids(view) == 3).sum() == 16
    assert view.document is not None
    assert view.document.canvas.background == 3


def test_the_mirror_paints_both_sides(view: CanvasView) -> None:
    view.options.set(mirror=True)
    drag(view, (10, 10), (20, 14))
    painted = ids(view) == 2
    np.testing.assert_array_equal(painted, painted[:, ::-1])
    assert painted.any()
    view.options.set(tool="fill")
    view.choose_class(4)
    click(view, 10, 10)
    filled = ids(view) == 4
    np.testing.assert_array_equal(filled, painted)


def test_escape_takes_a_stroke_back(view: CanvasView) -> None:
    before = ids(view)
    drag(view, (10, 10), (30, 30), release=False)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(ids(view), before)
    move(view, 50, 50, LEFT)
    QTest.mouseRelease(view, LEFT, NONE, there(view, 50, 50))
    np.testing.assert_array_equal(ids(view), before)
    assert steps(view) == 0


def test_pressure_scales_the_brush_and_the_other_end_erases(view: CanvasView) -> None:
    view.options.set(size=20)
    pen(view, QEvent.Type.TabletPress, 12, 14, 0.3)
    for place in range(13, 53):
        pen(view, QEvent.Type.TabletMove, place, 14, 0.3 + (place - 12) / 40 * 0.6)
    pen(view, QEvent.Type.TabletRelease, 52, 14, 0.0)
    width = (ids(view) == 2).sum(axis=0)
    assert 5 < width[14] < 9 < 14 < width[46] < 20
    QTest.mousePress(view, LEFT, NONE, there(view, 30, 60))  # what systems make of a pen for programs that know none
    QTest.mouseRelease(view, LEFT, NONE, there(view, 30, 60))
    assert steps(view) == 1
    pen(view, QEvent.Type.TabletPress, 46, 14, 1.0, eraser=True)
    pen(view, QEvent.Type.TabletRelease, 46, 14, 0.0, eraser=True)
    assert ids(view)[14, 46] == 0
    assert view.options.tool == "brush"
    assert steps(view) == 2


# -- shapes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tool", ["line", "rectangle", "ellipse"])
@pytest.mark.parametrize("mirror", [False, True])
def test_shapes_are_shown_before_they_are_there_just_as_they_will_be(view: CanvasView, tool: str, mirror: bool) -> None:
    view.options.set(tool=tool)
    view.options.set(mirror=mirror)
    before = ids(view)
    drag(view, (6, 8), (28, 30), release=False)
    np.testing.assert_array_equal(ids(view), before)
    assert view.hand.tool.preview is not None
    assert view.document is not None
    same = LabelCanvas(before, 6)
    points, options = view.hand.tool.preview.points, view.options
    same.shape(tool, points, 2, options.size, "round", mirror=mirror)
    shown = same.ids
    assert view.grab().toImage().pixelColor(there(view, 18, 18.8)) == class_colour(view, 2)
    QTest.mouseRelease(view, LEFT, NONE, there(view, 28, 30))
    np.testing.assert_array_equal(ids(view), shown)
    assert (shown == 2).any()
    assert view.hand.tool.preview is None
    assert steps(view) == 1


def test_shift_makes_squares_and_straight_lines(view: CanvasView) -> None:
    view.options.set(tool="rectangle")
    drag(view, (10.5, 10.5), (30.5, 16.5), keys=SHIFT)
    rows, columns = np.nonzero(ids(view) == 2)
    assert np.ptp(rows) == np.ptp(columns) == 20
    assert constrained((0, 0), (10, 1), "line") == (10, 0)
    assert constrained((0, 0), (5, -5.2), "line") == pytest.approx((5.1, -5.1))
    view.options.set(tool="brush")
    view.choose_class(4)
    drag(view, (10, 40), (50, 45), keys=SHIFT)  # the hand wanders, the stroke does not
    rows, columns = np.nonzero(ids(view) == 4)
    assert np.ptp(rows) == 3
    assert np.ptp(columns) > 40


def test_a_polygon_by_clicks(view: CanvasView) -> None:
    view.options.set(tool="polygon")
    before = ids(view)
    for corner in ((10, 10), (40, 10), (50, 50), (40, 40)):
        click(view, *corner)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    click(view, 40, 30)
    np.testing.assert_array_equal(ids(view), before)
    QTest.keyClick(view, Qt.Key.Key_Return)
    after = ids(view)
    assert after[14, 30] == 2
    assert after[28, 12] == before[28, 12]
    assert after[45, 45] == before[45, 45]
    assert steps(view) == 1
    for corner in ((5, 50), (20, 50), (20, 60)):
        click(view, *corner)
    QTest.mouseDClick(view, LEFT, NONE, there(view, 20, 60))
    assert steps(view) == 2
    for corner in ((5, 5), (9, 5), (9, 9)):
        click(view, *corner)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.hand.tool.preview is None
    assert steps(view) == 2


def test_fill_replace_and_flip(view: CanvasView) -> None:
    drag(view, (32, 0), (32, 31))  # parts the sky in two
    view.choose_class(4)
    view.options.set(tool="fill")
    click(view, 5, 5)
    assert (ids(view)[5, :28] == 4).all()
    assert (ids(view)[5, 36:] == 0).all()
    view.options.set(tool="replace")
    click(view, 32, 5)
    assert not (ids(view) == 2).any()
    turned = ids(view)[:, ::-1]
    view.flip()
    np.testing.assert_array_equal(ids(view), turned)
    view.replace_class(1, 3)
    view.fill_canvas(5)
    assert (ids(view) == 5).all()
    assert steps(view) == 6


def test_a_region_is_dragged_put_down_or_back(view: CanvasView) -> None:
    view.options.set(tool="rectangle")
    drag(view, (10.5, 10.5), (15.5, 15.5))
    view.options.set(tool="move")
    view.options.set(background=5)
    before = ids(view)
    drag(view, (10.5, 10.5), (15.5, 15.5))
    drag(view, (12.5, 12.5), (42.5, 22.5))
    np.testing.assert_array_equal(ids(view), before)
    image = view.grab().toImage()
    assert image.pixelColor(there(view, 12.5, 12.5)) == class_colour(view, 5)
    assert image.pixelColor(there(view, 42.5, 22.5)) == class_colour(view, 2)
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Return)
    after = ids(view)
    assert (after[10:16, 10:16] == 5).all()
    assert (after[20:26, 39:45] == 2).all()
    assert steps(view) == 2
    drag(view, (40.5, 20.5), (44.5, 24.5))
    drag(view, (42.5, 22.5), (10.5, 50.5))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(ids(view), after)
    drag(view, (40.5, 20.5), (44.5, 24.5))
    drag(view, (42.5, 22.5), (10.5, 50.5))
    view.options.set(tool="brush")  # another tool puts it down
    assert ids(view)[50, 10] == 2
    assert steps(view) == 3
