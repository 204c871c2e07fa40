"""The row of a slider: by mouse, by keyboard, typed and pasted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from ganstudio.ui.controls.slider import ValueSlider, read_number

Hosted = Callable[..., None]
LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


class Heard:
    """A slider in a window and what it has told."""

    def __init__(self, hosted: Hosted, **more: object) -> None:
        self.slider = ValueSlider("slant", -2, 2, 0.5, **more)  # type: ignore[arg-type]
        self.moved: list[float] = []
        self.released = 0
        self.slider.moved.connect(self.moved.append)
        self.slider.released.connect(self._count)
        hosted(self.slider, 280, 28)
        self.slider.setFocus()

    def _count(self) -> None:
        self.released += 1

    def at(self, value: float) -> QPoint:
        return QPoint(round(self.slider.place(value)), 14)

    def over(self, area: str) -> QPoint:
        return self.slider.areas()[area].center().toPoint()

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.slider, key, modifier)

    def drag(self, start: QPoint, by: int, modifier: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.slider, LEFT, modifier, start)
        for moved in range(1, abs(by) + 1):
            point = QPointF(start + QPoint(moved if by > 0 else -moved, 0))
            QApplication.sendEvent(
                self.slider,
                QMouseEvent(QEvent.Type.MouseMove, point, self.slider.mapToGlobal(point), LEFT, LEFT, modifier),
            )
        QTest.mouseRelease(self.slider, LEFT, modifier, start + QPoint(by, 0))


@pytest.fixture
def heard(hosted: Hosted) -> Heard:
    return Heard(hosted)


def test_a_press_takes_the_handle_there_and_a_drag_tells_every_move(heard: Heard) -> None:
    heard.drag(heard.at(-1), 20)
    assert heard.moved[0] == pytest.approx(-1, abs=0.05)
    assert len(heard.moved) == 21
    assert heard.moved == sorted(heard.moved)
    assert heard.released == 1
    assert heard.slider.value == heard.moved[-1]


def test_shift_drags_from_where_it_stands_and_ten_times_finer(heard: Heard) -> None:
    heard.drag(heard.at(-1), 20, SHIFT)
    fine = heard.slider.value - 0.5
    heard.slider.set_value(0.5)
    heard.drag(heard.at(0.5), 20)
    assert fine > 0
    assert heard.slider.value - 0.5 == pytest.approx(10 * fine, rel=1e-3)


def test_a_drag_ends_at_the_ends_and_comes_back_the_way_it_went(heard: Heard) -> None:
    heard.slider.set_value(1.9)
    heard.drag(heard.at(1.9), 60)
    assert heard.slider.value == 2


def test_keys_step_a_fiftieth_or_a_five_hundredth_of_the_range(heard: Heard) -> None:
    heard.key(Qt.Key.Key_Right)
    assert heard.slider.value == pytest.approx(0.58)
    heard.key(Qt.Key.Key_Left, SHIFT)
    assert heard.slider.value == pytest.approx(0.572)
    heard.key(Qt.Key.Key_End)
    assert heard.slider.value == 2
    heard.key(Qt.Key.Key_Home)
    assert heard.slider.value == -2
    heard.key(Qt.Key.Key_Left)
    assert heard.slider.value == -2
    assert len(heard.moved) == 4


@pytest.mark.parametrize("key", [Qt.Key.Key_0, Qt.Key.Key_Backspace])
def test_keys_reset(heard: Heard, key: Qt.Key) -> None:
    heard.slider.set_value(-1)
    heard.key(key)
    assert heard.moved == [0.5]
    assert heard.slider.at_default


def test_reset_and_a_double_click_go_to_the_default(heard: Heard) -> None:
    QTest.mouseClick(heard.slider, LEFT, NONE, heard.over("reset"))
    assert heard.moved == []  # it is there already
    heard.slider.set_value(-1)
    QTest.mouseClick(heard.slider, LEFT, NONE, heard.over("reset"))
    assert heard.moved == [0.5]
    heard.slider.set_value(-1)
    QTest.mouseDClick(heard.slider, LEFT, NONE, heard.over("track"))
    assert heard.slider.value == 0.5
    assert not heard.slider.held


def test_a_number_is_typed_beyond_the_track(heard: Heard) -> None:
    QTest.mouseClick(heard.slider, LEFT, NONE, heard.over("value"))
    entry = heard.slider.entry
    assert entry is not None
    entry.setText("−3,25")
    QTest.keyClick(entry, Qt.Key.Key_Return)
    assert heard.moved == [-3.25]
    assert heard.slider.entry is None
    assert heard.slider.hasFocus()
    heard.key(Qt.Key.Key_Left)  # never further out …
    assert heard.slider.value == -3.25
    heard.key(Qt.Key.Key_Right)  # … but back
    assert heard.slider.value == pytest.approx(-3.17)


def test_digits_begin_a_number_and_escape_leaves_it(heard: Heard) -> None:
    QTest.keyClicks(heard.slider, "1")
    entry = heard.slider.entry
    assert entry is not None
    QTest.keyClicks(entry, ".25")
    QTest.keyClick(entry, Qt.Key.Key_Escape)
    assert heard.moved == []
    QTest.keyClicks(heard.slider, "-")
    assert heard.slider.entry is not None
    QTest.keyClicks(heard.slider.entry, "1.25")
    QTest.keyClick(heard.slider.entry, Qt.Key.Key_Enter)
    assert heard.moved == [-1.25]


def test_what_is_no_number_stays_and_says_so(hosted: Hosted) -> None:
    heard = Heard(hosted, allowed=(-2, 2))
    heard.key(Qt.Key.Key_Return)
    entry = heard.slider.entry
    assert entry is not None
    for text in ("many", "nan", "3"):
        entry.setText(text)
        QTest.keyClick(entry, Qt.Key.Key_Return)
        assert heard.slider.entry is entry
        assert "-2 to 2" in entry.toolTip()
    assert heard.moved == []
    heard.slider.clearFocus()
    heard.slider.setFocus()  # it is left with what cannot be used
    assert heard.slider.entry is None
    assert heard.slider.value == 0.5


def test_numbers_are_copied_and_pasted(heard: Heard) -> None:
    clipboard = QGuiApplication.clipboard()
    heard.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == "0.5"
    clipboard.setText(" 1.5\n")
    heard.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert heard.moved == [1.5]


def wheel(slider: ValueSlider) -> bool:
    at = QPointF(100, 14)
    event = QWheelEvent(at, slider.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
                        Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(slider, event)
    return event.isAccepted()


def test_the_wheel_moves_it_only_with_the_keyboards_focus(heard: Heard) -> None:
    heard.slider.clearFocus()
    assert not wheel(heard.slider)
    assert heard.moved == []
    heard.slider.setFocus()
    assert wheel(heard.slider)
    assert heard.moved == [pytest.approx(0.58)]


def test_being_set_tells_nobody(heard: Heard) -> None:
    heard.slider.set_value(1.5)
    heard.slider.set_default(1.0)
    heard.slider.set_pinned(True)
    assert heard.moved == []
    assert heard.released == 0
    assert "1.50" in heard.slider.accessibleDescription()


def test_a_pin_is_set_by_mouse_and_key(hosted: Hosted) -> None:
    heard = Heard(hosted, pinnable=True)
    told: list[bool] = []
    heard.slider.pinned_changed.connect(told.append)
    QTest.mouseClick(heard.slider, LEFT, NONE, heard.over("pin"))
    heard.key(Qt.Key.Key_P)
    assert told == [True, False]


def test_up_and_down_are_left_to_whoever_is_around(heard: Heard) -> None:
    heard.key(Qt.Key.Key_Up)
    heard.key(Qt.Key.Key_Down)
    assert heard.moved == []


def test_a_number_at_the_end_of_a_track_is_never_shown_as_minus_zero(heard: Heard) -> None:
    heard.slider.set_value(-0.001)
    assert heard.slider.text() == "0.00"


@pytest.mark.parametrize(("allowed", "more"), [((-2, 2), False), ((-2, 3), True)])
def test_the_tooltip_says_whether_more_may_be_typed(hosted: Hosted, allowed: tuple[float, float], more: bool) -> None:
    heard = Heard(hosted, allowed=allowed)
    at = heard.over("track")
    QApplication.sendEvent(heard.slider, QHelpEvent(QEvent.Type.ToolTip, at, heard.slider.mapToGlobal(at)))
    assert ("can be typed" in QToolTip.text()) == more
    assert "-2 to 2" in QToolTip.text()
    QToolTip.hideText()


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1.0), ("−2,5", -2.5), (" 3e-1 ", 0.3), ("inf", None), ("1 2", None), ("", None)]
)
def test_numbers_are_read_as_people_type_them(text: str, value: float | None) -> None:
    assert read_number(text) == value
