"""The plane of latents of a generator of points: one drags, and the point above moves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.points import PointPlane
from ganstudio.core.i18n import _
from ganstudio.ui.explore.travel import Roaming
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import colour, draw_focus_ring, draw_here, draw_tag
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

EDGE, LINES = 20, 21


class LatentPad(Roaming):
    """The first two numbers of the latent vector as a plane; the others stay as they are set.

    The net is that of the manifold above: where it lies here, and where it lands there. Dots are the run's samples.
    """

    def __init__(self, explorer: Explorer, points: PointPlane) -> None:
        super().__init__()
        self._points = points
        self.setMinimumSize(160, 140)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Plane of latents"))
        words = _("Drag, or use the arrow keys (with Shift in small steps): the point above moves.")
        self.setAccessibleDescription(words)
        self.setToolTip(words)
        listen(self, (explorer.state_changed, lambda: self.update()), (points.changed, lambda: self.update()))
        theme_hub.changed.connect(self.update)

    def place(self, x: float, y: float) -> QPointF:
        """Where latents are, in the widget's pixels."""
        square = self._square()
        return square.center() + QPointF(x, -y) * (square.width() / 2 / self._points.reach)

    def _square(self) -> QRectF:
        side = max(1.0, min(self.width(), self.height()) - 2.0 * EDGE)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The net, the samples, and where one is."""
        theme, control, here = current_theme(), self._points.control, self._points.here
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.surface))
        if control is None or here is None:
            painter.end()
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        net = 2.0 if control.prior == "normal" else 1.0  # of the manifold
        painter.setPen(QPen(colour(theme.mix("generator", "text", 0.72), 0.35), 1))
        for side in np.linspace(-net, net, LINES).tolist():
            painter.drawLine(self.place(side, -net), self.place(side, net))
            painter.drawLine(self.place(-net, side), self.place(net, side))
        painter.setPen(QPen(colour(theme.generator, 0.8), 2.5, c=Qt.PenCapStyle.RoundCap))
        painter.drawPoints([self.place(x, y) for x, y in self._points.latents.tolist()])
        draw_here(painter, self.place(*here), theme)
        painter.setFont(ui_font(theme.small, tabular=True))
        words = " · ".join(f"{control.name} {row + 1} {here[row]:.2f}" for row in range(min(2, control.size)))
        draw_tag(painter, 8, 16, words.replace("-", "−"), theme, limit=self.width() - 16)
        if self.hasFocus():
            draw_focus_ring(painter, self.rect(), theme)
        painter.end()

    def spot(self, at: QPointF) -> tuple[float, float]:
        """The latents at a point."""
        away = (at - self._square().center()) / (self._square().width() / 2) * self._points.reach
        return away.x(), -away.y()

    def whereabouts(self) -> tuple[float, float] | None:
        """The latents that one is at."""
        return self._points.here

    def roam(self, x: float, y: float) -> None:
        """Takes the point along."""
        self._points.move(x, y, self.trip)
