"""What is taken home from the real window: pictures that bring everything back, films, folders, models, scripts."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QProgressDialog, QPushButton
from pytestqt.qtbot import QtBot

from ganstudio.app.generators.keepsakes import Pin
from ganstudio.core.errors import CancelledError
from ganstudio.explore.exporting import Watch
from ganstudio.explore.state import Direction
from ganstudio.ui.controls.latent import LatentSection
from ganstudio.ui.controls.seeds import SampleSection
from ganstudio.ui.explore.exports import FilmDialog, FoldersDialog
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.generator_page.exports import PictureDialog
from ganstudio.ui.kit.files import with_ending
from tests.ui.explore_window import Told, drawn, drop, exploring_window, store_run, there
from tests.ui.window_kit import wait


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "tiny")


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "classes", "cgan")


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, str], None]:
    """What a person would choose in the system's dialogs."""

    def choose(path: Path, kind: str = "") -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", staticmethod(lambda *_args, **_more: (str(path), kind)))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", staticmethod(lambda *_args, **_more: (str(path), kind)))
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", staticmethod(lambda *_args, **_more: str(path)))

    return choose


def dialog(qtbot: QtBot, kind: type) -> object:
    wait(qtbot, lambda: isinstance(QApplication.activeModalWidget(), kind))
    return QApplication.activeModalWidget()


def picture_of(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def frames_of(path: Path) -> int:
    with Image.open(path) as image:
        return int(image.n_frames)


def moved(page: ExploreWorkspace) -> None:
    """Somewhere else, with a direction and a truncation."""
    explorer = page.explorer
    vector = np.array([1, -1, 0.5, 0, 0], np.float32)
    explorer.change_kept("Find", directions={"thick": Direction("thick", "pca", "z", vector)})
    drawn_with = explorer.drawn_from(5).with_(truncation=0.7, strengths={"thick": 1.5})
    explorer.edit(drawn_with.moved("z", drawn_with.position["z"] + np.float32([0, 0.5, 0, 0.5, 0])), "Move")


def seed_row(page: ExploreWorkspace) -> tuple[str, int, str, list[bool]]:
    """What is said of the seed, and which numbers are shown as moved from there."""
    row, latent = page.controls.section(SampleSection).row, page.controls.section(LatentSection)
    return row.title.text(), row.seed, row.title.toolTip(), [not latent.row(k).at_default for k in range(5)]


def test_a_saved_picture_brings_everything_back(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], told: Told
) -> None:
    file = tmp_path / "kept"
    answer(file)
    with exploring_window(qtbot, stored) as (window, page):
        page.explorer.go_to(0)
        wait(qtbot, lambda: page.explorer.step == 0)
        moved(page)
        window.table.run("explore.save")  # at once: the picture of the last move is not drawn yet
        form = dialog(qtbot, PictureDialog)
        form.scale.setValue(3)
        form.choose()
        picture, state = drawn(qtbot, page).copy(), page.explorer.state
        wait(qtbot, lambda: seed_row(page)[:2] == ("Seed, moved", 5))
        words = seed_row(page)
        assert words[3] == [False, True, False, True, False]
        page.explorer.change_kept("Forget", directions={})
    file = tmp_path / "kept.png"
    assert picture_of(file).shape == (48, 48)
    np.testing.assert_array_equal(picture_of(file)[::3, ::3], picture[:, :, 0])
    with exploring_window(qtbot, stored) as (window, page):
        assert drop(window, file)
        explorer = page.explorer
        wait(qtbot, lambda: explorer.step == 0 and explorer.state.truncation == 0.7)
        np.testing.assert_array_equal(drawn(qtbot, page), picture)
        assert explorer.state.to_json() == state.to_json()
        wait(qtbot, lambda: seed_row(page) == words)  # it is told from which seed it was moved
        assert list(explorer.kept.directions) == ["thick"]
        explorer.history.undo()
        assert explorer.state.truncation == 1.0
        assert not explorer.kept.directions
    assert not told.errors


