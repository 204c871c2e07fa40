"""Pictures in cells: where they go (arithmetic in device pixels), how they are painted, and the hands on them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QRegion,
)
from PySide6.QtWidgets import QToolTip, QWidget

from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.painted import device_pixels
from ganstudio.ui.kit.theme import theme_hub

SMOOTH_FROM = 4.0
APART = 5
"""Pictures that belong together are so many gaps more apart from the next ones."""


@dataclass(frozen=True, slots=True)
class CellLayout:
    """A grid of equal cells; all lengths in device pixels.

    Attributes:
        count: cells.
        columns: cells per row.
        zoom: device pixels per picture pixel.
        cell_width: width of a cell.
        cell_height: height of a cell, with what is written below its picture.
        gap: between cells.
        left: of the first cell.
        top: of the first cell.
        group: so many cells belong together and stand a little apart from the next.
    """

    count: int
    columns: int
    zoom: float
    cell_width: int
    cell_height: int
    gap: int
    left: int = 0
    top: int = 0
    group: int = 1

    @property
    def _apart(self) -> int:
        return extra_gap(self.gap, self.group)

    @property
    def width(self) -> int:
        """Of the whole grid."""
        groups = math.ceil(self.columns / self.group)
        return self.columns * (self.cell_width + self.gap) - self.gap + (groups - 1) * self._apart

    @property
    def height(self) -> int:
        """Of the whole grid."""
        return math.ceil(self.count / self.columns) * (self.cell_height + self.gap) - self.gap

    def cell(self, place: int) -> QRect:
        """Where a cell is."""
        row, column = divmod(place, self.columns)
        left = self.left + column * (self.cell_width + self.gap) + column // self.group * self._apart
        return QRect(left, self.top + row * (self.cell_height + self.gap), self.cell_width, self.cell_height)

    def place_at(self, x: float, y: float) -> int | None:
        """The cell under a point; the gap belongs to the cell before it. None outside."""
        pitch = self.group * (self.cell_width + self.gap) + self._apart
        groups, rest = divmod(x - self.left, pitch)
        column = int(groups) * self.group + min(int(rest // (self.cell_width + self.gap)), self.group - 1)
        row = math.floor((y - self.top) / (self.cell_height + self.gap))
        place = row * self.columns + column
        return place if 0 <= column < self.columns and row >= 0 and place < self.count else None


def extra_gap(gap: int, group: int) -> int:
    """What is added to the gap between one group of cells and the next; 0 where each cell stands for itself."""
    return APART * gap if group > 1 else 0


def fit_zoom(
    count: int, size: tuple[int, int], area: tuple[int, int], gap: int, columns: int, group: int = 1, below: int = 0
) -> float:
    """The greatest zoom at which a grid of so many columns fits (may be a fraction, or below 0 where nothing fits)."""
    rows = math.ceil(count / columns)
    apart = (math.ceil(columns / group) - 1) * extra_gap(gap, group)
    return min(
        (area[0] - (columns - 1) * gap - apart) / (columns * size[0]),
        (area[1] - (rows - 1) * gap - rows * below) / (rows * size[1]),
    )


def fit(
    count: int,
    size: tuple[int, int],
    area: tuple[int, int],
    *,
    gap: int = 1,
    zoom: float | None = None,
    origin: tuple[int, int] = (0, 0),
    group: int = 1,
    columns: int = 0,
    below: int = 0,
    fill: bool = False,
) -> CellLayout:
    """Chooses columns and zoom so that the pictures are as large as the area allows, and centres them.

    Whole zooms only (a pixel of the picture is then a square of device pixels), but for grids that would not fit at
    1×. Among the column counts with the same zoom the fullest last row wins, then the shape closest to the area's.

    Args:
        count: pictures, ≥ 1.
        size: width and height of a picture in its own pixels.
        area: width and height of the room in device pixels.
        gap: between pictures.
        zoom: at most this zoom (two walls side by side share theirs).
        origin: left and top of the room.
        group: so many cells belong together and stay in one row.
        columns: cells per row; 0: what makes the pictures largest.
        below: height of what is written below each picture.
        fill: takes a fraction where a whole zoom would leave more than a fifth of the room empty.
    """
    shape = max(area[0], 1) / max(area[1], 1)

    def settle(raw: float) -> float:
        raw = raw if zoom is None else min(raw, zoom)
        whole = float(math.floor(raw))
        return raw if raw < 1 or (fill and whole * 1.25 < raw) else whole

    def zoom_of(many: int) -> float:
        return settle(fit_zoom(count, size, area, gap, many, group, below))

    def merit(many: int) -> tuple[float, int, float]:
        rows = math.ceil(count / many)
        return zoom_of(many), -(rows * many - count), -abs(math.log(many * size[0] / (rows * size[1]) / shape))

    columns = columns or max(range(group, max(count, group) + 1, group), key=merit)
    chosen = zoom_of(columns)
    cell = max(1, int(size[0] * chosen)), max(1, int(size[1] * chosen)) + below
    made = CellLayout(count, columns, chosen, *cell, gap, group=group)
    left = origin[0] + max(0, (area[0] - made.width) // 2)
    return replace(made, left=left, top=origin[1] + max(0, (area[1] - made.height) // 2))


def draw_cells(
    painter: QPainter, ratio: float, smooth: bool, clip: QRect, cells: Iterable[tuple[QRect, QImage, QRect]]
) -> None:
    """Draws pictures, pixel-exact where their zoom is whole.

    Args:
        painter: in logical pixels.
        ratio: device pixels per logical pixel.
        smooth: interpolates.
        clip: what has to be painted, in logical pixels.
        cells: where each goes (device pixels), and the part of the picture that is drawn there.
    """
    left, top = math.floor(clip.left() * ratio) - 1, math.floor(clip.top() * ratio) - 1
    seen = QRegion(left, top, math.ceil(clip.width() * ratio) + 3, math.ceil(clip.height() * ratio) + 3)
    painter.save()
    device_pixels(painter, ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    for cell, image, part in cells:
        if seen.intersects(cell):
            painter.drawImage(cell, image, part)
    painter.restore()


class Cells(QWidget):
    """The hands on pictures in cells: hover names, a click or Enter does something, a right click offers a menu.

    A *place* is what a subclass likes to call a cell by; it says where places are and what is done with them. The
    arrow keys, Home and End move the keyboard from one to the next: the whole is one stop of the Tab key.

    Args:
        name: what is shown here: the accessible name.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: Any = None
        self._hover: Any = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme_hub.changed.connect(self.update)

    # -- for subclasses ---------------------------------------------------------------------------------------------

    def place_at(self, point: QPoint) -> Any:
        """The place under a point of the widget; None where there is none."""
        raise NotImplementedError

    def keyboard_place(self) -> Any:
        """The place that has the keyboard; None while there is none."""
        raise NotImplementedError

    def cell(self, place: Any) -> QRect:
        """Where a place is, in logical pixels."""
        raise NotImplementedError

    def tip_of(self, place: Any) -> str:
        """What is said of a place, or of none."""
        raise NotImplementedError

    def go(self, columns: int, rows: int) -> None:
        """Moves the keyboard so many cells to the right and down."""
        raise NotImplementedError

    def go_to_end(self, last: bool) -> None:
        """Moves the keyboard to the last cell, or to the first."""
        raise NotImplementedError

    def take(self, place: Any) -> None:
        """A cell was clicked or entered."""
        raise NotImplementedError

    def offer(self, place: Any, point: QPoint) -> None:
        """A menu is wanted for a cell, or for none, at a global point."""
        raise NotImplementedError

    def hovered(self) -> None:
        """The mouse is over another cell, or over none."""

    # -- hands ------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Names the cell under the mouse; nothing is pointed to where there is no mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            where = QRect() if place is None else self.cell(place)
            QToolTip.showText(event.globalPos(), self.tip_of(place), self, where)
            return True
        if event.type() == QEvent.Type.Leave:
            self._point_to(None)
        return super().event(event)

    def _point_to(self, place: Any) -> None:
        if place != self._hover:
            self._hover = place
            self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)
            self.hovered()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        self._point_to(self.place_at(event.position().toPoint()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers where a click began."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.place_at(event.position().toPoint()) if left else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Takes what was clicked."""
        pressed, self._pressed = self._pressed, None
        if pressed is not None and pressed == self.place_at(event.position().toPoint()):
            self.take(pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys, Home and End move between pictures; Enter and Space take one."""
        key, here = event.key(), self.keyboard_place()
        if here is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in ARROWS:
            self.go(*ARROWS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to_end(key == Qt.Key.Key_End)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.take(here)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for a menu: of the cell under the mouse, or of the one that has the keyboard."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self.keyboard_place() if keyboard else self.place_at(event.pos())
        middle = keyboard and place is not None
        self.offer(place, self.mapToGlobal(self.cell(place).center()) if middle else event.globalPos())


def ring(painter: QPainter, cell: QRect, tone: str, grow: int, width: int = 2) -> None:
    """A frame around a cell, or within it where ``grow`` is below 0."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(tone), width))
    painter.drawRect(cell.adjusted(-grow, -grow, grow, grow))
