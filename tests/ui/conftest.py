"""A test of the window leaves nothing behind: no window, no running timer, no thread, no logged problem."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.ui.kit.style import set_theme
from tests.ui.explore_window import Told, listen
from tests.ui.paint_kit import store_spade


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    """The light theme, as in the program."""
    set_theme("light")
    yield
    set_theme("light")


@pytest.fixture(autouse=True)
def no_forecasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cores have enough to do: nothing is measured while a form rests, but where a test is about that."""
    monkeypatch.setattr("ganstudio.app.forecasts.QUIET", 1e9)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """All that people are told, in its order."""
    return listen(monkeypatch)


@pytest.fixture(scope="module")
def spade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny SPADE of landscapes, trained and stored once for every file of tests."""
    return store_spade(tmp_path_factory.mktemp("runs") / "tiny-spade")


def settle() -> None:
    """Carries out deletions that were asked for."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def _leftovers(before: set[int], timers: list[QTimer]) -> list[str]:
    found = [
        f"window {type(widget).__name__} {widget.objectName()!r}"
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and (widget.isVisible() or widget.parent() is None) and not _is_qts_own(widget)
    ]
    found += [f"running timer of {type(timer.parent()).__name__}" for timer in timers if timer.isActive()]
    return found


def _is_qts_own(widget: object) -> bool:
    """Qt keeps one tooltip label and one combo-box shadow by itself."""
    return type(widget).__name__ in ("QTipLabel",) or (
        type(widget).__name__ in ("QLabel", "QWidget") and widget.objectName() == "qtooltip_label"  # type: ignore[attr-defined]
    )


def _live_timers() -> list[QTimer]:
    import shiboken6

    return [
        thing
        for thing in gc.get_objects()
        if issubclass(type(thing), QTimer) and shiboken6.isValid(thing) and thing.isActive()  # isinstance wakes proxies
    ]


@pytest.fixture(autouse=True)
def no_leaks(themed: None, qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves windows, timers or threads. What ``qtbot.addWidget`` knows is closed before this looks.

    What was there before the test is frozen, so that only its own objects are searched: half a million of torch's and
    scikit-learn's would take longer than the test.
    """
    gc.freeze()
    widgets = list(QApplication.topLevelWidgets())
    before = {id(widget) for widget in widgets}
    threads = set(threading.enumerate())
    yield
    settle()
    gc.collect()
    settle()
    until = time.monotonic() + 3.0
    while (new := [t for t in threading.enumerate() if t not in threads and t.is_alive()]) and time.monotonic() < until:
        time.sleep(0.01)
    problems = _leftovers(before, _live_timers())
    problems += [f"thread {thread.name!r}" for thread in new]
    for widget in QApplication.topLevelWidgets():
        if id(widget) not in before and not _is_qts_own(widget):
            widget.close()
            widget.deleteLater()
    settle()
    del widgets
    assert not problems, "left behind: " + "; ".join(problems)


@pytest.fixture(scope="session", autouse=True)
def thawed() -> Iterator[None]:
    """At the end everything may be collected again."""
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def no_logged_problems(logged_problems: list[logging.LogRecord], request: pytest.FixtureRequest) -> Iterator[None]:
    """A problem that was logged fails the test, unless the test asked for ``logged_problems`` to look at it itself."""
    yield
    if "logged_problems" in request.node.function.__code__.co_varnames:
        return
    assert not logged_problems, "logged: " + "; ".join(record.getMessage() for record in logged_problems)


@pytest.fixture(autouse=True)
def no_uncaught(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Exceptions on other threads fail the test too."""
    caught: list[BaseException | None] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: caught.append(args.exc_value))
    yield
    assert not caught, f"on another thread: {caught}"
    assert sys.excepthook is not None


@pytest.fixture
def hosted(qtbot: QtBot) -> Iterator[Callable[..., None]]:
    """Shows a widget in an active window; a bare window has no size hints, of which offscreen complains."""
    hosts = []

    def host_of(widget: QWidget, width: int, height: int) -> None:
        host = QWidget()
        hosts.append(host)  # held here: a window that dies of a cycle may do so while it is being painted
        widget.setParent(host)
        host.resize(width, height)
        widget.resize(width, height)
        host.show()
        host.activateWindow()
        qtbot.waitUntil(host.isActiveWindow)

    yield host_of
    for host in hosts:
        host.close()
        host.deleteLater()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Callable[..., object]]:
    """Builds windows with the runs workspace on view: see :class:`tests.ui.runs_kit.Desk`."""
    from tests.ui.runs_kit import desks  # the other tests do without

    with desks(qtbot) as build:
        yield build
