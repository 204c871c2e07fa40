"""The runs workspace, used as a person uses it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLineEdit, QMenu, QMessageBox, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app.notifications import Notifications
from ganstudio.app.settings import SettingsStore
from ganstudio.app.studio import Studio
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Rows, SeriesInfo, State
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import make_grid
from ganstudio.store import RunWriter, create_run, list_runs, list_trash
from ganstudio.store.folder import read_info, write_info
from ganstudio.ui.runs.actions import MENU
from ganstudio.ui.runs.model import CREATED, DATA, NAME, SIZE, STATE, STEP
from ganstudio.ui.runs.workspace import RunsWorkspace
from ganstudio.ui.shell import Shell
from ganstudio.ui.theme import set_theme
from tests.ui.audit import problems

LEFT = Qt.MouseButton.LeftButton


def make(name: str, state: State = "stopped", step: int = 20, age: int = 0, data: str = "digits") -> Path:
    """A stored run with a picture; ``age`` in hours."""
    spec = DataSpec(data, "images", 10, channels=1, size=4)
    path = create_run(Experiment("dcgan", data, {"lr_g": 1e-3}, steps=50, name=name), spec, "print")
    write_info(path, replace(read_info(path), created=datetime.now(UTC) - timedelta(hours=age)))
    with RunWriter(path) as writer:
        writer.save_thumbnail(make_grid(np.full((4, 4, 4, 1), 200, np.uint8)))
        writer.write_status(state, step, 50, step * 0.5, message="The loss is not finite." if state == "failed" else "")
    return path


class Bench:
    """A window with the workspace on view, and what it asked for."""

    def __init__(self, shell: Shell, studio: Studio, page: RunsWorkspace) -> None:
        self.shell, self.studio, self.page = shell, studio, page
        self.asked: list[tuple[str, object]] = []
        page.open_requested.connect(lambda path: self.asked.append(("open", path)))
        page.duplicate_requested.connect(lambda path: self.asked.append(("duplicate", path)))
        page.gallery_requested.connect(lambda: self.asked.append(("gallery", None)))

    def settle(self) -> None:
        """What the window's timer does, until the disk has been read."""
        self.page.library.invalidate()
        self.page.refresh()
        self.finish()

    def finish(self) -> None:
        until = time.monotonic() + 20
        while self.studio.jobs.running:
            assert time.monotonic() < until
            self.studio.pump()
            QApplication.processEvents()
            time.sleep(0.002)
        QApplication.processEvents()

    @property
    def names(self) -> list[str]:
        """The names on view, from top to bottom."""
        shown = self.page.shown
        return [shown.index(place, NAME).data() for place in range(shown.rowCount())]

    def cell(self, place: int, column: int) -> str:
        return str(self.page.shown.index(place, column).data())

    def point(self, place: int, column: int, x: int = -1) -> QPoint:
        rect = self.page.table.visualRect(self.page.shown.index(place, column))
        return QPoint(rect.left() + x, rect.center().y()) if x >= 0 else rect.center()


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Callable[[], Bench]]:
    made: list[Bench] = []

    def build(width: int = 1024, height: int = 700) -> Bench:
        hub = Notifications()
        studio = Studio(SettingsStore(hub=hub), hub)
        shell = Shell(studio.settings, studio.actions, hub)
        qtbot.addWidget(shell)
        pages: list[RunsWorkspace] = []

        def factory() -> QWidget:
            pages.append(RunsWorkspace(studio, shell.binder))
            return pages[0]

        shell.add_workspace("runs", "Runs", "runs", factory)
        shell.resize(width, height)
        shell.show()
        shell.show_workspace("runs")
        QApplication.processEvents()  # a page that is added to a visible window shows itself in the next round
        made.append(Bench(shell, studio, pages[0]))
        made[-1].settle()
        pages[0].table.setFocus()
        return made[-1]

    yield build
    for one in made:
        one.finish()
        one.shell.close()
        one.studio.shutdown()


Build = Callable[..., Bench]


def test_without_runs_it_says_what_will_be_here(bench: Build, qtbot: QtBot) -> None:
    used = bench()
    empty = used.page._empty
    assert empty.isVisible()
    assert empty.button is not None
    qtbot.mouseClick(empty.button, LEFT)
    assert used.asked == [("gallery", None)]
    assert not used.page.toolbar.actions_by_id["runs.delete"].isEnabled()


