from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app import density as shapes
from ganstudio.app.density import SIZE, Brush, Density
from ganstudio.app.history import History
from ganstudio.ui.experiment.drawing import DrawingCanvas, DrawingDialog, letters
from ganstudio.ui.kit.theme import ui_font

strokes = st.lists(
    st.tuples(
        st.lists(st.tuples(st.floats(-40, 300), st.floats(-40, 300)), min_size=1, max_size=4),
        st.builds(
            Brush,
            radius=st.floats(2, 60),
            strength=st.floats(0.05, 1),
            erase=st.booleans(),
            mirror_x=st.booleans(),
            mirror_y=st.booleans(),
        ),
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=30, deadline=None)
@given(strokes)
@example([([(0.0, 0.0), (0.0, 4e-144)], Brush(2.0))])
def test_undo_and_redo_give_every_state_back(lines: list[tuple[list[tuple[float, float]], Brush]]) -> None:
    density = Density()
    states = [density.field.copy()]
    for points, brush in lines:
        density.begin(brush)
        for x, y in points:
            density.stroke_to(x, y)
        if density.end():
            states.append(density.field.copy())
    for state in reversed(states[:-1]):
        assert density.history.undo()
        np.testing.assert_array_equal(density.field, state)
    assert not density.history.undo()
    for state in states[1:]:
        assert density.history.redo()
        np.testing.assert_array_equal(density.field, state)
    assert not density.history.redo()


def test_a_quick_stroke_has_no_gaps_and_a_slow_one_is_no_stronger() -> None:
    quick, slow = Density(), Density()
    quick.begin(Brush(radius=6))
    quick.stroke_to(20, 128)
    quick.stroke_to(230, 128)
    slow.begin(Brush(radius=6))
    for x in range(20, 231):
        slow.stroke_to(x, 128)
    assert quick.field[128, 25:225].min() > 150
    np.testing.assert_allclose(quick.field.astype(int), slow.field.astype(int), atol=2)


def test_the_eraser_takes_away_and_pressure_weakens() -> None:
    density = Density()
    density.begin(Brush(radius=30, strength=1))
    density.stroke_to(100, 100)
    density.end()
    full = int(density.field[100, 100])
    density.begin(Brush(radius=30, strength=1, erase=True))
    density.stroke_to(100, 100, pressure=0.5)
    density.end()
    assert full > 250
    assert abs(int(density.field[100, 100]) - full / 2) < 4


@pytest.mark.parametrize(("brush", "axes"), [(Brush(mirror_x=True), 1), (Brush(mirror_y=True), 0)])
def test_mirrors_are_exact(brush: Brush, axes: int) -> None:
    density = Density()
    density.begin(brush)
    density.stroke_to(40, 60)
    density.stroke_to(90, 100)
    np.testing.assert_array_equal(density.field, np.flip(density.field, axes))
    assert density.field.any()


def test_a_new_stroke_forgets_what_was_undone_and_history_is_lean() -> None:
    density = Density(history=History(1000, budget=1_000_000))
    for number in range(300):
        density.begin(Brush(radius=8))
        density.stroke_to(20 + number % 200, 30 + number % 190)
        density.end()
    for _ in range(300):  # all of them fit into a megabyte
        assert density.history.undo()
    density.begin(Brush())
    density.stroke_to(10, 10)
    density.end()
    assert not density.history.can_redo


def test_samples_lie_where_ink_is() -> None:
    density = Density()
    density.begin(Brush(radius=10, strength=1))
    density.stroke_to(192, 64)
    points = density.sample(2000)
    assert points.shape == (2000, 2)
    assert points.dtype == np.float32
    np.testing.assert_allclose(points.mean(axis=0), [0.5, 0.5], atol=0.01)
    np.testing.assert_array_equal(points, density.sample(2000))
    assert Density().sample(5).shape == (0, 2)


def test_wrong_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="uint8"):
        Density(np.zeros((SIZE, SIZE), np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="begin"):
        Density().stroke_to(1, 1)


def test_shapes_are_shapes(qapp: QApplication) -> None:
    made = [shapes.ring(), shapes.spiral(), shapes.heart(), shapes.spots(), letters("GAN", ui_font())]
    for field in made:
        assert field.shape == (SIZE, SIZE)
        assert field.dtype == np.uint8
        assert 0.01 < (field > 127).mean() < 0.6
    centre = np.argwhere(made[4] > 127).mean(axis=0)
    np.testing.assert_allclose(centre, [128, 128], atol=14)
    assert made[0][128, 128] < 5


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[DrawingCanvas]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(540, 540)
    made = DrawingCanvas(host)
    made.resize(516, 516)
    host.show()
    yield made
    host.close()


def drag(qtbot: QtBot, canvas: DrawingCanvas, start: QPoint, end: QPoint, button: Qt.MouseButton) -> None:
    qtbot.mousePress(canvas, button, pos=start)
    at, none = QPointF(end), Qt.MouseButton.NoButton
    QApplication.sendEvent(
        canvas, QMouseEvent(QEvent.Type.MouseMove, at, at, none, button, Qt.KeyboardModifier.NoModifier)
    )
    qtbot.mouseRelease(canvas, button, pos=end)


def test_drawing_by_mouse(canvas: DrawingCanvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.changed):
        drag(qtbot, canvas, QPoint(100, 258), QPoint(400, 258), Qt.MouseButton.LeftButton)
    field = canvas.density.field.copy()
    assert field[128, 60:190].min() > 150
    assert field[20].max() == 0
    drag(qtbot, canvas, QPoint(258, 100), QPoint(258, 400), Qt.MouseButton.RightButton)
    assert canvas.density.field[128, 128] < 60
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(canvas.density.field, field)
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert canvas.density.field[128, 128] < 60
    canvas.clear()
    assert canvas.density.empty
    canvas.undo()
    assert not canvas.density.empty
    field = canvas.density.field.copy()
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert not np.array_equal(canvas.density.field, field)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    np.testing.assert_array_equal(canvas.density.field, field)


def test_brush_by_keys_and_wheel(canvas: DrawingCanvas, qtbot: QtBot) -> None:
    size = canvas.brush.radius
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    assert canvas.brush.radius > size
    qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert canvas.brush.radius == pytest.approx(size)
    qtbot.keyClick(canvas, Qt.Key.Key_E)
    assert canvas.brush.erase
    event = QWheelEvent(
        QPointF(50, 50),
        QPointF(50, 50),
        QPoint(),
        QPoint(0, 12000),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.brush.radius == 80


def test_drawing_by_keyboard(canvas: DrawingCanvas, qtbot: QtBot) -> None:
    qtbot.keyClick(canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    field = canvas.density.field.copy()
    assert field[128, 120] > 150
    assert field[128, 120] > field[128, 128]


@pytest.fixture
def dialog(qtbot: QtBot) -> DrawingDialog:
    made = DrawingDialog()
    qtbot.addWidget(made)
    return made


def test_a_drawing_needs_ink_and_a_name(dialog: DrawingDialog) -> None:
    dialog.accept()
    assert "Nothing is drawn" in dialog._problem.text()
    dialog.canvas.replace(shapes.ring())
    assert "needs a name" in dialog._problem.text()
    dialog._name.setText("   ")
    dialog.accept()
    assert dialog.result() != QDialog.DialogCode.Accepted
    dialog._name.setText("  my ring ")
    assert dialog._problem.text() == ""
    dialog.accept()
    assert dialog.result() == QDialog.DialogCode.Accepted
    name, field = dialog.drawing()
    assert name == "my ring"
    np.testing.assert_array_equal(field, shapes.ring())


def test_tools_and_canvas_agree(dialog: DrawingDialog) -> None:
    dialog.canvas.set_brush(erase=True, radius=33, mirror_y=True)
    assert dialog._erase.isChecked()
    assert not dialog._draw.isChecked()
    assert dialog._mirror_y.isChecked()
    assert dialog._size.value() == 33
    dialog._size.setValue(20)
    dialog._strength.setValue(50)
    dialog._draw.click()
    assert dialog.canvas.brush == Brush(radius=20, strength=0.5, mirror_y=True)


def test_shapes_can_be_undone(dialog: DrawingDialog) -> None:
    dialog._shape.activated.emit(1)
    assert not dialog.canvas.density.empty
    assert dialog._shape.currentIndex() == 0
    assert "2,000" in dialog._preview_note.text()
    dialog._letters.textEdited.emit("A")
    dialog._undo.click()
    np.testing.assert_array_equal(dialog.canvas.density.field, shapes.ring())
    dialog._undo.click()
    assert dialog.canvas.density.empty
    assert not dialog._undo.isEnabled()
    dialog._redo.click()
    assert not dialog.canvas.density.empty
