"""A combo box that is searched by typing: one list, which a click opens and typing narrows."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QLineEdit, QListView

from ganstudio.app.generators.entries import Entry, best, matching
from ganstudio.core.i18n import _
from ganstudio.ui.forms import QuietCombo
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.kit.theme import current_theme, ui_font

_KEY, _keys = Qt.ItemDataRole.UserRole, Qt.Key
_WALK = (_keys.Key_Up, _keys.Key_Down, _keys.Key_PageUp, _keys.Key_PageDown)
_ENTER, _TAB = (_keys.Key_Return, _keys.Key_Enter), (_keys.Key_Tab, _keys.Key_Backtab)
LIST_WIDTH = 480
AGAIN = 0.25  # seconds in which the click that closed the list does not open it again


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
        self._entries: list[Entry] = []
        self._line, self.popup, self._rows = QLineEdit(), QListView(), QStandardItemModel(self)
        self.setLineEdit(self._line)
        self.setCompleter(None)  # type: ignore[arg-type]
        self._list = QCompleter(self._rows, self)
        self._list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._list.setWidget(self)
        self._list.setPopup(self.popup)
        self.popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.popup.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.popup.setWordWrap(True)
        set_look(self.popup, popup=True)
        for watched in (self.popup, self.popup.viewport(), self._line):
            watched.installEventFilter(self)
        self._line.textEdited.connect(self._search)
        self._list.activated[QModelIndex].connect(self._take)  # type: ignore[index]

    def set_entries(self, entries: list[Entry], key: str) -> None:
        """Says what there is to choose from, and shows one of them; an unknown key is shown as it is."""
        self._entries, self._key = entries, key
        if not self.popup.isVisible():  # somebody is choosing: it is shown when the list closes
            self._line.setText(next((entry.title for entry in entries if entry.key == key), key))
            self._line.setCursorPosition(0)

    @property
    def key(self) -> str:
        """The key of the present entry."""
        return self._key

    def showPopup(self) -> None:
        """Opens the whole list at the present entry."""
        self._open(self._entries, self._key)
        self._line.selectAll()

    def hidePopup(self) -> None:
        """Closes the list; what was chosen before stays."""
        self.popup.hide()

    def _search(self, text: str) -> None:
        found = matching(self._entries, text)
        self._open(found, best(found, text) if text.strip() else self._key)
        self._touched = True

    def _open(self, entries: Sequence[Entry], lit: str) -> None:
        if not self.popup.isVisible():
            self._touched = False
        self._rows.clear()
        group, at = "", 0
        for entry in entries or [Entry("", "", _("Nothing is called that"))]:
            if entry.group != group:
                group = entry.group
                head = self._add(group, True)
                head.setFlags(Qt.ItemFlag.NoItemFlags)
                head.setFont(ui_font(weight=ui_font().weight().DemiBold))
            if entry.key:
                at = self._rows.rowCount() if entry.key == lit else at
                item = self._add(f"{entry.title}\n{entry.note}".strip(), bool(entry.note))
                item.setData(entry.key, _KEY)
                item.setToolTip(entry.tip)
        self._drop_down()
        if at:
            self.popup.setCurrentIndex(self.popup.model().index(at, 0))
            self.popup.scrollTo(self.popup.currentIndex(), QAbstractItemView.ScrollHint.PositionAtCenter)

    def _add(self, text: str, muted: bool) -> QStandardItem:
        item = QStandardItem(text)
        if muted:
            item.setForeground(QColor(current_theme().text_muted))
        self._rows.appendRow(item)
        return item

    def _drop_down(self) -> None:
        """Shows the list, as high as its rows where there is room for that; Qt takes all of them to be as the first."""
        room, here = self.screen().availableGeometry(), self.mapToGlobal(self.rect().topLeft()).y()
        wide, most = max(self.width(), LIST_WIDTH), max(room.bottom() - here - self.height(), here - room.top()) - 4
        self.popup.setAccessibleName(self.accessibleName())
        self.popup.resize(wide, self.popup.height())
        rows = sum(self.popup.sizeHintForRow(row) for row in range(self._rows.rowCount()))
        self.popup.setFixedHeight(max(24, min(rows + 2 * self.popup.frameWidth() + 2, most)))
        self._list.complete(QRect(0, 0, wide, self.height()))

    def _take(self, index: QModelIndex) -> None:
        key, before = index.data(_KEY) or self._key, self._key
        self._key = key
        self.popup.hide()
        if key != before:
            self.chosen.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys and clicks while the list is open; a click on the words opens it."""
        kind = event.type()
        if watched is self.popup and isinstance(event, QKeyEvent) and kind == QEvent.Type.KeyPress:
            return self._on_list_key(event)
        if watched is self.popup and kind == QEvent.Type.Hide:
            self._closed = time.monotonic()
            self.set_entries(self._entries, self._key)
        elif isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonRelease:
            if watched is self._line and self.isEnabled() and event.button() == Qt.MouseButton.LeftButton:
                self._open_by_mouse()
            elif watched is self.popup.viewport():  # a heading is no choice: the list stays
                return not self.popup.indexAt(event.position().toPoint()).data(_KEY)
        return super().eventFilter(watched, event)

    def _on_list_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _WALK:
            QListView.keyPressEvent(self.popup, event)
            self._touched = True
        elif key in _ENTER or (key in _TAB and self._touched):
            self._take(self.popup.currentIndex())
        elif key in (_keys.Key_Escape, _keys.Key_F4, *_TAB):
            self.popup.hide()
        else:
            return False
        if key in _TAB:
            self.focusNextPrevChild(key == _keys.Key_Tab)
        elif key not in _WALK:
            self._line.selectAll()
        return True

    def _open_by_mouse(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if time.monotonic() - self._closed > AGAIN:
            self.showPopup()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The arrow opens the list, or closes it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._open_by_mouse()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys open the list; the rest is typed."""
        if event.key() in (*_WALK, _keys.Key_F4):
            self.showPopup()
        elif event.key() in (*_ENTER, _keys.Key_Escape):
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