def test_the_plane_of_points_is_saved_as_it_is_seen_and_brings_everything_back(
    qtbot: QtBot, tmp_path: Path, answer: Callable[..., None], told: Told
) -> None:
    path, file = store_run(tmp_path / "points", "gan", "ring"), tmp_path / "plane.png"
    answer(file)
    with exploring_window(qtbot, path) as (window, page):
        page.explorer.edit(page.explorer.drawn_from(7), "Random")
        drawn(qtbot, page)
        wait(qtbot, lambda: page.scene.plot.inside is not None)
        there, seen = page.explorer.state.position["z"], page.scene.image()
        window.table.run("explore.save")
        form = dialog(qtbot, PictureDialog)
        form.scale.setValue(1)
        form.choose()
        assert picture_of(file).shape == (seen.height(), seen.width())
        page.explorer.edit(page.explorer.drawn_from(8), "Random")
        assert drop(window, file)
        wait(qtbot, lambda: np.array_equal(page.explorer.state.position["z"], there))
    assert not told.errors


def test_a_direction_of_the_same_name_is_not_mistaken_for_that_of_the_picture(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None]
) -> None:
    file = tmp_path / "kept.png"
    answer(file)
    with exploring_window(qtbot, stored) as (window, page):
        moved(page)
        window.table.run("explore.save")
        dialog(qtbot, PictureDialog).choose()
        picture, explorer = drawn(qtbot, page).copy(), page.explorer
        other = Direction("thick", "pca", "z", np.array([0, 0, 0, 0, 9], np.float32))
        explorer.edit(explorer.opened.start, "Start")
        explorer.change_kept("Find anew", directions={"thick": other})
        drop(window, file)
        wait(qtbot, lambda: explorer.state.truncation == 0.7)
        np.testing.assert_array_equal(drawn(qtbot, page), picture)
        assert dict(explorer.state.strengths) == {"thick 2": 1.5}
        np.testing.assert_array_equal(explorer.kept.directions["thick"].vector, other.vector)
        explorer.change_kept("Forget", directions={})


def test_the_view_below_is_saved_too(qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(tmp_path / "view.png")
    with exploring_window(qtbot, stored) as (window, page):
        page.views.open("wall")
        drawn(qtbot, page)
        window.table.run("explore.save-grid")
        dialog(qtbot, PictureDialog).choose()
        assert picture_of(tmp_path / "view.png").shape[1] > 90
        state = page.explorer.state
        page.explorer.edit(page.explorer.drawn_from(9), "Move")
        drop(window, tmp_path / "view.png")
        wait(qtbot, lambda: page.explorer.state.to_json() == state.to_json())


# -- films ------------------------------------------------------------------------------------------------------------


def film(page: ExploreWorkspace, kind: str, frames: int) -> FilmDialog:
    made = FilmDialog(page.explorer, page.views, "film.gif", lambda _title, _work: None, page)
    made.what.setCurrentIndex(made.what.findData(kind))
    assert made.what.currentData() == kind
    made.frames.setValue(frames)
    made.scale.setValue(2)
    return made


@pytest.mark.parametrize(
    ("kind", "ending", "frames", "count"),
    [("path", "gif", 4, None), ("round", "apng", 7, 7), ("sweep", "apng", 6, 6), ("training", "gif", 2, None),
     ("samples", "gif", 2, None), ("round", "mp4", 8, 8)],
)  # fmt: skip
def test_films(
    qtbot: QtBot, stored: Path, tmp_path: Path, kind: str, ending: str, frames: int, count: int | None
) -> None:
    if ending == "mp4":
        pytest.importorskip("av")
    path = tmp_path / f"film.{ending}"
    with exploring_window(qtbot, stored) as (_window, page):
        explorer = page.explorer
        explorer.kept.pins = [Pin("a", explorer.drawn_from(1)), Pin("b", explorer.drawn_from(2))]
        page.views.sweep.use_axes("z/0", "z/1")
        made = film(page, kind, frames)
        run = explorer.opened.run
        steps = {"training": run.checkpoint_steps, "samples": run.sample_steps}.get(kind, list)()
        expected = count or len(steps) or len(page.views.path.positions(frames))
        words = made.work(path)(explorer.opened.generator.frozen(), Watch())
        assert kind != "path" or made.words.text().startswith(f"{expected} pictures in all.")
        made.close()
    assert str(expected) in words
    if ending == "mp4":
        import av

        with av.open(str(path)) as video:
            assert sum(1 for _ in video.decode(video=0)) == expected
    else:
        assert frames_of(path) == expected


def test_a_film_is_saved_by_the_job_and_told(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], told: Told
) -> None:
    answer(tmp_path / "walk", "Animated PNG (*.apng)")
    with exploring_window(qtbot, stored) as (window, page):
        window.table.run("explore.film")
        form = dialog(qtbot, FilmDialog)
        for kind in ("training", "round"):
            form.what.setCurrentIndex(form.what.findData(kind))
            assert form.frames.isVisible() == (kind == "round"), "a training has the pictures it has"
        form.what.setCurrentIndex(form.what.findData("round"))
        form.frames.setValue(5)
        form.frames.setFocus()
        QTest.keyClick(form.frames, Qt.Key.Key_Return)  # saves, and does not cancel
        page.explorer.go_to(0)  # other weights come between: it is asked for again
        wait(qtbot, lambda: told.said("walk.apng: 5 pictures"))
        wait(qtbot, lambda: not window.findChildren(QProgressDialog))
    assert frames_of(tmp_path / "walk.apng") == 5


