"""A grid of small pictures that arrive one after the other, with names on its sides, marks, and a cell one can choose."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.core.images import make_grid
from ganstudio.ui.kit.painted import device_pixels, to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.pictures.wall_layout import SMOOTH_FROM, WallLayout, fit, fit_zoom

GAP = 2
EDGE = 8
BADGE = 16
MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class Sides(NamedTuple):
    """Words on the sides of a grid: one for each column and row, and what they are."""

    columns: Sequence[str] = ()
    rows: Sequence[str] = ()
    across: str = ""
    down: str = ""


class PictureGrid(QWidget):
    """Pictures in a grid as large as the room allows; empty places are shown until their pictures come.

    Args:
        name: what is shown here: the accessible name.
        hint: what a click does, for the tooltip.

    Signals:
        clicked: a picture was clicked, or chosen with Enter or Space; carries its place.
        menu_requested: a context menu is wanted for a place (−1: for the grid) at a global point.
        current_changed: the cell that has the keyboard.
    """

    clicked = Signal(int)
    menu_requested = Signal(int, QPoint)
    current_changed = Signal(int)

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[NDArray[np.uint8] | None] = []
        self._images: list[QImage] = []
        self._columns = 0
        self._sides = Sides()
        self._names: Sequence[str] = ()
        self._marks: dict[int, bool] = {}
        self._captions = False
        self._current, self._pressed = 0, -1
        self._hint = hint
        self.chosen = -1
        self.setAccessibleName(name)
        self.setToolTip(hint)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints every pixel itself
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 96)
        theme_hub.changed.connect(self.update)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def prepare(self, count: int, columns: int = 0, sides: Sides | None = None) -> None:
        """Makes room for so many pictures; those shown stay until others come.

        Args:
            count: places.
            columns: in each row; 0: what makes the pictures largest.
            sides: words on the sides.
        """
        del self._items[count:], self._images[count:]
        missing = count - len(self._items)
        self._items += [None] * missing
        self._images += [QImage() for _place in range(missing)]
        self._columns, self._sides = columns, sides or Sides()
        self._current = min(self._current, max(0, count - 1))
        self.chosen = self.chosen if self.chosen < count else -1
        self._marks = {place: mark for place, mark in self._marks.items() if place < count}
        self.update()

    def clear(self) -> None:
        """Forgets every picture."""
        self.prepare(0)

    def put(self, first: int, items: NDArray[np.uint8]) -> None:
        """Shows pictures uint8 ``(N, H, W, C)`` from a place on; those without a place are passed over."""
        for offset, item in enumerate(items):
            place = first + offset
            if place < len(self._items):
                self._items[place], self._images[place] = item, to_image(item)
        self.update()

    def set_names(self, names: Sequence[str], captions: bool = False) -> None:
        """What the pictures are called, in tooltips and (``captions``) below them."""
        self._names, self._captions = names, captions
        self.update()

    def set_marks(self, marks: dict[int, bool]) -> None:
        """Badges in the corner of some pictures: a plus where True, a minus where False."""
        self._marks = dict(marks)
        self.update()

    def choose(self, place: int) -> None:
        """Puts a frame around one picture; −1: around none."""
        self.chosen = place
        self.update()

    @property
    def count(self) -> int:
        """Places."""
        return len(self._items)

    @property
    def current(self) -> int:
        """The cell that has the keyboard."""
        return self._current

    def item(self, place: int) -> NDArray[np.uint8] | None:
        """The picture at a place, uint8 ``(H, W, C)``."""
        return self._items[place] if 0 <= place < len(self._items) else None

    def picture(self) -> NDArray[np.uint8] | None:
        """All pictures as one, in rows as they are shown; None while one is missing or is still another generator's."""
        shown = [item for item in self._items if item is not None]
        if len(shown) < len(self._items) or len({item.shape for item in shown}) != 1:
            return None
        return make_grid(np.stack(shown), self._layout(1.0).columns)

    # -- where ------------------------------------------------------------------------------------------------------

    def _margins(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in logical pixels."""
        metrics = self.fontMetrics()
        left = max((metrics.horizontalAdvance(word) for word in self._sides.rows), default=0)
        left = min(left, self.width() // 4) + 8 if left else 0
        left += metrics.height() + 4 if self._sides.down else 0
        top = metrics.height() + 4 if self._sides.columns else 0
        top += metrics.height() + 4 if self._sides.across else 0
        return EDGE + left, EDGE + top, EDGE, EDGE

    def _layout(self, ratio: float) -> WallLayout:
        left, top, right, bottom = (round(margin * ratio) for margin in self._margins())
        area = (max(1, int(self.width() * ratio) - left - right), max(1, int(self.height() * ratio) - top - bottom))
        size = next(((image.width(), image.height()) for image in self._images if not image.isNull()), (32, 32))
        extra = math.ceil((self.fontMetrics().height() + 2) * ratio) if self._captions else 0
        count, gap = max(1, len(self._items)), round(GAP * ratio)
        if not self._columns and not extra:
            return fit(count, size, area, gap=gap, origin=(left, top))
        columns = self._columns or _columns_with_captions(count, size, area, gap, extra)
        rows = math.ceil(count / columns)
        zoom = fit_zoom(count, size, (area[0], area[1] - rows * extra), gap, columns)
        whole = float(math.floor(zoom))
        # Whole zooms are exact; where one would leave more than a fifth of the room empty, pictures are smoothed.
        zoom = whole if whole >= 1 and whole * 1.25 >= zoom else max(zoom, 1 / size[0])
        width, height = max(1, int(size[0] * zoom)), max(1, int(size[1] * zoom)) + extra
        made = WallLayout(count, columns, zoom, width, height, gap, left, top)
        spare, below = max(0, (area[0] - made.width) // 2), max(0, (area[1] - made.height) // 2)
        return WallLayout(count, columns, zoom, width, height, gap, left + spare, top + below)

    def place_at(self, point: QPoint) -> int:
        """The place under a point of the widget; −1 where there is none."""
        if not self._items:
            return -1
        ratio = self.devicePixelRatioF()
        found = self._layout(ratio).place_at(point.x() * ratio, point.y() * ratio)
        return -1 if found is None else found

    def cell(self, place: int) -> QRect:
        """Where a place is, in logical pixels."""
        ratio = self.devicePixelRatioF()
        x, y, width, height = self._layout(ratio).cell(place)
        return QRect(int(x / ratio), int(y / ratio), math.ceil(width / ratio), math.ceil(height / ratio))

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, pictures, words, marks, and the frame of the cell that has the keyboard."""
        theme, ratio = current_theme(), self.devicePixelRatioF()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.picture_grey))
        if self._items:
            layout = self._layout(ratio)
            painter.save()
            device_pixels(painter, ratio)
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, layout.zoom < 1 or layout.zoom > SMOOTH_FROM
            )
            extra = math.ceil((self.fontMetrics().height() + 2) * ratio) if self._captions else 0
            waiting = QColor(theme.text)
            waiting.setAlphaF(0.06)
            for place, image in enumerate(self._images):
                x, y, width, height = layout.cell(place)
                if image.isNull():
                    painter.fillRect(x, y, width, height - extra, waiting)
                else:
                    painter.drawImage(QRect(x, y, width, height - extra), image)
            painter.restore()
            self._paint_words(painter, layout, ratio)
            self._paint_frames(painter)
        painter.end()

    def _paint_words(self, painter: QPainter, layout: WallLayout, ratio: float) -> None:
        metrics, middle = self.fontMetrics(), Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(current_theme().text))
        line = metrics.height() + 4
        cells = [self.cell(place) for place in range(layout.columns)]
        top = cells[0].top() if cells else 0
        every = self._every(cells)
        for cell, word in list(zip(cells, self._sides.columns, strict=False))[::every]:
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, cell.width() * every)
            wider = cell.width() * (every - 1) // 2
            painter.drawText(
                QRect(cell.left(), top - line, cell.width(), line).adjusted(-wider, 0, wider, 0), middle, shown
            )
        if self._sides.across and cells:
            span = QRect(cells[0].left(), top - 2 * line, max(cells[-1].right() - cells[0].left(), 80), line)
            left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(span, left, self._axis_words(self._sides.across, span.width()))
        for row, word in enumerate(self._sides.rows):
            cell = self.cell(min(row * layout.columns, layout.count - 1))
            room = self._margins()[0] - EDGE - (line if self._sides.down else 0) - 2
            shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, room)
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(cell.left() - room - 6, cell.top(), room, cell.height()), right, shown)
        if self._sides.down:
            painter.save()
            painter.translate(cells[0].left() - self._margins()[0] + EDGE, top)
            painter.rotate(90)
            long = max(80, int(layout.height / ratio))
            words = self._axis_words(self._sides.down, long)
            painter.drawText(QRect(0, -line, long, line), Qt.AlignmentFlag.AlignLeft, words)
            painter.restore()
        if self._captions:
            for place, word in enumerate(self._names[: len(self._items)]):
                cell = self.cell(place)
                shown = metrics.elidedText(word, Qt.TextElideMode.ElideRight, cell.width())
                below = QRect(cell.left(), cell.bottom() - metrics.height(), cell.width(), metrics.height())
                painter.drawText(below, middle, shown)

    def _every(self, cells: Sequence[QRect]) -> int:
        """Of numbers above columns each is written, or each second or third where there is no room; names are elided."""
        words = self._sides.columns
        if not cells or not words or not all(word.lstrip("−").replace(".", "").isdigit() for word in words):
            return 1
        widest = max(self.fontMetrics().horizontalAdvance(word) for word in words)
        return max(1, math.ceil((widest + 4) / max(1, cells[0].width() + GAP)))

    def _axis_words(self, name: str, room: int) -> str:
        arrow = " →"
        metrics = self.fontMetrics()
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - metrics.horizontalAdvance(arrow)) + arrow

    def _paint_frames(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, liked in self._marks.items():
            cell = self.cell(place)
            side = min(BADGE, cell.width() // 2, cell.height() // 2)
            badge = QRectF(cell.right() - side, cell.top() + 1, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.real if liked else theme.warning))
            painter.drawEllipse(badge)
            painter.setPen(QPen(QColor("#000000" if theme.dark else "#ffffff"), max(1.0, side / 8)))
            arm, middle = side * 0.28, badge.center()
            painter.drawLine(middle - QPointF(arm, 0), middle + QPointF(arm, 0))
            if liked:
                painter.drawLine(middle - QPointF(0, arm), middle + QPointF(0, arm))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        if 0 <= self.chosen < len(self._items):
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRect(self.cell(self.chosen).adjusted(0, 0, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.drawRect(self.cell(self._current).adjusted(-1, -1, 1, 1))

    # -- hands ------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Names the picture under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(event.pos())
            words = [self._names[place]] if 0 <= place < len(self._names) else []
            QToolTip.showText(event.globalPos(), "\n".join([*words, self._hint] if self._hint else words), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        over = self.place_at(event.position().toPoint()) >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remembers where a click began."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.place_at(event.position().toPoint()) if left else -1

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Chooses what was clicked."""
        pressed, self._pressed = self._pressed, -1
        if pressed >= 0 and pressed == self.place_at(event.position().toPoint()):
            self._go_to(pressed)
            self.clicked.emit(pressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move between pictures, Enter and Space choose."""
        key = Qt.Key(event.key())
        if not self._items or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
        elif key in MOVES:
            columns, (across, down) = self._layout(1.0).columns, MOVES[key]
            wanted = self._current + across + down * columns
            if 0 <= wanted < len(self._items):
                self._go_to(wanted)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to(0 if key == Qt.Key.Key_Home else len(self._items) - 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._current)
        else:
            super().keyPressEvent(event)

    def _go_to(self, place: int) -> None:
        if place != self._current:
            self._current = place
            self.current_changed.emit(place)
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for a menu."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self._current if keyboard else self.place_at(event.pos())
        point = self.mapToGlobal(self.cell(place).center()) if keyboard and self._items else event.globalPos()
        self.menu_requested.emit(place, point)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows which cell has the keyboard."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()

    def sizeHint(self) -> QSize:
        """Room for a wall of small pictures."""
        return QSize(360, 240)


def _columns_with_captions(count: int, size: tuple[int, int], area: tuple[int, int], gap: int, extra: int) -> int:
    def zoom(columns: int) -> tuple[float, int]:
        rows = math.ceil(count / columns)
        raw = fit_zoom(count, size, (area[0], area[1] - rows * extra), gap, columns)
        return (float(math.floor(raw)) if raw >= 1 else raw), -rows

    return max(range(1, count + 1), key=zoom)
