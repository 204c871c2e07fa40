"""Small pictures that arrive one after the other: in a grid, with names on its sides, or in a strip."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.images import make_grid
from ganstudio.ui.kit.painted import colour, to_image, write_line
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.pictures.cells import SMOOTH_FROM, CellLayout, Cells, draw_cells, fit, ring

GAP, EDGE, BADGE, STRIP_GAP = 2, 8, 16, 6
EXPAND, MIDDLE = QSizePolicy.Policy.Expanding, Qt.AlignmentFlag.AlignVCenter
WAITING = QImage.Format.Format_ARGB32
SMOOTH = Qt.TransformationMode.SmoothTransformation


class Sides(NamedTuple):
    """Words on the sides of a grid: one for each column and row, and what they are."""

    columns: Sequence[str] = ()
    rows: Sequence[str] = ()
    across: str = ""
    down: str = ""


class PictureGrid(Cells):
    """Pictures in a grid as large as the room allows; empty places are shown until their pictures come.

    Args:
        name: what is shown here: the accessible name.
        hint: what a click does, for the tooltip.

    Attributes:
        current: the place that has the keyboard.
        chosen: the place with a frame around it; −1 for none.

    Signals:
        clicked: a picture was clicked, or taken with Enter or Space; carries its place.
        menu_requested: a context menu is wanted for a place at a global point.
    """

    clicked = Signal(int)
    menu_requested = Signal(int, QPoint)

    def __init__(self, name: str, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._items: list[NDArray[np.uint8] | None] = []
        self._images: list[QImage] = []
        self._columns = 0
        self._sides = Sides()
        self._names: Sequence[str] = ()
        self._marks: Mapping[int, bool] = {}
        self._captions = False
        self._hint = hint
        self._made: tuple[object, CellLayout] | None = None
        self.current, self.chosen = 0, -1
        self.setToolTip(hint)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints every pixel itself
        self.setSizePolicy(EXPAND, EXPAND)
        self.setMinimumSize(96, 96)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def prepare(self, count: int, columns: int = 0, sides: Sides | None = None) -> None:
        """Makes room for so many pictures; those shown stay until others come.

        Args:
            count: places.
            columns: in each row; 0: what makes the pictures largest.
            sides: words on the sides.
        """
        del self._items[count:], self._images[count:]
        missing = count - self.count
        self._items += [None] * missing
        self._images += [QImage()] * missing
        self._columns, self._sides = columns, sides or Sides()
        self.current = min(self.current, max(0, count - 1))
        self.chosen = self.chosen if self.chosen < count else -1
        self._marks = {place: mark for place, mark in self._marks.items() if place < count}
        self.update()

    def blank(self) -> None:
        """Empty places, until other pictures come."""
        self._items, self._images = [None] * self.count, [QImage()] * self.count
        self.update()

    def put(self, first: int, items: NDArray[np.uint8]) -> None:
        """Shows pictures uint8 ``(N, H, W, C)`` from a place on; those without a place are passed over."""
        for place, item in enumerate(items[: max(0, self.count - first)], first):
            self._items[place], self._images[place] = item, self._image_of(item)
        self.update()

    def _image_of(self, item: NDArray[np.uint8]) -> QImage:
        return to_image(item)

    def set_names(self, names: Sequence[str], captions: bool = False) -> None:
        """What the pictures are called, in tooltips and (``captions``) below them."""
        self._names, self._captions = names, captions
        self.update()

    def set_marks(self, marks: Mapping[int, bool]) -> None:
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

    def item(self, place: int) -> NDArray[np.uint8] | None:
        """The picture at a place, uint8 ``(H, W, C)``."""
        return self._items[place] if 0 <= place < self.count else None

    def picture(self) -> NDArray[np.uint8] | None:
        """All pictures as one, in rows as they are shown; None while one is missing or is still another generator's."""
        shown = [item for item in self._items if item is not None]
        if len(shown) < self.count or len({item.shape for item in shown}) != 1:
            return None
        return make_grid(np.stack(shown), self._layout().columns)

    def sizeHint(self) -> QSize:
        """Room for a wall of small pictures."""
        return QSize(360, 240)

    # -- where ------------------------------------------------------------------------------------------------------

    def _margins(self) -> tuple[int, int]:
        """Left and top in logical pixels, with the words there."""
        metrics = self.fontMetrics()
        line = metrics.height() + 4
        left = max((metrics.horizontalAdvance(word) for word in self._sides.rows), default=0)
        left = min(left, self.width() // 4) + 8 if left else 0
        down, columns, across = (bool(words) * line for words in (self._sides.down, *self._sides[0::2]))
        return EDGE + left + down, EDGE + columns + across

    def _below(self) -> int:
        """Height of a caption in device pixels."""
        return math.ceil((self.fontMetrics().height() + 2) * self.devicePixelRatioF()) if self._captions else 0

    def _layout(self) -> CellLayout:
        """Where the places are; arranged anew only where something has changed."""
        size = next(((image.width(), image.height()) for image in self._images if not image.isNull()), (32, 32))
        key = (self.width(), self.height(), self.devicePixelRatioF(), max(1, self.count), size, *self._key())
        if self._made is None or self._made[0] != key:
            self._made = key, self._arrange(max(1, self.count), size, self.devicePixelRatioF())
        return self._made[1]

    def _key(self) -> tuple[object, ...]:
        return self._columns, self._sides, self._captions, self.fontMetrics().height()

    def _arrange(self, count: int, size: tuple[int, int], ratio: float) -> CellLayout:
        left, top = (round(margin * ratio) for margin in self._margins())
        edge, below = round(EDGE * ratio), self._below()
        area = (max(1, int(self.width() * ratio) - left - edge), max(1, int(self.height() * ratio) - top - edge))
        fill = bool(self._columns or below)
        return fit(count, size, area, gap=round(GAP * ratio), origin=(left, top), columns=self._columns, below=below,
                   fill=fill)  # fmt: skip

    def _shown(self) -> range:
        """The places that are within sight."""
        return range(self.count)

    def place_at(self, point: QPoint) -> int | None:
        """The place under a point of the widget."""
        ratio = self.devicePixelRatioF()
        place = self._layout().place_at(point.x() * ratio, point.y() * ratio)
        return place if place in self._shown() else None

    def cell(self, place: int) -> QRect:
        """Where a place is, in logical pixels."""
        ratio, cell = self.devicePixelRatioF(), self._layout().cell(place)
        size = math.ceil(cell.width() / ratio), math.ceil(cell.height() / ratio)
        return QRect(int(cell.x() / ratio), int(cell.y() / ratio), *size)

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, pictures, words, marks, and the frame of the place that has the keyboard."""
        painter = QPainter(self)
        if self.testAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent):
            painter.fillRect(event.rect(), QColor(current_theme().picture_grey))
        self._paint_pictures(painter, event.rect())
        self._paint_words(painter)
        self._paint_marks(painter)
        self._paint_frames(painter)
        painter.end()

    def _paint_pictures(self, painter: QPainter, clip: QRect) -> None:
        layout, ratio, below, waiting = self._layout(), self.devicePixelRatioF(), self._below(), QImage(1, 1, WAITING)
        waiting.fill(colour(current_theme().text, 0.1))
        images = [(layout.cell(place).adjusted(0, 0, 0, -below), self._images[place]) for place in self._shown()]
        cells = [(cell, waiting if image.isNull() else image) for cell, image in images]
        draw_cells(painter, ratio, self._smooth(layout.zoom), clip, ((*cell, cell[1].rect()) for cell in cells))

    def _smooth(self, zoom: float) -> bool:
        return zoom < 1 or zoom > SMOOTH_FROM

    def _paint_words(self, painter: QPainter) -> None:
        if not self._items:
            return
        metrics, layout, sides = self.fontMetrics(), self._layout(), self._sides
        painter.setPen(QColor(current_theme().text))
        line, ratio, middle = metrics.height() + 4, self.devicePixelRatioF(), Qt.AlignmentFlag.AlignCenter
        first, last = self.cell(0), self.cell(layout.columns - 1)
        wide, top = first.width(), first.top()

        def write(box: QRect, flags: Qt.AlignmentFlag, words: str, room: int) -> None:
            painter.drawText(box, flags, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room))

        every = self._every(wide)
        for place in range(0, min(layout.columns, len(sides.columns)), every):
            more = wide * (every - 1) // 2
            box = QRect(self.cell(place).left(), top - line, wide, line).adjusted(-more, 0, more, 0)
            write(box, middle, sides.columns[place], wide * every)
        if sides.across:
            span = QRect(first.left(), top - 2 * line, max(last.right() - first.left(), 80), line)
            painter.drawText(span, Qt.AlignmentFlag.AlignLeft | MIDDLE, self._axis_words(sides.across, span.width()))
        room = self._margins()[0] - EDGE - (line if sides.down else 0) - 2
        for row, word in enumerate(sides.rows):
            cell = self.cell(min(row * layout.columns, layout.count - 1))
            box = QRect(cell.left() - room - 6, cell.top(), room, cell.height())
            write(box, Qt.AlignmentFlag.AlignRight | MIDDLE, word, room)
        if sides.down:
            painter.save()
            painter.translate(first.left() - self._margins()[0] + EDGE, top)
            painter.rotate(90)
            long = max(80, int(layout.height / ratio))
            box = QRect(0, -line, long, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft, self._axis_words(sides.down, long))
            painter.restore()
        for place, word in enumerate(self._names[: self.count] if self._captions else ()):
            cell, height = self.cell(place), metrics.height()
            write(QRect(cell.left(), cell.bottom() - height, cell.width(), height), middle, word, cell.width())

    def _every(self, wide: int) -> int:
        """Of numbers above columns each is written, or each second or third where there is no room; names are elided."""
        words = self._sides.columns
        if not words or not all(word.lstrip("−").replace(".", "").isdigit() for word in words):
            return 1
        widest = max(self.fontMetrics().horizontalAdvance(word) for word in words)
        return max(1, math.ceil((widest + 4) / max(1, wide + GAP)))

    def _axis_words(self, name: str, room: int) -> str:
        arrow = " →"
        metrics = self.fontMetrics()
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, room - metrics.horizontalAdvance(arrow)) + arrow

    def _paint_marks(self, painter: QPainter) -> None:
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
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_frames(self, painter: QPainter) -> None:
        if self.chosen in self._shown():
            ring(painter, self.cell(self.chosen), current_theme().accent, 0)
        if self.hasFocus() and self.current in self._shown():
            ring(painter, self.cell(self.current), current_theme().focus, 1)

    # -- hands ------------------------------------------------------------------------------------------------------

    def keyboard_place(self) -> int | None:
        """The place that has the keyboard."""
        return self.current if self._items else None

    def tip_of(self, place: int | None) -> str:
        """What a picture is called, and what a click does."""
        words = [self._names[place]] if place is not None and place < len(self._names) else []
        return "\n".join([*words, self._hint] if self._hint else words)

    def go(self, columns: int, rows: int) -> None:
        """Moves the keyboard; stays at the edge."""
        wanted = self.current + columns + rows * self._layout().columns
        if 0 <= wanted < self.count:
            self.go_to(wanted)

    def go_to_end(self, last: bool) -> None:
        """Moves the keyboard to the last picture, or to the first."""
        self.go_to(self.count - 1 if last else 0)

    def go_to(self, place: int) -> None:
        """Moves the keyboard to a picture."""
        self.current = place
        self.update()

    def take(self, place: int) -> None:
        """Tells which was clicked or entered."""
        self.go_to(place)
        self.clicked.emit(place)

    def offer(self, place: Any, point: QPoint) -> None:
        """Asks for a menu of a picture."""
        if place is not None:
            self.menu_requested.emit(place, point)


class PictureStrip(PictureGrid):
    """Square pictures in a row or a few, on the ground of what is around them; the wheel brings what is out of sight.

    Args:
        name: what is shown here: the accessible name.
        hint: what a click does, for the tooltip.
        rows: at most; so many as make the pictures largest.
        sides: of a picture in pixels, at least and at most.
        edge: room left of and above the pictures.
    """

    def __init__(
        self, name: str, hint: str, rows: int = 1, sides: tuple[int, int] = (56, 56), edge: tuple[int, int] = (4, 8)
    ) -> None:
        super().__init__(name, hint)
        self._rows, self._range, self._edge, self._first, self._words = rows, sides, edge, 0, ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent, False)
        self.setMinimumSize(168, 36)

    def say(self, words: str) -> None:
        """A line in place of the pictures: why there are none; empty for nothing."""
        self._words = words
        self.setAccessibleDescription(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Comfortable pictures."""
        return QSize(4 * 64, self._rows * 64)

    def _image_of(self, item: NDArray[np.uint8]) -> QImage:
        """As large as it is ever shown: to shrink large pictures at every painting takes long."""
        image, most = to_image(item), 2 * self._range[1]  # for screens of factor 2
        return image if image.width() <= most else image.scaled(most, most, mode=SMOOTH)

    # -- where ------------------------------------------------------------------------------------------------------

    def _key(self) -> tuple[object, ...]:
        return (self._first,)

    def _arrange(self, count: int, size: tuple[int, int], ratio: float) -> CellLayout:
        left, top = self._edge
        room = self.width() - 2 * left + STRIP_GAP, self.height() - 2 * top + STRIP_GAP

        def side(rows: int) -> float:
            return min(room[0] / math.ceil(count / rows), room[1] / rows) - STRIP_GAP

        rows = max(range(1, self._rows + 1), key=side)
        edge = int(ratio * max(self._range[0], min(int(side(rows)), self._range[1])))
        gap, columns = round(STRIP_GAP * ratio), math.ceil(count / rows)
        away = round(left * ratio) - self._first * (edge + gap)
        return CellLayout(count, columns, edge / size[0], edge, edge, gap, away, round(top * ratio))

    def _room(self) -> int:
        """So many pictures of a row are within sight."""
        pitch = (self._layout().cell_width + self._layout().gap) / self.devicePixelRatioF()
        return max(1, int((self.width() - 2 * self._edge[0] + STRIP_GAP) / pitch))

    def _shown(self) -> range:
        rows = self._layout().columns < self.count
        return range(self.count) if rows else range(self._first, min(self.count, self._first + self._room()))

    def scroll_to(self, first: int) -> None:
        """Brings pictures into sight, from this one on; leaves no empty places at the end."""
        self._first = max(0, min(first, self._layout().columns - self._room())) if self.count else 0
        self.update()

    def go_to(self, place: int) -> None:
        """Moves the keyboard to a picture, and that into sight."""
        super().go_to(place)
        if self._layout().columns == self.count:
            self.scroll_to(min(max(self._first, place - self._room() + 1), place))

    # -- painting ---------------------------------------------------------------------------------------------------

    def _paint_words(self, painter: QPainter) -> None:
        theme = current_theme()
        if self._words:
            write_line(painter, self.rect().adjusted(4, 0, -4, 0), self._words, painter.font(), theme.text_muted)
            if self.hasFocus():
                ring(painter, self.rect(), theme.focus, -1)

    def _smooth(self, zoom: float) -> bool:
        return zoom < 2 and zoom != int(zoom)  # larger pixels may be unequal by one pixel of the screen: nobody sees it

    def _paint_frames(self, painter: QPainter) -> None:
        theme, grow = current_theme(), 1 if self._edge[0] else -1  # without an edge there is no room around them
        if self._hover in self._shown() and self._hover != self.chosen and self.item(self._hover) is not None:
            ring(painter, self.cell(self._hover), theme.accent, min(0, grow))
        if self.chosen in self._shown():
            ring(painter, self.cell(self.chosen), theme.accent, grow)
        if self.hasFocus() and self.current in self._shown():
            ring(painter, self.cell(self.current), theme.focus, 3 * grow if grow > 0 else grow)

    # -- hands ------------------------------------------------------------------------------------------------------

    def hovered(self) -> None:
        """Rings what is pointed to."""
        self.update()

    def take(self, place: int) -> None:
        """Tells which was clicked or entered; empty places are passed over."""
        self.go_to(place)
        if self.item(place) is not None:
            self.clicked.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The next ones, where there are any."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        event.setAccepted(self._layout().columns > self._room())
        if event.isAccepted():
            self.scroll_to(self._first - (1 if delta > 0 else -1) * 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """No empty places at the end."""
        self.scroll_to(self._first)
