"""What a person does with stored runs: open, rename, delete, restore, continue, duplicate."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMenu, QMessageBox, QSpinBox
from pytestqt.qtbot import QtBot

from ganstudio.app.actions import Action
from ganstudio.app.settings import SettingsStore
from ganstudio.store import Run, RunWriter, list_runs, list_trash
from ganstudio.ui.kit.menus import fill_sections
from ganstudio.ui.runs.actions import KEYS, MENU
from ganstudio.ui.runs.model import DATA, METHOD, NAME, STEP
from ganstudio.ui.runs.workspace import RunsWorkspace
from tests.ui.runs_kit import Build, make
from tests.ui.window_kit import laid_out, opened, wait

LEFT = Qt.MouseButton.LeftButton


def test_enter_and_double_click_open(desk: Build, qtbot: QtBot) -> None:
    path = make("one")
    used = desk()
    table = used.page.table
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, DATA))
    qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, NAME, 30))  # the picture
    qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, NAME, 110))  # the name
    qtbot.mouseClick(used.page.toolbar.open, LEFT)
    assert used.asked == [("open", path)] * 5


def test_rename_in_place(desk: Build, qtbot: QtBot) -> None:
    make("before")
    used = desk()
    table = used.page.table
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "before"
    editor.setText("  after   that ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt commits in the next round
    used.finish()
    used.settle()
    assert used.names == ["after that"]
    assert list_runs()[0].info.name == "after that"
    assert used.asked == [], "Enter in the editor does not open the run"


def test_typing_is_not_disturbed_by_a_live_row(desk: Build, qtbot: QtBot) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = desk()
        used.page.table.edit_name()
        editor = used.page.table.findChild(QLineEdit)
        assert editor is not None
        editor.setText("half a na")
        writer.write_status("training", 21, 50)
        used.settle()
        assert editor.text() == "half a na"
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
        used.page.refresh()
        assert (used.names, used.cell(0, STEP)) == (["live"], "21 / 50"), "what was held back comes after it"


def test_delete_undo_restore_empty(desk: Build, qtbot: QtBot) -> None:
    for n in range(3):
        make(f"run {n}", age=n)
    used = desk()
    table = used.page.table
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(used.page.chosen) == 2
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    used.finish()
    assert used.names == ["run 2"]
    assert [row.name for row in used.page.chosen] == ["run 2"], "the run after them is chosen"
    toast = used.shell.toasts.shown[0]
    assert toast.message.text == "Moved to trash: run 0, run 1"
    assert toast.message.stands()
    assert toast.message.run is not None
    toast.message.run()
    used.finish()
    assert used.names == ["run 0", "run 1", "run 2"]
    qtbot.waitUntil(lambda: [t.message.action for t in used.shell.toasts.shown] == [""])  # nothing is left to undo
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    used.finish()
    qtbot.mouseClick(used.page.toolbar.trash, LEFT)
    used.settle()
    trash = used.page.trash
    assert trash.isVisible()
    (name,) = [item.name for item in trash.items]
    trash.table.selectRow(0)
    qtbot.mouseClick(trash.restore_button, LEFT)
    used.finish()
    assert trash.items == ()
    qtbot.mouseClick(trash.back_button, LEFT)
    assert name in used.names


def test_emptying_the_trash_asks_first(desk: Build, qtbot: QtBot) -> None:
    make("gone")
    used = desk()
    qtbot.keyClick(used.page.table, Qt.Key.Key_Delete)
    used.finish()
    used.page.show_trash()
    for answer, left in (("Keep them", 1), ("Remove for good", 0)):
        qtbot.mouseClick(used.page.trash.empty_button, LEFT)
        box = used.page.findChild(QMessageBox)
        assert box is not None
        button = next(button for button in box.buttons() if button.text() == answer)
        qtbot.mouseClick(button, LEFT)
        QApplication.processEvents()
        used.finish()
        assert len(list_trash()) == left


def test_a_live_run_is_neither_deleted_nor_continued(desk: Build, qtbot: QtBot) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = desk()
        for name in ("runs.delete", "runs.continue"):
            assert not used.page.toolbar.actions_by_id[name].isEnabled()
        qtbot.keyClick(used.page.table, Qt.Key.Key_Delete)
        used.finish()
        assert used.names == ["live"]


def test_continue_asks_how_far(desk: Build, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("half")
    used = desk()
    went_on: list[tuple[Path | None, int]] = []
    monkeypatch.setattr(used.studio, "continue_run", lambda model, steps: went_on.append((model.path, steps)))
    qtbot.mouseClick(used.page.toolbar.actions_by_id["runs.continue"], LEFT)
    dialog = used.page.findChild(QDialog)
    assert dialog is not None
    steps = dialog.findChild(QSpinBox)
    assert steps is not None
    assert (steps.value(), steps.minimum()) == (50, 21), "the goal that was not reached"
    steps.setValue(80)
    dialog.accept()
    assert went_on == [(path, 80)]
    assert used.asked == [("open", path)]


def test_duplicate_copy_and_menu(desk: Build, qtbot: QtBot) -> None:
    path = make("one")
    used = desk()
    qtbot.mouseClick(used.page.toolbar.actions_by_id["runs.duplicate"], LEFT)
    assert used.asked == [("duplicate", path)]
    qtbot.keyClick(used.page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == str(path)
    menu = QMenu(used.page)
    fill_sections(menu, used.studio.actions, MENU, KEYS)
    texts = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
    assert texts[:5] == ["Open", "Compare", "Explore", "Continue training…", "Duplicate with changes"]
    next(action for action in menu.actions() if action.text().startswith("Open\t")).trigger()
    assert used.asked[-1] == ("open", path)


def test_a_run_anywhere_can_be_opened(desk: Build) -> None:
    used, asked = desk(), list[int]()
    used.studio.actions.add(Action("file.open-folder", "Open a folder…", lambda: asked.append(1)))
    assert used.studio.actions.run("runs.open-elsewhere")
    assert asked == [1]


def test_no_program_for_folders_is_said(
    desk: Build, monkeypatch: pytest.MonkeyPatch, logged_problems: list[logging.LogRecord]
) -> None:
    path = make("one")
    used = desk()
    opened: list[str] = []
    for works in (True, False):
        monkeypatch.setattr(
            "ganstudio.ui.runs.workspace.QDesktopServices.openUrl",
            lambda url, works=works: (opened.append(url.toLocalFile()), works)[1],
        )
        used.page.open_folders()
        assert len(used.shell.toasts.shown) == (0 if works else 1)
    assert opened == [str(path)] * 2
    assert len(logged_problems) == 1
    assert QGuiApplication.clipboard().text() == str(path)


def test_a_run_that_is_called_like_a_program_is_shown_and_not_started(
    desk: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On macOS a folder called “x.app” is a program, and opening it starts it."""
    path = make("one")
    path.rename(path.with_name("one.app"))
    used = desk()
    opened: list[str] = []
    monkeypatch.setattr(
        "ganstudio.ui.runs.workspace.QDesktopServices.openUrl", lambda url: opened.append(url.toLocalFile()) or True
    )
    used.page.open_folders()
    assert opened == [str(path.parent)]


