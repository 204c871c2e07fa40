"""Quiet drawings that stand in for a card's picture until there is a real one."""

from __future__ import annotations

import math
import random

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from ganstudio.ui.kit.theme import Theme


def draw_stand_in(painter: QPainter, target: QRectF, card_id: str, kind: str, theme: Theme) -> None:
    """A neutral drawing by kind: scattered points, a wall of tiles, a brush stroke, or a folder of pictures."""
    ink = QColor(theme.mix("text", "surface", 0.30))
    faint = QColor(theme.mix("text", "surface", 0.10))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre = target.center()
    side = min(target.width(), target.height()) * 0.78
    if kind == "points":
        _points(painter, centre, side, card_id, ink)
    elif kind == "drawing":
        _stroke(painter, centre, side, ink)
    elif kind == "folder":
        _photos(painter, centre, side, ink, faint, QColor(theme.surface))
    else:
        _tiles(painter, target, card_id, theme)


def _points(painter: QPainter, centre: QPointF, side: float, card_id: str, ink: QColor) -> None:
    draw = random.Random(card_id)
    painter.setPen(Qt.PenStyle.NoPen)
    for _ in range(260):
        if card_id == "grid":
            x, y = draw.randrange(-2, 3) / 5 + draw.gauss(0, 0.012), draw.randrange(-2, 3) / 5 + draw.gauss(0, 0.012)
        elif card_id == "moons":
            angle, upper = draw.uniform(0, math.pi), draw.random() < 0.5
            x, y = math.cos(angle) * 0.3, math.sin(angle) * 0.3
            x, y = (x - 0.13, y - 0.08) if upper else (0.13 + x, 0.08 - y)
            x, y = x + draw.gauss(0, 0.012), -y + draw.gauss(0, 0.012)
        else:
            # "collapse" keeps most of its points on one mode: the drawing says what the card is about.
            mode = 7 if card_id == "collapse" and draw.random() < 0.8 else draw.randrange(8)
            x = 0.42 * math.cos(mode * math.pi / 4) + draw.gauss(0, 0.02)
            y = 0.42 * math.sin(mode * math.pi / 4) + draw.gauss(0, 0.02)
        colour = QColor(ink)
        colour.setAlphaF(draw.uniform(0.35, 1.0))
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(centre.x() + x * side, centre.y() + y * side), 1.6, 1.6)


def _stroke(painter: QPainter, centre: QPointF, side: float, ink: QColor) -> None:
    path = QPainterPath(QPointF(centre.x() - side * 0.55, centre.y() + side * 0.18))
    path.cubicTo(
        QPointF(centre.x() - side * 0.25, centre.y() - side * 0.75),
        QPointF(centre.x() + side * 0.15, centre.y() + side * 0.75),
        QPointF(centre.x() + side * 0.55, centre.y() - side * 0.2),
    )
    wide, thin = QColor(ink), QColor(ink)
    wide.setAlphaF(0.35)
    for colour, width in ((wide, side * 0.16), (thin, 1.6)):
        painter.setPen(QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)


def _photos(painter: QPainter, centre: QPointF, side: float, ink: QColor, faint: QColor, ground: QColor) -> None:
    for index, angle in enumerate((-9.0, 5.0, 0.0)):
        painter.save()
        painter.translate(centre.x() + (index - 1) * side * 0.14, centre.y() + (1 - index) * side * 0.03)
        painter.rotate(angle)
        frame = QRectF(-side * 0.32, -side * 0.27, side * 0.64, side * 0.54)
        painter.setPen(QPen(ink, 1.4))
        painter.setBrush(ground)
        painter.drawRoundedRect(frame, 4, 4)
        if index == 2:
            hill = QPainterPath(frame.bottomLeft() + QPointF(6, -6))
            hill.lineTo(frame.left() + frame.width() * 0.38, frame.top() + frame.height() * 0.42)
            hill.lineTo(frame.left() + frame.width() * 0.6, frame.top() + frame.height() * 0.72)
            hill.lineTo(frame.left() + frame.width() * 0.72, frame.top() + frame.height() * 0.58)
            hill.lineTo(frame.bottomRight() + QPointF(-6, -6))
            painter.setBrush(faint)
            painter.drawPath(hill)
            painter.drawEllipse(frame.topRight() + QPointF(-frame.width() * 0.2, frame.height() * 0.24), 5, 5)
        painter.restore()


def _tiles(painter: QPainter, target: QRectF, card_id: str, theme: Theme) -> None:
    draw = random.Random(card_id)
    columns, rows = 8, 4
    size = min(target.width() / columns, target.height() / rows) * 0.78
    gap = size * 0.14
    left = target.center().x() - (columns * (size + gap) - gap) / 2
    top = target.center().y() - (rows * (size + gap) - gap) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    for row in range(rows):
        for column in range(columns):
            painter.setBrush(QColor(theme.mix("text", "surface", draw.uniform(0.06, 0.26))))
            painter.drawRoundedRect(QRectF(left + column * (size + gap), top + row * (size + gap), size, size), 2, 2)
