"""Writes measured values as CSV and the plots as PNG or SVG; a file appears whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QProgressDialog, QWidget

from ganstudio.core.elsewhere import as_cell
from ganstudio.core.errors import CancelledError, StudioError
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn
from ganstudio.ui.kit.files import ask_where, say_saved, write_png
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.plots.curves.plot import Plot
from ganstudio.ui.plots.curves.section import SAMPLE, paint_sample

Progress = Callable[[float], bool]
_ROWS_AT_A_TIME = 20_000
_HEADING = 22


def ask_and_export(parent: QWidget, kind: str, export: Callable[[Path, Progress], bool]) -> None:
    """Lets a person choose a file and exports to it, with a way out where it takes long; says what went wrong."""
    filters = {"csv": _("Values (*.csv)"), "png": _("Picture (*.png)"), "svg": _("Drawing (*.svg)")}
    path = ask_where(parent, _("Export curves"), f"curves.{kind}", filters[kind], (f".{kind}",))
    if path is None:
        return
    # A million rows take some seconds: the window appears after half a second.
    progress = QProgressDialog(_("Writing values…"), _("Cancel"), 0, 100, parent)
    progress.setWindowModality(Qt.WindowModality.WindowModal)
    progress.setMinimumDuration(500)

    def tell(share: float) -> bool:
        progress.setValue(round(100 * share))
        return not progress.wasCanceled()

    try:
        if export(path, tell):
            say_saved(parent, path)
    except StudioError as error:
        warn(parent, _("Export curves"), str(error), error.details)
    finally:
        progress.close()
        progress.deleteLater()


def export_csv(path: Path, tables: Mapping[str, SeriesTable], progress: Progress | None = None) -> bool:
    """Writes all tables into one CSV file: one header row, then one row per step.

    Columns are ``step``, ``seconds`` and every series of every table, with title and unit where it has them; rows of
    equal steps are joined, and a cell is empty where nothing was measured. Numbers are written so that they read back as
    the same float32.

    Args:
        path: the file; one that is there is replaced once the new one is complete.
        tables: the run's tables.
        progress: is told how far it is, 0 to 1; False cancels, and nothing is left behind.

    Returns:
        Whether it was written (not cancelled).

    Raises:
        StoreError: the file cannot be written.
    """
    every = list(tables.values())
    steps = np.unique(np.concatenate([table.steps for table in every] or [np.empty(0, np.int64)]))

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["step", "seconds", *(_heading(info) for table in every for info in table.series)])
            for start in range(0, len(steps), _ROWS_AT_A_TIME):
                block = steps[start : start + _ROWS_AT_A_TIME]
                lines.writerows(zip(*_columns(every, block), strict=True))
                if progress is not None and not progress((start + len(block)) / len(steps)):
                    raise CancelledError("")

    try:
        replace_file(path, write)
    except CancelledError:
        return False
    return True


def export_runs(
    path: Path, runs: Sequence[tuple[str, Mapping[str, SeriesTable]]], progress: Progress | None = None
) -> bool:
    """Writes the tables of several runs below each other, as :func:`export_csv` does, their names in a column ``run``."""
    infos = {info.name: info for _of, tables in runs for table in tables.values() for info in table.series}

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(["run", "step", "seconds", *map(_heading, infos.values())])
            for number, (of, tables) in enumerate(runs, 1):
                every = list(tables.values())
                steps, seconds, *cells = _columns(every, np.unique(np.concatenate([table.steps for table in every])))
                has = dict(zip((info.name for table in every for info in table.series), cells, strict=True))
                blank = [""] * len(steps)
                columns = (has.get(name, blank) for name in infos)
                lines.writerows(zip([as_cell(of)] * len(steps), steps, seconds, *columns, strict=True))
                if progress is not None and not progress(number / len(runs)):
                    raise CancelledError("")

    try:
        replace_file(path, write)
    except CancelledError:
        return False
    return True


def _heading(info: SeriesInfo) -> str:
    """The key, and what people call it where that is something else: ``"kl: KL(q ‖ p), nats"``."""
    words = ", ".join(part for part in (info.title, info.unit) if part)
    return as_cell(f"{info.name}: {words}" if words else info.name)


def _columns(tables: Sequence[SeriesTable], steps: NDArray[np.int64]) -> list[list[str]]:
    """What stands in the columns at these steps."""
    seconds = np.full(len(steps), np.nan)
    cells: list[list[str]] = []
    for table in tables:
        rows = np.searchsorted(table.steps, steps, side="right") - 1  # the last one of each step
        there = rows >= 0
        there[there] = table.steps[rows[there]] == steps[there]
        seconds[there] = table.seconds[rows[there]]
        for info in table.series:
            values = np.full(len(steps), np.nan, np.float32)
            values[there] = table.column(info.name)[rows[there]]
            # Shortest decimal that reads back as the same float32; empty for NaN.
            cells.append(["" if text == "nan" else text for text in values.astype("U16").tolist()])
    return [steps.astype(str).tolist(), [f"{value:.6f}" for value in seconds.tolist()], *cells]


def export_plots(path: Path, size: QSize, plots: Sequence[Plot]) -> None:
    """Draws plots into a PNG of twice the size, or an SVG, in which text stays text; raises StoreError."""
    if path.suffix.lower() == ".png":
        image = QImage(size * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2)
        with QPainter(image) as painter:
            _draw(painter, size, plots, 2)
        write_png(path, image)
        return
    buffer, generator = QBuffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(_("Training curves"))
    with QPainter(generator) as painter:
        _draw(painter, size, plots)
    replace_file(path, bytes(buffer.data().data()))


def _draw(painter: QPainter, size: QSize, plots: Sequence[Plot], ratio: float = 1.0) -> None:
    """Draws all plots below each other with their titles and legends, by the items that are on the screen.

    Leaves the plots with the labels and axes of the exported picture.
    """
    painter.fillRect(QRect(QPoint(), size), QColor(current_theme().surface))
    painter.setFont(ui_font(current_theme().small))
    axis = painter.fontMetrics().height() + 6
    each = (size.height() - 8 - axis) / max(len(plots), 1)
    right = max((plot.label_width for plot in plots), default=0.0) if size.width() >= 520 else 0.0
    for index, plot in enumerate(plots):
        plot.right, plot.axis, plot.words = right, plot is plots[-1], index == 0
        painter.save()
        painter.translate(4, 4 + index * each)
        _draw_heading(painter, QRectF(4, 0, size.width() - 16, _HEADING), plot)
        painter.translate(0, _HEADING)
        plot.draw(painter, QRectF(0, 0, size.width() - 8, each - _HEADING + axis * plot.axis), ratio)
        painter.restore()


def _draw_heading(painter: QPainter, rect: QRectF, plot: Plot) -> None:
    theme, middle = plot.theme, Qt.AlignmentFlag.AlignVCenter
    painter.setFont(ui_font(theme.normal))
    painter.setPen(QColor(theme.text))
    painter.drawText(rect, middle, plot.kind.title)
    x = rect.left() + painter.fontMetrics().horizontalAdvance(plot.kind.title) + 20
    painter.setFont(ui_font(theme.small))
    for curve in plot.shown:
        width = painter.fontMetrics().horizontalAdvance(curve.label)
        if not curve.comparison and x + SAMPLE + 6 + width <= rect.right():
            paint_sample(painter, curve.style, x, rect.center().y())
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(QRectF(x + SAMPLE + 6, rect.top(), width + 4, rect.height()), middle, curve.label)
            x += SAMPLE + 26 + width
