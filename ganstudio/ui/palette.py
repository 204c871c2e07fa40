"""The command palette: type a few letters of what you want, press Enter."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from shiboken6 import isValid

from ganstudio.app.actions import Action
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import boxed, entry, line
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.kit.words import keys_text

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT = 32
_ACTION, _PLACE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class _Row(QStyledItemDelegate):
    """Icon, title, menu it is in, keys; fainter where it leads to another workspace."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        action: Action = index.data(_ACTION)
        place: str = index.data(_PLACE)
        theme = current_theme()
        box: QRect = option.rect.adjusted(8, 0, -10, 0)
        ratio = painter.device().devicePixelRatio()
        if action.icon:
            painter.drawPixmap(box.left(), box.center().y() - 8, icon_pixmap(action.icon, 18, "text_muted", ratio))
        title, small, tone = box.adjusted(28, 0, 0, 0), ui_font(theme.small), theme.text_muted if place else theme.text
        wide = write_line(painter, title, action.label, ui_font(theme.normal), tone)
        where = _("in {workspace}").format(workspace=place) if place else action.menu_name
        write_line(painter, title.adjusted(wide + 10, 1, 0, 1), where, small, theme.text_muted)
        keys = keys_text(action.shortcuts[0]) if action.shortcuts else ""
        write_line(painter, box, keys, small, theme.text_muted, Qt.AlignmentFlag.AlignRight)


class Palette(QFrame):
    """A list of everything that can be done now, and in which other workspace what else, over the window.

    Args:
        over: the window.
        offers: finds actions by some letters: each with the workspace that it leads to, empty for none.
        do: does one of them.
    """

    def __init__(
        self, over: QWidget, offers: Callable[[str], Iterable[tuple[Action, str]]], do: Callable[[Action], object]
    ) -> None:
        super().__init__(over)
        self._offers, self._do = offers, do
        self.setObjectName("palette")
        self.setAccessibleName(_("Command palette"))
        self._over = over
        self._before: QWidget | None = None
        words = _("Type a few letters; arrow keys choose, Enter does it, Escape closes")
        hint, name = _("What would you like to do?"), _("Search for a command")
        self._entry = entry(hint, words, name, changed=self._search)
        self._entry.installEventFilter(self)
        self._list = QListWidget()
        self._list.setItemDelegate(_Row(self._list))
        self._list.setAccessibleName(_("Commands"))
        self._list.setToolTip(_("Commands that can be done now; the fainter ones go to another workspace first"))
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
        for action, place in self._offers(text):
            item = QListWidgetItem(self._list)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, action.label)
            item.setData(Qt.ItemDataRole.ToolTipRole, action.help)
            item.setData(_ACTION, action)
            item.setData(_PLACE, place)
        self._list.setCurrentRow(0)
        self.place()

    def place(self) -> None:
        """In the upper middle of the window, as high as its list."""
        width = min(560, self._over.width() - 48)
        self._list.setFixedHeight(min(9, max(1, self._list.count())) * ROW_HEIGHT + 2)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((self._over.width() - width) // 2, max(24, self._over.height() // 8))

    def _run(self, item: QListWidgetItem | None) -> None:
        self.dismiss()
        if item is not None:
            self._do(item.data(_ACTION))

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
