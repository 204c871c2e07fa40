"""Editors for single typed values. All share one face: ``value``, ``set_value``, ``commit``, ``error``, ``edited``.

``edited`` is emitted when a person has *finished* an edit (return, focus gone, an arrow key), never for every key:
a learning rate of 2 on the way to ``2e-4`` must not reach a network that is training.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QResizeEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ganstudio.app.drafts import number_text, parse_value
from ganstudio.core.fields import FieldSpec, Value
from ganstudio.ui.forms.steps import can_step, stepped
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.tips import Html

SEGMENT_CHARACTERS = 16
"""Choices are shown side by side while all their words together stay this short; a combo box holds longer ones."""


class NumberEdit(QAbstractSpinBox):
    """A number one can type as ``2e-4`` and step with the arrow keys (by 1-2-5 where the field is logarithmic).

    Text that cannot be used stays as it was typed; ``error`` says what is allowed.
    """

    edited = Signal(object)
    error_changed = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.error = ""
        self._value: int | float = 0
        self.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._unit = QLabel(spec.unit, self.lineEdit())
        self._unit.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._unit.setProperty("muted", True)
        self._unit.setVisible(bool(spec.unit))
        # A half-typed number is not an error yet; one that stays wrong for a moment is.
        self._patience = QTimer(self, singleShot=True, interval=900)
        self._patience.timeout.connect(self._judge)
        self.lineEdit().textEdited.connect(self._on_typed)
        self.editingFinished.connect(self.commit)
        theme_hub.changed.connect(self._colour_unit)
        self._colour_unit()
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
        flags = QAbstractSpinBox.StepEnabledFlag.StepNone
        if can_step(self.spec, self._value, 1):
            flags |= QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        if can_step(self.spec, self._value, -1):
            flags |= QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        return flags

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Everything may be typed; :meth:`commit` judges it, so that nothing typed is ever lost."""
        return QValidator.State.Acceptable, text, position

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Steps only where the editor has the focus; otherwise the form scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps text and unit in place."""
        super().resizeEvent(event)
        self._place()

    def changeEvent(self, event: QEvent) -> None:
        """A new style places the text anew; so does this."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.FontChange):
            self._place()

    def _place(self) -> None:
        # Done by hand: with a style sheet Qt leaves the text of a spin box without buttons one pixel of width.
        if not hasattr(self, "_unit"):
            return
        line = self.lineEdit()
        line.setGeometry(self.rect().adjusted(7, 2, -7, -2))
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

    def _on_typed(self) -> None:
        try:
            parse_value(self.spec, self.lineEdit().text())
        except ValueError:
            self._patience.start()
        else:
            self._patience.stop()
            self._set_error("")

    def _judge(self) -> None:
        try:
            parse_value(self.spec, self.lineEdit().text())
        except ValueError as error:
            self._set_error(str(error))

    def _set_error(self, text: str) -> None:
        if text != self.error:
            self.error = text
            self.error_changed.emit(text)

    def _colour_unit(self) -> None:
        theme = current_theme()
        self._unit.setStyleSheet(f"color: {theme.text_muted}; font-size: {theme.small}px; background: transparent;")


class _AtOnce:
    """An editor that takes a value at once: nothing is half-edited, and nothing wrong can be chosen."""

    error = ""

    def commit(self) -> bool:
        """True: there is nothing left to take."""
        return True


