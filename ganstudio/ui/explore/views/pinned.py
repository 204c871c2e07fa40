"""Views of what is pinned: the path past the pins, to look at and to play; and A − B + C of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.picks import Picks
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, Position
from ganstudio.explore.walks import How, arithmetic, walk
from ganstudio.ui.explore.views.base import GridView
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import QuietSpinBox, Segmented, push_button, tool_button
from ganstudio.ui.pictures.grid import PictureGrid

FRAME_MS = 80
SIGNS = (("", "A"), ("−", "B"), ("+", "C"))
FIXED = QSizePolicy.Policy.Fixed


class PathView(GridView):
    """Interpolation between the pins, in their order."""

    follows = False

    def __init__(self, explorer: Explorer, picks: Picks) -> None:
        super().__init__(explorer, picks, "path", PictureGrid(_("Path between the pins"), _("Click: go there.")))
        self.play = tool_button("play", _("Play the path"), _("Plays the path in the large picture"), checkable=True)
        self.play.toggled.connect(self._toggle)
        shell = _("Along the shell where the latent vectors lie: no grey middle")
        ways = (
            ("spherical", _("Spherical"), shell),
            ("linear", _("Linear"), _("The straight line between the latent vectors")),
        )
        once, loop = _("From the first pin to the last"), _("And back to the first: plays without a seam")
        self.how = Segmented(ways, _("Way"), close=True)
        self.ends = Segmented((("open", _("Once"), once), ("loop", _("Loop"), loop)), _("Ends"), close=True)
        self.frames = QuietSpinBox(_("Steps from one pin to the next"), 2, 60, 8)
        self.frames.setToolTip(_("Steps from one pin to the next: 2 to 60, usually 8"))
        self.frames.valueChanged.connect(self._changed)
        for chooser in (self.how, self.ends):
            chooser.chosen.connect(self._changed)
        self.lay_out(self.play, self.how, self.ends, self.title(_("Steps"), self.frames), self.frames, None)
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.timeout.connect(self._next)
        self._frame = 0
        explorer.kept_changed.connect(self._changed)
        explorer.source_changed.connect(self._changed)

    def _changed(self, *_anything: object) -> None:
        self.play.setChecked(False)
        self.redraw()

    def positions(self, frames: int) -> list[Position]:
        """The path's positions as the network gets them, ``frames`` a leg; for films."""
        return [self.explorer.effective(state) for state in self._states(frames)]

    def _states(self, frames: int) -> list[ExploreState]:
        flat = [self.flat(pin.state) for pin in self.explorer.kept.pins]
        if len(flat) < 2:
            return []
        how: How = "linear" if self.how.value == "linear" else "spherical"
        stops = [state.position for state in flat]
        way = walk(stops, self.explorer.controls, frames, how, self.ends.value == "loop")
        return [flat[0].with_(position=position) for position in way]

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """The pictures of the path."""
        states = self._states(self.frames.value())
        missing = (
            _("One picture is pinned. Move on, then pin another: the path goes from the one to the other.")
            if self.explorer.kept.pins
            else _("Pin two pictures or more (key P): the path goes past them in their order.")
        )
        self.say("" if states else missing, pin=not states)
        self.play.setEnabled(bool(states))
        self.grid.prepare(len(states))
        return states

    # -- playing ----------------------------------------------------------------------------------------------------

    def _toggle(self, playing: bool) -> None:
        self.play.setIcon(icon("pause" if playing else "play"))
        if playing and self.states:
            self._frame = max(0, self.grid.chosen)
            self._timer.start()
        else:
            self._timer.stop()

    def _next(self) -> None:
        if not self.states or not self.isVisible():
            self.play.setChecked(False)
            return
        self._frame = (self._frame + 1) % len(self.states)
        self.grid.choose(self._frame)
        self.explorer.edit(self.states[self._frame], _("Play the path"), "play")


class SumsView(GridView):
    """Three pins (or the present position), and their sum."""

    def __init__(self, explorer: Explorer, picks: Picks) -> None:
        super().__init__(explorer, picks, "sums", PictureGrid(_("Sum of pins"), _("Click: go there.")))
        self._touched = False  # until a person chooses, the first three pins are added up
        self.terms = [QuietCombo() for _term in SIGNS]
        bar: list[QWidget] = []
        for combo, (sign, name) in zip(self.terms, SIGNS, strict=True):
            combo.setAccessibleName(_("Term {name}").format(name=name))
            combo.setToolTip(_("A pinned picture, or the present position"))
            combo.activated.connect(self._chosen)
            combo.setMinimumContentsLength(2)
            combo.setSizePolicy(QSizePolicy.Policy.Expanding, FIXED)
            bar += [self.title(f"{sign} {name}".strip(), combo), combo]
        words = _("Moves the controls to A − B + C")
        self.use = push_button(_("Go there"), "", words, clicked=lambda: self.take(3), quiet=True)
        self.use.setSizePolicy(FIXED, FIXED)
        self.lay_out(*bar, self.use)
        explorer.kept_changed.connect(self._fill)
        explorer.source_changed.connect(self._fill)
        self._fill()

    def _chosen(self, _index: int) -> None:
        self._touched = True
        self.redraw()

    def _fill(self) -> None:
        names = [_("now"), *(pin.name for pin in self.explorer.kept.pins)]
        for index, combo in enumerate(self.terms):
            if [combo.itemText(row) for row in range(combo.count())] == names:
                continue
            chosen = combo.currentIndex()
            combo.clear()
            combo.addItems(names)
            keeps = self._touched and 0 <= chosen < len(names)
            combo.setCurrentIndex(chosen if keeps else min(index + 1, len(names) - 1))
        self.redraw()

    def arrange(self, state: ExploreState) -> Sequence[ExploreState]:
        """A, B, C and the sum."""
        pins = self.explorer.kept.pins
        self.use.setEnabled(bool(pins))
        self.say("" if pins else _("Pin pictures (key P) to add and subtract what they show."), pin=not pins)
        if not pins:
            self.grid.prepare(0)
            return []
        states = [state, *(pin.state for pin in pins)]
        terms = [states[min(max(combo.currentIndex(), 0), len(states) - 1)] for combo in self.terms]
        flat = [self.flat(term) for term in terms]
        total = arithmetic(flat[0].position, flat[1].position, flat[2].position, self.explorer.controls)
        self.grid.prepare(4, 4)
        self.grid.set_names(["A", "− B", "+ C", "= A−B+C"], captions=True)
        return [*flat, flat[0].with_(position=total)]
