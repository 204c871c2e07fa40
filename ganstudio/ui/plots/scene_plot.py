"""The plot of a 2-D scene: layers on one plane, with wheel, drag and keys to move about in it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ganstudio.core.events import Scene
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import (
    colour,
    device_pixels,
    draw_focus_ring,
    draw_group,
    draw_legend,
    draw_tag,
    group_colour,
)
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots import scene_layers as layers
from ganstudio.ui.plots.scene_layers import Points, View

NEAREST, FARTHEST = 64.0, 0.4
MARGIN = 1.06
ARROW = 26.0
NUMBER = 16.0
"""Numbers of generators stay so many pixels apart."""
LEGEND = 36


class ScenePlot(QWidget):
    """Paints what :class:`~ganstudio.ui.plots.scene.SceneView` was given."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.real: Points | None = None
        self.fakes: Points | None = None
        self._groups: dict[int, Points] = {}
        self._group_names: tuple[str, ...] = ()
        self.scene: Scene | None = None
        self.extent = 1.0
        self.modes: list[tuple[float, float]] = []
        self.mode_std = 0.0
        self.hits: list[bool] = []
        self.shown = {"heat", "real", "fakes", "manifold", "arrows", "modes"}
        self.empty_text = ""
        self._middle, self._zoom = (0.0, 0.0), 1.0
        self._grabbed: tuple[QPointF, tuple[float, float]] | None = None
        self._mouse: QPointF | None = None
        self._heat: QImage | None = None
        self._undecided: Points | None = None
        self._real_dots: tuple[object, QImage] | None = None
        self.setMinimumSize(120, 90)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Plane of the data"))

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(480, 480)

    def set_theme(self, theme: Theme) -> None:
        """Uses the colours of another theme."""
        self._theme, self._heat, self._real_dots = theme, None, None
        self.update()

    def set_fakes(self, points: Points | None, groups: NDArray[np.int64] | None, names: tuple[str, ...]) -> None:
        """Other generated points, and the generator of each where there are several."""
        self.fakes, self._groups, self._group_names = points, {}, names
        if points is not None and groups is not None and len(groups) == len(points):
            self._groups = {int(number): points[groups == number] for number in np.unique(groups)}
        self.update()

    def forget_cache(self, *, heat: bool = False, real: bool = False) -> None:
        """The scene or the real points are others."""
        if heat:
            self._heat = None
        if real:
            self._real_dots = None
        self.update()

    # the view

    def view(self) -> View:
        """The part of the plane that is seen, in logical pixels."""
        scale = min(self.width(), self.height()) / (2 * self.extent * MARGIN) * self._zoom
        return View(*self._middle, scale, self.width(), self.height())

    @Slot()
    def reset_view(self) -> None:
        """Shows the whole square of the data."""
        self._middle, self._zoom = (0.0, 0.0), 1.0
        self.update()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms, leaving the data under ``at`` (default: the middle) where it is."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self.view().to_data(at.x(), at.y())
        self._zoom = min(NEAREST, max(FARTHEST, self._zoom * factor))
        after = self.view().to_data(at.x(), at.y())
        self._set_middle(self._middle[0] + before[0] - after[0], self._middle[1] + before[1] - after[1])

    def pan_by(self, across: float, up: float) -> None:
        """Moves the view by shares of its width and height."""
        view = self.view()
        self._set_middle(
            self._middle[0] + across * view.width / view.scale, self._middle[1] + up * view.height / view.scale
        )

    def _set_middle(self, x: float, y: float) -> None:
        # The middle stays over the data, so that nobody gets lost in the void.
        reach = self.extent
        self._middle = min(reach, max(-reach, x)), min(reach, max(-reach, y))
        self.update()

    # painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the layers from the ground up."""
        painter = QPainter(self)
        self.paint_scene(painter, self.devicePixelRatioF())
        if self._mouse is not None:
            self._paint_readout(painter)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), self._theme)
        painter.end()

    def paint_scene(self, painter: QPainter, ratio: float) -> None:
        """Draws everything but what the mouse and the keyboard add."""
        view = self.view()
        painter.fillRect(self.rect(), QColor(self._theme.surface))
        if self.scene is not None and "heat" in self.shown:
            self._paint_heat(painter, view, self.scene)
        self._paint_grid(painter, view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.scene is not None and self.scene.manifold is not None and "manifold" in self.shown:
            self._paint_manifold(painter, view, self.scene.manifold)
        self._paint_points(painter, view, ratio)
        if self.scene is not None and self.scene.arrows is not None and "arrows" in self.shown:
            painter.setPen(QPen(QColor(self._theme.mix("purple", "text", 0.85)), 1.2))
            longest = min(ARROW, 0.055 * min(view.width, view.height))
            painter.drawLines(layers.arrow_lines(self.scene.arrows, view, longest))
        if self.modes and "modes" in self.shown:
            self._paint_modes(painter, view)
        if self.real is None and self.fakes is None and self.scene is None and self.empty_text:
            painter.setPen(QColor(self._theme.text_muted))
            painter.setFont(ui_font(self._theme.normal))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), flags, self.empty_text)

    def _paint_heat(self, painter: QPainter, view: View, scene: Scene) -> None:
        if self._heat is None:
            self._heat = layers.heat_image(scene, self._theme)
            self._undecided = layers.undecided_lines(scene)
        rows, columns = scene.heat.shape
        # The outer nodes lie on the edge of the square, so the picture reaches half a cell beyond it.
        beyond_x = scene.extent * (1 + 1 / max(1, columns - 1))
        beyond_y = scene.extent * (1 + 1 / max(1, rows - 1))
        (left, top), (right, bottom) = view.to_screen(np.array([[-beyond_x, beyond_y], [beyond_x, -beyond_y]])).tolist()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._heat)
        if self._undecided is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour(self._theme.text, 0.45), 1))
            ends = view.to_screen(self._undecided).reshape(-1, 4).tolist()
            painter.drawLines([QLineF(*piece) for piece in ends])

    def _paint_grid(self, painter: QPainter, view: View) -> None:
        theme = self._theme
        painter.setFont(ui_font(theme.small, tabular=True))
        metrics = painter.fontMetrics()
        x0, y1 = view.to_data(0, 0)
        x1, y0 = view.to_data(view.width, view.height)
        step = layers.nice_step(min(x1 - x0, y1 - y0), 4)
        line, strong = colour(theme.text, 0.08), colour(theme.text, 0.2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for low, high, upright in ((x0, x1, True), (y0, y1, False)):
            for number in range(math.ceil(low / step), math.floor(high / step) + 1):
                value = number * step
                place = view.to_screen(np.array([value, value]))
                at = round(float(place[0 if upright else 1]))
                painter.setPen(QPen(strong if number == 0 else line, 1))
                text = f"{value:.4g}".replace("-", "−")
                if upright:
                    painter.drawLine(at, 0, at, self.height())
                    box = QRectF(at + 3, self.height() - metrics.height() - 2, 60, metrics.height())
                    fits = at < self.width() - metrics.horizontalAdvance(text) - 6 and at > 24
                else:
                    painter.drawLine(0, at, self.width(), at)
                    box = QRectF(4, at - metrics.height(), 60, metrics.height())
                    fits = metrics.height() < at < self.height() - metrics.height() - 4
                if fits:
                    painter.setPen(QColor(theme.text_muted))
                    painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)

    def _paint_manifold(self, painter: QPainter, view: View, manifold: Points) -> None:
        tone = self._theme.mix("generator", "text", 0.72)
        for level, lines in enumerate(layers.manifold_lines(manifold, view)):
            painter.setPen(QPen(colour(tone, 0.16 + 0.64 * level / (layers.LEVELS - 1)), 1))
            painter.drawLines(lines)

    def _paint_points(self, painter: QPainter, view: View, ratio: float) -> None:
        # Dots are made in device pixels: sharp on every screen.
        fine = replace(view, scale=view.scale * ratio, width=view.width * ratio, height=view.height * ratio)
        size = round(view.width * ratio), round(view.height * ratio)
        painter.save()
        device_pixels(painter, ratio)
        if self.real is not None and "real" in self.shown:
            key = (fine, size)
            if self._real_dots is None or self._real_dots[0] != key:
                tone = colour(self._theme.real, 0.8)
                self._real_dots = key, layers.dots(fine.to_screen(self.real), size, 1.1 * ratio, tone)
            painter.drawImage(0, 0, self._real_dots[1])
        if self.fakes is not None and "fakes" in self.shown:
            tones = {number: group_colour(number, self._theme) for number in self._groups}
            for number, points in (self._groups or {0: self.fakes}).items():
                tone = QColor(tones.get(number, self._theme.generator))
                painter.drawImage(0, 0, layers.dots(fine.to_screen(points), size, 1.3 * ratio, tone))
        painter.restore()
        if "fakes" in self.shown:
            self._paint_groups(painter, view)

    def _paint_groups(self, painter: QPainter, view: View) -> None:
        """Each generator's number in the middle of its points, and what it is called."""
        placed: list[QPointF] = []
        for number, points in self._groups.items():
            middle = QPointF(*view.to_screen(np.nanmedian(points, axis=0)).tolist())
            while any(abs(middle.x() - other.x()) + abs(middle.y() - other.y()) < NUMBER for other in placed):
                middle += QPointF(NUMBER, 0)
            placed.append(middle)
            draw_group(painter, middle, number, self._theme)
        if self._groups:
            painter.setFont(ui_font(self._theme.small, tabular=True))
            room = self.width() - LEGEND - 8
            draw_legend(painter, LEGEND, 14, list(self._groups), self._group_names, self._theme, room)

    def _paint_modes(self, painter: QPainter, view: View) -> None:
        theme = self._theme
        radius = max(6.0, 3 * self.mode_std * view.scale)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for number, (x, y) in enumerate(view.to_screen(np.array(self.modes)).tolist()):
            known = number < len(self.hits)
            hit = known and self.hits[number]
            pen = QPen(colour(theme.text, 0.85 if hit or not known else 0.7), 1.5 if hit else 1.2)
            if known and not hit:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(x, y), radius, radius)
            if hit:
                at = QPointF(x + radius * 0.71, y - radius * 0.71)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.text))
                painter.drawEllipse(at, 5.5, 5.5)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.surface), 1.5))
                tick = [QPointF(-2.4, 0.2), QPointF(-0.7, 2.0), QPointF(2.6, -1.9)]
                painter.drawPolyline(QPolygonF([at + point for point in tick]))

    def readout(self, at: QPointF) -> str:
        """What is under a point: ``"x 0.42 · y −0.31 · D 0.73"``."""
        x, y = self.view().to_data(at.x(), at.y())
        text = f"x {x:.3g} · y {y:.3g}"
        heat = layers.heat_at(self.scene, x, y) if self.scene is not None else None
        if heat is not None and self.scene is not None:
            text += f" · D {heat:.2f}" if self.scene.heat_is_probability else f" · D {heat:.3g}"
        return text.replace("-", "−")

    def _paint_readout(self, painter: QPainter) -> None:
        if self._mouse is None:
            return
        painter.setFont(ui_font(self._theme.small, tabular=True))
        text = self.readout(self._mouse)
        width = painter.fontMetrics().horizontalAdvance(text) + 17
        draw_tag(painter, max(6, self.width() - width - 8), 18, text, self._theme)

    # mouse and keyboard

    def _may_take_wheel(self, event: QWheelEvent) -> bool:
        """Not where a scrolling parent would be robbed of it, unless this plot was chosen or Ctrl says so."""
        if self.hasFocus() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return True
        parent = self.parentWidget()
        while parent is not None:
            if isinstance(parent, QAbstractScrollArea) and parent.verticalScrollBar().maximum() > 0:
                return False
            parent = parent.parentWidget()
        return True

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms around the mouse."""
        if not self._may_take_wheel(event):
            event.ignore()
            return
        self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the plane."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position(), self._middle
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the plane, or reads what is under the mouse."""
        self._mouse = event.position()
        if self._grabbed is not None:
            start, middle = self._grabbed
            moved, scale = event.position() - start, self.view().scale
            self._set_middle(middle[0] - moved.x() / scale, middle[1] + moved.y() / scale)
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Lets go."""
        self._grabbed = None
        self.unsetCursor()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Shows everything again."""
        self.reset_view()

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the readout."""
        self._mouse = None
        self.update()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """``+`` and ``-`` zoom, arrows pan, ``0`` shows everything."""
        key, pan = event.key(), 0.1
        moves: dict[int, tuple[float, float]] = {
            Qt.Key.Key_Left: (-pan, 0.0),
            Qt.Key.Key_Right: (pan, 0.0),
            Qt.Key.Key_Up: (0.0, pan),
            Qt.Key.Key_Down: (0.0, -pan),
        }
        if key in moves:
            self.pan_by(*moves[key])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key == Qt.Key.Key_0:
            self.reset_view()
        else:
            super().keyPressEvent(event)
