"""The preferences, made from the settings' own rows; every change holds at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ganstudio.app.choices import Settings
from ganstudio.app.settings import SettingsStore
from ganstudio.core.errors import UsageError
from ganstudio.core.fields import FieldSpec, Value, fields_of
from ganstudio.core.i18n import _
from ganstudio.ui.kit.errors import ErrorBanner
from ganstudio.ui.kit.parts import Segmented, label, line, pad_spin_box, tool_button


def choice_text(name: str, choice: str) -> str:
    """A choice as the dialog shows it."""
    words = {
        "system": _("As the system"),
        "light": _("Light"),
        "dark": _("Dark"),
        "auto": _("Auto"),
        "cpu": "CPU",
        "cuda": "CUDA",
        "mps": "MPS",
    }
    return words.get(choice, choice)


class _Row:
    """Label, editor and reset button of one setting."""

    def __init__(self, spec: FieldSpec, store: SettingsStore, banner: ErrorBanner) -> None:
        self.spec, self._store, self._banner = spec, store, banner
        parts = [spec.help]
        if spec.range_text and not spec.choices:
            parts.append(_("Range: {range}.").format(range=spec.range_text))
        default = choice_text(spec.name, str(spec.default)) or _("empty")
        if spec.kind == "bool":
            default = _("on") if spec.default else _("off")
        parts.append(_("Default: {default}.").format(default=default))
        self.tooltip = "\n".join(parts)
        self.label = label(spec.title)
        self.label.setToolTip(self.tooltip)
        self.help = label(spec.help, "small", wrap=True)
        self.reset = tool_button("reset", _("Reset {title}").format(title=spec.title))
        self.reset.setToolTip(_("Back to the default: {default}").format(default=default))
        self.reset.clicked.connect(lambda: self._set(spec.default))
        policy = self.reset.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(policy)
        self.editor, self._focus = self._make()
        self._focus.setAccessibleName(spec.title)
        self._focus.setToolTip(self.tooltip)
        self.label.setBuddy(self._focus)
        self.show_value(getattr(store.values, spec.name))

    def _make(self) -> tuple[QWidget, QWidget]:
        spec = self.spec
        if spec.kind == "choice" and len(spec.choices) <= 3:
            segments = Segmented([(key, choice_text(spec.name, key)) for key in spec.choices], spec.title)
            segments.chosen.connect(self._set)
            return segments, segments
        if spec.kind == "choice":
            box = QComboBox()
            for key in spec.choices:
                box.addItem(choice_text(spec.name, key), key)
            box.activated.connect(lambda row: self._set(box.itemData(row)))
            return box, box
        if spec.kind == "bool":
            check = QCheckBox()
            check.clicked.connect(self._set)
            return check, check
        if spec.kind == "int":
            number = QSpinBox()
            number.setRange(int(spec.low if spec.low is not None else -(2**31)), int(spec.high or 2**31 - 1))
            number.setKeyboardTracking(False)
            number.valueChanged.connect(self._set)
            number.setFixedWidth(96)
            pad_spin_box(number)
            return number, number
        return self._make_text()

    def _make_text(self) -> tuple[QWidget, QWidget]:
        entry = QLineEdit()
        entry.editingFinished.connect(lambda: self._set(entry.text().strip()))
        if not self.spec.name.endswith("_folder"):
            return entry, entry
        entry.setPlaceholderText(_("the usual place"))
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        browse = tool_button("folder", _("Choose the {title}").format(title=self.spec.title.lower()))
        browse.clicked.connect(lambda: self._browse(entry))
        row.addWidget(entry, 1)
        row.addWidget(browse)
        self._entry = entry
        return whole, entry

    def _browse(self, entry: QLineEdit) -> None:
        chosen = QFileDialog.getExistingDirectory(entry.window(), self.spec.title, entry.text() or str(Path.home()))
        if chosen:
            self._set(chosen)

    def _set(self, value: Value) -> None:
        try:
            self._store.set(self.spec.name, value)
            self._banner.clear()
        except UsageError as error:
            self._banner.show_error(error)
            self.show_value(getattr(self._store.values, self.spec.name))

    def show_value(self, value: Value) -> None:
        """Shows a value without setting it."""
        editor = self._focus
        editor.blockSignals(True)
        if isinstance(editor, Segmented):
            editor.set_value(str(value))
        elif isinstance(editor, QComboBox):
            editor.setCurrentIndex(editor.findData(value))
        elif isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QSpinBox):
            editor.setValue(int(value))
        elif isinstance(editor, QLineEdit):
            editor.setText(str(value))
        editor.blockSignals(False)
        self.reset.setVisible(value != self.spec.default)


class Preferences(QDialog):
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
        self._rows: dict[str, _Row] = {}
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(24, 16, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        grid.setColumnMinimumWidth(0, 160)
        grid.setColumnStretch(1, 1)
        self._fill(grid)
        grid.setRowStretch(grid.rowCount(), 1)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close = QPushButton(_("Close"))
        close.setAccessibleName(_("Close"))
        close.setToolTip(_("Close; all changes hold already"))
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 8, 16, 12)
        foot.addWidget(label(_("Changes hold at once."), "small"), 1)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._banner)
        whole.addWidget(area, 1)
        whole.addWidget(line())
        whole.addLayout(foot)
        self.resize(620, 660)
        store.changed.connect(self._show)

    def _fill(self, grid: QGridLayout) -> None:
        group = ""
        for spec in fields_of(Settings):
            at = grid.rowCount()
            if spec.group != group:
                group = spec.group
                heading: QLabel = label(group, "strong")
                heading.setContentsMargins(0, 16 if self._rows else 0, 0, 6)
                grid.addWidget(heading, at, 0, 1, 3)
                at += 1
            row = self._rows[spec.name] = _Row(spec, self._store, self._banner)
            grid.addWidget(row.label, at, 0)
            small = isinstance(row.editor, QCheckBox | QSpinBox | QComboBox | Segmented)
            align = Qt.AlignmentFlag.AlignLeft if small else Qt.AlignmentFlag(0)
            grid.addWidget(row.editor, at, 1, align)
            grid.addWidget(row.reset, at, 2)
            row.help.setContentsMargins(0, 0, 0, 10)
            grid.addWidget(row.help, at + 1, 1, 1, 2)

    def _show(self, name: str, value: object) -> None:
        if isinstance(value, bool | int | float | str):
            self._rows[name].show_value(value)

    def done(self, result: int) -> None:
        """Listens no more."""
        self._store.changed.disconnect(self._show, missing_ok=True)
        super().done(result)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Listens no more."""
        self._store.changed.disconnect(self._show, missing_ok=True)
        super().closeEvent(event)
