"""The window as a whole: closing, remembering, and access for everybody."""

from __future__ import annotations

import errno
import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.__main__ import main
from ganstudio.app.generators.sessions import new_session
from ganstudio.app.generators.workplaces import BUNDLED
from ganstudio.app.notifications import notifications
from ganstudio.app.paint.canvases import FOLDER, Canvases
from ganstudio.app.settings import SettingsStore
from ganstudio.core.dataspec import MapClass
from ganstudio.store import Run, atomic
from ganstudio.store.checkpoints import is_milestone
from ganstudio.training.trainer import Trainer
from ganstudio.ui import shell
from ganstudio.ui.explore.exports import FilmDialog
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.gallery.card import CardWidget
from ganstudio.ui.gallery.page import RunTile
from ganstudio.ui.generator_page.page import GeneratorPage
from ganstudio.ui.generator_page.source_bar import SourceBar
from ganstudio.ui.kit.painted import to_pixels
from ganstudio.ui.shortcuts import Shortcuts
from ganstudio.ui.window import MainWindow
from tests.ui.audit import describe, interactive_widgets, problems
from tests.ui.explore_window import store_run
from tests.ui.window_kit import DIGITS, RING, close_window, hold, laid_out, open_window, opened, train, wait


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened(qtbot) as made:
        yield made


def everything(*folders: Path) -> dict[Path, tuple[int, bytes]]:
    """All files with their times and contents."""
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize("workspace", ["explore", "train"])
def test_a_screenshot_shows_what_was_asked_for_and_changes_nothing(
    tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch, workspace: str
) -> None:
    run = store_run(own_folders / "runs" / "tiny")
    store = SettingsStore()
    store.set("theme", "dark")
    store.remember(workspace="explore", recent_runs=("/elsewhere",), draft={"method": "wgan"})
    store.remember_layout("geometry", "bm9uZQ==")
    seen: list[object] = []
    grab = MainWindow.grab

    def shot(window: MainWindow) -> QPixmap:
        page = window.workspace("explore") if workspace == "explore" else None
        current = window.studio.current
        seen.extend([window.current_workspace, None if current is None else current.path])
        seen.append(None if page is None else page.explorer.opened.path)  # type: ignore[attr-defined]
        return grab(window)

    monkeypatch.setattr(MainWindow, "grab", shot)
    before = everything(own_folders / "config", own_folders / "runs")
    file = tmp_path / "a.png"
    wanted = ["--screenshot", str(file), "--run", str(run), "--workspace", workspace, "--size", "1366x768"]
    assert main(wanted) == 0
    assert QImage(str(file)).size() == QSize(1366, 768)  # on a screen of 800
    assert seen == [workspace, run, run if workspace == "explore" else None]
    assert file.is_file()
    assert everything(own_folders / "config", own_folders / "runs") == before
    assert os.environ["GANSTUDIO_CONFIG"] == str(own_folders / "config")


