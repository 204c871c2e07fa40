"""The strip above the runs: what is shown of them, and what can be done with those that are selected."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from ganstudio.core.i18n import _, plural
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import ActionBinder
from ganstudio.ui.kit.parts import label, line, tool_button
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.runs.model import Group

BUTTONS = (
    ("runs.continue", ""),
    ("runs.duplicate", ""),
    ("runs.rename", "F2"),
    ("runs.folder", ""),
    ("runs.delete", "Del"),
)
"""Actions in the strip, and the key that does the same in the table."""


class _Search(QLineEdit):
    left_down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears, Down goes to the table."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_down.emit()
        else:
            super().keyPressEvent(event)


class RunsToolbar(QWidget):
    """Title and count, search and chips at the left; actions at the right.

    Signals:
        filter_changed: other words or another chip.
        to_table: the keyboard goes to the table.
        trash_asked: show the trash.
    """

    filter_changed = Signal()
    to_table = Signal()
    trash_asked = Signal()

    def __init__(self, binder: ActionBinder, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = label("", "muted")
        self.search = _Search()
        self.search.setPlaceholderText(_("Search"))
        self.search.addAction(icon("search", "text_muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(_("Search the runs"))
        self.search.setToolTip(_("Words in the name, method, data or state (Ctrl+F)"))
        self.search.setMinimumWidth(120)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self.filter_changed)
        self.search.left_down.connect(self.to_table)
        self.chips: dict[Group, QPushButton] = {
            "live": self._chip(_("Live"), _("Only runs that are being trained, here or elsewhere")),
            "finished": self._chip(_("Finished"), _("Only runs that were finished or stopped")),
            "failed": self._chip(_("Failed"), _("Only runs that failed or ended without a word")),
        }
        self.actions_by_id: dict[str, QToolButton] = {}
        for name, key in BUTTONS:
            button = QToolButton()
            binder.bind(button, name)
            action = binder.table[name]
            button.setToolTip(f"{action.title}{f' ({key})' if key else ''}\n{action.help}")
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.actions_by_id[name] = button
        self.more = tool_button("more", _("More"), _("More that can be done with runs"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setMenu(menu)
        self.trash = QPushButton(icon("trash", "text_muted"), _("Trash"))
        set_look(self.trash, quiet=True)
        self.trash.clicked.connect(self.trash_asked)
        self.open = QPushButton(_("Open"))
        set_look(self.open, primary=True)
        binder.bind(self.open, "runs.open")
        self.open.setToolTip(_("Open the selected run (Enter)"))
        self._lay_out()
        self.set_trash(0)

    def _chip(self, text: str, tooltip: str) -> QPushButton:
        chip = QPushButton(text)
        chip.setCheckable(True)
        chip.setAccessibleName(_("Show only: {what}").format(what=text))
        chip.setToolTip(tooltip)
        set_look(chip, chip=True)
        chip.clicked.connect(lambda checked=False: self._chip_clicked(chip, checked))
        return chip

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(6)
        row.addWidget(label(_("Runs"), "title"))
        row.addWidget(self.count)
        row.addSpacing(8)
        row.addWidget(self.search, 3)
        row.addSpacing(2)
        for chip in self.chips.values():
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self.trash)
        row.addWidget(line(horizontal=False))
        for button in self.actions_by_id.values():
            row.addWidget(button)
        row.addWidget(self.more)
        row.addSpacing(4)
        row.addWidget(self.open)

    def _chip_clicked(self, chip: QPushButton, checked: bool) -> None:
        for other in self.chips.values():
            other.setChecked(other is chip and checked)
        self.filter_changed.emit()

    @property
    def group(self) -> Group:
        """The chip that is pressed; empty for none."""
        return next((group for group, chip in self.chips.items() if chip.isChecked()), "")

    def clear_filter(self) -> None:
        """Shows all runs again."""
        for chip in self.chips.values():
            chip.setChecked(False)
        self.search.clear()
        self.filter_changed.emit()

    def set_counts(self, shown: int, total: int, groups: dict[Group, int]) -> None:
        """How many runs there are, and how many are shown of them."""
        self.count.setText(f"{total:,}" if shown == total else _("{n} of {total}").format(n=shown, total=f"{total:,}"))
        self.count.setToolTip(plural("{n} run", "{n} runs", total))
        for group, text in (("live", _("Live")), ("finished", _("Finished")), ("failed", _("Failed"))):
            number = groups.get(group, 0)  # type: ignore[call-overload]
            self.chips[group].setText(f"{text} {number}" if number else text)  # type: ignore[index]

    def set_trash(self, count: int) -> None:
        """How many deleted runs wait in the trash."""
        self.trash.setText(_("Trash {n}").format(n=count) if count else _("Trash"))
        words = plural("{n} deleted run", "{n} deleted runs", count) if count else _("The trash is empty")
        self.trash.setToolTip(_("Show deleted runs") + "\n" + words)
        self.trash.setAccessibleName(_("Trash") + ": " + words)
