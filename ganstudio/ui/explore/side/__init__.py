"""The right side of the Explore workspace: directions, pins, projection, neighbours."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.ui.explore.parts import Tabs
from ganstudio.ui.explore.side.directions import DirectionsPanel
from ganstudio.ui.explore.side.neighbours import NeighboursPanel
from ganstudio.ui.explore.side.pins import PinBoard
from ganstudio.ui.explore.side.projection import ProjectionPanel


class SidePanel(Tabs):
    """Four parts, of which one is on view."""

    def __init__(self, explorer: Explorer, studio: Studio, picks: Picks) -> None:
        super().__init__()
        self.directions = DirectionsPanel(explorer, studio, picks)
        self.pins = PinBoard(explorer)
        self.projection = ProjectionPanel(explorer, studio)
        self.neighbours = NeighboursPanel(explorer)
        self.fill(
            _("Side"),
            [
                ("directions", _("Directions"), _("Directions along which something changes"), self.directions),
                ("pins", _("Pins"), _("Positions one wants to come back to"), self.pins),
                ("projection", _("Match"), _("Projection: finds where the generator draws a given picture"),
                 self.projection),
                ("neighbours", _("Nearest"), _("The training images that are most alike: is it memorised?"),
                 self.neighbours),
            ],
        )  # fmt: skip
        self._explorer, self._buttons = explorer, self.tabs.findChildren(QPushButton)
        explorer.kept_changed.connect(self._count_pins)
        explorer.source_changed.connect(self._count_pins)
        explorer.source_changed.connect(self._offer)
        self._count_pins()
        self.open("directions")

    def _offer(self) -> None:
        """Nothing is matched with a point."""
        spec = self._explorer.spec
        self.offer([key for key in self.parts if key != "projection" or spec is None or spec.pictures])

    def _count_pins(self) -> None:
        """The tab tells how many there are: so one sees that P has done something, wherever one looks."""
        count = len(self._explorer.kept.pins)
        self._buttons[1].setText(_("Pins {count}").format(count=count) if count else _("Pins"))
