"""The line between two pictures that lie over each other: left of it the one, right of it the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen

from ganstudio.ui.kit.painted import colour, draw_tag
from ganstudio.ui.kit.theme import current_theme

GRIP = 14
"""So many pixels beside the line still take hold of it."""
STEP, FINE = 0.05, 0.01
ROOM = 64
"""Logical pixels that a side needs for its name."""


def line_of(place: QRectF, split: float) -> float:
    """Where the line is on the widget; ``split`` is 0 at the left edge of the picture and 1 at the right one."""
    return place.left() + split * place.width()


def near_line(x: float, place: QRectF, split: float) -> bool:
    """A hand there takes hold of the line."""
    return abs(x - line_of(place, split)) <= GRIP


def split_at(x: float, place: QRectF) -> float:
    """The split that puts the line there, or as near as the picture reaches."""
    return min(max((x - place.left()) / place.width(), 0.0), 1.0) if place.width() > 0 else 0.5


def split_by_key(event: QKeyEvent, split: float) -> float | None:
    """Where a key moves the line: ← and → (with Shift in small steps), Home and End; None for any other key."""
    step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
    moves: dict[int, float] = {
        Qt.Key.Key_Left: max(split - step, 0.0),
        Qt.Key.Key_Right: min(split + step, 1.0),
        Qt.Key.Key_Home: 0.0,
        Qt.Key.Key_End: 1.0,
    }
    return moves.get(event.key())


def paint_left(painter: QPainter, image: QImage, place: QRectF, split: float) -> None:
    """The picture left of the line, over the other one that was painted at the same place."""
    painter.save()
    painter.setClipRect(QRectF(place.left(), place.top(), split * place.width(), place.height()))
    painter.drawImage(place, image)
    painter.restore()


def paint_line(painter: QPainter, place: QRectF, split: float, room: QSize, names: tuple[str, str]) -> None:
    """The line with its grip, and what the two sides are.

    Args:
        painter: in logical pixels.
        place: of the pictures; they may reach out of the widget.
        split: where the line is.
        room: size of the widget.
        names: of the picture left of the line, and of the one right of it.
    """
    theme, x = current_theme(), line_of(place, split)
    top, bottom = max(0.0, place.top()), min(float(room.height()), place.bottom())
    middle = (top + bottom) / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for edge, width in ((colour(theme.text, 0.35), 4.0), (QColor("#ffffff"), 2.0)):  # on light pictures and dark ones
        painter.setPen(QPen(edge, width))
        painter.drawLine(QPointF(x, top), QPointF(x, bottom))
    painter.setPen(QPen(QColor(theme.text_muted), 1))
    painter.setBrush(QColor(theme.raised))
    painter.drawEllipse(QPointF(x, middle), 12, 12)
    painter.setPen(QPen(QColor(theme.text), 1.5))
    for sign in (-1, 1):
        tip = QPointF(x + 7.5 * sign, middle)
        painter.drawLine(tip, QPointF(x + 4 * sign, middle - 3.5))
        painter.drawLine(tip, QPointF(x + 4 * sign, middle + 3.5))
    left, right = max(0.0, place.left()), min(float(room.width()), place.right())
    if x - left > ROOM:
        draw_tag(painter, left + 8, top + 18, names[0], theme, limit=x - left - 24)
    if right - x > ROOM:
        width = min(painter.fontMetrics().horizontalAdvance(names[1]) + 16.0, right - x - 24)
        draw_tag(painter, right - width - 8, top + 18, names[1], theme, limit=width + 1)
