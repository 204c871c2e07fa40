"""Ten thousand random clicks, drags, wheels and keys on the whole window while two runs train."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLayout,
    QLayoutItem,
    QMenu,
    QMessageBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ganstudio.app.runs.run_model import RunModel
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.kit.flow import CardLayout, FlowLayout
from ganstudio.ui.window import MainWindow
from tests.ui.explore_window import store_run
from tests.ui.paint_kit import store_spade
from tests.ui.watchdog import Watchdog
from tests.ui.window_kit import DIGITS, RING, close_window, opened, train, wait

KEYS = (
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace, Qt.Key.Key_F1, Qt.Key.Key_F2, Qt.Key.Key_F10),
    *(Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_7, Qt.Key.Key_E, Qt.Key.Key_Minus, Qt.Key.Key_Period, Qt.Key.Key_A),
)
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
FORBIDDEN = ("app.quit", "run.start")
"""Ends the test, or starts more runs than two cores can carry in a minute; both are tested elsewhere."""
BURST = 40
"""Events between two turns of the event loop, about as many as a cat on the keyboard makes."""
MOST_RUNS = 3
STORED: dict[str, Path] = {}
"""Runs that have ended; their names begin with the workspace where they are at home."""


class Hands:
    """Does something random to whatever is on the screen."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window, self.dice = window, random.Random(seed)
        self.top: QWidget = window

    def surface(self) -> QWidget:
        """What takes the input: a menu or a modal dialog if one is open, else the window."""
        return QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window

    def target(self) -> tuple[QWidget, QPointF]:
        """A random point and what lies there."""
        top = self.surface()
        at = QPoint(self.dice.randrange(max(1, top.width())), self.dice.randrange(max(1, top.height())))
        widget = top.childAt(at) or top
        self.top = top  # its Python half takes those of its children with it
        return widget, QPointF(widget.mapFrom(top, at))

    def mouse(self, kind: QMouseEvent.Type, widget: QWidget, at: QPointF, button: Qt.MouseButton) -> None:
        held = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseButtonRelease else button
        if kind == QMouseEvent.Type.MouseMove:
            button = Qt.MouseButton.NoButton
        everywhere = QPointF(widget.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(widget, QMouseEvent(kind, at, everywhere, button, held, self.dice.choice(MODIFIERS)))

    def click(self, button: Qt.MouseButton = Qt.MouseButton.LeftButton, *, twice: bool = False) -> None:
        widget, at = self.target()
        if not widget.isEnabled():
            return
        guard = _Alive(widget)
        if twice:
            self.mouse(QMouseEvent.Type.MouseButtonDblClick, widget, at, button)
        else:
            self.mouse(QMouseEvent.Type.MouseButtonPress, widget, at, button)
        if guard.alive:
            self.mouse(QMouseEvent.Type.MouseButtonRelease, widget, at, button)
        if button == Qt.MouseButton.RightButton and guard.alive:
            spot = at.toPoint()
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, widget.mapToGlobal(spot))
            QApplication.sendEvent(widget, event)

    def drag(self) -> None:
        widget, at = self.target()
        if not widget.isEnabled():
            return
        guard, left = _Alive(widget), Qt.MouseButton.LeftButton
        self.mouse(QMouseEvent.Type.MouseButtonPress, widget, at, left)
        for _ in range(self.dice.randrange(1, 5)):
            at += QPointF(self.dice.randrange(-80, 81), self.dice.randrange(-40, 41))
            if guard.alive:
                self.mouse(QMouseEvent.Type.MouseMove, widget, at, left)
        if guard.alive:
            self.mouse(QMouseEvent.Type.MouseButtonRelease, widget, at, left)

    def hover(self) -> None:
        widget, at = self.target()
        self.mouse(QMouseEvent.Type.MouseMove, widget, at, Qt.MouseButton.NoButton)

    def wheel(self) -> None:
        widget, at = self.target()
        roll = QPoint(0, self.dice.choice((-120, 120, 1200)))
        still, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        everywhere = QPointF(widget.mapToGlobal(at.toPoint()))
        QApplication.sendEvent(
            widget, QWheelEvent(at, everywhere, QPoint(), roll, still, self.dice.choice(MODIFIERS), phase, False)
        )

    def key(self) -> None:
        widget = QApplication.activePopupWidget() or QApplication.focusWidget() or self.surface()
        key, modifiers = self.dice.choice(KEYS), self.dice.choice(MODIFIERS)
        text = chr(key.value).lower() if 32 < key.value < 127 else ""
        guard = _Alive(widget)
        for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
            if guard.alive:
                QApplication.sendEvent(widget, QKeyEvent(kind, key, modifiers, text))

    def action(self) -> None:
        """What a menu or a key would do."""
        actions = [action for action in self.window.table if action.id not in FORBIDDEN]
        chosen = self.dice.choice(actions).id
        if chosen == "view.theme" and self.dice.random() < 0.9:
            return  # it styles a thousand widgets anew: now and then is enough
        if QApplication.activeModalWidget() is None:
            self.window.table.run(chosen)

    def wander(self) -> None:
        """To another workspace, or another generator into the explorer: a stored run, one that trains, the ready one."""
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            return
        place = self.dice.choice(("train", "runs", "explore", "explore", "paint", "paint", "translate"))
        self.window.show_workspace(place)
        if place in ("paint", "translate") and self.dice.random() < 0.3:
            paths = [path for name, path in STORED.items() if name.startswith(place)]
            self.window.workspace(place).open_path(self.dice.choice(paths))  # type: ignore[attr-defined]
        page = self.window.workspace("explore")
        if not isinstance(page, ExploreWorkspace) or page.explorer.opening or self.dice.random() < 0.5:
            return
        training = self.window.studio.training
        ways: list[Callable[[], object]] = [page.explorer.close, page.explorer.open_bundled]
        ways += [lambda: page.explorer.open_run(STORED["explore"])] * 2 if STORED else []
        ways += [lambda: page.explorer.follow(self.dice.choice(training))] * 3 if training else []
        self.dice.choice(ways)()

    def escape(self) -> None:
        """Leaves what is open, so that the rest of the window has its turn too."""
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif isinstance(modal, QDialog):
            modal.reject()

    def leave_menu(self) -> None:
        """Points at something in an open menu, and leaves it."""
        if QApplication.activePopupWidget() is not None:
            self.hover()
            self.key()
        popup = QApplication.activePopupWidget()
        if popup is not None:
            popup.close()

    def move(self) -> None:
        """One random deed."""
        deeds = (
            *((self.click,) * 9), *((self.drag,) * 4), *((self.wheel,) * 3), *((self.key,) * 5), *((self.hover,) * 3),
            lambda: self.click(Qt.MouseButton.RightButton), lambda: self.click(twice=True), self.action, self.escape,
            self.wander,
        )  # fmt: skip
        self.dice.choice(deeds)()


