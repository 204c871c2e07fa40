"""Travelling on a plane through the latent space: by dragging, by arrow keys, and on by momentum."""

from __future__ import annotations

import math
import time

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.explore.walks import plane, travelled
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.motion import reduced_motion
from ganstudio.ui.pictures.viewer import Hand

KEY_STEP, FINE_KEY_STEP = 0.05, 0.01
FRICTION = 3.0  # per second: half the speed is gone after a quarter of a second
SLOWEST = 0.02  # units a second at which gliding ends
FRAME_MS = 16


class Traveller(Hand):
    """Moves the explorer's latent vectors along two random directions at right angles.

    Dragging a picture pulls the space along with the hand; arrow keys travel, too. One unit is the width of the prior:
    dragging across the whole picture leads to another sample.

    Args:
        explorer: what is moved.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self.seed = 0
        self._trip = 0
        self._at: QPointF | None = None
        self._speed, self._last = QPointF(), 0.0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._glide)

    @property
    def possible(self) -> bool:
        """There is a latent vector of two dimensions or more."""
        return bool(plane(self._explorer.controls, self.seed))

    def turn(self) -> None:
        """Takes another plane."""
        self.seed += 1

    def begin(self) -> None:
        """The hand is down: one trip is one step back."""
        self._timer.stop()
        self._trip += 1
        self._speed = QPointF()
        self._last = time.monotonic()

    def move(self, x: float, y: float) -> None:
        """Moves by a share of the plane's unit; y upwards."""
        before, self._last = self._last, time.monotonic()
        seconds = max(self._last - before, 1e-3)
        recent = min(1.0, seconds / 0.05)  # the speed of about the last twentieth of a second
        self._speed = self._speed * (1 - recent) + QPointF(x, y) / seconds * recent
        self._go(x, y)

    def end(self) -> None:
        """The hand is lifted: glides on where it was fast, unless motion is reduced."""
        resting = time.monotonic() - self._last > 0.08
        if not reduced_motion() and not resting and math.hypot(self._speed.x(), self._speed.y()) > 4 * SLOWEST:
            self._last = time.monotonic()
            self._timer.start()

    def step(self, key: int, fine: bool) -> bool:
        """An arrow key; False for any other."""
        step = ARROWS.get(key)
        if step is None or not self.possible:
            return False
        self._timer.stop()
        size = FINE_KEY_STEP if fine else KEY_STEP
        self._go(step[0] * size, -step[1] * size)
        return True

    def _glide(self) -> None:
        before, self._last = self._last, time.monotonic()
        seconds = min(self._last - before, 0.1)
        self._speed *= math.exp(-FRICTION * seconds)
        self._go(self._speed.x() * seconds, self._speed.y() * seconds)
        if math.hypot(self._speed.x(), self._speed.y()) < SLOWEST:
            self._timer.stop()

    def _go(self, x: float, y: float) -> None:
        state = self._explorer.state
        if state is None:
            self._timer.stop()
            return
        axes = plane(self._explorer.controls, self.seed)
        if axes:
            self._explorer.edit(travelled(state, axes, x, y), _("Travel"), ("travel", self._trip))

    # -- on a picture -----------------------------------------------------------------------------------------------

    def press(self, event: QMouseEvent) -> bool:
        """Takes hold; a double click on a picture that is not fitted fits it."""
        twice = event.type() == QEvent.Type.MouseButtonDblClick and not self.viewer.viewport.fitted
        if event.button() != Qt.MouseButton.LeftButton or twice or not self.possible:
            return False
        self._at = event.position()
        self.begin()
        return True

    def drag(self, event: QMouseEvent) -> None:
        """Travels."""
        if self._at is not None:
            moved, self._at = event.position() - self._at, event.position()
            unit = max(1, min(self.viewer.width(), self.viewer.height()))
            self.move(-moved.x() / unit, moved.y() / unit)

    def release(self) -> None:
        """Lets go."""
        self._at = None
        self.end()

    def rest(self) -> None:
        """Stands still."""
        self._timer.stop()

    def key(self, event: QKeyEvent) -> bool:
        """Arrow keys travel, with Shift in small steps."""
        return self.step(event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def shape(self) -> Qt.CursorShape | None:
        """An open hand where one can travel."""
        if not self.possible or self.viewer.image.isNull():
            return None
        return Qt.CursorShape.OpenHandCursor if self._at is None else Qt.CursorShape.ClosedHandCursor


class Roaming(QWidget):
    """Hands on a plane: one drags or goes by arrow keys to a place, and each journey is one step back.

    A subclass, put before the widget it is mixed into, says where things are.

    Attributes:
        trip: which journey this is.
    """

    trip = 0
    _held = False

    def spot(self, at: QPointF) -> tuple[float, float]:
        """The place of the plane at a point of the widget, y upwards."""
        raise NotImplementedError

    def whereabouts(self) -> tuple[float, float] | None:
        """Where one is; None where one can go nowhere."""
        raise NotImplementedError

    def roam(self, x: float, y: float) -> None:
        """Goes to a place."""
        raise NotImplementedError

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Goes there."""
        if event.button() == Qt.MouseButton.LeftButton and self.whereabouts() is not None:
            self._held, self.trip = True, self.trip + 1
            self.roam(*self.spot(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follows the hand."""
        if self._held:
            self.roam(*self.spot(event.position()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Lets go."""
        self._held = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go on, with Shift in small steps."""
        here, way = self.whereabouts(), ARROWS.get(event.key())
        if here is None or way is None:
            super().keyPressEvent(event)
            return
        step = FINE_KEY_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else KEY_STEP
        self.roam(here[0] + way[0] * step, here[1] - way[1] * step)
