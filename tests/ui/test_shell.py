from __future__ import annotations

import base64
import logging
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMargins, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ganstudio.app.actions import Action, ActionTable, unmarked
from ganstudio.app.notifications import Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.ui import toasts as toasts_module
from ganstudio.ui.forms.editors import FolderEdit
from ganstudio.ui.forms.preferences import Preferences
from ganstudio.ui.kit.errors import EmptyState, ErrorBanner
from ganstudio.ui.kit.menus import mark_keys
from ganstudio.ui.kit.motion import reveal, set_reduced_motion
from ganstudio.ui.kit.parts import boxed
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.kit.words import tooltip_of
from ganstudio.ui.qtlog import install_qt_messages
from ganstudio.ui.shell import Shell
from ganstudio.ui.shortcuts import Shortcuts
from ganstudio.ui.statusbar import RunChip, StatusBar
from ganstudio.ui.toasts import Messages
from tests.ui.audit import problems


@pytest.fixture
def hub() -> Notifications:
    return Notifications()


def page_of(words: str) -> QWidget:
    page = QWidget()
    boxed(QLabel(words), None, into=page)
    return page


@pytest.fixture
def make(qtbot: QtBot, hub: Notifications) -> Callable[..., Shell]:
    def build(table: ActionTable | None = None) -> Shell:
        shell = Shell(SettingsStore(hub=hub), table or ActionTable(), hub)
        qtbot.addWidget(shell)
        shell.add_workspace("train", "Train", "train", lambda: page_of("one"))
        shell.add_workspace("runs", "Runs", "runs", lambda: page_of("two"))
        shell.begin()
        shell.show()
        return shell

    return build


def test_workspaces_are_built_when_first_shown_and_remembered(qtbot: QtBot, hub: Notifications) -> None:
    built: list[str] = []

    def page(name: str) -> Callable[[], QWidget]:
        return lambda: (built.append(name), QLabel(name))[1]

    for expected in (["train", "runs"], ["train", "runs", "runs"]):
        shell = Shell(SettingsStore(hub=hub), ActionTable(), hub)
        qtbot.addWidget(shell)
        for name in ("train", "runs"):
            shell.add_workspace(name, name.title(), name, page(name))
        shell.begin()
        shell.show()
        shell.show_workspace("runs")
        assert built == expected
        assert shell.current_workspace == "runs"
        shell.close()