def test_a_screenshot_waits_for_what_is_read(
    tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_run(own_folders / "runs" / "tiny")
    seen: list[bool] = []
    grab = MainWindow.grab

    def shot(window: MainWindow) -> QPixmap:
        lines = window.pages["evaluate"].shown.lines  # type: ignore[attr-defined]
        seen.append(bool(lines) and all(line.verdict for line in lines))
        return grab(window)

    monkeypatch.setattr(MainWindow, "grab", shot)
    assert main(["--screenshot", str(tmp_path / "a.png"), "--workspace", "evaluate"]) == 0
    assert seen == [True]


def test_a_screenshot_of_studies_waits_for_studies_only(
    tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SettingsStore(own_folders / "config").remember_layout("evaluate/part", "studies")
    seen: list[tuple[bool, bool]] = []
    grab = MainWindow.grab

    def shot(window: MainWindow) -> QPixmap:
        page = window.pages["evaluate"]
        seen.append((page.studies.desk.read_once, page.evaluation.read_once))  # type: ignore[attr-defined]
        return grab(window)

    monkeypatch.setattr(MainWindow, "grab", shot)
    assert main(["--screenshot", str(tmp_path / "a.png"), "--workspace", "evaluate"]) == 0
    assert seen == [(True, False)], "the runs are not on view: nobody reads them"


def test_a_screenshot_leaves_canvases_alone(tmp_path: Path, own_folders: Path) -> None:
    canvases = Canvases(own_folders / "config" / FOLDER)
    classes = (MapClass("sky", (0, 0, 255)), MapClass("sea", (0, 0, 99)))
    canvases.from_ids("mine", classes, np.zeros((8, 8), np.uint8))
    canvases.shut()
    before = everything(own_folders / "config")
    assert before
    assert main(["--screenshot", str(tmp_path / "a.png"), "--workspace", "paint"]) == 0
    assert everything(own_folders / "config") == before


def test_a_screenshot_of_a_run_where_it_does_not_belong_is_refused(
    tmp_path: Path, own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = store_run(own_folders / "runs" / "tiny", steps=1)
    assert main(["--screenshot", str(tmp_path / "a.png"), "--run", str(run), "--workspace", "paint"]) == 2
    assert "--workspace explore" in capsys.readouterr().err
    assert not (tmp_path / "a.png").exists()


@pytest.mark.parametrize("choice", ["save", "discard"])
def test_closing_ends_what_trains(window: MainWindow, qtbot: QtBot, choice: str) -> None:
    model = train(qtbot, window, steps=20)
    path, asked = model.path, []
    assert path is not None
    window.ask_closing = lambda training: asked.append(training) or choice  # type: ignore[method-assign, func-returns-value]
    window.close()
    assert asked == [[model]]
    assert not window.isVisible()
    assert not model.here
    run = Run.open(path)
    assert run.status().state == "stopped"
    saved = run.newest_good_checkpoint().step or 0
    assert saved == run.status().step if choice == "save" else saved == 0 or is_milestone(saved)


def test_closing_can_be_thought_better_of(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    window.ask_closing = lambda training: "cancel"  # type: ignore[method-assign]
    window.close()
    assert window.isVisible()
    at = model.step
    wait(qtbot, lambda: model.here and model.step > at)


def test_nothing_is_asked_when_nothing_trains(window: MainWindow) -> None:
    window.ask_closing = lambda training: pytest.fail("asked for nothing")  # type: ignore[method-assign]
    window.close()
    assert not window.isVisible()


def test_closing_with_a_job_cancels_it(window: MainWindow) -> None:
    cancelled = threading.Event()

    def work(progress: object, cancel: threading.Event) -> None:
        cancel.wait(30)
        cancelled.set()

    window.studio.jobs.start("endless", work)
    window.close()
    assert cancelled.is_set()


def test_garbage_of_any_thread_is_collected_on_the_windows_own(window: MainWindow, qtbot: QtBot) -> None:
    """Elsewhere the Python halves of widgets would be freed while Qt deletes them: the program died of that."""

    class Knot:
        def __init__(self) -> None:
            self.me = self
            weakref.finalize(self, lambda: where.append(threading.get_ident()))

    where: list[int] = []
    other = threading.Thread(target=lambda: [Knot() for _ in range(5000)])
    other.start()
    other.join()
    assert not where
    wait(qtbot, lambda: len(where) > 2000)
    assert set(where) == {threading.get_ident()}
    window.close()
    assert gc.isenabled()


def test_a_signal_from_outside_saves(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, steps=20)
    assert model.path is not None
    window.quit_saving()
    assert (Run.open(model.path).newest_good_checkpoint().step or 0) >= 20


CHILD = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog
from ganstudio.ui.app import make_application, run_window
from ganstudio.ui.window import MainWindow
from tests.ui.window_kit import RING

def compute(*_deaf):  # what nobody can stop holds nothing up, and is not cut off within C++
    import torch
    large = torch.ones(300, 300)
    while True:
        large @ large

def look():
    window = next((w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)), None)
    if window is None or not window.pages or window.studio.catalogue is None:
        return
    model = window.studio.current
    if model is None:
        window.train.start(RING)
    elif model.step >= 20 and model.path is not None:
        if QApplication.activeModalWidget() is None:
            asks = window.close if sys.argv[1] == "question" else lambda: QFileDialog.getOpenFileName(window)
            QTimer.singleShot(0, asks)
        elif sys.argv[1] == "session":
            timer.stop()
            app.commitDataRequest.emit(None)
        else:
            timer.stop()
            if sys.argv[1] == "dialog":
                window.studio.jobs.start("deaf", compute)
            print("stands", model.path, flush=True)

app = make_application()
timer = QTimer(app, interval=50)
timer.timeout.connect(look)
timer.start()
sys.exit(run_window())
"""


@pytest.mark.parametrize("stands", ["question", "dialog", "session"])
def test_what_is_told_from_outside_ends_it_also_while_a_question_stands_open(own_folders: Path, stands: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", CHILD, stands], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if stands != "session":
            assert any(line.startswith("stands") for line in process.stdout)
            process.terminate()
        if stands == "dialog":
            process.terminate()  # a second one harms nothing
        assert process.wait(60) == 0
    finally:
        process.kill()
        process.communicate()
    run = Run.open(next((own_folders / "runs").iterdir()))
    assert run.status().state == "stopped"
    assert run.newest_good_checkpoint().step == run.status().step >= 20


def test_what_was_arranged_is_there_again(qtbot: QtBot) -> None:
    first = open_window(qtbot)
    train(qtbot, first)
    first.resize(800, 735)  # the screen that is none is 800 by 800
    qtbot.wait(50)
    first.train.columns.setSizes([340, 400])
    view = first.train.run_view
    view.splitter.setSizes([200, 400])
    view.curves.toolbar.log.setChecked(True)
    view.curves.toolbar.slider.setValue(view.curves.toolbar.slider.maximum() // 2)
    qtbot.wait(50)
    first.studio.draft.set_hyper("lr_g", 0.004)
    sizes, weight = (first.train.columns.sizes(), view.splitter.sizes()), view.curves.toolbar.weight
    close_window(first)
    second = open_window(qtbot)
    try:
        assert (second.width(), second.height()) == (800, 735)
        assert second.current_workspace == "train"
        assert second.studio.draft.experiment.hyper["lr_g"] == 0.004
        train(qtbot, second)
        again = second.train.run_view
        qtbot.wait(50)
        assert second.train.columns.sizes()[0] == pytest.approx(sizes[0][0], abs=2)
        share = again.splitter.sizes()[0] / sum(again.splitter.sizes())
        assert share == pytest.approx(sizes[1][0] / sum(sizes[1]), abs=0.05)
        assert again.curves.toolbar.log.isChecked()
        assert again.curves.toolbar.weight == pytest.approx(weight, abs=1e-3)
        second.table.run("view.reset-layout")
        qtbot.wait(50)
        assert second.train.columns.sizes()[0] < 330
        assert again.splitter.sizes()[0] > again.splitter.sizes()[1]
        assert not again.curves.toolbar.log.isChecked()
        assert again.curves.toolbar.weight == pytest.approx(0.9, abs=0.01)
    finally:
        close_window(second)


def test_closing_with_a_full_disk_ends_in_words(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, logged_problems: list[object]
) -> None:
    full, real = threading.Event(), os.write

    def write(handle: int, data: bytes) -> int:
        if full.is_set():
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(handle, data)

    monkeypatch.setattr(atomic.os, "write", write)
    monkeypatch.setattr(Trainer.__init__, "__kwdefaults__", {**Trainer.__init__.__kwdefaults__, "patience": 0.5})
    shown: list[str] = []
    monkeypatch.setattr(QMessageBox, "critical", lambda *words: shown.append(words[-1]))
    window = open_window(qtbot)
    model = train(qtbot, window)
    full.set()
    qtbot.waitUntil(lambda: model.state == "paused", timeout=20_000)
    monkeypatch.setattr(window, "ask_closing", lambda _training: "save")
    window.close()
    full.clear()
    assert not model.here
    assert ["full disk" in words and model.title in words for words in window.lost] == [True]
    assert shown == window.lost
    close_window(window)


def test_a_broken_layout_is_ignored(qtbot: QtBot) -> None:
    window = open_window(qtbot)
    for name in ("train/bench", "train/run/splitter", "train/run/curves"):
        window.store.remember_layout(name, "never a layout")
    try:
        window.train.restore_layout()
        train(qtbot, window)
        assert min(window.train.columns.sizes()) > 100
    finally:
        close_window(window)


def test_the_last_workspace_is_shown_again(qtbot: QtBot) -> None:
    first = open_window(qtbot)
    first.show_workspace("runs")
    close_window(first)
    second = open_window(qtbot)
    try:
        assert second.current_workspace == "runs"
    finally:
        close_window(second)


def test_the_settings_device_is_the_default(window: MainWindow, qtbot: QtBot) -> None:
    window.store.set("device", "cpu")
    assert train(qtbot, window).experiment.device == "cpu"


@pytest.mark.parametrize("keep", [2, 0])
def test_the_settings_checkpoints_are_kept(window: MainWindow, qtbot: QtBot, keep: int) -> None:
    window.store.set("keep_checkpoints", keep)
    model = train(qtbot, window)
    at = hold(qtbot, model)
    for place in range(5):
        model.step_once()
        wait(qtbot, lambda place=place: model.step == at + place + 1)
        model.save_checkpoint()
        wait(qtbot, lambda place=place: at + place + 1 in model.checkpoints)
    assert model.path is not None
    run, made = Run.open(model.path), list(range(at + 1, at + 6))
    size = {step: lambda step=step: run.checkpoint_path(step).stat().st_size for step in made}
    wait(qtbot, lambda: not keep or size[made[-keep - 1]]() < 0.9 * size[made[-1]]())
    assert {0, *made} <= set(run.checkpoint_steps()), "what a person has saved stays"
    assert [step for step in made if size[step]() < 0.9 * size[made[-1]]()] == (made[:-keep] if keep else []), "thinned"


def test_everything_has_a_name_and_a_tooltip(window: MainWindow, qtbot: QtBot) -> None:
    assert problems(window, visible_only=True) == []
    window.table.run("run.new")
    assert problems(window, visible_only=True) == []
    train(qtbot, window, DIGITS)
    wait(qtbot, lambda: window.statusbar._buttons)
    assert problems(window, visible_only=True) == []
    train(qtbot, window, RING)
    wait(qtbot, lambda: len(window.statusbar._buttons) == 2)
    assert problems(window, visible_only=True) == []


def test_the_title_says_what_is_open_in_the_workspace_on_view(window: MainWindow, qtbot: QtBot) -> None:
    assert window.windowTitle() == "Train — ganstudio"
    model = train(qtbot, window)
    wait(qtbot, lambda: window.windowTitle() == "tiny ring — Train — ganstudio")
    hold(qtbot, model)
    wait(qtbot, lambda: window.windowTitle() == "tiny ring (paused) — Train — ganstudio")
    window.show_workspace("runs")
    assert window.windowTitle() == "Runs — ganstudio"
    window.show_workspace("explore")
    wait(qtbot, lambda: window.windowTitle() == "tiny ring — Explore — ganstudio")
    window.studio.rename(model.path, "Called anew")
    wait(qtbot, lambda: window.windowTitle() == "Called anew — Explore — ganstudio")
    bar = window.page("explore").findChild(SourceBar)
    assert "Called anew" in bar.button.accessibleName() + bar.button.toolTip() + bar.button.text()
    window.page("explore").open_ready()
    wait(qtbot, lambda: window.windowTitle() == "Digits with codes (InfoGAN) — Explore — ganstudio")
    window.show_workspace("train")
    window.train.show_gallery()
    wait(qtbot, lambda: window.windowTitle() == "Train — ganstudio")


def covered(window: MainWindow) -> list[str]:
    """Controls of the workspace on view that lie below a message."""
    places = [toast.geometry() for toast in window.toasts.shown]
    centre, page = window.centralWidget(), window.stack.currentWidget()
    used = [*interactive_widgets(page, visible_only=True), *(card for card in page.findChildren(CardWidget))]
    return [
        describe(widget)
        for widget in used
        if not isinstance(widget, QAbstractItemView) and not (seen := widget.visibleRegion().boundingRect()).isEmpty()
        for place in places
        if QRect(widget.mapTo(centre, seen.topLeft()), seen.size()).intersects(place)
    ]


def test_messages_stand_over_no_control_in_any_workspace(
    window: MainWindow, qtbot: QtBot, logged_problems: list[object]
) -> None:
    window.resize(1024, 700)
    words = "The disk is nearly full: 312 MB are left. Checkpoints of 12 MB each will soon not fit any more."
    notifications.warning(words, "details")
    notifications.error("The run cannot be opened: its file is damaged.")
    notifications.warning("Moved 3 runs to the trash.", "", "Undo", lambda: None)
    shown = window.toasts.shown
    assert len(shown) == 2, "more are not beside each other below the gallery"
    wait(qtbot, lambda: not covered(window))
    window.train.new_experiment()
    wait(qtbot, lambda: not covered(window))
    start = window.train.panel.start
    assert window.childAt(start.mapTo(window, start.rect().center())) is start
    train(qtbot, window, DIGITS)
    for name in window.rail.buttons:
        window.show_workspace(name)
        wait(qtbot, lambda: not window.studio.jobs.running and not covered(window))
        centre = window.centralWidget()
        for toast in window.toasts.shown:
            assert toast.isAncestorOf(centre.childAt(toast.geometry().center()))
    while shown := window.toasts.shown:
        shown[0].close_button.click()


def test_nothing_moves_under_the_mouse_when_a_message_comes_and_goes(window: MainWindow, qtbot: QtBot) -> None:
    cards = list(window.train.gallery.cards.values())
    bar, height = window.train.gallery.scroll_area.verticalScrollBar(), window.stack.height()

    def heights() -> list[int]:
        return [card.mapTo(window, card.rect().topLeft()).y() for card in cards]

    bar.setValue(bar.maximum() // 2)
    window.stack.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, True)  # as the system does
    before = heights()
    notifications.info("a message")
    wait(qtbot, lambda: window.stack.height() < height)
    assert heights() == before, "it gives way from below"
    bar.setValue(bar.maximum())
    before = heights()
    window.toasts.shown[0].close_button.click()
    qtbot.wait(1200)
    assert heights() == before, "the end that one has scrolled to stays where it is"
    window.stack.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    wait(qtbot, lambda: window.stack.height() == height)


def test_the_keyboard_stays_in_the_workspace(window: MainWindow, qtbot: QtBot) -> None:
    window.train.customise_card("ring")
    start = window.train.panel.start
    start.setFocus()
    train(qtbot, window)
    assert not start.isVisible()
    assert window.train.isAncestorOf(window.focusWidget())
    window.show_workspace("runs")
    assert window.stack.currentWidget().isAncestorOf(window.focusWidget()) or (
        window.focusWidget() is window.stack.currentWidget()
    )
    window.rail.buttons["train"].setFocus()
    window.rail.buttons["train"].click()
    assert window.focusWidget() is window.rail.buttons["train"], "arrow keys go on along the rail"


def tour(window: MainWindow, back: bool = False) -> list[QWidget]:
    """Where Tab comes, until it has been round."""
    window.stack.setFocus()
    found: list[QWidget] = []
    while True:
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab)
        focus = window.focusWidget()
        assert focus.isVisible()
        if focus in found:
            assert focus is found[0], "no way out: " + describe(focus)
            return found
        found.append(focus)


def jumps_back(stops: list[QWidget]) -> list[str]:
    """Pairs of neighbours the second of which stands above the first, in its column, or left of it in its row."""
    found = []
    for one, other in pairwise(stops):
        a, b = one.geometry(), other.geometry()
        above = b.bottom() < a.top() and b.left() <= a.right() and b.right() >= a.left()
        before = b.right() < a.left() and b.top() <= a.bottom() and b.bottom() >= a.top()
        if one.parentWidget() is other.parentWidget() and (above or before):
            found.append(f"{describe(one)} → {describe(other)}")
    return found


def test_the_form_and_the_gallery_come_into_view_from_everywhere(window: MainWindow, qtbot: QtBot) -> None:
    for keys, modifiers, shown in (
        (Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier, "columns"),
        (Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier, "gallery"),
    ):
        window.show_workspace("runs")
        QTest.keyClick(window, keys, modifiers)
        assert window.current_workspace == "train"
        assert window.train.pages.currentWidget() is getattr(window.train, shown)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert window.studio.runs == [], "nothing is started by a button that is not seen"
    window.studio.draft.replace(RING, "ring")
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: window.studio.training)
    window.show_workspace("runs")
    QTest.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    wait(qtbot, lambda: window.current_workspace == "train")
    assert window.train.panel.start.isVisible()


def test_recent_runs_open_by_enter_and_say_what_they_do(qtbot: QtBot, own_folders: Path) -> None:
    SettingsStore().add_recent(store_run(own_folders / "runs" / "tiny"))
    with opened(qtbot) as window:

        def states() -> list[str]:
            return [one.accessibleDescription() for one in window.findChildren(RunTile) if one.isVisible()]

        wait(qtbot, states)
        (tile,) = window.findChildren(RunTile)
        tile.setFocus()
        QTest.keyClick(tile, Qt.Key.Key_Return)
        wait(qtbot, lambda: window.studio.current is not None)
        model = train(qtbot, window, RING)
        window.train.show_gallery()
        for state, then in (("training", model.pause), ("paused", model.stop), ("stopped", None)):
            wait(qtbot, lambda state=state: states() == [state, "finished"])
            if then is not None:
                then()
        ring = next(one for one in window.findChildren(RunTile) if one.accessibleDescription() == "stopped")
        seen = to_pixels(ring.grab().toImage()).astype(int)[:, : ring.height()]
        assert ((seen[..., 0] - seen[..., 2]) > 100).any(), "points have a picture, too"


def test_tab_goes_through_every_workspace_as_one_reads(qtbot: QtBot, own_folders: Path) -> None:
    SettingsStore().add_recent(store_run(own_folders / "runs" / "tiny"))
    with opened(qtbot) as window:
        wait(qtbot, lambda: window.findChildren(RunTile))
        stops = tour(window)
        gallery = window.train.gallery
        assert stops[0] is gallery.new_button
        assert isinstance(stops[1], RunTile)
        assert jumps_back(stops) == []
        assert {stop for stop in stops if isinstance(stop, CardWidget)} == set(gallery.cards.values())
        window.train.new_experiment()
        stops = tour(window)
        assert stops.index(window.train.panel.method.combo) < stops.index(window.train.panel.start)
        train(qtbot, window, DIGITS)
        for name in window.rail.buttons:
            window.show_workspace(name)
            wait(qtbot, lambda: not window.studio.jobs.running)
            stops = tour(window)
            assert jumps_back(stops) == []
            page = window.stack.currentWidget()
            places = [page.isAncestorOf(stop) for stop in stops]
            assert places == sorted(places, reverse=True), "first the page, then status bar and rail"
            assert {*stops} >= {window.statusbar.messages, window.rail.buttons[name]}
            assert tour(window, back=True) == [*reversed(stops)]


def typed(window: MainWindow, words: str) -> list[str]:
    """What the palette lists for some words."""
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = window.focusWidget()
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, words)
    return window.palette_box.titles


def test_the_palette_lists_all_workspaces_and_opens_them_first(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = typed(window, "")
    assert {"New experiment", "Surprise me", "Translate a folder…", "Move to trash", "Save a film…"} <= {*everything}
    assert everything.index("New experiment") < everything.index("Surprise me"), "what is done here comes first"
    assert list(window.pages) == ["train"], "nothing is built for it"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert typed(window, "open")[0] == "Open…", "which can be done here"
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert typed(window, "save a film")[:2] == ["Save a film…", "Save a film of the painting…"]
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.current_workspace == "explore"
    wait(qtbot, lambda: window.findChildren(FilmDialog))
    window.findChildren(FilmDialog)[0].reject()
    laid_out(qtbot, window)
    monkeypatch.setattr(GeneratorPage, "busy", True)  # it draws on and on
    monkeypatch.setattr(shell, "MOST_TRIES", 2)
    window.show_workspace("train")
    typed(window, "swap the two")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    wait(qtbot, lambda: window.toasts.shown)
    assert "“Swap the two” cannot be done yet" in window.toasts.shown[-1].message.text, "it is not done much later"
    typed(window, "rename")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.current_workspace == "runs"
    assert "“Rename” is done to what is selected here" in window.toasts.shown[-1].message.text, "nobody has seen what"
    window.open_shortcuts()
    (keys,) = window.findChildren(Shortcuts)
    assert {"Surprise me", "New drawing"} <= {what for what, _keys in keys.rows}, "also of what was never opened"
    keys.close()


def test_no_key_is_listed_twice(window: MainWindow) -> None:
    window.show_workspace("runs")
    listed = [keys for action in window.table if action.context == "runs" for keys in action.shortcuts]
    listed += [keys for group, _what, keys in window.shortcut_rows if group == "Runs"]
    assert "Ctrl+F" in listed
    assert len(listed) == len(set(listed))


def test_the_card_of_the_ready_run_opens_it_in_explore_and_trains_nothing(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = new_session(replace(DIGITS, steps=1), path=tmp_path / "runs" / BUNDLED["explore"])
    run.start()
    run.join()
    monkeypatch.setattr("ganstudio.app.generators.workplaces.resource_path", lambda *parts: tmp_path.joinpath(*parts))
    card = window.train.gallery.cards["codes"]
    card.chosen.emit("codes")
    assert window.current_workspace == "explore"
    page = window.pages["explore"]
    assert isinstance(page, ExploreWorkspace)
    explorer = page.explorer
    wait(qtbot, lambda: explorer.opened is not None)
    first = explorer.opened
    assert first is not None
    assert first.path == tmp_path / "runs" / BUNDLED["explore"]
    assert not window.studio.runs
    page.views.open("wall")
    window.show_workspace("train")
    card.chosen.emit("codes")
    assert window.current_workspace == "explore"
    assert page.views.tabs.value == "sweep"
    assert explorer.opened is first  # one goes on where one was
    assert not explorer.opening
