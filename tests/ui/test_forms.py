from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from ganstudio.core.fields import FieldSpec
from ganstudio.ui.forms import FieldForm, NumberEdit, editor_for
from ganstudio.ui.forms.editors import ChoiceEdit, SegmentEdit, Switch, TextEdit
from ganstudio.ui.forms.number import stepped
from ganstudio.ui.kit.parts import LinkButton, boxed
from ganstudio.ui.kit.reading import as_read

RATE: dict[str, Any] = {"low": 0, "high": 1, "low_open": True, "group": "Optimiser", "log": True, "live": True}
LR = FieldSpec("lr", "Learning rate", "Step size.", "float", 2e-4, **RATE)
BETA = FieldSpec("beta", "Beta", "Momentum.", "float", 0.5, low=0, high=1, group="Optimiser", unit="per step")
BATCH = FieldSpec("batch", "Batch size", "Items.", "int", 64, low=2, high=8192, group="Training", log=True)
AMP = FieldSpec("amp", "Reduced precision", "Faster.", "bool", False, group="Training", advanced=True)
ARCH = FieldSpec("arch", "Architecture", "Network.", "choice", "mlp", choices=("mlp", "conv"), group="Networks")
NORM = FieldSpec(
    "norm", "Norm", "Normalises.", "choice", "batch", choices=("batch", "spectral", "layer", "none"), group="Networks"
)
NAME = FieldSpec("name", "Name", "What it is called.", "text", "", group="Run")
ONLY = FieldSpec("only", "Only", "No choice.", "choice", "a", choices=("a",))
ALL = (LR, BETA, BATCH, AMP, ARCH, NORM, NAME, ONLY)


def form_of(hosted: Any, **values: Any) -> FieldForm:
    form = FieldForm()
    form.set_fields(ALL, values)
    hosted(form, 280, 700)
    return form


def type_text(editor: NumberEdit | TextEdit, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.floats(1e-8, 1.0))
def test_what_is_shown_reads_back_as_it_was(qtbot: Any, value: float) -> None:
    editor = NumberEdit(LR)
    editor.set_value(value)
    shown = editor.lineEdit().text()
    other = NumberEdit(LR)
    other.lineEdit().setText(shown)
    assert other.commit()
    assert other.value() == value


@pytest.mark.parametrize("value", [1e-8, 2e-4, 5e-5])
def test_small_rates_are_not_shown_as_zero(qtbot: Any, value: float) -> None:
    editor = NumberEdit(LR)
    editor.set_value(value)
    assert editor.lineEdit().text() == {1e-8: "1e-8", 2e-4: "2e-4", 5e-5: "5e-5"}[value]


def test_the_right_editor_for_every_kind(qtbot: Any) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    editors = [editor_for(spec) for spec in (LR, BATCH, AMP, ARCH, NORM, NAME)]
    boxed(*editors, into=parent)
    assert [type(editor) for editor in editors] == [NumberEdit, NumberEdit, Switch, SegmentEdit, ChoiceEdit, TextEdit]


