"""Random hands on every picture: nothing raises, nothing is logged."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import random
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from ganstudio.core.events import Scene
from ganstudio.ui.experiment.drawing import DrawingCanvas
from ganstudio.ui.kit.style import set_theme
from ganstudio.ui.pictures.timeline import Timeline
from ganstudio.ui.pictures.wall import ImageWall
from ganstudio.ui.plots.scene import SceneView

KEYS = [
    *(Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End),
    *(Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Escape, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
    *(Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_0, Qt.Key.Key_E, Qt.Key.Key_Z, Qt.Key.Key_BracketLeft),
    *(0x4E2D, 0x1F600, 0),  # no names in Qt: 中, an emoji, a dead key
]
RNG = np.random.default_rng(3)


def a_wall(host: QWidget) -> tuple[QWidget, Callable[[], object]]:
    wall = ImageWall(host)

    def renew() -> None:
        count, size = int(RNG.integers(1, 40)), int(RNG.integers(1, 40))
        items = RNG.integers(0, 256, (count, size, size, random.choice([1, 3])), dtype=np.uint8)
        random.choice([wall.set_samples, wall.set_real])(items, RNG.random(count).astype(np.float32))
        wall.set_mode(random.choice(["fake", "real", "both"]))  # type: ignore[arg-type]
        wall.set_sorted(random.random() < 0.5)

    return wall, renew


def a_timeline(host: QWidget) -> tuple[QWidget, Callable[[], object]]:
    timeline = Timeline(host)

    def renew() -> None:
        steps = sorted({int(step) for step in RNG.integers(0, 5000, int(RNG.integers(0, 300)))})
        timeline.set_steps(steps)
        timeline.set_checkpoints(steps[::5])
        timeline.set_live_step(random.choice([None, 6000]))

    return timeline, renew


def a_scene(host: QWidget) -> tuple[QWidget, Callable[[], object]]:
    view = SceneView(host)

    def renew() -> None:
        view.set_spec(float(RNG.random() * 5), [(0.1, 0.2)] * int(RNG.integers(0, 4)), 0.1)
        view.set_fakes((RNG.normal(size=(int(RNG.integers(0, 50)), 2)) * 10).astype(np.float32))
        heat = RNG.normal(size=(int(RNG.integers(1, 9)), int(RNG.integers(1, 9)))).astype(np.float32)
        grid = RNG.normal(size=(5, 5, 2)).astype(np.float32)
        arrows = RNG.normal(size=(int(RNG.integers(0, 9)), 4)).astype(np.float32)
        view.set_scene(Scene(1, (-1.0, -1.0, 1.0, 1.0), heat, random.random() < 0.5, grid, arrows))
        view.set_mode_hits([True, False])

    return view, renew


def a_canvas(host: QWidget) -> tuple[QWidget, Callable[[], object]]:
    canvas = DrawingCanvas(host)
    return canvas, lambda: canvas.set_brush(mirror_x=random.random() < 0.5, strength=random.random())


@pytest.mark.qt_log_ignore("This plugin does not support")  # what offscreen says to menus
@pytest.mark.parametrize("make", [a_wall, a_timeline, a_scene, a_canvas])
def test_random_hands(make: Callable[[QWidget], tuple[QWidget, Callable[[], object]]], qtbot: QtBot) -> None:
    random.seed(11)
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(640, 640)
    widget, renew = make(host)
    widget.resize(500, 400)
    host.show()
    nothing, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    for _ in range(400):
        targets = [widget, *(child for child in widget.findChildren(QWidget) if child.isVisible())]
        target = random.choice([child for child in targets if not isinstance(child, QMenu)])
        at = QPointF(random.randrange(-5, target.width() + 5), random.randrange(-5, target.height() + 5))
        what = random.randrange(9)
        if what < 3:
            kind = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)[what]
            button = random.choice([left, Qt.MouseButton.RightButton])
            QApplication.sendEvent(target, QMouseEvent(kind, at, target.mapToGlobal(at), button, button, nothing))
        elif what < 5:
            modifiers = random.choice([nothing, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier])
            QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, random.choice(KEYS), modifiers))
        elif what == 5:
            roll = QPoint(0, random.choice([-120, 120, 3000]))
            still = Qt.MouseButton.NoButton
            phase = Qt.ScrollPhase.NoScrollPhase
            QApplication.sendEvent(target, QWheelEvent(at, at, QPoint(), roll, still, nothing, phase, False))
        elif what == 6:
            widget.resize(random.randrange(60, 640), random.randrange(40, 640))
        elif what == 7:
            renew()
        else:
            set_theme(random.choice(["light", "dark"]))  # type: ignore[arg-type]
            reason = random.choice([QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse])
            spot = at.toPoint()
            QApplication.sendEvent(target, QContextMenuEvent(reason, spot, target.mapToGlobal(spot)))
            for menu in widget.findChildren(QMenu):
                menu.close()
        widget.grab()
    if isinstance(widget, Timeline):
        widget.stop_film()
    host.close()
