"""The runs as a table that Qt can show: updated line by line, sorted and filtered by a proxy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)

from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.kit.words import date_text, full_date, size_text, state_text, steps_text
from ganstudio.ui.runs.words import duration

Index = QModelIndex | QPersistentModelIndex
Group = Literal["", "live", "finished", "failed"]

NAME, METHOD, DATA, STATE, STEP, TIME, CREATED, SIZE = range(8)
ROW_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
RIGHT = frozenset({STEP, TIME, SIZE})
"""Columns of numbers, aligned right."""
_FAILED = frozenset({"failed", "interrupted"})
_NOWHERE = QModelIndex()


def headers() -> tuple[str, ...]:
    """The titles of the columns."""
    return _("Name"), _("Method"), _("Data"), _("State"), _("Steps"), _("Time"), _("Created"), _("Size")


def in_group(row: RunRow, group: Group) -> bool:
    """Whether a run belongs to a chip: live, finished, or failed (also: ended without a word)."""
    if group == "live":
        return row.live
    if group == "finished":
        return row.state in ("finished", "stopped")
    return row.state in _FAILED if group == "failed" else True


def state_words(row: RunRow) -> str:
    """The state, and whether another program trains it."""
    word = state_text(row.state)
    return _("{state} elsewhere").format(state=word) if row.live and not row.live_here else word


class RunsModel(QAbstractTableModel):
    """Rows of runs. :meth:`set_rows` changes only what differs, so selection, scroll and editors stay.

    Signals:
        renamed: a person gave a run another name in place: ``(path, name)``.
    """

    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RunRow] = []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many runs."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(headers())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles, aligned as their columns."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return headers()[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, sort keys, tooltips, what a screen reader says, and the row itself."""
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == SORT_ROLE:
            return _sort_key(row, index.column())
        if role == Qt.ItemDataRole.EditRole:
            return row.name
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(_tooltip(row, index.column()))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{headers()[index.column()]}: {_text(row, index.column())}"
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Asks for another name; the row shows it when the folder has been told."""
        row, name = self._rows[index.row()], " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not name or name == row.name:
            return False
        self.renamed.emit(row.path, name)
        return True

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Shows these runs."""
        new = {row.path: row for row in rows}
        for place in reversed(range(len(self._rows))):
            if self._rows[place].path not in new:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self._rows[place]
                self.endRemoveRows()
        for place, old in enumerate(self._rows):
            row = new.pop(old.path)
            if row.values != old.values:
                self._rows[place] = row
                name_too = row.name != old.name or row.items is not old.items
                first = self.index(place, NAME if name_too else STATE)
                self.dataChanged.emit(first, self.index(place, SIZE))
        if new:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(new) - 1)
            self._rows.extend(new.values())
            self.endInsertRows()

    def place_of(self, path: Path) -> QModelIndex:
        """The name cell of a run; invalid where there is none."""
        for place, row in enumerate(self._rows):
            if row.path == path:
                return self.index(place, NAME)
        return QModelIndex()


def _text(row: RunRow, column: int) -> str:
    match column:
        case 0:
            return row.name
        case 1:
            return row.method
        case 2:
            return row.data
        case 3:
            return state_words(row)
        case 4:
            return steps_text(row.step, row.total)
        case 5:
            return duration(row.seconds)
        case 6:
            return date_text(row.created)
        case _:
            return size_text(row.size)


def _sort_key(row: RunRow, column: int) -> Any:
    keys = {STEP: row.step, TIME: row.seconds, CREATED: row.created.timestamp(), SIZE: row.size or 0}
    # Words sort without case; equal ones by age, so that the order never wavers.
    return keys[column] if column in keys else f"{_text(row, column).casefold()}\0{-row.created.timestamp():020.0f}"


def _tooltip(row: RunRow, column: int) -> str:
    if column == STATE and row.message:
        return row.message
    if column == CREATED:
        return full_date(row.created)
    if column == STEP:
        return _("{step} of {total} steps").format(step=f"{row.step:,}", total=f"{row.total:,}")
    return f"{row.name}\n{row.path}" if column == NAME else _text(row, column)


class RunsFilter(QSortFilterProxyModel):
    """Sorts by value and shows what matches the words and the chip."""

    def __init__(self, source: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._group: Group = ""
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.setSourceModel(source)

    def set_filter(self, text: str, group: Group) -> None:
        """Shows runs that contain every word (in name, method, data or state) and belong to the group."""
        if (text.casefold().split(), group) == (self._words, self._group):
            return
        self._words, self._group = text.casefold().split(), group
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Whether a run is shown."""
        row: RunRow = self.sourceModel().index(source_row, 0, source_parent).data(ROW_ROLE)
        if not in_group(row, self._group):
            return False
        text = f"{row.name} {row.method} {row.data} {state_words(row)}".casefold()
        return all(word in text for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Python's order of the sort keys."""
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))
