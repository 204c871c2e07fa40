"""The files a check found something about, as a table model that stays quick with many thousands of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ganstudio.core.i18n import _
from ganstudio.ui.kit.tips import plain

if TYPE_CHECKING:
    from ganstudio.data.base import Problem

Index = QModelIndex | QPersistentModelIndex


def action_text(action: str) -> str:
    """What is done with a file, in words."""
    return {"dropped": _("left out"), "converted": _("converted")}.get(action, action)


class ProblemModel(QAbstractTableModel):
    """Columns: file, what is odd about it, what is done."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Problem, ...] = ()
        self._shown: Sequence[Problem] = ()
        self._words: list[str] = []

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Shows these files."""
        self._all = tuple(problems)
        self._select()

    def set_search(self, text: str) -> None:
        """Shows only the rows in which every word occurs."""
        self._words = text.casefold().split()
        self._select()

    def _select(self) -> None:
        self.beginResetModel()
        self._shown = [row for row in self._all if self._matches(row)] if self._words else self._all
        self.endResetModel()

    def _matches(self, row: Problem) -> bool:
        text = f"{row.file} {row.what} {action_text(row.action)}".casefold()
        return all(word in text for word in self._words)

    def row_text(self, row: int) -> str:
        """One row, tab-separated, for the clipboard."""
        item = self._shown[row]
        return f"{item.file}\t{item.what}\t{action_text(item.action)}"

    def as_text(self) -> str:
        """All rows that are shown, for the clipboard."""
        return "\n".join(self.row_text(row) for row in range(len(self._shown)))

    def rowCount(self, parent: Index | None = None) -> int:
        """How many rows are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index | None = None) -> int:
        """Three."""
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text of a cell, also as its tooltip."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        item = self._shown[index.row()]
        text = (item.file, item.what, action_text(item.action))[index.column()]
        return plain(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (_("File"), _("What is odd"), _("What is done"))[section]
        return None
