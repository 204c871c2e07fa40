from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from ganstudio.app.drafts import DEFAULT, ExperimentDraft
from ganstudio.app.generators.catalogue import DataCard, MethodCard
from ganstudio.core.dataspec import DataSpec, MapClass
from ganstudio.core.experiment import Experiment
from ganstudio.core.fields import FieldSpec
from ganstudio.ui.experiment import DataCheckView, ExperimentPanel
from ganstudio.ui.experiment.check import ProblemModel
from ganstudio.ui.experiment.search_combo import SearchCombo
from ganstudio.ui.kit.theme import current_theme

LR = FieldSpec("lr", "Learning rate", "Step.", "float", 2e-4, low=0, high=1, low_open=True, log=True, live=True)
WIDTH = FieldSpec("width", "Width", "Units.", "int", 64, low=4, high=4096)
SIZE = FieldSpec("size", "Size", "Pixels.", "int", 32, low=8, high=128)


class FakeCatalogue:
    def __init__(self, mnist: bool = False) -> None:
        images, both = ("images",), ("points", "images")
        self.methods = tuple(
            MethodCard(
                name, name.upper(), "A paper", 2016, "", "Look.", kinds, fields=(LR, WIDTH), kind_defaults=defaults
            )
            for name, kinds, defaults in (
                ("dcgan", images, {}),
                ("gan", both, {"points": {"width": 16}}),
            )
        )
        self.datasets = (
            DataCard("ring", "Ring of 8", "", "points", "", True, False, (), False),
            DataCard("drawing", "Drawing", "", "points", "", True, False, (), True),
            DataCard("digits", "Digits", "", "images", "", True, False, (SIZE,), False),
            DataCard("mnist", "MNIST", "", "images", "", mnist, True, (), False),
            DataCard("folder", "Folder", "", "images", "", True, False, (), True),
        )

    def method(self, name: str) -> Any:
        return {card.name: card for card in self.methods}[name]

    def dataset(self, name: str) -> Any:
        return {card.name: card for card in self.datasets}[name]


@pytest.fixture
def panel(qtbot: Any, hosted: Any) -> ExperimentPanel:
    panel = ExperimentPanel(ExperimentDraft(DEFAULT))
    panel.set_catalogue(FakeCatalogue())  # type: ignore[arg-type]
    hosted(panel, 300, 700)
    return panel


def test_waits_for_the_catalogue(qtbot: Any, hosted: Any) -> None:
    panel = ExperimentPanel()
    hosted(panel, 300, 700)
    assert not panel.start.isVisible()
    panel.set_catalogue(FakeCatalogue())  # type: ignore[arg-type]
    assert panel.start.isVisible()
    assert panel.start.isEnabled()


def test_start_takes_what_is_half_typed(panel: ExperimentPanel, qtbot: Any) -> None:
    panel.hyper.row("lr").editor.lineEdit().setText("1e-8")
    with qtbot.waitSignal(panel.start_requested) as caught:
        panel.start.click()
    assert caught.args[0].hyper == {"lr": 1e-8}


def test_start_refuses_what_cannot_be_used(panel: ExperimentPanel, qtbot: Any) -> None:
    panel.hyper.row("lr").editor.lineEdit().setText("7")
    with qtbot.assertNotEmitted(panel.start_requested):
        panel.start.click()
    assert not panel.start.isEnabled()
    assert "Learning rate" in panel.start.toolTip()
    panel.hyper.row("lr").reset_button.click()
    assert panel.start.isEnabled()


def test_edits_reach_the_draft_and_undo_reaches_the_form(panel: ExperimentPanel) -> None:
    editor = panel.hyper.row("width").editor
    editor.lineEdit().setText("128")
    editor.commit()
    assert panel.draft.experiment.hyper == {"width": 128}
    panel.undo_button.click()
    assert editor.lineEdit().text() == "64"
    panel.redo_button.click()
    assert editor.lineEdit().text() == "128"
    panel.hyper.row("width").reset_button.click()
    assert panel.draft.experiment.hyper == {}


