"""A strip of small pictures: the present map in other styles. A click takes one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.painted import to_image
from ganstudio.ui.kit.theme import current_theme, theme_hub

GAP, SMALLEST, LARGEST = 6, 36, 112


class VariantStrip(QWidget):
    """Small pictures in one row, or in two where there is height for them; one stop of the Tab key.

    Signals:
        taken: this one was clicked or entered.
    """

    taken = Signal(int)

    def __init__(self, count: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage] = [QImage()] * count
        self._hover, self._here = -1, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Other styles of this map"))
        self.setToolTip(_("The present map in other styles: click one to take it (arrow keys and Enter do the same)"))
        theme_hub.changed.connect(self.update)

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(self._images)

    @property
    def images(self) -> Sequence[QImage]:
        """What is shown; null images where nothing is drawn yet."""
        return self._images

    def show_picture(self, index: int, picture: NDArray[np.uint8] | None) -> None:
        """Shows a picture ``(H, W, C)``, or an empty place."""
        self._images[index] = QImage() if picture is None else to_image(picture)
        self.update()

    def clear(self) -> None:
        """Empty places."""
        self._images = [QImage()] * self.count
        self.update()

    def sizeHint(self) -> QSize:
        """Two rows of comfortable pictures."""
        return QSize(4 * 64, 2 * 64)

    def minimumSizeHint(self) -> QSize:
        """Two rows of small ones."""
        return QSize(4 * (SMALLEST + GAP), SMALLEST)

    # -- where ------------------------------------------------------------------------------------------------------

    def columns(self) -> int:
        """How many are in a row: as many as makes them largest."""
        best = (0.0, self.count)
        for rows in (1, 2):
            columns = -(-self.count // rows)
            side = min((self.width() + GAP) / columns - GAP, (self.height() + GAP) / rows - GAP, LARGEST)
            best = max(best, (side, columns))
        return best[1]

    def cell(self, index: int) -> QRectF:
        """Where a picture is."""
        columns = self.columns()
        rows = -(-self.count // columns)
        side = min((self.width() + GAP) / columns - GAP, (self.height() + GAP) / rows - GAP, float(LARGEST))
        side = max(8.0, float(int(side)))
        row, column = divmod(index, columns)
        return QRectF(column * (side + GAP), row * (side + GAP), side, side)

    def _at(self, point: QPointF) -> int:
        return next((index for index in range(self.count) if self.cell(index).contains(point)), -1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures, a ring around what is pointed to."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for index, image in enumerate(self._images):
            cell = self.cell(index)
            if image.isNull():
                painter.fillRect(cell, QColor(theme.hover))
            else:
                painter.drawImage(cell, image)
            if index == self._hover and not image.isNull():
                painter.setPen(QPen(QColor(theme.accent), 2))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
            if self.hasFocus() and index == self._here:
                painter.setPen(QPen(QColor(theme.focus), 2))
                painter.drawRect(cell.adjusted(1, 1, -1, -1))
        painter.end()

    # -- hands ------------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Points to one."""
        self._point(self._at(event.position()))

    def _point(self, index: int) -> None:
        if index != self._hover:
            self._hover = index
            there = index >= 0 and not self._images[index].isNull()
            self.setCursor(Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes one."""
        index = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._here = index
            self._take(index)

    def _take(self, index: int) -> None:
        if not self._images[index].isNull():
            self.taken.emit(index)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys go along, Enter takes."""
        columns = self.columns()
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if event.key() in steps:
            there = self._here + steps[Qt.Key(event.key())]
            if 0 <= there < self.count:
                self._here = there
                self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take(self._here)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        """The mouse has left."""
        if event.type() == QEvent.Type.Leave:
            self._point(-1)
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows where it stands."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it."""
        super().focusOutEvent(event)
        self.update()
