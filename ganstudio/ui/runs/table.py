"""The table of runs: rows are chosen, names are edited in place, keys do what they do in a file manager."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyleOptionViewItem, QWidget

from ganstudio.app.runs.library import RunRow
from ganstudio.core.events import State
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import draw_progress, draw_star, write_line
from ganstudio.ui.kit.rows import Index, RowDelegate, RowsTable
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.pictures.samples import paint_samples
from ganstudio.ui.runs.actions import KEYS
from ganstudio.ui.runs.model import CREATED, DATA, METHOD, NAME, SIZE, STATE, STEP, TIME, RunsFilter, columns

PICTURE = 66  # two 32-px samples and the gap between them, one to one
ROW_HEIGHT = PICTURE + 10
LEAST_NAME = 216
MORE_DATA = 160  # data requests can be long: what they gain in a wide table
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


class RunDelegate(RowDelegate):
    """Picture and name, dot and word, numbers in tabular figures, a thin line of progress while a run is live."""

    def paint_cell(self, painter: QPainter, rect: QRect, row: RunRow, place: int, theme: Theme) -> None:
        """See above."""
        font, box = ui_font(theme.normal, tabular=True), rect.adjusted(_EDGE, 0, -_EDGE, 0)
        if place == NAME:
            picture = QRect(rect.left() + _FIRST_EDGE, rect.top() + (rect.height() - PICTURE) // 2, PICTURE, PICTURE)
            paint_samples(painter, QRectF(picture), row.items, row.extent, theme)
            font, box = ui_font(theme.normal, weight=ui_font().Weight.Medium), _name_box(rect)
            if row.marks.star:
                draw_star(painter, QPointF(picture.right() - 7, picture.top() + 8), True, theme)
        elif place == STATE:
            self._paint_dot(painter, rect, row.state, theme)
            font, box = ui_font(theme.normal), rect.adjusted(_EDGE + 16, 0, -4, 0)
        known = self._table.columns[place]
        words = known.text(row)
        if place == NAME and QFontMetrics(font).horizontalAdvance(words) > box.width():
            self._paint_long(painter, box, words, font, theme)
        else:
            write_line(painter, box, words, font, theme.text_muted if known.muted else theme.text, known.side)
        if place == STEP and row.live:
            groove = QRectF(rect.left() + _EDGE, rect.center().y() + 13, rect.width() - 2 * _EDGE, 2)
            share, ground = row.step / row.total if row.total else 0.0, theme.mix("text", "surface", 0.18)
            draw_progress(painter, groove, share, row.state == "training", theme, ground)

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


class RunsTable(RowsTable):
    """The table; see :class:`~ganstudio.ui.kit.rows.RowsTable`."""

    keys, least, give_way = KEYS, LEAST_NAME, (SIZE, TIME, CREATED, METHOD)

    def __init__(self, model: RunsFilter, parent: QWidget | None = None) -> None:
        keys = _("Enter opens, with several selected it compares them; F2 renames, Del moves to trash")
        about = _("Your runs, one in a row. Enter opens or compares, F2 renames, Del moves to trash.")
        super().__init__(model, ROW_HEIGHT, _("Runs"), keys, about, parent)
        self.setItemDelegate(RunDelegate(self, ROW_HEIGHT))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.set_columns(columns(), CREATED, Qt.SortOrder.DescendingOrder)

    def edit_name(self) -> None:
        """Opens the editor on the name of the current run."""
        index = self.currentIndex()
        if index.isValid():  # the plain ``edit`` complains where a row has just gone from view
            trigger = QAbstractItemView.EditTrigger.AllEditTriggers
            self.edit(index.siblingAtColumn(NAME), trigger, None)  # type: ignore[call-overload]

    def fit(self) -> int:
        """Data requests get some of what is left."""
        room = super().fit()
        self.setColumnWidth(DATA, self.columns[DATA].width + min(MORE_DATA, max(0, room - 120) // 3))
        return room
