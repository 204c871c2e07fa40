"""Shapes to begin a drawing with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter

from ganstudio.ui.experiment.density import SIZE, Brush, Density, Field

Plane = NDArray[np.float64]


def ring() -> Field:
    """A soft ring."""
    return _soft(lambda x, y: np.abs(np.hypot(x, y) - 0.6) / 0.09)


def spiral() -> Field:
    """Two and a half turns of a spiral."""
    turns = np.linspace(0.25, 1.0, 260)
    angle = turns * 5 * np.pi
    return _along(0.8 * turns * np.cos(angle), 0.8 * turns * np.sin(angle))


def heart() -> Field:
    """The outline of a heart."""
    angle = np.linspace(0, 2 * np.pi, 260)
    x = 16 * np.sin(angle) ** 3
    y = 13 * np.cos(angle) - 5 * np.cos(2 * angle) - 2 * np.cos(3 * angle) - np.cos(4 * angle)
    return _along(x / 22, (y + 2.5) / 22)


def spots() -> Field:
    """Nine spots in a square."""
    return _soft(
        lambda x, y: (
            np.hypot((x + 0.9) % 0.6 - 0.3, (y + 0.9) % 0.6 - 0.3) / 0.07 + 9 * (np.maximum(np.abs(x), np.abs(y)) > 0.9)
        )
    )


def _grid() -> tuple[Plane, Plane]:
    places = (np.arange(SIZE) + 0.5) / SIZE * 2 - 1
    x, y = np.meshgrid(places, -places)
    return x, y


def _soft(distance: Callable[[Plane, Plane], Plane]) -> Field:
    return np.round(255 * np.exp(-0.5 * distance(*_grid()) ** 2)).astype(np.uint8)


def _along(xs: Plane, ys: Plane) -> Field:
    density = Density()
    density.begin(Brush(radius=11, strength=1.0))
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        density.stroke_to((x + 1) / 2 * SIZE, (1 - y) / 2 * SIZE)
    return density.field


def letters(text: str, font: QFont) -> Field:
    """A short text, as large as it fits.

    Args:
        text: a few signs.
        font: its family and weight; the size is chosen here.
    """
    image = QImage(SIZE, SIZE, QImage.Format.Format_Grayscale8)
    image.fill(0)
    font = QFont(font)
    font.setWeight(QFont.Weight.DemiBold)
    font.setPixelSize(200)
    bounds = QFontMetrics(font).tightBoundingRect(text)
    room = SIZE * 0.8
    font.setPixelSize(max(8, int(200 * min(room / max(1, bounds.width()), room / max(1, bounds.height())))))
    bounds = QFontMetrics(font).tightBoundingRect(text)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    painter.setPen(Qt.GlobalColor.white)
    middle = QRect(0, 0, SIZE, SIZE).center() - bounds.center()
    painter.drawText(middle, text)
    painter.end()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE, image.bytesPerLine())
    return lines[:, :SIZE].copy()
