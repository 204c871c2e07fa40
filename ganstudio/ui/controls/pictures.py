"""The pictures of a class that the generator is to draw more of."""

from __future__ import annotations

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.run_data import ClassShelf, Pictures
from ganstudio.core.controls import ClassImages
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.class_slots import ClassSlots
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import Section, heading_of


class PicturesSection(Section):
    """A place for each picture."""

    def __init__(self, control: ClassImages, explorer: Explorer, editing: Editing) -> None:
        super().__init__(heading_of(control.name), explorer, editing)
        self.control = control
        self.slots = ClassSlots(control, ClassShelf(explorer), self._now, self._put)
        self.column.addWidget(self.slots)

    def _now(self) -> Pictures | None:
        return None if self.driven.state is None else self.driven.state.position.get(self.control.name)

    def _put(self, value: Pictures) -> None:
        state = self.driven.state
        if state is not None:
            given = state.moved(self.control.name, value).with_(seed=state.seed)  # a new seed leaves them as they are
            self.editing.edit(given, _("Pictures of a class"))

    def refresh(self, state: ExploreState) -> None:
        """Shows the pictures."""
        self.slots.refresh(state.position[self.control.name])
