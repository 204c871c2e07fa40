"""The table of runs: rows are chosen, names are edited in place, keys do what they do in a file manager."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from ganstudio.app.runs.library import RunRow
from ganstudio.core.events import State
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import draw_progress, write_line
from ganstudio.ui.kit.parts import set_up_rows
from ganstudio.ui.kit.theme import Theme, current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.samples import paint_samples
from ganstudio.ui.runs.model import (
    CREATED,
    DATA,
    METHOD,
    NAME,
    ROW_ROLE,
    SIZE,
    STATE,
    STEP,
    TIME,
    Index,
    RunsFilter,
    columns,
)

PICTURE = 66  # two 32-px samples and the gap between them, one to one
ROW_HEIGHT = PICTURE + 10
LEAST_NAME = 216
MORE_DATA = 160  # data requests can be long: what they gain in a wide table
HEADER_STYLE = "QHeaderView::section { padding: 5px 8px; } QHeaderView::section:first { padding-left: 16px; }"
_GIVE_WAY = (SIZE, TIME, CREATED, METHOD)
"""Columns that are not there in a narrow table, first to last: what the details or the tooltip still say."""
_EDGE, _FIRST_EDGE, _GAP = 8, 16, 12
_DOTS: dict[State, tuple[str, bool]] = {
    "preparing": ("accent", False),
    "training": ("accent", True),
    "paused": ("warning", False),
    "stopping": ("accent", False),
    "finished": ("real", True),
    "stopped": ("text_muted", False),
    "failed": ("error", True),
    "interrupted": ("warning", False),
}
"""Colour of a state's dot, and whether it is full; a ring is a second sign beside the colour."""


def _name_box(cell: QRect) -> QRect:
    """Where the name is in a name cell: beside the picture."""
    left = cell.left() + _FIRST_EDGE + PICTURE + _GAP
    return QRect(left, cell.top(), max(0, cell.right() - left - 4), cell.height())


