"""What all tables of rows have in common."""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractItemView, QTableView


def set_up_rows(table: QTableView, height: int, name: str, keys: str, about: str) -> None:
    """Whole rows are chosen, nothing but their texts is drawn, Tab leaves them.

    Args:
        table: is set up.
        height: of a row.
        name: the accessible name.
        keys: what they do; the tooltip.
        about: the accessible description.
    """
    table.setAccessibleName(name)
    table.setToolTip(keys)
    table.setAccessibleDescription(about)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(height)
    table.horizontalHeader().setHighlightSections(False)
