"""The track of the timeline: one stop for every stored grid, equally spaced, and one for "live"."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import colour
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.kit.words import compact, step_text

EDGE = 12.0
AXIS = 16.0


def label_stops(positions: list[float], widths: list[float], gap: float = 14.0) -> list[int]:
    """Which stops can be labelled without their labels touching: the last, the first, then evenly between.

    Args:
        positions: where the stops are, increasing.
        widths: how wide their labels are.
        gap: least room between two labels.
    """
    count = len(positions)
    if count == 0:
        return []
    room = positions[-1] - positions[0] + max(widths)
    most = max(1, int(room / (max(widths) + gap)))
    if most == 1:
        return [count - 1]
    chosen = sorted({round(i) for i in np.linspace(0, count - 1, min(count, most))})
    kept: list[int] = []
    for stop in reversed(chosen):
        right = positions[kept[-1]] - widths[kept[-1]] / 2 if kept else float("inf")
        if positions[stop] + widths[stop] / 2 + gap <= right:
            kept.append(stop)
    return kept[::-1]


class TimelineTrack(QAbstractSlider):
    """A slider over stops ``0 … n − 1`` (stored grids) and, while a run is live, a last stop ``n``.

    Stops are spaced by their index and not by their step, so that the early grids, where most happens, are as easy to
    reach as the late ones.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.steps: list[int] = []
        self.live = False
        self.checkpoints: list[int] = []
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSingleStep(1)
        self.setPageStep(10)
        self.setMinimumWidth(80)
        self.setFixedHeight(40)
        self.setAccessibleName(_("Timeline"))
        self.setToolTip(_("Drag to see any stored grid. ←/→ one stop, PageUp/PageDown ten, Home and End, Space plays."))

    def set_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme = theme
        self.update()

    def position_of(self, stop: float) -> float:
        """Where a stop is, in the widget's coordinates."""
        return EDGE + (self.width() - 2 * EDGE) * stop / max(1, self.maximum())

    def place_of_step(self, step: int) -> float:
        """Where a step is among the stops, between two of them where it was not stored itself."""
        if not self.steps:
            return 0.0
        beyond = [self.steps[-1], self.steps[-1] + max(1, step - self.steps[-1])] if self.live else [self.steps[-1]]
        steps = np.array(self.steps[:-1] + beyond, dtype=np.float64)
        return float(np.interp(step, steps, np.arange(len(steps), dtype=np.float64)))

    def stop_at(self, x: float) -> int:
        """The stop nearest to a position."""
        share = (x - EDGE) / max(1.0, self.width() - 2 * EDGE)
        return round(min(1.0, max(0.0, share)) * self.maximum())

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(360, 40)

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the line, its ticks and labels, checkpoints and the handle."""
        painter = QPainter(self)
        painter.setFont(ui_font(self._theme.small, tabular=True))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = EDGE, self.width() - EDGE
        line = colour(self._theme.mix("text_muted", "window", 0.55))
        painter.setPen(QPen(line, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, AXIS), QPointF(right, AXIS))
        if self.steps:
            here = self.position_of(self.value())
            painter.setPen(QPen(QColor(self._theme.accent), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(left, AXIS), QPointF(here, AXIS))
            self._paint_ticks(painter)
            self._paint_checkpoints(painter)
            self._paint_handle(painter, here)
        painter.end()

    def _paint_ticks(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(painter.font())
        places = [self.position_of(stop) for stop in range(len(self.steps))]
        widths = [metrics.horizontalAdvance(compact(step)) for step in self.steps]
        labelled = label_stops(places, widths)
        painter.setPen(QPen(colour(self._theme.mix("text_muted", "window", 0.55)), 1))
        spacing = (self.width() - 2 * EDGE) / max(1, self.maximum())
        if spacing >= 3:
            for x in places:
                painter.drawLine(QPointF(x, AXIS + 3), QPointF(x, AXIS + 6))
        painter.setPen(QPen(QColor(self._theme.text_muted), 1))
        for stop in labelled:
            x = places[stop]
            painter.drawLine(QPointF(x, AXIS + 3), QPointF(x, AXIS + 7))
            width = widths[stop] + 4
            start = min(max(0.0, x - width / 2), self.width() - width)
            box = QRectF(start, AXIS + 8, width, metrics.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, compact(self.steps[stop]))

    def _paint_checkpoints(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.text_muted))
        for step in self.checkpoints:
            x = self.position_of(self.place_of_step(step))
            painter.drawPolygon(QPolygonF([QPointF(x - 3.5, 1), QPointF(x + 3.5, 1), QPointF(x, 7)]))

    def _paint_handle(self, painter: QPainter, x: float) -> None:
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, AXIS), 10, 10)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.setBrush(QColor(self._theme.accent if self.isSliderDown() else self._theme.surface))
        painter.drawEllipse(QPointF(x, AXIS), 6.5, 6.5)

    # mouse and keyboard

    def event(self, event: QEvent) -> bool:
        """Names the step or the checkpoint under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent) and self.steps:
            QToolTip.showText(event.globalPos(), self.describe(event.pos().x()), self)
            return True
        return super().event(event)

    def describe(self, x: float) -> str:
        """What is at a position."""
        for step in self.checkpoints:
            if abs(self.position_of(self.place_of_step(step)) - x) <= 4:
                return _("checkpoint at {step}").format(step=step_text(step))
        stop = self.stop_at(x)
        return step_text(self.steps[stop]) if stop < len(self.steps) else _("live")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jumps to where it was pressed and drags from there."""
        if event.button() == Qt.MouseButton.LeftButton and self.steps:
            self.setSliderDown(True)
            self.setSliderPosition(self.stop_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags."""
        if self.isSliderDown():
            self.setSliderPosition(self.stop_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(False)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One stop, but only with the keyboard's focus: else the panel around it scrolls."""
        delta = event.angleDelta().y() or event.angleDelta().x()
        if not self.hasFocus() or not delta:
            event.ignore()
            return
        self.setValue(self.value() + (1 if delta > 0 else -1))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down are left to whoever is around; the rest is a slider's."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
        elif event.key() == Qt.Key.Key_PageUp:
            # Earlier, as a page of text: Qt's sliders go the other way.
            self.triggerAction(QAbstractSlider.SliderAction.SliderPageStepSub)
        elif event.key() == Qt.Key.Key_PageDown:
            self.triggerAction(QAbstractSlider.SliderAction.SliderPageStepAdd)
        else:
            super().keyPressEvent(event)

    def nearest_stop(self, step: int) -> int:
        """The stop whose step is nearest to ``step``."""
        after = bisect_left(self.steps, step)
        near = [stop for stop in (after - 1, after) if 0 <= stop < len(self.steps)]
        return min(near, key=lambda stop: abs(self.steps[stop] - step), default=0)