class RunDelegate(QStyledItemDelegate):
    """Picture and name, dot and word, numbers in tabular figures, a thin line of progress while a run is live.

    Args:
        table: whose row under the mouse is lit.
    """

    def __init__(self, table: RunsTable) -> None:
        super().__init__(table)
        self._table = table

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """High enough for the picture."""
        return QSize(80, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one cell."""
        theme, column = current_theme(), index.column()
        row: RunRow = index.data(ROW_ROLE)
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = (
            theme.selected if selected else theme.hover if self._table.hovered_row == index.row() else theme.surface
        )
        painter.save()
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        font, box = ui_font(theme.normal, tabular=True), rect.adjusted(_EDGE, 0, -_EDGE, 0)
        if column == NAME:
            picture = QRect(rect.left() + _FIRST_EDGE, rect.top() + (rect.height() - PICTURE) // 2, PICTURE, PICTURE)
            paint_samples(painter, QRectF(picture), row.items, row.extent, theme)
            font, box = ui_font(theme.normal, weight=ui_font().Weight.Medium), _name_box(rect)
        elif column == STATE:
            self._paint_dot(painter, rect, row.state, theme)
            font, box = ui_font(theme.normal), rect.adjusted(_EDGE + 16, 0, -4, 0)
        known, words = columns()[column], str(index.data())
        if column == NAME and QFontMetrics(font).horizontalAdvance(words) > box.width():
            self._paint_long(painter, box, words, font, theme)
        else:
            write_line(painter, box, words, font, theme.text_muted if known.muted else theme.text, known.side)
        if column == STEP and row.live:
            groove = QRectF(rect.left() + _EDGE, rect.center().y() + 13, rect.width() - 2 * _EDGE, 2)
            share, ground = row.step / row.total if row.total else 0.0, theme.mix("text", "surface", 0.18)
            draw_progress(painter, groove, share, row.state == "training", theme, ground)
        painter.restore()

    @staticmethod
    def _paint_long(painter: QPainter, box: QRect, name: str, font: QFont, theme: Theme) -> None:
        """A name that takes two lines; the tooltip has all of it."""
        metrics, flags = QFontMetrics(font), Qt.TextFlag
        two = box.adjusted(0, (box.height() - 2 * metrics.lineSpacing()) // 2, 0, 0)
        two.setHeight(2 * metrics.lineSpacing())
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        painter.setClipRect(two)
        wrap = flags.TextWordWrap if " " in name else flags.TextWrapAnywhere
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(1.7 * box.width()))
        painter.drawText(two, int(wrap | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.setClipping(False)

    @staticmethod
    def _paint_dot(painter: QPainter, rect: QRect, state: State, theme: Theme) -> None:
        token, full = _DOTS[state]
        colour = QColor(getattr(theme, token))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(colour if full else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(rect.left() + _EDGE + 4, rect.center().y() + 0.5), 3.6, 3.6)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line for the new name."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(_("Name of the run"))
        editor.setToolTip(_("Enter keeps the new name, Escape the old one"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the name, beside the picture."""
        box = _name_box(option.rect)
        height = editor.sizeHint().height()
        editor.setGeometry(box.left() - 8, box.center().y() - height // 2, box.width() + 8, height)


class RunsTable(QTableView):
    """The table.

    Signals:
        asked: a key or a double click; carries the name of an action.
        menu_asked: where to put a menu, in global coordinates.
        chosen: other rows are selected.
    """

    asked = Signal(str)
    menu_asked = Signal(QPoint)
    chosen = Signal()

    def __init__(self, model: RunsFilter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self.setModel(model)
        keys = _("Enter opens, with several selected it compares them; F2 renames, Del moves to trash")
        about = _("Your runs, one in a row. Enter opens or compares, F2 renames, Del moves to trash.")
        set_up_rows(self, ROW_HEIGHT, _("Runs"), keys, about)
        self.setItemDelegate(RunDelegate(self))
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalScrollBar().setSingleStep(ROW_HEIGHT // 2)
        self._set_up_header()
        self.selectionModel().selectionChanged.connect(self._selection_changed)
        theme_hub.changed.connect(self.viewport().update)

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(56)
        header.setSortIndicatorShown(True)
        header.setFixedHeight(32)
        header.setStyleSheet(HEADER_STYLE)
        header.setAccessibleName(_("Columns: click to sort"))
        for place, column in enumerate(columns()):
            if column.width:
                self.setColumnWidth(place, column.width)
        self.setSortingEnabled(True)
        self.sortByColumn(CREATED, Qt.SortOrder.DescendingOrder)

    # -- what is chosen ---------------------------------------------------------------------------------------------

    def _selection_changed(self) -> None:
        self.viewport().update()
        self.chosen.emit()

    def chosen_rows(self) -> list[RunRow]:
        """The selected runs, from top to bottom."""
        indexes = sorted(self.selectionModel().selectedRows(), key=lambda index: index.row())
        return [index.data(ROW_ROLE) for index in indexes]

    def choose(self, path: Path) -> bool:
        """Selects a run and scrolls to it; whether it is shown."""
        for place in range(self.model().rowCount()):
            index = self.model().index(place, NAME)
            if index.data(ROW_ROLE).path == path:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self.selectionModel().setCurrentIndex(index, flags)
                self.scrollTo(index)
                return True
        return False

    def edit_name(self) -> None:
        """Opens the editor on the name of the current run."""
        index = self.currentIndex()
        if index.isValid():
            self._edit(index.siblingAtColumn(NAME))

    def _edit(self, name: QModelIndex) -> None:
        """Opens an editor if there can be one; the plain ``edit`` complains where a row has just gone from view."""
        self.edit(name, QAbstractItemView.EditTrigger.AllEditTriggers, None)  # type: ignore[call-overload]

    @property
    def editing(self) -> bool:
        """Whether a name is being edited."""
        return self.state() == QAbstractItemView.State.EditingState

    # -- mouse and keys ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens (or compares several), F2 renames, Del deletes, Ctrl+C copies the path."""
        key = event.key()
        if self.editing:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit("runs.compare" if len(self.chosen_rows()) > 1 else "runs.open")
        elif key == Qt.Key.Key_F2:
            self.edit_name()
        elif key == Qt.Key.Key_Delete:
            self.asked.emit("runs.delete")
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.asked.emit("runs.copy-path")
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Anywhere on a row: open."""
        if event.button() == Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.asked.emit("runs.open")

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

    # -- drawing and room -------------------------------------------------------------------------------------------

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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Columns that tell least give way where there is no room for all."""
        super().resizeEvent(event)
        widths = [column.width for column in columns()]
        room = self.viewport().width() - LEAST_NAME - sum(widths)
        for place in _GIVE_WAY:
            self.setColumnHidden(place, room < 0)
            room += widths[place] if room < 0 else 0
        self.setColumnWidth(DATA, widths[DATA] + min(MORE_DATA, max(0, room - 120) // 3))

    def currentChanged(self, current: Index, previous: Index) -> None:
        """The ring moves."""
        super().currentChanged(current, previous)
        self.viewport().update()
