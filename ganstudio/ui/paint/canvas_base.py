"""What the canvas shows: its document, its zoom, and every pixel of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.paint.canvas_document import CanvasDocument
from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _
from ganstudio.explore.canvas import Rect
from ganstudio.ui.kit.painted import device_pixels, draw_focus_ring
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.paint import canvas_paint
from ganstudio.ui.paint.hand import Hand
from ganstudio.ui.paint.options import BY_KEY, PaintOptions
from ganstudio.ui.paint.surface import Surface, region_of
from ganstudio.ui.pictures.viewport import Viewport

CORNERS = 12
"""Outlines and corners reach so many pixels of the widget over their shape."""


class CanvasBase(QWidget):
    """Shows a label map pixel by pixel, and over it what the hand is about to do.

    Args:
        document: what is shown; None for nothing.
        options: what the hand holds; own ones by default.

    Signals:
        inked(): the label map is another, or a part of it.
        stroke_began(): a stroke or shape is about to change the map.
        stroke_ended(): it is done.
        class_picked(int): a class was chosen on the canvas or by its key.
        hovered(str): what is under the cursor: ``"x 12, y 34 · sky"``; empty: nothing.
        size_changed(int): the brush is larger or smaller.
        document_changed(): another document is shown, or its size or classes are others.
        zoom_changed(float): another scale: screen pixels per class pixel.
        painted(QRegion): that part of the widget has been drawn.
    """

    inked = Signal()
    stroke_began = Signal()
    stroke_ended = Signal()
    class_picked = Signal(int)
    hovered = Signal(str)
    size_changed = Signal(int)
    document_changed = Signal()
    zoom_changed = Signal(float)
    painted = Signal(object)

    def __init__(
        self,
        document: CanvasDocument | None = None,
        parent: QWidget | None = None,
        *,
        options: PaintOptions | None = None,
    ) -> None:
        super().__init__(parent)
        self.options = options or PaintOptions(self)
        self.viewport = Viewport()
        self._document: CanvasDocument | None = None
        self._surface: Surface | None = None
        self._ink, self._underlay = canvas_paint.Ink(), QImage()
        self.hand = Hand(self.options, self._begin_stroke, self._end_stroke, self._picked)
        self._at: QPointF | None = None
        self._by_keys = self._pen = self._stroking = False
        self._decorated = QRegion()
        self._shown_zoom = self._shown_text = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # it paints every pixel itself
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(_("Canvas"))
        self.setAccessibleDescription(
            _(
                "The label map. Arrow keys move a cursor, Space paints while it is held, Enter puts the pen down and "
                "lifts it, 1 to 9 choose classes, brackets change the size of the brush."
            )
        )
        self.options.changed.connect(self._options_changed)
        self.options.tool_changed.connect(self._tool_changed)
        self.options.size_changed.connect(self.size_changed)
        theme_hub.changed.connect(self._themed)
        self.set_document(document)

    def sizeHint(self) -> QSize:
        """Twice 256 pixels."""
        return QSize(528, 528)

    # -- the document -----------------------------------------------------------------------------------------------

    @property
    def document(self) -> CanvasDocument | None:
        """What is shown."""
        return self._document

    @property
    def surface(self) -> Surface | None:
        """What the tools work on."""
        return self._surface

    @property
    def classes(self) -> tuple[MapClass, ...]:
        """The classes of the document; empty without one."""
        return self._surface.classes if self._surface is not None else ()

    @property
    def ids(self) -> NDArray[np.uint8] | None:
        """The label map, uint8 ``(H, W)``: not a copy, to be read only."""
        return self._surface.ids if self._surface is not None else None

    @property
    def stroking(self) -> bool:
        """A stroke is under way."""
        return self._stroking

    def set_document(self, document: CanvasDocument | None) -> None:
        """Shows another document; what had begun on the one before is ended there."""
        if self._document is not None:
            self.hand.set_surface(None)
            self._document.changed.disconnect(self._document_inked, missing_ok=True)
        self._document = document
        if document is not None:
            document.changed.connect(self._document_inked)
        self._take_document()

    def _take_document(self) -> None:
        self._pen = False
        self._surface = Surface(self._document) if self._document is not None else None
        self.hand.set_surface(self._surface)
        count = len(self.classes)
        if count:
            self.options.choose(min(self.options.chosen, count - 1))
            self.options.set_background(min(self._surface.background if self._surface else 0, count - 1))
        self._ink.renew(self.ids, self.classes)
        self._at = None
        self._place()
        self._show_cursor()
        self.update()
        self.document_changed.emit()
        self._tell_place()

    def _document_inked(self, rect: Rect) -> None:
        ids, part = self.ids, region_of(rect)
        if ids is not None:
            self._ink.refresh(ids, part)
            self.update(self.viewport.cover(*part))
            self.inked.emit()

    # -- what is done to the whole map ------------------------------------------------------------------------------

    def choose_class(self, number: int) -> None:
        """Chooses the class that is painted; an id that is no class is ignored."""
        if 0 <= number < len(self.classes):
            self.options.choose(number)

    def replace_class(self, old: int, new: int) -> None:
        """Turns one class into another everywhere: one step of undo."""
        surface = self._surface
        if surface is not None:
            self.hand.drop()
            self.hand.once(BY_KEY["replace"].title, lambda: surface.replace(old, new))

    def fill_canvas(self, number: int) -> None:
        """Gives the whole map one class: one step of undo."""
        surface = self._surface
        if surface is not None:
            self.hand.drop()
            self.hand.once(_("Fill the canvas"), lambda: surface.fill_all(number))

    def flip(self) -> None:
        """Exchanges left and right: one step of undo."""
        surface = self._surface
        if surface is not None:
            self.hand.drop()
            self.hand.once(_("Flip the map"), surface.flip)

    # -- zoom and what lies below -----------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """Screen pixels per class pixel."""
        return self.viewport.scale

    @Slot()
    def fit(self) -> None:
        """Shows the whole map, as large as it can be."""
        self.viewport.fit()
        self._viewed()

    def zoom_by_step(self, up: bool, about: QPointF | None = None) -> None:
        """Zooms in or out around a place on the widget, its middle by default."""
        self.viewport.step(up, about if about is not None else QPointF(self.rect().center()))
        self._viewed()

    @Slot()
    def zoom_in(self) -> None:
        """Zooms in around the middle."""
        self.zoom_by_step(True)

    @Slot()
    def zoom_out(self) -> None:
        """Zooms out around the middle."""
        self.zoom_by_step(False)

    def set_underlay(self, image: QImage | None, opacity: float | None = None) -> None:
        """Lays a picture under the map.

        Args:
            image: of any size, drawn over the whole map; None for none.
            opacity: how much of the map is seen over it, 0 to 1; as it was where not given.
        """
        was = not self._underlay.isNull()
        self._underlay = image if image is not None else QImage()
        if opacity is not None:
            self.options.set_opacity(opacity)
        if (was or not self._underlay.isNull()) and self.options.opacity < 1:
            self.update(self.viewport.cover(0, 0, self.viewport.canvas.width(), self.viewport.canvas.height()))

    @property
    def underlay(self) -> QImage:
        """The picture under the map; null for none."""
        return self._underlay

    def _viewed(self) -> None:
        self._decorate()
        self.update()
        if str(self.zoom) != self._shown_zoom:
            self._shown_zoom = str(self.zoom)
            self.zoom_changed.emit(self.zoom)

    def _place(self) -> None:
        ids = self.ids
        canvas = QSize(ids.shape[1], ids.shape[0]) if ids is not None else QSize(1, 1)
        self.viewport.place(canvas, self.size(), self.devicePixelRatioF())
        self._viewed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the map in its place, or fitted."""
        super().resizeEvent(event)
        self._place()

    # -- what hand and options say ----------------------------------------------------------------------------------

    def _begin_stroke(self) -> None:
        self._stroking = True
        self.stroke_began.emit()

    def _end_stroke(self) -> None:
        self._stroking = False
        self.stroke_ended.emit()

    def _picked(self, number: int) -> None:
        self.choose_class(number)
        self.class_picked.emit(number)

    @Slot()
    def _options_changed(self) -> None:
        if self._surface is not None and self._surface.background != self.options.background:
            self._surface.background = self.options.background
        self._show_cursor()
        self._decorate()
        self.update()

    @Slot(str)
    def _tool_changed(self, _key: str) -> None:
        self._pen = False
        self.hand.drop()

    @Slot(object)
    def _themed(self, _theme: object) -> None:
        self.update()

    def _show_cursor(self) -> None:
        drawing = self._surface is not None
        self.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)

    def _tell_place(self) -> None:
        number = self._surface.at((self._at.x(), self._at.y())) if self._surface and self._at is not None else None
        text = ""
        if number is not None and self._at is not None:
            name = self.classes[number].name if number < len(self.classes) else _("unknown class")
            text = _("x {x}, y {y} · {name}").format(x=int(self._at.x()), y=int(self._at.y()), name=name)
        if text != self._shown_text:
            self._shown_text = text
            self.hovered.emit(text)

    # -- painting ---------------------------------------------------------------------------------------------------

    def _decorate(self) -> None:
        """Asks for a new drawing of where outlines and cursors were, and of where they are now."""
        now = self._decoration()
        self.update(self._decorated.united(now))
        self._decorated = now

    def _decoration(self) -> QRegion:
        region, view, preview = QRegion(), self.viewport, self.hand.preview
        if self._at is not None and self._surface is not None:
            ratio = view.ratio
            area = canvas_paint.brush_area(view, self._at, self.options.size)
            around = QRectF(area.topLeft() / ratio, area.size() / ratio).adjusted(-3, -3, 3, 3)
            region += around.toAlignedRect()
            if self._by_keys:
                there = view.to_widget(self._at).toPoint()
                region += QRect(there.x() - 4, 0, 9, self.height())
                region += QRect(0, there.y() - 4, self.width(), 9)
        if preview is None:
            return region
        points = list(preview.points)
        thick = self.options.size / 2 if preview.shape == "line" else 1.0
        if preview.region is not None:
            left, top, right, bottom = preview.region
            dx, dy = preview.offset
            region += view.cover(left, top, right, bottom, CORNERS)
            points = [(left + dx, top + dy), (right + dx, bottom + dy)]
        spans = [points]
        if self.options.mirror and preview.shape not in ("select", "moved"):
            spans.append([(view.canvas.width() - x, y) for x, y in points])
        for span in spans:
            xs, ys = [x for x, _y in span], [y for _x, y in span]
            edges = min(xs) - thick, min(ys) - thick, max(xs) + thick, max(ys) + thick
            region += view.cover(*edges, CORNERS)
        return region

    def paintEvent(self, event: QPaintEvent) -> None:
        """The map, what is about to happen to it, the cursor, the ring."""
        if self.viewport.ratio != self.devicePixelRatioF():
            self._place()
        theme = current_theme()
        painter = QPainter(self)
        shown = event.rect()
        painter.fillRect(shown, QColor(theme.picture_grey))
        if self._surface is None:
            painter.setPen(QColor(theme.text))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(
                self.rect().adjusted(24, 24, -24, -24), flags, _("The label map that you paint will be here.")
            )
        else:
            painter.save()
            device_pixels(painter, self.viewport.ratio)
            canvas_paint.draw_map(painter, self.viewport, self._ink.image, self._underlay, self.options.opacity)
            self._paint_over(painter, shown)
            painter.restore()
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()
        self.painted.emit(event.region())

    def _paint_over(self, painter: QPainter, shown: QRect) -> None:
        view, options, preview, surface = self.viewport, self.options, self.hand.preview, self._surface
        assert surface is not None
        ratio = view.ratio
        area = QRectF(
            shown.x() * ratio, shown.y() * ratio, shown.width() * ratio, shown.height() * ratio
        ).toAlignedRect()
        if preview is not None:
            ground = canvas_paint.class_colour(self.classes, options.background)
            canvas_paint.draw_moved(painter, view, self._ink.image, preview, ground)
            for mask in surface.masks(preview.shape, preview.points, options.size, options.square, options.mirror):
                canvas_paint.draw_mask(painter, view, mask, canvas_paint.class_colour(self.classes, options.chosen))
        if options.grid:
            canvas_paint.draw_grid(painter, view, area)
        if options.mirror:
            canvas_paint.draw_axis(painter, view)
        if preview is not None:
            cells = surface.cells(preview.points[0], preview.points[-1], clip=False) if preview.points else None
            canvas_paint.draw_outline(painter, view, preview, cells)
        if self._at is not None:
            tool = self.hand.tool_in_use
            if self._by_keys:
                whole = QRect(0, 0, round(self.width() * ratio), round(self.height() * ratio))
                canvas_paint.draw_cross(painter, view, self._at, whole, current_theme().accent, self._pen)
            if tool.sized:
                canvas_paint.draw_brush(painter, view, self._at, options.size, options.square, tool.key == "eraser")
