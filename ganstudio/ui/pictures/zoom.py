"""One sample, large, over the wall it came from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.parts import tool_button
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.cells import STEPS, draw_cells
from ganstudio.ui.pictures.pane import Pane

FOOT = 44
SIDE = 44


class SampleZoom(QWidget):
    """Covers its parent and shows one sample of a pane with nearest-neighbour pixels; follows new samples live.

    Attributes:
        index: the sample that is shown.

    Signals:
        moved(index): another sample is shown.
        closed(): Esc, the close button or a click beside the sample.
    """

    moved = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pane: Pane | None = None
        self.index = 0
        self._pixel: tuple[int, int] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(_("Enlarged sample"))
        self._back = self._button("chevron-left", _("Previous sample (←)"), lambda: self._move(-1, 0))
        self._next = self._button("chevron-right", _("Next sample (→)"), lambda: self._move(1, 0))
        self._close = self._button("close", _("Back to the wall (Esc)"), self.dismiss)
        theme_hub.changed.connect(self.update)

    def _button(self, name: str, text: str, clicked: Callable[[], object]) -> QToolButton:
        button = tool_button(name, text, clicked=clicked, side=32)
        button.setParent(self)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def show_sample(self, pane: Pane, index: int) -> None:
        """Opens on a sample of a pane."""
        self._pane, self.index, self._pixel = pane, index, None
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh()

    def refresh(self) -> None:
        """The pane has new samples, or another order."""
        if self._pane is None or self.isHidden():
            return
        if self.index >= self._pane.count:
            self.dismiss()
            return
        self._back.setEnabled(self._pane.neighbour(self.index, -1, 0) != self.index)
        self._next.setEnabled(self._pane.neighbour(self.index, 1, 0) != self.index)
        self.setAccessibleDescription(self.caption())
        self.update()

    def caption(self) -> str:
        """What it is: ``"sample 12 of 64 · D(G(z)) 0.43"``."""
        if self._pane is None:
            return ""
        first, *rest = self._pane.describe(self.index).split(" · ")
        return " · ".join([_("{sample} of {count}").format(sample=first, count=self._pane.count), *rest])

    def size_text(self) -> str:
        """Its size: ``"32 × 32 px at 12×"``, or the value of the pixel under the mouse."""
        if self._pane is None or self._pane.items is None:
            return ""
        width, height = self._pane.size
        if self._pixel is not None:
            x, y = self._pixel
            values = ", ".join(str(int(value)) for value in self._pane.items[self.index, y, x])
            return _("pixel ({x}, {y}) = {values}").format(x=x, y=y, values=values)
        zoom, ratio = self._picture().width() / width, self.devicePixelRatioF()
        return _("{width} × {height} px at {zoom}×").format(width=width, height=height, zoom=f"{zoom / ratio:.3g}")

    def dismiss(self) -> None:
        """Closes the overlay."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def _move(self, columns: int, rows: int) -> None:
        if self._pane is None:
            return
        target = self._pane.neighbour(self.index, columns, rows)
        if target != self.index:
            self.index, self._pixel = target, None
            self.refresh()
            self.moved.emit(target)

    def _picture(self) -> QRect:
        """Where the sample is drawn, in device pixels: the largest whole zoom that fits."""
        if self._pane is None or not self._pane.count:
            return QRect()
        (width, height), ratio = self._pane.size, self.devicePixelRatioF()
        room_x = max(1.0, (self.width() - 2 * SIDE) * ratio)
        room_y = max(1.0, (self.height() - FOOT - 24) * ratio)
        zoom = min(room_x / width, room_y / height)
        if zoom >= 1:
            zoom = int(zoom)
        w, h = max(1, int(width * zoom)), max(1, int(height * zoom))
        left, top = (self.width() * ratio - w) / 2, 12 * ratio + (room_y - h) / 2
        return QRect(round(left), round(top), w, h)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draws the sample and its caption."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_theme().picture_grey))
        if self._pane is not None and self.index < self._pane.count:
            sample = self._picture(), self._pane.strip, self._pane.source(self.index)
            draw_cells(painter, self.devicePixelRatioF(), False, self.rect(), [sample])
            self._paint_foot(painter)
        painter.end()

    def _paint_foot(self, painter: QPainter) -> None:
        theme = current_theme()
        foot = QRectF(0, self.height() - FOOT, self.width(), FOOT)
        painter.fillRect(foot, QColor(theme.surface))
        painter.fillRect(QRectF(0, foot.top(), foot.width(), 1), QColor(theme.hairline))
        real = self._pane is not None and self._pane.real
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.real if real else theme.generator))
        painter.drawEllipse(QRectF(14, foot.center().y() - 4, 8, 8))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(ui_font(theme.small, tabular=True))
        muted = self.size_text()
        muted_width = painter.fontMetrics().horizontalAdvance(muted)
        painter.setFont(ui_font(theme.normal, tabular=True))
        metrics = painter.fontMetrics()
        room = foot.width() - 30 - 14
        roomy = metrics.horizontalAdvance(self.caption()) + 24 + muted_width <= room
        text = metrics.elidedText(self.caption(), Qt.TextElideMode.ElideRight, int(room))
        painter.setPen(QColor(theme.text))
        painter.drawText(foot.adjusted(30, 0, -14, 0), middle | Qt.AlignmentFlag.AlignLeft, text)
        if roomy:
            painter.setFont(ui_font(theme.small, tabular=True))
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(foot.adjusted(30, 0, -14, 0), middle | Qt.AlignmentFlag.AlignRight, muted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the buttons at the edges."""
        middle = (self.height() - FOOT - 32) // 2
        self._back.move(6, middle)
        self._next.move(self.width() - 38, middle)
        self._close.move(self.width() - 38, 6)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the neighbours on the wall; Esc and Enter go back to it."""
        key = event.key()
        if key in STEPS:
            self._move(*STEPS[key])
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Reads the pixel under the mouse."""
        pixel = self._pixel_at(event.position())
        if pixel != self._pixel:
            self._pixel = pixel
            self.update(0, self.height() - FOOT, self.width(), FOOT)

    def _pixel_at(self, position: QPointF) -> tuple[int, int] | None:
        picture, ratio = self._picture(), self.devicePixelRatioF()
        if self._pane is None or picture.isEmpty():
            return None
        width, height = self._pane.size
        x = (position.x() * ratio - picture.left()) * width / picture.width()
        y = (position.y() * ratio - picture.top()) * height / picture.height()
        return (int(x), int(y)) if 0 <= x < width and 0 <= y < height else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes the click, so that the wall below does not."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the sample goes back to the wall."""
        if event.button() == Qt.MouseButton.LeftButton and self._pixel_at(event.position()) is None:
            self.dismiss()