class Switch(_AtOnce, QAbstractButton):
    """An on/off switch, painted from the theme."""

    edited = Signal(object)
    error_changed = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_value(spec.default)
        self.clicked.connect(self._on_clicked)
        theme_hub.changed.connect(self.update)

    def value(self) -> Value:
        """True when on."""
        return self.isChecked()

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Turns it on or off without telling anybody."""
        self.setChecked(bool(value))

    def _on_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)

    def sizeHint(self) -> QSize:
        """A pill of 34 × 20 with room for the focus ring."""
        return QSize(40, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, the knob, and the focus ring."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        track = QColor(theme.accent if on else theme.mix("text", "surface", 0.38))
        knob = QColor(theme.accent_text if on else theme.surface)
        if not self.isEnabled():
            painter.setOpacity(0.4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(track)
        top = (self.height() - 18) // 2
        painter.drawRoundedRect(3, top, 34, 18, 9, 9)
        painter.setBrush(knob)
        painter.drawEllipse(22 if on else 6, top + 3, 12, 12)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.focus))
            painter.drawRoundedRect(1, top - 2, 38, 22, 11, 11)
        painter.end()


class QuietCombo(QComboBox):
    """A combo box the wheel passes by unless it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Lets the form scroll where the combo box is not being used."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEdit(_AtOnce, QuietCombo):
    """One of several words, in a combo box."""

    edited = Signal(object)
    error_changed = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.addItems(list(spec.choices))
        self.set_value(spec.default)
        self.activated.connect(lambda _index: self.edited.emit(self.currentText()))

    def value(self) -> Value:
        """The chosen word."""
        return self.currentText()

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Chooses a word without telling anybody."""
        self.setCurrentIndex(max(0, self.findText(str(value))))


class SegmentEdit(_AtOnce, QWidget):
    """One of a few short words, all in sight."""

    edited = Signal(object)
    error_changed = Signal(str)

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._group = QButtonGroup(self)
        for index, choice in enumerate(spec.choices):
            button = QPushButton(choice)
            button.setCheckable(True)
            button.setProperty("chip", True)
            button.setMinimumWidth(28)
            button.setAccessibleName(f"{spec.title}: {choice}")
            self._group.addButton(button, index)
            row.addWidget(button)
        row.addStretch(1)
        self.setFocusProxy(self._group.button(0))
        self.set_value(spec.default)
        self._group.idClicked.connect(lambda _id: self.edited.emit(self.value()))

    def value(self) -> Value:
        """The chosen word."""
        return self.spec.choices[max(0, self._group.checkedId())]

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Chooses a word without telling anybody."""
        index = self.spec.choices.index(str(value)) if str(value) in self.spec.choices else 0
        self._group.button(index).setChecked(True)
        self.setFocusProxy(self._group.button(index))

    def event(self, event: QEvent) -> bool:
        """Each word says what the whole row says."""
        if event.type() == QEvent.Type.ToolTipChange:
            for button in self._group.buttons():
                button.setToolTip(Html(self.toolTip()))
        return super().event(event)


class TextEdit(QLineEdit):
    """A line of text."""

    edited = Signal(object)
    error_changed = Signal(str)
    error = ""

    def __init__(self, spec: FieldSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self._value = ""
        self.setMinimumWidth(56)
        self.set_value(spec.default)
        self.editingFinished.connect(self.commit)

    def value(self) -> Value:
        """The text as last committed."""
        return self._value

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Shows a text without telling anybody."""
        self._value = str(value)
        if self.text() != self._value:
            self.setText(self._value)
            self.setCursorPosition(0)

    def commit(self) -> bool:
        """Takes what was typed."""
        text = self.text().strip()
        if text != self._value:
            self._value = text
            self.edited.emit(text)
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Shows the beginning of a long text again."""
        super().focusOutEvent(event)
        self.setCursorPosition(0)


Editor = NumberEdit | Switch | ChoiceEdit | SegmentEdit | TextEdit


def editor_for(spec: FieldSpec, parent: QWidget | None = None) -> Editor:
    """The editor that suits a field."""
    if spec.kind in ("float", "int"):
        return NumberEdit(spec, parent)
    if spec.kind == "bool":
        return Switch(spec, parent)
    if spec.kind == "choice":
        return SegmentEdit(spec, parent) if fits_segments(spec.choices) else ChoiceEdit(spec, parent)
    return TextEdit(spec, parent)


def fits_segments(choices: Sequence[str]) -> bool:
    """Whether two to four choices are short enough to be shown side by side in a narrow column."""
    return 2 <= len(choices) <= 4 and sum(len(choice) + 3 for choice in choices) <= SEGMENT_CHARACTERS
