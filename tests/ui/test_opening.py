"""Whatever is dropped on the window or opened by Ctrl+O is looked at; folders are remembered, and what is saved is shown."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.gallery import gallery_card
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.app.readings import Dropped
from ganstudio.core.experiment import Experiment
from ganstudio.explore.picture_file import save_picture
from ganstudio.ui.experiment import DataCheckView
from ganstudio.ui.kit import dialogs
from ganstudio.ui.kit.files import ask_where, save_image, show_in_folder
from ganstudio.ui.translate.exports import BatchDialog
from ganstudio.ui.translate.workspace import TranslateWorkspace
from ganstudio.ui.window import MainWindow
from tests.app.test_readings import coloured_halves, photo, photos, run, save, sides, two_kinds, world
from tests.ui.explore_window import drop, explore, store_run, there
from tests.ui.window_kit import laid_out, opened, wait

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened(qtbot) as made:
        yield made


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def answering(monkeypatch: pytest.MonkeyPatch, file: Path | str = "", folder: Path | str = "") -> list[str]:
    """What file dialogs answer; the list says where each began."""
    began: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda _of, _title, begin, *_more: (began.append(begin), (str(file), ""))[1]
    )
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda _of, _title, begin: (began.append(begin), str(folder))[1]
    )
    return began


def checked(qtbot: QtBot, window: MainWindow) -> Experiment:
    """The form, once the check of its data is seen."""
    wait(qtbot, lambda: [one for one in window.findChildren(DataCheckView) if one.isVisible()])
    for view in window.findChildren(DataCheckView):
        data = window.train.panel.experiment.data
        assert view.toolTip() == data
        assert Path(data.partition(":")[2]).name in view.windowTitle()
        assert "/" not in view.windowTitle()
        view.reject()
    assert window.current_workspace == "train"
    assert window.train.pages.currentWidget() is window.train.columns
    return window.studio.draft.experiment


def question(qtbot: QtBot, window: MainWindow) -> dialogs.Question:
    wait(qtbot, lambda: [one for one in window.findChildren(dialogs.Question) if one.isVisible()])
    (box,) = window.findChildren(dialogs.Question)
    return box


# -- dropping ---------------------------------------------------------------------------------------------------------


def test_photos_are_pictures_though_the_form_was_last_used_for_spade(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, rng: np.random.Generator
) -> None:
    photos(tmp_path / "cats", rng)
    window.studio.draft.replace(gallery_card("own-maps").experiment, "maps")
    assert drop(window, tmp_path / "cats")
    form = checked(qtbot, window)
    assert (form.method, form.data, form.name) == ("dcgan", f"folder:{tmp_path / 'cats'}", "cats")
    assert window.train.panel.experiment.method == "dcgan"
    world(tmp_path / "world", rng)
    assert drop(window, tmp_path / "world")
    assert checked(qtbot, window).data == f"maps:{tmp_path / 'world'}"
    sides(tmp_path / "edges2cats", rng)
    assert drop(window, tmp_path / "edges2cats")
    assert checked(qtbot, window).method == "pix2pix"
    window.table.run("edit.undo")
    assert window.studio.draft.experiment.method == "spade"


def test_of_two_readings_the_better_one_is_offered_first(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, rng: np.random.Generator
) -> None:
    coloured_halves(tmp_path / "both", rng)
    two_kinds(tmp_path / "kinds", rng)
    world(tmp_path / "world", rng)
    for old, new in (("labels", "maps"), ("images", "photos")):
        (tmp_path / "world" / old).rename(tmp_path / "world" / new)
    before = window.studio.draft.experiment
    assert drop(window, tmp_path / "both")
    box = question(qtbot, window)
    assert "more than one way" in box.text()
    assert "few colours" in box.informativeText()
    default = box.defaultButton()
    assert isinstance(default, QPushButton)
    assert default.text() == "Label maps"
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.studio.draft.experiment == before
    wait(qtbot, lambda: not window.findChildren(dialogs.Question))
    assert drop(window, tmp_path / "both")
    QTest.keyClick(question(qtbot, window), Qt.Key.Key_Return)
    assert checked(qtbot, window).method == "spade"
    wait(qtbot, lambda: not window.findChildren(dialogs.Question))
    assert drop(window, tmp_path / "kinds")
    box = question(qtbot, window)
    qtbot.mouseClick(next(one for one in box.buttons() if one.text() == "Pictures by class"), LEFT)
    assert checked(qtbot, window).method == "cgan"
    wait(qtbot, lambda: not window.findChildren(dialogs.Question))
    assert drop(window, tmp_path / "world")
    QTest.keyClick(question(qtbot, window), Qt.Key.Key_Return)
    assert checked(qtbot, window).method == "spade", "“maps” beside “photos” are label maps"
    (tmp_path / "nets").mkdir()
    for name in ("a.onnx", "b.onnx"):
        (tmp_path / "nets" / name).write_bytes(b"any")
    wait(qtbot, lambda: not window.findChildren(dialogs.Question))
    assert drop(window, tmp_path / "nets")
    assert question(qtbot, window).text().startswith("“nets” can be read"), "what was dropped, not the first in it"
    QTest.keyClick(question(qtbot, window), Qt.Key.Key_Escape)


def test_a_folder_of_runs_lists_them(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run(tmp_path / name)
    assert drop(window, tmp_path)
    assert window.current_workspace == "runs"
    assert set(window.studio.settings.remembered.recent_runs) == {str(tmp_path / "one"), str(tmp_path / "two")}


def test_several_at_once_are_all_taken_or_told_of(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, rng: np.random.Generator
) -> None:
    runs, cats = [tmp_path / "of runs" / name for name in ("one", "two")], tmp_path / "cats"
    for path in runs:
        run(path)
    for number in range(9):
        save(cats / f"{number}.png", photo(rng))
    save(tmp_path / "dog.png", photo(rng))
    window.show_workspace("explore")
    assert drop(window, *runs, tmp_path / "dog.png")
    assert window.current_workspace == "runs"
    assert set(window.studio.settings.remembered.recent_runs) == {*map(str, runs)}
    (toast,) = window.toasts.shown
    assert toast.message.text == "Took one, two; the other one was left."
    assert drop(window, *sorted(cats.iterdir()))
    assert checked(qtbot, window).data == f"folder:{cats}"
    assert window.toasts.shown == (toast,), "nothing was left"
    window.show_workspace("explore")
    taken, page = list[Any](), explore(window)
    page.open_file = taken.append  # type: ignore[method-assign, assignment]
    assert drop(window, *sorted(cats.iterdir())[:3])
    assert [one.path for one in taken] == [cats / "0.png"]
    assert window.toasts.shown[-1].message.text == "Took 0.png; the other 2 were left."


def test_several_pictures_dropped_on_translate_are_all_translated(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, rng: np.random.Generator
) -> None:
    files = [tmp_path / "in" / f"{number}.png" for number in range(4)]
    for file in files:
        save(file, photo(rng))
    window.show_workspace("translate")
    page = window.workspace("translate")
    assert isinstance(page, TranslateWorkspace)
    translator = page.translator
    assert translator.opening
    page.take(Dropped(files[0], None, (files[1],)))
    assert window.toasts.shown[-1].message.text == "Took 0.png; the other one was left.", "nothing is open yet"
    wait(qtbot, lambda: translator.output is not None and translator.service.idle)
    assert drop(window, *files[:3])
    wait(qtbot, lambda: page.findChildren(BatchDialog))
    (dialog,) = page.findChildren(BatchDialog)
    assert dialog.words.text().startswith("Only the 3 that were dropped.")
    assert dialog.results.text() == str(tmp_path / "in-translated")
    qtbot.mouseClick(dialog.go, LEFT)
    wait(qtbot, lambda: "3 of 3 pictures" in " ".join(toast.message.text for toast in window.toasts.shown))
    assert sorted(path.name for path in (tmp_path / "in-translated").glob("*.png")) == ["0.png", "1.png", "2.png"]
    assert translator.state is not None
    assert translator.state.picture is not None
    assert translator.state.picture.name == "0.png", "the first is there to be looked at"


# -- Open… ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workspace", ["train", "explore", "paint", "translate", "evaluate", "runs"])
def test_one_key_opens_everything_everywhere(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workspace: str
) -> None:
    window.show_workspace(workspace)
    path = tmp_path / "state.png"
    save_picture(path, np.zeros((8, 8, 3), np.uint8), 1, {"program": "ganstudio", "kind": "explore", "version": 1})
    answering(monkeypatch, path)
    page, got = explore(window), list[Any]()
    monkeypatch.setattr(page, "open_file", got.append)
    laid_out(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: got)
    assert window.current_workspace == "explore"
    assert (got[0].path, got[0].session["kind"]) == (path, "explore")


def test_a_run_is_opened_where_it_can_be_used(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = store_run(tmp_path / "mine")
    answering(monkeypatch, path / "run.json", path)
    window.show_workspace("explore")
    window.table.run("file.open")
    there(qtbot, explore(window), path)
    assert window.current_workspace == "explore"
    window.show_workspace("paint")
    laid_out(qtbot, window)
    QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: window.current_workspace == "train" and window.studio.current is not None)
    assert window.studio.current is not None
    assert window.studio.current.path == path


def test_dialogs_begin_where_one_was_last(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = tmp_path / "pictures" / "plain.png"
    plain.parent.mkdir()
    Image.new("RGB", (8, 8)).save(plain)
    began, home = answering(monkeypatch, plain), str(Path.home())
    for _time in range(2):
        window.table.run("file.open")
        wait(qtbot, lambda: not window.studio.jobs.running)
    assert began == [home, str(plain.parent)]
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda _of, _title, begin, *_m: (began.append(begin), ("", ""))[1]
    )
    ask_where(window.train, "Save", "any.png", "", (".png",))
    assert began[-1] == str(Path.home() / "any.png"), "what is saved goes elsewhere"
    with opened(qtbot) as again:
        plain.unlink()
        answering(monkeypatch)
        again.table.run("file.open")
        plain.parent.rmdir()
        began = answering(monkeypatch)
        again.table.run("file.open")
        assert began == [home], "the folder is gone"


# -- saved ------------------------------------------------------------------------------------------------------------


def test_what_was_saved_can_be_shown(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "mine.png"
    shown: list[Path] = []
    monkeypatch.setattr("ganstudio.ui.kit.files.show_in_folder", shown.append)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    assert save_image(window.train, image, "any.png") == target
    assert window.studio.settings.folder("saved") == tmp_path
    (toast,) = window.toasts.shown
    assert "mine.png" in toast.message.text
    (button,) = [one for one in toast.findChildren(QPushButton) if one.text() == "Show in folder"]
    qtbot.mouseClick(button, LEFT)
    assert shown == [target]


@pytest.mark.skipif(sys.platform != "linux", reason="the way of Linux desktops")
@pytest.mark.parametrize("answers", [True, False])
def test_a_file_is_selected_where_the_desktop_can(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool
) -> None:
    told, program = tmp_path / "told", tmp_path / "dbus-send"
    program.write_text(f'#!/bin/sh\nfor one in "$@"; do echo "$one" >> "{told}"; done\nexit {0 if answers else 1}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    opened_urls: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened_urls.append(url) or True)
    file = tmp_path / "a, b ä.png"
    file.touch()
    show_in_folder(file)
    if answers:
        qtbot.waitUntil(lambda: told.exists() and told.read_text().endswith("string:\n"))
        assert f"array:string:{QUrl.fromLocalFile(str(tmp_path)).toString()}/a%2C%20b%20%C3%A4.png" in told.read_text()
        qtbot.wait(50)
        assert not opened_urls
    else:
        qtbot.waitUntil(lambda: opened_urls == [QUrl.fromLocalFile(str(tmp_path))])
    show_in_folder(tmp_path)
    assert opened_urls[-1] == QUrl.fromLocalFile(str(tmp_path))


# -- the first look at Translate --------------------------------------------------------------------------------------


def test_translate_is_alive_at_first_launch(window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    page = window.workspace("translate")
    assert isinstance(page, TranslateWorkspace)
    translator, ready = page.translator, bundled_path("translate")
    assert ready is not None
    assert sum(file.stat().st_size for file in ready.rglob("*") if file.is_file()) < 1_500_000
    wait(qtbot, lambda: translator.output is not None and translator.service.idle)
    assert translator.opened is not None
    assert translator.opened.path == ready
    assert translator.sides == ("edges", "digits")
    wait(qtbot, lambda: page.stage.input.isVisible() and page.stage.output.isVisible())
    output = translator.output
    assert output is not None
    assert output.std() > 50, "a bright digit on black"
    before, view = translator.output, page.stage.input
    middle = view.rect().center()
    QTest.mousePress(view, LEFT, pos=middle - QPoint(20, 60))
    for step in range(-60, 61, 10):
        QTest.mouseMove(view, middle + QPoint(-20, step))
    QTest.mouseRelease(view, LEFT, pos=middle + QPoint(-20, 60))
    wait(qtbot, lambda: translator.output is not before and translator.service.idle)
    assert (translator.output != before).any(), "it follows the pen"
    assert translator.history.can_undo
