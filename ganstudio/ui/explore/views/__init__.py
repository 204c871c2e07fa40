"""The views below the large picture."""

from __future__ import annotations

from PySide6.QtCore import QSize

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.app.explore.points import PointPlane
from ganstudio.core.i18n import _
from ganstudio.ui.explore.parts import Tabs
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.explore.views.pad import LatentPad
from ganstudio.ui.explore.views.pinned import PathView, SumsView
from ganstudio.ui.explore.views.plane import PlaneView
from ganstudio.ui.explore.views.tables import SweepView, WallView

BARS = 400
"""Pixels that the bars of the views are given before their words end in …."""


class ViewTabs(Tabs):
    """Wall, sweep, path, plane and sums, of which one is on view and drawn; for points the plane of their latents."""

    def __init__(self, explorer: Explorer, traveller: Traveller, picks: Picks, points: PointPlane) -> None:
        super().__init__()
        self.traveller = traveller
        self.wall, self.sweep = WallView(explorer, picks), SweepView(explorer, picks)
        self.path, self.plane = PathView(explorer, picks), PlaneView(explorer, picks, traveller)
        self.sums, self.pad = SumsView(explorer, picks), LatentPad(explorer, points)
        self.fill(
            _("View"),
            [
                ("wall", _("Wall"), _("Many samples at once"), self.wall),
                ("sweep", _("Sweep"), _("Two controls over rows and columns"), self.sweep),
                ("path", _("Path"), _("From pin to pin"), self.path),
                ("plane", _("Plane"), _("A map to travel on"), self.plane),
                ("sums", _("Sums"), _("A − B + C of pinned pictures"), self.sums),
                ("pad", _("Latents"), _("The plane of latents: drag, and the point moves"), self.pad),
            ],
        )
        self._points = points
        explorer.source_changed.connect(self._offer)
        self.open("sweep")
        self._offer()

    def minimumSizeHint(self) -> QSize:
        """With room for the words of every bar, unless they are very long."""
        hint = super().minimumSizeHint()
        hint.setWidth(max(hint.width(), min(self.sizeHint().width(), BARS)))
        return hint

    def _offer(self) -> None:
        """Views of pictures for pictures; a point is seen above already."""
        self.offer(["pad"] if self._points.there else [key for key in self.parts if key != "pad"])

    @property
    def current(self) -> GridView | None:
        """The view of pictures that one looks at, if it is one."""
        view = self.parts[self.tabs.value]
        return view if isinstance(view, GridView) else None
