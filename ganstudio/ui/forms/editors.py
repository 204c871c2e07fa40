"""Editors for single typed values. All share one face: ``value``, ``set_value``, ``commit``, ``error``, ``edited``.

``edited`` is emitted when a person has *finished* an edit (return, focus gone, an arrow key), never for every key:
a learning rate of 2 on the way to ``2e-4`` must not reach a network that is training.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLineEdit, QPushButton, QSizePolicy, QWidget

from ganstudio.core.fields import FieldSpec, Value, choice_text
from ganstudio.core.i18n import _
from ganstudio.ui.forms.number import NumberEdit
from ganstudio.ui.kit.parts import Quiet, Segmented, boxed, tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub
from ganstudio.ui.kit.tips import Html

SEGMENT_CHARACTERS = 16
"""Choices are shown side by side while all their words together stay this short; a combo box holds longer ones."""


class _AtOnce:
    """An editor that takes a value at once: nothing is half-edited, and nothing wrong can be chosen."""

    error = ""

    def commit(self) -> bool:
        """True: there is nothing left to take."""
        return True


class Switch(_AtOnce, QAbstractButton):
    """An on/off switch, painted from the theme."""

    edited = Signal(object)

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_value(spec.default)
        self.clicked.connect(lambda on: self.edited.emit(on))
        theme_hub.changed.connect(self.update)

    def value(self) -> Value:
        """True when on."""
        return self.isChecked()

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Turns it on or off without telling anybody."""
        self.setChecked(bool(value))

    def sizeHint(self) -> QSize:
        """A pill of 34 × 20 with room for the focus ring."""
        return QSize(40, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The track, the knob, and the focus ring."""
        theme, painter, on, top = current_theme(), QPainter(self), self.isChecked(), (self.height() - 18) // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent if on else theme.mix("text", "surface", 0.38)))
        painter.drawRoundedRect(3, top, 34, 18, 9, 9)
        painter.setBrush(QColor(theme.accent_text if on else theme.surface))
        painter.drawEllipse(22 if on else 6, top + 3, 12, 12)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.focus))
            painter.drawRoundedRect(1, top - 2, 38, 22, 11, 11)
        painter.end()


class QuietCombo(Quiet, QComboBox):
    """A combo box the wheel passes by unless it has the focus.

    Args:
        items: what there is to choose from.
        name: the accessible name.
        tooltip: more about it.
        chosen: told the place of what a person chose.
    """

    def __init__(
        self,
        items: Sequence[str] = (),
        name: str = "",
        tooltip: str = "",
        chosen: Callable[[int], object] | None = None,
    ) -> None:
        super().__init__()
        self.addItems(list(items))
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        if chosen is not None:
            self.activated.connect(chosen)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)


class ChoiceEdit(_AtOnce, QuietCombo):
    """One of several, in a combo box."""

    edited = Signal(object)

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(list(map(choice_text, spec.choices)), chosen=lambda _index: self.edited.emit(self.value()))
        self.spec = spec
        self.set_value(spec.default)

    def value(self) -> Value:
        """What is chosen."""
        return self.spec.choices[self.currentIndex()]

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Chooses without telling anybody."""
        self.setCurrentIndex(self.spec.choices.index(str(value)) if str(value) in self.spec.choices else 0)


class SegmentEdit(_AtOnce, QWidget):
    """One of a few with short words, all in sight."""

    edited = Signal(object)

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
        self.spec = spec
        self.segments = Segmented([(choice, choice_text(choice)) for choice in spec.choices], spec.title)
        boxed(self.segments, None, across=True, into=self)
        self.set_value(spec.default)
        self.segments.chosen.connect(self._chosen)

    def _chosen(self, choice: str) -> None:
        self.set_value(choice)
        self.edited.emit(choice)

    def value(self) -> Value:
        """What is chosen."""
        return self.segments.value

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Chooses without telling anybody."""
        self.segments.set_value(str(value) if str(value) in self.spec.choices else self.spec.choices[0])
        self.setFocusProxy(next(button for button in self.findChildren(QPushButton) if button.isChecked()))

    def event(self, event: QEvent) -> bool:
        """Each word says what the whole row says."""
        if event.type() == QEvent.Type.ToolTipChange:
            for button in self.findChildren(QPushButton):
                button.setToolTip(Html(self.toolTip()))
        return super().event(event)


class TextEdit(QLineEdit):
    """A line of text."""

    edited = Signal(object)
    error = ""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__()
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


class FolderEdit(TextEdit):
    """A folder or a file, typed or chosen; empty for the usual one."""

    def __init__(self, spec: FieldSpec) -> None:
        super().__init__(spec)
        self.setPlaceholderText("" if spec.path else _("the usual place"))
        self.browse = tool_button("folder", _("Choose the {title}").format(title=spec.title.lower()), clicked=self._ask)

    def _ask(self) -> None:
        window, title, at = self.window(), self.spec.title, self.text() or str(Path.home())
        file = self.spec.path
        chosen = (
            QFileDialog.getOpenFileName(window, title, at)[0]
            if file
            else QFileDialog.getExistingDirectory(window, title, at)
        )
        if chosen:
            self.setText(chosen)
            self.commit()


Editor = NumberEdit | Switch | ChoiceEdit | SegmentEdit | TextEdit


def editor_for(spec: FieldSpec, roomy: bool = False) -> Editor:
    """The editor that suits a field; ``roomy``: in a column with room for longer words side by side."""
    if spec.kind in ("float", "int"):
        return NumberEdit(spec, arrows=roomy)
    if spec.kind == "bool":
        return Switch(spec)
    if spec.kind == "choice":
        long = sum(len(choice_text(choice)) + 3 for choice in spec.choices)  # with the gaps between them
        few = 2 <= len(spec.choices) <= 4 and long <= SEGMENT_CHARACTERS * (1 + roomy)
        return SegmentEdit(spec) if few else ChoiceEdit(spec)
    return FolderEdit(spec) if spec.path or spec.name.endswith("_folder") else TextEdit(spec)
