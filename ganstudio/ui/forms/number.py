"""A number that one can type or step: by 1-2-5 on logarithmic fields, by a round hundredth of the range on others."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QValidator
from PySide6.QtWidgets import QAbstractSpinBox, QSizePolicy

from ganstudio.app.drafts import number_text, parse_value, problem_of
from ganstudio.core.fields import FieldSpec, Value
from ganstudio.ui.kit.parts import Quiet, label

ARROWS = 26
"""Room for buttons to step with the mouse."""
SMALLEST = 1e-12
"""Below this a logarithmic field steps to its lower bound."""


class NumberEdit(Quiet, QAbstractSpinBox):
    """A number one can type as ``2e-4`` and step with the arrow keys (by 1-2-5 where the field is logarithmic).

    Text that cannot be used stays as it was typed; ``error`` says what is allowed.

    Args:
        spec: what it is.
        arrows: with buttons to step by the mouse.
    """

    edited = Signal(object)
    error_changed = Signal(str)

    def __init__(self, spec: FieldSpec, arrows: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self.error = ""
        self._value: int | float = 0
        self._edge = ARROWS if arrows else 7
        if not arrows:
            self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._unit = label(spec.unit, "small", parent=self.lineEdit())
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # A half-typed number is not an error yet; one that stays wrong for a moment is.
        self._patience = QTimer(self, singleShot=True, interval=900)
        self._patience.timeout.connect(self._judge)
        self.lineEdit().textEdited.connect(self._on_typed)
        self.editingFinished.connect(self.commit)
        self.set_value(spec.default)

    def value(self) -> Value:
        """The last value that was valid."""
        return self._value

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Shows a value. Text with an error stays where the value did not change, unless ``force``."""
        if not force and self.error and value == self._value:
            return
        self._value = float(value) if self.spec.kind == "float" else int(value)
        self.lineEdit().setText(number_text(self._value))
        self.lineEdit().setCursorPosition(0)
        self._set_error("")

    def commit(self) -> bool:
        """Takes what was typed; False where it cannot be used."""
        self._patience.stop()
        text = self.lineEdit().text()
        if text == number_text(self._value):
            self._set_error("")
            return True
        try:
            value = parse_value(self.spec, text)
        except ValueError as error:
            self._set_error(str(error))
            return False
        changed = value != self._value
        self.set_value(value, force=True)
        if changed:
            self.edited.emit(self._value)
        return True

    def stepBy(self, steps: int) -> None:
        """One or more steps up or down, clamped to the allowed range."""
        if not self.commit():
            return
        value = stepped(self.spec, self._value, steps)
        if value != self._value:
            self.set_value(value, force=True)
            self.edited.emit(self._value)
        self.selectAll()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        """Which directions are left."""
        which = QAbstractSpinBox.StepEnabledFlag
        found = which.StepNone
        for by, flag in ((1, which.StepUpEnabled), (-1, which.StepDownEnabled)):
            if stepped(self.spec, self._value, by) != self._value:
                found |= flag
        return found

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Everything may be typed; :meth:`commit` judges it, so that nothing typed is ever lost."""
        return QValidator.State.Acceptable, text, position

    def event(self, event: QEvent) -> bool:
        """Another size and another style place the text anew; so does this."""
        taken, kinds = super().event(event), (QEvent.Type.Resize, QEvent.Type.StyleChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "_unit"):
            self._place()
        return taken

    def _place(self) -> None:
        # Done by hand: with a style sheet Qt leaves the text of a spin box without buttons one pixel of width.
        line = self.lineEdit()
        line.setGeometry(self.rect().adjusted(7, 2, -self._edge, -2))
        width = self._unit.sizeHint().width() if self.spec.unit else 0
        fits = width > 0 and line.width() > width + self.fontMetrics().horizontalAdvance("0.00000") + 8
        self._unit.setVisible(fits)
        line.setTextMargins(0, 0, width + 4 if fits else 0, 0)
        self._unit.setGeometry(line.width() - width - 2, 0, width, line.height())

    def sizeHint(self) -> QSize:
        """As high as the combo boxes beside it."""
        return QSize(96, 28)

    def minimumSizeHint(self) -> QSize:
        """Narrow columns are allowed to squeeze it."""
        return QSize(56, 28)

    def _typed_problem(self) -> str:
        try:
            parse_value(self.spec, self.lineEdit().text())
        except ValueError as error:
            return str(error)
        return ""

    def _on_typed(self) -> None:
        if self._typed_problem():
            self._patience.start()
        else:
            self._patience.stop()
            self._set_error("")

    def _judge(self) -> None:
        self._set_error(self._typed_problem() or self.error)

    def _set_error(self, text: str) -> None:
        if text != self.error:
            self.error = text
            self.error_changed.emit(text)


def stepped(spec: FieldSpec, value: float, steps: int) -> int | float:
    """The value ``steps`` arrow keys away (negative: down), never outside the allowed range."""
    bound = spec.high if steps > 0 else spec.low
    edge = value if bound is None else int(bound) if spec.kind == "int" else float(bound)
    for _ in range(abs(steps)):
        following = _one(spec, value, 1 if steps > 0 else -1)
        if problem_of(spec, following):  # the bound itself where it is allowed
            following = value if problem_of(spec, edge) else edge
        value = following
    return value


def _one(spec: FieldSpec, value: float, direction: int) -> int | float:
    if spec.kind == "int":
        return _one_int(spec, int(value), direction)
    if spec.log and value == 0:
        return value if direction < 0 else 1e-6
    if spec.log and value > 0:
        following = series_step(value, direction)
        return spec.low or 0.0 if following < SMALLEST else following
    step = linear_step(spec, value)
    return float(f"{(round(value / step) + direction) * step:.10g}") if step else value


def _one_int(spec: FieldSpec, value: int, direction: int) -> int:
    if not spec.log or value <= 1:
        return value + direction
    if value & (value - 1) == 0:  # batch sizes and widths are powers of two and stay so
        return value * 2 if direction > 0 else value // 2
    following = round(series_step(float(value), direction))
    return following if following != value else value + direction


def series_step(value: float, direction: int) -> float:
    """The neighbour of a positive number among 0.1, 0.2, 0.5, 1, 2, 5, 10 and so on."""
    exponent = math.floor(math.log10(value)) - 1
    series = [float(f"{digit}e{exponent + shift}") for shift in range(4) for digit in (1, 2, 5)]
    slack = 1e-9 * value
    if direction > 0:
        return next(item for item in series if item > value + slack)
    return next(item for item in reversed(series) if item < value - slack)


def linear_step(spec: FieldSpec, value: float) -> float:
    """A round step: about a hundredth of the range, or a tenth of the value where there is no range."""
    if spec.low is not None and spec.high is not None and spec.high - spec.low <= 1000:
        rough = (spec.high - spec.low) / 100
    else:
        rough = max(abs(value), 1e-3) / 10
    return series_step(rough * 1.0000001, -1)
