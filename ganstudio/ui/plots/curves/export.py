"""Writes the plots as PNG or SVG; a file appears whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QProgressDialog, QWidget

from ganstudio.app.runs.values import Progress
from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn
from ganstudio.ui.kit.files import ask_where, say_saved, write_png
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.plots.curves.plot import Plot
from ganstudio.ui.plots.curves.section import SAMPLE, paint_sample

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
