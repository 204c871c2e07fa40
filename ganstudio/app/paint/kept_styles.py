"""Styles that a person has named and keeps with a generator: there again whenever it is opened, on every canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psygnal import Signal

from ganstudio.app.generators.keepsakes import Keepsakes, Pin
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _

if TYPE_CHECKING:
    from ganstudio.app.paint.painter import Painter


class KeptStyles:
    """The kept styles of what is open in a painter. Every change is written at once, and a step back of the canvas.

    Signals:
        changed: another list.
    """

    changed = Signal()

    def __init__(self, painter: Painter) -> None:
        self._painter, self._kept = painter, Keepsakes(None, ())

    @property
    def names(self) -> list[str]:
        """What they are called, in the order in which they were kept."""
        return [pin.name for pin in self._kept.pins]

    def read(self) -> None:
        """Takes those of the generator that is open now."""
        opened, dials = self._painter.opened, self._painter.dials
        try:
            self._kept = Keepsakes(None if opened is None else opened.path, dials)
        except StudioError as error:
            self._kept = Keepsakes(None, dials)
            self._painter.studio.report(error)
        self.changed.emit()

    def free_name(self, wanted: str = "") -> str:
        """A name that none of them has: the wanted one, or with a number behind it."""
        wanted = " ".join(wanted.split())[:80] or _("Style")
        name, number = wanted, 2
        while name in self.names:
            name, number = f"{wanted} {number}", number + 1
        return name

    def keep(self, name: str) -> None:
        """Keeps the present style under a name."""
        state = self._painter.state
        if state is not None and self._painter.dials:
            self._put(_("Keep a style"), [*self._kept.pins, Pin(self.free_name(name), state)])

    def take(self, name: str) -> None:
        """Paints in it. Can be undone."""
        for pin in self._kept.pins:
            if pin.name == name and self._painter.state is not None:
                self._painter.edit(pin.state, _("Style “{name}”").format(name=name))

    def rename(self, name: str, wanted: str) -> None:
        """Calls one otherwise; an empty name, or the same, changes nothing. Can be undone."""
        if wanted.strip() and wanted.strip() != name:
            new = self.free_name(wanted)
            pins = [Pin(new, pin.state) if pin.name == name else pin for pin in self._kept.pins]
            self._put(_("Rename a style"), pins)

    def remove(self, name: str) -> None:
        """Keeps it no longer. Can be undone, also from the message that tells so."""
        kept, before = self._kept, list(self._kept.pins)
        gone = [pin for pin in before if pin.name == name]
        self._put(_("Delete a style"), [pin for pin in before if pin.name != name])

        def back() -> None:
            if kept is self._kept and name not in self.names:
                self._put(_("Keep a style"), [*kept.pins, *gone])

        text = _("The style “{name}” was deleted.").format(name=name)
        self._painter.studio.notifications.info(text, action=_("Bring it back"), run=back)

    def _put(self, label: str, pins: list[Pin]) -> None:
        kept, before = self._kept, list(self._kept.pins)

        def put(values: list[Pin]) -> None:
            kept.pins = list(values)
            try:
                kept.save()
            except (StudioError, OSError) as error:
                self._painter.studio.notifications.error(_("The kept styles could not be stored."), str(error))
            self.changed.emit()

        put(pins)
        self._painter.history.push(label, lambda: put(before), lambda: put(pins))
