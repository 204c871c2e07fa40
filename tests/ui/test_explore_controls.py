"""The panel of controls: built from what can be driven; hands move the state, and the state moves the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import CategoricalCode, ClassLabel, Control, GeneratorIndex, LatentVector
from ganstudio.core.errors import UsageError
from ganstudio.ui.controls import ControlsPanel
from ganstudio.ui.controls.choices import IndexSection, WeightsSection, mixed
from ganstudio.ui.controls.latent import LatentSection, read_vector
from ganstudio.ui.controls.numbers import CodesSection
from ganstudio.ui.controls.seeds import SampleSection
from tests.ui.audit import problems
from tests.ui.explore_kit import CLASSES, INFOGAN, PLANE, exploring, opened, pump

Show = Callable[..., "Shown"]
LEFT, NONE, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


class Shown:
    """An explorer with its panel in a window."""

    def __init__(self, explorer: Explorer, panel: ControlsPanel) -> None:
        self.explorer, self.panel = explorer, panel

    @property
    def latent(self) -> LatentSection:
        return self._part(LatentSection)

    @property
    def weights(self) -> WeightsSection:
        return self._part(WeightsSection)

    @property
    def codes(self) -> CodesSection:
        return self._part(CodesSection)

    @property
    def sample(self) -> SampleSection:
        return self._part(SampleSection)

    def _part(self, kind: type) -> object:
        found = self.panel.section(kind)
        assert found is not None
        return found

    def value(self, name: str) -> list[float]:
        assert self.explorer.state is not None
        return self.explorer.state.position[name].tolist()

    def order(self) -> list[str]:
        return [row.name for row in self.latent.list.rows]


@pytest.fixture
def show(qtbot: QtBot, hosted: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Opens a generator with these controls and shows the panel, which follows at once."""
    monkeypatch.setattr(ControlsPanel, "_follow", ControlsPanel.refresh)
    blocks = []

    def build(controls: Sequence[Control] = INFOGAN, height: int = 900) -> Shown:
        block = exploring(qtbot, controls, drawn=False)
        explorer = block.__enter__()
        blocks.append(block)
        panel = ControlsPanel(explorer)
        hosted(panel, 304, height)
        return Shown(explorer, panel)

    yield build
    for block in blocks:
        block.__exit__(None, None, None)


def drag(row: object, by: int) -> None:
    start = QPoint(round(row.place(row.value)), 14)  # type: ignore[attr-defined]
    QTest.mousePress(row, LEFT, NONE, start)  # type: ignore[call-overload]
    for moved in range(1, by + 1):
        point = QPointF(start + QPoint(moved, 0))
        event = QMouseEvent(QEvent.Type.MouseMove, point, point, LEFT, LEFT, NONE)
        QApplication.sendEvent(row, event)  # type: ignore[arg-type]
    QTest.mouseRelease(row, LEFT, NONE, start + QPoint(by, 0))  # type: ignore[call-overload]


def test_sections_follow_from_the_controls_alone(show: Show) -> None:
    shown = show((LatentVector("z", 3), GeneratorIndex("generator", 2), *INFOGAN[:2]))
    assert [section.title for section in shown.panel.sections] == [
        "Category",
        "Codes",
        "Generator",
        "Sample",
        "Latent z",
    ]
    assert shown.latent.list.rows[0].name == "z 1"


def test_every_control_can_be_reached_and_is_named(show: Show) -> None:
    for controls in (INFOGAN, CLASSES, PLANE, (GeneratorIndex("generator", 9), CategoricalCode("many", 60))):
        shown = show(controls)
        for section in shown.panel.sections:
            if isinstance(section, WeightsSection):
                section.mix.click()
        assert problems(shown.panel) == []


def test_a_drag_is_one_step_back_and_undo_moves_the_row(show: Show) -> None:
    shown = show()
    row, before = shown.latent.row(4), shown.value("z")
    clock = iter(range(10_000))
    shown.explorer.history._clock = lambda: float(next(clock))  # a slow hand: a second between two moves
    drag(row, 12)
    assert shown.value("z")[4] == pytest.approx(row.value, rel=1e-6)
    assert row.value > before[4]
    assert shown.explorer.history.undo_label == "z 5"
    shown.explorer.history.undo()
    assert shown.value("z") == before
    assert row.value == pytest.approx(before[4])
    assert not shown.explorer.history.can_undo


def test_only_the_number_that_is_moved_changes(show: Show) -> None:
    shown = show()
    before = shown.value("z")
    shown.latent.row(7).move_to(2.5)
    after = shown.value("z")
    assert after[7] == 2.5
    assert after[:7] + after[8:] == before[:7] + before[8:]


