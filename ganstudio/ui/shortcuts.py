"""All keys in one place, made from the table of actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from ganstudio.app.actions import ActionTable
from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import boxed, push_button
from ganstudio.ui.kit.theme import ui_font
from ganstudio.ui.kit.words import keys_text


class Shortcuts(QDialog):
    """Lists what has keys, by menu; type to search.

    Args:
        table: the actions.
        more: ``(group, what, keys)`` of keys that are no actions (in a canvas, on a timeline).
        parent: the window.
    """

    def __init__(
        self, table: ActionTable, more: Sequence[tuple[str, str, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self._search = QLineEdit()
        self._search.setPlaceholderText(_("Search"))
        self._search.setAccessibleName(_("Search the shortcuts"))
        self._search.setToolTip(_("Shows only what contains these letters, in its name or its keys"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self._filter)
        self._groups: dict[str, tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = {}
        self._tree = QTreeWidget()
        self._tree.setAccessibleName(_("Shortcuts"))
        self._tree.setToolTip(_("What can be done by keyboard"))
        self._tree.setColumnCount(2)
        self._tree.setHeaderHidden(True)
        self._tree.setRootIsDecorated(False)
        self._tree.setIndentation(12)
        self._tree.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        rows = [
            (action.menu_name or _("Other"), action.title, "  ".join(map(keys_text, action.shortcuts)))
            for action in table
            if action.shortcuts
        ]
        self._tree.ensurePolished()  # row heights are kept from the first layout, which needs the style sheet
        self._fill([*rows, *more])
        close = push_button(_("Close"), "", _("Close this window"), clicked=self.close)
        foot = boxed(None, close, across=True)
        boxed(self._search, self._tree, foot, into=self, margins=(16, 16, 16, 12), gap=8, stretch=self._tree)
        self.resize(520, 560)

    def _fill(self, rows: Sequence[tuple[str, str, str]]) -> None:
        for group, what, keys in rows:
            if group not in self._groups:
                head = QTreeWidgetItem(self._tree, [group])
                head.setFont(0, ui_font(weight=ui_font().weight().DemiBold))
                head.setFlags(Qt.ItemFlag.ItemIsEnabled)
                head.setFirstColumnSpanned(True)
                self._groups[group] = (head, [])
            head, entries = self._groups[group]
            entries.append(QTreeWidgetItem(head, [what, keys]))
            entries[-1].setToolTip(0, f"{what}: {keys}")
        self._tree.expandAll()
        self._tree.setColumnWidth(0, 320)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What is on view: ``(what, keys)``."""
        shown = [entry for _head, entries in self._groups.values() for entry in entries if not entry.isHidden()]
        return [(entry.text(0), entry.text(1)) for entry in shown]

    def _filter(self, text: str) -> None:
        wanted = text.casefold().strip()
        for head, entries in self._groups.values():
            for entry in entries:
                entry.setHidden(wanted not in f"{entry.text(0)} {entry.text(1)}".casefold())
            head.setHidden(all(entry.isHidden() for entry in entries))
