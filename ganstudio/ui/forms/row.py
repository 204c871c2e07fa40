"""One row of a form: what it is, its editor, what is wrong with it, and the way back to the default."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from ganstudio.core.fields import FieldSpec, Value, choice_text, value_text
from ganstudio.core.i18n import _
from ganstudio.ui.forms.editors import ChoiceEdit, FolderEdit, SegmentEdit, Switch, editor_for
from ganstudio.ui.forms.number import NumberEdit
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import ElidedLabel, boxed, label, say, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.tips import Html

NUMBER_WIDTH, TITLE_WIDTH, SHORT_WORDS = 96, 160, 8


def help_html(spec: FieldSpec, default: Value) -> Html:
    """The tooltip: what it does, what is allowed, the default."""
    unit = f" {escape(spec.unit)}" if spec.unit else ""
    facts = [_("Default: {value}").format(value=escape(value_text(default, spec))) + unit]
    allowed = " | ".join(map(choice_text, spec.choices)) or spec.range_text
    if allowed:
        facts.insert(0, _("Allowed: {range}").format(range=escape(allowed)) + unit)
    if spec.live:
        facts.append(_("Can be changed while training."))
    return Html(f"<b>{escape(spec.title)}</b><br>{escape(spec.help)}<br><i>{'<br>'.join(facts)}</i>")


class FieldRow(QWidget):
    """Label, editor, reset; beneath them one red sentence while the value cannot be used.

    ``edited`` carries the name and the new value, only for what a person did.

    Args:
        spec: what it is, where it stands at first, and where Reset goes until it is told otherwise.
        explained: what it does stands below the editor, for a wide form; else it is in the tooltip only.
    """

    edited = Signal(str, object)
    error_changed = Signal(str, str)

    def __init__(self, spec: FieldSpec, explained: bool = False) -> None:
        super().__init__()
        self.spec = spec
        self._outer_error = self._locked_reason = ""
        self.editor = editor_for(spec, roomy=explained)
        self.editor.setAccessibleName(spec.title)
        self.editor.setAccessibleDescription(spec.help)
        self.label = ElidedLabel(spec.title)
        self.label.setBuddy(self.editor)
        words = _("Reset {title}").format(title=spec.title)
        self.reset_button = tool_button("reset", words, clicked=self.reset, side=22)
        self.reset_button.setIcon(icon("reset", "text_muted"))
        self.reset_button.setAutoRaise(True)
        self._message = label("", "problem", wrap=True)
        self._message.hide()
        self._lay_out(explained)
        self.set_default(spec.default)
        self.editor.edited.connect(self._on_edited)
        if isinstance(self.editor, NumberEdit):
            self.editor.error_changed.connect(self._show_error)
        self.label.installEventFilter(self)

    @property
    def name(self) -> str:
        """The field's name."""
        return self.spec.name

    @property
    def error(self) -> str:
        """What is wrong; empty where nothing is."""
        return self.editor.error or self._outer_error

    def value(self) -> Value:
        """The last value that was valid."""
        return self.editor.value()

    def set_value(self, value: Value, *, force: bool = False) -> None:
        """Shows a value without telling anybody."""
        self.editor.set_value(value, force=force)
        self._refresh_reset()

    def set_default(self, default: Value) -> None:
        """Another default, as the data change from points to images."""
        self.default = default
        self._show_tip()
        self._refresh_reset()

    def set_error(self, text: str) -> None:
        """Shows a sentence from outside; empty takes it away. What the editor itself finds wrong comes first."""
        if text != self._outer_error:
            self._outer_error = text
            self._show_error()

    def set_locked(self, reason: str) -> None:
        """Disables the row and says why; an empty reason enables it again."""
        self._locked_reason = reason
        self.editor.setEnabled(not reason)
        self.label.setEnabled(not reason)
        self._show_tip()
        self._refresh_reset()

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every word occurs in title, name, group or help."""
        text = f"{self.spec.title} {self.spec.name} {self.spec.group} {self.spec.help}".casefold()
        return all(word in text for word in words)

    def reset(self) -> None:
        """Back to the default, as an edit of the person's."""
        self.set_value(self.default, force=True)
        self.edited.emit(self.name, self.default)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on the label goes to the editor."""
        if event.type() == QEvent.Type.MouseButtonPress and self.editor.isEnabled():
            self.editor.setFocus(Qt.FocusReason.MouseFocusReason)
        return False

    def _lay_out(self, explained: bool) -> None:
        grid, editor = QGridLayout(), self.editor
        grid.setContentsMargins(0, 2, 0, 2)
        grid.setHorizontalSpacing(16 if explained else 4)
        grid.setVerticalSpacing(2)
        left = boxed(self.label, across=True, gap=4, stretch=self.label)
        if self.spec.live:
            dot = QFrame()
            dot.setFixedSize(8, 8)
            dot.setToolTip(_("Can be changed while training"))
            set_look(dot, dot=True)
            left.addWidget(dot)
        grid.addLayout(left, 0, 0)
        small = isinstance(editor, Switch)  # it needs no room that words could have
        words = map(choice_text, self.spec.choices)
        narrow = isinstance(editor, NumberEdit) or (
            isinstance(editor, ChoiceEdit) and max(map(len, words)) <= SHORT_WORDS
        )
        if narrow:
            editor.setFixedWidth(NUMBER_WIDTH)
        if isinstance(editor, FolderEdit):
            grid.addLayout(boxed(editor, editor.browse, across=True, gap=4, stretch=editor), 0, 1)
        elif small or isinstance(editor, SegmentEdit) or explained:
            grid.addWidget(editor, 0, 1, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        else:
            grid.addWidget(editor, 0, 1)
        grid.addWidget(self.reset_button, 0, 2)
        grid.addWidget(self._message, 2, 0, 1, 3)
        if explained:
            grid.setColumnMinimumWidth(0, TITLE_WIDTH)
            grid.setColumnStretch(1, 1)
            help = label(self.spec.help, "small", wrap=True)
            help.setContentsMargins(0, 0, 0, 10)
            grid.addWidget(help, 1, 1)
        elif narrow:
            grid.setColumnStretch(0, 1)  # all of one width at the right edge, and the label keeps the rest
        else:
            grid.setColumnStretch(0, 1 if small else 5)
            grid.setColumnStretch(1, 0 if small else 7)
            grid.setColumnMinimumWidth(1, NUMBER_WIDTH)
        self.setLayout(grid)

    def _on_edited(self, value: object) -> None:
        self._outer_error = ""
        self._show_error()
        self.edited.emit(self.name, value)

    def _show_error(self, _text: str = "") -> None:
        self._refresh_reset()
        say(self._message, self.error)
        self.editor.setAccessibleDescription(self.error or self.spec.help)
        set_look(self.editor, wrong=bool(self.error))
        self.error_changed.emit(self.name, self.error)

    def _refresh_reset(self) -> None:
        at_default = self.editor.value() == self.default and not self.editor.error
        self.reset_button.setEnabled(not at_default and not self._locked_reason)
        default = value_text(self.default, self.spec)
        tip = _("This is the default: {value}") if at_default else _("Reset to the default: {value}")
        self.reset_button.setToolTip(tip.format(value=default))
        role = "" if at_default else "strong"  # what was changed is seen at a glance
        if self.label.property("role") != role:
            set_look(self.label, role=role)

    def _show_tip(self) -> None:
        tip = help_html(self.spec, self.default)
        if self._locked_reason:
            tip = Html(f"{tip}<br><br>{escape(self._locked_reason)}")
        self.label.setToolTip(tip)
        self.editor.setToolTip(tip)
