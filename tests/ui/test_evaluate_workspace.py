"""Evaluate through the real window: which of three runs is best, why one failed, and what to press."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.evaluate import measuring
from ganstudio.core.dataspec import DataSpec
from ganstudio.core.events import Rows, Samples, SeriesInfo
from ganstudio.core.experiment import Experiment
from ganstudio.core.scores import Score
from ganstudio.metrics.base import Evidence, Found, Metric
from ganstudio.store import RunWriter, create_run
from ganstudio.store.annotations import Annotations, annotate, read_annotations
from ganstudio.store.scores import append_scores, read_scores
from ganstudio.ui.evaluate.table import BEST, CREATED, FACTS, METHOD, NAME, SEED, VERDICT
from ganstudio.ui.evaluate.workspace import EvaluateWorkspace
from ganstudio.ui.window import MainWindow
from tests.ui.audit import problems
from tests.ui.window_kit import opened, wait

LEFT, SHIFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
WORDS = tuple(SeriesInfo(name, "probability", role) for name, role in (("D(x)", "real"), ("D(G(z))", "fake")))
SEEN = SeriesInfo("diversity %", "quality", "fake")


def nothing(_evidence: Evidence) -> Found:
    return Found(math.nan)


METRICS = [
    Metric("fid", "FID", "lower", frozenset({"features"}), "seconds", "How far apart the sets are.", nothing),
    Metric("recall", "Recall", "higher", frozenset(), "minutes", "How much of the data is drawn.", nothing, "%"),
]


@pytest.fixture(autouse=True)
def two_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the registry has by now: these."""
    registry = SimpleNamespace(values=lambda: iter(METRICS))
    monkeypatch.setattr("ganstudio.app.evaluate.evaluation.all_metrics", lambda: registry)
    monkeypatch.setattr(measuring, "metrics_for", lambda _info: METRICS)


def made(name: str, seed: int = 0, collapsed: bool = False, **values: float) -> Path:
    """A stored run of 1500 steps that is well, or whose samples are all alike, with scores of two checkpoints."""
    spec = DataSpec("digits", "images", 9, channels=1, size=8)
    path = create_run(Experiment("gan", "digits", {}, steps=1500, seed=seed, name=name), spec, "print")
    with RunWriter(path) as writer:
        for step in (500, 1500):
            writer.save_samples(Samples(step, np.full((9, 8, 8, 1), 100, np.uint8), None, "ema"))
        at = np.arange(1, 1501)
        writer.append_rows(Rows("steps", WORDS, at, at * 0.1, np.tile(np.array([0.6, 0.4], np.float32), (1500, 1))))
        seen = np.full((100, 1), 5.0 if collapsed else 95.0, np.float32)
        writer.append_rows(Rows("quality", (SEEN,), at[14::15], at[14::15] * 0.1, seen))
        writer.write_status("finished", 1500, 1500, 1.0)
    for name, value in values.items():
        append_scores(path, [score(name, value - 2 * (step == 500), step) for step in (500, 1500)])
    return path


def score(name: str, value: float, step: int = 1500) -> Score:
    way = {"extractor": "classifier", "extractor_label": "classifier (97 % right)", "split": "train"}
    counts = {"step": step, "count": 2000, "real_count": 2000}
    return Score(name, value, value - 0.5, value + 0.5, made=str(step), **way, **counts)  # type: ignore[arg-type]


Evaluate = Callable[[], tuple[MainWindow, EvaluateWorkspace]]


@pytest.fixture
def evaluate(qtbot: QtBot) -> Iterator[Evaluate]:
    with opened(qtbot) as window:

        def show() -> tuple[MainWindow, EvaluateWorkspace]:
            qtbot.mouseClick(window.rail.buttons["evaluate"], LEFT)
            page = window.pages["evaluate"]
            assert isinstance(page, EvaluateWorkspace)
            wait(qtbot, lambda: (page.evaluation.read_once and not page.evaluation.library.rows) or page.shown.lines)
            wait(qtbot, lambda: all(line.verdict for line in page.shown.lines))
            page.table.setFocus()
            return window, page

        yield show


def names(page: EvaluateWorkspace) -> list[str]:
    return [str(page.sorter.index(place, NAME).data()) for place in range(page.sorter.rowCount())]


