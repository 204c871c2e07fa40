"""One of several: classes and categories, which can also be mixed; and which of several generators draws."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QPushButton, QSizePolicy, QWidget

from ganstudio.core.controls import CategoricalCode, ClassLabel, GeneratorIndex
from ganstudio.core.fields import FieldSpec
from ganstudio.core.i18n import _, told
from ganstudio.explore.state import ExploreState
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import RowList, Section, heading_of
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.forms.editors import QuietCombo, Switch
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.parts import Segmented, label, push_button
from ganstudio.ui.kit.words import as_entry

MOST_BUTTONS, FEW_BUTTONS, SIDE_BY_SIDE = 40, 8, 6
SHORT, ACROSS = 3, 5
LONGEST = 248
WIDEST_TITLE = 104
SEEN = 0.005
KEYPAD = Qt.KeyboardModifier.KeypadModifier


def mixed(weights: NDArray[Any], index: int, value: float) -> NDArray[np.float32]:
    """The weights with one of them set and the others scaled so that all add up to 1.

    Where there is nothing to scale, what is left goes to all others alike.
    """
    value = min(max(value, 0.0), 1.0)
    if len(weights) == 1:
        return np.ones(1, np.float32)
    found = np.asarray(weights, np.float64).copy()
    found[index] = 0
    rest = found.sum()
    found = found * ((1 - value) / rest) if rest > 1e-6 else np.full(len(found), (1 - value) / (len(found) - 1))
    found[index] = value
    return found.astype(np.float32)


class WeightsSection(Section):
    """Which class or category is drawn, or how much of each.

    A click takes only that one; with Shift it joins (or leaves) the mixture. The digits do the same. The buttons are
    one stop of the Tab key; arrow keys go from one to the next.

    Args:
        control: what is chosen.
        editing: how.
        low: there is no height for many rows: more than a few are in a list and are not mixed.
    """

    def __init__(self, control: ClassLabel | CategoricalCode, editing: Editing, low: bool = False) -> None:
        super().__init__(heading_of(control.name), editing, control.name)
        most = FEW_BUTTONS if low else MOST_BUTTONS
        self._mixes = not low or control.count <= most
        self.control = control
        numbers = tuple(str(index) for index in range(control.count))
        self.names: Sequence[str] = [*map(_, control.names)] if isinstance(control, ClassLabel) else numbers
        self._mixing = False
        self._start: NDArray[Any] | None = None
        self.buttons: list[QPushButton] = []
        self._steps: dict[Qt.Key, int] = {}
        self.combo: QuietCombo | None = None
        self.rows: list[ValueSlider] = []
        self.list = RowList()
        self.list.hide()
        self._add_tools()
        if isinstance(control, CategoricalCode):
            self.column.addWidget(label(_("Found without labels: 4 need not draw a 4."), "small", wrap=True))
        if control.count <= most:
            self.column.addWidget(self._make_buttons())
        else:
            tip = _("Which of the {count} is drawn; type its first letters").format(count=control.count)
            self.combo = QuietCombo(self.names, self.title, tip, self.choose)
            self.column.addWidget(self.combo)
        self.column.addWidget(self.list)

    def _add_tools(self) -> None:
        tip = _("Mix several: a slider for each, all together 1")
        self.mix = Switch(FieldSpec("mix", _("Mix"), tip, "bool", False))
        self.mix.setAccessibleName(_("Mix {name}").format(name=_(self.control.name)))
        self.mix.setToolTip(tip)
        self.mix.edited.connect(lambda on: self._set_mixing(bool(on), by_hand=True))
        words = label(_("Mix"), "small")
        words.setToolTip(tip)
        for part in (words, self.mix):
            self.tools.addWidget(part)
            part.setVisible(self._mixes)
        self.tools.addSpacing(4)
        self.add_reset()

    def _make_buttons(self) -> QWidget:
        frame = QWidget()
        short = max(map(len, self.names)) <= SHORT
        row = ACROSS if short else 1
        self._steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -row, Qt.Key.Key_Down: row}
        places: QGridLayout | FlowLayout = QGridLayout(frame) if short else FlowLayout(frame, 4, 4)
        if isinstance(places, QGridLayout):
            places.setContentsMargins(0, 0, 0, 0)
            places.setSpacing(4)
        for index, name in enumerate(self.names):
            shown = as_entry(self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, LONGEST - 24))
            tip = _("Only “{name}”; with Shift, in or out of the mixture").format(name=name)
            button = push_button(shown, "", tip, clicked=partial(self._clicked, index), chip=True)
            button.setCheckable(True)
            button.setAccessibleName(f"{self.title}: {name}")
            button.installEventFilter(self)
            self.buttons.append(button)
            if isinstance(places, QGridLayout):
                button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
                places.addWidget(button, *divmod(index, ACROSS))
            else:
                places.addWidget(button)
        return frame

    def _make_rows(self) -> None:
        width = min(max(map(self.fontMetrics().horizontalAdvance, self.names)) + 8, WIDEST_TITLE)
        for index, name in enumerate(self.names):
            row = ValueSlider(name, 0, 1, 0, title_width=width, allowed=(0, 1))
            self.editing.bind(row, partial(self._mix, index), self.title, (self.name, index))
            row.released.connect(self._let_go)
            self.rows.append(row)
        self.list.show_rows(self.rows)

    # -- what hands do ----------------------------------------------------------------------------------------------

    def _clicked(self, index: int) -> None:
        if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.toggle(index)
        else:
            self.choose(index)
        self._show()  # a click has turned the button over

    def choose(self, index: int) -> None:
        """Only this one."""
        self.put(np.eye(self.control.count, dtype=np.float32)[index], self.names[index], self.name)

    def toggle(self, index: int) -> None:
        """Into the mixture with as much as an equal share, or out of it."""
        weights = self.editing.value(self.name)
        if weights is None:
            return
        self._set_mixing(True)
        there = int((weights > SEEN).sum())
        share = 1 / (there + 1) if weights[index] <= SEEN else 0.0
        if share or there > 1:
            self.put(mixed(weights, index, share), key=self.name)

    def _mix(self, index: int, state: ExploreState, value: float) -> ExploreState:
        # Scaled from where the drag began: going to 1 and back leaves the others as they were.
        if self._start is None:
            self._start = state.position[self.name]
        return state.moved(self.name, mixed(self._start, index, value))

    def _let_go(self) -> None:
        self._start = None

    def _set_mixing(self, mixing: bool, by_hand: bool = False) -> None:
        if mixing and not self.rows:
            self._make_rows()
        self._mixing = mixing
        self.mix.set_value(mixing)
        self.list.setVisible(mixing)
        weights = self.editing.value(self.name)
        if weights is not None and by_hand and not mixing:
            self.choose(int(weights.argmax()))
        self._show()

    def _show(self) -> None:
        if self.editing.state is not None:
            self.refresh(self.editing.state)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys on a button take the one they point to; while several mix, they only go to it."""
        if not (event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in self._steps):
            return False
        if event.modifiers() & ~KEYPAD or watched not in self.buttons:
            return False
        there = self.buttons.index(watched) + self._steps[Qt.Key(event.key())]
        if 0 <= there < len(self.buttons):
            if not self._mixing:
                self.choose(there)
            self.buttons[there].setFocus(Qt.FocusReason.OtherFocusReason)
        return True

    def event(self, event: QEvent) -> bool:
        """The digits are this section's while it has the keyboard: each takes the class of that name or number."""
        index = self._digit(event) if isinstance(event, QKeyEvent) else -1
        if index < 0 or event.type() not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return super().event(event)
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self.choose(index)
            if self.buttons:
                self.buttons[index].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _digit(self, event: QKeyEvent) -> int:
        digit = event.text()
        if not self.digits or event.modifiers() & ~KEYPAD or len(digit) != 1 or digit not in "0123456789":
            return -1
        if digit in self.names:
            return list(self.names).index(digit)
        return int(digit) if int(digit) < len(self.names) else -1

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self, state: ExploreState) -> None:
        """Shows the weights. A mixture from elsewhere lights its buttons: sliders would push away what is below."""
        weights = state.position[self.name]
        heaviest = int(weights.argmax())
        for index, (button, weight) in enumerate(zip(self.buttons, weights.tolist(), strict=False)):
            button.setChecked(weight > SEEN)
            stop = Qt.FocusPolicy.StrongFocus if index == heaviest else Qt.FocusPolicy.ClickFocus
            if button.focusPolicy() != stop:
                button.setFocusPolicy(stop)
        if self.combo is not None:
            self.combo.setCurrentIndex(heaviest)
        for row, weight in zip(self.rows, weights.tolist(), strict=False):
            row.set_value(weight)
        super().refresh(state)