def test_patience_is_asked_for_beside_the_steps(panel: ExperimentPanel) -> None:
    row = panel.run_form.row("patience")
    assert [one.name for one in panel.run_form.rows][:2] == ["steps", "patience"]
    assert row.editor.value() == 0
    row.editor.lineEdit().setText("3000")
    row.editor.commit()
    assert panel.draft.experiment.patience == 3000
    panel.undo_button.click()
    assert panel.draft.experiment.patience == row.editor.value() == 0
    panel.redo_button.click()
    assert panel.draft.experiment.patience == row.editor.value() == 3000
    panel.show_run(Experiment("gan", "ring", patience=70), "running")
    assert (row.editor.value(), row.editor.isEnabled()) == (70, False)


def test_wrong_kind_of_data_is_explained(panel: ExperimentPanel) -> None:
    panel.draft.set_data("ring")
    assert not panel.start.isEnabled()
    assert "2-D points" in panel.data.problem.text()
    panel.draft.set_method("gan")
    assert panel.start.isEnabled()
    assert panel.data.problem.text() == ""
    assert panel.hyper.values()["width"] == 16, "defaults follow the kind of data"


def press(*keys: Qt.Key | str) -> None:
    """Keys where they go: to the list that is open, else to what has the keyboard."""
    for key in keys:
        to = QApplication.activePopupWidget() or QApplication.focusWidget()
        QTest.keyClicks(to, key) if isinstance(key, str) else QTest.keyClick(to, key)


def lines(combo: SearchCombo) -> list[str]:
    """What the open list shows."""
    model = combo.popup.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())] if combo.popup.isVisible() else []


def test_the_method_box_is_clicked_typed_in_and_left(panel: ExperimentPanel) -> None:
    combo, keys = panel.method.combo, Qt.Key
    line = combo.lineEdit()
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    assert lines(combo) == ["What is minimised", "DCGAN · 2016", "GAN · 2016"]
    assert line.selectedText() == "DCGAN · 2016", "typing replaces what stands there"
    press("ga")
    assert (line.text(), lines(combo)) == ("ga", ["What is minimised", "DCGAN · 2016", "GAN · 2016"])
    press(keys.Key_Enter)
    assert (panel.draft.experiment.method, line.text(), lines(combo)) == ("gan", "GAN · 2016", [])
    press("rubbish")
    assert lines(combo) == ["Nothing is called that"]
    press(keys.Key_Escape)
    assert (panel.draft.experiment.method, line.text(), lines(combo)) == ("gan", "GAN · 2016", [])
    press(keys.Key_Down, keys.Key_Up, keys.Key_Return)
    assert panel.draft.experiment.method == "dcgan", "arrow keys walk over headings"
    press("gan", keys.Key_Tab)
    assert panel.draft.experiment.method == "gan", "Tab takes what was typed"
    assert not combo.hasFocus()
    combo.setFocus()
    press(keys.Key_Down, keys.Key_Tab)
    assert panel.draft.experiment.method == "gan", "and keeps what was only looked at"
    combo.setFocus()
    press("d")
    line.clear()
    QTest.mouseClick(combo.popup.viewport(), Qt.MouseButton.LeftButton, pos=combo.popup.visualRect(
        combo.popup.model().index(0, 0)).center())  # fmt: skip
    assert combo.popup.isVisible(), "a heading is no choice"
    QTest.mouseClick(combo.popup.viewport(), Qt.MouseButton.LeftButton, pos=combo.popup.visualRect(
        combo.popup.model().index(1, 0)).center())  # fmt: skip
    assert (panel.draft.experiment.method, line.text()) == ("dcgan", "DCGAN · 2016")


