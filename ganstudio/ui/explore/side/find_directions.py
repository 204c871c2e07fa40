"""Where a person says how directions are to be found, and sees how far it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QWidget

from ganstudio.app.explore import finders
from ganstudio.app.explore.explorer import Explorer
from ganstudio.app.explore.finders import Finding, Way, latent_of, obstacle
from ganstudio.core.i18n import _, plural
from ganstudio.ui.explore.parts import Picks
from ganstudio.ui.forms.editors import QuietCombo
from ganstudio.ui.kit.parts import ElidedLabel, LinkButton, QuietSpinBox, boxed, label, push_button, say, tool_button
from ganstudio.ui.kit.style import set_look


class FindForm(QWidget):
    """The way, what it needs, and the search that is going on.

    Args:
        explorer: in whose generator.
        picks: samples that a person wants more or less of.
        finding: what searches.
        label_by_hand: opens the wall of samples to be labelled.
    """

    def __init__(self, explorer: Explorer, picks: Picks, finding: Finding, label_by_hand: Callable[[], object]) -> None:
        super().__init__()
        self._explorer, self._picks, self.finding, self._label_by_hand = explorer, picks, finding, label_by_hand
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
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(_("Progress of the search"))
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
        picks.changed.connect(self.refresh)
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
        if self.way.needs == "hand":
            self._label_by_hand()
        else:
            self.finding.start(self.way, self.count.value(), self._picks.liked, self._picks.disliked)

    def _progress(self) -> None:
        finding = self.finding
        had_keyboard = self.go.hasFocus() or self.stop.hasFocus()
        self._searching.setVisible(finding.running)
        if finding.running:
            self.bar.setRange(0, 0 if finding.fraction < 0 else 1000)
            self.bar.setValue(max(0, round(1000 * finding.fraction)))
            self.doing.setText(finding.text)
        told = "" if finding.running else str(finding.error or finding.text)
        if told != self._told.text():
            set_look(self._told, role="error" if finding.error is not None else "muted")
        say(self._told, told)
        self.refresh()
        if had_keyboard:
            (self.stop if finding.running else self.go).setFocus()