def cell(page: EvaluateWorkspace, name: str, column: int, role: int = Qt.ItemDataRole.DisplayRole) -> str:
    return str(page.sorter.index(names(page).index(name), column).data(role))


def choose(page: EvaluateWorkspace, *wanted: str) -> None:
    """Selects by clicks."""
    for number, name in enumerate(wanted):
        index = page.sorter.index(names(page).index(name), NAME)
        page.table.scrollTo(index)
        keys = CTRL if number else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(page.table.viewport(), LEFT, keys, page.table.visualRect(index).center())


def dialog(qtbot: QtBot, window: MainWindow) -> QDialog:
    wait(qtbot, lambda: [one for one in window.findChildren(QDialog) if one.isVisible()])
    return next(one for one in window.findChildren(QDialog) if one.isVisible())


def test_a_newcomer_sees_which_is_best_why_one_failed_and_what_to_press(evaluate: Evaluate, qtbot: QtBot) -> None:
    made("good", fid=10.0, recall=80.0)
    made("fair", 1, fid=20.0, recall=70.0)
    made("bad", 2, collapsed=True, fid=90.0)
    _window, page = evaluate()
    assert sorted(names(page)) == ["bad", "fair", "good"]
    assert [column.title for column in page.table.columns[FACTS:]] == ["FID ↓", "Recall (%) ↑"]
    assert cell(page, "good", FACTS) == "10.00 ± 0.50"
    assert "The best comparable value" in cell(page, "good", FACTS, Qt.ItemDataRole.ToolTipRole)
    assert "FID · classifier (97 % right) · 2,000 · train · step 1,500" in cell(
        page, "good", FACTS, Qt.ItemDataRole.ToolTipRole
    )
    assert cell(page, "good", BEST) == "500", "two less than at the end"
    assert cell(page, "bad", VERDICT) == "collapse"
    assert cell(page, "bad", FACTS + 1) == "–"
    choose(page, "bad")
    assert page.one.isVisible()
    assert page.one.word.text() == "collapse"
    assert "G learning rate from" in page.one.advice.text(), "what can be done about it"
    choose(page, "good", "fair", "bad")
    assert page.said.text() == "By FID “good” is best: 10.00 ± 0.50. “bad”: collapse."
    wait(qtbot, lambda: page.said.isVisible())
    from ganstudio.ui.compare import CompareView

    view = page.findChild(CompareView)
    assert view is not None
    wait(qtbot, lambda: len(view.comparison.models) == 3 and len(view.curves.runs) == 3)
    assert sorted(one.name.text() for one in view.pictures.runs) == ["bad", "fair", "good"]
    assert not problems(page, visible_only=True)


def test_unknown_numbers_stand_last_both_ways(evaluate: Evaluate, qtbot: QtBot) -> None:
    for name, value in (("a", 30.0), ("b", 10.0), ("c", 20.0)):
        made(name, fid=value)
    made("none")
    _window, page = evaluate()
    header = page.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(FACTS) + 20, 10)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    first = names(page)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    assert sorted((first, names(page))) == [["a", "c", "b", "none"], ["b", "c", "a", "none"]]


