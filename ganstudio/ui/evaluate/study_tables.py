"""The tables of studies and of what was tried in one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from ganstudio.app.evaluate.study_desk import StudyRow
from ganstudio.app.evaluate.study_results import Results, number
from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import draw_progress, write_line
from ganstudio.ui.kit.rows import Column, RowDelegate, RowsModel, RowsSorter, RowsTable
from ganstudio.ui.kit.theme import Theme, ui_font

ROW, MEDIAN, QUARTILES = 32, 3, 4


def study_columns() -> tuple[Column, ...]:
    """Of the list of studies."""
    return (
        Column(_("Study"), lambda row: row.name, tip=lambda row: f"{row.name}\n{row.about}\n{row.path}"),
        Column(_("State"), lambda row: row.state, 108, tip=lambda row: row.message or f"{row.state}\n{row.progress}",
               muted=True),
        Column(_("Runs"), lambda row: f"{row.ended} / {row.total}" if row.total else "–", 76, lambda row: row.share,
               lambda row: row.progress, right=True),
    )  # fmt: skip


def config_columns(results: Results | None) -> tuple[Column, ...]:
    """Of the table of configurations; the metrics that are only reported come last."""
    by = results.judging if results else ""

    def reported(name: str) -> Column:
        help = _("{name}: the median over the runs").format(name=name)
        return _numbers(name, 104, lambda one: one.medians.get(name, math.nan), help)

    return (
        Column(_("Configuration"), lambda row: row.group.title, tip=lambda row: f"{row.group.title}\n{row.about}"),
        Column(_("Runs"), lambda row: row.measured, 72, lambda row: len(row.group.values), lambda row: row.about, True,
               True, _("How many runs were measured, of how many")),
        _numbers(_("Best"), 84, lambda one: one.best, by),
        _numbers(_("Median"), 100, lambda one: one.median, by),
        Column(_("Quartiles"), lambda row: row.group.quartiles, 136,
               lambda row: row.group.high - row.group.low, right=True,
               help=_("The middle half of the runs lies between these")),
        *map(reported, results.labels[1:] if results else ()),
    )  # fmt: skip


def _numbers(title: str, width: int, value: Any, help: str) -> Column:
    return Column(
        title, lambda row: number(value(row.group)), width, lambda row: value(row.group), None, True, False, help
    )


class StudyDelegate(RowDelegate):
    """The best configuration in bold, with a sign; how far a study is as a thin line below its name."""

    def paint_cell(self, painter: QPainter, rect: QRect, row: Any, place: int, theme: Theme) -> None:
        """See above."""
        if getattr(row, "best", False):
            column, font = self._table.columns[place], ui_font(theme.normal, weight=ui_font().Weight.Bold, tabular=True)
            text = column.text(row) if place else f"✓ {column.text(row)}"
            box = rect.adjusted(8 if place else 16, 0, -8, 0)
            write_line(painter, box, text, font, theme.accent, column.side & Qt.AlignmentFlag.AlignHorizontal_Mask)
        else:
            super().paint_cell(painter, rect, row, place, theme)
        if place == 0 and isinstance(row, StudyRow):
            groove = QRectF(rect.left() + 16, rect.bottom() - 4, rect.width() - 24, 2)
            draw_progress(painter, groove, row.share, bool(row.here), theme, theme.mix("text", "surface", 0.18))


class StudyTable(RowsTable):
    """A table of studies or of configurations.

    Args:
        columns: from left to right.
        texts: name, keys and description, see :class:`RowsTable`.
        keys: actions and their keys.
    """

    def __init__(self, columns: Sequence[Column], texts: tuple[str, str, str], keys: Mapping[str, str]) -> None:
        self.rows, self.keys = RowsModel(()), keys
        self.least, self.give_way = (200, (QUARTILES,)) if "study.run" in keys else (100, (1,))
        self.sorter = RowsSorter(self.rows)
        super().__init__(self.sorter, ROW, *texts)
        self.rows.setParent(self)
        self.sorter.setParent(self)
        self.setItemDelegate(StudyDelegate(self, ROW))
        self.set_columns(columns)
