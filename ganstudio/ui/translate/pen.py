"""The pen that draws on what is given to the network: its inks, its width, its strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QWheelEvent

from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import Given, LabelMap
from ganstudio.core.i18n import _
from ganstudio.explore.pen import LARGEST, SMALLEST, PenStroke
from ganstudio.explore.translating import seen
from ganstudio.ui.pictures.strokes import StrokeInput, Touch, Way
from ganstudio.ui.pictures.viewer import Hand

Tool = Literal["hand", "pen", "eraser"]


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
        return tuple(Ink(one.title, one.colour, index) for index, one in enumerate(wanted.classes))
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


class Pen(Hand):
    """Draws on the input: the ink is on the screen before any network is asked.

    Args:
        translator: told of every part of a stroke.

    Signals:
        changed: tool, ink or width are others.

    Attributes:
        tool: what is in the hand.
        ink: of the pen.
        width: of pen and eraser, in pixels of the picture.
    """

    changed = Signal()

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._strokes = StrokeInput(
            lambda at: self.viewer.viewport.to_canvas(at), self._begin, self._draw, self._end, self._cancel
        )
        self._stroke: PenStroke | None = None
        self._way, self._erases = Way(), False
        self.tool: Tool = "hand"
        self.ink: Ink | None = None
        self.width = 1.0

    # -- tool, ink, width -------------------------------------------------------------------------------------------

    def set_tool(self, tool: Tool) -> None:
        """Takes another tool into the hand."""
        self.release()
        self.tool = tool
        self._tell()

    def set_ink(self, ink: Ink | None) -> None:
        """Another ink, and the pen with it where the eraser was in the hand."""
        self.ink = ink
        if self.tool == "eraser" and ink is not None:
            self.tool = "pen"
        self._tell()

    def set_width(self, width: float) -> None:
        """Another width of pen and eraser."""
        self.width = min(max(round(width, 1), SMALLEST), LARGEST)
        self._tell()

    def step_width(self, up: bool) -> None:
        """A little wider or narrower: by a fifth, and by half a pixel at least."""
        step = max(0.5, self.width * 0.2)
        self.set_width(self.width + (step if up else -step))

    def _tell(self) -> None:
        self.changed.emit()
        self.viewer.show_shape()
        self.viewer.update()

    @property
    def at_hand(self) -> bool:
        """Pen or eraser are in the hand, and there is something to draw on."""
        return self.tool != "hand" and self._translator.given is not None

    # -- strokes ----------------------------------------------------------------------------------------------------

    def show(self, wanted: Given | None, pixels: NDArray[np.uint8] | None) -> None:
        """Shows an input; None for none."""
        if wanted is None or pixels is None:
            self.release()
            self.viewer.show_pictures(None)
            return
        if self._stroke is not None and pixels is self._stroke.pixels:
            return  # it is on the screen already
        self._stroke = None  # something else was given meanwhile
        self.viewer.show_pictures(seen(wanted, pixels))

    def press(self, event: QMouseEvent) -> bool:
        """Puts the pen down, also twice in quick succession; with Alt takes up what is there."""
        if not self.at_hand or event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._strokes.is_shadow(event):
            return True
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._take_up(event.position())
        else:
            self._strokes.press(event)
        return True

    def drag(self, event: QMouseEvent) -> None:
        """Draws as far as the mouse; with Shift straight on."""
        self._strokes.move(event)

    def release(self) -> None:
        """Lifts the pen: the stroke is one step back."""
        self._strokes.release()

    def _begin(self, touch: Touch) -> None:
        found = self._translator.shelf.found
        pixels, wanted = self._translator.begin_stroke(), self._translator.given
        if pixels is None or wanted is None:
            return
        ink: Sequence[int] | int = self.ink.value if self.ink is not None else (0,)
        self._erases = self.tool == "eraser" or touch.erasing  # the other end of a pen
        if self._erases:
            ink = min(found.paper, wanted.count - 1) if isinstance(wanted, LabelMap) else (found.paper,)
        self._stroke = PenStroke(pixels, ink, self.width, found.hard)
        self._way = Way()
        self._draw(touch)

    def _draw(self, touch: Touch, _down: bool = True) -> None:
        stroke, wanted, view = self._stroke, self._translator.given, self.viewer.viewport
        if stroke is None or wanted is None:
            return
        changed = stroke.to(*self._way.to(touch), touch.pressure)
        if changed is not None:
            self.viewer.show_pictures(seen(wanted, stroke.pixels), part=view.cover(*changed, margin=2))
            self._translator.stroke(stroke.pixels)

    def _end(self, _touch: Touch) -> None:
        if self._stroke is not None:
            self._stroke = None
            self._translator.end_stroke(_("Erase") if self._erases else _("Draw"))

    def _cancel(self) -> bool:
        had, self._stroke = self._stroke is not None, None
        if had:
            self._translator.cancel_stroke()
        return had

    def _take_up(self, point: QPointF) -> None:
        state, wanted, (x, y) = self._translator.state, self._translator.given, self.viewer.pixel_at(point)
        if state is None or state.picture is None or wanted is None or x < 0:
            return
        if isinstance(wanted, LabelMap):
            self.set_ink(inks_for(wanted)[int(state.picture.pixels[y, x])])
        else:
            value = tuple(int(shade) for shade in state.picture.pixels[:, y, x])
            tone = value if len(value) == 3 else value * 3
            self.set_ink(Ink(_("taken up"), (tone[0], tone[1], tone[2]), value))

    # -- wheel, keys, the ring around the mouse -----------------------------------------------------------------------

    def wheel(self, event: QWheelEvent) -> bool:
        """The width of the pen; with Ctrl, or without a pen, the viewer zooms."""
        if not self.at_hand or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self.step_width(event.angleDelta().y() > 0)
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Escape takes a stroke back that is being drawn."""
        return event.key() == Qt.Key.Key_Escape and self._strokes.cancel()

    def shape(self) -> Qt.CursorShape | None:
        """The ring is the mouse while there is a pen in the hand."""
        if not self.at_hand:
            return None
        return Qt.CursorShape.CrossCursor if self.viewer.image.isNull() else Qt.CursorShape.BlankCursor

    def hover(self, was: QPointF | None, now: QPointF | None) -> None:
        """The ring follows the mouse."""
        if self.at_hand:
            reach = int(2 * self._radius()) + 8
            for point in (was, now):
                if point is not None:
                    self.viewer.update(QRect(int(point.x()) - reach, int(point.y()) - reach, 2 * reach, 2 * reach))

    def _radius(self) -> float:
        return max(1.5, self.width / 2 * self.viewer.viewport.scale / self.viewer.viewport.ratio)

    def paint(self, painter: QPainter) -> None:
        """The pen's width around the mouse."""
        if not self.at_hand or self.viewer.mouse is None or self.viewer.image.isNull():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for tone, width in ((QColor(0, 0, 0, 150), 2.5), (QColor(255, 255, 255, 230), 1.0)):
            painter.setPen(QPen(tone, width))
            painter.drawEllipse(self.viewer.mouse, self._radius(), self._radius())
