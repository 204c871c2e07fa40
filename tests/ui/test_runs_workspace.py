"""The runs workspace as a person sees it: rows, search, details."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.events import Rows, SeriesInfo
from ganstudio.store import RunWriter
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.runs.model import CREATED, NAME, SIZE, STATE, STEP
from tests.ui.audit import problems
from tests.ui.runs_kit import Build, make

LEFT = Qt.MouseButton.LeftButton


def test_without_runs_it_says_what_will_be_here(desk: Build, qtbot: QtBot) -> None:
    used = desk()
    empty = used.page._empty
    assert empty.isVisible()
    assert empty.button is not None
    qtbot.mouseClick(empty.button, LEFT)
    assert used.asked == [("gallery", None)]
    assert not used.page.toolbar.actions_by_id["runs.delete"].isEnabled()


def test_newest_first_and_the_first_is_chosen(desk: Build) -> None:
    make("old", age=5)
    make("new", age=1, state="finished", step=50)
    used = desk()
    assert used.names == ["new", "old"]
    assert [row.name for row in used.page.chosen] == ["new"]
    assert (used.cell(0, STEP), used.cell(1, STEP)) == ("50", "20 / 50")
    assert (used.cell(0, STATE), used.cell(1, STATE)) == ("finished", "stopped")


def test_columns_sort_by_value(desk: Build) -> None:
    for name, step in (("b", 9), ("A", 40), ("c", 10)):
        make(name, step=step)
    used = desk()
    used.page.table.sortByColumn(NAME, Qt.SortOrder.AscendingOrder)
    assert used.names == ["A", "b", "c"]
    used.page.table.sortByColumn(STEP, Qt.SortOrder.AscendingOrder)
    assert used.names == ["b", "c", "A"]


def test_search_and_chips(desk: Build, qtbot: QtBot) -> None:
    make("alpha", "finished", 50)
    make("beta", "failed")
    make("gamma", "finished", 50, data="ring-like")
    used = desk()
    bar = used.page.toolbar
    qtbot.mouseClick(bar.chips["failed"], LEFT)
    assert used.names == ["beta"]
    assert bar.count.text() == "1 of 3"
    assert "on disk" in bar.count.toolTip()
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


def test_live_rows_keep_selection_and_scroll(desk: Build) -> None:
    for n in range(30):
        make(f"run {n:02d}", age=n + 1)
    path = make("live", age=100)
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = desk()
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


def test_details_where_there_is_room(desk: Build) -> None:
    path = make("bad", "failed", 30)
    with RunWriter(path) as writer:
        series = SeriesInfo("D(x)", "probability", "real"), SeriesInfo("D(G(z))", "probability", "fake")
        values = np.array([[0.1, 0.2], [0.25, 0.1]], np.float32)
        writer.append_rows(Rows("steps", series, np.array([1, 2]), np.array([0.1, 0.2]), values))
    used = desk(1366, 768)
    pane = used.page.details
    used.finish()
    assert pane.isVisible()
    assert (pane.name.text(), pane.message.text()) == ("bad", "The loss is not finite.")
    assert pane.notes.isVisible()
    assert pane.notes.text() == "1 of 11 files was left out of bad."
    shown = {name.text(): value.text() for name, value, _below in pane.latest._lines}
    assert shown["D(x)"] == "0.250"
    assert not pane.hyper.isVisible(), "nobody knows the defaults yet"
    used.studio.load_catalogue()
    used.finish()
    assert ("G learning rate", "1e-3") in {(name.text(), value.text()) for name, value, _below in pane.hyper._lines}
    used.page.table.selectAll()
    make("second")
    used.settle()
    used.page.table.selectAll()
    assert "2 runs selected" in pane._words.text()
    used.shell.resize(1024, 700)
    QApplication.processEvents()
    assert not pane.isVisible()
    assert not used.page.table.isColumnHidden(SIZE), "what they take on the disk is seen also there"
    assert not used.page.table.isColumnHidden(CREATED)
    used.finish()
    bar = used.page.toolbar
    assert bar.search.geometry().right() < bar.chips["live"].x(), "nothing lies over anything else"


def test_hidden_it_reads_nothing(desk: Build) -> None:
    used = desk()
    used.shell.add_workspace("other", "Other", "train", QWidget)
    used.shell.show_workspace("other")
    used.page.library.invalidate()
    used.page.refresh()
    assert used.studio.jobs.running == ()
    assert not used.studio.actions["runs.trash"].enabled()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_paints_in_both_themes(desk: Build, theme: str) -> None:
    for name, state in (("a" * 300, "failed"), ("b", "finished"), ("c", "stopped")):
        make(name, state)  # type: ignore[arg-type]
    used = desk(1366, 768)
    set_theme(theme)  # type: ignore[arg-type]
    picture = used.shell.grab().toImage()
    assert len({picture.pixel(x, 200) for x in range(0, picture.width(), 3)}) > 4
    table = used.page.table
    assert table.horizontalHeader().length() <= table.viewport().width() + 1


def test_everything_has_a_name_and_a_tooltip(desk: Build) -> None:
    make("one")
    assert problems(desk(1366, 768).page) == []


def test_details_of_a_live_run_follow_now_and_then(desk: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make("live")
    with RunWriter(path) as writer:
        writer.write_status("training", 20, 50)
        used = desk(1366, 768)
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
