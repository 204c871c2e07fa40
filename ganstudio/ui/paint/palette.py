"""The classes one can paint with: colour, name, key, share of the canvas; type to search."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ganstudio.core.i18n import _, percent
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import boxed, entry, pop_up
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.kit.words import as_entry
from ganstudio.ui.paint.canvas_view import KEYS, CanvasView

CLASS_ROLE = int(Qt.ItemDataRole.UserRole)
ROW, SWATCH, PAD = 28, 16, 8


def share_text(share: float) -> str:
    """``"34 %"``, ``"0.4 %"``; empty where there is none of it."""
    if share <= 0:
        return ""
    return percent(100 * share, ".1f" if share < 0.0995 else ".0f") if share >= 0.001 else f"<{percent(0.1, '.1f')}"


class ClassItem(QListWidgetItem):
    """One class of the palette. Its words are made when they are wanted: every stroke changes those of all."""

    def __init__(self, palette: ClassPalette, number: int) -> None:
        super().__init__(palette.view.classes[number].title)
        self._palette, self._number = palette, number

    def data(self, role: int) -> object:
        """Name, words for tooltip and screen reader, and the class' id."""
        if role == CLASS_ROLE:
            return self._number
        if role not in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return super().data(role)
        share = share_text(float(self._palette.shares[self._number]))
        parts = [self.text(), _("{share} of the canvas").format(share=share) if share else _("not on the canvas")]
        parts[1:1] = [_("key {key}").format(key=self._number + 1)] if self._number < KEYS else []
        return plain(" · ".join(parts)) if role == Qt.ItemDataRole.ToolTipRole else " · ".join(parts)


