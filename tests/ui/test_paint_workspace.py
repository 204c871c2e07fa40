"""The Paint workspace in the real window: brush and keyboard, saving and dropping back, runs that train, restarts."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.paint.tools import TOOLS
from ganstudio.ui.generator_page.exports import PictureDialog
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.paint.exports import PaintingFilmDialog
from ganstudio.ui.paint.map_dialog import MapDialog
from ganstudio.ui.paint.opening import SceneDialog
from ganstudio.ui.paint.workspace import PaintWorkspace
from ganstudio.ui.window import MainWindow
from tests.ui.audit import problems
from tests.ui.canvas_kit import wheel
from tests.ui.explore_window import Told, drop
from tests.ui.paint_kit import (
    answer,
    dialog,
    drawn,
    expected,
    experiment,
    made,
    paint,
    painting_window,
    store_spade,
    stroke,
    there,
)
from tests.ui.window_kit import close_window, open_window, opened, train, wait

# -- painting -------------------------------------------------------------------------------------------------------------


def test_it_begins_with_an_example_and_a_stroke_changes_the_picture(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        first = drawn(qtbot, page.painter)
        assert page.painter.document is not None
        assert page.painter.document.name == page.painter.source.examples()[0].name
        assert len(np.unique(page.painter.document.ids)) > 3
        page.canvas.choose_class(5)
        stroke(page, (0.2, 0.2), (0.8, 0.3))
        after = drawn(qtbot, page.painter)
        assert not np.array_equal(first, after)
        assert np.array_equal(after, expected(page.painter))
        assert page.result.image == to_image(after)
        assert page.canvas.underlay == to_image(after)


def test_single_keys_work_wherever_the_workspace_has_the_keyboard(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        canvas, options = page.canvas, page.canvas.options
        slider, strip, tools = next(iter(page.style_panel.controls.rows.values())), page.style_panel.strip, page.tools
        elsewhere = (page.result, slider, strip, tools.size_slider, tools.buttons["line"], page.bar.save,
                     page.palette_.list, page.bar.times.findChildren(QPushButton)[0], canvas)  # fmt: skip
        for widget in elsewhere:
            options.set(chosen=0, tool="brush", size=8)
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            assert widget.hasFocus(), widget
            for key in (Qt.Key.Key_3, Qt.Key.Key_E, Qt.Key.Key_BracketRight):
                QTest.keyClick(widget, key)
            assert (options.chosen, options.tool, options.size) == (2, "eraser", 9), widget
            widget.setFocus()
            canvas.fit()
            page.result.set_zoom("fit")
            before = canvas.zoom, page.result.viewport.scale
            QTest.keyClick(widget, Qt.Key.Key_Plus)
            after = canvas.zoom, page.result.viewport.scale
            which = 1 if widget is page.result else 0  # the picture that has the keyboard, else the canvas
            assert after[which] > before[which], widget
            assert after[1 - which] == before[1 - which], widget
            QTest.keyClick(widget, Qt.Key.Key_0)
            assert (canvas.zoom, page.result.viewport.scale) == before
        field = page.palette_.search
        field.setFocus()
        QTest.keyClicks(field, "4e]")
        assert field.text() == "4e]"
        assert (options.chosen, options.tool) == (2, "eraser")


def test_undo_and_redo_go_through_strokes_and_styles(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (window, page):
        first = drawn(qtbot, page.painter)
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.8), (0.9, 0.8))
        slider = page.style_panel.controls.rows["style", 0]
        slider.move_to(2.0)
        slider.released.emit()
        last = drawn(qtbot, page.painter)
        for _index in range(2):
            assert window.table.run("edit.undo")
        assert not window.table["edit.undo"].enabled()
        assert np.array_equal(drawn(qtbot, page.painter), first)
        wait(qtbot, lambda: slider.value == 0)
        for _index in range(2):
            assert window.table.run("edit.redo")
        assert np.array_equal(drawn(qtbot, page.painter), last)


def test_sliders_follow_and_attributes_say_where_they_stand(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        rows = page.style_panel.controls.rows
        row = rows["time of day", 0]
        wait(qtbot, lambda: row.name.endswith("afternoon"))  # one begins in daylight
        assert page.style_panel.seed.title.text() == "Seed"
        row.move_to(-1)
        assert row.name.endswith("night")
        row.move_to(1)
        assert row.name.endswith("noon")
        page.style_panel.reset.click()
        wait(qtbot, lambda: row.value == 0)
        page.painter.edit(page.painter.drawn_from(12), "Seed")
        assert page.style_panel.seed.seed == 12
        state = page.painter.state
        assert state is not None
        wait(qtbot, lambda: rows["style", 3].value == pytest.approx(float(state.position["style"][3])))


def test_a_click_in_the_strip_takes_a_style(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        strip = page.style_panel.strip
        wait(qtbot, lambda: all(strip.item(place) is not None for place in range(strip.count)))
        before = drawn(qtbot, page.painter)
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.cell(6).center())
        assert not np.array_equal(drawn(qtbot, page.painter), before)
        assert page.painter.history.undo() == "Take a style"
        strip.setFocus()
        QTest.keyClick(strip, Qt.Key.Key_Right)
        QTest.keyClick(strip, Qt.Key.Key_Return)
        assert page.painter.history.can_undo


def chosen_in(menu: QMenu, *words: str) -> None:
    """Opens a menu as its button does, and chooses an entry of it, or of a menu in it."""
    menu.aboutToShow.emit()
    for word in words:
        (entry,) = [one for one in menu.actions() if one.text() == word]
        menu = entry.menu() or menu
    entry.trigger()


def named(qtbot: QtBot, page: PaintWorkspace, name: str) -> None:
    """Answers the question for a name."""
    wait(qtbot, lambda: [one for one in page.findChildren(QInputDialog) if one.isVisible()])
    (box,) = [one for one in page.findChildren(QInputDialog) if one.isVisible()]
    box.setTextValue(name)
    QTest.keyClick(box, Qt.Key.Key_Return)


def test_a_style_is_named_kept_and_there_again_in_the_next_window(
    qtbot: QtBot, tmp_path: Path, spade: Path, told: Told
) -> None:
    path = Path(shutil.copytree(spade, tmp_path / "run"))
    with painting_window(qtbot, path) as (_window, page):
        painter, menu = page.painter, page.style_panel.kept.menu()
        painter.take_variant(2)
        style = drawn(qtbot, painter)
        for name in ("Evening", "Evening"):  # names are told apart
            chosen_in(menu, "Keep this style…")
            named(qtbot, page, name)
        assert painter.kept.names == ["Evening", "Evening 2"]
        painter.take_variant(4)
        assert not np.array_equal(drawn(qtbot, painter), style)
        chosen_in(menu, "Evening")
        assert np.array_equal(drawn(qtbot, painter), style)
        chosen_in(menu, "Rename", "Evening 2")
        named(qtbot, page, "Dusk & rain")
        assert painter.kept.names == ["Evening", "Dusk & rain"]
        chosen_in(menu, "Delete", "Evening")
        assert painter.kept.names == ["Dusk & rain"]
        assert painter.history.undo() == "Delete a style"
        assert painter.kept.names == ["Evening", "Dusk & rain"]
        painter.history.redo()
        assert painter.kept.names == ["Dusk & rain"]
    with painting_window(qtbot, path) as (_window, page):
        assert page.painter.kept.names == ["Dusk & rain"]
        page.painter.take_variant(4)
        chosen_in(page.style_panel.kept.menu(), "Dusk && rain")
        assert np.array_equal(drawn(qtbot, page.painter), style)
        page.painter.kept.remove("Dusk & rain")
        page.painter._take(made())  # no generator has those of another
        assert page.painter.kept.names == []
        page.painter.open_run(path)
        there(qtbot, page, path)
        assert page.painter.kept.names == []
    assert not told.errors


def test_sliders_do_not_change_places_under_the_mouse(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        panel, painter = page.style_panel.controls, page.painter
        wait(qtbot, lambda: painter.pump() or painter.effects)

        def order() -> list[int]:
            rows = [(row.y(), row.x(), key[1]) for key, row in panel.rows.items() if key[0] == "style"]
            return [number for *_place, number in sorted(rows)]

        def show(*effects: float) -> None:
            painter.effects = {"style": np.array(effects, np.float32)}
            painter.effects_changed.emit()

        show(1.0, 0.4, 0.3, 0.2, 0.1)
        wait(qtbot, lambda: order() == [0, 1, 2, 3, 4])
        panel.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)  # as the system does
        show(0.1, 0.2, 0.3, 0.4, 1.0)
        qtbot.wait(100)
        assert order() == [0, 1, 2, 3, 4]
        panel.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
        wait(qtbot, lambda: order() == [4, 3, 2, 1, 0])


def test_the_result_is_shown_at_every_size_and_beside_the_one_before(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (window, page):
        result = page.result
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.8), (0.9, 0.8))
        drawn(qtbot, page.painter)
        for name, times in (("1", 1), ("2", 2), ("4", 4)):
            page.bar.times.chosen.emit(name)
            assert result.place().width() == pytest.approx(64 * times, abs=1)
        for name in ("", "2"):  # three times its size is none of them
            wheel(result, -1)
            assert (result.zoom, page.bar.times.value) == (name, name)
        page.bar.times.chosen.emit("fit")
        assert result.place().width() > 64
        assert window.table.run("paint.compare")
        assert result.comparing
        place = result.place()
        line = QPoint(round(place.center().x()), round(place.center().y()))
        QTest.mousePress(result, Qt.MouseButton.LeftButton, pos=line)
        QTest.mouseMove(result, line + QPoint(round(place.width() / 4), 0))
        QTest.mouseRelease(result, Qt.MouseButton.LeftButton, pos=line + QPoint(round(place.width() / 4), 0))
        assert result.split == pytest.approx(0.75, abs=0.05)
        result.grab()
        assert page.bar.compare.isChecked()
        assert window.table.run("paint.under")
        assert not result.isVisible()
        assert page.canvas.options.opacity < 1
        page.bar.compare.click()
        assert result.isVisible()
        assert result.comparing


def test_the_mouse_over_the_picture_tells_the_class(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        place = page.result.place()
        QTest.mouseMove(page.result, (place.topLeft() + QPointF(4, 4)).toPoint())
        assert page.result.hover_text == "sky"
        page.result.hovered.emit(-1, -1)
        assert page.result.hover_text == ""


# -- canvases -------------------------------------------------------------------------------------------------------------


def test_canvases_are_made_renamed_closed_and_brought_back(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (window, page):
        canvases = page.painter.canvases
        menu = page.bar.start.menu()
        menu.aboutToShow.emit()
        first, other = (example.name for example in page.painter.source.examples()[:2])
        next(one for one in menu.actions() if one.text() == other).trigger()
        assert page.canvas.document is canvases.current
        assert canvases.current is not None
        assert canvases.current.name == other
        window.table.run("paint.duplicate-canvas")
        assert canvases.current.name == f"{other} 2"
        page.canvas.choose_class(7)
        window.table.run("paint.new")
        assert set(np.unique(canvases.current.ids)) == {7}
        canvases.rename(canvases.current, "All water")
        window.table.run("paint.close-canvas")
        assert "All water" not in [one.name for one in canvases.documents]
        assert window.table.run("paint.reopen-canvas")
        menu = page.bar.canvas.menu()
        menu.aboutToShow.emit()
        assert [one.text() for one in menu.actions() if one.isChecked()] == ["All water"]
        next(one for one in menu.actions() if one.text() == first).trigger()
        assert page.canvas.document is canvases.documents[0]
        drawn(qtbot, page.painter)


def test_maps_of_the_data_are_painted_on_and_their_pictures_give_a_style(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        box = dialog(qtbot, page, SceneDialog, lambda: page.opening.choose_scene(False))
        wait(qtbot, lambda: box.list.count() == 16)
        box.list.setCurrentRow(3)
        box.go.click()
        scenes = page.painter.source.scenes.found
        assert page.painter.document is not None
        assert np.array_equal(page.painter.document.ids, scenes[3].ids)
        box = dialog(qtbot, page, SceneDialog, lambda: page.opening.choose_scene(True))
        box.list.setCurrentRow(2)
        box.go.click()
        wait(qtbot, lambda: page.painter.history.undo_label == "Style of a picture")
        drawn(qtbot, page.painter)


def test_everything_is_there_again_in_the_next_window(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.2))
        page.painter.take_variant(0)
        picture, ids = drawn(qtbot, page.painter), page.painter.canvases.documents[0].ids.copy()
    with painting_window(qtbot, spade) as (_window, page):
        assert len(page.painter.canvases.documents) == 1
        assert page.painter.document is not None
        assert np.array_equal(page.painter.document.ids, ids)
        assert np.array_equal(drawn(qtbot, page.painter), picture)


# -- taking home ----------------------------------------------------------------------------------------------------------


def test_a_picture_that_is_dropped_back_restores_everything(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "painting.png"
    answer(monkeypatch, path)
    with painting_window(qtbot, spade) as (window, page):
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.7))
        page.painter.take_variant(4)
        picture = drawn(qtbot, page.painter)
        assert page.painter.document is not None
        assert page.painter.state is not None
        ids, style = page.painter.document.ids.copy(), page.painter.state
        box = dialog(qtbot, page, PictureDialog, page.exports.save_picture)
        box.scale.setValue(2)
        box.choose()
        assert path.is_file()
        stroke(page, (0.1, 0.9), (0.9, 0.9))
        page.painter.close()
        window.show_workspace("train")
        assert drop(window, path)
        assert window.current_workspace == "paint"
        there(qtbot, page, spade)
        assert np.array_equal(page.painter.document.ids, ids)
        for name, value in style.position.items():
            assert np.array_equal(page.painter.state.position[name], value)
        assert np.array_equal(drawn(qtbot, page.painter), picture)


def test_label_map_both_and_film_are_written(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told
) -> None:
    from PIL import Image

    from ganstudio.explore.canvas import read_label_png

    with painting_window(qtbot, spade) as (window, page):
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.7))
        drawn(qtbot, page.painter)
        assert page.painter.document is not None
        answer(monkeypatch, tmp_path / "map")
        assert window.table.run("paint.save-map")
        assert np.array_equal(read_label_png(tmp_path / "map.png").ids, page.painter.document.ids)
        answer(monkeypatch, tmp_path / "both.png")
        box = dialog(qtbot, page, PictureDialog, page.exports.save_both)
        box.scale.setValue(1)
        box.choose()
        with Image.open(tmp_path / "both.png") as both:
            assert both.size == (64 + 4 + 64, 64)
        answer(monkeypatch, tmp_path / "film.gif")
        film = dialog(qtbot, page, PaintingFilmDialog, page.exports.save_film)
        film.scale.setValue(1)
        film.choose()
        wait(qtbot, lambda: (tmp_path / "film.gif").is_file() and told.said("film.gif"))
        with Image.open(tmp_path / "film.gif") as gif:
            assert gif.n_frames == 2
        window.table.run("paint.copy")
        assert QGuiApplication.clipboard().image().width() == 64
        window.table.run("paint.copy-map")
        assert QGuiApplication.clipboard().image().pixelColor(0, 0).red() == 140


def test_a_label_map_that_is_dropped_becomes_a_canvas_and_a_photo_a_style(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told
) -> None:
    from PIL import Image

    from ganstudio.core.labelmaps import colour_map

    with painting_window(qtbot, spade) as (window, page):
        painter = page.painter
        assert painter.document is not None
        ids = np.flipud(painter.document.ids)
        Image.fromarray(colour_map(ids, painter.document.classes)).save(tmp_path / "flipped.png")
        assert drop(window, tmp_path / "flipped.png")
        wait(qtbot, lambda: len(painter.canvases.documents) == 2)
        assert np.array_equal(painter.document.ids, ids)
        photo = np.random.default_rng(0).integers(0, 256, (90, 80, 3), np.uint8)
        Image.fromarray(photo).save(tmp_path / "photo.png")
        assert drop(window, tmp_path / "photo.png")
        wait(qtbot, lambda: painter.history.undo_label == "Style of a picture")
        painter.history.undo()
        assert not painter.history.can_undo
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.png"))])
        event = QDropEvent(
            QPointF(3, 3), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        page.style_panel.dropEvent(event)
        wait(qtbot, lambda: painter.history.undo_label == "Style of a picture")
        QGuiApplication.clipboard().setText("no picture")
        window.table.run("paint.style-paste")
        assert told.said("no picture on the clipboard")
        drawn(qtbot, painter)


def test_what_the_colours_of_a_map_mean_is_corrected_before_it_is_taken_and_remembered(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    from ganstudio.core.labelmaps import colour_map

    with painting_window(qtbot, spade) as (window, page):
        painter = page.painter
        assert painter.document is not None
        classes, ids = painter.document.classes, np.zeros((64, 64), np.uint8)
        ids[20:], ids[50:] = 1, 2
        foreign = np.array([classes[0].colour, (255, 0, 200), (0, 0, 0)], np.uint8)[ids]
        Image.fromarray(foreign).resize((150, 150), Image.Resampling.BICUBIC).save(tmp_path / "foreign.jpg", quality=90)
        answer(monkeypatch, tmp_path / "foreign.jpg")
        asked = dialog(qtbot, page, MapDialog, lambda: window.table.run("paint.open-map"))
        assert [combo.accessibleName()[:2] for combo in asked.combos] == ["#f", "#0", "#8"]  # the unknown ones first
        assert asked.chosen[2] == 0
        assert not problems(asked)
        assert asked.words.text().startswith("As it was read:")
        before = asked.preview.pixmap().toImage()
        for combo, class_ in zip(asked.combos, (4, 7), strict=False):
            combo.setFocus()
            QTest.keyClicks(combo, classes[class_].title)
            assert combo.currentIndex() == class_
        assert asked.preview.pixmap().toImage() != before
        assert asked.words.text().startswith("As it was read, before your corrections:")
        asked.keep.click()
        count = len(painter.canvases.documents)
        QTest.keyClick(asked, Qt.Key.Key_Return)
        wait(qtbot, lambda: len(painter.canvases.documents) == count + 1)
        assert set(np.unique(painter.document.ids).tolist()) == {0, 4, 7}
        assert (painter.document.ids != np.array([0, 4, 7], np.uint8)[ids]).mean() < 0.05
        drawn(qtbot, painter)
        Image.fromarray(np.rot90(foreign)).save(tmp_path / "again.jpg", quality=80)  # these colours are known by now
        answer(monkeypatch, tmp_path / "again.jpg")
        window.table.run("paint.open-map")
        wait(qtbot, lambda: len(painter.canvases.documents) == count + 2)
        assert set(np.unique(painter.document.ids).tolist()) == {0, 4, 7}
        assert told.said("as you have corrected")
        assert not told.errors
        mine = colour_map(ids, classes)
        Image.fromarray(mine).save(tmp_path / "mine.png")  # and nobody is asked about the very colours of the classes
        assert drop(window, tmp_path / "mine.png")
        wait(qtbot, lambda: len(painter.canvases.documents) == count + 3)
        assert np.array_equal(painter.document.ids, ids)


# -- runs -----------------------------------------------------------------------------------------------------------------


def test_a_run_is_followed_while_it_trains(qtbot: QtBot) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, experiment(100_000, "live"), steps=2)
        page = paint(window)
        window.show_workspace("paint")
        wait(qtbot, lambda: page.painter.following is model)
        first = drawn(qtbot, page.painter)
        step = page.painter.step
        wait(qtbot, lambda: page.painter.step > step and not np.array_equal(page.painter.picture, first))
        assert page.result.live
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.7))
        model.stop(save=True)
        wait(qtbot, lambda: page.painter.following is None and not page.painter.opening)
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
        assert page.painter.history.can_undo


def test_a_run_that_is_deleted_while_one_paints_is_told_of(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    import shutil

    path = store_spade(tmp_path / "gone")
    with painting_window(qtbot, path) as (_window, page):
        shutil.rmtree(path)
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.7))
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))  # the network is in memory
        page.painter.go_to(0)
        wait(qtbot, lambda: bool(told.errors))
        stroke(page, (0.1, 0.4), (0.9, 0.4))
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))


def test_another_checkpoint_draws_the_same_map_with_other_weights(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        page.canvas.choose_class(4)
        stroke(page, (0.1, 0.2), (0.9, 0.7))
        last = drawn(qtbot, page.painter)
        page.painter.go_to(0)
        wait(qtbot, lambda: page.painter.step == 0)
        assert not np.array_equal(drawn(qtbot, page.painter), last)
        assert page.painter.history.undo_label == "Brush"  # going to a checkpoint is no step of the painting


def test_without_a_run_it_says_what_will_be_here(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ganstudio.ui.paint.workspace.bundled_path", lambda _place: None)
    window = open_window(qtbot)
    try:
        page = paint(window)
        window.show_workspace("paint")
        assert page.pages.currentWidget() is page._empty
        assert page._empty.button is not None
        assert page._empty.button.text() == "Train SPADE on landscapes"
        for name in ("paint.new", "paint.save", "paint.surprise", "paint.film"):
            assert not window.table[name].enabled()
        started: list[Any] = []
        monkeypatch.setattr(window.studio, "start", started.append)
        page._empty.button.click()
        assert started[0].method == "spade"
    finally:
        close_window(window)


def test_a_run_that_paints_nothing_is_refused_and_what_was_open_stays(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    from tests.ui.explore_window import store_run

    other = store_run(tmp_path / "digits")
    with painting_window(qtbot, spade) as (_window, page):
        page.painter.open_run(other)
        wait(qtbot, lambda: not page.painter.opening)
        assert told.said("Explore")
        assert page.painter.opened is not None
        assert page.painter.opened.path == spade


# -- abuse ----------------------------------------------------------------------------------------------------------------


def test_random_hands_leave_the_last_picture_right(qtbot: QtBot, spade: Path) -> None:
    rng = random.Random(11)
    with painting_window(qtbot, spade) as (window, page):
        names = [
            "paint.new", "paint.duplicate-canvas", "paint.close-canvas", "paint.reopen-canvas", "paint.surprise",
            "paint.style-reset", "paint.compare", "paint.under", "paint.pixels", "paint.copy", "edit.undo", "edit.redo",
            "paint.flip", "paint.mirror", "paint.fit", *(f"paint.tool-{tool.key}" for tool in TOOLS),
        ]  # fmt: skip
        for _index in range(300):
            deed = rng.random()
            if deed < 0.35:
                page.canvas.choose_class(rng.randrange(11))
                ends = [(rng.uniform(-0.1, 1.1), rng.uniform(-0.1, 1.1)) for _end in range(2)]
                stroke(page, ends[0], ends[1])
            elif deed < 0.75:
                window.table.run(rng.choice(names))
            elif deed < 0.85:
                row = rng.choice(list(page.style_panel.controls.rows.values()))
                row.move_to(rng.uniform(-1, 1))
                row.released.emit()
            elif deed < 0.95:
                QTest.keyClick(page.canvas, rng.choice("123456789[]0"))
            else:
                page.painter.take_variant(rng.randrange(8))
        QTest.keyClick(page.canvas, Qt.Key.Key_Escape)
        window.tick()
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
        assert page.canvas.document is page.painter.document


def test_everything_has_a_name_a_tooltip_and_a_key(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        assert not problems(page)
        box = dialog(qtbot, page, SceneDialog, lambda: page.opening.choose_scene(False))
        assert not problems(box)
        box.reject()
        film = dialog(qtbot, page, PaintingFilmDialog, page.exports.save_film)
        assert not problems(film)
        film.reject()


def test_the_window_has_it_in_the_rail(qtbot: QtBot) -> None:
    window = open_window(qtbot, ready=False)
    try:
        assert isinstance(window, MainWindow)
        assert isinstance(paint(window), PaintWorkspace)
        keys = [keys for action in window.table for keys in action.shortcuts if action.context in ("window", "paint")]
        assert len(keys) == len(set(keys))
    finally:
        close_window(window)
