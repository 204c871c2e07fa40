"""Whatever is dropped on Paint or becomes of its run, its disk and its process: words, and the canvas stays."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pytestqt.qtbot import QtBot

from ganstudio.app.paint.canvases import FOLDER, Canvases
from ganstudio.app.settings import config_folder
from ganstudio.core.labelmaps import palette_of
from ganstudio.data.landscapes import LANDSCAPE_CLASSES
from ganstudio.explore.canvas import read_label_png
from ganstudio.ui.paint.map_dialog import MapDialog
from ganstudio.ui.paint.workspace import PaintWorkspace
from tests.ui.abuse_kit import broken_files, enormous, ids_of, label_files, small_disk
from tests.ui.explore_window import Told, drop
from tests.ui.paint_kit import (
    OTHERS,
    answer,
    dialog,
    drawn,
    expected,
    experiment,
    made,
    paint,
    painting_window,
    stroke,
)
from tests.ui.window_kit import opened, train, wait

COUNT = len(LANDSCAPE_CLASSES)


def resting(page: PaintWorkspace) -> bool:
    """Nothing is being read, drawn or opened."""
    page.painter.studio.pump()
    page.painter.pump()
    return not page.painter.studio.jobs.running and page.painter.service.idle and not page.painter.opening


def ids_now(page: PaintWorkspace) -> Any:
    assert page.painter.document is not None
    return page.painter.document.ids.copy()


# -- files ------------------------------------------------------------------------------------------------------------


def test_label_maps_of_every_mode_and_size_are_canvases_with_a_report(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    files = label_files(tmp_path, palette_of(LANDSCAPE_CLASSES))
    with painting_window(qtbot, spade) as (_window, page):
        canvases = page.painter.canvases
        for kind, file in files.items():
            before, said = len(canvases.documents), len(told)
            page.painter.source.open_map(file)
            wait(qtbot, lambda before=before: len(canvases.documents) > before)
            ids = ids_now(page)
            assert ids.shape == (64, 64), kind
            assert int(ids.max()) < COUNT, kind
            assert [text for _level, text in told[said:] if file.stem in text], kind
            drawn(qtbot, page.painter)
        assert not told.errors
        assert any(level == "warning" and "too-many" in text for level, text in told)


def test_what_is_dropped_is_a_canvas_or_a_style_and_never_a_class_in_between(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    files = label_files(tmp_path, palette_of(LANDSCAPE_CLASSES))
    with painting_window(qtbot, spade) as (window, page):
        for kind, file in files.items():
            count, said = len(page.painter.canvases.documents), len(told)
            assert drop(window, file)
            wait(qtbot, lambda said=said: (len(told) > said or page.findChildren(MapDialog)) and resting(page))
            for asked in page.findChildren(MapDialog):
                asked.go.click()
            assert not told.errors, kind
            assert len(page.painter.canvases.documents) == count + (kind not in ("smooth", "too many")), kind
            assert int(ids_now(page).max()) < COUNT
        for first, second in ((0, 4), (1, 6), (3, 9)):
            two = palette_of(LANDSCAPE_CLASSES)[np.where(ids_of(2, 48, 64) == 0, first, second)]
            Image.fromarray(two).resize((200, 150), Image.Resampling.BICUBIC).save(tmp_path / f"{first}-{second}.png")
            said = len(told)
            page.painter.source.open_map(tmp_path / f"{first}-{second}.png")
            wait(qtbot, lambda said=said: len(told) > said and resting(page))
            assert set(np.unique(ids_now(page)).tolist()) == {first, second}


def test_broken_and_enormous_files_are_refused_once_in_words(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    files = broken_files(tmp_path)
    with painting_window(qtbot, spade) as (window, page):
        before, documents = drawn(qtbot, page.painter), list(page.painter.canvases.documents)
        ways = (lambda file: drop(window, file), page.painter.source.open_map, page.painter.take_style_of)
        for name, file in files.items():
            for way in ways:
                said = len(told)
                way(file)
                wait(qtbot, lambda said=said: len(told) > said and resting(page))
                assert [level for level, _text in told[said:]] == ["error"], (name, told[said:])
                assert name in told[-1][1]
                assert "unexpected" not in told[-1][1]
        assert page.painter.canvases.documents == documents
        assert not page.painter.history.can_undo
        assert np.array_equal(drawn(qtbot, page.painter), before)


def test_an_enormous_picture_is_never_decoded(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any]
) -> None:
    from PIL import ImageFile

    def load(_self: object) -> None:
        raise AssertionError("it was decoded")

    with painting_window(qtbot, spade) as (window, page):
        drawn(qtbot, page.painter)
        monkeypatch.setattr(ImageFile.ImageFile, "load", load)
        assert drop(window, enormous(tmp_path / "wall.png"))
        wait(qtbot, lambda: told.errors and resting(page))
        assert "wall.png" in told.errors[0]
        assert "decoded" not in told.errors[0]


def test_ids_that_no_class_has_reach_no_kernel(
    qtbot: QtBot, spade: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any]
) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        before, document = drawn(qtbot, page.painter), page.painter.document
        assert document is not None
        method = page.painter.opened.generator.method  # type: ignore[union-attr]
        document.canvas.ids[3, 3] = COUNT
        with monkeypatch.context() as patch:
            patch.setattr(type(method), "generate", lambda *_args: pytest.fail("a network has seen it"))
            page.painter.request()
            wait(qtbot, lambda: resting(page) and page.painter.error is not None)
        assert f"the id {COUNT}" in str(page.painter.error)
        assert np.array_equal(page.painter.picture, before)
        page.canvas.replace_class(COUNT, 2)
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
        assert page.painter.error is None


# -- the run ----------------------------------------------------------------------------------------------------------


def paint_something(qtbot: QtBot, page: PaintWorkspace) -> Any:
    page.canvas.choose_class(4)
    stroke(page, (0.1, 0.2), (0.9, 0.7))
    drawn(qtbot, page.painter)
    return ids_now(page)


def test_a_checkpoint_that_is_replaced_while_one_paints(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    path, other = (Path(shutil.copytree(spade, tmp_path / name)) for name in ("mine", "other"))
    with painting_window(qtbot, path) as (_window, page):
        ids = paint_something(qtbot, page)
        for content in (b"", b"torn", b"another"):
            for file in (path / "checkpoints").rglob("*"):
                if file.is_file():
                    file.write_bytes(file.read_bytes()[:200] if content == b"torn" else content)
            said = len(told.errors)
            page.painter.go_to(0)
            wait(qtbot, lambda said=said: len(told.errors) > said and resting(page))
        shutil.rmtree(path)
        page.painter.open_run(path)
        wait(qtbot, lambda: len(told.errors) == 4 and resting(page))
        assert not [text for text in told.errors if "unexpected" in text]
        assert np.array_equal(ids_now(page), ids)
        assert page.painter.history.can_undo
        stroke(page, (0.1, 0.9), (0.9, 0.9))
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
        page.painter.open_run(other)
        wait(qtbot, lambda: page.painter.opened.path == other and resting(page))  # type: ignore[union-attr]
        assert page.painter.history.undo() == "Brush"
        assert page.painter.history.undo() == "Brush"
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))


def test_a_run_of_another_method_in_the_same_folder(
    qtbot: QtBot, spade: Path, tmp_path: Path, told: Told, logged_problems: list[Any]
) -> None:
    from tests.ui.explore_window import store_run

    path, other = Path(shutil.copytree(spade, tmp_path / "mine")), store_run(tmp_path / "digits")
    with painting_window(qtbot, path) as (_window, page):
        ids = paint_something(qtbot, page)
        shutil.rmtree(path / "checkpoints")
        shutil.copytree(other / "checkpoints", path / "checkpoints")
        page.painter.go_to(0)
        wait(qtbot, lambda: told.errors and resting(page))
        shutil.rmtree(path)
        shutil.copytree(other, path)
        page.painter.open_run(path)
        wait(qtbot, lambda: len(told.errors) == 2 and resting(page))
        assert np.array_equal(ids_now(page), ids)
        assert page.painter.history.undo() == "Brush"
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))


@pytest.mark.parametrize("save", [True, False])
def test_training_that_ends_while_one_paints_on_it(qtbot: QtBot, told: Told, save: bool) -> None:
    with painting_window(qtbot) as (window, page):
        model = train(qtbot, window, experiment(100_000, "live"), steps=2)
        window.show_workspace("paint")
        page.open_run(model)
        wait(qtbot, lambda: page.painter.following is model)
        ids = paint_something(qtbot, page)
        model.stop(save=save)
        wait(qtbot, lambda: page.painter.following is None and resting(page))
        assert np.array_equal(ids_now(page), ids)
        stroke(page, (0.1, 0.9), (0.9, 0.9))
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))
        for _stroke in range(2):
            assert page.painter.history.undo() == "Brush"
        assert not told.errors


def test_another_world_is_opened_and_the_first_one_comes_back(qtbot: QtBot, spade: Path, told: Told) -> None:
    with painting_window(qtbot, spade) as (_window, page):
        ids = paint_something(qtbot, page)
        document = page.painter.document
        page.painter._take(made(OTHERS, 32, "moss", style_size=3))
        drawn(qtbot, page.painter)
        assert page.painter.document is not document
        assert document in page.painter.canvases.documents
        assert page.painter.document.classes == OTHERS
        assert len([name for name, _index in page.style_panel.controls.rows if name == "style"]) == 3
        page.painter.open_run(spade)
        wait(qtbot, lambda: resting(page) and page.painter.document is document)
        assert np.array_equal(ids_now(page), ids)
        assert page.painter.history.undo() == "Brush"
        assert np.array_equal(drawn(qtbot, page.painter), expected(page.painter))


# -- windows, processes, disks ----------------------------------------------------------------------------------------


def test_a_window_that_is_closed_in_the_middle_of_a_stroke_loses_nothing(qtbot: QtBot, spade: Path) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    with painting_window(qtbot, spade) as (_window, page):
        paint_something(qtbot, page)
        page.painter.source.blank(3)
        middle = QPoint(page.canvas.width() // 2, page.canvas.height() // 2)
        QTest.mousePress(page.canvas, Qt.MouseButton.LeftButton, pos=middle)
        QTest.mouseMove(page.canvas, middle + QPoint(40, 10))
        kept = [document.ids.copy() for document in page.painter.canvases.documents]
        assert len(np.unique(kept[1])) == 2
    with painting_window(qtbot, spade) as (_window, page):
        found = page.painter.canvases.documents
        assert len(found) == 2
        for document, ids in zip(found, kept, strict=True):
            assert np.array_equal(document.ids, ids)
        assert page.painter.document is found[1]


PAINTS = """
    import sys, time
    from pathlib import Path
    from tests.ui.paint_kit import dab, made, painting
    with painting(Path(sys.argv[1]), made()) as painter:
        painter.source.blank(1)
        for x in range(6):
            dab(painter, 4 + 4 * x, 8)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            painter.canvases.autosave()
            time.sleep(0.02)
            if not painter.canvases.dirty:
                break
        print(sum(int((document.ids == 2).sum()) for document in painter.canvases.documents), flush=True)
        dab(painter, 28, 28)
        time.sleep(600)
