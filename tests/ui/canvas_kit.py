"""A canvas on the screen for tests, and hands of every kind: places are in pixels of the label map."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QInputDevice, QMouseEvent, QPointingDevice, QTabletEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.core.dataspec import MapClass
from ganstudio.ui.paint.canvas_view import CanvasView

SIZE = 64
LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NAMES = ("sky", "sea", "grass", "rock", "snow", "a road with a very long name indeed")
COLOURS = ((140, 190, 230), (30, 80, 160), (80, 150, 60), (120, 110, 100), (240, 240, 250), (60, 60, 60))

_DEVICES: list[QPointingDevice] = []  # an event does not keep its device alive


def document(count: int = 6, size: int = SIZE) -> CanvasDocument:
    """Sky above the sea, among so many classes."""
    classes = [
        MapClass(NAMES[number], COLOURS[number])
        if number < len(NAMES)
        else MapClass(f"thing {number}", (number, 255 - number, 7))
        for number in range(count)
    ]
    ids = np.zeros((size, size), np.uint8)
    ids[size // 2 :] = 1
    return CanvasDocument("canvas", classes, ids)


def paint_view(hosted: Callable[..., None]) -> CanvasView:
    """The canvas of :func:`document` at six times its size; grass and a brush of four pixels are in the hand."""
    view = CanvasView()
    view.set_document(document())
    view.options.set_size(4)
    view.choose_class(2)
    hosted(view, 6 * SIZE + 16, 6 * SIZE + 16)
    view.setFocus()
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))  # the window came up under the mouse
    assert view.zoom == 6
    return view


def ids(view: CanvasView) -> NDArray[np.uint8]:
    """A copy of what is painted."""
    assert view.document is not None
    return view.document.ids.copy()


def steps(view: CanvasView) -> int:
    """How many steps can be taken back; they are, and done again."""
    assert view.document is not None
    history, count = view.document.history, 0
    while history.undo():
        count += 1
    for _ in range(count):
        history.redo()
    return count


def class_colour(view: CanvasView, number: int) -> QColor:
    """The colour that a class is drawn in."""
    return QColor(*view.classes[number].colour)


def there(view: CanvasView, x: float, y: float) -> QPoint:
    """A place of the map on the widget."""
    return view.viewport.to_widget(QPointF(x, y)).toPoint()


def on_canvas(view: CanvasView, x: float, y: float) -> tuple[float, float]:
    """A place of the widget on the map."""
    place = view.viewport.to_canvas(QPointF(x, y))
    return place.x(), place.y()


def move(
    view: CanvasView,
    x: float,
    y: float,
    button: Qt.MouseButton = Qt.MouseButton.NoButton,
    keys: Qt.KeyboardModifier = NONE,
) -> None:
    """Moves the mouse, with a button held or with none."""
    at = QPointF(there(view, x, y))
    where = QPointF(view.mapToGlobal(at.toPoint()))
    QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, at, where, Qt.MouseButton.NoButton, button, keys))


def click(
    view: CanvasView, x: float, y: float, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE
) -> None:
    """Presses a button and lets it go."""
    QTest.mouseClick(view, button, keys, there(view, x, y))


def drag(
    view: CanvasView,
    start: tuple[float, float],
    end: tuple[float, float],
    keys: Qt.KeyboardModifier = NONE,
    release: bool = True,
) -> None:
    """Drags with the left button, over the middle between the two."""
    QTest.mousePress(view, LEFT, keys, there(view, *start))
    move(view, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2, LEFT, keys)
    move(view, *end, LEFT, keys)
    if release:
        QTest.mouseRelease(view, LEFT, keys, there(view, *end))


def wheel(view: QWidget, notches: float, keys: Qt.KeyboardModifier = NONE, at: QPoint | None = None) -> None:
    """Turns the wheel, by default over the middle of the widget."""
    place = QPointF(at if at is not None else view.rect().center())
    where = QPointF(view.mapToGlobal(place.toPoint()))
    turned = QPoint(0, round(120 * notches))
    QApplication.sendEvent(
        view,
        QWheelEvent(place, where, QPoint(), turned, Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False),
    )


def pen(view: CanvasView, kind: QEvent.Type, x: float, y: float, pressure: float, eraser: bool = False) -> None:
    """An event of a pen that feels how hard it is pressed."""
    end = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
    able = QInputDevice.Capability.Pressure | QInputDevice.Capability.Position
    device = next((one for one in _DEVICES if one.pointerType() == end), None)
    if device is None:
        device = QPointingDevice("pen", len(_DEVICES) + 1, QInputDevice.DeviceType.Stylus, end, able, 1, 2)
        _DEVICES.append(device)
    at = view.viewport.to_widget(QPointF(x, y))
    where = QPointF(view.mapToGlobal(at.toPoint()))
    down = kind != QEvent.Type.TabletMove
    held = Qt.MouseButton.NoButton if kind == QEvent.Type.TabletRelease else LEFT
    button = LEFT if down else Qt.MouseButton.NoButton
    QApplication.sendEvent(view, QTabletEvent(kind, device, at, where, pressure, 0, 0, 0, 0, 0, NONE, button, held))
