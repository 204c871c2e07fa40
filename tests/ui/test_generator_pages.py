"""The window and the workspaces with an open generator: each run, file and gallery card goes where it belongs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from ganstudio.app.actions import Action
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.gallery import gallery_card
from ganstudio.app.generators.desk import Desk
from ganstudio.app.generators.workplaces import bundled_path
from ganstudio.app.history import History
from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.explore.picture_file import save_picture
from ganstudio.ui.generator_page import SourceBar
from ganstudio.ui.generator_page.source_menu import recent_runs
from ganstudio.ui.kit.files import Dropped
from ganstudio.ui.kit.page import Page
from ganstudio.ui.train.run_bar import RunBar
from ganstudio.ui.window import MainWindow
from ganstudio.ui.workspaces import WorkspaceRow, workspace_rows
from tests.ui.explore_window import drop, listen, store_run
from tests.ui.window_kit import close_window, open_window

PICTURE = np.full((4, 4, 1), 128, np.uint8)


class Painter(Desk):
    place = "paint"


class Notes(Page):
    """A workspace that writes down what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.history = History()
        self.asked: list[Any] = []

    @property
    def page_history(self) -> History:
        return self.history

    def open_run(self, model: RunModel) -> None:
        self.asked.append(model)

    def open_path(self, path: Path) -> None:
        self.asked.append(path)

    def open_file(self, dropped: Dropped) -> None:
        self.asked.append(dropped.path)

    def open_ready(self) -> None:
        self.asked.append("ready")

    def refresh(self) -> None:
        if "tick" not in self.asked:
            self.asked.append("tick")

    def restore_layout(self) -> None:
        self.asked.append("layout")

    def end(self) -> None:
        self.asked.append("end")


def rows_of_page() -> tuple[Action, ...]:
    return (Action("paint.clear", "Clear the canvas", lambda: None, shortcut="Ctrl+F12", context="paint"),)


def make_page(*_parts: object) -> tuple[Page, tuple[Action, ...]]:
    return Notes(), rows_of_page()


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    paint = WorkspaceRow("paint", "Paint", "brush", "Out of label maps.", make_page, rows_of_page)
    rows = tuple(paint if row.name == "paint" else row for row in workspace_rows())
    monkeypatch.setattr("ganstudio.ui.window.workspace_rows", lambda: rows)
    made = open_window(qtbot)
    yield made
    close_window(made)


def paint(window: MainWindow) -> Notes:
    page = window.pages["paint"]
    assert isinstance(page, Notes)
    return page


