"""Beside and below the input: hand, pen or eraser, the ink and its width; or what the input is, and how it is fitted."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QSlider, QStackedWidget, QToolButton, QWidget

from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import Given, LabelMap
from ganstudio.core.i18n import _
from ganstudio.explore.pen import LARGEST, SMALLEST
from ganstudio.explore.translating import FITS
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.painted import SWATCH, swatch
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, tool_button
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.translate.pen import Ink, Pen, Tool, inks_for

TOOLS: tuple[tuple[Tool, str, str, str], ...] = (
    ("hand", "move", _("Move the picture"), _("Drag a picture that is larger than its place (V)")),
    ("pen", "brush", _("Draw"), _("Draw on the input; the translation follows (B)")),
    ("eraser", "eraser", _("Erase"), _("Make it blank again where you draw (E)")),
)
_PER_OCTAVE = 8
"""Steps of the slider for twice the width."""


def fit_choice(tip: str) -> QuietCombo:
    """The ways to bring a picture to the size of the network; each entry's data is its ``Fit``."""
    made, words = QuietCombo(), {"crop": _("Crop"), "pad": _("Add margin"), "stretch": _("Stretch")}
    for fit in FITS:
        made.addItem(words[fit], fit)
    made.setAccessibleName(_("How pictures are made square"))
    made.setToolTip(tip)
    return made


class PenTools(QWidget):
    """Three buttons: move, draw, erase."""

    def __init__(self, pen: Pen) -> None:
        super().__init__()
        self._pen = pen
        self.buttons: dict[Tool, QToolButton] = {}
        for tool, picture, name, tip in TOOLS:
            button = tool_button(picture, name, tip, True, clicked=partial(pen.set_tool, tool), side=28)
            button.setIconSize(QSize(18, 18))
            self.buttons[tool] = button
        boxed(*self.buttons.values(), across=True, gap=2, into=self)
        pen.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        for tool, button in self.buttons.items():
            button.setChecked(tool == self._pen.tool)


class PenOptions(QWidget):
    """Ink, width, and a new sheet; the inks are those that the network understands."""

    def __init__(self, translator: Translator, pen: Pen) -> None:
        super().__init__()
        self._translator, self._pen = translator, pen
        self._wanted: Given | None = None
        self._inks: list[Ink] = []
        self.ink = QuietCombo()
        self.ink.setIconSize(QSize(SWATCH, SWATCH))
        self.ink.setMinimumWidth(96)
        self.ink.setMaximumWidth(160)
        self.ink.activated.connect(lambda place: pen.set_ink(self._inks[place]))
        self._name_ink(False)
        self.width_slider = QSlider(Qt.Orientation.Horizontal)
        self.width_slider.setRange(0, self._place(LARGEST))
        self.width_slider.setMinimumWidth(56)
        self.width_slider.setAccessibleName(_("Width of the pen"))
        tip = _("Width of the pen in pixels of the picture ([ and ], or the wheel over the picture)")
        self.width_slider.setToolTip(tip)
        self.width_slider.valueChanged.connect(lambda place: pen.set_width(SMALLEST * 2 ** (place / _PER_OCTAVE)))
        self.width_text = label("", "muted")
        self.width_text.setFont(ui_font(current_theme().normal, tabular=True))
        self.width_text.setMinimumWidth(self.width_text.fontMetrics().horizontalAdvance("88.8 px"))
        tip = _("Begins a new drawing on an empty sheet (N); can be undone")
        self.clear = tool_button("trash", _("New sheet"), tip, clicked=translator.give_blank)
        parts = (self.ink, self.width_slider, self.width_text, self.clear)
        boxed(*parts, across=True, gap=8, into=self, stretch=self.width_slider)
        pen.changed.connect(self._show)

    @staticmethod
    def _place(width: float) -> int:
        return round(_PER_OCTAVE * math.log2(width / SMALLEST))

    def _name_ink(self, is_map: bool) -> None:
        tip = _("Ink to draw with (Alt and a click on the picture take one up)")
        self.ink.setAccessibleName(_("Class") if is_map else _("Ink"))
        self.ink.setToolTip(_("Class to draw with (Alt and a click on the picture take one up)") if is_map else tip)

    def refresh(self) -> None:
        """Takes the inks of another network; where it is the same one, nothing changes."""
        wanted = self._translator.given
        if wanted is None or wanted == self._wanted:
            return
        self._wanted = wanted
        self._fill(inks_for(wanted))
        is_map = isinstance(wanted, LabelMap)
        self._name_ink(is_map)
        thin = max(1.5, round(wanted.size / 40, 1))  # enough for an outline
        self._pen.set_width(3 * thin if is_map else thin)
        self._pen.set_ink(self._inks[0])

    def _fill(self, inks: tuple[Ink, ...]) -> None:
        self._inks = [*inks]
        self.ink.clear()
        for ink in inks:
            self.ink.addItem(swatch(ink.colour), ink.name)

    def follow_paper(self, paper: int) -> None:
        """On black paper one begins with white ink."""
        if not isinstance(self._wanted, LabelMap) and self._inks and self._pen.ink in (self._inks[0], self._inks[4]):
            self._pen.set_ink(self._inks[4] if paper < 128 else self._inks[0])

    def _show(self) -> None:
        ink = self._pen.ink
        if ink is not None and self._wanted is not None:
            if ink not in self._inks:  # one that was taken up from the picture stands at the end, in place of the last
                self._fill((*inks_for(self._wanted), ink))
            self.ink.setCurrentIndex(self._inks.index(ink))
        with QSignalBlocker(self.width_slider):
            self.width_slider.setValue(self._place(self._pen.width))
        self.width_text.setText(f"{self._pen.width:g} px")


class InputFoot(QStackedWidget):
    """Below the input: what it is and how it is fitted; with a pen in the hand: what one draws with."""

    def __init__(self, translator: Translator, pen: Pen) -> None:
        super().__init__()
        self._translator = translator
        self.name = ElidedLabel("", "muted")
        self.fit = fit_choice(
            _("How pictures are brought to the size of the network: their middle square, the whole with a margin, or "
              "distorted. Applies to what is opened, pasted and translated by the folder.")
        )  # fmt: skip
        self.fit.setMinimumWidth(116)
        self.fit.activated.connect(lambda: translator.set_fit(self.fit.currentData()))
        shown = QWidget()
        boxed(self.name, self.fit, across=True, margins=(4, 0, 0, 0), gap=8, into=shown, stretch=self.name)
        self.pen = PenOptions(translator, pen)
        self.addWidget(shown)
        self.addWidget(self.pen)
        pen.changed.connect(lambda: self.setCurrentIndex(0 if pen.tool == "hand" else 1))

    def refresh(self) -> None:
        """Shows the present input."""
        self.pen.refresh()
        translator, state = self._translator, self._translator.state
        if translator.reading:
            self.name.setText(translator.reading + "…")
        elif state is None or state.picture is None:
            self.name.setText(_("Nothing is given yet"))
        else:
            self.name.setText(" · ".join([state.picture.name, *state.picture.notes]))
        if state is not None:
            self.fit.setCurrentIndex(FITS.index(state.fit))
