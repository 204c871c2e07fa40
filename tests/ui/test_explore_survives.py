"""Whatever is dropped on the window or becomes of a run: one sentence, and what was there stays."""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ganstudio.app.generators.picture_session import session_of
from ganstudio.explore.picture_file import picture_bytes
from ganstudio.ui.explore.workspace import ExploreWorkspace
from ganstudio.ui.kit.files import Dropped
from tests.explore.foreign_networks import slow_onnx
from tests.ui.explore_window import Told, drawn, drop, explore, exploring_window, store_run, there
from tests.ui.window_kit import DIGITS, opened, train, wait


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_run(tmp_path_factory.mktemp("runs") / "tiny")


def photo(path: Path, size: tuple[int, int] = (37, 23), mode: str = "RGB") -> Path:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (size[1], size[0], 3), np.uint8)).convert(mode).save(path)
    return path


def carrying(page: ExploreWorkspace, path: Path, **changes: object) -> Path:
    """A picture that carries the present session with something else in it."""
    session = json.loads(json.dumps({**session_of(page.explorer), **changes}))
    path.write_bytes(picture_bytes(page.explorer.picture, 2, session))  # type: ignore[arg-type]
    return path


def searched(page: ExploreWorkspace) -> bool:
    page.explorer.pump()
    return not page.side.projection.matching.running


# -- dropped files ----------------------------------------------------------------------------------------------------


def test_a_picture_without_state_is_looked_for(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        before = page.explorer.state
        assert drop(window, photo(tmp_path / "photo.png"))
        wait(qtbot, lambda: searched(page))
        assert page.side.tabs.value == "projection"
        assert page.explorer.state is not before
        page.explorer.history.undo()
        assert page.explorer.state is before
        assert not told.errors


BROKEN = {
    "text.png": b"This is no picture at all.\n" * 20,
    "empty.png": b"",
    "cut.png": b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR") + b"\0\0\0",
    "empty.jpg": b"",
    "noise.webp": bytes(range(256)) * 8,
    "text.gif": b"GIF89a but no more",
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_pictures_say_so_in_one_sentence(qtbot: QtBot, stored: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(BROKEN[name])
    with exploring_window(qtbot, stored) as (window, page):
        before, picture = page.explorer.state, drawn(qtbot, page).copy()
        assert drop(window, tmp_path / name)
        wait(qtbot, lambda: searched(page))
        words = page.side.projection.words.text()
        assert words.endswith(".")
        assert "Looking" not in words
        assert "Traceback" not in words
        assert not page.side.projection.grid.isVisible()
        assert page.explorer.state is before
        np.testing.assert_array_equal(drawn(qtbot, page), picture)


GENERATORS = {
    "empty.pt": b"",
    "text.onnx": b"no model",
    "noise.safetensors": bytes(range(256)) * 4,
    "text.pth": b"PK\x03\x04 but no archive",
}


@pytest.mark.parametrize("name", GENERATORS)
def test_generator_files_that_are_none(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object], name: str
) -> None:
    if name.endswith(".onnx"):
        pytest.importorskip("onnxruntime")
    (tmp_path / name).write_bytes(GENERATORS[name])
    with exploring_window(qtbot, stored) as (window, page):
        before, opened_before = page.explorer.state, page.explorer.opened
        assert drop(window, tmp_path / name)
        wait(qtbot, lambda: told.errors and not page.explorer.opening)
        assert len(told.errors) == 1
        assert "unexpectedly" not in told.errors[0]
        assert name in told.errors[0]
        assert (page.explorer.state, page.explorer.opened) == (before, opened_before)


def test_what_is_no_file_for_the_explorer_is_not_taken(qtbot: QtBot, stored: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello", "utf-8")
    with exploring_window(qtbot, stored) as (window, page):
        before = page.explorer.opened
        assert not drop(window, tmp_path / "notes.txt")
        assert not drop(window, tmp_path / "gone.png")
        assert page.explorer.opened is before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": {"position": {"z": [1, 2]}}}, "has 2 numbers"),
        ({"state": {"position": {"codes": [1, 2]}}}, "driven by codes"),
        ({"state": "nothing"}, "damaged"),
        ({"directions": [{"name": "far", "kind": "pca", "control": "z", "vector": [1, 2]}]}, "does not fit"),
        ({"directions": [7]}, "no direction"),
        ({"directions": 7}, "damaged"),
        ({"version": 99}, "newer"),
        ({"run": {"name": "elsewhere", "created": "x"}}, "not on this machine"),
    ],
)
def test_a_state_that_cannot_be_restored(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object],
    changes: dict[str, object], words: str,
) -> None:  # fmt: skip
    with exploring_window(qtbot, stored) as (window, page):
        explorer = page.explorer
        explorer.edit(explorer.drawn_from(3), "Move")
        before, kept = explorer.state, dict(explorer.kept.directions)
        file = carrying(page, tmp_path / "other.png", **changes)
        assert drop(window, file)
        wait(qtbot, lambda: told.errors and not explorer.opening)
        assert len(told.errors) == 1
        assert words in told.errors[0]
        drawn(qtbot, page)
        assert explorer.state is before
        assert explorer.kept.directions == kept


