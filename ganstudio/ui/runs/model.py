"""The runs as a table that Qt can show: its columns, updated line by line, sorted and filtered by a proxy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

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
from ganstudio.core.events import LIVE_STATES, State
from ganstudio.core.i18n import _, clock, size_text
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.kit.words import date_text, full_date, state_text, steps_text

Index = QModelIndex | QPersistentModelIndex
Group = Literal["live", "finished", "failed"]

NAME, METHOD, DATA, STATE, STEP, TIME, CREATED, SIZE = range(8)
ROW_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()
GROUPS: dict[Group, frozenset[State]] = {
    "live": LIVE_STATES,
    "finished": frozenset({"finished", "stopped"}),
    "failed": frozenset({"failed", "interrupted"}),
}
"""The states of the runs that a chip shows; a run that ended without a word has failed."""


class Column(NamedTuple):
    """All that is known of a column.

    Attributes:
        title: at its head.
        text: of a run's cell.
        width: at first; 0: takes what the others leave.
        value: what it is sorted by; None: by its words, without case.
        tip: tooltip of a cell; None: its text.
        right: a column of numbers, aligned right.
        muted: not what one reads first.
    """

    title: str
    text: Callable[[RunRow], str]
    width: int = 0
    value: Callable[[RunRow], Any] | None = None
    tip: Callable[[RunRow], str] | None = None
    right: bool = False
    muted: bool = False

    def key(self, row: RunRow) -> Any:
        """What a run is sorted by in this column; equal words by age, so that the order never wavers."""
        if self.value is not None:
            return self.value(row)
        return f"{self.text(row).casefold()}\0{-row.created.timestamp():020.0f}"

    @property
    def side(self) -> Qt.AlignmentFlag:
        """Where its title and its texts stand."""
        flags = Qt.AlignmentFlag
        return (flags.AlignRight if self.right else flags.AlignLeft) | flags.AlignVCenter


@cache
def columns() -> tuple[Column, ...]:
    """The columns from left to right, in the order of the constants above."""
    return (
        Column(_("Name"), lambda row: row.name, tip=lambda row: f"{row.name}\n{row.path}"),
        Column(_("Method"), lambda row: row.method, 88),
        Column(_("Data"), lambda row: row.data, 104, tip=lambda row: row.experiment.data, muted=True),
        Column(_("State"), state_words, 152, tip=lambda row: row.message or state_words(row)),
        Column(_("Steps"), lambda row: steps_text(row.step, row.total), 132, lambda row: row.step, _steps_tip, True),
        Column(_("Time"), time_text, 64, lambda row: row.seconds, right=True, muted=True),
        Column(_("Created"), lambda row: date_text(row.created), 108, lambda row: row.created.timestamp(),
               lambda row: full_date(row.created), muted=True),
        Column(_("Size"), lambda row: size_text(row.size), 72, lambda row: row.size or 0, right=True, muted=True),
    )  # fmt: skip


def state_words(row: RunRow) -> str:
    """The state, and whether another program trains it."""
    word = state_text(row.state)
    return _("{state} elsewhere").format(state=word) if row.live and not row.live_here else word


def time_text(row: RunRow) -> str:
    """How long it has trained; a dash for not at all."""
    return clock(round(row.seconds)) if row.seconds > 0 else "–"


def _steps_tip(row: RunRow) -> str:
    return _("step {step} of {total}").format(step=f"{row.step:,}", total=f"{row.total:,}")


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
        return 0 if parent.isValid() else len(columns())

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles, aligned as their columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        roles, column = Qt.ItemDataRole, columns()[section]
        return {roles.DisplayRole: column.title, roles.TextAlignmentRole: column.side}.get(roles(role))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, sort keys, tooltips, what a screen reader says, and the row itself."""
        row, column = self._rows[index.row()], columns()[index.column()]
        if role == ROW_ROLE:
            return row
        if role == SORT_ROLE:
            return column.key(row)
        if role == Qt.ItemDataRole.EditRole:
            return row.name
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain((column.tip or column.text)(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.text(row)}"
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


class RunsFilter(QSortFilterProxyModel):
    """Sorts by value and shows what matches the words and the chip."""

    def __init__(self, source: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words: list[str] = []
        self._group: Group | None = None
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.setSourceModel(source)

    def set_filter(self, text: str, group: Group | None) -> None:
        """Shows runs that contain every word (in name, method, data or state) and belong to the group, if to any."""
        if (text.casefold().split(), group) == (self._words, self._group):
            return
        self._words, self._group = text.casefold().split(), group
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Whether a run is shown."""
        row: RunRow = self.sourceModel().index(source_row, 0, source_parent).data(ROW_ROLE)
        if self._group is not None and row.state not in GROUPS[self._group]:
            return False
        asked = row.experiment
        text = f"{row.name} {row.method} {row.data} {asked.method} {asked.data} {state_words(row)}".casefold()
        return all(word in text for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Python's order of the sort keys."""
        return bool(left.data(SORT_ROLE) < right.data(SORT_ROLE))
