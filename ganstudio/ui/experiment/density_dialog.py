"""Draw your own distribution: canvas, brush, preview of samples, a name."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QSlider, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.experiment import density as shapes
from ganstudio.ui.experiment.density import SIZE, Field
from ganstudio.ui.experiment.density_canvas import LARGEST, SMALLEST, DrawingCanvas
from ganstudio.ui.experiment.previews import PreviewView
from ganstudio.ui.kit.parts import boxed, entry, label, push_button, tool_button
from ganstudio.ui.kit.theme import current_theme, ui_font

SAMPLES = 2000
PREVIEW = 208


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
        self._preview = PreviewView()
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
