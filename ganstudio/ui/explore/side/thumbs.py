"""Samples labelled by hand: thumbs up and down on a wall, from which an attribute is learned."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.finders import latent_of
from ganstudio.core.i18n import _
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.views import Pictures, many
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.parts import boxed, entry, label, push_button, tool_button
from ganstudio.ui.pictures.grid import PictureGrid

CHANNEL, URGENCY = "thumbs", 12
PAGE, FIRST_SEED = 48, 90_001
LEAST = 4
NEXT = {0: 1, 1: -1, -1: 0}
"""What a click makes of a label: none, up, down, none."""


class ThumbsDialog(FormDialog):
    """A wall of samples to be labelled, page by page.

    Classes and codes stay where they stand; only the latent vector varies.

    Args:
        explorer: what draws.
        then: told the latents ``(N, size)``, the labels ``(N,)`` (1 or −1) and the attribute's name.
    """

    def __init__(
        self,
        explorer: Explorer,
        then: Callable[[NDArray[np.float32], NDArray[np.float32], str], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Label samples by hand"), _("Find the attribute"), "", parent, _("Drops the labels"))
        self._explorer, self._then = explorer, then
        latent = latent_of(explorer)
        assert explorer.state is not None
        assert explorer.opened is not None
        assert latent is not None
        self._latent, self._hold = latent.name, explorer.state.position
        self._controls, self._generator = explorer.controls, explorer.opened.generator
        self._pages: list[NDArray[np.float32]] = []
        self._thumbs: list[dict[int, int]] = []
        self._page = -1
        self.name = entry(_("thick strokes, smiling, …"), "", longest=80, changed=lambda _text: self._refresh())
        self.add_row(_("Attribute"), self.name, _("What the slider will be called"))
        self.grid = PictureGrid(
            _("Samples to label"), _("Click: has it, has it not, no label. Keys: + has it, − has it not, 0 no label.")
        )
        self.grid.prepare(PAGE)
        self.grid.clicked.connect(lambda place: self.set_thumb(place, NEXT[self.thumb(place)]))
        self.back = tool_button(
            "chevron-left", _("Samples before"), _("Back to the samples before; labels stay"),
            clicked=lambda: self.show_page(self._page - 1),
        )  # fmt: skip
        self.more = push_button(
            _("More samples"), "", _("Other samples; the labels given so far stay"),
            clicked=lambda: self.show_page(self._page + 1),
        )  # fmt: skip
        self._counts = label("", "muted")
        about = label(
            _("Click a sample that has it (+), twice one that has it not (−), a third time to take the label "
              "away. A dozen of each is a good beginning; leave out those that are neither."),
            "muted", wrap=True,
        )  # fmt: skip
        turning = boxed(self.back, self.more, self._counts, across=True, gap=8, stretch=self._counts)
        self.fill(self.rows, about, self.grid, turning, self.words)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in the name or on the wall must not send half the labels off
        self.go.setDefault(False)
        self.resize(720, 680)
        explorer.drawn.connect(self._drawn)
        explorer.source_changed.connect(self._source_changed)
        explorer.weights_changed.connect(self._source_changed)
        self.show_page(0)

    # -- the samples ------------------------------------------------------------------------------------------------

    def show_page(self, page: int) -> None:
        """Shows 48 samples: the next ones, or some that were shown before."""
        page = max(0, page)
        while page >= len(self._pages):
            drawn = self._generator.draw(PAGE, FIRST_SEED + len(self._pages))
            self._pages.append(drawn[self._latent].astype(np.float32))
            self._thumbs.append({})
        if page != self._page:
            self._page = page
            self.grid.blank()
            self._ask()
        self._refresh()

    def _ask(self) -> None:
        positions = [{**self._hold, self._latent: latent} for latent in self._pages[self._page]]
        self._explorer.ask(CHANNEL, many(positions), URGENCY)

    def _drawn(self, result: Drawn) -> None:
        if result.channel == CHANNEL and isinstance(result.value, Pictures):
            self.grid.put(result.value.first, result.value.items)

    def _source_changed(self) -> None:
        opened = self._explorer.opened
        if opened is None or opened.generator.controls != self._controls:
            self.reject()
        elif opened.generator is not self._generator:
            self._generator = opened.generator  # the service has dropped what was not drawn yet
            self._ask()

    # -- labels -----------------------------------------------------------------------------------------------------

    def thumb(self, place: int) -> int:
        """What was said of a sample of this page: 1, −1, or 0 for nothing."""
        return self._thumbs[self._page].get(place, 0)

    def set_thumb(self, place: int, thumb: int) -> None:
        """Says it of a sample of this page."""
        if 0 <= place < PAGE:
            self._thumbs[self._page][place] = thumb
            self._refresh()

    def labelled(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Latents ``(N, size)`` and labels ``(N,)`` of all samples that have one."""
        said = [(self._pages[page][place], thumb) for page, thumbs in enumerate(self._thumbs)
                for place, thumb in thumbs.items() if thumb]  # fmt: skip
        size = self._pages[0].shape[1]
        latents = np.asarray([latent for latent, _thumb in said], np.float32).reshape(-1, size)
        return latents, np.asarray([thumb for _latent, thumb in said], np.float32)

    def missing(self) -> str:
        """What has to be done before an attribute can be found; empty for nothing."""
        labels = self.labelled()[1]
        if not self.name.text().strip():
            return _("Give the attribute a name first.")
        if len(labels) < LEAST or not (labels > 0).any() or not (labels < 0).any():
            return _("Label at least {least} samples, some that have it and some that have not.").format(least=LEAST)
        return ""

    def _refresh(self) -> None:
        self.grid.set_marks({place: thumb > 0 for place, thumb in self._thumbs[self._page].items() if thumb})
        words = {1: _("has it"), -1: _("has it not"), 0: _("no label")}
        self.grid.set_names(
            [_("sample {n}: {said}").format(n=self._page * PAGE + place + 1, said=words[self.thumb(place)])
             for place in range(PAGE)]
        )  # fmt: skip
        labels = self.labelled()[1]
        self._counts.setText(
            _("page {page} · {up} have it, {down} have not").format(
                page=self._page + 1, up=int((labels > 0).sum()), down=int((labels < 0).sum())
            )
        )
        self.back.setEnabled(self._page > 0)
        missing = self.missing()
        self.words.setText(missing)
        self.go.setEnabled(not missing)
        self.go.setToolTip(missing or _("Learns from the labels what to move along; adds a slider"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Plus, minus and 0 label the sample that has the keyboard."""
        thumbs = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1, Qt.Key.Key_0: 0}
        key = Qt.Key(event.key())
        if key in thumbs and self.grid.hasFocus():
            place = self.grid.current
            self.set_thumb(place, 0 if self.thumb(place) == thumbs[key] else thumbs[key])
        else:
            super().keyPressEvent(event)

    # -- the end ----------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Hands the labels on."""
        if not self.missing():
            latents, labels = self.labelled()
            self.accept()
            self._then(latents, labels, " ".join(self.name.text().split()))

    def done(self, result: int) -> None:
        """Nothing more is drawn for it."""
        self._explorer.drop(CHANNEL)
        super().done(result)
