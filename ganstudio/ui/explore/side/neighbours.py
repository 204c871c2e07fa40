"""The training pictures that are most like the present one: is it invented, or remembered?"""

from __future__ import annotations

from typing import Any

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.likeness import Likeness
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import ExploreState
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import label, push_button
from ganstudio.ui.pictures.grid import PictureGrid


class NeighboursPanel(Part):
    """Once the data set is loaded, follows the large picture whenever the hand rests."""

    urgency = 2

    def __init__(self, explorer: Explorer) -> None:
        grid = PictureGrid(_("Nearest training pictures"), _("The most alike first"))
        super().__init__(explorer, "neighbours", grid)
        self.likeness = Likeness(explorer)
        words = _("Reads the data set that this run was trained on and looks for what is most alike")
        self.load = push_button(_("Compare with the training data"), "", words, clicked=self.likeness.read)
        self.words = label("", "muted", wrap=True)
        self.stack(self.load, self.words, grid)
        listen(self, (self.likeness.changed, self._refresh), (self.likeness.ready, self.redraw))
        self._refresh()

    def _refresh(self) -> None:
        found = self.likeness
        self.load.setVisible(found.possible and not found.there)
        self.load.setEnabled(not found.reading)
        self.words.setText(found.words)
        self.grid.setVisible(found.pictures is not None)
        if found.pictures is not None:
            self.grid.prepare(len(found.pictures), 3)
            self.grid.put(0, found.pictures)
            self.grid.set_names(found.names, captions=True)

    def work(self, state: ExploreState) -> Work:
        """What is most alike."""
        return self.likeness.work(state)

    def failed(self, words: str) -> None:
        """Says why."""
        self.likeness.fail(words)

    def arrived(self, value: Any) -> None:
        """The nearest pictures, or how near real ones are to each other."""
        self.likeness.take(value)
