"""The tables of studies and of what was tried in one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ganstudio.app.evaluate.study_desk import ConfigRow, StudyRow
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.rows import ROW_ROLE, Column, Index, RowsModel, RowsSorter, RowsTable
from ganstudio.ui.kit.theme import current_theme, ui_font

if TYPE_CHECKING:
    from ganstudio.app.evaluate.study_results import Results

ROW, MEDIAN = 30, 3


def number(value: float) -> str:
    """A value for a table."""
    from ganstudio.app.evaluate.study_results import number as words

    return words(value)


STUDY_COLUMNS = (
    Column(_("Study"), lambda row: row.name, tip=lambda row: f"{row.name}\n{row.about}\n{row.path}"),
    Column(_("State"), lambda row: row.state, 92, tip=lambda row: row.message or f"{row.state}\n{row.progress}", muted=True),
    Column(_("Runs"), lambda row: f"{row.ended} / {row.total}" if row.total else "–", 76, lambda row: row.share,
           lambda row: row.progress, right=True),
)  # fmt: skip


def config_columns(results: Results | None) -> tuple[Column, ...]:
    """Of the table of configurations; the metrics that are only reported come last."""
    by = results.judged_by if results else ""
    way = {"lower": _("lower is better"), "higher": _("higher is better"), "half": _("½ is best")}[results.better] if (
        results) else ""  # fmt: skip

    def runs(row: ConfigRow) -> str:
        return f"{len(row.group.values)} / {row.group.trials}" + (" !" if row.group.failed else "")

    def about(row: ConfigRow) -> str:
        one, words = row.group, [runs(row)]
        for number, text in ((row.waiting, _("{n} to come")), (one.pruned, _("{n} ended early")),
                             (one.failed, _("{n} failed"))):  # fmt: skip
            words += [text.format(n=number)] if number else []
        return "\n".join(filter(None, (", ".join(words), row.why)))

    spread = _("The middle half of the runs lies between these")

    def reported(name: str) -> Column:
        def median(row: ConfigRow) -> float:
            return row.group.medians.get(name, math.nan)

        help = _("{name}: the median over the runs").format(name=name)
        return Column(name, lambda row: number(median(row)), 104, median, right=True, help=help)

    return (
        Column(_("Configuration"), lambda row: row.group.title, tip=lambda row: f"{row.group.title}\n{about(row)}"),
        Column(_("Runs"), runs, 64, lambda row: len(row.group.values), about, right=True, muted=True,
               help=_("How many runs were measured, of how many")),
        Column(_("Best"), lambda row: number(row.group.best), 76, lambda row: row.group.best, right=True,
               help=f"{by} ({way})"),
        Column(_("Median"), lambda row: number(row.group.median), 92, lambda row: row.group.median, right=True,
               help=f"{by} ({way})"),
        Column(_("Quartiles"), lambda row: f"{number(row.group.low)} … {number(row.group.high)}", 124,
               lambda row: row.group.high - row.group.low, right=True, help=spread),
        *map(reported, results.labels[1:] if results else ()),
    )  # fmt: skip


class RowDelegate(QStyledItemDelegate):
    """One line of text in each cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line of text; the best configuration in bold, with a sign."""
        table, row, theme = self.parent(), index.data(ROW_ROLE), current_theme()
        assert isinstance(table, StudyTable)
        column, best = table.columns[index.column()], getattr(row, "best", False)
        painter.save()
        table.paint_ground(painter, option, index)
        font = ui_font(theme.normal, weight=ui_font().Weight.Bold if best else ui_font().Weight.Normal, tabular=True)
        ink = theme.accent if best else theme.text_muted if column.muted else theme.text
        text = f"✓ {column.text(row)}" if best and index.column() == 0 else column.text(row)
        box = option.rect.adjusted(16 if index.column() == 0 else 8, 0, -8, 0)
        write_line(painter, box, text, font, ink, column.side & Qt.AlignmentFlag.AlignHorizontal_Mask)
        if index.column() == 0 and isinstance(row, StudyRow):
            groove = option.rect.adjusted(16, option.rect.height() - 4, -8, -2)
            painter.fillRect(groove, QColor(theme.hairline))
            groove.setWidth(round(groove.width() * row.share))
            painter.fillRect(groove, QColor(theme.accent))
        painter.restore()


class StudyTable(RowsTable):
    """A table of studies or of configurations.

    Args:
        columns: from left to right.
        texts: name, keys and description, see :class:`RowsTable`.
        opens: the action of Enter and of a double click.
    """

    def __init__(self, columns: Sequence[Column], texts: tuple[str, str, str], opens: str) -> None:
        self.columns = tuple(columns)
        self.rows = RowsModel(columns)
        self.sorter, self.opens = RowsSorter(self.rows), opens
        super().__init__(self.sorter, ROW, *texts)
        self.rows.setParent(self)
        self.sorter.setParent(self)
        self.setItemDelegate(RowDelegate(self))
        self.set_columns(columns)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Shows these."""
        if [column.title for column in columns] != [column.title for column in self.rows.columns]:
            self.rows.set_columns(columns)
        self.rows.columns = self.columns = tuple(columns)
        self.set_widths(columns)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.asked.emit(self.opens)
        else:
            super().keyPressEvent(event)