class IndexSection(Section):
    """Which of several generators draws: side by side while there are few, in a list otherwise."""

    def __init__(self, control: GeneratorIndex, editing: Editing) -> None:
        super().__init__(heading_of(control.name), editing, control.name)
        self.add_reset()
        keys = [str(index) for index in range(control.count)]
        names = [*map(told, control.names)] or [_("Generator {number}").format(number=key) for key in keys]
        self.choice: Segmented | QuietCombo
        if control.count <= SIDE_BY_SIDE:
            self.choice = Segmented(
                list(zip(keys, names if control.names else keys, names, strict=True)), _("Generator")
            )
            self.choice.chosen.connect(lambda key: self._choose(int(key)))
        else:
            tip = _("Which of the {count} generators draws").format(count=control.count)
            self.choice = QuietCombo(names, _("Generator"), tip, self._choose)
        self.column.addWidget(self.choice)

    def _choose(self, index: int) -> None:
        self.put(np.asarray(index, np.int64))

    def reset(self) -> None:
        """The first one draws."""
        self._choose(0)

    def refresh(self, state: ExploreState) -> None:
        """Shows which one draws."""
        index = int(state.position[self.name])
        if isinstance(self.choice, Segmented):
            self.choice.set_value(str(index))
        else:
            self.choice.setCurrentIndex(index)
        self._reset.setEnabled(index != 0)
