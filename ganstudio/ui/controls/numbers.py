"""Numbers that mean something: codes as they were trained, attributes that people have words for; and dice for latents."""

from __future__ import annotations

import random

import numpy as np
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget

from ganstudio.core.attributes import attribute_words
from ganstudio.core.controls import Attribute, ContinuousCode, LatentVector
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import TITLE, RowList, Section, heading_of
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.kit.parts import Segmented, boxed, push_button, tool_button

SEEDS = 2**31
NORMAL, UNIFORM = 3.0, 1.0
WORDS, SHORT, LONGEST = 148, 72, 110
"""Width of the words before a track: of an attribute with the word for where it stands, and of other numbers."""


class CodesSection(Section):
    """Continuous codes: one slider each, from −1 to 1, or to 2 to see what lies beyond; 0 is the default."""

    def __init__(self, control: ContinuousCode, editing: Editing) -> None:
        super().__init__(heading_of(control.name), editing, control.name)
        self.control = control
        self.reach = Segmented(
            (
                ("1", "±1", _("From −1 to 1: what was seen in training")),
                ("2", "±2", _("From −2 to 2: beyond what was seen in training")),
            ),
            _("Range of {name}").format(name=_(control.name)),
        )
        self.reach.chosen.connect(self._set_reach)
        self.tools.addWidget(self.reach)
        self.tools.addSpacing(4)
        self.add_reset()
        self.list = RowList()
        names = [f"{_(control.name)} {index + 1}" for index in range(control.size)]
        self.rows = [ValueSlider(name, -1, 1, 0, title_width=TITLE) for name in names]
        for index, row in enumerate(self.rows):
            editing.bind_number(row, control.name, index)
        self.list.show_rows(self.rows)
        self.column.addWidget(self.list)

    def _set_reach(self, key: str) -> None:
        for row in self.rows:
            row.set_range(-float(key), float(key))

    def reset(self) -> None:
        """Every code back to its middle."""
        self.put(np.zeros(self.control.size, np.float32), self._reset.accessibleName())

    def refresh(self, state: ExploreState) -> None:
        """Shows where the codes stand."""
        values = state.position[self.name].tolist()
        for row, value in zip(self.rows, values, strict=True):
            row.set_value(value)
        self._reset.setEnabled(any(values))


class AttributeSlider(ValueSlider):
    """A number in [−1, 1] whose title says in words where it stands."""

    def __init__(self, control: Attribute, default: float = 0.0) -> None:
        self._plain, self._words = heading_of(control.name), attribute_words(control.name)
        ends = _("From {first} to {last}").format(first=self._words[0], last=self._words[-1]) if self._words else ""
        width = WORDS if self._words else title_width(self._plain)
        super().__init__(self._plain, -1, 1, default, title_width=width, allowed=(-1, 1), help=ends)
        self._name_it()

    def set_value(self, value: float) -> None:
        """Shows a value and its word without telling anybody."""
        super().set_value(value)
        self._name_it()

    def _name_it(self) -> None:
        word = self._words[round((self.value + 1) / 2 * (len(self._words) - 1))] if self._words else ""
        self.name = f"{self._plain}: {word}" if word else self._plain
        self.setAccessibleName(self._plain)
        self.setAccessibleDescription(f"{self.text()} {word}".strip())
        self.update()


class LatentDice(QWidget):
    """A latent vector that is only drawn anew, as a whole."""

    def __init__(self, control: LatentVector, editing: Editing) -> None:
        super().__init__()
        self._name, self._editing = control.name, editing
        name = _(control.name)
        tip = _("Draws {name} anew: the same input, another picture").format(name=name)
        self.dice = push_button(_("Another {name}").format(name=name), "dice", tip, clicked=self._draw)
        self.back = tool_button("reset", _("Reset {name}").format(name=name),
                                _("{name} as it was at first").format(name=heading_of(control.name)),
                                clicked=lambda: editing.reset(control.name, name))  # fmt: skip
        boxed(self.dice, self.back, across=True, gap=4, into=self)

    def _draw(self) -> None:
        drawn = self._editing.driven.drawn_from(random.SystemRandom().randrange(SEEDS))
        self._editing.put(self._name, drawn.position[self._name], self.dice.text())

    def refresh(self, state: ExploreState) -> None:
        """Whether there is a way back."""
        self.back.setEnabled(self._editing.moved(self._name))


def title_width(text: str) -> int:
    """Room for words before a track, within reason."""
    return min(max(SHORT, QFontMetrics(QApplication.font()).horizontalAdvance(text) + 12), LONGEST)


def flowing_sliders(control: Attribute | ContinuousCode | LatentVector, editing: Editing) -> list[ValueSlider]:
    """A row for every number, bound to it."""
    first = editing.first(control.name)
    size = 1 if isinstance(control, Attribute) else control.size
    starts = np.zeros(size) if first is None else first
    rows: list[ValueSlider] = []
    for index, start in enumerate(starts.tolist()):
        if isinstance(control, Attribute):
            rows.append(AttributeSlider(control, start))
        else:
            far = NORMAL if isinstance(control, LatentVector) and control.prior == "normal" else UNIFORM
            title = heading_of(control.name) + (f" {index + 1}" if size > 1 else "")
            rows.append(ValueSlider(title, -far, far, start, title_width=title_width(title)))
        editing.bind_number(rows[index], control.name, index)
    return rows
