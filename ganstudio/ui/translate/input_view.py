"""What is given to the network: a picture to look at, and a sheet to draw on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import Given, LabelMap
from ganstudio.core.i18n import _
from ganstudio.explore.pen import LARGEST, SMALLEST, PenStroke
from ganstudio.explore.translating import seen
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.translate.picture_view import PictureView

Tool = Literal["hand", "pen", "eraser"]
NOWHERE = QPointF(-1e6, -1e6)


@dataclass(frozen=True, slots=True)
class Ink:
    """What a pen leaves behind.

    Attributes:
        name: what people call it.
        colour: as it is shown.
        value: one number for each channel, or the id of a class.
    """

    name: str
    colour: tuple[int, int, int]
    value: tuple[int, ...] | int


def inks_for(wanted: Given) -> tuple[Ink, ...]:
    """The inks for what a network takes: its classes; shades of grey; or the colours of a paint box."""
    if isinstance(wanted, LabelMap):
        return tuple(Ink(one.name, one.colour, index) for index, one in enumerate(wanted.classes))
    grey = ((_("black"), 0), (_("dark grey"), 80), (_("grey"), 128), (_("light grey"), 190), (_("white"), 255))
    if wanted.channels == 1:
        return tuple(Ink(name, (shade, shade, shade), (shade,)) for name, shade in grey)
    colours = (
        (_("red"), (205, 50, 45)), (_("orange"), (230, 140, 40)), (_("yellow"), (240, 210, 70)),
        (_("light green"), (140, 185, 80)), (_("green"), (50, 120, 60)), (_("sky blue"), (120, 180, 230)),
        (_("blue"), (45, 95, 175)), (_("violet"), (120, 80, 160)), (_("pink"), (230, 150, 180)),
        (_("brown"), (115, 80, 55)), (_("sand"), (215, 195, 155)),
    )  # fmt: skip
    shades = tuple(Ink(name, (shade, shade, shade), (shade, shade, shade)) for name, shade in grey)
    return (*shades, *(Ink(name, tone, tone) for name, tone in colours))


def usual_width(size: int) -> float:
    """A pen for pictures of this size: thin enough for an outline."""
    return max(1.5, round(size / 40, 1))


class InputView(PictureView):
    """The input. With the pen or the eraser in the hand the local ink is on the screen before any network is asked.

    Args:
        translator: told of every part of a stroke.

    Signals:
        tool_changed: tool, ink or width are others.

    Attributes:
        tool: what is in the hand.
        ink: of the pen.
        pen_width: of pen and eraser, in pixels of the picture.
    """

    tool_changed = Signal()

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(_("The input"), "", parent)
        self._translator = translator
        self._stroke: PenStroke | None = None
        self._mouse = NOWHERE
        self.tool: Tool = "hand"
        self.ink: Ink | None = None
        self.pen_width = 1.0
        self.setMouseTracking(True)
        self._tell_tool()

    # -- tool, ink, width -------------------------------------------------------------------------------------------

    def set_tool(self, tool: Tool) -> None:
        """Takes another tool into the hand."""
        self._finish()
        self.tool = tool
        self._tell_tool()

    def set_ink(self, ink: Ink | None) -> None:
        """Another ink, and the pen with it where the eraser was in the hand."""
        self.ink = ink
        if self.tool == "eraser" and ink is not None:
            self.tool = "pen"
        self._tell_tool()

    def set_pen_width(self, width: float) -> None:
        """Another width of pen and eraser."""
        self.pen_width = min(max(round(width, 1), SMALLEST), LARGEST)
        self._tell_tool()

    def step_pen_width(self, up: bool) -> None:
        """A little wider or narrower: by a quarter, and by half a pixel at least."""
        step = max(0.5, self.pen_width * 0.2)
        self.set_pen_width(self.pen_width + (step if up else -step))

    @property
    def drawing(self) -> bool:
        """A stroke is on its way."""
        return self._stroke is not None

    @property
    def has_pen(self) -> bool:
        """Pen or eraser are in the hand."""
        return self.tool != "hand" and self._translator.given is not None

    @property
    def is_exact(self) -> bool:
        """Whoever draws sees the pixels that the network gets."""
        return self.exact or self.tool != "hand"

    def _tell_tool(self) -> None:
        self.setToolTip(
            _("Draw with the left button; the wheel makes the pen wider, Ctrl and wheel zoom, Alt and a click take up a "
              "colour, the middle button moves the picture.")
            if self.tool != "hand"
            else _("What is translated. Drop a picture here, paste one, or take the pen. The wheel zooms.")
        )  # fmt: skip
        self.point_at(self._mouse)
        self.tool_changed.emit()
        self.update()

    # -- what is shown ----------------------------------------------------------------------------------------------

    def show_input(self, wanted: Given | None, pixels: NDArray[np.uint8] | None) -> None:
        """Shows an input; None for none."""
        if wanted is None or pixels is None:
            self._finish()
        if self._stroke is not None:
            if pixels is self._stroke.pixels:
                return  # it is on the screen already
            self._stroke = None  # something else was given meanwhile
        self.show_image(QImage() if wanted is None or pixels is None else to_image(seen(wanted, pixels)))

    def paint_above(self, painter: QPainter) -> None:
        """The pen's width around the mouse."""
        if not self.has_pen or self._mouse == NOWHERE or self.image.isNull():
            return
        radius = max(1.5, self.pen_width / 2 * self.viewport.scale / self.viewport.ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tone, width in ((QColor(0, 0, 0, 150), 2.5), (QColor(255, 255, 255, 230), 1.0)):
            painter.setPen(QPen(tone, width))
            painter.drawEllipse(self._mouse, radius, radius)

    def _around(self, point: QPointF) -> QRect:
        reach = int(self.pen_width * self.viewport.scale / self.viewport.ratio) + 8
        return QRect(int(point.x()) - reach, int(point.y()) - reach, 2 * reach, 2 * reach)

    # -- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Puts the pen down, or takes hold of the picture."""
        if not self.has_pen or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._take_up(event.position())
        elif self._stroke is None:
            self._begin(event.position())

    def _begin(self, point: QPointF) -> None:
        found = self._translator.shelf.found
        paper = found.paper
        pixels, wanted = self._translator.begin_stroke(), self._translator.given
        if pixels is None or wanted is None:
            return
        if self.tool == "eraser":
            ink: Sequence[int] | int = min(paper, wanted.count - 1) if isinstance(wanted, LabelMap) else (paper,)
        else:
            ink = self.ink.value if self.ink is not None else (0,)
        self._stroke = PenStroke(pixels, ink, self.pen_width, found.hard)
        self._go_on(point)

    def _go_on(self, point: QPointF) -> None:
        stroke, wanted = self._stroke, self._translator.given
        if stroke is None or wanted is None:
            return
        there = self.viewport.to_canvas(point)
        changed = stroke.to(there.x(), there.y())
        if changed is None:
            return
        self._image = to_image(seen(wanted, stroke.pixels))
        self.update(self.viewport.cover(*changed, margin=2))
        self._translator.stroke(stroke.pixels)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draws, drags, or shows where the pen would draw."""
        point = event.position()
        if self.has_pen:
            self.update(self._around(self._mouse))
            self._mouse = point
            self.update(self._around(point))
        if self._stroke is not None:
            self._go_on(point)
        elif self._held is not None:
            super().mouseMoveEvent(event)
        else:
            self.point_at(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lifts the pen: the stroke is one step back."""
        if self._stroke is not None and event.button() == Qt.MouseButton.LeftButton:
            self._finish()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick strokes are two strokes."""
        if self.has_pen:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _finish(self) -> None:
        if self._stroke is not None:
            self._stroke = None
            self._translator.end_stroke(_("Erase") if self.tool == "eraser" else _("Draw"))

    def cancel_stroke(self) -> bool:
        """Takes the stroke that is being drawn away again; whether there was one."""
        if self._stroke is None:
            return False
        self._stroke = None
        self._translator.cancel_stroke()
        return True

    def _take_up(self, point: QPointF) -> None:
        """The colour, or the class, that lies there becomes the ink."""
        state, wanted, there = self._translator.state, self._translator.given, self.viewport.to_canvas(point)
        if state is None or state.picture is None or wanted is None:
            return
        x, y = int(there.x() // 1), int(there.y() // 1)
        if not (0 <= x < wanted.size and 0 <= y < wanted.size):
            return
        if isinstance(wanted, LabelMap):
            self.set_ink(inks_for(wanted)[int(state.picture.pixels[y, x])])
        else:
            value = tuple(int(shade) for shade in state.picture.pixels[:, y, x])
            tone = value if len(value) == 3 else value * 3
            self.set_ink(Ink(_("taken up"), (tone[0], tone[1], tone[2]), value))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The width of the pen; with Ctrl, or without a pen, the scale."""
        delta = event.angleDelta().y()
        if self.has_pen and delta and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.accept()
            self.step_pen_width(delta > 0)
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes a stroke back that is being drawn."""
        if event.key() == Qt.Key.Key_Escape and self.cancel_stroke():
            return
        super().keyPressEvent(event)

    def leaveEvent(self, event: object) -> None:
        """No ring where there is no mouse."""
        self._mouse = NOWHERE
        self.update()

    def hideEvent(self, event: object) -> None:
        """Nobody draws any more."""
        self._finish()

    def point_at(self, point: QPointF) -> None:
        """The ring is the mouse while there is a pen in the hand."""
        if self.has_pen and not self.image.isNull():
            self.setCursor(Qt.CursorShape.BlankCursor if self._held is None else Qt.CursorShape.ClosedHandCursor)
        elif self.has_pen:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            super().point_at(point)
