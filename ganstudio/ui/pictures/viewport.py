"""How a canvas lies on its widget: scale and place, in device pixels, so that every class pixel is a sharp square."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF

STEPS = (0.25, 0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64)
"""What zooming goes through: whole scales above 1, so that all pixels are equally large."""
SMALLEST, LARGEST = STEPS[0], STEPS[-1]
GRID_FROM = 8.0
"""Device pixels per class pixel from which on the pixel grid is drawn: below, it would be all there is."""
MARGIN, WHOLE_FROM = 8, 0.85
KEPT = 32
"""So many device pixels of the canvas cannot be pushed out of sight."""


def middle_of(size: QSize) -> QPointF:
    """The middle of a canvas or a widget."""
    return QPointF(size.width() / 2, size.height() / 2)


class Viewport:
    """Scale and origin of a canvas on a widget.

    Args:
        margin: device pixels that stay free around a canvas that is fitted.
        whole_from: a whole scale is taken for fitting where it fills this much of what a broken one would.

    Attributes:
        canvas: width and height of the canvas in class pixels.
        widget: size of the widget in device-independent pixels.
        ratio: device pixels per device-independent pixel.
        scale: device pixels per class pixel.
        origin: where the canvas' upper left corner lies, in device pixels.
        fitted: the canvas fills the widget and goes on doing so when the widget's size changes.
        grain: so many pixels of a finer picture of the same thing are one of this: fitted, the two are equally large.
    """

    def __init__(self, margin: int = MARGIN, whole_from: float = WHOLE_FROM) -> None:
        self._margin, self._whole_from = margin, whole_from
        self.canvas, self.widget, self.origin = QSize(1, 1), QSize(1, 1), QPoint()
        self.ratio = self.scale = self.grain = 1.0
        self.fitted = True

    def set_grain(self, grain: float) -> None:
        """Is looked at beside a finer picture."""
        if grain != self.grain:
            self.grain = grain
            if self.fitted:
                self.fit()

    def place(self, canvas: QSize, widget: QSize, ratio: float) -> None:
        """Takes new sizes; what was in the middle stays there."""
        if (canvas, widget, ratio) == (self.canvas, self.widget, self.ratio):
            return
        middle = self.to_canvas(middle_of(self.widget))
        scale = self.scale / self.ratio
        fresh = canvas != self.canvas
        self.canvas, self.widget, self.ratio = QSize(canvas), QSize(widget), ratio
        if self.fitted or fresh:
            self.fit()
        else:
            self.scale = scale * ratio
            self._put(middle, middle_of(widget))

    def fit(self) -> None:
        """The whole canvas, as large as it can be."""
        wide, high = self.widget.width() * self.ratio, self.widget.height() * self.ratio
        room = (wide - 2 * self._margin, high - 2 * self._margin)
        scale = max(1e-3, min(room[0] / self.canvas.width(), room[1] / self.canvas.height()) / self.grain)
        if scale >= 1 and math.floor(scale) >= self._whole_from * scale:
            scale = math.floor(scale)
        self.scale, self.fitted = min(scale, LARGEST) * self.grain, True
        self._put(middle_of(self.canvas), middle_of(self.widget))

    def zoom(self, scale: float, about: QPointF) -> None:
        """Takes another scale; the place of the canvas under ``about`` (on the widget) stays there."""
        there = self.to_canvas(about)
        self.scale = min(LARGEST * self.grain, max(min(SMALLEST, self.scale), scale))
        self.fitted = False
        self._put(there, about)

    def step(self, up: bool, about: QPointF) -> None:
        """The next larger or smaller of :data:`STEPS`."""
        if up:
            scale = next((step for step in STEPS if step > self.scale + 1e-6), LARGEST)
        else:
            scale = next((step for step in reversed(STEPS) if step < self.scale - 1e-6), SMALLEST)
        self.zoom(scale, about)

    def pan(self, moved: QPointF) -> None:
        """Pushes the canvas by a way on the widget."""
        self.fitted = False
        self._keep(QPointF(self.origin) + moved * self.ratio)

    def look_at(self, there: QPointF, scale: float) -> None:
        """Takes another scale, with a place of the canvas in the middle of the widget."""
        self.zoom(scale, middle_of(self.widget))
        self.pan(middle_of(self.widget) - self.to_widget(there))

    def follow(self, other: Viewport) -> None:
        """Scale and place of another one: of a canvas of another size, the same part of it, equally large."""
        if other.fitted:
            self.fit()
            return
        finer = self.canvas.width() / other.canvas.width()
        there = other.to_canvas(middle_of(other.widget)) * finer
        self.look_at(there, other.scale / other.ratio * self.ratio / finer)

    def reveal(self, at: QPointF) -> bool:
        """Pans as little as is needed to show a place of the canvas; whether that was needed."""
        there = self.to_widget(at)
        pad = min(24.0, self.widget.width() / 4, self.widget.height() / 4)
        x = min(max(there.x(), pad), self.widget.width() - pad) - there.x()
        y = min(max(there.y(), pad), self.widget.height() - pad) - there.y()
        if not (x or y) or self.fitted:
            return False
        self.pan(QPointF(x, y))
        return True

    # -- between the two --------------------------------------------------------------------------------------------

    def to_canvas(self, at: QPointF) -> QPointF:
        """A place on the widget in class pixels; (0.5, 0.5) is the middle of the first."""
        return (at * self.ratio - QPointF(self.origin)) / self.scale

    def to_widget(self, at: QPointF) -> QPointF:
        """A place on the canvas on the widget."""
        return (at * self.scale + QPointF(self.origin)) / self.ratio

    @property
    def target(self) -> QRectF:
        """The canvas in device pixels."""
        return QRectF(QPointF(self.origin), QSizeF(self.canvas) * self.scale)

    def cover(self, left: float, top: float, right: float, bottom: float, margin: float = 0.0) -> QRect:
        """The pixels of the widget that show a part of the canvas.

        Args:
            left: of the part, in class pixels.
            top: of the part.
            right: the first outside.
            bottom: the first outside.
            margin: so many pixels of the widget more, on every side.
        """
        one, other = self.to_widget(QPointF(left, top)), self.to_widget(QPointF(right, bottom))
        x0, y0 = math.floor(one.x() - margin), math.floor(one.y() - margin)
        x1, y1 = math.ceil(other.x() + margin), math.ceil(other.y() + margin)
        return QRect(x0, y0, x1 - x0, y1 - y0)

    def _put(self, there: QPointF, at: QPointF) -> None:
        self._keep(at * self.ratio - there * self.scale)

    def _keep(self, origin: QPointF) -> None:
        """Whole device pixels, and never quite out of sight."""

        def kept(start: float, length: float, room: float) -> int:
            return round(min(max(start, KEPT - length), room - KEPT)) if room > 2 * KEPT else round(start)

        self.origin = QPoint(
            kept(origin.x(), self.canvas.width() * self.scale, self.widget.width() * self.ratio),
            kept(origin.y(), self.canvas.height() * self.scale, self.widget.height() * self.ratio),
        )
