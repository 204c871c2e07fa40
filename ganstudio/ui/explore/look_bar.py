"""Which map lies over the large picture; not there where the generator has none."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.i18n import _
from ganstudio.explore.looking import heat
from ganstudio.ui.controls.section import heading_of
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.parts import Segmented, boxed, label

SIDE_BY_SIDE, EDGE, GAP = 3, 12, 8


class LookBar(QWidget):
    """“Look into: none | attention | …”, and the colours from low to high."""

    def __init__(self, explorer: Explorer) -> None:
        super().__init__()
        self._explorer = explorer
        self._names: tuple[str, ...] = ()
        self.choice: Segmented | QuietCombo | None = None
        self._title, self._legend, ramp = label(_("Look into")), QWidget(), QLabel()
        ramp.setFixedSize(64, 8)
        ramp.setPixmap(QPixmap(to_image(np.rint(heat(np.linspace(0, 1, 64)))[None].astype(np.uint8))))
        ramp.setScaledContents(True)
        ramp.setAccessibleName(_("From low to high"))
        low, high = label(_("low"), "muted"), label(_("high"), "muted")
        boxed(low, ramp, high, across=True, gap=4, into=self._legend)
        self._row = boxed(self._title, None, self._legend, across=True, margins=(EDGE, 4, EDGE, 4), gap=GAP, into=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.refresh()

    def refresh(self) -> None:
        """Shows what there is to choose, and what is chosen."""
        if self._explorer.looks != self._names:
            self._build(self._explorer.looks)
        look = self._explorer.look
        self.setVisible(bool(self._names))
        if isinstance(self.choice, Segmented):
            self.choice.set_value(look)
        elif self.choice is not None:
            self.choice.setCurrentIndex(max(0, self.choice.findData(look)))
        self._compact()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the legend gives way."""
        super().resizeEvent(event)
        self._compact()

    def _compact(self) -> None:
        if self.choice is None:
            return
        needed = self._title.sizeHint().width() + self.choice.sizeHint().width() + self._legend.sizeHint().width()
        self._legend.setVisible(bool(self._explorer.look) and needed + 2 * EDGE + 3 * GAP <= self.width())

    def _build(self, names: tuple[str, ...]) -> None:
        if self.choice is not None:
            self._row.removeWidget(self.choice)
            self.choice.hide()
            self.choice.deleteLater()
        self._names, self.choice = names, None
        if not names:
            return
        words = [("", _("None"), _("The picture alone"))]
        words += [(name, heading_of(name), _("Lays {name} over the picture").format(name=name)) for name in names]
        if len(names) <= SIDE_BY_SIDE:
            self.choice = Segmented(words, _("Look into"))
            self.choice.chosen.connect(self._explorer.look_into)
        else:
            self.choice = combo = QuietCombo()
            for key, text, _tip in words:
                combo.addItem(text, key)
            combo.setAccessibleName(_("Look into"))
            combo.setToolTip(_("Which map is laid over the picture"))
            combo.activated.connect(lambda place: self._explorer.look_into(combo.itemData(place)))
        self._row.insertWidget(1, self.choice, 0, Qt.AlignmentFlag.AlignVCenter)
