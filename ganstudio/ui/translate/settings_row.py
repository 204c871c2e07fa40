"""What a translating network listens to besides its input: style, attributes, classes. Built from its controls."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ganstudio.app.generators.run_data import ClassShelf
from ganstudio.app.translate.translator import Translator
from ganstudio.core.controls import (
    Attribute,
    CategoricalCode,
    ClassImages,
    ClassLabel,
    ContinuousCode,
    Control,
    GeneratorIndex,
    LatentVector,
    NoiseSeed,
)
from ganstudio.core.i18n import _
from ganstudio.ui.controls.class_slots import ClassSlots
from ganstudio.ui.controls.section import heading_of
from ganstudio.ui.controls.seed_row import noise_row
from ganstudio.ui.controls.slider import ValueSlider
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.flow import FlowLayout
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import label, tool_button

WIDTH, LONGEST = 264, 110
SEEDS = 2**31
Show = Callable[[], None]


class SettingsRow(QWidget):
    """Sliders, choices and dice in a line; not there where the input decides everything.

    Args:
        translator: whose controls these are.
    """

    def __init__(self, translator: Translator) -> None:
        super().__init__()
        self._translator = translator
        self._controls: tuple[Control, ...] = ()
        self._shows: list[Show] = []
        self._content: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 4, 16, 4)
        self.hide()

    def refresh(self) -> None:
        """Shows where the controls stand; built anew for another network."""
        controls = self._translator.other_controls
        if controls != self._controls:
            self._build(controls)
        if self._translator.state is not None:
            for show in self._shows:
                show()

    def _build(self, controls: tuple[Control, ...]) -> None:
        self._controls, self._shows = controls, []
        if self._content is not None:
            self._column.removeWidget(self._content)
            self._content.deleteLater()
        self._content = QWidget()
        flow = FlowLayout(self._content, 24, 4)
        for control in controls:
            for part in self._parts(control):
                flow.addWidget(part)
        self._column.addWidget(self._content)
        self.setVisible(bool(controls))

    def _parts(self, control: Control) -> list[QWidget]:
        match control:
            case LatentVector():
                return [self._dice(control)]
            case Attribute():
                return [self._slider(control, 0, heading_of(control.name))]
            case ContinuousCode(size=size):
                return [self._slider(control, index, f"{control.name} {index + 1}") for index in range(size)]
            case ClassLabel(names=names):
                return [self._choice(control, names)]
            case CategoricalCode(count=count):
                return [self._choice(control, tuple(str(index) for index in range(count)))]
            case GeneratorIndex(count=count, names=names):
                return [self._choice(control, names or tuple(str(index) for index in range(count)))]
            case NoiseSeed():
                return [self._noise(control)]
            case ClassImages():
                return [self._pictures(control)]
        return []

    def _noise(self, control: NoiseSeed) -> QWidget:
        translator, name = self._translator, control.name
        row = noise_row(name)
        row.setFixedWidth(WIDTH)
        row.chosen.connect(lambda seed: translator.set_value(name, np.asarray(seed, np.int64), heading_of(name), name))
        self._follow(name, lambda value: row.set_seed(int(value)))
        return row

    def _pictures(self, control: ClassImages) -> QWidget:
        translator, name = self._translator, control.name

        def now() -> NDArray[np.float32] | None:
            return None if translator.state is None else translator.state.settings.get(name)

        def put(value: NDArray[np.float32]) -> None:
            translator.set_value(name, value, heading_of(name))

        slots = ClassSlots(control, ClassShelf(translator), now, put)
        self._follow(name, slots.refresh)
        return slots

    def _follow(self, name: str, show: Callable[[NDArray[Any]], object]) -> None:
        """Shows a control wherever it is put."""

        def shown() -> None:
            if self._translator.state is not None:
                show(self._translator.state.settings[name])

        self._shows.append(shown)

    def _dice(self, control: LatentVector) -> QWidget:
        translator, name = self._translator, control.name
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        dice = QPushButton(icon("dice"), _("Another {name}").format(name=name))
        dice.setToolTip(_("Draws {name} anew: the same input, another picture").format(name=name))
        dice.clicked.connect(lambda: translator.draw_anew(name, random.SystemRandom().randrange(SEEDS)))
        back = tool_button(
            "reset", _("Reset {name}").format(name=name), _("{name} as it was at first").format(name=name)
        )
        back.clicked.connect(lambda: self._reset(control))
        row.addWidget(dice)
        row.addWidget(back)

        def show() -> None:
            state, opened = translator.state, translator.opened
            if state is not None and opened is not None:
                back.setEnabled(not np.array_equal(state.settings[name], opened.start.position[name]))

        self._shows.append(show)
        return part

    def _reset(self, control: LatentVector) -> None:
        opened, name = self._translator.opened, control.name
        if opened is not None:
            self._translator.set_value(name, opened.start.position[name], _("Reset {name}").format(name=name))

    def _slider(self, control: Control, index: int, title: str) -> QWidget:
        translator, name = self._translator, control.name
        start = translator.opened.start.position[name][index] if translator.opened is not None else 0.0
        words = self.fontMetrics().horizontalAdvance(title) + 12
        row = ValueSlider(title, -1.0, 1.0, float(start), title_width=min(words, LONGEST), allowed=(-1.0, 1.0))
        row.setFixedWidth(WIDTH)

        def moved(value: float) -> None:
            if translator.state is not None:
                vector = translator.state.settings[name].copy()
                vector[index] = np.float32(value)
                if row.held and not translator.history.grouping:
                    translator.history.begin(title)
                translator.set_value(name, vector, title, (name, index))

        def released() -> None:
            if translator.history.grouping:
                translator.history.commit()

        def show() -> None:
            if translator.state is not None:
                row.set_value(float(translator.state.settings[name][index]))

        row.moved.connect(moved)
        row.released.connect(released)
        self._shows.append(show)
        return row

    def _choice(self, control: Control, names: tuple[str, ...]) -> QWidget:
        translator, name = self._translator, control.name
        part = QWidget()
        row = QHBoxLayout(part)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        box = QuietCombo()
        box.addItems(names)
        box.setAccessibleName(heading_of(name))
        box.setToolTip(_("Which {name} is drawn").format(name=name))
        box.activated.connect(partial(self._choose, control))
        row.addWidget(label(heading_of(name)))
        row.addWidget(box)

        def show() -> None:
            if translator.state is not None:
                value = translator.state.settings[name]
                box.setCurrentIndex(int(value) if value.ndim == 0 else int(value.argmax()))

        self._shows.append(show)
        return part

    def _choose(self, control: Control, index: int) -> None:
        if isinstance(control, GeneratorIndex):
            value = np.asarray(index, np.int64)
        elif isinstance(control, ClassLabel | CategoricalCode):
            value = np.eye(control.count, dtype=np.float32)[index]
        else:
            return
        self._translator.set_value(control.name, value, heading_of(control.name))
