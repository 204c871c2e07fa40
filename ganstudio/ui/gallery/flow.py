"""Lays equal cards out in as many columns as fit, all equally wide."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class CardLayout(QLayout):
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
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._min_width, self._card_height, self._gap, self._max_columns = min_width, card_height, gap, max_columns
        self.setContentsMargins(0, 0, 0, 0)

    def columns(self, width: int) -> int:
        """How many cards stand side by side."""
        fitting = (width + self._gap) // (self._min_width + self._gap)
        return max(1, min(fitting, self._max_columns, max(1, len(self._items))))

    def addItem(self, item: QLayoutItem) -> None:
        """Appends a card."""
        self._items.append(item)

    def count(self) -> int:
        """How many cards there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """One card's item."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Removes one card's item."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Does not ask for more than it gets."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """The height depends on how many columns fit."""
        return True

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
