"""Writes measured values as CSV and the plots as PNG or SVG; a file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from ganstudio.core.elsewhere import as_cell
from ganstudio.core.errors import CancelledError
from ganstudio.core.events import SeriesInfo
from ganstudio.core.i18n import _
from ganstudio.core.series import SeriesTable
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.files import write_png
from ganstudio.ui.kit.theme import Theme, ui_font
from ganstudio.ui.plots.curves.figure import Figure, Frame
from ganstudio.ui.plots.curves.model import View

_ROWS_AT_A_TIME = 20_000


def export_csv(path: Path, tables: Mapping[str, SeriesTable], progress: Callable[[float], bool] | None = None) -> bool:
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

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            for line, share in _csv_blocks(list(tables.values())):
                file.write(line)
                if progress is not None and not progress(share):
                    raise CancelledError("")

    try:
        replace_file(path, write)
    except CancelledError:
        return False
    return True


def _heading(info: SeriesInfo) -> str:
    """The key, and what people call it where that is something else: ``"kl: KL(q ‖ p), nats"``."""
    words = ", ".join(part for part in (info.title, info.unit) if part)
    return f"{info.name}: {words}" if words else info.name


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(c in name for c in ',"\n\r') else name


def _csv_blocks(tables: list[SeriesTable]) -> Iterator[tuple[str, float]]:
    """Blocks of lines, each with the share that is done after it."""
    names = [_quoted(as_cell(_heading(info))) for table in tables for info in table.series]
    yield ",".join(["step", "seconds", *names]) + "\r\n", 0.0
    steps = np.unique(np.concatenate([table.steps for table in tables] or [np.empty(0, np.int64)]))
    for start in range(0, len(steps), _ROWS_AT_A_TIME):
        part = steps[start : start + _ROWS_AT_A_TIME]
        seconds = np.full(len(part), np.nan)
        cells: list[list[str]] = []
        for table in tables:
            rows, there = _rows_of(table, part)
            seconds[there] = table.seconds[rows[there]]
            for info in table.series:
                values = np.full(len(part), np.nan, np.float32)
                values[there] = table.column(info.name)[rows[there]]
                cells.append(_texts(values))
        columns = [part.astype(str).tolist(), [f"{value:.6f}" for value in seconds.tolist()], *cells]
        lines = "\r\n".join(",".join(row) for row in zip(*columns, strict=True))
        yield lines + "\r\n", (start + len(part)) / len(steps)


def _rows_of(table: SeriesTable, steps: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """For each step its (last) row in the table, and whether it has one."""
    rows = np.searchsorted(table.steps, steps, side="right") - 1
    there = rows >= 0
    there[there] = table.steps[rows[there]] == steps[there]
    return rows, there


def _texts(values: NDArray[np.float32]) -> list[str]:
    """Shortest decimal that reads back as the same float32; empty for NaN."""
    return ["" if text == "nan" else text for text in values.astype("U16").tolist()]


def figure_height(figures: list[Figure], each: int = 180) -> int:
    """Height at which the plots can be read well."""
    return 24 + len(figures) * (each + 22)


def draw_figures(painter: QPainter, size: QSize, figures: list[Figure], view: View, theme: Theme) -> None:
    """Draws all plots below each other with their titles and legends."""
    painter.fillRect(0, 0, size.width(), size.height(), QColor(theme.surface))
    if not figures:
        return
    metrics = QFontMetricsF(ui_font(theme.small))
    axis, heading = metrics.height() + 6, 22.0
    each = (size.height() - 8 - axis) / len(figures)
    right = max(figure.label_width(view) for figure in figures) if size.width() >= 520 else 0.0
    top = 4.0
    for index, figure in enumerate(figures):
        last = index == len(figures) - 1
        _draw_heading(painter, QRectF(8, top, size.width() - 16, heading), figure, view, theme)
        place = QRectF(4, top + heading, size.width() - 8, each - heading + (axis if last else 0))
        figure.draw(painter, view, Frame(place, right, axis=last, words=index == 0))
        top += each


def _draw_heading(painter: QPainter, rect: QRectF, figure: Figure, view: View, theme: Theme) -> None:
    painter.setFont(ui_font(theme.normal))
    painter.setPen(QColor(theme.text))
    middle = Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, middle, figure.kind.title)
    x = rect.left() + QFontMetricsF(painter.font()).horizontalAdvance(figure.kind.title) + 20
    font = ui_font(theme.small)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    for curve in figure.shown(view):
        width = metrics.horizontalAdvance(curve.label)
        if curve.comparison or x + 24 + width > rect.right():
            continue
        pen = QPen(QColor(curve.style.colour), 2, c=Qt.PenCapStyle.FlatCap)
        if curve.style.dash:
            pen.setDashPattern([length / 2 for length in curve.style.dash])
        painter.setPen(pen)
        painter.drawLine(int(x), int(rect.center().y()), int(x) + 18, int(rect.center().y()))
        painter.setPen(QColor(theme.text_muted))
        painter.drawText(QRectF(x + 24, rect.top(), width + 4, rect.height()), middle, curve.label)
        x += width + 44


def export_png(path: Path, size: QSize, figures: list[Figure], view: View, theme: Theme, scale: float = 2.0) -> None:
    """Draws the plots into a PNG of ``scale`` times ``size`` pixels.

    Raises:
        StoreError: the file cannot be written.
    """
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    draw_figures(painter, size, figures, view, theme)
    painter.end()
    write_png(path, image)


def export_svg(path: Path, size: QSize, figures: list[Figure], view: View, theme: Theme) -> None:
    """Draws the plots into an SVG; text stays text.

    Raises:
        StoreError: the file cannot be written.
    """
    from PySide6.QtCore import QBuffer

    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(96)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(_("Training curves"))
    painter = QPainter(generator)
    draw_figures(painter, size, figures, view, theme)
    painter.end()
    replace_file(path, bytes(content.data()))
