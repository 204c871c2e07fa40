"""Which of several generators draws."""

from __future__ import annotations

import numpy as np

from ganstudio.core.controls import GeneratorIndex
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Driven, Editing
from ganstudio.ui.controls.section import Section, heading_of
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.parts import Segmented

SIDE_BY_SIDE = 6


class IndexSection(Section):
    """One choice: side by side while there are few, in a list otherwise."""

    def __init__(self, control: GeneratorIndex, driven: Driven, editing: Editing) -> None:
        super().__init__(heading_of(control.name), driven, editing)
        self.control = control
        self._reset = self.add_reset(lambda: self._choose(0))
        texts = [
            (str(index), str(index), _("Generator {number}").format(number=index)) for index in range(control.count)
        ]
        self.choice: Segmented | QuietCombo
        if control.count <= SIDE_BY_SIDE:
            self.choice = Segmented(texts, _("Generator"))
            self.choice.chosen.connect(lambda key: self._choose(int(key)))
        else:
            self.choice = QuietCombo()
            self.choice.addItems([text for _key, _short, text in texts])
            self.choice.setAccessibleName(_("Generator"))
            self.choice.setToolTip(_("Which of the {count} generators draws").format(count=control.count))
            self.choice.activated.connect(self._choose)
        self.column.addWidget(self.choice)

    def _choose(self, index: int) -> None:
        state = self.driven.state
        if state is not None and int(state.position[self.control.name]) != index:
            self.editing.edit(state.moved(self.control.name, np.asarray(index, np.int64)), self.title)

    def refresh(self, state: ExploreState) -> None:
        """Shows which one draws."""
        index = int(state.position[self.control.name])
        if isinstance(self.choice, Segmented):
            self.choice.set_value(str(index))
        else:
            self.choice.setCurrentIndex(index)
        self._reset.setEnabled(index != 0)
