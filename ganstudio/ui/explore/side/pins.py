"""The pin board: positions one wants to come back to, with names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QPoint
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QPushButton, QVBoxLayout, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.generators.keepsakes import Pin
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn, Work
from ganstudio.explore.state import ExploreState
from ganstudio.explore.views import Pictures, many
from ganstudio.ui.kit.parts import label, tool_button
from ganstudio.ui.pictures.grid import PictureGrid

CHANNEL, URGENCY = "pins", 5


class PinBoard(QWidget):
    """Pins of the present generator; each is drawn with the present weights."""

    def __init__(self, explorer: Explorer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self.grid = PictureGrid(_("Pins"), _("Click: go there. Right-click: compare, rename, move, remove."))
        self.add = QPushButton(_("Pin this picture"))
        self.add.setToolTip(_("Keeps the present position on the board (P)"))
        self.add.clicked.connect(self.pin)
        self.rename_button = tool_button("rename", _("Rename the pin"))
        self.rename_button.clicked.connect(lambda: self.rename(self.grid.current))
        self.remove_button = tool_button("trash", _("Take the pin off the board"))
        self.remove_button.clicked.connect(lambda: self.remove(self.grid.current))
        self.grid.clicked.connect(self._go_to)
        self.grid.menu_requested.connect(self._open_menu)
        self._empty = label(
            _("Nothing is pinned. Pin pictures to walk between them, to add and subtract them, or to come back."),
            "muted",
            wrap=True,
        )
        bar = QHBoxLayout()
        bar.addWidget(self.add, 1)
        bar.addWidget(self.rename_button)
        bar.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addWidget(self._empty)
        column.addWidget(self.grid, 1)
        column.addStretch(0)
        explorer.kept_changed.connect(self._refresh)
        explorer.drawn.connect(self._drawn)
        explorer.source_changed.connect(self._refresh)
        self._refresh()

    # -- what is shown ----------------------------------------------------------------------------------------------

    @property
    def pins(self) -> list[Pin]:
        """The pins in their order."""
        return list(self._explorer.kept.pins)

    def _refresh(self) -> None:
        pins = self.pins
        self.add.setEnabled(self._explorer.opened is not None)
        self._empty.setVisible(not pins)
        self.grid.setVisible(bool(pins))
        self.rename_button.setEnabled(bool(pins))
        self.remove_button.setEnabled(bool(pins))
        self.grid.prepare(len(pins))
        self.grid.set_names([pin.name for pin in pins], captions=True)
        self._explorer.show(CHANNEL, self._work if pins else None, URGENCY, follows=False)

    def _work(self, _state: ExploreState) -> Work:
        return many([self._explorer.effective(pin.state) for pin in self.pins])

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and isinstance(result.value, Pictures):
            self.grid.put(result.value.first, result.value.items)

    # -- what can be done -------------------------------------------------------------------------------------------

    def pin(self) -> None:
        """Keeps the present position."""
        state, pins = self._explorer.state, self.pins
        if state is not None:
            name = next(name for name in _names() if name not in {pin.name for pin in pins})
            self._explorer.change_kept(_("Pin a picture"), pins=[*pins, Pin(name, state)])

    def remove(self, place: int) -> None:
        """Takes a pin off the board; can be undone."""
        pins = self.pins
        if 0 <= place < len(pins):
            del pins[place]
            self._explorer.change_kept(_("Remove a pin"), pins=pins)

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
            self._explorer.change_kept(_("Rename a pin"), pins=pins)

    def shift(self, place: int, by: int) -> None:
        """Changes the order, which is that of the path."""
        pins = self.pins
        if 0 <= place < len(pins) and 0 <= place + by < len(pins):
            pins.insert(place + by, pins.pop(place))
            self._explorer.change_kept(_("Move a pin"), pins=pins)

    def _go_to(self, place: int) -> None:
        if place < len(self.pins):
            self._explorer.edit(self.pins[place].state, _("Go to a pin"))

    def make_menu(self, place: int) -> QMenu:
        """What can be done with a pin."""
        menu = QMenu(self)
        if 0 <= place < len(self.pins):
            pin = self.pins[place]
            rows: list[tuple[str, Any]] = [
                (_("Go there"), lambda: self._go_to(place)),
                (_("Compare with it"), lambda: self._explorer.compare_with(pin.state)),
                (_("Rename…"), lambda: self.rename(place)),
                (_("Earlier on the path"), lambda: self.shift(place, -1)),
                (_("Later on the path"), lambda: self.shift(place, 1)),
                (_("Remove"), lambda: self.remove(place)),
            ]
            for text, call in rows:
                menu.addAction(text, call)
        return menu

    def _open_menu(self, place: int, point: QPoint) -> None:
        menu = self.make_menu(place)
        menu.aboutToHide.connect(menu.deleteLater)
        if menu.isEmpty():
            menu.deleteLater()
        else:
            menu.popup(point)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete removes, F2 renames the pin that has the keyboard."""
        if event.matches(QKeySequence.StandardKey.Delete):
            self.remove(self.grid.current)
        elif QKeySequence(event.key()) == QKeySequence("F2"):
            self.rename(self.grid.current)
        else:
            super().keyPressEvent(event)


def _names() -> Iterator[str]:
    number = 1
    while True:
        yield _("pin {number}").format(number=number)
        number += 1
