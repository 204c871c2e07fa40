"""The layers of a 2-D scene as numbers and pictures: where on the screen what lies. No widget, no pyqtgraph."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from ganstudio.core.events import Scene
from ganstudio.core.plane import belief
from ganstudio.ui.kit.painted import rgb, to_image
from ganstudio.ui.kit.theme import Theme

TINT = 0.45
"""How far the strongest belief colours the ground."""


def heat_image(scene: Scene, theme: Theme) -> QImage:
    """The heat-map as a picture whose first row is the *highest* y: green believed real, orange believed generated."""
    levels = np.round((belief(scene.heat, scene.heat_is_probability) + 1) * 127.5).astype(np.uint8)
    return to_image(tints(theme)[levels[::-1]])


def tints(theme: Theme) -> NDArray[np.uint8]:
    """The colours of belief from −1 to 1, ``(256, 3)``."""
    ends = rgb(theme.generator), rgb(theme.surface), rgb(theme.real)
    side = np.linspace(-1, 1, 256)[:, None]
    strongest = np.where(side > 0, ends[2], ends[0])
    return np.round(ends[1] + (strongest - ends[1]) * np.abs(side) * TINT).astype(np.uint8)


def dots(placed: NDArray[np.float64], size: tuple[int, int], radius: float, tone: QColor) -> QImage:
    """Round dots of one colour as a transparent picture; 5,000 of them cost about a millisecond.

    (pyqtgraph's ``ScatterPlotItem`` takes four to nine times as long for other points each time, and needs a view.)

    Args:
        placed: ``(n, 2)`` device pixels; what lies outside is left out, as is what is not finite.
        size: width and height of the picture in device pixels.
        radius: of a dot, in device pixels.
        tone: their colour.
    """
    width, height = size
    reach = math.ceil(radius + 0.5)
    cover = np.zeros((height + 2 * reach, width + 2 * reach), dtype=np.uint8)
    with np.errstate(invalid="ignore"):
        inside = np.all((placed >= 0) & (placed < [width, height]), axis=1)
    cells = placed[inside].astype(np.intp) + reach
    flat, stride = cover.reshape(-1), cover.shape[1]
    base = cells[:, 1] * stride + cells[:, 0]
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            alpha = round(255 * min(1.0, max(0.0, radius + 0.5 - math.hypot(across, down))))
            if alpha:
                where = base + (down * stride + across)
                flat[where] = np.maximum(flat[where], alpha)
    cover = np.ascontiguousarray(cover[reach : reach + height, reach : reach + width])
    image = QImage(cover.data, width, height, width, QImage.Format.Format_Indexed8)
    red, green, blue, most = tone.red(), tone.green(), tone.blue(), tone.alphaF()
    image.setColorTable([(round(alpha * most) << 24) | (red << 16) | (green << 8) | blue for alpha in range(256)])
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
