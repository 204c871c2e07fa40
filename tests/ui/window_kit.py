"""The real window for tests: opened with folders of its own, closed without leaving anything behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ganstudio.app.runs.run_model import RunModel
from ganstudio.app.studio import Studio
from ganstudio.core.experiment import Experiment
from ganstudio.ui.window import MainWindow

RING = Experiment("gan", "ring", hyper={"mlp_width": 16, "batch_size": 8}, steps=100_000, name="tiny ring")
DIGITS = Experiment(
    "dcgan", "digits:size=16", hyper={"conv_width": 4, "batch_size": 8}, steps=100_000, name="tiny digits"
)
PATIENCE = 40_000
"""Milliseconds after which something that should have happened has not."""


def open_window(qtbot: QtBot, *, ready: bool = True) -> MainWindow:
    """A window on a new studio, visible; with ``ready`` its methods have been loaded."""
    window = MainWindow.of(Studio())
    window.place(window.store.glance()[1])
    window.begin()
    window.show()
    window.studio.load_catalogue()
    if ready:
        qtbot.waitUntil(lambda: window.studio.catalogue is not None, timeout=PATIENCE)
    laid_out(qtbot, window)
    return window


def close_window(window: MainWindow) -> None:
    """Ends whatever trains, without asking, and takes the window away."""
    import shiboken6

    if not shiboken6.isValid(window):
        return
    for model in window.studio.training:
        model.stop(save=False)
    window.close_guard = lambda: True
    window.close()
    window.detach()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def opened(qtbot: QtBot) -> Iterator[MainWindow]:
    """A window for as long as the block runs."""
    window = open_window(qtbot)
    try:
        yield window
    finally:
        close_window(window)


def wait(qtbot: QtBot, condition: Callable[[], Any]) -> None:
    """Lets the event loop run until something is so."""
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def laid_out(qtbot: QtBot, window: MainWindow) -> None:
    """Waits until everything has its size, and the window is active: before that it knows no shortcuts."""
    turned: list[bool] = []
    QTimer.singleShot(0, lambda: turned.append(True))
    # Asked for anew until it is: the end of the window before, heard of only now, takes it away again.
    wait(qtbot, lambda: turned and (window.isActiveWindow() or window.activateWindow()))


def train(qtbot: QtBot, window: MainWindow, experiment: Experiment = RING, steps: int = 5) -> RunModel:
    """Starts an experiment as the Start button does; waits for its first steps and its first pictures on view."""
    window.train.start(experiment)
    model, stage = window.studio.current, window.train.run_view.stage
    assert model is not None
    wait(qtbot, lambda: model.step >= steps and model.path is not None and model.real is not None and stage.shown)
    return model


def hold(qtbot: QtBot, model: RunModel) -> int:
    """Pauses a run and returns the step at which it rests."""
    model.pause()
    wait(qtbot, lambda: model.state == "paused")
    return model.step


def run_text(window: MainWindow) -> str:
    """What the banner above the run says; empty where there is none."""
    banner = window.train.run_view.banner
    return banner.text if banner.isVisible() else ""
