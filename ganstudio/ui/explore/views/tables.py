"""Views of what is drawn now: the wall of samples to choose from; and the sweep, as in InfoGAN's figure 2."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.core.controls import LatentVector
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, position_of
from ganstudio.explore.styles import driven, redrawn
from ganstudio.explore.walks import Axis, axes_of, sweep
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import Segmented, tool_button
from ganstudio.ui.pictures.grid import PictureGrid, Sides

COUNTS = ("16", "36", "64")
STEPS = ("5", "8", "11")


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
        listen(self, (picks.changed, self._mark))

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


class SweepView(GridView):
    """Every combination of two controls; all others stand where they are set.

    Attributes:
        axes: everything that can be swept now.
    """

    def __init__(self, explorer: Explorer, picks: Picks) -> None:
        super().__init__(explorer, picks, "sweep", PictureGrid(_("Sweep over two controls"), _("Click: go there.")))
        self.axes: list[Axis] = []
        self._of: object = None
        self.across, self.down = QuietCombo(), QuietCombo()
        bar: list[QWidget] = []
        for combo, name in ((self.across, _("Columns")), (self.down, _("Rows"))):
            combo.setAccessibleName(name)
            combo.setToolTip(_("What changes from one to the next. Default: what was made to mean something first."))
            combo.setMaxVisibleItems(20)
            combo.setMinimumWidth(72)  # gives way before the numbers do
            combo.activated.connect(self.redraw)
            bar += [self.title(name, combo), combo]
        counts = [(step, step, _("{count} steps").format(count=step)) for step in STEPS]
        self.steps = Segmented(counts, _("Steps"), close=True)
        self.steps.set_value("8")
        self.steps.chosen.connect(self.redraw)
        self.lay_out(*bar, tool_button("compare", _("Swap rows and columns"), clicked=self.swap), self.steps, None)
        explorer.source_changed.connect(self._fill)
        explorer.kept_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        """The axes that there are now; what was chosen stays where it still exists."""
        axes = axes_of(self.explorer.controls, self.explorer.kept.directions)
        if axes == self.axes:
            return
        before = self.across.currentData(), self.down.currentData()
        self.axes = axes
        keys = [axis.key for axis in axes]
        same, self._of = self.explorer.controls == self._of, self.explorer.controls
        if not (same and before[0] in keys and before[1] in ("", *keys)):
            before = self._first_two()  # what was chosen for another generator says little about this one
        for combo, wanted in ((self.across, before[0]), (self.down, before[1])):
            combo.clear()
            if combo is self.down:
                combo.addItem(_("nothing"), "")
            for axis in axes:
                combo.addItem(axis.title, axis.key)
            combo.setCurrentIndex(max(0, combo.findData(wanted)))
        self.redraw()

    def _first_two(self) -> tuple[str, str]:
        """What is swept at first: what was made to mean something or was found, else two numbers of the latents."""
        keys = [axis.key for axis in self.axes]
        if self.axes and self.axes[0].kind == "truncation":
            keys = keys[1:] + keys[:1]
        return (keys[0] if keys else "", keys[1] if len(keys) > 1 else "")

    def use_axes(self, across: str, down: str = "") -> None:
        """Sweeps these two, by their keys."""
        self.across.setCurrentIndex(self.across.findData(across))
        self.down.setCurrentIndex(self.down.findData(down))
        self.redraw()

    def swap(self) -> None:
        """Rows become columns."""
        across, down = self.across.currentData(), self.down.currentData()
        if down:
            self.use_axes(down, across)

    def chosen(self) -> tuple[Axis | None, Axis | None]:
        """The axes of rows and columns."""
        by_key = {axis.key: axis for axis in self.axes}
        return by_key.get(self.down.currentData() or ""), by_key.get(self.across.currentData() or "")

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """The states row by row."""
        rows, columns = self.chosen()
        if columns is None:
            self.grid.prepare(0)
            self.say(_("This generator has nothing that can be swept."))
            return []
        self.say("")
        count = int(self.steps.value)
        states = sweep(state, rows, columns, count)
        across, down = (
            [] if axis is None else [axis.label(value) for value in axis.stops(count)] for axis in (columns, rows)
        )
        sides = Sides(across, down, columns.title, "" if rows is None else rows.title)
        self.grid.prepare(sum(map(len, states)), len(states[0]), sides)
        self.piece = len(states[0])  # row by row
        return [one for row in states for one in row]
