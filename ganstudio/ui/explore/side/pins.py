"""The pin board: positions one wants to come back to, with names."""

from __future__ import annotations

import itertools

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMenu

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.keepsakes import Pin
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Work
from ganstudio.explore.state import ExploreState
from ganstudio.explore.views import many
from ganstudio.ui.explore.parts import Part
from ganstudio.ui.kit.parts import boxed, label, push_button, tool_button
from ganstudio.ui.pictures.grid import PictureGrid


class PinBoard(Part):
    """Pins of the present generator; each is drawn with the present weights."""

    urgency = 5
    follows = False

    def __init__(self, explorer: Explorer) -> None:
        grid = PictureGrid(_("Pins"), _("Click: go there. Right-click: compare, rename, move, remove."))
        super().__init__(explorer, "pins", grid)
        words = _("Keeps the present position on the board (P)")
        self.add = push_button(_("Pin this"), "", words, clicked=self.pin)
        self._rename = tool_button("rename", _("Rename the pin"), clicked=lambda: self.rename(grid.current))
        off = _("Take the pin off the board")
        self._remove = tool_button("trash", off, clicked=lambda: self.remove(grid.current))
        grid.clicked.connect(self._go_to)
        words = _("Nothing is pinned. What is pinned can be walked between, added and subtracted, and come back to.")
        self._empty = label(words, "muted", wrap=True)
        bar = boxed(self.add, self._rename, self._remove, across=True, gap=8, stretch=self.add)
        self.stack(bar, self._empty, grid)
        explorer.kept_changed.connect(self._refresh)
        explorer.source_changed.connect(self._refresh)
        self._refresh()

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def pins(self) -> list[Pin]:
        """The pins in their order."""
        return list(self.explorer.kept.pins)

    def _refresh(self) -> None:
        pins = self.pins
        self.add.setEnabled(self.explorer.opened is not None)
        self._empty.setVisible(not pins)
        self.grid.setVisible(bool(pins))
        for button in (self._rename, self._remove):
            button.setEnabled(bool(pins))
        self.grid.prepare(len(pins))
        self.grid.set_names([pin.name for pin in pins], captions=True)
        self.redraw()

    def work(self, _state: ExploreState) -> Work:
        """All pins."""
        return many([self.explorer.effective(pin.state) for pin in self.pins])

    # -- what can be done -------------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Keeps the present position."""
        state, pins = self.explorer.state, self.pins
        if state is not None:
            names = (_("pin {number}").format(number=number) for number in itertools.count(1))
            name = next(name for name in names if name not in {pin.name for pin in pins})
            self.explorer.change_kept(_("Pin a picture"), pins=[*pins, Pin(name, state)])

    def remove(self, place: int) -> None:
        """Takes a pin off the board; can be undone."""
        pins = self.pins
        if 0 <= place < len(pins):
            del pins[place]
            self.explorer.change_kept(_("Remove a pin"), pins=pins)

    def rename(self, place: int, name: str | None = None) -> None:
        """Calls a pin something else; asks for the name where none is given."""
        pins = self.pins
        if not 0 <= place < len(pins):
            return
        if name is None:
            name, sure = QInputDialog.getText(self, _("Rename the pin"), _("Name:"), text=pins[place].name)
            if not sure:
                return
        name = " ".join(name.split())[:80]
        if name and name != pins[place].name:
            pins[place] = Pin(name, pins[place].state)
            self.explorer.change_kept(_("Rename a pin"), pins=pins)

    def shift(self, place: int, by: int) -> None:
        """Changes the order, which is that of the path."""
        pins = self.pins
        if 0 <= place < len(pins) and 0 <= place + by < len(pins):
            pins.insert(place + by, pins.pop(place))
            self.explorer.change_kept(_("Move a pin"), pins=pins)

    def _go_to(self, place: int) -> None:
        if place < len(self.pins):
            self.explorer.edit(self.pins[place].state, _("Go to a pin"))

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a pin."""
        menu, pins = QMenu(self), self.pins
        if 0 <= place < len(pins):
            menu.addAction(_("Go there"), lambda: self._go_to(place))
            menu.addAction(_("Compare with it"), lambda: self.explorer.compare_with(pins[place].state))
            menu.addAction(_("Rename…"), lambda: self.rename(place))
            menu.addAction(_("Earlier on the path"), lambda: self.shift(place, -1))
            menu.addAction(_("Later on the path"), lambda: self.shift(place, 1))
            menu.addAction(_("Remove"), lambda: self.remove(place))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, F2 renames the pin that has the keyboard."""
        if event.matches(QKeySequence.StandardKey.Delete):
            self.remove(self.grid.current)
        elif event.key() == Qt.Key.Key_F2:
            self.rename(self.grid.current)
        else:
            super().keyPressEvent(event)
