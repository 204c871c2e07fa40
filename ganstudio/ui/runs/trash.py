"""The trash: what was deleted, to be brought back or removed for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ganstudio.core.i18n import _, plural
from ganstudio.store import Trashed
from ganstudio.ui.kit.errors import EmptyState
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import label
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.kit.words import date_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class TrashModel(QAbstractTableModel):
    """Deleted runs: name, where each lay, when it was deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[Trashed, ...] = ()

    def set_items(self, items: Sequence[Trashed]) -> None:
        """Shows these."""
        if tuple(items) == self.items:
            return
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many."""
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Three."""
        return 0 if parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("Name"), _("Was in"), _("Deleted"))[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts; the whole of them as tooltips."""
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            when = date_text(datetime.fromtimestamp(item.deleted, UTC)) if item.deleted else "–"
            return (item.name, str(item.origin.parent), when)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(f"{item.name}\n{item.origin}")
        return None


class _TrashTable(QTableView):
    restore_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter brings back."""
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
        self.model = TrashModel()
        self.table = _TrashTable()
        self.table.setModel(self.model)
        self.table.setAccessibleName(_("Deleted runs"))
        self.table.setToolTip(_("Enter brings the selected runs back"))
        self.table.setAccessibleDescription(_("Deleted runs, one in a row. Enter brings the selected ones back."))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(32)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStyleSheet("QHeaderView::section { padding: 5px 16px; }")
        self.table.setStyleSheet("QTableView::item { padding-left: 13px; }")
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Fixed)
        self.table.setColumnWidth(2, 144)
        self.back_button = self._button(_("Runs"), "back", _("Back to the runs"))
        set_look(self.back_button, quiet=True)
        self.restore_button = self._button(_("Restore"), "undo", _("Bring the selected runs back to where they were"))
        self.empty_button = self._button(_("Empty trash…"), "trash", _("Remove all of these for good"))
        set_look(self.empty_button, danger=True)
        self._lay_out()
        self.back_button.clicked.connect(self.back)
        self.restore_button.clicked.connect(self._restore)
        self.table.restore_asked.connect(self._restore)
        self.empty_button.clicked.connect(self._ask)
        self.table.selectionModel().selectionChanged.connect(self._refresh)
        self.model.modelReset.connect(self._refresh)
        self._refresh()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.table)
        self._pages.addWidget(
            EmptyState("trash", _("The trash is empty"), _("Deleted runs wait here until you empty the trash."))
        )
        row = QHBoxLayout()
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(8)
        row.addWidget(self.back_button)
        row.addWidget(label(_("Trash"), "title"))
        row.addStretch(1)
        row.addWidget(self.restore_button)
        row.addWidget(self.empty_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self._pages, 1)

    @staticmethod
    def _button(text: str, icon_name: str, tooltip: str) -> QPushButton:
        button = QPushButton(icon(icon_name), text)
        button.setAccessibleName(text)
        button.setToolTip(tooltip)
        return button

    def set_items(self, items: Sequence[Trashed]) -> None:
        """Shows these deleted runs; what is selected stays so."""
        chosen = set(self._chosen())
        self.model.set_items(items)
        if chosen and not self._chosen():
            for place, item in enumerate(self.model.items):
                if item.path in chosen:
                    self.table.selectRow(place)

    def _chosen(self) -> list[Path]:
        return [self.model.items[index.row()].path for index in self.table.selectionModel().selectedRows()]

    def _refresh(self) -> None:
        self._pages.setCurrentIndex(0 if self.model.items else 1)
        self.restore_button.setEnabled(bool(self._chosen()))
        self.empty_button.setEnabled(bool(self.model.items))

    def _restore(self) -> None:
        if chosen := self._chosen():
            self.restore_requested.emit(chosen)

    def _ask(self) -> None:
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(_("Empty trash"))
        count = len(self.model.items)
        box.setText(plural("Remove {n} run for good?", "Remove {n} runs for good?", count))
        box.setInformativeText(_("Their pictures, curves and checkpoints cannot be brought back."))
        remove = box.addButton(_("Remove for good"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(_("Keep them"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        remove.clicked.connect(self.empty_requested)
        box.open()
