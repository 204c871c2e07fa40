"""The legend: a row of entries that wraps, each switches a line on and off and reads its value at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QMargins, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.curves.model import Style
from ganstudio.ui.theme import Theme, ui_font

_SAMPLE = 18
_NAME_WIDTH = 168
ROW = 24
"""Height of a row of the legend."""


class LegendEntry(QAbstractButton):
    """A line's sample, name and value; checked while the line is shown."""

    def __init__(
        self, name: str, style: Style, theme: Theme, parent: QWidget | None = None, *, value: bool = True
    ) -> None:
        super().__init__(parent)
        self._style, self._theme = style, theme
        self._compact = False
        self._value: str | None = "" if value else None
        self.setText(name)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(name)
        self.setToolTip(_("{name}: click to show or hide, Alt-click to show only this one").format(name=name))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def restyle(self, style: Style, theme: Theme) -> None:
        """Takes other colours."""
        self._style, self._theme = style, theme
        self.updateGeometry()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """A shorter name and no value; assistive tools still read the value."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def show_value(self, text: str) -> None:
        """Writes a value beside the name; the place is kept, so that nothing jumps."""
        if self._value is not None and text != self._value:
            self._value = text
            self.setAccessibleDescription(text)
            self.update()

    @property
    def value(self) -> str:
        """What is written beside the name."""
        return self._value or ""

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(ui_font(self._theme.small, tabular=True))
        value = 0 if self._value is None or self._compact else metrics.horizontalAdvance("−2.00e-4") + 2
        return min(metrics.horizontalAdvance(self.text()) + 2, 92 if self._compact else _NAME_WIDTH), value

    def sizeHint(self) -> QSize:
        """Sample, name, and room for a value."""
        name, value = self._widths()
        return QSize(4 + _SAMPLE + 6 + name + (6 + value if value else 4), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the entry; an unchecked one is hollow and muted."""
        painter = QPainter(self)
        theme, on = self._theme, self.isChecked()
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(theme.hover))
        middle = self.height() // 2
        pen = QPen(QColor(self._style.colour if on else theme.hairline), 2, c=Qt.PenCapStyle.FlatCap)
        if self._style.dash:
            pen.setDashPattern([length / 2 for length in self._style.dash])
        painter.setPen(pen)
        painter.drawLine(QLineF(4, middle, 4 + _SAMPLE, middle))
        name, value = self._widths()
        font = ui_font(theme.small, tabular=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text_muted))
        x = 4 + _SAMPLE + 6
        metrics = QFontMetrics(font)
        text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideMiddle, name)
        painter.drawText(QRectF(x, 0, name, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
        if not on:
            painter.drawLine(x, middle, x + metrics.horizontalAdvance(text), middle)
        elif value:
            painter.setPen(QColor(theme.text))
            painter.drawText(QRectF(x + name + 6, 0, value, self.height()), Qt.AlignmentFlag.AlignVCenter, self.value)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.focus), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class FlowLayout(QLayout):
    """Items in reading order, wrapped like words."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(QMargins(0, 0, 0, 0))

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

    def hasHeightForWidth(self) -> bool:
        """Fewer columns need more rows."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Height of the wrapped rows."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Places the items."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """All in one row."""
        return QSize(sum(item.sizeHint().width() + self._gap for item in self._items), self.minimumSize().height())

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
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, row = rect.x(), y + row, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            row = max(row, size.height())
        return y + row - rect.y()