def test_what_does_not_fit_is_grey_says_why_and_brings_what_fits(panel: ExperimentPanel) -> None:
    panel.draft.set_data("ring", method="gan")
    QTest.mouseClick(panel.method.combo.lineEdit(), Qt.MouseButton.LeftButton)
    why = "DCGAN · 2016\nneeds images: takes “Digits” with it"
    assert why in lines(panel.method.combo)
    model = panel.method.combo.popup.model()
    assert model.index(1, 0).data(Qt.ItemDataRole.ForegroundRole).color().name() == current_theme().text_muted
    press("dcgan", Qt.Key.Key_Return)
    assert (panel.draft.experiment.method, panel.draft.experiment.data) == ("dcgan", "digits")
    assert panel.start.isEnabled()
    panel.undo_button.click()
    assert (panel.draft.experiment.method, panel.draft.experiment.data) == ("gan", "ring"), "one step"
    panel.draft.set_data("folder:/mine", method="dcgan")
    QTest.mouseClick(panel.data.combo.lineEdit(), Qt.MouseButton.LeftButton)
    assert "Ring of 8\nis made of 2-D points: takes GAN with it" in lines(panel.data.combo)
    press("ring", Qt.Key.Key_Return)
    assert (panel.draft.experiment.method, panel.draft.experiment.data) == ("gan", "ring")
    panel.draft.set_method("dcgan")  # as a drop may leave it
    assert "DCGAN trains on images, and Ring of 8 is made of 2-D points." in panel.data.problem.text()
    assert not panel.start.isEnabled()
    QTest.mouseClick(panel.data.remedy, Qt.MouseButton.LeftButton)
    assert (panel.draft.experiment.data, panel.data.remedy.isVisible()) == ("digits", False)


