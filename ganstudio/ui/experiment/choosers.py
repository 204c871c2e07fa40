"""Choosing method and data: searchable combo boxes with the words that help to choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from ganstudio.app.generators.catalogue import MethodCard
from ganstudio.core.i18n import _
from ganstudio.ui.forms import QuietCombo
from ganstudio.ui.kit.parts import FoldButton, LinkButton, boxed, label


class _NamesOnly(QSortFilterProxyModel):
    """Hides headings from the completer."""

    def filterAcceptsRow(self, row: int, parent: object) -> bool:
        """Only rows that can be chosen."""
        return bool(self.sourceModel().index(row, 0).data(Qt.ItemDataRole.UserRole))


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
        self.setMaxVisibleItems(24)
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

    def showPopup(self) -> None:
        """Opens the list, with a scroll bar where not all of it is seen: Qt's style would have none."""
        super().showPopup()
        self.view().setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

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
        self._on_index(self.findText(self._line.text().strip(), Qt.MatchFlag.MatchFixedString))


class MethodChooser(QWidget):
    """The method, one sentence about it, what it minimises, and what to look for while it trains."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, MethodCard] = {}
        self._locked = False
        self.combo = SearchCombo()
        self.combo.setAccessibleName(_("Method"))
        self.combo.chosen.connect(self.chosen)
        self._summary = label("", "muted", wrap=True)
        self._objective = label("", "small", wrap=True)
        self._needs = label("", "small", wrap=True)
        self.look_for = FoldButton(_("What to look for"), opened=False, quiet=True)
        self._words = label("", wrap=True)
        self._neighbours = label(_("Compare with"), "small")
        self._links = boxed(across=True, gap=16)
        self._hints = QWidget()
        self._hints.hide()
        boxed(self._words, self._neighbours, self._links, gap=4, into=self._hints)
        self.look_for.toggled.connect(self._hints.setVisible)
        words = self._summary, self._objective, self._needs, self.look_for, self._hints
        boxed(label(_("Method"), "small"), self.combo, *words, gap=4, into=self)

    def set_methods(self, cards: Sequence[MethodCard]) -> None:
        """The methods there are, family by family."""
        self._cards = {card.name: card for card in cards}
        families: dict[str, list[tuple[str, str, str]]] = {}
        for card in cards:
            tip = f"{card.summary}\n{card.objective}".strip()
            families.setdefault(card.family_title, []).append((card.name, f"{card.title} · {card.year}", tip))
        self.combo.set_groups(list(families.items()))

    def set_current(self, name: str) -> None:
        """Shows a method without telling anybody."""
        self.combo.set_key(name)
        card = self._cards.get(name)
        self._summary.setText(card.summary if card else "")
        self._objective.setText(card.objective if card else "")
        self._objective.setVisible(bool(card and card.objective))
        needs = card.needs.words if card and card.needs else ""
        self._needs.setText(_("Needs data with {needs}").format(needs=needs))
        self._needs.setVisible(bool(needs))
        self._words.setText(card.look_for if card else "")
        self.look_for.setVisible(card is not None)
        self._show_neighbours(card.compare if card else ())
        self.combo.setToolTip(f"{card.title}\n{card.paper}" if card else _("Choose a method"))

    def _show_neighbours(self, names: Sequence[str]) -> None:
        there = [self._cards[name] for name in names if name in self._cards]
        self._neighbours.setVisible(bool(there))
        while (item := self._links.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for card in there:
            link = LinkButton(card.title)
            link.setStyleSheet("QToolButton { padding: 2px 0; }")  # begins where the words begin
            link.setToolTip(_("{summary}\nTakes this method instead").format(summary=card.summary))
            link.setEnabled(not self._locked)
            link.clicked.connect(lambda _checked=False, name=card.name: self.chosen.emit(name))
            self._links.addWidget(link)
        self._links.addStretch(1)

    def set_locked(self, locked: bool) -> None:
        """Locks the choice, not the explanations."""
        self._locked = locked
        self.combo.setEnabled(not locked)
        for link in self._hints.findChildren(LinkButton):
            link.setEnabled(not locked)
