"""Axes: where ticks lie, how numbers are written (few digits, but enough to tell neighbours apart), the grid they make.

Our own and not pyqtgraph's ``AxisItem``: that one plays a ``QPicture`` at every redraw (72 % of the time of a plot), and
writes SI prefixes where people of this field write ``2e-4`` and ``12.3 k``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QLine, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from ganstudio.core.fields import format_number, with_minus
from ganstudio.ui.kit import words
from ganstudio.ui.kit.painted import colour
from ganstudio.ui.kit.theme import Theme, ui_font

Floats = NDArray[np.float64]
Dash = tuple[int, ...]
"""Pixels on, off, on, off, … along x; empty is a solid line."""
Ticks = list[tuple[float, str]]
_TIMES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)


def clock(seconds: float) -> str:
    """A duration as people read it: ``4.2 s``, ``1:10``, ``2:05:00``."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 and seconds != int(seconds) else f"{int(seconds)} s"
    return words.clock(seconds)


def spacing(span: float, count: float) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that divides a span into at most so many parts."""
    rough = span / max(count, 1)
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9))


def linear_ticks(low: float, high: float, count: float, whole: bool = False) -> Ticks:
    """About ``count`` round values in [low, high]; ``whole`` allows only whole numbers."""
    if not high > low:
        return []
    step = spacing(high - low, count)
    if whole:
        step = max(step, 1.0)
    values = [index * step for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)]
    return [(value, _tick_text(value, step, max(abs(low), abs(high)))) for value in values]


def _tick_text(value: float, step: float, largest: float) -> str:
    if abs(value) < step * 1e-6:
        return "0"
    for limit, factor, unit in ((1e9, 1e9, " G"), (1e6, 1e6, " M"), (1e4, 1e3, " k")):
        if largest >= limit:
            decimals = max(0, -math.floor(math.log10(step / factor) + 1e-9))
            if decimals <= 3:
                return with_minus(f"{value / factor:.{decimals}f}") + unit
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if decimals > 3 and largest < 1e-2:
        return with_minus(format_number(float(f"{value:.3e}")))
    return with_minus(f"{value:.{min(decimals, 7)}f}")


def time_ticks(low: float, high: float, count: int) -> Ticks:
    """About ``count`` round times in [low, high] seconds."""
    if not high > low:
        return []
    rough = (high - low) / max(count, 1)
    if rough < _TIMES[0]:
        return [(value, f"{text} s") for value, text in linear_ticks(low, high, count)]
    step = next((time for time in _TIMES if time >= rough), None) or 86400 * math.ceil(rough / 86400)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(index * step, clock(index * step)) for index in range(first, last + 1)]


def log_ticks(low: float, high: float, count: int) -> Ticks:
    """Round values of a logarithmic axis in [low, high], both positive: as many per decade as there is room for."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    every = max(1, math.ceil((last - first) / max(count, 1)))
    choices = [((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), every), ((1,), max(1, every // 2))]
    best: list[float] = []
    for mantissas, step in choices:
        exponents = [exponent for exponent in range(first, last + 1) if exponent % step == 0]
        values = [mantissa * 10.0**exponent for exponent in exponents for mantissa in mantissas]
        values = [value for value in values if low <= value <= high]
        if len(values) >= 2:
            best = values
            if len(values) <= 1.5 * count + 1:
                break
    texts = [(value, _log_text(value)) for value in best]
    return texts or linear_ticks(low, high, count) or linear_ticks(low, high, 2 * count)


def _log_text(value: float) -> str:
    if value >= 1e4:
        return f"{value:.0e}".replace("e+0", "e").replace("e+", "e") if value >= 1e6 else f"{value / 1e3:g} k"
    return format_number(value)


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
