"""What goes wrong appears where it belongs, in words; runs of other processes are followed."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.runs.readings import value_at
from ganstudio.core.experiment import Experiment
from ganstudio.store import Run
from ganstudio.ui.experiment import DataCheckView
from ganstudio.ui.kit.parts import LinkButton
from ganstudio.ui.window import MainWindow
from tests.ui.explore_window import store_run
from tests.ui.window_kit import DIGITS, RING, hold, opened, run_text, train, wait


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened(qtbot) as made:
        yield made


def drop(window: MainWindow, path: Path) -> bool:
    """Lets a folder fall on the window; whether it was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl("file://" + quote(os.fsencode(path)))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(50, 50).toPoint(), copy, mime, left, none)
    enter.ignore()
    window.dragEnterEvent(enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(50, 50), copy, mime, left, none)
    window.dropEvent(event)
    while any(job.title.startswith("Looking at ") for job in window.studio.jobs.running):
        QTest.qWait(5)  # what it is, is found out beside the window
    return event.isAccepted()


def dialogs(window: MainWindow) -> list[QDialog]:
    return [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]


def test_a_folder_without_pictures_fails_with_a_sentence(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    window.train.start(Experiment("dcgan", f"folder:{tmp_path}", steps=10))
    model = window.studio.current
    assert model is not None
    wait(qtbot, lambda: model.state == "failed")
    wait(qtbot, lambda: run_text(window))
    assert run_text(window) == model.message
    assert "picture" in model.message.lower()
    bar = window.train.run_view.bar
    wait(qtbot, lambda: not bar.main.isEnabled())
    assert not window.table["run.toggle"].enabled(), "there is nothing on disk to continue"
    assert window.train.panel.duplicate.isVisible()
    qtbot.mouseClick(window.train.panel.duplicate, Qt.MouseButton.LeftButton)
    assert window.train.panel.mode == "draft"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names are text, or may be longer")
def test_names_that_are_too_long_or_no_text_may_be_dropped(window: MainWindow, tmp_path: Path) -> None:
    for name in ("x" * 300, "x" * 5000, "x" * 300 + ".png", "x" * 5000 + ".zip", "y/" * 2500):
        assert not drop(window, tmp_path / name)
    odd = store_run(tmp_path / os.fsdecode(b"caf\xe9 \xff"), "gan", "ring", steps=2, mlp_width=16, batch_size=8)
    assert drop(window, odd)
    assert window.studio.current is not None
    assert window.studio.current.path == odd


def test_going_on_from_an_older_checkpoint_than_the_newest_is_told(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = store_run(tmp_path / "run", "gan", "ring", steps=4, mlp_width=16, batch_size=8)
    file = Run.open(path).checkpoint_path(4)
    file.write_bytes(file.read_bytes()[:-99] + bytes(99))
    model = window.studio.open_run(path)
    assert model is not None
    window.studio.continue_run(model, 100_000)
    wait(qtbot, lambda: "of step 4, cannot be used, so that of step 0 is" in run_text(window))
    hold(qtbot, model)


def test_files_that_were_left_out_are_told_without_a_check(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    for index in range(24):
        Image.new("L", (16, 16), 100 + index).save(tmp_path / f"{index}.png")
    (tmp_path / "empty.png").touch()
    window.train.start(DIGITS.with_(data=f"folder:{tmp_path}:size=16", steps=2))
    model = window.studio.current
    assert model is not None
    wait(qtbot, lambda: model.state == "finished" and not model.here)
    wait(qtbot, lambda: not window.train.run_view.banner.isHidden())
    assert "1 of 25 files was left out: empty.png (the file is empty)." in window.train.run_view.banner.text


def test_where_the_data_have_moved_is_asked_and_kept(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pics").mkdir()
    for index in range(24):
        Image.new("L", (16, 16), 100 + index).save(tmp_path / "pics" / f"{index}.png")
    window.train.start(DIGITS.with_(data=f"folder:{tmp_path / 'pics'}:size=16", steps=2))
    model = window.studio.current
    assert model is not None
    wait(qtbot, lambda: model.state == "finished" and not model.here)
    (tmp_path / "pics").rename(tmp_path / "moved")
    (tmp_path / "others").mkdir()
    Image.new("L", (16, 16), 100).save(tmp_path / "others" / "0.png")
    window.studio.continue_run(model, 4)
    for place, why in (("others", f"no folder {tmp_path / 'pics'}"), ("moved", "does not hold the data")):
        wait(qtbot, lambda why=why: any(why in box.text() for box in dialogs(window)))  # type: ignore[misc]
        assert model.experiment.data == f"folder:{tmp_path / 'pics'}:size=16"
        assert model.state == "finished"  # as it was: it has not begun to go on
        (box,) = [box for box in dialogs(window) if why in box.text()]
        there = str(tmp_path / place)
        monkeypatch.setattr(QFileDialog, "open", lambda dialog, there=there: dialog.fileSelected.emit(there))
        (choose,) = [button for button in box.buttons() if button.text() == "Choose…"]
        qtbot.mouseClick(choose, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.state == "finished" and not model.here and model.step == 4)
    assert model.experiment.data == f"folder:{tmp_path / 'moved'}:size=16"
    assert model.path is not None
    assert Run.open(model.path).info.experiment.data == model.experiment.data


def test_a_failure_has_details_to_copy(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganstudio.training import trainer

    def broken(*_args: object) -> None:
        raise RuntimeError("the cable is unplugged")

    monkeypatch.setattr(trainer, "build_engine", broken)
    window.train.start(RING)
    wait(qtbot, lambda: "cable" in run_text(window))
    banner = window.train.run_view.banner
    buttons = {b.text(): b for b in banner.findChildren(QPushButton) if b.isVisible()}
    qtbot.mouseClick(buttons["Copy"], Qt.MouseButton.LeftButton)
    from PySide6.QtGui import QGuiApplication

    assert "Traceback" in QGuiApplication.clipboard().text()


def test_a_loss_that_is_no_number_offers_the_way_back(window: MainWindow, qtbot: QtBot) -> None:
    import torch

    model = train(qtbot, window)
    before = model.experiment.hyper.get("lr_g")
    engine = model._session._publisher.engine  # type: ignore[union-attr]
    step = engine.step

    def spoil(*role: Any) -> None:  # in the trainer's thread: a drawing under way would notice the change and fail
        engine.step = step  # type: ignore[method-assign]
        with torch.no_grad():
            for weights in engine.method.discriminator.parameters():
                weights.fill_(torch.nan)
        step(*role)

    engine.step = spoil  # type: ignore[method-assign]
    wait(qtbot, lambda: model.state == "paused" and model.diverged)
    broken = model.step
    wait(qtbot, lambda: "finite" in run_text(window) and "step" in run_text(window))
    buttons = {b.text(): b for b in window.train.run_view.banner.findChildren(QPushButton) if b.isVisible()}
    back = next(button for text, button in buttons.items() if text.startswith("Go back"))
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.step < broken and model.experiment.hyper.get("lr_g") == pytest.approx(before / 2))  # type: ignore[operator]
    wait(qtbot, lambda: "Back at step" in run_text(window))
    model.resume()
    wait(qtbot, lambda: model.step > broken)
    assert value_at(model.tables, "D(x)", model.step) is not None
    wait(qtbot, lambda: not run_text(window))


def offered(window: MainWindow) -> list[QPushButton]:
    """The remedies that the health panel offers."""
    return [b for b in window.train.run_view.health.findChildren(QPushButton) if b.isVisible()]


def test_a_remedy_is_a_click_or_a_key_away(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    sure = {**DIGITS.hyper, "n_critic": 6, "lr_d": 3e-3, "lr_g": 1e-5, "norm_d": "none"}
    model = train(qtbot, window, DIGITS.with_(hyper=sure))
    view = window.train.run_view
    wait(qtbot, lambda: any(b.text() == "D updates → 1" for b in offered(window)))
    assert "discriminator wins" in view.health.word
    said = " ".join(one.text() for one in view.health.findChildren(QLabel) if one.isVisible())
    assert "over the last" in said
    change, other = offered(window)
    for button in (change, other):
        assert button.accessibleName() == button.text()
        assert len(button.toolTip()) > 40
    change.setFocus(Qt.FocusReason.TabFocusReason)
    assert change.hasFocus()
    QTest.keyClick(change, Qt.Key.Key_Space)
    wait(qtbot, lambda: model.experiment.hyper["n_critic"] == 1)
    assert [(at.name, at.new) for at in model.changes] == [("n_critic", 1)]
    told = window.studio.notifications.kept[-1]
    assert told.action == "Undo"
    assert told.run is not None
    told.run()
    wait(qtbot, lambda: model.experiment.hyper["n_critic"] == 6)
    since = next(b for b in view.health.findChildren(LinkButton) if b.isVisible())
    assert since.text().startswith("since step ")
    wait(qtbot, lambda: len(model.stops) >= 4 and model.samples is not None and model.samples.step > model.stops[-2])

    def past() -> bool:  # the stored step nearest to that one is not the newest
        began = int(since.text().rpartition(" ")[2].replace(",", ""))
        nearest = min(model.stops, key=lambda stop: abs(stop - began))
        return model.samples is not None and nearest < model.samples.step

    wait(qtbot, past)
    qtbot.mouseClick(since, Qt.MouseButton.LeftButton)
    assert not view.stage.timeline.is_live()
    assert view.stage.timeline.hasFocus(), "the keyboard goes on where the step was gone to"
    assert not offered(window), "what is done is done now, not at a step of the past"
    view.stage.timeline.go_live()
    wait(qtbot, lambda: any(b.text() == "Try penalty R1" for b in offered(window)))
    qtbot.mouseClick(offered(window)[-1], Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: window.train.panel.mode == "draft")
    assert window.studio.draft.experiment.hyper["penalty"] == "r1"
    assert window.studio.draft.experiment.hyper["n_critic"] == 6
    assert window.studio.draft.history.can_undo


def test_going_back_to_before_it_began_is_asked_about(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    wild = {**RING.hyper, "optimiser_d": "sgd", "optimiser_g": "sgd", "beta1": 0.9, "lr_d": 0.5, "lr_g": 0.5}
    window.train.start(RING.with_(method="lsgan", hyper=wild))
    model = window.studio.current
    assert model is not None
    wait(qtbot, lambda: model.state == "paused" and model.diverged)
    wait(qtbot, lambda: [b.text() for b in offered(window)][:1] == ["Back to step 0"])
    assert "diverging" in window.train.run_view.health.word
    qtbot.mouseClick(offered(window)[0], Qt.MouseButton.LeftButton)
    box = next(iter(dialogs(window)))
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert model.step > 0
    qtbot.mouseClick(offered(window)[0], Qt.MouseButton.LeftButton)
    yes = next(b for box in dialogs(window) for b in box.findChildren(QPushButton) if b.text() == "Back to step 0")
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.step == 0 and model.experiment.hyper["lr_d"] == pytest.approx(0.25))


def test_a_run_deleted_on_disk_while_it_rests(
    window: MainWindow, qtbot: QtBot, logged_problems: list[logging.LogRecord]
) -> None:
    model = train(qtbot, window, DIGITS.with_(steps=4), steps=4)
    wait(qtbot, lambda: model.state == "finished" and not model.here)
    path = model.path
    assert path is not None
    window.studio.close_run(model)
    opened_again = window.studio.open_run(path)
    assert opened_again is not None
    assert opened_again.step == 4
    shutil.rmtree(path)
    wait(qtbot, lambda: opened_again.state == "failed")
    wait(qtbot, lambda: "deleted or moved" in run_text(window))
    window.train.run_view.stage.go_to(0)
    assert not logged_problems
    window.table.run("run.toggle")  # nothing is left to continue: said, not done
    assert len(logged_problems) == 1
    assert str(path) in logged_problems[0].getMessage()


def test_a_run_deleted_on_disk_while_it_trains(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    model = train(qtbot, window)
    assert model.path is not None
    model.path.rename(tmp_path / "away")
    model.save_checkpoint()
    wait(qtbot, lambda: run_text(window))
    assert "could not be" in run_text(window) or "cannot" in run_text(window) or str(model.path) in run_text(window)
    model.stop()
    wait(qtbot, lambda: not model.here)


def test_a_run_of_another_process_is_followed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    words = ["train", "gan", "--data", "ring", "--steps", "100000", "--out", str(folder), "--threads", "1", "--set",
             "mlp_width=16", "batch_size=8"]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "ganstudio", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 60
        while not (folder / "run.json").is_file() and time.monotonic() < until:
            qtbot.wait(100)
        model = window.studio.open_run(folder)
        assert model is not None
        qtbot.waitUntil(lambda: model.state == "training" and model.step > 50, timeout=30_000)
        at, bar = model.step, window.train.run_view.bar
        qtbot.waitUntil(lambda: model.step > at, timeout=30_000)
        assert model.live
        assert not model.here
        assert not bar.main.isEnabled()
        assert "elsewhere" in bar._state.text()
        assert not window.table["run.stop"].enabled()
        wait(qtbot, lambda: model.stops and model.samples is not None)
        wait(qtbot, lambda: len(window.train.run_view.curves.tables["steps"]) > 50)
        process.terminate()
        qtbot.waitUntil(lambda: not model.live, timeout=30_000)
        wait(qtbot, lambda: bar.main.isEnabled() and bar.main.text().startswith("Continue to step "))
        at = model.step
        window.table.run("run.toggle")
        wait(qtbot, lambda: model.here and model.step > at)
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("packed", [False, True])
def test_dropped_pictures_are_checked(window: MainWindow, qtbot: QtBot, tmp_path: Path, packed: bool) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for place in range(4):
        Image.new("RGB", (20 + place, 20), (40 * place, 90, 30)).save(folder / f"{place}.png")
    (folder / "broken.png").write_bytes(b"not a picture")
    dropped = Path(shutil.make_archive(str(folder), "zip", folder)) if packed else folder
    assert drop(window, dropped)
    wait(qtbot, lambda: dialogs(window))
    (dialog,) = dialogs(window)
    assert isinstance(dialog, DataCheckView)
    assert window.train.panel.experiment.data == f"folder:{dropped}"
    wait(qtbot, lambda: not window.studio.jobs.running)
    words = " ".join(label.text() for label in dialog.findChildren(type(window.train.run_view.stage._caption)))
    assert ("4" in words and "broken.png" in words) or "1" in words
    dialog.reject()
    wait(qtbot, lambda: not dialogs(window))


def test_an_archive_that_cannot_be_read_is_told_in_words(
    window: MainWindow, tmp_path: Path, logged_problems: list[object]
) -> None:
    path, before = tmp_path / "pictures.7z", window.studio.draft.experiment
    path.write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(99))
    assert drop(window, path)
    (toast,) = window.toasts.shown
    assert "of the kind 7z" in toast.message.text
    assert "give the folder" in toast.message.text
    assert window.studio.draft.experiment == before
    logged_problems.clear()


def test_a_folder_or_an_archive_is_chosen(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    path = shutil.make_archive(str(tmp_path / "set"), "gztar", tmp_path, "one.png")
    window.train.customise_card("folder")
    data = window.train.panel.data
    assert data.folder.geometry().bottom() < data.form.geometry().top()  # seen without scrolling past the options
    for entry, mode in enumerate((QFileDialog.FileMode.Directory, QFileDialog.FileMode.ExistingFile)):
        data.folder.menu().aboutToShow.emit()
        data.folder.menu().actions()[entry].trigger()
        ask = next(one for one in window.findChildren(QFileDialog) if one.isVisible())
        assert ask.fileMode() == mode
        if mode == QFileDialog.FileMode.Directory:
            ask.reject()
    assert "*.tar.gz" in ask.nameFilters()[0]
    ask.fileSelected.emit(path)
    ask.reject()
    assert window.train.panel.experiment.data == f"folder:{path}"
    wait(qtbot, lambda: window.findChildren(DataCheckView))
    dialogs(window)[0].reject()


def test_a_dropped_run_is_opened(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    hold(qtbot, model)
    path = model.path
    assert path is not None
    window.table.run("run.gallery")
    assert drop(window, path)
    assert window.studio.current is model
    for given in (path / "run.json", path / "samples" / "000000000.npy"):
        window.table.run("run.gallery")
        assert drop(window, given)
        assert window.studio.current is model


def test_a_drop_before_the_methods_are_loaded_waits_for_them(qtbot: QtBot, tmp_path: Path) -> None:
    from tests.ui.window_kit import close_window, open_window

    Image.new("RGB", (8, 8)).save(tmp_path / "one.png")
    window = open_window(qtbot, ready=False)
    try:
        assert drop(window, tmp_path)
        wait(qtbot, lambda: dialogs(window))
        dialogs(window)[0].reject()
    finally:
        close_window(window)