class _Alive:
    """Whether a widget still exists: a press may well close what was pressed."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    @property
    def alive(self) -> bool:
        return shiboken6.isValid(self._widget)


@contextmanager
def refused_dialogs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No dialog of the system's, and none that waits for an answer: they would hold the test up."""
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, staticmethod(lambda *_args, **_options: ("", "")))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_args, **_options: ""))
    monkeypatch.setattr(QInputDialog, "getText", staticmethod(lambda *_args, **_options: ("", False)))
    for kind in (QFileDialog, QMessageBox):
        monkeypatch.setattr(kind, "exec", lambda _self: 0)
    monkeypatch.setattr(QFileDialog, "open", lambda self, *_args: self.done(0))
    monkeypatch.setattr("ganstudio.ui.train.data_jobs.download", lambda *_args: None)  # no test needs a network
    from PySide6.QtGui import QDesktopServices

    monkeypatch.setattr(QDesktopServices, "openUrl", staticmethod(lambda _url: True))
    yield


def turn(loop_ms: int = 1) -> None:
    """One turn of the real event loop, which lets the trainers work meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(loop_ms, loop.quit)
    loop.exec()


def answers(qtbot: QtBot, model: RunModel) -> None:
    """A run still does what it is told."""
    model.train_only(None)
    if not model.here:
        return  # it was stopped by a key or a button: that is an answer too
    model.pause()
    wait(qtbot, lambda: model.state == "paused" or not model.here)
    at = model.step
    model.step_once()
    wait(qtbot, lambda: model.step == at + 1 or not model.here)


def play(window: MainWindow, qtbot: QtBot, events: int, seed: int, held: Collection[str]) -> None:
    for experiment in (RING, DIGITS):
        train(qtbot, window, experiment)
    runs = list(window.studio.runs)
    start = window.studio.start
    # What the hands start is as small as the rest: two cores are to be shared by all of it.
    window.studio.start = lambda *_args, **_options: (  # type: ignore[method-assign]
        start(RING) if len(window.studio.training) < MOST_RUNS else None
    )
    window.close_guard = lambda: False
    hands = Hands(window, seed)
    rescue = QTimer(window)  # a button that holds a menu waits in a loop of its own until the menu is gone
    rescue.timeout.connect(hands.leave_menu)
    rescue.start(30)
    window.show_workspace("explore")
    page = window.workspace("explore")
    assert isinstance(page, ExploreWorkspace)
    page.explorer.follow(runs[1])
    wait(qtbot, lambda: page.explorer.picture is not None and not page.explorer.opening)
    with Watchdog() as watchdog:
        heart = QTimer(window)
        heart.timeout.connect(watchdog.beat)
        heart.start(10)
        for number in range(events):
            watchdog.beat()
            hands.move()
            if number % BURST == 0:
                turn()
            if number % 500 == 0:
                revive(window, runs)
        for _ in range(20):
            hands.escape()
            turn()
        heart.stop()
    for menu in window.findChildren(QMenu):
        menu.close()
    assert window.isVisible()
    assert not set(held_items()) - set(held)
    for model in runs:
        answers(qtbot, model)
    close_window(window)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("trainer", "job", "rendering"))]


def held_items() -> list[str]:
    """Items of Qt's layouts that Python holds: Qt deletes them unseen, and the program dies of the next widget there.

    ``itemAt`` makes them, and adding a layout that is full to one that has a widget.
    """
    found = [one for one in shiboken6.getAllValidWrappers() if isinstance(one, QLayoutItem)]
    lines = [one for one in found if isinstance(one, FlowLayout | CardLayout)]  # Python's own
    own = [layout.itemAt(place) for layout in lines for place in range(layout.count())]
    return [str(one) for one in found if not isinstance(one, QLayout) and one not in own]


def revive(window: MainWindow, runs: list[RunModel]) -> None:
    """Two runs shall be training all the time, whatever was pressed."""
    for model in runs:
        if model.here and model.state == "paused":
            model.resume()
        elif not model.here and model.path is not None and model.path.is_dir() and not model.live:
            window.studio.continue_run(model, model.step + 100_000)


@pytest.fixture(scope="module", autouse=True)
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tiny runs for each workspace; the explorer has other controls for its own than for the two that train."""
    folder = tmp_path_factory.mktemp("runs")
    STORED["explore"] = store_run(folder / "classes", "cgan")
    STORED["paint"] = store_spade(folder / "maps")
    STORED["translate"] = store_run(folder / "pen", "pix2pix", "edges-digits", width=4, width_d=4)
    STORED["translate both ways"] = store_run(
        folder / "light", "cyclegan", "day-night:count=16", width=4, width_d=4, blocks=1, batch_size=1
    )
    yield
    STORED.clear()


def test_a_thousand_random_deeds(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    held = held_items()  # by what other tests have made
    with refused_dialogs(monkeypatch), opened(qtbot) as window:
        play(window, qtbot, 1000, 1, held)


def held_up(deed: Callable[[], object]) -> None:
    with Watchdog(limit=0.2) as watchdog:
        for _turn in range(30):
            time.sleep(0.01)
            watchdog.beat()
        deed()


def counting() -> None:
    for _turn in range(120):
        sum(range(500_000))  # holds Python's lock nearly all the time


@pytest.mark.parametrize("deed", [counting, lambda: time.sleep(1.0)], ids=["computing", "waiting"])
def test_the_watchdog_names_what_holds_the_window_up(deed: Callable[[], object]) -> None:
    held_up(lambda: None)
    with pytest.raises(AssertionError, match=f"in {deed.__name__}|in held_up"):
        held_up(deed)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", [2, 3])
def test_ten_thousand_random_deeds(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    held = held_items()
    with refused_dialogs(monkeypatch), opened(qtbot) as window:
        play(window, qtbot, 10_000, seed, held)
