"""The plane of latents of a generator of points: one drags, and the point above moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import LatentVector
from ganstudio.core.i18n import _
from ganstudio.ui.explore.travel import FINE_KEY_STEP, KEY_STEP
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import colour, draw_focus_ring, draw_tag
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

NORMAL, UNIFORM = 3.0, 1.0
EDGE, LINES = 20, 21


class LatentPad(QWidget):
    """The first two numbers of the latent vector as a plane; the others stay as they are set.

    The net is that of the manifold above: where it lies here, and where it lands there. Dots are the run's samples.
    """

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._samples: NDArray[np.float32] = np.zeros((0, 2), np.float32)
        self._held, self._trip = False, 0
        self.setMinimumSize(160, 140)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Plane of latents"))
        words = _("Drag, or use the arrow keys (with Shift in small steps): the point above moves. 0 is the middle.")
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        listen(self, (explorer.state_changed, lambda: self.update()), (explorer.source_changed, lambda: self.update()))
        theme_hub.changed.connect(self.update)

    def set_samples(self, latents: NDArray[np.float32]) -> None:
        """Shows where samples were drawn, ``(N, size)``."""
        self._samples = latents[:, :2] if latents.shape[1] > 1 else np.pad(latents, ((0, 0), (0, 1)))
        self.update()

    @property
    def _control(self) -> LatentVector | None:
        return next((control for control in self._explorer.controls if isinstance(control, LatentVector)), None)

    @property
    def place(self) -> QPointF | None:
        """Where one is, in the widget's pixels."""
        state, control = self._explorer.state, self._control
        if state is None or control is None:
            return None
        at = np.append(state.position[control.name][:2], 0.0)
        return self._to_screen(control, at[None, :2])[0]

    def _square(self) -> QRectF:
        side = max(1.0, min(self.width(), self.height()) - 2.0 * EDGE)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _to_screen(self, control: LatentVector, latents: NDArray[np.floating]) -> list[QPointF]:
        square, reach = self._square(), NORMAL if control.prior == "normal" else UNIFORM
        half, middle = square.width() / 2 / reach, square.center()
        return [QPointF(middle.x() + x * half, middle.y() - y * half) for x, y in latents.tolist()]

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The net, the samples, and where one is."""
        theme, control, painter = current_theme(), self._control, QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.surface))
        here = self.place
        if control is None or here is None:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        reach = 2.0 if control.prior == "normal" else 1.0  # of the manifold's net
        painter.setPen(QPen(colour(theme.mix("generator", "text", 0.72), 0.35), 1))
        for side in np.linspace(-reach, reach, LINES):
            ends = np.array([[side, -reach], [side, reach], [-reach, side], [reach, side]])
            painter.drawLines(self._to_screen(control, ends))
        painter.setPen(QPen(colour(theme.generator, 0.8), 2.5, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF(self._to_screen(control, self._samples)))
        painter.setBrush(QColor(theme.generator))
        for width, tone in ((5.0, theme.surface), (2.0, theme.text)):
            painter.setPen(QPen(QColor(tone), width))
            painter.drawEllipse(here, 8, 8)
        painter.setFont(ui_font(theme.small, tabular=True))
        numbers = self._explorer.state.position[control.name][:2].tolist() if self._explorer.state is not None else []
        words = " · ".join(f"{control.name} {number + 1} {value:.2f}" for number, value in enumerate(numbers))
        draw_tag(painter, 8, 16, words.replace("-", "−"), theme, limit=self.width() - 16)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    # -- hands ------------------------------------------------------------------------------------------------------

    def _go(self, x: float, y: float) -> None:
        state, control = self._explorer.state, self._control
        if state is None or control is None:
            return
        reach = NORMAL if control.prior == "normal" else UNIFORM
        vector = state.position[control.name].copy()
        vector[:2] = np.clip([x, y], -reach, reach)[: len(vector)]
        self._explorer.edit(state.moved(control.name, vector), _("Move in the latents"), ("pad", self._trip))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the point along."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held, self._trip = True, self._trip + 1
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Goes where the hand is."""
        control = self._control
        if self._held and control is not None:
            square, reach = self._square(), NORMAL if control.prior == "normal" else UNIFORM
            away = (event.position() - square.center()) / (square.width() / 2) * reach
            self._go(away.x(), -away.y())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Lets go."""
        self._held = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go, 0 goes to the middle."""
        state, control = self._explorer.state, self._control
        way = ARROWS.get(event.key())
        if state is None or control is None or not (way or event.key() == Qt.Key.Key_0):
            super().keyPressEvent(event)
        elif way is None:
            self._go(0, 0)
        else:
            step = FINE_KEY_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else KEY_STEP
            x, y = np.append(state.position[control.name][:2], 0.0)[:2].tolist()
            self._go(x + way[0] * step, y - way[1] * step)
