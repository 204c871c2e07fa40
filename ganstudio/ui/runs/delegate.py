"""Draws the cells of the table of runs."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ganstudio.app.runs.library import RunRow
from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import Theme, current_theme, ui_font
from ganstudio.ui.runs.model import METHOD, NAME, RIGHT, ROW_ROLE, STATE, STEP
from ganstudio.ui.runs.pictures import paint_samples
from ganstudio.ui.runs.words import HOLLOW, dot_colour

PICTURE = 66  # two 32-px samples and the gap between them, one to one
ROW_HEIGHT = PICTURE + 10
EDGE = 8
FIRST_EDGE = 16
_GAP = 12
Index = QModelIndex | QPersistentModelIndex


def picture_box(cell: QRect) -> QRect:
    """Where the picture is in a name cell."""
    return QRect(cell.left() + FIRST_EDGE, cell.top() + (cell.height() - PICTURE) // 2, PICTURE, PICTURE)


def name_box(cell: QRect) -> QRect:
    """Where the name is in a name cell."""
    left = picture_box(cell).right() + 1 + _GAP
    return QRect(left, cell.top(), max(0, cell.right() - left - 4), cell.height())


def in_name(cell: QRect, point: QPoint) -> bool:
    """Whether a click in a name cell meant the name, not the picture."""
    return name_box(cell).contains(point)


class RunDelegate(QStyledItemDelegate):
    """Picture and name, dot and word, numbers in tabular figures, a thin line of progress while a run is live.

    Args:
        view: the table; its ``hovered_row`` is the row under the mouse.
    """

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """High enough for the picture."""
        return QSize(80, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draws one cell."""
        theme = current_theme()
        row: RunRow = index.data(ROW_ROLE)
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = getattr(self._view, "hovered_row", -1) == index.row()
        painter.save()
        painter.fillRect(rect, QColor(theme.selected if selected else theme.hover if hovered else theme.surface))
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if index.column() == NAME:
            self._paint_name(painter, rect, row, theme)
        elif index.column() == STATE:
            self._paint_state(painter, rect, row, str(index.data()), theme)
        else:
            self._paint_text(painter, rect, index, theme)
        if index.column() == STEP and row.live:
            self._paint_progress(painter, rect, row, theme)
        painter.restore()

    def _paint_name(self, painter: QPainter, rect: QRect, row: RunRow, theme: Theme) -> None:
        paint_samples(painter, QRectF(picture_box(rect)), row, theme)
        painter.setFont(ui_font(theme.normal, weight=ui_font().Weight.Medium))
        painter.setPen(QColor(theme.text))
        box = name_box(rect)
        text = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, _left(), text)

    def _paint_state(self, painter: QPainter, rect: QRect, row: RunRow, word: str, theme: Theme) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(dot_colour(row.state, theme))
        middle = QPointF(rect.left() + EDGE + 4, rect.center().y() + 0.5)
        painter.setPen(QPen(colour, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush if row.state in HOLLOW else colour)
        painter.drawEllipse(middle, 3.6, 3.6)
        painter.setFont(ui_font(theme.normal))
        painter.setPen(QColor(theme.text))
        box = rect.adjusted(EDGE + 16, 0, -4, 0)
        painter.drawText(box, _left(), painter.fontMetrics().elidedText(word, Qt.TextElideMode.ElideRight, box.width()))

    def _paint_text(self, painter: QPainter, rect: QRect, index: Index, theme: Theme) -> None:
        painter.setFont(ui_font(theme.normal, tabular=True))
        painter.setPen(QColor(theme.text if index.column() in (METHOD, STEP) else theme.text_muted))
        box = rect.adjusted(EDGE, 0, -EDGE, 0)
        text = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, box.width())
        side = Qt.AlignmentFlag.AlignRight if index.column() in RIGHT else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)

    @staticmethod
    def _paint_progress(painter: QPainter, rect: QRect, row: RunRow, theme: Theme) -> None:
        groove = QRectF(rect.left() + EDGE, rect.center().y() + 13, rect.width() - 2 * EDGE, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.mix("text", "surface", 0.18)))
        painter.drawRoundedRect(groove, 1, 1)
        painter.setBrush(QColor(theme.accent if row.state == "training" else theme.text_muted))
        groove.setWidth(groove.width() * min(1.0, row.step / row.total if row.total else 0.0))
        painter.drawRoundedRect(groove, 1, 1)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """A line for the new name."""
        editor = QLineEdit(parent)
        editor.setAccessibleName(_("Name of the run"))
        editor.setToolTip(_("Enter keeps the new name, Escape the old one"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Over the name, beside the picture."""
        box = name_box(option.rect)
        height = editor.sizeHint().height()
        editor.setGeometry(box.left() - 8, box.center().y() - height // 2, box.width() + 8, height)


def _left() -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
