"""The seed everything is drawn with, and truncation."""

from __future__ import annotations

import random

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QToolButton

from ganstudio.core.controls import LatentVector
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.explore.controls.editing import Driven, Editing
from ganstudio.ui.explore.controls.section import TITLE, Section
from ganstudio.ui.explore.slider import ValueSlider
from ganstudio.ui.forms.editors import NumberEdit
from ganstudio.ui.parts import label, tool_button
from ganstudio.ui.style import set_look

LARGEST_SEED = 10**9
NEW_SEEDS = 1_000_000
"""New seeds are below this: short enough to be written down."""


class SampleSection(Section):
    """Seed: a number, its neighbours, a new one. Truncation ψ where there is a latent vector."""

    def __init__(self, driven: Driven, editing: Editing) -> None:
        super().__init__(_("Sample"), driven, editing)
        help = _("Draws every control at random; the same number draws the same picture.")
        spec = FieldSpec("seed", _("Seed"), help, "int", 0, low=0, high=LARGEST_SEED)
        self._label = label(_("Seed"))
        self._label.setFixedWidth(TITLE)
        self.seed = NumberEdit(spec)
        self.seed.setAccessibleName(_("Seed"))
        self.seed.edited.connect(lambda value: self.draw(int(value)))
        self.seed.error_changed.connect(self._show_error)
        self._help = help
        self._shown: tuple[int, bool] | None = None
        self.seed.setToolTip(help)
        self.previous = self._button("chevron-left", _("Previous seed"), lambda: self.draw(int(self.seed.value()) - 1))
        self.next = self._button("chevron-right", _("Next seed"), lambda: self.draw(int(self.seed.value()) + 1))
        self.dice = self._button("dice", _("New seed"), self.new_seed)
        self.dice.setToolTip(_("New seed (R): draws every control anew"))
        self.again = self._button("reset", _("Draw this seed again"), lambda: self.draw(int(self.seed.value())))
        row = QHBoxLayout()
        row.setContentsMargins(2, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._label)
        row.addSpacing(8)
        row.addWidget(self.seed, 1)
        row.addSpacing(4)
        for button in (self.previous, self.next, self.dice, self.again):
            row.addWidget(button)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        self.column.addLayout(row)
        self.column.addWidget(self._problem)
        self.truncation: ValueSlider | None = None
        if any(isinstance(control, LatentVector) for control in driven.controls):
            self.truncation = ValueSlider(
                _("Truncation ψ"), 0, 1.5, 1, title_width=TITLE, allowed=(-2, 2),
                help=_("Scales the latents: below 1 more typical and less varied, 0 the middle of the latent space."),
            )  # fmt: skip
            editing.bind(self.truncation, lambda state, value: state.with_(truncation=value), _("Truncation"), "ψ")
            self.column.addWidget(self.truncation)

    def _button(self, icon: str, name: str, call: object) -> QToolButton:
        button = tool_button(icon, name)
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(24, 24)
        button.clicked.connect(lambda: call())  # type: ignore[operator]
        return button

    def draw(self, seed: int) -> None:
        """Draws every control with a seed."""
        if self.driven.state is not None and 0 <= seed <= LARGEST_SEED:
            self.editing.edit(self.driven.drawn_from(seed), _("Seed {seed}").format(seed=seed), "seed")

    def new_seed(self) -> None:
        """Draws every control with a seed that nobody has chosen."""
        if self.driven.state is not None:
            seed = random.SystemRandom().randrange(NEW_SEEDS)
            self.editing.edit(self.driven.drawn_from(seed), _("New seed"))

    def _show_error(self, text: str) -> None:
        self.seed.setToolTip(text or self._help)
        set_look(self.seed, wrong=bool(text))
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def refresh(self, state: ExploreState) -> None:
        """Shows the seed last drawn with, and whether something was moved by hand since."""
        if self.truncation is not None:
            self.truncation.set_value(state.truncation)
        moved = state.seed is None
        if state.seed is not None:
            self.seed.set_value(state.seed)
        seed = int(self.seed.value())
        if self._shown == (seed, moved):
            return  # at every move of every slider
        self._shown = (seed, moved)
        self._label.setText(_("Seed, moved") if moved else _("Seed"))
        self._label.setToolTip(_("Controls were moved since seed {seed} was drawn").format(seed=seed) if moved else "")
        words = (
            _("Draw seed {seed} again: every control as it was") if moved else _("This is seed {seed} as it was drawn")
        )
        self.again.setEnabled(moved)
        self.again.setToolTip(words.format(seed=seed))
        self.previous.setEnabled(seed > 0)
        self.next.setEnabled(seed < LARGEST_SEED)
