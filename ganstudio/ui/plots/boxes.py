"""Values in rows below each other: as boxes with quartiles, or as bars from nought."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from ganstudio.core.fields import format_number
from ganstudio.core.i18n import _, plural
from ganstudio.core.ticks import linear_ticks
from ganstudio.ui.kit.painted import colour, write_line
from ganstudio.ui.kit.theme import ui_font
from ganstudio.ui.plots.axes import Grid
from ganstudio.ui.plots.chart import Chart

ROW, FOOT, EDGE = 32, 40, 20
HALF = 8.0
"""Pixels above and below the middle of a row that a box reaches."""


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One row: its name, its values (of a bar: one), and its place among the colours."""

    name: str
    values: tuple[float, ...]
    colour: int = 0

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Lower quartile, median, upper quartile."""
        low, middle, high = np.quantile(self.values, (0.25, 0.5, 0.75)).tolist()
        return low, middle, high


class Boxes(Chart):
    """A box plot: the box holds the middle half of the values, its line is the median, each dot is a value.

    Args:
        name: the accessible name.
        bars: draw shares from 0 to 1 as bars instead.
    """

    def __init__(self, name: str, *, bars: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.rows: tuple[BoxRow, ...] = ()
        self._axis, self._bars = "", bars
        self._left = self._low = self._high = 0.0

    def set_rows(self, rows: Sequence[BoxRow], axis: str) -> None:
        """Shows these, from top to bottom; ``axis`` is written below them. Rows without values keep their place."""
        told = tuple(rows), axis
        if told != (self.rows, self._axis):
            self.rows, self._axis = told
            self.setAccessibleDescription("\n".join(map(self.words, self.rows)))
            self.setMinimumHeight(self.sizeHint().height())
            self.invalidate()

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(360, ROW * max(1, len(self.rows)) + FOOT)

    def words(self, row: BoxRow) -> str:
        """What is known of a row."""
        if self._bars:
            return f"{row.name}: {row.values[0]:.0%}"
        if not row.values:
            return _("{name}: no value yet").format(name=row.name)
        low, middle, high = map(format_number, map(_rounded, row.quartiles))
        ends = [format_number(_rounded(end(row.values))) for end in (min, max)]
        runs = plural("{n} run", "{n} runs", len(row.values))
        return _("{name}: median {median}, quartiles {low} … {high}, from {least} to {most}; {runs}").format(
            name=row.name, median=middle, low=low, high=high, least=ends[0], most=ends[1], runs=runs
        )

    def place(self, rect: QRectF, ratio: float) -> Hashable:
        """Nothing is an item here: all of it is ground."""
        values = [value for row in self.rows for value in row.values]
        low, high = (0.0, 1.0) if self._bars else (min(values, default=0.0), max(values, default=1.0))
        room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
        self._low, self._high = (low, high) if self._bars else (low - room, high + room)
        wide = QFontMetrics(ui_font(self.theme.normal)).horizontalAdvance
        widest = max((wide(row.name) for row in self.rows), default=0)
        self._left = EDGE + min(widest + 2, 0.4 * rect.width()) + 12
        return self.rows, self._axis, rect.width(), rect.height()

    def _x(self, value: float) -> float:
        return self._left + (value - self._low) / (self._high - self._low) * (self.width() - EDGE - self._left)

    def paint_ground(self, painter: QPainter) -> None:
        """Grid, names, boxes."""
        theme, bottom = self.theme, ROW * len(self.rows) + 8
        painter.setFont(ui_font(theme.small, tabular=True))
        wide = painter.fontMetrics().horizontalAdvance
        ticks = linear_ticks(self._low, self._high, (self.width() - self._left) / 80)
        words = [f"{value:.0%}" if self._bars else text for value, text in ticks]
        at = [round(self._x(value)) for value, _text in ticks]
        texts = tuple((x - wide(word) // 2, bottom + 14, word) for x, word in zip(at, words, strict=True))
        Grid(tuple((x, 4, x, bottom) for x in at), (), texts).paint(painter, theme)
        foot = QRectF(self._left, bottom + 16, self.width() - EDGE - self._left, 18)
        write_line(painter, foot, self._axis, ui_font(theme.small), theme.text_muted, Qt.AlignmentFlag.AlignHCenter)
        for place, row in enumerate(self.rows):
            middle = ROW * place + ROW / 2 + 4
            box = QRectF(EDGE, middle - ROW / 2, self._left - EDGE - 12, ROW)
            write_line(painter, box, row.name, ui_font(theme.normal), theme.text)
            if row.values:
                self._paint_row(painter, row, middle)

    def _paint_row(self, painter: QPainter, row: BoxRow, middle: float) -> None:
        theme = self.theme
        ink = theme.accent if self._bars else theme.runs[row.colour % len(theme.runs)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(ink), 1))
        painter.setBrush(colour(ink, 0.7 if self._bars else 0.22))
        if self._bars:
            painter.drawRect(QRectF(self._left, middle - HALF, self._x(row.values[0]) - self._left, 2 * HALF))
        else:
            low, median, high = map(self._x, row.quartiles)
            least, most = self._x(min(row.values)), self._x(max(row.values))
            painter.drawLine(QPointF(least, middle), QPointF(low, middle))
            painter.drawLine(QPointF(high, middle), QPointF(most, middle))
            painter.drawRect(QRectF(low, middle - HALF, high - low, 2 * HALF))
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawLine(QPointF(median, middle - HALF), QPointF(median, middle + HALF))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ink))
            for value in row.values:
                painter.drawEllipse(QPointF(self._x(value), middle), 2.5, 2.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def event(self, event: QEvent) -> bool:
        """What is known of the row under the mouse, as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = (event.pos().y() - 4) // ROW
            text = self.words(self.rows[place]) if 0 <= place < len(self.rows) else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def image(self, ratio: float = 2.0) -> QImage:
        """The plot as a picture, in the present theme."""
        made = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        made.setDevicePixelRatio(ratio)
        with QPainter(made) as painter:
            self.draw(painter, QRectF(self.rect()), ratio)
        return made


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
