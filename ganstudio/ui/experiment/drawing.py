"""Draw your own distribution: the canvas with its soft brush, samples of what is drawn, a name."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QSlider, QWidget

from ganstudio.app import density as shapes
from ganstudio.app.density import SIZE, Brush, Density, Field
from ganstudio.core.i18n import _
from ganstudio.ui.experiment.previews import PreviewView
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.painted import colour, rgb, to_image
from ganstudio.ui.kit.parts import boxed, entry, label, push_button, tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.strokes import StrokeInput, Touch, Way, as_mouse

SAMPLES = 2000
PREVIEW = 208
SMALLEST, LARGEST = 2, 80
NUDGE, LEAP = 4.0, 16.0


class DrawingCanvas(QWidget):
    """A density under a brush: left button draws, right button erases, wheel and brackets change the size.

    By keyboard: arrows move the brush, Space dabs, E takes the eraser.

    Signals:
        changed(): the drawing or what can be undone is another; also while a stroke goes on.
        brush_changed(): size, eraser or mirrors are others.
    """

    changed = Signal()
    brush_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, field: Field | None = None) -> None:
        super().__init__(parent)
        self.density = Density(field)
        self.brush = Brush()
        self._strokes = StrokeInput(self.to_field, self._begin, self._draw, self._end, self._cancel)
        self._way, self._rubbing = Way(), False
        self._at: QPointF | None = None
        self._image: QImage | None = None
        self.setMinimumSize(160, 160)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(_("Drawing canvas"))
        words = _(
            "Draw with the mouse or a pen. Arrow keys move the brush, Space dabs, E erases, brackets change its size."
        )
        self.setAccessibleDescription(words)
        theme_hub.changed.connect(self._stain)

    def sizeHint(self) -> QSize:
        """Two screen pixels per pixel of the field."""
        return QSize(2 * SIZE, 2 * SIZE)

    def replace(self, field: Field) -> None:
        """Puts another picture in place; this can be undone."""
        if self.density.replace(field):
            self._renewed()

    def set_brush(self, **changes: float | bool) -> None:
        """Changes ``radius``, ``strength``, ``erase``, ``mirror_x`` or ``mirror_y``."""
        if "radius" in changes:
            changes["radius"] = min(float(LARGEST), max(float(SMALLEST), float(changes["radius"])))
        brush = replace(self.brush, **changes)  # type: ignore[arg-type]
        if brush != self.brush:
            self.brush = brush
            self.update()
            self.brush_changed.emit()

    def undo(self) -> None:
        """Takes the last edit back."""
        self._end()
        if self.density.history.undo():
            self._renewed()

    def redo(self) -> None:
        """Does it again."""
        self._end()
        if self.density.history.redo():
            self._renewed()

    def clear(self) -> None:
        """Wipes everything; this can be undone."""
        self.replace(np.zeros_like(self.density.field))

    def _stain(self) -> None:
        self._image = None
        self.update()

    def _renewed(self) -> None:
        self._stain()
        self.changed.emit()

    def paper(self) -> QRectF:
        """The square that is drawn on."""
        side = min(self.width(), self.height()) - 4
        return QRectF((self.width() - side) / 2, 2, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws paper, ink, axes, mirrors and the brush."""
        painter = QPainter(self)
        theme, paper = current_theme(), self.paper()
        if self._image is None:
            ground, ink = rgb(theme.surface), rgb(theme.real)
            share = np.linspace(0, 1, 256)[:, None]
            self._image = to_image((ground + (ink - ground) * share).astype(np.uint8)[self.density.field])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(paper, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        across, down = QPointF(paper.width() / 2, 0), QPointF(0, paper.height() / 2)
        for mirrored, half in ((self.brush.mirror_x, down), (self.brush.mirror_y, across)):
            dashed = QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine)
            painter.setPen(dashed if mirrored else QPen(colour(theme.text, 0.12), 1))
            painter.drawLine(paper.center() - half, paper.center() + half)
        painter.setPen(QPen(QColor(theme.focus), 2) if self.hasFocus() else QPen(QColor(theme.hairline), 1))
        painter.drawRect(paper)
        if self.density.empty and not self.density.stroking:
            painter.setPen(QColor(theme.text_muted))
            painter.setFont(ui_font(theme.normal))
            flags = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
            room = paper.adjusted(24, 0, -24, -paper.height() / 3)
            painter.drawText(room, flags, _("Draw where the data shall lie."))
        if self._at is not None:
            radius = self.brush.radius * paper.width() / SIZE
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            style = Qt.PenStyle.DashLine if self.brush.erase else Qt.PenStyle.SolidLine
            for tone, width in ((theme.surface, 3.0), (theme.text, 1.2)):
                painter.setPen(QPen(colour(tone, 0.8), width, style))
                painter.drawEllipse(self._at, radius, radius)
        painter.end()

    def to_field(self, at: QPointF) -> QPointF:
        """A place on the widget in pixels of the field."""
        paper = self.paper()
        return (at - paper.topLeft()) * (SIZE / paper.width())

    def _begin(self, touch: Touch) -> None:
        self.density.begin(replace(self.brush, erase=touch.erasing or self._rubbing or self.brush.erase))
        self._way = Way()
        self._draw(touch, True)

    def _draw(self, touch: Touch, down: bool) -> None:
        if down and self.density.stroking:
            self.density.stroke_to(*self._way.to(touch), touch.pressure)
            self._renewed()

    def _end(self, _touch: Touch | None = None) -> None:
        if self.density.stroking:
            self.density.end()
            self._renewed()

    def _cancel(self) -> bool:
        if had := self.density.abort():
            self._renewed()
        return had

    def mousePressEvent(self, event: QSinglePointEvent) -> None:
        """Begins a stroke; with the right button one that erases."""
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            self._rubbing = event.button() == Qt.MouseButton.RightButton
            self._at = event.position()
            self._strokes.press(event)

    def mouseMoveEvent(self, event: QSinglePointEvent) -> None:
        """Goes on with it; with Shift straight on."""
        self._at = event.position()
        self._strokes.move(event)
        self.update()

    def mouseReleaseEvent(self, event: QSinglePointEvent) -> None:
        """Ends it."""
        self._strokes.release(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen does what the mouse does: the harder, the stronger; its other end erases."""
        as_mouse(event, self)

    def leaveEvent(self, event: QEvent) -> None:
        """Hides the brush."""
        if not self.density.stroking:
            self._at = None
            self.update()
        super().leaveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Changes the brush's size."""
        if event.angleDelta().y():
            self.set_brush(radius=self.brush.radius * 1.1 ** (event.angleDelta().y() / 120))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Undo, redo, brush size, eraser; and drawing without a mouse."""
        key = event.key()
        redo = QKeySequence("Ctrl+Shift+Z")
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo()
        elif event.matches(QKeySequence.StandardKey.Redo) or QKeySequence(event.keyCombination()) == redo:
            self.redo()
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.set_brush(radius=self.brush.radius * (1.15 if key == Qt.Key.Key_BracketRight else 1 / 1.15))
        elif key == Qt.Key.Key_E and not event.modifiers():
            self.set_brush(erase=not self.brush.erase)
        elif key in ARROWS:
            step = LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else NUDGE
            paper, at = self.paper(), (self._at or self.paper().center()) + QPointF(*ARROWS[key]) * step
            x = min(paper.right(), max(paper.left(), at.x()))
            self._at = QPointF(x, min(paper.bottom(), max(paper.top(), at.y())))
            self.update()
        elif key == Qt.Key.Key_Space:
            self._rubbing = False
            self._begin(self._strokes.touch_at(self.to_field(self._at or self.paper().center())))
            self._end()
        elif key != Qt.Key.Key_Escape or not self._strokes.cancel():
            super().keyPressEvent(event)


class DrawingDialog(QDialog):
    """Asks for a drawing and its name. Writes nothing: the caller saves :meth:`drawing` when the dialog is accepted.

    Args:
        parent: the window.
        name: name to begin with.
        field: drawing to begin with, uint8 ``(256, 256)``, row 0 at the top.
    """

    def __init__(self, parent: QWidget | None = None, *, name: str = "", field: Field | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Draw a distribution"))
        self.canvas = DrawingCanvas(field=field)
        self._make_parts(name)
        self._lay_out()
        self.canvas.changed.connect(self._drawn)
        self.canvas.brush_changed.connect(self._show_brush)
        self._show_brush()
        self._drawn()
        self._say("")
        self.canvas.setFocus()

    def sizeHint(self) -> QSize:
        """Fits a 1024 × 700 screen."""
        return QSize(800, 620)

    def drawing(self) -> tuple[str, Field]:
        """The name without blanks around it, and the density: uint8 ``(256, 256)``, row 0 at the top."""
        return self._name.text().strip(), self.canvas.density.field.copy()

    def problem(self) -> str:
        """What keeps the drawing from being saved, as a sentence; empty where nothing does."""
        if self.canvas.density.empty:
            return _("Nothing is drawn yet: draw where the data shall lie.")
        if not self._name.text().strip():
            return _("The drawing needs a name: type one here.")
        return ""

    def accept(self) -> None:
        """Closes, unless something is missing, which is then said beside the field."""
        problem = self.problem()
        self._say(problem)
        if not problem:
            super().accept()
        elif self.canvas.density.empty:
            self.canvas.setFocus()
        else:
            self._name.setFocus()

    def _make_parts(self, title: str) -> None:
        canvas = self.canvas
        self._preview = PreviewView(margin=0)  # as large a part of its square as the canvas shows
        self._preview.setFixedSize(PREVIEW, PREVIEW)
        self._preview.setAccessibleName(_("Points drawn from the distribution"))
        self._preview_note = label("", "small")
        tool = partial(tool_button, side=32)
        self._draw = tool("brush", _("Draw (left button; right button erases)"), checkable=True)
        self._erase = tool("eraser", _("Erase (E)"), checkable=True)
        self._mirror_x = tool("mirror", _("Mirror left and right"), checkable=True)
        self._mirror_y = tool("mirror-down", _("Mirror top and bottom"), checkable=True)
        self._draw.setAutoExclusive(True)
        self._erase.setAutoExclusive(True)
        self._erase.toggled.connect(lambda on: canvas.set_brush(erase=on))
        self._mirror_x.toggled.connect(lambda on: canvas.set_brush(mirror_x=on))
        self._mirror_y.toggled.connect(lambda on: canvas.set_brush(mirror_y=on))
        self._size = _slider(SMALLEST, LARGEST, _("Brush size in pixels of 256 ([ and ], or the wheel)"))
        self._size.valueChanged.connect(lambda value: canvas.set_brush(radius=value))
        self._strength = _slider(5, 100, _("How much one stroke adds, in percent"))
        self._strength.valueChanged.connect(lambda value: canvas.set_brush(strength=value / 100))
        self._size_value, self._strength_value = label(""), label("")
        self._shape = QComboBox()
        self._shape.setToolTip(_("Put a ready shape in place of the drawing (can be undone)"))
        self._shape.setAccessibleName(_("Start from a shape"))
        self._shape.addItem(_("Start from…"))
        names = _("ring"), _("spiral"), _("heart"), _("nine spots")
        for name, make in zip(names, (shapes.ring, shapes.spiral, shapes.heart, shapes.spots), strict=True):
            self._shape.addItem(name, make)
        self._shape.activated.connect(self._start_from)
        self._letters = entry(_("text"), _("Type a few letters to start from them"), _("Start from letters"), longest=8)
        self._letters.setFixedWidth(72)
        self._letters.textEdited.connect(self._write)
        self._undo = tool("undo", _("Undo (Ctrl+Z)"), clicked=canvas.undo)
        self._redo = tool("redo", _("Redo (Ctrl+Shift+Z)"), clicked=canvas.redo)
        self._clear = tool("trash", _("Clear everything (can be undone)"), clicked=canvas.clear)
        tip = _("The data set is listed under this name")
        self._name = entry(_("Name of the drawing"), tip, text=title, changed=lambda _text: self._named(), longest=60)
        self._problem = label("", "problem", wrap=True)

    def _lay_out(self) -> None:
        sliders = QGridLayout()
        sliders.setHorizontalSpacing(8)
        sliders.setColumnStretch(1, 1)
        rows = (_("size"), self._size, self._size_value), (_("strength"), self._strength, self._strength_value)
        for line, (text, slider, value) in enumerate(rows):
            value.setFont(ui_font(current_theme().small, tabular=True))
            value.setMinimumWidth(40)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, part in enumerate((label(text, "small"), slider, value)):
                sliders.addWidget(part, line, column)
        side = boxed(
            *(self._preview, self._preview_note, 8),
            boxed(self._draw, self._erase, None, self._mirror_x, self._mirror_y, across=True, gap=4),
            sliders,
            boxed(self._shape, self._letters, across=True, gap=4, stretch=self._shape),
            None,
            boxed(self._undo, self._redo, None, self._clear, across=True, gap=4),
            gap=8,
        )
        cancel = push_button(_("Cancel"), clicked=self.reject)
        cancel.setAutoDefault(False)
        save = push_button(_("Save"), clicked=self.accept, primary=True)
        save.setDefault(True)
        foot = boxed(self._name, 8, cancel, save, across=True, gap=8, stretch=self._name)
        middle = boxed(self.canvas, side, across=True, gap=16, stretch=self.canvas)
        below = boxed(foot, self._problem, gap=4)
        boxed(middle, below, margins=(16, 16, 16, 16), gap=12, into=self, stretch=middle)

    def _drawn(self) -> None:
        density = self.canvas.density
        points = density.sample(SAMPLES)
        self._preview.set_preview(points)
        note = _("{count} points drawn from it").format(count=f"{len(points):,}") if len(points) else _("no points yet")
        self._preview_note.setText(note)
        self._undo.setEnabled(density.history.can_undo)
        self._redo.setEnabled(density.history.can_redo)
        self._clear.setEnabled(not density.empty)
        self._named()

    def _named(self) -> None:
        if self._problem.text():
            self._say(self.problem())

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        # The line keeps its height, so that nothing moves when a sentence appears.
        self._problem.setMinimumHeight(self._problem.fontMetrics().height())

    def _show_brush(self) -> None:
        brush = self.canvas.brush
        for slider, value, words, unit in (
            (self._size, brush.radius, self._size_value, "px"),
            (self._strength, brush.strength * 100, self._strength_value, "%"),
        ):
            with QSignalBlocker(slider):
                slider.setValue(round(value))
            words.setText(f"{round(value)} {unit}")
        self._draw.setChecked(not brush.erase)
        self._erase.setChecked(brush.erase)
        self._mirror_x.setChecked(brush.mirror_x)
        self._mirror_y.setChecked(brush.mirror_y)

    def _start_from(self, row: int) -> None:
        make = self._shape.itemData(row)
        if make is not None:
            self.canvas.replace(make())
        self._shape.setCurrentIndex(0)

    def _write(self, text: str) -> None:
        if text.strip():
            self.canvas.replace(letters(text.strip(), ui_font()))


def _slider(low: int, high: int, tip: str) -> QSlider:
    slider = QSlider(Qt.Orientation.Horizontal)
    slider.setRange(low, high)
    slider.setToolTip(tip)
    slider.setAccessibleName(tip)
    return slider


def letters(text: str, font: QFont) -> Field:
    """A short text as a drawing, as large as it fits.

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
    painter.drawText(QRect(0, 0, SIZE, SIZE).center() - bounds.center(), text)
    painter.end()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(SIZE, image.bytesPerLine())
    return lines[:, :SIZE].copy()