def test_a_state_from_elsewhere_moves_every_row_and_tells_nobody(show: Show) -> None:
    shown = show()
    told: list[float] = []
    for row in (*shown.latent.list.rows, *shown.codes.rows):
        row.moved.connect(told.append)
    shown.explorer.edit(shown.explorer.drawn_from(5), "elsewhere")
    assert [row.value for row in shown.latent.list.rows] == pytest.approx(shown.value("z"))
    assert [row.value for row in shown.codes.rows] == pytest.approx(shown.value("codes"))
    assert shown.sample.row.seed == 5
    assert told == []


def test_reset_of_a_latent_goes_to_where_it_was_drawn(show: Show) -> None:
    shown = show()
    drawn = shown.value("z")
    shown.latent.row(0).move_to(2)
    shown.latent.row(1).move_to(2)
    assert not shown.latent.row(0).at_default
    shown.latent.row(0).reset()
    assert shown.value("z") == [drawn[0], 2.0, *drawn[2:]]
    shown.latent._reset.click()
    assert shown.value("z") == drawn
    assert not shown.latent._reset.isEnabled()


def test_after_an_undo_reset_goes_where_it_went_then(show: Show) -> None:
    shown = show()
    drawn = shown.value("z")
    shown.latent.row(0).move_to(2)
    shown.explorer.history._clock = lambda: 1e9
    shown.sample.draw(7)
    assert shown.latent.row(0).at_default
    shown.explorer.history.undo()
    assert shown.latent.row(0).default == drawn[0]
    assert not shown.latent.row(0).at_default


def test_codes_reset_to_their_middle_and_reach_further_when_asked(show: Show) -> None:
    shown = show()
    shown.codes.rows[0].move_to(0.5)
    shown.codes.reach._buttons["2"].click()
    assert (shown.codes.rows[0].low, shown.codes.rows[0].high) == (-2, 2)
    assert shown.value("codes")[0] == 0.5
    shown.codes._reset.click()
    assert shown.value("codes") == [0, 0]
    assert not shown.codes._reset.isEnabled()


# -- classes and categories ------------------------------------------------------------------------------------------


def test_a_click_takes_only_that_class(show: Show) -> None:
    shown = show(CLASSES)
    QTest.mouseClick(shown.weights.buttons[3], LEFT, NONE)
    assert shown.value("class") == np.eye(10)[3].tolist()
    assert [button.isChecked() for button in shown.weights.buttons] == [index == 3 for index in range(10)]
    QTest.mouseClick(shown.weights.buttons[3], LEFT, NONE)  # again: it stays chosen
    assert shown.weights.buttons[3].isChecked()
    shown.explorer.history.undo()
    assert not shown.weights.buttons[3].isChecked()


def test_shift_mixes_in_equal_shares_and_takes_out_again(show: Show) -> None:
    shown = show(CLASSES)
    QTest.mouseClick(shown.weights.buttons[0], LEFT, NONE)
    for index in (1, 2):
        QTest.mouseClick(shown.weights.buttons[index], LEFT, SHIFT)
    assert shown.value("class")[:4] == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0])
    assert shown.weights.mix.isChecked()
    assert shown.weights.list.isVisible()
    QTest.mouseClick(shown.weights.buttons[0], LEFT, SHIFT)
    assert shown.value("class")[:4] == pytest.approx([0, 0.5, 0.5, 0])
    shown.weights.mix.click()  # off: the heaviest alone
    assert sorted(shown.value("class")) == [0] * 9 + [1]
    assert not shown.weights.list.isVisible()


def test_mixing_sliders_always_add_up_to_one_and_come_back(show: Show) -> None:
    shown = show(CLASSES)
    QTest.mouseClick(shown.weights.buttons[0], LEFT, NONE)
    shown.weights.toggle(1)
    shown.weights.toggle(2)
    row = shown.weights.rows[2]
    QTest.mousePress(row, LEFT, NONE, QPoint(round(row.place(row.value)), 14))
    row.move_to(1.0)
    assert shown.value("class")[2] == 1
    row.move_to(0.5)
    assert shown.value("class")[:3] == pytest.approx([0.25, 0.25, 0.5])
    QTest.mouseRelease(row, LEFT, NONE, QPoint(10, 14))
    assert shown.weights.rows[0].value == pytest.approx(0.25)


