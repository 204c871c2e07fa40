"""The table of runs × metrics as Qt shows it: columns from the metrics that were measured, cells with their signs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QWidget

from ganstudio.app.evaluate.actions import KEYS
from ganstudio.app.evaluate.table import Cell, Line, Table
from ganstudio.core.i18n import _
from ganstudio.metrics.base import Metric
from ganstudio.ui.kit.icons import icon_pixmap
from ganstudio.ui.kit.painted import draw_progress, draw_star, write_line
from ganstudio.ui.kit.rows import Column, RowDelegate, RowsSorter, RowsTable
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.kit.words import date_text, full_date, steps_text

NAME, CREATED, METHOD, DATA, SEED, STEPS, VERDICT, BEST = range(8)
FACTS = 8
"""So many columns stand before those of the metrics."""
ROW_HEIGHT, LEAST_NAME, MOST_NAME, STAR = 44, 208, 320, 38
TONES = {"good": ("check", "real"), "neutral": ("info", "text_muted"), "warning": ("warning", "warning")}
"""A sign and a colour for the tone of a verdict."""
_EDGE, _SIGN = 8, 16


def columns_of(table: Table) -> tuple[Column, ...]:
    """The columns, from left to right; titles of the metrics are those of the registry."""
    judge = table.judge.title if table.judge else ""
    best = _("The step at which {metric} is best, of those that were measured").format(metric=judge) if judge else _(
        "The best step, once something has been measured"
    )  # fmt: skip
    facts = (
        Column(_("Name"), lambda line: line.rows[0].name, LEAST_NAME, tip=lambda line: line.about),
        Column(_("Created"), lambda line: date_text(line.rows[0].created), 108, lambda line: line.age,
               lambda line: full_date(line.rows[0].created), muted=True),
        Column(_("Method"), lambda line: line.rows[0].method, 92),
        Column(_("Data"), lambda line: line.rows[0].data, 104, tip=lambda line: line.rows[0].experiment.data, muted=True),
        Column(_("Seed"), lambda line: line.seeds, 56, lambda line: line.rows[0].experiment.seed, right=True, muted=True),
        Column(_("Steps"), lambda line: steps_text(line.rows[0].step, line.rows[0].total), 104,
               lambda line: line.rows[0].step, right=True, muted=True),
        Column(_("Verdict"), lambda line: line.verdict.word if line.verdict else "–", 168,
               tip=lambda line: line.verdict.text if line.verdict else _("Being read, or not to be read."),
               help=_("How the run goes, in a word; the sentence is the tooltip.")),
        Column(_("Best step"), lambda line: "–" if line.best_step is None else f"{line.best_step:,}", 84,
               lambda line: math.nan if line.best_step is None else line.best_step, lambda _line: best, right=True,
               help=best),
    )  # fmt: skip
    keyed = (column._replace(key=f"·{place}") for place, column in enumerate(facts))
    return (*keyed, *(_column(metric, table.lines) for metric in table.metrics))


def _column(metric: Metric, lines: Sequence[Line]) -> Column:
    def cell(line: Line) -> Cell | None:
        return line.cells.get(metric.name)

    def text(line: Line) -> str:
        found = cell(line)
        return "–" if found is None else found.text

    def tip(line: Line) -> str:
        found = cell(line)
        return _("Not measured. Select the run and press Measure…") if found is None else found.about(metric)

    ways = {"lower": _("Lower is better."), "higher": _("Higher is better."), "half": _("½ is best."), "": ""}
    about = "\n".join(filter(None, (metric.title, ways[metric.better], metric.help)))
    longest = max((text(line) for line in lines), key=len, default="")
    metrics = QFontMetrics(ui_font(weight=ui_font().Weight.Bold))
    wide = max(96, metrics.horizontalAdvance(metric.heading) + 40, metrics.horizontalAdvance(longest) + 2 * _EDGE + 40)
    return Column(
        metric.heading, text, wide, lambda line: math.nan if cell(line) is None else line.cells[metric.name].value, tip,
        right=True, help=about, key=metric.name,
    )  # fmt: skip


class LineDelegate(RowDelegate):
    """Star, name and a small line below it; sign and word of the verdict; numbers with signs for best, unlike and old."""

    def paint_cell(self, painter: QPainter, rect: QRect, row: Line, place: int, theme: Theme) -> None:
        """See above."""
        line, box = row, rect.adjusted(_EDGE, 0, -_EDGE, 0)
        if place == NAME:
            self._paint_name(painter, rect, line, theme)
        elif place == VERDICT and line.verdict is not None:
            name, colour = TONES[line.verdict.tone]
            self._sign(painter, box.left(), box, name, colour)
            write_line(painter, box.adjusted(_SIGN + 6, 0, 0, 0), line.verdict.word, ui_font(theme.normal), theme.text)
        elif place >= FACTS and (cell := line.cells.get(self._table.columns[place].key)) is not None:
            self._paint_number(painter, box, cell, theme)
        else:
            super().paint_cell(painter, rect, line, place, theme)

    def _paint_name(self, painter: QPainter, rect: QRect, line: Line, theme: Theme) -> None:
        draw_star(painter, QPointF(rect.left() + 22, rect.center().y() + 0.5), line.star, theme)
        box = QRect(rect.left() + STAR, rect.top() + 4, rect.width() - STAR - _EDGE, rect.height() - 8)
        upper = box.adjusted(0, 0, 0, -box.height() // 2) if line.below else box
        write_line(painter, upper, line.rows[0].name, ui_font(theme.normal, weight=ui_font().Weight.Medium), theme.text)
        if line.below:
            lower = box.adjusted(0, box.height() // 2, 0, 0)
            write_line(painter, lower, line.below, ui_font(theme.small, tabular=True), theme.text_muted)
        if line.share >= 0:
            groove = QRectF(box.left(), rect.bottom() - 4, box.width(), 2)
            draw_progress(painter, groove, line.share, True, theme, theme.mix("text", "surface", 0.18))

    def _paint_number(self, painter: QPainter, box: QRect, cell: Cell, theme: Theme) -> None:
        weight = ui_font().Weight.Bold if cell.best else ui_font().Weight.Normal
        ink = theme.accent if cell.best else theme.text_muted if cell.unlike or cell.old else theme.text
        font = ui_font(theme.normal, weight=weight, tabular=True)
        text = f"≠ {cell.text}" if cell.unlike else cell.text
        wide = write_line(painter, box, text, font, ink, Qt.AlignmentFlag.AlignRight)
        signs = [name for name, on in (("check", cell.best), ("clock", bool(cell.old))) if on]
        left = box.right() - wide - 2
        for name in signs:
            left -= _SIGN
            if left >= box.left() - _EDGE:
                self._sign(painter, left, box, name, "accent" if name == "check" else "text_muted")

    @staticmethod
    def _sign(painter: QPainter, left: int, box: QRect, name: str, colour: str) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(QPointF(left, box.center().y() - 6.5), icon_pixmap(name, 14, colour, ratio))


class MetricsTable(RowsTable):
    """The table; Enter opens, S gives a star, F2 writes remarks, Ctrl+C copies the command, Escape cancels measuring.

    Args:
        model: sorted lines.
    """

    keys, least, give_way = KEYS, LEAST_NAME, (CREATED, SEED, STEPS)  # what was trained on what stays in view

    def __init__(self, model: RowsSorter, parent: QWidget | None = None) -> None:
        keys = _("Select several to compare them below; S gives a star, F2 tags and a note, Ctrl+C copies the command")
        about = _("Your runs and what was measured of them. Select several to compare them below.")
        super().__init__(model, ROW_HEIGHT, _("Runs and metrics"), keys, about, parent)
        self.setItemDelegate(LineDelegate(self, ROW_HEIGHT))
        self.setHorizontalScrollMode(self.ScrollMode.ScrollPerPixel)

    def fit(self) -> int:
        """What is left goes to the name, then to all."""
        room = max(0, super().fit())
        shown = [place for place in range(len(self.columns)) if not self.isColumnHidden(place)]
        spare = room - (named := min(room, MOST_NAME - LEAST_NAME))
        for number, place in enumerate(shown):
            share = spare * (number + 1) // len(shown) - spare * number // len(shown)
            self.setColumnWidth(place, self.columns[place].width + (0 if place else named) + share)
        return room

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the star is for that run alone."""
        super().mousePressEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        inside = place.x() - self.visualRect(index).left() if index.column() == NAME else STAR
        if event.button() == Qt.MouseButton.LeftButton and inside < STAR and not event.modifiers():
            self.asked.emit("evaluate.star")
