"""Asks where to export to, shows how far it is, says what went wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QProgressDialog

from ganstudio.core.errors import StudioError
from ganstudio.core.i18n import _
from ganstudio.ui.plots.curves.export import export_csv

if TYPE_CHECKING:
    from ganstudio.ui.plots.curves.panel import CurvesPanel

ExportKind = Literal["csv", "png", "svg"]


def ask_and_export(panel: CurvesPanel, kind: ExportKind) -> None:
    """Lets a person choose a file and exports to it."""
    filters = {"csv": _("Values (*.csv)"), "png": _("Picture (*.png)"), "svg": _("Drawing (*.svg)")}
    chosen, _filter = QFileDialog.getSaveFileName(panel, _("Export curves"), f"curves.{kind}", filters[kind])
    if not chosen:
        return
    path = Path(chosen)
    if path.suffix.lower() != f".{kind}":
        path = path.with_name(f"{path.name}.{kind}")
    try:
        if kind == "csv":
            _export_values(panel, path)
        elif kind == "png":
            panel.export_png(path)
        else:
            panel.export_svg(path)
    except StudioError as error:
        box = QMessageBox(QMessageBox.Icon.Warning, _("Export curves"), str(error), parent=panel)
        box.setDetailedText(error.details)
        box.exec()


def _export_values(panel: CurvesPanel, path: Path) -> None:
    """A million rows take some seconds: a progress window with a way out, after half a second."""
    progress = QProgressDialog(_("Writing values…"), _("Cancel"), 0, 100, panel)
    progress.setWindowModality(Qt.WindowModality.WindowModal)
    progress.setMinimumDuration(500)

    def tell(share: float) -> bool:
        progress.setValue(round(100 * share))
        return not progress.wasCanceled()

    try:
        export_csv(path, panel.tables, tell)
    finally:
        progress.close()
        progress.deleteLater()
