"""Studies through the real window: begun from a form, trained by a process, looked at, stopped and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from ganstudio.app.evaluate.studies import Study
from ganstudio.app.evaluate.study_work import Worker
from ganstudio.core.experiment import Experiment
from ganstudio.store.folder import runs_folder
from ganstudio.ui.evaluate.new_study import NewStudyDialog
from ganstudio.ui.evaluate.studies import StudiesPage
from ganstudio.ui.evaluate.workspace import EvaluateWorkspace
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.window import MainWindow
from tests.ui.audit import problems
from tests.ui.window_kit import laid_out, opened, wait

LEFT = Qt.MouseButton.LeftButton
PLAN = """
name = "small ring"
data = "ring"
methods = ["gan", "wgan"]
steps = 3
seeds = [0]
device = "cpu"
[fixed]
mlp_width = 8
batch_size = 8
[judge]
metric = "live:modes"
better = "higher"
"""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened(qtbot) as made:
        yield made


def studies(qtbot: QtBot, window: MainWindow) -> StudiesPage:
    """By clicks on the rail and on “Studies”."""
    qtbot.mouseClick(window.rail.buttons["evaluate"], LEFT)
    page = window.pages["evaluate"]
    assert isinstance(page, EvaluateWorkspace)
    button = next(one for one in page.part.findChildren(type(page.starred)) if one.text() == "Studies")
    qtbot.mouseClick(button, LEFT)
    assert page.studies is not None
    wait(qtbot, lambda: page.studies is not None and page.studies.desk.read_once)
    return page.studies


def stored(tmp_path: Path, text: str = PLAN) -> Study:
    """A finished study where the program looks for them."""
    file = tmp_path / "plan.toml"
    file.write_text(text, encoding="utf-8")
    study = Study.begin(file)
    Worker(study).work()
    return study


def write(qtbot: QtBot, dialog: NewStudyDialog, form: FieldForm, name: str, text: str) -> None:
    """Types it into a row, and waits until it was looked at."""
    line = form.row(name).editor
    assert isinstance(line, QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, text)
    wait(qtbot, lambda: form.row(name).value() == text and dialog.checked == dialog.draft())


def titles(page: StudiesPage) -> list[str]:
    return [str(page.table.sorter.index(row, 0).data()) for row in range(page.table.sorter.rowCount())]


def test_what_a_study_found_is_told_in_numbers_boxes_and_runs(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    study = stored(tmp_path)
    page = studies(qtbot, window)
    wait(qtbot, lambda: page.desk.reading is not None)
    assert page.chosen is not None
    assert (page.chosen.name, page.chosen.state, page.chosen.progress) == ("small ring", "done", "2 of 2 runs")
    assert sorted(titles(page)) == ["gan", "wgan"]
    assert [row.title for row in page.boxes.rows] == [group.method for group in study.results().methods]
    assert "median" in page.boxes.accessibleDescription()
    assert not page.go.isEnabled()
    window.studio.actions.run("study.copy")
    assert "### Configurations" in QGuiApplication.clipboard().text()
    page.show_lower("settings")
    assert "needs 8 finished runs" in page.shares.empty.text()
    assert not problems(page, visible_only=True)
    index = page.table.sorter.index(0, 0)
    QTest.mouseClick(page.table.viewport(), LEFT, pos=page.table.visualRect(index).center())
    page.show_lower("runs")
    from ganstudio.ui.compare import CompareView

    view = page.findChild(CompareView)
    assert view is not None
    wait(qtbot, lambda: len(view.comparison.models) == 1)
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    wait(qtbot, lambda: window.current_workspace == "train" and window.studio.current is not None)


def test_a_study_is_filled_in_and_begun(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr(Study, "start", lambda _study, workers: started.append(workers))
    small = Experiment("gan", "ring", {"mlp_width": 8, "batch_size": 8}, steps=3, device="cpu")
    window.studio.draft.replace(small)
    page = studies(qtbot, window)
    assert page.empty.isVisible()
    assert page.empty.button is not None
    qtbot.mouseClick(page.empty.button, LEFT)
    wait(qtbot, lambda: [one for one in window.findChildren(NewStudyDialog) if one.isVisible()])
    form = next(iter(window.findChildren(NewStudyDialog)))
    wait(qtbot, lambda: form.judging.rows and form.go.isEnabled())
    assert not problems(form, visible_only=True)
    assert "3 runs" in form.words.text()
    form.judging.row("judge").editor.set_value("Modes")
    write(qtbot, form, form.form, "seeds", "0, x")
    assert not form.go.isEnabled()
    write(qtbot, form, form.form, "seeds", "0")
    menu = form.tried.menu()
    menu.aboutToShow.emit()
    groups = [one.menu() for one in menu.actions()]
    next(one for group in groups for one in group.actions() if one.text() == "G learning rate").trigger()
    (rate,) = form.space.rows
    write(qtbot, form, form.space, rate.name, "1e-3 .. 1e-2")
    assert not form.go.isEnabled(), "a range does not go with a grid"
    assert "single values" in rate.error
    write(qtbot, form, form.space, rate.name, "0.001, 0.002")
    assert "2 runs" in form.words.text()
    write(qtbot, form, form.form, "name", "from the form")
    qtbot.mouseClick(form.go, LEFT)
    wait(qtbot, lambda: page.chosen is not None and page.chosen.name == "from the form")
    folder = runs_folder().parent / "studies" / "from-the-form"
    assert (folder / "study.toml").is_file()
    assert started == [page.workers.value()]
    plan = Study.open(folder).plan
    assert (plan.judge.metric, plan.seeds, plan.space) == ("modes", (0,), {"lr_g": [0.001, 0.002]})
    laid_out(qtbot, window)  # the form had the keyboard
    qtbot.keyClick(page.list, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    wait(qtbot, lambda: [one for one in window.findChildren(NewStudyDialog) if one.isVisible()])
    form = next(one for one in window.findChildren(NewStudyDialog) if one.isVisible())
    wait(qtbot, lambda: form.go.isEnabled())
    write(qtbot, form, form.form, "name", "From the form")
    assert not form.go.isEnabled(), "there is one of this name"
    qtbot.keyClick(form, Qt.Key.Key_Escape)


def test_closing_asks_and_a_stopped_study_goes_on(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "long.toml"
    file.write_text(PLAN.replace("steps = 3", "steps = 1000000"), encoding="utf-8")
    Study.begin(file)
    page = studies(qtbot, window)
    wait(qtbot, lambda: page.chosen is not None and page.chosen.total == 2)
    assert page.chosen is not None
    assert page.chosen.state == "stopped"
    page.workers.setValue(1)
    wait(qtbot, lambda: page.go.isEnabled())
    qtbot.mouseClick(page.go, LEFT)
    wait(qtbot, lambda: page.chosen is not None and page.chosen.here and not page.chosen.asked)
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(f"{box.text()}\n{box.informativeText()}"))
    window.close()
    assert window.isVisible()
    assert "1 study is at work." in asked[0]
    assert "small ring" in asked[0]
    wait(qtbot, lambda: page.chosen is not None and dict(page.chosen.counts).get("running"))
    qtbot.mouseClick(page.stop_button, LEFT)
    wait(qtbot, lambda: page.chosen is not None and page.chosen.state == "stopped")
    assert page.go.isVisible()
    assert not window.studio.studies_at_work()


def test_a_wrong_study_file_is_told_with_its_key(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, logged_problems: list[object]
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(PLAN.replace("steps", "stepz"), encoding="utf-8")
    broken = runs_folder().parent / "studies" / "broken"
    broken.mkdir(parents=True)
    (broken / "study.toml").write_text("name = ", encoding="utf-8")
    page = studies(qtbot, window)
    page.desk.begin(file, 0, lambda _path: None)
    wait(qtbot, lambda: any("stepz" in message.text for message in window.studio.notifications.kept))
    assert not window.findChildren(QDialog)
    for _look in range(2):  # what is wrong with it is said for as long as it is
        page.desk.invalidate()
        page.desk.tick()
        wait(qtbot, lambda: not page.desk.busy)
        assert page.message.isVisible()
        assert "study.toml" in page.message.text() or "line 1" in page.message.text()
