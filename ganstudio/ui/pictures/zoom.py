"""One sample, large, over the wall it came from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.keys import ARROWS
from ganstudio.ui.kit.painted import draw_tag
from ganstudio.ui.kit.parts import boxed, tool_button
from ganstudio.ui.kit.theme import current_theme, ui_font
from ganstudio.ui.pictures.pane import Pane
from ganstudio.ui.pictures.viewer import PictureViewer
from ganstudio.ui.pictures.viewport import Viewport

MARGIN, FOOT = 44, 36
NOWHERE = (-1, -1)


class SampleZoom(PictureViewer):
    """Covers its parent and shows one sample of a pane, every pixel a square; follows new samples live.

    Attributes:
        index: the sample that is shown.

    Signals:
        walked(index): another sample is shown.
        closed(): Esc, the close button or a click beside the sample.
    """

    walked = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        tip = _("Arrow keys go to its neighbours, Esc back to the wall. The wheel zooms, 0 fits.")
        super().__init__(_("Enlarged sample"), tip, viewport=Viewport(MARGIN, whole_from=0.0))
        self.setParent(parent)
        self.hide()
        self.setMinimumSize(0, 0)
        self.set_exact(True)
        self._pane: Pane | None = None
        self.index = 0
        self._beside = False
        self._back, self._next, close = (
            tool_button("chevron-left", _("Previous sample (←)"), clicked=lambda: self._move(-1, 0), side=32),
            tool_button("chevron-right", _("Next sample (→)"), clicked=lambda: self._move(1, 0), side=32),
            tool_button("close", _("Back to the wall (Esc)"), clicked=self.dismiss, side=32),
        )
        for button in (self._back, self._next, close):
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setCursor(Qt.CursorShape.ArrowCursor)
        ends, sides = boxed(None, close, across=True), boxed(self._back, None, self._next, across=True)
        boxed(ends, None, sides, None, 32, margins=(6, 6, 6, 6), into=self)
        self.hovered.connect(lambda *_pixel: self.update(0, self.height() - FOOT, self.width(), FOOT))

    def show_sample(self, pane: Pane, index: int) -> None:
        """Opens on a sample of a pane."""
        self._pane, self.index = pane, index
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.refresh()
        self.set_zoom("fit")
        self.walked.emit(index)

    def refresh(self) -> None:
        """The pane has new samples, or another order."""
        pane = self._pane
        if pane is None or self.isHidden():
            return
        if pane.items is None or self.index >= pane.count:
            self.dismiss()
            return
        self._back.setEnabled(pane.neighbour(self.index, -1, 0) != self.index)
        self._next.setEnabled(pane.neighbour(self.index, 1, 0) != self.index)
        self.show_pictures(pane.items[self.index])
        self.show_words(about=self.caption())

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
        x, y = NOWHERE if self.mouse is None else self.pixel_at(self.mouse)
        if (x, y) != NOWHERE:
            values = ", ".join(str(int(value)) for value in self._pane.items[self.index, y, x])
            return _("pixel ({x}, {y}) = {values}").format(x=x, y=y, values=values)
        (width, height), zoom = self._pane.size, self.viewport.scale / self.viewport.ratio
        return _("{width} × {height} px at {zoom}×").format(width=width, height=height, zoom=f"{zoom:.3g}")

    def dismiss(self) -> None:
        """Closes the overlay."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def _move(self, columns: int, rows: int) -> None:
        target = self.index if self._pane is None else self._pane.neighbour(self.index, columns, rows)
        if target != self.index:
            self.index = target
            self.refresh()
            self.walked.emit(target)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The sample, what it is, and how large where there is room for that."""
        super().paintEvent(event)
        if self._pane is None:
            return
        painter, theme, size = QPainter(self), current_theme(), self.size_text()
        painter.setFont(ui_font(theme.small, tabular=True))
        middle, dot = self.height() - FOOT / 2, theme.real if self._pane.real else theme.generator
        tag = draw_tag(painter, 8.0, middle, self.caption(), theme, dot=dot, limit=self.width() - 16.0)
        left = self.width() - painter.fontMetrics().horizontalAdvance(size) - 24.0
        if size and tag.right() + 8 <= left:
            draw_tag(painter, left, middle, size, theme)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go to the neighbours on the wall; Esc and Enter go back to it."""
        key = event.key()
        if key in ARROWS:
            self._move(*ARROWS[key])
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the sample may begin."""
        left = event.button() == Qt.MouseButton.LeftButton
        self._beside = left and self.pixel_at(event.position()) == NOWHERE
        if not self._beside:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click beside the sample goes back to the wall."""
        beside, self._beside = self._beside, False
        if beside and self.pixel_at(event.position()) == NOWHERE:
            self.dismiss()
        super().mouseReleaseEvent(event)
