"""The preferences: a form of the settings' own fields; every change holds at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QWidget

from ganstudio.app.choices import Settings
from ganstudio.app.settings import SettingsStore
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import Value, fields_of
from ganstudio.core.i18n import _
from ganstudio.ui.forms.form import FieldForm
from ganstudio.ui.kit.errors import ErrorBanner
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import boxed, label, line, push_button, scrolled
from ganstudio.ui.kit.reading import ReadInOrder


class Preferences(ReadInOrder, QDialog):
    """All settings by group.

    Args:
        store: where they are.
        parent: the window.
    """

    def __init__(self, store: SettingsStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Preferences"))
        self._store = store
        self._banner = ErrorBanner()
        self.form = FieldForm(explained=True)
        self.form.set_fields(fields_of(Settings), store.values.model_dump())
        self.form.value_edited.connect(self._set)
        inside = QWidget()
        boxed(self.form, None, margins=(24, 16, 16, 16), into=inside)
        area = scrolled(inside)
        close = push_button(_("Close"), "", _("Close; all changes hold already"), clicked=self.close)
        words = label(_("Changes hold at once."), "small")
        foot = boxed(words, close, across=True, margins=(24, 8, 16, 12), stretch=words)
        boxed(self._banner, area, line(), foot, into=self, stretch=area)
        self.resize(620, 660)
        self.form.rows[0].editor.setFocus()
        listen(self, (store.changed, self.form.set_value))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes what was typed; without this it would press the first button, and that chooses a theme."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)

    def _set(self, name: str, value: Value) -> None:
        try:
            self._store.set(name, value)
            self._banner.clear()
        except UsageError as error:
            self._banner.show_error(error)
            self.form.set_value(name, getattr(self._store.values, name), force=True)
