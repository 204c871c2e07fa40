"""Layouts that break lines: items like words, and cards in equal columns."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class _Lines(QLayout):
    """What both have in common: a list of items, and a height that follows from the width."""

    def __init__(self, parent: QWidget | None, gap: int) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Adds an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item, or None beyond the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Removes and gives the item, or None beyond the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Does not ask for more than it gets."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Fewer columns need more rows."""
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
    """Rows of equally wide cards; the height follows from the width.

    Args:
        parent: the widget whose cards these are.
        min_width: a card is never narrower.
        card_height: of every card.
        gap: between cards.
        max_columns: no more than so many in a row.
    """

    def __init__(
        self, parent: QWidget, min_width: int = 280, card_height: int = 276, gap: int = 16, max_columns: int = 6
    ) -> None:
        super().__init__(parent, gap)
        self._min_width, self._card_height, self._max_columns = min_width, card_height, max_columns

    def columns(self, width: int) -> int:
        """How many cards stand side by side."""
        fitting = (width + self._gap) // (self._min_width + self._gap)
        return max(1, min(fitting, self._max_columns, max(1, len(self._items))))

    def heightForWidth(self, width: int) -> int:
        """Height of all rows."""
        rows = -(-len(self._items) // self.columns(width))
        return max(0, rows * (self._card_height + self._gap) - self._gap)

    def setGeometry(self, rect: QRect) -> None:
        """Places the cards."""
        super().setGeometry(rect)
        columns = self.columns(rect.width())
        width = (rect.width() - (columns - 1) * self._gap) // columns
        for index, item in enumerate(self._items):
            row, column = divmod(index, columns)
            corner = QPoint(rect.x() + column * (width + self._gap), rect.y() + row * (self._card_height + self._gap))
            item.setGeometry(QRect(corner, QSize(width, self._card_height)))

    def sizeHint(self) -> QSize:
        """The smallest that works; the width is given from outside."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """One column."""
        return QSize(self._min_width, self._card_height)
