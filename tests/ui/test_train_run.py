"""A run in the real window: what appears, and what each control does to the engine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app.density import spiral
from ganstudio.training import publish
from ganstudio.ui.experiment.drawing import DrawingDialog
from ganstudio.ui.gallery.page import RunTile
from ganstudio.ui.kit.parts import ElidedLabel
from ganstudio.ui.kit.reader import Reader
from ganstudio.ui.pictures.timeline import LivePill, TimelineTrack
from ganstudio.ui.window import MainWindow
from tests.ui.window_kit import DIGITS, RING, hold, laid_out, opened, train, wait


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with opened(qtbot) as made:
        yield made


def test_a_card_starts_a_run_and_everything_comes_alive(window: MainWindow, qtbot: QtBot) -> None:
    card = window.train.gallery.cards["digits"]
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
    wait(qtbot, lambda: window.studio.current is not None)
    model, view = window.studio.current, window.train.run_view
    assert model is not None
    wait(qtbot, lambda: model.step >= 3 and view.stage.wall.grid_image().height() > 64)
    assert window.train.pages.currentWidget() is window.train.columns
    wait(qtbot, lambda: view.curves.tables.get("steps") is not None and len(view.curves.tables["steps"]) >= 3)
    assert view.health.word
    wait(qtbot, lambda: window.statusbar._buttons)
    chip = next(iter(window.statusbar._buttons.values())).chip
    assert chip.name == "Digits"
    assert chip.id == model.key
    assert window.windowTitle().startswith("Digits")
    assert window.train.panel.mode == "running"


def click(qtbot: QtBot, window: MainWindow, action: str) -> None:
    """Presses the button in the run bar that is bound to an action."""
    title = window.table[action].label
    bar = window.train.run_view.bar
    button = next(b for b in bar.findChildren(QAbstractButton) if b.accessibleName() == title)
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def said_of_runs(window: MainWindow) -> list[str]:
    """The states on the tiles of the first page."""
    tiles = window.train.gallery.recent.findChildren(RunTile)
    return [tile.accessibleDescription() for tile in tiles if tile.isVisible()]


def numbers(health: QWidget) -> dict[str, str]:
    """What stands beside the pictures, each text with the one after it: a name with its value."""
    texts = [one.text() for one in health.findChildren(QLabel) if not one.isHidden()]
    return dict(pairwise([*texts, ""]))


def test_buttons_pause_step_and_resume(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1024, 700)
    model = train(qtbot, window)
    view, bar = window.train.run_view, window.train.run_view.bar
    wait(qtbot, lambda: bar.roles.steps)
    wait(qtbot, lambda: bar.minimumSizeHint().height() <= bar.height())  # the buttons have gone below the name
    assert bar.minimumSizeHint().width() <= bar.width()
    laid_out(qtbot, window)
    buttons = [button for button in bar.findChildren(QAbstractButton) if button.isVisible()]
    places = [button.geometry() for button in buttons]
    click(qtbot, window, "run.toggle")
    wait(qtbot, lambda: model.state == "paused")
    wait(qtbot, lambda: bar.main.text() == "Resume")
    assert [button.geometry() for button in buttons] == places  # nothing has moved under the mouse
    assert bar._state.text() == "paused"
    wait(qtbot, lambda: view.stage._caption.text().startswith("paused"))
    assert [pill.text() for pill in view.stage.findChildren(LivePill)] == ["Paused"]
    (chip,) = (b for b in window.findChildren(QAbstractButton) if b.accessibleName().startswith("tiny ring: "))
    wait(qtbot, lambda: chip.accessibleName().count("paused") == 1)
    at = model.step
    for place, action in enumerate(("run.step", "run.step-discriminator", "run.step-generator"), 1):
        click(qtbot, window, action)
        wait(qtbot, lambda place=place: model.step == at + place)
    assert model.state == "paused"
    click(qtbot, window, "run.toggle")
    wait(qtbot, lambda: model.state == "training" and model.step > at + 10)


def test_keys_do_the_same(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_P, control)
    wait(qtbot, lambda: model.state == "paused")
    at = model.step
    qtbot.keyClick(window, Qt.Key.Key_Period, control)
    wait(qtbot, lambda: model.step == at + 1)
    qtbot.keyClick(window, Qt.Key.Key_D, control | shift)
    wait(qtbot, lambda: model.step == at + 2)
    qtbot.keyClick(window, Qt.Key.Key_G, control | shift)
    wait(qtbot, lambda: model.step == at + 3)
    qtbot.keyClick(window, Qt.Key.Key_S, control)
    wait(qtbot, lambda: at + 3 in model.checkpoints)
    qtbot.keyClick(window, Qt.Key.Key_X, control | shift)
    wait(qtbot, lambda: model.state == "stopped")


def test_one_network_alone(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    roles = {b.accessibleName(): b for b in window.train.run_view.bar.roles.findChildren(QPushButton)}
    qtbot.mouseClick(roles["Networks to train: D only"], Qt.MouseButton.LeftButton)
    assert model.only == "discriminator"
    import numpy as np

    def losses_of_g() -> Any:
        return model.tables["steps"].column("generator/adversarial")

    wait(qtbot, lambda: np.isnan(losses_of_g()[-1]))  # the trainer has heard of it
    at = model.step
    wait(qtbot, lambda: model.step > at + 20)
    hold(qtbot, model)
    assert np.isnan(losses_of_g()[-20:]).all(), "the generator was trained although only D was asked for"
    model.resume()
    health = window.train.run_view.health
    wait(qtbot, lambda: any(text.startswith("Not trained") and ": G." in text for text in numbers(health)))
    qtbot.mouseClick(roles["Networks to train: Both"], Qt.MouseButton.LeftButton)
    assert model.only is None


def test_a_live_value_reaches_the_engine_and_is_marked(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    panel, view = window.train.panel, window.train.run_view
    row = panel.hyper.row("lr_g")
    panel.hyper.focus_row("lr_g")
    line = row.editor.lineEdit()  # type: ignore[attr-defined]
    line.selectAll()
    qtbot.keyClicks(line, "3e-3")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    wait(qtbot, lambda: [c.name for c in model.changes] == ["lr_g"])
    assert model.changes[0].new == pytest.approx(3e-3)
    assert model.experiment.hyper.get("lr_g") == pytest.approx(3e-3)
    title = row.spec.title
    told = f"{title}: 1e-3 → 3e-3"
    wait(qtbot, lambda: told in [mark.text for mark in view.curves.view.marks if mark.kind == "hyper"])
    assert not panel.hyper.row("mlp_width").editor.isEnabled()
    assert not panel.hyper.row("batch_size").editor.isEnabled()
    assert "Duplicate" in panel.hyper.row("mlp_width").editor.toolTip()


def test_more_steps_are_asked_for_in_the_form(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    line = window.train.panel.run_form.row("steps").editor.lineEdit()  # type: ignore[attr-defined]
    line.selectAll()
    qtbot.keyClicks(line, "123456")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    wait(qtbot, lambda: model.total == 123_456)
    wait(qtbot, lambda: window.train.panel.run_form.row("steps").value() == 123_456)


def test_the_timeline_goes_back_and_returns(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)  # room enough that no column gives way to another's words: the wall stays as wide
    model = train(qtbot, window, DIGITS)
    stage = window.train.run_view.stage
    track = stage.findChild(TimelineTrack)
    wait(qtbot, lambda: len(track.steps) >= 2 and model.samples is not None and model.samples.step > model.stops[0])
    health = window.train.run_view.health
    wait(qtbot, lambda: numbers(health).keys() >= {"Is it working?", "diversity", "D(x)"})
    tips = {one.text(): one.toolTip() for one in health.findChildren(QLabel) if one.toolTip()}
    assert "from 0 (fake) to 1 (real)" in tips["D(x)"]
    assert tips.keys() >= {"D(x)", "D(G(z))", "diversity", "Time", "Seed"}
    assert tips["D(x)"] in window.train.run_view.curves.sections["probability"].entries["D(x)"].toolTip()
    with qtbot.waitSignal(stage.step_shown, timeout=5000):
        stage.timeline.select_step(0)
    assert stage._caption.text().startswith("step 0")
    beside = numbers(health)
    assert "At step 0" in beside
    assert "D(x)" not in beside  # nothing had been trained then
    share = model.tables["quality"].column("diversity %")[0]
    assert beside["diversity"] == f"{share:.0f}\N{NO-BREAK SPACE}%"
    then = stage.wall.grid_image()
    at = model.step
    wait(qtbot, lambda: model.step > at + 3)
    assert stage.wall.grid_image() == then, "a step of the past does not change while the run goes on"
    assert window.train.run_view.curves.view.picked == 0
    with qtbot.waitSignal(stage.step_shown, timeout=5000):
        stage.timeline.go_live()
    wait(qtbot, lambda: not stage._caption.text().startswith("step 0"))
    assert "Is it working?" in numbers(health)
    assert window.train.run_view.curves.view.picked is None


def test_legends_and_numbers_tell_the_same_reading_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    train(qtbot, window)
    view = window.train.run_view
    wait(qtbot, lambda: numbers(view.health).keys() >= {"D(x)", "modes", "|∇| G"})
    told: set[tuple[str, ...]] = set()
    wrong: list[str] = []

    def looked() -> bool:
        beside, tale = numbers(view.health), []
        for section in view.curves.shown:
            for entry in section.entries.values():
                if entry.text() in beside:
                    tale.append(f"{entry.text()} {entry.value}")
                    if beside[entry.text()].removesuffix(" of 8") != entry.value:
                        wrong.append(f"{tale[-1]} in the legend, {beside[entry.text()]} beside")
        told.add(tuple(tale))
        return len(told) >= 4

    wait(qtbot, looked)
    assert wrong == []
    said = " ".join(next(iter(told)))
    assert all(f"{name} " in said for name in ("D(x)", "D(G(z))", "modes", "on a mode", "diversity", "|∇| G")), said


def test_picking_a_step_on_the_curves_shows_its_grid(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, DIGITS)
    view = window.train.run_view
    wait(qtbot, lambda: len(model.stops) >= 2)
    view.curves.step_picked.emit(1)
    wait(qtbot, lambda: view.stage._caption.text().startswith(("step 0", "step 1")))


def test_the_best_step_is_marked_shown_and_gone_back_to(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "WATCH_EVERY", 10)
    monkeypatch.setattr(publish, "WATCH_SHARE", 1e9)
    values = iter([0.5, 0.4, 0.12])
    monkeypatch.setattr("ganstudio.metrics.closeness.closeness", lambda *_args: next(values, 0.3))
    monkeypatch.setattr("ganstudio.metrics.closeness.strayed", lambda *_args: 0.0)
    assert not window.table["run.best"].enabled()
    model, view = train(qtbot, window), window.train.run_view
    wait(qtbot, lambda: model.best == 30 and model.step >= 60)
    words = "best: step 30, 12\xa0% from the data"
    wait(qtbot, lambda: any(mark.text == words for mark in view.curves.view.marks))
    assert "distance" in view.curves.sections, "a plot of its own, beneath the losses"
    assert list(view.curves.sections)[:2] == ["loss", "distance"]
    hold(qtbot, model)
    window.table["run.best"].run()
    assert view.stage.shown is not None
    nearest = min(model.stops, key=lambda stop: abs(stop - 30))
    wait(qtbot, lambda: view.stage.shown is not None and view.stage.shown.step == nearest)
    track = view.stage.timeline.findChild(TimelineTrack)
    assert track is not None
    assert track.describe(track.position_of(track.place_of_step(30))) == words
    rate = model.experiment.hyper["lr_g"]
    window.table["run.back"].run()
    (yes,) = [
        button
        for box in window.findChildren(QDialog)
        for button in box.findChildren(QPushButton)
        if button.text() == "Back to step 30"
    ]
    qtbot.mouseClick(yes, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.step == 30 and model.state == "paused")
    wait(qtbot, lambda: model.experiment.hyper["lr_g"] == rate / 2)  # type: ignore[operator]
    assert model.best == 30
    assert not window.table["run.back"].enabled(), "it is there"


def test_raw_and_averaged_weights(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, DIGITS)
    stage = window.train.run_view.stage
    assert stage.source.isVisible()
    raw = stage.source._buttons["raw"]
    qtbot.mouseClick(raw, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.samples is not None and model.samples.source == "raw")
    wait(qtbot, lambda: "raw" in stage._caption.toolTip())
    qtbot.mouseClick(stage.source._buttons["ema"], Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: model.samples is not None and model.samples.source == "ema")


def test_real_beside_fake(window: MainWindow, qtbot: QtBot) -> None:
    train(qtbot, window, DIGITS)
    stage = window.train.run_view.stage
    for key in ("real", "both", "fake"):
        qtbot.mouseClick(stage.mode._buttons[key], Qt.MouseButton.LeftButton)
        assert stage.wall.mode == key
        wait(qtbot, lambda: stage.wall.grid_image().height() > 32)


def test_layers_of_the_plane(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    scene = window.train.run_view.stage.scene
    wait(qtbot, lambda: model.scene is not None and scene.plot.inside is not None)
    assert not window.train.run_view.stage.mode.isVisible()
    for name, chip in scene.chips.items():
        before = scene.grab().toImage()
        was = chip.isChecked()
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
        assert scene.chips[name].isChecked() != was
        if name in ("real", "fakes", "heat"):
            assert scene.grab().toImage() != before
        qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)


def test_zoom_of_plane_and_curves_outlives_what_the_run_does(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, steps=50)
    view = window.train.run_view
    wait(qtbot, lambda: view.curves.view.full[1] > 40)
    view.curves.view.zoom(0.25, 20)
    seen = (view.curves.view.x0, view.curves.view.x1)
    at = model.step
    hold(qtbot, model)
    model.resume()
    wait(qtbot, lambda: model.step > at + 100)
    assert (view.curves.view.x0, view.curves.view.x1) == seen


def test_another_run_is_laid_over(window: MainWindow, qtbot: QtBot) -> None:
    first = train(qtbot, window)
    hold(qtbot, first)
    second = train(qtbot, window, RING.with_(name="other ring", seed=1))
    bar, curves = window.train.run_view.bar, window.train.run_view.curves
    assert bar._compare.isVisible()
    action = next(a for a in bar._menu.actions() if a.text() == "tiny ring")
    action.trigger()
    assert curves._label == "tiny ring"
    assert any(curve.comparison for curve in curves.sections["loss"].plot.curves)
    next(a for a in bar._menu.actions() if a.text() == "Nothing").trigger()
    assert curves._label == ""
    assert second.step


def test_stop_then_continue_goes_on_exactly_there(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window)
    hold(qtbot, model)
    window.table.run("run.stop")
    wait(qtbot, lambda: model.state == "stopped" and not model.here)
    at, rows = model.step, len(model.tables["steps"])
    assert at in model.checkpoints
    view = window.train.run_view
    wait(qtbot, lambda: view.bar.main.text().startswith("Continue to step "))
    wait(qtbot, lambda: window.train.panel.mode == "finished")
    for wide in (True, False):  # where the health column goes, its word stands above the pictures
        window.resize(1500 if wide else 1000, window.height())
        wait(qtbot, lambda wide=wide: view.health.isVisible() == wide)
        assert (view.stage._verdict.text() == "") == wide
        assert view.bar.main.width() >= view.bar.main.sizeHint().width(), "until which step is not cut off"
    click(qtbot, window, "run.toggle")
    wait(qtbot, lambda: model.here and model.step > at)
    hold(qtbot, model)
    window.table.run("run.gallery")
    for deed, state in ((model.pause, "paused"), (model.stop, "stopped")):
        deed()  # what the first page says of it follows it
        wait(qtbot, lambda state=state: said_of_runs(window) == [state])
    steps = model.tables["steps"].steps
    assert list(steps[rows - 1 : rows + 1]) == [at, at + 1]
    assert (steps[1:] > steps[:-1]).all()


def test_a_finished_run_is_trained_further(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, RING.with_(steps=30))
    wait(qtbot, lambda: model.state == "finished" and not model.here)
    panel, bar = window.train.panel, window.train.run_view.bar

    def said() -> str:
        return "\n".join(label.text() for label in panel.findChildren(QLabel) if label.isVisible())

    wait(qtbot, lambda: "the steps to continue to can be changed" in said())
    wait(qtbot, lambda: bar.main.text() == window.table["run.toggle"].label == "Continue to step 60")
    assert not panel.run_form.row("seed").editor.isEnabled()

    def ask_for(steps: str, end: Qt.Key = Qt.Key.Key_Return) -> str:
        editor = panel.run_form.row("steps").editor
        editor.setFocus()
        editor.selectAll()
        qtbot.keyClicks(editor, steps)
        qtbot.keyClick(editor, end)
        return panel.run_form.row("steps").error

    assert ask_for("20") == "It is at step 30 already: “Steps” has to be more."
    assert ask_for("5000", Qt.Key.Key_Tab) == ""
    assert panel.run_form.row("steps").reset_button.hasFocus(), "the keyboard went past what follows"
    wait(qtbot, lambda: bar.main.text() == "Continue to step 5,000")
    click(qtbot, window, "run.toggle")
    wait(qtbot, lambda: model.step > 40)
    assert model.total == 5000


def test_a_run_is_renamed_in_the_form_and_stays_the_only_one_of_its_name(window: MainWindow, qtbot: QtBot) -> None:
    first, panel = train(qtbot, window, RING.with_(name="ring")), window.train.panel

    def call(name: str) -> None:
        editor = panel.run_form.row("name").editor
        editor.setFocus()
        editor.selectAll()
        qtbot.keyClicks(editor, name)
        qtbot.keyClick(editor, Qt.Key.Key_Return)

    call("my ring")
    wait(qtbot, lambda: first.title == "my ring")
    qtbot.mouseClick(panel.duplicate, Qt.MouseButton.LeftButton)
    assert panel.run_form.row("name").editor.text() == "my ring 2"
    call("my ring")
    qtbot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: window.studio.current is not None and window.studio.current.path is not None)
    assert window.studio.current is not None
    assert (first.title, window.studio.current.title) == ("my ring", "my ring 2")
    window.table.run("run.new")
    assert panel.run_form.row("name").editor.text() == "", "the name belongs to the run"


def test_a_run_is_called_as_its_drawing(window: MainWindow, qtbot: QtBot) -> None:
    for number, title in enumerate(("Spiral", "Spiral 2")):
        window.train.show_gallery()
        qtbot.mouseClick(window.train.gallery.cards["drawing"], Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
        wait(qtbot, lambda: window.findChildren(DrawingDialog))
        dialog = window.findChildren(DrawingDialog)[-1]
        dialog.canvas.replace(spiral())
        name = next(line for line in dialog.findChildren(QLineEdit) if line.accessibleName() == "Name of the drawing")
        name.setText("Spiral")
        dialog.accept()
        wait(qtbot, lambda number=number: len(window.studio.runs) > number and window.studio.runs[number].path)
        assert window.studio.runs[number].title == title
        wait(qtbot, lambda: not window.findChildren(DrawingDialog))


def test_f1_opens_the_page_of_the_method_and_the_setting(window: MainWindow, qtbot: QtBot) -> None:
    window.train.new_experiment()
    panel = window.train.panel
    panel.draft.set_data("ring", method="wgan-gp")
    panel.hyper.focus_row("n_critic")
    qtbot.keyClick(window.focusWidget(), Qt.Key.Key_F1)
    reader = next(one for one in window.findChildren(Reader))
    assert reader.isVisible()
    text = reader.text.toPlainText()
    assert "‖∇f(x̂)‖" in text
    assert "Critic updates per G update" in text
    assert "**" not in text
    assert "``" not in text
    reader.text.anchorClicked.emit(QUrl("page:gan"))
    assert "Goodfellow" in reader.text.toPlainText()
    qtbot.keyClicks(reader.search, "moved earth")
    assert list(dict(reader.list.rows())) == ["glossary:Wasserstein distance"]
    qtbot.keyClick(reader.search, Qt.Key.Key_Return)
    assert "turns one distribution into the other" in reader.text.toPlainText()
    window.table.run("help.glossary")
    assert reader.search.text() == ""
    hold(qtbot, train(qtbot, window))
    panel.draft.set_method("lsgan")
    window.show_workspace("runs")
    wait(qtbot, lambda: window.pages["runs"].method)
    window.table.run("help.method")
    assert "Goodfellow" in reader.text.toPlainText(), "of the run that is selected, not of the form"


def test_duplicate_with_changes(window: MainWindow, qtbot: QtBot) -> None:
    first = train(qtbot, window)
    panel = window.train.panel
    panel.hyper.search.setFocus()
    area = panel.findChild(QScrollArea)
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())
    qtbot.mouseClick(panel.duplicate, Qt.MouseButton.LeftButton)
    assert panel.mode == "draft"
    assert area.verticalScrollBar().value() == 0, "one begins at the top"
    assert panel.method.combo.hasFocus()
    assert window.studio.current is None
    assert panel.draft.experiment.hyper["mlp_width"] == 16
    panel.draft.set_hyper("mlp_width", 8)
    qtbot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: window.studio.current is not None and window.studio.current.step > 3)
    second = window.studio.current
    assert second is not None
    assert second is not first
    assert second.experiment.hyper.get("mlp_width") == 8
    assert first.experiment.hyper.get("mlp_width") == 16
    assert first.here
    assert second.here


def test_the_step_is_not_cut_short_in_a_small_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1366, 700)
    model = train(qtbot, window, DIGITS)
    model.stop()
    numbers = next(text for text in window.train.run_view.bar.findChildren(ElidedLabel) if text.text()[:5] == "step ")
    wait(qtbot, lambda: numbers.text() == f"step {model.step:,} of 100,000" and not model.live)
    for width in range(1320, 960, -40):
        window.resize(width, 700)
        laid_out(qtbot, window)
        assert numbers.width() >= numbers.fontMetrics().horizontalAdvance("step 100,000 of 100,000")


def test_the_status_bar_switches_between_runs(window: MainWindow, qtbot: QtBot) -> None:
    ring = train(qtbot, window)
    digits = train(qtbot, window, DIGITS)
    wait(qtbot, lambda: len(window.statusbar._buttons) == 2)
    stage = window.train.run_view.stage
    for model, page in ((ring, stage.scene), (digits, stage.wall), (ring, stage.scene)):
        qtbot.mouseClick(window.statusbar._buttons[model.key], Qt.MouseButton.LeftButton)
        assert window.studio.current is model
        wait(qtbot, lambda page=page: page.isVisible())
        wait(qtbot, lambda model=model: window.train.run_view.bar._name.text() == model.title)
        at = model.step
        wait(qtbot, lambda model=model, at=at: model.step > at + 2)
    assert ring.here
    assert digits.here
    window.table.run("run.gallery")
    assert window.train.gallery.isVisible()
    assert ring.here


def test_undo_and_redo_of_the_form(window: MainWindow, qtbot: QtBot) -> None:
    window.table.run("run.new")
    draft = window.train.panel.draft
    before = draft.experiment
    draft.set_method("wgan-gp")
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert draft.experiment == before
    qtbot.keyClick(window, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert draft.experiment.method == "wgan-gp"
