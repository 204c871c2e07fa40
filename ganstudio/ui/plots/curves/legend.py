"""The legend: a row of entries that wraps, each switches a line on and off and reads its value at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme, current_theme, ui_font
from ganstudio.ui.plots.curves.model import Style

SAMPLE = 18
"""Width of the piece of line before a name."""
ROW = 24
"""Height of a row of the legend."""
_NAME_WIDTH = 168


def paint_sample(painter: QPainter, style: Style, x: float, y: float, colour: str = "") -> None:
    """A short piece of a line as it looks in its plot, or in another colour."""
    pen = QPen(QColor(colour or style.colour), 2, c=Qt.PenCapStyle.FlatCap)
    if style.dash:
        pen.setDashPattern([length / 2 for length in style.dash])
    painter.setPen(pen)
    painter.drawLine(QLineF(x, y, x + SAMPLE, y))


class LegendEntry(QAbstractButton):
    """A line's sample, name and value; checked while the line is shown."""

    def __init__(self, parent: QWidget | None = None, *, value: bool = True) -> None:
        super().__init__(parent)
        self._style, self._theme = Style(""), current_theme()
        self._compact, self._has_value = False, value
        self.value = ""
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_line(self, name: str, style: Style, theme: Theme) -> None:
        """Says what the line is called and how it looks."""
        self._style, self._theme = style, theme
        if name != self.text():
            self.setText(name)
            self.setAccessibleName(name)
            self.setToolTip(_("{name}: click to show or hide, Alt-click to show only this one").format(name=name))
        self.updateGeometry()
        self.update()

    def set_compact(self, compact: bool) -> None:
        """A shorter name and no value; assistive tools still read the value."""
        self._compact = compact
        self.updateGeometry()
        self.update()

    def show_value(self, text: str) -> None:
        """Writes a value beside the name; the place is kept, so that nothing jumps."""
        if self._has_value and text != self.value:
            self.value = text
            self.setAccessibleDescription(text)
            self.update()

    def _widths(self) -> tuple[int, int]:
        metrics = QFontMetrics(ui_font(self._theme.small, tabular=True))
        value = metrics.horizontalAdvance("−2.00e-4") + 2 if self._has_value and not self._compact else 0
        return min(metrics.horizontalAdvance(self.text()) + 2, 92 if self._compact else _NAME_WIDTH), value

    def sizeHint(self) -> QSize:
        """Sample, name, and room for a value."""
        name, value = self._widths()
        return QSize(4 + SAMPLE + 6 + name + (6 + value if value else 4), ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the entry; an unchecked one is hollow and muted."""
        painter = QPainter(self)
        theme, on, middle = self._theme, self.isChecked(), self.height() // 2
        if self.underMouse():
            painter.fillRect(self.rect(), QColor(theme.hover))
        paint_sample(painter, self._style, 4, middle, "" if on else theme.hairline)
        name, value = self._widths()
        painter.setFont(ui_font(theme.small, tabular=True))
        painter.setPen(QColor(theme.text_muted))
        x, metrics = 4 + SAMPLE + 6, painter.fontMetrics()
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
