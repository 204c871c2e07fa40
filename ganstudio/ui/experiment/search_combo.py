"""A combo box that is searched by typing: one list, which a click opens and typing narrows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSignalBlocker, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QCompleter, QLineEdit, QListView

from ganstudio.core.i18n import _
from ganstudio.ui.forms import QuietCombo
from ganstudio.ui.kit.theme import current_theme, ui_font

_KEY, _TITLE, _GROUP, _NOTE = (Qt.ItemDataRole.UserRole + place for place in range(4))
_WALK = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
LIST_WIDTH = 400
AGAIN = 0.25  # seconds in which the click that closed the list does not open it again


class Entry(NamedTuple):
    """One line of the list.

    Attributes:
        key: tells it from the others.
        title: what the box shows of it.
        tip: more about it.
        note: why it does not go with what else is chosen, and what becomes of that; it is grey then.
    """

    key: str
    title: str
    tip: str = ""
    note: str = ""


class _Matches(QSortFilterProxyModel):
    """What holds all the words that are typed, below its heading; the last line where nothing does."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._keys: set[str] = set()
        self._groups: set[str] = set()

    def search(self, words: Sequence[str]) -> str:
        """Shows the matches; the key of the best: that which begins so, before one that holds it, before a grey one."""
        model, ranked = self.sourceModel(), []
        rows = [model.index(row, 0) for row in range(model.rowCount())]
        for wide in (False, True):  # what is said about them counts where no name matches
            for place, row in enumerate(rows):
                title, group = row.data(_TITLE), row.data(_GROUP)
                text = f"{title} {row.data(_KEY)} {group} {row.data(Qt.ItemDataRole.ToolTipRole) if wide else ''}"
                if row.data(_KEY) and all(word in text.casefold() for word in words):
                    begins = title.casefold().startswith(" ".join(words))
                    ranked.append((bool(row.data(_NOTE)), not begins, place, row.data(_KEY), group))
            if ranked:
                break
        self._keys, self._groups = {row[3] for row in ranked}, {row[4] for row in ranked}
        self.invalidate()
        return min(ranked)[3] if ranked else ""

    def filterAcceptsRow(self, row: int, parent: QModelIndex) -> bool:  # type: ignore[override]
        """A match, the heading of one, or the word that there is none."""
        index = self.sourceModel().index(row, 0)
        key, group = index.data(_KEY), index.data(_GROUP)
        return key in self._keys if key else group in self._groups if group else not self._keys

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # type: ignore[override]
        """As in the list, with what does not go in grey."""
        if role == Qt.ItemDataRole.ForegroundRole and super().data(index, _NOTE):
            return QColor(current_theme().text_muted)
        return super().data(index, role)


