from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import itertools
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from ganstudio.core.images import split_grid
from ganstudio.ui.kit import files as export
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.kit.theme import DARK, LIGHT
from ganstudio.ui.pictures.cells import fit, fit_zoom
from ganstudio.ui.pictures.wall import ImageWall


def noise(count: int = 64, size: int = 16, channels: int = 1, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, size, size, channels), dtype=np.uint8)


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].copy()


@pytest.fixture
def wall(qtbot: QtBot) -> ImageWall:
    made = ImageWall()
    qtbot.addWidget(made)
    made.resize(560, 560)
    made.show()
    return made


@settings(max_examples=80, deadline=None)
@given(
    count=st.integers(1, 130),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    room=st.tuples(st.integers(40, 1500), st.integers(40, 1500)),
    gap=st.integers(1, 3),
)
def test_a_layout_fits_and_no_other_would_be_larger(
    count: int, width: int, height: int, room: tuple[int, int], gap: int
) -> None:
    layout = fit(count, (width, height), room, gap=gap)
    best = max(fit_zoom(count, (width, height), room, gap, columns) for columns in range(1, count + 1))
    if best >= 1:
        assert layout.zoom == int(best)
        assert layout.width <= room[0]
        assert layout.height <= room[1]
    for place in range(count):
        left, top, w, h = layout.cell(place).getRect()
        assert layout.place_at(left, top) == place
        assert layout.place_at(left + w - 1, top + h - 1) == place


@pytest.mark.parametrize(("group", "columns"), [(1, 6), (2, 6), (3, 6), (6, 6)])
def test_what_belongs_together_stands_apart_from_the_next(group: int, columns: int) -> None:
    layout = fit(4 * columns, (10, 10), (400, 300), gap=1, group=group)
    assert layout.columns % group == 0
    lefts = [layout.cell(place).x() for place in range(layout.columns)]
    gaps = [right - left - layout.cell_width for left, right in itertools.pairwise(lefts)]
    for place, gap in enumerate(gaps, 1):
        assert gap == (1 if group == 1 or place % group else 6)
    assert layout.width <= 400
    for place in range(4 * columns):
        left, top, w, h = layout.cell(place).getRect()
        assert layout.place_at(left, top) == layout.place_at(left + w - 1, top + h - 1) == place


def test_columns_follow_the_shape_of_the_room() -> None:
    assert fit(64, (16, 16), (600, 600)).columns == 8
    assert fit(64, (16, 16), (1400, 300)).columns > 12
    assert fit(64, (16, 16), (300, 1400)).columns < 6


def test_samples_are_pixel_exact(wall: ImageWall) -> None:
    items = noise(4, 8, 3)
    wall.set_samples(items)
    wall.clearFocus()  # the ring lies over its neighbours
    shown = pixels(wall.grab().toImage())
    for index in range(4):
        rect = wall.cell_rect(index).toRect()
        zoom = rect.width() // 8
        assert zoom >= 2
        cell = shown[rect.top() : rect.top() + 8 * zoom, rect.left() : rect.left() + 8 * zoom]
        np.testing.assert_array_equal(cell, items[index].repeat(zoom, 0).repeat(zoom, 1))


def test_both_shows_real_and_fake_at_one_zoom(wall: ImageWall) -> None:
    wall.resize(900, 500)
    wall.set_samples(noise(16, seed=1), np.full(16, 0.2, np.float32), True)
    wall.set_real(noise(9, seed=2), np.full(9, 0.8, np.float32))
    wall.set_mode("both")
    real, fake = wall.cell_rect(0, True), wall.cell_rect(0, False)
    assert real.size() == fake.size()
    assert real.right() < fake.left()
    assert wall.place_at(real.center().toPoint()) == ("real", 0)
    assert wall.place_at(fake.center().toPoint()) == ("fake", 0)
    wall.set_mode("real")
    assert wall.cell_rect(0, False).isEmpty()
    with pytest.raises(ValueError, match="mode"):
        wall.set_mode("neither")  # type: ignore[arg-type]


def test_the_generator_of_a_sample_is_marked_and_named(wall: ImageWall) -> None:
    groups = np.repeat(np.arange(4), 16)
    items = np.zeros((64, 16, 16, 1), np.uint8)
    wall.set_samples(items, groups=groups, group_names=("near", "far"))
    corner = wall.cell_rect(40).bottomRight().toPoint()
    shown = pixels(wall.grab().toImage())
    marks = {
        tuple(c) for c in shown[corner.y() - 16 : corner.y(), corner.x() - 16 : corner.x()].reshape(-1, 3).tolist()
    }
    sky = QColor(LIGHT.groups[2])
    assert (sky.red(), sky.green(), sky.blue()) in marks
    assert pixels(wall.grid_image()).max() < 200  # what is saved is the pictures alone, on grey
    texts = []
    for index in (0, 20, 40):
        wall.focus(("fake", index))
        texts.append(wall.accessibleDescription())
    assert texts == ["sample 0 · near", "sample 20 · far", "sample 40 · generator 3"]


