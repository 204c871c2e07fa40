"""The classes one can paint with: colour, name, key, share of the canvas; type to search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ganstudio.core.dataspec import MapClass
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.parts import boxed
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.kit.tips import plain
from ganstudio.ui.paint.canvas_view import CanvasView

Index = QModelIndex | QPersistentModelIndex
CLASS_ROLE = int(Qt.ItemDataRole.UserRole)
ROW, SWATCH, PAD = 28, 16, 8
KEYS = 9
"""So many classes have a key of their own."""


def share_text(share: float) -> str:
    """``"34 %"``, ``"0.4 %"``; empty where there is none of it."""
    if share <= 0:
        return ""
    percent = 100 * share
    return "<0.1 %" if percent < 0.1 else f"{percent:.1f} %" if percent < 9.95 else f"{percent:.0f} %"


class ClassModel(QAbstractListModel):
    """The classes that match what was typed, in their order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.classes: tuple[MapClass, ...] = ()
        self.shares = np.zeros(0)
        self.rows: list[int] = []
        self._filter = ""

    def set_classes(self, classes: Sequence[MapClass]) -> None:
        """Takes other classes."""
        self.classes, self.shares = tuple(classes), np.zeros(len(classes))
        self.filter(self._filter)

    def filter(self, text: str) -> None:
        """Keeps the classes that contain ``text``; those that begin with it first. A number is a class id, too."""
        self.beginResetModel()
        self._filter, wanted = text, text.strip().casefold()
        found = [(index, one.name.casefold()) for index, one in enumerate(self.classes)]
        found = [(index, name) for index, name in found if wanted in name or wanted == str(index)]
        if wanted:
            found.sort(key=lambda row: (not row[1].startswith(wanted), row[0]))
        self.rows = [index for index, _name in found]
        self.endResetModel()

    def set_shares(self, shares: np.ndarray) -> None:
        """Takes the share of each class, 0 to 1."""
        self.shares = shares
        if self.rows:
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """How many match."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        """Name, words for tooltip and screen reader, and the class' id."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        number = self.rows[index.row()]
        if role == CLASS_ROLE:
            return number
        if role == Qt.ItemDataRole.DisplayRole:
            return self.classes[number].name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = [self.classes[number].name]
            parts += [_("key {key}").format(key=number + 1)] if number < KEYS else []
            share = share_text(float(self.shares[number]))
            parts.append(_("{share} of the canvas").format(share=share) if share else _("not on the canvas"))
            return plain(" · ".join(parts)) if role == Qt.ItemDataRole.ToolTipRole else " · ".join(parts)
        return None


