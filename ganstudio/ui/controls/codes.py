"""Continuous codes: one slider each, from −1 to 1 as they were trained, or to 2 to see what lies beyond."""

from __future__ import annotations

import numpy as np

from ganstudio.core.controls import ContinuousCode
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Driven, Editing, number_change
from ganstudio.ui.controls.rows import RowList
from ganstudio.ui.controls.section import TITLE, Section, heading_of
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.kit.parts import Segmented


class CodesSection(Section):
    """The numbers of one control of continuous codes; their middle, 0, is their default."""

    def __init__(self, control: ContinuousCode, driven: Driven, editing: Editing) -> None:
        super().__init__(heading_of(control.name), driven, editing)
        self.control = control
        self.reach = Segmented(
            (
                ("1", "±1", _("From −1 to 1: what was seen in training")),
                ("2", "±2", _("From −2 to 2: beyond what was seen in training")),
            ),
            _("Range of {name}").format(name=control.name),
        )
        self.reach.chosen.connect(self._set_reach)
        self.tools.addWidget(self.reach)
        self.tools.addSpacing(4)
        self._reset = self.add_reset(self.reset)
        self.list = RowList()
        self.rows = []
        for index in range(control.size):
            title = f"{control.name} {index + 1}"
            row = ValueSlider(title, -1, 1, 0, title_width=TITLE)
            editing.bind(row, number_change(control.name, index), title, (control.name, index))
            self.rows.append(row)
        self.list.show_rows(self.rows)
        self.column.addWidget(self.list)

    def _set_reach(self, key: str) -> None:
        for row in self.rows:
            row.set_range(-float(key), float(key))

    def reset(self) -> None:
        """Every code back to its middle."""
        state = self.driven.state
        if state is not None:
            zeros = np.zeros(self.control.size, np.float32)
            self.editing.edit(state.moved(self.control.name, zeros), _("Reset {title}").format(title=self.title))

    def refresh(self, state: ExploreState) -> None:
        """Shows where the codes stand."""
        values = state.position[self.control.name].tolist()
        for row, value in zip(self.rows, values, strict=True):
            row.set_value(value)
        self._reset.setEnabled(any(values))
