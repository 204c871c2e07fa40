"""What is mended in Qt's own classes. Names from elsewhere are shown as they are; Qt never takes them for HTML, which
could name a file to be opened. And a picture that cannot be drawn is told of once."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, QPainter, QPaintEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QListWidgetItem, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.experiment import Experiment
from ganstudio.ui.kit.parts import ElidedLabel, label
from tests.ui.window_kit import RING, opened, train

NAME = "<img src='/tmp/somebodys.png'> and the rest of a name that is too long for its place"


def test_a_name_with_a_tag_stays_a_name(qtbot: QtBot) -> None:
    widget, box, action, item = QWidget(), QMessageBox(), QAction(), QListWidgetItem()
    for one in (widget, box):
        qtbot.addWidget(one)
    told = QMessageBox(QMessageBox.Icon.Warning, "Save picture", NAME, parent=widget)
    box.setText(NAME)
    box.setInformativeText(NAME)
    for one in (widget, action, item):
        one.setToolTip(NAME)
    shown = [told.text(), box.text(), box.informativeText(), widget.toolTip(), action.toolTip(), item.toolTip()]
    assert all("<img" not in text and "&lt;img" in text for text in shown)
    widget.show()
    QToolTip.showText(QPoint(5, 5), NAME, widget)
    tips = [one.text() for one in QApplication.allWidgets() if isinstance(one, QLabel) and one.isWindow()]
    QToolTip.hideText()
    assert any("&lt;img" in text for text in tips)
    assert not any("<img" in text for text in tips)
    elided = ElidedLabel(NAME)
    qtbot.addWidget(elided)
    elided.resize(60, 20)
    elided.grab()
    assert "&lt;img" in elided.toolTip()
    elided.setText("short")
    elided.grab()
    assert not elided.toolTip()
    assert label(NAME).textFormat() == Qt.TextFormat.PlainText


def test_what_is_said_at_the_end_is_text_too(qtbot: QtBot) -> None:
    """The window names the runs that were not stored in a box that Qt makes itself."""
    shown: list[str] = []

    def look() -> None:
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox) and box.isVisible():
                shown.append(box.text())
                box.reject()

    QTimer.singleShot(50, look)
    QMessageBox.critical(None, "Close", NAME)
    assert len(shown) == 1
    assert "<img" not in shown[0]


def test_a_run_with_a_tag_in_its_name(qtbot: QtBot, tmp_path: Path) -> None:
    with opened(qtbot) as window:
        train(qtbot, window, Experiment(RING.method, RING.data, RING.hyper, steps=5, name=NAME))
        for workspace in ("runs", "train"):
            window.show_workspace(workspace)
            qtbot.wait(100)
            for widget in window.findChildren(QWidget):
                assert "<img" not in widget.toolTip(), widget
                if isinstance(widget, QLabel) and "<img" in widget.text():
                    assert widget.textFormat() == Qt.TextFormat.PlainText, widget


class _Drawn:
    """Draws for the widget that it is mixed into; fails before its painter is closed."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)  # type: ignore[call-overload]
        painter.drawLine(0, 0, 1 // self.whole, 9)  # type: ignore[attr-defined]


class _Button(_Drawn, QAbstractButton):
    whole = 0


def test_a_picture_that_cannot_be_drawn_is_told_of_once(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button, other, told = _Button(window), QLabel("beside it", window), []
    other.move(0, 40)
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: (told.append(kind), window.update()))
    for _time in range(3):
        picture = window.grab().toImage()
    assert told == [ZeroDivisionError]
    pixels = {picture.pixelColor(x, y).name() for x in range(other.width()) for y in range(40, 40 + other.height())}
    assert len(pixels) > 1, "what stands beside it is drawn"
    button.whole = 1
    window.grab()
    assert told == [ZeroDivisionError], "nothing keeps it from being drawn later"
