"""A list of sliders: placed by hand, since hundreds of them in a layout take long."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.ui.controls.slider import ROW, ValueSlider


class RowList(QWidget):
    """Rows beneath each other, and one stop of the Tab key: Up and Down (PageUp, PageDown) go from row to row.

    Signals:
        wanted: a row that should be in sight.
    """

    wanted = Signal(QWidget)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[ValueSlider] = []
        """Those that are shown, in their order."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(140)
        self.setFixedHeight(0)

    def show_rows(self, rows: Sequence[ValueSlider]) -> None:
        """Shows these rows, in this order; others are hidden. What has the keyboard keeps it."""
        held = next((row for row in self.rows if row.focusPolicy() == Qt.FocusPolicy.StrongFocus), None)
        for row in {*self.rows} - {*rows}:
            row.hide()
        self.rows = list(rows)
        for row in rows:
            if row.parent() is not self:
                row.setParent(self)
                row.installEventFilter(self)
            row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        if rows:
            (held if held is not None and held in rows else rows[0]).setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(ROW * len(rows))
        self._place()
        for row in rows:
            row.show()

    def _place(self) -> None:
        for place, row in enumerate(self.rows):
            row.setGeometry(0, place * ROW, self.width(), ROW)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """All rows are as wide as the list."""
        super().resizeEvent(event)
        self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The row that has the keyboard is the one that Tab comes back to."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, ValueSlider):
            for row in self.rows:
                if row.focusPolicy() == Qt.FocusPolicy.StrongFocus and row is not watched:
                    row.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            watched.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes from row to row."""
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -10, Qt.Key.Key_PageDown: 10}
        here = next((place for place, row in enumerate(self.rows) if row.hasFocus()), None)
        if event.key() not in by or here is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
            return
        row = self.rows[min(max(here + by[Qt.Key(event.key())], 0), len(self.rows) - 1)]
        row.setFocus(Qt.FocusReason.OtherFocusReason)
        self.wanted.emit(row)