def test_keys_switch_workspaces_and_open_the_palette(make: Callable[..., Shell], qtbot: QtBot) -> None:
    shell = make()
    with qtbot.waitExposed(shell):
        shell.activateWindow()
    qtbot.keyClick(shell, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert shell.current_workspace == "runs"
    qtbot.keyClick(shell, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert shell.palette_box.isVisible()
    qtbot.keyClicks(shell.palette_box._entry, "train")
    assert shell.palette_box.titles[0] == "Train"
    qtbot.keyClick(shell.palette_box._entry, Qt.Key.Key_Return)
    assert shell.current_workspace == "train"
    assert not shell.palette_box.isVisible()


def test_every_control_has_name_tooltip_and_keys(make: Callable[..., Shell], hub: Notifications, qtbot: QtBot) -> None:
    shell = make()
    hub.info("Little room.", "details", "Open", lambda: None)
    shell.statusbar.set_runs([RunChip(str(k), f"run {k}", "training", k) for k in range(12)])
    for widget in (shell, Preferences(shell.store, shell), Shortcuts(shell.table, (), shell)):
        assert problems(widget) == []
        if isinstance(widget, QDialog):
            widget.close()


def test_a_broken_workspace_is_told_of_and_the_rest_lives(
    make: Callable[..., Shell], logged_problems: list[object]
) -> None:
    shell = make()
    shell.add_workspace("paint", "Paint", "brush", lambda: QLabel(1 / 0))  # type: ignore[arg-type]
    shell.show_workspace("paint")
    assert "Paint cannot be shown" in shell.workspace("paint").findChild(ErrorBanner).text  # type: ignore[union-attr]
    shell.show_workspace("train")
    assert shell.current_workspace == "train"
    assert logged_problems


def test_geometry_is_kept_and_never_off_screen(make: Callable[..., Shell]) -> None:
    shell = make()
    shell.resize(shell.minimumSize())
    shell.close()
    room = QGuiApplication.primaryScreen().availableGeometry()
    again = make()
    assert again.size() == again.minimumSize()
    again.move(QPoint(90_000, 90_000))
    blob = base64.b64encode(again.saveGeometry().data()).decode()
    again.close()
    again.store.remember_layout("geometry", blob)
    third = make()
    assert room.contains(third.frameGeometry().center())
    third.reset_layout()
    assert third.store.layout("geometry") == ""


def test_the_window_fits_its_screen_with_its_frame(make: Callable[..., Shell], monkeypatch: pytest.MonkeyPatch) -> None:
    room, frame = QGuiApplication.primaryScreen().availableGeometry(), QMargins(5, 60, 5, 5)
    monkeypatch.setattr(QWindow, "frameMargins", lambda _window: frame)
    shell = make()
    shell.place("")
    shell.fit_screen()
    assert room.contains(shell.geometry().marginsAdded(frame))
    shell.setMinimumSize(0, 0)
    shell.resize(3000, 2000)  # as it was on a larger screen
    blob = base64.b64encode(shell.saveGeometry().data()).decode()
    shell.place(blob)
    assert room.contains(shell.geometry().marginsAdded(frame))
    shell.reset_layout()
    assert room.contains(shell.geometry().marginsAdded(frame))


def test_guard_keeps_the_window_open(make: Callable[..., Shell]) -> None:
    shell = make()
    shell.close_guard = lambda: False
    assert not shell.close()
    assert shell.isVisible()
    shell.close_guard = lambda: True
    assert shell.close()


def test_theme_action_changes_setting_and_colours(make: Callable[..., Shell]) -> None:
    shell = make()
    shell.table.run("view.theme")
    assert shell.store.values.theme == "dark"
    assert current_theme().dark


def test_actions_of_another_workspace_have_no_keys_here(make: Callable[..., Shell], qtbot: QtBot) -> None:
    table, ran, can = ActionTable(), [], [True]
    table.add(
        Action(
            "run.pause",
            "Pause",
            lambda: ran.append(1),
            "pause",
            "Ctrl+P",
            "Run",
            context="runs",
            enabled=lambda: can[0],
        )
    )
    shell = make(table)
    with qtbot.waitExposed(shell):
        shell.activateWindow()
    qtbot.keyClick(shell, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert ran == []
    shell.show_workspace("runs")
    button = QPushButton("Pause", shell)
    shell.binder.bind(button, "run.pause")
    qtbot.keyClick(shell, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert ran == [1]
    button.click()
    assert ran == [1, 1]
    can[0] = False
    table.refresh()
    assert not button.isEnabled()
    assert [entry.text() for entry in shell.menuBar().actions()] == ["&File", "&Run", "&View", "&Help"]


def key_of(entry: QAction) -> str:
    return next((found[1].lower() for found in re.finditer(r"&&|&(\w)", entry.text()) if found[1]), "")


def test_menus_open_by_keyboard_and_a_letter_chooses(make: Callable[..., Shell], qtbot: QtBot) -> None:
    table, ran, called = ActionTable(), [], ["Bits & pieces"]
    for name, title in (("save", "Save"), ("send", "S&end"), ("shut", "Shut"), ("sew", "Sew && sow"), ("so", "So")):
        table.add(Action(f"file.{name}", title, lambda name=name: ran.append(name), menu="File"))
    table.add(Action("file.name", "Rename", lambda: ran.append("name"), menu="&Extras", wording=lambda: called[0]))
    shell = make(table)
    with qtbot.waitExposed(shell):
        shell.activateWindow()
    bar = shell.menuBar()
    assert [entry.text() for entry in bar.actions()] == ["&File", "&Extras", "&View", "&Help"]
    assert table["file.send"].label == "Send", "elsewhere it is read without"
    assert tooltip_of(table["file.sew"]) == "Sew & sow"
    qtbot.keyClick(shell, Qt.Key.Key_F10)
    file = QApplication.activePopupWidget()
    assert isinstance(file, QMenu)
    letters = [key_of(entry) for entry in file.actions() if not entry.isSeparator()]
    assert letters[:5] == ["s", "e", "h", "w", "o"], "a translator's own stays"
    assert len(set(letters)) == len(letters)
    qtbot.keyClick(file, Qt.Key.Key_W)
    assert ran == ["sew"]
    keyed, bare = QAction("Ab"), QAction("Ba Ab")
    keyed.setShortcut("A")
    mark_keys([keyed, QAction("&B"), bare])
    assert (keyed.text(), bare.text()) == ("Ab", "Ba &Ab"), "letters run out: what has no key of its own needs them"
    called[0] = "Q&A"
    qtbot.keyClick(shell, Qt.Key.Key_E, Qt.KeyboardModifier.AltModifier)
    extras = QApplication.activePopupWidget()
    assert isinstance(extras, QMenu)
    assert extras.actions()[0].text() == "&Q&&A", "nothing of a name is eaten"
    qtbot.keyClick(extras, Qt.Key.Key_Q)
    assert ran == ["sew", "name"]


def test_messages_stack_count_and_go(make: Callable[..., Shell], hub: Notifications, qtbot: QtBot) -> None:
    shell = make()
    for text in "abcde":
        hub.info(text)
    hub.info("a")
    toasts = shell.toasts.shown
    assert [toast.message.text for toast in toasts] == list("abc")
    assert toasts[0].count == 2
    assert all(shell.rect().contains(toast.geometry()) for toast in toasts)
    places = [toast.geometry() for toast in toasts]
    assert not any(one.intersects(other) for k, one in enumerate(places) for other in places[:k])
    qtbot.keyClick(toasts[0], Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: [toast.message.text for toast in shell.toasts.shown] == list("bcd"))
    assert [toast.geometry() for toast in shell.toasts.shown[:2]] == places[1:], "the others stay where they are"
    qtbot.mouseClick(shell.toasts.shown[0], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(shell.toasts.shown[0].close_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: [toast.message.text for toast in shell.toasts.shown] == list("de"))
    shell.setFocus()
    qtbot.keyClick(shell, Qt.Key.Key_Escape)
    assert [toast.message.text for toast in shell.toasts.shown] == ["d"], "Escape that nobody wants closes the newest"


def test_messages_stay_above_the_workspaces_built_after_them(
    make: Callable[..., Shell], hub: Notifications, logged_problems: list[object]
) -> None:
    shell = make()
    hub.error("a message")
    shell.add_workspace("paint", "Paint", "brush", lambda: page_of("three"))
    for name in ("runs", "paint", "train"):
        shell.show_workspace(name)
        QApplication.processEvents()
        toast = shell.toasts.shown[0]
        found = shell.centralWidget().childAt(toast.geometry().center())
        assert found is toast or toast.isAncestorOf(found)


def test_messages_go_by_time_but_errors_and_what_is_looked_at(
    make: Callable[..., Shell],
    hub: Notifications,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    logged_problems: list[object],
) -> None:
    assert toasts_module.LASTS_MS == {"info": 6_000, "warning": 60_000}
    assert toasts_module.BUTTON_MS == 10_000
    monkeypatch.setattr(toasts_module, "LASTS_MS", {"info": 30, "warning": 60})
    monkeypatch.setattr(toasts_module, "BUTTON_MS", 1_500)
    shell = make()
    hub.info("info")
    hub.warning("warning")
    hub.error("error")
    qtbot.waitUntil(lambda: [toast.message.level for toast in shell.toasts.shown] == ["error"])
    hub.info("moved", "", "Undo", lambda: None)
    moved = shell.toasts.shown[1]
    qtbot.wait(200)
    assert moved in shell.toasts.shown, "time enough for a button"
    moved.close_button.setFocus()
    qtbot.wait(1_800)
    assert moved in shell.toasts.shown, "somebody is about to use it"
    shell.stack.setFocus()
    qtbot.waitUntil(lambda: [toast.message.level for toast in shell.toasts.shown] == ["error"])
    shell.toasts.shown[0].close_button.click()
    assert shell.toasts.shown == ()


def test_where_controls_take_everything_the_page_gives_way(
    make: Callable[..., Shell], hub: Notifications, qtbot: QtBot
) -> None:
    def full() -> QWidget:
        page = QWidget()
        boxed(*(boxed(*(QLineEdit() for _row in range(20))) for _column in range(5)), into=page, across=True)
        return page

    shell = make()
    shell.add_workspace("form", "Form", "runs", full)
    shell.show_workspace("form")
    QApplication.processEvents()
    height = shell.stack.height()
    hub.info("a message")
    toast = shell.toasts.shown[0]
    qtbot.waitUntil(lambda: shell.stack.height() < height)
    qtbot.waitUntil(lambda: not shell.stack.geometry().intersects(toast.geometry()))
    assert not shell.statusbar.geometry().intersects(toast.geometry())
    shell.show_workspace("train")
    qtbot.waitUntil(lambda: shell.stack.height() == height)
    toast.close_button.click()


def test_messages_are_kept_in_a_list_and_counted_until_they_are_read(
    make: Callable[..., Shell], hub: Notifications, logged_problems: list[object]
) -> None:
    shell = make()
    bell = shell.statusbar.messages
    place = bell.geometry()
    bell.click()
    listed = next(dialog for dialog in shell.findChildren(Messages) if dialog.isVisible())
    assert listed.list.topLevelItem(0).text(1).startswith("Nothing yet"), "an empty list says what will be there"
    assert not listed.list.topLevelItem(0).isDisabled(), "in the faint colour of what is disabled nobody can read it"
    listed.close()
    hub.warning("the disk is nearly full", "312 MB")
    hub.info("saved")
    hub.info("saved")
    assert (bell.text(), bell.accessibleName()) == ("2", "Messages (2 new)")
    shell.toasts.shown[-1].close_button.click()
    assert bell.text() == "1", "who closes one has read it"
    bell.click()
    listed = next(dialog for dialog in shell.findChildren(Messages) if dialog.isVisible())
    assert (bell.text(), bell.accessibleName(), bell.geometry()) == ("", "Messages", place)
    assert problems(listed) == []
    assert [listed.list.topLevelItem(row).text(1) for row in range(2)] == ["saved (×2)", "the disk is nearly full"]
    next(button for button in listed.findChildren(QPushButton) if button.text() == "Copy all").click()
    assert QApplication.clipboard().text().splitlines()[-1] == "312 MB"
    listed.close()
    for k in range(200):
        hub.info(str(k))
    assert len(hub.kept) == 100


def test_details_fold_out_and_are_copied(qtbot: QtBot) -> None:
    banner, ran = ErrorBanner(), []
    qtbot.addWidget(banner)
    banner.show_error(
        "The loss is not finite.", "Lower the learning rate.", "Traceback", "Resume", lambda: ran.append(1)
    )
    banner.show()
    buttons = {button.text(): button for button in banner.findChildren(QPushButton)}
    assert not banner._details.isVisible()
    buttons["Details"].click()
    assert banner._details.isVisible()
    buttons["Copy"].click()
    assert QApplication.clipboard().text() == "The loss is not finite.\nLower the learning rate.\nTraceback"
    buttons["Resume"].click()
    assert ran == [1]
    with qtbot.waitSignal(banner.closed):
        banner.close_button.click()


def test_empty_state_offers_its_button(qtbot: QtBot) -> None:
    empty = EmptyState("curve", "No run yet", "Start one.", "Open the gallery")
    qtbot.addWidget(empty)
    assert problems(empty) == []
    with qtbot.waitSignal(empty.clicked):
        empty.button.click()  # type: ignore[union-attr]


def test_status_chips_are_updated_in_place_and_clicked(qtbot: QtBot) -> None:
    bar = StatusBar()
    qtbot.addWidget(bar)
    bar.resize(700, 32)
    bar.show()
    runs = [RunChip(str(k), f"r&n {k}", "training", 0, "86/s", "1:10", 0.2) for k in range(6)]
    bar.set_runs(runs)
    first = bar._buttons["0"]
    places = [button.geometry() for button in bar._buttons.values()]
    longer = [RunChip(str(k), f"r&n {k}", "training", 10 ** (2 + k), "12,345/s", "1:02:03:10", 0.2) for k in range(6)]
    bar.set_runs([RunChip("0", "run 0", "paused", 1240), *longer[1:]])
    assert bar._buttons["0"] is first
    QApplication.processEvents()
    assert [button.geometry() for button in bar._buttons.values()] == places, "nothing moves when a number grows"
    bar.set_runs([RunChip("0", "run 0", "paused", 1240), *runs[1:]])
    assert "paused · step 1,240" in first.toolTip()
    shown = [button for button in bar._buttons.values() if button.isVisible()]
    assert 1 <= len(shown) < 6
    menu = bar.findChild(QToolButton).menu()  # type: ignore[union-attr]
    menu.aboutToShow.emit()
    assert [unmarked(action.text()) for action in menu.actions()] == [
        f"r&n {k}  (training)" for k in range(len(shown), 6)
    ]
    with qtbot.waitSignal(bar.run_clicked) as told:
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert told.args == ["0"]
    bar.set_runs([])
    assert bar._idle.isVisible()


def test_preferences_hold_at_once_both_ways(make: Callable[..., Shell]) -> None:
    shell = make()
    dialog = Preferences(shell.store, shell)
    threads = dialog.form.row("cpu_threads")
    assert not threads.reset_button.isEnabled()
    shell.store.set("theme", "dark")
    dialog.show()
    threads.editor.selectAll()
    QTest.keyClicks(threads.editor, "3")
    QTest.keyClick(threads.editor, Qt.Key.Key_Return)
    assert (shell.store.values.cpu_threads, shell.store.values.theme) == (3, "dark"), "Enter presses no button"
    assert threads.label.font().bold()
    shell.store.set("theme", "light")
    assert threads.label.font().bold(), "a changed row is still seen at a glance"
    threads.reset_button.click()
    assert shell.store.values.cpu_threads == 0
    shell.store.set("reduced_motion", True)
    assert dialog.form.values()["reduced_motion"] is True
    dialog.close()
    shell.store.set("cpu_threads", 2)


def test_preferences_ask_for_the_file_of_inception(
    make: Callable[..., Shell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_asked: (str(tmp_path / "weights.pth"), ""))
    shell = make()
    dialog = Preferences(shell.store, shell)
    row = dialog.form.row("inception")
    assert isinstance(row.editor, FolderEdit)
    row.editor.browse.click()
    assert shell.store.values.inception == str(tmp_path / "weights.pth")
    row.reset_button.click()
    assert shell.store.values.inception == ""
    dialog.close()


def test_shortcuts_list_every_key_and_can_be_searched(make: Callable[..., Shell]) -> None:
    shell = make()
    dialog = Shortcuts(shell.table, [("Canvas", "Pan", "Space")], shell)
    assert len(dialog.rows) == sum(bool(action.shortcuts) for action in shell.table) + 1
    dialog.findChild(QLineEdit).setText("pan")  # type: ignore[union-attr]
    assert dialog.rows == [("Pan", "Space")]
    dialog.close()


def test_window_needs_no_heavy_import() -> None:
    code = (
        "import sys, ganstudio.ui.shell, ganstudio.ui.forms.preferences;"
        "heavy = {'torch', 'pyqtgraph', 'sklearn', 'scipy', 'numpy'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_qt_says_is_logged(logged_problems: list[logging.LogRecord]) -> None:
    from PySide6.QtCore import qWarning

    remove_qt_messages = install_qt_messages()
    try:
        qWarning("something odd")
    finally:
        remove_qt_messages()
    assert ["something odd" in record.getMessage() for record in logged_problems] == [True]


@pytest.mark.parametrize("reduced", [True, False])
def test_a_part_opens_to_its_full_height_and_closes(qtbot: QtBot, reduced: bool) -> None:
    set_reduced_motion(reduced)
    outer = QWidget()
    qtbot.addWidget(outer)
    inner = QLabel("x", outer)
    inner.setMaximumHeight(90)
    outer.show()
    reveal(inner, False)
    assert not inner.isVisible()
    reveal(inner, True)
    assert (inner.maximumHeight() == 90) is reduced
    qtbot.waitUntil(lambda: inner.maximumHeight() == 90, timeout=2000)
    set_reduced_motion(False)
