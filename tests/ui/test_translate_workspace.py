"""The Translate workspace: giving, drawing, turning round, looking, taking home; by mouse and by keyboard."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.actions import Action
from ganstudio.app.generators.picture_session import session_of
from ganstudio.core.controls import ClassLabel
from ganstudio.core.errors import StudioError
from ganstudio.explore.batch_translation import MANIFEST
from ganstudio.explore.picture_file import read_session
from ganstudio.explore.state import read_value
from ganstudio.explore.translating import seen
from ganstudio.ui.controls.choices import WeightsSection
from ganstudio.ui.controls.class_slots import ClassSlots
from ganstudio.ui.controls.seeds import SeedRow
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.generator_page.exports import PictureDialog
from ganstudio.ui.kit.files import LARGEST_PASTE, png_of
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.translate.actions import shortcut_rows
from ganstudio.ui.translate.exports import BatchDialog
from ganstudio.ui.translate.workspace import TranslateWorkspace
from ganstudio.ui.window import MainWindow
from tests.explore.toy_translators import CLASSES, FEW, MAP, SIZE, SKETCH, TWO_WAYS, take
from tests.ui.audit import problems
from tests.ui.canvas_kit import pen
from tests.ui.explore_window import Told, drop
from tests.ui.translate_kit import drawn, translating_window, until
from tests.ui.window_kit import wait

LEFT, NOTHING = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def photo(path: Path, size: tuple[int, int] = (40, 24)) -> Path:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), np.uint8)).save(path)
    return path


def on(page: TranslateWorkspace, x: float, y: float) -> QPoint:
    """Where a pixel of the input is on the widget."""
    return page.stage.input.viewport.to_widget(QPointF(x, y)).toPoint()


def stroke(qtbot: QtBot, page: TranslateWorkspace, *points: tuple[float, float]) -> None:
    view = page.stage.input
    qtbot.mousePress(view, LEFT, NOTHING, on(page, *points[0]))
    for point in points[1:]:
        qtbot.mouseMove(view, on(page, *point))
    qtbot.mouseRelease(view, LEFT, NOTHING, on(page, *points[-1]))


def wheel(view: object, up: bool, modifiers: Qt.KeyboardModifier = NOTHING) -> None:
    at = QPointF(view.width() / 2, view.height() / 2)  # type: ignore[attr-defined]
    event = QWheelEvent(
        at, QPointF(view.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120 if up else -120),  # type: ignore[attr-defined]
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)  # type: ignore[call-overload]


def array(image: QImage) -> np.ndarray:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    return np.array(rgb.constBits()).reshape(rgb.height(), rgb.bytesPerLine())[:, : 3 * rgb.width()]


# -- nothing is open --------------------------------------------------------------------------------------------------


def test_the_empty_state_offers_a_run_that_can_be_trained_at_once(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, told: Told, tmp_path: Path
) -> None:
    started = []
    monkeypatch.setattr("ganstudio.ui.translate.workspace.bundled_path", lambda _place: None)
    with translating_window(qtbot, ()) as (window, page):
        assert page.pages.currentWidget() is page._empty
        monkeypatch.setattr(window.studio, "start", started.append)
        qtbot.mouseClick(page._empty.button, LEFT)
        assert started[0].data == "edges-digits"
        assert window.studio.draft.experiment.data == "edges-digits"
        asked = []
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: asked.append(1) or "")
        qtbot.mouseClick(page.open_link, LEFT)
        assert asked
        assert drop(window, photo(tmp_path / "photo.png"))
        wait(qtbot, lambda: told.said("Open a run that translates first"))
        for name in ("paste", "draw", "batch", "save", "copy", "swap"):
            assert not window.table[f"translate.{name}"].enabled()


def test_the_run_that_is_looked_at_is_followed_while_it_trains(qtbot: QtBot) -> None:
    from tests.app.translator_rig import EXPERIMENT
    from tests.ui.window_kit import opened, train

    with opened(qtbot) as window:
        page = window.workspace("translate")
        assert isinstance(page, TranslateWorkspace)
        model = train(qtbot, window, EXPERIMENT.with_(steps=10**6, name="live"))
        assert window.current_workspace == "train"
        window.show_workspace("translate")
        wait(qtbot, lambda: page.translator.following is model and page.translator.output is not None)
        assert "step" in page.stage.output.tags[0]
        step = page.translator.step
        wait(qtbot, lambda: page.translator.step > step)
        window.show_workspace("train")
        step = page.translator.step
        qtbot.waitUntil(lambda: model.step > step + 20, timeout=20_000)
        assert page.translator.step == step  # nobody looks: the training is not disturbed


# -- giving -----------------------------------------------------------------------------------------------------------


def test_opening_pasting_dropping(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    with translating_window(qtbot) as (window, page):
        translator = page.translator
        file = photo(tmp_path / "one.png")
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (str(file), ""))
        window.table.run("file.open")
        until(qtbot, translator, lambda: translator.state.picture.name == "one.png")
        drawn(qtbot, translator)
        assert "one.png" in page.stage.input_foot.name.text()
        clipboard = QApplication.clipboard()
        clipboard.clear()
        window.table.run("translate.paste")
        assert told.said("no picture on the clipboard")
        image = QImage(300, 200, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.black)
        clipboard.setImage(image)
        window.table.run("translate.paste")
        until(qtbot, translator, lambda: translator.state.picture.name == "pasted picture")
        assert drawn(qtbot, translator).min() == 255
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(photo(tmp_path / "two.png")))])
        clipboard.setMimeData(data)
        window.table.run("translate.paste")
        until(qtbot, translator, lambda: translator.state.picture.name == "two.png")
        assert drop(window, photo(tmp_path / "three.jpg"))
        until(qtbot, translator, lambda: translator.state.picture.name == "three.jpg")
        drawn(qtbot, translator)
        window.table.run("edit.undo")
        assert translator.state.picture.name == "two.png"
        clipboard.clear()
        assert not told.errors


def test_a_huge_paste_is_made_small_first() -> None:
    huge = QImage(9000, 30, QImage.Format.Format_RGB32)
    huge.fill(Qt.GlobalColor.red)
    assert QImage.fromData(png_of(huge)).width() == LARGEST_PASTE


def test_pictures_of_the_data_by_mouse_and_by_keyboard(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (_window, page):
        translator, strip = page.translator, page.strip
        qtbot.mouseClick(strip, LEFT, pos=strip.cell(2).center())
        assert translator.state.picture is strip.pictures[2]
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Return):
            qtbot.keyClick(strip, key)
        assert translator.state.picture is strip.pictures[3]
        night = translator.shelf.found.of(1)
        qtbot.mouseClick(page.toolbar.direction._buttons["1"], LEFT)
        assert strip.pictures is night
        qtbot.keyClick(strip, Qt.Key.Key_End)
        qtbot.keyClick(strip, Qt.Key.Key_Space)
        assert translator.state.picture is night[-1]
        drawn(qtbot, translator)
        wheel(strip, False)


# -- drawing ----------------------------------------------------------------------------------------------------------


def test_the_ink_is_there_before_the_network_and_the_output_follows_the_stroke(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (window, page):
        translator, view, pen = page.translator, page.stage.input, page.stage.pen
        window.table.run("translate.draw")
        assert pen.tool == "pen"
        white = drawn(qtbot, translator)
        assert white.max() == 0  # the negative of white paper
        qtbot.mousePress(view, LEFT, NOTHING, on(page, 4, 8))
        before = array(view.image)
        qtbot.mouseMove(view, on(page, 12, 8))
        assert not np.array_equal(array(view.image), before)  # at once, without waiting for anything
        assert translator.drawing
        half = drawn(qtbot, translator)
        assert half.max() > 150
        qtbot.mouseRelease(view, LEFT, NOTHING, on(page, 12, 8))
        assert not translator.drawing
        assert translator.history.undo_label == "Draw"
        window.table.run("edit.undo")
        np.testing.assert_array_equal(drawn(qtbot, translator), white)
        window.table.run("edit.redo")
        np.testing.assert_array_equal(drawn(qtbot, translator), half)
        window.table.run("translate.eraser")
        pen.set_width(64)
        stroke(qtbot, page, (1, 1), (15, 15), (1, 15), (15, 1))
        np.testing.assert_array_equal(drawn(qtbot, translator), white)
        assert translator.history.undo_label == "Erase"


def test_keys_and_wheel_change_the_pen(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (window, page):
        view, pen, bar = page.stage.input, page.stage.pen, page.stage.input_foot.pen
        view.setFocus()
        assert not window.table["translate.wider"].enabled()
        qtbot.keyClick(view, Qt.Key.Key_B)
        assert pen.tool == "pen"
        assert page.stage.input_foot.currentWidget() is bar
        width = pen.width
        qtbot.keyClick(view, Qt.Key.Key_BracketRight)
        assert pen.width > width
        wider = pen.width
        wheel(view, True)
        assert pen.width > wider
        wheel(view, False)
        qtbot.keyClick(view, Qt.Key.Key_BracketLeft)
        assert pen.width == pytest.approx(width, abs=0.3)
        zoom = view.viewport.scale
        wheel(view, True, Qt.KeyboardModifier.ControlModifier)
        assert view.viewport.scale > zoom
        bar.width_slider.setValue(bar.width_slider.maximum())
        assert pen.width == 64
        qtbot.keyClick(view, Qt.Key.Key_E)
        assert pen.tool == "eraser"
        bar.ink.setCurrentIndex(4)
        bar.ink.activated.emit(4)
        assert (pen.tool, pen.ink.name) == ("pen", "white")
        bar.width_slider.setFocus()
        zoom = page.stage.output.viewport.scale
        for key in (Qt.Key.Key_Plus, Qt.Key.Key_V):
            qtbot.keyClick(bar.width_slider, key)
        assert page.stage.output.viewport.scale > zoom
        assert pen.tool == "hand"


def test_a_tablets_pen_draws_with_its_pressure_and_its_other_end_erases(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (_window, page):
        view, translator = page.stage.input, page.translator
        translator.give_blank()
        drawn(qtbot, translator)
        page.stage.pen.set_tool("pen")
        page.stage.pen.set_width(5)
        blank = translator.state.picture.pixels.copy()

        def inked(pressure: float, eraser: bool = False) -> int:
            for kind, x in ((QEvent.Type.TabletPress, 2), (QEvent.Type.TabletMove, 7), (QEvent.Type.TabletRelease, 7)):
                pen(view, kind, x, 4, pressure, eraser)
            return int((translator.state.picture.pixels != blank).any(axis=0).sum())

        light = inked(0.2)
        full = inked(1.0)
        assert 0 < light < full
        assert inked(1.0, eraser=True) < full  # its soft edge stays
        assert page.stage.pen.tool == "pen"
        assert translator.history.undo_label == "Erase"


def test_classes_are_drawn_and_taken_up(qtbot: QtBot) -> None:
    with translating_window(qtbot, MAP) as (_window, page):
        translator, view, bar = page.translator, page.stage.input, page.stage.input_foot.pen
        pen = page.stage.pen
        assert [bar.ink.itemText(row) for row in range(bar.ink.count())] == [one.name for one in CLASSES]
        translator.give_blank(1)
        pen.set_tool("pen")
        bar.ink.activated.emit(2)
        pen.set_width(3)
        stroke(qtbot, page, (3, 3), (12, 3))
        drawn(qtbot, translator)
        assert set(np.unique(translator.state.picture.pixels)) == {1, 2}
        np.testing.assert_array_equal(
            array(view.image), seen(translator.given, translator.state.picture.pixels).reshape(SIZE, -1)
        )
        qtbot.mouseClick(view, LEFT, Qt.KeyboardModifier.AltModifier, on(page, 8, 12))
        assert pen.ink.name == CLASSES[1].name
        assert bar.ink.currentText() == CLASSES[1].name


def test_a_colour_that_is_taken_up_from_the_picture(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (_window, page):
        view, pen = page.stage.input, page.stage.pen
        pen.set_tool("pen")
        qtbot.mouseClick(view, LEFT, Qt.KeyboardModifier.AltModifier, on(page, 3.5, 4.5))
        pixels = page.translator.state.picture.pixels
        assert pen.ink.value == tuple(pixels[:, 4, 3].tolist())
        assert page.stage.input_foot.pen.ink.currentText() == "taken up"
        pen.set_width(4)
        stroke(qtbot, page, (10, 10), (11, 10))
        assert tuple(page.translator.state.picture.pixels[:, 10, 10].tolist()) == pen.ink.value


def test_escape_and_undo_during_a_stroke(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (window, page):
        translator, view = page.translator, page.stage.input
        page.stage.pen.set_tool("pen")
        before = translator.state
        qtbot.mousePress(view, LEFT, NOTHING, on(page, 4, 8))
        qtbot.mouseMove(view, on(page, 12, 8))
        qtbot.keyClick(view, Qt.Key.Key_Escape)
        assert translator.state is before
        qtbot.mouseMove(view, on(page, 3, 3))
        qtbot.mouseRelease(view, LEFT, NOTHING, on(page, 3, 3))
        assert translator.state is before
        stroke(qtbot, page, (2, 2), (9, 9))
        first = translator.state
        qtbot.mousePress(view, LEFT, NOTHING, on(page, 4, 8))
        qtbot.mouseMove(view, on(page, 12, 8))
        window.table.run("edit.undo")
        qtbot.mouseRelease(view, LEFT, NOTHING, on(page, 12, 8))
        assert translator.state is before
        window.table.run("edit.redo")
        assert translator.state is first
        qtbot.mousePress(view, LEFT, NOTHING, on(page, 4, 8))
        take(translator, SKETCH, "another")  # another network in the middle of a stroke
        qtbot.mouseMove(view, on(page, 12, 8))
        qtbot.mouseRelease(view, LEFT, NOTHING, on(page, 12, 8))
        drawn(qtbot, translator)


# -- looking ----------------------------------------------------------------------------------------------------------


def test_directions_swap_and_the_way_back(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (_window, page):
        translator, stage = page.translator, page.stage
        titles = [column.title.text() for column in stage.columns]
        assert titles == ["Day", "Night", "Day again"]
        assert stage.columns[2].isVisible()
        assert "%" in stage.back_note.text()
        output = drawn(qtbot, translator).copy()
        stage.output.setFocus()
        qtbot.keyClick(stage.output, Qt.Key.Key_D)
        assert translator.direction == 1
        assert [column.title.text() for column in stage.columns] == ["Night", "Day", "Night again"]
        np.testing.assert_array_equal(array(stage.input.image), output.reshape(SIZE, -1))
        assert page.toolbar.direction.value == "1"
        drawn(qtbot, translator)
        take(translator, SKETCH, "one way")
        drawn(qtbot, translator)
        assert not stage.columns[2].isVisible()
        assert page.toolbar.direction is None
        assert not page.toolbar.swap.isVisible()


def test_before_and_after(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (window, page):
        stage = page.stage
        stage.input.setFocus()
        qtbot.keyClick(stage.input, Qt.Key.Key_C)
        view = stage.output
        assert stage.comparing
        assert view.hasFocus()
        assert view.divided
        qtbot.waitUntil(lambda: view.width() > 400)
        qtbot.keyClick(view, Qt.Key.Key_Right)
        assert view.split == pytest.approx(0.55)
        qtbot.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        assert view.split == pytest.approx(0.54)
        qtbot.keyClick(view, Qt.Key.Key_Home)
        middle = view.height() // 2
        left = array(view.grab().toImage())[middle, 3 * (view.width() // 2) : 3 * (view.width() // 2) + 30]
        qtbot.keyClick(view, Qt.Key.Key_End)
        right = array(view.grab().toImage())[middle, 3 * (view.width() // 2) : 3 * (view.width() // 2) + 30]
        assert not np.array_equal(left, right)
        start = QPoint(round(view.place().right()), middle)  # the line is there
        qtbot.mousePress(view, LEFT, NOTHING, start)
        qtbot.mouseMove(view, QPoint(view.width() // 2, middle))
        qtbot.mouseRelease(view, LEFT, NOTHING, QPoint(view.width() // 2, middle))
        assert view.split == pytest.approx(0.5, abs=0.02)
        window.table.run("translate.pen")  # one draws on the input, so that has to be seen
        assert not stage.comparing
        assert page.toolbar.view.value == "beside"


def test_zooming_and_moving_is_done_in_all_pictures(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (_window, page):
        stage = page.stage
        assert len({view.viewport.scale for view in stage.views}) == 1
        page.toolbar.zoom._buttons["4"].click()
        assert {view.zoom for view in stage.views} == {"4"}
        for _ in range(8):
            wheel(stage.output, True)
        assert len({view.viewport.scale for view in stage.views}) == 1
        assert not any(button.isChecked() for button in page.toolbar.zoom._buttons.values())
        middle = stage.output.rect().center()
        qtbot.mousePress(stage.output, LEFT, NOTHING, middle)
        qtbot.mouseMove(stage.output, middle + QPoint(40, 25))
        qtbot.mouseRelease(stage.output, LEFT, NOTHING, middle + QPoint(40, 25))
        assert len({view.viewport.origin.toTuple() for view in stage.views}) == 1
        qtbot.keyClick(stage.back, Qt.Key.Key_0)
        assert {view.zoom for view in stage.views} == {"fit"}
        assert page.toolbar.zoom.value == "fit"


def test_the_fit_of_pictures(qtbot: QtBot, tmp_path: Path) -> None:
    with translating_window(qtbot) as (_window, page):
        translator, box = page.translator, page.stage.input_foot.fit
        translator.give_file(photo(tmp_path / "wide.png", (60, 20)))
        crop = drawn(qtbot, translator).copy()
        box.setCurrentIndex(1)
        box.activated.emit(1)
        assert not np.array_equal(drawn(qtbot, translator), crop)
        assert translator.state.fit == "pad"


def test_style_and_attributes_have_their_row(qtbot: QtBot) -> None:
    with translating_window(qtbot, MAP) as (_window, page):
        translator, row = page.translator, page.controls
        assert row.isVisible()
        first = drawn(qtbot, translator).copy()
        row.findChildren(QPushButton)[0].click()
        second = drawn(qtbot, translator).copy()
        assert not np.array_equal(first, second)
        (slider,) = row.findChildren(ValueSlider)
        slider.setFocus()
        qtbot.keyClick(slider, Qt.Key.Key_Right)
        assert not np.array_equal(drawn(qtbot, translator), second)
        take(translator, SKETCH, "plain")
        assert not row.isVisible()
        take(translator, (*SKETCH, ClassLabel("class", ("cat", "dog", "fox"))), "three")
        section = row.section(WeightsSection)
        assert section is not None
        section.choose(1)
        section.toggle(2)
        assert translator.state.position["class"].tolist() == [0, 0.5, 0.5]
        qtbot.waitUntil(lambda: [one.value for one in section.rows] == [0, 0.5, 0.5])
        assert section.rows[2].isVisible()


def test_pictures_of_a_class_and_noise_have_their_row(qtbot: QtBot, tmp_path: Path) -> None:
    with translating_window(qtbot, FEW) as (_window, page):
        translator, row = page.translator, page.controls
        first = drawn(qtbot, translator).copy()
        (seed,) = row.findChildren(SeedRow)
        seed.choose(seed.seed ^ 1)
        second = drawn(qtbot, translator).copy()
        assert not np.array_equal(first, second)
        (slots,) = row.findChildren(ClassSlots)
        slots.take(0, [photo(tmp_path / "a.png")])
        until(qtbot, translator, lambda: translator.state is not None and translator.state.position["pictures"].any())
        third = drawn(qtbot, translator).copy()
        assert not np.array_equal(second, third)
        session = json.loads(json.dumps(session_of(translator)["state"]))
        translator.history.undo()
        np.testing.assert_array_equal(drawn(qtbot, translator), second)
        assert translator.state is not None
        for control in translator.dials:
            value = read_value(control, session["settings"][control.name])
            translator.edit(translator.state.moved(control.name, value), "back")
        np.testing.assert_array_equal(drawn(qtbot, translator), third)


def test_a_network_that_fails_says_so_in_place(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with translating_window(qtbot) as (_window, page):
        translator = page.translator

        def fails(_values: object) -> None:
            raise StudioError("There is no memory for this.")

        monkeypatch.setattr(translator.opened.generator, "generate", fails)
        translator.give(translator.shelf.found.of(0)[1])
        until(qtbot, translator, lambda: translator.error is not None)
        assert page.stage.output.accessibleDescription() == "There is no memory for this."
        monkeypatch.undo()
        translator.give(translator.shelf.found.of(0)[2])
        drawn(qtbot, translator)
        assert page.stage.output.accessibleDescription() == ""


# -- taking home ------------------------------------------------------------------------------------------------------


def test_a_saved_picture_brings_everything_back(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    from tests.app.translator_rig import store_run

    run = store_run(tmp_path / "run")
    with translating_window(qtbot, ()) as (window, page):
        translator = page.translator
        page.open_path(run)
        drawn(qtbot, translator)
        translator.give_file(photo(tmp_path / "photo.png"))
        picture = drawn(qtbot, translator).copy()
        chosen = tmp_path / "saved.png"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: (str(chosen), ""))
        for action, columns in (("save", 1), ("save-both", 2)):
            window.table.run(f"translate.{action}")
            until(qtbot, translator, lambda: page.findChildren(PictureDialog))
            (dialog,) = page.findChildren(PictureDialog)
            dialog.scale.setValue(2)
            dialog.go.click()
            qtbot.waitUntil(lambda: not page.findChildren(PictureDialog))
            with Image.open(chosen) as saved:
                assert saved.size == (64 * columns, 64)
        session = read_session(chosen)
        assert session["kind"] == "translate"
        assert len(json.dumps(session)) < 10_000
        qtbot.mouseClick(page.strip, LEFT, pos=page.strip.cell(1).center())
        drawn(qtbot, translator)
        window.show_workspace("train")
        assert drop(window, chosen)
        until(qtbot, translator, lambda: translator.state.picture.name == "photo.png")
        assert window.current_workspace == "translate"
        np.testing.assert_array_equal(drawn(qtbot, translator), picture)
        assert not told.errors


def test_copying(qtbot: QtBot) -> None:
    with translating_window(qtbot) as (window, page):
        clipboard = QApplication.clipboard()
        for name, image in (("copy", page.stage.output.image), ("copy-input", page.stage.input.image)):
            clipboard.clear()
            window.table.run(f"translate.{name}")
            np.testing.assert_array_equal(array(clipboard.image()), array(image))
        clipboard.clear()


def test_a_folder_is_translated_beside_the_window(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        photo(photos / f"{number}.jpg")
    (photos / "bad.png").write_bytes(b"bad")
    with translating_window(qtbot) as (window, page):
        window.table.run("translate.batch")
        (dialog,) = page.findChildren(BatchDialog)
        dialog.go.click()
        assert "no such folder" in dialog.problem.text()
        dialog.pictures.setText(str(photos))
        assert dialog.results.text() == str(tmp_path / "photos-translated")
        wait(qtbot, lambda: "4 pictures" in dialog.words.text())
        dialog.results.setText(str(tmp_path / "gone" / "deep"))
        dialog.go.click()
        assert "results should go" in dialog.problem.text()
        dialog.results.setText(str(tmp_path / "out"))
        dialog.go.click()
        until(qtbot, page.translator, lambda: told.said("3 of 4 pictures"))
        assert told.said("bad.png")
        assert len(list((tmp_path / "out").glob("*.png"))) == 3
        assert json.loads((tmp_path / "out" / MANIFEST).read_text("utf-8"))["ended"] == "done"
        page.exports.start_batch(photos, photos, "crop")
        until(qtbot, page.translator, lambda: told.said("over the pictures themselves (bad.png)"))
        assert len(list(photos.iterdir())) == 4


def test_cancelling_a_folder(qtbot: QtBot, tmp_path: Path, told: Told) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(60):
        photo(photos / f"{number}.png")
    with translating_window(qtbot) as (window, page):
        page.exports.start_batch(photos, tmp_path / "out", "crop")
        jobs, title = window.studio.jobs, "Translating a folder"  # other work may run beside it
        until(qtbot, page.translator, lambda: any(job.title == title for job in jobs.running))
        for job in jobs.running:
            job.cancel()
        until(qtbot, page.translator, lambda: told.said("Stopped."))
        assert not told.errors


def test_saving_while_another_run_is_opened(qtbot: QtBot, told: Told) -> None:
    with translating_window(qtbot) as (_window, page):
        page.exports.save_picture()
        take(page.translator, TWO_WAYS, "another")
        assert told.said("Nothing was saved")
        drawn(qtbot, page.translator)
        assert not page.findChildren(PictureDialog)


# -- the whole --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("controls", [(), SKETCH, TWO_WAYS, MAP, FEW])
def test_everything_has_a_name_and_is_reached_by_keyboard(qtbot: QtBot, controls: tuple) -> None:
    with translating_window(qtbot, controls) as (_window, page):
        assert problems(page) == []
        for name in ("light", "dark"):
            set_theme(name)
            page.grab()


def test_it_fits_the_smallest_window(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (window, page):
        window.resize(1024, 700)
        qtbot.waitUntil(lambda: window.width() == 1024)
        assert page.minimumSizeHint().width() <= 952
        bar = page.toolbar
        for controls in (SKETCH, TWO_WAYS):
            take(page.translator, controls, "another")
            drawn(qtbot, page.translator)
            parts = [part for part in (bar.open, bar.direction, bar.view, bar.zoom) if part is not None]
            qtbot.waitUntil(
                lambda parts=parts: all(part.isVisible() and part.width() >= part.sizeHint().width() for part in parts)
            )


def test_the_menu_of_the_pictures(qtbot: QtBot) -> None:
    with translating_window(qtbot, TWO_WAYS) as (_window, page):
        page.stage.output.menu_requested.emit(page.mapToGlobal(QPoint(200, 200)))
        (menu,) = [menu for menu in page.findChildren(QMenu) if menu.isVisible()]
        titles = [action.text().replace("&", "") for action in menu.actions() if action.text()]
        assert "Save the output…" in titles
        assert "Swap input and output" in titles
        menu.close()


def test_keys_are_listed(qtbot: QtBot) -> None:
    with translating_window(qtbot, ()) as (window, _page):
        rows: list[Action] = [action for action in window.table if action.context == "translate"]
        assert len(rows) > 12
        assert {("From the data", "Go from picture to picture; translate it", "Arrow keys; Enter")} <= set(
            shortcut_rows()
        )
        assert set(shortcut_rows()) <= set(window.shortcut_rows)


def test_three_hundred_random_deeds(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told) -> None:
    dice = random.Random(7)
    files = [str(photo(tmp_path / "a.png")), str(photo(tmp_path / "b.jpg")), ""]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_a, **_k: (dice.choice(files), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, **_k: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_a, **_k: "")
    with translating_window(qtbot, TWO_WAYS) as (window, page):
        names = [action.id for action in window.table if action.context == "translate"]
        for _ in range(300):
            _deed(qtbot, dice, window, page, names)
            page.translator.pump()
            for dialog in window.findChildren(QDialog):
                dialog.reject()
            popup = QApplication.activePopupWidget()
            if popup is not None:
                popup.close()
            QApplication.processEvents()
        page.stage.pen.set_tool("hand")
        drawn(qtbot, page.translator)
        assert page.translator.error is None
        assert not told.errors


def _deed(qtbot: QtBot, dice: random.Random, window: MainWindow, page: TranslateWorkspace, names: list[str]) -> None:
    view = dice.choice([*page.stage.views, page.strip])
    at = QPoint(dice.randrange(max(1, view.width())), dice.randrange(max(1, view.height())))
    match dice.randrange(9):
        case 0 | 1:
            qtbot.mousePress(view, LEFT, NOTHING, at)
            for _ in range(dice.randrange(4)):
                qtbot.mouseMove(view, at + QPoint(dice.randrange(-60, 60), dice.randrange(-60, 60)))
            if dice.random() < 0.9:
                qtbot.mouseRelease(view, LEFT, NOTHING, at)
        case 2:
            wheel(view, dice.random() < 0.5, dice.choice([NOTHING, Qt.KeyboardModifier.ControlModifier]))
        case 3:
            keys = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Plus, Qt.Key.Key_0, Qt.Key.Key_Escape, Qt.Key.Key_End)
            qtbot.keyClick(view, dice.choice(keys))
        case 4:
            window.table.run(dice.choice(["edit.undo", "edit.undo", "edit.redo"]))
        case 5:
            take(page.translator, dice.choice([SKETCH, TWO_WAYS, MAP]), dice.choice("ab"))
        case 6:
            page.stage.set_zoom(dice.choice(["fit", "1", "2", "4"]))
        case _:
            window.table.run(dice.choice(names))
