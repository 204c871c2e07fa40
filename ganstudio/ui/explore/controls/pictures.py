"""The pictures of a class that the generator is to draw more of."""

from __future__ import annotations

from ganstudio.app.class_shelf import ClassShelf, Pictures
from ganstudio.app.explorer import Explorer
from ganstudio.core.controls import ClassImages
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState
from ganstudio.ui.explore.controls.editing import Editing
from ganstudio.ui.explore.controls.section import Section, heading_of
from ganstudio.ui.workbench.class_slots import ClassSlots


class PicturesSection(Section):
    """A place for each picture."""

    def __init__(self, control: ClassImages, explorer: Explorer, editing: Editing) -> None:
        super().__init__(heading_of(control.name), explorer, editing)
        self.control = control
        self.slots = ClassSlots(control, ClassShelf(explorer), self._put)
        self.column.addWidget(self.slots)

    def _put(self, value: Pictures) -> None:
        state = self.driven.state
        if state is not None:
            self.editing.edit(state.moved(self.control.name, value), _("Pictures of a class"))

    def refresh(self, state: ExploreState) -> None:
        """Shows the pictures."""
        self.slots.refresh(state.position[self.control.name])
