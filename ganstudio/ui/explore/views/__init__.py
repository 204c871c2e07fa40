"""The views below the large picture."""

from __future__ import annotations

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.ui.explore.parts import Picks, Tabs
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.explore.views.pinned import PathView, SumsView
from ganstudio.ui.explore.views.plane import PlaneView
from ganstudio.ui.explore.views.tables import SweepView, WallView


class ViewTabs(Tabs):
    """Wall, sweep, path, plane and sums, of which one is on view and drawn."""

    def __init__(self, explorer: Explorer, traveller: Traveller, picks: Picks) -> None:
        super().__init__()
        self.traveller = traveller
        self.wall, self.sweep = WallView(explorer, picks), SweepView(explorer, picks)
        self.path, self.plane = PathView(explorer, picks), PlaneView(explorer, picks, traveller)
        self.sums = SumsView(explorer, picks)
        self.fill(
            _("View"),
            [
                ("wall", _("Wall"), _("Many samples at once"), self.wall),
                ("sweep", _("Sweep"), _("Two controls over rows and columns"), self.sweep),
                ("path", _("Path"), _("From pin to pin"), self.path),
                ("plane", _("Plane"), _("A map to travel on"), self.plane),
                ("sums", _("Sums"), _("A − B + C of pinned pictures"), self.sums),
            ],
        )
        self.open("sweep")

    @property
    def current(self) -> GridView:
        """The view that one looks at."""
        view = self.parts[self.tabs.value]
        assert isinstance(view, GridView)
        return view
