"""A seed as one row: words, the number, its neighbours, a new one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _
from ganstudio.ui.forms.editors import NumberEdit
from ganstudio.ui.kit.parts import label, tool_button
from ganstudio.ui.kit.style import set_look

NEW_SEEDS = 1_000_000
"""New seeds are below this: short enough to be written down."""


class SeedRow(QWidget):
    """What is wrong with a number that was typed stands below it.

    Args:
        title: the words before the number.
        help: tooltip of the number.
        largest: seed that there is.
        names: what the buttons are called: a new seed; then, where they are wanted, the one before and the next.
        title_width: pixels for the words; 0: as they need.

    Signals:
        chosen: a person wants this seed.
    """

    chosen = Signal(object)

    def __init__(self, title: str, help: str, largest: int, names: Sequence[str], title_width: int = 0) -> None:
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
        self._row = QHBoxLayout()
        self._row.setContentsMargins(2, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(self.title)
        self._row.addSpacing(8)
        self._row.addWidget(self.edit, 1)
        self._row.addSpacing(4)
        new, *beside = names
        self.neighbours: list[QToolButton] = []
        for icon, name, step in zip(("chevron-left", "chevron-right"), beside, (-1, 1), strict=False):
            self.neighbours.append(self.add_button(icon, name, partial(self._step, step)))
        self.dice = self.add_button("dice", new, self.choose_new)
        self.problem = label("", "problem", wrap=True)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.problem)
        self.set_seed(0)

    def add_button(self, icon: str, name: str, call: Callable[[], object]) -> QToolButton:
        """One more small button at the end."""
        button = tool_button(icon, name)
        button.setIconSize(QSize(16, 16))
        button.setFixedSize(24, 24)
        button.clicked.connect(lambda: call())
        self._row.addWidget(button)
        return button

    @property
    def seed(self) -> int:
        """The number that is shown."""
        value = self.edit.value()
        assert isinstance(value, int)
        return value

    def set_seed(self, seed: int) -> None:
        """Shows a seed without telling anybody."""
        self.edit.set_value(seed)
        for button, there in zip(self.neighbours, (self.seed > 0, self.seed < self._largest), strict=False):
            button.setEnabled(there)

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
        self.problem.setText(text)
        self.problem.setVisible(bool(text))


def noise_row(name: str, title_width: int = 0) -> SeedRow:
    """The seed of the random detail, a control of that name."""
    from ganstudio.explore.state import LARGEST_NOISE

    title = name[:1].upper() + name[1:]
    help = _("Seed of the random detail: the same number, the same strands of hair.")
    return SeedRow(title, help, LARGEST_NOISE, [_("New noise")], title_width)
