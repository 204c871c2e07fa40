"""The line between two pictures that lie over each other: left of it the one, right of it the other."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPen

from ganstudio.ui.kit.painted import colour, draw_tag
from ganstudio.ui.kit.theme import current_theme

ROOM = 64
"""Logical pixels that a side needs for its name."""


def paint_line(painter: QPainter, place: QRectF, split: float, room: QSize, names: tuple[str, str]) -> None:
    """The line with its grip, and what the two sides are.

    Args:
        painter: in logical pixels.
        place: of the pictures; they may reach out of the widget.
        split: where the line is.
        room: size of the widget.
        names: of the picture left of the line, and of the one right of it.
    """
    theme, x = current_theme(), place.left() + split * place.width()
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
