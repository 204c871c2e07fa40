"""Pictures from strangers: what the state in them names is never opened unasked, and some of it never at all."""

from __future__ import annotations

import builtins
import io
import itertools
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QHelpEvent
from PySide6.QtGui import Qt as Gui
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app.generators.picture_session import session_of
from ganstudio.app.named import Question
from ganstudio.core.controls import LatentVector
from ganstudio.explore.model_files import save_model
from ganstudio.explore.picture_file import picture_bytes
from ganstudio.explore.stored import StoredGenerator
from ganstudio.store import Run
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.translate.workspace import TranslateWorkspace
from ganstudio.ui.window import MainWindow
from tests.app.translator_rig import store_run as store_translator
from tests.ui.explore_window import Told, drawn, drop, exploring_window, store_run, there
from tests.ui.window_kit import opened, wait

REFUSED = [
    "/dev/zero", "/proc/self/environ", "//server/share/x.pt", r"\\server\share\x.pt", "file://server/share/x.pt", "a\0b",
]  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture
def touched(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Which calls have looked at a path, or (with ``opening``) have opened it."""
    calls: list[tuple[str, str]] = []

    def spy(module: Any, name: str) -> None:
        real = getattr(module, name)

        def call(path: Any = ".", *more: Any, **options: Any) -> Any:
            calls.append((name, str(path)))
            return real(path, *more, **options)

        monkeypatch.setattr(module, name, call)

    for module, names in ((os, ("open", "stat", "lstat", "scandir", "listdir", "readlink")), (io, ("open",)),
                          (builtins, ("open",))):  # fmt: skip
        for name in names:
            spy(module, name)
    return lambda text: [name for name, path in calls if path == text or path.startswith(text + os.sep)]


def carrying(page: ExploreWorkspace, picture: Path, **changes: object) -> Path:
    """A picture that carries the present session with something else in it; a change to None takes it out."""
    values = {**session_of(page.explorer), **changes}
    session = {name: value for name, value in values.items() if value is not None}
    picture.write_bytes(picture_bytes(page.explorer.picture, 1, json.loads(json.dumps(session))))  # type: ignore[arg-type]
    return picture


def box_of(qtbot: QtBot, window: MainWindow) -> QMessageBox:
    """The question that is asked."""
    wait(qtbot, lambda: window.findChildren(QMessageBox))
    (box,) = window.findChildren(QMessageBox)
    assert box.defaultButton().text() == "Leave it"
    assert box.escapeButton() is box.defaultButton()
    return box


def answer(qtbot: QtBot, window: MainWindow, text: str) -> str:
    """Presses a button of the question; returns what was asked about."""
    box = box_of(qtbot, window)
    about = box.informativeText()
    next(button for button in box.buttons() if button.text() == text).click()
    wait(qtbot, lambda: not window.findChildren(QMessageBox))
    return about


def at_rest(qtbot: QtBot, page: ExploreWorkspace) -> None:
    """Nothing is being looked for or opened any more."""
    wait(qtbot, lambda: not page.explorer.opening and not page.explorer.studio.jobs.running)
    drawn(qtbot, page)


# -- never opened -----------------------------------------------------------------------------------------------------


def test_devices_and_other_computers_are_refused_untouched(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object],
    touched: Callable[[str], list[str]],
) -> None:  # fmt: skip
    with exploring_window(qtbot, stored) as (window, page):
        explorer = page.explorer
        run = {"name": "x", "created": "x", "fingerprint": "x"}
        for number, (path, of) in enumerate(itertools.product(REFUSED, (run, None)), 1):
            explorer.edit(explorer.drawn_from(number), "Move")
            wanted = explorer.drawn_from(number + 100)
            drawn(qtbot, page)
            assert drop(window, carrying(page, tmp_path / "a.png", run=of, path=path, state=wanted.to_json()))
            wait(qtbot, lambda number=number: len(told.errors) == number)
            assert "is not opened" in told.errors[-1]
            assert touched(path) == []
            at_rest(qtbot, page)
            assert explorer.opened.path == stored
            assert explorer.state.to_json() == wanted.to_json()  # it fits what is open
        assert not window.findChildren(QMessageBox)


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in folders")
def test_pipes_are_not_waited_for(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object],
    touched: Callable[[str], list[str]],
) -> None:  # fmt: skip
    os.mkfifo(tmp_path / "pipe.pt")
    (tmp_path / "link.pt").symlink_to("/dev/zero")
    with exploring_window(qtbot, stored) as (window, page):
        for number, name in enumerate(("pipe.pt", "link.pt"), 1):
            drop(window, carrying(page, tmp_path / "a.png", run=None, path=str(tmp_path / name)))
            wait(qtbot, lambda number=number: len(told.errors) == number)
            assert {"open", "scandir", "listdir"}.isdisjoint(touched(str(tmp_path / name)))
        os.mkfifo(tmp_path / "dropped.png")
        assert not drop(window, tmp_path / "dropped.png")
        at_rest(qtbot, page)
        assert page.explorer.opened.path == stored


# -- opened where a person says so ------------------------------------------------------------------------------------


def test_a_file_that_nobody_opened_here_is_asked_about(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, touched: Callable[[str], list[str]]
) -> None:
    file = tmp_path / "other.safetensors"
    save_model(file, StoredGenerator.open(Run.open(stored)))
    with exploring_window(qtbot, stored) as (window, page):
        explorer = page.explorer
        wanted = explorer.drawn_from(5)
        picture = carrying(page, tmp_path / "a.png", run=None, path=str(file), state=wanted.to_json())
        opening = len([name for name in touched(str(file)) if name == "open"])
        drop(window, picture)
        assert answer(qtbot, window, "Leave it") == str(file)
        wait(qtbot, lambda: told.said("was left alone"))
        assert len([name for name in touched(str(file)) if name == "open"]) == opening
        assert explorer.opened.path == stored
        assert explorer.state.to_json() == wanted.to_json()
        drop(window, picture)
        box_of(qtbot, window).reject()  # Escape
        wait(qtbot, lambda: not window.findChildren(QMessageBox))
        assert explorer.opened.path == stored
        drop(window, picture)
        answer(qtbot, window, "Open")
        there(qtbot, page, file)
        explorer.open_run(stored)
        there(qtbot, page, stored)
        drop(window, picture)  # by now it has been opened here
        there(qtbot, page, file)
        explorer.open_run(stored)
        there(qtbot, page, stored)
        moved = file.rename(tmp_path / "moved.safetensors")
        file.symlink_to(moved)  # the name leads elsewhere
        drop(window, picture)
        answer(qtbot, window, "Leave it")
        assert not told.errors


def test_a_run_that_nobody_opened_here_is_asked_about(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    copy = shutil.copytree(stored, tmp_path / "copy")
    values = json.loads((copy / "run.json").read_text("utf-8"))
    (copy / "run.json").write_text(json.dumps({**values, "fingerprint": "of others"}), "utf-8")
    with exploring_window(qtbot, stored) as (window, page):
        described = {**session_of(page.explorer)["run"], "fingerprint": "of others"}
        picture = carrying(page, tmp_path / "a.png", path=str(copy), run=described)
        drop(window, picture)
        answer(qtbot, window, "Leave it")
        at_rest(qtbot, page)
        assert page.explorer.opened.path == stored
        drop(window, picture)
        assert answer(qtbot, window, "Open") == str(copy)
        there(qtbot, page, copy)
        wrong = carrying(page, tmp_path / "b.png", path=str(tmp_path), run={**described, "created": "x"})
        drop(window, wrong)
        answer(qtbot, window, "Open")  # a folder that is not that run
        wait(qtbot, lambda: told.errors)
        assert "not on this machine" in told.errors[0]
        at_rest(qtbot, page)
        assert page.explorer.opened.path == copy


def test_a_run_of_the_runs_folder_is_opened_unasked(
    qtbot: QtBot, stored: Path, tmp_path: Path, own_folders: Path, told: Told
) -> None:
    kept = shutil.copytree(stored, own_folders / "runs" / "kept")
    values = json.loads((kept / "run.json").read_text("utf-8"))
    (kept / "run.json").write_text(json.dumps({**values, "fingerprint": "kept"}), "utf-8")
    with exploring_window(qtbot, stored) as (window, page):
        described = {**session_of(page.explorer)["run"], "fingerprint": "kept"}
        picture = carrying(page, tmp_path / "a.png", path="/elsewhere/kept", run=described)
        drop(window, picture)
        there(qtbot, page, kept)
        assert not told.errors


def test_the_input_of_a_translation_is_asked_about(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[object], touched: Callable[[str], list[str]]
) -> None:
    run = store_translator(tmp_path / "run")
    secret = tmp_path / "secret.png"
    Image.new("RGB", (20, 20), (200, 30, 30)).save(secret)
    with opened(qtbot) as window:
        page = window.workspace("translate")
        assert isinstance(page, TranslateWorkspace)
        translator = page.translator
        translator.open_run(run)
        window.show_workspace("translate")
        wait(qtbot, lambda: translator.output is not None and not translator.reading)
        session = session_of(translator)

        def dropped(path: str) -> None:
            named = {**session, "state": {**session["state"], "input": {"name": "x", "path": path}}}
            file = tmp_path / "a.png"
            file.write_bytes(picture_bytes(translator.output, 1, named))  # type: ignore[arg-type]
            assert drop(window, file)

        dropped("//server/share/x.png")
        wait(qtbot, lambda: told.errors)
        assert touched("//server/share/x.png") == []
        dropped(str(secret))
        assert answer(qtbot, window, "Leave it") == str(secret)
        assert touched(str(secret)).count("open") == 1  # by this test
        dropped(str(secret))
        answer(qtbot, window, "Open")
        wait(qtbot, lambda: translator.state.picture.name == "secret.png")
        translator.give_blank()
        dropped(str(secret))  # by now it has been opened here
        wait(qtbot, lambda: translator.state.picture.name == "secret.png")


# -- the data of runs -------------------------------------------------------------------------------------------------


def test_data_on_another_computer_are_not_read_for_a_run_that_is_looked_at(
    qtbot: QtBot, stored: Path, tmp_path: Path, touched: Callable[[str], list[str]], told: Told
) -> None:
    copy = shutil.copytree(stored, tmp_path / "copy")
    values = json.loads((copy / "run.json").read_text("utf-8"))
    values["experiment"]["data"] = "folder://server/share"
    (copy / "run.json").write_text(json.dumps(values), "utf-8")
    with exploring_window(qtbot, copy) as (window, page):
        for tab in ("directions", "neighbours"):
            page.side.open(tab)
        page.side.neighbours.load.click()
        assert "another computer" in page.side.neighbours.words.text()
        model = window.studio.open_run(copy)
        assert model is not None
        window.studio.continue_run(model, 10)
        assert answer(qtbot, window, "Leave it") == "folder://server/share"
        assert not model.here
        assert touched("//server/share") == []
        assert not told.errors


# -- names ------------------------------------------------------------------------------------------------------------

HTML = '<img src="/etc/passwd">'


def tips(root: QWidget) -> list[str]:
    """All that is told where the mouse rests, as Qt would show it."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        if not shiboken6.isValid(widget):
            continue  # the tip before
        found.append(widget.toolTip())
        if isinstance(widget, QAbstractItemView) and widget.model() is not None:
            model = widget.model()
            cells = [
                model.index(row, column) for row in range(model.rowCount()) for column in range(model.columnCount())
            ]
            found += [str(cell.data(Qt.ItemDataRole.ToolTipRole) or "") for cell in cells]
        if widget.isVisible():
            for place in range(0, widget.height(), max(6, widget.height() // 12)):
                point = QPoint(widget.width() // 2, place)
                QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, point, widget.mapToGlobal(point)))
                found.append(QToolTip.text())
                QToolTip.hideText()
    return found


def test_names_from_elsewhere_are_never_taken_for_html(qtbot: QtBot, tmp_path: Path, told: Told) -> None:
    path = store_run(tmp_path / "run", "acgan", steps=2)
    values = json.loads((path / "run.json").read_text("utf-8"))
    values["name"], values["spec"]["classes"] = HTML, [f"{HTML}{number}" for number in range(10)]
    (path / "run.json").write_text(json.dumps(values), "utf-8")
    with exploring_window(qtbot, path) as (window, page):
        explorer = page.explorer
        latent = next(control.name for control in explorer.controls if isinstance(control, LatentVector))
        size = len(explorer.state.position[latent])
        direction = {"name": HTML, "kind": HTML, "control": latent, "vector": [1.0] * size}
        picture = carrying(page, tmp_path / "a.png", directions=[direction])
        drop(window, picture)
        wait(qtbot, lambda: explorer.kept.directions)
        page.side.open("directions")
        window.studio.open_run(path)
        seen: list[str] = []
        for workspace in ("explore", "train", "runs"):
            window.show_workspace(workspace)
            qtbot.wait(50)
            seen += tips(window)
        assert any("img" in text for text in seen)
        assert not [text for text in seen if Gui.mightBeRichText(text) and "<img" in text]
        labels = [one for one in window.findChildren(QLabel) if "<img" in one.text()]
        assert labels
        assert all(one.textFormat() == Qt.TextFormat.PlainText for one in labels)
    assert not told.errors


def test_what_hovers_is_not_looked_for_elsewhere_and_a_question_shows_its_path_letter_by_letter(
    qtbot: QtBot, touched: Callable[[str], list[str]]
) -> None:
    data = QMimeData()
    data.setUrls([QUrl("file://server/share/x"), QUrl("http://server/x.png")])  # as a page in a browser may name it
    with opened(qtbot) as window:
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        window.dragEnterEvent(QDragEnterEvent(QPoint(300, 300), copy, data, left, none))
        assert touched("//server/share/x") == []
        window.ask(Question("t", HTML, f"/x/{HTML}", [("Open", True)], "Leave it", True), lambda _yes: None)
        box = box_of(qtbot, window)
        assert "<img" not in box.text() + box.informativeText()
        assert "&lt;img" in box.informativeText()
        box.reject()
