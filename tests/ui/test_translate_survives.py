"""Whatever is dropped on Translate or becomes of its run and its disk: words, and what was there stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ganstudio.core.labelmaps import palette_of
from ganstudio.explore.batch_translation import MANIFEST
from ganstudio.explore.translating import InputPicture
from ganstudio.ui.translate.workspace import TranslateWorkspace
from tests.app.translator_rig import EXPERIMENT, store_run
from tests.explore.toy_translators import CLASSES, MAP, SIZE, SKETCH, TWO_WAYS, take
from tests.ui.abuse_kit import broken_files, enormous, label_files, small_disk
from tests.ui.explore_window import Told, drop
from tests.ui.translate_kit import drawn, translating_window, until
from tests.ui.window_kit import train, wait


def given(page: TranslateWorkspace) -> Any:
    state = page.translator.state
    assert state is not None
    assert state.picture is not None
    return state.picture.pixels


def read(qtbot: QtBot, page: TranslateWorkspace) -> None:
    until(qtbot, page.translator, lambda: not page.translator.reading and page.translator.service.idle)


def photos(folder: Path, count: int) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        Image.fromarray(rng.integers(0, 256, (20, 30, 3), np.uint8)).save(folder / f"{number:02}.png")
    return folder


# -- files ------------------------------------------------------------------------------------------------------------


def test_label_maps_of_every_mode_and_size(qtbot: QtBot, tmp_path: Path, told: Told) -> None:
    files = label_files(tmp_path, palette_of(CLASSES))
    with translating_window(qtbot, MAP) as (window, page):
        for kind, file in files.items():
            assert drop(window, file)
            read(qtbot, page)
            assert page.translator.state.picture.name == file.name, kind  # type: ignore[union-attr]
            assert given(page).shape == (SIZE, SIZE)
            assert int(given(page).max()) < len(CLASSES), kind
            drawn(qtbot, page.translator)
            assert page.translator.error is None
            if kind in ("too many", "smooth", "RGBA", "I;16 large"):
                assert page.translator.state.picture.notes, kind  # type: ignore[union-attr]
        assert not told.errors


@pytest.mark.parametrize("controls", [SKETCH, TWO_WAYS])
def test_pictures_of_every_mode_and_size(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[Any], controls: tuple
) -> None:
    files = label_files(tmp_path, palette_of(CLASSES))
    with translating_window(qtbot, controls) as (window, page):
        for kind, file in files.items():
            before = given(page)
            assert drop(window, file)
            read(qtbot, page)
            assert (len(told.errors) == 1) is (kind == "one pixel"), (kind, told.errors)
            told.clear()
            assert (given(page) is before) is (kind == "one pixel")
            drawn(qtbot, page.translator)


@pytest.mark.parametrize("controls", [SKETCH, MAP])
def test_broken_and_enormous_files_are_refused_once_in_words(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[Any], controls: tuple
) -> None:
    files = broken_files(tmp_path)
    with translating_window(qtbot, controls) as (window, page):
        before, output = given(page), drawn(qtbot, page.translator)
        for number, (name, file) in enumerate(files.items(), 1):
            assert drop(window, file)
            until(qtbot, page.translator, lambda number=number: len(told.errors) == number)
            read(qtbot, page)
            assert name in told.errors[-1]
            assert "unexpected" not in told.errors[-1]
        assert given(page) is before
        assert np.array_equal(drawn(qtbot, page.translator), output)
        assert not page.translator.history.can_undo


@pytest.mark.parametrize("controls", [SKETCH, MAP])
def test_an_enormous_picture_is_never_decoded(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any],
    controls: tuple,
) -> None:  # fmt: skip
    from PIL import ImageFile

    def load(_self: object) -> None:
        raise AssertionError("it was decoded")

    with translating_window(qtbot, controls) as (window, page):
        until(qtbot, page.translator, lambda: not window.studio.jobs.running)  # cards may be read beside it
        monkeypatch.setattr(ImageFile.ImageFile, "load", load)
        assert drop(window, enormous(tmp_path / "wall.png"))
        until(qtbot, page.translator, lambda: told.errors)
        assert "wall.png" in told.errors[0]
        assert "decoded" not in told.errors[0]


def test_ids_that_no_class_has_reach_no_kernel(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    with translating_window(qtbot, MAP) as (_window, page):
        output, state = drawn(qtbot, page.translator), page.translator.state
        assert state is not None
        assert page.translator.opened is not None
        method = page.translator.opened.generator.method
        wrong = InputPicture("wrong", np.full((SIZE, SIZE), len(CLASSES), np.uint8))
        page.translator.give(wrong)
        assert page.translator.state is state
        with monkeypatch.context() as patch:
            patch.setattr(type(method), "generate", lambda *_args: pytest.fail("a network has seen it"))
            page.translator.edit(state.with_(picture=wrong), "Break it")
            until(qtbot, page.translator, lambda: page.translator.error is not None)
        assert f"the id {len(CLASSES)}" in str(page.translator.error)
        assert np.array_equal(page.translator.output, output)
        page.translator.history.undo()
        assert np.array_equal(drawn(qtbot, page.translator), output)


# -- the run ----------------------------------------------------------------------------------------------------------


def test_a_run_that_is_deleted_torn_or_another_one(
    qtbot: QtBot, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    path = store_run(tmp_path / "mine")
    with translating_window(qtbot, ()) as (_window, page):
        translator = page.translator
        translator.open_run(path)
        output, picture = drawn(qtbot, translator), given(page)
        for file in (path / "checkpoints").rglob("*"):
            if file.is_file():
                file.write_bytes(file.read_bytes()[:200])
        translator.go_to(0)
        until(qtbot, translator, lambda: len(told.errors) == 1)
        shutil.rmtree(path)
        translator.go_to(0)
        until(qtbot, translator, lambda: len(told.errors) == 2)
        translator.open_run(path)
        until(qtbot, translator, lambda: len(told.errors) == 3 and not translator.opening)
        assert not [text for text in told.errors if "unexpected" in text]
        assert given(page) is picture
        translator.redraw()
        assert np.array_equal(drawn(qtbot, translator), output)


@pytest.mark.parametrize("save", [True, False])
def test_training_that_ends_while_one_translates(qtbot: QtBot, told: Told, save: bool) -> None:
    with translating_window(qtbot, ()) as (window, page):
        translator = page.translator
        model = train(qtbot, window, EXPERIMENT.with_(steps=100_000, name="live"), steps=2)
        window.show_workspace("translate")
        page.open_run(model)
        wait(qtbot, lambda: translator.following is model)
        drawn(qtbot, translator)
        pixels = translator.begin_stroke()
        assert pixels is not None
        inked = pixels.copy()
        inked[:, 4:9, 4:20] = 255 - inked[:, 4:9, 4:20]
        translator.stroke(inked)
        model.stop(save=save)
        wait(qtbot, lambda: translator.following is None and not translator.opening)
        if translator.drawing:
            translator.end_stroke("Draw")
        assert np.array_equal(given(page), inked)
        drawn(qtbot, translator)
        assert not told.errors


def test_another_network_while_a_stroke_is_drawn(qtbot: QtBot, told: Told) -> None:
    with translating_window(qtbot, SKETCH) as (_window, page):
        translator = page.translator
        for controls in (TWO_WAYS, MAP, SKETCH, (), MAP):
            pixels = translator.begin_stroke()
            if pixels is not None:
                translator.stroke(np.zeros_like(pixels))
            if controls:
                take(translator, controls, "another")
                drawn(qtbot, translator)
            else:
                translator.close()
            translator.end_stroke("Draw")
            translator.cancel_stroke()
            while translator.history.undo():
                pass
        assert not told.errors


# -- disks ------------------------------------------------------------------------------------------------------------


def test_a_full_disk_in_the_middle_of_a_folder(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any]
) -> None:
    from ganstudio.explore import batch_translation

    source, out, write = photos(tmp_path / "photos", 6), tmp_path / "out", batch_translation.translate
    with translating_window(qtbot, SKETCH) as (_window, page), small_disk(monkeypatch) as room:
        done: list[int] = []

        def translate(*args: Any) -> Any:
            done.append(1)
            room.full = len(done) > 3
            return write(*args)

        monkeypatch.setattr(batch_translation, "translate", translate)
        page.exports.start_batch(source, out, "crop")
        until(qtbot, page.translator, lambda: told.errors)
        until(qtbot, page.translator, lambda: not page.translator.studio.jobs.running)
        assert [text for level, text in told if level in ("error", "warning")] == told.errors[:1]
        assert "full" in told.errors[0]
        assert sorted(file.name for file in out.iterdir() if file.suffix == ".png") == ["00.png", "01.png", "02.png"]
        assert not list(out.glob(".*"))
        room.full = False
        done[:] = [1] * -100
        monkeypatch.setattr(batch_translation, "translate", write)
        shutil.rmtree(out)
        page.exports.start_batch(source, out, "crop")
        until(qtbot, page.translator, lambda: told.said("6 of 6 pictures"))
        assert json.loads((out / MANIFEST).read_text("utf-8"))["ended"] == "done"


def test_results_of_a_batch_that_a_full_disk_ended_can_be_written_again(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any]
) -> None:
    """The same folder is taken again, whatever the first try has left there."""
    from ganstudio.explore import batch_translation

    source, out, write = photos(tmp_path / "photos", 4), tmp_path / "out", batch_translation.translate
    with translating_window(qtbot, SKETCH) as (_window, page), small_disk(monkeypatch) as room:
        made: list[int] = []

        def translate(*args: Any) -> Any:
            made.append(1)
            room.full = len(made) == 3
            return write(*args)

        monkeypatch.setattr(batch_translation, "translate", translate)
        page.exports.start_batch(source, out, "crop")
        until(qtbot, page.translator, lambda: told.errors)
        until(qtbot, page.translator, lambda: not page.translator.studio.jobs.running)
        room.full = False
        page.exports.start_batch(source, out, "crop")
        until(qtbot, page.translator, lambda: told.said("4 of 4 pictures") or len(told.errors) > 1)
        assert told.said("4 of 4 pictures"), told.errors