class SearchCombo(QuietCombo):
    """A combo box one can type in to find an entry.

    A click anywhere opens the list; typing replaces what stands there and narrows the list; arrow keys walk, Enter takes
    the line that is lit (the best match, where nobody walked), Tab too once somebody has typed or walked; Escape and a
    click elsewhere leave everything as it was.

    ``chosen`` carries the key of what a *person* chose.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._key, self._touched, self._closed = "", False, 0.0
        self._items, self._matches = QStandardItemModel(self), _Matches(self)
        self._matches.setSourceModel(self._items)
        self.setModel(self._items)
        self._line = QLineEdit()
        self.setLineEdit(self._line)
        self.setCompleter(None)  # type: ignore[arg-type]
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._list = QCompleter(self._matches, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setMaxVisibleItems(20)
        self._list.setWidget(self)
        self.popup = QListView()
        self._list.setPopup(self.popup)
        self.popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.popup.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.popup.setMouseTracking(True)
        for watched in (self.popup, self.popup.viewport(), self._line):
            watched.installEventFilter(self)
        self._line.textEdited.connect(self._search)
        self._list.activated[QModelIndex].connect(self._take)

    def set_groups(self, groups: Sequence[tuple[str, Sequence[Entry]]]) -> None:
        """Fills the list: ``(heading, entries)``; an empty heading is not shown."""
        with QSignalBlocker(self):
            self._items.clear()
            for heading, entries in groups:
                if heading:
                    self._add(heading, heading)
                for entry in entries:
                    item = self._add(entry.title, heading, entry.key)
                    item.setToolTip(entry.tip)
            self._add(_("Nothing is called that"), "")
        self.set_key(self._key)

    def _add(self, text: str, group: str, key: str = "") -> QStandardItem:
        item = QStandardItem(text)
        for role, value in ((_KEY, key), (_TITLE, text), (_GROUP, group), (_NOTE, "")):
            item.setData(value, role)
        if not key:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            item.setFont(ui_font(weight=ui_font().weight().DemiBold))
        self._items.appendRow(item)
        return item

    def set_notes(self, notes: dict[str, str]) -> None:
        """Key → why it does not go with what else is chosen; the others do."""
        for row in range(self._items.rowCount()):
            item = self._items.item(row)
            key, note = item.data(_KEY), notes.get(item.data(_KEY), "")
            if key and note != item.data(_NOTE):
                item.setData(note, _NOTE)
                item.setText(f"{item.data(_TITLE)}\n{note}" if note else item.data(_TITLE))
        self.set_key(self._key)

    @property
    def key(self) -> str:
        """The key of the present entry."""
        return self._key

    def set_key(self, key: str) -> None:
        """Shows an entry without telling anybody; an unknown key is shown as it is."""
        self._key = key
        if self.popup.isVisible():
            return  # somebody is choosing; it is shown when the list closes
        index = self.findData(key, _KEY)
        with QSignalBlocker(self):
            self.setCurrentIndex(index)
        self._line.setText(self.itemData(index, _TITLE) if index >= 0 else key)
        self._line.setCursorPosition(0)

    def showPopup(self) -> None:
        """Opens the whole list at the present entry."""
        self._matches.search(())
        self._open(self._key)
        self._line.selectAll()

    def hidePopup(self) -> None:
        """Closes the list; what was chosen before stays."""
        self.popup.hide()

    def _search(self, text: str) -> None:
        best = self._matches.search(text.casefold().split())
        self._open(best if text.strip() else self._key)
        self._touched = True

    def _open(self, key: str) -> None:
        if not self.popup.isVisible():
            self._touched = False
        self.popup.setAccessibleName(self.accessibleName())
        self._list.complete(QRect(0, 0, max(self.width(), LIST_WIDTH), self.height()))
        rows = self.popup.model()
        for row in range(rows.rowCount()):
            if key and rows.index(row, 0).data(_KEY) == key:
                self.popup.setCurrentIndex(rows.index(row, 0))
                self.popup.scrollTo(rows.index(row, 0), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _take(self, index: QModelIndex) -> None:
        key = index.data(_KEY)
        self.popup.hide()
        if key and key != self._key:
            self.set_key(key)
            self.chosen.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and clicks while the list is open; a click on the words opens it."""
        kind = event.type()
        if watched is self.popup and kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._on_list_key(event)
        if watched is self.popup and kind == QEvent.Type.Hide:
            self._closed = time.monotonic()
            self.popup.clearSelection()
            self.set_key(self._key)
        elif kind == QEvent.Type.MouseButtonRelease and isinstance(event, QMouseEvent):
            if watched is self._line and self.isEnabled():
                self._open_by_mouse()
            elif watched is self.popup.viewport():  # a heading is no choice: the list stays
                return not self.popup.indexAt(event.position().toPoint()).data(_KEY)
        return super().eventFilter(watched, event)

    def _on_list_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _WALK:
            QListView.keyPressEvent(self.popup, event)
            self._touched = True
        elif key in _ENTER or (key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and self._touched):
            self._take(self.popup.currentIndex())
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_F4):
            self.popup.hide()
        else:
            return False
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.focusNextPrevChild(key == Qt.Key.Key_Tab)
        elif key not in _WALK:
            self._line.selectAll()
        return True

    def _open_by_mouse(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if time.monotonic() - self._closed > AGAIN:
            self.showPopup()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The arrow opens the list, or closes it."""
        self._open_by_mouse()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys open the list; the rest is typed."""
        if event.key() in (*_WALK, Qt.Key.Key_F4):
            self.showPopup()
        elif event.key() in (*_ENTER, Qt.Key.Key_Escape):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Selects the text, so that typing searches at once."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._line.selectAll()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The page scrolls: what is chosen does not change under the mouse."""
        event.ignore()