def test_digits_choose_while_the_section_has_the_keyboard(show: Show) -> None:
    shown = show()
    shown.weights.buttons[0].setFocus()
    QTest.keyClick(shown.weights.buttons[0], Qt.Key.Key_7)
    assert shown.value("category") == np.eye(10)[7].tolist()
    assert shown.weights.buttons[7].hasFocus()


def test_a_digit_means_the_class_of_that_name(show: Show) -> None:
    shown = show((ClassLabel("digit", ("3", "5", "8")), LatentVector("z", 2)))
    shown.weights.buttons[0].setFocus()
    QTest.keyClick(shown.weights.buttons[0], Qt.Key.Key_8)
    assert shown.value("digit") == [0, 0, 1]


def test_a_mixture_from_elsewhere_pushes_nothing_away(show: Show) -> None:
    shown = show(CLASSES)
    state = shown.explorer.state
    assert state is not None
    high = shown.weights.sizeHint().height()
    shown.explorer.edit(state.moved("class", np.full(10, 0.1, np.float32)), "restore")
    assert all(button.isChecked() for button in shown.weights.buttons)
    assert shown.weights.sizeHint().height() == high
    shown.weights.mix.click()
    assert [row.value for row in shown.weights.rows] == pytest.approx([0.1] * 10)


def test_very_many_classes_are_in_a_list(show: Show) -> None:
    shown = show((ClassLabel("class", tuple(f"name {index}" for index in range(60))), LatentVector("z", 2)))
    assert shown.weights.buttons == []
    assert shown.weights.combo is not None
    shown.weights.combo.activated.emit(59)
    assert shown.value("class")[59] == 1


@pytest.mark.parametrize(
    ("weights", "index", "value", "wanted"),
    [
        ([1, 0, 0], 0, 0.4, [0.4, 0.3, 0.3]),  # nothing to scale: to all others alike
        ([0.5, 0.3, 0.2], 0, 0.0, [0, 0.6, 0.4]),
        ([0.5, 0.3, 0.2], 1, 7.0, [0, 1, 0]),
        ([1], 0, 0.2, [1]),
    ],
)
def test_weights_add_up_to_one(weights: list[float], index: int, value: float, wanted: list[float]) -> None:
    assert mixed(np.asarray(weights), index, value).tolist() == pytest.approx(wanted)


# -- seed, truncation, which generator -------------------------------------------------------------------------------


def test_seeds_are_typed_stepped_and_drawn_again(show: Show) -> None:
    shown = show()
    first = shown.value("z")
    shown.sample.row.neighbours[1].click()
    assert shown.sample.row.seed == 1
    assert shown.value("z") != first
    shown.sample.row.neighbours[0].click()
    assert shown.value("z") == first
    assert not shown.sample.row.neighbours[0].isEnabled()
    shown.latent.row(0).move_to(2)
    assert shown.sample.again.isEnabled()
    assert "moved" in shown.sample.row.title.text()
    shown.sample.again.click()
    assert shown.value("z") == first
    shown.sample.row.edit.lineEdit().setText("12")
    shown.sample.row.edit.commit()
    assert shown.explorer.state is not None
    assert shown.explorer.state.seed == 12


def test_a_seed_that_is_none_is_said_in_place(show: Show) -> None:
    shown = show()
    before = shown.explorer.state
    shown.sample.row.edit.lineEdit().setText("-3")
    shown.sample.row.edit.commit()
    assert shown.sample.row.problem.isVisible()
    assert "-3" in shown.sample.row.problem.text()
    assert shown.explorer.state is before
    shown.sample.row.neighbours[1].click()
    assert shown.explorer.state is not before


def test_a_new_seed_is_another_one(show: Show) -> None:
    shown = show()
    before = shown.value("z")
    shown.panel.new_seed()
    assert shown.value("z") != before
    assert shown.explorer.state is not None
    assert shown.explorer.state.seed == shown.sample.row.seed


def test_truncation_leaves_position_and_seed_alone(show: Show) -> None:
    shown = show()
    before = shown.value("z")
    assert shown.sample.truncation is not None
    shown.sample.truncation.move_to(0.4)
    assert shown.explorer.state is not None
    assert (shown.explorer.state.truncation, shown.explorer.state.seed) == (0.4, 0)
    assert shown.value("z") == before


def test_generators_are_chosen(show: Show) -> None:
    shown = show((GeneratorIndex("generator", 3), LatentVector("z", 2)))
    section = shown.panel.section(IndexSection)
    assert section is not None
    section._choose(0)
    section.choice._buttons["2"].click()  # type: ignore[union-attr]
    assert shown.value("generator") == 2
    section._reset.click()
    assert section.choice.value == "0"  # type: ignore[union-attr]