def test_the_wheel_over_a_box_scrolls_the_page(panel: ExperimentPanel) -> None:
    for box in (panel.method.combo, panel.run_form.row("steps").editor):
        box.setFocus() if box is panel.method.combo else panel.setFocus()
        place, nothing = QPointF(5, 5), (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
        turn = QWheelEvent(place, box.mapToGlobal(place), QPoint(), QPoint(0, -120), *nothing,
                           Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(box, turn)
        assert not turn.isAccepted()
    assert panel.draft.experiment == DEFAULT


def test_options_of_the_data(panel: ExperimentPanel) -> None:
    editor = panel.data.form.row("size").editor
    editor.lineEdit().setText("16")
    editor.commit()
    assert panel.draft.experiment.data == "digits:size=16"
    panel.data.form.row("size").reset_button.click()
    assert panel.draft.experiment.data == "digits"


@pytest.mark.parametrize(
    ("data", "shown"),
    [("digits", {"check"}), ("mnist", {"download"}), ("drawing", {"draw"}), ("folder", {"folder"})],
)
def test_the_buttons_fit_the_data(panel: ExperimentPanel, data: str, shown: set[str]) -> None:
    panel.draft.set_data(data)
    buttons = {name for name in ("check", "draw", "folder", "download") if getattr(panel.data, name).isVisible()}
    assert buttons == shown


def test_download_with_progress_and_cancel(panel: ExperimentPanel, qtbot: Any) -> None:
    panel.draft.set_data("mnist")
    with qtbot.waitSignal(panel.data.download_requested) as caught:
        panel.data.download.click()
    assert caught.args == ["mnist"]
    panel.data.set_download("mnist", 0.5, "5 of 10 MB")
    assert panel.data.progress.value() == 500
    assert not panel.data.download.isVisible()
    with qtbot.waitSignal(panel.data.cancel_download):
        panel.data.cancel.click()
    panel.data.set_download("", None)
    assert panel.data.download.isVisible()
    panel.set_catalogue(FakeCatalogue(mnist=True))  # type: ignore[arg-type]
    assert panel.start.isEnabled()


def test_a_run_shows_what_it_had_before_there_was_a_choice(panel: ExperimentPanel) -> None:
    catalogue = FakeCatalogue()
    slope = FieldSpec("slope", "Slope", "Of the negative side.", "float", 0.3, low=0, high=1, before=0.2)
    catalogue.methods = tuple(replace(card, fields=(*card.fields, slope)) for card in catalogue.methods)
    panel.set_catalogue(catalogue)  # type: ignore[arg-type]
    for hyper, shown in (({}, 0.3), ({"lr": 1e-3, "width": 16}, 0.2), ({"lr": 1e-3, "width": 16, "slope": 0.1}, 0.1)):
        panel.show_run(Experiment("gan", "ring", hyper=hyper), "running")
        assert panel.hyper.row("slope").editor.value() == shown


def test_running_shows_the_run_and_leaves_live_values_open(panel: ExperimentPanel, qtbot: Any) -> None:
    panel.show_run(Experiment("gan", "ring", hyper={"lr": 1e-3}), "running")
    assert not panel.start.isVisible()
    assert not panel.hyper.row("width").editor.isEnabled()
    assert not panel.method.combo.isEnabled()
    editor = panel.hyper.row("lr").editor
    assert editor.value() == 1e-3
    with qtbot.waitSignal(panel.live_value_edited) as caught:
        editor.stepBy(1)
    assert caught.args == ["lr", 2e-3]
    panel.hyper.search.setText("learning")
    panel.show_run(Experiment("gan", "ring", hyper={"lr": 2e-3}), "running")
    assert panel.hyper.search.text() == "learning", "the same run"
    panel.show_run(Experiment("gan", "ring", hyper={"lr": 2e-3}), "paused", "another")
    assert panel.hyper.search.text() == ""
    with qtbot.waitSignal(panel.duplicate_requested):
        panel.duplicate.click()
    with qtbot.waitSignal(panel.extend_requested) as caught:
        panel.run_form.row("steps").editor.stepBy(1)
    for mode, why in (("elsewhere", "Another process"), ("finished", "not training")):
        panel.set_mode(mode)  # type: ignore[arg-type]
        assert not editor.isEnabled()
        assert why in editor.toolTip()
    panel.set_mode("draft")
    assert panel.draft.experiment == DEFAULT
    assert panel.method.combo.key == "dcgan"
    assert panel.hyper.row("width").editor.isEnabled()


def test_a_long_name_is_elided_and_whole_in_the_tooltip(panel: ExperimentPanel) -> None:
    panel.show_run(Experiment("gan", "ring", name="a very long name " * 20), "running")
    assert panel._title.width() <= panel.width()
    assert "a very long name " * 19 in panel._title.toolTip()
    assert panel.width() == 300


def test_undo_says_what_a_person_calls_it(panel: ExperimentPanel) -> None:
    panel.hyper.row("lr").editor.stepBy(1)
    assert "Learning rate" in panel.undo_button.toolTip()
    panel.run_form.row("steps").editor.stepBy(1)
    assert "Steps" in panel.undo_button.toolTip()


def test_a_draft_outlives_its_panel(qtbot: Any) -> None:
    draft = ExperimentDraft()
    panel = ExperimentPanel(draft)
    panel.set_catalogue(FakeCatalogue())  # type: ignore[arg-type]
    panel.deleteLater()
    qtbot.wait(10)
    draft.set(steps=5)
    assert draft.experiment.steps == 5


def report(problems: Any = 0, **changes: Any) -> Any:
    if isinstance(problems, int):
        problems = tuple(
            SimpleNamespace(file=f"a/{n}.jpg", what="is cut off", action="dropped" if n % 2 else "converted")
            for n in range(problems)
        )
    found = {
        "spec": DataSpec("folder:/x", "images", 1500, 3, 64, ("cat", "dog")),
        "sizes": ((640, 480, 1000), (1, 1, 500)),
        "modes": {"RGB": 1400, "CMYK": 100},
        "balance": {"cat": 1200, "dog": 300},
        "shares": {},
        "problems": problems,
        "changes": ("All were resized to 64 × 64.",),
        "warnings": (),
        "preview": np.full((7, 16, 16, 3), 200, np.uint8),
    }
    return SimpleNamespace(**(found | changes))


@pytest.fixture
def view(qtbot: Any, hosted: Any) -> DataCheckView:
    view = DataCheckView()
    hosted(view, 900, 640)
    return view


def test_the_verdict(view: DataCheckView) -> None:
    view.set_report(report())
    assert "1,500 items are ready" in view.verdict.text()
    assert not view.problems.isVisible()
    view.set_report(report(problems=5))
    assert "2 files were left out" in view.verdict.text()
    assert view.problems.isVisible()
    view.set_report(
        report(problems=1, spec=DataSpec("folder:/x", "images", 0), balance={}, preview=np.zeros((0, 8, 8, 3)))
    )
    assert "Nothing here can be used" in view.verdict.text()
    assert not view.start.isEnabled()


def test_a_file_with_two_oddities_is_one_file(view: DataCheckView) -> None:
    twice = tuple(SimpleNamespace(file="a.jpg", what=what, action="converted") for what in ("is turned", "is CMYK"))
    view.set_report(SimpleNamespace(**(vars(report()) | {"problems": twice})))
    assert view.model.rowCount() == 2
    assert "1 file converted" in [one.text() for one in view.findChildren(QLabel)]


def test_what_is_broken_is_seen_first(view: DataCheckView) -> None:
    odd = [SimpleNamespace(file=f"{n}.png", what="is CMYK", action="converted") for n in range(9)]
    view.set_report(report(problems=(*odd, SimpleNamespace(file="x.png", what="is cut off", action="dropped"))))
    index = view.model.index
    assert [index(row, 0).data() for row in (0, 1, 9)] == ["x.png", "0.png", "8.png"]


def test_thousands_of_problems_can_be_searched_and_copied(view: DataCheckView) -> None:
    view.set_report(report(problems=20_000))
    view.search.setText("19999 left out")
    assert view.model.rowCount() == 1
    view.copy.click()
    assert QGuiApplication.clipboard().text() == "a/19999.jpg\tis cut off\tleft out"


def test_copies_only_the_selected_rows_and_tab_leaves_them(view: DataCheckView) -> None:
    view.set_report(report(problems=10))
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Tab)
    assert not view.table.hasFocus(), "what starts the training lies behind it"
    view.table.selectRow(1)
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "a/3.jpg\tis cut off\tleft out"


def test_progress_cancel_failure(view: DataCheckView, qtbot: Any) -> None:
    view.set_progress(0.25, "250 of 1,000 files")
    assert view.progress.value() == 250
    view.set_failure("The folder is empty: choose another.")
    assert view._failure.isVisible()
    view.set_progress(None)
    with qtbot.waitSignal(view.rejected):
        view.cancel.click()


def test_points_and_images_are_painted(view: DataCheckView) -> None:
    points = np.zeros((100, 2), np.float32)
    view.set_report(
        report(spec=DataSpec("ring", "points", 100, extent=2.0), preview=points, balance={}, sizes=(), modes={})
    )
    image = view.preview.grab().toImage()
    middle = image.pixelColor(view.preview.rect().center())
    assert middle.green() > middle.red() + 40, "real data are green"
    view.set_report(report())
    assert view.preview.grab().toImage().pixelColor(view.preview.rect().center()).red() > 100


def test_the_model_keeps_qt_s_rules(qtbot: Any, qtmodeltester: Any) -> None:
    model = ProblemModel()
    model.set_problems(report(problems=5).problems)
    qtmodeltester.check(model)


def test_label_maps_show_pairs_and_the_pixels_of_each_class(view: DataCheckView) -> None:
    classes = (MapClass("sky", (1, 2, 3)), MapClass("sign", (4, 5, 6)))
    spec = DataSpec("maps:/x", "maps", 30, 3, 64, map_classes=classes, sides=("map", "picture"))
    view.set_report(
        report(spec=spec, balance={}, shares={"sky": 99.98, "sign": 0.02}, preview=np.zeros((6, 8, 8, 3), np.uint8))
    )
    assert "2 classes" in view._facts.text()
    assert view._balance_title.text() == "Pixels per class"
    assert "sign: < 0.1\N{NO-BREAK SPACE}%" in view.balance.accessibleName()
    assert view.preview._columns(6, 8, 8) % 2 == 0, "input and output stay side by side"
    spec = DataSpec("domains:/x", "domains", 30, 3, 64, input_count=20, input_channels=3, sides=("day", "night"))
    view.set_report(report(spec=spec, balance={}))
    assert "20 of “day” (left), 30 of “night” (right)" in view._facts.text()
