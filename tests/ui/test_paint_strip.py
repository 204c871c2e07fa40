from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ganstudio.app.actions import ActionTable
from ganstudio.ui.paint.actions import shortcut_rows
from ganstudio.ui.paint.canvas_view import CanvasView
from ganstudio.ui.paint.options import PaintOptions
from ganstudio.ui.paint.palette import CLASS_ROLE, ClassPalette
from ganstudio.ui.paint.tools import ToolStrip, paint_tool_actions
from tests.ui.audit import problems
from tests.ui.canvas_kit import CONTROL, LEFT, NONE, click, document, ids, paint_view, steps, wheel

Hosted = Callable[..., None]


@pytest.fixture
def view(hosted: Callable[..., None]) -> CanvasView:
    """See :func:`tests.ui.canvas_kit.paint_view`."""
    return paint_view(hosted)


# -- strip, palette, actions -------------------------------------------------------------------------------------


def test_the_strip_shows_and_sets_what_the_hand_holds(view: CanvasView, hosted: Hosted) -> None:
    strip = ToolStrip(view)
    hosted(strip, 192, 240)
    assert strip.buttons["brush"].isChecked()
    strip.buttons["fill"].click()
    assert view.options.tool == "fill"
    view.options.set(tool="polygon")
    assert [key for key, button in strip.buttons.items() if button.isChecked()] == ["polygon"]
    strip.size_slider.setValue(30)
    strip.opacity_slider.setValue(30)
    strip.buttons["mirror"].click()
    strip.buttons["square"].click()
    strip.buttons["grid"].click()
    options = view.options
    assert (options.size, options.opacity, options.mirror, options.square, options.grid) == (30, 0.3, True, True, True)
    options.set(size=9)
    assert strip.size_slider.value() == 9
    wheel(view, 1, CONTROL)
    assert strip.zoom.text() == "800\N{NO-BREAK SPACE}%"
    QTest.mouseDClick(strip.zoom, LEFT)
    assert view.zoom == 6
    assert strip.zoom.text() == "600\N{NO-BREAK SPACE}%"
    turned = ids(view)[:, ::-1]
    strip.buttons["flip"].click()
    np.testing.assert_array_equal(ids(view), turned)
    view.set_document(None)
    assert not strip.isEnabled()
    assert problems(strip) == []


def test_the_actions_are_rows_of_the_table(view: CanvasView) -> None:
    table = ActionTable()
    table.add(*paint_tool_actions(view))
    assert {action.context for action in table} == {"paint"}
    assert table["paint.tool-brush"].checked is not None
    assert table["paint.tool-brush"].checked()
    table.run("paint.tool-move")
    assert view.options.tool == "move"
    table.run("paint.mirror")
    assert view.options.mirror
    view.choose_class(5)
    table.run("paint.fill-canvas")
    assert (ids(view) == 5).all()
    keys = [key for action in table for key in action.shortcuts]
    assert {"B", "E", "L", "P", "R", "O", "F", "A", "I", "M", "S"} <= set(keys)
    assert len(keys) == len(set(keys))
    view.set_document(None)
    assert not table.run("paint.flip")
    assert all(len(row) == 3 for row in shortcut_rows())


def test_the_palette_lists_counts_and_chooses(view: CanvasView, hosted: Hosted) -> None:
    palette = ClassPalette(view)
    hosted(palette, 192, 300)
    shown, model = palette.list, palette.list.model()
    assert [shown.model().index(row, 0).data() for row in range(3)] == ["sky", "sea", "grass"]
    assert palette.shares[:2].tolist() == [0.5, 0.5]
    assert model.index(0).data(Qt.ItemDataRole.ToolTipRole) == "sky · key 1 · 50\N{NO-BREAK SPACE}% of the canvas"
    view.options.set(size=20)
    click(view, 32, 16)
    assert palette.shares[2] > 0.05
    assert view.document is not None
    view.document.history.undo()
    assert palette.shares[2] == 0
    assert shown.currentIndex().data(CLASS_ROLE) == 2
    QTest.mouseClick(shown.viewport(), LEFT, NONE, shown.visualRect(model.index(4)).center())
    assert view.options.chosen == 4
    shown.setFocus()
    QTest.keyClick(shown, Qt.Key.Key_Up)
    assert view.options.chosen == 3
    QTest.keyClicks(palette.search, "ro")
    assert [model.index(row).data() for row in range(model.rowCount())] == [
        "rock",
        "a road with a very long name indeed",
    ]
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert view.options.chosen == 3
    assert palette.search.text() == ""
    assert problems(palette) == []
    palette.grab()


def test_a_class_has_a_menu(view: CanvasView, hosted: Hosted) -> None:
    palette = ClassPalette(view)
    hosted(palette, 192, 300)
    menu = palette.menu_of(1)
    replace, _fill, ground = menu.actions()
    assert [entry.text() for entry in replace.menu().actions()] == ["sky\t50\N{NO-BREAK SPACE}%"]  # type: ignore[union-attr]
    replace.menu().actions()[0].trigger()  # type: ignore[union-attr]
    assert (ids(view) == 1).all()
    ground.trigger()
    assert view.options.background == 1
    menu.deleteLater()
    menu = palette.menu_of(3)
    menu.actions()[1].trigger()
    assert (ids(view) == 3).all()
    assert steps(view) == 2
    menu.deleteLater()


def test_a_hundred_and_fifty_classes(view: CanvasView, hosted: Hosted) -> None:
    palette = ClassPalette(view)
    hosted(palette, 192, 400)
    view.set_document(document(150))
    assert palette.list.count() == 150
    view.choose_class(140)
    assert palette.list.visualRect(palette.list.currentIndex()).intersects(palette.list.viewport().rect())
    QTest.keyClicks(palette.search, "thing 77")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert view.options.chosen == 77
    palette.grab()


def test_options_refuse_unknown_tools() -> None:
    with pytest.raises(ValueError, match="no tool"):
        PaintOptions().set(tool="spoon")
