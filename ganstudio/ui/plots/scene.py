"""The inside of a 2-D game: points, heat-map, manifold, gradients and modes on one plane, each switchable."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QGraphicsItem, QMenu, QWidget

from ganstudio.core.events import Scene
from ganstudio.core.i18n import _
from ganstudio.ui.kit.chips import ChipRow, Mark
from ganstudio.ui.kit.files import copy_image, save_image
from ganstudio.ui.kit.painted import colour, device_pixels, draw_group, draw_legend, draw_notice, draw_tag, group_colour
from ganstudio.ui.kit.parts import boxed, pop_up
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots import scene_layers as layers
from ganstudio.ui.plots.axes import Grid, linear_ticks
from ganstudio.ui.plots.chart import Chart, Sketch
from ganstudio.ui.plots.scene_layers import LEVELS, NOTHING, Ends, Points, View

NEAREST, FARTHEST = 64.0, 0.4
MARGIN = 1.06
ARROW = 26.0
NUMBER = 16.0
"""Numbers of generators stay so many pixels apart."""
LEGEND = 36
_MOVES: dict[int, tuple[float, float]] = {
    Qt.Key.Key_Left: (-0.1, 0.0),
    Qt.Key.Key_Right: (0.1, 0.0),
    Qt.Key.Key_Up: (0.0, 0.1),
    Qt.Key.Key_Down: (0.0, -0.1),
}
_ZOOMS: dict[int, float] = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}


def _layers() -> tuple[tuple[str, str, str, Mark, str], ...]:
    """The layers: name, word, explanation, mark, colour token."""
    return (
        ("real", _("real"), _("Real points"), "dot", "real"),
        ("fakes", _("generated"), _("Generated points"), "dot", "generator"),
        ("heat", _("D heat-map"), _("What the discriminator believes: green real, orange generated, the thin line "
         "undecided"), "field", "discriminator"),
        ("manifold", _("manifold"), _("Where a regular grid of latents lands; denser where the generator puts more "
         "probability"), "mesh", "generator"),
        ("arrows", _("gradients"), _("Which way generated points are pulled"), "arrow", "purple"),
        ("modes", _("modes"), _("The true modes (3σ); ticked where generated points arrive, dashed where none do"),
         "ring", "text"),
    )  # fmt: skip


class Pieces(pg.PlotCurveItem):
    """Pieces of line that do not hang together, smooth: at most a hundred thousand, since each is drawn by itself."""

    def __init__(self, parent: QGraphicsItem) -> None:
        super().__init__(parent=parent, connect="pairs", antialias=True, skipFiniteCheck=True)
        self.setSegmentedLineMode("on")  # no path need be made of them: half the time

    def boundingRect(self) -> QRectF:
        """That of the area: pyqtgraph would look through all points."""
        return self.parentItem().boundingRect()

    def set_ends(self, ends: Ends, ink: QColor) -> None:
        """Draws other pieces, ``(n, 2, 2)`` pixels."""
        flat = ends.reshape(-1, 2)
        self.setData(flat[:, 0], flat[:, 1], pen=QPen(ink, 1))


class ScenePlot(Chart):
    """Draws what a :class:`SceneView` gives it; who gives it something else calls :meth:`invalidate`.

    Signals:
        moved: another part of the plane is seen; other planes take it over with :meth:`follow`.
    """

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.real: Points | None = None
        self.fakes: Points | None = None
        self.groups: dict[int, Points] = {}  # of several generators; empty where there is one
        self.group_names: tuple[str, ...] = ()
        self.inside: Scene | None = None
        self.extent, self.mode_std = 1.0, 0.0
        self.modes: list[tuple[float, float]] = []
        self.hits: list[bool] = []  # for each mode whether fakes arrive there; empty where nobody knows
        self.shown = {name for name, *_rest in _layers()}
        self.empty_text = ""
        self._middle, self._zoom = (0.0, 0.0), 1.0
        self._grabbed: tuple[QPointF, tuple[float, float]] | None = None
        self._mouse: QPointF | None = None
        self._ratio = 1.0
        self._made: tuple[Scene | None, Theme] = (None, self.theme)  # what the next three were made of
        self._heat: QImage | None = None
        self._undecided: Ends = NOTHING
        self._mesh: list[Ends] = [NOTHING] * LEVELS
        self._real: tuple[Points, Hashable, QImage] | None = None
        # From the ground up; the heat-map and the grid lie below.
        self._border = Pieces(self.area)
        self._meshes = [Pieces(self.area) for _level in range(LEVELS)]
        self._points = Sketch(self._paint_points, self.area)
        self._arrows = Pieces(self.area)
        self._rings = Sketch(self._paint_modes, self.area)
        self.setMinimumSize(120, 90)
        self.setAccessibleName(_("Plane of the data"))
        words = _("Wheel or + and − zoom, drag or arrow keys move, double-click or 0 shows everything.")
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(480, 480)

    # the view

    def view(self) -> View:
        """The part of the plane that is seen, in logical pixels."""
        scale = min(self.width(), self.height()) / (2 * self.extent * MARGIN) * self._zoom
        return View(*self._middle, scale, self.width(), self.height())

    def reset_view(self) -> None:
        """Shows the whole square of the data."""
        self._middle, self._zoom = (0.0, 0.0), 1.0
        self.invalidate()
        self.moved.emit()

    def follow(self, other: ScenePlot) -> None:
        """Shows the part of the plane that another one shows."""
        self._middle, self._zoom = other._middle, other._zoom
        self.invalidate()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms, leaving the data under ``at`` (default: the middle) where it is."""
        at = at or QPointF(self.width() / 2, self.height() / 2)
        before = self.view().to_data(at.x(), at.y())
        self._zoom = min(NEAREST, max(FARTHEST, self._zoom * factor))
        after = self.view().to_data(at.x(), at.y())
        self._set_middle(self._middle[0] + before[0] - after[0], self._middle[1] + before[1] - after[1])

    def pan_by(self, across: float, up: float) -> None:
        """Moves the view by shares of its width and height."""
        view, (x, y) = self.view(), self._middle
        self._set_middle(x + across * view.width / view.scale, y + up * view.height / view.scale)

    def _set_middle(self, x: float, y: float) -> None:
        # The middle stays over the data, so that nobody gets lost in the void.
        reach = self.extent
        self._middle = min(reach, max(-reach, x)), min(reach, max(-reach, y))
        self.invalidate()
        self.moved.emit()

    # drawing

    def place(self, rect: QRectF, ratio: float) -> Hashable:
        """Places the layers that are switched on."""
        scene, view, shown, theme = self.inside, self.view(), self.shown, self.theme
        self._ratio = ratio
        self.area.setRect(rect)
        if self._made[0] is not scene or self._made[1] is not theme:
            self._made = scene, theme
            self._heat = None if scene is None else layers.heat_image(scene, theme)
            self._undecided = NOTHING if scene is None else layers.undecided(scene)
            self._mesh = layers.mesh(None if scene is None else scene.manifold)
        border = view.to_screen(self._undecided) if "heat" in shown else NOTHING
        self._border.set_ends(border, colour(theme.text, 0.45))
        tone = theme.mix("generator", "text", 0.72)
        for level, (pieces, ends) in enumerate(zip(self._meshes, self._mesh, strict=True)):
            pieces.setVisible("manifold" in shown)
            pieces.set_ends(view.to_screen(ends), colour(tone, 0.16 + 0.64 * level / (LEVELS - 1)))
        longest = min(ARROW, 0.055 * min(view.width, view.height))
        arrows = scene.arrows if scene is not None and "arrows" in shown else None
        self._arrows.set_ends(layers.arrow_lines(arrows, view, longest), QColor(theme.mix("purple", "text", 0.85)))
        heat = self._heat.cacheKey() if self._heat is not None and "heat" in shown else None
        return view, heat, self._words()

    def _words(self) -> str:
        """What is said where there is nothing to see."""
        return self.empty_text if self.real is None and self.fakes is None and self.inside is None else ""

    def paint_ground(self, painter: QPainter) -> None:
        """The heat-map, and the grid over it."""
        view, scene = self.view(), self.inside
        if scene is not None and self._heat is not None and "heat" in self.shown:
            # The outer nodes lie on the edge of the square, so the picture reaches half a cell beyond it.
            beyond = scene.extent * (1 + 1 / np.maximum(1, np.array(scene.heat.shape[::-1]) - 1))
            corners = view.to_screen(np.stack([beyond * [-1, 1], beyond * [1, -1]])).tolist()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(QPointF(*corners[0]), QPointF(*corners[1])), self._heat)
        self._grid(view).paint(painter, self.theme, over=True)
        if words := self._words():
            painter.setFont(ui_font(self.theme.normal))
            draw_notice(painter, self.rect(), words, self.theme.text_muted, self.theme)

    def _grid(self, view: View) -> Grid:
        metrics = QFontMetrics(ui_font(self.theme.small, tabular=True))
        width, height, high = round(view.width), round(view.height), metrics.height()
        (left, top), (right, bottom) = view.to_data(0, 0), view.to_data(view.width, view.height)
        closest = min(right - left, top - bottom) / 4  # the same on both axes: cells are squares
        rules: list[tuple[int, int, int, int]] = []
        strong: list[tuple[int, int, int, int]] = []
        texts: list[tuple[int, int, str]] = []
        for value, text in linear_ticks(left, right, (right - left) / closest):
            at = round((value - view.x) * view.scale + view.width / 2)
            (rules if value else strong).append((at, 0, at, height))
            if 24 < at < width - metrics.horizontalAdvance(text) - 6:
                texts.append((at + 3, height - 2 - metrics.descent(), text))
        for value, text in linear_ticks(bottom, top, (top - bottom) / closest):
            at = round((view.y - value) * view.scale + view.height / 2)
            (rules if value else strong).append((0, at, width, at))
            if high < at < height - high - 4:
                texts.append((4, at - metrics.descent(), text))
        return Grid(tuple(rules), tuple(strong), tuple(texts))

    def _paint_points(self, painter: QPainter) -> None:
        # Dots are made in device pixels: sharp on every screen.
        view, ratio, theme = self.view(), self._ratio, self.theme
        fine = replace(view, scale=view.scale * ratio, width=view.width * ratio, height=view.height * ratio)
        size = round(fine.width), round(fine.height)
        painter.save()
        device_pixels(painter, ratio)
        if self.real is not None and "real" in self.shown:
            key = (fine, theme.name)
            if self._real is None or self._real[0] is not self.real or self._real[1] != key:
                picture = layers.dots(fine.to_screen(self.real), size, 1.1 * ratio, colour(theme.real, 0.8))
                self._real = self.real, key, picture
            painter.drawImage(0, 0, self._real[2])
        if self.fakes is not None and "fakes" in self.shown:
            for number, points in (self.groups or {-1: self.fakes}).items():
                tone = QColor(theme.generator if number < 0 else group_colour(number, theme))
                painter.drawImage(0, 0, layers.dots(fine.to_screen(points), size, 1.3 * ratio, tone))
        painter.restore()
        if self.groups and "fakes" in self.shown:
            self._paint_groups(painter, view)

    def _paint_groups(self, painter: QPainter, view: View) -> None:
        """Each generator's number in the middle of its points, and what it is called."""
        placed: list[QPointF] = []
        for number, points in self.groups.items():
            middle = QPointF(*view.to_screen(np.nanmedian(points, axis=0)).tolist())
            while any(abs(middle.x() - other.x()) + abs(middle.y() - other.y()) < NUMBER for other in placed):
                middle += QPointF(NUMBER, 0)
            placed.append(middle)
            draw_group(painter, middle, number, self.theme)
        painter.setFont(ui_font(self.theme.small, tabular=True))
        room = view.width - LEGEND - 8
        draw_legend(painter, LEGEND, 14, list(self.groups), self.group_names, self.theme, room)

    def _paint_modes(self, painter: QPainter) -> None:
        theme, view = self.theme, self.view()
        if not self.modes or "modes" not in self.shown:
            return
        radius = max(6.0, 3 * self.mode_std * view.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (x, y) in enumerate(view.to_screen(np.array(self.modes)).tolist()):
            known = number < len(self.hits)
            hit = known and self.hits[number]
            pen = QPen(colour(theme.text, 0.85 if hit or not known else 0.7), 1.5 if hit else 1.2)
            if known and not hit:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), radius, radius)
            if hit:
                at = QPointF(x + radius * 0.71, y - radius * 0.71)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.text))
                painter.drawEllipse(at, 5.5, 5.5)
                painter.setPen(QPen(QColor(theme.surface), 1.5))
                tick = [QPointF(-2.4, 0.2), QPointF(-0.7, 2.0), QPointF(2.6, -1.9)]
                painter.drawPolyline([at + point for point in tick])

    def readout(self, at: QPointF) -> str:
        """What is under a point: ``"x 0.42 · y −0.31 · D 0.73"``."""
        scene = self.inside
        x, y = self.view().to_data(at.x(), at.y())
        text = f"x {x:.3g} · y {y:.3g}"
        if scene is not None and (heat := layers.heat_at(scene, x, y)) is not None:
            text += f" · D {heat:.2f}" if scene.heat_is_probability else f" · D {heat:.3g}"
        return text.replace("-", "−")

    def paint_over(self, painter: QPainter) -> None:
        """What is under the mouse."""
        if self._mouse is not None:
            painter.setFont(ui_font(self.theme.small, tabular=True))
            text = self.readout(self._mouse)
            width = painter.fontMetrics().horizontalAdvance(text) + 17
            draw_tag(painter, max(6, self.width() - width - 8), 18, text, self.theme)

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
        event.setAccepted(self._may_take_wheel(event))
        if event.isAccepted():
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())

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
        key = event.key()
        if key in _MOVES:
            self.pan_by(*_MOVES[key])
        elif key in _ZOOMS:
            self.zoom_by(_ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.reset_view()
        else:
            super().keyPressEvent(event)


class SceneView(QWidget):
    """A plane with layers; the chips above it are switches and legend in one.

    Attributes:
        plot: the plane without the chips.
        chips: by the name of the layer that each switches.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = ChipRow(self)
        for layer in _layers():
            self._row.add(*layer)
        self.chips = self._row.chips
        self._tips = {name: self.chips[name].toolTip() for name in ("heat", "manifold", "arrows")}
        self._row.set_shown("modes", False)
        self._row.toggled.connect(self._switched)
        self.plot = ScenePlot()
        self.set_empty_text(_("Real and generated points appear here as soon as training begins."))
        head = boxed(self._row, margins=(16, 0, 16, 0))  # the plane reaches the edges, its legend keeps a margin
        boxed(head, self.plot, gap=8, into=self, stretch=self.plot)
        self.setAccessibleName(_("2-D scene"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._offer)

    def set_spec(self, extent: float, modes: Sequence[tuple[float, float]] = (), mode_std: float = 0.0) -> None:
        """Sets the square ``[-extent, extent]²`` that is shown, and the true modes of a mixture."""
        self.plot.extent = max(float(extent), 1e-6)
        self.plot.modes, self.plot.mode_std, self.plot.hits = list(modes), mode_std, []
        self._row.set_shown("modes", bool(modes))
        self._name_modes()
        self.plot.reset_view()

    def set_real(self, points: Points | None) -> None:
        """Shows real points, float32 ``(n, 2)``; None shows none."""
        self.plot.real = _checked(points)
        self.plot.invalidate()

    def set_fakes(
        self, points: Points | None, groups: NDArray[np.int64] | None = None, group_names: tuple[str, ...] = ()
    ) -> None:
        """Shows generated points, float32 ``(n, 2)``; None shows none.

        ``groups`` says which of several generators made each, int64 ``(n,)``: a colour and a number of its own.
        """
        self.plot.fakes, self.plot.groups, self.plot.group_names = _checked(points), {}, group_names
        if points is not None and groups is not None and len(groups) == len(points):
            self.plot.groups = {int(number): points[groups == number] for number in np.unique(groups)}
        self.plot.invalidate()

    def set_scene(self, scene: Scene | None) -> None:
        """Shows heat-map, manifold and arrows; None shows none, and their chips say why."""
        self.plot.inside = scene
        for name, tip in self._tips.items():
            chip = self.chips[name]
            chip.setEnabled(scene is not None)
            chip.setToolTip(tip if scene is not None else _("Seen while the run trains in this window"))
        self.plot.invalidate()

    def set_mode_hits(self, hits: Iterable[bool]) -> None:
        """Says for each mode whether generated points arrive there."""
        self.plot.hits = [bool(hit) for hit in hits]
        self._name_modes()
        self.plot.invalidate()

    def set_empty_text(self, text: str) -> None:
        """The sentence shown while there is nothing to see."""
        self.plot.empty_text = text
        self.plot.invalidate()

    def image(self) -> QImage:
        """The plane as it is seen, in device pixels, without chips."""
        ratio = self.plot.devicePixelRatioF()
        image = QImage(self.plot.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        painter = QPainter(image)
        self.plot.draw(painter, QRectF(self.plot.rect()), ratio)
        painter.end()
        image.setDevicePixelRatio(1.0)
        return image

    def _offer(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addAction(_("Copy picture"), lambda: copy_image(self.image()))
        menu.addAction(_("Save picture as PNG…"), lambda: save_image(self, self.image(), "scene.png"))
        menu.addSeparator()
        menu.addAction(_("Show everything"), self.plot.reset_view)
        pop_up(menu, self.mapToGlobal(at))

    def _switched(self, name: str, on: bool) -> None:
        (self.plot.shown.add if on else self.plot.shown.discard)(name)
        self.plot.invalidate()

    def _name_modes(self) -> None:
        chip, hits = self.chips["modes"], self.plot.hits
        chip.setText(_("modes {hit}/{all}").format(hit=sum(hits), all=len(hits)) if hits else _("modes"))
        self._row.arrange()
        chip.update()


def _checked(points: Points | None) -> Points | None:
    if points is not None and (points.ndim != 2 or points.shape[1] != 2):
        raise ValueError(f"points must be (n, 2), not {points.shape}")
    return points
