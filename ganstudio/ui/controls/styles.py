"""Mixing styles: which layers take the style of a second picture, and which picture that is (StyleGAN, section 3.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.core.controls import StyleLayers
from ganstudio.core.i18n import _
from ganstudio.explore.state import ExploreState, Position
from ganstudio.explore.styles import share_of
from ganstudio.ui.controls.editing import Editing
from ganstudio.ui.controls.section import TITLE, Section
from ganstudio.ui.controls.seeds import SeedRow
from ganstudio.ui.kit.parts import ElidedLabel, filled_menu
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.kit.words import as_entry

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
        self.setMinimumWidth(100)
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
        words = _("layers {layers} from the second picture") if taken else _("all their own")
        self.setAccessibleDescription(f"{here}; {words.format(layers=spans(taken))}")

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

    def _at(self, point: QPointF) -> int | None:
        return next((layer for layer in range(len(self.shares)) if self.cell(layer).contains(point)), None)

    def sizeHint(self) -> QSize:
        """One row, or as many as are needed."""
        rows = -(-len(self.shares) // self._columns)
        return QSize(240, rows * (HEIGHT + GAP) - GAP)

    def event(self, event: QEvent) -> bool:
        """Says of each cell what it is; the ring comes and goes with the keyboard, and a hand lets go with it."""
        kind = event.type()
        if kind == QEvent.Type.Resize:
            self.updateGeometry()
        if kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        if kind == QEvent.Type.FocusOut:
            self._carried = None
            self.released.emit()
        if kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            layer = self._at(event.pos().toPointF())
            if layer is not None:
                whose = _("the second picture’s style") if self.shares[layer] > 0 else _("its own style")
                words = _("Layer {number}: {whose}. The first layers are the coarse ones; click or drag across to "
                          "exchange styles.").format(number=layer + 1, whose=whose)  # fmt: skip
                QToolTip.showText(event.globalPos(), words, self)
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
        self.shares[layer] = share
        self.changed.emit(layer, share)
        self._go(layer)

    def _go(self, layer: int) -> None:
        self.current = layer
        self._tell()
        self.update()

    def _carry(self, layer: int, share: float) -> None:
        first, last = sorted((self.current, layer))
        for one in range(first, last + 1):  # a quick hand skips cells
            self._put(one, share)
        self._go(layer)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Turns a cell over."""
        layer = self._at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and layer is not None:
            self._carried = 0.0 if self.shares[layer] >= MIXED else 1.0
            self._put(layer, self._carried)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Carries it to others."""
        layer = self._at(event.position())
        if self._carried is not None and layer is not None:
            self._carry(layer, self._carried)

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
                self._carry(there, self.shares[self.current])
                self.released.emit()
            self._go(there)
        else:
            super().keyPressEvent(event)


class StylesSection(Section):
    """The second picture, by its seed or a pin, and a cell for every layer."""

    def __init__(self, control: StyleLayers, editing: Editing, explorer: Explorer) -> None:
        super().__init__(_("Mix styles"), editing)
        self.control, self._explorer = control, explorer
        menu = filled_menu(self, self._offer_pins)
        self.pins = self.add_tool(
            "pin", _("Take styles from a pin"), _("The second picture is one that was pinned"),
            lambda: menu.popup(self.pins.mapToGlobal(self.pins.rect().bottomLeft())),
        )  # fmt: skip
        self.add_reset(_("Every layer has its own style again"))
        names = (_("Another second picture"), _("Previous second picture"), _("Next second picture"))
        help = _("Seed of the picture that the marked layers take their style from.")
        self.second = SeedRow(_("Second seed"), help, names, TITLE)
        self.second.set_seed(1)
        self.second.chosen.connect(self.take_seed)
        self.cells = LayerCells(control.layers)
        self.cells.changed.connect(self._exchange)
        self.cells.released.connect(editing.done)
        self.words = ElidedLabel("", "muted")
        for part in (self.second, self.cells, self.words):
            self.column.addWidget(part)

    def _shares(self, state: ExploreState) -> list[float]:
        found = state.position.get(share_of(self.control))
        return [0.0] * self.control.layers if found is None else [float(share) for share in found]

    # -- hands ------------------------------------------------------------------------------------------------------

    def take_seed(self, seed: int) -> None:
        """Takes styles from the picture of a seed; into the coarse half of the layers where none is marked."""
        if self._explorer.state is not None:
            self.second.set_seed(seed)
            self._take(self._explorer.drawn_from(seed).position, seed, _("Styles of seed {seed}").format(seed=seed))

    def take_pin(self, name: str, state: ExploreState) -> None:
        """The same from a pinned picture."""
        self._take(self._explorer.effective(state), None, _("Styles of {name}").format(name=name))

    def _take(self, other: Position, seed: int | None, words: str) -> None:
        state = self._explorer.state
        if state is None:
            return
        shares, layers = self._shares(state), self.control.layers
        if not any(shares):
            shares = [float(layer < (layers + 1) // 2) for layer in range(layers)]
        self.editing.edit(state.mixed(self._explorer.controls, shares, other, seed), words, "styles")

    def _exchange(self, layer: int, share: float) -> None:
        state = self._explorer.state
        if state is None:
            return
        before = self._shares(state)  # what the cells show may be a moment old
        shares = [share if place == layer else other for place, other in enumerate(before)]
        if shares == before:
            return
        other = None if any(before) else self._explorer.drawn_from(self.second.seed).position
        then = state.mixed(self._explorer.controls, shares, other, self.second.seed)
        self.editing.edit(then, _("Mix styles"), "layers", held=True)

    def _offer_pins(self, menu: QMenu) -> None:
        for pin in self._explorer.kept.pins:
            menu.addAction(as_entry(pin.name), partial(self.take_pin, pin.name, pin.state))
        if menu.isEmpty():
            menu.addAction(_("Nothing is pinned yet (key P)")).setEnabled(False)

    def reset(self) -> None:
        """Every layer has its own style again."""
        state = self._explorer.state
        if state is not None:
            shares = [0.0] * self.control.layers
            self.editing.edit(state.mixed(self._explorer.controls, shares), self._reset.accessibleName())

    # -- what is shown ----------------------------------------------------------------------------------------------

    def refresh(self, state: ExploreState) -> None:
        """Shows whose style every layer has."""
        shares = self._shares(state)
        taken = [layer + 1 for layer, share in enumerate(shares) if share > 0]
        self.cells.set_shares(shares)
        if state.second is not None:
            self.second.set_seed(state.second)
        if not taken:
            words = _("Every layer has its own style.")
        elif state.second is not None:
            words = _("Layers {layers} have the style of seed {seed}.").format(layers=spans(taken), seed=state.second)
        else:
            words = _("Layers {layers} have the style of another picture.").format(layers=spans(taken))
        self.words.setText(words)  # the same words cost nothing
        self._reset.setEnabled(bool(taken))
