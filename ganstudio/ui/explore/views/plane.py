"""The latent plane: a map of pictures on which one travels by dragging."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QShowEvent

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.explore.walks import plane, travelled
from ganstudio.ui.explore.travel import Roaming, Traveller
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.kit.parts import ElidedLabel, tool_button
from ganstudio.ui.kit.theme import current_theme
from ganstudio.ui.pictures.grid import PictureGrid

SIDE, REACH = 7, 1.0


class Map(Roaming, PictureGrid):
    """The pictures of the plane and the place where one is; dragging moves it."""

    view: PlaneView

    def __init__(self) -> None:
        super().__init__(_("Map of the latent plane"), _("Drag to travel; arrow keys do the same."))

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring where one is."""
        super().paintEvent(event)
        if not self.count:
            return
        here = self.point_of(self.view.east, self.view.north)
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for width, tone in ((4.0, theme.surface), (2.0, theme.accent)):
            painter.setPen(QPen(QColor(tone), width))
            painter.drawEllipse(here, 9, 9)
        painter.end()

    def point_of(self, x: float, y: float) -> QPointF:
        """Where a place of the plane is on the widget."""
        first, last = self.cell(0).center(), self.cell(self.count - 1).center()
        across, down = (x + REACH) / (2 * REACH), (REACH - y) / (2 * REACH)
        left, top = first.x() + across * (last.x() - first.x()), first.y() + down * (last.y() - first.y())
        return QPointF(min(max(left, 0), self.width()), min(max(top, 0), self.height()))

    def spot(self, at: QPointF) -> tuple[float, float]:
        """The place of the plane at a point of the widget."""
        first, last = self.cell(0).center(), self.cell(self.count - 1).center()
        wide, high = max(1, last.x() - first.x()), max(1, last.y() - first.y())
        return REACH * (2 * (at.x() - first.x()) / wide - 1), REACH * (1 - 2 * (at.y() - first.y()) / high)

    def whereabouts(self) -> tuple[float, float] | None:
        """Where one is on the map."""
        return (self.view.east, self.view.north) if self.count else None

    def roam(self, x: float, y: float) -> None:
        """Travels."""
        self.view.go(x, y)


class PlaneView(GridView):
    """Pictures on a plane through the position where it was centred.

    Attributes:
        east: how far one has gone to the right, ``north``: upwards.
    """

    follows = False

    def __init__(self, explorer: Explorer, picks: Picks, traveller: Traveller) -> None:
        grid = self.map = Map()
        grid.view = self
        super().__init__(explorer, picks, "plane", grid)
        self._traveller = traveller
        self._anchor: ExploreState | None = None
        self._own: ExploreState | None = None
        self.east = self.north = 0.0
        words = ElidedLabel(_("Two random directions of the latent space at right angles."), "muted")
        self.lay_out(
            tool_button("dice", _("Another plane"), _("Two other directions, through where you are"),
                        clicked=self._turn),
            tool_button("fit", _("Centre here"), _("Makes the present picture the middle of the map"),
                        clicked=self.centre),
            words,
        )  # fmt: skip
        self._settle = QTimer(self, singleShot=True, interval=120)
        self._settle.timeout.connect(self.centre)
        explorer.state_changed.connect(self._state_changed)

    def _turn(self) -> None:
        self._traveller.turn()
        self.centre()

    def centre(self) -> None:
        """The present position is the middle from now on."""
        self._anchor, self.east, self.north = self.explorer.state, 0.0, 0.0
        self.redraw()

    def _state_changed(self) -> None:
        if self.explorer.state is not self._own and self.isVisible():
            self._settle.start()  # moved by something else: once that rests, the map is of where one is then

    def showEvent(self, event: QShowEvent) -> None:
        """Begins where one is."""
        self._anchor, self.east, self.north = self.explorer.state, 0.0, 0.0
        super().showEvent(event)

    def go(self, x: float, y: float) -> None:
        """Travels to a place of the plane."""
        axes = plane(self.explorer.controls, self._traveller.seed)
        if self._anchor is None or not axes:
            return
        self.east, self.north = min(max(x, -2 * REACH), 2 * REACH), min(max(y, -2 * REACH), 2 * REACH)
        self._own = travelled(self._anchor, axes, self.east, self.north)
        self.explorer.edit(self._own, _("Travel"), ("plane", self.map.trip))
        self.grid.update()

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """The pictures of the map, from its upper left."""
        axes = plane(self.explorer.controls, self._traveller.seed)
        self.say("" if axes else _("This generator has no latent vector to travel in."))
        if not axes or self._anchor is None or _shapes(self._anchor) != _shapes(state):
            self._anchor = state  # another generator may call vectors of another size by the same name
        if not axes:
            self.grid.prepare(0)
            return []
        side = np.linspace(-REACH, REACH, SIDE)
        self.grid.prepare(SIDE * SIDE, SIDE)
        return [travelled(self._anchor, axes, float(x), float(y)) for y in side[::-1] for x in side]


def _shapes(state: ExploreState) -> dict[str, tuple[int, ...]]:
    return {name: values.shape for name, values in state.position.items()}
