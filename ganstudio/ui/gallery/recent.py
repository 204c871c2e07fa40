"""The strip of recent runs at the top of the first screen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.painted import draw_filled, to_image, write_line
from ganstudio.ui.kit.parts import boxed, label
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

Recent = tuple[str, str, str, NDArray[np.uint8] | None]
TILE_WIDTH, TILE_HEIGHT = 208, 60


class RunTile(QAbstractButton):
    """One recent run: thumbnail, name, state."""

    def __init__(self, name: str, state: str, picture: NDArray[np.uint8] | None) -> None:
        super().__init__()
        self._name, self._state = name, state
        self._pixmap: QPixmap | None = None if picture is None else QPixmap.fromImage(to_image(picture))
        self.setFixedSize(TILE_WIDTH, TILE_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_("Open run {name}").format(name=name))
        self.setAccessibleDescription(state)
        self.setToolTip(f"{name}\n{state}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme_hub.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Thumbnail at the left, two lines beside it."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(body, 8, 8)
        painter.fillPath(shape, QColor(theme.hover if self.underMouse() else theme.surface))
        picture = QRectF(body.left() + 6, body.top() + 6, body.height() - 12, body.height() - 12)
        painter.fillRect(picture, QColor(theme.mix("text", "surface", 0.08)))
        if self._pixmap is not None:
            draw_filled(painter, picture, self._pixmap)
        else:  # stopped before there was one
            inset = (picture.height() - 20) / 2
            icon("train", "text_muted").paint(painter, picture.adjusted(inset, inset, -inset, -inset).toRect())
        left = picture.right() + 10
        width = body.right() - left - 8
        name, state = QRectF(left, body.top() + 9, width, 20), QRectF(left, body.top() + 31, width, 20)
        write_line(painter, name, self._name, ui_font(theme.normal), theme.text)
        write_line(painter, state, self._state, ui_font(theme.small, tabular=True), theme.text_muted)
        painter.setPen(QPen(QColor(theme.focus if self.hasFocus() else theme.hairline), 2 if self.hasFocus() else 1))
        painter.drawPath(shape)
        painter.end()


class RecentStrip(QWidget):
    """As many recent runs as fit in one line, newest first; nothing at all where there are none."""

    run_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[RunTile] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._row = boxed(None, across=True, gap=12)
        boxed(label(_("Recent runs"), "strong"), self._row, into=self, margins=(0, 0, 0, 16), gap=8)
        self.hide()

    def set_recent(self, runs: Sequence[Recent]) -> None:
        """Shows runs as ``(id, name, state in words, uint8 (H, W, 3) or None)``, newest first."""
        for tile in self._tiles:
            tile.hide()
            self._row.removeWidget(tile)
            tile.deleteLater()
        self._tiles = []
        for run_id, name, state, picture in runs:
            tile = RunTile(name, state, picture)
            tile.clicked.connect(lambda _checked=False, run_id=run_id: self.run_chosen.emit(run_id))
            self._row.insertWidget(len(self._tiles), tile)
            self._tiles.append(tile)
        self.setVisible(bool(self._tiles))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many whole tiles as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """One line of tiles and its heading."""
        return QSize(TILE_WIDTH, TILE_HEIGHT + 48)

    def minimumSizeHint(self) -> QSize:
        """One tile wide: tiles that do not fit are not shown."""
        return self.sizeHint()

    def _fit(self) -> None:
        fitting = max(1, (self.width() + 12) // (TILE_WIDTH + 12))
        for index, tile in enumerate(self._tiles):
            tile.setVisible(index < fitting)
