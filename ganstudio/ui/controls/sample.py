"""The seeds everything and the noise are drawn with, and truncation."""

from __future__ import annotations

import numpy as np

from ganstudio.core.controls import LatentVector, NoiseSeed
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.explore.styles import style_layers
from ganstudio.ui.controls.editing import Driven, Editing
from ganstudio.ui.controls.section import TITLE, Section
from ganstudio.ui.controls.seed_row import SeedRow, noise_row
from ganstudio.ui.controls.slider import ValueSlider

LARGEST_SEED = 10**9


class SampleSection(Section):
    """Seed: a number, its neighbours, a new one. The same of the noise, and truncation ψ, where there are such."""

    def __init__(self, driven: Driven, editing: Editing) -> None:
        super().__init__(_("Sample"), driven, editing)
        help = _("Draws every control at random; the same number draws the same picture.")
        names = (_("New seed"), _("Previous seed"), _("Next seed"))
        self.row = SeedRow(_("Seed"), help, LARGEST_SEED, names, TITLE)
        self.row.chosen.connect(self.draw)
        self.row.dice.setToolTip(_("New seed (R): draws every control anew"))
        self.again = self.row.add_button("reset", _("Draw this seed again"), lambda: self.draw(self.row.seed))
        self._shown: tuple[int, bool] | None = None
        self.column.addWidget(self.row)
        self.noises = {one.name: self._noise(one.name) for one in driven.controls if isinstance(one, NoiseSeed)}
        self.truncation: ValueSlider | None = None
        if any(isinstance(control, LatentVector) for control in driven.controls):
            help = _("Scales the latents: below 1 more typical and less varied, 0 the middle of the latent space.")
            if style_layers(driven.controls) is not None:
                help = _("Pulls the styles to their mean: below 1 more typical and less varied, 0 the mean picture.")
            self.truncation = ValueSlider(
                _("Truncation ψ"), 0, 1.5, 1, title_width=TITLE, allowed=(-2, 2), help=help,
            )  # fmt: skip
            editing.bind(self.truncation, lambda state, value: state.with_(truncation=value), _("Truncation"), "ψ")
            self.column.addWidget(self.truncation)

    def _noise(self, name: str) -> SeedRow:
        row = noise_row(name, TITLE)

        def choose(seed: int) -> None:
            if self.driven.state is not None:
                title = _("{name} {seed}").format(name=row.title.text(), seed=seed)
                self.editing.edit(self.driven.state.moved(name, np.asarray(seed, np.int64)), title, name)

        row.chosen.connect(choose)
        self.column.addWidget(row)
        return row

    def draw(self, seed: int) -> None:
        """Draws every control with a seed."""
        if self.driven.state is not None:
            self.editing.edit(self.driven.drawn_from(seed), _("Seed {seed}").format(seed=seed), "seed")

    def new_seed(self) -> None:
        """Draws every control with a seed that nobody has chosen."""
        self.row.choose_new()

    def refresh(self, state: ExploreState) -> None:
        """Shows the seeds last drawn with, and whether something was moved by hand since."""
        if self.truncation is not None:
            self.truncation.set_value(state.truncation)
        for name, row in self.noises.items():
            row.set_seed(int(state.position[name]))
        moved = state.seed is None
        if state.seed is not None:
            self.row.set_seed(state.seed)
        seed = self.row.seed
        if self._shown == (seed, moved):
            return  # at every move of every slider
        self._shown = (seed, moved)
        self.row.title.setText(_("Seed, moved") if moved else _("Seed"))
        words = _("Controls were moved since seed {seed} was drawn").format(seed=seed)
        self.row.title.setToolTip(words if moved else "")
        words = (
            _("Draw seed {seed} again: every control as it was") if moved else _("This is seed {seed} as it was drawn")
        )
        self.again.setEnabled(moved)
        self.again.setToolTip(words.format(seed=seed))
