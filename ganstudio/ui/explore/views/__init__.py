"""The views below the large picture."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.ui.explore.picks import Picks
from ganstudio.ui.explore.tabs import Tabs
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.explore.views.path import PathView
from ganstudio.ui.explore.views.plane import PlaneView
from ganstudio.ui.explore.views.sums import SumsView
from ganstudio.ui.explore.views.sweep import SweepView
from ganstudio.ui.explore.views.wall import WallView

__all__ = ["PathView", "PlaneView", "SumsView", "SweepView", "ViewTabs", "WallView"]


class ViewTabs(Tabs):
    """Wall, sweep, path, plane and sums, of which one is on view and drawn."""

    def __init__(self, explorer: Explorer, traveller: Traveller, picks: Picks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.traveller = traveller
        self.wall, self.sweep = WallView(explorer, picks), SweepView(explorer, picks)
        self.path, self.plane = PathView(explorer, picks), PlaneView(explorer, picks, traveller)
        self.sums = SumsView(explorer, picks)
        self._seen = False
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
        for view in self._views.values():
            view.keep_order()
        self.open("sweep")

    @property
    def _views(self) -> dict[str, GridView]:
        return {key: part for key, part in self.parts.items() if isinstance(part, GridView)}

    @property
    def current(self) -> GridView:
        """The view that one looks at."""
        return self._views[self.tabs.value]

    def open(self, key: str) -> None:
        """Shows another view."""
        super().open(key)
        self.set_seen(self._seen)

    def set_seen(self, seen: bool) -> None:
        """Somebody looks at this workspace; without that nothing is drawn."""
        self._seen = seen
        for name, view in self._views.items():
            view.set_active(seen and name == self.tabs.value)
