"""What the colours of a label map stand for, to be corrected before it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from ganstudio.app.paint.painter import Painter
from ganstudio.core.i18n import _, percent
from ganstudio.core.labelmaps import colour_map
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.painted import SWATCH, swatch, to_image
from ganstudio.ui.kit.parts import boxed, label, say, scrolled

if TYPE_CHECKING:
    from ganstudio.data.mapcolours import MapColours, Shade

SIDE, HIGH = 224, 300


class MapDialog(FormDialog):
    """A row for each colour: its part of the map, and the class it is read as; beside them what becomes of the map.

    Args:
        name: of the map.
        found: its colours.
        painter: gets the canvas.
        parent: the window.
    """

    def __init__(self, name: str, found: MapColours, painter: Painter, parent: QWidget) -> None:
        title = _("The classes of “{name}”").format(name=name)
        super().__init__(title, _("Paint on it"), _("Makes a canvas of the map"), parent, _("Opens nothing"))
        self._name, self._found, self._painter, self._control = name, found, painter, painter.map_control
        self._classes = () if self._control is None else self._control.classes
        self._icons = [swatch(one.colour) for one in self._classes]
        self.combos = [self._add(shade) for shade in found.shades]
        self.preview = QLabel()
        self.preview.setFixedSize(SIDE, SIDE)
        self.preview.setAccessibleName(_("The map as it is read"))
        self.preview.setToolTip(_("The map in the colours of the classes"))
        self.keep = QCheckBox(_("Remember this for maps with these colours"))
        self.keep.setToolTip(_("Maps that have no other colours are read so from now on, without asking"))
        rows = QWidget()
        rows.setLayout(self.rows)
        area = scrolled(rows)
        area.setMinimumHeight(min(HIGH, rows.sizeHint().height() + 8))
        beside = boxed(area, boxed(self.preview, None), across=True, gap=16, stretch=area)
        self.fill(self.words, beside, self.keep, width=640)
        self.finished.connect(listen(self, (painter.source_changed, self._look_again)))
        self._show()

    def _add(self, shade: Shade) -> QuietCombo:
        tiny, part = shade.share < 0.001, percent(max(0.1, 100 * shade.share), ".1f")
        share = _("under {share}").format(share=part) if tiny else part
        words, head, mark = f"{shade.title} · {share}", QWidget(), QLabel()
        mark.setPixmap(swatch(shade.colour).pixmap(SWATCH))
        name = label(words, "" if shade.known else "strong")
        boxed(mark, name, None, across=True, gap=8, into=head)
        tip = _("Which class {what} stands for; it was read as “{name}”.")
        tip = tip.format(what=shade.title, name=self._classes[shade.class_].title)
        combo = QuietCombo([one.title for one in self._classes], words, tip, lambda _index: self._show())
        combo.setIconSize(QSize(SWATCH, SWATCH))
        for index, icon in enumerate(self._icons):
            combo.setItemIcon(index, icon)
        combo.setCurrentIndex(shade.class_)
        name.setBuddy(combo)
        self.rows.addRow(head, combo)
        return combo

    @property
    def chosen(self) -> list[int]:
        """The class of each colour."""
        return [combo.currentIndex() for combo in self.combos]

    def _show(self) -> None:
        same = self.chosen == [shade.class_ for shade in self._found.shades]
        head = _("As it was read:") if same else _("As it was read, before your corrections:")
        say(self.words, "\n".join((head, *self._found.report.sentences)))
        image = to_image(colour_map(self._found.read_as(self.chosen), self._classes))
        self.preview.setPixmap(QPixmap.fromImage(image).scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio))

    def _look_again(self) -> None:
        if self._painter.map_control != self._control:
            self.reject()  # another run: these are not its classes

    def choose(self) -> None:
        """Makes the canvas."""
        self._painter.source.correct(self._name, self._found, self.chosen, self.keep.isChecked())
        self.accept()
