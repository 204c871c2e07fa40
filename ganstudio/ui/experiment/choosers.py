"""Choosing method and data: searchable combo boxes with the words that help to choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QVBoxLayout, QWidget

from ganstudio.app.catalogue import MethodCard
from ganstudio.core.i18n import _
from ganstudio.ui.forms import QuietCombo
from ganstudio.ui.parts import FoldButton, label


class _NamesOnly(QSortFilterProxyModel):
    """Hides headings from the completer."""

    def filterAcceptsRow(self, row: int, parent: object) -> bool:
        """Only rows that can be chosen."""
        index = self.sourceModel().index(row, 0)
        return bool(index.data(Qt.ItemDataRole.UserRole))


class SearchCombo(QuietCombo):
    """A combo box one can type in to find an entry; text that is none goes away again.

    ``chosen`` carries the key of what a *person* chose.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = ""
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self._line = QLineEdit()
        self.setLineEdit(self._line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setMaxVisibleItems(20)
        names = _NamesOnly(self)
        names.setSourceModel(self._items)
        completer = QCompleter(names, self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        completer.activated.connect(self._on_text)
        self.activated.connect(self._on_index)
        self._line.editingFinished.connect(self._restore)

    def set_groups(self, groups: Sequence[tuple[str, Sequence[tuple[str, str, str]]]]) -> None:
        """Fills the list: ``(heading, [(key, text, tooltip), …])``; an empty heading is not shown."""
        with QSignalBlocker(self):
            self._items.clear()
            for heading, entries in groups:
                if heading:
                    item = QStandardItem(heading)
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                    font = item.font()
                    font.setBold(True)
                    item.setFont(font)
                    self._items.appendRow(item)
                for key, text, tip in entries:
                    item = QStandardItem(text)
                    item.setData(key, Qt.ItemDataRole.UserRole)
                    item.setToolTip(tip)
                    self._items.appendRow(item)
        self.set_key(self._key)

    @property
    def key(self) -> str:
        """The key of the present entry."""
        return self._key

    def set_key(self, key: str) -> None:
        """Shows an entry without telling anybody; an unknown key is shown as it is."""
        self._key = key
        index = self.findData(key)
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        self._line.setText(self.itemText(index) if index >= 0 else key)
        self._line.setCursorPosition(0)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects the text, so that typing searches at once."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._line.selectAll()

    def _on_text(self, text: object) -> None:
        self._on_index(self.findText(str(text)))

    def _on_index(self, index: int) -> None:
        key = self.itemData(index)
        if not key or key == self._key:
            self.set_key(self._key)
            return
        self.set_key(key)
        self.chosen.emit(key)

    def _restore(self) -> None:
        """After typing: an exact name counts, everything else goes back to what was chosen."""
        index = self.findText(self._line.text().strip(), Qt.MatchFlag.MatchFixedString)
        self._on_index(index)


class MethodChooser(QWidget):
    """The method, one sentence about it, and what to look for while it trains."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, MethodCard] = {}
        self.combo = SearchCombo()
        self.combo.setAccessibleName(_("Method"))
        self.combo.chosen.connect(self.chosen)
        self._summary = label("", "muted", wrap=True)
        self.look_for = FoldButton(_("What to look for"), opened=False, quiet=True)
        self._hints = label("", wrap=True)
        self._hints.hide()
        self.look_for.toggled.connect(self._hints.setVisible)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(_("Method"), "small"))
        column.addWidget(self.combo)
        column.addWidget(self._summary)
        column.addWidget(self.look_for)
        column.addWidget(self._hints)

    def set_methods(self, cards: Sequence[MethodCard]) -> None:
        """The methods there are."""
        self._cards = {card.name: card for card in cards}
        self.combo.set_groups([("", [(card.name, f"{card.title} · {card.year}", card.summary) for card in cards])])

    def set_current(self, name: str) -> None:
        """Shows a method without telling anybody."""
        self.combo.set_key(name)
        card = self._cards.get(name)
        self._summary.setText(card.summary if card else "")
        self._hints.setText(card.look_for if card else "")
        self.look_for.setVisible(card is not None)
        tip = f"{card.title}\n{card.paper}" if card else _("Choose a method")
        self.combo.setToolTip(tip)

    def set_locked(self, locked: bool) -> None:
        """Locks the choice, not the explanations."""
        self.combo.setEnabled(not locked)
