"""A row of small switches that are a plot's legend at the same time."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

Mark = Literal["dot", "field", "mesh", "arrow", "ring"]
HEIGHT = 24
GAP = 4


class Chip(QAbstractButton):
    """One switch: the mark of its layer in its colour, and its name."""

    def __init__(self, text: str, tip: str, mark: Mark, token: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._mark, self._token = mark, token
        self.setText(text)
        self.setToolTip(tip)
        self.setAccessibleName(tip)
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFont(ui_font(current_theme().small))
        theme_hub.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """As wide as its text."""
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 34, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Filled while the layer is shown; an empty outline while it is not."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, on = current_theme(), self.isChecked() and self.isEnabled()
        above = max(0.0, (self.height() - HEIGHT) / 2)
        rect = QRectF(self.rect()).adjusted(1, 1 + above, -1, -1 - above)
        painter.setPen(QPen(QColor(theme.focus), 2) if self.hasFocus() else QPen(QColor(theme.hairline), 1))
        painter.setBrush(QColor(theme.hover if self.underMouse() and self.isEnabled() else theme.surface))
        painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setOpacity(1.0 if on else 0.45)
        self._paint_mark(painter, QPointF(16, rect.center().y()), QColor(getattr(theme, self._token)), on)
        painter.setOpacity(1.0)
        painter.setPen(QColor(theme.text if on else theme.text_muted))
        painter.drawText(rect.adjusted(25, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def _paint_mark(self, painter: QPainter, at: QPointF, tone: QColor, on: bool) -> None:
        painter.setPen(QPen(tone, 1.5))
        painter.setBrush(tone if on else Qt.BrushStyle.NoBrush)
        if self._mark == "dot":
            painter.drawEllipse(at, 3.5, 3.5)
        elif self._mark == "ring":
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, 4.5, 4.5)
        elif self._mark == "arrow":
            tip = QPointF(at.x() + 4.5, at.y() - 4.5)
            painter.drawLine(QPointF(at.x() - 4.5, at.y() + 4.5), tip)
            painter.drawLine(tip, QPointF(tip.x() - 5, tip.y()))
            painter.drawLine(tip, QPointF(tip.x(), tip.y() + 5))
        elif self._mark == "mesh":
            for offset in (-4.0, 0.0, 4.0):
                painter.drawLine(QPointF(at.x() - 5, at.y() + offset), QPointF(at.x() + 5, at.y() + offset))
                painter.drawLine(QPointF(at.x() + offset, at.y() - 5), QPointF(at.x() + offset, at.y() + 5))
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            for offset, token in ((-5.0, "generator"), (0.0, "real")):
                painter.setBrush(QColor(getattr(current_theme(), token)))
                painter.drawRect(QRectF(at.x() + offset, at.y() - 5, 5, 10))


class ChipRow(QWidget):
    """Chips from left to right, on further lines where one is too short.

    Signals:
        toggled(name, on): a layer was switched.
    """

    toggled = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips: dict[str, Chip] = {}
        self._flow = FlowLayout(self, gap=GAP, row_gap=GAP)

    def add(self, name: str, text: str, tip: str, mark: Mark, token: str) -> None:
        """Adds a chip; ``token`` is the colour of its mark."""
        chip = self.chips[name] = Chip(text, tip, mark, token, self)
        self._flow.addWidget(chip)
        chip.toggled.connect(lambda on: self.toggled.emit(name, on))

    def set_shown(self, name: str, shown: bool) -> None:
        """Offers a chip, or hides it where its layer has nothing to show."""
        if self.chips[name].isHidden() == shown:
            self.chips[name].setVisible(shown)
            self.arrange()

    def arrange(self) -> None:
        """Places the chips and takes the height they need."""
        # Out of sight it has no width yet, and many short lines would be a height that others must make room for.
        room = self.width() if self.isVisible() else 1 << 16
        height = max(HEIGHT, self._flow.heightForWidth(room))
        if self.height() != height or self.minimumHeight() != height:
            self.setFixedHeight(height)
        self._flow.setGeometry(QRect(0, 0, room, height))

    def minimumSizeHint(self) -> QSize:
        """The widest chip."""
        return QSize(max((chip.sizeHint().width() for chip in self.chips.values()), default=0), HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        """Now its width counts."""
        super().showEvent(event)
        self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Breaks lines anew."""
        super().resizeEvent(event)
        self.arrange()
