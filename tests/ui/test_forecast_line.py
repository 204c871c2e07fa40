"""How long it takes stands above *Start* and on the card; measuring is made up here but for one test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ganstudio.core.errors import CancelledError
from ganstudio.core.experiment import Experiment
from ganstudio.training.forecast import Cost
from ganstudio.ui.window import MainWindow
from tests.ui.window_kit import RING, opened, train, wait

Foretell = Callable[[Experiment, int, threading.Event, int], Cost]


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, no_forecasts: None) -> Iterator[MainWindow]:
    monkeypatch.setattr("ganstudio.app.forecasts.QUIET", 0.05)
    with opened(qtbot) as made:
        yield made


def answer(monkeypatch: pytest.MonkeyPatch, foretell: Foretell) -> None:
    monkeypatch.setattr("ganstudio.training.forecast.foretell", foretell)


def test_the_form_says_how_long_and_offers_minutes_where_it_is_hours(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, lambda one, *_rest: Cost(0.1 if "size=16" in one.data else 0.4, 1.0, 320_000_000))
    window.train.gallery.cards["digits"].link.click()
    panel, line = window.train.panel, window.train.panel.forecast
    wait(qtbot, lambda: line.words.text() == "About 20 min, 320 MB")
    assert line.words.isVisible()
    assert not line.link.isVisible()
    card = window.train.gallery.cards["digits"]
    assert "About 20 min, 320 MB" in card.accessibleDescription()
    steps = panel.run_form.row("steps").editor
    steps.setFocus()
    qtbot.keyClick(steps.lineEdit(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(steps.lineEdit(), "100000")
    qtbot.keyClick(steps.lineEdit(), Qt.Key.Key_Return)
    wait(qtbot, lambda: line.link.isVisible() and "16 px" in line.link.text())
    assert line.words.text() == "About 11 h, 320 MB"
    before = window.studio.draft.experiment
    qtbot.mouseClick(line.link, Qt.MouseButton.LeftButton)
    assert window.studio.draft.experiment.data == "digits:size=16"
    assert window.studio.draft.experiment.steps == 7000
    assert line.words.text() == "About 10 min, 320 MB"
    wait(qtbot, lambda: not line.link.isVisible())
    assert panel.start.hasFocus(), "the keyboard goes on from where the link was"
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.studio.draft.experiment == before
    panel.hyper.row("batch_size").editor.lineEdit().setText("0")
    panel.start.click()
    assert not line.isVisible()  # what cannot start takes no time


def test_start_ends_a_measurement_and_beside_a_run_one_must_ask(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    doing: list[str] = []

    def slow(_one: Experiment, _threads: int, cancel: threading.Event, beside: int) -> Cost:
        doing.append("begun")
        if beside:
            return Cost(0.1, beside=beside)
        cancel.wait(30)
        doing.append("ended")
        raise CancelledError("given up")

    answer(monkeypatch, slow)
    window.train.new_experiment()
    window.studio.draft.replace(RING)
    line = window.train.panel.forecast
    wait(qtbot, lambda: doing == ["begun"])
    assert line.words.text().startswith("Measuring")
    qtbot.mouseClick(window.train.panel.start, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: doing == ["begun", "ended"])
    wait(qtbot, lambda: len(window.studio.training) == 1)
    window.train.new_experiment()
    wait(qtbot, lambda: line.link.isVisible())
    assert line.words.text() == "Not measured while a run trains"
    qtbot.mouseClick(line.link, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: line.words.text().startswith("About"))
    assert "beside a run" in line.words.toolTip()


def test_the_word_after_the_start_is_near(window: MainWindow, qtbot: QtBot) -> None:
    """Really measured, and then really trained; a crowded machine may be off by a factor, not by ten."""
    window.train.new_experiment()
    window.studio.draft.replace(RING.with_(steps=1_000_000))
    line = window.train.panel.forecast
    wait(qtbot, lambda: line.words.text().startswith("About"))
    cost = window.studio.forecasts.cost(window.studio.draft.experiment)
    assert cost is not None
    model = train(qtbot, window, window.studio.draft.experiment)
    wait(qtbot, lambda: model.progress is not None and model.progress.eta_seconds is not None)
    assert model.progress is not None
    assert 0.1 < cost.seconds(1_000_000) / model.progress.eta_seconds < 10  # type: ignore[operator]
