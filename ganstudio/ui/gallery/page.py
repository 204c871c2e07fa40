"""The first screen: recent runs, and ready experiments that start with one click."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from ganstudio.app.gallery import GALLERY, GalleryCard
from ganstudio.app.generators.catalogue import MethodCard
from ganstudio.core.i18n import _
from ganstudio.ui.gallery.card import CardWidget
from ganstudio.ui.gallery.recent import Recent, RecentStrip
from ganstudio.ui.kit.flow import CardLayout
from ganstudio.ui.kit.icons import icon
from ganstudio.ui.kit.parts import boxed, label, push_button

MAX_WIDTH = 1880
"""Content is never wider than this, however large the screen: lines of cards stay easy to scan."""


class GalleryPage(QWidget):
    """Cards of ready experiments.

    Signals: ``experiment_chosen`` (card id: start it now), ``customise`` (card id: open it in the form),
    ``new_experiment`` (an empty form), ``run_chosen`` (run id).

    Args:
        cards: what is offered, the first one first.
    """

    experiment_chosen = Signal(str)
    customise = Signal(str)
    new_experiment = Signal()
    run_chosen = Signal(str)

    def __init__(self, cards: Sequence[GalleryCard] = GALLERY, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: dict[str, CardWidget] = {}
        self._rate_scale = 1.0
        self._missing: frozenset[str] = frozenset()
        self._methods: dict[str, str] = {}
        self._grid = QWidget()
        self._flow = CardLayout(self._grid)
        for card in cards:
            self._add(card)
        self.recent = RecentStrip()
        self.recent.run_chosen.connect(self.run_chosen)
        words = _("Choose method and data yourself")
        self.new_button = push_button(
            _("New experiment"), "plus", words, clicked=self.new_experiment.emit, primary=True
        )
        self.new_button.setIcon(icon("plus", "accent_text"))
        self._lay_out()
        if self._cards:
            self.setFocusProxy(next(iter(self._cards.values())))
        self._refresh_facts()

    def _add(self, card: GalleryCard) -> None:
        widget = CardWidget(card)
        widget.chosen.connect(self.experiment_chosen)
        widget.customise.connect(self.customise)
        widget.moved.connect(self._on_moved)
        widget.installEventFilter(self)
        self._cards[card.id] = widget
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
        self.scroll_area = QScrollArea()
        self.scroll_area.setWidgetResizable(True)
        self.scroll_area.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll_area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll_area.setWidget(outer)
        boxed(self.scroll_area, into=self)
        self._order_tabs()

    def _order_tabs(self) -> None:
        before: QWidget = self.new_button
        for card in self._cards.values():
            QWidget.setTabOrder(before, card)
            QWidget.setTabOrder(card, card.link)
            before = card.link

    def card(self, card_id: str) -> CardWidget:
        """One card's widget; KeyError where there is none."""
        return self._cards[card_id]

    @property
    def card_ids(self) -> tuple[str, ...]:
        """The ids of all cards in reading order."""
        return tuple(self._cards)

    def set_picture(self, card_id: str, picture: NDArray[np.uint8] | None) -> None:
        """Shows a real picture on a card, uint8 ``(H, W, 3)``; an unknown id is ignored."""
        if card_id in self._cards:
            self._cards[card_id].set_picture(picture)

    def set_recent(self, runs: Sequence[Recent]) -> None:
        """Shows recent runs as ``(id, name, state in words, uint8 (H, W, 3) or None)``, newest first."""
        self.recent.set_recent(runs)

    def set_rate_scale(self, rate_scale: float) -> None:
        """How fast this machine is, in units of the reference machine; renews every expected time."""
        self._rate_scale = rate_scale
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
        for card_id, widget in self._cards.items():
            time, method = widget.card.expected_time(self._rate_scale), widget.card.experiment.method
            missing = card_id in self._missing
            widget.set_facts(time, needs_download=missing, method=self._methods.get(method, ""))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A card that gets the focus scrolls into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, CardWidget):
            self.scroll_area.ensureWidgetVisible(watched, 0, 16)
        return False

    def _on_moved(self, card_id: str, key: int) -> None:
        ids = list(self._cards)
        columns = self._flow.columns(self._grid.width())
        at = ids.index(card_id)
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -columns, Qt.Key.Key_Down: columns}
        if key == Qt.Key.Key_Home:
            at = 0
        elif key == Qt.Key.Key_End:
            at = len(ids) - 1
        elif 0 <= at + steps[Qt.Key(key)] < len(ids):
            at += steps[Qt.Key(key)]
        self._cards[ids[at]].setFocus(Qt.FocusReason.TabFocusReason)
