"""Seeds as rows: words, the number, its neighbours, a new one; of everything, of the noise, of a second picture."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton, QWidget

from ganstudio.core.controls import LatentVector, NoiseSeed
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _
from ganstudio.explore.state import LARGEST_NOISE, ExploreState
from ganstudio.explore.styles import style_layers
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import TITLE, Section, heading_of
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.forms.number import NumberEdit
from ganstudio.ui.kit.parts import boxed, label, say, tool_button
from ganstudio.ui.kit.style import set_look

LARGEST_SEED = 10**9
NEW_SEEDS = 1_000_000
"""New seeds are below this: short enough to be written down."""


class SeedRow(QWidget):
    """What is wrong with a number that was typed stands below it.

    Args:
        title: the words before the number.
        help: tooltip of the number.
        names: what the buttons are called: a new seed; then, where they are wanted, the one before and the next.
        title_width: pixels for the words; 0: as they need.
        largest: seed that there is.

    Signals:
        chosen: a person wants this seed.
    """

    chosen = Signal(object)

    def __init__(
        self, title: str, help: str, names: Sequence[str], title_width: int = 0, largest: int = LARGEST_SEED
    ) -> None:
        super().__init__()
        self._largest, self._help = largest, help
        self.title = label(title)
        if title_width:
            self.title.setFixedWidth(title_width)
        self.edit = NumberEdit(FieldSpec("seed", title, help, "int", 0, low=0, high=largest))
        self.edit.setAccessibleName(title)
        self.edit.setToolTip(help)
        self.edit.edited.connect(lambda value: self.choose(int(value)))
        self.edit.error_changed.connect(self._show_error)
        self._row = boxed(self.title, 8, self.edit, 4, across=True, margins=(2, 0, 0, 0), stretch=self.edit)
        new, *beside = names
        self.neighbours: list[QToolButton] = []
        for icon, name, step in zip(("chevron-left", "chevron-right"), beside, (-1, 1), strict=False):
            self.neighbours.append(self.add_button(icon, name, partial(self._step, step)))
        self.dice = self.add_button("dice", new, self.choose_new)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        boxed(self._row, self.problem, gap=4, into=self)
        self.set_seed(0)

    def add_button(self, icon: str, name: str, call: Callable[[], object], tooltip: str = "") -> QToolButton:
        """One more small button at the end."""
        button = tool_button(icon, name, tooltip, clicked=call, side=24)
        self._row.addWidget(button)
        return button

    @property
    def seed(self) -> int:
        """The number that is shown."""
        return int(self.edit.value())

    def set_seed(self, seed: int) -> None:
        """Shows a seed without telling anybody."""
        self.edit.set_value(seed)
        for button, there in zip(self.neighbours, (self.seed > 0, self.seed < self._largest), strict=False):
            button.setEnabled(there)

    def show_origin(self, origin: int | None, moved: bool) -> None:
        """Shows the seed that was drawn last (None: nobody knows of one), and whether something was moved since."""
        title, since = _("Seed, moved"), _("Controls were moved since seed {seed} was drawn").format(seed=origin)
        if origin is None:
            title, since = _("Not of seed"), _("This was found, opened or moved from elsewhere: no seed draws it")
        else:
            self.set_seed(origin)
        self.title.setText(title if moved else _("Seed"))
        self.title.setToolTip(since if moved else "")

    def _step(self, by: int) -> None:
        self.choose(self.seed + by)

    def choose(self, seed: int) -> None:
        """A person wants this one."""
        if 0 <= seed <= self._largest:
            self.chosen.emit(seed)

    def choose_new(self) -> None:
        """A person wants one that nobody has chosen."""
        self.chosen.emit(random.SystemRandom().randrange(NEW_SEEDS))

    def _show_error(self, text: str) -> None:
        self.edit.setToolTip(text or self._help)
        set_look(self.edit, wrong=bool(text))
        say(self.problem, text)


class NoiseRow(SeedRow):
    """The seed of the random detail."""

    def __init__(self, control: NoiseSeed, editing: Editing, title_width: int = 0) -> None:
        help = _("Seed of the random detail: the same number, the same strands of hair.")
        super().__init__(heading_of(control.name), help, [_("New noise")], title_width, LARGEST_NOISE)
        self._name, self._editing = control.name, editing
        self.chosen.connect(self._put)

    def _put(self, seed: int) -> None:
        title = _("{name} {seed}").format(name=self.title.text(), seed=seed)
        self._editing.put(self._name, np.asarray(seed, np.int64), title, self._name)

    def refresh(self, state: ExploreState) -> None:
        """Shows the seed."""
        self.set_seed(int(state.position[self._name]))


class SampleSection(Section):
    """Seed: a number, its neighbours, a new one. The same of the noise, and truncation ψ, where there are such."""

    def __init__(self, editing: Editing) -> None:
        super().__init__(_("Sample"), editing)
        controls = editing.driven.dials
        help = _("Draws every control at random; the same number draws the same picture.")
        self.row = SeedRow(_("Seed"), help, (_("New seed"), _("Previous seed"), _("Next seed")), TITLE)
        self.row.chosen.connect(self.draw)
        self.row.dice.setToolTip(_("New seed (R): draws every control anew"))
        self.again = self.row.add_button("reset", _("Draw this seed again"), lambda: self.draw(self.row.seed))
        self._shown: tuple[int | None, bool] | None = None
        self.column.addWidget(self.row)
        self.noises = {one.name: NoiseRow(one, editing, TITLE) for one in controls if isinstance(one, NoiseSeed)}
        for row in self.noises.values():
            self.column.addWidget(row)
        self.truncation: ValueSlider | None = None
        if any(isinstance(control, LatentVector) for control in controls):
            help = _("Scales the latents: below 1 more typical and less varied, 0 the middle of the latent space.")
            if style_layers(controls) is not None:
                help = _("Pulls the styles to their mean: below 1 more typical and less varied, 0 the mean picture.")
            self.truncation = ValueSlider(_("Truncation ψ"), 0, 1.5, 1, title_width=TITLE, allowed=(-2, 2), help=help)
            editing.bind(self.truncation, lambda state, value: state.with_(truncation=value), _("Truncation"), "ψ")
            self.column.addWidget(self.truncation)

    def draw(self, seed: int) -> None:
        """Draws every control with a seed."""
        if self.editing.state is not None:
            self.editing.edit(self.editing.driven.drawn_from(seed), _("Seed {seed}").format(seed=seed), "seed")

    def refresh(self, state: ExploreState) -> None:
        """Shows the seeds last drawn with, and whether something was moved by hand since."""
        if self.truncation is not None:
            self.truncation.set_value(state.truncation)
        for row in self.noises.values():
            row.refresh(state)
        moved = state.seed is None
        if self._shown == (state.origin, moved):
            return  # at every move of every slider
        self._shown = (state.origin, moved)
        self.row.show_origin(state.origin, moved)
        again, drawn = _("Draw seed {seed} again: every control as it was"), _("This is seed {seed} as it was drawn")
        self.again.setEnabled(moved)
        self.again.setToolTip((again if moved else drawn).format(seed=self.row.seed))
