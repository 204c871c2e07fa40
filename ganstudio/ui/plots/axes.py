"""The grid behind a plot, and where values lie on it.

Our own and not pyqtgraph's ``AxisItem``: that one plays a ``QPicture`` at every redraw (72 % of the time of a plot), and
writes SI prefixes where people of this field write ``2e-4`` and ``12.3 k``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QLine, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from ganstudio.core.curves import Floats
from ganstudio.ui.kit.painted import colour
from ganstudio.ui.kit.theme import Theme, ui_font


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines behind a plot and the numbers at them, in whole pixels.

    Two that are equal look equal, so a grid is also the name under which its picture is kept.

    Attributes:
        rules: ends of the lines, ``(x0, y0, x1, y1)``.
        strong: those of them that stand out, as axes do.
        texts: left end of the base line, and what is written there.
    """

    rules: tuple[tuple[int, int, int, int], ...] = ()
    strong: tuple[tuple[int, int, int, int], ...] = ()
    texts: tuple[tuple[int, int, str], ...] = ()

    def paint(self, painter: QPainter, theme: Theme, *, over: bool = False) -> None:
        """Draws it; ``over`` something else, in colours that let it shine through."""
        plain = colour(theme.text, 0.08) if over else QColor(theme.mix("hairline", "surface", 0.75))
        for tone, lines in ((plain, self.rules), (colour(theme.text, 0.2), self.strong)):
            painter.setPen(QPen(tone, 1))
            painter.drawLines([QLine(*ends) for ends in lines])
        painter.setFont(ui_font(theme.small, tabular=True))
        painter.setPen(QColor(theme.text_muted))
        for x, y, text in self.texts:
            painter.drawText(x, y, text)


@dataclass(frozen=True, slots=True)
class Scale:
    """Where the lines lie in their plot and which values they span."""

    area: QRectF
    x0: float
    x1: float
    low: float
    high: float
    log: bool = False

    @property
    def per_pixel(self) -> float:
        """Data along x in a pixel."""
        return (self.x1 - self.x0) / self.area.width()

    def to_x(self, x: ArrayLike) -> Floats:
        """Data to pixels along x; far outside is just outside."""
        pixels = self.area.left() + (np.asarray(x, np.float64) - self.x0) / self.per_pixel
        reach = 1e4  # further away, Qt's fixed-point coordinates overflow
        return np.clip(pixels, self.area.left() - reach, self.area.right() + reach)

    def to_y(self, y: ArrayLike) -> Floats:
        """Data to pixels along y; NaN where a logarithmic axis cannot show it, far outside is just outside."""
        y, low, high = np.asarray(y, np.float64), self.low, self.high
        if self.log:
            with np.errstate(invalid="ignore", divide="ignore"):
                y = np.where(y > 0, np.log10(y), np.nan)
            low, high = float(np.log10(low)), float(np.log10(high))
        pixels = self.area.bottom() - (y - low) * (self.area.height() / (high - low))
        return np.clip(pixels, self.area.top() - 1, self.area.bottom() + 1)

    def from_x(self, pixel: float) -> float:
        """Pixels to data along x."""
        return self.x0 + (pixel - self.area.left()) * self.per_pixel
