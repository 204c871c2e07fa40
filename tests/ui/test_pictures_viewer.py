"""The viewer of large pictures: what it shows of one and of two, what hands do with it, and what a mistake does."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ganstudio.ui.pictures.viewer import Hand, PictureViewer

LEFT, MIDDLE, NOTHING = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier


def stripes(side: int = 16) -> np.ndarray:
    """Columns of one pixel, black and white."""
    return np.tile(np.array([0, 255], np.uint8), (side, side // 2))[:, :, None]


def seen(qtbot: QtBot, hand: Hand | None = None) -> PictureViewer:
    made = PictureViewer("picture", "tip", hand)
    qtbot.addWidget(made)
    made.resize(200, 160)
    made.show()
    made.show_pictures(stripes())
    return made


def test_pixels_are_exact_below_four_times_and_in_between_only_from_there_on(qtbot: QtBot) -> None:
    view = seen(qtbot)
    for zoom, exact, tones in (("2", False, 2), ("4", False, 9), ("4", True, 2), ("fit", True, 2)):
        view.set_zoom(zoom)
        view.set_exact(exact)
        place = view.place().toRect()
        row = view.grab(place).toImage()
        found = {row.pixelColor(x, place.height() // 2).red() for x in range(place.width())}
        assert (len(found) == 2) is (tones == 2), zoom
    assert view.place().width() == 9 * 16  # the largest whole scale that fits


def test_what_is_larger_than_its_place_is_moved_and_others_follow(qtbot: QtBot) -> None:
    view, other = seen(qtbot), seen(qtbot)
    other.show_pictures(stripes(32))
    view.moved.connect(lambda: other.follow(view))
    qtbot.mousePress(view, LEFT, NOTHING, QPoint(100, 80))
    qtbot.mouseMove(view, QPoint(120, 80))
    qtbot.mouseRelease(view, LEFT, NOTHING, QPoint(120, 80))
    assert view.viewport.fitted  # there is nothing to be moved
    for _ in range(6):
        qtbot.keyClick(view, Qt.Key.Key_Plus)
    before = view.place().topLeft()
    qtbot.mousePress(view, MIDDLE, NOTHING, QPoint(100, 80))
    qtbot.mouseMove(view, QPoint(120, 70))
    qtbot.mouseRelease(view, MIDDLE, NOTHING, QPoint(120, 70))
    assert view.place().topLeft() - before == QPointF(20, -10)
    qtbot.keyClick(view, Qt.Key.Key_Left)
    assert view.place().left() == before.x() + 52
    assert (other.place().size() - view.place().size()).isNull()  # twice the pixels, equally large
    assert (other.place().center() - view.place().center()).manhattanLength() <= 2
    qtbot.mouseDClick(view, LEFT)
    assert (view.zoom, other.zoom) == ("fit", "fit")


def test_the_line_between_two_pictures(qtbot: QtBot) -> None:
    view = seen(qtbot)
    view.show_pictures(np.full((16, 16, 1), 255, np.uint8), np.zeros((4, 4, 1), np.uint8))
    view.compare("over", ("before", "now"))
    place = view.place()
    qtbot.mouseClick(view, LEFT, NOTHING, QPoint(round(place.left() + 0.25 * place.width()), 80))
    assert view.split == pytest.approx(0.25, abs=0.01)
    assert view.accessibleDescription().startswith("before: ")
    shot, middle = view.grab().toImage(), place.center().toPoint()
    assert shot.pixelColor(middle + QPoint(-60, 50)).red() == 0
    assert shot.pixelColor(middle + QPoint(0, 50)).red() == 255
    qtbot.mouseDClick(view, LEFT, NOTHING, QPoint(round(place.left() + 0.25 * place.width()), 80))
    assert view.split == 0.5
    view.compare("")
    assert not view.divided


def test_a_hand_that_was_given_comes_first_and_lets_go_where_nobody_sees_it(qtbot: QtBot) -> None:
    deeds: list[str] = []

    class Spy(Hand):
        def press(self, event: QMouseEvent) -> bool:
            deeds.append("press")
            return event.button() == LEFT

        def drag(self, event: QMouseEvent) -> None:
            deeds.append("drag")

        def release(self) -> None:
            deeds.append("release")

    view = seen(qtbot, Spy())
    pixels: list[tuple[int, int]] = []
    view.hovered.connect(lambda x, y: pixels.append((x, y)))
    qtbot.mouseMove(view, (view.place().topLeft() + QPointF(10, 1)).toPoint())
    qtbot.mouseMove(view, QPoint(1, 1))
    assert pixels == [(1, 0), (-1, -1)]
    qtbot.mousePress(view, LEFT)
    qtbot.mouseMove(view, QPoint(20, 20))
    view.hide()
    qtbot.mouseRelease(view, LEFT)
    assert deeds == ["press", "drag", "release"]


def test_a_mistake_in_a_handler_is_told_once_and_harms_nothing(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: told.append(kind))

    class Broken(QWidget):
        def mousePressEvent(self, event: QMouseEvent) -> None:
            int("raised in C: PySide 6.11 crashes where it gets this")

        def paintEvent(self, event: QPaintEvent) -> None:
            painter = QPainter(self)
            painter.drawLine(0, 0, 9, 9)
            raise KeyError(event)

    view = Broken()
    qtbot.addWidget(view)
    view.show()
    for _ in range(30):
        qtbot.mouseClick(view, LEFT)
        view.grab()
    assert sorted(told, key=str) == [KeyError, ValueError]
