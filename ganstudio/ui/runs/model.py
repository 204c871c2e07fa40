"""The runs as a table that Qt can show: its columns, updated line by line, sorted and filtered by a proxy."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal

from ganstudio.app.runs.library import RunRow
from ganstudio.core.events import LIVE_STATES, State
from ganstudio.core.i18n import _, clock, size_text
from ganstudio.ui.kit.rows import ROW_ROLE, Column, Index, RowsModel, RowsSorter
from ganstudio.ui.kit.words import date_text, full_date, state_text, steps_text

Group = Literal["live", "finished", "failed"]

NAME, METHOD, DATA, STATE, STEP, TIME, CREATED, SIZE = range(8)
GROUPS: dict[Group, frozenset[State]] = {
    "live": LIVE_STATES,
    "finished": frozenset({"finished", "stopped"}),
    "failed": frozenset({"failed", "interrupted"}),
}
"""The states of the runs that a chip shows; a run that ended without a word has failed."""


@cache
def columns() -> tuple[Column, ...]:
    """The columns from left to right, in the order of the constants above."""
    return (
        Column(_("Name"), lambda row: row.name, tip=_name_tip),
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


def _name_tip(row: RunRow) -> str:
    marks = row.marks
    return "\n".join(filter(None, (row.name, str(row.path), ", ".join(marks.tags), marks.note[:400])))


def _steps_tip(row: RunRow) -> str:
    return _("step {step} of {total}").format(step=f"{row.step:,}", total=f"{row.total:,}")


class RunsModel(RowsModel):
    """Rows of runs.

    Signals:
        renamed: a person gave a run another name in place: ``(path, name)``.
    """

    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(columns(), parent)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The name is what an editor begins with."""
        return self.rows[index.row()].name if role == Qt.ItemDataRole.EditRole else super().data(index, role)

    def key(self, row: RunRow, column: Column) -> Any:
        """Equal words by age."""
        if column.value is not None:
            return column.value(row)
        return f"{column.text(row).casefold()}\0{-row.created.timestamp():020.0f}"

    def first_changed(self, old: RunRow, new: RunRow) -> int:
        """The name and its picture seldom change."""
        same = (new.name, new.marks) == (old.name, old.marks) and new.items is old.items
        return STATE if same else NAME

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Asks for another name; the row shows it when the folder has been told."""
        row, name = self.rows[index.row()], " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or not name or name == row.name:
            return False
        self.renamed.emit(row.path, name)
        return True


class RunsFilter(RowsSorter):
    """Sorts by value and shows what matches the words and the chip."""

    def __init__(self, source: RunsModel, parent: QObject | None = None) -> None:
        super().__init__(source, parent)
        self._words: list[str] = []
        self._group: Group | None = None

    def set_filter(self, text: str, group: Group | None) -> None:
        """Shows runs that contain every word (in name, method, data, state or tags) and belong to the group, if to any."""
        if (text.casefold().split(), group) == (self._words, self._group):
            return
        self._words, self._group = text.casefold().split(), group
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Whether a run is shown."""
        row: RunRow = self.sourceModel().index(source_row, 0, source_parent).data(ROW_ROLE)
        if self._group is not None and row.state not in GROUPS[self._group]:
            return False
        return row.says(self._words, state_words(row))