"""


def test_a_process_that_is_killed_has_saved_all_but_its_last_seconds(qtbot: QtBot, tmp_path: Path) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PAINTS), str(tmp_path)],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    try:
        assert process.stdout is not None
        painted = int(process.stdout.readline())
        assert painted > 250
        live = Canvases(tmp_path)
        live.restore()
        assert not live.documents  # while that process lives they are its own
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        again = Canvases(tmp_path)
        again.restore()
        assert sum(int((document.ids == 2).sum()) for document in again.documents) == painted
        again.shut()
    finally:
        process.kill()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


def test_a_full_disk_is_told_once_and_everything_is_there_when_it_has_room(
    qtbot: QtBot, spade: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Told, logged_problems: list[Any]
) -> None:
    from ganstudio.ui.generator_page.exports import PictureDialog

    with painting_window(qtbot, spade) as (window, page), small_disk(monkeypatch) as room:
        canvases = page.painter.canvases
        room.full = True
        ids = paint_something(qtbot, page)
        for _save in range(3):
            canvases._last = -1e9
            canvases.autosave()
            wait(qtbot, lambda: canvases._running is None or canvases._running.done())
        canvases.autosave(0)
        assert room.met >= 3
        assert len([text for level, text in told if level == "warning"]) == 1
        assert canvases.dirty
        answer(monkeypatch, tmp_path / "picture.png")
        box = dialog(qtbot, page, PictureDialog, page.exports.save_picture)
        box.choose()
        answer(monkeypatch, tmp_path / "map.png")
        window.table.run("paint.save-map")
        assert len(told.errors) == 2
        assert all("full" in text for text in told.errors)
        assert not list(tmp_path.glob("*.png"))
        room.full = False
        assert canvases.save_all()
        saved = [read_label_png(file).ids for file in (config_folder() / FOLDER).glob("*.png")]
        assert any(np.array_equal(one, ids) for one in saved)
        box.choose()
        assert not list(tmp_path.glob(".*"))


def test_two_windows_neither_share_nor_double_canvases(qtbot: QtBot, spade: Path) -> None:
    with painting_window(qtbot, spade) as (_window, first):
        ids = paint_something(qtbot, first)
        assert first.painter.canvases.save_all()
        with opened(qtbot) as other:
            second = paint(other)
            second.painter.open_run(spade)
            wait(qtbot, lambda: second.painter.document is not None and not second.painter.opening)
            keys = {document.key for document in second.painter.canvases.documents}
            assert not keys & {document.key for document in first.painter.canvases.documents}
            second.painter.source.blank(2)
        assert np.array_equal(ids_now(first), ids)
    with painting_window(qtbot, spade) as (_window, page):
        found = page.painter.canvases.documents
        assert len(found) == len({document.key for document in found}) == 3
        assert sum(np.array_equal(document.ids, ids) for document in found) == 1
