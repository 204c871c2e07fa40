"""The one viewer of large pictures: scaled by whole numbers, moved by hand, compared; what else a hand does is given."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.i18n import _, percent
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.painted import colour, device_pixels, draw_focus_ring, draw_notice, draw_tag, to_image
from ganstudio.ui.kit.parts import Segmented, wheel_zooms
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub
from ganstudio.ui.pictures.strokes import as_mouse
from ganstudio.ui.pictures.viewport import Viewport, middle_of

Picture = NDArray[np.uint8]
Comparing = Literal["", "beside", "over"]
ZOOMS = ("fit", "1", "2", "4")
SMOOTH_FROM = 4.0
PAN_STEP = 32.0
GAP = 8
GRIP, ROOM = 14, 64
"""So many pixels beside the line still take hold of it; a side needs so many for its name."""
SPLIT_STEP, FINE = 0.05, 0.01

ZOOM_KEYS = (Qt.Key.Key_0, Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus)
OTHERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def zoom_choice(name: str) -> Segmented:
    """Fit, one, two, four times, to be chosen; none where a picture has another scale."""
    times = [(zoom, f"{zoom}×", _("{times} times its size").format(times=zoom)) for zoom in ZOOMS[1:]]
    return Segmented([("fit", _("Fit"), _("As large as there is room")), *times], name)


class Hand(QObject):
    """What a hand does on a picture besides moving it: a workspace gives its own, and overrides what it needs.

    Attributes:
        viewer: where it works.
    """

    viewer: PictureViewer

    def press(self, event: QMouseEvent) -> bool:
        """A button is down, perhaps for the second time. True takes hold; else the viewer does what it does."""
        return False

    def drag(self, event: QMouseEvent) -> None:
        """The mouse has moved while this holds."""

    def release(self) -> None:
        """The button is up again, or nobody sees the picture any more."""

    def hover(self, was: QPointF | None, now: QPointF | None) -> None:
        """The mouse has moved, whether this holds or not; None: it is elsewhere."""

    def rest(self) -> None:
        """The keyboard is elsewhere."""

    def key(self, event: QKeyEvent) -> bool:
        """A key is down. True: that was for this hand."""
        return False

    def wheel(self, event: QWheelEvent) -> bool:
        """The wheel turns. True: that was for this hand."""
        return False

    def shape(self) -> Qt.CursorShape | None:
        """Of the mouse; None where the viewer decides."""
        return None

    def paint(self, painter: QPainter) -> None:
        """Draws above the picture, in logical pixels."""


class PictureViewer(QWidget):
    """Shows a picture, or two: beside each other, or over each other with a line to drag.

    A picture is pixel-exact, and smooth from four times its size on. Wheel, plus and minus zoom, 0 and a double click
    fit; one that is larger than its place is dragged, or pushed with arrow keys.

    Args:
        name: what is shown, for those who cannot see it.
        tip: tooltip.
        hand: what else a hand does.
        viewport: how pictures lie on the widget, where that is not the usual way.

    Signals:
        menu_requested: a context menu is wanted at this global point.
        moved: the scale or the place is another one; other viewers take it over with :meth:`follow`.
        hovered: the mouse is over this pixel ``(x, y)``; (−1, −1): over none.

    Attributes:
        exact: never smoothed where it is enlarged: every pixel is a square.
        comparing: how the two pictures are shown; empty: only the first.
        split: where the line stands, 0 (left edge of the picture) to 1.
        mouse: where the mouse is on the widget; None: elsewhere.
    """

    menu_requested = Signal(object)
    moved = Signal()
    hovered = Signal(int, int)

    def __init__(self, name: str, tip: str, hand: Hand | None = None, viewport: Viewport | None = None) -> None:
        super().__init__()
        self.setProperty("ground", True)  # messages may lie over it
        self.viewport = viewport or Viewport()
        self._image, self._other = QImage(), QImage()
        self.hint = self.error = self.about = self.hover_text = ""
        self.tags: tuple[str, ...] = ()
        self.names = ("", "")
        self.comparing: Comparing = ""
        self.live = self.exact = False
        self.split = 0.5
        self.mouse: QPointF | None = None
        self._holding: Literal["", "line", "hand", "picture"] = ""
        self._button, self._last = Qt.MouseButton.NoButton, QPointF()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.hand = hand or Hand()
        self.hand.setParent(self)
        self.hand.viewer = self
        theme_hub.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Room for a picture at a comfortable size."""
        return QSize(360, 360)

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def image(self) -> QImage:
        """The picture, one pixel a pixel; null for none."""
        return self._image

    def show_pictures(self, picture: Picture | None, other: Picture | None = None, part: QRect | None = None) -> None:
        """Shows a picture ``(H, W, C)``, and keeps the one that it is compared with.

        Args:
            picture: None shows the hint.
            other: the second one: right of the first, or left of the line.
            part: of the widget, where nothing else of it has changed.
        """
        size, zoom = self._image.size(), self.zoom
        self._image, self._other = (QImage() if one is None else to_image(one) for one in (picture, other))
        self.update(self.rect() if part is None else part)
        self._describe()
        if self._image.size() != size:
            self._settle()
            self.show_shape()
            if self.zoom != zoom:  # it was fitted
                self.moved.emit()

    def compare(self, how: Comparing, names: tuple[str, str] = ("", "")) -> None:
        """Shows the second picture too, or no longer; ``names`` are of what is left and right of the line."""
        self._take(comparing=how, names=names)

    def show_words(self, hint: str = "", error: str = "", about: str = "") -> None:
        """What is said while there is no picture, why there is none, and more about it for those who cannot see it."""
        self._take(hint=hint, error=error, about=about)

    def show_tags(self, *tags: str, live: bool = False) -> None:
        """A few words in the corner of each picture, with a dot where they are of a run in training."""
        self._take(tags=tags, live=live)

    def set_hover_text(self, text: str) -> None:
        """What is under the mouse."""
        self._take(hover_text=text)

    def set_exact(self, exact: bool) -> None:
        """Every pixel is a square, however large; or pictures are smoothed from four times their size on."""
        self._take(exact=exact)

    def set_split(self, split: float) -> None:
        """Puts the line elsewhere."""
        self._take(split=min(max(split, 0.0), 1.0))

    def _take(self, **values: object) -> None:
        if any(getattr(self, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(self, name, value)
            self._settle()
            self._describe()
            self.update()

    def _describe(self) -> None:
        divided = f"{self.names[0]}: {percent(100 * self.split)}" if self.divided else ""
        self.setAccessibleDescription(self.error or (self.hint if self._image.isNull() else divided or self.about))

    @property
    def divided(self) -> bool:
        """There is a line, and a picture on each side of it."""
        return self.comparing == "over" and not self._image.isNull() and not self._other.isNull()

    # -- scale and place --------------------------------------------------------------------------------------------

    def _panes(self) -> list[QRect]:
        """The places of the pictures."""
        if self.comparing != "beside":
            return [self.rect()]
        width = (self.width() - GAP) // 2
        return [QRect(left, 0, width, self.height()) for left in (0, width + GAP)]

    def _settle(self) -> None:
        if not self._image.isNull():
            self.viewport.place(self._image.size(), self._panes()[0].size(), self.devicePixelRatioF())

    def _within(self, point: QPointF) -> QPointF:
        """A place on the widget as it is in the first pane; the second one shows the same part of its picture."""
        left = self._panes()[-1].left()
        return point - QPointF(left, 0) if point.x() >= left else point

    def place(self) -> QRectF:
        """Where the first picture is, in logical pixels; empty while there is none."""
        view = self.viewport
        return QRectF(view.to_widget(QPointF()), QSizeF() if self._image.isNull() else view.target.size() / view.ratio)

    def pixel_at(self, point: QPointF) -> tuple[int, int]:
        """The pixel at a place on the widget; (−1, −1) for none."""
        there = self.viewport.to_canvas(self._within(point))
        x, y = math.floor(there.x()), math.floor(there.y())
        return (x, y) if self._image.valid(x, y) else (-1, -1)

    @property
    def zoom(self) -> str:
        """One of :data:`ZOOMS`, or empty for any other scale."""
        if self.viewport.fitted:
            return "fit"
        scale = self.viewport.scale / self.viewport.ratio
        return next((name for name in ZOOMS[1:] if abs(float(name) - scale) < 1e-3), "")

    def set_zoom(self, zoom: str) -> None:
        """One of :data:`ZOOMS`, the picture's middle in the middle; none is always fitted."""
        self._settle()
        if zoom == "fit" or self._image.isNull():
            self.viewport.fit()
        else:
            self.viewport.look_at(middle_of(self.viewport.canvas), float(zoom) * self.viewport.ratio)
        self._has_moved()

    def zoom_by_step(self, up: bool) -> None:
        """The next larger or smaller scale, around the middle."""
        if not self._image.isNull():
            self.viewport.step(up, middle_of(self.viewport.widget))
            self._has_moved()

    def follow(self, other: PictureViewer) -> None:
        """Takes over the scale and the place of another viewer."""
        if not self._image.isNull() and not other.image.isNull():
            self._settle()
            self.viewport.follow(other.viewport)
            self.update()

    def _has_moved(self) -> None:
        self.update()
        self.moved.emit()

    @property
    def movable(self) -> bool:
        """The picture is larger than its place."""
        view = self.viewport
        shown = view.cover(0, 0, view.canvas.width(), view.canvas.height())
        return not self._image.isNull() and not QRect(QPoint(), view.widget).contains(shown)

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, pictures, line, words, focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(theme.picture_grey))
        self._settle()  # the screen may be another one
        self._paint_pictures(painter)
        if self.divided:
            self._paint_line(painter, theme)
        self.hand.paint(painter)
        self._paint_words(painter, theme)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    def _paint_pictures(self, painter: QPainter) -> None:
        view = self.viewport
        broken = abs(view.scale - round(view.scale)) > 1e-3
        enlarged = not self.exact and (broken or view.scale / view.ratio >= SMOOTH_FROM)
        for pane, image in zip(self._panes(), (self._image, self._other), strict=False):
            painter.save()
            painter.setClipRect(pane)
            device_pixels(painter, view.ratio)
            # One that is made smaller would lose pixels otherwise.
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, view.scale < 1 or enlarged)
            target = view.target.toRect().translated(round(pane.left() * view.ratio), 0)
            painter.drawImage(target, image)
            if self.divided:
                painter.setClipRect(QRectF(target.left(), target.top(), self.split * target.width(), target.height()))
                painter.drawImage(target, self._other)
            painter.restore()

    def _paint_line(self, painter: QPainter, theme: Theme) -> None:
        """The line between the two with its grip, and what its sides are; pictures may reach out of the widget."""
        place = self.place()
        x, shown = place.left() + self.split * place.width(), place & QRectF(self.rect())
        top, middle = shown.top(), shown.center().y()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for edge, width in ((colour(theme.text, 0.35), 4.0), (QColor("#ffffff"), 2.0)):  # on light pictures and dark
            painter.setPen(QPen(edge, width))
            painter.drawLine(QPointF(x, top), QPointF(x, shown.bottom()))
        painter.setPen(QPen(QColor(theme.text_muted), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawEllipse(QPointF(x, middle), 12, 12)
        painter.setPen(QPen(QColor(theme.text), 1.5))
        for sign in (-1, 1):
            tip = QPointF(x + 7.5 * sign, middle)
            painter.drawLine(tip, QPointF(x + 4 * sign, middle - 3.5))
            painter.drawLine(tip, QPointF(x + 4 * sign, middle + 3.5))
        if x - shown.left() > ROOM:
            draw_tag(painter, shown.left() + 8, top + 18, self.names[0], theme, limit=x - shown.left() - 24)
        if shown.right() - x > ROOM:
            width = min(painter.fontMetrics().horizontalAdvance(self.names[1]) + 16.0, shown.right() - x - 24)
            draw_tag(painter, shown.right() - width - 8, top + 18, self.names[1], theme, limit=width + 1)

    def _paint_words(self, painter: QPainter, theme: Theme) -> None:
        words, bottom = self.error or (self.hint if self._image.isNull() else ""), self.height() - 16.0
        if words:
            draw_notice(painter, self.rect(), words, theme.error if self.error else theme.text_muted, theme)
            return
        for pane, tag in zip(self._panes(), self.tags, strict=False):
            if tag:
                dot = theme.generator if self.live else ""
                draw_tag(painter, pane.left() + 8.0, bottom, tag, theme, dot=dot, limit=pane.width() - 16.0)
        if self.hover_text:
            left = self.width() - painter.fontMetrics().horizontalAdvance(self.hover_text) - 24.0
            draw_tag(painter, max(8.0, left), bottom, self.hover_text, theme, limit=self.width() - 16.0)

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes hold: of the line, of what the given hand wants, or of the picture."""
        if not self._holding:
            self._holding = self._taken(event)
            self._button, self._last = event.button(), event.position()
            self.show_shape()

    def _taken(self, event: QMouseEvent) -> Literal["", "line", "hand", "picture"]:
        left = event.button() == Qt.MouseButton.LeftButton
        if left and self.divided and (self._near_line(event.position()) or not self.movable):
            self._split_at(event.position())
            return "line"
        if self.hand.press(event):
            return "hand"
        return "picture" if self.movable and (left or event.button() == Qt.MouseButton.MiddleButton) else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drags what is held; else tells what is under the mouse."""
        point = event.position()
        self._hover(point)
        if self._holding and not event.buttons():
            self._let_go()  # whoever lifted the button did it elsewhere
        if self._holding == "line":
            self._split_at(point)
        elif self._holding == "hand":
            self.hand.drag(event)
        elif self._holding == "picture":
            self.viewport.pan(point - self._last)
            self._last = point
            self._has_moved()
        else:
            self.hovered.emit(*self.pixel_at(point))
            self.show_shape()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if event.button() == self._button:
            self._let_go()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen does what the mouse does, with its pressure and its other end."""
        as_mouse(event, self)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On the line: half and half; elsewhere the picture is fitted again, unless the given hand wants it."""
        if self._near_line(event.position()):
            self.set_split(0.5)
        elif self.hand.press(event):
            self._holding, self._button = "hand", event.button()
        elif not self._image.isNull():
            self.set_zoom("fit")

    def _let_go(self) -> None:
        held, self._holding = self._holding, ""
        if held == "hand":
            self.hand.release()
        self.show_shape()

    def _hover(self, point: QPointF | None) -> None:
        was, self.mouse = self.mouse, point
        self.hand.hover(was, point)

    def _near_line(self, point: QPointF) -> bool:
        place = self.place()
        return self.divided and abs(point.x() - place.left() - self.split * place.width()) <= GRIP

    def _split_at(self, point: QPointF) -> None:
        place = self.place()
        self.set_split((point.x() - place.left()) / place.width())

    def show_shape(self) -> None:
        """The shape of the mouse for what lies under it."""
        if self._holding == "picture":
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.mouse is not None and self._near_line(self.mouse):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            mine = Qt.CursorShape.OpenHandCursor if self.movable else Qt.CursorShape.ArrowCursor
            self.setCursor(self.hand.shape() or mine)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zooms, about the mouse."""
        delta = event.angleDelta().y()
        if delta and self.hand.wheel(event):
            event.accept()
            return
        event.setAccepted(bool(delta) and not self._image.isNull() and wheel_zooms(self, event))
        if event.isAccepted():
            self.viewport.step(delta > 0, self._within(event.position()))
            self._has_moved()
            self.show_shape()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Moves the line; zooms, fits, and pushes a picture that is larger than its place."""
        key, view = event.key(), self.viewport
        step = FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else SPLIT_STEP
        splits = {Qt.Key.Key_Left: -step, Qt.Key.Key_Right: step, Qt.Key.Key_Home: -1.0, Qt.Key.Key_End: 1.0}
        if self.divided and key in splits:
            self.set_split(self.split + splits[Qt.Key(key)])
        elif self.hand.key(event):
            return
        elif self._image.isNull():
            super().keyPressEvent(event)
        elif key in ZOOM_KEYS[1:]:
            self.zoom_by_step(key != Qt.Key.Key_Minus)
        elif key == Qt.Key.Key_0:
            self.set_zoom("fit")
        elif key in ARROWS and self.movable:
            view.pan(-QPointF(*ARROWS[key]) * PAN_STEP)
            self._has_moved()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offers what one would want."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.menu_requested.emit(self.mapToGlobal(self.rect().center()) if by_key else event.globalPos())

    def event(self, event: QEvent) -> bool:
        """Nothing is held where nobody sees it; nothing is under a mouse that is elsewhere. Its zoom keys are its own."""
        done, kind = super().event(event), event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() in ZOOM_KEYS and not event.modifiers() & OTHERS and not self._image.isNull():
                event.accept()
        elif kind == QEvent.Type.Resize:
            self._settle()
        elif kind == QEvent.Type.Leave:
            self._hover(None)
            self.hovered.emit(-1, -1)
        elif kind in (QEvent.Type.Hide, QEvent.Type.WindowDeactivate, QEvent.Type.FocusOut):
            if kind != QEvent.Type.FocusOut:
                self._let_go()
            self.hand.rest()
        return done