class ClassRow(QStyledItemDelegate):
    """Draws one class of the palette."""

    def __init__(self, palette: ClassPalette) -> None:
        super().__init__(palette)
        self._palette = palette

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """All rows are equally high."""
        return QSize(120, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Bar and bold name for the chosen one, swatch, name, eraser for the background, share, key."""
        number, theme, options = int(index.data(CLASS_ROLE)), current_theme(), self._palette.view.options
        chosen, rect, state = number == options.chosen, QRect(option.rect), option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = theme.selected if chosen else theme.hover if state & QStyle.StateFlag.State_MouseOver else ""
        if ground:
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
        if chosen:
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(rect.left() + 1, rect.top() + 4, 3, rect.height() - 8), 1.5, 1.5)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), 4, 4)
        painter.setPen(QPen(QColor(theme.mix("text", "surface", 0.35)), 1))
        painter.setBrush(QColor(*self._palette.view.classes[number].colour))
        spot = QRectF(rect.left() + PAD, rect.top() + (rect.height() - SWATCH) / 2, SWATCH, SWATCH)
        painter.drawRoundedRect(spot.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        small, end, right = ui_font(theme.small, tabular=True), Qt.AlignmentFlag.AlignRight, rect.right() - PAD + 1

        def at_the_end(words: str, room: int) -> int:
            return write_line(painter, QRect(right - room, rect.top(), room, rect.height()), words, small,
                              theme.text_muted, end)  # fmt: skip

        at_the_end(str(number + 1) if number < KEYS else "", 10)
        right -= 18
        width = at_the_end(share_text(float(self._palette.shares[number])), 60)
        right -= width + 6 if width else 0
        if number == options.background:
            mark = icon_pixmap("eraser", 14, "text_muted", painter.device().devicePixelRatio())
            painter.drawPixmap(QPoint(right - 14, rect.top() + (rect.height() - 14) // 2), mark)
            right -= 18
        left = rect.left() + PAD + SWATCH + PAD
        font = ui_font(weight=QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        write_line(painter, QRect(left, rect.top(), right - left, rect.height()), str(index.data()), font, theme.text)
        painter.restore()


class ClassList(QListWidget):
    """The rows; what it has no use for goes to the canvas, so that keys work here too."""

    def __init__(self, palette: ClassPalette) -> None:
        super().__init__(palette)
        self._palette = palette
        self.setItemDelegate(ClassRow(palette))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListWidget.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW)
        self.setAccessibleName(_("Classes"))
        self.setToolTip(_("What is painted; the menu of a class replaces, fills and sets the background"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages move; letters do not search, as they take tools."""
        key = Qt.Key
        if event.key() in (key.Key_Up, key.Key_Down, key.Key_Home, key.Key_End, key.Key_PageUp, key.Key_PageDown):
            super().keyPressEvent(event)
        elif event.key() in (key.Key_Return, key.Key_Enter):
            self._palette.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for the menu of the class under the mouse, or of the present one by keyboard."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            place = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
            pop_up(self._palette.menu_of(int(index.data(CLASS_ROLE))), place)


class ClassPalette(QWidget):
    """Shows the classes of a canvas and chooses the one that is painted.

    Args:
        view: the canvas; its options hold the choice.

    Attributes:
        shares: how much of the canvas each class has, 0 to 1.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__()
        self.view, self.shares = view, np.zeros(0)
        self._rows: list[int] = []
        tip = _("Shows only classes with these letters; Enter chooses the first")
        self.search = entry(_("Search classes"), tip, changed=self._filter, clear=True)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self.list = ClassList(self)
        self.list.currentItemChanged.connect(self._moved)
        self.list.itemClicked.connect(lambda item: view.choose_class(item.data(CLASS_ROLE)))
        boxed(self.search, self.list, gap=8, into=self, stretch=self.list)
        self.setMinimumWidth(144)
        view.options.changed.connect(self._show_choice)
        view.stroke_ended.connect(self.refresh_shares)
        view.inked.connect(self._inked)
        view.document_changed.connect(self.refresh)
        theme_hub.changed.connect(self.list.viewport().update)
        self.refresh()

    def sizeHint(self) -> QSize:
        """Room for a name, its share and a dozen rows."""
        return QSize(200, 12 * ROW + 40)

    # -- what it shows ----------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Takes the classes of the canvas that is shown now."""
        self.shares = np.zeros(len(self.view.classes))
        self.search.clear()
        self._filter("")
        self.setEnabled(bool(self.view.classes))

    @Slot()
    def refresh_shares(self) -> None:
        """Counts anew how much of the canvas every class has."""
        ids, count = self.view.ids, len(self.view.classes)
        if ids is not None and count:
            self.shares = np.bincount(ids.ravel(), minlength=256)[:count] / ids.size
        self.list.viewport().update()

    @Slot()
    def _inked(self) -> None:
        if not self.view.stroking:  # undone, opened, pasted; strokes are counted at their end
            self.refresh_shares()

    @Slot()
    def _show_choice(self) -> None:
        if self.view.options.chosen in self._rows:
            self.list.setCurrentRow(self._rows.index(self.view.options.chosen))
        self.list.viewport().update()

    # -- choosing ---------------------------------------------------------------------------------------------------

    def _filter(self, text: str) -> None:
        """Keeps the classes that contain the text; those that begin with it first. A number is a class id, too."""
        wanted = text.strip().casefold()
        found = [(one.title.casefold(), number) for number, one in enumerate(self.view.classes)]
        found = [row for row in found if wanted in row[0] or wanted == str(row[1])]
        if wanted:
            found.sort(key=lambda row: (not row[0].startswith(wanted), row[1]))
        with QSignalBlocker(self.list):  # rows that come and go choose nothing
            self.list.clear()
            self._rows = [number for _folded, number in found]
            for number in self._rows:
                self.list.addItem(ClassItem(self, number))
        self.refresh_shares()
        self._show_choice()

    def _choose_first(self) -> None:
        if self._rows:
            self.view.choose_class(self._rows[0])
            self.search.clear()
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _moved(self, now: QListWidgetItem | None) -> None:
        if now is not None and self.list.hasFocus():
            self.view.choose_class(now.data(CLASS_ROLE))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search field, Down goes to the list, and Esc empties the field, then goes to the canvas."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() == Qt.Key.Key_Escape:
                if self.search.text():
                    self.search.clear()
                else:
                    self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return super().eventFilter(watched, event)

    # -- the menu of a class ----------------------------------------------------------------------------------------

    def menu_of(self, number: int) -> QMenu:
        """The context menu of a class; the caller shows and deletes it."""
        name = as_entry(self.view.classes[number].title)
        menu = QMenu(self)
        others = menu.addMenu(_("Replace everywhere by “{name}”").format(name=name))
        others.setToolTipsVisible(True)
        for other in np.argsort(-self.shares, kind="stable").tolist():
            share = share_text(float(self.shares[other]))
            if share and other != number:
                text = as_entry(self.view.classes[other].title)
                others.addAction(f"{text}\t{share}", partial(self.view.replace_class, other, number))
        others.setEnabled(not others.isEmpty())
        menu.addAction(_("Fill the canvas with “{name}”").format(name=name), lambda: self.view.fill_canvas(number))
        words = _("Set as background (eraser paints it)")
        ground = menu.addAction(words, lambda: self.view.options.set(background=number))
        ground.setCheckable(True)
        ground.setChecked(number == self.view.options.background)
        return menu