def test_measuring_asks_once_shows_progress_and_can_be_cancelled(
    evaluate: Evaluate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [made("one"), made("two"), made("three")]
    asked: list[tuple[str, measuring.Asked]] = []
    go: list[bool] = []

    def measure(run: Any, what: measuring.Asked, tick: Callable[[float, str], None]) -> list[Score]:
        asked.append((run.info.name, what))
        while not go:
            tick(0.4, "features")
            time.sleep(0.005)
        append_scores(run.path, [score("fid", 12.0)])
        return []

    monkeypatch.setattr(measuring, "measure_run", measure)
    window, page = evaluate()
    assert "Measure…" in page.said.text() or page.one.numbers.empty.text()
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(page.table, Qt.Key.Key_M, CTRL)
    form = dialog(qtbot, window)
    checks = {box.text(): box for box in form.findChildren(QCheckBox)}
    assert checks["FID"].isChecked()
    assert not checks["Recall (%)"].isChecked(), "it takes minutes"
    assert checks["FID"].toolTip() == "How far apart the sets are."
    assert not problems(form)
    qtbot.keyClick(form, Qt.Key.Key_Return)
    wait(qtbot, lambda: any("40" in line.doing for line in page.shown.lines))
    assert len(asked) == 1, "one after another"
    assert asked[0][1].metrics == ("fid",)
    assert [line.doing for line in page.shown.lines].count("waits to be measured") == 2
    waiting = next(line.rows[0].name for line in page.shown.lines if line.doing.startswith("waits"))
    choose(page, waiting)
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    choose(page, asked[0][0])
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    wait(qtbot, lambda: len(asked) == 2)
    go.append(True)
    wait(qtbot, lambda: not page.evaluation.measures.tasks)
    wait(qtbot, lambda: page.shown.metrics and sum(bool(line.cells) for line in page.shown.lines) == 1)
    assert waiting not in [name for name, _asked in asked]
    assert sum(len(read_scores(path)) for path in paths) == 1, "neither of the one cancelled while it was measured"
    assert json.loads(window.store.layout("evaluate/measure"))["metrics"] == ["fid"], "asked the same the next time"


def test_a_run_that_is_thrown_away_while_it_is_measured_is_no_error(
    evaluate: Evaluate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path, begun = made("one"), list[int]()

    def measure(run: Any, _what: measuring.Asked, tick: Callable[[float, str], None]) -> list[Score]:
        begun.append(1)
        while run.path.exists():
            time.sleep(0.005)
        append_scores(run.path, [score("fid", 12.0)])
        return []

    monkeypatch.setattr(measuring, "measure_run", measure)
    window, page = evaluate()
    before = list(window.studio.notifications.kept)  # messages are kept for a person, whichever window they came in
    choose(page, "one")
    qtbot.keyClick(page.table, Qt.Key.Key_M, CTRL)
    qtbot.keyClick(dialog(qtbot, window), Qt.Key.Key_Return)
    wait(qtbot, lambda: begun)
    path.rename(tmp_path / "thrown away")
    wait(qtbot, lambda: not page.evaluation.measures.tasks)
    told = [note for note in window.studio.notifications.kept if note not in before]
    assert not [note.text for note in told if note.level == "error"]


def test_numbers_that_arrive_move_nothing_under_the_mouse(
    evaluate: Evaluate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(_run: Any, _what: measuring.Asked, tick: Callable[[float, str], None]) -> list[Score]:
        while True:
            tick(0.4, "features")
            time.sleep(0.005)

    monkeypatch.setattr(measuring, "measure_run", measure)
    paths = [made(f"run {number:02}") for number in range(12)]
    window, page = evaluate()
    window.resize(1366, 768)
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    bar = page.table.verticalScrollBar()
    bar.setValue(60)
    told = list[int]()
    page.table.chosen.connect(lambda: told.append(1))
    append_scores(paths[0], [score("fid", 12.0)])
    wait(qtbot, lambda: any(column.key == "fid" for column in page.table.columns))
    assert bar.value() == 60
    assert len(page.chosen) == 12
    assert not told, "what is compared is not read anew"
    search = page.search.mapTo(window, QPoint())
    page.evaluation.measures.ask(page.chosen_runs[:2], measuring.Asked(("fid",)))
    wait(qtbot, lambda: page.doing.text())
    assert page.search.mapTo(window, QPoint()) == search
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    wait(qtbot, lambda: not page.evaluation.measures.tasks)


def test_a_wide_table_shares_what_it_has_left(evaluate: Evaluate, qtbot: QtBot) -> None:
    made("one")
    window, page = evaluate()
    window.resize(1024, 700)
    measure = next(b for b in page.findChildren(QPushButton) if b.text() == "Measure…")
    wait(qtbot, lambda: abs((measure.mapTo(window, QPoint()) - page.starred.mapTo(window, QPoint())).y()) < 12)
    assert page.starred.width() >= page.starred.sizeHint().width()
    page.search.setText("nothing is called that")
    page.search.setText("one")
    wait(qtbot, lambda: abs((measure.mapTo(window, QPoint()) - page.starred.mapTo(window, QPoint())).y()) < 12)
    window.resize(1920, 1080)
    wait(qtbot, lambda: page.table.width() > 1800)
    header, shown = page.table.horizontalHeader(), (NAME, METHOD, VERDICT, BEST)
    assert header.length() == page.table.viewport().width()
    assert header.sectionSize(NAME) < header.length() // 3
    assert all(header.sectionSize(place) > page.table.columns[place].width for place in shown)


def test_measuring_again_asks_in_the_same_way(
    evaluate: Evaluate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    made("one", fid=10.0, recall=50.0)
    asked: list[measuring.Asked] = []
    monkeypatch.setattr(measuring, "measure_run", lambda _run, what, _tick: asked.append(what))
    _window, page = evaluate()
    qtbot.keyClick(page.table, Qt.Key.Key_M, CTRL | SHIFT)
    wait(qtbot, lambda: asked and not page.evaluation.measures.tasks)
    assert (asked[0].metrics, asked[0].extractor, asked[0].count, asked[0].split) == (
        ("fid", "recall"), "classifier", 2000, "train",
    )  # fmt: skip


def test_a_measurement_that_fails_is_told_and_the_next_one_goes_on(
    evaluate: Evaluate, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, logged_problems: list[Any]
) -> None:
    made("one", fid=10.0)
    made("two", fid=10.0)
    asked = []

    def fail(run: Any, _asked: object, _tick: object) -> None:
        asked.append(run.info.name)
        raise ValueError("no")

    monkeypatch.setattr(measuring, "measure_run", fail)
    window, page = evaluate()
    qtbot.keyClick(page.table, Qt.Key.Key_A, CTRL)
    qtbot.keyClick(page.table, Qt.Key.Key_M, CTRL | SHIFT)
    wait(qtbot, lambda: len(asked) == 2 and not page.evaluation.measures.tasks)
    assert len(logged_problems) == 2
    assert any("Measuring “one”" in message.text for message in window.studio.notifications.kept)


def test_star_tags_and_note_are_kept_with_the_run(evaluate: Evaluate, qtbot: QtBot) -> None:
    path, other = made("one", fid=3.0), made("two", fid=4.0)
    window, page = evaluate()
    choose(page, "one")
    qtbot.keyClick(page.table, Qt.Key.Key_S)
    wait(qtbot, lambda: read_annotations(path).star)
    index = page.sorter.index(names(page).index("two"), NAME)
    box = page.table.visualRect(index)
    qtbot.mouseClick(page.table.viewport(), LEFT, pos=QPoint(box.left() + 20, box.center().y()))
    wait(qtbot, lambda: read_annotations(other).star)
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    form = dialog(qtbot, window)
    wait(qtbot, form.findChildren(QLineEdit)[0].hasFocus)
    QTest.keyClicks(form.findChildren(QLineEdit)[0], "talk, wide")
    form.findChildren(QPlainTextEdit)[0].setPlainText("drawn twice")
    assert not problems(form)
    form.findChildren(QPlainTextEdit)[0].setFocus()
    wait(qtbot, form.findChildren(QPlainTextEdit)[0].hasFocus)
    qtbot.keyClick(form.findChildren(QPlainTextEdit)[0], Qt.Key.Key_Return, CTRL)
    wait(qtbot, lambda: read_annotations(other) == Annotations(True, ("talk", "wide"), "drawn twice"))
    annotate(path, star=False)  # another program
    page.search.setText("wide")
    wait(qtbot, lambda: names(page) == ["two"])
    wait(qtbot, lambda: page.one.note.text() == "drawn twice")
    page.search.clear()
    qtbot.mouseClick(page.starred, LEFT)
    wait(qtbot, lambda: names(page) == ["two"])


def test_seeds_are_folded_and_columns_hidden_for_good(evaluate: Evaluate, qtbot: QtBot) -> None:
    for seed in range(3):
        made(f"seed {seed}", seed, fid=10.0 + seed)
    window, page = evaluate()
    menu = page.choices.menu()

    def press(*path: str) -> None:
        menu.aboutToShow.emit()
        found: Any = menu
        for words in path:
            action = next(one for one in found.actions() if one.text().replace("&", "") == words)
            found = action.menu()
        action.trigger()

    press("Fold seeds")
    wait(qtbot, lambda: len(names(page)) == 1)
    assert cell(page, names(page)[0], FACTS).startswith("11.0 ± 2.5")
    assert cell(page, names(page)[0], SEED) == "3 seeds"
    press("Columns", "Verdict")
    assert page.table.isColumnHidden(VERDICT)
    press("Columns", "FID ↓")
    assert page.table.isColumnHidden(FACTS)
    told = json.loads(window.store.layout("evaluate/view"))
    assert (told["fold"], told["hidden"]) == (True, [f"·{VERDICT}", "fid"])
    press("Columns", "FID ↓")
    assert not page.table.isColumnHidden(FACTS)


def test_the_command_is_copied_by_key(evaluate: Evaluate, qtbot: QtBot) -> None:
    path = made("one", fid=3.0)
    _window, page = evaluate()
    qtbot.keyClick(page.table, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == (
        f"ganstudio evaluate {path} --metrics fid --extractor classifier --count 2000 --step 1500 --seed 0 --split train"
    )


def test_nothing_yet_leads_to_the_experiments(evaluate: Evaluate, qtbot: QtBot) -> None:
    window, page = evaluate()
    wait(qtbot, page.empty.isVisible)
    assert page.empty.button is not None
    qtbot.mouseClick(page.empty.button, LEFT)
    assert window.current_workspace == "train"


def test_enter_opens_the_run(evaluate: Evaluate, qtbot: QtBot) -> None:
    path = made("one")
    window, page = evaluate()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    wait(qtbot, lambda: window.current_workspace == "train")
    assert window.studio.current is not None
    assert window.studio.current.path == path


def test_a_narrow_window_keeps_the_numbers(evaluate: Evaluate, qtbot: QtBot) -> None:
    made("a name that is much longer than any column of a table will ever be", fid=3.0, recall=5.0)
    window, page = evaluate()
    wait(qtbot, lambda: page.shown.metrics)
    window.resize(1024, 700)
    wait(qtbot, lambda: window.width() == 1024)
    shown = [place for place in range(FACTS + 2) if not page.table.isColumnHidden(place)]
    assert {NAME, VERDICT, BEST, FACTS, FACTS + 1} <= set(shown)
    assert not {CREATED, SEED} & set(shown), "what tells least gives way"
    assert page.table.horizontalScrollBar().maximum() == 0


def test_the_selected_runs_are_exported(
    evaluate: Evaluate, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [made("good", fid=10.0), made("fair", 1, fid=20.0), made("other", 2, fid=1.0)]
    window, page = evaluate()
    choose(page, "good", "fair")
    said: list[Path] = []
    monkeypatch.setattr("ganstudio.ui.kit.files.tell_saved", lambda path, *_more: said.append(path))
    for ending in (".csv", ".tex", ".html"):
        file = tmp_path / f"out{ending}"
        monkeypatch.setattr("ganstudio.ui.evaluate.workspace.ask_where", lambda *_args, file=file: file)
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_E, CTRL)
        wait(qtbot, lambda file=file: file in said)
    text = (tmp_path / "out.tex").read_text("utf-8")
    assert r"\textbf{10.00 $\pm$ 0.50}" in text, "the best of those that were selected"
    assert "other" not in text
    assert (tmp_path / "out.csv").read_text("utf-8").count("\n") == 5
    assert "<svg" in (tmp_path / "out.html").read_text("utf-8")
    monkeypatch.setattr("ganstudio.ui.evaluate.workspace.ask_folder", lambda *_args: tmp_path)
    window.studio.actions.run("evaluate.tensorboard")
    wait(qtbot, lambda: tmp_path in said)
    found = sorted(path.parent.name for path in tmp_path.rglob("*tfevents*"))
    assert found == sorted(path.name for path in paths[:2])


def test_new_scores_are_curves_at_once(evaluate: Evaluate, qtbot: QtBot) -> None:
    paths = [made("good", fid=10.0), made("fair", 1, fid=20.0)]
    _window, page = evaluate()
    choose(page, "good", "fair")
    wait(qtbot, lambda: page._compare is not None and page._compare._series)
    view = page._compare
    assert view is not None
    assert [info.label.split(" · ")[0] for info in view._series if info.name.startswith("score/")] == ["FID"]
    for path in paths:
        append_scores(path, [score("recall", 50.0)])
    page.evaluation.invalidate()
    wait(qtbot, lambda: len([info for info in view._series if info.name.startswith("score/")]) == 2)
