"""Layouts that break lines: items like words, cards in equal columns, rows of two halves."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QLayoutItem, QWidget

from ganstudio.ui.kit.parts import boxed

LEAST_CARD, CARD_HEIGHT, CARD_GAP, MOST_COLUMNS = 280, 288, 16, 6
"""Cards are never narrower, all so high and so far apart, and no more in a row."""


class _Lines(QLayout):
    """What both have in common: a list of items, and a height that follows from the width."""

    def __init__(self, parent: QWidget | None, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def widgets(self) -> list[QWidget]:
        """In their order."""
        return [widget for item in self._items if (widget := item.widget()) is not None]

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)  # no more than it gets

    def hasHeightForWidth(self) -> bool:
        return True


class FlowLayout(_Lines):
    """Items in reading order, wrapped like words.

    Args:
        parent: the widget whose items these are.
        gap: between items of a row.
        row_gap: between rows.
    """

    def __init__(self, parent: QWidget | None = None, gap: int = 4, row_gap: int = 0) -> None:
        super().__init__(parent, gap)
        self._row_gap = row_gap

    def heightForWidth(self, width: int) -> int:
        """Height of the wrapped rows."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Places the items."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one row."""
        wide = sum(item.sizeHint().width() + self._gap for item in self._items if not item.isEmpty())
        return QSize(wide, self.minimumSize().height())

    def minimumSize(self) -> QSize:
        """One item wide: everything else wraps."""
        sizes = [item.minimumSize() for item in self._items]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, row = rect.x(), rect.y(), 0
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            size = item.sizeHint()
            if size.width() > rect.width():  # what flows in itself needs more lines then
                size.setWidth(max(1, rect.width()))
                size.setHeight(item.heightForWidth(size.width()) if item.hasHeightForWidth() else size.height())
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, row = rect.x(), y + row + self._row_gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            row = max(row, size.height())
        return y + row - rect.y()


class CardLayout(_Lines):
    """Rows of equally wide cards; the height follows from the width."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, CARD_GAP)

    def columns(self, width: int) -> int:
        """How many cards stand side by side."""
        return max(1, min((width + CARD_GAP) // (LEAST_CARD + CARD_GAP), MOST_COLUMNS, len(self._items)))

    def heightForWidth(self, width: int) -> int:
        """Height of all rows."""
        return max(0, -(-len(self._items) // self.columns(width)) * (CARD_HEIGHT + CARD_GAP) - CARD_GAP)

    def setGeometry(self, rect: QRect) -> None:
        """Places the cards."""
        super().setGeometry(rect)
        columns = self.columns(rect.width())
        width = (rect.width() - (columns - 1) * CARD_GAP) // columns
        for index, item in enumerate(self._items):
            row, column = divmod(index, columns)
            corner = QPoint(rect.x() + column * (width + CARD_GAP), rect.y() + row * (CARD_HEIGHT + CARD_GAP))
            item.setGeometry(QRect(corner, QSize(width, CARD_HEIGHT)))

    def sizeHint(self) -> QSize:
        """The smallest that works; the width is given from outside."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """One column."""
        return QSize(LEAST_CARD, CARD_HEIGHT)


class BreakingRow(QWidget):
    """Two halves beside each other; the right one goes below the left one where the width does not hold both.

    It never asks for more width than the wider half.
    """

    def lay_out(self, left: QLayout, right: QLayout, least: int, margins: tuple[int, int, int, int], gap: int) -> None:
        """Puts the halves in; the left one wants ``least`` pixels or more."""
        self._left, self._right, self._least = left, right, least
        self._row = boxed(left, right, across=True, margins=margins, gap=gap, into=self, stretch=left)

    def minimumSizeHint(self) -> QSize:
        """As wide as the wider half."""
        hint, edges = super().minimumSizeHint(), self._row.contentsMargins()
        least = max(self._left.minimumSize().width(), self._right.minimumSize().width())
        hint.setWidth(least + edges.left() + edges.right())
        return hint

    def fit(self, back: bool = False) -> None:
        """Breaks where it must; goes ``back`` to one line only when it is asked to, so that nothing jumps by itself."""
        edges, directions = self._row.contentsMargins(), QBoxLayout.Direction
        wanted = max(self._least, self._left.sizeHint().width()) + self._row.spacing() + self._right.sizeHint().width()
        if wanted + edges.left() + edges.right() > self.width():
            self._row.setDirection(directions.TopToBottom)
        elif back:
            self._row.setDirection(directions.LeftToRight)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the halves into another width."""
        super().resizeEvent(event)
        self.fit(back=event.size().width() != event.oldSize().width())
