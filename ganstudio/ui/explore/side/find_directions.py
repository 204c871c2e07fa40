"""Where a person says how directions are to be found, sees how far it is, and labels samples by hand for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ganstudio.app.explore import finders
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.finders import Finding, Way, latent_of, obstacle
from ganstudio.app.explore.picks import Picks
from ganstudio.core.i18n import _, plural
from ganstudio.explore.rendering import Drawn
from ganstudio.explore.views import Pictures, many
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.dialogs import FormDialog
from ganstudio.ui.kit.lifetimes import listen
from ganstudio.ui.kit.parts import (
    ElidedLabel,
    LinkButton,
    QuietSpinBox,
    boxed,
    entry,
    label,
    push_button,
    say,
    tool_button,
)
from ganstudio.ui.kit.progress import ProgressBar
from ganstudio.ui.kit.style import set_look
from ganstudio.ui.pictures.grid import PictureGrid

CHANNEL, URGENCY = "thumbs", 12
PAGE, FIRST_SEED = 48, 90_001
LEAST = 4
NEXT = {0: 1, 1: -1, -1: 0}
"""What a click makes of a label: none, up, down, none."""


class FindForm(QWidget):
    """The way, what it needs, and the search that is going on.

    Args:
        explorer: in whose generator.
        picks: samples that a person wants more or less of.
        finding: what searches.
    """

    def __init__(self, explorer: Explorer, picks: Picks, finding: Finding) -> None:
        super().__init__()
        self._explorer, self._picks, self.finding = explorer, picks, finding
        self._thumbs: ThumbsDialog | None = None
        self._ways = {way.key: way for way in finders.ways()}
        self._of = explorer.controls
        self.way_box = QuietCombo()
        self.way_box.setAccessibleName(_("How directions are found"))
        for key, way in self._ways.items():
            self.way_box.addItem(way.title, key)
            self.way_box.setItemData(self.way_box.count() - 1, way.summary, Qt.ItemDataRole.ToolTipRole)
        self.way_box.currentIndexChanged.connect(self._way_chosen)
        self._summary = label("", "muted", wrap=True)
        self._reason = label("", "warning", wrap=True)
        self.by_hand = LinkButton(_("Label by hand"))
        self.by_hand.setToolTip(_("Say of samples on a wall whether they have it"))
        self.by_hand.clicked.connect(lambda: self.choose("hand"))
        self.count = QuietSpinBox(_("How many directions"), 1, finders.LARGEST_COUNT, finders.DEFAULT_COUNT)
        self.go = push_button(_("Find"), clicked=self.start)
        self.bar = ProgressBar(_("Progress of the search"))
        self.doing = ElidedLabel("", "small")
        self.stop = tool_button("close", _("Stop the search"), clicked=finding.cancel)
        self._told = label("", "muted", wrap=True)
        self._many, self._searching = QWidget(), QWidget()
        boxed(label(_("How many")), self.count, across=True, gap=8, into=self._many)
        asked = boxed(self._many, self.by_hand, None, self.go, across=True, gap=8)
        words = boxed(self.doing, self.bar, gap=4)
        boxed(words, self.stop, across=True, gap=8, into=self._searching, stretch=words)
        boxed(self.way_box, self._summary, self._reason, asked, self._searching, self._told, gap=8, into=self)
        finding.changed.connect(self._progress)
        listen(self, (picks.changed, self.refresh))
        explorer.source_changed.connect(self._source_changed)
        self.refresh()
        self._progress()

    @property
    def way(self) -> Way:
        """The way that is chosen."""
        return self._ways[self.way_box.currentData()]

    def choose(self, key: str) -> None:
        """Chooses a way."""
        self.way_box.setCurrentIndex(self.way_box.findData(key))

    def _way_chosen(self, _index: int) -> None:
        self._told.hide()  # how the last search ended has been read
        self.refresh()

    def _source_changed(self) -> None:
        if not self.finding.running and self._explorer.controls != self._of:
            self._told.hide()  # it was said of another generator
        self._of = self._explorer.controls

    def refresh(self) -> None:
        """What the chosen way does, and what is in its way."""
        way = self.way
        reason = obstacle(self._explorer, way, self._picks.liked)
        latent = latent_of(self._explorer)
        self.way_box.setToolTip(_("How directions are found; now: {way}").format(way=way.title))
        self._summary.setText(self._summary_of(way))
        say(self._reason, reason)
        link = bool(reason) and way.needs == "labels" and latent is not None
        for widget, shown in ((self.by_hand, link), (self._many, way.counted))[:: -1 if link else 1]:
            widget.setVisible(shown)  # never both: there is no room, and the panel would widen
        most = finders.LARGEST_COUNT if latent is None else min(finders.LARGEST_COUNT, latent.size)
        self.count.setRange(1, most)
        words, default = _("1 to {most}, the strongest first; {default} by default"), min(most, finders.DEFAULT_COUNT)
        self.count.setToolTip(words.format(most=most, default=default))
        hand = way.needs == "hand"
        self.go.setText(_("Label samples…") if hand else _("Find"))
        self.go.setToolTip(_("Opens a wall of samples") if hand else _("Looks for directions; nothing has to wait"))
        self.go.setEnabled(not reason and not self.finding.running)

    def _summary_of(self, way: Way) -> str:
        if way.needs != "picks":
            return way.summary
        liked, disliked = (
            len(finders.latents_of(self._explorer, one)) for one in (self._picks.liked, self._picks.disliked)
        )
        counts = _("{liked} and {disliked}.").format(
            liked=plural("{n} liked", "{n} liked", liked), disliked=plural("{n} disliked", "{n} disliked", disliked)
        )
        return f"{way.summary} {counts}" if liked or disliked else way.summary

    def start(self) -> None:
        """Looks for directions in the chosen way."""
        if self.way.needs != "hand":
            self.finding.start(self.way, self.count.value(), self._picks.liked, self._picks.disliked)
        elif self._thumbs is None and latent_of(self._explorer) is not None:
            self._thumbs = ThumbsDialog(self._explorer, self.finding.start_by_hand, self)
            self._thumbs.destroyed.connect(lambda: setattr(self, "_thumbs", None))
            self._thumbs.open()

    def _progress(self) -> None:
        finding = self.finding
        had_keyboard = self.go.hasFocus() or self.stop.hasFocus()
        self._searching.setVisible(finding.running)
        if finding.running:
            self.bar.show_share(finding.fraction)
            self.doing.setText(finding.text)
        told = "" if finding.running else str(finding.error or finding.text)
        if told != self._told.text():
            set_look(self._told, role="error" if finding.error is not None else "muted")
        say(self._told, told)
        self.refresh()
        if had_keyboard:
            (self.stop if finding.running else self.go).setFocus()


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
