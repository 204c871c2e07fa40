"""In what the settings of runs differ, as a table that can be copied and saved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from ganstudio.app.runs.comparison import Setting, as_csv
from ganstudio.core.errors import StoreError
from ganstudio.core.i18n import _
from ganstudio.store.atomic import replace_file
from ganstudio.ui.kit.dialogs import warn
from ganstudio.ui.kit.files import ask_where, say_saved
from ganstudio.ui.kit.parts import set_up_rows
from ganstudio.ui.kit.tips import plain


class SettingsTable(QTableWidget):
    """A line for each setting, a column for each run."""

    def __init__(self) -> None:
        super().__init__(0, 1)
        about = _("What the runs have in common comes first, then in what they differ. Ctrl+C copies it as CSV.")
        set_up_rows(self, 26, _("Settings of the runs"), about, about)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStyleSheet("QHeaderView::section { padding: 5px 8px 5px 16px; }")
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setStyleSheet("QTableView::item { padding-left: 13px; }")
        self.told: tuple[Sequence[str], Sequence[Setting]] = (), ()

    def show_settings(self, names: Sequence[str], rows: Sequence[Setting]) -> None:
        """Shows these, unless they are there already."""
        if (names, rows) == self.told:
            return
        self.told = names, rows
        self.setColumnCount(1 + len(names))
        self.setRowCount(len(rows))
        for number, name in enumerate((_("Setting"), *names)):
            head = QTableWidgetItem(f"{number}  {name}" if number else name)
            head.setToolTip(plain(name))
            self.setHorizontalHeaderItem(number, head)
        for place, row in enumerate(rows):
            for column, (text, stored) in enumerate(zip((row.title, *row.cells), (row.key, *row.stored), strict=True)):
                item = QTableWidgetItem(text)
                asked = row.key in ("method", "data") or not column  # what a command line would say
                item.setToolTip(plain(f"{text}\n{stored}" if asked and stored.casefold() != text.casefold() else text))
                self.setItem(place, column, item)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def copy(self) -> None:
        """Puts the table on the clipboard as CSV."""
        QGuiApplication.clipboard().setText(as_csv(*self.told))

    def save(self) -> None:
        """Asks where, and writes it as CSV."""
        path = ask_where(self, _("Save settings"), "settings.csv", _("Values (*.csv)"), (".csv",))
        try:
            if path is not None:
                replace_file(path, as_csv(*self.told).encode("utf-8"))
                say_saved(self, path)
        except StoreError as error:
            warn(self, _("Save settings"), str(error), error.details)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies it."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)
