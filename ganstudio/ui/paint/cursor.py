"""The place on the map that mouse and keyboard share, and the keyboard's own hand: a pen that it puts down and lifts."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from ganstudio.app.paint.gestures import Hand
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.pictures.strokes import StrokeInput
from ganstudio.ui.pictures.viewport import Viewport


class Cursor:
    """Arrow keys move it, Space puts the pen down while it is held, Enter puts it down and lifts it.

    Args:
        viewport: how the map lies on the widget.
        hand: does what the tools do.
        strokes: the other hand, which has the mouse; while it is on the map, the keyboard waits.
        revealed: called when the map was moved to keep the cursor in sight.

    Attributes:
        at: where it is, in class pixels; None for nowhere.
        by_keys: the keyboard has it, not the mouse.
        pen: the pen of the keyboard is down.
    """

    def __init__(self, viewport: Viewport, hand: Hand, strokes: StrokeInput, revealed: Callable[[], None]) -> None:
        self._viewport, self._hand, self._strokes, self._revealed = viewport, hand, strokes, revealed
        self.at: QPointF | None = None
        self.by_keys = self.pen = self._while_held = False

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key was one of its own, and of use."""
        match event.key():
            case Qt.Key.Key_Escape:
                self.pen = False
                return self._strokes.cancel()
            case Qt.Key.Key_Backspace:
                return self._hand.tool.back()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space as key:
                if not (event.isAutoRepeat() or self._strokes.down):
                    self._pen_key(key == Qt.Key.Key_Space)
                return True
            case key if key in ARROWS:
                return self._arrow(ARROWS[key], event.modifiers())
        return False

    def release_space(self) -> None:
        """Lifts the pen that was down while Space was held."""
        if self._while_held:
            self.lift()

    def lift(self) -> None:
        """Lifts the pen, where it is down."""
        if self.pen and self.at is not None:
            self.pen = False
            self._hand.release(self._strokes.touch_at(self.at))

    def _arrow(self, way: tuple[int, int], modifiers: Qt.KeyboardModifier) -> bool:
        if modifiers & Qt.KeyboardModifier.AltModifier or self._strokes.down:
            return False
        side = self._viewport.canvas.width()
        step = max(1, round(side / 64)) * (4 if modifiers & Qt.KeyboardModifier.ControlModifier else 1)
        dx, dy = (one if modifiers & Qt.KeyboardModifier.ShiftModifier else step * one for one in way)
        if self._hand.tool.nudge(dx, dy):
            return True
        start = self._take()
        self.at = QPointF(min(side - 0.5, max(0.5, start.x() + dx)), min(side - 0.5, max(0.5, start.y() + dy)))
        if self._viewport.reveal(self.at):
            self._revealed()
        self._hand.move(self._strokes.touch_at(self.at), self.pen)
        return True

    def _take(self) -> QPointF:
        """The keyboard has it from now on: in the middle of the pixel where it was, or of the map."""
        if not self.by_keys or self.at is None:
            self.by_keys, side = True, self._viewport.canvas.width()
            at = self.at if self.at is not None else QPointF(side / 2, side / 2)
            self.at = QPointF(min(side - 1, max(0, int(at.x()))) + 0.5, min(side - 1, max(0, int(at.y()))) + 0.5)
        return self.at

    def _pen_key(self, space: bool) -> None:
        """The pen goes down, and stays there for tools that are dragged; or what has begun is ended."""
        if self.pen:
            if not space:
                self.lift()
        elif space or not self._hand.tool.accept():
            self._hand.press(self._strokes.touch_at(self._take()))
            self.pen = self._hand.busy and self._hand.options.tool != "polygon"
            self._while_held = space