def test_typing_emits_once_when_finished(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    edits: list[tuple[str, object]] = []
    form.value_edited.connect(lambda name, value: edits.append((name, value)))
    type_text(form.row("lr").editor, "3e-5")
    assert edits == [("lr", 3e-5)]
    assert form.values()["lr"] == 3e-5


def test_wrong_text_stays_and_is_explained(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    row = form.row("lr")
    type_text(row.editor, "7")
    assert row.editor.lineEdit().text() == "7"
    assert "0\xa0<\xa0x\xa0≤\xa01" in form.errors()["lr"]
    assert form.values()["lr"] == 2e-4
    form.set_value("lr", 2e-4)
    assert row.editor.lineEdit().text() == "7", "a refresh must not lose what was typed"
    row.reset_button.click()
    assert row.editor.lineEdit().text() == "2e-4"
    assert form.errors() == {}


def test_arrow_keys_step_by_1_2_5(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    editor = form.row("lr").editor
    editor.setFocus()
    for _ in range(3):
        QTest.keyClick(editor, Qt.Key.Key_Up)
    assert editor.value() == 2e-3
    QTest.keyClick(editor, Qt.Key.Key_Down)
    assert editor.value() == 1e-3


@given(st.floats(1e-10, 1.0), st.sampled_from([1, -1]))
def test_steps_stay_in_range_and_move(value: float, direction: int) -> None:
    following = stepped(LR, value, direction)
    assert 0 < following <= 1
    assert (following - value) * direction >= 0


def test_steps_of_other_numbers() -> None:
    assert stepped(BATCH, 64, 1) == 128
    assert stepped(BATCH, 2, -1) == 2
    assert stepped(BETA, 0.5, 1) == 0.51
    assert stepped(BETA, 0.995, 1) == 1.0
    clip = FieldSpec("clip", "Clip", "", "float", 0.0, low=0, high=1, log=True)
    assert stepped(clip, 0.0, 1) == 1e-6


def wheel(widget: Any) -> None:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("name", ["lr", "batch", "norm"])
def test_the_wheel_passes_by_unless_focused(qtbot: Any, name: str, hosted: Any) -> None:
    form = form_of(hosted, norm="layer")
    form.search.setFocus()
    editor = form.row(name).editor
    before = editor.value()
    wheel(editor)
    assert editor.value() == before
    editor.setFocus()
    wheel(editor)
    assert editor.value() != before


def test_reset_is_greyed_at_the_default(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted, batch=32)
    assert not form.row("lr").reset_button.isEnabled()
    button = form.row("batch").reset_button
    assert button.isEnabled()
    with qtbot.waitSignal(form.value_edited) as caught:
        button.click()
    assert caught.args == ["batch", 64]
    assert not button.isEnabled()


def test_search_finds_also_what_is_folded_away(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    assert not form.row("amp").isVisible()
    form.search.setText("precision")
    assert form.row("amp").isVisible()
    assert not form.row("lr").isVisible()
    said = [label for label in form.findChildren(QLabel) if label.isVisible()]
    assert f"1 of {len(form.rows)}" in [label.text() for label in said]
    form.search.setText("nothing like it")
    assert "Nothing is called “nothing like it”." in [label.text() for label in said]
    clear = next(link for link in form.findChildren(LinkButton) if link.isVisible())
    QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert form.row("lr").isVisible()
    assert not form.row("amp").isVisible()
    form.search.setFocus()
    QTest.keyClicks(form.search, "precision")
    QTest.keyClick(form.search, Qt.Key.Key_Escape)
    assert (form.search.text(), form.row("lr").isVisible()) == ("", True)
    form.search.setText("precision")
    form.set_fields([row.spec for row in form.rows[:-1]])
    assert form.search.text() == "", "words were typed for other settings"


def test_a_field_without_a_choice_is_not_shown(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    assert "only" not in form.values()


def test_while_training_only_live_rows_can_be_edited(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    form.set_live_only(True)
    assert form.row("lr").editor.isEnabled()
    assert not form.row("batch").editor.isEnabled()
    assert "Duplicate" in form.row("batch").editor.toolTip()
    form.set_live_only(False)
    assert form.row("batch").editor.isEnabled()


def test_switch_and_choices_by_keyboard(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    form.focus_row("amp")
    assert form.row("amp").isVisible()
    QTest.keyClick(form.row("amp").editor, Qt.Key.Key_Space)
    assert form.values()["amp"] is True
    edits: list[tuple[str, object]] = []
    form.value_edited.connect(lambda name, value: edits.append((name, value)))
    form.row("arch").editor.findChildren(QPushButton)[1].click()
    assert edits == [("arch", "conv")]


def test_every_editor_has_a_name_and_says_what_it_does(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    for row in form.rows:
        assert row.editor.accessibleName() == row.spec.title
        assert row.spec.help in row.editor.toolTip()
        assert "Default" in row.editor.toolTip()


def test_tab_goes_in_reading_order(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    seen = [row.name for widget in as_read(form) for row in form.rows if row.editor is widget]
    assert [name for name in seen if name != "arch"] == ["lr", "beta", "batch", "norm", "name"], "amp is folded away"


def test_fits_a_narrow_column(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    assert form.minimumSizeHint().width() <= 280
    for row in form.rows:
        if row.isVisible():
            assert row.editor.width() >= 80 or isinstance(row.editor, Switch)


def test_no_stray_windows(qtbot: Any) -> None:
    before = {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    form = FieldForm()
    qtbot.addWidget(form)
    form.set_fields(ALL, {})
    assert {widget for widget in QApplication.topLevelWidgets() if widget.isVisible()} == before


def test_other_fields_drop_a_half_finished_edit(qtbot: Any, hosted: Any) -> None:
    form = form_of(hosted)
    editor = form.row("lr").editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, "3e-5")
    with qtbot.assertNotEmitted(form.value_edited):
        form.set_fields((BETA, BATCH))
    assert form.values() == {"beta": 0.5, "batch": 64}
