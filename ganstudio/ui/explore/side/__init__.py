"""The right side of the Explore workspace: directions, pins, projection, neighbours."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from ganstudio.app.explorer import Explorer
from ganstudio.app.studio import Studio
from ganstudio.core.i18n import _
from ganstudio.ui.explore.picks import Picks
from ganstudio.ui.explore.side.directions import DirectionsPanel
from ganstudio.ui.explore.side.neighbours import NeighboursPanel
from ganstudio.ui.explore.side.pins import PinBoard
from ganstudio.ui.explore.side.projection import ProjectionPanel
from ganstudio.ui.parts import Segmented
from ganstudio.ui.style import set_look


class SidePanel(QWidget):
    """Four parts, of which one is on view."""

    def __init__(self, explorer: Explorer, studio: Studio, picks: Picks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.directions = DirectionsPanel(explorer, studio, picks)
        self.pins = PinBoard(explorer)
        self.projection = ProjectionPanel(explorer, studio)
        self.neighbours = NeighboursPanel(explorer, studio)
        self.tabs = Segmented(
            [
                ("directions", _("Directions"), _("Directions along which something changes")),
                ("pins", _("Pins"), _("Positions one wants to come back to")),
                ("projection", _("Match"), _("Projection: finds where the generator draws a given picture")),
                ("neighbours", _("Nearest"), _("The training images that are most alike: is it memorised?")),
            ],
            _("Side"),
        )
        self.tabs.chosen.connect(self.open)
        self._explorer, buttons = explorer, self.tabs.findChildren(QPushButton)
        self._pins_tab = buttons[1]
        for button in buttons:
            set_look(button, close=True)  # four words beside each other in a narrow panel
        explorer.kept_changed.connect(self._count_pins)
        explorer.source_changed.connect(self._count_pins)
        self._count_pins()
        self._parts: dict[str, QWidget] = {
            "directions": self.directions,
            "pins": self.pins,
            "projection": self.projection,
            "neighbours": self.neighbours,
        }
        self._stack = QStackedWidget()
        for part in self._parts.values():
            self._stack.addWidget(part)
        head = QHBoxLayout()
        head.setContentsMargins(8, 8, 8, 0)
        head.addWidget(self.tabs)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.setMinimumWidth(280)
        self.open("directions")

    def open(self, name: str) -> None:
        """Shows another part."""
        self.tabs.set_value(name)
        self._stack.setCurrentWidget(self._parts[name])

    def _count_pins(self) -> None:
        """The tab tells how many there are: so one sees that P has done something, wherever one looks."""
        count = len(self._explorer.kept.pins)
        self._pins_tab.setText(_("Pins {count}").format(count=count) if count else _("Pins"))
