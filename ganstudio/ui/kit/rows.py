"""A table of things that have a folder, one in a row: columns told as data, rows that change in place, keys and mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSignalBlocker,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ganstudio.app.actions import ActionTable
from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.menus import fill_sections
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import entry, pop_up, set_up_rows
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.kit.tips import plain

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()
HEADER_STYLE = "QHeaderView::section { padding: 5px 8px; } QHeaderView::section:first { padding-left: 16px; }"


class Column(NamedTuple):
    """All that is known of a column.

    Attributes:
        title: at its head.
        text: of a row's cell.
        width: at first; 0: takes what the others leave.
        value: what it is sorted by; NaN stands last, whichever way; None: by its words, without case.
        tip: tooltip of a cell; None: its text.
        right: a column of numbers, aligned right.
        muted: not what one reads first.
        help: tooltip of its head.
        key: by which it is remembered.
    """

    title: str
    text: Callable[[Any], str]
    width: int = 0
    value: Callable[[Any], Any] | None = None
    tip: Callable[[Any], str] | None = None
    right: bool = False
    muted: bool = False
    help: str = ""
    key: str = ""

    @property
    def side(self) -> Qt.AlignmentFlag:
        """Where its title and its texts stand."""
        flags = Qt.AlignmentFlag
        return (flags.AlignRight if self.right else flags.AlignLeft) | flags.AlignVCenter


class RowsModel(QAbstractTableModel):
    """Rows. :meth:`set_rows` changes only what differs, so selection, scroll and editors stay.

    Args:
        columns: from left to right.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Any] = []

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles, aligned as their columns, and what these mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        roles, column = Qt.ItemDataRole, self.columns[section]
        told = {roles.DisplayRole: column.title, roles.TextAlignmentRole: column.side, roles.ToolTipRole: column.help}
        return told.get(roles(role))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected."""
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, sort keys, tooltips, what a screen reader says, and the row itself."""
        row, column = self.rows[index.row()], self.columns[index.column()]
        if role == ROW_ROLE:
            return row
        if role == SORT_ROLE:
            return self.key(row, column)
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain((column.tip or column.text)(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {column.text(row)}"
        return None

    def key(self, row: Any, column: Column) -> Any:
        """What a row is sorted by in a column; equal words by name and place, so that the order never wavers."""
        return column.value(row) if column.value is not None else f"{column.text(row).casefold()}\0{row.path}"

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Shows other columns; nothing is selected then."""
        self.beginResetModel()
        self.columns = tuple(columns)
        self.endResetModel()

    def first_changed(self, _old: Any, _new: Any) -> int:
        """The first column that may show something else."""
        return 0

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Shows these: each is known by its ``path``, and is another where its ``values`` are."""
        new = {row.path: row for row in rows}
        for place in reversed(range(len(self.rows))):
            if self.rows[place].path not in new:
                self.beginRemoveRows(QModelIndex(), place, place)
                del self.rows[place]
                self.endRemoveRows()
        for place, old in enumerate(self.rows):
            row = new.pop(old.path)
            if row.values != old.values:
                self.rows[place] = row
                first = self.index(place, self.first_changed(old, row))
                self.dataChanged.emit(first, self.index(place, len(self.columns) - 1))
        if new:
            self.beginInsertRows(QModelIndex(), len(self.rows), len(self.rows) + len(new) - 1)
            self.rows.extend(new.values())
            self.endInsertRows()


class RowsSorter(QSortFilterProxyModel):
    """Sorts by value; what is not known (NaN) stands last both ways."""

    def __init__(self, source: RowsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)
        self.setSourceModel(source)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Python's order of the sort keys."""
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if one != one or other != other:  # NaN; Qt turns the question round to sort downwards
            unknown = one if self.sortOrder() == Qt.SortOrder.DescendingOrder else other
            return bool(unknown != unknown) and (one == one or other == other)
        return bool(one < other)


class RowDelegate(QStyledItemDelegate):
    """Draws a cell as its column says: a line of text. A subclass draws what is more.

    Args:
        table: whose row under the mouse is lit.
        height: of a row.
    """

    def __init__(self, table: RowsTable, height: int) -> None:
        super().__init__(table)
        self._table, self._height = table, height

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as a row."""
        return QSize(80, self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """What is behind a cell, and what is in it."""
        painter.save()
        self._table.paint_ground(painter, option, index)
        self.paint_cell(painter, option.rect, index.data(ROW_ROLE), index.column(), current_theme())
        painter.restore()

    def paint_cell(self, painter: QPainter, rect: QRect, row: Any, place: int, theme: Theme) -> None:
        """A line of text, aligned as the title; that of the first column begins where the others' pages do."""
        column = self._table.columns[place]
        ink, font = theme.text_muted if column.muted else theme.text, ui_font(theme.normal, tabular=True)
        box = rect.adjusted(8 if place else 16, 0, -8, 0)
        write_line(painter, box, column.text(row), font, ink, column.side & Qt.AlignmentFlag.AlignHorizontal_Mask)


class RowsTable(QTableView):
    """The view: whole rows are chosen, the one under the mouse is lit, a ring shows where the keyboard is.

    Args:
        model: sorted rows.
        height: of a row.
        name: the accessible name.
        keys: what they do; the tooltip.
        about: the accessible description.

    Signals:
        asked: a key or a double click; carries the name of an action.
        menu_asked: where to put a menu, in global coordinates.
        chosen: other rows are selected.
    """

    asked = Signal(str)
    menu_asked = Signal(QPoint)
    chosen = Signal()
    keys: Mapping[str, str] = {}
    """Actions and their keys, Enter for a double click, too. All that have a key are asked for: one of them can be done."""
    least = 0
    """So wide is the first column at least."""
    give_way: Sequence[int] = ()
    """Columns that are not there in a narrow table, first to last: what a tooltip or another view still says."""
    hidden: Sequence[str] = ()
    """Keys of columns that nobody wants to see."""

    def __init__(
        self, model: RowsSorter, height: int, name: str, keys: str, about: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self.columns: tuple[Column, ...] = ()
        self.setModel(model)
        set_up_rows(self, height, name, keys, about)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalScrollBar().setSingleStep(height // 2)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setMinimumSectionSize(56)
        header.setSortIndicatorShown(True)
        header.setFixedHeight(32)
        header.setStyleSheet(HEADER_STYLE)
        header.setAccessibleName(_("Columns: click to sort"))
        self.setSortingEnabled(True)
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        theme_hub.changed.connect(self.viewport().update)

    def set_columns(
        self, columns: Sequence[Column], by: int = 0, way: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:
        """Shows these. It stays sorted by what it is, where that is still there, else by the column ``by``."""
        before, self.columns = self.columns, tuple(columns)
        sorter = self.model()
        assert isinstance(sorter, RowsSorter)
        source = sorter.sourceModel()
        assert isinstance(source, RowsModel)
        if list(map(_looks, before)) == list(map(_looks, columns)):
            source.columns = self.columns  # they look the same, but know other rows
            return
        header, keys = self.horizontalHeader(), [column.key or column.title for column in columns]
        place, order = header.sortIndicatorSection(), header.sortIndicatorOrder()
        key = before[place].key or before[place].title if place < len(before) else ""
        source.set_columns(columns)
        self.sortByColumn(*((keys.index(key), order) if key in keys else (by, way)))
        self.set_widths(columns)

    def set_widths(self, columns: Sequence[Column]) -> None:
        """Gives every column the width it has at first; the one without takes what is left."""
        for place, column in enumerate(columns):
            if column.width:
                self.setColumnWidth(place, column.width)
            modes = QHeaderView.ResizeMode
            self.horizontalHeader().setSectionResizeMode(place, modes.Interactive if column.width else modes.Stretch)
        self.fit()

    def fit(self) -> int:
        """Columns that tell least give way where there is no room for all; how much room is left."""
        shown = [place for place in range(1, len(self.columns)) if self.columns[place].key not in self.hidden]
        room = self.viewport().width() - self.least - sum(self.columns[place].width for place in shown)
        for place in self.give_way:
            if room < 0 and place in shown:
                shown.remove(place)
                room += self.columns[place].width
        for place in range(1, len(self.columns)):
            self.setColumnHidden(place, place not in shown)
        return room

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fits the columns into another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    # -- what is chosen ---------------------------------------------------------------------------------------------

    def _selection_changed(self) -> None:
        self.viewport().update()
        self.chosen.emit()

    def chosen_rows(self) -> list[Any]:
        """The selected rows, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(ROW_ROLE) for index in indexes]

    def choose(self, path: Path, *, more: bool = False) -> bool:
        """Selects a row (besides those that are, with ``more``) and scrolls to it; whether it is shown."""
        for place in range(self.model().rowCount()):
            index = self.model().index(place, 0)
            if index.data(ROW_ROLE).path == path:
                flags = QItemSelectionModel.SelectionFlag
                how = (flags.Select if more else flags.ClearAndSelect) | flags.Rows
                self.selectionModel().setCurrentIndex(index, how)
                self.scrollTo(index)
                return True
        return False

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Whatever becomes of rows and columns meanwhile, what is selected and scrolled to stays; nobody is told."""
        chosen = {row.path for row in self.chosen_rows()}
        current = getattr(self.currentIndex().data(ROW_ROLE), "path", None)
        bars = [(bar, bar.value()) for bar in (self.horizontalScrollBar(), self.verticalScrollBar())]
        with QSignalBlocker(self):
            yield
            there = {row.path for row in self.chosen_rows()}
            for path in (*(chosen - there), *({current} & chosen)):
                self.choose(path, more=True)
        for bar, value in bars:
            bar.setValue(value)

    @property
    def editing(self) -> bool:
        """Whether something is being edited in place."""
        return self.state() == QAbstractItemView.State.EditingState

    # -- mouse and keys ---------------------------------------------------------------------------------------------

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Anywhere on a row: open."""
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self._ask(QKeySequence(Qt.Key.Key_Enter))

    def serve(self, table: ActionTable, sections: Sequence[Sequence[str]]) -> None:
        """Keys, double clicks and a menu do actions, as far as these can be done; see :func:`fill_sections`."""

        def show(place: QPoint) -> None:
            menu = QMenu(self)
            fill_sections(menu, table, sections, self.keys)
            pop_up(menu, place)

        self.asked.connect(table.run)
        self.menu_asked.connect(show)

    def _ask(self, pressed: QKeySequence) -> bool:
        names = [name for name, keys in self.keys.items() if QKeySequence(keys) == pressed and not self.editing]
        for name in names:
            self.asked.emit(name)
        return bool(names)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Asks for what has this key."""
        key = Qt.Key.Key_Enter if event.key() == Qt.Key.Key_Return else event.key()
        if not self._ask(QKeySequence(int(key) | (event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier).value)):
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The menu, at the mouse or, by key, at the current row."""
        place = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            place = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        self.menu_asked.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The whole row shows that it is under the mouse."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered_row:
            self.hovered_row = row
            self.viewport().update()

    # -- drawing ----------------------------------------------------------------------------------------------------

    def paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """What is behind a cell: whether its row is selected or under the mouse, and a hairline below it."""
        theme, rect = current_theme(), option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = theme.selected if selected else theme.hover if self.hovered_row == index.row() else theme.surface
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, and a ring around the current row while the table has the keyboard."""
        super().paintEvent(event)
        index = self.currentIndex()
        if not self.hasFocus() or not index.isValid() or self.editing:
            return
        cell = self.visualRect(index)
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(current_theme().focus), 2))
        ring = QRectF(QRect(0, cell.top(), self.viewport().width(), cell.height()))
        painter.drawRoundedRect(ring.adjusted(1, 1, -1, -2), 4, 4)
        painter.end()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The ring moves."""
        super().currentChanged(current, previous)
        self.viewport().update()


def _looks(column: Column) -> tuple[object, ...]:
    return column.title, column.width, column.help


def search_line(name: str, tooltip: str, leave: Callable[[], object]) -> QLineEdit:
    """Words to search rows for: Escape empties it, Down and Enter lead into the table (``leave``)."""
    made = entry(_("Search"), tooltip, name, clear=True)
    made.addAction(icon("search", "text_muted"), QLineEdit.ActionPosition.LeadingPosition)
    made.setMinimumWidth(120)
    made.setMaximumWidth(280)
    made.returnPressed.connect(leave)
    QShortcut(QKeySequence(Qt.Key.Key_Down), made, leave, context=Qt.ShortcutContext.WidgetShortcut)
    return made