def test_a_run_of_the_list_can_be_explored(desk: Build, qtbot: QtBot) -> None:
    path = make("one")
    used = desk()
    with qtbot.waitSignal(used.page.explore_requested) as asked:
        used.studio.actions.run("runs.explore")
    assert asked.args == [path]


def test_ctrl_z_brings_back_what_went_to_the_trash(qtbot: QtBot) -> None:
    for number in range(3):
        make(f"run {number}", age=number)
    with opened(qtbot) as window:
        qtbot.keyClick(window, Qt.Key.Key_Tab)
        window.show_workspace("runs")
        page = window.pages["runs"]
        assert isinstance(page, RunsWorkspace)
        wait(qtbot, lambda: len(page.library.rows) == 3)
        assert [row.name for row in page.chosen] == ["run 0"], "the first, also where the keyboard came with one"
        page.table.setFocus()

        def there() -> list[str]:
            return sorted(row.name for row in page.library.rows)

        for left in (2, 1):
            qtbot.keyClick(page.table, Qt.Key.Key_Delete)
            wait(qtbot, lambda left=left: len(page.library.rows) == left)
        told = [toast.message.text for toast in window.toasts.shown]
        assert told == ["Moved to trash: run 0", "Moved to trash: run 1"]
        for back, names in (("run 1", ["run 1", "run 2"]), ("run 0", ["run 0", "run 1", "run 2"])):
            qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
            wait(qtbot, lambda names=names: there() == names)
            left = [toast.message.text for toast in window.toasts.shown]
            assert f"Moved to trash: {back}" not in left, "nothing is left to undo"
        assert window.toasts.shown[-1].message.text == "Back from the trash: run 0"
        wait(qtbot, lambda: [row.name for row in page.chosen] == ["run 0"])
        qtbot.keyClick(page.table, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
        wait(qtbot, lambda: there() == ["run 1", "run 2"])
        page.table.choose(page.library.rows[0].path)
        old = page.chosen[0].name
        page.table.edit_name()
        editor = page.table.findChild(QLineEdit)
        assert editor is not None
        editor.setText("new name")
        qtbot.keyClick(editor, Qt.Key.Key_Return)
        wait(qtbot, lambda: "new name" in there())
        page.table.setFocus()
        qtbot.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        wait(qtbot, lambda: old in there())


def test_started_in_runs_its_keys_work_at_once(qtbot: QtBot) -> None:
    for number in range(2):
        make(f"run {number}", age=number)
    SettingsStore().remember(workspace="runs")
    with opened(qtbot) as window:
        page = window.pages["runs"]
        assert isinstance(page, RunsWorkspace)
        wait(qtbot, lambda: len(page.library.rows) == 2 and page.chosen)
        table, model = page.table, page.shown
        wait(qtbot, lambda: model.index(0, METHOD).data() == "DCGAN")
        assert model.index(0, DATA).data() == window.studio.catalogue.dataset("digits").title
        for leave in ("", "train", "explore"):
            if leave:
                qtbot.mouseClick(window.rail.buttons[leave], LEFT)
                assert window.stack.currentWidget().isAncestorOf(window.focusWidget())
                qtbot.mouseClick(window.rail.buttons["runs"], LEFT)
            assert window.focusWidget() is table
        window.rail.buttons["runs"].setFocus()
        qtbot.keyClick(window.rail.buttons["runs"], Qt.Key.Key_Up)
        assert window.focusWidget() is window.rail.buttons["evaluate"], "arrow keys walk along the rail"
        assert window.current_workspace == "evaluate"
        qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
        page.toolbar.search.setFocus()
        qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
        assert window.focusWidget() is page.toolbar.search, "where it was"
        qtbot.keyClicks(page.toolbar.search, "zzz")
        qtbot.keyClick(page.toolbar.search, Qt.Key.Key_Escape)
        assert not page.toolbar.search.text()
        qtbot.keyClick(page.toolbar.search, Qt.Key.Key_Down)
        assert window.focusWidget() is table
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Delete)
        wait(qtbot, lambda: len(page.library.rows) == 1)
        laid_out(qtbot, window)
        qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert window.focusWidget() is window.train.panel.method.combo


def test_thinning_asks_and_frees(qtbot: QtBot) -> None:
    path = make("old")
    with RunWriter(path) as writer:
        for step in range(1, 6):
            writer.save_checkpoint(step, {"w": np.zeros((200, 200), np.float32)}, {})
    with opened(qtbot) as window:
        window.show_workspace("runs")
        page = window.pages["runs"]
        assert isinstance(page, RunsWorkspace)
        wait(qtbot, lambda: page.library.rows and page.library.rows[0].size)
        before = page.library.rows[0].size
        for answer, steps in (("Keep everything", [1, 2, 3, 4, 5]), ("Thin", [1, 4, 5])):
            assert window.table.run("runs.thin")
            wait(qtbot, lambda: window.findChild(QMessageBox) is not None)
            box = window.findChild(QMessageBox)
            assert box is not None
            assert "2 checkpoints are removed." in box.informativeText()
            button = next(button for button in box.buttons() if button.text() == answer)
            qtbot.mouseClick(button, LEFT)
            wait(qtbot, lambda: not window.studio.jobs.running and window.findChild(QMessageBox) is None)
            assert Run.open(path).checkpoint_steps() == steps
        wait(qtbot, lambda: page.library.rows[0].size < before)
