"""The wall: many samples at once, to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import LatentVector
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.explore.styles import driven, redrawn
from ganstudio.ui.explore.parts import Picks
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.kit.parts import Segmented, tool_button
from ganstudio.ui.pictures.grid import PictureGrid

COUNTS = ("16", "36", "64")


class WallView(GridView):
    """Random samples; with ``hold`` only the latent vectors vary, and classes and codes are the present ones."""

    def __init__(self, explorer: Explorer, picks: Picks) -> None:
        hint = _("Click: go there. + and −: more or less like this one.")
        super().__init__(explorer, picks, "wall", PictureGrid(_("Wall of samples"), hint))
        self._seed = 1
        self._shown: tuple[object, ...] = ()
        self.count = Segmented([(count, count, _("{count} samples").format(count=count)) for count in COUNTS],
                               _("Samples"))  # fmt: skip
        self.count.set_value("36")
        self.count.chosen.connect(self.redraw)
        self.hold = Segmented(
            [
                ("all", _("Everything"), _("Classes and codes are drawn at random as well")),
                ("z", _("Only z"), _("Classes and codes stay as they are set; only the latent vectors vary")),
            ],
            _("What varies"),
        )
        self.hold.chosen.connect(self.redraw)
        again = tool_button("dice", _("Other samples"), _("Draws other samples"), clicked=self.shuffle)
        self.lay_out(self.count, self.hold, again, None)
        picks.changed.connect(self._mark)

    def shuffle(self) -> None:
        """Other samples."""
        self._seed += 1
        self.redraw()

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """Samples of the wall's seed, under the present truncation and directions."""
        explorer = self.explorer
        assert explorer.opened is not None
        latents = {control.name for control in explorer.controls if isinstance(control, LatentVector)}
        self.hold.setVisible(0 < len(latents) < len(driven(explorer.controls)))
        count, held = int(self.count.value), self.hold.isVisibleTo(self) and self.hold.value == "z"
        values = explorer.opened.generator.draw(count, self._seed)
        states = []
        for row in range(count):
            drawn = redrawn(state.position, position_of(values, row), explorer.controls)
            if held:
                drawn = {name: drawn[name] if name in latents else state.position[name] for name in drawn}
            states.append(state.with_(position=drawn, seed=None))
        kept = (self._seed, count, held, id(explorer.opened.generator.controls))
        if kept == self._shown and len(self.states) == count:
            self.picks.follow(self.states, states)  # the same samples under other settings
        self._shown, self.states = kept, states
        self.grid.prepare(count)
        self._mark()
        return states

    def _mark(self) -> None:
        said = {place: self.picks.verdict(state) for place, state in enumerate(self.states)}
        self.grid.set_marks({place: like for place, like in said.items() if like is not None})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus and minus say it of the sample that has the keyboard."""
        likes = {Qt.Key.Key_Plus: True, Qt.Key.Key_Equal: True, Qt.Key.Key_Minus: False}
        place = self.grid.current
        if event.key() in likes and place < len(self.states):
            self.picks.turn(self.states[place], likes[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)
