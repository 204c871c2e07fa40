"""Finding a picture, and the training pictures that are most alike, on a tiny run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.sources import open_run
from ganstudio.explore.stored import StoredGenerator
from ganstudio.store import Run
from ganstudio.ui.explore.side.neighbours import NeighboursPanel
from ganstudio.ui.explore.side.projection import ProjectionPanel
from tests.ui.audit import problems
from tests.ui.explore_kit import PLANE, exploring, pump
from tests.ui.explore_window import exploring_window, store_run
from tests.ui.window_kit import wait


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture
def explorer(qtbot: QtBot, stored: Path) -> Iterator[Explorer]:
    with exploring(qtbot, ()) as made:
        made._take(open_run(stored, None, "ema"))
        pump(qtbot, made, lambda: made.picture is not None)
        yield made


@pytest.fixture
def panel(explorer: Explorer, hosted: Callable[..., None]) -> ProjectionPanel:
    made = ProjectionPanel(explorer, explorer.studio)
    hosted(made, 304, 640)
    return made


def own_picture(stored: Path, path: Path, seed: int = 5) -> Path:
    """A picture that the generator can draw."""
    generator = StoredGenerator.open(Run.open(stored))
    item = generator.generate(generator.draw(1, seed))[0, 0]
    Image.fromarray(np.clip(np.rint((item + 1) * 127.5), 0, 255).astype(np.uint8)).save(path)
    return path


def ended(qtbot: QtBot, panel: ProjectionPanel) -> None:
    pump(qtbot, panel.explorer, lambda: not panel.matching.running and panel.explorer.service.idle)


# -- finding a picture ------------------------------------------------------------------------------------------------


def test_a_file_is_found_and_edited_from_there(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file, before = own_picture(stored, tmp_path / "own.png"), explorer.state
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_args, **_more: (str(file), "")))
    panel.matching.light = "no"
    qtbot.mouseClick(panel.open, Qt.MouseButton.LeftButton)
    pump(qtbot, explorer, lambda: panel.matching.found is not None)
    assert panel.stop.isEnabled()
    assert not problems(panel)
    ended(qtbot, panel)
    found = panel.matching.found
    assert found is not None
    assert found.errors[found.best] < 0.1
    assert found.history[-1] <= found.history[0]
    assert not panel.stop.isEnabled()
    assert "now edits this picture" in panel.words.text()
    np.testing.assert_array_equal(explorer.state.position["z"], found.values["z"][found.best])
    pump(qtbot, explorer, lambda: explorer.service.idle)
    wanted = np.asarray(Image.open(file)).astype(float)
    assert np.abs(explorer.picture[:, :, 0] - wanted).mean() < 0.1 * 255
    explorer.history.undo()
    assert explorer.state is before


def test_a_click_on_a_candidate_goes_there_and_can_be_undone(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    panel.matching.look_for(own_picture(stored, tmp_path / "own.png"))
    ended(qtbot, panel)
    found, best = panel.matching.found, explorer.state
    place = (found.best + 3) % len(found.pictures)
    qtbot.mouseClick(panel.grid, Qt.MouseButton.LeftButton, pos=panel.grid.cell(place).center())
    np.testing.assert_array_equal(explorer.state.position["z"], found.values["z"][place])
    explorer.history.undo()
    assert explorer.state is best


def test_pasting(qtbot: QtBot, explorer: Explorer, panel: ProjectionPanel) -> None:
    told: list[str] = []
    explorer.studio.notifications.subscribe(lambda note: told.append(note.text))
    QGuiApplication.clipboard().clear()
    qtbot.mouseClick(panel.paste, Qt.MouseButton.LeftButton)
    assert told == ["There is no picture on the clipboard."]
    image = QImage(50, 30, QImage.Format.Format_ARGB32)
    image.fill(0x80FF4020)
    QGuiApplication.clipboard().setImage(image)
    before = explorer.state
    qtbot.mouseClick(panel.paste, Qt.MouseButton.LeftButton)
    ended(qtbot, panel)
    assert panel.matching.found is not None
    assert explorer.state is not before


def test_a_picture_dragged_from_another_program(qtbot: QtBot, explorer: Explorer, panel: ProjectionPanel) -> None:
    image = QImage(20, 20, QImage.Format.Format_RGB32)
    image.fill(0xFF204080)
    data = QMimeData()
    data.setImageData(image)
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    panel.dropEvent(QDropEvent(QPointF(9, 9), copy, data, left, Qt.KeyboardModifier.NoModifier))
    ended(qtbot, panel)
    assert panel.matching.found is not None


def test_inverting_looks_for_the_opposite(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    file, targets = own_picture(stored, tmp_path / "own.png"), []
    for choice in ("no", "yes"):
        panel.matching.light = choice
        panel.matching.look_for(file)
        pump(qtbot, explorer, lambda: panel.matching.found is not None)
        targets.append(panel.target.item(0).astype(int))
        panel.matching.stop()
    np.testing.assert_allclose(targets[0] + targets[1], 255, atol=2)


def test_stopping_keeps_what_was_found(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    panel.matching.look_for(own_picture(stored, tmp_path / "own.png"))
    pump(qtbot, explorer, lambda: panel.matching.found is not None)
    qtbot.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    found = panel.matching.found
    np.testing.assert_array_equal(explorer.state.position["z"], found.values["z"][found.best])
    pump(qtbot, explorer, lambda: explorer.service.idle)
    assert panel.matching.found is found
    assert not panel.stop.isEnabled()
    panel.matching.look_for(panel.matching._source)
    panel.matching.stop()  # before anything was found
    assert "Drop, paste or open" in panel.words.text()
    assert not panel.grid.isVisible()


def test_again_begins_elsewhere(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    panel.matching.look_for(own_picture(stored, tmp_path / "own.png"))
    ended(qtbot, panel)
    first = panel.matching.found
    qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert "Looking" in panel.words.text()
    ended(qtbot, panel)
    assert not np.array_equal(panel.matching.found.values["z"], first.values["z"])


def test_who_went_elsewhere_meanwhile_is_not_taken_away(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    panel.matching.look_for(own_picture(stored, tmp_path / "own.png"))
    pump(qtbot, explorer, lambda: panel.matching.found is not None)
    elsewhere = explorer.drawn_from(77)
    explorer.edit(elsewhere, "Random")
    ended(qtbot, panel)
    assert explorer.state is elsewhere
    assert "click a candidate" in panel.words.text()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 50])
def test_what_is_no_picture(
    qtbot: QtBot, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "x.png").write_bytes(content)
    before = explorer.state
    panel.matching.look_for(tmp_path / "x.png")
    ended(qtbot, panel)
    assert panel.words.text().endswith(".")
    assert "Looking" not in panel.words.text()
    assert not panel.target.isVisible()
    assert explorer.state is before


def test_another_run_in_the_middle(
    qtbot: QtBot, stored: Path, explorer: Explorer, panel: ProjectionPanel, tmp_path: Path
) -> None:
    other = store_run(tmp_path / "other", latent_size=7)
    panel.matching.look_for(own_picture(stored, tmp_path / "own.png"))
    pump(qtbot, explorer, lambda: panel.matching.found is not None)
    explorer._take(open_run(other, None, "ema"))
    assert panel.matching.found is None
    assert not panel.grid.isVisible()
    start = explorer.state
    pump(qtbot, explorer, lambda: explorer.service.idle)
    assert explorer.state is start
    panel.matching.take(0)
    assert explorer.state is start


def test_generators_of_points_have_no_pictures(qtbot: QtBot, explorer: Explorer, panel: ProjectionPanel) -> None:
    explorer.close()
    assert not panel.open.isEnabled()
    told: list[str] = []
    explorer.studio.notifications.subscribe(lambda note: told.append(note.text))
    panel.matching.look_for(b"x")
    assert told == ["Open a generator first, then drop the picture again."]
    with exploring(qtbot, PLANE, drawn=False) as plane:
        assert plane.spec is not None


def test_ctrl_i_shows_at_once_that_it_looks_and_escape_ends_it(
    qtbot: QtBot, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = own_picture(stored, tmp_path / "own.png")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_args, **_more: (str(file), "")))
    with exploring_window(qtbot, stored) as (window, page):
        panel, matching = page.side.projection, page.side.projection.matching
        page.picture.setFocus()
        before, start = page.explorer.state, time.perf_counter()
        qtbot.keyClick(page.picture, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
        assert panel.isVisible()
        assert panel.bar.isVisible()
        assert "Looking" in panel.words.text()
        assert time.perf_counter() - start < 0.5  # tens of milliseconds alone; the rest is for its neighbours
        wait(qtbot, lambda: matching.found is not None)
        page.picture.setFocus()
        qtbot.keyClick(page.picture, Qt.Key.Key_Escape)
        assert not matching.running
        assert not panel.bar.isVisible()
        assert "nothing was moved" in panel.words.text()
        assert page.explorer.state is before
        qtbot.mouseClick(panel.grid, Qt.MouseButton.LeftButton, pos=panel.grid.cell(1).center())  # they are still there
        assert page.explorer.state is not before
        window.table.run("edit.undo")
        qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
        qtbot.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
        assert not matching.running
        matching.again()
        wait(qtbot, lambda: not matching.running)
        assert "now edits" in panel.words.text()
        window.table.run("edit.undo")
        assert page.explorer.state is before


# -- what is most alike -----------------------------------------------------------------------------------------------


@pytest.fixture
def real(explorer: Explorer, hosted: Callable[..., None]) -> NeighboursPanel:
    made = NeighboursPanel(explorer)
    hosted(made, 304, 480)
    return made


def read(qtbot: QtBot, panel: NeighboursPanel, so: Callable[[], object]) -> None:
    def there() -> bool:
        panel.explorer.studio.pump()
        return bool(so())

    pump(qtbot, panel.explorer, there)


def test_the_nearest_training_pictures(qtbot: QtBot, explorer: Explorer, real: NeighboursPanel) -> None:
    qtbot.mouseClick(real.load, Qt.MouseButton.LeftButton)
    assert not real.load.isEnabled()
    read(qtbot, real, lambda: real.likeness.yardstick is not None and real.likeness.nearest is not None)
    assert "between real ones" in real.words.text()
    assert real.grid.count == 9
    assert real.load.isHidden()
    distances = real.likeness.nearest.distances[0]
    assert list(distances) == sorted(distances)
    assert not problems(real)
    first = real.likeness.nearest
    explorer.edit(explorer.drawn_from(9), "Random")
    read(qtbot, real, lambda: real.likeness.nearest is not first)


def test_a_generator_that_repeats_a_training_picture_is_found_out(
    qtbot: QtBot, explorer: Explorer, real: NeighboursPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganstudio.data import load

    item = load("digits:size=16", seed=0).items[3:4].numpy().astype(np.float32) / 127.5 - 1
    monkeypatch.setattr(StoredGenerator, "generate", lambda _self, values: item.repeat(len(values["z"]), 0))
    real.likeness.read()
    read(qtbot, real, lambda: real.likeness.yardstick is not None and real.likeness.nearest is not None)
    assert real.likeness.nearest.indices[0][0] == 3
    assert real.likeness.nearest.distances[0][0] < 0.01
    assert "learned by heart" in real.words.text()


def test_the_data_set_stays_when_the_same_run_is_opened_anew(
    qtbot: QtBot, stored: Path, explorer: Explorer, real: NeighboursPanel, tmp_path: Path, logged_problems: list[object]
) -> None:
    real.likeness.read()
    read(qtbot, real, lambda: real.likeness.nearest is not None)
    data = real.likeness._data
    explorer._take(open_run(stored, 0, "ema"))
    explorer.source_changed.emit()
    assert real.likeness._data is data
    explorer._take(open_run(store_run(tmp_path / "other"), None, "ema"))
    assert real.likeness._data is None
    assert real.likeness.nearest is None
    assert not real.load.isHidden()
    assert not real.grid.isVisible()


def test_a_data_set_that_is_gone_is_said(
    qtbot: QtBot, explorer: Explorer, real: NeighboursPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ganstudio.core.errors import DataError

    def gone(*_args: object, **_more: object) -> None:
        raise DataError("The folder of pictures is not there any more.")

    monkeypatch.setattr("ganstudio.data.load", gone)
    real.likeness.read()
    read(qtbot, real, lambda: real.load.isEnabled())
    assert real.words.text() == "The folder of pictures is not there any more."
    assert not real.grid.isVisible()


def test_a_run_that_is_left_while_its_data_are_read(qtbot: QtBot, explorer: Explorer, real: NeighboursPanel) -> None:
    real.likeness.read()
    explorer.close()
    read(qtbot, real, lambda: not explorer.studio.jobs.running)
    assert real.likeness._data is None
    assert real.load.isHidden()