@pytest.mark.parametrize("size", [16, 28, 32, 64])
@pytest.mark.parametrize("room", [(780, 304), (640, 260), (440, 560)])
def test_all_samples_are_on_view_and_can_be_told_apart(size: int, room: tuple[int, int], wall: ImageWall) -> None:
    wall.resize(*room)  # those of the usual layouts at 1366 × 768 and 1024 × 700 among them
    wall.set_samples(noise(64, size))
    cells = [wall.cell_rect(index) for index in range(64)]
    assert all(QRectF(wall.rect()).contains(cell) for cell in cells)
    assert cells[0].width() >= 40


def test_click_enlarges_and_arrows_walk(wall: ImageWall, qtbot: QtBot) -> None:
    scores = np.linspace(0, 1, 64, dtype=np.float32)
    wall.set_samples(noise(), scores)
    qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.cell_rect(12).center().toPoint())
    zoom = wall.zoom
    assert (zoom.index, zoom.isVisible()) == (12, True)
    assert zoom.caption() == "sample 12 of 64 · D(G(z)) 0.19"
    assert "16 × 16 px" in zoom.size_text()
    qtbot.keyClick(zoom, Qt.Key.Key_Right)
    assert zoom.index == 13
    qtbot.keyClick(zoom, Qt.Key.Key_Down)
    assert zoom.index == 21
    wall.set_samples(noise(seed=5), np.full(64, 0.75, np.float32))
    assert zoom.caption().endswith("0.75")
    qtbot.keyClick(zoom, Qt.Key.Key_Escape)
    assert not zoom.isVisible()
    assert wall.accessibleDescription().startswith("sample 21")


def test_keyboard_moves_focus_and_opens(wall: ImageWall, qtbot: QtBot) -> None:
    wall.set_samples(noise())
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(wall, key)
    assert wall.accessibleDescription() == "sample 9"
    qtbot.keyClick(wall, Qt.Key.Key_Return)
    assert wall.zoom.isVisible()
    assert wall.zoom.index == 9


def test_the_zoom_closes_when_its_sample_is_gone(wall: ImageWall, qtbot: QtBot) -> None:
    wall.set_samples(noise(16))
    qtbot.mouseClick(wall, Qt.MouseButton.LeftButton, pos=wall.cell_rect(15).center().toPoint())
    wall.set_samples(noise(4))
    assert not wall.zoom.isVisible()
    wall.take(("fake", 2))
    for place, shown in ((wall.zoom.rect().center(), True), (QPoint(3, 200), False)):
        qtbot.mouseClick(wall.zoom, Qt.MouseButton.LeftButton, pos=place)
        assert wall.zoom.isVisible() == shown
    wall.clear()
    assert wall.grid_image().isNull()


def test_sorted_by_score(wall: ImageWall) -> None:
    scores = np.array([0.1, np.nan, 0.9, 0.5], np.float32)
    wall.set_samples(noise(4), scores)
    wall.set_sorted(True)
    places = [(wall.cell_rect(index).top(), wall.cell_rect(index).left()) for index in range(4)]
    assert sorted(range(4), key=places.__getitem__) == [2, 3, 0, 1]
    wall.clear()
    wall.set_samples(noise(4), scores)  # of another run: the button that sorts is still down
    assert wall.cell_rect(2).top() < wall.cell_rect(0).top()
    wall.set_sorted(False)
    assert wall.cell_rect(0).left() < wall.cell_rect(1).left()


def test_saved_grid_and_sample_are_the_samples(
    wall: ImageWall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = noise(9, 8)
    wall.set_samples(items)
    target = tmp_path / "grid"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    wall.save_grid()
    grid = pixels(QImage(str(tmp_path / "grid.png")))[:, :, :1]
    np.testing.assert_array_equal(split_grid(grid, 8, 9), items)
    wall.copy_picture()
    np.testing.assert_array_equal(pixels(QApplication.clipboard().image())[:, :, :1], grid)
    labels = [action.text() for action in wall.make_menu(("fake", 3)).actions()]
    assert "Save this sample as PNG…" in labels


def test_a_failed_save_says_so(wall: ImageWall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "none" / "x.png"), ""))
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(box.text()))
    assert export.save_image(wall, QImage(2, 2, QImage.Format.Format_RGB32), "x.png") is None
    assert "could not be written" in said[0]


def test_wrong_shapes_are_refused(wall: ImageWall) -> None:
    with pytest.raises(ValueError, match="N, H, W"):
        wall.set_samples(np.zeros((4, 8, 8), np.uint8))
    with pytest.raises(ValueError, match="scores"):
        wall.set_samples(noise(4), np.zeros(3, np.float32))


def test_empty_and_tiny_walls_paint(wall: ImageWall) -> None:
    wall.set_empty_text("Press Start.")
    assert wall.accessibleDescription() == "Press Start."
    wall.resize(96, 72)
    wall.grab()
    wall.set_samples(noise(64, 64))
    set_theme("dark")
    corner = QColor(wall.grab().toImage().pixel(0, 0))
    assert corner == QColor(DARK.picture_grey)


def test_an_update_is_quick(wall: ImageWall) -> None:
    wall.resize(900, 800)
    items = noise(64, 32, 3)
    image = QImage(wall.size(), QImage.Format.Format_RGB32)
    took = []
    for _ in range(15):
        start = time.perf_counter()
        wall.set_samples(items)
        wall.render(image)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.006  # 0.8 ms alone on the machine this was written on; the rest is for its neighbours