def test_newest_first_and_the_first_is_chosen(bench: Build) -> None:
    make("old", age=5)
    make("new", age=1, state="finished", step=50)
    used = bench()
    assert used.names == ["new", "old"]
    assert [row.name for row in used.page.chosen] == ["new"]
    assert (used.cell(0, STEP), used.cell(1, STEP)) == ("50", "20 / 50")
    assert (used.cell(0, STATE), used.cell(1, STATE)) == ("finished", "stopped")


def test_columns_sort_by_value(bench: Build) -> None:
    for name, step in (("b", 9), ("A", 40), ("c", 10)):
        make(name, step=step)
    used = bench()
    used.page.table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    assert used.names == ["A", "b", "c"]
    used.page.table.sortByColumn(STEP, Qt.SortOrder.AscendingOrder)
    assert used.names == ["b", "c", "A"]


def test_search_and_chips(bench: Build, qtbot: QtBot) -> None:
    make("alpha", "finished", 50)
    make("beta", "failed")
    make("gamma", "finished", 50, data="ring-like")
    used = bench()
    bar = used.page.toolbar
    qtbot.mouseClick(bar.chips["failed"], LEFT)
    assert used.names == ["beta"]
    assert bar.count.text() == "1 of 3"
    qtbot.mouseClick(bar.chips["finished"], LEFT)
    assert set(used.names) == {"alpha", "gamma"}
    qtbot.keyClicks(bar.search, "RING")
    assert used.names == ["gamma"]
    assert [row.name for row in used.page.chosen] == ["gamma"]
    qtbot.keyClicks(bar.search, "zzz")
    assert used.page._no_match.isVisible()
    assert used.page._no_match.button is not None
    qtbot.mouseClick(used.page._no_match.button, LEFT)
    assert len(used.names) == 3


def test_enter_and_double_click_open(bench: Build, qtbot: QtBot) -> None:
    path = make("one")
    used = bench()
    table = used.page.table
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, DATA))
    qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, NAME, 30))  # the picture
    qtbot.mouseClick(used.page.toolbar.open, LEFT)
    assert used.asked == [("open", path)] * 4


@pytest.mark.parametrize("by_mouse", [False, True])
def test_rename_in_place(bench: Build, qtbot: QtBot, by_mouse: bool) -> None:
    make("before")
    used = bench()
    table = used.page.table
    if by_mouse:
        qtbot.mouseDClick(table.viewport(), LEFT, pos=used.point(0, NAME, 110))
    else:
        qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "before"
    editor.setText("  after   that ")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt commits in the next round
    used.finish()
    assert used.names == ["after that"]
    assert list_runs()[0].info.name == "after that"
    assert used.asked == [], "Enter in the editor does not open the run"


def test_typing_is_not_disturbed_by_a_live_row(bench: Build, qtbot: QtBot) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = bench()
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