# -- latents ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [("12", ["z 12"]), ("z 12", ["z 12"]), ("3, 40 7", ["z 3", "z 7", "z 40"]), ("10-12", ["z 10", "z 11", "z 12"])],
)
def test_numbers_are_found(show: Show, text: str, names: list[str]) -> None:
    shown = show()
    shown.latent.search.setText(text)
    assert shown.order() == names
    shown.latent.search.clear()
    assert len(shown.order()) == 62


def test_a_search_that_finds_nothing_says_what_there_is(show: Show) -> None:
    shown = show()
    for text in ("0", "63", "slant", "999999-1000000"):
        shown.latent.search.setText(text)
        assert shown.order() == []
        assert "1 to 62" in shown.latent.problem.text()
    shown.latent.search.clear()
    assert not shown.latent.problem.isVisible()


def test_pinned_rows_come_first(show: Show) -> None:
    shown = show()
    QTest.keyClick(shown.latent.row(9), Qt.Key.Key_P)
    QTest.keyClick(shown.latent.row(4), Qt.Key.Key_P)
    assert shown.order()[:3] == ["z 10", "z 5", "z 1"]
    QTest.keyClick(shown.latent.row(9), Qt.Key.Key_P)
    assert shown.order()[:3] == ["z 5", "z 1", "z 2"]
    assert len(shown.order()) == 62


def test_ranking_puts_what_changes_the_picture_first(qtbot: QtBot, show: Show) -> None:
    shown = show((LatentVector("z", 12),))
    shown.latent.order._buttons["effect"].click()
    assert shown.latent.bar.isVisible()
    pump(qtbot, shown.explorer, lambda: shown.panel.ranking.shares)
    assert not shown.latent.bar.isVisible()
    assert shown.order()[:2] == ["z 1", "z 2"]  # the toy's weights are 1, 1/2, 1/3, …
    shares = shown.panel.ranking.shares["z"]
    assert shown.order() == [f"z {index + 1}" for index in np.argsort(-shares, kind="stable")]
    assert shown.latent.row(0).share == pytest.approx(float(shares[0]))
    shown.latent.order._buttons["number"].click()
    assert shown.order() == [f"z {index + 1}" for index in range(12)]
    assert np.isnan(shown.latent.row(0).share)


def test_ranking_that_is_not_wanted_any_more_ends(qtbot: QtBot, show: Show) -> None:
    shown = show()
    shown.latent.order._buttons["effect"].click()
    shown.latent.order._buttons["number"].click()
    assert shown.panel.ranking.progress < 0
    pump(qtbot, shown.explorer, lambda: shown.explorer.service.idle)
    assert shown.panel.ranking.shares == {}


def test_up_and_down_go_from_row_to_row_into_sight(show: Show) -> None:
    shown = show(height=400)
    shown.latent.row(0).setFocus()
    for _time in range(4):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_PageDown)
    row = shown.latent.row(40)
    assert row.hasFocus()
    assert (
        shown.panel.scroll_area.viewport().rect().contains(row.mapTo(shown.panel.scroll_area.viewport(), QPoint(1, 1)))
    )
    tabs = [one for one in shown.latent.list.rows if one.focusPolicy() == Qt.FocusPolicy.StrongFocus]
    assert tabs == [row]


def test_long_vectors_show_their_rows_in_parts(show: Show) -> None:
    shown = show((LatentVector("z", 300),))
    assert len(shown.order()) == 128
    shown.latent._more.click()
    shown.latent._more.click()
    assert len(shown.order()) == 300
    assert not shown.latent._more.isVisible()
    shown.latent.row(299).move_to(1.5)
    assert shown.value("z")[299] == 1.5


def test_a_row_that_is_shown_late_stands_where_it_should(show: Show) -> None:
    shown = show((LatentVector("z", 300),))
    shown.explorer.edit(shown.explorer.drawn_from(9), "elsewhere")
    shown.latent.search.setText("300")
    assert shown.latent.list.rows[0].value == pytest.approx(shown.value("z")[299])
    assert shown.latent.list.rows[0].at_default


def test_randomise_draws_this_vector_only(show: Show) -> None:
    shown = show()
    before = {name: shown.value(name) for name in ("z", "codes", "category")}
    shown.latent.dice.click()
    assert shown.value("z") != before["z"]
    assert (shown.value("codes"), shown.value("category")) == (before["codes"], before["category"])
    assert shown.latent.row(0).at_default


