"""Values in rows below each other, as boxes with quartiles."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QImage, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from ganstudio.app.evaluate.study_results import Group, number, plot_range
from ganstudio.core.i18n import _
from ganstudio.core.ticks import linear_ticks
from ganstudio.ui.kit.painted import colour, write_line
from ganstudio.ui.kit.theme import ui_font
from ganstudio.ui.plots.axes import Grid
from ganstudio.ui.plots.chart import Chart

ROW, FOOT, EDGE = 32, 48, 20
HALF = 8.0  # pixels above and below the middle of a row that a box reaches


class Boxes(Chart):
    """A box plot: the box holds the middle half of the values, its line is the median, each dot is a value.

    Values so far away that the others would be squeezed are arrows at the edge, with their number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Box plot"))
        self.rows: tuple[Group, ...] = ()
        self._axis, self._colours = "", dict[str, int]()
        self._left = self._low = self._high = 0.0

    def set_rows(self, rows: Sequence[Group], axis: str, colours: Mapping[str, int]) -> None:
        """Shows these, from top to bottom; ``axis`` is written below them. Rows without values keep their place.

        Args:
            rows: what is shown.
            axis: what the values are.
            colours: of each method its place among the colours.
        """
        told = tuple(rows), axis, dict(colours)
        if told != (self.rows, self._axis, self._colours):
            self.rows, self._axis, self._colours = told
            self.setAccessibleDescription("\n".join(row.words for row in self.rows))
            self.setMinimumHeight(self.sizeHint().height())
            self.invalidate()

    def sizeHint(self) -> QSize:
        """All rows."""
        return QSize(360, ROW * max(1, len(self.rows)) + FOOT)

    def place(self, rect: QRectF, ratio: float) -> Hashable:
        """Nothing is an item here: all of it is ground."""
        self._low, self._high = plot_range(self.rows)
        wide = QFontMetrics(ui_font(self.theme.normal)).horizontalAdvance
        widest = max((wide(row.title) for row in self.rows), default=0)
        self._left = EDGE + min(widest + 2, 0.4 * rect.width()) + 12
        return tuple(row.words for row in self.rows), self._axis, rect.width(), rect.height()

    def _x(self, value: float) -> float:
        share = (min(max(value, self._low), self._high) - self._low) / (self._high - self._low)
        return self._left + share * (self.width() - EDGE - self._left)

    def paint_ground(self, painter: QPainter) -> None:
        """Grid, names, boxes."""
        theme, bottom = self.theme, ROW * len(self.rows) + 8
        painter.setFont(ui_font(theme.small, tabular=True))
        wide = painter.fontMetrics().horizontalAdvance
        ticks = [(round(self._x(value)), text) for value, text in
                 linear_ticks(self._low, self._high, (self.width() - self._left) / 80)
                 if any(row.values for row in self.rows)]  # fmt: skip
        texts = tuple((x - wide(text) // 2, bottom + 14, text) for x, text in ticks)
        Grid(tuple((x, 4, x, bottom) for x, _text in ticks), (), texts).paint(painter, theme)
        foot = QRectF(self._left, bottom + 18, self.width() - EDGE - self._left, 20)
        write_line(painter, foot, self._axis, ui_font(theme.small), theme.text_muted, Qt.AlignmentFlag.AlignHCenter)
        for place, row in enumerate(self.rows):
            middle = ROW * place + ROW / 2 + 4
            box = QRectF(EDGE, middle - ROW / 2, self._left - EDGE - 12, ROW)
            write_line(painter, box, row.title, ui_font(theme.normal), theme.text)
            if row.values:
                self._paint_row(painter, row, middle)

    def _paint_row(self, painter: QPainter, row: Group, middle: float) -> None:
        ink = (theme := self.theme).runs[self._colours.get(row.method, 0) % len(self.theme.runs)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(ink), 1))
        painter.setBrush(colour(ink, 0.22))
        low, median, high = map(self._x, (row.low, row.median, row.high))
        painter.drawLine(QPointF(self._x(min(row.values)), middle), QPointF(low, middle))
        painter.drawLine(QPointF(high, middle), QPointF(self._x(max(row.values)), middle))
        painter.drawRect(QRectF(low, middle - HALF, high - low, 2 * HALF))
        if self._low <= row.median <= self._high:
            painter.setPen(QPen(QColor(theme.text), 2))
            painter.drawLine(QPointF(median, middle - HALF), QPointF(median, middle + HALF))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink))
        for value in row.values:
            if self._low <= value <= self._high:
                painter.drawEllipse(QPointF(self._x(value), middle), 2.5, 2.5)
        for far, way in ((min(row.values), -1), (max(row.values), 1)):
            if far * way > (self._high if way > 0 else -self._low):
                at = QPointF(self._x(far) + 10 * way, middle)
                painter.drawPolygon(QPolygonF([at, at + QPointF(-7 * way, -4), at + QPointF(-7 * way, 4)]))
                box = QRectF(at.x() - (104 if way > 0 else -14), middle - ROW / 4, 90, ROW / 2)
                side = Qt.AlignmentFlag.AlignRight if way > 0 else Qt.AlignmentFlag.AlignLeft
                write_line(painter, box, number(far), ui_font(theme.small, tabular=True), theme.text_muted, side)
                painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def event(self, event: QEvent) -> bool:
        """What is known of the row under the mouse, as a tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = (event.pos().y() - 4) // ROW
            QToolTip.showText(event.globalPos(), self.rows[place].words if 0 <= place < len(self.rows) else "", self)
            return True
        return super().event(event)

    def image(self, ratio: float = 2.0) -> QImage:
        """The plot as a picture, in the present theme."""
        made = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
        made.setDevicePixelRatio(ratio)
        with QPainter(made) as painter:
            self.draw(painter, QRectF(self.rect()), ratio)
        return made
