"""The window takes what a method says of itself: its roles, its measures, its generators, its panels, its schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.app.runs.values import export_csv
from ganstudio.core.experiment import Experiment
from ganstudio.core.images import split_grid
from ganstudio.store import Run
from ganstudio.ui.kit.parts import LinkButton
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.window import MainWindow
from tests.methods.tiny import registered
from tests.ui.wide_methods import WIDE
from tests.ui.window_kit import RING, hold, laid_out, opened, train, wait

MIXTURE = Experiment("mixture", "ring", hyper={"batch_size": 8}, steps=100_000, name="mixture")
DECAYING = MIXTURE.with_(hyper={"batch_size": 8, "decay": "linear"})


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[MainWindow]:
    with registered(*WIDE), opened(qtbot) as made:
        yield made


def choices(window: MainWindow) -> list[str]:
    """What the run bar offers to train, as it reads."""
    bar = window.train.run_view.bar
    return [b.text() for b in bar.roles.findChildren(QPushButton) if b.isVisible()]


def steps(window: MainWindow) -> list[str]:
    """What one step can be taken of, by the buttons that are seen."""
    bar = window.train.run_view.bar
    names = [b.accessibleName() for b in bar.findChildren(QAbstractButton) if b.isVisible()]
    return [name.partition(": ")[2] for name in names if name.startswith("One step: ")]


def menus(window: MainWindow) -> list[str]:
    """Titles of all menus that the menu bar keeps."""
    direct = Qt.FindChildOption.FindDirectChildrenOnly
    return [menu.title() for menu in window.menuBar().findChildren(QMenu, options=direct)]


def settled(window: MainWindow, qtbot: QtBot, width: int = 1366) -> None:
    window.resize(width, 768)
    laid_out(qtbot, window)
    wait(qtbot, lambda: len(window.train.run_view.bar.roles.steps) != 1)


def test_as_many_roles_are_offered_as_the_method_has(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, MIXTURE)
    settled(window, qtbot)
    assert choices(window) == ["All", "D only", "G only", "E only", "SG only"]
    assert steps(window) == ["Discriminator", "Generator", "Encoder", "Second generator"]
    at = hold(qtbot, model)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_G, control | shift)
    wait(qtbot, lambda: model.step == at + 1)
    assert window.table.run("run.step-second generator")
    wait(qtbot, lambda: model.step == at + 2)
    only = next(b for b in window.train.run_view.bar.roles.findChildren(QPushButton) if b.text() == "E only")
    qtbot.mouseClick(only, Qt.MouseButton.LeftButton)
    assert model.only == "encoder"
    titles = {action.label for action in window.table}
    assert "One step: Second generator" in titles


def test_one_role_leaves_no_choice_and_the_next_run_has_its_own(window: MainWindow, qtbot: QtBot) -> None:
    train(qtbot, window, MIXTURE.with_(method="one-role", name="alone"))
    settled(window, qtbot)
    assert choices(window) == []
    assert steps(window) == []
    assert "run.step-joint" not in window.table
    train(qtbot, window, RING)
    wait(qtbot, lambda: choices(window) == ["Both", "D only", "G only"])
    assert steps(window) == ["Discriminator", "Generator"]
    window.studio.look_at(window.studio.runs[0])
    wait(qtbot, lambda: choices(window) == [])
    assert "run.step-generator" not in window.table
    wait(qtbot, lambda: len(menus(window)) == len(set(menus(window))))  # those before are gone


def test_four_roles_fit_a_small_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1000, 700)
    model = train(qtbot, window, MIXTURE)
    bar = window.train.run_view.bar
    wait(qtbot, lambda: choices(window) == ["All", "D", "G", "E", "SG"])
    laid_out(qtbot, window)
    assert window.width() == 1000
    assert bar.minimumSizeHint().width() <= bar.width()
    assert steps(window) == []
    at = hold(qtbot, model)
    (menu,) = bar.roles.findChildren(QMenu)
    menu.aboutToShow.emit()
    entry = next(action for action in menu.actions() if action.text() == "One step: Encoder")
    entry.trigger()
    wait(qtbot, lambda: model.step == at + 1)


def test_measures_have_plots_of_their_own_with_title_and_unit(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    model = train(qtbot, window, DECAYING, steps=30)
    curves = window.train.run_view.curves
    wait(qtbot, lambda: "measure/rate" in curves.sections and curves.sections["measure/rate"].isVisible())
    shown = {key: section.fold.text() for key, section in curves.sections.items() if key.startswith("measure")}
    assert shown == {
        "measure/kl nats": "KL(q ‖ p) (nats)",
        "measure/M": "Convergence M",
        "measure/rate": "Learning rate",
    }
    rates = curves.sections["measure/rate"].entries
    assert [entry.text() for entry in rates.values()] == ["D", "G", "E", "second G"]
    assert "rate/generator" in rates
    health = window.train.run_view.health
    wait(qtbot, lambda: any("|∇|" in one.text() for one in health.findChildren(QLabel)))
    names = [one.text() for one in health.findChildren(QLabel) if one.text().startswith("|∇|")]
    assert names == ["|∇| D", "|∇| G", "|∇| E", "|∇| second G"]
    seen = [
        one for one in health.findChildren(QLabel) if one.isVisible()
    ]  # no value is cut off, whatever its name needs
    wait(qtbot, lambda: all(one.geometry().right() <= one.parentWidget().width() for one in seen))
    hold(qtbot, model)
    export_csv(tmp_path / "values.csv", curves.tables)
    head = (tmp_path / "values.csv").read_text(encoding="utf-8").splitlines()[0]
    assert '"kl: KL(q ‖ p), nats"' in head
    assert "discriminator/word" in head


def test_a_folded_measure_stays_folded_in_the_next_window(window: MainWindow, qtbot: QtBot) -> None:
    train(qtbot, window, MIXTURE, steps=10)
    curves = window.train.run_view.curves
    wait(qtbot, lambda: "measure/M" in curves.sections)
    qtbot.mouseClick(curves.sections["measure/M"].fold, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert not curves.sections["measure/M"].is_open
    state = curves.save_state()
    from ganstudio.ui.plots.curves import CurvesPanel

    other = CurvesPanel()
    qtbot.addWidget(other)
    other.restore_state(state)
    other.set_tables(curves.tables)
    other.show()
    other.refresh()
    assert not other.sections["measure/M"].is_open
    assert other.sections["measure/kl nats"].is_open
    assert other.save_state()["folded"] == state["folded"]


def colours(widget: QWidget) -> set[str]:
    """Every colour that is seen in a widget."""
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(0, image.height())}


def test_each_generator_has_its_colour_live_and_from_the_timeline(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1000, 700)
    model = train(qtbot, window, MIXTURE, steps=10)
    stage = window.train.run_view.stage
    stage.scene.chips["real"].setChecked(False)
    wait(qtbot, lambda: model.samples is not None and model.samples.groups is not None)
    hold(qtbot, model)
    wanted = set(current_theme().groups[:3])
    wait(qtbot, lambda: wanted <= colours(stage.scene.plot))
    model.stop()
    wait(qtbot, lambda: model.state == "stopped")
    stored = model.stored(model.stops[0])
    assert stored is not None
    assert stored.groups is not None
    assert set(stored.groups.tolist()) == {0, 1, 2}
    stage.go_to(0)
    wait(qtbot, lambda: stage.timeline.selected_step() == 0)
    assert wanted <= colours(stage.scene.plot)


def test_pictures_of_several_generators_say_whose_they_are(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, Experiment("painters", "digits:size=16", {"batch_size": 4}, 100_000, name="painters"))
    wall = window.train.run_view.stage.wall
    wait(qtbot, lambda: wall.grid_image().height() > 16)
    at = wall.cell_rect(0).center().toPoint()
    qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=at)
    assert "generator 1" in wall.zoom.caption()
    hold(qtbot, model)


def test_panels_of_pictures_are_shown_stored_and_drawn_small(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, Experiment("autoencoder", "digits:size=16", {"batch_size": 4}, 100_000, name="three"))
    wall = window.train.run_view.stage.wall
    wait(qtbot, lambda: model.samples is not None and len(model.samples.panels) == 3)
    samples = model.samples
    assert samples is not None
    assert samples.panels == ("sample", "real", "reconstruction")
    assert samples.items.shape[1:3] == (16, 16)  # the small one was brought to the others' size
    wait(qtbot, lambda: not wall.cell_rect(5).isEmpty())
    assert wall.cell_rect(0).top() == wall.cell_rect(2).top()
    assert wall.cell_rect(3).left() - wall.cell_rect(2).right() > wall.cell_rect(1).left() - wall.cell_rect(0).right()
    hold(qtbot, model)
    model.stop()
    wait(qtbot, lambda: model.state == "stopped")
    run = Run.open(model.path)
    stored, thumbnail = run.load_samples(run.sample_steps()[-1]), run.thumbnail()
    assert (stored.panels, stored.drawn) == (samples.panels, 0)
    assert thumbnail is not None
    np.testing.assert_array_equal(split_grid(thumbnail, 16, 16), stored.items[::3][:16])


def pressed(qtbot: QtBot, window: MainWindow, words: str, ask: Callable[[], object]) -> None:
    """Does what asks a question, and presses a button of it."""
    ask()
    wait(qtbot, lambda: window.findChildren(QMessageBox))
    (box,) = window.findChildren(QMessageBox)
    assert [button.text() for button in box.buttons()][-1] == "Cancel"
    button = next(button for button in box.buttons() if button.text() == words)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: not window.findChildren(QMessageBox))


def type_steps(qtbot: QtBot, window: MainWindow, steps: int) -> None:
    line = window.train.panel.run_form.row("steps").editor.lineEdit()  # type: ignore[attr-defined]
    line.selectAll()
    qtbot.keyClicks(line, str(steps))
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_going_on_beyond_the_schedule_is_asked_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, DECAYING)
    hold(qtbot, model)
    assert model.experiment.hyper.get("decay_to") == 100_000
    pressed(qtbot, window, "Cancel", lambda: type_steps(qtbot, window, 150_000))
    wait(qtbot, lambda: window.train.panel.run_form.row("steps").editor.value() == 100_000)  # type: ignore[attr-defined]
    assert model.total == 100_000
    pressed(qtbot, window, "Stretch the schedule", lambda: type_steps(qtbot, window, 150_000))
    wait(qtbot, lambda: model.experiment.hyper.get("decay_to") == 150_000)
    model.resume()
    wait(qtbot, lambda: model.total == 150_000)
    type_steps(qtbot, window, 120_000)  # within the schedule: nothing to ask
    wait(qtbot, lambda: model.total == 120_000)
    assert not window.findChildren(QMessageBox)
    pressed(qtbot, window, "Go on at the full rate", lambda: type_steps(qtbot, window, 200_000))
    wait(qtbot, lambda: model.total == 200_000 and model.experiment.hyper.get("decay") == "none")
    wait(qtbot, lambda: window.train.panel.run_form.row("steps").editor.value() == 200_000)  # type: ignore[attr-defined]


def test_going_on_beyond_the_schedule_is_asked_of_a_run_that_has_ended(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, DECAYING.with_(steps=20), steps=20)
    wait(qtbot, lambda: model.state == "finished" and not model.here)
    wait(qtbot, lambda: window.train.run_view.bar.main.text().startswith("Continue to step "))
    button = window.train.run_view.bar.main
    pressed(qtbot, window, "Cancel", lambda: qtbot.mouseClick(button, Qt.MouseButton.LeftButton))
    assert not model.here
    click = lambda: qtbot.mouseClick(button, Qt.MouseButton.LeftButton)  # noqa: E731
    pressed(qtbot, window, "Go on at the full rate", click)
    wait(qtbot, lambda: model.step > 25)
    assert model.experiment.hyper.get("decay") == "none"


def test_a_run_that_holds_because_its_rates_are_nothing_offers_to_go_on(window: MainWindow, qtbot: QtBot) -> None:
    model = train(qtbot, window, DECAYING)
    hold(qtbot, model)
    model.set_hyper("decay_to", 1)
    model.resume()
    view = window.train.run_view
    offers = lambda: [b for b in view.banner.findChildren(QPushButton) if b.isVisible() and b.text() == "Go on…"]  # noqa: E731
    wait(qtbot, lambda: offers() and model.state == "paused")
    (button,) = offers()
    pressed(qtbot, window, "Cancel", lambda: qtbot.mouseClick(button, Qt.MouseButton.LeftButton))
    assert model.state == "paused"
    held = model.step
    pressed(
        qtbot, window, "Stretch the schedule", lambda: qtbot.mouseClick(view.bar.main, Qt.MouseButton.LeftButton)
    )  # Resume asks the same
    wait(qtbot, lambda: model.step > held + 5)
    assert model.experiment.hyper.get("decay_to") == model.total == 100_000
    assert not offers()


def test_methods_stand_by_family_and_lead_to_what_they_are_compared_with(window: MainWindow, qtbot: QtBot) -> None:
    window.train.new_experiment()
    panel = window.train.panel
    panel.draft.set_method("wgan-gp")
    chooser = panel.method
    qtbot.mouseClick(chooser.combo.lineEdit(), Qt.MouseButton.LeftButton)
    wait(qtbot, lambda: chooser.combo.popup.verticalScrollBar().isVisible())
    listed = chooser.combo.popup.model()
    rows = [listed.index(row, 0).data() for row in range(listed.rowCount())]
    chooser.combo.hidePopup()
    assert rows.index("What is minimised") < rows.index("WGAN-GP · 2017") < rows.index("Networks")
    shown = [text.text() for text in chooser.findChildren(QLabel) if text.isVisible()]
    assert any("‖∇D(x̂)‖" in text for text in shown)
    qtbot.mouseClick(chooser.look_for, Qt.MouseButton.LeftButton)
    links = {link.text(): link for link in chooser.findChildren(LinkButton) if link.isVisible()}
    assert list(links) == ["About this method", "GAN", "WGAN"]
    qtbot.mouseClick(links["WGAN"], Qt.MouseButton.LeftButton)
    assert panel.draft.experiment.method == "wgan"
    panel.draft.set_method("acgan")
    shown = [text.text() for text in chooser.findChildren(QLabel) if text.isVisible()]
    assert "Needs data with classes" in shown
    panel.draft.replace(Experiment("spade", "maps:/somewhere"))
    searches = [entry for entry in panel.findChildren(QLineEdit) if entry.accessibleName() == "Search settings"]
    assert [entry.isVisible() for entry in searches].count(True) == 1
    row = panel.hyper.row("mirror")  # a switch leaves the room to its words
    assert row.label.fontMetrics().horizontalAdvance("Mirror at random") <= row.label.width()
    card = window.train.gallery.cards["digits"]
    assert "DCGAN (Networks): max_D" in card.toolTip()


def test_a_size_that_a_method_cannot_draw_is_told_beside_it(window: MainWindow, qtbot: QtBot) -> None:
    window.train.new_experiment()
    panel = window.train.panel
    panel.draft.replace(Experiment("picky", "digits:size=16"))
    assert "32 px or more" in panel.problems()["data.size"]
    assert not panel.start.isEnabled()
    panel.draft.set_data_option("size", "32")
    assert "data.size" not in panel.problems()