def test_a_damaged_state_changes_nothing(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        file, before = carrying(page, tmp_path / "damaged.png"), page.explorer.state
        content = bytearray(file.read_bytes())
        content[content.index(b"ganstudio\0") + 40] ^= 1
        file.write_bytes(content)
        drop(window, file)
        wait(qtbot, lambda: told.errors)
        assert "damaged" in told.errors[0]
        assert page.explorer.state is before
        data = b"ganstudio\0" + b"{" * 5000
        chunk = struct.pack(">I4s", len(data), b"tEXt") + data + struct.pack(">I", zlib.crc32(b"tEXt" + data))
        file.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
        drop(window, file)
        wait(qtbot, lambda: len(told.errors) == 2)


def test_a_picture_of_a_step_that_is_gone_shows_the_newest(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told
) -> None:
    with exploring_window(qtbot, stored) as (window, page):
        state = page.explorer.drawn_from(11)
        page.explorer.edit(state, "Move")
        drawn(qtbot, page)
        file = carrying(page, tmp_path / "step.png", step=3)
        page.explorer.edit(page.explorer.drawn_from(12), "Move")
        drop(window, file)
        wait(qtbot, lambda: told.said("no checkpoint of step 3"))
        assert page.explorer.state.to_json() == state.to_json()
        assert not told.errors


def test_a_picture_dropped_before_anything_is_open(
    qtbot: QtBot, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window shows Explore, which opens the ready run; the picture is looked for as soon as that is there."""
    from ganstudio.app.generators.sources import open_run

    monkeypatch.setattr("ganstudio.app.generators.desk.open_bundled", lambda *_args: open_run(stored, None, "ema"))
    with opened(qtbot) as window:
        assert drop(window, photo(tmp_path / "photo.png"))
        page = explore(window)
        there(qtbot, page, stored)
        wait(qtbot, lambda: searched(page) and page.side.projection.matching.found is not None)
        assert page.explorer.history.can_undo


# -- runs -------------------------------------------------------------------------------------------------------------


def test_a_run_that_is_deleted_while_it_is_explored(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    with exploring_window(qtbot, copy) as (window, page):
        explorer = page.explorer
        shutil.rmtree(copy)
        before = drawn(qtbot, page).copy()
        explorer.edit(explorer.drawn_from(3), "Random")
        assert not np.array_equal(drawn(qtbot, page), before)
        explorer.go_to(0)
        wait(qtbot, lambda: told.errors)
        window.table.run("explore.pin")
        assert len(explorer.kept.pins) == 1
        assert told.said("could not be stored")
        assert not copy.exists()  # no ghost of the run is left where it was
        assert len(told.errors) == 2


def test_switching_while_the_hand_drags(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    from PySide6.QtCore import QPoint, Qt

    other = store_run(tmp_path / "other", latent_size=7)
    with exploring_window(qtbot, stored) as (_window, page):
        picture = page.picture
        qtbot.mousePress(picture, Qt.MouseButton.LeftButton, pos=QPoint(40, 40))
        for number in range(30):
            if number == 5:
                page.explorer.open_run(other)
            qtbot.mouseMove(picture, QPoint(40 + 3 * number, 40 + number))
        there(qtbot, page, other)
        qtbot.mouseMove(picture, QPoint(150, 20))
        qtbot.mouseRelease(picture, Qt.MouseButton.LeftButton, pos=QPoint(150, 20))
        drawn(qtbot, page)
        assert page.explorer.state.position["z"].shape == (7,)
        assert page.explorer.error is None
        assert not told.errors


def test_looking_for_a_picture_while_the_weights_change(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    """The search was asked of other weights; it begins again instead of waiting for ever."""
    with exploring_window(qtbot, stored) as (window, page):
        drop(window, photo(tmp_path / "photo.png"))
        wait(qtbot, lambda: page.side.projection.matching.running)
        page.explorer.go_to(0)
        wait(qtbot, lambda: page.explorer.step == 0)
        wait(qtbot, lambda: searched(page))
        assert page.side.projection.matching.found.done
        assert not told.errors


def test_weights_that_are_no_numbers(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    from safetensors.torch import save_file

    from ganstudio.store import Run, load_checkpoint

    copy = tmp_path / "copy"
    shutil.copytree(stored, copy)
    run = Run.open(copy)
    tensors, metadata, _step = load_checkpoint(run, 0)
    broken = {name: t * float("nan") if t.is_floating_point() else t for name, t in tensors.items()}
    save_file({name: t.contiguous() for name, t in broken.items()}, run.checkpoint_path(0), metadata)
    with exploring_window(qtbot, copy) as (_window, page):
        before = drawn(qtbot, page).copy()
        page.explorer.go_to(0)
        wait(qtbot, lambda: told.errors)
        assert "finite" in told.errors[0]
        np.testing.assert_array_equal(drawn(qtbot, page), before)
        assert page.explorer.step == 4


def test_an_older_checkpoint_in_place_of_a_damaged_one_is_told(
    qtbot: QtBot, stored: Path, tmp_path: Path, told: Told, logged_problems: list[object]
) -> None:
    from ganstudio.store import Run

    copy = Path(shutil.copytree(stored, tmp_path / "copy"))
    file = Run.open(copy).checkpoint_path(4)
    file.write_bytes(file.read_bytes()[:-99] + bytes(99))
    with exploring_window(qtbot, copy) as (_window, page):
        drawn(qtbot, page)
        assert page.explorer.step == 0
        assert any("of step 4, cannot be used, so that of step 0 is" in text for text in told.warnings)
        page.explorer.go_to(4)
        wait(qtbot, lambda: told.errors)
        assert "damaged" in told.errors[0]
        assert page.explorer.step == 0


def test_a_run_of_another_method_instead(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    """Every panel takes the other controls; nothing of the first run stays."""
    classes = store_run(tmp_path / "classes", "cgan")
    with exploring_window(qtbot, stored) as (window, page):
        window.table.run("explore.pin")
        page.toggle_compare()
        page.explorer.open_run(classes)
        there(qtbot, page, classes)
        assert set(page.explorer.state.position) == {"class", "z"}
        assert page.explorer.other is None
        assert not page.explorer.history.can_undo
        for view in ("wall", "sweep", "path", "plane", "sums"):
            page.views.open(view)
            drawn(qtbot, page)
        page.explorer.open_run(stored)
        there(qtbot, page, stored)
        assert len(page.explorer.kept.pins) == 1
        page.explorer.change_kept("Forget", pins=[])
        assert not told.errors


def test_deleting_a_run_that_is_followed(qtbot: QtBot, told: Told, logged_problems: list[object]) -> None:
    with opened(qtbot) as window:
        model = train(qtbot, window, DIGITS)
        window.table.run("run.explore")
        page = explore(window)
        wait(qtbot, lambda: page.explorer.following is model and page.explorer.picture is not None)
        assert model.path is not None
        shutil.rmtree(model.path, ignore_errors=True)
        model.stop(save=False)
        wait(qtbot, lambda: page.explorer.following is None and not page.explorer.opening)
        shutil.rmtree(model.path, ignore_errors=True)
        before = drawn(qtbot, page).copy()
        page.explorer.edit(page.explorer.drawn_from(3), "Random")
        assert not np.array_equal(drawn(qtbot, page), before)


def test_what_takes_too_long_to_open_can_be_given_up(qtbot: QtBot, stored: Path, tmp_path: Path, told: Told) -> None:
    file = slow_onnx(tmp_path / "slow.onnx")
    with exploring_window(qtbot, stored) as (window, page):
        before, stop = page.explorer.opened, page.source.stop
        assert not stop.isVisible()
        page.open_file(Dropped(file))
        assert stop.isVisible()
        wait(qtbot, lambda: window.studio.jobs.running)
        qtbot.wait(500)
        stop.click()
        assert not stop.isVisible()
        assert page.explorer.opened is before
        wait(qtbot, lambda: not window.studio.jobs.running)
        page.open_file(Dropped(file))
        wait(qtbot, lambda: window.studio.jobs.running)  # and now the window is closed
    assert not told.errors
