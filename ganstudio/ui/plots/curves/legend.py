"""The legend: a row of entries that wraps, each switches a line on and off and reads its value at the cursor."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.curves.model import Style

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
        self.setCheckable(True)
        self.setChecked(True)
        self.set_name(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_name(self, name: str) -> None:
        """What it is called."""
        if name != self.text():
            self.setText(name)
            self.setAccessibleName(name)
            self.setToolTip(_("{name}: click to show or hide, Alt-click to show only this one").format(name=name))
            self.updateGeometry()

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
