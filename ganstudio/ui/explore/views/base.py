"""What the views below the large picture have in common: a bar, a grid, and being drawn only while one sees them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import ExploreState
from ganstudio.explore.views import PIECE, many
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.parts import boxed, label, push_button
from ganstudio.ui.pictures.grid import PictureGrid

WIDE = 560


class GridView(Part):
    """A bar of choices above a grid of pictures of states.

    Args:
        explorer: what is drawn.
        picks: samples that a person wants more or less of.
        channel: of the rendering service.
        grid: shows the pictures.

    Attributes:
        states: what the grid shows, place by place.
        piece: so many pictures come at a time.
    """

    urgency = 10

    def __init__(self, explorer: Explorer, picks: Picks, channel: str, grid: PictureGrid) -> None:
        super().__init__(explorer, channel, grid)
        self.picks = picks
        self.states: list[ExploreState] = []
        self.piece = PIECE
        self._titles: list[QWidget] = []
        grid.clicked.connect(self.take)
        self.hint = label("", "muted", wrap=True)
        self.pin_button = push_button(
            _("Pin this"), "", _("Keeps the present position on the board (P)"),
            clicked=lambda: explorer.studio.actions.run("explore.pin"),
        )  # fmt: skip
        self._words = QWidget()
        boxed(self.hint, self.pin_button, across=True, margins=(16, 4, 16, 8), gap=16, into=self._words,
              stretch=self.hint)  # fmt: skip
        self._words.hide()

    def lay_out(self, *parts: QWidget | None) -> None:
        """Puts parts into the bar; None takes what room is left."""
        bar = boxed(*parts, across=True, margins=(8, 4, 8, 4), gap=6)
        boxed(bar, self._words, self.grid, into=self, stretch=self.grid)

    def title(self, words: str, of: QWidget) -> QLabel:
        """A word before a choice; where there is little room it gives way, and tooltips tell."""
        made = label(words)
        made.setBuddy(of)
        made.hide()  # until there is room: no reason for a wide window
        self._titles.append(made)
        return made

    # -- what is drawn ----------------------------------------------------------------------------------------------

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """The states to draw for the present one; prepares the grid. For subclasses."""
        raise NotImplementedError

    def work(self, state: ExploreState) -> Work:
        """What :meth:`arrange` says."""
        self.states = list(self.arrange(state))
        return many([self.explorer.effective(one) for one in self.states], self.piece)

    def flat(self, state: ExploreState) -> ExploreState:
        """The state that draws the same with ψ = 1 and no directions: what stands between two of them is between all."""
        return ExploreState(self.explorer.effective(state))

    def failed(self, words: str) -> None:
        """Says why."""
        self.say(words)

    def say(self, text: str, pin: bool = False) -> None:
        """A line above the grid: what is missing, or what went wrong; empty for nothing. ``pin`` offers to pin."""
        self.hint.setText(text)
        self._words.setVisible(bool(text))
        self.pin_button.setVisible(pin and "explore.pin" in self.explorer.studio.actions)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the words before the choices give way."""
        super().resizeEvent(event)
        for words in self._titles:
            words.setVisible(event.size().width() >= WIDE)

    # -- hands ------------------------------------------------------------------------------------------------------

    def take(self, place: int) -> None:
        """Goes where a picture of the grid is."""
        if 0 <= place < len(self.states):
            self.explorer.edit(self.states[place], _("Take a picture of the grid"))

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a picture of the grid."""
        menu = QMenu(self)
        if 0 <= place < len(self.states):
            state, said = self.states[place], self.picks.verdict(self.states[place])
            menu.addAction(_("Go there"), lambda: self.take(place))
            menu.addAction(_("Compare with it"), lambda: self.explorer.compare_with(state))
            menu.addSeparator()
            for like, text in ((True, _("More like this")), (False, _("Less like this"))):
                row = menu.addAction(text, partial(self.picks.turn, state, like))
                row.setCheckable(True)
                row.setChecked(said is like)
        return menu
