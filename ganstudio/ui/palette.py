"""The command palette: type a few letters of what you want, press Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid

from ganstudio.app.actions import Action, ActionTable
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import boxed, line
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.kit.words import keys_text

_ACTION = Qt.ItemDataRole.UserRole


class _Row(QStyledItemDelegate):
    """Icon, title, menu it is in, keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, 32)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        action: Action = index.data(_ACTION)
        theme = current_theme()
        box: QRect = option.rect.adjusted(8, 0, -10, 0)
        ratio = painter.device().devicePixelRatio()
        if action.icon:
            painter.drawPixmap(box.left(), box.center().y() - 8, icon_pixmap(action.icon, 18, "text_muted", ratio))
        title, small = box.adjusted(28, 0, 0, 0), ui_font(theme.small)
        wide = write_line(painter, title, action.label, ui_font(theme.normal), theme.text)
        write_line(painter, title.adjusted(wide + 10, 1, 0, 1), action.menu_name, small, theme.text_muted)
        keys = keys_text(action.shortcuts[0]) if action.shortcuts else ""
        write_line(painter, box, keys, small, theme.text_muted, Qt.AlignmentFlag.AlignRight)


class Palette(QFrame):
    """A list of everything that can be done now, over the window.

    Args:
        table: the actions.
        over: the window.
    """

    def __init__(self, table: ActionTable, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName("palette")
        self.setAccessibleName(_("Command palette"))
        self._table = table
        self._over = over
        self._before: QWidget | None = None
        self._entry = QLineEdit()
        self._entry.setPlaceholderText(_("What would you like to do?"))
        self._entry.setAccessibleName(_("Search for a command"))
        self._entry.setToolTip(_("Type a few letters; arrow keys choose, Enter does it, Escape closes"))
        self._entry.textChanged.connect(self._search)
        self._entry.installEventFilter(self)
        self._list = QListWidget()
        self._list.setItemDelegate(_Row(self._list))
        self._list.setAccessibleName(_("Commands"))
        self._list.setToolTip(_("Commands that can be done now"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._run)
        boxed(self._entry, line(), self._list, into=self, margins=(8, 4, 8, 8), gap=6)
        self.hide()

    def open(self) -> None:
        """Shows it, empty and ready to type."""
        self._before = self._over.focusWidget()
        self._entry.clear()
        self._search("")
        self.show()
        self.raise_()
        self._entry.setFocus(Qt.FocusReason.PopupFocusReason)

    def dismiss(self) -> None:
        """Closes it and gives the focus back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and isValid(self._before):
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self._before = None

    @property
    def titles(self) -> list[str]:
        """What is on offer, best first."""
        return [self._list.item(row).data(_ACTION).label for row in range(self._list.count())]

    def _search(self, text: str) -> None:
        self._list.clear()
        for action in self._table.search(text):
            if action.id == "app.palette":
                continue
            item = QListWidgetItem(self._list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, action.label)
            item.setData(Qt.ItemDataRole.ToolTipRole, action.help)
            item.setData(_ACTION, action)
        self._list.setCurrentRow(0)
        self.place()

    def place(self) -> None:
        """In the upper middle of the window, as high as its list."""
        width = min(560, self._over.width() - 48)
        rows = min(9, max(1, self._list.count()))
        self._list.setFixedHeight(rows * 32 + 2)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._over.width() - width) // 2, max(24, self._over.height() // 8))

    def _run(self, item: QListWidgetItem | None) -> None:
        self.dismiss()
        if item is not None:
            self._table.run(item.data(_ACTION).id)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move in the list while typing; leaving the field closes the palette."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
            key = Qt.Key(event.key())
            if key in steps and self._list.count():
                row = self._list.currentRow() + steps[key]
                self._list.setCurrentRow(max(0, min(self._list.count() - 1, row)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self._list.currentItem())
                return True
            if key == Qt.Key.Key_Escape:
                self.dismiss()
                return True
        elif event.type() == QEvent.Type.FocusOut:
            self.dismiss()
        return False
