"""The first screen: recent runs, and ready experiments that start with one click."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ganstudio.app.gallery import GALLERY, GalleryCard
from ganstudio.app.generators.catalogue import MethodCard
from ganstudio.core.i18n import _
from ganstudio.ui.gallery.card import CardWidget
from ganstudio.ui.kit.flow import CardLayout
from ganstudio.ui.kit.painted import write_line
from ganstudio.ui.kit.parts import boxed, label, push_button, scrolled
from ganstudio.ui.kit.theme import current_theme, theme_hub, ui_font
from ganstudio.ui.pictures.samples import paint_samples

MAX_WIDTH = 1880
"""Content is never wider than this, however large the screen: lines of cards stay easy to scan."""

Recent = tuple[str, str, str, NDArray[Any] | None, float]
TILE_WIDTH, TILE_HEIGHT = 208, 60


class RunTile(QAbstractButton):
    """One recent run: a few samples, name, state."""

    def __init__(self, name: str, state: str, items: NDArray[Any] | None, extent: float) -> None:
        super().__init__()
        self._name, self._state, self._items, self._extent = name, state, items, extent
        self.setFixedSize(TILE_WIDTH, TILE_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_("Open run {name}").format(name=name))
        self.setAccessibleDescription(state)
        self.setToolTip(f"{name}\n{state}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme_hub.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Samples at the left, two lines beside them."""
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape = QPainterPath()
        shape.addRoundedRect(body, 8, 8)
        painter.fillPath(shape, QColor(theme.hover if self.underMouse() else theme.surface))
        picture = QRectF(body.left() + 6, body.top() + 6, body.height() - 12, body.height() - 12)
        paint_samples(painter, picture, self._items, self._extent, theme)
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
        self.setMinimumWidth(TILE_WIDTH)  # tiles that do not fit are not shown
        self.setFixedHeight(TILE_HEIGHT + 48)
        self._row = boxed(None, across=True, gap=12)
        boxed(label(_("Recent runs"), "strong"), self._row, into=self, margins=(0, 0, 0, 16), gap=8)
        self.hide()

    def set_recent(self, runs: Sequence[Recent]) -> None:
        """Shows runs as ``(id, name, state in words, samples or None, extent of points)``, newest first."""
        held = next((index for index, tile in enumerate(self._tiles) if tile.hasFocus()), None)
        for tile in self._tiles:
            tile.hide()
            self._row.removeWidget(tile)
            tile.deleteLater()
        self._tiles = []
        for run_id, name, state, items, extent in runs:
            tile = RunTile(name, state, items, extent)
            tile.clicked.connect(lambda _checked=False, run_id=run_id: self.run_chosen.emit(run_id))
            self._row.insertWidget(len(self._tiles), tile)
            self._tiles.append(tile)
        self.setVisible(bool(self._tiles))
        self._fit()
        if held is not None and self._tiles:
            self._tiles[min(held, len(self._tiles) - 1)].setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shows as many whole tiles as there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        fitting = max(1, (self.width() + 12) // (TILE_WIDTH + 12))
        for index, tile in enumerate(self._tiles):
            tile.setVisible(index < fitting)


class GalleryPage(QWidget):
    """Cards of ready experiments.

    Signals: ``experiment_chosen`` (card id: start it now), ``customise`` (card id: open it in the form),
    ``new_experiment`` (an empty form), ``run_chosen`` (run id).

    Args:
        cards: what is offered, the first one first.

    Attributes:
        cards: by their ids, in reading order.
        recent: the runs that were trained last.
    """

    experiment_chosen = Signal(str)
    customise = Signal(str)
    new_experiment = Signal()
    run_chosen = Signal(str)

    def __init__(self, cards: Sequence[GalleryCard] = GALLERY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: dict[str, CardWidget] = {}
        self._times: Mapping[str, tuple[str, str]] = {}
        self._missing: frozenset[str] = frozenset()
        self._methods: dict[str, str] = {}
        self._grid = QWidget()
        self._flow = CardLayout(self._grid)
        for card in cards:
            self._add(card)
        self.recent = RecentStrip()
        self.recent.run_chosen.connect(self.run_chosen)
        new, words = self.new_experiment.emit, _("Choose method and data yourself")
        self.new_button = push_button(_("New experiment"), "plus", words, clicked=new, primary=True)
        self._lay_out()
        if self.cards:
            self.setFocusProxy(next(iter(self.cards.values())))
        self._refresh_facts()

    def _add(self, card: GalleryCard) -> None:
        widget = CardWidget(card)
        widget.chosen.connect(self.experiment_chosen)
        widget.customise.connect(self.customise)
        widget.moved.connect(self._on_moved)
        widget.installEventFilter(self)
        self.cards[card.id] = widget
        self._flow.addWidget(widget)

    def _lay_out(self) -> None:
        lead = label(
            _("Pick one and it starts at once. Everything you see while it trains can be changed."), "muted", wrap=True
        )
        words = boxed(label(_("What shall a network learn today?"), "title"), lead, gap=4)
        head = boxed(words, across=True, gap=16, stretch=words)
        head.addWidget(self.new_button, 0, Qt.AlignmentFlag.AlignTop)
        content = QWidget()
        content.setMaximumWidth(MAX_WIDTH)
        boxed(head, 24, self.recent, self._grid, None, into=content, margins=(32, 32, 32, 32))
        outer = QWidget()
        # The content takes all the width up to its maximum; what is left is shared by both sides.
        boxed(None, content, None, into=outer, across=True).setStretchFactor(content, 1000)
        self.scroll_area = scrolled(outer)
        boxed(self.scroll_area, into=self)

    def set_picture(self, card_id: str, picture: NDArray[np.uint8] | None) -> None:
        """Shows a real picture on a card, uint8 ``(H, W, 3)``; an unknown id is ignored."""
        if card_id in self.cards:
            self.cards[card_id].set_picture(picture)

    def set_times(self, times: Mapping[str, tuple[str, str]]) -> None:
        """How long each card's experiment takes on this machine: by its id, in words, and with how that is known."""
        self._times = times
        self._refresh_facts()

    def set_methods(self, methods: Sequence[MethodCard]) -> None:
        """What is known of the methods: each card tells of its own."""
        self._methods = {card.name: f"{card.title} ({card.family_title}): {card.objective}" for card in methods}
        self._refresh_facts()

    def set_missing(self, card_ids: Collection[str]) -> None:
        """Which cards need a download first."""
        self._missing = frozenset(card_ids)
        self._refresh_facts()

    def _refresh_facts(self) -> None:
        for card_id, widget in self.cards.items():
            method = self._methods.get(widget.card.experiment.method, "")
            time = self._times.get(card_id, ("", ""))
            widget.set_facts(*time, needs_download=card_id in self._missing, method=method)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A card that gets the focus scrolls into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, CardWidget):
            self.scroll_area.ensureWidgetVisible(watched, 0, 16)
        return False

    def _on_moved(self, card_id: str, key: int) -> None:
        ids, columns, keys = list(self.cards), self._flow.columns(self._grid.width()), Qt.Key
        at, end = ids.index(card_id), len(ids) - 1
        to = {
            keys.Key_Left: at - 1, keys.Key_Right: at + 1, keys.Key_Up: at - columns, keys.Key_Down: at + columns,
            keys.Key_Home: 0, keys.Key_End: end,
        }[Qt.Key(key)]  # fmt: skip
        self.cards[ids[to if 0 <= to <= end else at]].setFocus(Qt.FocusReason.TabFocusReason)
