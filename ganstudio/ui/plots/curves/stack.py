"""The plots below each other: those that every run may have, then one for each measure that there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from ganstudio.ui.kit.theme import Theme
from ganstudio.ui.plots.curves.model import PLOTS, Curve, PlotKind, View, measure_plots, plot_key
from ganstudio.ui.plots.curves.section import PlotSection

LABELS_FROM = 520
"""Narrower than this, the room at the line ends is worth more than the labels."""
_COMPACT_BELOW = 420
_ONE_ROW_BELOW = 260


class PlotStack(QSplitter):
    """The sections by key; a plot of a measure is made when its first value comes.

    Args:
        view: what all plots share.
        theme: colours.
        made: told of every section, so that its signals are heard.
    """

    def __init__(
        self, view: View, theme: Theme, made: Callable[[PlotSection], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(7)
        self._view, self._theme, self._made = view, theme, made
        self._folded: frozenset[str] = frozenset()
        self.sections: dict[str, PlotSection] = {}
        self._slack = QWidget()
        self._slack.hide()
        self.addWidget(self._slack)
        self._offer(PLOTS)

    @property
    def shown(self) -> list[PlotSection]:
        """The sections that have something to show, from the top down."""
        return [section for section in self.sections.values() if not section.isHidden()]

    @property
    def opened(self) -> list[PlotSection]:
        """Those of them that are not folded away."""
        return [section for section in self.shown if section.is_open]

    def _offer(self, kinds: Iterable[PlotKind]) -> None:
        """Sees to it that there is a section for each of these; one that is there takes its present title."""
        for kind in kinds:
            if kind.key in self.sections:
                self.sections[kind.key].set_kind(kind)
                continue
            section = self.sections[kind.key] = PlotSection(kind, self._view, self._theme)
            section.hide()
            section.set_open(kind.key not in self._folded)
            self.insertWidget(self.count() - 1, section)
            self._made(section)

    def set_curves(self, curves: Iterable[Curve], comparison: str) -> bool:
        """Sorts the curves into the plots; touches only plots whose curves are others than before.

        Args:
            curves: of the run, and of the one that it is compared with.
            comparison: the other run's label: the uppermost plot has an entry that switches it.

        Returns:
            Whether anything was touched.
        """
        found: dict[str, list[Curve]] = {}
        for curve in curves:
            found.setdefault(plot_key(curve.info), []).append(curve)
        self._offer(measure_plots(curve.info for mine in found.values() for curve in mine))
        uppermost = next((key for key in self.sections if key in found), "")
        touched = False
        for key, section in self.sections.items():
            mine, entry = found.get(key, []), comparison if key == uppermost else ""
            now, before = ([(id(c.table), c.info, c.comparison) for c in of] for of in (mine, section.plot.curves))
            if now != before or section.comparison_shown != entry:
                section.set_curves(mine, entry)
                touched = True
            if section.isHidden() == bool(mine):
                section.setVisible(bool(mine))
                touched = True
        return touched

    def arrange(self, width: int, height: int) -> None:
        """Gives the lowest open plot the x axis, all the same margin, and the height of folded ones to the others.

        Args:
            width: of the whole panel.
            height: likewise.
        """
        opened = self.opened
        self._slack.setVisible(not opened)
        right = max((section.plot.label_width for section in opened), default=0.0) if width >= LABELS_FROM else 0.0
        for section in self.shown:
            plot = section.plot
            plot.right = right
            plot.axis, plot.words = section in opened[-1:], section in opened[:1]
            plot.setMinimumHeight(72 + 20 * (plot.axis or plot.words))
            plot.invalidate()
            section.set_compact(width < _COMPACT_BELOW, one_row=height < _ONE_ROW_BELOW)

    def redraw(self) -> None:
        """Draws everything anew."""
        for section in self.shown:
            section.plot.invalidate()

    def apply_theme(self, theme: Theme) -> None:
        """Takes the theme's colours."""
        self._theme = theme
        # Seven pixels to grab, one to see.
        line = f"background: transparent; border: none; border-top: 1px solid {theme.hairline}; image: none;"
        self.setStyleSheet(f"QSplitter::handle:vertical {{ {line} margin: 3px 8px 0 8px; }}")
        for section in self.sections.values():
            section.apply_theme(theme)

    # -- state ------------------------------------------------------------------------------------------------------

    @property
    def folded(self) -> list[str]:
        """Keys of the plots that are folded away, also of those that are not there at present."""
        shut = {key for key, section in self.sections.items() if not section.is_open}
        return sorted(shut | (self._folded - self.sections.keys()))

    def fold(self, keys: Iterable[str]) -> None:
        """Folds these plots away and opens the others."""
        self._folded = frozenset(str(key) for key in keys)
        for key, section in self.sections.items():
            section.set_open(key not in self._folded)

    @property
    def heights(self) -> dict[str, int]:
        """Pixels of each plot."""
        return dict(zip(self.sections, self.sizes(), strict=False))

    def set_heights(self, heights: Mapping[str, int]) -> None:
        """Takes heights; a plot that is not named keeps its own."""
        sizes = [heights.get(key, now) for key, now in self.heights.items()]
        if sum(sizes) > 0:
            self.setSizes([*sizes, 0])
