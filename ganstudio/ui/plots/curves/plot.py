"""One plot as a widget: keeps its drawing, draws only the cursor over it, and turns mouse and keys into moves."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.plots.curves.figure import Figure, Frame, Geometry
from ganstudio.ui.plots.curves.model import PlotKind, View, convert

_DRAG = 4
"""Pixels the mouse may move in a click."""
_KEY_PIXELS = 4


class PlotCanvas(QWidget):
    """Shows a :class:`Figure`.

    Signals:
        cursor_moved: position in the view's unit, or None when the mouse left.
        zoomed: factor and the position that stays.
        panned: distance in the view's unit.
        picked: position of a click.
        fitted: a double click.
    """

    cursor_moved = Signal(object)
    zoomed = Signal(float, float)
    panned = Signal(float)
    picked = Signal(float)
    fitted = Signal()

    def __init__(self, kind: PlotKind, view: View, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figure = Figure(kind, theme)
        self.view = view
        self.right = 0.0
        self.axis = False
        self.words = False
        self._image: QImage | None = None
        self._dirty = True
        self._press: QPointF | None = None
        self._dragging = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(56)
        self.setAccessibleDescription(
            _(
                "Arrow keys move the cursor, plus and minus zoom, 0 shows everything, Enter shows the samples of this step."
            )
        )

    def sizeHint(self) -> QSize:
        """A plot that is pleasant to read."""
        return QSize(560, 150)

    def invalidate(self) -> None:
        """What is drawn is out of date; draws it anew with the next paint event, if it is visible at all."""
        self._dirty = True
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draws the plot if it changed, then the cursor over it."""
        ratio = self.devicePixelRatioF()
        size = QSize(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio))
        if self._image is None or self._image.size() != size or self._image.devicePixelRatio() != ratio:
            self._image = QImage(size, QImage.Format.Format_RGB32)
            self._image.setDevicePixelRatio(ratio)
            self._dirty = True
        if self._dirty:
            self._image.fill(QColor(self.figure.theme.surface))
            painter = QPainter(self._image)
            self.figure.draw(painter, self.view, self._frame(ratio))
            painter.end()
            self._dirty = False
        painter = QPainter(self)
        painter.drawImage(QPointF(0, 0), self._image)
        if self.figure.geometry is not None:
            self._draw_picked(painter, self.figure.geometry)
            self._draw_cursor(painter, self.figure.geometry)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.figure.theme.focus), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _frame(self, ratio: float) -> Frame:
        return Frame(QRectF(self.rect()), self.right, axis=self.axis, words=self.words, scale=ratio)

    def _draw_picked(self, painter: QPainter, geometry: Geometry) -> None:
        """The step that the timeline shows: an accent line with a handle at its foot."""
        tables = [curve.table for curve in self.figure.curves if not curve.comparison]
        if self.view.picked is None or not tables:
            return
        position = convert(float(self.view.picked), max(tables, key=len), "step", self.view.by)
        if not geometry.x0 <= position <= geometry.x1:
            return
        x, area = round(float(geometry.to_x(position))), geometry.area
        accent = QColor(self.figure.theme.accent)
        painter.setPen(QPen(accent, 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setBrush(accent)
        foot = area.bottom()
        painter.drawPolygon(QPolygonF([QPointF(x - 4, foot), QPointF(x + 4, foot), QPointF(x, foot - 5)]))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _draw_cursor(self, painter: QPainter, geometry: Geometry) -> None:
        view = self.view
        if view.cursor is None or not geometry.x0 <= view.cursor <= geometry.x1:
            return
        x, area = round(float(geometry.to_x(view.cursor))), geometry.area
        painter.setPen(QPen(QColor(self.figure.theme.text_muted), 1))
        painter.drawLine(QLineF(x, area.top(), x, area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for curve in self.figure.shown(view):
            found = curve.table.value_at(curve.info.name, view.cursor, view.by, self.figure.weight(view))
            if found is None or curve.comparison:
                continue
            y = float(geometry.to_y(np.array([found[1]]))[0])
            row = int(np.searchsorted(curve.table.steps, found[0]))
            x = round(float(geometry.to_x(float(curve.table.positions(view.by)[row]))))
            if area.top() <= y <= area.bottom() and area.left() <= x <= area.right():
                painter.setPen(QPen(QColor(self.figure.theme.surface), 1.5))
                painter.setBrush(QColor(curve.style.colour))
                painter.drawEllipse(QPointF(x, y), 3.5, 3.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begins a click or a drag."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the cursor, or drags the visible part along."""
        geometry = self.figure.geometry
        if geometry is None:
            return
        if self._press is not None:
            distance = event.position().x() - self._press.x()
            if self._dragging or abs(distance) >= _DRAG:
                self._dragging = True
                self._press = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
                self.panned.emit(-distance * (geometry.x1 - geometry.x0) / geometry.area.width())
                return
        x = event.position().x()
        inside = geometry.area.left() - 8 <= x <= geometry.area.right() + 8
        self.cursor_moved.emit(min(max(geometry.from_x(x), geometry.x0), geometry.x1) if inside else None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click without a drag picks the step."""
        clicked = self._press is not None and not self._dragging and event.button() == Qt.MouseButton.LeftButton
        self._press, self._dragging = None, False
        self.unsetCursor()
        geometry = self.figure.geometry
        if clicked and geometry is not None and geometry.area.contains(event.position()):
            self.picked.emit(geometry.from_x(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Shows everything again."""
        self._press = None
        self.fitted.emit()

    def leaveEvent(self, event: QEvent) -> None:
        """The cursor goes with the mouse."""
        self.cursor_moved.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms along x around the mouse; sideways moves along."""
        geometry = self.figure.geometry
        turned = event.angleDelta()
        if geometry is None:
            event.ignore()
        elif abs(turned.x()) > abs(turned.y()):
            self.panned.emit(-turned.x() / 960 * (geometry.x1 - geometry.x0))
        elif turned.y():
            self.zoomed.emit(1.25 ** (-turned.y() / 120), geometry.from_x(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the cursor, zooms, picks: see the accessible description."""
        geometry, key = self.figure.geometry, event.key()
        if geometry is None:
            super().keyPressEvent(event)
            return
        now = self.view.cursor if self.view.cursor is not None else geometry.x1
        per_pixel = (geometry.x1 - geometry.x0) / geometry.area.width()
        stride = _KEY_PIXELS * per_pixel * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        if self.view.by == "step":
            stride = max(stride, 1.0)
        moves = {
            Qt.Key.Key_Left: now - stride,
            Qt.Key.Key_Right: now + stride,
            Qt.Key.Key_Home: geometry.x0,
            Qt.Key.Key_End: geometry.x1,
        }
        if key in moves:
            self.cursor_moved.emit(min(max(moves[Qt.Key(key)], geometry.x0), geometry.x1))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoomed.emit(0.8, now)
        elif key == Qt.Key.Key_Minus:
            self.zoomed.emit(1.25, now)
        elif key == Qt.Key.Key_0:
            self.fitted.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.cursor is not None:
            self.picked.emit(self.view.cursor)
        elif key == Qt.Key.Key_Escape and self.view.cursor is not None:
            self.cursor_moved.emit(None)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """Shows what a mark says when the mouse rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.mark_text(event.pos().x())
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mark_text(self, pixel: float) -> str:
        """What the marks within a few pixels say, a line each."""
        geometry, view = self.figure.geometry, self.view
        if geometry is None or not view.show_marks:
            return ""
        reach = 4 * (geometry.x1 - geometry.x0) / geometry.area.width()
        here = geometry.from_x(pixel)
        near = [m for m in view.marks if abs((m.step if view.by == "step" else m.seconds) - here) <= reach]
        return "\n".join(_("step {step}: {text}").format(step=f"{m.step:,}", text=m.text) for m in near[:8])