@pytest.fixture(scope="module")
def maps_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose description says that it was trained on label maps, and is given them."""
    path = store_run(tmp_path_factory.mktemp("runs") / "hills")
    described = json.loads((path / "run.json").read_text("utf-8"))
    described["spec"] |= {"kind": "maps", "map_classes": [{"name": "sky", "colour": [0, 0, 255]}]}
    described["given"] = "map"
    (path / "run.json").write_text(json.dumps(described), "utf-8")
    return path


def test_a_row_of_the_table_is_a_workspace_between_explore_and_runs(window: MainWindow) -> None:
    keys = {name: window.table[f"workspace.{name}"].shortcut for name in ("train", "explore", "paint", "runs")}
    assert keys == {"train": "Ctrl+1", "explore": "Ctrl+2", "paint": "Ctrl+3", "runs": "Ctrl+6"}
    window.palette_box.open()
    assert "Clear the canvas" in window.palette_box.titles
    window.palette_box.dismiss()
    assert "paint" not in window.pages, "built when it is first shown"
    assert "paint.clear" not in window.table
    window.show_workspace("paint")
    assert "paint.clear" in window.table
    window.tick()
    window.reset_layout()
    page = paint(window)
    assert page.asked == ["tick", "layout"]
    close_window(window)
    assert page.asked[-1] == "end"


def test_undo_is_of_the_workspace_on_view(window: MainWindow) -> None:
    window.show_workspace("paint")
    done: list[str] = []
    paint(window).page_history.push("Stroke", lambda: done.append("back"), lambda: done.append("again"))
    assert window.table.run("edit.undo")
    assert window.table.run("edit.redo")
    assert done == ["back", "again"]
    window.show_workspace("explore")
    assert not window.table["edit.undo"].enabled()


def test_a_run_is_opened_in_its_workspace(window: MainWindow, maps_run: Path) -> None:
    window.use_path(maps_run)
    assert window.current_workspace == "paint"
    assert maps_run in paint(window).asked
    model = window.studio.open_run(maps_run)
    assert model is not None
    assert window.current_workspace == "train"
    action = window.table["run.explore"]
    assert action.label == "Paint with this run"
    assert window.binder._actions["run.explore"].text() == "Paint with this run"
    assert window.table.run("run.explore")
    assert window.current_workspace == "paint"
    assert paint(window).asked[-1] is model
    window.studio.look_at(None)
    assert action.label == "Explore this run"


def test_the_list_calls_it_by_what_one_does_there(window: MainWindow, qtbot: QtBot, maps_run: Path) -> None:
    window.studio.settings.add_recent(maps_run)
    window.show_workspace("runs")
    page: Any = window.workspace("runs")
    page.select(maps_run)
    qtbot.waitUntil(lambda: [row.path for row in page.chosen] == [maps_run])
    assert window.table["runs.explore"].label == "Paint"
    assert window.table.run("runs.explore")
    assert window.current_workspace == "paint"


def test_a_run_that_is_gone_is_reported_and_nothing_is_shown(
    window: MainWindow, tmp_path: Path, logged_problems: list[object]
) -> None:
    before = window.current_workspace
    window.use_path(tmp_path / "gone")
    assert window.current_workspace == before
    assert logged_problems


def test_a_card_of_a_ready_run_opens_it_there(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(gallery_card("codes"), opens="paint")
    monkeypatch.setattr("ganstudio.ui.train.workspace.gallery_card", lambda _id: card)
    window.train.start_card("codes")
    assert window.current_workspace == "paint"
    assert "ready" in paint(window).asked
    assert not window.studio.runs


def session(kind: str) -> dict[str, Any]:
    return {"program": "ganstudio", "kind": kind, "version": 1}


def test_a_picture_goes_back_to_where_it_was_saved(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    save_picture(tmp_path / "hills.png", PICTURE, 1, session("paint"))
    assert drop(window, tmp_path / "hills.png")
    qtbot.waitUntil(lambda: window.current_workspace == "paint")
    assert tmp_path / "hills.png" in paint(window).asked


def test_other_files_go_where_they_can_be_used(tmp_path: Path) -> None:
    painted, plain = Dropped(tmp_path / "painted.png", session("paint")), Dropped(tmp_path / "plain.png")
    assert [painted.place(on) for on in ("train", "explore", "translate")] == ["paint"] * 3
    views = ("train", "runs", "explore", "paint", "translate")
    assert [plain.place(on) for on in views] == ["explore", "explore", "explore", "paint", "translate"]
    assert Dropped(tmp_path / "net.onnx").place("paint") == "explore"


@pytest.mark.parametrize("workspace", ["explore", "paint", "translate"])
def test_a_state_that_is_damaged_is_told_wherever_it_is_dropped(
    window: MainWindow, tmp_path: Path, workspace: str, monkeypatch: pytest.MonkeyPatch, logged_problems: list[object]
) -> None:
    told, broken = listen(monkeypatch), tmp_path / "broken.png"
    save_picture(broken, PICTURE, 1, session("paint"))
    broken.write_bytes(broken.read_bytes().replace(b'"paint"', b'"other"'))
    window.show_workspace(workspace)
    assert drop(window, broken)
    assert window.current_workspace == workspace
    assert ["damaged" in error for error in told.errors] == [True]
    logged_problems.clear()


def test_the_bar_above_a_run_says_what_one_does_with_it(window: MainWindow, maps_run: Path) -> None:
    model = window.studio.open_run(maps_run)
    assert model is not None
    bar = window.train.run_view.findChild(RunBar)
    assert bar is not None
    assert bar.explore.accessibleName() == "Paint with this run"
    assert "Paint with this run" in bar.explore.toolTip()
    assert model.info is not None
    model.info = replace(model.info, given="nothing")
    bar.set_run(model)
    assert bar.explore.accessibleName() == "Explore this run"


def test_recent_runs_are_told_by_their_data(maps_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "digits"
    shutil.copytree(maps_run, other)
    text = (other / "run.json").read_text("utf-8")
    (other / "run.json").write_text(
        text.replace('"maps"', '"images"').replace('"given": "map"', '"given": "nothing"'), "utf-8"
    )
    both = (str(maps_run), str(other))
    assert {run.path for run in recent_runs(both)} == {maps_run, other}
    assert [run.path for run in recent_runs(both, lambda info: info.takes == "map")] == [maps_run]


def test_the_source_menu_offers_what_the_workspace_can_open(qtbot: QtBot, maps_run: Path, tmp_path: Path) -> None:
    digits = store_run(tmp_path / "digits")
    studio = Studio()
    studio.actions.add(Action("file.open", "Open…", lambda: None))
    for path in (digits, maps_run):
        studio.settings.add_recent(path)
    found: dict[str, list[str]] = {}
    for kind in (Explorer, Painter):
        desk = kind(studio, lambda: None)
        bar = SourceBar(desk, studio)
        qtbot.addWidget(bar)
        qtbot.waitUntil(lambda: not (studio.pump() or studio.jobs.running))
        bar.button.menu().aboutToShow.emit()
        found[desk.place] = [action.text().partition("\t")[0] for action in bar.button.menu().actions()]
        found[desk.place + " words"] = [bar.button.accessibleName()]
        desk.shutdown()
    assert "digits" in found["explore"]
    assert "hills" not in found["explore"]
    assert found["explore"][-1] == "Open…"
    assert "hills" in found["paint"]
    assert "digits" not in found["paint"]
    assert found["paint"][-1] == "Open…"
    assert ("Ready" in found["paint"]) is (bundled_path("paint") is not None)
    assert found["paint words"] == ["What one paints with"]
    studio.shutdown()
