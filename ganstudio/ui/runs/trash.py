"""The trash: what was deleted, to be brought back or removed for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QTableWidgetSelectionRange, QWidget

from ganstudio.core.i18n import _, plural
from ganstudio.store import Trashed
from ganstudio.ui.kit.dialogs import Way, ask
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.parts import boxed, label, push_button, set_up_rows, stacked
from ganstudio.ui.kit.words import date_text


class _Table(QTableWidget):
    """Deleted runs: name, where each lay, when it was deleted."""

    restore_asked = Signal()

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setHorizontalHeaderLabels([_("Name"), _("Was in"), _("Deleted")])
        about = _("Deleted runs, one in a row. Enter brings the selected ones back.")
        set_up_rows(self, 32, _("Deleted runs"), _("Enter brings the selected runs back"), about)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStyleSheet("QHeaderView::section { padding: 5px 16px; }")
        self.setStyleSheet("QTableView::item { padding-left: 13px; }")
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        self.setColumnWidth(2, 144)

    def fill(self, items: Sequence[Trashed]) -> None:
        self.setRowCount(0)
        self.setRowCount(len(items))
        for row, item in enumerate(items):
            when = date_text(datetime.fromtimestamp(item.deleted, UTC)) if item.deleted else "–"
            for column, text in enumerate((item.name, str(item.origin.parent), when)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(f"{item.name}\n{item.origin}")  # the whole of both
                self.setItem(row, column, cell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.restore_asked.emit()
        else:
            super().keyPressEvent(event)


class TrashPage(QWidget):
    """The deleted runs, Restore, and Empty (which asks first).

    Signals:
        restore_requested: carries a list of places in the trash.
        empty_requested: the person has confirmed it.
        back: to the runs.
    """

    restore_requested = Signal(object)
    empty_requested = Signal()
    back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: tuple[Trashed, ...] = ()
        self.table = _Table()
        self.table.restore_asked.connect(self._restore)
        self.table.itemSelectionChanged.connect(self._refresh)
        self.back_button = push_button(_("Runs"), "back", _("Back to the runs"), clicked=self.back.emit, quiet=True)
        back, gone = _("Bring the selected runs back to where they were"), _("Remove all of these for good")
        self.restore_button = push_button(_("Restore"), "undo", back, clicked=self._restore)
        self.empty_button = push_button(_("Empty trash…"), "trash", gone, clicked=self._ask, danger=True)
        words = _("Deleted runs wait here until you empty the trash.")
        self._pages = stacked(self.table, EmptyState("trash", _("The trash is empty"), words))
        head = boxed(
            self.back_button, label(_("Trash"), "title"), None, self.restore_button, self.empty_button,
            across=True, margins=(16, 12, 16, 12), gap=8,
        )  # fmt: skip
        boxed(head, self._pages, into=self, stretch=self._pages)
        self._refresh()

    def set_items(self, items: Sequence[Trashed]) -> None:
        """Shows these deleted runs; what is selected stays so."""
        if tuple(items) == self.items:
            return
        chosen, self.items = set(self._chosen()), tuple(items)
        self.table.fill(self.items)
        for place, item in enumerate(self.items):
            self.table.setRangeSelected(QTableWidgetSelectionRange(place, 0, place, 2), item.path in chosen)
        self._refresh()

    def _chosen(self) -> list[Path]:
        return [self.items[index.row()].path for index in self.table.selectionModel().selectedRows()]

    def _refresh(self) -> None:
        self._pages.setCurrentIndex(0 if self.items else 1)
        self.restore_button.setEnabled(bool(self.items and self._chosen()))
        self.empty_button.setEnabled(bool(self.items))

    def _restore(self) -> None:
        if chosen := self._chosen():
            self.restore_requested.emit(chosen)

    def _ask(self) -> None:
        text = plural("Remove {n} run for good?", "Remove {n} runs for good?", len(self.items))
        about = _("Their pictures, curves and checkpoints cannot be brought back.")
        ways, no = [Way(_("Remove for good"), loses=True)], _("Keep them")
        ask(self, _("Empty trash"), text, about, ways=ways, no=no, then=self._answered, careful=True)

    def _answered(self, sure: bool | None) -> None:
        if sure:
            self.empty_requested.emit()
