"""The panel of directions: finding, keeping, going along, locking, files, and samples labelled by hand."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from ganstudio.app.explore import kept_directions
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.finders import Finding, obstacle, ways
from ganstudio.app.explore.picks import Picks
from ganstudio.app.generators.keepsakes import Pin
from ganstudio.app.notifications import Notification
from ganstudio.core.controls import ContinuousCode, LatentVector
from ganstudio.core.experiment import Experiment
from ganstudio.explore.state import Direction
from ganstudio.ui.explore.side.direction_row import kind_text
from ganstudio.ui.explore.side.directions import DirectionsPanel
from ganstudio.ui.explore.side.find_directions import ThumbsDialog
from ganstudio.ui.kit.motion import set_reduced_motion
from tests.ui.audit import problems
from tests.ui.conftest import settle
from tests.ui.explore_kit import CLASSES, INFOGAN, PLANE, exploring, opened, pump

SIZE = 62
WAYS = {way.key: way for way in ways()}


def direction(name: str, *numbers: float, kind: str = "pca", locked: bool = False, size: int = SIZE) -> Direction:
    vector = np.zeros(size, np.float32)
    vector[: len(numbers)] = numbers or (1,)
    return Direction(name, kind, "z", vector, 0.5, locked)


@contextmanager
def showing(qtbot: QtBot, explorer: Explorer, picks: Picks | None = None) -> Iterator[DirectionsPanel]:
    set_reduced_motion(True)
    panel = DirectionsPanel(explorer, explorer.studio, picks or Picks())
    panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    qtbot.addWidget(panel)
    panel.resize(304, 640)
    panel.show()
    try:
        yield panel
    finally:
        set_reduced_motion(False)


@pytest.fixture
def explorer(qtbot: QtBot) -> Iterator[Explorer]:
    with exploring(qtbot) as made:
        yield made


@pytest.fixture
def panel(qtbot: QtBot, explorer: Explorer) -> Iterator[DirectionsPanel]:
    with showing(qtbot, explorer) as made:
        yield made


def keep(explorer: Explorer, *directions: Direction) -> None:
    kept_directions.add(explorer, directions, "keep")


def search(qtbot: QtBot, finding: Finding) -> None:
    pump(qtbot, finding._explorer, lambda: finding._explorer.studio.jobs.pump() or not finding.running)


class TestRows:
    def test_a_slider_goes_along_and_one_drag_is_one_step_back(self, explorer: Explorer, panel: DirectionsPanel):
        keep(explorer, direction("thick", 2.0))
        assert explorer.state is not None
        before = explorer.position["z"].copy()
        for strength in (0.5, 1.0, 1.5):
            panel.rows[0].slider.move_to(strength)
        np.testing.assert_allclose(explorer.position["z"][:2] - before[:2], [3.0, 0.0], atol=1e-5)
        explorer.history.undo()
        assert not explorer.state.strengths
        assert panel.rows[0].slider.value == 0

    def test_reset_all(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a"), direction("b"))
        assert not panel.reset_button.isEnabled()
        for row in panel.rows:
            row.slider.move_to(2.0)
        panel.reset_button.click()
        assert [row.slider.value for row in panel.rows] == [0, 0]
        assert not panel.reset_button.isEnabled()

    def test_renaming_takes_strengths_and_pins_along(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a"), direction("b"))
        panel.rows[0].slider.move_to(2.0)
        explorer.change_kept("pin", pins=[Pin("here", explorer.state)])
        shown = explorer.position["z"]
        panel.rows[0].edit_name()
        entry = panel.rows[0]._entry
        entry.setText("  big   b ")
        entry.done.emit("taken")
        assert panel.names == ["big b", "b"]
        assert explorer.state.strengths == {"big b": 2.0}
        assert explorer.kept.pins[0].state.strengths == {"big b": 2.0}
        np.testing.assert_array_equal(explorer.position["z"], shown)
        explorer.history.undo()
        assert panel.names == ["a", "b"]
        assert explorer.state.strengths == {"a": 2.0}
        np.testing.assert_array_equal(explorer.position["z"], shown)

    def test_a_name_that_is_taken_or_empty(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a"), direction("b"))
        panel.rows[1].rename("a")
        panel.rows[0].rename("   ")
        assert panel.names == ["a", "a (2)"]

    def test_removing_takes_the_picture_back_but_pins_show_what_they_showed(
        self, explorer: Explorer, panel: DirectionsPanel
    ) -> None:
        keep(explorer, direction("a", 1.0, 1.0))
        rest = explorer.position["z"]
        explorer.edit(explorer.state.with_(truncation=0.5, strengths={"a": 2.0}), "go")
        shown = explorer.position["z"]
        explorer.change_kept("pin", pins=[Pin("here", explorer.state)])
        panel.remove(0)
        assert panel.names == []
        assert not explorer.state.strengths
        np.testing.assert_allclose(explorer.position["z"], 0.5 * rest, atol=1e-6)
        np.testing.assert_allclose(explorer.effective(explorer.kept.pins[0].state)["z"], shown, atol=1e-5)
        explorer.history.undo()
        assert panel.names == ["a"]
        np.testing.assert_array_equal(explorer.position["z"], shown)
        np.testing.assert_array_equal(explorer.effective(explorer.kept.pins[0].state)["z"], shown)

    def test_keys(self, qtbot: QtBot, explorer: Explorer, hosted: object) -> None:
        with showing(qtbot, explorer) as panel:
            keep(explorer, direction("a"), direction("b"), direction("c"))
            panel.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen, False)
            hosted(panel, 304, 640)
            panel.rows[0].setFocus()
            qtbot.keyClick(panel.rows[0], Qt.Key.Key_Down)
            assert panel.rows[1].hasFocus()
            assert panel.selected == 1
            qtbot.keyClick(panel.rows[1], Qt.Key.Key_Return)
            qtbot.keyClick(panel.rows[1].slider, Qt.Key.Key_Right)
            assert explorer.state.strengths["b"] > 0
            qtbot.keyClick(panel.rows[1].slider, Qt.Key.Key_Down)
            assert panel.rows[2].slider.hasFocus()
            panel.rows[1].setFocus()
            qtbot.keyClick(panel.rows[1], Qt.Key.Key_F2)
            qtbot.keyClicks(panel.rows[1]._entry, "slant")
            qtbot.keyClick(panel.rows[1]._entry, Qt.Key.Key_Return)
            assert panel.names == ["a", "slant", "c"]
            qtbot.keyClick(panel.rows[1], Qt.Key.Key_Delete)
            assert panel.names == ["a", "c"]
            assert panel.rows[1].hasFocus()

    def test_everything_has_a_name_and_fits_the_side(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(
            explorer,
            direction("a very long name that nobody has room for, ever " * 2),
            direction("b", kind="attribute"),
        )
        panel.find_button.setChecked(True)
        panel.select(1)
        for key in WAYS:
            panel.form.choose(key)
            assert panel.minimumSizeHint().width() <= 304
        assert not problems(panel)
        assert panel.width() == 304

    def test_a_long_list_scrolls_to_what_was_found(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, *[direction(f"d{number}") for number in range(30)])
        panel._found(kept_directions.add(explorer, [direction("new")], "add"))
        row = panel.rows[-1]
        assert panel.selected == 30
        assert not row.visibleRegion().isEmpty()
        assert [one.height() for one in panel.rows] == [row.height()] * 31


class TestStrip:
    def test_seven_pictures_of_the_chosen_direction_only_while_seen(
        self, qtbot: QtBot, explorer: Explorer, panel: DirectionsPanel
    ) -> None:
        keep(explorer, direction("a", 3.0), direction("b", -3.0))
        panel.select(0)
        pump(qtbot, explorer, lambda: panel.grid.item(6) is not None)
        tones = [float(panel.grid.item(place).mean()) for place in range(7)]
        assert tones == sorted(tones)
        assert tones[0] < tones[6]
        panel.select(1)
        assert panel.grid.item(0) is None
        pump(qtbot, explorer, lambda: panel.grid.item(6) is not None)
        assert panel.grid.item(0).mean() > panel.grid.item(6).mean()
        panel.hide()
        assert not explorer._views
        panel.show()
        assert list(explorer._views) == ["direction strip"]

    def test_a_click_sets_the_strength(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a"))
        panel.select(0)
        panel.grid.clicked.emit(6)
        assert explorer.state.strengths == {"a": 3.0}
        assert panel.rows[0].slider.value == 3.0
        assert panel.grid.chosen == 6


class TestLocks:
    def test_others_move_nothing_along_a_locked_one_and_come_back_as_found(
        self, explorer: Explorer, panel: DirectionsPanel
    ) -> None:
        keep(
            explorer, direction("a", 1, 1, kind="attribute"), direction("b", 1, 0, kind="attribute"), direction("p", 1)
        )
        assert not panel.rows[0].lock.isHidden()
        assert panel.rows[2].lock.isHidden()
        found = explorer.kept.directions["b"].vector
        panel.rows[0].lock.click()
        one, other = explorer.kept.directions["a"], explorer.kept.directions["b"]
        assert one.locked
        assert abs(float(one.vector @ other.vector)) < 1e-6
        np.testing.assert_array_equal(explorer.kept.directions["p"].vector, direction("p", 1).vector)
        panel.rows[0].set_locked(False)
        np.testing.assert_array_equal(explorer.kept.directions["b"].vector, found)
        assert explorer.kept.directions["b"].raw is None
        explorer.history.undo()
        assert explorer.kept.directions["a"].locked
        assert panel.rows[0].lock.isChecked()

    def test_one_of_which_nothing_is_left_says_so(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a", 1, kind="attribute"), direction("b", -2, kind="attribute"))
        panel.rows[0].set_locked(True)
        assert "nothing left" in panel.rows[1].known.text()
        assert "nothing left" in kind_text(explorer.kept.directions["b"])

    def test_an_attribute_found_later_respects_the_lock(self, explorer: Explorer, panel: DirectionsPanel) -> None:
        keep(explorer, direction("a", 1, kind="attribute", locked=True))
        keep(explorer, direction("b", 1, 1, kind="attribute"))
        later = explorer.kept.directions["b"]
        assert later.vector[0] == pytest.approx(0, abs=1e-6)
        np.testing.assert_array_equal(later.raw[:2], [1, 1])


class TestFinding:
    @pytest.mark.parametrize("key", ["pca", "sefa"])
    def test_what_needs_no_labels(self, qtbot: QtBot, key: str) -> None:
        from tests.explore.toys import linear

        with exploring(qtbot) as explorer, showing(qtbot, explorer) as panel:
            generator = linear()
            explorer._take(replace(opened((LatentVector("z", 6),)), generator=generator))
            panel.find_button.setChecked(True)
            panel.form.choose(key)
            panel.form.count.setValue(3)
            panel.form.go.click()
            assert panel.finding.running
            search(qtbot, panel.finding)
            assert panel.finding.error is None
            assert len(panel.names) == 3
            assert panel.selected == 0
            assert "3 directions" in panel.form._told.text()
            explorer.history.undo()
            assert panel.names == []

    def test_a_failure_is_told_where_one_looks(self, qtbot: QtBot, explorer: Explorer, panel: DirectionsPanel) -> None:
        panel.find_button.setChecked(True)
        panel.form.choose("sefa")
        panel.form.go.click()  # the toy has no layers
        search(qtbot, panel.finding)
        assert "cannot be looked into" in panel.form._told.text()
        assert not panel.form._told.isHidden()
        assert panel.form.go.isEnabled()

    def test_stopping_and_another_generator(self, qtbot: QtBot, explorer: Explorer, panel: DirectionsPanel) -> None:
        panel.finding.start(WAYS["pca"])
        panel.finding.cancel()
        assert not panel.finding.running
        panel.finding.start(WAYS["pca"])
        explorer._take(opened(PLANE))
        assert not panel.finding.running
        assert "another generator" in panel.finding.text
        pump(qtbot, explorer, lambda: explorer.service.idle)
        assert panel.names == []
        assert panel.form.count.maximum() == 2

    def test_more_like_these(self, qtbot: QtBot, explorer: Explorer) -> None:
        picks = Picks()
        with showing(qtbot, explorer, picks) as panel:
            panel.form.choose("picks")
            assert not panel.form.go.isEnabled()
            state = explorer.state
            for sign in (1, -1):
                latent = np.zeros(SIZE, np.float32)
                latent[4] = sign
                picks.pick(state.moved("z", latent), sign > 0)
            assert "1 liked and 1 disliked" in panel.form._summary.text()
            panel.form.go.click()
            search(qtbot, panel.finding)
            vector = next(iter(explorer.kept.directions.values())).vector
            assert vector.argmax() == 4
            assert vector[4] == pytest.approx(1)

    def test_picks_of_another_generator_do_not_count(self, qtbot: QtBot) -> None:
        with exploring(qtbot, CLASSES, drawn=False) as other:
            foreign = other.state
        with exploring(qtbot) as explorer:
            assert obstacle(explorer, WAYS["picks"], [foreign])
            assert not obstacle(explorer, WAYS["picks"], [explorer.state])

    def test_a_classifier_labels_samples_of_the_runs_own_data(
        self, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import torch

        from ganstudio.data import load
        from ganstudio.nn import classifier
        from ganstudio.store import Run, create_run
        from tests.explore.toys import linear

        data = load("digits:size=16")
        zero, one = (data.items[data.labels == digit][0].float() / 127.5 - 1 for digit in (0, 1))
        generator = linear()  # but it draws a nought where the third number is positive, else a one
        generator.method.generate = lambda values: torch.where(values["z"][:, 2, None, None, None] > 0, zero, one)
        generator.spec = data.spec
        monkeypatch.setattr(classifier, "train_classifier", partial(classifier.train_classifier, steps=80))
        experiment = Experiment("gan", "digits:size=16", name="labelled")
        run = Run.open(create_run(experiment, data.spec, data.fingerprint, folder=tmp_path))
        with exploring(qtbot) as explorer, showing(qtbot, explorer) as panel:
            explorer._take(replace(opened((LatentVector("z", 6),)), generator=generator, run=run, path=run.path))
            panel.finding.start(WAYS["means"])
            search(qtbot, panel.finding)
            assert panel.finding.error is None
            assert panel.names == ["0 · mean", "1 · mean"]
            assert "The classifier that labelled the samples is right for" in panel.finding.text
            assert explorer.kept.directions["0 · mean"].vector[2] > 0.99
            monkeypatch.setattr(classifier, "train_classifier", None)  # the classifier is used again
            panel.finding.start(WAYS["attributes"])
            search(qtbot, panel.finding)
            assert explorer.kept.directions["1"].vector[2] < -0.9

    def test_reading_the_data_can_be_stopped(self, qtbot: QtBot, tmp_path: Path) -> None:
        from ganstudio.core.dataspec import DataSpec
        from ganstudio.store import Run, create_run

        spec = DataSpec("digits:size=16", "images", 1797, 1, 16, ("0", "1"))
        run = Run.open(create_run(Experiment("gan", spec.name), spec, "f", folder=tmp_path))
        with exploring(qtbot) as explorer, showing(qtbot, explorer) as panel:
            explorer._take(opened(INFOGAN, run=run, path=run.path))
            panel.finding.start(WAYS["logistic"])
            panel.finding.cancel()
            pump(qtbot, explorer, lambda: explorer.studio.jobs.pump() or not explorer.studio.jobs.running)
            pump(qtbot, explorer, lambda: explorer.service.idle)  # the first picture may just be drawn
            assert not panel.finding.running
            assert panel.finding.text == "Stopped."

    def test_why_a_classifier_cannot_help(self, qtbot: QtBot, explorer: Explorer, panel: DirectionsPanel) -> None:
        assert "without data" in obstacle(explorer, WAYS["attributes"])
        panel.form.choose("attributes")
        assert not panel.form.go.isEnabled()
        panel.form.by_hand.click()
        assert panel.form.way.key == "hand"
        assert panel.form.go.isEnabled()
        with exploring(qtbot, CLASSES) as classes:
            assert "control of this generator" in obstacle(classes, WAYS["means"])
            assert not obstacle(classes, WAYS["hand"])

    def test_a_generator_without_latent_vector(self, qtbot: QtBot) -> None:
        with exploring(qtbot, (ContinuousCode("codes", 2),)) as explorer, showing(qtbot, explorer) as panel:
            assert "no latent vector" in panel._empty.text()
            assert not panel.find_button.isEnabled()
            assert not panel.import_button.isEnabled()
            for way in WAYS.values():
                assert obstacle(explorer, way)


class TestThumbs:
    def test_an_attribute_from_thumbs(self, qtbot: QtBot, explorer: Explorer, panel: DirectionsPanel) -> None:
        panel.find_button.setChecked(True)
        panel.form.choose("hand")
        panel.form.go.click()
        dialog = panel.form._thumbs
        pump(qtbot, explorer, lambda: dialog.grid.item(dialog.grid.count - 1) is not None)
        assert not problems(dialog)
        for page in range(2):
            dialog.show_page(page)
            for place, latent in enumerate(dialog._pages[page]):
                dialog.set_thumb(place, 1 if latent[7] > 0 else -1)
        assert not dialog.go.isEnabled()
        dialog.name.setText(" seventh ")
        dialog.go.click()
        search(qtbot, panel.finding)
        assert panel.names == ["seventh"]
        found = explorer.kept.directions["seventh"]
        assert found.kind == "attribute"
        assert found.vector.argmax() == 7
        settle()
        assert panel.form._thumbs is None

    def test_clicks_keys_and_pages(self, qtbot: QtBot, explorer: Explorer) -> None:
        dialog = ThumbsDialog(explorer, lambda *_given: None)
        qtbot.addWidget(dialog)
        dialog.show()
        said = []
        for _click in range(3):
            dialog.grid.clicked.emit(5)
            said.append(dialog.thumb(5))
        assert said == [1, -1, 0]
        dialog.activateWindow()
        dialog.grid.setFocus()
        qtbot.waitUntil(dialog.grid.hasFocus)
        qtbot.keyClick(dialog.grid, Qt.Key.Key_Right)
        qtbot.keyClick(dialog.grid, Qt.Key.Key_Minus)
        assert dialog.thumb(1) == -1
        qtbot.keyClick(dialog.grid, Qt.Key.Key_Plus)
        assert dialog.thumb(1) == 1
        dialog.more.click()
        assert dialog.thumb(1) == 0
        dialog.back.click()
        assert dialog.thumb(1) == 1
        latents, labels = dialog.labelled()
        np.testing.assert_array_equal(latents, dialog._pages[0][1:2])
        assert labels.tolist() == [1]
        assert "1 have it, 0 have not" in dialog._counts.text()

    def test_only_the_latent_vector_varies_and_another_generator_ends_it(
        self, qtbot: QtBot, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from ganstudio.ui.explore.side import find_directions

        asked: list[list[dict[str, np.ndarray]]] = []
        nothing = partial(iter, ())
        monkeypatch.setattr(find_directions, "many", lambda positions: asked.append(positions) or nothing)
        dialog = ThumbsDialog(explorer, lambda *_given: None)
        dialog.show()
        assert len({position["z"].tobytes() for position in asked[0]}) == len(asked[0])
        for position in asked[0]:
            np.testing.assert_array_equal(position["category"], explorer.state.position["category"])
            np.testing.assert_array_equal(position["codes"], explorer.state.position["codes"])
        ended: list[int] = []
        dialog.finished.connect(ended.append)
        explorer._take(opened(PLANE))
        assert ended == [0]
        QApplication.processEvents()


class TestFiles:
    def test_out_and_in_again(
        self, explorer: Explorer, panel: DirectionsPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(tmp_path / "mine"), ""))
        keep(explorer, direction("a", 1, kind="attribute", locked=True), direction("b", 1, 1, kind="attribute"))
        panel.export_button.click()
        kept_directions.remove(explorer, ["b"])
        panel.import_from(tmp_path / "mine.json")
        assert panel.names == ["a", "a (2)", "b"]
        assert panel.selected == 1
        np.testing.assert_array_equal(explorer.kept.directions["b"].raw[:2], [1, 1])
        explorer.history.undo()
        assert panel.names == ["a"]

    def test_those_of_another_generator_and_nonsense_are_refused(
        self, explorer: Explorer, panel: DirectionsPanel, tmp_path: Path, logged_problems: list[logging.LogRecord]
    ) -> None:
        told: list[Notification] = []
        explorer.studio.notifications.subscribe(told.append)
        file = tmp_path / "d.json"
        file.write_text(
            json.dumps(
                {"format": "ganstudio-directions", "version": 1, "directions": [direction("x", size=5).to_json()]}
            )
        )
        panel.import_from(file)
        assert "5 numbers" in told[-1].text
        file.write_text("nonsense")
        panel.import_from(file)
        assert "no JSON" in told[-1].text
        panel.export_to(tmp_path / "gone" / "d.json")
        assert "cannot be written" in told[-1].text
        assert panel.names == []
        explorer.studio.notifications.subscribe(None)
        assert len(logged_problems) == 3

    def test_kept_with_the_run(self, qtbot: QtBot, tmp_path: Path) -> None:
        with exploring(qtbot, drawn=False) as explorer:
            explorer._take(opened(INFOGAN, path=tmp_path))
            keep(explorer, direction("a", 1, kind="attribute", locked=True), direction("b", 1, 1, kind="attribute"))
        with exploring(qtbot, drawn=False) as explorer, showing(qtbot, explorer) as panel:
            explorer._take(opened(INFOGAN, path=tmp_path))
            assert panel.names == ["a", "b"]
            assert explorer.kept.directions["a"].locked
            np.testing.assert_array_equal(explorer.kept.directions["b"].raw[:2], [1, 1])