def test_a_vector_travels_through_the_clipboard(show: Show) -> None:
    shown = show()
    before = shown.value("z")
    shown.latent.copy.click()
    assert len(json.loads(QGuiApplication.clipboard().text())) == 62
    shown.sample.row.neighbours[1].click()
    shown.latent.paste.click()
    assert shown.value("z") == before


def test_numbers_with_spaces_are_pasted_by_the_keyboard(show: Show) -> None:
    shown = show(PLANE)
    row = shown.latent.row(0)
    row.setFocus()
    QGuiApplication.clipboard().setText(" 0.25\n−0.5 ")
    QTest.keyClick(row, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shown.value("z") == [0.25, -0.5]


def test_what_cannot_be_pasted_is_said_in_place_and_changes_nothing(show: Show) -> None:
    shown = show()
    before = shown.explorer.state
    for text, words in (("1 2 3", "takes 62"), ("a b", "numbers only"), ("", "no text"), ('{"z": 1}', "numbers only"),
                        ("[" * 5000, "numbers only"), ("nan " * 62, "not finite")):  # fmt: skip
        QGuiApplication.clipboard().setText(text)
        shown.latent.paste.click()
        assert words in shown.latent.problem.text(), text
        assert shown.latent.problem.isVisible()
    assert shown.explorer.state is before
    QGuiApplication.clipboard().setText("0 " * 62)
    shown.latent.paste.click()
    assert not shown.latent.problem.isVisible()


@pytest.mark.parametrize("text", ["1,2", "[1, 2]", "(1; 2)", "1\t2", "[1.0,2]"])
def test_vectors_are_read_however_they_are_written(text: str) -> None:
    assert read_vector(LatentVector("z", 2), text).tolist() == [1, 2]


@pytest.mark.parametrize("text", ["1e9 0", "[[1, 2]]", "null", "x" * 2_000_000])
def test_vectors_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_vector(LatentVector("z", 2), text)


# -- other generators ------------------------------------------------------------------------------------------------


def test_the_same_controls_keep_their_rows_and_others_make_new_ones(show: Show) -> None:
    shown = show()
    latent = shown.latent
    shown.explorer._take(opened(INFOGAN, title="another step"))
    assert shown.latent is latent
    shown.explorer._take(opened(PLANE))
    assert [section.title for section in shown.panel.sections] == ["Sample", "Latent z"]
    assert shown.order() == ["z 1", "z 2"]
    shown.latent.row(1).move_to(0.3)
    assert shown.value("z")[1] == pytest.approx(0.3)


def test_another_generator_in_the_middle_of_a_drag(show: Show) -> None:
    shown = show()
    row = shown.latent.row(2)
    QTest.mousePress(row, LEFT, NONE, QPoint(round(row.place(row.value)), 14))
    row.move_to(1.0)
    assert shown.explorer.history.grouping
    shown.explorer._take(opened(CLASSES))
    assert not shown.explorer.history.grouping
    shown.latent.row(0).move_to(1.0)
    assert shown.explorer.history.can_undo


def test_what_could_not_be_opened_leaves_rows_and_ranking(qtbot: QtBot, show: Show) -> None:
    shown = show()
    shown.latent.order._buttons["effect"].click()
    pump(qtbot, shown.explorer, lambda: shown.panel.ranking.shares)
    shares = shown.panel.ranking.shares
    shown.explorer.opening = "another one"
    shown.explorer.source_changed.emit()
    shown.explorer.opening = ""
    shown.explorer.source_changed.emit()
    assert shown.panel.ranking.shares is shares
    assert shown.panel.ranking.progress < 0


def test_a_closed_generator_leaves_an_empty_panel(show: Show) -> None:
    shown = show()
    shown.explorer.close()
    assert shown.panel.sections == []


def test_a_panel_that_is_gone_hears_nothing_any_more(qtbot: QtBot) -> None:
    with exploring(qtbot, drawn=False) as explorer:
        panel = ControlsPanel(explorer)
        panel.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        explorer.edit(explorer.drawn_from(3), "elsewhere")
        assert explorer.state is not None
        assert explorer.state.seed == 3


def test_the_sliders_follow_after_the_picture(qtbot: QtBot, hosted: Callable[..., None]) -> None:
    with exploring(qtbot, PLANE) as explorer:
        panel = ControlsPanel(explorer)
        hosted(panel, 304, 600)
        shown = Shown(explorer, panel)
        for seed in (3, 4, 5):
            explorer.edit(explorer.drawn_from(seed), "elsewhere")
        qtbot.waitUntil(lambda: shown.latent.list.rows[0].value == pytest.approx(shown.value("z")[0]))