def test_an_export_ends_with_the_generator_it_was_asked_of(
    qtbot: QtBot, stored: Path, classes: Path, tmp_path: Path, answer: Callable[..., None], told: Told
) -> None:
    answer(tmp_path / "model.pt")
    with exploring_window(qtbot, stored) as (window, page):
        window.table.run("explore.model")
        page.explorer.service.drop("frozen")  # as slow as it can be
        page.explorer.open_run(classes)
        there(qtbot, page, classes)
        wait(qtbot, lambda: told.said("another generator was opened"))
        assert not page.exports._waiting
    assert not list(tmp_path.glob("*.pt"))


class Slow:
    """Holds an export in its middle until the test lets it go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        tick = Watch.tick

        def slow(watch: Watch, fraction: float, text: str) -> None:
            if fraction > 0.3:
                self.reached.set()
                for _ in range(1000):
                    if self.go.wait(0.01) or (watch.cancel is not None and watch.cancel.is_set()):
                        break
            tick(watch, fraction, text)

        monkeypatch.setattr(Watch, "tick", slow)


def begin_film(qtbot: QtBot, window: object, slow: Slow) -> None:
    window.table.run("explore.film")  # type: ignore[attr-defined]
    form = dialog(qtbot, FilmDialog)
    form.what.setCurrentIndex(form.what.findData("round"))
    form.choose()
    wait(qtbot, slow.reached.is_set)


@pytest.mark.parametrize("how", ["cancel", "close", "escape"])
def test_a_cancelled_film_leaves_nothing(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch,
    told: Told, how: str,
) -> None:  # fmt: skip
    slow = Slow(monkeypatch)
    answer(tmp_path / "walk.apng")
    with exploring_window(qtbot, stored) as (window, _page):
        begin_film(qtbot, window, slow)
        box = window.findChild(QProgressDialog)
        assert box is not None
        box.show()
        {"cancel": box.findChild(QPushButton).click, "close": box.close, "escape": box.reject}[how]()
        wait(qtbot, lambda: not window.studio.jobs.running)
        wait(qtbot, lambda: not window.findChildren(QProgressDialog))
    assert not list(tmp_path.iterdir())
    assert not told.errors


def test_closing_the_window_in_mid_export_leaves_no_half_file(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    answer(tmp_path / "walk.apng")
    with exploring_window(qtbot, stored) as (window, _page):
        begin_film(qtbot, window, slow)
    assert not list(tmp_path.iterdir())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith(("rendering", "job"))]


def test_a_film_of_a_run_that_is_gone_is_refused_in_a_sentence(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], told: Told, logged_problems: list[object]
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    answer(tmp_path / "film.gif")
    with exploring_window(qtbot, copy) as (window, _page):
        shutil.rmtree(copy)
        window.table.run("explore.film")
        form = dialog(qtbot, FilmDialog)
        form.what.setCurrentIndex(form.what.findData("training"))
        form.choose()
        wait(qtbot, lambda: len(told.errors) == 1)
        form.close()
        assert "Train it for longer" in told.errors[0] or "copy" in told.errors[0]
    assert not (tmp_path / "film.gif").exists()


# -- folders, models, scripts -----------------------------------------------------------------------------------------


def test_pictures_by_class(
    qtbot: QtBot, classes: Path, tmp_path: Path, answer: Callable[..., None], told: Told
) -> None:
    answer(tmp_path)
    for name in ("generated", "generated-2"):
        with exploring_window(qtbot, classes) as (window, _page):
            window.table.run("explore.folders")
            form = dialog(qtbot, FoldersDialog)
            form.per_class.setValue(3)
            form.choose()
            wait(qtbot, lambda name=name: told.said(str(tmp_path / name)))
        assert len(list((tmp_path / name).rglob("*.png"))) == 30
    assert not told.errors


@pytest.mark.parametrize("ending", [".onnx", ".safetensors"])
def test_the_generator_comes_back(
    qtbot: QtBot, stored: Path, tmp_path: Path, answer: Callable[..., None], told: Told, ending: str
) -> None:
    if ending == ".onnx":
        pytest.importorskip("onnxruntime")
    answer(tmp_path / "mine", f"Some (*{ending})")
    file = tmp_path / f"mine{ending}"
    with exploring_window(qtbot, stored) as (window, page):
        before = drawn(qtbot, page).copy()
        window.table.run("explore.model")
        wait(qtbot, lambda: told.said(file.name) and file.is_file())
        position = page.explorer.state.position["z"]
        assert drop(window, file)
        there(qtbot, page, file)
        page.explorer.edit(page.explorer.state.moved(page.explorer.controls[0].name, position), "Same place")
        difference = drawn(qtbot, page).astype(int) - before.astype(int)
        assert abs(difference).max() <= 1
    assert not told.errors


def test_copied_python_draws_the_same_picture(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        moved(page)
        picture = drawn(qtbot, page).copy()
        window.table.run("explore.python")
        script = QApplication.clipboard().text()
        page.explorer.change_kept("Forget", directions={})
    (tmp_path / "script.py").write_text(script, "utf-8")
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, check=True, timeout=60, capture_output=True)
    (made,) = tmp_path.glob("*.png")
    np.testing.assert_array_equal(picture_of(made)[::8, ::8], picture[:, :, 0])


def test_the_picture_on_the_clipboard(qtbot: QtBot, stored: Path) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        drawn(qtbot, page)
        QApplication.clipboard().clear()
        window.table.run("explore.copy")
        assert QApplication.clipboard().image().width() >= 16


def test_endings(tmp_path: Path) -> None:
    endings = (".gif", ".apng")
    assert with_ending(tmp_path / "a.GIF", "MP4 (*.mp4)", endings).name == "a.GIF"
    assert with_ending(tmp_path / "a.b", "APNG (*.apng)", endings).name == "a.b.apng"
    assert with_ending(tmp_path / "a", "", endings).name == "a.gif"


def test_cancelling_says_that_nothing_was_written() -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError, match="nothing was written"):
        Watch(None, cancel).tick(0.5, "")


def test_a_view_that_still_shows_another_generators_pictures_is_not_saved(
    qtbot: QtBot, stored: Path, told: Told
) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        page.views.open("wall")
        drawn(qtbot, page)
        page.views.current.grid.put(3, np.zeros((1, 8, 8, 3), np.uint8))
        window.table.run("explore.save-grid")
        assert told.said("still being drawn")