class ClassRow(QStyledItemDelegate):
    """Draws one class."""

    def __init__(self, view: CanvasView, model: ClassModel, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._model = view, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All rows are equally high."""
        return QSize(120, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Bar and bold name for the chosen one, swatch, name, eraser for the background, share, key."""
        number = int(index.data(CLASS_ROLE))
        theme, options = current_theme(), self._view.options
        chosen, rect = number == options.chosen, QRect(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = theme.selected if chosen else theme.hover if state & QStyle.StateFlag.State_MouseOver else ""
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1, -1), 4, 4)
        if chosen:
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(rect.left() + 1, rect.top() + 4, 3, rect.height() - 8), 1.5, 1.5)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(2, 2, -2, -2), 4, 4)
        left, right = self._ends(painter, rect, number)
        font = ui_font(weight=QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        name = painter.fontMetrics().elidedText(
            self._model.classes[number].name, Qt.TextElideMode.ElideRight, right - left
        )
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(left, rect.top(), right - left, rect.height()), middle, name)
        painter.restore()

    def _ends(self, painter: QPainter, rect: QRect, number: int) -> tuple[int, int]:
        """Draws what stands left and right of the name; the room between."""
        theme, one = current_theme(), self._model.classes[number]
        top = rect.top() + (rect.height() - SWATCH) / 2
        painter.setPen(QPen(QColor(theme.mix("text", "surface", 0.35)), 1))
        painter.setBrush(QColor(*one.colour))
        painter.drawRoundedRect(QRectF(rect.left() + PAD + 0.5, top + 0.5, SWATCH - 1, SWATCH - 1), 3, 3)
        right = rect.right() - PAD + 1
        painter.setFont(ui_font(theme.small, tabular=True))
        painter.setPen(QColor(theme.text_muted))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        key = str(number + 1) if number < KEYS else ""
        painter.drawText(QRect(right - 10, rect.top(), 10, rect.height()), middle, key)
        right -= 18
        share = share_text(float(self._model.shares[number]))
        painter.drawText(QRect(right - 44, rect.top(), 44, rect.height()), middle, share)
        right -= painter.fontMetrics().horizontalAdvance(share) + 6 if share else 0
        if number == self._view.options.background:
            ratio = painter.device().devicePixelRatio()
            mark = icon_pixmap("eraser", 14, "text_muted", ratio)
            painter.drawPixmap(QPoint(right - 14, rect.top() + (rect.height() - 14) // 2), mark)
            right -= 18
        return rect.left() + PAD + SWATCH + PAD, right


class ClassList(QListView):
    """The rows; what it has no use for goes to the canvas, so that keys work here too.

    Args:
        view: the canvas.
        open_menu: opens the menu of a class at a global point.
        parent: the palette.
    """

    def __init__(self, view: CanvasView, open_menu: Callable[[int, QPoint], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._view, self._open_menu = view, open_menu
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and pages move; digits and brackets are the canvas'; letters do not search, as they take tools."""
        moving = (
            Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
        )  # fmt: skip
        if event.key() in moving:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif not self._view.take_key(event):
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for the menu of the class under the mouse, or of the present one by keyboard."""
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if index.isValid():
            place = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
            self._open_menu(int(index.data(CLASS_ROLE)), place)


class ClassPalette(QWidget):
    """Shows the classes of a canvas and chooses the one that is painted.

    Args:
        view: the canvas; its options hold the choice.
    """

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self.model = ClassModel(self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(_("Search classes"))
        self.search.setAccessibleName(_("Search classes"))
        self.search.setToolTip(_("Shows only classes with these letters; Enter chooses the first"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self.list = ClassList(view, self._open_menu, self)
        self.list.setAccessibleName(_("Classes"))
        self.list.setToolTip(_("What is painted; the menu of a class replaces, fills and sets the background"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(ClassRow(view, self.model, self.list))
        self.list.selectionModel().currentChanged.connect(self._moved)
        self.list.clicked.connect(lambda index: view.choose_class(int(index.data(CLASS_ROLE))))
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
        self.search.clear()
        self.model.set_classes(self._view.classes)
        self.setEnabled(bool(self.model.classes))
        self.refresh_shares()
        self._show_choice()

    @Slot()
    def refresh_shares(self) -> None:
        """Counts anew how much of the canvas every class has."""
        ids = self._view.ids
        count = len(self.model.classes)
        if ids is not None and count:
            self.model.set_shares(np.bincount(ids.ravel(), minlength=256)[:count] / ids.size)

    @Slot()
    def _inked(self) -> None:
        if not self._view.stroking:  # undone, opened, pasted; strokes are counted at their end
            self.refresh_shares()

    @Slot()
    def _show_choice(self) -> None:
        chosen = self._view.options.chosen
        if chosen in self.model.rows:
            index = self.model.index(self.model.rows.index(chosen))
            if self.list.currentIndex() != index:
                self.list.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.list.viewport().update()

    # -- choosing ---------------------------------------------------------------------------------------------------

    def _filter(self, text: str) -> None:
        self.model.filter(text)
        self._show_choice()

    def _choose_first(self) -> None:
        if self.model.rows:
            self._view.choose_class(self.model.rows[0])
            self.search.clear()
            self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot(QModelIndex, QModelIndex)
    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid() and self.list.hasFocus():
            self._view.choose_class(int(now.data(CLASS_ROLE)))

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
                    self._view.setFocus(Qt.FocusReason.ShortcutFocusReason)
                return True
        return super().eventFilter(watched, event)

    # -- the menu of a class ----------------------------------------------------------------------------------------

    def menu_of(self, number: int) -> QMenu:
        """The context menu of a class; the caller shows and deletes it."""
        name = self.model.classes[number].name.replace("&", "&&")
        menu = QMenu(self)
        others = menu.addMenu(_("Replace everywhere by “{name}”").format(name=name))
        others.setToolTipsVisible(True)
        for other in np.argsort(-self.model.shares, kind="stable").tolist():
            share = share_text(float(self.model.shares[other]))
            if share and other != number:
                text = self.model.classes[other].name.replace("&", "&&")
                others.addAction(f"{text}\t{share}", partial(self._view.replace_class, other, number))
        others.setEnabled(not others.isEmpty())
        menu.addAction(
            _("Fill the canvas with “{name}”").format(name=name), lambda: self._view.fill_canvas(number)
        ).setEnabled(self._view.ids is not None)
        ground = menu.addAction(
            _("Set as background (eraser paints it)"), lambda: self._view.options.set(background=number)
        )
        ground.setCheckable(True)
        ground.setChecked(number == self._view.options.background)
        return menu

    def _open_menu(self, number: int, place: QPoint) -> None:
        menu = self.menu_of(number)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)
