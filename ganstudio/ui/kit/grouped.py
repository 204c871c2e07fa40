"""Rows below headings, narrowed by words that are typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from ganstudio.ui.kit.theme import ui_font


class GroupedRows(QTreeWidget):
    """A tree of headings and rows, all unfolded; headings cannot be chosen.

    Args:
        name: the accessible name.
        tooltip: more about it.
        columns: how many a row has.
    """

    def __init__(self, name: str, tooltip: str, columns: int = 1) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setColumnCount(columns)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(12)
        self.ensurePolished()  # row heights are kept from the first layout, which needs the style sheet
        self._heads: dict[str, QTreeWidgetItem] = {}
        self._rows: dict[str, list[tuple[str, str, QTreeWidgetItem]]] = {}  # group → key, words, row

    def add(self, group: str, cells: Sequence[str], key: str = "", words: str = "") -> None:
        """Adds a row; its ``words`` are searched (its cells, where empty)."""
        if group not in self._heads:
            head = self._heads[group] = QTreeWidgetItem(self, [group])
            head.setFont(0, ui_font(weight=ui_font().weight().DemiBold))
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setFirstColumnSpanned(True)
            head.setExpanded(True)
        item = QTreeWidgetItem(self._heads[group], list(cells))
        item.setToolTip(0, ": ".join(cells))
        self._rows.setdefault(group, []).append((key, (words or " ".join(cells)).casefold(), item))

    def rows(self) -> Iterator[tuple[str, QTreeWidgetItem]]:
        """Key and row of those on view."""
        for rows in self._rows.values():
            yield from ((key, item) for key, _words, item in rows if not item.isHidden())

    def search(self, text: str) -> None:
        """Shows what holds all these words."""
        wanted = text.casefold().split()
        for group, rows in self._rows.items():
            for _key, said, item in rows:
                item.setHidden(not all(word in said for word in wanted))
            self._heads[group].setHidden(all(item.isHidden() for _key, _words, item in rows))
