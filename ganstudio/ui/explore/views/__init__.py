"""The views below the large picture."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from ganstudio.app.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.ui.explore.picks import Picks
from ganstudio.ui.explore.travel import Traveller
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.explore.views.path import PathView
from ganstudio.ui.explore.views.plane import PlaneView
from ganstudio.ui.explore.views.sums import SumsView
from ganstudio.ui.explore.views.sweep import SweepView
from ganstudio.ui.explore.views.wall import WallView
from ganstudio.ui.parts import Segmented

__all__ = ["PathView", "PlaneView", "SumsView", "SweepView", "ViewTabs", "WallView"]


class ViewTabs(QWidget):
    """Wall, sweep, path, plane and sums, of which one is on view and drawn."""

    def __init__(self, explorer: Explorer, traveller: Traveller, picks: Picks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wall, self.sweep = WallView(explorer, picks), SweepView(explorer, picks)
        self.path, self.plane = PathView(explorer, picks), PlaneView(explorer, picks, traveller)
        self.sums = SumsView(explorer, picks)
        self._views: dict[str, GridView] = {
            "wall": self.wall,
            "sweep": self.sweep,
            "path": self.path,
            "plane": self.plane,
            "sums": self.sums,
        }
        self.tabs = Segmented(
            [
                ("wall", _("Wall"), _("Many samples at once")),
                ("sweep", _("Sweep"), _("Two controls over rows and columns")),
                ("path", _("Path"), _("From pin to pin")),
                ("plane", _("Plane"), _("A map to travel on")),
                ("sums", _("Sums"), _("A − B + C of pinned pictures")),
            ],
            _("View"),
        )
        self.tabs.chosen.connect(self.open)
        self._stack = QStackedWidget()
        for view in self._views.values():
            self._stack.addWidget(view)
            view.keep_order()
        head = QHBoxLayout()
        head.setContentsMargins(8, 8, 8, 0)
        head.addWidget(self.tabs)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self._seen = False
        self.open("sweep")

    @property
    def current(self) -> GridView:
        """The view that one looks at."""
        return self._views[self.tabs.value]

    def open(self, name: str) -> None:
        """Shows another view."""
        self.tabs.set_value(name)
        self._stack.setCurrentWidget(self._views[name])
        self.set_seen(self._seen)

    def set_seen(self, seen: bool) -> None:
        """Somebody looks at this workspace; without that nothing is drawn."""
        self._seen = seen
        for name, view in self._views.items():
            view.set_active(seen and name == self.tabs.value)