def test_live_rows_keep_selection_and_scroll(bench: Build) -> None:
    for n in range(30):
        make(f"run {n:02d}", age=n + 1)
    path = make("live", age=100)
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = bench()
        table = used.page.table
        table.choose(used.page.shown.index(12, 0).data(Qt.ItemDataRole.UserRole).path)
        bar = table.verticalScrollBar()
        bar.setValue(bar.maximum() // 2)
        resets: list[int] = []
        used.page.model.modelReset.connect(lambda: resets.append(1))
        before = (bar.value(), [row.path for row in used.page.chosen])
        writer.write_status("training", 33, 50)
        used.settle()
        assert used.cell(30, STEP) == "33 / 50"
        assert used.cell(30, STATE) == "training elsewhere"
        assert (bar.value(), [row.path for row in used.page.chosen]) == before
        make("another", age=200)
        used.settle()
        assert (bar.value(), [row.path for row in used.page.chosen]) == before
        assert resets == []


def test_delete_undo_restore_empty(bench: Build, qtbot: QtBot) -> None:
    for n in range(3):
        make(f"run {n}", age=n)
    used = bench()
    table = used.page.table
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert len(used.page.chosen) == 2
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    used.finish()
    assert used.names == ["run 2"]
    assert [row.name for row in used.page.chosen] == ["run 2"], "the run after them is chosen"
    toast = used.shell.toasts.shown[0]
    assert toast.message.text == "2 runs moved to trash"
    assert toast.message.run is not None
    toast.message.run()
    used.finish()
    assert used.names == ["run 0", "run 1", "run 2"]
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    used.finish()
    qtbot.mouseClick(used.page.toolbar.trash, LEFT)
    used.settle()
    trash = used.page.trash
    assert trash.isVisible()
    (name,) = [item.name for item in trash.model.items]
    trash.table.selectRow(0)
    qtbot.mouseClick(trash.restore_button, LEFT)
    used.finish()
    assert trash.model.items == ()
    qtbot.mouseClick(trash.back_button, LEFT)
    assert name in used.names


def test_emptying_the_trash_asks_first(bench: Build, qtbot: QtBot) -> None:
    make("gone")
    used = bench()
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


def test_a_live_run_is_neither_deleted_nor_continued(bench: Build, qtbot: QtBot) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = bench()
        for name in ("runs.delete", "runs.continue"):
            assert not used.page.toolbar.actions_by_id[name].isEnabled()
        qtbot.keyClick(used.page.table, Qt.Key.Key_Delete)
        used.finish()
        assert used.names == ["live"]


def test_continue_asks_how_far(bench: Build, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("half")
    used = bench()
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


def test_duplicate_copy_and_menu(bench: Build, qtbot: QtBot) -> None:
    path = make("one")
    used = bench()
    qtbot.mouseClick(used.page.toolbar.actions_by_id["runs.duplicate"], LEFT)
    assert used.asked == [("duplicate", path)]
    qtbot.keyClick(used.page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == str(path)
    menu = QMenu(used.page)
    used.page._fill_menu(menu, MENU)
    texts = [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]
    assert texts[:3] == ["Open", "Continue training…", "Duplicate with changes"]
    next(action for action in menu.actions() if action.text().startswith("Open\t")).trigger()
    assert used.asked[-1] == ("open", path)


def test_details_where_there_is_room(bench: Build) -> None:
    path = make("bad", "failed", 30)
    with RunWriter(path) as writer:
        series = (SeriesInfo("D(x)", "probability", "real"),)
        writer.append_rows(Rows("steps", series, np.array([1]), np.array([0.1]), np.array([[0.25]], np.float32)))
    used = bench(1366, 768)
    pane = used.page.details
    used.finish()
    assert pane.isVisible()
    assert (pane.name.text(), pane.message.text()) == ("bad", "The loss is not finite.")
    shown = {name.text(): value.text() for name, value in pane.latest._labels}
    assert shown["D(x)"] == "0.25"
    assert {name.text(): value.text() for name, value in pane.hyper._labels}["lr_g"] == "1e-3"
    used.page.table.selectAll()
    make("second")
    used.settle()
    used.page.table.selectAll()
    assert "2 runs selected" in pane._words.text()
    used.shell.resize(1024, 700)
    QApplication.processEvents()
    assert not pane.isVisible()
    assert used.page.table.isColumnHidden(SIZE)
    assert not used.page.table.isColumnHidden(CREATED)


def test_hidden_it_reads_nothing(bench: Build) -> None:
    used = bench()
    used.shell.add_workspace("other", "Other", "train", QWidget)
    used.shell.show_workspace("other")
    used.page.library.invalidate()
    used.page.refresh()
    assert used.studio.jobs.running == ()
    assert not used.studio.actions["runs.trash"].enabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_paints_in_both_themes(bench: Build, theme: str) -> None:
    for name, state in (("a" * 300, "failed"), ("b", "finished"), ("c", "stopped")):
        make(name, state)  # type: ignore[arg-type]
    used = bench(1366, 768)
    set_theme(theme)  # type: ignore[arg-type]
    picture = used.shell.grab().toImage()
    assert len({picture.pixel(x, 200) for x in range(0, picture.width(), 3)}) > 4
    table = used.page.table
    assert table.horizontalHeader().length() <= table.viewport().width() + 1


def test_everything_has_a_name_and_a_tooltip(bench: Build) -> None:
    make("one")
    assert problems(bench(1366, 768).page) == []


def test_details_of_a_live_run_follow_now_and_then(bench: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = bench(1366, 768)
        used.page.table.choose(path)
        used.finish()
        read: list[Path] = []
        monkeypatch.setattr(used.page.library, "details", lambda path, then: read.append(path))
        for step in (21, 22):
            writer.write_status("training", step, 50)
            used.settle()
        assert read == [], "not at every step"
        monkeypatch.setattr(used.page, "_details_due", 0.0)
        used.page.refresh()
        used.page.refresh()
        assert read == [path]


def test_a_run_anywhere_can_be_opened(bench: Build, tmp_path: Path) -> None:
    used = bench()
    used.page.choose_folder()
    dialog = used.page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path))
    dialog.reject()
    assert used.asked == [("open", tmp_path)]


def test_no_program_for_folders_is_said(
    bench: Build, monkeypatch: pytest.MonkeyPatch, logged_problems: list[logging.LogRecord]
) -> None:
    path = make("one")
    used = bench()
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
