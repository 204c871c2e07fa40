"""A canvas for drawing a distribution with a soft brush."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.experiment.density import SIZE, Brush, Density, Field
from ganstudio.ui.kit.painted import colour, rgb, to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.strokes import StrokeInput, Touch, Way, as_mouse

SMALLEST, LARGEST = 2, 80
NUDGE, LEAP = 4.0, 16.0

_ARROWS: dict[int, QPointF] = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}


class DrawingCanvas(QWidget):
    """A density under a brush: left button draws, right button erases, wheel and brackets change the size.

    By keyboard: arrows move the brush, Space dabs, E takes the eraser.

    Signals:
        changed(): the drawing or what can be undone is another; also while a stroke goes on.
        brush_changed(): size, eraser or mirrors are others.
    """

    changed = Signal()
    brush_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, field: Field | None = None) -> None:
        super().__init__(parent)
        self.density = Density(field)
        self.brush = Brush()
        self._strokes = StrokeInput(self.to_field, self._begin, self._draw, self._end, self._cancel)
        self._way, self._rubbing = Way(), False
        self._at: QPointF | None = None
        self._image: QImage | None = None
        self.setMinimumSize(160, 160)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(_("Drawing canvas"))
        words = _(
            "Draw with the mouse or a pen. Arrow keys move the brush, Space dabs, E erases, brackets change its size."
        )
        self.setAccessibleDescription(words)
        theme_hub.changed.connect(self._stain)

    def sizeHint(self) -> QSize:
        """Two screen pixels per pixel of the field."""
        return QSize(2 * SIZE, 2 * SIZE)

    def replace(self, field: Field) -> None:
        """Puts another picture in place; this can be undone."""
        if self.density.replace(field):
            self._renewed()

    def set_brush(self, **changes: float | bool) -> None:
        """Changes ``radius``, ``strength``, ``erase``, ``mirror_x`` or ``mirror_y``."""
        if "radius" in changes:
            changes["radius"] = min(float(LARGEST), max(float(SMALLEST), float(changes["radius"])))
        brush = replace(self.brush, **changes)  # type: ignore[arg-type]
        if brush != self.brush:
            self.brush = brush
            self.update()
            self.brush_changed.emit()

    def undo(self) -> None:
        """Takes the last edit back."""
        self._end()
        if self.density.history.undo():
            self._renewed()

    def redo(self) -> None:
        """Does it again."""
        self._end()
        if self.density.history.redo():
            self._renewed()

    def clear(self) -> None:
        """Wipes everything; this can be undone."""
        self.replace(np.zeros_like(self.density.field))

    def _stain(self) -> None:
        self._image = None
        self.update()

    def _renewed(self) -> None:
        self._stain()
        self.changed.emit()

    def paper(self) -> QRectF:
        """The square that is drawn on."""
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, 2, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws paper, ink, axes, mirrors and the brush."""
        painter = QPainter(self)
        theme, paper = current_theme(), self.paper()
        if self._image is None:
            ground, ink = rgb(theme.surface), rgb(theme.real)
            share = np.linspace(0, 1, 256)[:, None]
            self._image = to_image((ground + (ink - ground) * share).astype(np.uint8)[self.density.field])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(paper, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        across, down = QPointF(paper.width() / 2, 0), QPointF(0, paper.height() / 2)
        for mirrored, half in ((self.brush.mirror_x, down), (self.brush.mirror_y, across)):
            dashed = QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine)
            painter.setPen(dashed if mirrored else QPen(colour(theme.text, 0.12), 1))
            painter.drawLine(paper.center() - half, paper.center() + half)
        painter.setPen(QPen(QColor(theme.focus), 2) if self.hasFocus() else QPen(QColor(theme.hairline), 1))
        painter.drawRect(paper)
        if self.density.empty and not self.density.stroking:
            painter.setPen(QColor(theme.text_muted))
            painter.setFont(ui_font(theme.normal))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            room = paper.adjusted(24, 0, -24, -paper.height() / 3)
            painter.drawText(room, flags, _("Draw where the data shall lie."))
        if self._at is not None:
            radius = self.brush.radius * paper.width() / SIZE
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            style = Qt.PenStyle.DashLine if self.brush.erase else Qt.PenStyle.SolidLine
            for tone, width in ((theme.surface, 3.0), (theme.text, 1.2)):
                painter.setPen(QPen(colour(tone, 0.8), width, style))
                painter.drawEllipse(self._at, radius, radius)
        painter.end()

    def to_field(self, at: QPointF) -> QPointF:
        """A place on the widget in pixels of the field."""
        paper = self.paper()
        return (at - paper.topLeft()) * (SIZE / paper.width())

    def _begin(self, touch: Touch) -> None:
        self.density.begin(replace(self.brush, erase=touch.erasing or self._rubbing or self.brush.erase))
        self._way = Way()
        self._draw(touch, True)

    def _draw(self, touch: Touch, down: bool) -> None:
        if down and self.density.stroking:
            self.density.stroke_to(*self._way.to(touch), touch.pressure)
            self._renewed()

    def _end(self, _touch: Touch | None = None) -> None:
        if self.density.stroking:
            self.density.end()
            self._renewed()

    def _cancel(self) -> bool:
        if had := self.density.abort():
            self._renewed()
        return had

    def mousePressEvent(self, event: QSinglePointEvent) -> None:
        """Begins a stroke; with the right button one that erases."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._rubbing = event.button() == Qt.MouseButton.RightButton
            self._at = event.position()
            self._strokes.press(event)

    def mouseMoveEvent(self, event: QSinglePointEvent) -> None:
        """Goes on with it; with Shift straight on."""
        self._at = event.position()
        self._strokes.move(event)
        self.update()

    def mouseReleaseEvent(self, event: QSinglePointEvent) -> None:
        """Ends it."""
        self._strokes.release(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen does what the mouse does: the harder, the stronger; its other end erases."""
        as_mouse(event, self)

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the brush."""
        if not self.density.stroking:
            self._at = None
            self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Changes the brush's size."""
        if event.angleDelta().y():
            self.set_brush(radius=self.brush.radius * 1.1 ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo, redo, brush size, eraser; and drawing without a mouse."""
        key = event.key()
        redo = QKeySequence("Ctrl+Shift+Z")
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) or QKeySequence(event.keyCombination()) == redo:
            self.redo()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.set_brush(radius=self.brush.radius * (1.15 if key == Qt.Key.Key_BracketRight else 1 / 1.15))
        elif key == Qt.Key.Key_E and not event.modifiers():
            self.set_brush(erase=not self.brush.erase)
        elif key in _ARROWS:
            step = LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
            paper, at = self.paper(), (self._at or self.paper().center()) + _ARROWS[key] * step
            x = min(paper.right(), max(paper.left(), at.x()))
            self._at = QPointF(x, min(paper.bottom(), max(paper.top(), at.y())))
            self.update()
        elif key == Qt.Key.Key_Space:
            self._rubbing = False
            self._begin(self._strokes.touch_at(self.to_field(self._at or self.paper().center())))
            self._end()
        elif key != Qt.Key.Key_Escape or not self._strokes.cancel():
            super().keyPressEvent(event)
