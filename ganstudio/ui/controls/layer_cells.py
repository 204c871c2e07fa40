"""The layers of a generator as a row of cells: each has its own style or that of another picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ganstudio.core.i18n import _
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font

HEIGHT, GAP, WIDEST, NARROWEST = 28, 2, 44, 20
MIXED = 0.5
"""A cell whose share is at least this counts as the other picture's."""


def spans(places: Sequence[int]) -> str:
    """Numbers in few words: ``"1–3, 6"``."""
    runs: list[list[int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1][1] = place
        else:
            runs.append([place, place])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


class LayerCells(QWidget):
    """A press turns a cell over, a drag carries that to others; ← → go, Space turns over, Shift+← → carry it along.

    Args:
        layers: how many; counted from 1.

    Signals:
        changed: a person gives a layer (from 0) a share.
        released: the hand has left them.
    """

    changed = Signal(int, float)
    released = Signal()

    def __init__(self, layers: int) -> None:
        super().__init__()
        self.shares = [0.0] * layers
        self.current = 0
        self._carried: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Layers that take the style of the second picture"))
        theme_hub.changed.connect(self.update)
        self._tell()

    def set_shares(self, shares: Sequence[float]) -> None:
        """Shows whose style the layers have, without telling anybody."""
        if list(shares) != self.shares:
            self.shares = list(shares)
            self._tell()
            self.update()

    def _tell(self) -> None:
        taken = [layer + 1 for layer, share in enumerate(self.shares) if share > 0]
        here = _("layer {number}").format(number=self.current + 1)
        words = (
            _("layers {layers} from the second picture").format(layers=spans(taken)) if taken else _("all their own")
        )
        self.setAccessibleDescription(f"{here}; {words}")

    # -- where they are ---------------------------------------------------------------------------------------------

    @property
    def _columns(self) -> int:
        most = max(1, (max(self.width(), NARROWEST) + GAP) // (NARROWEST + GAP))
        rows = -(-len(self.shares) // most)
        return -(-len(self.shares) // rows)

    def cell(self, layer: int) -> QRectF:
        """Where the cell of a layer (from 0) is."""
        columns = self._columns
        width = min((self.width() + GAP) / columns - GAP, WIDEST)
        row, column = divmod(layer, columns)
        return QRectF(column * (width + GAP), row * (HEIGHT + GAP), width, HEIGHT)

    def _at(self, event: QMouseEvent) -> int | None:
        return next((layer for layer in range(len(self.shares)) if self.cell(layer).contains(event.position())), None)

    def sizeHint(self) -> QSize:
        """One row, or as many as are needed."""
        rows = -(-len(self.shares) // self._columns)
        return QSize(240, rows * (HEIGHT + GAP) - GAP)

    def minimumSizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(100, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Says of each cell what it is."""
        if event.type() == QEvent.Type.Resize:
            self.updateGeometry()
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = [one for one in range(len(self.shares)) if self.cell(one).contains(event.pos().toPointF())]
            if found:
                whose = _("the second picture’s style") if self.shares[found[0]] > 0 else _("its own style")
                QToolTip.showText(
                    event.globalPos(),
                    _("Layer {number}: {whose}. The first layers are the coarse ones; click or drag across to exchange "
                      "styles.").format(number=found[0] + 1, whose=whose),
                    self,
                )  # fmt: skip
            return True
        return super().event(event)

    # -- painting ---------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Own styles are outlined, the other picture's filled from below, as far as they are mixed in."""
        theme, painter = current_theme(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(ui_font(theme.small, tabular=True))
        for layer, share in enumerate(self.shares):
            place = self.cell(layer).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QPen(QColor(theme.mix("text_muted", "surface", 0.5)), 1))
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(place, 4, 4)
            if share > 0:
                painter.save()
                painter.setClipRect(place.adjusted(-1, (1 - min(share, 1.0)) * place.height(), 1, 1))
                painter.setPen(QPen(QColor(theme.accent), 1))
                painter.setBrush(QColor(theme.accent))
                painter.drawRoundedRect(place, 4, 4)
                painter.restore()
            painter.setPen(QColor(theme.accent_text if share >= MIXED else theme.text))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(layer + 1))
            if self.hasFocus() and layer == self.current:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.text if share >= MIXED else theme.focus), 2))
                painter.drawRoundedRect(place.adjusted(1.5, 1.5, -1.5, -1.5), 3, 3)
        painter.end()

    # -- hands ------------------------------------------------------------------------------------------------------

    def _put(self, layer: int, share: float) -> None:
        self.current = layer
        self.shares[layer] = share
        self.changed.emit(layer, share)
        self._tell()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Turns a cell over."""
        layer = self._at(event)
        if event.button() == Qt.MouseButton.LeftButton and layer is not None:
            self._carried = 0.0 if self.shares[layer] >= MIXED else 1.0
            self._put(layer, self._carried)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carries it to others."""
        layer = self._at(event)
        if self._carried is not None and layer is not None:
            first, last = sorted((self.current, layer))
            for one in range(first, last + 1):  # a quick hand skips cells
                self._put(one, self._carried)
            self.current = layer

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lets go."""
        if self._carried is not None:
            self._carried = None
            self.released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes to other cells, with Shift carries what the present one has; Space or Enter turn it over."""
        last = len(self.shares) - 1
        places = {
            Qt.Key.Key_Left: max(0, self.current - 1), Qt.Key.Key_Right: min(last, self.current + 1),
            Qt.Key.Key_Home: 0, Qt.Key.Key_End: last,
        }  # fmt: skip
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._put(self.current, 0.0 if self.shares[self.current] >= MIXED else 1.0)
            self.released.emit()
        elif event.key() in places:
            there = places[Qt.Key(event.key())]
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                share, (first, end) = self.shares[self.current], sorted((self.current, there))
                for layer in range(first, end + 1):
                    self._put(layer, share)
                self.released.emit()
            self.current = there
            self._tell()
            self.update()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows the ring."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hides it, and lets go."""
        super().focusOutEvent(event)
        self._carried = None
        self.released.emit()
        self.update()
