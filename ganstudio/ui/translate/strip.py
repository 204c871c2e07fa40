"""Pictures of the run's data in a row: a click translates one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QSizePolicy

from ganstudio.app.translate.translator import Translator
from ganstudio.core.i18n import _
from ganstudio.explore.translating import InputPicture, seen
from ganstudio.ui.pictures.grid import PictureStrip

HEIGHT = 72


class ExampleStrip(PictureStrip):
    """As many pictures as there is room for; the wheel and the arrow keys bring the others.

    Attributes:
        pictures: what is offered.

    Signals:
        wanted: a context menu is wanted at this global point; the picture is the present input already.
    """

    wanted = Signal(QPoint)

    def __init__(self, translator: Translator) -> None:
        hint = _("Pictures that the run was trained on: click one to translate it; the wheel shows more")
        super().__init__(_("Pictures of the data"), hint)
        self._translator = translator
        self.pictures: tuple[InputPicture, ...] = ()
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda place: translator.give(self.pictures[place]))

    def refresh(self) -> None:
        """Takes the pictures that fit the direction, and marks the present input."""
        shelf, wanted, state = self._translator.shelf, self._translator.given, self._translator.state
        pictures = shelf.found.of(self._translator.direction)
        if pictures is not self.pictures:
            self.pictures = pictures
            self.prepare(0)
            self.set_names([picture.name for picture in pictures])
            if wanted is not None:
                self.prepare(len(pictures))
                for place, picture in enumerate(pictures):
                    self.put(place, seen(wanted, picture.pixels)[None])
            self.scroll_to(0)
        now = None if state is None else state.picture
        self.choose(next((place for place, picture in enumerate(pictures) if picture is now), -1))
        nothing = shelf.error or _("No pictures of the run’s data are here.")
        self.say("" if pictures else _("Reading the pictures of the run…") if shelf.reading else nothing)

    def offer(self, place: Any, point: QPoint) -> None:
        """Takes a picture, then asks for a menu of what can be done with it."""
        if place is not None:
            self.take(place)
            self.wanted.emit(point)
