"""The inside of a 2-D game: points, heat-map, manifold, gradients and modes on one plane, each switchable."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QMenu, QWidget

from ganstudio.core import plane
from ganstudio.core.camera import Camera, Points, View, outside
from ganstudio.core.dataspec import Box
from ganstudio.core.events import Scene
from ganstudio.core.i18n import _, plural, some_of
from ganstudio.core.plane import LEVELS, NOTHING, Ends
from ganstudio.core.ticks import linear_ticks
from ganstudio.ui.kit.chips import ChipRow, Mark
from ganstudio.ui.kit.files import copy_image, save_image
from ganstudio.ui.kit.keys import ARROWS, ZOOMS
from ganstudio.ui.kit.painted import colour, device_pixels, draw_notice, draw_tag, group_colour
from ganstudio.ui.kit.parts import boxed, pop_up, wheel_zooms
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots import scene_layers as layers
from ganstudio.ui.plots import scene_signs as signs
from ganstudio.ui.plots.axes import Grid
from ganstudio.ui.plots.chart import Chart, Pieces, Sketch

ARROW = 26.0
PAN = 0.1
REST_MS = 120
"""After so long without another move, the heat-map is asked for over what is seen."""
NEAR, STILL = 9.0, 4
"""Pixels: a click so near takes a point; the mouse may tremble so far in it."""


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


class ScenePlot(Chart):
    """Draws what a :class:`SceneView` gives it; who gives it something else calls :meth:`invalidate`.

    Signals:
        looked: another part of the plane is seen, and has been for a moment (a :data:`Box`).
        picked: a generated point was clicked (its place among them).
        moved: a person has moved the view; other planes take it over with :meth:`follow`.
    """

    moved = Signal()
    looked = Signal(object)
    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.real: Points | None = None
        self.fakes: Points | None = None
        self.groups: dict[int, Points] = {}  # of several generators; empty where there is one
        self.group_names: tuple[str, ...] = ()
        self.inside: Scene | None = None
        self.about = ""  # of which step the heat-map is, where that is another one
        self.here: list[tuple[Points, str]] = []  # single samples, and what they are called
        self.camera, self.mode_std = Camera(), 0.0
        self.modes: list[tuple[float, float]] = []
        self.hits: list[bool] = []  # for each mode whether fakes arrive there; empty where nobody knows
        self.shown = {name for name, *_rest in _layers()}
        self.empty_text = ""
        self._grabbed: tuple[QPointF, tuple[float, float]] | None = None
        self._mouse: QPointF | None = None
        self._ratio = 1.0
        self._made: tuple[Scene | None, Theme] = (None, self.theme)  # what the next three were made of
        self._heat: QImage | None = None
        self._undecided: Ends = NOTHING
        self._mesh: list[Ends] = [NOTHING] * LEVELS
        self._real: tuple[Points, Hashable, QImage] | None = None
        self.ends: signs.Ends = ()  # what the colours of the heat-map stand for
        self._scale: signs.Scale | None = None  # where that is said
        self._told: Box | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._tell)
        # From the ground up; the heat-map and the grid lie below.
        self._border = Pieces(self.area)
        self._meshes = [Pieces(self.area) for _level in range(LEVELS)]
        self._under = Sketch(self._paint_under, self.area)
        self._points = Sketch(self._paint_points, self.area)
        self._arrows = Pieces(self.area)
        self._signs = Sketch(self._paint_signs, self.area)
        self.setMinimumSize(120, 90)
        self.setAccessibleName(_("Plane of the data"))
        words = _("Ctrl+wheel or + and − zoom, drag or arrow keys move, double-click or 0 shows everything.")
        self.setAccessibleDescription(words)

    def sizeHint(self) -> QSize:
        """A square."""
        return QSize(480, 480)

    # the view

    def view(self) -> View:
        """The part of the plane that is seen, in logical pixels."""
        return self.camera.view(self.width(), self.height())

    def fit(self) -> None:
        """Shows where the data lie and what is generated, but for a few strays, unless a person has moved the view."""
        self.camera.fit(self.real, self.fakes, self.modes, 4 * self.mode_std)
        self._changed()

    def reset_view(self) -> None:
        """Shows everything again."""
        self.camera.forget()
        self._told = None  # whoever asks now may be another
        self.fit()
        self.moved.emit()

    def follow(self, other: ScenePlot) -> None:
        """Shows the part of the plane that another one shows."""
        self.camera.follow(other.camera)
        self.fit()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zooms, leaving the data under ``at`` (default: the middle) where it is."""
        view = self.view()
        self.camera.zoom(factor, (at.x(), at.y()) if at else (view.width / 2, view.height / 2), view)
        self._changed()
        self.moved.emit()

    def _go(self, x: float, y: float) -> None:
        self.camera.go(x, y)
        self._changed()
        self.moved.emit()

    def _changed(self) -> None:
        """The heat-map is wanted over what is seen now, as soon as the view rests."""
        if self.isVisible() and self.view().box != self._told and not self._rest.isActive():
            self._rest.start()
        self.invalidate()

    def _tell(self) -> None:
        self._told = self.view().box
        self.looked.emit(self._told)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self._changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another part of the plane is seen."""
        super().resizeEvent(event)
        self._changed()

    # drawing

    def place(self, rect: QRectF, ratio: float) -> Hashable:
        """Places the layers that are switched on."""
        scene, view, shown, theme = self.inside, self.view(), self.shown, self.theme
        self._ratio = ratio
        self.area.setRect(rect)
        if self._made[0] is not scene or self._made[1] is not theme:
            self._made = scene, theme
            self._heat = None if scene is None else layers.heat_image(scene, theme)
            self._undecided = NOTHING if scene is None else plane.undecided(scene)
            self._mesh = plane.mesh(None if scene is None else scene.manifold)
        border = view.to_screen(self._undecided) if "heat" in shown else NOTHING
        self._border.set_ends(border, colour(theme.text, 0.45))
        tone = theme.mix("generator", "text", 0.72)
        for level, (pieces, ends) in enumerate(zip(self._meshes, self._mesh, strict=True)):
            pieces.setVisible("manifold" in shown)
            pieces.set_ends(view.to_screen(ends), colour(tone, 0.16 + 0.64 * level / (LEVELS - 1)))
        longest = min(ARROW, 0.055 * min(view.width, view.height))
        arrows = scene.arrows if scene is not None and "arrows" in shown else None
        self._arrows.set_ends(plane.arrow_lines(arrows, view, longest), QColor(theme.mix("purple", "text", 0.85)))
        self._scale = self._place_scale(view) if self.ends and "heat" in shown else None
        heat = self._heat.cacheKey() if self._heat is not None and "heat" in shown else None
        return view, heat, self.about, self._words()

    def _place_scale(self, view: View) -> signs.Scale | None:
        there = {"real": self.real, "fakes": self.fakes, "modes": np.array(self.modes, np.float32).reshape(-1, 2)}
        clouds = [points for name, points in there.items() if points is not None and name in self.shown]
        return signs.place_scale(self.ends, view, clouds, 58.0 if self.about else 30.0, self._scale, self.theme)

    def _words(self) -> str:
        """What is said where there is nothing to see."""
        return self.empty_text if self.real is None and self.fakes is None and self.inside is None else ""

    def paint_ground(self, painter: QPainter) -> None:
        """The heat-map, and the grid over it."""
        view, scene = self.view(), self.inside
        if scene is not None and self._heat is not None and "heat" in self.shown:
            # The outer nodes lie on the edges of the box, so the picture reaches half a cell beyond them.
            low, high = np.array(scene.box[:2]), np.array(scene.box[2:])
            half = (high - low) / np.maximum(1, np.array(scene.heat.shape[::-1]) - 1) / 2
            (left, bottom), (right, top) = low - half, high + half
            corners = view.to_screen(np.array([(left, top), (right, bottom)])).tolist()
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
            signs.paint_groups(painter, self.groups, self.group_names, view, theme)

    def _paint_under(self, painter: QPainter) -> None:
        """What is said of the heat-map: no point is covered by it."""
        if self._scale is not None:
            signs.paint_scale(painter, self._scale, self.theme)
        if self.about and "heat" in self.shown:
            signs.paint_about(painter, self.about, self.view(), self.theme)

    def _paint_signs(self, painter: QPainter) -> None:
        view, theme = self.view(), self.theme
        if self.modes and "modes" in self.shown:
            signs.paint_modes(painter, self.modes, self.hits, self.mode_std, view, theme)
        signs.paint_here(painter, self.here, view, theme)
        lost = 0 if self.camera.moved or "fakes" not in self.shown else outside(self.fakes, view.box)
        if lost:
            painter.setFont(ui_font(theme.small, tabular=True))
            text = plural("{n} generated point lies outside", "{n} generated points lie outside", lost)
            draw_tag(painter, 32, view.height - 36, text, theme, dot=theme.generator, limit=view.width - 40)

    def readout(self, at: QPointF) -> str:
        """What is under a point: ``"x 0.42 · y −0.31 · D 0.73"``."""
        scene = self.inside
        x, y = self.view().to_data(at.x(), at.y())
        text = f"x {x:.3g} · y {y:.3g}"
        if scene is not None and (heat := plane.heat_at(scene, x, y)) is not None:
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms around the mouse."""
        event.setAccepted(wheel_zooms(self, event))
        if event.isAccepted():
            self.zoom_by(1.0015 ** event.angleDelta().y(), event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold of the plane."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grabbed = event.position(), self.camera.middle
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Moves the plane, or reads what is under the mouse."""
        self._mouse = event.position()
        if self._grabbed is not None:
            start, middle = self._grabbed
            moved, scale = event.position() - start, self.view().scale
            if moved.manhattanLength() <= STILL and not self.camera.moved:
                return
            self._go(middle[0] - moved.x() / scale, middle[1] + moved.y() / scale)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go; where the mouse has not moved, takes the generated point below."""
        grabbed, self._grabbed = self._grabbed, None
        self.unsetCursor()
        if grabbed is not None and (event.position() - grabbed[0]).manhattanLength() <= STILL:
            place = self.point_at(event.position())
            if place is not None:
                self.picked.emit(place)

    def point_at(self, at: QPointF) -> int | None:
        """The place of the generated point at, or close to, a point of the widget; None where none is."""
        if self.fakes is None or not len(self.fakes):
            return None
        away = np.nan_to_num(self.view().to_screen(self.fakes) - [at.x(), at.y()], nan=np.inf)
        nearest = int(np.hypot(*away.T).argmin())
        return nearest if np.hypot(*away[nearest]) <= NEAR else None

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
        if key in ARROWS:
            view, (across, down) = self.view(), ARROWS[key]
            far = PAN * view.width / view.scale, PAN * view.height / view.scale
            self._go(view.x + across * far[0], view.y - down * far[1])
        elif key in ZOOMS:
            self.zoom_by(ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.reset_view()
        else:
            super().keyPressEvent(event)


class SceneView(QWidget):
    """A plane with layers; the chips above it are switches and legend in one.

    Signals:
        looked: another part of the plane is seen (a :data:`Box`): there the heat-map is wanted.
        picked: a generated point was clicked (its place among them).
        explore_requested: a generated point is to be explored (its place).

    Attributes:
        explorable: generated points can be taken to Explore.
        plot: the plane without the chips.
        chips: by the name of the layer that each switches.
    """

    looked = Signal(object)
    picked = Signal(int)
    explore_requested = Signal(int)
    explorable = False

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
        self.plot.looked.connect(self.looked)
        self.plot.picked.connect(self.picked)
        self.set_empty_text(_("Real and generated points appear here as soon as training begins."))
        head = boxed(self._row, margins=(16, 0, 16, 0))  # the plane reaches the edges, its legend keeps a margin
        boxed(head, self.plot, gap=8, into=self, stretch=self.plot)
        self.setAccessibleName(_("2-D scene"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._offer)

    def set_spec(self, extent: float, modes: Sequence[tuple[float, float]] = (), mode_std: float = 0.0) -> None:
        """Sets the square ``[-extent, extent]²`` of the data, and the true modes of a mixture."""
        extent = max(float(extent), 1e-6)
        self.plot.camera.square = -extent, -extent, extent, extent
        self.plot.modes, self.plot.mode_std, self.plot.hits = list(modes), mode_std, []
        self._row.set_shown("modes", bool(modes))
        self._name_modes()
        self.plot.reset_view()

    def set_real(self, points: Points | None) -> None:
        """Shows real points, float32 ``(n, 2)``; None shows none."""
        self.plot.real = _checked(points)
        self.plot.fit()

    def set_fakes(
        self, points: Points | None, groups: NDArray[np.int64] | None = None, group_names: tuple[str, ...] = ()
    ) -> None:
        """Shows generated points, float32 ``(n, 2)``; None shows none.

        ``groups`` says which of several generators made each, int64 ``(n,)``: a colour and a number of its own.
        """
        self.plot.fakes, self.plot.groups, self.plot.group_names = _checked(points), {}, group_names
        if points is not None and groups is not None and len(groups) == len(points):
            self.plot.groups = {int(number): points[groups == number] for number in np.unique(groups)}
        self.plot.fit()

    def set_scene(self, scene: Scene | None, words: str = "") -> None:
        """Shows heat-map, manifold and arrows; None shows none.

        ``words`` say of which step they are where that is not the points', or why there are none.
        """
        self.plot.inside, self.plot.about = scene, words if scene is not None else ""
        self.plot.ends = () if scene is None else signs.scale_ends(scene)
        scale = some_of([" ".join(end) for end in self.plot.ends])  # on the plane there may be no room for it
        for name, tip in self._tips.items():
            tip = _("{what} ({scale})").format(what=tip, scale=scale) if scale and name == "heat" else tip
            self.chips[name].setEnabled(scene is not None)
            self.chips[name].setToolTip(tip if scene is not None else words or _("Needs the networks of this step"))
        self.plot.invalidate()

    def set_here(self, *places: tuple[Points, str]) -> None:
        """Marks single samples, ``(2,)`` each, and says what they are called."""
        self.plot.here = list(places)
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
        place = self.plot.point_at(QPointF(self.plot.mapFrom(self, at)))
        if self.explorable and place is not None:
            menu.addAction(_("Explore this sample"), lambda: self.explore_requested.emit(place))
            menu.addSeparator()
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
